/* store/slack_apps.c: SQL of slack_app. */
#include "store/slack_apps.h"

#include "store/tables.h"

#define CHANGING \
	"name, folded_name, status, slack_app_id, client_id, team_id, bot_user_id, default_owner_user_id, " \
	"agent_labels, sealed_signing_secret, sealed_client_secret, sealed_bot_token, has_bot_token, updated_at"
#define COLS "id, workspace_id, " CHANGING ", created_by, created_at"

enum { BY_ID, LIST, ALL, INSERT, UPDATE, DELETE };

static const struct sql SQL[] = {
	[BY_ID] = { "slack_apps.by_id", "SELECT " COLS " FROM slack_app WHERE workspace_id = $1 AND id = $2" },
	[LIST] = { "slack_apps.list", "SELECT " COLS " FROM slack_app WHERE workspace_id = $1 ORDER BY folded_name" },
	[ALL] = { "slack_apps.all", "SELECT " COLS " FROM slack_app ORDER BY id" },
	[INSERT] = { "slack_apps.insert",
		"INSERT INTO slack_app (" COLS ") "
		"VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18)" },
	[UPDATE] = { "slack_apps.update",
		"UPDATE slack_app SET (" CHANGING ") = ($3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16) "
		"WHERE id = $1 AND workspace_id = $2" },
	[DELETE] = { "slack_apps.delete", "DELETE FROM slack_app WHERE workspace_id = $1 AND id = $2" },
};

/* -- labels: a JSON array of strings ----------------------------------------------------------------------- */

static enum err labels_from_text(struct ctx *ctx, struct str text, struct list *out)
{
	const struct json *v;
	struct str *labels;

	TRY(json_parse(ctx, text, JSON_STRICT, &v));
	labels = arena_array(ctx->mem, v->n_items + 1, sizeof(*labels));
	for (size_t i = 0; i < v->n_items; i++)
		labels[i] = v->items[i].text;
	*out = (struct list){ labels, v->n_items };
	return OK;
}

static struct str labels_text(struct arena *mem, const struct list *labels)
{
	struct buf text = { .mem = mem };
	struct json_writer w = { .out = &text };

	jw_array(&w);
	for (size_t i = 0; i < labels->n; i++)
		jw_str(&w, *LIST_AT(*labels, struct str, i));
	jw_end(&w);
	return buf_view(&text);
}

/* -- rows ---------------------------------------------------------------------------------------------------- */

static enum err read_app(struct ctx *ctx, struct stmt *s, void *out)
{
	struct slack_app *a = out;

	a->id = col_str(ctx, s);
	a->workspace_id = col_str(ctx, s);
	a->name = col_str(ctx, s);
	a->folded_name = col_str(ctx, s);
	a->status = col_str(ctx, s);
	a->slack_app_id = col_str(ctx, s);
	a->client_id = col_str(ctx, s);
	a->team_id = col_str(ctx, s);
	a->bot_user_id = col_str(ctx, s);
	a->default_owner_user_id = col_str(ctx, s);
	TRY(labels_from_text(ctx, col_str(ctx, s), &a->agent_labels));
	a->sealed_signing_secret = col_str(ctx, s);
	a->sealed_client_secret = col_str(ctx, s);
	a->sealed_bot_token = col_str(ctx, s);
	a->has_bot_token = col_bool(s);
	a->updated_at = col_time(s);
	a->created_by = col_str(ctx, s);
	a->created_at = col_time(s);
	return OK;
}

const struct table_rows slack_apps_rows = { &SQL[ALL], read_app };

static void bind_changing(struct ctx *ctx, struct stmt *s, const struct slack_app *a)
{
	bind_str(s, a->name);
	bind_str(s, a->folded_name);
	bind_str(s, a->status);
	bind_str(s, a->slack_app_id);
	bind_str(s, a->client_id);
	bind_str(s, a->team_id);
	bind_str(s, a->bot_user_id);
	bind_str(s, a->default_owner_user_id);
	bind_str(s, labels_text(ctx->mem, &a->agent_labels));
	bind_blob(s, a->sealed_signing_secret.p, a->sealed_signing_secret.n);
	bind_blob(s, a->sealed_client_secret.p, a->sealed_client_secret.n);
	bind_blob(s, a->sealed_bot_token.p, a->sealed_bot_token.n);
	bind_bool(s, a->has_bot_token);
	bind_time(s, a->updated_at);
}

enum err slack_apps_by_id(struct ctx *ctx, struct str workspace_id, struct str id, struct slack_app *out)
{
	AUTO(stmt_done) struct stmt s = {0};

	TRY(stmt_read(ctx, &SQL[BY_ID], &s));
	bind_str(&s, workspace_id);
	bind_str(&s, id);
	TRY(row_required(ctx, &s, "slack app"));
	return read_app(ctx, &s, out);
}

enum err slack_apps_list(struct ctx *ctx, struct str workspace_id, struct list *out)
{
	AUTO(stmt_done) struct stmt s = {0};

	TRY(stmt_read(ctx, &SQL[LIST], &s));
	bind_str(&s, workspace_id);
	return rows_all(ctx, &s, read_app, sizeof(struct slack_app), out);
}

enum err slack_apps_insert(struct ctx *ctx, struct db_tx *tx, const struct slack_app *a)
{
	AUTO(stmt_done) struct stmt s = {0};

	TRY(stmt_write(ctx, tx, &SQL[INSERT], &s));
	bind_str(&s, a->id);
	bind_str(&s, a->workspace_id);
	bind_changing(ctx, &s, a);
	bind_str(&s, a->created_by);
	bind_time(&s, a->created_at);
	return stmt_run(ctx, &s, NULL);
}

enum err slack_apps_update(struct ctx *ctx, struct db_tx *tx, const struct slack_app *a)
{
	AUTO(stmt_done) struct stmt s = {0};

	TRY(stmt_write(ctx, tx, &SQL[UPDATE], &s));
	bind_str(&s, a->id);
	bind_str(&s, a->workspace_id);
	bind_changing(ctx, &s, a);
	return rows_changed(ctx, &s, "slack app");
}

enum err slack_apps_delete(struct ctx *ctx, struct db_tx *tx, struct str workspace_id, struct str id)
{
	AUTO(stmt_done) struct stmt s = {0};

	TRY(stmt_write(ctx, tx, &SQL[DELETE], &s));
	bind_str(&s, workspace_id);
	bind_str(&s, id);
	return rows_changed(ctx, &s, "slack app");
}
