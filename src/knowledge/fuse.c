/* knowledge/fuse.c: reciprocal rank fusion. */
#include "knowledge/fuse.h"

#include <stdlib.h>

/* The constant of the method's authors (Cormack, Clarke and Buettcher 2009). */
#define RANK_OFFSET 60.0

static int by_similarity(const void *a, const void *b)
{
	return hits_compare(a, b);
}

void hits_sort(struct index_hit *hits, size_t n)
{
	if (n > 1)
		qsort(hits, n, sizeof(*hits), by_similarity);
}

/* The hit's own place in the sum, new or not. Lists are of some hundred hits: looking through is quick. */
static struct index_hit *place_of(struct index_best *sum, const struct index_hit *hit)
{
	for (size_t i = 0; i < sum->n; i++)
		if (sum->items[i].chunk_seq == hit->chunk_seq)
			return &sum->items[i];
	sum->items[sum->n] = *hit;
	sum->items[sum->n].similarity = 0;
	return &sum->items[sum->n++];
}

static void add(struct index_best *sum, const struct index_best *list, double weight)
{
	for (size_t i = 0; i < list->n; i++)
		place_of(sum, &list->items[i])->similarity += weight * (RANK_OFFSET + 1) / (RANK_OFFSET + 1 + (double)i);
}

void fuse(struct arena *mem, const struct index_best *a, const struct index_best *b, double weight,
	  struct index_best *out)
{
	struct index_best sum = { .max = a->n + b->n };

	sum.items = arena_array(mem, sum.max, sizeof(*sum.items));
	add(&sum, a, 1 / (1 + weight));
	add(&sum, b, weight / (1 + weight));
	for (size_t i = 0; i < sum.n; i++)
		sum.items[i].similarity = similarity_shown(sum.items[i].similarity);
	hits_sort(sum.items, sum.n);
	*out = sum;
}
