/* store/embedders.h: the embedding models this deployment has used.
 *
 * One is current: its vectors answer. While another takes its place it is next, until all chunks
 * have a vector of its own; then it becomes current at once. A model that was replaced or given up is
 * leaving until its vectors are deleted, and retired after that. Rows stay: they tell what was spent.
 */
#ifndef STORE_EMBEDDERS_H
#define STORE_EMBEDDERS_H

#include "db/db.h"
#include "json/field.h"

enum { BUILTIN_EMBEDDER_ID = 1 };

#define EMBEDDER_CURRENT S("current")
#define EMBEDDER_NEXT    S("next")
#define EMBEDDER_LEAVING S("leaving")
#define EMBEDDER_RETIRED S("retired")

struct embedder {
	int64_t id;
	struct str provider, model;
	struct str base_url, sealed_key;     /* may be absent */
	int64_t dimensions;
	bool asks_dimensions;                /* the server is told how many */
	struct str state;
	struct str error;                    /* why the last attempt to embed with it failed; may be absent */
	int64_t tokens;                      /* spent on chunks so far; questions are not counted */
	int64_t created_at;
};

enum err embedders_current(struct ctx *ctx, struct embedder *out);
/* ERR_NOT_FOUND: none is to take its place. */
enum err embedders_next(struct ctx *ctx, struct embedder *out);
/* One of those. ERR_NOT_FOUND: there is none. */
enum err embedders_leaving(struct ctx *ctx, struct embedder *out);
/* *out: of struct embedder, in the order of their ids. */
enum err embedders_list(struct ctx *ctx, struct list *out);

/* All but id, sealed_key, error and tokens count; *id is the row's. ERR_CONFLICT: there is a current or
 * next one already. */
enum err embedders_insert(struct ctx *ctx, struct db_tx *tx, const struct embedder *e, int64_t *id);
enum err embedders_set_key(struct ctx *ctx, struct db_tx *tx, int64_t id, struct str sealed_key);
/* why absent: nothing is wrong any more. */
enum err embedders_set_error(struct ctx *ctx, struct db_tx *tx, int64_t id, struct str why);

/* ERR_CONFLICT, in both: it is not in that state (any more). */
enum err embedders_move(struct ctx *ctx, struct db_tx *tx, int64_t id, struct str from, struct str to);
/* Counts tokens that chunks have cost. What works clears the error. */
enum err embedders_charge(struct ctx *ctx, struct db_tx *tx, int64_t id, struct str state, int64_t tokens);

#endif
