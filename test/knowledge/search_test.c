/* test/knowledge/search_test.c: the nearest passages, in one order, and none that are out of scope. */
#include "knowledge/search.h"

#include <math.h>

#include "model/lexical.h"
#include "shelf.h"

static struct list search_with(struct rig *r, struct search s)
{
	struct list hits;
	int64_t tokens;

	s.workspace_id = r->ctx.actor.workspace_id;
	s.model = &embedding_builtin;
	s.top_k = s.top_k ? s.top_k : 10;
	assert_int_equal(knowledge_search(&r->ctx, &s, &hits, &tokens), OK);
	return hits;
}

static const struct search_hit *hit(const struct list *hits, size_t i)
{
	assert_true(i < hits->n);
	return LIST_AT(*hits, struct search_hit, i);
}

#define ORCHARD TEXTS("Apples ripen in autumn and are picked by hand.", "The harbour closes at night.", \
		      "Ripe apples keep all winter in a cool cellar.", "Bread needs flour, water and salt.")

static void the_passage_about_the_question_comes_first(void **state)
{
	struct rig *r = *state;
	struct str id = add_base(r, "Valley", ORCHARD);
	struct list hits = search_with(r, (struct search){ .text = S("When does the harbour close?"),
							   .everywhere = true, .min_similarity = 0.5 });

	assert_int_equal(hits.n, 1);
	assert_str(hit(&hits, 0)->content, "The harbour closes at night.");
	assert_str(hit(&hits, 0)->knowledge_base_title, "Valley");
	assert_true(str_eq(hit(&hits, 0)->knowledge_base_id, id));
	assert_int_equal(hit(&hits, 0)->content_id.n, UUID_TEXT);
	assert_str(json_get_str(hit(&hits, 0)->metadata, "source"), "text");
}

static double exact_similarity(struct str a, struct str b)
{
	float va[LEXICAL_DIMENSIONS], vb[LEXICAL_DIMENSIONS];
	double sum = 0;

	lexical_embed(a, va);
	lexical_embed(b, vb);
	for (size_t i = 0; i < LEXICAL_DIMENSIONS; i++)
		sum += (double)va[i] * (double)vb[i];
	return lexical_similarity(sum);
}

static void all_hits_are_as_near_as_their_vectors_say_and_in_order(void **state)
{
	struct rig *r = *state;
	struct str question = S("ripe apples in the harbour at night");
	struct list hits;

	add_base(r, "Valley", ORCHARD);
	hits = search_with(r, (struct search){ .text = question, .everywhere = true });
	assert_int_equal(hits.n, 4);
	for (size_t i = 0; i < hits.n; i++) {
		double expected = exact_similarity(question, hit(&hits, i)->content);

		assert_true(fabs(hit(&hits, i)->similarity - expected) <= 0.5e-6 + 1e-12);
		assert_true(i == 0 || hit(&hits, i - 1)->similarity >= hit(&hits, i)->similarity);
	}
}

static void the_threshold_is_compared_before_rounding(void **state)
{
	struct rig *r = *state;
	struct search s = { .text = S("apples in winter"), .everywhere = true };
	double exact;

	add_base(r, "Valley", TEXTS("Ripe apples keep all winter in a cool cellar."));
	exact = exact_similarity(s.text, S("Ripe apples keep all winter in a cool cellar."));
	s.min_similarity = exact;
	assert_int_equal(search_with(r, s).n, 1);
	s.min_similarity = nextafter(exact, 1);
	assert_int_equal(search_with(r, s).n, 0);
}

static void similarity_one_is_the_same_text_and_no_other(void **state)
{
	struct rig *r = *state;
	struct list hits;

	add_base(r, "Valley", ORCHARD);
	hits = search_with(r, (struct search){ .text = S("The harbour closes at night."), .everywhere = true,
					       .min_similarity = 1 });
	assert_int_equal(hits.n, 1);
	assert_true(hit(&hits, 0)->similarity == 1);
}

