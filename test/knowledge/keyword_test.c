/* test/knowledge/keyword_test.c: BM25, over the bases in scope and nothing else. */
#include "knowledge/keyword.h"

#include <math.h>

#include "shelf.h"

enum { ROOM = 100 };

struct answer {
	struct index_hit items[ROOM];
	struct index_best best;
};

static enum err ask_with(struct rig *r, const struct list *scope_ids, struct keyword_question *question, size_t max,
			 double min_similarity, struct answer *out)
{
	struct keyword_scope scope;

	out->best = (struct index_best){ .items = out->items, .max = max };
	TRY(keyword_scope_open(&r->ctx, r->ctx.actor.workspace_id, scope_ids, &scope));
	return keyword_search(&r->ctx, &scope, question, min_similarity, &out->best);
}

static struct answer ask(struct rig *r, struct str id, const char *text)
{
	struct list ids = { &id, 1 };
	struct keyword_question question;
	struct answer out;

	keyword_question_of(&r->mem, str_of(text), &question);
	assert_int_equal(ask_with(r, &ids, &question, ROOM, 0, &out), OK);
	return out;
}

static struct str text_of(struct rig *r, const struct answer *a, size_t i)
{
	struct kb_chunk chunk;
	struct str title;

	assert_true(i < a->best.n);
	assert_int_equal(chunks_by_seq(&r->ctx, r->ctx.actor.workspace_id, a->items[i].chunk_seq, &chunk, &title), OK);
	assert_int_equal(chunk.id.n, UUID_TEXT);
	assert_memory_equal(chunk.id.p, a->items[i].chunk_id, UUID_TEXT);
	return chunk.text;
}

#define ORCHARD TEXTS("Apples ripen in autumn and are picked by hand.", "The harbour closes at night.", \
		      "Ripe apples keep all winter in a cool cellar. Apples!", "Bread needs flour, water and salt.")

/* -- what is found ------------------------------------------------------------------------------- */

static void passages_with_the_words_are_found_and_no_others(void **state)
{
	struct rig *r = *state;
	struct str id = add_base(r, "Valley", ORCHARD);
	struct answer a = ask(r, id, "apple");

	assert_int_equal(a.best.n, 2);
	assert_str(text_of(r, &a, 0), "Ripe apples keep all winter in a cool cellar. Apples!");
	assert_str(text_of(r, &a, 1), "Apples ripen in autumn and are picked by hand.");
	assert_int_equal(ask(r, id, "oranges").best.n, 0);
}

static void a_rare_word_tells_more_than_a_common_one(void **state)
{
	struct rig *r = *state;
	struct str id = add_base(r, "Valley", ORCHARD);
	struct answer a = ask(r, id, "apples in the cellar");

	assert_str(text_of(r, &a, 0), "Ripe apples keep all winter in a cool cellar. Apples!");
	a = ask(r, id, "is the bread here?");
	assert_str(text_of(r, &a, 0), "Bread needs flour, water and salt.");
}

/* In two chunks every word is rare, "the" as much as "warranty"; English knows better. */
static void words_that_say_nothing_say_little_even_in_the_smallest_base(void **state)
{
	struct rig *r = *state;
	struct str id = add_base(r, "Two", TEXTS("Frost voids warranty.", "What is it that you are after?"));
	struct answer a = ask(r, id, "what is it that voids warranty");

	assert_str(text_of(r, &a, 0), "Frost voids warranty.");
}

static void words_match_by_their_stems_and_without_accents(void **state)
{
	struct rig *r = *state;
	struct str id = add_base(r, "Words", TEXTS("Caf\u00E9s were covered.", "\u4F60\u597D", "Mice"));

	assert_int_equal(ask(r, id, "CAFE").best.n, 1);
	assert_int_equal(ask(r, id, "covering").best.n, 1);
	assert_int_equal(ask(r, id, "\u597D").best.n, 1);
	assert_int_equal(ask(r, id, "mouse").best.n, 1);
}

