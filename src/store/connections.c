/* store/connections.c: SQL of connection, connection_tool and stored_secret. */
#include "store/connections.h"

#include "store/tables.h"

/* The broker's statuses are its own words. */
#define IS_ACTIVE "c.status = CASE c.source WHEN '" SOURCE_BROKERED "' THEN 'ACTIVE' ELSE 'active' END"
#define COLS \
	"c.id, c.workspace_id, c.user_id, c.source, c.provider, c.name, c.status, c.auth_type, c.token_expires_at, " \
	"c.created_at, c.updated_at, CASE WHEN " IS_ACTIVE " THEN 1 ELSE 0 END"
#define TOOL_COLS \
	"t.workspace_id, t.user_id, t.source, t.provider, t.connection_name, t.slug, t.display_name, t.description, " \
	"t.refreshed_at"
#define SECRET_COLS "workspace_id, slug, description, sealed_value, created_by, created_at, updated_at"

enum {
	LIST, OF_WORKSPACE, BROKERED, NATIVE, INSERT, TOOLS, ALL_TOOLS, INSERT_TOOL, SECRET, SECRETS, ALL_SECRETS,
	INSERT_SECRET, UPDATE_SECRET, DELETE_SECRET,
};

static const struct sql SQL[] = {
	[LIST] = { "connections.list",
		"SELECT " COLS " FROM connection c WHERE c.workspace_id = $1 AND c.user_id = $2 "
		"ORDER BY c.source, c.provider, c.name" },
	[OF_WORKSPACE] = { "connections.of_workspace",
		"SELECT " COLS ", u.email FROM connection c JOIN user u ON u.id = c.user_id WHERE c.workspace_id = $1 "
		"ORDER BY u.email, c.source, c.provider, c.name" },
	[BROKERED] = { "connections.brokered",
		"SELECT " COLS " FROM connection c WHERE c.source = '" SOURCE_BROKERED "' ORDER BY c.id" },
	[NATIVE] = { "connections.native",
		"SELECT " COLS " FROM connection c WHERE c.source = '" SOURCE_NATIVE "' ORDER BY c.id" },
	[INSERT] = { "connections.insert",
		"INSERT INTO connection (id, workspace_id, user_id, source, provider, name, status, auth_type, "
		"token_expires_at, created_at, updated_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)" },
	[TOOLS] = { "connection_tools.list",
		"SELECT " TOOL_COLS " FROM connection_tool t JOIN connection c ON c.workspace_id = t.workspace_id "
		"AND c.user_id = t.user_id AND c.source = t.source AND c.provider = t.provider "
		"AND c.name = t.connection_name "
		"WHERE t.workspace_id = $1 AND t.user_id = $2 AND " IS_ACTIVE " "
		"ORDER BY t.source, t.provider, t.connection_name, t.slug" },
	[ALL_TOOLS] = { "connection_tools.all",
		"SELECT " TOOL_COLS ", t.input_schema FROM connection_tool t "
		"ORDER BY t.workspace_id, t.user_id, t.source, t.provider, t.connection_name, t.slug" },
	[INSERT_TOOL] = { "connection_tools.insert",
		"INSERT INTO connection_tool (workspace_id, user_id, source, provider, connection_name, slug, "
		"display_name, description, refreshed_at, input_schema) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)" },
	[SECRET] = { "stored_secrets.get",
		"SELECT " SECRET_COLS " FROM stored_secret WHERE workspace_id = $1 AND slug = $2" },
	[SECRETS] = { "stored_secrets.list",
		"SELECT " SECRET_COLS " FROM stored_secret WHERE workspace_id = $1 ORDER BY slug" },
	[ALL_SECRETS] = { "stored_secrets.all",
		"SELECT " SECRET_COLS " FROM stored_secret ORDER BY workspace_id, slug" },
	[INSERT_SECRET] = { "stored_secrets.insert",
		"INSERT INTO stored_secret (" SECRET_COLS ") VALUES ($1, $2, $3, $4, $5, $6, $7)" },
	[UPDATE_SECRET] = { "stored_secrets.update",
		"UPDATE stored_secret SET description = $3, sealed_value = $4, updated_at = $5 "
		"WHERE workspace_id = $1 AND slug = $2" },
	[DELETE_SECRET] = { "stored_secrets.delete", "DELETE FROM stored_secret WHERE workspace_id = $1 AND slug = $2" },
};

