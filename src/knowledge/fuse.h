/* knowledge/fuse.h: two rankings into one.
 *
 * Similarities of different kinds cannot be compared, but places can: reciprocal rank fusion adds
 * up 1 / (60 + place), so that what stands high in both lists comes before what stands at the top
 * of one.
 * Threads: any.
 */
#ifndef KNOWLEDGE_FUSE_H
#define KNOWLEDGE_FUSE_H

#include "knowledge/index.h"

/* The similarities of what comes out are shares of what the first of both lists would get: 1 for the
 * first of both. weight: what a place in b is worth, when one in a is worth 1. *out lives in mem, with
 * room for all of both. */
void fuse(struct arena *mem, const struct index_best *a, const struct index_best *b, double weight,
	  struct index_best *out);

/* The most similar first, equals by chunk_id. */
void hits_sort(struct index_hit *hits, size_t n);

#endif
