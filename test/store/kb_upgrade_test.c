/* test/store/kb_upgrade_test.c: a store of the first version can be searched after the upgrade. */
#include "../domain/rig.h"

#include "knowledge/search.h"
#include "model/lexical.h"
#include "store/kb_contents.h"

#define WORKSPACE "018f0000-0000-7000-8000-000000000001"
#define BASE "018f0000-0000-7000-8000-000000000002"
#define CHUNK(n, text) \
	"INSERT INTO kb_chunk VALUES ('018f0000-0000-7000-8000-00000000001" #n "', '" WORKSPACE "', '" BASE "', " \
	"'018f0000-0000-7000-8000-000000000003', " #n ", '" text "', '{\"source\":\"text\"}', 1)"
#define VECTOR(n) \
	"INSERT INTO kb_vector VALUES ('" WORKSPACE "', '" BASE "', '018f0000-0000-7000-8000-00000000001" #n "', " \
	"'builtin/lexical', zeroblob(6144))"

static const struct sql OLD[] = {
	{ "old.workspace", "INSERT INTO workspace VALUES ('" WORKSPACE "', 'old', 'Old', 1)" },
	{ "old.base", "INSERT INTO knowledge_base VALUES ('" BASE "', '" WORKSPACE "', 'Manual', NULL, 'text', 'u', 1, 1, "
		      "50, 8, 2, 0, 0)" },
	{ "old.content", "INSERT INTO kb_content VALUES ('018f0000-0000-7000-8000-000000000003', '" WORKSPACE "', '" BASE
			 "', 'text', NULL, NULL, NULL, NULL, 50, 8, 2, 1)" },
	{ "old.chunk0", CHUNK(0, "Drain the pump before winter.") },
	{ "old.chunk1", CHUNK(1, "The hose is covered for three years.") },
	{ "old.vector0", VECTOR(0) },
	{ "old.vector1", VECTOR(1) },
};

static enum err insert_old(struct ctx *ctx, struct db_tx *tx, void *arg)
{
	(void)arg;
	for (size_t i = 0; i < COUNT_OF(OLD); i++) {
		AUTO(stmt_done) struct stmt s = {0};

		TRY(stmt_write(ctx, tx, &OLD[i], &s));
		TRY(stmt_run(ctx, &s, NULL));
	}
	return OK;
}

/* As the first version left it. */
static void make_old_store(struct rig *r)
{
	struct db_options options = { .path = rig_path(r, "agentd.db"), .create = true, .migrations = store_migrations,
				      .n_migrations = 1 };

	assert_int_equal(db_open(&r->ctx, &options, &r->ctx.db), OK);
	assert_int_equal(db_write(&r->ctx, insert_old, NULL), OK);
	rig_close(r);
}

static struct list find(struct rig *r, enum search_mode mode, const char *text)
{
	struct search search = { .workspace_id = S(WORKSPACE), .text = str_of(text), .everywhere = true, .mode = mode,
				 .top_k = 10, .min_similarity = 0.1, .model = &embedding_builtin };
	struct list hits;
	int64_t tokens;

	assert_int_equal(knowledge_search(&r->ctx, &search, &hits, &tokens), OK);
	return hits;
}

static void old_contents_have_words(void **state)
{
	struct rig *r = *state;
	struct list hits;

	make_old_store(r);
	rig_open(r);
	hits = find(r, SEARCH_KEYWORD, "pumps");
	assert_int_equal(hits.n, 1);
	assert_str(LIST_AT(hits, struct search_hit, 0)->content, "Drain the pump before winter.");
	assert_int_equal(find(r, SEARCH_KEYWORD, "covering").n, 1);
}

static void old_vectors_are_made_anew(void **state)
{
	struct rig *r = *state;
	struct list hits;

	make_old_store(r);
	rig_open(r);
	hits = find(r, SEARCH_SEMANTIC, "The hose is covered for three years.");
	assert_true(LIST_AT(hits, struct search_hit, 0)->similarity == 1);
	assert_str(LIST_AT(hits, struct search_hit, 0)->content, "The hose is covered for three years.");
}

static void an_old_store_without_contents_is_upgraded_too(void **state)
{
	struct db_options options = { .create = true, .migrations = store_migrations, .n_migrations = 1 };
	struct rig *r = *state;

	options.path = rig_path(r, "agentd.db");
	assert_int_equal(db_open(&r->ctx, &options, &r->ctx.db), OK);
	rig_close(r);
	rig_open(r);
	assert_int_equal(find(r, SEARCH_KEYWORD, "pumps").n, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(old_contents_have_words, folder_set_up, rig_tear_down),
		cmocka_unit_test_setup_teardown(old_vectors_are_made_anew, folder_set_up, rig_tear_down),
		cmocka_unit_test_setup_teardown(an_old_store_without_contents_is_upgraded_too, folder_set_up, rig_tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
