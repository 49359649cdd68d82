/* test/knowledge/ingest_test.c: whole or not at all: what becomes of texts on their way into a base. */
#include "knowledge/ingest.h"

#include "knowledge/embedder.h"
#include "shelf.h"

static struct ingest_source text_source(struct str text)
{
	return (struct ingest_source){ .kind = "text", .text = text };
}

/* Sentences of about 75 bytes. */
static struct str long_text(struct arena *mem, size_t sentences)
{
	struct buf out = { .mem = mem };

	for (size_t i = 0; i < sentences; i++)
		buf_printf(&out, "Sentence %zu tells of the weather in a valley and what it does to apples. ", i);
	return buf_view(&out);
}

static void each_source_becomes_a_content_with_chunks_of_its_own(void **state)
{
	struct rig *r = *state;
	struct ingest_source sources[] = { text_source(long_text(&r->mem, 50)), text_source(S("Short.")) };
	struct ingest out;

	assert_int_equal(ingest_prepare(&r->ctx, sources, 2, &out), OK);
	assert_int_equal(out.contents.n, 2);
	assert_true(LIST_AT(out.contents, struct kb_content, 0)->chunks > 1);
	assert_int_equal(LIST_AT(out.contents, struct kb_content, 1)->chunks, 1);
	for (size_t i = 0, content = 0, index = 0; i < out.chunks.n; i++, index++) {
		const struct kb_chunk *c = LIST_AT(out.chunks, struct kb_chunk, i);

		if (i + 1 == out.chunks.n)
			content = 1, index = 0;
		assert_true(str_eq(c->content_id, LIST_AT(out.contents, struct kb_content, content)->id));
		assert_int_equal(c->index, index);
	}
	assert_str(LIST_AT(out.chunks, struct kb_chunk, out.chunks.n - 1)->text, "Short.");
}

static void every_chunk_carries_its_vector_and_where_it_is_from(void **state)
{
	struct rig *r = *state;
	struct ingest_source source = {
		.kind = "website", .text = S("Apples ripen in autumn."), .url = S("https://example.org/\"a\""),
		.title = S("Apples"),
	};
	float expected[EMBEDDING_DIMENSIONS];
	const struct kb_chunk *c;
	struct ingest out;

	assert_int_equal(ingest_prepare(&r->ctx, &source, 1, &out), OK);
	c = LIST_AT(out.chunks, struct kb_chunk, 0);
	assert_str(c->metadata, "{\"chunkIndex\":0,\"source\":\"website\",\"url\":\"https://example.org/\\\"a\\\"\","
				"\"title\":\"Apples\"}");
	embed_text(S("Apples ripen in autumn."), expected);
	assert_int_equal(c->dimensions, EMBEDDING_DIMENSIONS);
	assert_memory_equal(c->vector, expected, sizeof(expected));
	assert_str(c->model, embedder_info()->model);
}

static void sizes_are_those_of_the_text_that_came(void **state)
{
	struct rig *r = *state;
	/* The line ends and the blank ones do not survive normalising. */
	struct ingest_source sources[] = { text_source(S("two words\r\n\r\n\r\n")), text_source(S("café")) };
	struct ingest out;

	assert_int_equal(ingest_prepare(&r->ctx, sources, 2, &out), OK);
	assert_int_equal(out.size.bytes, 15 + 5);
	assert_int_equal(out.size.words, 3);
	assert_int_equal(out.size.chunks, 2);
	assert_int_equal(out.size.files, 0);
	assert_int_equal(out.size.pages, 0);
}

static void files_and_pages_are_counted_apart(void **state)
{
	struct rig *r = *state;
	struct ingest_source sources[] = {
		{ .kind = "file", .text = S("a") }, { .kind = "website", .text = S("b") },
		{ .kind = "file", .text = S("c") },
	};
	struct ingest out;

	assert_int_equal(ingest_prepare(&r->ctx, sources, 3, &out), OK);
	assert_int_equal(out.size.files, 2);
	assert_int_equal(out.size.pages, 1);
}

static void every_source_without_text_is_named(void **state)
{
	struct rig *r = *state;
	struct ingest_source sources[] = {
		text_source(S("fine")), text_source(S(" \r\n\t")), text_source(S("\u00a0\u2003")),
	};
	struct ingest out;

	for (size_t i = 0; i < 3; i++)
		sources[i].path = path_index(&r->ctx, NULL, i);
	assert_int_equal(ingest_prepare(&r->ctx, sources, 3, &out), ERR_INVALID);
	assert_int_equal(r->ctx.issues->n, 2);
	for (size_t i = 0; i < 2; i++) {
		assert_string_equal(r->ctx.issues->items[i].code, "ingest_failed");
		assert_int_equal(r->ctx.issues->items[i].path->index, i + 1);
	}
}

static void nothing_at_all_is_prepared_too(void **state)
{
	struct rig *r = *state;
	struct ingest out;

	assert_int_equal(ingest_prepare(&r->ctx, NULL, 0, &out), OK);
	assert_int_equal(out.contents.n + out.chunks.n, 0);
	assert_int_equal(out.size.bytes, 0);
}

static void what_was_prepared_is_stored(void **state)
{
	struct rig *r = *state;
	struct str id = add_base(r, "Valley", TEXTS("Apples ripen in autumn.", "Pears ripen later."));
	struct list chunks;

	assert_int_equal(chunks_page(&r->ctx, r->ctx.actor.workspace_id, id, 10, 0, &chunks), OK);
	assert_int_equal(chunks.n, 2);
	assert_str(LIST_AT(chunks, struct kb_chunk, 0)->text, "Apples ripen in autumn.");
	assert_str(LIST_AT(chunks, struct kb_chunk, 1)->text, "Pears ripen later.");
}

static enum err shelve_and_fail(struct ctx *ctx, struct db_tx *tx, void *arg)
{
	TRY(shelve(ctx, tx, arg));
	return fail(ctx, ERR_CONFLICT, "the last moment");
}

static void a_failed_transaction_leaves_nothing(void **state)
{
	struct rig *r = *state;
	struct ingest_source source = text_source(S("Apples"));
	struct shelf s = { .base = new_base(r, S("Gone")) };
	struct kb_counts counts;

	assert_int_equal(ingest_prepare(&r->ctx, &source, 1, &s.content), OK);
	assert_int_equal(db_write(&r->ctx, shelve_and_fail, &s), ERR_CONFLICT);
	assert_int_equal(contents_count(&r->ctx, s.base.workspace_id, s.base.id, &counts), OK);
	assert_int_equal(counts.contents + counts.chunks + counts.vectors, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		IN_WORKSPACE(each_source_becomes_a_content_with_chunks_of_its_own),
		IN_WORKSPACE(every_chunk_carries_its_vector_and_where_it_is_from),
		IN_WORKSPACE(sizes_are_those_of_the_text_that_came),
		IN_WORKSPACE(files_and_pages_are_counted_apart),
		IN_WORKSPACE(every_source_without_text_is_named),
		IN_WORKSPACE(nothing_at_all_is_prepared_too),
		IN_WORKSPACE(what_was_prepared_is_stored),
		IN_WORKSPACE(a_failed_transaction_leaves_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
