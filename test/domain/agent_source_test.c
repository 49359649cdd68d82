/* test/domain/agent_source_test.c: where a workspace's agents come from, and what a fetch changes. */
#include "sources.h"

#include <pthread.h>
#include <sys/file.h>

#include "domain/secret.h"
#include "repo/mirror.h"
#include "repo/tree.h"

static size_t n_files(struct rig *r, const struct tree *tree)
{
	struct list files;

	assert_int_equal(tree_list(&r->ctx, tree, "agents/pydantic-agentspec", 0, &files), OK);
	return files.n;
}

static size_t n_agents(struct rig *r)
{
	struct tree tree;

	db_snapshot_end(&r->ctx);
	assert_int_equal(agent_source_tree(&r->ctx, &tree), OK);
	return n_files(r, &tree);
}

static struct repository stored(struct rig *r)
{
	struct repository repository;

	db_snapshot_end(&r->ctx);
	assert_int_equal(repositories_get(&r->ctx, r->ctx.actor.workspace_id, &repository), OK);
	return repository;
}

/* -- who is not connected -------------------------------------------------------------------------- */

static void the_built_in_repository_is_made_once_with_two_samples(void **state)
{
	struct rig *r = *state;
	struct tree first, second;

	use_sources(r, NULL, false);
	assert_int_equal(agent_source_make_builtin(&r->ctx), OK);
	assert_int_equal(agent_source_tree(&r->ctx, &first), OK);
	assert_int_equal(n_files(r, &first), 2);
	assert_int_equal(agent_source_make_builtin(&r->ctx), OK);
	assert_int_equal(agent_source_tree(&r->ctx, &second), OK);
	assert_true(str_eq(first.commit, second.commit));
}

static void a_folder_counts_before_it_and_is_read_live(void **state)
{
	struct rig *r = *state;

	use_sources(r, "folder", false);
	assert_int_equal(n_agents(r), 0);
	put_file(r, "folder/" PYDANTIC_FOLDER "a.yaml", GREET("aa"));
	assert_int_equal(n_agents(r), 1);
}

static void there_may_be_no_source_at_all(void **state)
{
	struct rig *r = *state;
	struct tree tree;
	bool connected;

	use_sources(r, NULL, true);
	assert_fails(&r->ctx, agent_source_tree(&r->ctx, &tree), ERR_CONFLICT, "no repository connected to this workspace");
	assert_int_equal(agent_source_connected(&r->ctx, &connected), OK);
	assert_false(connected);
}

/* -- who is ------------------------------------------------------------------------------------------ */

static void a_connected_repository_counts_before_all_else(void **state)
{
	struct rig *r = *state;
	bool connected;

	use_sources(r, "folder", false);
	put_file(r, "work/" PYDANTIC_FOLDER "a.yaml", GREET("aa"));
	commit_work(r);
	connect_work(r);
	assert_int_equal(n_agents(r), 1);
	assert_int_equal(agent_source_connected(&r->ctx, &connected), OK);
	assert_true(connected);
	assert_int_equal(repository_disconnect(&r->ctx), OK);
	assert_int_equal(n_agents(r), 0);
	assert_fails(&r->ctx, repository_disconnect(&r->ctx), ERR_NOT_FOUND, "repository");
}

static void what_is_pushed_counts_from_the_next_fetch_on(void **state)
{
	struct rig *r = *state;
	struct repository now;

	use_sources(r, NULL, true);
	put_file(r, "work/" PYDANTIC_FOLDER "a.yaml", GREET("aa"));
	commit_work(r);
	connect_work(r);
	put_file(r, "work/" PYDANTIC_FOLDER "b.yaml", GREET("bb"));
	commit_work(r);
	assert_int_equal(n_agents(r), 1);
	assert_int_equal(repository_sync(&r->ctx, r->ctx.actor.workspace_id, NULL, &now), OK);
	assert_int_equal(n_agents(r), 2);
	assert_true(str_eq(now.commit, stored(r).commit));
}

static void the_last_good_state_serves_while_the_remote_is_away(void **state)
{
	struct rig *r = *state;
	struct repository now;

	use_sources(r, NULL, true);
	put_file(r, "work/" PYDANTIC_FOLDER "a.yaml", GREET("aa"));
	commit_work(r);
	connect_work(r);
	shell(r, "mv work elsewhere");
	assert_int_equal(repository_sync(&r->ctx, r->ctx.actor.workspace_id, NULL, &now), OK);
	assert_true(now.error.n > 0);
	assert_true(stored(r).commit.n > 0);
	assert_true(stored(r).error.n > 0);
	assert_int_equal(n_agents(r), 1);
	shell(r, "mv elsewhere work");
	assert_int_equal(repository_sync(&r->ctx, r->ctx.actor.workspace_id, NULL, &now), OK);
	assert_null(stored(r).error.p);
}