static void no_text_is_an_operator(void **state)
{
	static const char *const ODD[] = {
		"\"", "'", "apples AND NOT apples", "NEAR(apples", "apples*", "^apples", "{a b}: apples", "-apples",
		"apples; DROP TABLE kb_word", "(((", "*", "col:apples", "\xFF\xFE apples", "%", "_",
	};
	struct rig *r = *state;
	struct str id = add_base(r, "Valley", ORCHARD);

	for (size_t i = 0; i < COUNT_OF(ODD); i++) {
		bool named = strstr(ODD[i], "apples") != NULL;

		assert_true((ask(r, id, ODD[i]).best.n >= 2) == named);
	}
}

static void a_question_without_words_finds_nothing(void **state)
{
	struct rig *r = *state;
	struct str id = add_base(r, "Valley", ORCHARD);

	assert_int_equal(ask(r, id, "?!").best.n, 0);
	assert_int_equal(ask(r, id, "").best.n, 0);
}

/* -- how it is ranked ---------------------------------------------------------------------------- */

/* One word of full weight, so that the formula is all there is. */
static double bm25(double n_chunks, double with, double count, double length, double mean)
{
	double rarity = log(1 + (n_chunks - with + 0.5) / (with + 0.5));

	return rarity * count * 2.2 / (count + 1.2 * (0.25 + 0.75 * length / mean));
}

static void scores_are_those_of_the_formula(void **state)
{
	struct rig *r = *state;
	struct str id = add_base(r, "Valley", TEXTS("demurrage demurrage quay", "quay berth pilot lock tide", "demurrage",
						    "tide"));
	struct answer a = ask(r, id, "demurrage");
	double mean = (3 + 5 + 1 + 1) / 4.0, most = log(1 + 2.5 / 2.5) * 2.2;

	assert_int_equal(a.best.n, 2);
	assert_true(fabs(a.items[0].similarity - bm25(4, 2, 1, 1, mean) / most) <= 0.5e-6 + 1e-12);
	assert_true(fabs(a.items[1].similarity - bm25(4, 2, 2, 3, mean) / most) <= 0.5e-6 + 1e-12);
}

/* Of two words, each counts for as much as it is rare. */
static void the_rarer_of_two_words_counts_for_more(void **state)
{
	struct rig *r = *state;
	struct str id = add_base(r, "Valley", TEXTS("demurrage", "berth", "berth", "quay"));
	struct answer a = ask(r, id, "demurrage berth");
	double rare = bm25(4, 1, 1, 1, 1), common = bm25(4, 2, 1, 1, 1), most = (rare + common) * 2.2;

	assert_int_equal(a.best.n, 3);
	assert_true(fabs(a.items[0].similarity - rare / most) <= 0.5e-6 + 1e-12);
	assert_true(fabs(a.items[1].similarity - common / most) <= 0.5e-6 + 1e-12);
}

static void similarities_are_parts_of_one_in_order(void **state)
{
	struct rig *r = *state;
	struct str id = add_base(r, "Valley", ORCHARD);
	struct answer a = ask(r, id, "ripe apples in the harbour at night, bread and salt");

	assert_int_equal(a.best.n, 4);
	for (size_t i = 0; i < a.best.n; i++) {
		assert_true(a.items[i].similarity > 0 && a.items[i].similarity < 1);
		assert_true(i == 0 || a.items[i - 1].similarity >= a.items[i].similarity);
	}
}

static void what_other_bases_hold_does_not_matter(void **state)
{
	struct rig *r = *state;
	struct str id = add_base(r, "Valley", ORCHARD), first_workspace = r->ctx.actor.workspace_id;
	struct answer before = ask(r, id, "ripe apples"), after;

	add_base(r, "Other", TEXTS("Apples, apples, apples.", "Ripe.", "Ripe apples."));
	enter_workspace(r, S("other"));
	add_base(r, "Foreign", TEXTS("Apples, apples, apples.", "Ripe."));
	assert_int_equal(ask(r, id, "ripe apples").best.n, 0);
	r->ctx.actor.workspace_id = first_workspace;
	after = ask(r, id, "ripe apples");
	assert_int_equal(after.best.n, before.best.n);
	assert_memory_equal(after.items, before.items, after.best.n * sizeof(after.items[0]));
}

static enum err delete_content(struct ctx *ctx, struct db_tx *tx, void *id)
{
	struct str base_id = *(struct str *)id;
	struct list contents;
	int64_t total;

