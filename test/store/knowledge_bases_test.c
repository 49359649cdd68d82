/* test/store/knowledge_bases_test.c: the four tables of knowledge bases. */
#include "store/embedders.h"
#include "store/kb_contents.h"
#include "store/knowledge_bases.h"
#include "workspace.h"

enum { DIMENSIONS = 4 };

struct base_and_text {
	struct knowledge_base base;
	struct str texts[3];
};

static struct knowledge_base base_of(struct rig *r, struct str title, int64_t created_at)
{
	return (struct knowledge_base){
		.id = uuid_new(&r->mem), .workspace_id = r->ctx.actor.workspace_id, .title = title, .type = S("text"),
		.created_by = r->ctx.actor.user_id, .created_at = created_at, .updated_at = created_at,
	};
}

/* The base, one content, and a chunk with a vector for each text. */
static enum err insert(struct ctx *ctx, struct db_tx *tx, void *arg)
{
	static const float VECTOR[DIMENSIONS] = { 1, 0, 0, -1 };
	const struct base_and_text *in = arg;
	struct kb_content content = { .id = uuid_new(ctx->mem), .workspace_id = in->base.workspace_id,
				      .knowledge_base_id = in->base.id, .source = S("text"),
				      .chunks = in->base.size.chunks, .created_at = 7 };

	TRY(knowledge_bases_insert(ctx, tx, &in->base));
	if (!in->texts[0].p)
		return OK;
	TRY(chunks_number(ctx, tx, content.chunks, &content.first_seq));
	TRY(contents_insert(ctx, tx, &content));
	for (size_t i = 0; i < COUNT_OF(in->texts) && in->texts[i].p; i++) {
		struct kb_chunk chunk = {
			.id = uuid_new(ctx->mem), .seq = content.first_seq + (int64_t)i,
			.workspace_id = in->base.workspace_id, .knowledge_base_id = in->base.id, .content_id = content.id, .index = (int64_t)i,
			.text = in->texts[i], .metadata = S("{}"), .created_at = 7, .embedder_id = BUILTIN_EMBEDDER_ID,
			.dimensions = DIMENSIONS, .vector = VECTOR,
		};

		TRY(chunks_insert(ctx, tx, &chunk));
	}
	return OK;
}

static struct str add(struct rig *r, struct knowledge_base kb)
{
	struct base_and_text in = { .base = kb };

	assert_int_equal(db_write(&r->ctx, insert, &in), OK);
	return kb.id;
}

static struct str add_filled(struct rig *r)
{
	struct base_and_text in = { base_of(r, S("Filled"), 7), { S("one"), S("two"), S("three") } };

	in.base.size.chunks = COUNT_OF(in.texts);
	assert_int_equal(db_write(&r->ctx, insert, &in), OK);
	return in.base.id;
}

/* The titles found, one letter each in these tests, in order. */
static struct str titles(struct rig *r, struct knowledge_base_filter filter, int64_t *total)
{
	struct buf out = { .mem = &r->mem };
	struct list found;

	filter.limit = filter.limit ? filter.limit : 100;
	assert_int_equal(knowledge_bases_list(&r->ctx, r->ctx.actor.workspace_id, &filter, &found, total), OK);
	for (size_t i = 0; i < found.n; i++)
		buf_str(&out, LIST_AT(found, struct knowledge_base, i)->title);
	return buf_view(&out);
}

static void what_is_inserted_is_read_back(void **state)
{
	struct rig *r = *state;
	struct knowledge_base kb = base_of(r, S("Manuals"), 1000), found;

	kb.description = S("For the workshop");
	kb.updated_at = 2000;
	kb.size = (struct content_size){ 1536, 2, 3, 4, 5, { NULL, 0 } };
	add(r, kb);
	assert_int_equal(knowledge_bases_by_id(&r->ctx, kb.workspace_id, kb.id, &found), OK);
	assert_str(found.title, "Manuals");
	assert_str(found.description, "For the workshop");
	assert_str(found.type, "text");
	assert_int_equal(found.created_at, 1000);
	assert_int_equal(found.updated_at, 2000);
	assert_int_equal(found.size.words, 2);
	assert_int_equal(found.size.chunks, 3);
	assert_int_equal(found.size.files, 4);
	assert_int_equal(found.size.pages, 5);
	assert_str(found.size.formatted, "1.5 KB");
}

