/* test/domain/run_feed_test.c: rings, drafts, and threads that come and go. */
#include "../unit.h"

#include <pthread.h>
#include <stdatomic.h>

#include "base/clock.h"
#include "base/id.h"
#include "domain/run_feed.h"

enum { PATIENCE_MS = 60000 }; /* how long a test waits for what must happen; never reached */

#define RUN S("01890000-0000-7000-8000-000000000001")

static void close_feed(struct run_feed **feed)
{
	run_feed_close(*feed);
}

#define FEED(name) AUTO(close_feed) struct run_feed *name = run_feed_open(RUN)

/* All that is written of the step, read from the beginning. */
static struct str written(struct run_feed *feed, int64_t step, struct arena *mem)
{
	struct run_feed_place place = { 0 };
	struct run_draft draft;

	return run_feed_draft(feed, step, 0, 0, mem, &place, &draft) ? draft.text : (struct str){ NULL, 0 };
}

static bool heard(struct run_feed *feed, struct run_feed_place *place)
{
	bool attended;

	return run_feed_heard(feed, place, &attended);
}

static bool wait_for(struct run_feed *feed, struct run_feed_place *place, int64_t until_ms)
{
	AUTO(bell_fini) struct bell bell;
	struct run_feed_waiter waiter = { .place = place, .bell = &bell };

	bell_init(&bell);
	return run_feed_wait(feed, &waiter, until_ms);
}

/* -- rings ------------------------------------------------------------------------------------------- */

static void a_ring_is_heard_once_by_each(void **state)
{
	struct run_feed_place one = { 0 }, other = { 0 };
	FEED(feed);

	(void)state;
	assert_false(heard(feed, &one));
	run_feed_ring(RUN);
	run_feed_ring(S("another run"));
	assert_true(heard(feed, &one));
	assert_false(heard(feed, &one));
	assert_true(heard(feed, &other));
}

static void who_opens_the_same_run_shares_its_feed(void **state)
{
	struct run_feed *feed = run_feed_open(RUN), *again = run_feed_open(RUN), *other = run_feed_open(S("x"));

	(void)state;
	assert_ptr_equal(feed, again);
	assert_ptr_not_equal(feed, other);
	run_feed_close(again);
	run_feed_close(feed);
	run_feed_close(other);
	run_feed_close(NULL);
	run_feed_ring(RUN);
}

static void it_is_known_whether_somebody_is_at_it(void **state)
{
	struct run_feed_place place = { 0 };
	bool attended = true;
	FEED(feed);

	(void)state;
	(void)!run_feed_heard(feed, &place, &attended);
	assert_false(attended);
	run_feed_attend(feed);
	assert_true(run_feed_heard(feed, &place, &attended));
	assert_true(attended);
	run_feed_leave(feed);
	assert_true(run_feed_heard(feed, &place, &attended));
	assert_false(attended);
}

static void waiting_without_news_ends_in_time(void **state)
{
	struct run_feed_place place = { 0 };
	int64_t until = mono_ms() + 20;
	FEED(feed);

	(void)state;
	assert_false(wait_for(feed, &place, until));
	assert_true(mono_ms() >= until);
}

static void news_that_came_before_the_wait_end_it(void **state)
{
	struct run_feed_place place = { 0 };
	FEED(feed);

	(void)state;
	run_feed_ring(RUN);
	assert_true(wait_for(feed, &place, mono_ms() + PATIENCE_MS));
	(void)heard(feed, &place);
	run_feed_add(feed, run_feed_begin(feed, 0), S("text"));
	assert_true(wait_for(feed, &place, mono_ms() + PATIENCE_MS));
}

/* -- drafts ------------------------------------------------------------------------------------------ */

static void a_draft_is_read_from_any_place(void **state)
{
	struct run_feed_place place = { 0 };
	struct run_draft draft;
	unsigned number;
	ARENA(mem);
	FEED(feed);

	(void)state;
	number = run_feed_begin(feed, 4);
	run_feed_add(feed, number, S("Hello "));
	run_feed_add(feed, number, S("there."));
	assert_true(run_feed_draft(feed, 4, number, 6, &mem, &place, &draft));
	assert_str(draft.text, "there.");
	assert_int_equal(draft.from, 6);
	assert_int_equal(draft.number, number);
	assert_true(run_feed_draft(feed, 4, number, 12, &mem, &place, &draft));
	assert_int_equal(draft.text.n, 0);
	assert_false(run_feed_draft(feed, 3, number, 0, &mem, &place, &draft));
}

