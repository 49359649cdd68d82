/* repo/: files of a folder and of a commit are the same files; a mirror follows its remote. */
#include "../unit.h"

#include <sys/stat.h>

#include "base/clock.h"
#include "base/ctx.h"
#include "repo/mirror.h"
#include "repo/tree.h"

struct rig {
	struct arena mem;
	struct ctx ctx;
	char folder[64];
};

static int set_up(void **state)
{
	struct rig *r = *state = xcalloc(1, sizeof(*r));

	arena_init(&r->mem, 0);
	r->ctx.mem = &r->mem;
	strcpy(r->folder, "/tmp/agentd-repo-XXXXXX");
	return mkdtemp(r->folder) ? 0 : -1;
}

static void shell(const char *command)
{
	assert_int_equal(system(command), 0);
}

static int tear_down(void **state)
{
	struct rig *r = *state;

	shell(arena_printf(&r->mem, "rm -rf %s", r->folder).p);
	arena_fini(&r->mem);
	free(r);
	return 0;
}

static const char *below(struct rig *r, const char *name)
{
	return arena_printf(&r->mem, "%s/%s", r->folder, name).p;
}

/* A working copy with some files, committed. */
static void make_work(struct rig *r)
{
	shell(arena_printf(&r->mem,
		"cd %s && git init -q -b main work && cd work && mkdir -p agents/x/nested skills/s && "
		"printf one > agents/x/b.yaml && printf 'two\\n' > agents/x/a.yaml && printf deep > agents/x/nested/c.yaml && "
		"printf skill > 'skills/s/SKILL one.md' && : > $(printf 'agents/x/\\377.yaml') && "
		"ln -s b.yaml agents/x/link.yaml && : > agents/x/empty && "
		"git add -A && git -c user.name=t -c user.email=t@example.com commit -q -m first", r->folder).p);
}

static struct tree fetched(struct rig *r, struct str branch)
{
	struct mirror m = { .folder = below(r, "mirror.git"), .branch = branch,
			    .url = arena_printf(&r->mem, "file://%s/work", r->folder) };
	struct tree tree = { .kind = TREE_COMMIT, .root = m.folder };
	const char *code;

	assert_int_equal(mirror_fetch(&r->ctx, &m, &tree.commit, &code), OK);
	return tree;
}

static void check_files(struct rig *r, const struct tree *tree)
{
	struct list files;
	struct str texts[3];

	assert_int_equal(tree_list(&r->ctx, tree, "agents/x", 0, &files), OK);
	assert_int_equal(files.n, 3);
	assert_str(LIST_AT(files, struct tree_file, 0)->path, "agents/x/a.yaml");
	assert_str(LIST_AT(files, struct tree_file, 1)->path, "agents/x/b.yaml");
	assert_int_equal(LIST_AT(files, struct tree_file, 0)->size, 4);
	assert_int_equal(tree_read(&r->ctx, tree, files.items, 3, 100, texts), OK);
	assert_str(texts[0], "two\n");
	assert_str(texts[1], "one");
	assert_str(texts[2], "");
	/* Larger than wanted. */
	assert_int_equal(tree_read(&r->ctx, tree, files.items, 3, 3, texts), OK);
	assert_null(texts[0].p);
	assert_str(texts[1], "one");
	assert_int_equal(tree_list(&r->ctx, tree, "agents/x", 5, &files), OK);
	assert_int_equal(files.n, 4);
	assert_int_equal(tree_list(&r->ctx, tree, "nowhere", 0, &files), OK);
	assert_int_equal(files.n, 0);
}

static void a_folder_and_a_commit_have_the_same_files(void **state)
{
	struct rig *r = *state;
	struct tree folder = { .kind = TREE_FOLDER, .root = below(r, "work") }, commit;

	make_work(r);
	check_files(r, &folder);
	commit = fetched(r, (struct str){ NULL, 0 });
	check_files(r, &commit);
}

static void what_was_written_a_moment_ago_has_no_version_yet(void **state)
{
	struct rig *r = *state;
	struct tree folder = { .kind = TREE_FOLDER, .root = below(r, "work") };
	int64_t began = now_us();
	struct list files;

	make_work(r);
	assert_int_equal(tree_list(&r->ctx, &folder, "agents/x", 0, &files), OK);
	assert_true(!LIST_AT(files, struct tree_file, 0)->version.p || now_us() - began > 2 * US_PER_SECOND);
	sleep(4);
	assert_int_equal(tree_list(&r->ctx, &folder, "agents/x", 0, &files), OK);
	assert_true(LIST_AT(files, struct tree_file, 0)->version.p);
}

static void a_file_is_found_by_its_path(void **state)
{
	struct rig *r = *state;
	struct tree tree = { .kind = TREE_FOLDER, .root = below(r, "work") };
	struct tree_file file;
	struct str text;

	make_work(r);
	for (int i = 0; i < 2; i++) {
		assert_int_equal(tree_find(&r->ctx, &tree, S("skills/s/SKILL one.md"), &file), OK);
		assert_int_equal(tree_read(&r->ctx, &tree, &file, 1, 100, &text), OK);
		assert_str(text, "skill");
		assert_int_equal(tree_find(&r->ctx, &tree, S("skills/s/other"), &file), ERR_NOT_FOUND);
		assert_int_equal(tree_find(&r->ctx, &tree, S("agents/x/link.yaml"), &file), ERR_NOT_FOUND);
		tree = fetched(r, S("main"));
	}
}