static void no_more_than_the_best_k_are_given(void **state)
{
	struct rig *r = *state;
	struct search s = { .text = S("apples"), .everywhere = true };
	struct list all, best;

	add_base(r, "Valley", ORCHARD);
	all = search_with(r, s);
	for (s.top_k = 1; s.top_k <= 4; s.top_k++) {
		best = search_with(r, s);
		assert_int_equal(best.n, s.top_k);
		for (size_t i = 0; i < best.n; i++)
			assert_true(str_eq(hit(&best, i)->chunk_id, hit(&all, i)->chunk_id));
	}
}

static void the_largest_k_keeps_the_best_of_more(void **state)
{
	struct rig *r = *state;
	struct search s = { .text = S("apples"), .everywhere = true, .top_k = SEARCH_TOP_MAX };
	struct list hits;

	for (int i = 0; i < SEARCH_TOP_MAX / 5; i++)
		add_base(r, "Pears", TEXTS("Pear.", "Pear.", "Pear.", "Pear.", "Pear.", "Ripe apples."));
	hits = search_with(r, s);
	assert_int_equal(hits.n, SEARCH_TOP_MAX);
	for (size_t i = 0; i < hits.n; i++)
		assert_str(hit(&hits, i)->content, i < SEARCH_TOP_MAX / 5 ? "Ripe apples." : "Pear.");
}

static void equally_near_passages_come_by_their_ids(void **state)
{
	struct rig *r = *state;
	struct str one = add_base(r, "One", TEXTS("Ripe apples.", "Ripe apples.", "Pears."));
	/* The newer base, whose chunks have the greater ids, is gone through first. */
	struct str scope[] = { add_base(r, "Two", TEXTS("Ripe apples.", "Ripe apples.")), one };
	struct list hits;

	hits = search_with(r, (struct search){ .text = S("apples"), .knowledge_base_ids = { scope, 2 }, .top_k = 3 });
	assert_int_equal(hits.n, 3);
	for (size_t i = 1; i < hits.n; i++) {
		assert_true(hit(&hits, i - 1)->similarity == hit(&hits, i)->similarity);
		assert_true(str_cmp(hit(&hits, i - 1)->chunk_id, hit(&hits, i)->chunk_id) < 0);
	}
	assert_true(str_eq(hit(&hits, 1)->knowledge_base_id, one));
}

static void only_the_bases_in_scope_are_searched_and_each_once(void **state)
{
	struct rig *r = *state;
	struct str one = add_base(r, "One", TEXTS("Ripe apples.")), two = add_base(r, "Two", TEXTS("Ripe apples."));
	struct str scope[] = { two, uuid_new(&r->mem), two };
	struct search s = { .text = S("apples"), .knowledge_base_ids = { scope, 3 } };
	struct list hits = search_with(r, s);

	assert_int_equal(hits.n, 1);
	assert_true(str_eq(hit(&hits, 0)->knowledge_base_id, two));
	scope[1] = one;
	assert_int_equal(search_with(r, s).n, 2);
}

static void an_empty_scope_searches_nothing(void **state)
{
	struct rig *r = *state;

	add_base(r, "One", TEXTS("Ripe apples."));
	assert_int_equal(search_with(r, (struct search){ .text = S("apples") }).n, 0);
}

static void another_workspace_is_never_searched(void **state)
{
	struct rig *r = *state;
	struct str id = add_base(r, "One", TEXTS("Ripe apples."));

	enter_workspace(r, S("other"));
	assert_int_equal(search_with(r, (struct search){ .text = S("apples"), .everywhere = true }).n, 0);
	assert_int_equal(search_with(r, (struct search){ .text = S("apples"), .knowledge_base_ids = { &id, 1 } }).n, 0);
}

static void a_question_without_words_is_near_to_nothing(void **state)
{
	struct rig *r = *state;
	struct search s = { .text = S("?!"), .everywhere = true };
	struct list hits;

	add_base(r, "One", TEXTS("Ripe apples."));
	hits = search_with(r, s);
	assert_int_equal(hits.n, 1);
	assert_true(hit(&hits, 0)->similarity == 0);
	s.min_similarity = 1e-6;
	assert_int_equal(search_with(r, s).n, 0);
}

