/* bench/plain_loops.h: the loops one would write first. */
#ifndef BENCH_PLAIN_LOOPS_H
#define BENCH_PLAIN_LOOPS_H

#include <stddef.h>
#include <stdint.h>

/* Reads n words, and returns their sum so that nobody leaves it out. */
uint64_t plain_read(const uint64_t *words, size_t n);

/* products[i]: of the question with vector i of n. */
void plain_products(const float *question, const float *vectors, size_t n, size_t dimensions, float *products);

#endif
