/* knowledge/quant.h: a vector in one byte a component, and a promise how far that is off.
 *
 * A code stands for a vector near the real one: its few largest components as they are, since a handful
 * of them dominates what real models make, and all others as multiples of one step. With c for that
 * vector, v for the real one and q for a question, |q·v - q·c| <= |q| |v - c| (Cauchy and Schwarz). The
 * length of the difference is kept with the code, rounded up, so that the product of the real vectors lies
 * between two bounds always, and not only most of the time. The bounds include what the double arithmetic
 * rounds, here and where the real product is computed.
 *
 * Most vectors of a base are far from a question, and the first half of the bytes is enough to say so: of
 * the other half |q late| |c late| is all that can come.
 *
 * A question is cut finer than the codes, 14 bits to a component; what little that leaves out is in the
 * bounds too. Its numbers are two bytes, high and low, small enough that no SIMD multiplication saturates.
 * Threads: any; nothing here is shared.
 */
#ifndef KNOWLEDGE_QUANT_H
#define KNOWLEDGE_QUANT_H

#include "base/arena.h"

enum {
	CODE_ALIGN = 64,                     /* a line of the cache, and the widest vector register */
	CODE_APART = 8,                      /* components kept as they are */
	CODE_ZERO = 128,                     /* the byte that stands for 0 */
};

/* Behind the bytes of each code. Of a vector that is not finite, error and length are infinite. */
struct code_tail {
	_Alignas(CODE_ALIGN) float apart[CODE_APART];
	uint16_t apart_at[CODE_APART];       /* where they belong */
	float step;                          /* a byte b stands for (b - CODE_ZERO) * step */
	float error;                         /* at least |v - c| */
	float length;                        /* at least that of what the bytes stand for */
	float late;                          /* and of what those stand for that come late */
};
_Static_assert(sizeof(struct code_tail) == CODE_ALIGN, "a tail is one line");

/* Bytes of a code without its tail, and with it. */
static inline size_t code_width(size_t dimensions)
{
	return (dimensions + CODE_ALIGN - 1) / CODE_ALIGN * CODE_ALIGN;
}

static inline size_t code_stride(size_t dimensions)
{
	return code_width(dimensions) + sizeof(struct code_tail);
}

/* Where a code's late bytes begin. */
static inline size_t code_late(size_t dimensions)
{
	return code_width((dimensions + 1) / 2);
}

/* Writes code_stride(n) bytes to row, which is aligned to CODE_ALIGN. vector: n floats, perhaps not
 * aligned; n at most EMBED_DIMENSIONS_MAX. */
void code_write(uint8_t *row, const void *vector, size_t n);

/* Some of a code's bytes. */
struct code_part {
	size_t from, to;                     /* multiples of CODE_ALIGN */
	int64_t zero;                        /* the question's product with nothing but CODE_ZERO there */
};

struct code_question {
	size_t width, stride;                /* of the codes it is compared with */
	struct code_part whole, early, late; /* early and late make the whole */
	int8_t *high, *low;                  /* width bytes each: a component is (128 high + low) * step */
	double step;
	double length, error;                /* |q|, and |q - what high and low stand for| */
	double late_length;                  /* of what the late ones stand for */
	double *exact;                       /* the components */
};

/* All of it lives in mem. */
void code_question_init(struct code_question *q, struct arena *mem, const float *vector, size_t n);

static inline const struct code_tail *code_tail(const struct code_question *q, const uint8_t *row)
{
	return (const struct code_tail *)(row + q->width);
}

/* q·c. product: of the question's numbers with the code's bytes (knowledge/scan.h). With that of the early
 * ones, what the late ones add is missing. */
static inline double code_middle(const struct code_question *q, const struct code_tail *t, int64_t product)
{
	double middle = (double)product * (q->step * (double)t->step);

	for (int i = 0; i < CODE_APART; i++)
		middle += q->exact[t->apart_at[i]] * (double)t->apart[i];
	return middle;
}

/* No q·v is above it either, and it costs less than code_error: for a first look at every row. */
static inline double code_ceiling(const struct code_question *q, const struct code_tail *t, double middle)
{
	return middle + q->length * (double)t->error + q->error * (double)t->length;
}

/* The same when all that is known is the middle with the early product. */
static inline double code_early_ceiling(const struct code_question *q, const struct code_tail *t, double middle)
{
	return code_ceiling(q, t, middle) + q->late_length * (double)t->late;
}

/* How far q·v may be from q·c; NaN or infinite: as far as you like. */
double code_error(const struct code_question *q, const struct code_tail *t);

#endif
