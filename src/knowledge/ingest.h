/* knowledge/ingest.h: from documents to searchable chunks.
 *
 * ingest_prepare does the work, which takes time and memory, and touches no store. ingest_stage inserts what was
 * prepared, where nobody sees it, in transactions so short that no other writer waits for long; what is little is
 * left to ingest_store, which inserts the rest and makes all of it part of the base, inside the caller's
 * transaction. So nobody sees content that is half there, and who is killed in between leaves nothing that
 * knowledge/sweep.h does not find.
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

/* Words of one content, as a row to be. */
struct ingest_words {
	const struct kb_content *content;
	struct kb_bucket row;
};

/* How far storing has come. */
struct ingest_place {
	bool begun;                          /* the contents' own rows are there, and the numbers taken */
	int64_t lexicon_id;
	int64_t first_seq;                   /* of the first chunk of all */
	size_t n_chunks, n_words;            /* so many are stored */
	size_t bytes;                        /* what is left, about, as the store will have it */
};

struct ingest {
	struct list contents;                /* of struct kb_content; their chunks are numbered from 0 yet */
	struct list chunks;                  /* of struct kb_chunk, in the order of contents; likewise, and
	                                      * their base is not set */
	struct list words;                   /* of struct ingest_words, by bucket: neighbours in the store */
	struct ingest_place at;
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

/* Stores all but what ingest_store can do in a moment. The base's row need not be there. Whoever called this ends
 * with ingest_store that succeeded, or with ingest_give_up. ERR_GONE: nobody wants it any more. */
enum err ingest_stage(struct ctx *ctx, struct str knowledge_base_id, const struct progress *progress,
		      struct ingest *in);
/* What was staged leaves at once, and not only when its time has passed. Keeps ctx->why; cannot fail. */
void ingest_give_up(struct ctx *ctx, const struct ingest *in);

/* Makes the contents part of a base of the actor's workspace, whose row must be there and have its totals
 * and its revision of afterwards. ERR_CONFLICT: another model has become current since they were prepared;
 * prepare again. */
enum err ingest_store(struct ctx *ctx, struct db_tx *tx, struct str knowledge_base_id, const struct ingest *in);

#endif
