/* store/repositories.c: SQL of repository. */
#include "store/repositories.h"

#include "store/tables.h"

#define COLS \
	"workspace_id, url, branch, sealed_token, commit_id, error_code, error, fetched_at, connected_by, connected_at"

enum { GET, ALL, PUT, FETCHED, HOOK, PUT_HOOK, DELETE };

static const struct sql SQL[] = {
	[GET] = { "repositories.get", "SELECT " COLS " FROM repository WHERE workspace_id = $1" },
	[ALL] = { "repositories.all", "SELECT " COLS " FROM repository ORDER BY workspace_id" },
	[PUT] = { "repositories.put",
		"INSERT INTO repository (" COLS ") VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) "
		"ON CONFLICT (workspace_id) DO UPDATE SET url = $2, branch = $3, sealed_token = $4, commit_id = $5, "
		"error_code = $6, error = $7, fetched_at = $8, connected_by = $9, connected_at = $10" },
	[FETCHED] = { "repositories.fetched",
		"UPDATE repository SET commit_id = coalesce($3, commit_id), error_code = $4, error = $5, fetched_at = $6 "
		"WHERE workspace_id = $1 AND url = $2" },
	[HOOK] = { "repositories.hook",
		"SELECT sealed_hook FROM repository WHERE workspace_id = $1 AND sealed_hook IS NOT NULL" },
	[PUT_HOOK] = { "repositories.put_hook", "UPDATE repository SET sealed_hook = $2 WHERE workspace_id = $1" },
	[DELETE] = { "repositories.delete", "DELETE FROM repository WHERE workspace_id = $1" },
};

static enum err read_repository(struct ctx *ctx, struct stmt *s, void *out)
{
	struct repository *r = out;

	r->workspace_id = col_str(ctx, s);
	r->url = col_str(ctx, s);
	r->branch = col_str(ctx, s);
	r->sealed_token = col_str(ctx, s);
	r->commit = col_str(ctx, s);
	r->error_code = col_str(ctx, s);
	r->error = col_str(ctx, s);
	r->fetched_at = col_time(s);
	r->connected_by = col_str(ctx, s);
	r->connected_at = col_time(s);
	return OK;
}

const struct table_rows repositories_rows = { &SQL[ALL], read_repository };

enum err repositories_get(struct ctx *ctx, struct str workspace_id, struct repository *out)
{
	AUTO(stmt_done) struct stmt s = {0};

	TRY(stmt_read(ctx, &SQL[GET], &s));
	bind_str(&s, workspace_id);
	TRY(row_required(ctx, &s, "repository"));
	return read_repository(ctx, &s, out);
}

enum err repositories_all(struct ctx *ctx, struct list *out)
{
	AUTO(stmt_done) struct stmt s = {0};

	TRY(stmt_read(ctx, &SQL[ALL], &s));
	return rows_all(ctx, &s, read_repository, sizeof(struct repository), out);
}

enum err repositories_put(struct ctx *ctx, struct db_tx *tx, const struct repository *r)
{
	AUTO(stmt_done) struct stmt s = {0};

	TRY(stmt_write(ctx, tx, &SQL[PUT], &s));
	bind_str(&s, r->workspace_id);
	bind_str(&s, r->url);
	bind_str(&s, r->branch);
	bind_blob(&s, r->sealed_token.p, r->sealed_token.n);
	bind_str(&s, r->commit);
	bind_str(&s, r->error_code);
	bind_str(&s, r->error);
	bind_time(&s, r->fetched_at);
	bind_str(&s, r->connected_by);
	bind_time(&s, r->connected_at);
	return stmt_run(ctx, &s, NULL);
}

enum err repositories_fetched(struct ctx *ctx, struct db_tx *tx, const struct repository *r)
{
	AUTO(stmt_done) struct stmt s = {0};

	TRY(stmt_write(ctx, tx, &SQL[FETCHED], &s));
	bind_str(&s, r->workspace_id);
	bind_str(&s, r->url);
	bind_str(&s, r->commit);
	bind_str(&s, r->error_code);
	bind_str(&s, r->error);
	bind_time(&s, r->fetched_at);
	return rows_changed(ctx, &s, "repository");
}

enum err repositories_hook(struct ctx *ctx, struct str workspace_id, struct str *sealed)
{
	AUTO(stmt_done) struct stmt s = {0};

	TRY(stmt_read(ctx, &SQL[HOOK], &s));
	bind_str(&s, workspace_id);
	TRY(row_required(ctx, &s, "hook"));
	*sealed = col_str(ctx, &s);
	return OK;
}

enum err repositories_put_hook(struct ctx *ctx, struct db_tx *tx, struct str workspace_id, struct str sealed)
{
	AUTO(stmt_done) struct stmt s = {0};

	TRY(stmt_write(ctx, tx, &SQL[PUT_HOOK], &s));
	bind_str(&s, workspace_id);
	bind_blob(&s, sealed.p, sealed.n);
	return rows_changed(ctx, &s, "repository");
}

enum err repositories_delete(struct ctx *ctx, struct db_tx *tx, struct str workspace_id)
{
	AUTO(stmt_done) struct stmt s = {0};

	TRY(stmt_write(ctx, tx, &SQL[DELETE], &s));
	bind_str(&s, workspace_id);
	return rows_changed(ctx, &s, "repository");
}
