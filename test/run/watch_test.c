/* test/run/watch_test.c: what a watcher is told. The test carries the run out by hand, so that it can look at
 * every moment; at the end workers and watchers do the same at once. */
#include "rig.h"

#include "run/record.h"
#include "run/watch.h"
#include "run/worker.h"

enum { PATIENCE_MS = 60000 }; /* how long a test waits for what must happen; never reached */
enum { LEASE_US = 3600 * 1000000LL };

/* -- a worker made by hand --------------------------------------------------------------------------- */

struct hand {
	struct owner owner;
	struct job job;
	struct record record;
	atomic_bool stop;
};

/* Claims the run that waits; attends to its feed if told so, as a worker of this process would. */
static struct hand *take(struct rig *r, bool attends)
{
	struct hand *h = NEW(&r->mem, struct hand);
	struct lease_terms terms = { .owner = &h->owner, .lease_us = LEASE_US, .attempts = 3 };
	bool more;

	assert_int_equal(owner_init(&r->ctx, NULL, &h->owner), OK);
	h->job = (struct job){ .limits = RUN_LIMITS, .lease_us = LEASE_US, .stop = &h->stop };
	assert_int_equal(lease_claim(&r->ctx, &terms, &h->job.run, &more), OK);
	assert_int_equal(job_load(&r->ctx, &h->job), OK);
	assert_int_equal(record_read(&r->ctx, &h->job.run, &h->record), OK);
	if (attends) {
		h->job.feed = run_feed_open(h->job.run.id);
		run_feed_attend(h->job.feed);
	}
	return h;
}

/* Of a run of its own. */
static struct hand *take_new(struct rig *r)
{
	rig_run(r, S("hello"));
	return take(r, true);
}

static void leave(struct hand *h)
{
	run_feed_leave(h->job.feed);
	run_feed_close(h->job.feed);
	h->job.feed = NULL;
}

static unsigned begin(struct hand *h)
{
	return run_feed_begin(h->job.feed, (int64_t)h->record.messages.n);
}

static void reply_with_calls(struct rig *r, struct hand *h, struct str text)
{
	static struct tool_call calls[] = { { { "a", 1 }, { "first_tool", 10 }, { "{}", 2 } },
					    { { "b", 1 }, { "second_tool", 11 }, { "{}", 2 } } };
	struct model_reply reply = { .text = text, .calls = { calls, 2 }, .tokens_input = 10, .tokens_output = 2 };

	assert_int_equal(record_reply(&r->ctx, &h->job, &h->record, &reply), OK);
}

static void give_result(struct rig *r, struct hand *h, struct str call_id, struct str text)
{
	struct tool_result result = { .call_id = call_id, .text = text };

	assert_int_equal(record_result(&r->ctx, &h->job, &h->record, &result), OK);
}

static void answer(struct rig *r, struct hand *h, struct str text)
{
	struct model_reply reply = { .text = text, .uncounted = true };

	assert_int_equal(record_success(&r->ctx, &h->job, &h->record, &reply), OK);
}

/* -- a watcher ------------------------------------------------------------------------------------------ */

#define WATCH(name) AUTO(run_watch_close) struct run_watch name = { 0 }

static void open_watch(struct rig *r, struct str run_id, struct str after, struct run_watch *w)
{
	assert_int_equal(run_watch_open(&r->ctx, run_id, after, w), OK);
}

static struct run_event next(struct rig *r, struct run_watch *w)
{
	struct run_event event;

	assert_int_equal(run_watch_next(&r->ctx, w, mono_ms() + PATIENCE_MS, &event), OK);
	return event;
}

static void expect_nothing(struct rig *r, struct run_watch *w)
{
	struct run_event event;

	assert_int_equal(run_watch_next(&r->ctx, w, mono_ms(), &event), ERR_TIMEOUT);
	assert_null(r->ctx.reader);
}

static void expect_status(struct rig *r, struct run_watch *w, const char *status)
{
	struct run_event event = next(r, w);

	assert_int_equal(event.kind, RUN_EVENT_STATUS);
	assert_str(event.run.status, status);
	assert_null(event.id.p);
}

