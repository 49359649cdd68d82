/* knowledge/quant.c: rounding vectors to bytes, and how much that may change a product.
 *
 * A bound is computed from what was really stored, so that it does not matter how a byte or a step came
 * about; and in double, whose rounding in some ten thousand operations is less than ROUNDING of what is
 * added up.
 *
 * Loading a base writes a code for each of its vectors, so the loops over a vector are such that compilers make
 * vector instructions of them: of a fixed length, or spelt out, and compiled once more for AVX2.
 */
#include "knowledge/quant.h"

#include <float.h>
#include <math.h>

#include "model/embed.h"

#define ROUNDING 1e-11
/* Their product is ROUNDING: a share of |q| and one of |v|, so that what a bound adds for a question's
 * error and a code's length includes the rounding of both products, the real one too. */
#define ROUNDING_QUESTION 1e-6
#define ROUNDING_VECTOR 1e-5
/* What a code leaves out is subtracted in float: two roundings of 2^-24. */
#define ROUNDING_LEFT 1e-6

enum {
	STEPS = 127,                         /* of a code, to either side */
	QUESTION_STEPS = 8191,               /* 128 * 64 - 1: high and low are 64 at most */
	LANES = 4, PEAK_BLOCK = 16,
};
_Static_assert(EMBED_DIMENSIONS_MAX < UINT16_MAX, "apart_at counts them");
_Static_assert(EMBED_DIMENSIONS_MAX % CODE_ALIGN == 0, "a padded vector fits its scratch");
_Static_assert(CODE_ALIGN % (2 * LANES) == 0 && CODE_ALIGN % PEAK_BLOCK == 0, "a padded vector has no rest");

typedef float floats __attribute__((vector_size(LANES * sizeof(float)), may_alias));
typedef int32_t masks __attribute__((vector_size(LANES * sizeof(float))));
typedef double doubles __attribute__((vector_size(LANES * sizeof(double))));

/* Part of code_write, of which there are two. */
#define LOOP static inline __attribute__((always_inline))

/* -- sums ---------------------------------------------------------------------------------------- */

LOOP double length_of(const float *v, size_t width)
{
	doubles even = {0}, odd = {0};               /* sums that do not wait for each other */

	for (size_t i = 0; i < width; i += 2 * LANES) {
		doubles a = __builtin_convertvector(*(const floats *)(v + i), doubles);
		doubles b = __builtin_convertvector(*(const floats *)(v + i + LANES), doubles);

		even += a * a;
		odd += b * b;
	}
	even += odd;
	return sqrt((even[0] + even[1]) + (even[2] + even[3]));
}

/* -- the largest components ---------------------------------------------------------------------- */

/* By size, the largest first; one more than is kept apart: the last is the largest of the others. */
struct peaks {
	float size[CODE_APART + 1];
	uint16_t at[CODE_APART + 1];
};

static void peaks_add(struct peaks *p, float size, size_t at)
{
	size_t i = CODE_APART;

	for (; i > 0 && p->size[i - 1] < size; i--) {
		p->size[i] = p->size[i - 1];
		p->at[i] = p->at[i - 1];
	}
	p->size[i] = size;
	p->at[i] = (uint16_t)at;
}

LOOP bool any_above(const float *v, float least)
{
	masks above = {0};

	for (size_t i = 0; i < PEAK_BLOCK; i += LANES) {
		floats x = *(const floats *)(v + i);

		above |= (x > least) | (x < -least);
	}
	return above[0] | above[1] | above[2] | above[3];
}

LOOP void peaks_find(struct peaks *p, const float *v, size_t width)
{
	*p = (struct peaks){0};
	for (size_t i = 0; i < width; i += PEAK_BLOCK) {
		if (!any_above(v + i, p->size[CODE_APART]))
			continue;
		for (size_t j = i; j < i + PEAK_BLOCK; j++)
			if (fabsf(v[j]) > p->size[CODE_APART])
				peaks_add(p, fabsf(v[j]), j);
	}
}

/* -- codes --------------------------------------------------------------------------------------- */

/* No less than x, and than what x was before it was rounded to double. */
static float round_up(double x)
{
	x *= 1 + ROUNDING;
	return x < (double)FLT_MAX ? nextafterf((float)x, INFINITY) : INFINITY;
}

/* Writes the bytes, and leaves in v what they leave out of it. |v| <= STEPS * step, so what is cut lies between
 * 1 and 256, and cutting it rounds to the nearest. A step too small to divide by rounds everything to zero. */
LOOP void write_bytes(uint8_t *restrict row, float *restrict v, size_t width, float step)
{
	float per_step = step >= FLT_MIN ? 1 / step : 0;

	for (; width > 0; width -= CODE_ALIGN, row += CODE_ALIGN, v += CODE_ALIGN) {
		for (size_t i = 0; i < CODE_ALIGN; i++) {
			int32_t byte = (int32_t)(v[i] * per_step + (CODE_ZERO + 0.5F));

			row[i] = (uint8_t)byte;
			v[i] -= (float)(byte - CODE_ZERO) * step;
		}
	}
}

/* Such a vector is compared as it is, whatever the question. */
static void write_unknown(uint8_t *row, size_t width, struct code_tail *tail)
{
	memset(row, CODE_ZERO, width);
	*tail = (struct code_tail){ .error = INFINITY, .length = INFINITY, .late = INFINITY };
}

