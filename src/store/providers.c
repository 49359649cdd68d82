/* store/providers.c: SQL of provider and model. */
#include "store/providers.h"

#include "store/tables.h"

#define PROVIDER_COLS "provider, base_url, secret, updated_at"
#define MODEL_COLS "provider, id, name, description, has_reasoning"

enum {
	PROVIDER_GET, PROVIDER_LIST, PROVIDER_ALL, PROVIDER_PUT, PROVIDER_DELETE, MODEL_LIST, MODEL_ALL, MODEL_INSERT,
	MODEL_DELETE_ALL,
};

static const struct sql SQL[] = {
	[PROVIDER_GET] = { "providers.get",
		"SELECT " PROVIDER_COLS " FROM provider WHERE workspace_id = $1 AND provider = $2" },
	[PROVIDER_LIST] = { "providers.list",
		"SELECT " PROVIDER_COLS " FROM provider WHERE workspace_id = $1 ORDER BY provider" },
	[PROVIDER_ALL] = { "providers.all",
		"SELECT " PROVIDER_COLS ", workspace_id FROM provider ORDER BY workspace_id, provider" },
	[PROVIDER_PUT] = { "providers.put",
		"INSERT INTO provider (workspace_id, " PROVIDER_COLS ") VALUES ($1, $2, $3, $4, $5) "
		"ON CONFLICT (workspace_id, provider) DO UPDATE SET base_url = excluded.base_url, "
		"secret = excluded.secret, updated_at = excluded.updated_at" },
	[PROVIDER_DELETE] = { "providers.delete", "DELETE FROM provider WHERE workspace_id = $1 AND provider = $2" },
	[MODEL_LIST] = { "models.list",
		"SELECT " MODEL_COLS " FROM model WHERE workspace_id = $1 ORDER BY provider, id" },
	[MODEL_ALL] = { "models.all",
		"SELECT " MODEL_COLS ", workspace_id FROM model ORDER BY workspace_id, provider, id" },
	[MODEL_INSERT] = { "models.insert",
		"INSERT INTO model (workspace_id, " MODEL_COLS ") VALUES ($1, $2, $3, $4, $5, $6)" },
	[MODEL_DELETE_ALL] = { "models.delete_all", "DELETE FROM model WHERE workspace_id = $1 AND provider = $2" },
};

/* -- providers ----------------------------------------------------------------------------------- */

static enum err read_provider(struct ctx *ctx, struct stmt *s, void *out)
{
	struct provider_row *p = out;

	p->provider = col_str(ctx, s);
	p->base_url = col_str(ctx, s);
	p->sealed_key = col_str(ctx, s);
	p->updated_at = col_time(s);
	return OK;
}

static enum err read_workspace_provider(struct ctx *ctx, struct stmt *s, void *out)
{
	struct workspace_provider *p = out;

	TRY(read_provider(ctx, s, &p->provider));
	p->workspace_id = col_str(ctx, s);
	return OK;
}

const struct table_rows providers_rows = { &SQL[PROVIDER_ALL], read_workspace_provider };

enum err providers_get(struct ctx *ctx, struct str workspace_id, struct str provider, struct provider_row *out)
{
	AUTO(stmt_done) struct stmt s = {0};

	TRY(stmt_read(ctx, &SQL[PROVIDER_GET], &s));
	bind_str(&s, workspace_id);
	bind_str(&s, provider);
	TRY(row_required(ctx, &s, "provider"));
	return read_provider(ctx, &s, out);
}

enum err providers_list(struct ctx *ctx, struct str workspace_id, struct list *out)
{
	AUTO(stmt_done) struct stmt s = {0};

	TRY(stmt_read(ctx, &SQL[PROVIDER_LIST], &s));
	bind_str(&s, workspace_id);
	return rows_all(ctx, &s, read_provider, sizeof(struct provider_row), out);
}

enum err providers_put(struct ctx *ctx, struct db_tx *tx, struct str workspace_id, const struct provider_row *p)
{
	AUTO(stmt_done) struct stmt s = {0};

	TRY(stmt_write(ctx, tx, &SQL[PROVIDER_PUT], &s));
	bind_str(&s, workspace_id);
	bind_str(&s, p->provider);
	bind_str(&s, p->base_url);
	bind_blob(&s, p->sealed_key.p, p->sealed_key.n);
	bind_time(&s, p->updated_at);
	return stmt_run(ctx, &s, NULL);
}

enum err providers_delete(struct ctx *ctx, struct db_tx *tx, struct str workspace_id, struct str provider)
{
	AUTO(stmt_done) struct stmt s = {0};

	TRY(stmt_write(ctx, tx, &SQL[PROVIDER_DELETE], &s));
	bind_str(&s, workspace_id);
	bind_str(&s, provider);
	return rows_changed(ctx, &s, "provider");
}

/* -- models -------------------------------------------------------------------------------------- */

static enum err read_model(struct ctx *ctx, struct stmt *s, void *out)
{
	struct model_row *m = out;

	m->provider = col_str(ctx, s);
	m->id = col_str(ctx, s);
	m->name = col_str(ctx, s);
	m->description = col_str(ctx, s);
	m->has_reasoning = col_bool(s);
	return OK;
}

static enum err read_workspace_model(struct ctx *ctx, struct stmt *s, void *out)
{
	struct workspace_model *m = out;

	TRY(read_model(ctx, s, &m->model));
	m->workspace_id = col_str(ctx, s);
	return OK;
}

const struct table_rows models_rows = { &SQL[MODEL_ALL], read_workspace_model };

enum err models_list(struct ctx *ctx, struct str workspace_id, struct list *out)
{
	AUTO(stmt_done) struct stmt s = {0};

	TRY(stmt_read(ctx, &SQL[MODEL_LIST], &s));
	bind_str(&s, workspace_id);
	return rows_all(ctx, &s, read_model, sizeof(struct model_row), out);
}

enum err models_insert(struct ctx *ctx, struct db_tx *tx, struct str workspace_id, const struct model_row *m)
{
	AUTO(stmt_done) struct stmt s = {0};

	TRY(stmt_write(ctx, tx, &SQL[MODEL_INSERT], &s));
	bind_str(&s, workspace_id);
	bind_str(&s, m->provider);
	bind_str(&s, m->id);
	bind_str(&s, m->name);
	bind_str(&s, m->description);
	bind_bool(&s, m->has_reasoning);
	return stmt_run(ctx, &s, NULL);
}

enum err models_delete_all(struct ctx *ctx, struct db_tx *tx, struct str workspace_id, struct str provider)
{
	AUTO(stmt_done) struct stmt s = {0};

	TRY(stmt_write(ctx, tx, &SQL[MODEL_DELETE_ALL], &s));
	bind_str(&s, workspace_id);
	bind_str(&s, provider);
	return stmt_run(ctx, &s, NULL);
}