/* Returns its id. */
static struct str expect_delta(struct rig *r, struct run_watch *w, int64_t step, int64_t offset, const char *text)
{
	struct run_event event = next(r, w);

	assert_int_equal(event.kind, RUN_EVENT_DELTA);
	assert_int_equal(event.step, step);
	assert_int_equal(event.offset, offset);
	assert_str(event.text, text);
	return event.id;
}

static struct str expect_reply(struct rig *r, struct run_watch *w, int64_t step, const char *text)
{
	struct run_event event = next(r, w);

	assert_int_equal(event.kind, RUN_EVENT_REPLY);
	assert_int_equal(event.step, step);
	assert_str(event.recorded.message.text, text);
	return event.id;
}

static void expect_result(struct rig *r, struct run_watch *w, int64_t step, const char *tool, const char *text)
{
	struct run_event event = next(r, w);

	assert_int_equal(event.kind, RUN_EVENT_RESULT);
	assert_int_equal(event.step, step);
	assert_str(event.recorded.tool, tool);
	assert_str(event.recorded.message.text, text);
}

static void expect_end(struct rig *r, struct run_watch *w, const char *status)
{
	struct run_event event = next(r, w);

	assert_int_equal(event.kind, RUN_EVENT_END);
	assert_str(event.run.status, status);
	assert_str(event.id, "end");
	assert_true(w->over);
	assert_fails(&r->ctx, run_watch_next(&r->ctx, w, 0, &event), ERR_GONE, "over");
}

/* A run that somebody carries out, from there on. */
static void watch_running(struct rig *r, const struct hand *h, struct str after, struct run_watch *w)
{
	open_watch(r, h->job.run.id, after, w);
	expect_status(r, w, "running");
}

/* -- in order --------------------------------------------------------------------------------------------- */

static void a_run_is_told_from_its_beginning_to_its_end(void **state)
{
	struct rig *r = *state;
	struct run run = rig_run(r, S("hello"));
	struct hand *h;
	unsigned draft;
	WATCH(w);

	open_watch(r, run.id, S(""), &w);
	expect_status(r, &w, "queued");
	expect_nothing(r, &w);
	h = take(r, true);
	expect_status(r, &w, "running");
	draft = begin(h);
	expect_nothing(r, &w);
	run_feed_add(h->job.feed, draft, S("Let me "));
	expect_delta(r, &w, 0, 0, "Let me ");
	expect_nothing(r, &w);
	run_feed_add(h->job.feed, draft, S("look."));
	expect_delta(r, &w, 0, 7, "look.");
	reply_with_calls(r, h, S("Let me look."));
	assert_str(expect_reply(r, &w, 0, "Let me look."), "0");
	give_result(r, h, S("a"), S("one"));
	expect_result(r, &w, 1, "first_tool", "one");
	expect_nothing(r, &w);
	give_result(r, h, S("b"), S("two"));
	expect_result(r, &w, 2, "second_tool", "two");
	run_feed_add(h->job.feed, begin(h), S("Found."));
	expect_delta(r, &w, 3, 0, "Found.");
	answer(r, h, S("Found."));
	expect_reply(r, &w, 3, "Found.");
	expect_end(r, &w, "succeeded");
	leave(h);
}

static void what_was_not_seen_live_is_told_before_the_reply(void **state)
{
	struct rig *r = *state;
	struct hand *h = take_new(r);
	WATCH(early);
	WATCH(late);

	run_feed_add(h->job.feed, begin(h), S("Hello "));
	watch_running(r, h, S(""), &early);
	expect_delta(r, &early, 0, 0, "Hello ");
	answer(r, h, S("Hello there."));
	expect_delta(r, &early, 0, 6, "there.");
	expect_reply(r, &early, 0, "Hello there.");
	expect_end(r, &early, "succeeded");
	open_watch(r, h->job.run.id, S(""), &late);
	expect_delta(r, &late, 0, 0, "Hello there.");
	expect_reply(r, &late, 0, "Hello there.");
	expect_end(r, &late, "succeeded");
	leave(h);
}

