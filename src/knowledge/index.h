/* knowledge/index.h: the vectors of a knowledge base, ready to be searched.
 *
 * What it finds is exactly what comparing the question with every stored vector would find; how
 * that is avoided is this file's own business. Loaded at the first search, brought up to date at
 * each one with what the caller's snapshot shows, and dropped when memory is short: the store is
 * the truth, an index only remembers.
 *
 * Whether anything has changed is told by the base's row: whoever adds chunks raises its revision, and
 * whoever takes some away its removals too. A chunk's vector never changes, and is there from the first
 * search with its embedder on: another model, or the same one chosen again, is another embedder.
 * Threads: any, each with its own ctx.
 */
#ifndef KNOWLEDGE_INDEX_H
#define KNOWLEDGE_INDEX_H

#include "base/id.h"
#include "model/embed.h"

struct index_query {
	struct str workspace_id, knowledge_base_id;
	const struct embedding_model *model; /* whose vectors to compare with */
	const float *vector;                 /* of unit length, model->dimensions long */
	double min_similarity;               /* what is less near is no hit */
};

struct index_hit {
	double similarity;                   /* as it will be shown: rounded to 6 decimals */
	int64_t chunk_seq;
	char chunk_id[UUID_TEXT];
};

/* As similarities are shown: to 6 decimals. */
double similarity_shown(double similarity);
/* Negative: a goes before b. The most similar first, equals by chunk_id. */
int hits_compare(const struct index_hit *a, const struct index_hit *b);

/* The best so far of one search, over as many bases as it goes through: the most similar first,
 * equals by chunk_id. */
struct index_best {
	struct index_hit *items;             /* room for max */
	size_t n, max;
};

/* Adds what the base has to offer. Reads inside the caller's snapshot. ERR_TIMEOUT: ctx->deadline_ms passed,
 * but what was loaded is kept for the next attempt. ERR_INTERNAL: a stored vector is damaged. */
enum err index_search(struct ctx *ctx, const struct index_query *query, struct index_best *best);

/* How much all indexes of the process may hold together; what was used longest ago leaves first. */
void index_memory_limit(size_t bytes);

#endif
