/* domain/embedding.h: which model embeds, for the whole deployment (workspace contract I-6).
 *
 * The store says which, so that all processes on it agree; `agentd embedding` changes it. A change
 * takes as long as embedding every chunk anew takes; until then the former model's vectors answer
 * (sched/embedding_worker.h does the work).
 */
#ifndef DOMAIN_EMBEDDING_H
#define DOMAIN_EMBEDDING_H

#include "json/field.h"
#include "model/embed.h"
#include "store/embedders.h"

/* The one whose vectors answer now, its key opened. *out lives in ctx->mem; end with embedding_close. */
enum err embedding_current(struct ctx *ctx, struct embedding_model *out);
/* A row of the store as a model that can be asked; it borrows the row. The data key must be loaded if
 * the row has a key. End with embedding_close. */
enum err embedding_open(struct ctx *ctx, const struct embedder *row, struct embedding_model *out);
/* Wipes the key; usable with AUTO(). Zeroed is fine. */
void embedding_close(struct embedding_model *model);

/* What knowledge bases are on their way to, which is where they are when nothing changes. */
struct embedding_goal {
	int64_t embedder_id;                 /* whose vectors count */
	struct str error;                    /* why the change does not go on; absent: nothing is wrong */
};
enum err embedding_goal(struct ctx *ctx, struct embedding_goal *out);

/* -- changing it --------------------------------------------------------------------------------- */

struct embedding_choice {
	struct str provider;                 /* of provider_names; absent: CUSTOM */
	struct str model;
	struct str base_url;                 /* absent: the provider's own */
	struct str key;                      /* absent: as it was if the model is in use, else none */
	int64_t dimensions;                  /* to ask for; 0: as many as the model has */
};

/* Makes the model the next one, or the current one at once when there is nothing to embed; it is asked
 * for an embedding first. Choosing the current one gives up a change that is under way; choosing the
 * next one again tries again, and both may bring a new key. ERR_INVALID: it cannot be such a model.
 * ERR_UPSTREAM, ERR_TIMEOUT: it does not answer, or not with an embedding. The text is for the
 * operator. The data key must be loaded. */
enum err embedding_use(struct ctx *ctx, const struct embedding_choice *choice);
/* Stays with the current one. ERR_NOT_FOUND: there is no other on its way. */
enum err embedding_cancel(struct ctx *ctx);

/* What an operator may know of a model. */
struct embedding_info {
	struct str state;                    /* "current", "next", "leaving" or "retired" */
	struct str model, provider;
	struct str base_url;                 /* absent: it is built in */
	bool has_key;
	int64_t dimensions;
	int64_t chunks, embedded;            /* in the store; with a vector of this model */
	int64_t tokens;                      /* that embedding chunks with it has cost */
	struct str error;                    /* why it does not go on; absent: nothing is wrong */
	int64_t created_at;                  /* 0: it came with the store */
};

/* All that were ever used. *out: of struct embedding_info, the oldest first. */
enum err embedding_list(struct ctx *ctx, struct list *out);

#endif
