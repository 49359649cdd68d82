/* test/knowledge/index_test.c: an index finds what comparing with every vector finds. */
#include "knowledge/index.h"

#include "knowledge/index_internal.h"
#include "vectors.h"

static const size_t MAX[] = { 1, 7, 50 };
static const double MIN_SIMILARITY[] = { 0, 0.1, 0.6, 0.97, 1 };

/* Near one of the vectors, or near to none. */
static void make_question(enum likeness like, size_t i, float *q, size_t n)
{
	struct numbers noise = { 1234 + i };

	if (like >= MISLEADING_UP)
		make_misled(q, n);
	else
		make_vector(like == HUGE_AND_TINY ? UNIFORM : like, i * 13, q, n);
	for (size_t d = 0; d < n && i % 4 != 0; d++)
		q[d] += (float)(next_normal(&noise) * (i % 4 == 3 ? 1 : 0.02));
	to_unit_length(q, n);
}

static void check_base(struct ctx *ctx, struct str base_id, const struct embedding_model *model, enum likeness like,
		       size_t n_questions)
{
	float *vector = arena_array(ctx->mem, model->dimensions, sizeof(*vector));
	struct index_query q = { .workspace_id = ctx->actor.workspace_id, .knowledge_base_id = base_id, .model = model,
				 .vector = vector };

	assert_int_equal(db_snapshot_begin(ctx), OK);
	for (size_t i = 0; i < n_questions; i++) {
		make_question(like, i, vector, model->dimensions);
		for (size_t k = 0; k < COUNT_OF(MAX); k++) {
			q.min_similarity = MIN_SIMILARITY[(i + k) % COUNT_OF(MIN_SIMILARITY)];
			assert_true(finds_the_same(ctx, &q, MAX[k]));
		}
	}
	db_snapshot_end(ctx);
}

static void check_likeness(struct rig *r, enum likeness like)
{
	static const struct {
		size_t dimensions, vectors, questions;
	} SETS[] = { { 4, 700, 8 }, { 7, 3, 4 }, { 768, 600, 8 }, { 1536, 300, 4 }, { 3072, 120, 4 } };

	for (size_t i = 0; i < COUNT_OF(SETS); i++) {
		struct embedding_model model = model_of(&r->ctx, SETS[i].dimensions);
		struct str base = empty_base(&r->ctx);

		add_batch(&r->ctx, (struct batch){ .base_id = base, .model = &model, .like = like,
						   .n = SETS[i].vectors });
		check_base(&r->ctx, base, &model, like, SETS[i].questions);
	}
}

static void what_is_uniform_is_found(void **state)
{
	check_likeness(*state, UNIFORM);
}

static void what_lies_in_clusters_is_found(void **state)
{
	check_likeness(*state, CLUSTERED);
}

static void what_a_few_dimensions_dominate_is_found(void **state)
{
	check_likeness(*state, OUTLIERS);
}

static void what_has_few_components_is_found(void **state)
{
	check_likeness(*state, SPARSE);
}

static void near_ties_are_told_apart(void **state)
{
	check_likeness(*state, NEAR_TIES);
}

static void equal_vectors_come_by_their_ids(void **state)
{
	check_likeness(*state, EQUAL);
}

static void numbers_of_any_size_are_found(void **state)
{
	check_likeness(*state, HUGE_AND_TINY);
}

static void codes_that_mislead_are_seen_through(void **state)
{
	check_likeness(*state, MISLEADING_UP);
	check_likeness(*state, MISLEADING_DOWN);
}

/* The similarity of builtin/lexical is no straight line, and has steps at its ends. */
static void the_builtin_model_is_searched_as_exactly(void **state)
{
	struct rig *r = *state;
	static const enum likeness LIKE[] = { SPARSE, CLUSTERED, EQUAL };

	for (size_t i = 0; i < COUNT_OF(LIKE); i++) {
		struct str base = empty_base(&r->ctx);

		add_batch(&r->ctx, (struct batch){ .base_id = base, .model = &embedding_builtin, .like = LIKE[i],
						   .n = 300 });
		check_base(&r->ctx, base, &embedding_builtin, LIKE[i], 8);
	}
}

static void a_question_without_components_is_equally_far_from_all(void **state)
{
	struct rig *r = *state;
	struct embedding_model model = model_of(&r->ctx, 64);
	struct str base = empty_base(&r->ctx);
	float nothing[64] = {0};
	struct index_query q = { .workspace_id = r->ctx.actor.workspace_id, .knowledge_base_id = base, .model = &model,
				 .vector = nothing };

	add_batch(&r->ctx, (struct batch){ .base_id = base, .model = &model, .like = UNIFORM, .n = 100 });
	assert_int_equal(db_snapshot_begin(&r->ctx), OK);
	assert_true(finds_the_same(&r->ctx, &q, 10));
	q.min_similarity = 1e-9;
	assert_true(finds_the_same(&r->ctx, &q, 10));
}

