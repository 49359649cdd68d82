/* model/embed.h: texts into vectors, whoever provides the model.
 *
 * builtin/lexical needs nothing from outside; every other provider is a server that speaks
 * OpenAI's POST /embeddings. A provider is one const struct embed_ops in a file of its own, and a
 * row in embed.c. All vectors that come out have unit length (or are all zeros) and only finite
 * numbers, so that a dot product is the cosine.
 * Threads: any, each with its own ctx.
 */
#ifndef MODEL_EMBED_H
#define MODEL_EMBED_H

#include "base/ctx.h"

enum { EMBED_DIMENSIONS_MAX = 8192 };

struct embedding_model {
	int64_t id;                          /* of its row in the store: vectors of one id can be compared */
	struct str provider;                 /* as the contract's enum says it: "CUSTOM", "OPENAI" */
	struct str name;                     /* as usage.model says it: "builtin/lexical" */
	struct str base_url, key;            /* of a server; absent for the built-in one. The key is a secret */
	size_t dimensions;
	bool asks_dimensions;                /* the server is told how many: few models can choose */
};

extern const struct embedding_model embedding_builtin;

/* Both are called on the caller's thread, and may be NULL. */
struct embed_watch {
	void (*done)(void *arg, size_t n);   /* so many more of the texts are done */
	void *arg;
	bool (*go_on)(void *arg);            /* asked now and then: false ends with ERR_GONE */
};

/* One vector per text into out: n * model->dimensions floats. *tokens: what the provider counted, else
 * an estimate. watch may be NULL. ERR_UPSTREAM: the provider failed even when asked again, or gave
 * what is no set of vectors of these dimensions; ERR_TIMEOUT: it took too long. The text names neither
 * key nor address. */
enum err embed_texts(struct ctx *ctx, const struct embedding_model *model, const struct str *texts, size_t n,
		     const struct embed_watch *watch, float *out, int64_t *tokens);

/* Has one text embedded, to see whether the model answers and how long its vectors are. Without
 * asks_dimensions, model->dimensions does not count. The text of an error is for the operator: it may
 * name the host. */
enum err embed_measure(struct ctx *ctx, const struct embedding_model *model, size_t *dimensions);

/* 0 to 1, growing with the cosine: what users see for it. */
double embedding_similarity(const struct embedding_model *model, double cosine);
/* Four bytes a token, rounded up. */
int64_t embedding_tokens_estimate(struct str text);

#endif
