/* store/kb_contents.h: what knowledge bases hold: contents, their chunks, and a vector for each.
 *
 * A content is one text, web page or file; it is cut into chunks, which are what is found.
 * Rows are only ever inserted, and leave with what they belong to.
 */
#ifndef STORE_KB_CONTENTS_H
#define STORE_KB_CONTENTS_H

#include "db/db.h"
#include "json/field.h"

struct kb_content {
	struct str id, workspace_id, knowledge_base_id;
	struct str source;                                      /* "text", "website" or "file" */
	struct str title, url, file_name, mime_type;            /* may be absent */
	int64_t bytes, words, chunks;
	int64_t created_at;
};

struct kb_chunk {
	struct str id, workspace_id, knowledge_base_id, content_id;
	int64_t index;                       /* in its content, from 0 */
	struct str text;
	struct str metadata;                 /* a JSON object */
	int64_t created_at;
	struct str model;                    /* that made the vector */
	size_t dimensions;
	const float *vector;                 /* for insertion; otherwise read by vectors_next */
};

enum err contents_insert(struct ctx *ctx, struct db_tx *tx, const struct kb_content *c);
/* The chunk and its vector. */
enum err chunks_insert(struct ctx *ctx, struct db_tx *tx, const struct kb_chunk *c);

struct kb_counts {
	int64_t contents, chunks, vectors;
};
enum err contents_count(struct ctx *ctx, struct str workspace_id, struct str knowledge_base_id, struct kb_counts *out);
/* Those that have a vector, in the order of their text. *out: struct list of struct kb_chunk. */
enum err chunks_page(struct ctx *ctx, struct str workspace_id, struct str knowledge_base_id, int64_t limit,
		     int64_t offset, struct list *out);
/* One chunk, and the title of the base that holds it. ERR_NOT_FOUND: it is gone. */
enum err chunks_by_id(struct ctx *ctx, struct str workspace_id, struct str id, struct kb_chunk *out, struct str *title);

/* -- going through all vectors, without a copy --------------------------------------------------- */

struct kb_vector {
	struct str chunk_id;
	struct str bytes;                    /* float32, as the machine has them; perhaps not aligned */
};

/* Those a model made, of one base or (id absent) of all in the workspace. End with stmt_done. */
enum err vectors_scan(struct ctx *ctx, struct str workspace_id, struct str knowledge_base_id, struct str model,
		      struct stmt *scan);
/* The next one, valid until the one after it; *row false at the end. */
enum err vectors_next(struct ctx *ctx, struct stmt *scan, bool *row, struct kb_vector *out);

#endif
