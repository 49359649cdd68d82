/* test/store/kb_words_test.c: words turned round, packed, stored, read back, and gone with their content. */
#include "store/kb_words.h"

#include "../knowledge/shelf.h"

static struct kb_words read_texts(struct arena *mem, const struct str *texts, size_t n)
{
	AUTO(word_reader_fini) struct word_reader reader;
	struct kb_words words;

	word_reader_init(&reader, S(""));
	words_of(mem, &reader, texts, n, &words);
	return words;
}

/* "0:2 3:1": chunk 0 has it twice, chunk 3 once. */
static struct str postings_text(struct arena *mem, struct kb_postings postings)
{
	struct buf out = { .mem = mem };
	struct posting p;

	while (posting_next(&postings, &p))
		buf_printf(&out, "%s%llu:%llu", out.n ? " " : "", (unsigned long long)p.at, (unsigned long long)p.count);
	if (postings.rest.n)
		buf_z(&out, " and then damage");
	return buf_view(&out);
}

static struct str word_text(struct arena *mem, const struct kb_words *words, const char *stem)
{
	for (size_t i = 0; i < words->rows.n; i++) {
		const struct kb_word *word = LIST_AT(words->rows, struct kb_word, i);

		if (str_is(word->stem, stem))
			return postings_text(mem, (struct kb_postings){ .rest = word->postings });
	}
	return S("none");
}

/* -- without a store ----------------------------------------------------------------------------- */

static void a_word_knows_its_chunks_and_how_often_it_stands_there(void **state)
{
	const struct str texts[] = { S("The pump pumps."), S("!!"), S("Drain the hose, drain the PUMP"), S("pumps") };
	ARENA(mem);
	struct kb_words words = read_texts(&mem, texts, 4);

	(void)state;
	assert_int_equal(words.n_chunks, 4);
	assert_int_equal(words.lengths[0], 3);
	assert_int_equal(words.lengths[1], 0);
	assert_int_equal(words.lengths[2], 6);
	assert_str(word_text(&mem, &words, "pump"), "0:2 2:1 3:1");
	assert_str(word_text(&mem, &words, "the"), "0:1 2:2");
	assert_str(word_text(&mem, &words, "drain"), "2:2");
	assert_str(word_text(&mem, &words, "pumps"), "none");
}

static void rows_are_in_the_order_of_their_stems(void **state)
{
	const struct str texts[] = { S("zebra apple mango apple"), S("mango \u00E9clair zebra 42") };
	ARENA(mem);
	struct kb_words words = read_texts(&mem, texts, 2);

	(void)state;
	assert_int_equal(words.rows.n, 5);
	for (size_t i = 1; i < words.rows.n; i++)
		assert_true(str_cmp(LIST_AT(words.rows, struct kb_word, i - 1)->stem,
				    LIST_AT(words.rows, struct kb_word, i)->stem) < 0);
}

static void texts_without_words_have_no_rows(void **state)
{
	const struct str texts[] = { S("?!"), S("") };
	ARENA(mem);

	(void)state;
	assert_int_equal(read_texts(&mem, texts, 2).rows.n, 0);
	assert_int_equal(read_texts(&mem, NULL, 0).rows.n, 0);
}

/* Numbers of one, two and three bytes, and more words than the first table holds. */
static void many_chunks_and_many_words_come_back(void **state)
{
	enum { CHUNKS = 20000, STEP = 17000 };
	ARENA(mem);
	struct str *texts = arena_array(&mem, CHUNKS, sizeof(*texts));
	struct kb_words words;

	(void)state;
	for (int i = 0; i < CHUNKS; i++)
		texts[i] = i % STEP == 0 ? S("rare") : i < 2000 ? arena_printf(&mem, "w%d common", i) : S("common");
	words = read_texts(&mem, texts, CHUNKS);
	assert_int_equal(words.rows.n, 1999 + 2);
	assert_str(word_text(&mem, &words, "rare"), "0:1 17000:1");
	assert_str(word_text(&mem, &words, "w1999"), "1999:1");
}

static void what_is_no_posting_ends_the_list_and_is_left(void **state)
{
	static const struct {
		const char *bytes;
		size_t n, left;
	} CASES[] = {
		{ "\x01\x02\x03", 3, 1 },
		{ "\x01\x80", 2, 2 },
		{ "\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\x01", 12, 12 },
		{ "\x01\x02", 2, 0 },
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(CASES); i++) {
		struct kb_postings postings = { .rest = { CASES[i].bytes, CASES[i].n } };
		struct posting p;

		while (posting_next(&postings, &p))
			assert_int_equal(p.count, 2);
		assert_int_equal(postings.rest.n, CASES[i].left);
	}
}

