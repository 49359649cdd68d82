/* store/idempotency_keys.c: SQL of idempotency. Each insert sweeps a few old rows, so that the table
 * stays as large as a day's keys without a job of its own. */
#include "store/idempotency_keys.h"

#include "store/rows.h"

enum { FIND, DELETE_OLD, DELETE_EXPIRED, INSERT };

#define COLS "workspace_id, user_id, operation, key, body_digest, status, reply, created_at"
#define THIS "workspace_id = $1 AND user_id = $2 AND operation = $3 AND key = $4"

static const struct sql SQL[] = {
	[FIND] = { "idempotency_keys.find",
		"SELECT body_digest, status, reply, created_at FROM idempotency WHERE " THIS " AND created_at > $5" },
	/* The one statement across workspaces: age does not ask whose it is. */
	[DELETE_OLD] = { "idempotency_keys.delete_old",
		"DELETE FROM idempotency WHERE (workspace_id, user_id, operation, key) IN (SELECT workspace_id, user_id, "
		"operation, key FROM idempotency WHERE created_at <= $1 ORDER BY created_at LIMIT 8)" },
	[DELETE_EXPIRED] = { "idempotency_keys.delete_expired", "DELETE FROM idempotency WHERE " THIS " AND created_at <= $5" },
	[INSERT] = { "idempotency_keys.insert",
		"INSERT INTO idempotency (" COLS ") VALUES ($1, $2, $3, $4, $5, $6, $7, $8)" },
};

static void bind_this(struct stmt *s, const struct idempotency_row *row)
{
	bind_str(s, row->workspace_id);
	bind_str(s, row->user_id);
	bind_str(s, row->operation);
	bind_str(s, row->key);
}

enum err idempotency_keys_find(struct ctx *ctx, const struct idempotency_row *asked, int64_t since, struct idempotency_row *out)
{
	AUTO(stmt_done) struct stmt s = {0};

	TRY(stmt_read(ctx, &SQL[FIND], &s));
	bind_this(&s, asked);
	bind_time(&s, since);
	TRY(row_required(ctx, &s, "stored reply"));
	*out = *asked;
	out->body_digest = col_str(ctx, &s);
	out->status = col_int(&s);
	out->reply = col_str(ctx, &s);
	out->created_at = col_time(&s);
	return OK;
}

static enum err sweep(struct ctx *ctx, struct db_tx *tx, const struct idempotency_row *row, int64_t since)
{
	AUTO(stmt_done) struct stmt old = {0}, same = {0};

	TRY(stmt_write(ctx, tx, &SQL[DELETE_OLD], &old));
	bind_time(&old, since);
	TRY(stmt_run(ctx, &old, NULL));
	TRY(stmt_write(ctx, tx, &SQL[DELETE_EXPIRED], &same));
	bind_this(&same, row);
	bind_time(&same, since);
	return stmt_run(ctx, &same, NULL);
}

enum err idempotency_keys_insert(struct ctx *ctx, struct db_tx *tx, const struct idempotency_row *row, int64_t since)
{
	AUTO(stmt_done) struct stmt s = {0};

	TRY(sweep(ctx, tx, row, since));
	TRY(stmt_write(ctx, tx, &SQL[INSERT], &s));
	bind_this(&s, row);
	bind_str(&s, row->body_digest);
	bind_int(&s, row->status);
	bind_str(&s, row->reply);
	bind_time(&s, row->created_at);
	return stmt_run(ctx, &s, NULL);
}
