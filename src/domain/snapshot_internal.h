/* domain/snapshot_internal.h: the lists of a snapshot. */
#ifndef DOMAIN_SNAPSHOT_INTERNAL_H
#define DOMAIN_SNAPSHOT_INTERNAL_H

#include "domain/snapshot.h"
#include "knowledge/scratch.h"
#include "model/embed.h"
#include "store/kb_contents.h"
#include "store/tables.h"

/* The vectors of a snapshot's chunks, made before the transaction that stores them; and the content whose
 * chunks are being stored. */
struct chunk_import {
	struct embedding_model model;
	struct scratch vectors;              /* of all chunks, in the order of the list */
	size_t n, stored;
	int64_t first_seq;                   /* of the first of all */
	int64_t tokens;
	struct arena mem;                    /* of what follows: one content's */
	struct kb_content content;
	struct str *texts;
	size_t n_texts, texts_cap;
};

/* rows: the text of a list of chunks; absent: there is none. Whatever comes of it, it ends with
 * chunk_import_fini. */
enum err chunk_import_prepare(struct ctx *ctx, struct str rows, struct chunk_import *out);
void chunk_import_fini(struct chunk_import *in);               /* zeroed is fine */
/* One after the other, in the order of the list; then the end. ERR_CONFLICT: another model has become current
 * since. */
enum err chunk_import_store(struct ctx *ctx, struct db_tx *tx, struct chunk_import *in, struct kb_chunk *chunk);
enum err chunk_import_end(struct ctx *ctx, struct db_tx *tx, struct chunk_import *in);

/* Rows begin with the struct that the table's reader fills. */
struct snapshot_list {
	const char *name;
	const struct schema *row;
	const struct table_rows *table;      /* NULL: the list is only read */
	/* Stores a row; what it lacks and may lack is filled in first. */
	enum err (*put)(struct ctx *ctx, struct db_tx *tx, struct chunk_import *chunks, void *row);
};

/* In an order in which nothing refers to what comes after it. */
extern const struct snapshot_list snapshot_lists[];
extern const size_t n_snapshot_lists;

extern const struct schema snapshot_chunk_schema;

/* Reads the text of a row. ERR_INVALID: ctx->why tells which member is wrong, and how. */
enum err snapshot_row_read(struct ctx *ctx, const struct schema *schema, struct str text, void *out);

#endif