static void connecting_it_again_keeps_what_serves(void **state)
{
	struct rig *r = *state;
	struct repository_setting setting = { .url = work_url(r) };
	struct repository before, again;

	use_sources(r, NULL, true);
	put_file(r, "work/" PYDANTIC_FOLDER "a.yaml", GREET("aa"));
	commit_work(r);
	connect_work(r);
	before = stored(r);
	shell(r, "mv work elsewhere");
	assert_int_equal(repository_connect(&r->ctx, &setting, &again), OK);
	assert_true(again.error.n > 0);
	assert_true(str_eq(stored(r).commit, before.commit));
	assert_int_equal(n_agents(r), 1);
	setting.branch = S("another");
	assert_int_equal(repository_connect(&r->ctx, &setting, &again), OK);
	assert_null(stored(r).commit.p);
}

static enum err put(struct ctx *ctx, struct db_tx *tx, void *repository)
{
	return repositories_put(ctx, tx, repository);
}

/* As an import does. */
static void connect_unfetched(struct rig *r, struct str url)
{
	struct repository repository = { .workspace_id = r->ctx.actor.workspace_id, .url = url, .connected_by = S(""),
					 .connected_at = 1 };

	assert_int_equal(db_write(&r->ctx, put, &repository), OK);
}

static void a_repository_that_was_never_fetched_is_when_it_is_asked_for(void **state)
{
	struct rig *r = *state;

	use_sources(r, NULL, true);
	put_file(r, "work/" PYDANTIC_FOLDER "a.yaml", GREET("aa"));
	commit_work(r);
	connect_unfetched(r, work_url(r));
	assert_int_equal(n_agents(r), 1);
	assert_true(stored(r).fetched_at > 0);
}

static void *ask(void *arg)
{
	struct rig *r = arg;
	struct arena mem;
	struct ctx ctx = { .mem = &mem, .db = r->ctx.db, .actor = r->ctx.actor };
	struct tree tree;

	arena_init(&mem, 0);
	assert_int_equal(agent_source_tree(&ctx, &tree), OK);
	db_reader_close(ctx.reader);
	arena_fini(&mem);
	return NULL;
}

/* Of those that asked at the same time one fetches. */
static void a_first_fetch_is_for_all_who_wait_for_it(void **state)
{
	enum { ASKERS = 4 };
	struct rig *r = *state;
	pthread_t threads[ASKERS];

	use_sources(r, NULL, true);
	put_file(r, "work/" PYDANTIC_FOLDER "a.yaml", GREET("aa"));
	commit_work(r);
	connect_unfetched(r, work_url(r));
	wrap_git(r, "echo >> fetches");
	for (int i = 0; i < ASKERS; i++)
		assert_int_equal(pthread_create(&threads[i], NULL, ask, r), 0);
	for (int i = 0; i < ASKERS; i++)
		assert_int_equal(pthread_join(threads[i], NULL), 0);
	unwrap_git();
	shell(r, "test $(wc -l < fetches) -eq 1");
}

static void one_that_cannot_be_fetched_is_tried_once_and_told(void **state)
{
	struct rig *r = *state;
	struct tree tree;
	int64_t tried;

	use_sources(r, NULL, true);
	connect_unfetched(r, arena_printf(&r->mem, "file://%s/none", r->dir));
	assert_fails(&r->ctx, agent_source_tree(&r->ctx, &tree), ERR_UPSTREAM, "could not read agents from the repository");
	tried = stored(r).fetched_at;
	assert_true(tried > 0);
	assert_str(stored(r).error_code, "not-found");
	assert_fails(&r->ctx, agent_source_tree(&r->ctx, &tree), ERR_UPSTREAM, "could not read");
	assert_int_equal(stored(r).fetched_at, tried);
	/* The code is told each time; details only of a network's failure. */
	assert_int_equal(r->ctx.issues->n, 2);
	assert_string_equal(r->ctx.issues->items[1].code, "not-found");
	assert_int_equal(r->ctx.issues->items[1].message.n, 0);
}

/* -- connecting ---------------------------------------------------------------------------------------- */