static void a_draft_that_is_not_known_is_read_whole(void **state)
{
	struct run_feed_place place = { 0 };
	struct run_draft draft;
	unsigned first, second;
	ARENA(mem);
	FEED(feed);

	(void)state;
	first = run_feed_begin(feed, 0);
	run_feed_add(feed, first, S("Hello there."));
	second = run_feed_begin(feed, 0);
	run_feed_add(feed, second, S("Good bye."));
	assert_true(run_feed_draft(feed, 0, first, 7, &mem, &place, &draft));
	assert_int_equal(draft.from, 0);
	assert_str(draft.text, "Good bye.");
	/* Who was overtaken, and does not know it yet. */
	run_feed_add(feed, first, S(" And so on."));
	assert_str(written(feed, 0, &mem), "Good bye.");
}

static void a_draft_ends_when_its_step_is_stored(void **state)
{
	struct run_feed_place place = { 0 };
	ARENA(mem);
	FEED(feed);

	(void)state;
	run_feed_add(feed, run_feed_begin(feed, 0), S("Hello"));
	run_feed_stored(feed);
	assert_null(written(feed, 0, &mem).p);
	assert_true(heard(feed, &place));
}

static void without_a_feed_nothing_is_told(void **state)
{
	(void)state;
	run_feed_attend(NULL);
	run_feed_add(NULL, run_feed_begin(NULL, 0), S("text"));
	run_feed_stored(NULL);
	run_feed_leave(NULL);
}

/* -- shown to those who sleep ---------------------------------------------------------------------------- */

/* A thread that follows a draft until something is rung. */
struct sleeper {
	struct run_feed *feed;
	struct run_feed_place place;
	struct bell bell;
	pthread_t thread;
	bool refuses;                        /* to be shown any more */
	int n_shown;                         /* pieces; by the thread that adds them */
	_Atomic int n_woken;
	_Atomic size_t have;                 /* bytes */
};

static bool see(void *arg, const struct run_draft *draft)
{
	struct sleeper *s = arg;

	if (s->refuses)
		return false;
	s->n_shown++;
	s->have = draft->text.n;
	return true;
}

static void *follow(void *arg)
{
	struct sleeper *s = arg;
	struct run_feed_waiter waiter = { .place = &s->place, .bell = &s->bell, .see = see, .arg = s };
	struct run_draft draft;
	ARENA(mem);

	do {
		if (run_feed_draft(s->feed, 0, 0, 0, &mem, &s->place, &draft))
			s->have = draft.text.n;
		(void)run_feed_wait(s->feed, &waiter, mono_ms() + PATIENCE_MS);
		s->n_woken++;
		arena_reset(&mem);
	} while (!heard(s->feed, &s->place));
	return NULL;
}

/* Adds to the draft until the sleeper sleeps, which shows in being shown a piece. */
static void put_to_sleep(struct sleeper *s, struct run_feed *feed, unsigned draft)
{
	*s = (struct sleeper){ .feed = feed };
	bell_init(&s->bell);
	assert_int_equal(pthread_create(&s->thread, NULL, follow, s), 0);
	for (int64_t until = mono_ms() + PATIENCE_MS; s->n_shown == 0 && mono_ms() < until; usleep(1000))
		run_feed_add(feed, draft, S("zzz"));
	assert_int_equal(s->n_shown, 1);
}

static void wake_up(struct sleeper *s)
{
	pthread_join(s->thread, NULL);
	bell_fini(&s->bell);
}

static void who_sleeps_is_shown_each_piece_and_not_woken(void **state)
{
	enum { PIECES = 100 };
	struct sleeper s;
	unsigned draft;
	size_t had;
	int woken;
	FEED(feed);

	(void)state;
	draft = run_feed_begin(feed, 0);
	put_to_sleep(&s, feed, draft);
	had = s.have;
	woken = s.n_woken;
	for (int i = 0; i < PIECES; i++)
		run_feed_add(feed, draft, S("0123456789"));
	assert_int_equal(s.n_shown, 1 + PIECES);
	assert_int_equal(s.have, had + PIECES * 10);
	assert_int_equal(s.n_woken, woken);
	run_feed_ring(RUN);
	wake_up(&s);
}

static void who_cannot_be_shown_a_piece_is_woken_for_it(void **state)
{
	struct sleeper s;
	unsigned draft;
	size_t had;
	FEED(feed);

	(void)state;
	draft = run_feed_begin(feed, 0);
	put_to_sleep(&s, feed, draft);
	had = s.have;
	s.refuses = true;
	run_feed_add(feed, draft, S("0123456789"));
	for (int64_t until = mono_ms() + PATIENCE_MS; s.have == had && mono_ms() < until;)
		usleep(1000);
	assert_int_equal(s.have, had + 10);
	assert_int_equal(s.n_shown, 1);
	run_feed_ring(RUN);
	wake_up(&s);
}

