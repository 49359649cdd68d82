/* knowledge/ingest.h: from documents to searchable chunks.
 *
 * In two steps. ingest_prepare does the work, which takes time and memory, and touches no store;
 * ingest_store only inserts what was prepared, inside the caller's transaction. So the writer is
 * held no longer than the rows take, and nobody sees content that is half there.
 */
#ifndef KNOWLEDGE_INGEST_H
#define KNOWLEDGE_INGEST_H

#include "extract/extract.h"
#include "knowledge/progress.h"
#include "knowledge/scratch.h"
#include "model/embed.h"
#include "store/kb_contents.h"
#include "store/kb_words.h"
#include "store/knowledge_bases.h"

/* Of one request. With vectors of 1,536 dimensions, so many chunks are 600 MB in the store. */
enum { INGEST_CHUNKS_MAX = 100 * 1000 };

/* One content to be. All but kind and document may be absent. */
struct ingest_source {
	const char *kind;                    /* "text", "website" or "file" */
	struct document document;            /* as it was extracted; borrowed */
	enum document_kind format;           /* it was extracted from; DOCUMENT_UNKNOWN: from nothing */
	struct str url, file_name;
	struct progress_item item;           /* where the request named it, for issues and progress */
};

struct ingest {
	struct list contents;                /* of struct kb_content */
	struct list chunks;                  /* of struct kb_chunk, in the order of contents; their base
	                                      * is not set yet */
	struct kb_words *words;              /* of each content */
	struct content_size size;            /* of all of it */
	int64_t embedder_id;                 /* whose vectors they are */
	int64_t tokens;                      /* what embedding them cost */
	struct scratch vectors;
};

/* All or nothing: ERR_INVALID with an ingest_failed issue for each source without any text, for the
 * one that is too much, and for each when the embedding provider failed. ERR_GONE: nobody wants it
 * any more. *out lives in ctx->mem, but for the vectors, and borrows the sources; whatever the
 * outcome, it ends with ingest_fini. progress may be NULL. */
enum err ingest_prepare(struct ctx *ctx, const struct embedding_model *model, const struct ingest_source *sources,
			size_t n, const struct progress *progress, struct ingest *out);
void ingest_fini(struct ingest *in);         /* zeroed is fine */

/* Inserts contents, chunks, vectors and words into a base of the actor's workspace; its row must be
 * there, and its totals are the caller's to update. ERR_CONFLICT: another model has become current
 * since they were prepared; prepare again. */
enum err ingest_store(struct ctx *ctx, struct db_tx *tx, struct str knowledge_base_id, const struct ingest *in);

#endif