static void a_reply_that_came_out_differently_takes_back_what_was_told(void **state)
{
	struct rig *r = *state;
	struct hand *h = take_new(r);
	WATCH(w);

	watch_running(r, h, S(""), &w);
	run_feed_add(h->job.feed, begin(h), S("Hello the"));
	expect_delta(r, &w, 0, 0, "Hello the");
	answer(r, h, S("Hi!"));
	expect_delta(r, &w, 0, 0, "Hi!");
	expect_reply(r, &w, 0, "Hi!");
	expect_end(r, &w, "succeeded");
	leave(h);
}

static void a_new_draft_goes_on_where_the_last_one_was_if_it_says_the_same(void **state)
{
	struct rig *r = *state;
	struct hand *h = take_new(r);
	unsigned draft;
	WATCH(w);

	watch_running(r, h, S(""), &w);
	run_feed_add(h->job.feed, begin(h), S("Hello the"));
	expect_delta(r, &w, 0, 0, "Hello the");
	draft = begin(h);
	run_feed_add(h->job.feed, draft, S("Hello"));
	expect_nothing(r, &w);
	run_feed_add(h->job.feed, draft, S(" there"));
	expect_delta(r, &w, 0, 9, "re");
	draft = begin(h);
	run_feed_add(h->job.feed, draft, S("Good morning"));
	expect_delta(r, &w, 0, 0, "Good morning");
	run_feed_add(h->job.feed, draft, S("."));
	expect_delta(r, &w, 0, 12, ".");
	answer(r, h, S("Good morning."));
	expect_reply(r, &w, 0, "Good morning.");
	leave(h);
}

/* However often it looks at a draft that is not yet as far as the one before. */
static void waiting_in_vain_leaves_nothing_in_memory(void **state)
{
	struct rig *r = *state;
	struct hand *h = take_new(r);
	struct arena_mark before, after;
	WATCH(w);

	watch_running(r, h, S(""), &w);
	run_feed_add(h->job.feed, begin(h), S("Hello there"));
	expect_delta(r, &w, 0, 0, "Hello there");
	run_feed_add(h->job.feed, begin(h), S("Hello"));
	before = arena_mark(&r->mem);
	expect_nothing(r, &w);
	after = arena_mark(&r->mem);
	assert_ptr_equal(after.block, before.block);
	assert_int_equal(after.used, before.used);
	leave(h);
}

static void a_cancelled_run_ends_in_the_middle_of_a_reply(void **state)
{
	struct rig *r = *state;
	struct hand *h = take_new(r);
	struct run_feed_place place = { 0 };
	bool cancelled, attended;
	WATCH(w);

	watch_running(r, h, S(""), &w);
	run_feed_add(h->job.feed, begin(h), S("Hello"));
	expect_delta(r, &w, 0, 0, "Hello");
	(void)!run_feed_heard(h->job.feed, &place, &attended);
	assert_int_equal(run_cancel(&r->ctx, h->job.run.id, &cancelled), OK);
	assert_true(run_feed_heard(h->job.feed, &place, &attended));
	expect_end(r, &w, "cancelled");
	leave(h);
}

static void a_run_that_is_handed_back_waits_again(void **state)
{
	struct rig *r = *state;
	struct hand *h = take_new(r);
	WATCH(w);

	watch_running(r, h, S(""), &w);
	assert_int_equal(lease_return(&r->ctx, &h->job.run), OK);
	leave(h);
	expect_status(r, &w, "queued");
	leave(take(r, true));
	expect_status(r, &w, "running");
}

/* Nobody rings for it, so it is found by looking. */
static void what_another_process_stores_is_told_too(void **state)
{
	struct rig *r = *state;
	struct run run = rig_run(r, S("hello"));
	struct hand *h;
	WATCH(w);

	open_watch(r, run.id, S(""), &w);
	expect_status(r, &w, "queued");
	h = take(r, false);
	expect_status(r, &w, "running");
	reply_with_calls(r, h, S("Let me look."));
	expect_delta(r, &w, 0, 0, "Let me look.");
	expect_reply(r, &w, 0, "Let me look.");
	give_result(r, h, S("a"), S("one"));
	expect_result(r, &w, 1, "first_tool", "one");
	give_result(r, h, S("b"), S("two"));
	expect_result(r, &w, 2, "second_tool", "two");
	answer(r, h, S(""));
	expect_reply(r, &w, 3, "");
	expect_end(r, &w, "succeeded");
}

