/* store/keys.c: SQL of api_key. */
#include "store/keys.h"

#include "store/tables.h"

enum { INSERT, USE, LIST, ALL, SET_ACTIVE, SET_LAST_USED, DELETE };

#define COLS \
	"k.id, k.workspace_id, k.user_id, k.kind, k.name, k.description, k.preview, k.digest, k.expiry, " \
	"k.expires_at, k.active, k.created_at, k.last_used_at"

static const struct sql SQL[] = {
	[INSERT] = { "keys.insert",
		"INSERT INTO api_key (id, workspace_id, user_id, kind, name, description, preview, digest, expiry, "
		"expires_at, active, created_at, last_used_at) "
		"VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)" },
	/* The one lookup without a workspace: the key is what tells which one it is. */
	[USE] = { "keys.use",
		"SELECT k.id, k.workspace_id, k.user_id, k.active, k.expires_at, k.last_used_at, m.role FROM api_key k "
		"LEFT JOIN member m ON m.workspace_id = k.workspace_id AND m.user_id = k.user_id WHERE k.digest = $1" },
	[LIST] = { "keys.list",
		"SELECT " COLS " FROM api_key k WHERE k.workspace_id = $1 ORDER BY k.created_at DESC, k.id DESC" },
	[ALL] = { "keys.all", "SELECT " COLS " FROM api_key k ORDER BY k.id" },
	[SET_ACTIVE] = { "keys.set_active", "UPDATE api_key SET active = $3 WHERE workspace_id = $1 AND id = $2" },
	[SET_LAST_USED] = { "keys.set_last_used",
		"UPDATE api_key SET last_used_at = $3 WHERE workspace_id = $1 AND id = $2" },
	[DELETE] = { "keys.delete", "DELETE FROM api_key WHERE workspace_id = $1 AND id = $2" },
};

enum err keys_insert(struct ctx *ctx, struct db_tx *tx, const struct api_key *k)
{
	AUTO(stmt_done) struct stmt s = {0};

	TRY(stmt_write(ctx, tx, &SQL[INSERT], &s));
	bind_str(&s, k->id);
	bind_str(&s, k->workspace_id);
	bind_str(&s, k->user_id);
	bind_str(&s, k->kind);
	bind_str(&s, k->name);
	bind_str(&s, k->description);
	bind_str(&s, k->preview);
	bind_str(&s, k->digest);
	bind_str(&s, k->expiry);
	bind_time(&s, k->expires_at);
	bind_bool(&s, k->active);
	bind_time(&s, k->created_at);
	bind_time(&s, k->last_used_at);
	return stmt_run(ctx, &s, NULL);
}

static enum err read_key(struct ctx *ctx, struct stmt *s, void *out)
{
	struct api_key *k = out;

	k->id = col_str(ctx, s);
	k->workspace_id = col_str(ctx, s);
	k->user_id = col_str(ctx, s);
	k->kind = col_str(ctx, s);
	k->name = col_str(ctx, s);
	k->description = col_str(ctx, s);
	k->preview = col_str(ctx, s);
	k->digest = col_str(ctx, s);
	k->expiry = col_str(ctx, s);
	k->expires_at = col_time(s);
	k->active = col_bool(s);
	k->created_at = col_time(s);
	k->last_used_at = col_time(s);
	return OK;
}

const struct table_rows keys_rows = { &SQL[ALL], read_key };

enum err keys_use(struct ctx *ctx, struct str digest, struct key_use *out)
{
	AUTO(stmt_done) struct stmt s = {0};

	TRY(stmt_read(ctx, &SQL[USE], &s));
	bind_str(&s, digest);
	TRY(row_required(ctx, &s, "API key"));
	out->id = col_str(ctx, &s);
	out->workspace_id = col_str(ctx, &s);
	out->user_id = col_str(ctx, &s);
	out->active = col_bool(&s);
	out->expires_at = col_time(&s);
	out->last_used_at = col_time(&s);
	out->role = col_str(ctx, &s);
	return OK;
}

enum err keys_list(struct ctx *ctx, struct str workspace_id, struct list *out)
{
	AUTO(stmt_done) struct stmt s = {0};

	TRY(stmt_read(ctx, &SQL[LIST], &s));
	bind_str(&s, workspace_id);
	return rows_all(ctx, &s, read_key, sizeof(struct api_key), out);
}

enum err keys_set_active(struct ctx *ctx, struct db_tx *tx, struct str workspace_id, struct str id, bool active)
{
	AUTO(stmt_done) struct stmt s = {0};

	TRY(stmt_write(ctx, tx, &SQL[SET_ACTIVE], &s));
	bind_str(&s, workspace_id);
	bind_str(&s, id);
	bind_bool(&s, active);
	return rows_changed(ctx, &s, "API key");
}

enum err keys_set_last_used(struct ctx *ctx, struct db_tx *tx, struct str workspace_id, struct str id, int64_t us)
{
	AUTO(stmt_done) struct stmt s = {0};

	TRY(stmt_write(ctx, tx, &SQL[SET_LAST_USED], &s));
	bind_str(&s, workspace_id);
	bind_str(&s, id);
	bind_time(&s, us);
	return rows_changed(ctx, &s, "API key");
}

enum err keys_delete(struct ctx *ctx, struct db_tx *tx, struct str workspace_id, struct str id)
{
	AUTO(stmt_done) struct stmt s = {0};

	TRY(stmt_write(ctx, tx, &SQL[DELETE], &s));
	bind_str(&s, workspace_id);
	bind_str(&s, id);
	return rows_changed(ctx, &s, "API key");
}