/* -- connections ------------------------------------------------------------------------------------------- */

static enum err read_connection(struct ctx *ctx, struct stmt *s, void *out)
{
	struct connection *c = out;

	c->id = col_str(ctx, s);
	c->workspace_id = col_str(ctx, s);
	c->user_id = col_str(ctx, s);
	c->source = col_str(ctx, s);
	c->provider = col_str(ctx, s);
	c->name = col_str(ctx, s);
	c->status = col_str(ctx, s);
	c->auth_type = col_str(ctx, s);
	c->token_expires_at = col_time(s);
	c->created_at = col_time(s);
	c->updated_at = col_time(s);
	c->active = col_bool(s);
	return OK;
}

static enum err read_connection_with_user(struct ctx *ctx, struct stmt *s, void *out)
{
	struct connection_with_user *c = out;

	TRY(read_connection(ctx, s, &c->connection));
	c->email = col_str(ctx, s);
	return OK;
}

const struct table_rows brokered_connections_rows = { &SQL[BROKERED], read_connection };
const struct table_rows native_connections_rows = { &SQL[NATIVE], read_connection };

enum err connections_list(struct ctx *ctx, struct str workspace_id, struct str user_id, struct list *out)
{
	AUTO(stmt_done) struct stmt s = {0};

	TRY(stmt_read(ctx, &SQL[LIST], &s));
	bind_str(&s, workspace_id);
	bind_str(&s, user_id);
	return rows_all(ctx, &s, read_connection, sizeof(struct connection), out);
}

enum err connections_of_workspace(struct ctx *ctx, struct str workspace_id, struct list *out)
{
	AUTO(stmt_done) struct stmt s = {0};

	TRY(stmt_read(ctx, &SQL[OF_WORKSPACE], &s));
	bind_str(&s, workspace_id);
	return rows_all(ctx, &s, read_connection_with_user, sizeof(struct connection_with_user), out);
}

enum err connections_insert(struct ctx *ctx, struct db_tx *tx, const struct connection *c)
{
	AUTO(stmt_done) struct stmt s = {0};

	TRY(stmt_write(ctx, tx, &SQL[INSERT], &s));
	bind_str(&s, c->id);
	bind_str(&s, c->workspace_id);
	bind_str(&s, c->user_id);
	bind_str(&s, c->source);
	bind_str(&s, c->provider);
	bind_str(&s, c->name);
	bind_str(&s, c->status);
	bind_str(&s, c->auth_type);
	bind_time(&s, c->token_expires_at);
	bind_time(&s, c->created_at);
	bind_time(&s, c->updated_at);
	return stmt_run(ctx, &s, NULL);
}

/* -- their tools --------------------------------------------------------------------------------------------- */

static enum err read_tool(struct ctx *ctx, struct stmt *s, void *out)
{
	struct connection_tool *t = out;

	t->workspace_id = col_str(ctx, s);
	t->user_id = col_str(ctx, s);
	t->source = col_str(ctx, s);
	t->provider = col_str(ctx, s);
	t->connection_name = col_str(ctx, s);
	t->slug = col_str(ctx, s);
	t->display_name = col_str(ctx, s);
	t->description = col_str(ctx, s);
	t->refreshed_at = col_time(s);
	return OK;
}

static enum err read_whole_tool(struct ctx *ctx, struct stmt *s, void *out)
{
	struct connection_tool *t = out;

	TRY(read_tool(ctx, s, t));
	t->input_schema = col_str(ctx, s);
	return OK;
}

const struct table_rows connection_tools_rows = { &SQL[ALL_TOOLS], read_whole_tool };

enum err connection_tools_list(struct ctx *ctx, struct str workspace_id, struct str user_id, struct list *out)
{
	AUTO(stmt_done) struct stmt s = {0};

