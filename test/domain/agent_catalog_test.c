/* test/domain/agent_catalog_test.c: the order of a list, and what is read again when something changes. */
#include "sources.h"

#include <fcntl.h>
#include <pthread.h>

#include "base/clock.h"
#include "base/utf8.h"
#include "domain/agent_catalog.h"

enum { PATIENCE_MS = 60 * 1000 };

#define FOLDER "folder/" PYDANTIC_FOLDER

static int set_up(void **state)
{
	struct rig *r = sources_set_up(state);

	put_file(r, FOLDER "a.yaml", GREET("alpha"));
	put_file(r, FOLDER "b.yaml", GREET("beta"));
	return 0;
}

#define ON_A_FOLDER(test) cmocka_unit_test_setup_teardown(test, set_up, rig_tear_down)

static struct agent_catalog *open_catalog(struct rig *r)
{
	struct agent_catalog *catalog;

	db_snapshot_end(&r->ctx);
	assert_int_equal(agent_catalog_open(&r->ctx, &catalog), OK);
	return catalog;
}

/* "name@path ..." in the order of the list; broken ones with "!". */
static struct str listed(struct rig *r)
{
	AUTO(agent_catalog_done) struct agent_catalog *catalog = open_catalog(r);
	struct buf out = { .mem = &r->mem };

	for (size_t i = 0; i < agent_catalog_size(catalog); i++) {
		const struct agent_entry *e = agent_catalog_at(catalog, i);

		buf_printf(&out, "%s%s%.*s", i ? " " : "", e->valid ? "" : "!", STR(e->name));
	}
	return buf_view(&out);
}

static void valid_ones_come_first_by_name_and_broken_ones_by_file(void **state)
{
	struct rig *r = *state;

	put_file(r, FOLDER "z.yaml", GREET("a-first"));
	put_file(r, FOLDER "broken.yaml", "name: [");
	put_file(r, FOLDER "Also_Broken.YML", "- 1");
	put_file(r, "folder/" CARGO_FOLDER "c.json", "{\"name\":\"betamax\",\"inputs\":[]}");
	assert_str(listed(r), "a-first alpha beta betamax !Also_Broken !broken");
}

static void what_is_no_agent_file_is_not_listed(void **state)
{
	struct rig *r = *state;

	put_file(r, FOLDER "readme.md", "x");
	put_file(r, FOLDER "nested/deep.yaml", GREET("deep"));
	put_file(r, "folder/agents/stray.yaml", GREET("stray"));
	put_file(r, "folder/agents/other/x.yaml", GREET("other"));
	shell(r, "ln -s a.yaml folder/" PYDANTIC_FOLDER "link.yaml");
	assert_str(listed(r), "alpha beta");
}

static void what_cannot_be_decoded_is_replaced(void **state)
{
	AUTO(agent_catalog_done) struct agent_catalog *catalog = NULL;
	struct rig *r = *state;
	const struct agent_entry *e;

	put_file(r, FOLDER "a.yaml", "name: alpha\nmodel: m\ninstructions: caf\xe9\n");
	catalog = open_catalog(r);
	e = agent_catalog_find(catalog, S("alpha"));
	assert_true(e->valid);
	assert_true(utf8_valid(e->reply));
	assert_str(e->text, "name: alpha\nmodel: m\ninstructions: caf\xef\xbf\xbd\n");
}

static void of_two_files_with_a_name_the_first_folder_s_is_found(void **state)
{
	struct rig *r = *state;
	AUTO(agent_catalog_done) struct agent_catalog *catalog = NULL;

	put_file(r, "folder/" CARGO_FOLDER "a.json", "{\"name\":\"alpha\",\"inputs\":[]}");
	catalog = open_catalog(r);
	assert_int_equal(agent_catalog_size(catalog), 3);
	assert_str(agent_catalog_find(catalog, S("alpha"))->path, PYDANTIC_FOLDER "a.yaml");
	assert_null(agent_catalog_find(catalog, S("Alpha")));
}

/* Until files that were written a moment ago count as written some time ago. */
static void wait_until_settled(struct rig *r)
{
	struct agent_catalog *before = NULL, *now = NULL;
	int64_t end = mono_ms() + PATIENCE_MS;

	do {
		agent_catalog_close(before);
		before = now;
		now = open_catalog(r);
		usleep(20 * 1000);
	} while (before != now && mono_ms() < end);
	assert_ptr_equal(before, now);
	agent_catalog_close(before);
	agent_catalog_close(now);
}