static void sizes_are_formatted_with_base_1024_and_one_decimal_from_kb_up(void **state)
{
	static const struct {
		int64_t bytes;
		const char *text;
	} CASES[] = {
		{ 0, "0 B" }, { 1023, "1023 B" }, { 1024, "1.0 KB" }, { 1536, "1.5 KB" }, { 2 << 20, "2.0 MB" },
		/* Rounded to one decimal this would be 1024.0 of the smaller unit. */
		{ (1 << 20) - 1, "1.0 MB" },
		{ INT64_C(5) << 40, "5.0 TB" },
	};
	struct rig *r = *state;

	for (size_t i = 0; i < COUNT_OF(CASES); i++) {
		struct knowledge_base kb = base_of(r, S("Sized"), 1), found;

		kb.size.bytes = CASES[i].bytes;
		add(r, kb);
		assert_int_equal(knowledge_bases_by_id(&r->ctx, kb.workspace_id, kb.id, &found), OK);
		assert_str(found.size.formatted, CASES[i].text);
	}
}

static void a_list_is_filtered_by_every_field(void **state)
{
	struct rig *r = *state;
	struct str other_user = uuid_new(&r->mem);
	struct knowledge_base a = base_of(r, S("A"), 100), b = base_of(r, S("B"), 200), c = base_of(r, S("C"), 300);
	int64_t total;

	a.description = S("About Bicycles, 100%");
	b.type = S("files");
	c.created_by = other_user;
	add(r, a), add(r, b), add(r, c);
	assert_str(titles(r, (struct knowledge_base_filter){ .q = S("bICYCLES") }, &total), "A");
	assert_str(titles(r, (struct knowledge_base_filter){ .q = S("b") }, &total), "AB");
	/* No character of the search text is a wildcard. */
	assert_str(titles(r, (struct knowledge_base_filter){ .q = S("%") }, &total), "A");
	assert_str(titles(r, (struct knowledge_base_filter){ .q = S("_") }, &total), "");
	assert_str(titles(r, (struct knowledge_base_filter){ .type = S("files") }, &total), "B");
	assert_str(titles(r, (struct knowledge_base_filter){ .type = S("magic") }, &total), "");
	assert_str(titles(r, (struct knowledge_base_filter){ .created_by = other_user }, &total), "C");
	assert_str(titles(r, (struct knowledge_base_filter){ .from = 200 }, &total), "BC");
	assert_str(titles(r, (struct knowledge_base_filter){ .to = 200 }, &total), "AB");
	assert_str(titles(r, (struct knowledge_base_filter){ .from = 101, .to = 299, .q = S("b") }, &total), "B");
}

static void a_list_is_sorted_by_any_field_either_way(void **state)
{
	struct rig *r = *state;
	struct knowledge_base b = base_of(r, S("B"), 100), a = base_of(r, S("A"), 200), c = base_of(r, S("C"), 300);
	int64_t total;

	b.type = S("files"), a.type = S("website"), c.type = S("text");
	b.updated_at = 300, a.updated_at = 100, c.updated_at = 200;
	add(r, b), add(r, a), add(r, c);
	for (int descending = 0; descending < 2; descending++) {
		static const char *const EXPECTED[][2] = {
			[BASES_BY_CREATED] = { "BAC", "CAB" }, [BASES_BY_UPDATED] = { "ACB", "BCA" },
			[BASES_BY_TITLE] = { "ABC", "CBA" }, [BASES_BY_TYPE] = { "BCA", "ACB" },
		};

		for (size_t order = 0; order < COUNT_OF(EXPECTED); order++) {
			struct knowledge_base_filter filter = { .order = (enum knowledge_base_order)order,
								.descending = descending };

			assert_str(titles(r, filter, &total), EXPECTED[order][descending]);
		}
	}
}

static void bases_of_the_same_moment_have_one_order(void **state)
{
	struct rig *r = *state;
	int64_t total;

	add(r, base_of(r, S("A"), 5)), add(r, base_of(r, S("B"), 5)), add(r, base_of(r, S("C"), 5));
	assert_str(titles(r, (struct knowledge_base_filter){ 0 }, &total), "ABC");
	assert_str(titles(r, (struct knowledge_base_filter){ .descending = true }, &total), "CBA");
}

static void all_of_them_come_newest_first(void **state)
{
	struct rig *r = *state;
	struct buf titles_ = { .mem = &r->mem };
	struct list all;

	add(r, base_of(r, S("A"), 5)), add(r, base_of(r, S("B"), 5)), add(r, base_of(r, S("C"), 9));
	assert_int_equal(knowledge_bases_all(&r->ctx, r->ctx.actor.workspace_id, &all), OK);
	for (size_t i = 0; i < all.n; i++)
		buf_str(&titles_, LIST_AT(all, struct knowledge_base, i)->title);
	assert_str(buf_view(&titles_), "CBA");
}

