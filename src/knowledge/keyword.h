/* knowledge/keyword.h: finding passages by their words.
 *
 * Ranked by BM25. What is counted (how many chunks there are, how long, in how many a word stands)
 * is counted in the bases that are searched and nowhere else: the contents of other bases, let
 * alone of other workspaces, neither show nor matter.
 * Threads: any, each with its own ctx.
 */
#ifndef KNOWLEDGE_KEYWORD_H
#define KNOWLEDGE_KEYWORD_H

#include "json/field.h"
#include "knowledge/index.h"
#include "store/kb_words.h"

/* The chunks of the bases in scope, numbered through. */
struct keyword_scope {
	struct str workspace_id;
	struct list bases;                   /* of struct keyword_base */
	struct keyword_chunk *chunks;
	size_t n_chunks;
	double mean_length;
};

/* What is looked for. */
struct keyword_term {
	struct str stem;
	double weight;
};

struct keyword_question {
	struct keyword_term *terms;          /* each stem once */
	size_t n;
};

/* ids: of struct str, the bases. Reads inside the caller's snapshot, as all here does. *out lives in
 * ctx->mem. */
enum err keyword_scope_open(struct ctx *ctx, struct str workspace_id, const struct list *ids,
			    struct keyword_scope *out);

/* *out lives in mem. */
void keyword_question_of(struct arena *mem, struct str text, struct keyword_question *out);

/* The same question, and beside it what the given texts are about: some words of them that it may not
 * have, each for little. In mem. */
void keyword_question_widen(struct arena *mem, const struct keyword_scope *scope, const struct str *texts, size_t n,
			    struct keyword_question *question);

/* The chunks with any of the words, into an empty `best`. A similarity is the part of the score that a
 * chunk of nothing but these words would come near: 0 to 1. */
enum err keyword_search(struct ctx *ctx, const struct keyword_scope *scope, const struct keyword_question *question,
			double min_similarity, struct index_best *best);

#endif
