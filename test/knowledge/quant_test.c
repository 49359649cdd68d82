/* test/knowledge/quant_test.c: all kernels count alike, and no product lies outside its bounds. */
#include "knowledge/quant.h"

#include "../unit.h"
#include "knowledge/scan.h"
#include "model/embed.h"
#include "numbers.h"

enum { ROWS = 200, QUESTIONS = 12 };

static const size_t DIMENSIONS[] = { 1, 4, 7, 63, 64, 65, 768, 1536, 3072 };

struct table {
	size_t n;
	float *vectors;
	uint8_t *rows;
};

static float *vector_of(const struct table *t, size_t i)
{
	return t->vectors + i * t->n;
}

static uint8_t *row_of(const struct table *t, size_t i)
{
	return t->rows + i * code_stride(t->n);
}

static struct table table_new(struct arena *mem, enum likeness like, size_t n)
{
	struct table t = { .n = n, .vectors = arena_array(mem, ROWS * n, sizeof(float)) };

	t.rows = arena_alloc(mem, ROWS * code_stride(n) + CODE_ALIGN);
	t.rows += -(uintptr_t)t.rows % CODE_ALIGN;
	for (size_t i = 0; i < ROWS; i++) {
		make_vector(like, i, vector_of(&t, i), n);
		code_write(row_of(&t, i), vector_of(&t, i), n);
	}
	return t;
}

/* As knowledge/index.c compares. */
static double product(const float *question, const float *v, size_t n)
{
	double sum = 0;

	for (size_t i = 0; i < n; i++)
		sum += (double)v[i] * (double)question[i];
	return sum;
}

static int64_t plain_product(const struct code_question *q, const struct code_part *part, const uint8_t *row)
{
	int64_t sum = 0;

	for (size_t i = part->from; i < part->to; i++)
		sum += (row[i] - CODE_ZERO) * (q->high[i] * 128 + q->low[i]);
	return sum;
}

static double middle_of(const struct code_question *q, const struct code_part *part, const uint8_t *row)
{
	return code_middle(q, code_tail(q, row), plain_product(q, part, row));
}

static void check_kernel(const struct scan_kernel *kernel, const struct code_question *q, const struct table *t)
{
	const struct code_part *parts[] = { &q->whole, &q->early, &q->late };
	int64_t products[ROWS];

	for (size_t p = 0; p < COUNT_OF(parts); p++) {
		kernel->products(q, parts[p], t->rows, ROWS, products);
		for (size_t i = 0; i < ROWS; i++)
			assert_int_equal(products[i], plain_product(q, parts[p], row_of(t, i)));
	}
}

static void all_kernels_count_alike(void **state)
{
	for (size_t d = 0; d < COUNT_OF(DIMENSIONS); d++) {
		ARENA(mem);
		struct table t = table_new(&mem, d % 2 ? SPARSE : UNIFORM, DIMENSIONS[d]);
		struct code_question q;

		code_question_init(&q, &mem, vector_of(&t, 3), t.n);
		for (size_t k = 0; scan_kernels[k]; k++) {
			if (scan_kernels[k]->runs_here())
				check_kernel(scan_kernels[k], &q, &t);
			else if (d == 0)
				print_message("%s does not run here\n", scan_kernels[k]->name);
		}
	}
}

/* Bytes that no vector makes, against a question of the largest numbers. */
static void the_largest_products_neither_saturate_nor_wrap(void **state)
{
	ARENA(mem);
	enum { N = EMBED_DIMENSIONS_MAX };
	float *vector = arena_array(&mem, N, sizeof(*vector));
	uint8_t *row = arena_alloc(&mem, code_stride(N) + CODE_ALIGN);
	struct code_question q;
	int64_t given;

	row += -(uintptr_t)row % CODE_ALIGN;
	memset(row, 255, code_width(N));
	for (int sign = -1; sign <= 1; sign += 2) {
		for (size_t i = 0; i < N; i++)
			vector[i] = (float)sign;
		code_question_init(&q, &mem, vector, N);
		for (size_t k = 0; scan_kernels[k]; k++) {
			if (!scan_kernels[k]->runs_here())
				continue;
			scan_kernels[k]->products(&q, &q.whole, row, 1, &given);
			assert_int_equal(given, INT64_C(127) * 8191 * N * sign);
		}
	}
}

static void questions_of(enum likeness like, size_t i, float *q, size_t n)
{
	if (like >= MISLEADING_UP)
		make_misled(q, n);
	else
		make_vector(like == HUGE_AND_TINY ? UNIFORM : like, i * 17, q, n);
	/* Every third is one of the vectors, every third has one component only. */
	if (i % 3 == 1)
		for (size_t d = 0; d < n; d++)
			q[d] += (float)(0.01 * sin((double)(d * i)));
	if (i % 3 == 2)
		memset(q + 1, 0, (n - 1) * sizeof(*q));
	to_unit_length(q, n);
}

static void check_bounds(const struct code_question *q, const struct table *t, const float *question, size_t i)
{
	const struct code_tail *tail = code_tail(q, row_of(t, i));
	double middle = middle_of(q, &q->whole, row_of(t, i)), early = middle_of(q, &q->early, row_of(t, i));
	double real = product(question, vector_of(t, i), t->n), error = code_error(q, tail);

	/* Written so that a bound that is not a number allows everything. */
	assert_false(real > middle + error);
	assert_false(real < middle - error);
	assert_false(real > code_ceiling(q, tail, middle));
	assert_false(real > code_early_ceiling(q, tail, early));
}