static void an_unchanged_source_gives_the_same_catalog(void **state)
{
	struct rig *r = *state;
	AUTO(agent_catalog_done) struct agent_catalog *first = NULL, *second = NULL;

	wait_until_settled(r);
	first = open_catalog(r);
	second = open_catalog(r);
	assert_ptr_equal(first, second);
}

static struct str text_of(struct rig *r, const char *name)
{
	AUTO(agent_catalog_done) struct agent_catalog *catalog = open_catalog(r);
	const struct agent_entry *e = agent_catalog_find(catalog, str_of(name));

	assert_non_null(e);
	return arena_str(&r->mem, e->text);
}

/* In place, with as many bytes. */
static void overwrite(struct rig *r, const char *path, struct str text)
{
	int fd = open(rig_path(r, path), O_WRONLY | O_CLOEXEC);

	assert_true(fd >= 0);
	assert_int_equal(pwrite(fd, text.p, text.n, 0), text.n);
	close(fd);
}

static struct str greeting(struct rig *r, int number)
{
	return arena_printf(&r->mem, "name: beta\nmodel: openai:gpt-x\ninstructions: No. %06d\n", number);
}

/* Faster than the file system's clock ticks. */
static void a_file_that_changes_all_the_time_is_never_shown_as_it_was(void **state)
{
	struct rig *r = *state;

	put_file(r, FOLDER "b.yaml", greeting(r, 0).p);
	for (int i = 1; i < 200; i++) {
		overwrite(r, FOLDER "b.yaml", greeting(r, i));
		assert_str(text_of(r, "beta"), greeting(r, i).p);
	}
}

static void a_change_shows_though_size_and_time_are_as_before(void **state)
{
	struct rig *r = *state;

	put_file(r, FOLDER "b.yaml", greeting(r, 1).p);
	shell(r, "touch -d 2026-01-01 " FOLDER "b.yaml");
	wait_until_settled(r);
	overwrite(r, FOLDER "b.yaml", greeting(r, 2));
	shell(r, "touch -d 2026-01-01 " FOLDER "b.yaml");
	/* Not looked at before that is some time ago. */
	sleep(4);
	assert_str(text_of(r, "beta"), greeting(r, 2).p);
}

static void a_file_that_was_written_again_as_it_was_is_not_parsed_again(void **state)
{
	struct rig *r = *state;
	AUTO(agent_catalog_done) struct agent_catalog *before = open_catalog(r), *after = NULL;

	put_file(r, FOLDER "b.yaml", GREET("beta"));
	after = open_catalog(r);
	assert_ptr_equal(agent_catalog_find(before, S("beta")), agent_catalog_find(after, S("beta")));
}

static void only_the_changed_file_is_parsed_again(void **state)
{
	struct rig *r = *state;
	AUTO(agent_catalog_done) struct agent_catalog *before = open_catalog(r);
	AUTO(agent_catalog_done) struct agent_catalog *after = NULL;

	put_file(r, FOLDER "b.yaml", GREET("beta-two"));
	after = open_catalog(r);
	assert_ptr_not_equal(before, after);
	/* Entries are shared as long as their file is the same. */
	assert_ptr_equal(agent_catalog_find(before, S("alpha")), agent_catalog_find(after, S("alpha")));
	assert_null(agent_catalog_find(after, S("beta")));
	assert_non_null(agent_catalog_find(after, S("beta-two")));
	/* Whoever holds the former one still sees what was. */
	assert_str(agent_catalog_find(before, S("beta"))->text, GREET("beta"));
}

static void a_file_that_is_gone_is_gone(void **state)
{
	struct rig *r = *state;

	assert_str(listed(r), "alpha beta");
	shell(r, "rm folder/" PYDANTIC_FOLDER "a.yaml");
	assert_str(listed(r), "beta");
}

static void a_file_that_is_too_large_is_told(void **state)
{
	struct rig *r = *state;
	AUTO(agent_catalog_done) struct agent_catalog *catalog = NULL;
	const struct agent_entry *e;

	shell(r, "{ printf 'name: large\\nmodel: a\\ninstructions: '; head -c 1100000 /dev/zero | tr '\\0' x; } > folder/"
		 PYDANTIC_FOLDER "large.yaml");
	catalog = open_catalog(r);
	e = agent_catalog_find(catalog, S("large"));
	assert_non_null(e);
	assert_false(e->valid);
	assert_true(str_find(e->reply, S("larger than")) > 0);
}

