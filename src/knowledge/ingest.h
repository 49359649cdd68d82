/* knowledge/ingest.h: from texts to searchable chunks.
 *
 * In two steps. ingest_prepare does the work, which takes time and memory, and touches no store;
 * ingest_store only inserts what was prepared, inside the caller's transaction. So the writer is
 * held no longer than the rows take, and nobody sees content that is half there.
 *
 * Memory: a vector of 6 KiB for about 800 characters, so some eight times the text; the request's
 * size limit is what bounds it.
 */
#ifndef KNOWLEDGE_INGEST_H
#define KNOWLEDGE_INGEST_H

#include "store/kb_contents.h"
#include "store/knowledge_bases.h"

/* One content to be. All but kind and text may be absent. */
struct ingest_source {
	const char *kind;                    /* "text", "website" or "file" */
	struct str text;                     /* as it was extracted; borrowed */
	struct str title, url, file_name, mime_type;
	const struct path_step *path;        /* where the request named it, for its issue */
};

struct ingest {
	struct list contents;                /* of struct kb_content */
	struct list chunks;                  /* of struct kb_chunk; their base is not set yet */
	struct content_size size;            /* of all of it */
};

/* All or nothing: ERR_INVALID with an ingest_failed issue for each source without any text.
 * *out lives in ctx->mem and borrows the sources. */
enum err ingest_prepare(struct ctx *ctx, const struct ingest_source *sources, size_t n, struct ingest *out);

/* Inserts contents, chunks and vectors into a base of the actor's workspace; its row must be
 * there, and its totals are the caller's to update. */
enum err ingest_store(struct ctx *ctx, struct db_tx *tx, struct str knowledge_base_id, const struct ingest *in);

#endif
