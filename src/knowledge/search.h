/* knowledge/search.h: the passages of a workspace's knowledge bases that are nearest to a text.
 *
 * The answer is exact: every stored vector in scope is compared. How they are gone through is
 * this file's own business; callers see only the best few.
 * Threads: any, each with its own ctx.
 */
#ifndef KNOWLEDGE_SEARCH_H
#define KNOWLEDGE_SEARCH_H

#include "json/field.h"

enum { SEARCH_TOP_MAX = 50 };

struct search {
	struct str workspace_id;
	struct str text;
	bool everywhere;                     /* in all knowledge bases of the workspace */
	struct list knowledge_base_ids;      /* else in these: of struct str, canonical UUIDs. Repeated
	                                      * ones count once; unknown ones hold nothing. */
	int64_t top_k;                       /* 1 to SEARCH_TOP_MAX */
	double min_similarity;               /* 0 to 1; what is less near is no hit */
};

struct search_hit {
	struct str chunk_id, knowledge_base_id, knowledge_base_title, content_id;
	struct str content;                  /* the chunk's text */
	double similarity;                   /* rounded to 6 decimals, which min_similarity was not */
	const struct json *metadata;         /* an object: chunkIndex, source, ... */
};

/* *out: of struct search_hit, in ctx->mem; the most similar first, equals by chunk_id. Reads
 * several rows: for one view of them call db_snapshot_begin first. */
enum err knowledge_search(struct ctx *ctx, const struct search *search, struct list *out);

#endif