static void hits_of_several_bases_come_in_one_order(void **state)
{
	struct rig *r = *state;
	struct embedding_model model = model_of(&r->ctx, 96);
	struct index_hit items[9];
	struct index_best best = { .items = items, .max = COUNT_OF(items) };
	struct index_hit *expected = arena_array(&r->mem, 3 * 200, sizeof(*expected));
	size_t n_expected = 0;
	float vector[96];

	make_question(CLUSTERED, 1, vector, 96);
	for (size_t b = 0; b < 3; b++) {
		struct str base = empty_base(&r->ctx);
		struct index_query q = { .workspace_id = r->ctx.actor.workspace_id, .knowledge_base_id = base,
					 .model = &model, .vector = vector };
		struct index_hit *hits;
		size_t n;

		add_batch(&r->ctx, (struct batch){ .base_id = base, .model = &model, .like = CLUSTERED,
						   .first = 200 * (b % 2), .n = 200 });
		assert_int_equal(db_snapshot_begin(&r->ctx), OK);
		assert_int_equal(index_search(&r->ctx, &q, &best), OK);
		hits = every_hit(&r->ctx, &q, &n);
		memcpy(expected + n_expected, hits, n * sizeof(*hits));
		n_expected += n;
		db_snapshot_end(&r->ctx);
	}
	qsort(expected, n_expected, sizeof(*expected), by_similarity_then_id);
	assert_int_equal(best.n, COUNT_OF(items));
	for (size_t i = 0; i < best.n; i++)
		assert_memory_equal(items[i].chunk_id, expected[i].chunk_id, UUID_TEXT);
}

static enum err alter(struct ctx *ctx, struct db_tx *tx, void *sql)
{
	AUTO(stmt_done) struct stmt s = {0};

	TRY(stmt_write(ctx, tx, sql, &s));
	return stmt_run(ctx, &s, NULL);
}

static enum err search_one(struct rig *r, struct str base, const struct embedding_model *model, const float *vector)
{
	struct index_hit item;
	struct index_best best = { .items = &item, .max = 1 };
	struct index_query q = { .workspace_id = r->ctx.actor.workspace_id, .knowledge_base_id = base, .model = model,
				 .vector = vector };
	enum err e;

	assert_int_equal(db_snapshot_begin(&r->ctx), OK);
	e = index_search(&r->ctx, &q, &best);
	db_snapshot_end(&r->ctx);
	return e;
}

static void a_damaged_vector_is_an_error_and_not_a_crash(void **state)
{
	static struct sql damages[] = {
		{ "test.shorter", "UPDATE kb_vector SET vector = x'0000'" },
		{ "test.infinite", "UPDATE kb_vector SET vector = x'0000807f0000000000000000'" },
	};
	struct rig *r = *state;
	float vector[3] = { 1 };

	for (size_t i = 0; i < COUNT_OF(damages); i++) {
		struct embedding_model model = model_of(&r->ctx, 3);
		struct str base = empty_base(&r->ctx);

		add_batch(&r->ctx, (struct batch){ .base_id = base, .model = &model, .like = UNIFORM, .n = 10 });
		assert_int_equal(db_write(&r->ctx, alter, &damages[i]), OK);
		assert_int_equal(search_one(r, base, &model, vector), ERR_INTERNAL);
	}
}

static void a_search_that_takes_too_long_is_given_up(void **state)
{
	struct rig *r = *state;
	struct embedding_model model = model_of(&r->ctx, 3);
	struct str base = empty_base(&r->ctx);
	float vector[3] = { 1 };

	add_batch(&r->ctx, (struct batch){ .base_id = base, .model = &model, .like = UNIFORM, .n = 10 });
	for (int round = 0; round < 2; round++) {
		r->ctx.deadline_ms = 1;
		assert_int_equal(search_one(r, base, &model, vector), ERR_TIMEOUT);
		r->ctx.deadline_ms = 0;
		/* The second round has it in memory. */
		assert_int_equal(search_one(r, base, &model, vector), OK);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		IN_WORKSPACE(what_is_uniform_is_found),
		IN_WORKSPACE(what_lies_in_clusters_is_found),
		IN_WORKSPACE(what_a_few_dimensions_dominate_is_found),
		IN_WORKSPACE(what_has_few_components_is_found),
		IN_WORKSPACE(near_ties_are_told_apart),
		IN_WORKSPACE(equal_vectors_come_by_their_ids),
		IN_WORKSPACE(numbers_of_any_size_are_found),
		IN_WORKSPACE(codes_that_mislead_are_seen_through),
		IN_WORKSPACE(the_builtin_model_is_searched_as_exactly),
		IN_WORKSPACE(a_question_without_components_is_equally_far_from_all),
		IN_WORKSPACE(hits_of_several_bases_come_in_one_order),
		IN_WORKSPACE(a_damaged_vector_is_an_error_and_not_a_crash),
		IN_WORKSPACE(a_search_that_takes_too_long_is_given_up),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