/* -- packed -------------------------------------------------------------------------------------- */

/* What the rows say of a word, "none" or "damaged". */
static struct str packed_text(struct arena *mem, const struct list *rows, struct str stem)
{
	for (size_t i = 0; i < rows->n; i++) {
		struct str postings;
		bool damaged;

		if (words_find(LIST_AT(*rows, struct kb_bucket, i)->words, stem, &postings, &damaged))
			return postings_text(mem, (struct kb_postings){ .rest = postings });
		if (damaged)
			return S("damaged");
	}
	return S("none");
}

static void words_share_rows_and_are_found_in_them(void **state)
{
	enum { CHUNKS = 50, WORDS_EACH = 400 };
	ARENA(mem);
	struct str texts[CHUNKS];
	struct kb_words words;
	struct list rows;

	(void)state;
	for (int i = 0; i < CHUNKS; i++) {
		struct buf text = { .mem = &mem };

		for (int k = 0; k < WORDS_EACH; k++)
			buf_printf(&text, "q%dx%d ", i, k);
		texts[i] = buf_view(&text);
	}
	words = read_texts(&mem, texts, CHUNKS);
	words_pack(&mem, &words, &rows);
	assert_int_equal(words.rows.n, CHUNKS * WORDS_EACH);
	assert_true(rows.n <= 4096 + 1);
	for (size_t i = 1; i < rows.n; i++)
		assert_true(LIST_AT(rows, struct kb_bucket, i - 1)->number < LIST_AT(rows, struct kb_bucket, i)->number);
	for (size_t i = 0; i < words.rows.n; i += 97) {
		const struct kb_word *word = LIST_AT(words.rows, struct kb_word, i);

		assert_true(str_eq(packed_text(&mem, &rows, word->stem),
				   postings_text(&mem, (struct kb_postings){ .rest = word->postings })));
	}
	assert_str(packed_text(&mem, &rows, S("q50x0")), "none");
	assert_true(str_starts(packed_text(&mem, &rows, ANY_WORD), S("0:400 1:400 2:400 ")));
}

/* Stored rows are found by it, whichever program stored them. */
static void a_word_keeps_its_row_for_ever(void **state)
{
	const struct str text = S("pump");
	ARENA(mem);
	struct kb_words words = read_texts(&mem, &text, 1);
	struct list rows;

	(void)state;
	words_pack(&mem, &words, &rows);
	assert_int_equal(rows.n, 2);
	assert_int_equal(LIST_AT(rows, struct kb_bucket, 0)->number, -1);
	assert_int_equal(LIST_AT(rows, struct kb_bucket, 1)->number, 2796);
	assert_memory_equal(LIST_AT(rows, struct kb_bucket, 1)->words.p, "\x04pump\x02\0\x01", 8);
}

static void what_is_no_row_of_words_is_damaged(void **state)
{
	static const struct {
		const char *bytes;
		size_t n;
		const char *found;
	} CASES[] = {
		{ "", 0, "none" },
		{ "\1a\2\0\1", 5, "none" },
		{ "\1b\2\0\1", 5, "0:1" },
		{ "\1a\2\0\1\1b\2\0\2", 10, "0:2" },
		{ "\1a\2\0", 4, "damaged" },
		{ "\1a", 2, "damaged" },
		{ "\x80", 1, "damaged" },
		{ "\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\x7F" "b", 10, "damaged" },
	};
	ARENA(mem);

	(void)state;
	for (size_t i = 0; i < COUNT_OF(CASES); i++) {
		struct kb_bucket row = { 0, { CASES[i].bytes, CASES[i].n } };

		assert_str(packed_text(&mem, &(struct list){ &row, 1 }, S("b")), CASES[i].found);
	}
}

/* -- in the store -------------------------------------------------------------------------------- */

/* What all contents of a base say about a word, one after the other. */
static struct str stored(struct rig *r, struct str base_id, const char *stem)
{
	AUTO(words_done) struct words_scan rows = {0};
	struct buf out = { .mem = &r->mem };
	struct kb_postings postings;
	bool row;