	TRY(contents_page(ctx, ctx->actor.workspace_id, base_id, 1, 0, &contents, &total));
	return contents_delete(ctx, tx, ctx->actor.workspace_id, base_id, LIST_AT(contents, struct kb_content, 0)->id);
}

static void what_was_deleted_does_not_count_any_more(void **state)
{
	struct rig *r = *state;
	struct str fewer = add_base(r, "Fewer", TEXTS("demurrage", "quay berth"));
	struct str more = add_base(r, "More", TEXTS("demurrage", "quay berth", "demurrage and much else besides it"));
	struct answer a = ask(r, fewer, "demurrage"), b;

	assert_true(ask(r, more, "demurrage").items[0].similarity != a.items[0].similarity);
	assert_int_equal(db_write(&r->ctx, delete_content, &more), OK);
	b = ask(r, more, "demurrage");
	assert_int_equal(b.best.n, 1);
	assert_true(b.items[0].similarity == a.items[0].similarity);
}

static void several_bases_are_ranked_as_one(void **state)
{
	struct rig *r = *state;
	struct str all = add_base(r, "All", TEXTS("Ripe apples.", "Pears.", "Apples from far away.", "Plums."));
	struct str parts[] = { add_base(r, "A", TEXTS("Ripe apples.", "Pears.")),
			       add_base(r, "B", TEXTS("Apples from far away.", "Plums.")) };
	struct list ids = { parts, 2 };
	struct answer whole = ask(r, all, "apples"), both;
	struct keyword_question question;

	keyword_question_of(&r->mem, S("apples"), &question);
	assert_int_equal(ask_with(r, &ids, &question, ROOM, 0, &both), OK);
	assert_int_equal(both.best.n, 2);
	for (size_t i = 0; i < 2; i++) {
		assert_true(both.items[i].similarity == whole.items[i].similarity);
		assert_true(str_eq(text_of(r, &both, i), text_of(r, &whole, i)));
	}
}

/* -- how many, and which ------------------------------------------------------------------------- */

static void equals_come_by_their_ids_and_only_so_many(void **state)
{
	struct rig *r = *state;
	struct str one = add_base(r, "One", TEXTS("Ripe apples.", "Ripe apples.", "Pears."));
	struct str scope[] = { add_base(r, "Two", TEXTS("Ripe apples.", "Ripe apples.")), one };
	struct list ids = { scope, 2 };
	struct keyword_question question;
	struct answer a;

	keyword_question_of(&r->mem, S("apples"), &question);
	assert_int_equal(ask_with(r, &ids, &question, 3, 0, &a), OK);
	assert_int_equal(a.best.n, 3);
	for (size_t i = 1; i < 3; i++) {
		assert_true(a.items[i - 1].similarity == a.items[i].similarity);
		assert_true(memcmp(a.items[i - 1].chunk_id, a.items[i].chunk_id, UUID_TEXT) < 0);
	}
	/* Those of the first base are older: their ids come first. */
	assert_true(a.items[0].chunk_seq < a.items[1].chunk_seq && a.items[1].chunk_seq < a.items[2].chunk_seq);
}

static void what_is_less_similar_than_asked_for_is_left_out(void **state)
{
	struct rig *r = *state;
	struct str id = add_base(r, "Valley", ORCHARD);
	struct list ids = { &id, 1 };
	struct answer all = ask(r, id, "apples in the cellar"), some;
	struct keyword_question question;

	keyword_question_of(&r->mem, S("apples in the cellar"), &question);
	assert_int_equal(ask_with(r, &ids, &question, ROOM, all.items[0].similarity - 1e-6, &some), OK);
	assert_int_equal(some.best.n, 1);
	assert_int_equal(ask_with(r, &ids, &question, ROOM, 1, &some), OK);
	assert_int_equal(some.best.n, 0);
}

/* -- with feedback ------------------------------------------------------------------------------- */

