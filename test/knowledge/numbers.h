/* test/knowledge/numbers.h: the same pseudo-random numbers at every run, and vectors made of them. */
#ifndef TEST_KNOWLEDGE_NUMBERS_H
#define TEST_KNOWLEDGE_NUMBERS_H

#include <float.h>
#include <math.h>
#include <stddef.h>
#include <stdint.h>

struct numbers {
	uint64_t state;                      /* not 0 */
};

static inline uint64_t next_number(struct numbers *r)
{
	r->state ^= r->state << 13;
	r->state ^= r->state >> 7;
	r->state ^= r->state << 17;
	return r->state;
}

static inline double next_uniform(struct numbers *r)        /* 0 to 1 */
{
	return (double)(next_number(r) >> 11) * 0x1p-53;
}

static inline double next_normal(struct numbers *r)
{
	double sum = 0;

	for (int i = 0; i < 12; i++)
		sum += next_uniform(r);
	return sum - 6;
}

static inline void to_unit_length(float *v, size_t n)
{
	double sum = 0;

	for (size_t i = 0; i < n; i++)
		sum += (double)v[i] * (double)v[i];
	for (size_t i = 0; i < n && sum > 0; i++)
		v[i] = (float)((double)v[i] / sqrt(sum));
}

enum { CLUSTERS = 12 };

/* What a set of vectors is like. */
enum likeness { UNIFORM, CLUSTERED, OUTLIERS, SPARSE, NEAR_TIES, EQUAL, HUGE_AND_TINY,
		MISLEADING_UP, MISLEADING_DOWN, LIKENESSES };

/* The question that misleading vectors are made for. */
static inline void make_misled(float *v, size_t n)
{
	struct numbers r = { 4711 };

	for (size_t d = 0; d < n; d++)
		v[d] = (float)next_normal(&r);
	to_unit_length(v, n);
}

/* Almost halfway between what bytes can say, on the side that makes the question's product as much greater or
 * smaller than the bytes' as can be; every other vector the other way, or just what bytes say. The first
 * components are as large as any may be: they set the step. */
static inline void mislead(enum likeness like, size_t i, float *v, size_t n)
{
	static const double ASIDE[][2] = { { 0.49, -0.49 }, { -0.49, 0 } };
	double aside = ASIDE[like == MISLEADING_DOWN][i % 2];
	struct numbers own = { 99 + i }, question = { 4711 };

	for (size_t d = 0; d < n; d++) {
		double towards = next_normal(&question) < 0 ? -aside : aside;

		v[d] = (float)(d < 9 ? 127 : round(10 * next_normal(&own)) + towards);
	}
	to_unit_length(v, n);
}

/* Number i of a set. Each depends on nothing but the three. */
static inline void make_vector(enum likeness like, size_t i, float *v, size_t n)
{
	struct numbers own = { 0x9e3779b97f4a7c15u * (i + 1) + like }, cluster = { 77 + i % CLUSTERS };
	static const float EXTREMES[] = { 0, FLT_MAX, -FLT_MAX, FLT_MIN, 1e-42F, -1e-20F, 1, -0.0F };

	if (like >= MISLEADING_UP) {
		mislead(like, i, v, n);
		return;
	}
	for (int k = 0; k < 8; k++)
		next_number(&own);
	for (size_t d = 0; d < n; d++) {
		double x = next_normal(&own);

		switch (like) {
		case CLUSTERED:
			x = next_normal(&cluster) / sqrt((double)d + 1) + 0.3 * x / sqrt((double)d + 1);
			break;
		case OUTLIERS:
			x += d % (n / 3 + 1) == 1 ? 50 : 0;
			break;
		case SPARSE:
			x = next_uniform(&own) < 0.05 ? fabs(x) : 0;
			break;
		case NEAR_TIES:
			x = next_normal(&cluster) + x * 1e-6;
			break;
		case EQUAL:
			x = i % 50 == 0 ? x : 1;
			break;
		case HUGE_AND_TINY:
			x = (double)EXTREMES[next_number(&own) % (i % 3 ? 8 : 1)];
			break;
		default:
			break;
		}
		v[d] = (float)x;
	}
	if (like != HUGE_AND_TINY)
		to_unit_length(v, n);
}

#endif
