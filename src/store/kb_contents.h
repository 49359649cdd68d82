/* store/kb_contents.h: what knowledge bases hold: contents, their chunks, and a vector for each.
 *
 * A content is one text, web page or file; it is cut into chunks, which are what is found. The seqs of its
 * chunks follow one another, so a base is a list of ranges of them, and whoever reads a base begins with that
 * list: chunks of contents without a base, on their way in or out (store/kb_hidden.h), are in no range.
 */
#ifndef STORE_KB_CONTENTS_H
#define STORE_KB_CONTENTS_H

#include "db/db.h"
#include "json/field.h"

struct kb_content {
	struct str id, workspace_id;
	struct str knowledge_base_id;                           /* absent: nobody sees it */
	struct str source;                                      /* "text", "website" or "file" */
	struct str title, url, file_name, mime_type;            /* may be absent */
	int64_t bytes, words, chunks;
	int64_t created_at;
	int64_t first_seq;                                      /* of its chunks; 0: there are none yet */
	int64_t lexicon_id;                                     /* where its words stand; for insertion; 0: nowhere */
	int64_t staged_until;                                   /* see store/kb_hidden.h; for insertion */
};

struct kb_chunk {
	struct str id, workspace_id, knowledge_base_id, content_id;
	int64_t seq;                         /* unique in the store: one of those that its content has taken */
	int64_t index;                       /* in its content, from 0 */
	struct str text;
	struct str metadata;                 /* a JSON object */
	int64_t created_at;
	int64_t embedder_id;                 /* that made the vector */
	struct str model;                    /* its name; not for insertion */
	size_t dimensions;
	const float *vector;                 /* for insertion; else by chunks_read_vector, vectors_next */
};

enum err contents_insert(struct ctx *ctx, struct db_tx *tx, const struct kb_content *c);
/* Numbers for n chunks that nobody else gets, ever: *first and those that follow. */
enum err chunks_number(struct ctx *ctx, struct db_tx *tx, int64_t n, int64_t *first);
/* Says so of a content whose chunks were inserted after it. */
enum err contents_place(struct ctx *ctx, struct db_tx *tx, const struct kb_content *c);
/* The chunk and its vector. */
enum err chunks_insert(struct ctx *ctx, struct db_tx *tx, const struct kb_chunk *c);

struct kb_counts {
	int64_t contents, chunks, vectors;
};
/* vectors: those of the embedder. */
enum err contents_count(struct ctx *ctx, struct str workspace_id, struct str knowledge_base_id, int64_t embedder_id,
			struct kb_counts *out);
/* The contents of a base, newest first. *out: struct list of struct kb_content; *total counts them all. */
enum err contents_page(struct ctx *ctx, struct str workspace_id, struct str knowledge_base_id, int64_t limit,
		       int64_t offset, struct list *out, int64_t *total);
/* ERR_NOT_FOUND: not in that base. */
enum err contents_by_id(struct ctx *ctx, struct str workspace_id, struct str knowledge_base_id, struct str id,
			struct kb_content *out);
/* Nobody sees it from now on; its rows leave by contents_erase. */
enum err contents_delete(struct ctx *ctx, struct db_tx *tx, struct str workspace_id, struct str knowledge_base_id,
			 struct str id);

/* The chunks of one content, in the order of their text and without vectors. */
enum err chunks_of_content(struct ctx *ctx, const struct kb_content *content, int64_t limit, int64_t offset,
			   struct list *out);
/* Those that have a vector of that embedder, in the order of their text. *out: struct list of struct
 * kb_chunk. */
enum err chunks_page(struct ctx *ctx, struct str workspace_id, struct str knowledge_base_id, int64_t embedder_id,
		     int64_t limit, int64_t offset, struct list *out);
/* Reads the vector that the chunk's embedder made of it. */
enum err chunks_read_vector(struct ctx *ctx, struct kb_chunk *chunk);
/* One chunk, and the title of the base that holds it. ERR_NOT_FOUND: it is gone. */
enum err chunks_by_seq(struct ctx *ctx, struct str workspace_id, int64_t seq, struct kb_chunk *out, struct str *title);

/* Its id, into ctx->mem. ERR_NOT_FOUND: it is gone. */
enum err chunks_id(struct ctx *ctx, struct str workspace_id, int64_t seq, struct str *out);

/* -- the vectors an embedder made of one base's chunks -------------------------------------------- */

/* What tells whether anything has changed. All 0: there is no such base. */
struct kb_base_state {
	int64_t revision;                    /* counts the changes of the base's content */
	int64_t removals;                    /* those that took something away */
	int64_t chunks;
};
enum err contents_state(struct ctx *ctx, struct str workspace_id, struct str knowledge_base_id,
			struct kb_base_state *out);

/* The chunks of one content. */
struct kb_range {
	int64_t arrived;                     /* the base's revision that made them part of it */
	int64_t first_seq, n;
};
/* What arrived then or later, in the order of arrival, then of first_seq. *out: of struct kb_range. */
enum err contents_ranges(struct ctx *ctx, struct str workspace_id, struct str knowledge_base_id, int64_t arrived,
			 struct list *out);
void ranges_sort(struct list *ranges);       /* by first_seq alone */
/* Whether the chunk is part of the base. */
enum err chunks_belong(struct ctx *ctx, struct str workspace_id, struct str knowledge_base_id, int64_t seq, bool *out);

/* Without a copy. */
struct kb_vector {
	int64_t chunk_seq;
	struct str bytes;                    /* float32, as the machine has them; perhaps not aligned */
};

/* Those of n chunks, in order. End with stmt_done. */
enum err vectors_scan(struct ctx *ctx, struct str workspace_id, int64_t embedder_id, int64_t first_seq, int64_t n,
		      struct stmt *scan);
/* The next one, valid until the one after it; *row false at the end. */
enum err vectors_next(struct ctx *ctx, struct stmt *scan, bool *row, struct kb_vector *out);
/* One of them, valid until stmt_done(s); *row false: there is none. */
enum err vectors_by_seq(struct ctx *ctx, struct str workspace_id, int64_t embedder_id, int64_t chunk_seq,
			struct stmt *s, bool *row, struct kb_vector *out);

#endif