	TRY(stmt_read(ctx, &SQL[TOOLS], &s));
	bind_str(&s, workspace_id);
	bind_str(&s, user_id);
	return rows_all(ctx, &s, read_tool, sizeof(struct connection_tool), out);
}

enum err connection_tools_insert(struct ctx *ctx, struct db_tx *tx, const struct connection_tool *t)
{
	AUTO(stmt_done) struct stmt s = {0};

	TRY(stmt_write(ctx, tx, &SQL[INSERT_TOOL], &s));
	bind_str(&s, t->workspace_id);
	bind_str(&s, t->user_id);
	bind_str(&s, t->source);
	bind_str(&s, t->provider);
	bind_str(&s, t->connection_name);
	bind_str(&s, t->slug);
	bind_str(&s, t->display_name);
	bind_str(&s, t->description);
	bind_time(&s, t->refreshed_at);
	bind_str(&s, t->input_schema);
	return stmt_run(ctx, &s, NULL);
}

/* -- secrets ------------------------------------------------------------------------------------------------- */

static enum err read_secret(struct ctx *ctx, struct stmt *s, void *out)
{
	struct stored_secret *secret = out;

	secret->workspace_id = col_str(ctx, s);
	secret->slug = col_str(ctx, s);
	secret->description = col_str(ctx, s);
	secret->sealed = col_str(ctx, s);
	secret->created_by = col_str(ctx, s);
	secret->created_at = col_time(s);
	secret->updated_at = col_time(s);
	return OK;
}

const struct table_rows stored_secrets_rows = { &SQL[ALL_SECRETS], read_secret };

enum err stored_secrets_get(struct ctx *ctx, struct str workspace_id, struct str slug, struct stored_secret *out)
{
	AUTO(stmt_done) struct stmt s = {0};

	TRY(stmt_read(ctx, &SQL[SECRET], &s));
	bind_str(&s, workspace_id);
	bind_str(&s, slug);
	TRY(row_required(ctx, &s, "secret"));
	return read_secret(ctx, &s, out);
}

enum err stored_secrets_list(struct ctx *ctx, struct str workspace_id, struct list *out)
{
	AUTO(stmt_done) struct stmt s = {0};

	TRY(stmt_read(ctx, &SQL[SECRETS], &s));
	bind_str(&s, workspace_id);
	return rows_all(ctx, &s, read_secret, sizeof(struct stored_secret), out);
}

enum err stored_secrets_insert(struct ctx *ctx, struct db_tx *tx, const struct stored_secret *secret)
{
	AUTO(stmt_done) struct stmt s = {0};

	TRY(stmt_write(ctx, tx, &SQL[INSERT_SECRET], &s));
	bind_str(&s, secret->workspace_id);
	bind_str(&s, secret->slug);
	bind_str(&s, secret->description);
	bind_blob(&s, secret->sealed.p, secret->sealed.n);
	bind_str(&s, secret->created_by);
	bind_time(&s, secret->created_at);
	bind_time(&s, secret->updated_at);
	return stmt_run(ctx, &s, NULL);
}

enum err stored_secrets_update(struct ctx *ctx, struct db_tx *tx, const struct stored_secret *secret)
{
	AUTO(stmt_done) struct stmt s = {0};

	TRY(stmt_write(ctx, tx, &SQL[UPDATE_SECRET], &s));
	bind_str(&s, secret->workspace_id);
	bind_str(&s, secret->slug);
	bind_str(&s, secret->description);
	bind_blob(&s, secret->sealed.p, secret->sealed.n);
	bind_time(&s, secret->updated_at);
	return rows_changed(ctx, &s, "secret");
}

enum err stored_secrets_delete(struct ctx *ctx, struct db_tx *tx, struct str workspace_id, struct str slug)
{
	AUTO(stmt_done) struct stmt s = {0};

	TRY(stmt_write(ctx, tx, &SQL[DELETE_SECRET], &s));
	bind_str(&s, workspace_id);
	bind_str(&s, slug);
	return rows_changed(ctx, &s, "secret");
}
