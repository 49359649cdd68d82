/* store/kb_vectors.h: the vectors of all knowledge bases, when the embedding model changes.
 *
 * Unlike elsewhere nothing here is filtered by workspace: the model is one for all of them.
 */
#ifndef STORE_KB_VECTORS_H
#define STORE_KB_VECTORS_H

#include "db/db.h"
#include "json/field.h"

struct kb_text {
	int64_t chunk_seq;
	struct str text;
};

/* Chunks of bases, behind after_seq, that have no vector of the embedder, in order, at most max. *out: of struct
 * kb_text. */
enum err vectors_lacking(struct ctx *ctx, int64_t embedder_id, int64_t after_seq, int64_t max, struct list *out);
/* Whether every chunk of a base has one. */
enum err vectors_complete(struct ctx *ctx, int64_t embedder_id, bool *out);
/* Does nothing when the chunk is gone, or has one already. */
enum err vectors_add(struct ctx *ctx, struct db_tx *tx, int64_t embedder_id, int64_t chunk_seq, const float *vector,
		     size_t dimensions);
/* Deletes those of the embedder behind *after_seq, at most max, and sets it to where to go on; to 0
 * when none is left. */
enum err vectors_purge(struct ctx *ctx, struct db_tx *tx, int64_t embedder_id, int64_t max, int64_t *after_seq);

/* How many chunks the bases have, and how many of them the embedder has embedded. */
enum err vectors_count(struct ctx *ctx, int64_t embedder_id, int64_t *chunks, int64_t *embedded);

#endif