static void what_was_rung_before_a_piece_comes_first(void **state)
{
	struct sleeper s;
	unsigned draft;
	FEED(feed);

	(void)state;
	draft = run_feed_begin(feed, 0);
	put_to_sleep(&s, feed, draft);
	run_feed_ring(RUN);
	run_feed_add(feed, draft, S("too early"));
	assert_int_equal(s.n_shown, 1);
	wake_up(&s);
}

static void others_may_wake_it_too(void **state)
{
	struct sleeper s;
	unsigned draft;
	int woken;
	FEED(feed);

	(void)state;
	draft = run_feed_begin(feed, 0);
	put_to_sleep(&s, feed, draft);
	woken = s.n_woken;
	bell_ring(&s.bell);
	for (int64_t until = mono_ms() + PATIENCE_MS; s.n_woken == woken && mono_ms() < until;)
		usleep(1000);
	assert_int_equal(s.n_woken, woken + 1);
	run_feed_ring(RUN);
	wake_up(&s);
}

/* -- threads ------------------------------------------------------------------------------------------ */

enum { READERS = 6, PIECES = 2000, VISITORS = 4, VISITS = 2000 };

static _Atomic size_t n_ready;

/* Reads until it has all, however the pieces were cut. */
static void *read_all(void *arg)
{
	struct run_feed_place place = { 0 };
	struct run_draft draft;
	size_t have = 0;
	unsigned known = 0;
	ARENA(mem);
	FEED(feed);

	(void)arg;
	n_ready++;
	while (have < PIECES * 10) {
		assert_true(wait_for(feed, &place, mono_ms() + PATIENCE_MS));
		if (!run_feed_draft(feed, 0, known, have, &mem, &place, &draft))
			continue;
		known = draft.number;
		assert_int_equal(draft.from, have);
		for (size_t i = 0; i < draft.text.n; i++)
			assert_int_equal(draft.text.p[i], '0' + (int)((have + i) % 10));
		have += draft.text.n;
		arena_reset(&mem);
	}
	return NULL;
}

static void *come_and_go(void *arg)
{
	(void)arg;
	for (int i = 0; i < VISITS; i++) {
		FEED(feed);
		struct run_feed_place place = { 0 };

		run_feed_ring(RUN);
		(void)heard(feed, &place);
	}
	return NULL;
}

static void all_who_watch_read_all_that_is_written(void **state)
{
	pthread_t readers[READERS], visitors[VISITORS];
	unsigned draft;
	FEED(feed);

	(void)state;
	run_feed_attend(feed);
	draft = run_feed_begin(feed, 0);
	for (int i = 0; i < READERS; i++)
		assert_int_equal(pthread_create(&readers[i], NULL, read_all, NULL), 0);
	for (int i = 0; i < VISITORS; i++)
		assert_int_equal(pthread_create(&visitors[i], NULL, come_and_go, NULL), 0);
	while (n_ready < READERS / 2)
		usleep(100);
	for (int i = 0; i < PIECES; i++)
		run_feed_add(feed, draft, S("0123456789"));
	for (int i = 0; i < READERS; i++)
		pthread_join(readers[i], NULL);
	for (int i = 0; i < VISITORS; i++)
		pthread_join(visitors[i], NULL);
	run_feed_leave(feed);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_ring_is_heard_once_by_each),
		cmocka_unit_test(who_opens_the_same_run_shares_its_feed),
		cmocka_unit_test(it_is_known_whether_somebody_is_at_it),
		cmocka_unit_test(waiting_without_news_ends_in_time),
		cmocka_unit_test(news_that_came_before_the_wait_end_it),
		cmocka_unit_test(a_draft_is_read_from_any_place),
		cmocka_unit_test(a_draft_that_is_not_known_is_read_whole),
		cmocka_unit_test(a_draft_ends_when_its_step_is_stored),
		cmocka_unit_test(without_a_feed_nothing_is_told),
		cmocka_unit_test(who_sleeps_is_shown_each_piece_and_not_woken),
		cmocka_unit_test(who_cannot_be_shown_a_piece_is_woken_for_it),
		cmocka_unit_test(what_was_rung_before_a_piece_comes_first),
		cmocka_unit_test(others_may_wake_it_too),
		cmocka_unit_test(all_who_watch_read_all_that_is_written),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