/* Of a vector with fewer components, the peaks left over are all 0, and at 0. */
static void take_apart(struct code_tail *tail, const struct peaks *peaks, float *v)
{
	for (size_t i = 0; i < CODE_APART; i++) {
		tail->apart_at[i] = peaks->at[i];
		tail->apart[i] = v[peaks->at[i]];
		v[peaks->at[i]] = 0;
	}
}

LOOP void write_code(uint8_t *row, const void *vector, size_t n)
{
	_Alignas(CODE_ALIGN) float v[EMBED_DIMENSIONS_MAX];
	size_t width = code_width(n);
	struct code_tail *tail = (struct code_tail *)(row + width);
	double length, rest, late, error;
	struct peaks peaks;

	memcpy(v, vector, n * sizeof(*v));
	memset(v + n, 0, (width - n) * sizeof(*v));
	peaks_find(&peaks, v, width);
	take_apart(tail, &peaks, v);
	rest = length_of(v, width);
	length = hypot(rest, length_of(tail->apart, CODE_APART));
	if (!isfinite(length)) {
		write_unknown(row, width, tail);
		return;
	}
	/* Up, so that no component is more steps than there are. */
	tail->step = peaks.size[CODE_APART] > 0 ? nextafterf(peaks.size[CODE_APART] / STEPS, INFINITY) : 0;
	late = length_of(v + code_late(n), width - code_late(n));
	write_bytes(row, v, width, tail->step);
	error = length_of(v, width) + ROUNDING_LEFT * rest;
	tail->error = round_up(error);
	tail->length = round_up(rest + error + ROUNDING_VECTOR * length);
	tail->late = round_up(late + error);
}

#ifdef __x86_64__
__attribute__((target("avx2"))) static void write_code_avx2(uint8_t *row, const void *vector, size_t n)
{
	write_code(row, vector, n);
}
#endif

void code_write(uint8_t *row, const void *vector, size_t n)
{
#ifdef __x86_64__
	if (__builtin_cpu_supports("avx2")) {
		write_code_avx2(row, vector, n);
		return;
	}
#endif
	write_code(row, vector, n);
}

/* -- questions ----------------------------------------------------------------------------------- */

static void *aligned(struct arena *mem, size_t n)
{
	uintptr_t at = (uintptr_t)arena_zalloc(mem, n + CODE_ALIGN - 1);

	return (void *)((at + CODE_ALIGN - 1) / CODE_ALIGN * CODE_ALIGN);
}

/* Fills in high and low. */
static void cut_question(struct code_question *q, const float *vector, size_t n)
{
	double error = 0;

	for (size_t i = 0; i < n && q->step > 0; i++) {
		int steps = (int)lrint((double)vector[i] / q->step);
		int high = (steps + 64) >> 7;
		double left = (double)vector[i] - steps * q->step;

		q->high[i] = (int8_t)high;
		q->low[i] = (int8_t)(steps - high * 128);
		error += left * left;
	}
	q->error = sqrt(error) * (1 + ROUNDING) + ROUNDING_QUESTION * q->length;
}

static struct code_part part_of(const struct code_question *q, size_t from, size_t to)
{
	struct code_part part = { .from = from, .to = to };

	for (size_t i = from; i < to; i++)
		part.zero += CODE_ZERO * (q->high[i] * 128 + q->low[i]);
	return part;
}

static double length_from(const double *components, size_t from, size_t n)
{
	double squares = 0;

	for (size_t i = from; i < n; i++)
		squares += components[i] * components[i];
	return sqrt(squares) * (1 + ROUNDING);
}

void code_question_init(struct code_question *q, struct arena *mem, const float *vector, size_t n)
{
	size_t late = code_late(n);
	double most = 0;

	*q = (struct code_question){ .width = code_width(n), .stride = code_stride(n) };
	q->high = aligned(mem, q->width);
	q->low = aligned(mem, q->width);
	q->exact = arena_array(mem, n, sizeof(*q->exact));
	for (size_t i = 0; i < n; i++) {
		q->exact[i] = (double)vector[i];
		most = fmax(most, fabs(q->exact[i]));
	}
	q->length = length_from(q->exact, 0, n);
	q->step = most / QUESTION_STEPS;
	cut_question(q, vector, n);
	q->late_length = length_from(q->exact, late, n) + q->error;
	q->whole = part_of(q, 0, q->width);
	q->early = part_of(q, 0, late);
	q->late = part_of(q, late, q->width);
}

/* -- bounds -------------------------------------------------------------------------------------- */

/* What is kept apart leaves no error: those components of the question do not count. Where they are most
 * of its length, as in models whose few large ones are always the same, that is worth a second look. */
double code_error(const struct code_question *q, const struct code_tail *t)
{
	double squares = q->length * q->length;

	for (int i = 0; i < CODE_APART; i++)
		squares -= q->exact[t->apart_at[i]] * q->exact[t->apart_at[i]];
	/* The subtraction may have left less than nothing. */
	squares = fmax(squares, 0) + ROUNDING * q->length * q->length;
	return sqrt(squares) * (double)t->error + q->error * (double)t->length;
}