static enum err run_sql(struct ctx *ctx, struct db_tx *tx, void *sql)
{
	AUTO(stmt_done) struct stmt s = {0};

	TRY(stmt_write(ctx, tx, sql, &s));
	return stmt_run(ctx, &s, NULL);
}

static void vectors_of_another_model_are_not_compared(void **state)
{
	static struct sql add_model = { "test.add_model",
		"INSERT INTO embedder SELECT 2, 'OPENAI', 'other', base_url, sealed_key, dimensions, asks_dimensions, "
		"'next', NULL, 0, 0 FROM embedder WHERE id = 1" };
	static struct sql other_model = { "test.model", "UPDATE kb_vector SET embedder_id = 2, vector = x'00'" };
	struct rig *r = *state;

	add_base(r, "One", TEXTS("Ripe apples."));
	assert_int_equal(db_write(&r->ctx, run_sql, &add_model), OK);
	assert_int_equal(db_write(&r->ctx, run_sql, &other_model), OK);
	assert_int_equal(search_with(r, (struct search){ .text = S("apples"), .everywhere = true }).n, 0);
}

static void a_damaged_vector_is_an_error_and_not_a_crash(void **state)
{
	static struct sql damage = { "test.damage", "UPDATE kb_vector SET vector = x'00'" };
	struct rig *r = *state;
	struct search s = { .workspace_id = r->ctx.actor.workspace_id, .text = S("apples"), .everywhere = true,
			    .top_k = 1, .model = &embedding_builtin };
	struct list hits;
	int64_t tokens;

	add_base(r, "One", TEXTS("Ripe apples."));
	assert_int_equal(db_write(&r->ctx, run_sql, &damage), OK);
	assert_int_equal(knowledge_search(&r->ctx, &s, &hits, &tokens), ERR_INTERNAL);
}

/* -- by words, by both --------------------------------------------------------------------------- */

static void words_are_asked_for_without_embedding_anything(void **state)
{
	struct rig *r = *state;
	struct search s = { .workspace_id = r->ctx.actor.workspace_id, .text = S("the harbour"), .everywhere = true,
			    .mode = SEARCH_KEYWORD, .top_k = 10, .min_similarity = -1, .model = &embedding_builtin };
	struct list hits;
	int64_t tokens = 7;

	add_base(r, "Valley", ORCHARD);
	assert_int_equal(knowledge_search(&r->ctx, &s, &hits, &tokens), OK);
	assert_int_equal(tokens, 0);
	assert_int_equal(hits.n, 1);
	assert_str(hit(&hits, 0)->content, "The harbour closes at night.");
	assert_str(hit(&hits, 0)->knowledge_base_title, "Valley");
}

static void each_mode_has_its_own_least_similarity(void **state)
{
	static const enum search_mode MODES[] = { SEARCH_SEMANTIC, SEARCH_KEYWORD, SEARCH_HYBRID };
	static const size_t EXPECTED[] = { 0, 1, 1 };
	struct rig *r = *state;

	add_base(r, "Valley", TEXTS("A cellar is cool, the attic is warm, the kitchen smells of soup, the stairs creak at "
				    "night and the garden gate wants oil.", "Pears"));
	for (size_t i = 0; i < COUNT_OF(MODES); i++) {
		struct search s = { .text = S("night trains along the coast are booked months ahead"),
				    .everywhere = true, .mode = MODES[i], .min_similarity = -1 };
		struct list hits = search_with(r, s);
		size_t about = 0;

		for (size_t k = 0; k < hits.n; k++)
			about += str_starts(hit(&hits, k)->content, S("A cellar"));
		assert_int_equal(about, EXPECTED[i]);
	}
}

static void the_first_of_both_lists_has_all_there_is_to_have(void **state)
{
	struct rig *r = *state;
	struct search s = { .text = S("When does the harbour close?"), .everywhere = true, .mode = SEARCH_HYBRID };
	struct list hits;

	add_base(r, "Valley", ORCHARD);
	hits = search_with(r, s);
	assert_str(hit(&hits, 0)->content, "The harbour closes at night.");
	assert_true(hit(&hits, 0)->similarity == 1);
	for (size_t i = 1; i < hits.n; i++)
		assert_true(hit(&hits, i)->similarity < hit(&hits, i - 1)->similarity);
	s.min_similarity = 1;
	assert_int_equal(search_with(r, s).n, 1);
	s.min_similarity = 0;
	s.top_k = 2;
	assert_int_equal(search_with(r, s).n, 2);
}

