/* store/embedders.c: SQL of embedder. It belongs to the deployment and not to a workspace. */
#include "store/embedders.h"

#include "store/rows.h"

#define INSERT_COLS "provider, model, base_url, dimensions, asks_dimensions, state, tokens, created_at"
#define COLS \
	"id, provider, model, base_url, sealed_key, dimensions, asks_dimensions, state, error, tokens, created_at"

enum { BY_STATE, LIST, INSERT, SET_KEY, SET_ERROR, MOVE, CHARGE };

static const struct sql SQL[] = {
	[BY_STATE] = { "embedders.by_state", "SELECT " COLS " FROM embedder WHERE state = $1 ORDER BY id LIMIT 1" },
	[LIST] = { "embedders.list", "SELECT " COLS " FROM embedder ORDER BY id" },
	[INSERT] = { "embedders.insert",
		"INSERT INTO embedder (" INSERT_COLS ") VALUES ($1, $2, $3, $4, $5, $6, 0, $7) RETURNING id" },
	[SET_KEY] = { "embedders.set_key", "UPDATE embedder SET sealed_key = $2 WHERE id = $1" },
	[SET_ERROR] = { "embedders.set_error", "UPDATE embedder SET error = $2 WHERE id = $1" },
	[MOVE] = { "embedders.move", "UPDATE embedder SET state = $3, error = NULL WHERE id = $1 AND state = $2" },
	[CHARGE] = { "embedders.charge",
		"UPDATE embedder SET tokens = tokens + $3, error = NULL WHERE id = $1 AND state = $2" },
};

/* -- reading -------------------------------------------------------------------------------------- */

static enum err read_embedder(struct ctx *ctx, struct stmt *s, void *out)
{
	struct embedder *e = out;

	e->id = col_int(s);
	e->provider = col_str(ctx, s);
	e->model = col_str(ctx, s);
	e->base_url = col_str(ctx, s);
	e->sealed_key = col_str(ctx, s);
	e->dimensions = col_int(s);
	e->asks_dimensions = col_bool(s);
	e->state = col_str(ctx, s);
	e->error = col_str(ctx, s);
	e->tokens = col_int(s);
	e->created_at = col_time(s);
	return OK;
}

static enum err by_state(struct ctx *ctx, struct str state, struct embedder *out)
{
	AUTO(stmt_done) struct stmt s = {0};

	TRY(stmt_read(ctx, &SQL[BY_STATE], &s));
	bind_str(&s, state);
	TRY(row_required(ctx, &s, "embedding model"));
	return read_embedder(ctx, &s, out);
}

enum err embedders_current(struct ctx *ctx, struct embedder *out)
{
	return by_state(ctx, EMBEDDER_CURRENT, out);
}

enum err embedders_next(struct ctx *ctx, struct embedder *out)
{
	return by_state(ctx, EMBEDDER_NEXT, out);
}

enum err embedders_leaving(struct ctx *ctx, struct embedder *out)
{
	return by_state(ctx, EMBEDDER_LEAVING, out);
}

enum err embedders_list(struct ctx *ctx, struct list *out)
{
	AUTO(stmt_done) struct stmt s = {0};

	TRY(stmt_read(ctx, &SQL[LIST], &s));
	return rows_all(ctx, &s, read_embedder, sizeof(struct embedder), out);
}

/* -- changing ------------------------------------------------------------------------------------- */

enum err embedders_insert(struct ctx *ctx, struct db_tx *tx, const struct embedder *e, int64_t *id)
{
	AUTO(stmt_done) struct stmt s = {0};

	TRY(stmt_write(ctx, tx, &SQL[INSERT], &s));
	bind_str(&s, e->provider);
	bind_str(&s, e->model);
	bind_str(&s, e->base_url);
	bind_int(&s, e->dimensions);
	bind_bool(&s, e->asks_dimensions);
	bind_str(&s, e->state);
	bind_time(&s, e->created_at);
	TRY(row_required(ctx, &s, "embedding model"));
	*id = col_int(&s);
	return OK;
}

enum err embedders_set_key(struct ctx *ctx, struct db_tx *tx, int64_t id, struct str sealed_key)
{
	AUTO(stmt_done) struct stmt s = {0};

	TRY(stmt_write(ctx, tx, &SQL[SET_KEY], &s));
	bind_int(&s, id);
	bind_blob(&s, sealed_key.p, sealed_key.n);
	return rows_changed(ctx, &s, "embedding model");
}

enum err embedders_set_error(struct ctx *ctx, struct db_tx *tx, int64_t id, struct str why)
{
	AUTO(stmt_done) struct stmt s = {0};

	TRY(stmt_write(ctx, tx, &SQL[SET_ERROR], &s));
	bind_int(&s, id);
	bind_str(&s, why);
	return rows_changed(ctx, &s, "embedding model");
}

static enum err while_in_state(struct ctx *ctx, struct stmt *s)
{
	int64_t changed;

	TRY(stmt_run(ctx, s, &changed));
	return changed ? OK : fail(ctx, ERR_CONFLICT, "the embedding model has been changed meanwhile");
}

enum err embedders_move(struct ctx *ctx, struct db_tx *tx, int64_t id, struct str from, struct str to)
{
	AUTO(stmt_done) struct stmt s = {0};

	TRY(stmt_write(ctx, tx, &SQL[MOVE], &s));
	bind_int(&s, id);
	bind_str(&s, from);
	bind_str(&s, to);
	return while_in_state(ctx, &s);
}

enum err embedders_charge(struct ctx *ctx, struct db_tx *tx, int64_t id, struct str state, int64_t tokens)
{
	AUTO(stmt_done) struct stmt s = {0};

	TRY(stmt_write(ctx, tx, &SQL[CHARGE], &s));
	bind_int(&s, id);
	bind_str(&s, state);
	bind_int(&s, tokens);
	return while_in_state(ctx, &s);
}
