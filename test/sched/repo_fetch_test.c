/* test/sched/repo_fetch_test.c: the thread that keeps repositories fetched. */
#include "../domain/sources.h"

#include "base/clock.h"
#include "sched/repo_fetch.h"

enum { PATIENCE_MS = 60 * 1000 };

static struct repo_fetcher *start(struct rig *r)
{
	struct repo_fetcher_options options = { .db = r->ctx.db, .interval_ms = 20 };
	struct repo_fetcher *fetcher;

	assert_int_equal(repo_fetcher_start(&r->ctx, &options, &fetcher), OK);
	return fetcher;
}

static struct repository stored(struct rig *r)
{
	struct repository repository;

	db_snapshot_end(&r->ctx);
	assert_int_equal(repositories_get(&r->ctx, r->ctx.actor.workspace_id, &repository), OK);
	return repository;
}

/* Until another fetch has been tried. */
static struct repository after_a_round(struct rig *r)
{
	int64_t end = mono_ms() + PATIENCE_MS, before = now_us();

	while (stored(r).fetched_at < before && mono_ms() < end)
		usleep(5000);
	assert_true(stored(r).fetched_at >= before);
	return stored(r);
}

static void what_is_pushed_arrives_by_itself(void **state)
{
	struct rig *r = *state;
	struct repo_fetcher *fetcher;
	struct str first;

	use_sources(r, NULL, true);
	put_file(r, "work/a", "one");
	commit_work(r);
	connect_work(r);
	first = stored(r).commit;
	put_file(r, "work/a", "two");
	commit_work(r);
	fetcher = start(r);
	assert_false(str_eq(after_a_round(r).commit, first));
	repo_fetcher_stop(fetcher);
}

static void a_remote_that_is_away_costs_nothing_but_the_error(void **state)
{
	struct rig *r = *state;
	struct repo_fetcher *fetcher;
	struct repository now;

	use_sources(r, NULL, true);
	put_file(r, "work/a", "one");
	commit_work(r);
	connect_work(r);
	shell(r, "mv work elsewhere");
	fetcher = start(r);
	now = after_a_round(r);
	assert_true(now.error.n > 0);
	assert_true(now.commit.n > 0);
	shell(r, "mv elsewhere work");
	while (stored(r).error.p)
		after_a_round(r);
	repo_fetcher_stop(fetcher);
}

static void it_stops_whatever_it_is_at(void **state)
{
	struct rig *r = *state;

	use_sources(r, NULL, true);
	for (int i = 0; i < 20; i++)
		repo_fetcher_stop(start(r));
	repo_fetcher_stop(NULL);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		IN_WORKSPACE(what_is_pushed_arrives_by_itself),
		IN_WORKSPACE(a_remote_that_is_away_costs_nothing_but_the_error),
		IN_WORKSPACE(it_stops_whatever_it_is_at),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