static void what_only_the_vectors_see_is_found_by_both(void **state)
{
	struct rig *r = *state;
	struct search s = { .text = S("haarbour"), .everywhere = true, .mode = SEARCH_KEYWORD };
	struct list hits;

	add_base(r, "Valley", ORCHARD);
	assert_int_equal(search_with(r, s).n, 0);
	s.mode = SEARCH_HYBRID;
	hits = search_with(r, s);
	assert_str(hit(&hits, 0)->content, "The harbour closes at night.");
}

/* Bases so small that a part of them is no passage are not read again. */
static void add_fillers(struct rig *r)
{
	for (int i = 0; i < 6; i++)
		add_base(r, "Fillers", TEXTS("Ducks swim.", "Trains leave early.", "Mist rises.", "Bells ring at noon.",
					     "Salt melts ice.", "Owls hunt.", "Paint dries slowly."));
}

static void what_the_first_passages_say_is_asked_for_too(void **state)
{
	struct rig *r = *state;
	struct search s = { .text = S("mortgage"), .everywhere = true, .mode = SEARCH_KEYWORD };
	struct list hits;

	add_fillers(r);
	add_base(r, "Bank", TEXTS("A mortgage is a loan secured by a house.", "The loan is repaid; the house stays yours."));
	assert_int_equal(search_with(r, s).n, 1);
	s.mode = SEARCH_HYBRID;
	hits = search_with(r, s);
	assert_str(hit(&hits, 0)->content, "A mortgage is a loan secured by a house.");
	assert_str(hit(&hits, 1)->content, "The loan is repaid; the house stays yours.");
}

static void where_no_word_is_found_no_other_words_are_asked_for(void **state)
{
	struct rig *r = *state;
	struct search s = { .text = S("haarbour"), .everywhere = true, .mode = SEARCH_HYBRID };
	struct list hits;

	add_fillers(r);
	add_base(r, "Valley", ORCHARD);
	hits = search_with(r, s);
	assert_str(hit(&hits, 0)->content, "The harbour closes at night.");
	assert_true(hit(&hits, 0)->similarity < 0.1);
}

static void no_mode_leaves_its_scope(void **state)
{
	static const enum search_mode MODES[] = { SEARCH_SEMANTIC, SEARCH_KEYWORD, SEARCH_HYBRID };
	struct rig *r = *state;
	struct str one = add_base(r, "One", TEXTS("Ripe apples.")), two = add_base(r, "Two", TEXTS("Ripe apples."));
	struct str scope[] = { two, uuid_new(&r->mem), two };

	for (size_t i = 0; i < COUNT_OF(MODES); i++) {
		struct search s = { .text = S("apples"), .knowledge_base_ids = { scope, 3 }, .mode = MODES[i] };
		struct list hits = search_with(r, s);

		assert_int_equal(hits.n, 1);
		assert_true(str_eq(hit(&hits, 0)->knowledge_base_id, two));
		s.knowledge_base_ids = (struct list){0};
		assert_int_equal(search_with(r, s).n, 0);
	}
	enter_workspace(r, S("other"));
	for (size_t i = 0; i < COUNT_OF(MODES); i++) {
		struct search s = { .text = S("apples"), .everywhere = true, .mode = MODES[i] };

		assert_int_equal(search_with(r, s).n, 0);
		s.everywhere = false;
		s.knowledge_base_ids = (struct list){ &one, 1 };
		assert_int_equal(search_with(r, s).n, 0);
	}
}

