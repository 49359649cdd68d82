/* test/knowledge/search_test.c: the nearest passages, in one order, and none that are out of scope. */
#include "knowledge/search.h"

#include <math.h>

#include "knowledge/embedder.h"
#include "shelf.h"

static struct list search_with(struct rig *r, struct search s)
{
	struct list hits;

	s.workspace_id = r->ctx.actor.workspace_id;
	s.top_k = s.top_k ? s.top_k : 10;
	assert_int_equal(knowledge_search(&r->ctx, &s, &hits), OK);
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
	float va[EMBEDDING_DIMENSIONS], vb[EMBEDDING_DIMENSIONS];
	double sum = 0;

	embed_text(a, va);
	embed_text(b, vb);
	for (size_t i = 0; i < EMBEDDING_DIMENSIONS; i++)
		sum += (double)va[i] * (double)vb[i];
	return embedding_similarity(sum);
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

static enum err alter_vectors(struct ctx *ctx, struct db_tx *tx, void *sql)
{
	AUTO(stmt_done) struct stmt s = {0};

	TRY(stmt_write(ctx, tx, sql, &s));
	return stmt_run(ctx, &s, NULL);
}

static void vectors_of_another_model_are_not_compared(void **state)
{
	static struct sql other_model = { "test.model", "UPDATE kb_vector SET model = 'other', vector = x'00'" };
	struct rig *r = *state;

	add_base(r, "One", TEXTS("Ripe apples."));
	assert_int_equal(db_write(&r->ctx, alter_vectors, &other_model), OK);
	assert_int_equal(search_with(r, (struct search){ .text = S("apples"), .everywhere = true }).n, 0);
}

static void a_damaged_vector_is_an_error_and_not_a_crash(void **state)
{
	static struct sql damage = { "test.damage", "UPDATE kb_vector SET vector = x'00'" };
	struct rig *r = *state;
	struct search s = { .workspace_id = r->ctx.actor.workspace_id, .text = S("apples"), .everywhere = true,
			    .top_k = 1 };
	struct list hits;

	add_base(r, "One", TEXTS("Ripe apples."));
	assert_int_equal(db_write(&r->ctx, alter_vectors, &damage), OK);
	assert_int_equal(knowledge_search(&r->ctx, &s, &hits), ERR_INTERNAL);
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
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