	assert_int_equal(words_scan(&r->ctx, r->ctx.actor.workspace_id, base_id, str_of(stem), &rows), OK);
	for (;;) {
		assert_int_equal(words_next(&r->ctx, &rows, &row, &postings), OK);
		if (!row)
			return buf_view(&out);
		if (out.n)
			buf_z(&out, "; ");
		buf_str(&out, postings_text(&r->mem, postings));
	}
}

static int64_t count_words(struct rig *r)
{
	static const struct sql WORDS = { "test.words", "SELECT count(*) FROM kb_word" };

	return shelf_count(r, &WORDS);
}

static int64_t count_lexicons(struct rig *r)
{
	static const struct sql LEXICONS = { "test.lexicons", "SELECT count(*) FROM kb_lexicon" };

	return shelf_count(r, &LEXICONS);
}

static void each_content_says_what_it_knows_of_a_word(void **state)
{
	struct rig *r = *state;
	struct str id = add_base(r, "Manual", TEXTS("Drain the pump.", "Pump and pump again."));

	assert_str(stored(r, id, "pump"), "0:1; 0:2");
	assert_str(stored(r, id, "drain"), "0:1");
	assert_str(stored(r, id, "frost"), "");
	/* The length of each chunk. */
	assert_str(stored(r, id, ""), "0:3; 0:4");
}

static void other_bases_and_other_workspaces_have_words_of_their_own(void **state)
{
	struct rig *r = *state;
	struct str one = add_base(r, "One", TEXTS("Apples.")), two = add_base(r, "Two", TEXTS("Pears."));

	assert_str(stored(r, one, "appl"), "0:1");
	assert_str(stored(r, two, "appl"), "");
	enter_workspace(r, S("other"));
	assert_str(stored(r, one, "appl"), "");
}

static enum err delete_base(struct ctx *ctx, struct db_tx *tx, void *id)
{
	return knowledge_bases_delete(ctx, tx, ctx->actor.workspace_id, *(struct str *)id);
}

static void words_leave_with_their_base(void **state)
{
	struct rig *r = *state;
	struct str one = add_base(r, "One", TEXTS("Apples and pears.")), two = add_base(r, "Two", TEXTS("Pears."));

	assert_int_equal(db_write(&r->ctx, delete_base, &one), OK);
	assert_int_equal(knowledge_sweep_all(&r->ctx, 1), OK);
	assert_int_equal(count_lexicons(r), 1);
	assert_int_equal(count_words(r), 2);
	assert_str(stored(r, two, "pear"), "0:1");
}

static enum err delete_first_content(struct ctx *ctx, struct db_tx *tx, void *id)
{
	struct str base_id = *(struct str *)id;
	struct list contents;
	int64_t total;

	TRY(contents_page(ctx, ctx->actor.workspace_id, base_id, 10, 0, &contents, &total));
	return contents_delete(ctx, tx, ctx->actor.workspace_id, base_id,
			       LIST_AT(contents, struct kb_content, contents.n - 1)->id);
}

static void words_leave_with_their_content(void **state)
{
	struct rig *r = *state;
	struct str id = add_base(r, "One", TEXTS("Apples and pears.", "Pears."));

	assert_int_equal(db_write(&r->ctx, delete_first_content, &id), OK);
	assert_int_equal(knowledge_sweep_all(&r->ctx, 1), OK);
	assert_str(stored(r, id, "pear"), "0:1");
	assert_str(stored(r, id, "appl"), "");
	assert_str(stored(r, id, ""), "0:1");
	assert_int_equal(count_words(r), 2);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_word_knows_its_chunks_and_how_often_it_stands_there),
		cmocka_unit_test(rows_are_in_the_order_of_their_stems),
		cmocka_unit_test(texts_without_words_have_no_rows),
		cmocka_unit_test(many_chunks_and_many_words_come_back),
		cmocka_unit_test(what_is_no_posting_ends_the_list_and_is_left),
		cmocka_unit_test(words_share_rows_and_are_found_in_them),
		cmocka_unit_test(a_word_keeps_its_row_for_ever),
		cmocka_unit_test(what_is_no_row_of_words_is_damaged),
		IN_WORKSPACE(each_content_says_what_it_knows_of_a_word),
		IN_WORKSPACE(other_bases_and_other_workspaces_have_words_of_their_own),
		IN_WORKSPACE(words_leave_with_their_base),
		IN_WORKSPACE(words_leave_with_their_content),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