static void pages_follow_each_other_and_count_all_matches(void **state)
{
	struct rig *r = *state;
	int64_t total = 0;

	for (int i = 0; i < 5; i++)
		add(r, base_of(r, arena_printf(&r->mem, "%c", 'A' + i), i + 1));
	assert_str(titles(r, (struct knowledge_base_filter){ .limit = 2 }, &total), "AB");
	assert_int_equal(total, 5);
	assert_str(titles(r, (struct knowledge_base_filter){ .limit = 2, .offset = 4 }, &total), "E");
	assert_str(titles(r, (struct knowledge_base_filter){ .limit = 2, .offset = INT64_MAX }, &total), "");
	assert_int_equal(total, 5);
}

static void another_workspace_sees_nothing(void **state)
{
	struct rig *r = *state;
	struct str id = add_filled(r);
	struct kb_counts counts;
	struct knowledge_base kb;
	struct list all;
	bool there = true;

	enter_workspace(r, S("other"));
	assert_int_equal(knowledge_bases_by_id(&r->ctx, r->ctx.actor.workspace_id, id, &kb), ERR_NOT_FOUND);
	assert_int_equal(knowledge_bases_exist(&r->ctx, r->ctx.actor.workspace_id, id, &there), OK);
	assert_false(there);
	assert_int_equal(knowledge_bases_all(&r->ctx, r->ctx.actor.workspace_id, &all), OK);
	assert_int_equal(all.n, 0);
	assert_int_equal(contents_count(&r->ctx, r->ctx.actor.workspace_id, id, BUILTIN_EMBEDDER_ID, &counts), OK);
	assert_int_equal(counts.contents + counts.chunks + counts.vectors, 0);
}

static enum err grow(struct ctx *ctx, struct db_tx *tx, void *id)
{
	struct content_size by = { 10, 2, 1, 1, 1, { NULL, 0 } };

	return knowledge_bases_grow(ctx, tx, ctx->actor.workspace_id, *(struct str *)id, &by, 99);
}

static void growing_adds_to_the_totals(void **state)
{
	struct rig *r = *state;
	struct str id = add_filled(r), unknown = uuid_new(&r->mem);
	struct knowledge_base kb;

	assert_int_equal(db_write(&r->ctx, grow, &id), OK);
	assert_int_equal(db_write(&r->ctx, grow, &id), OK);
	assert_int_equal(knowledge_bases_by_id(&r->ctx, r->ctx.actor.workspace_id, id, &kb), OK);
	assert_int_equal(kb.size.bytes, 20);
	assert_int_equal(kb.size.words, 4);
	assert_int_equal(kb.size.chunks, 3 + 2);
	assert_int_equal(kb.size.files, 2);
	assert_int_equal(kb.size.pages, 2);
	assert_int_equal(kb.updated_at, 99);
	assert_int_equal(db_write(&r->ctx, grow, &unknown), ERR_NOT_FOUND);
}

static void chunks_are_listed_in_the_order_of_their_text(void **state)
{
	struct rig *r = *state;
	struct str id = add_filled(r);
	struct list chunks;

	assert_int_equal(chunks_page(&r->ctx, r->ctx.actor.workspace_id, id, BUILTIN_EMBEDDER_ID, 2, 1, &chunks), OK);
	assert_int_equal(chunks.n, 2);
	assert_str(LIST_AT(chunks, struct kb_chunk, 0)->text, "two");
	assert_str(LIST_AT(chunks, struct kb_chunk, 1)->text, "three");
	assert_int_equal(LIST_AT(chunks, struct kb_chunk, 1)->index, 2);
	assert_int_equal(LIST_AT(chunks, struct kb_chunk, 1)->dimensions, 1536);
	assert_str(LIST_AT(chunks, struct kb_chunk, 1)->model, "builtin/lexical");
}

/* The ranges that arrived then or later. */
static struct list ranges(struct rig *r, struct str id, int64_t arrived)
{
	struct list out;

	assert_int_equal(contents_ranges(&r->ctx, r->ctx.actor.workspace_id, id, arrived, &out), OK);
	return out;
}

