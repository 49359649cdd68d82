/* test/sched/repo_fetch_test.c: the threads that keep repositories fetched. */
#include "../domain/sources.h"

#include <arpa/inet.h>
#include <dirent.h>
#include <fcntl.h>
#include <sys/file.h>

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

/* Without fetching it; error absent: it has not failed yet. */
static void connect_silent(struct rig *r, struct str url, struct str error)
{
	struct repository silent = { .workspace_id = r->ctx.actor.workspace_id, .url = url, .fetched_at = 1,
				     .error_code = error.p ? S("network") : error, .error = error,
				     .connected_by = S(""), .connected_at = 1 };

	assert_int_equal(db_write(&r->ctx, put, &silent), OK);
}

static void one_that_failed_is_not_waited_for_as_long(void **state)
{
	struct rig *r = *state;
	struct repo_fetcher_options options = { .db = r->ctx.db, .interval_ms = 20, .again_ms = 100 };
	struct repo_fetcher *fetcher;
	int listening;

	use_sources(r, NULL, true);
	connect_silent(r, silent_url(r, &listening), S("it was away"));
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

/* -- many repositories ------------------------------------------------------------------------------------------- */

static void enter(struct rig *r, size_t i)
{
	enter_workspace(r, arena_printf(&r->mem, "team-%zu", i));
}

static void one_that_says_nothing_holds_up_no_other(void **state)
{
	struct rig *r = *state;
	struct repo_fetcher *fetcher;
	struct repository before;
	int listening;

	use_sources(r, NULL, true);
	connect_silent(r, silent_url(r, &listening), (struct str){ NULL, 0 });
	enter(r, 1);
	put_file(r, "work/a", "one");
	commit_work(r);
	connect_work(r);
	before = stored(r);
	put_file(r, "work/a", "two");
	commit_work(r);
	fetcher = start(r);
	assert_false(str_eq(fetched_after(r, before.fetched_at).commit, before.commit));
	/* In its rounds, and when it is pushed to. */
	fetched_after(r, stored(r).fetched_at);
	repo_fetcher_pushed(fetcher, r->ctx.actor.workspace_id);
	fetched_after(r, stored(r).fetched_at);
	enter_workspace(r, S("demo"));
	assert_int_equal(stored(r).fetched_at, 1);
	repo_fetcher_stop(fetcher);
	close(listening);
}

static void those_that_failed_leave_places_to_the_rest(void **state)
{
	struct rig *r = *state;
	struct repo_fetcher_options options = { .db = r->ctx.db, .interval_ms = 20, .again_ms = 2 * PATIENCE_MS };
	struct repo_fetcher *fetcher;
	struct str url;
	int listening;

	use_sources(r, NULL, true);
	url = silent_url(r, &listening);
	put_file(r, "work/a", "one");
	commit_work(r);
	connect_work(r);
	for (size_t i = 0; i < 2 * REPO_FETCHES_MAX; i++) {
		enter(r, i);
		connect_silent(r, url, S("it was away"));
	}
	enter_workspace(r, S("demo"));
	assert_int_equal(repo_fetcher_start(&r->ctx, &options, &fetcher), OK);
	/* Long enough for the others to have what places they get. */
	for (int i = 0; i < 5; i++)
		fetched_after(r, stored(r).fetched_at);
	repo_fetcher_stop(fetcher);
	close(listening);
}

/* -- a git that waits -------------------------------------------------------------------------------------------- */

/* From here on each fetch is noted by its process, and waits as long as there is a file "hold". */
static void hold_git(struct rig *r)
{
	shell(r, ": > hold && : > began");
	wrap_git(r, "echo $$ >> began; while [ -e hold ]; do sleep 0.01; done");
}

static void let_git_go_on(struct rig *r)
{
	shell(r, "rm hold");
}

static size_t n_begun(struct rig *r)
{
	FILE *file = fopen(rig_path(r, "began"), "re");
	size_t n = 0;

	assert_non_null(file);
	for (int c; (c = fgetc(file)) != EOF;)
		n += c == '\n';
	fclose(file);
	return n;
}

static void wait_until_begun(struct rig *r, size_t n)
{
	int64_t end = mono_ms() + PATIENCE_MS;

	while (n_begun(r) < n && mono_ms() < end)
		usleep(5000);
	assert_int_equal(n_begun(r), n);
}

static size_t n_threads(void)
{
	DIR *tasks = opendir("/proc/self/task");
	size_t n = 0;

	assert_non_null(tasks);
	for (const struct dirent *entry; (entry = readdir(tasks));)
		n += entry->d_name[0] != '.';
	closedir(tasks);
	return n;
}

/* What happens too soon, or too often, does so within this. */
static void wait_a_little(void)
{
	usleep(300 * 1000);
}

static void some_are_fetched_at_a_time_and_their_threads_end(void **state)
{
	enum { N = REPO_FETCHES_MAX + 2 };
	struct rig *r = *state;
	struct repo_fetcher_options options = { .db = r->ctx.db };
	struct repo_fetcher *fetcher;
	struct str ids[N];
	int64_t began = now_us(), end;
	size_t before;

	use_sources(r, NULL, true);
	put_file(r, "work/a", "one");
	commit_work(r);
	for (size_t i = 0; i < N; i++) {
		enter(r, i);
		connect_silent(r, work_url(r), (struct str){ NULL, 0 });
		ids[i] = r->ctx.actor.workspace_id;
	}
	hold_git(r);
	assert_int_equal(repo_fetcher_start(&r->ctx, &options, &fetcher), OK);
	before = n_threads();
	for (size_t i = 0; i < N; i++)
		repo_fetcher_pushed(fetcher, ids[i]);
	wait_until_begun(r, REPO_FETCHES_MAX);
	wait_a_little();
	assert_int_equal(n_begun(r), REPO_FETCHES_MAX);
	assert_int_equal(n_threads(), before + REPO_FETCHES_MAX);
	let_git_go_on(r);
	for (size_t i = 0; i < N; i++) {
		enter(r, i);
		assert_true(fetched_after(r, began).commit.p);
	}
	end = mono_ms() + PATIENCE_MS;
	while (n_threads() > before && mono_ms() < end)
		usleep(5000);
	assert_int_equal(n_threads(), before);
	assert_int_equal(n_begun(r), N);
	repo_fetcher_stop(fetcher);
	unwrap_git();
}

static void what_is_pushed_during_a_fetch_is_fetched_once_more(void **state)
{
	struct rig *r = *state;
	struct repo_fetcher_options options = { .db = r->ctx.db, .push_pause_ms = 1 };
	struct repo_fetcher *fetcher;
	struct repository before;
	size_t threads;

	use_sources(r, NULL, true);
	put_file(r, "work/a", "one");
	commit_work(r);
	connect_work(r);
	before = stored(r);
	hold_git(r);
	assert_int_equal(repo_fetcher_start(&r->ctx, &options, &fetcher), OK);
	repo_fetcher_pushed(fetcher, r->ctx.actor.workspace_id);
	wait_until_begun(r, 1);
	threads = n_threads();
	for (int i = 0; i < 50; i++) {
		repo_fetcher_pushed(fetcher, r->ctx.actor.workspace_id);
		usleep(1000);
		/* Nor does a second thread wait for the first. */
		assert_int_equal(n_threads(), threads);
	}
	wait_a_little();
	assert_int_equal(n_begun(r), 1);
	let_git_go_on(r);
	fetched_after(r, before.fetched_at);
	wait_until_begun(r, 2);
	wait_a_little();
	assert_int_equal(n_begun(r), 2);
	repo_fetcher_stop(fetcher);
	unwrap_git();
}

static void a_mirror_that_another_process_has_is_fetched_when_it_is_free(void **state)
{
	struct rig *r = *state;
	struct repo_fetcher_options options = { .db = r->ctx.db, .push_pause_ms = 20 };
	struct repo_fetcher *fetcher;
	struct repository before;
	int other;

	use_sources(r, NULL, true);
	put_file(r, "work/a", "one");
	commit_work(r);
	connect_work(r);
	before = stored(r);
	other = open(arena_printf(&r->mem, "%s/git/%.*s.git.lock", r->dir, STR(r->ctx.actor.workspace_id)).p,
		     O_RDWR | O_CLOEXEC);
	assert_int_equal(flock(other, LOCK_EX), 0);
	assert_int_equal(repo_fetcher_start(&r->ctx, &options, &fetcher), OK);
	repo_fetcher_pushed(fetcher, r->ctx.actor.workspace_id);
	wait_a_little();
	assert_int_equal(stored(r).fetched_at, before.fetched_at);
	close(other);
	fetched_after(r, before.fetched_at);
	repo_fetcher_stop(fetcher);
}

/* Nobody is left to notice that "hold" goes. */
static void it_stops_and_ends_what_git_is_at(void **state)
{
	struct rig *r = *state;
	struct repo_fetcher_options options = { .db = r->ctx.db };
	struct repo_fetcher *fetcher;
	size_t before = n_threads();

	use_sources(r, NULL, true);
	put_file(r, "work/a", "one");
	commit_work(r);
	connect_work(r);
	hold_git(r);
	assert_int_equal(repo_fetcher_start(&r->ctx, &options, &fetcher), OK);
	repo_fetcher_pushed(fetcher, r->ctx.actor.workspace_id);
	wait_until_begun(r, 1);
	repo_fetcher_stop(fetcher);
	assert_int_equal(n_threads(), before);
	shell(r, "! kill -0 $(cat began) 2> kill");
	unwrap_git();
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
		IN_WORKSPACE(one_that_says_nothing_holds_up_no_other),
		IN_WORKSPACE(those_that_failed_leave_places_to_the_rest),
		IN_WORKSPACE(some_are_fetched_at_a_time_and_their_threads_end),
		IN_WORKSPACE(what_is_pushed_during_a_fetch_is_fetched_once_more),
		IN_WORKSPACE(a_mirror_that_another_process_has_is_fetched_when_it_is_free),
		IN_WORKSPACE(it_stops_and_ends_what_git_is_at),
		IN_WORKSPACE(it_stops_whatever_it_is_at),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