/* -- resumed ------------------------------------------------------------------------------------------------ */

static void every_id_is_a_place_to_resume_at(void **state)
{
	struct rig *r = *state;
	struct hand *h = take_new(r);
	struct str partial, reply;
	WATCH(w);

	watch_running(r, h, S(""), &w);
	run_feed_add(h->job.feed, begin(h), S("Hello"));
	partial = expect_delta(r, &w, 0, 0, "Hello");
	for (int i = 0; i < 2; i++) {
		WATCH(again);

		watch_running(r, h, partial, &again);
		expect_nothing(r, &again);
	}
	reply_with_calls(r, h, S("Hello there."));
	expect_delta(r, &w, 0, 5, " there.");
	reply = expect_reply(r, &w, 0, "Hello there.");
	give_result(r, h, S("a"), S("one"));
	leave(h);
	{
		WATCH(again);

		watch_running(r, h, partial, &again);
		expect_delta(r, &again, 0, 5, " there.");
		expect_reply(r, &again, 0, "Hello there.");
	}
	{
		WATCH(again);

		watch_running(r, h, reply, &again);
		expect_result(r, &again, 1, "first_tool", "one");
	}
}

static void who_resumes_in_a_text_that_is_not_it_any_more_is_told_all_of_it(void **state)
{
	struct rig *r = *state;
	struct hand *h = take_new(r);
	struct str partial;

	run_feed_add(h->job.feed, begin(h), S("Hello"));
	{
		WATCH(w);

		watch_running(r, h, S(""), &w);
		partial = expect_delta(r, &w, 0, 0, "Hello");
	}
	leave(h);
	h->job.feed = run_feed_open(h->job.run.id);
	run_feed_add(h->job.feed, begin(h), S("Good morning"));
	{
		WATCH(w);

		watch_running(r, h, partial, &w);
		expect_delta(r, &w, 0, 0, "Good morning");
	}
	answer(r, h, S(""));
	{
		WATCH(w);

		open_watch(r, h->job.run.id, partial, &w);
		expect_delta(r, &w, 0, 0, "");
		expect_reply(r, &w, 0, "");
	}
	run_feed_close(h->job.feed);
}

static void behind_the_end_nothing_is_left(void **state)
{
	struct rig *r = *state;
	struct run run = rig_run(r, S("hello"));
	struct run_event event;
	WATCH(w);

	open_watch(r, run.id, S("end"), &w);
	assert_true(w.over);
	assert_int_equal(run_watch_next(&r->ctx, &w, 0, &event), ERR_GONE);
}

static void what_is_no_id_is_refused(void **state)
{
	static const char *const WRONG[] = {
		"x", "-1", "+1", "1.", ".", "1.2", "1.2.", "1.2.3", "1.2.00000000000000zz", "1.2.0000000000000000.",
		"1.x.0000000000000000", "9999999999999999", "1.9999999999999999.0000000000000000", "END", " 1",
	};
	struct rig *r = *state;
	struct run run = rig_run(r, S("hello"));
	struct run_watch w;

	for (size_t i = 0; i < COUNT_OF(WRONG); i++)
		assert_fails(&r->ctx, run_watch_open(&r->ctx, run.id, str_of(WRONG[i]), &w), ERR_INVALID, WRONG[i]);
	assert_fails(&r->ctx, run_watch_open(&r->ctx, S("none"), S(""), &w), ERR_NOT_FOUND, "run not found");
	enter_workspace(r, S("other"));
	assert_fails(&r->ctx, run_watch_open(&r->ctx, run.id, S(""), &w), ERR_NOT_FOUND, "run not found");
}

/* -- shown while it sleeps ------------------------------------------------------------------------------------ */