/* How many vectors a scan of the range meets. */
static size_t scan(struct rig *r, const struct kb_range *range, int64_t embedder_id)
{
	AUTO(stmt_done) struct stmt rows = {0};
	int64_t last = range->first_seq - 1;
	struct kb_vector v;
	size_t n = 0;
	bool row;

	assert_int_equal(vectors_scan(&r->ctx, r->ctx.actor.workspace_id, embedder_id, range->first_seq, range->n, &rows),
			 OK);
	for (;; n++) {
		assert_int_equal(vectors_next(&r->ctx, &rows, &row, &v), OK);
		if (!row)
			return n;
		assert_int_equal(v.bytes.n, DIMENSIONS * sizeof(float));
		assert_true(v.chunk_seq > last && v.chunk_seq < range->first_seq + range->n);
		last = v.chunk_seq;
	}
}

static size_t vectors(struct rig *r, struct str id, int64_t embedder_id)
{
	struct list all = ranges(r, id, 0);
	size_t n = 0;

	for (size_t i = 0; i < all.n; i++)
		n += scan(r, LIST_AT(all, struct kb_range, i), embedder_id);
	return n;
}

static void a_scan_meets_the_vectors_of_one_base_and_one_model(void **state)
{
	struct rig *r = *state;
	struct str id = add_filled(r);

	add_filled(r);
	assert_int_equal(vectors(r, id, BUILTIN_EMBEDDER_ID), 3);
	assert_int_equal(vectors(r, id, BUILTIN_EMBEDDER_ID + 1), 0);
	enter_workspace(r, S("other"));
	assert_int_equal(vectors(r, id, BUILTIN_EMBEDDER_ID), 0);
}

static void a_scan_meets_no_more_than_it_was_told_to(void **state)
{
	struct rig *r = *state;
	struct str id = add_filled(r);
	struct kb_range range = *LIST_AT(ranges(r, id, 0), struct kb_range, 0);

	assert_int_equal(range.n, 3);
	range.first_seq++;
	range.n = 1;
	assert_int_equal(scan(r, &range, BUILTIN_EMBEDDER_ID), 1);
	range.n = 0;
	assert_int_equal(scan(r, &range, BUILTIN_EMBEDDER_ID), 0);
	assert_int_equal(ranges(r, id, range.arrived).n, 1);
	assert_int_equal(ranges(r, id, range.arrived + 1).n, 0);
}

static enum err drop(struct ctx *ctx, struct db_tx *tx, void *id)
{
	return knowledge_bases_delete(ctx, tx, ctx->actor.workspace_id, *(struct str *)id);
}

static void a_deleted_base_takes_everything_with_it(void **state)
{
	struct rig *r = *state;
	struct str id = add_filled(r), kept = add_filled(r);
	struct kb_counts counts;

	assert_int_equal(db_write(&r->ctx, drop, &id), OK);
	assert_int_equal(contents_count(&r->ctx, r->ctx.actor.workspace_id, id, BUILTIN_EMBEDDER_ID, &counts), OK);
	assert_int_equal(counts.contents + counts.chunks + counts.vectors, 0);
	assert_int_equal(vectors(r, id, BUILTIN_EMBEDDER_ID), 0);
	assert_int_equal(contents_count(&r->ctx, r->ctx.actor.workspace_id, kept, BUILTIN_EMBEDDER_ID, &counts), OK);
	assert_int_equal(counts.contents, 1);
	assert_int_equal(counts.chunks, 3);
	assert_int_equal(counts.vectors, 3);
	assert_int_equal(db_write(&r->ctx, drop, &id), ERR_NOT_FOUND);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		IN_WORKSPACE(what_is_inserted_is_read_back),
		IN_WORKSPACE(sizes_are_formatted_with_base_1024_and_one_decimal_from_kb_up),
		IN_WORKSPACE(a_list_is_filtered_by_every_field),
		IN_WORKSPACE(a_list_is_sorted_by_any_field_either_way),
		IN_WORKSPACE(bases_of_the_same_moment_have_one_order),
		IN_WORKSPACE(all_of_them_come_newest_first),
		IN_WORKSPACE(pages_follow_each_other_and_count_all_matches),
		IN_WORKSPACE(another_workspace_sees_nothing),
		IN_WORKSPACE(growing_adds_to_the_totals),
		IN_WORKSPACE(chunks_are_listed_in_the_order_of_their_text),
		IN_WORKSPACE(a_scan_meets_the_vectors_of_one_base_and_one_model),
		IN_WORKSPACE(a_scan_meets_no_more_than_it_was_told_to),
		IN_WORKSPACE(a_deleted_base_takes_everything_with_it),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
