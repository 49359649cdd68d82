/* test/store/kb_upgrade_test.c: stores of earlier versions can be searched, and added to, after the upgrade. */
#include "../domain/rig.h"

#include "knowledge/search.h"
#include "knowledge/sweep.h"
#include "model/lexical.h"
#include "store/kb_contents.h"
#include "store/knowledge_bases.h"

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

struct old_rows {
	const struct sql *items;
	size_t n;
};

static enum err insert_old(struct ctx *ctx, struct db_tx *tx, void *arg)
{
	const struct old_rows *rows = arg;

	for (size_t i = 0; i < rows->n; i++) {
		AUTO(stmt_done) struct stmt s = {0};

		TRY(stmt_write(ctx, tx, &rows->items[i], &s));
		TRY(stmt_run(ctx, &s, NULL));
	}
	return OK;
}

/* As that version left it. */
static void make_store(struct rig *r, size_t version, struct old_rows rows)
{
	struct db_options options = { .path = rig_path(r, "agentd.db"), .create = true, .migrations = store_migrations,
				      .n_migrations = version };

	assert_int_equal(db_open(&r->ctx, &options, &r->ctx.db), OK);
	assert_int_equal(db_write(&r->ctx, insert_old, &rows), OK);
	rig_close(r);
}

static void make_old_store(struct rig *r)
{
	make_store(r, 1, (struct old_rows){ OLD, COUNT_OF(OLD) });
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

/* -- from the fourth version ---------------------------------------------------------------------- */

#define CONTENT(n) \
	"INSERT INTO kb_content VALUES ('018f0000-0000-7000-8000-00000000000" #n "', '" WORKSPACE "', '" BASE "', 'text', " \
	"NULL, NULL, NULL, NULL, 25, 4, 1, 1)"
#define CHUNK_4(seq, content, text) \
	"INSERT INTO kb_chunk VALUES (" #seq ", '018f0000-0000-7000-8000-0000000000" #seq "', '" WORKSPACE "', '" BASE "', " \
	"'018f0000-0000-7000-8000-00000000000" #content "', 0, '" text "', '{}', 1)"
#define VECTOR_4(seq) \
	"INSERT INTO kb_vector (workspace_id, knowledge_base_id, chunk_seq, embedder_id, vector) " \
	"VALUES ('" WORKSPACE "', '" BASE "', " #seq ", 1, zeroblob(6144))"

static const struct sql FOURTH[] = {
	{ "fourth.workspace", "INSERT INTO workspace VALUES ('" WORKSPACE "', 'old', 'Old', 1)" },
	{ "fourth.base", "INSERT INTO knowledge_base VALUES ('" BASE "', '" WORKSPACE "', 'Manual', NULL, 'text', 'u', 1, 1, "
			 "50, 8, 2, 0, 0, 7, 3)" },
	{ "fourth.content3", CONTENT(3) },
	{ "fourth.content4", CONTENT(4) },
	{ "fourth.chunk20", CHUNK_4(20, 4, "Drain the pump before winter.") },
	{ "fourth.chunk21", CHUNK_4(21, 3, "The hose is covered for three years.") },
	{ "fourth.vector20", VECTOR_4(20) },
	{ "fourth.vector21", VECTOR_4(21) },
	{ "fourth.chunk90", CHUNK_4(90, 3, "Deleted since.") },
	{ "fourth.gone", "DELETE FROM kb_chunk WHERE seq = 90" },
	{ "fourth.lexicon", "INSERT INTO kb_lexicon VALUES (5, '" WORKSPACE "', '" BASE "')" },
	{ "fourth.any", "INSERT INTO kb_word VALUES (5, '', 20, x'0005')" },
	{ "fourth.pump", "INSERT INTO kb_word VALUES (5, 'pump', 20, x'0001')" },
};

static void make_fourth(struct rig *r)
{
	make_store(r, 4, (struct old_rows){ FOURTH, COUNT_OF(FOURTH) });
	rig_open(r);
}

static void contents_of_the_fourth_version_are_found_by_their_words(void **state)
{
	struct rig *r = *state;
	struct list hits;

	make_fourth(r);
	hits = find(r, SEARCH_KEYWORD, "pumps");
	assert_int_equal(hits.n, 1);
	assert_str(LIST_AT(hits, struct search_hit, 0)->content, "Drain the pump before winter.");
	assert_int_equal(find(r, SEARCH_KEYWORD, "covering").n, 1);
}

static void contents_of_the_fourth_version_keep_their_chunks(void **state)
{
	struct rig *r = *state;
	struct kb_counts counts;
	struct list ranges;

	make_fourth(r);
	assert_int_equal(contents_count(&r->ctx, S(WORKSPACE), S(BASE), 1, &counts), OK);
	assert_int_equal(counts.contents, 2);
	assert_int_equal(counts.vectors, 2);
	assert_int_equal(contents_ranges(&r->ctx, S(WORKSPACE), S(BASE), 0, &ranges), OK);
	assert_int_equal(ranges.n, 2);
	for (size_t i = 0; i < ranges.n; i++) {
		const struct kb_range *range = LIST_AT(ranges, struct kb_range, i);

		assert_int_equal(range->arrived, 7);
		assert_int_equal(range->first_seq, 20 + (int64_t)i);
		assert_int_equal(range->n, 1);
	}
}

static enum err take_number(struct ctx *ctx, struct db_tx *tx, void *out)
{
	return chunks_number(ctx, tx, 1, out);
}

/* An index in memory may have seen them. */
static void numbers_of_chunks_that_are_gone_do_not_come_again(void **state)
{
	struct rig *r = *state;
	int64_t number;

	make_fourth(r);
	assert_int_equal(db_write(&r->ctx, take_number, &number), OK);
	assert_int_equal(number, 91);
}

static enum err drop_base(struct ctx *ctx, struct db_tx *tx, void *unused)
{
	(void)unused;
	return knowledge_bases_delete(ctx, tx, S(WORKSPACE), S(BASE));
}

static void a_base_of_the_fourth_version_leaves_without_a_trace(void **state)
{
	static const struct sql ROWS = { "test.rows",
		"SELECT (SELECT count(*) FROM kb_content) + (SELECT count(*) FROM kb_chunk) + (SELECT count(*) FROM kb_vector) "
		"+ (SELECT count(*) FROM kb_word) + (SELECT count(*) FROM kb_lexicon)" };
	AUTO(stmt_done) struct stmt s = {0};
	struct rig *r = *state;
	bool row;

	make_fourth(r);
	assert_int_equal(db_write(&r->ctx, drop_base, NULL), OK);
	assert_int_equal(knowledge_sweep_all(&r->ctx, 1), OK);
	assert_int_equal(stmt_read(&r->ctx, &ROWS, &s), OK);
	assert_int_equal(stmt_step(&r->ctx, &s, &row), OK);
	assert_int_equal(col_int(&s), 0);
}

static void chunks_that_are_not_in_order_are_not_upgraded(void **state)
{
	static const struct sql FAR = { "fourth.far", CHUNK_4(50, 3, "Far away.") };
	struct sql rows[COUNT_OF(FOURTH) + 1];
	struct db_options options = { .create = true, .migrations = store_migrations, .n_migrations = n_store_migrations };
	struct rig *r = *state;

	memcpy(rows, FOURTH, sizeof(FOURTH));
	rows[COUNT_OF(FOURTH)] = FAR;
	make_store(r, 4, (struct old_rows){ rows, COUNT_OF(rows) });
	options.path = rig_path(r, "agentd.db");
	assert_fails(&r->ctx, db_open(&r->ctx, &options, &r->ctx.db), ERR_INTERNAL, "are not in order");
	r->ctx.db = NULL;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(old_contents_have_words, folder_set_up, rig_tear_down),
		cmocka_unit_test_setup_teardown(old_vectors_are_made_anew, folder_set_up, rig_tear_down),
		cmocka_unit_test_setup_teardown(an_old_store_without_contents_is_upgraded_too, folder_set_up, rig_tear_down),
		IN_A_FOLDER(contents_of_the_fourth_version_are_found_by_their_words),
		IN_A_FOLDER(contents_of_the_fourth_version_keep_their_chunks),
		IN_A_FOLDER(numbers_of_chunks_that_are_gone_do_not_come_again),
		IN_A_FOLDER(a_base_of_the_fourth_version_leaves_without_a_trace),
		IN_A_FOLDER(chunks_that_are_not_in_order_are_not_upgraded),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