static void a_wider_question_finds_what_is_said_in_other_words(void **state)
{
	const struct str read[] = { S("A mortgage is a loan secured by a house.") };
	struct rig *r = *state;
	struct str id = add_base(r, "Bank", TEXTS("A mortgage is a loan secured by a house.",
						  "The loan is repaid while you live in the house.", "Ducks swim."));
	struct list ids = { &id, 1 };
	struct keyword_question question;
	struct keyword_scope scope;
	struct answer a;

	assert_int_equal(ask(r, id, "mortgage").best.n, 1);
	assert_int_equal(keyword_scope_open(&r->ctx, r->ctx.actor.workspace_id, &ids, &scope), OK);
	keyword_question_of(&r->mem, S("mortgage"), &question);
	keyword_question_widen(&r->mem, &scope, read, 1, &question);
	assert_int_equal(ask_with(r, &ids, &question, ROOM, 0, &a), OK);
	assert_int_equal(a.best.n, 2);
	assert_str(text_of(r, &a, 0), "A mortgage is a loan secured by a house.");
	assert_str(text_of(r, &a, 1), "The loan is repaid while you live in the house.");
}

static void nothing_read_widens_nothing(void **state)
{
	ARENA(mem);
	struct keyword_scope scope = { .mean_length = 1 };
	struct keyword_question question;

	(void)state;
	keyword_question_of(&mem, S("ripe apples"), &question);
	keyword_question_widen(&mem, &scope, NULL, 0, &question);
	assert_int_equal(question.n, 2);
	keyword_question_widen(&mem, &scope, (const struct str[]){ S("!") }, 1, &question);
	assert_int_equal(question.n, 2);
}

/* -- damage -------------------------------------------------------------------------------------- */

static enum err run_sql(struct ctx *ctx, struct db_tx *tx, void *sql)
{
	AUTO(stmt_done) struct stmt s = {0};

	TRY(stmt_write(ctx, tx, sql, &s));
	return stmt_run(ctx, &s, NULL);
}

#define APPL "instr(words, x'046170706C')"

static void damaged_postings_are_an_error_and_not_a_crash(void **state)
{
	static struct sql DAMAGES[] = {
		{ "test.row", "UPDATE kb_word SET words = x'04' WHERE " APPL },
		{ "test.cut", "UPDATE kb_word SET words = x'046170706C' || x'020081' WHERE " APPL },
		{ "test.far", "UPDATE kb_word SET words = x'046170706C' || x'038F7F01' WHERE " APPL },
		{ "test.lengths", "UPDATE kb_word SET words = x'000180' WHERE bucket = -1" },
		{ "test.lost", "DELETE FROM kb_word WHERE bucket = -1" },
	};
	struct rig *r = *state;
	struct str id = add_base(r, "Valley", ORCHARD);
	struct list ids = { &id, 1 };
	struct keyword_question question;
	struct answer a;

	keyword_question_of(&r->mem, S("apples"), &question);
	for (size_t i = 0; i < COUNT_OF(DAMAGES); i++) {
		assert_int_equal(db_write(&r->ctx, run_sql, &DAMAGES[i]), OK);
		assert_int_equal(ask_with(r, &ids, &question, ROOM, 0, &a), ERR_INTERNAL);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		IN_WORKSPACE(passages_with_the_words_are_found_and_no_others),
		IN_WORKSPACE(a_rare_word_tells_more_than_a_common_one),
		IN_WORKSPACE(words_that_say_nothing_say_little_even_in_the_smallest_base),
		IN_WORKSPACE(words_match_by_their_stems_and_without_accents),
		IN_WORKSPACE(no_text_is_an_operator),
		IN_WORKSPACE(a_question_without_words_finds_nothing),
		IN_WORKSPACE(scores_are_those_of_the_formula),
		IN_WORKSPACE(the_rarer_of_two_words_counts_for_more),
		IN_WORKSPACE(similarities_are_parts_of_one_in_order),
		IN_WORKSPACE(what_other_bases_hold_does_not_matter),
		IN_WORKSPACE(what_was_deleted_does_not_count_any_more),
		IN_WORKSPACE(several_bases_are_ranked_as_one),
		IN_WORKSPACE(equals_come_by_their_ids_and_only_so_many),
		IN_WORKSPACE(what_is_less_similar_than_asked_for_is_left_out),
		IN_WORKSPACE(a_wider_question_finds_what_is_said_in_other_words),
		cmocka_unit_test(nothing_read_widens_nothing),
		IN_WORKSPACE(damaged_postings_are_an_error_and_not_a_crash),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
