/* bench/plain_loops.c: what bench/search.c is measured against. Compiled with all that the compiler can do
 * on the machine it runs on. */
#include "plain_loops.h"

uint64_t plain_read(const uint64_t *words, size_t n)
{
	uint64_t sum = 0;

	for (size_t i = 0; i < n; i++)
		sum += words[i];
	return sum;
}

static float product(const float *a, const float *b, size_t n)
{
	float sum = 0;

	for (size_t i = 0; i < n; i++)
		sum += a[i] * b[i];
	return sum;
}

void plain_products(const float *question, const float *vectors, size_t n, size_t dimensions, float *products)
{
	for (size_t i = 0; i < n; i++)
		products[i] = product(question, vectors + i * dimensions, dimensions);
}