static void every_product_lies_within_its_bounds(void **state)
{
	for (size_t d = 0; d < COUNT_OF(DIMENSIONS); d++) {
		for (enum likeness like = 0; like < LIKENESSES; like++) {
			ARENA(mem);
			struct table t = table_new(&mem, like, DIMENSIONS[d]);
			float *question = arena_array(&mem, t.n, sizeof(*question));
			struct code_question q;

			for (size_t k = 0; k < QUESTIONS; k++) {
				questions_of(like, k, question, t.n);
				code_question_init(&q, &mem, question, t.n);
				for (size_t i = 0; i < ROWS; i++)
					check_bounds(&q, &t, question, i);
			}
		}
	}
}

/* A question that points where the code is off is off by all that the bound allows. */
static void a_bound_is_what_the_worst_question_needs(void **state)
{
	static const enum likeness LIKE[] = { UNIFORM, CLUSTERED, OUTLIERS, SPARSE };

	for (size_t l = 0; l < COUNT_OF(LIKE); l++) {
		ARENA(mem);
		struct table t = table_new(&mem, LIKE[l], 768);
		float *question = arena_array(&mem, t.n, sizeof(*question));
		struct code_question q;

		for (size_t i = 0; i < ROWS; i++) {
			const uint8_t *row = row_of(&t, i);
			const struct code_tail *tail = (const struct code_tail *)(row + code_width(t.n));

			for (size_t d = 0; d < t.n; d++)
				question[d] = vector_of(&t, i)[d] - (float)(row[d] - CODE_ZERO) * tail->step;
			for (size_t k = 0; k < CODE_APART; k++)
				question[tail->apart_at[k]] = 0;
			to_unit_length(question, t.n);
			code_question_init(&q, &mem, question, t.n);
			check_bounds(&q, &t, question, i);
		}
	}
}

/* A bound that is always true could also be of no use. */
static void the_bounds_are_tight(void **state)
{
	static const enum likeness LIKE[] = { UNIFORM, CLUSTERED, OUTLIERS, SPARSE };

	for (size_t l = 0; l < COUNT_OF(LIKE); l++) {
		ARENA(mem);
		struct table t = table_new(&mem, LIKE[l], 1536);
		struct code_question q;

		code_question_init(&q, &mem, vector_of(&t, 5), t.n);
		for (size_t i = 0; i < ROWS; i++)
			assert_true(code_error(&q, code_tail(&q, row_of(&t, i))) < 0.02);
	}
}

/* Three dimensions are fifty times the others: what is left of the question there is a third of it. */
static void large_components_do_not_widen_the_bounds_of_small_ones(void **state)
{
	ARENA(mem);
	struct table t = table_new(&mem, OUTLIERS, 1536);
	struct code_question q;

	code_question_init(&q, &mem, vector_of(&t, 5), t.n);
	for (size_t i = 0; i < ROWS; i++)
		assert_true(code_error(&q, code_tail(&q, row_of(&t, i))) < 0.002);
}

static void what_has_few_components_is_kept_as_it_is(void **state)
{
	ARENA(mem);
	_Alignas(CODE_ALIGN) uint8_t row[CODE_ALIGN + sizeof(struct code_tail)];
	float v[20] = { [2] = 0.5F, [7] = -0.25F, [19] = 0.125F };
	struct code_question q;

	code_write(row, v, 20);
	code_question_init(&q, &mem, v, 20);
	assert_true(middle_of(&q, &q.whole, row) == product(v, v, 20));
	assert_true(code_error(&q, code_tail(&q, row)) < 1e-9);
}

static void a_vector_that_is_not_finite_allows_everything(void **state)
{
	static const float WRONG[] = { NAN, INFINITY, -INFINITY };

	for (size_t k = 0; k < COUNT_OF(WRONG); k++) {
		ARENA(mem);
		_Alignas(CODE_ALIGN) uint8_t row[CODE_ALIGN + sizeof(struct code_tail)];
		float v[16] = { 1, 2, [9] = WRONG[k] }, question[16] = { 1 };
		struct code_question q;

		code_write(row, v, 16);
		code_question_init(&q, &mem, question, 16);
		assert_false(code_ceiling(&q, code_tail(&q, row), 0) <= 1e300);
	}
}

static void a_vector_may_lie_anywhere_in_memory(void **state)
{
	_Alignas(CODE_ALIGN) uint8_t one[2 * CODE_ALIGN], other[2 * CODE_ALIGN];
	char bytes[40 * sizeof(float) + 1];
	float v[40];

	make_vector(UNIFORM, 1, v, 40);
	memcpy(bytes + 1, v, sizeof(v));
	code_write(one, v, 40);
	code_write(other, bytes + 1, 40);
	assert_memory_equal(one, other, code_width(40) + offsetof(struct code_tail, late) + sizeof(float));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(all_kernels_count_alike),
		cmocka_unit_test(the_largest_products_neither_saturate_nor_wrap),
		cmocka_unit_test(every_product_lies_within_its_bounds),
		cmocka_unit_test(a_bound_is_what_the_worst_question_needs),
		cmocka_unit_test(the_bounds_are_tight),
		cmocka_unit_test(large_components_do_not_widen_the_bounds_of_small_ones),
		cmocka_unit_test(what_has_few_components_is_kept_as_it_is),
		cmocka_unit_test(a_vector_that_is_not_finite_allows_everything),
		cmocka_unit_test(a_vector_may_lie_anywhere_in_memory),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