/* A thread that watches a run with a listener, which will not be shown every third delta. */
struct audience {
	pthread_t thread;
	struct rig *rig;
	struct str run_id;
	struct run_watch watch;
	int n_offered, n_shown;
	struct buf told;                     /* all deltas, joined */
	char shown_id[64];                   /* of the last that was shown, and what had been told with it */
	size_t shown_bytes;
	_Atomic bool is_open, leaves;
	enum err result;
};

static void note_delta(struct audience *a, const struct run_event *delta)
{
	assert_int_equal(delta->offset, a->told.n);
	buf_str(&a->told, delta->text);
}

static bool show_some(void *arg, struct arena *mem, const struct run_event *delta)
{
	struct audience *a = arg;

	if (++a->n_offered % 3 == 0)
		return false;
	note_delta(a, delta);
	snprintf(a->shown_id, sizeof(a->shown_id), "%.*s", STR(arena_str(mem, delta->id)));
	a->shown_bytes = a->told.n;
	a->n_shown++;
	return true;
}

static bool stays(void *arg)
{
	return !((struct audience *)arg)->leaves;
}

static void *listen_to_the_end(void *arg)
{
	struct audience *a = arg;
	struct arena mem = { .block_bytes = 4096 };
	struct ctx ctx = { .mem = &mem, .db = a->rig->ctx.db, .actor = a->rig->ctx.actor };
	struct run_event event = { 0 };
	const struct run_listener listener = { .show = show_some, .go_on = stays, .arg = a };

	assert_int_equal(run_watch_open(&ctx, a->run_id, S(""), &a->watch), OK);
	a->watch.listener = &listener;
	a->is_open = true;
	while (a->result == OK && event.kind != RUN_EVENT_END) {
		a->result = run_watch_next(&ctx, &a->watch, mono_ms() + PATIENCE_MS, &event);
		if (a->result == OK && event.kind == RUN_EVENT_DELTA)
			note_delta(a, &event);
	}
	arena_fini(&mem);
	return NULL;
}

static void seat(struct audience *a, struct rig *r, const struct hand *h)
{
	*a = (struct audience){ .rig = r, .run_id = h->job.run.id };
	assert_int_equal(pthread_create(&a->thread, NULL, listen_to_the_end, a), 0);
}

/* Once its thread has ended. */
static void clear(struct audience *a)
{
	run_watch_close(&a->watch);
	buf_fini(&a->told);
}

/* A reply piece by piece, until so many were shown; NUL behind it. */
static struct str write_until_shown(struct rig *r, struct hand *h, const struct audience *a, int n_shown)
{
	int64_t until = mono_ms() + PATIENCE_MS;
	struct buf text = { .mem = &r->mem };
	unsigned draft = begin(h);

	while (a->n_shown < n_shown && mono_ms() < until) {
		struct str piece = arena_printf(&r->mem, "piece %zu, ", text.n);

		buf_str(&text, piece);
		run_feed_add(h->job.feed, draft, piece);
		usleep(200);
	}
	assert_int_equal(a->n_shown, n_shown);
	return arena_str(&r->mem, buf_view(&text));
}

static void who_sleeps_is_shown_deltas_and_misses_nothing(void **state)
{
	struct rig *r = *state;
	struct hand *h = take_new(r);
	struct audience a;
	struct str text;
	WATCH(again);

	seat(&a, r, h);
	text = write_until_shown(r, h, &a, 40);
	answer(r, h, text);
	pthread_join(a.thread, NULL);
	assert_int_equal(a.result, OK);
	assert_true(str_eq(buf_view(&a.told), text));
	open_watch(r, h->job.run.id, str_of(a.shown_id), &again);
	if (a.shown_bytes < text.n)
		expect_delta(r, &again, 0, (int64_t)a.shown_bytes, text.p + a.shown_bytes);
	expect_reply(r, &again, 0, text.p);
	clear(&a);
	leave(h);
}

