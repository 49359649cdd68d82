/* test/sched/repo_fetch_test.c: the thread that keeps repositories fetched. */
#include "../domain/sources.h"

#include <arpa/inet.h>

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

static enum err put(struct ctx *ctx, struct db_tx *tx, void *repository)
{
	return repositories_put(ctx, tx, repository);
}

/* A URL where connections are taken, and nothing is ever said. */
static struct str silent_url(struct rig *r, int *listening)
{
	struct sockaddr_in address = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	socklen_t n = sizeof(address);

	*listening = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	assert_int_equal(bind(*listening, (struct sockaddr *)&address, sizeof(address)), 0);
	assert_int_equal(listen(*listening, 9), 0);
	assert_int_equal(getsockname(*listening, (struct sockaddr *)&address, &n), 0);
	return arena_printf(&r->mem, "https://127.0.0.1:%d/a.git", ntohs(address.sin_port));
}

static void one_that_failed_is_not_waited_for_as_long(void **state)
{
	struct rig *r = *state;
	struct repo_fetcher_options options = { .db = r->ctx.db, .interval_ms = 20, .again_ms = 100 };
	struct repo_fetcher *fetcher;
	struct repository silent;
	int listening;

	use_sources(r, NULL, true);
	silent = (struct repository){ .workspace_id = r->ctx.actor.workspace_id, .url = silent_url(r, &listening),
				      .error_code = S("network"), .error = S("it was away"), .fetched_at = 1,
				      .connected_by = S(""), .connected_at = 1 };
	assert_int_equal(db_write(&r->ctx, put, &silent), OK);
	assert_int_equal(repo_fetcher_start(&r->ctx, &options, &fetcher), OK);
	assert_str(after_a_round(r).error, "the repository did not answer in time");
	repo_fetcher_stop(fetcher);
	close(listening);
}

static struct repository fetched_after(struct rig *r, int64_t before)
{
	int64_t end = mono_ms() + PATIENCE_MS;

	while (stored(r).fetched_at <= before && mono_ms() < end)
		usleep(5000);
	assert_true(stored(r).fetched_at > before);
	return stored(r);
}

static void what_is_announced_is_fetched_without_waiting_for_a_round(void **state)
{
	struct rig *r = *state;
	struct repo_fetcher_options options = { .db = r->ctx.db, .push_pause_ms = 50 };
	struct repo_fetcher *fetcher;
	struct repository before, now;

	use_sources(r, NULL, true);
	put_file(r, "work/a", "one");
	commit_work(r);
	connect_work(r);
	before = stored(r);
	assert_int_equal(repo_fetcher_start(&r->ctx, &options, &fetcher), OK);
	put_file(r, "work/a", "two");
	commit_work(r);
	repo_fetcher_pushed(fetcher, S("00000000-0000-4000-8000-000000000000"));
	repo_fetcher_pushed(fetcher, r->ctx.actor.workspace_id);
	now = fetched_after(r, before.fetched_at);
	assert_false(str_eq(now.commit, before.commit));
	repo_fetcher_pushed(fetcher, r->ctx.actor.workspace_id);
	fetched_after(r, now.fetched_at);
	repo_fetcher_stop(fetcher);
}

static void announcements_that_come_fast_wait_for_each_other(void **state)
{
	enum { PAUSE_MS = 1000 };
	struct rig *r = *state;
	struct repo_fetcher_options options = { .db = r->ctx.db, .push_pause_ms = PAUSE_MS };
	struct repo_fetcher *fetcher;
	struct repository now;
	int64_t began;

	use_sources(r, NULL, true);
	put_file(r, "work/a", "one");
	commit_work(r);
	connect_work(r);
	now = stored(r);
	assert_int_equal(repo_fetcher_start(&r->ctx, &options, &fetcher), OK);
	began = mono_ms();
	repo_fetcher_pushed(fetcher, r->ctx.actor.workspace_id);
	now = fetched_after(r, now.fetched_at);
	for (int i = 0; i < 100; i++)
		repo_fetcher_pushed(fetcher, r->ctx.actor.workspace_id);
	fetched_after(r, now.fetched_at);
	assert_true(mono_ms() - began >= PAUSE_MS);
	repo_fetcher_stop(fetcher);
	repo_fetcher_pushed(NULL, r->ctx.actor.workspace_id);
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
		IN_WORKSPACE(one_that_failed_is_not_waited_for_as_long),
		IN_WORKSPACE(what_is_announced_is_fetched_without_waiting_for_a_round),
		IN_WORKSPACE(announcements_that_come_fast_wait_for_each_other),
		IN_WORKSPACE(it_stops_whatever_it_is_at),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