/* A model that was replaced and chosen again has another row, and the same worth. */
static void the_row_of_the_model_makes_no_difference(void **state)
{
	static struct sql retire = { "test.retire", "UPDATE embedder SET state = 'retired' WHERE id = 1" };
	static struct sql choose_again = { "test.choose_again",
		"INSERT INTO embedder SELECT 3, provider, model, base_url, sealed_key, dimensions, asks_dimensions, "
		"'current', NULL, 0, 0 FROM embedder WHERE id = 1" };
	static struct sql embed_again = { "test.embed_again", "UPDATE kb_vector SET embedder_id = 3" };
	struct rig *r = *state;
	struct embedding_model again = embedding_builtin;
	struct search s = { .workspace_id = r->ctx.actor.workspace_id, .text = S("ripe apples harbur"), .everywhere = true,
			    .mode = SEARCH_HYBRID, .top_k = 10, .min_similarity = -1, .model = &again };
	struct list before, after;
	int64_t tokens;

	add_base(r, "Valley", ORCHARD);
	before = search_with(r, s);
	assert_int_equal(before.n, 3);
	assert_int_equal(db_write(&r->ctx, run_sql, &retire), OK);
	assert_int_equal(db_write(&r->ctx, run_sql, &choose_again), OK);
	assert_int_equal(db_write(&r->ctx, run_sql, &embed_again), OK);
	again.id = 3;
	assert_int_equal(knowledge_search(&r->ctx, &s, &after, &tokens), OK);
	assert_int_equal(after.n, before.n);
	for (size_t i = 0; i < before.n; i++)
		assert_true(hit(&after, i)->similarity == hit(&before, i)->similarity);
}

/* The domain then asks again, with the model that has taken over. */
static void a_model_that_is_not_current_any_more_is_a_conflict(void **state)
{
	static struct sql change = { "test.change", "UPDATE embedder SET id = 5 WHERE id = 1" };
	struct rig *r = *state;
	struct search s = { .workspace_id = r->ctx.actor.workspace_id, .text = S("apples"), .everywhere = true,
			    .top_k = 1, .model = &embedding_builtin };
	struct list hits;
	int64_t tokens;

	assert_int_equal(db_write(&r->ctx, run_sql, &change), OK);
	assert_int_equal(knowledge_search(&r->ctx, &s, &hits, &tokens), ERR_CONFLICT);
	s.mode = SEARCH_HYBRID;
	assert_int_equal(knowledge_search(&r->ctx, &s, &hits, &tokens), ERR_CONFLICT);
	s.mode = SEARCH_KEYWORD;
	assert_int_equal(knowledge_search(&r->ctx, &s, &hits, &tokens), OK);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		IN_WORKSPACE(the_passage_about_the_question_comes_first),
		IN_WORKSPACE(all_hits_are_as_near_as_their_vectors_say_and_in_order),
		IN_WORKSPACE(the_threshold_is_compared_before_rounding),
		IN_WORKSPACE(similarity_one_is_the_same_text_and_no_other),
		IN_WORKSPACE(no_more_than_the_best_k_are_given),
		IN_WORKSPACE(the_largest_k_keeps_the_best_of_more),
		IN_WORKSPACE(equally_near_passages_come_by_their_ids),
		IN_WORKSPACE(only_the_bases_in_scope_are_searched_and_each_once),
		IN_WORKSPACE(an_empty_scope_searches_nothing),
		IN_WORKSPACE(another_workspace_is_never_searched),
		IN_WORKSPACE(a_question_without_words_is_near_to_nothing),
		IN_WORKSPACE(vectors_of_another_model_are_not_compared),
		IN_WORKSPACE(a_damaged_vector_is_an_error_and_not_a_crash),
		IN_WORKSPACE(words_are_asked_for_without_embedding_anything),
		IN_WORKSPACE(each_mode_has_its_own_least_similarity),
		IN_WORKSPACE(the_first_of_both_lists_has_all_there_is_to_have),
		IN_WORKSPACE(what_only_the_vectors_see_is_found_by_both),
		IN_WORKSPACE(what_the_first_passages_say_is_asked_for_too),
		IN_WORKSPACE(where_no_word_is_found_no_other_words_are_asked_for),
		IN_WORKSPACE(no_mode_leaves_its_scope),
		IN_WORKSPACE(the_row_of_the_model_makes_no_difference),
		IN_WORKSPACE(a_model_that_is_not_current_any_more_is_a_conflict),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
