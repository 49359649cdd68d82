/* knowledge/embedder.h: the model that turns texts into vectors, and its measure of nearness.
 *
 * One model serves the whole deployment (workspace contract 4.5, I-6). It is builtin/lexical,
 * which needs nothing from outside. Each stored vector names its model: vectors of two models
 * are never compared.
 * Threads: any.
 */
#ifndef KNOWLEDGE_EMBEDDER_H
#define KNOWLEDGE_EMBEDDER_H

#include "model/lexical.h"

enum { EMBEDDING_DIMENSIONS = LEXICAL_DIMENSIONS };

struct embedder_info {
	const char *model, *provider;        /* as usage.model and as the contract's enum say them */
	size_t dimensions;
};

const struct embedder_info *embedder_info(void);

/* A vector of unit length; of zeros when there is nothing in the text to go by. */
void embed_text(struct str text, float out[static EMBEDDING_DIMENSIONS]);
/* 0 to 1: what users see for the cosine of two vectors. */
double embedding_similarity(double cosine);
/* What embedding the text costs, estimated: four bytes each, rounded up. */
int64_t embedding_tokens(struct str text);

#endif
