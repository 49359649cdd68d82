/* model/embed_internal.h: what a provider of embeddings has to be able to do. */
#ifndef MODEL_EMBED_INTERNAL_H
#define MODEL_EMBED_INTERNAL_H

#include "model/embed.h"

struct embed_ops {
	/* As embed_texts. */
	enum err (*embed)(struct ctx *ctx, const struct embedding_model *model, const struct str *texts, size_t n,
			  const struct embed_watch *watch, float *out, int64_t *tokens);
	/* As embed_measure. */
	enum err (*measure)(struct ctx *ctx, const struct embedding_model *model, size_t *dimensions);
	double (*similarity)(double cosine);
};

extern const struct embed_ops openai_embed_ops;         /* model/embed_openai.c */

/* Reads OpenAI's answer to a request for the embeddings of n texts (model/embed_reply.c): n *
 * *dimensions floats into out, each vector of unit length. *dimensions 0 is set to what the first
 * vector has, at most EMBED_DIMENSIONS_MAX. *tokens: -1 when they were not counted. ERR_UPSTREAM: it
 * is not such an answer. */
enum err embed_reply_read(struct ctx *ctx, struct str reply, size_t n, size_t *dimensions, float *out,
			  int64_t *tokens);

static inline bool embed_wanted(const struct embed_watch *watch)
{
	return !watch || !watch->go_on || watch->go_on(watch->arg);
}

static inline void embed_done(const struct embed_watch *watch, size_t n)
{
	if (watch && watch->done)
		watch->done(watch->arg, n);
}

#endif
