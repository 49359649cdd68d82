/* knowledge/search.h: the passages of a workspace's knowledge bases that fit a text best.
 *
 * By meaning (the vectors' cosine), by words (BM25), or by both: the two rankings fused.
 * Threads: any, each with its own ctx.
 */
#ifndef KNOWLEDGE_SEARCH_H
#define KNOWLEDGE_SEARCH_H

#include "json/field.h"
#include "model/embed.h"

enum { SEARCH_TOP_MAX = 50 };

enum search_mode { SEARCH_SEMANTIC, SEARCH_KEYWORD, SEARCH_HYBRID };

struct search {
	struct str workspace_id;
	struct str text;
	bool everywhere;                     /* in all knowledge bases of the workspace */
	struct list knowledge_base_ids;      /* else in these: of struct str, canonical UUIDs. Repeated
	                                      * ones count once; unknown ones hold nothing. */
	enum search_mode mode;
	int64_t top_k;                       /* 1 to SEARCH_TOP_MAX */
	double min_similarity;               /* 0 to 1; what is less similar is no hit, in any mode. Below 0:
	                                      * the mode's own, which is 0.5 by meaning and else 0 */
	const struct embedding_model *model; /* whose vectors are compared; by words alone, none are */
};

struct search_hit {
	struct str chunk_id, knowledge_base_id, knowledge_base_title, content_id;
	struct str content;                  /* the chunk's text */
	double similarity;                   /* rounded to 6 decimals, which min_similarity was not */
	const struct json *metadata;         /* an object: chunkIndex, source, ... */
};

/* *out: of struct search_hit, in ctx->mem; the most similar first, equals by chunk_id. *tokens: what
 * embedding the text cost; 0 when it was not embedded. All rows are of one snapshot, begun here once
 * the text is embedded: one that the caller holds is ended. ERR_CONFLICT: meanwhile another model
 * has become current; search again with that one. */
enum err knowledge_search(struct ctx *ctx, const struct search *search, struct list *out, int64_t *tokens);

#endif