static void what_git_could_take_for_something_else_is_refused(void **state)
{
	struct rig *r = *state;
	static const struct {
		struct str url, branch;
	} CASES[] = {
		{ S("--upload-pack=x"), { NULL, 0 } }, { S("ext::sh -c x"), { NULL, 0 } }, { S("http://example.com/a"), { NULL, 0 } },
		{ S("/etc"), { NULL, 0 } }, { S("https://"), { NULL, 0 } }, { S("https://a b"), { NULL, 0 } },
		{ S("https://example.com/a"), S("-x") }, { S("https://example.com/a"), S("a:b") }, { S("https://example.com/a"), S("") },
	};

	use_sources(r, NULL, true);
	for (size_t i = 0; i < COUNT_OF(CASES); i++) {
		struct repository_setting setting = { .url = CASES[i].url, .branch = CASES[i].branch };
		struct repository repository;

		assert_int_equal(repository_connect(&r->ctx, &setting, &repository), ERR_INVALID);
	}
	assert_int_equal(repositories_get(&r->ctx, r->ctx.actor.workspace_id, &(struct repository){0}), ERR_NOT_FOUND);
}

static void a_token_is_stored_sealed(void **state)
{
	struct rig *r = *state;
	struct repository_setting setting = { .url = work_url(r), .token = S("ghp-a-token-nobody-may-see") };
	struct repository repository;

	use_sources(r, NULL, true);
	assert_int_equal(secret_load(&r->ctx, rig_path(r, "secret.key")), OK);
	put_file(r, "work/" PYDANTIC_FOLDER "a.yaml", GREET("aa"));
	commit_work(r);
	assert_int_equal(repository_connect(&r->ctx, &setting, &repository), OK);
	assert_int_equal(repository_sync(&r->ctx, r->ctx.actor.workspace_id, NULL, &repository), OK);
	assert_null(repository.error.p);
	assert_true(stored(r).sealed_token.n > 0);
	assert_false(rig_store_contains(r, setting.token));
	secret_unload();
}

static bool never(void *arg)
{
	(void)arg;
	return false;
}

static void a_fetch_that_nobody_wants_any_more_changes_nothing(void **state)
{
	struct rig *r = *state;
	const struct fetch_terms terms = { .go_on = never };
	struct repository before, now;

	use_sources(r, NULL, true);
	put_file(r, "work/" PYDANTIC_FOLDER "a.yaml", GREET("aa"));
	commit_work(r);
	connect_work(r);
	before = stored(r);
	/* Git may be done before anybody asks; then it was a fetch like any other. */
	if (repository_sync(&r->ctx, r->ctx.actor.workspace_id, &terms, &now) == ERR_GONE)
		assert_int_equal(stored(r).fetched_at, before.fetched_at);
	assert_null(stored(r).error.p);
}

static void two_fetches_of_one_mirror_do_not_get_in_each_other_s_way(void **state)
{
	struct rig *r = *state;
	const struct fetch_terms terms = { .timeout_ms = 50 };
	const char *path;
	struct repository before, now;
	int other;

	use_sources(r, NULL, true);
	put_file(r, "work/" PYDANTIC_FOLDER "a.yaml", GREET("aa"));
	commit_work(r);
	connect_work(r);
	before = stored(r);
	path = arena_printf(&r->mem, "%s/git/%.*s.git.lock", r->dir, STR(r->ctx.actor.workspace_id)).p;
	other = open(path, O_RDWR | O_CLOEXEC);
	assert_true(other >= 0);
	assert_int_equal(flock(other, LOCK_EX), 0);
	assert_int_equal(repository_sync(&r->ctx, r->ctx.actor.workspace_id, &terms, &now), ERR_BUSY);
	/* That is no fault of the remote's. */
	assert_int_equal(stored(r).fetched_at, before.fetched_at);
	close(other);
	assert_int_equal(repository_sync(&r->ctx, r->ctx.actor.workspace_id, &terms, &now), OK);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		IN_WORKSPACE(the_built_in_repository_is_made_once_with_two_samples),
		IN_WORKSPACE(a_folder_counts_before_it_and_is_read_live),
		IN_WORKSPACE(there_may_be_no_source_at_all),
		IN_WORKSPACE(a_connected_repository_counts_before_all_else),
		IN_WORKSPACE(what_is_pushed_counts_from_the_next_fetch_on),
		IN_WORKSPACE(the_last_good_state_serves_while_the_remote_is_away),
		IN_WORKSPACE(connecting_it_again_keeps_what_serves),
		IN_WORKSPACE(a_repository_that_was_never_fetched_is_when_it_is_asked_for),
		IN_WORKSPACE(a_first_fetch_is_for_all_who_wait_for_it),
		IN_WORKSPACE(one_that_cannot_be_fetched_is_tried_once_and_told),
		IN_WORKSPACE(what_git_could_take_for_something_else_is_refused),
		IN_WORKSPACE(a_token_is_stored_sealed),
		IN_WORKSPACE(a_fetch_that_nobody_wants_any_more_changes_nothing),
		IN_WORKSPACE(two_fetches_of_one_mirror_do_not_get_in_each_other_s_way),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