static void a_sleeping_watcher_can_be_told_to_leave(void **state)
{
	struct rig *r = *state;
	struct hand *h = take_new(r);
	int64_t late = mono_ms() + PATIENCE_MS;
	struct audience a;

	seat(&a, r, h);
	while (!a.is_open)
		usleep(100);
	a.leaves = true;
	bell_ring(&a.watch.bell);
	pthread_join(a.thread, NULL);
	assert_int_equal(a.result, ERR_TIMEOUT);
	assert_true(mono_ms() < late);
	clear(&a);
	leave(h);
}

/* -- all at once ------------------------------------------------------------------------------------------------ */

enum { WATCHERS = 4, RUNS = 6 };

struct watcher {
	pthread_t thread;
	struct rig *rig;
	struct str run_id;
	size_t n_steps;
};

/* Leaves and comes back now and then. */
static void *watch_to_the_end(void *arg)
{
	struct watcher *me = arg;
	struct arena mem = { .block_bytes = 4096 };
	struct ctx ctx = { .mem = &mem, .db = me->rig->ctx.db, .actor = me->rig->ctx.actor };
	struct run_event event = { 0 };
	struct str after = S("");

	while (event.kind != RUN_EVENT_END) {
		WATCH(w);

		assert_int_equal(run_watch_open(&ctx, me->run_id, after, &w), OK);
		for (int i = 0; i < 3 && event.kind != RUN_EVENT_END; i++) {
			assert_int_equal(run_watch_next(&ctx, &w, mono_ms() + PATIENCE_MS, &event), OK);
			after = event.id.p ? event.id : after;
			if (event.kind == RUN_EVENT_REPLY || event.kind == RUN_EVENT_RESULT)
				assert_int_equal(event.step, me->n_steps++);
		}
	}
	assert_str(event.run.status, "succeeded");
	arena_fini(&mem);
	return NULL;
}

static void many_watch_many_runs(void **state)
{
	struct rig *r = *state;
	struct run_workers_options options = { .db = r->ctx.db, .n_workers = 3 };
	struct watcher watchers[RUNS][WATCHERS];
	struct run_workers *workers;

	script.n_turns = 5, script.n_calls = 2;
	assert_int_equal(run_workers_start(&r->ctx, &options, &workers), OK);
	for (int i = 0; i < RUNS; i++) {
		struct run run = rig_run(r, S("hello"));

		for (int j = 0; j < WATCHERS; j++) {
			watchers[i][j] = (struct watcher){ .rig = r, .run_id = run.id };
			pthread_create(&watchers[i][j].thread, NULL, watch_to_the_end, &watchers[i][j]);
		}
		run_workers_ring(workers);
	}
	for (int i = 0; i < RUNS; i++)
		for (int j = 0; j < WATCHERS; j++) {
			pthread_join(watchers[i][j].thread, NULL);
			assert_int_equal(watchers[i][j].n_steps, 5 * 3 + 1);
		}
	run_workers_stop(workers);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		WITH_AN_AGENT(a_run_is_told_from_its_beginning_to_its_end),
		WITH_AN_AGENT(what_was_not_seen_live_is_told_before_the_reply),
		WITH_AN_AGENT(a_reply_that_came_out_differently_takes_back_what_was_told),
		WITH_AN_AGENT(a_new_draft_goes_on_where_the_last_one_was_if_it_says_the_same),
		WITH_AN_AGENT(waiting_in_vain_leaves_nothing_in_memory),
		WITH_AN_AGENT(a_cancelled_run_ends_in_the_middle_of_a_reply),
		WITH_AN_AGENT(a_run_that_is_handed_back_waits_again),
		WITH_AN_AGENT(what_another_process_stores_is_told_too),
		WITH_AN_AGENT(every_id_is_a_place_to_resume_at),
		WITH_AN_AGENT(who_resumes_in_a_text_that_is_not_it_any_more_is_told_all_of_it),
		WITH_AN_AGENT(behind_the_end_nothing_is_left),
		WITH_AN_AGENT(what_is_no_id_is_refused),
		WITH_AN_AGENT(who_sleeps_is_shown_deltas_and_misses_nothing),
		WITH_AN_AGENT(a_sleeping_watcher_can_be_told_to_leave),
		WITH_AN_AGENT(many_watch_many_runs),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