static void of_commits_a_changed_file_alone_is_parsed_again_too(void **state)
{
	struct rig *r = *state;
	AUTO(agent_catalog_done) struct agent_catalog *before = NULL, *after = NULL;
	struct repository repository;

	put_file(r, "work/" PYDANTIC_FOLDER "a.yaml", GREET("alpha"));
	put_file(r, "work/" PYDANTIC_FOLDER "b.yaml", GREET("beta"));
	commit_work(r);
	connect_work(r);
	before = open_catalog(r);
	put_file(r, "work/" PYDANTIC_FOLDER "b.yaml", GREET("gamma"));
	commit_work(r);
	assert_int_equal(repository_sync(&r->ctx, r->ctx.actor.workspace_id, NULL, &repository), OK);
	after = open_catalog(r);
	assert_ptr_equal(agent_catalog_find(before, S("alpha")), agent_catalog_find(after, S("alpha")));
	assert_non_null(agent_catalog_find(after, S("gamma")));
	assert_true(str_eq(agent_catalog_tree(after)->commit, repository.commit));
}

/* -- many at once ---------------------------------------------------------------------------------- */

struct reader {
	struct rig *r;
	size_t sum;
};

static void *read_often(void *arg)
{
	struct reader *reader = arg;
	struct arena mem;
	struct ctx ctx = { .mem = &mem, .db = reader->r->ctx.db, .actor = reader->r->ctx.actor };

	arena_init(&mem, 0);
	for (int i = 0; i < 30; i++) {
		AUTO(agent_catalog_done) struct agent_catalog *catalog = NULL;

		if (agent_catalog_open(&ctx, &catalog) == OK)
			reader->sum += agent_catalog_size(catalog);
		db_snapshot_end(&ctx);
		arena_reset(&mem);
	}
	db_reader_close(ctx.reader);
	arena_fini(&mem);
	return NULL;
}

static void threads_share_a_catalog_while_files_change(void **state)
{
	enum { READERS = 4 };
	struct rig *r = *state;
	struct reader readers[READERS];
	pthread_t threads[READERS];

	for (size_t i = 0; i < READERS; i++) {
		readers[i] = (struct reader){ .r = r };
		assert_int_equal(pthread_create(&threads[i], NULL, read_often, &readers[i]), 0);
	}
	for (int i = 0; i < 10; i++)
		put_file(r, FOLDER "b.yaml", i % 2 ? GREET("beta") : GREET("beta-two"));
	for (size_t i = 0; i < READERS; i++) {
		assert_int_equal(pthread_join(threads[i], NULL), 0);
		assert_int_equal(readers[i].sum, 60);
	}
}

/* -- order ----------------------------------------------------------------------------------------- */

static void names_sort_as_the_reference_sorts_them(void **state)
{
	static const char *const IN_ORDER[] = { "_a", "-a", "a", "a_b", "a-b", "a.b", "a1", "aa", "Ab", "b", "B", "c" };

	for (size_t i = 1; i < COUNT_OF(IN_ORDER); i++) {
		assert_true(agent_collate(str_of(IN_ORDER[i - 1]), str_of(IN_ORDER[i])) < 0);
		assert_true(agent_collate(str_of(IN_ORDER[i]), str_of(IN_ORDER[i - 1])) > 0);
	}
	assert_int_equal(agent_collate(S("same"), S("same")), 0);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		ON_A_FOLDER(valid_ones_come_first_by_name_and_broken_ones_by_file),
		ON_A_FOLDER(what_is_no_agent_file_is_not_listed),
		ON_A_FOLDER(what_cannot_be_decoded_is_replaced),
		ON_A_FOLDER(of_two_files_with_a_name_the_first_folder_s_is_found),
		ON_A_FOLDER(an_unchanged_source_gives_the_same_catalog),
		ON_A_FOLDER(a_file_that_changes_all_the_time_is_never_shown_as_it_was),
		ON_A_FOLDER(a_change_shows_though_size_and_time_are_as_before),
		ON_A_FOLDER(a_file_that_was_written_again_as_it_was_is_not_parsed_again),
		ON_A_FOLDER(only_the_changed_file_is_parsed_again),
		ON_A_FOLDER(a_file_that_is_gone_is_gone),
		ON_A_FOLDER(a_file_that_is_too_large_is_told),
		ON_A_FOLDER(of_commits_a_changed_file_alone_is_parsed_again_too),
		ON_A_FOLDER(threads_share_a_catalog_while_files_change),
		cmocka_unit_test(names_sort_as_the_reference_sorts_them),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