static void nothing_outside_of_the_folder_is_read(void **state)
{
	struct rig *r = *state;
	struct tree tree = { .kind = TREE_FOLDER, .root = below(r, "work/agents") };
	struct tree_file file = { .path = S("../skills/s/SKILL one.md"), .size = 5 };
	struct list files;
	struct str text;

	make_work(r);
	shell(arena_printf(&r->mem, "ln -s %s/work/skills %s/work/agents/way-out", r->folder, r->folder).p);
	assert_int_equal(tree_read(&r->ctx, &tree, &file, 1, 100, &text), OK);
	assert_null(text.p);
	assert_int_equal(tree_list(&r->ctx, &tree, "../skills/s", 0, &files), OK);
	assert_int_equal(files.n, 0);
	assert_int_equal(tree_list(&r->ctx, &tree, "way-out/s", 0, &files), OK);
	assert_int_equal(files.n, 0);
}

static void a_mirror_follows_its_remote_and_keeps_what_it_had(void **state)
{
	struct rig *r = *state;
	struct tree before, after;
	struct list files;

	make_work(r);
	before = fetched(r, S("main"));
	shell(arena_printf(&r->mem, "cd %s/work && printf new > agents/x/z.yaml && git add -A && git -c user.name=t "
				    "-c user.email=t@example.com commit -q -m second", r->folder).p);
	after = fetched(r, S("main"));
	assert_false(str_eq(before.commit, after.commit));
	assert_int_equal(tree_list(&r->ctx, &after, "agents/x", 0, &files), OK);
	assert_int_equal(files.n, 4);
	check_files(r, &before);
}

static void a_mirror_does_not_grow_with_each_fetch(void **state)
{
	struct rig *r = *state;

	make_work(r);
	(void)fetched(r, S("main"));
	/* So that three packs are what thousands are otherwise. */
	shell(arena_printf(&r->mem, "cd %s/mirror.git && git config fetch.unpackLimit 1 && git config gc.autoPackLimit 1",
			   r->folder).p);
	for (int i = 0; i < 3; i++) {
		shell(arena_printf(&r->mem, "cd %s/work && printf %d > agents/x/z.yaml && git add -A && git -c user.name=t "
					    "-c user.email=t@example.com commit -q -m more", r->folder, i).p);
		(void)fetched(r, S("main"));
	}
	shell(arena_printf(&r->mem, "test $(ls %s/mirror.git/objects/pack/*.pack | wc -l) -eq 1", r->folder).p);
}

static void a_remote_that_is_not_there_says_so(void **state)
{
	struct rig *r = *state;
	struct mirror m = { .folder = below(r, "mirror.git"), .url = arena_printf(&r->mem, "file://%s/none", r->folder) };
	struct str commit;
	const char *code;

	assert_int_equal(mirror_fetch(&r->ctx, &m, &commit, &code), ERR_UPSTREAM);
	assert_string_equal(code, "not-found");
	make_work(r);
	m.url = arena_printf(&r->mem, "file://%s/work", r->folder);
	m.branch = S("no-such-branch");
	assert_int_equal(mirror_fetch(&r->ctx, &m, &commit, &code), ERR_UPSTREAM);
	assert_string_equal(code, "not-found");
	assert_string_equal(r->ctx.why, "the repository has no such branch");
}

static void a_repository_can_be_made_of_files(void **state)
{
	static const struct mirror_file FILES[] = {
		{ "agents/x/a.yaml", { "two\n", 4 } }, { "agents/x/b.yaml", { "one", 3 } }, { "agents/x/empty", { "", 0 } },
		{ "agents/x/nested/c.yaml", { "deep", 4 } },
	};
	struct rig *r = *state;
	struct tree tree = { .kind = TREE_COMMIT, .root = below(r, "made.git") };
	struct str head;

	assert_int_equal(mirror_head(&r->ctx, tree.root, "main", &head), ERR_NOT_FOUND);
	assert_int_equal(mirror_make(&r->ctx, tree.root, FILES, COUNT_OF(FILES), &tree.commit), OK);
	assert_int_equal(mirror_head(&r->ctx, tree.root, "main", &head), OK);
	assert_true(str_eq(head, tree.commit));
	check_files(r, &tree);
}

static void only_three_kinds_of_url_are_fetched(void **state)
{
	static const char *const GOOD[] = { "https://example.com/a.git", "ssh://git@example.com/a", "git@example.com:a/b",
					    "file:///srv/a.git", "https://name@example.com/a.git", "https://example.com:8443/a@b:c" };
	static const char *const BAD[] = { "", "http://example.com/a", "ext::sh -c x", "https://", "file://relative", "/srv/a",
					   "--upload-pack=x@y:z", "https://example.com/a b", "git@example.com:",
					   "https://name:word@example.com/a", "ssh://name:word@example.com/a" };

	for (size_t i = 0; i < COUNT_OF(GOOD); i++)
		assert_true(mirror_url_valid(str_of(GOOD[i])));
	for (size_t i = 0; i < COUNT_OF(BAD); i++)
		assert_false(mirror_url_valid(str_of(BAD[i])));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_folder_and_a_commit_have_the_same_files),
		TEST(what_was_written_a_moment_ago_has_no_version_yet),
		TEST(a_file_is_found_by_its_path),
		TEST(nothing_outside_of_the_folder_is_read),
		TEST(a_mirror_follows_its_remote_and_keeps_what_it_had),
		TEST(a_mirror_does_not_grow_with_each_fetch),
		TEST(a_remote_that_is_not_there_says_so),
		TEST(a_repository_can_be_made_of_files),
		TEST(only_three_kinds_of_url_are_fetched),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
