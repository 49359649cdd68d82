/* store/automations.c: SQL of automation and automation_window. */
#include "store/automations.h"

#include "store/tables.h"

#define FIXED "id, workspace_id, created_by, owner_user_id, created_at"
#define MOVING "name, agent_name, cron, timezone, input_message, enabled, use_draft, overlap, last_fired_at, " \
	       "last_fire_error, floor_at, next_fire_at, updated_at"
#define COLS FIXED ", " MOVING
#define WINDOW_COLS "automation_id, workspace_id, window_at, run_id, fired_at"

enum {
	BY_ID, LIST, INSERT, UPDATE, DELETE, LEAVE_RUNS, RUNNING, DUE, AHEAD, NEXT,
	WINDOW_INSERT, WINDOW_PRUNE, WINDOW_FIRST, ALL, ALL_WINDOWS,
};

static const struct sql SQL[] = {
	[BY_ID] = { "automations.by_id", "SELECT " COLS " FROM automation WHERE workspace_id = $1 AND id = $2" },
	[LIST] = { "automations.list",
		"SELECT " COLS " FROM automation WHERE workspace_id = $1 ORDER BY created_at DESC, id DESC" },
	[INSERT] = { "automations.insert",
		"INSERT INTO automation (" COLS ") VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, "
		"$14, $15, $16, $17, $18)" },
	[UPDATE] = { "automations.update",
		"UPDATE automation SET name = $5, agent_name = $6, cron = $7, timezone = $8, input_message = $9, "
		"enabled = $10, use_draft = $11, overlap = $12, last_fired_at = $13, last_fire_error = $14, "
		"floor_at = $15, next_fire_at = $16, updated_at = $17 WHERE workspace_id = $1 AND id = $2 "
		"AND updated_at = $3 AND floor_at = $4" },
	[DELETE] = { "automations.delete", "DELETE FROM automation WHERE workspace_id = $1 AND id = $2" },
	[LEAVE_RUNS] = { "automations.leave_runs",
		"UPDATE run SET automation_id = NULL WHERE workspace_id = $1 AND automation_id = $2" },
	/* A run that came without a spec, by an import, nobody carries out. */
	[RUNNING] = { "automations.running",
		"SELECT EXISTS (SELECT 1 FROM run WHERE workspace_id = $1 AND automation_id = $2 "
		"AND status IN ('queued', 'running') AND spec <> '')" },
	[DUE] = { "automations.due",
		"SELECT workspace_id, id FROM automation WHERE enabled = 1 AND next_fire_at <= $1 "
		"ORDER BY next_fire_at, created_at, id" },
	[AHEAD] = { "automations.ahead",
		"SELECT workspace_id, id FROM automation WHERE enabled = 1 AND floor_at > $1" },
	[NEXT] = { "automations.next",
		"SELECT min(next_fire_at) FROM automation WHERE enabled = 1 AND next_fire_at IS NOT NULL" },
	[WINDOW_INSERT] = { "automation_windows.insert",
		"INSERT INTO automation_window (" WINDOW_COLS ") VALUES ($1, $2, $3, $4, $5) "
		"ON CONFLICT (automation_id, window_at) DO NOTHING" },
	[WINDOW_PRUNE] = { "automation_windows.prune",
		"DELETE FROM automation_window WHERE workspace_id = $1 AND automation_id = $2 AND window_at < $3" },
	[WINDOW_FIRST] = { "automation_windows.first",
		"SELECT min(window_at) FROM automation_window WHERE workspace_id = $1 AND automation_id = $2" },
	[ALL] = { "automations.all", "SELECT " COLS " FROM automation ORDER BY id" },
	[ALL_WINDOWS] = { "automation_windows.all",
		"SELECT " WINDOW_COLS " FROM automation_window ORDER BY automation_id, window_at" },
};

/* -- one automation -------------------------------------------------------------------------------------- */

static enum err read_automation(struct ctx *ctx, struct stmt *s, void *out)
{
	struct automation *a = out;

	a->id = col_str(ctx, s);
	a->workspace_id = col_str(ctx, s);
	a->created_by = col_str(ctx, s);
	a->owner_user_id = col_str(ctx, s);
	a->created_at = col_time(s);
	a->name = col_str(ctx, s);
	a->agent_name = col_str(ctx, s);
	a->cron = col_str(ctx, s);
	a->timezone = col_str(ctx, s);
	a->input_message = col_str(ctx, s);
	a->enabled = col_bool(s);
	a->use_draft = col_bool(s);
	a->overlap = col_str(ctx, s);
	a->last_fired_at = col_time(s);
	a->last_fire_error = col_str(ctx, s);
	a->floor_at = col_time(s);
	a->next_fire_at = col_time(s);
	a->updated_at = col_time(s);
	return OK;
}

const struct table_rows automations_rows = { &SQL[ALL], read_automation };

static void bind_moving(struct stmt *s, const struct automation *a)
{
	bind_str(s, a->name);
	bind_str(s, a->agent_name);
	bind_str(s, a->cron);
	bind_str(s, a->timezone);
	bind_str(s, a->input_message);
	bind_bool(s, a->enabled);
	bind_bool(s, a->use_draft);
	bind_str(s, a->overlap);
	bind_time(s, a->last_fired_at);
	bind_str(s, a->last_fire_error);
	bind_int(s, a->floor_at);
	bind_time(s, a->next_fire_at);
	bind_int(s, a->updated_at);
}

static enum err read_on(struct ctx *ctx, int statement, struct str workspace_id, struct str id, struct stmt *s)
{
	TRY(stmt_read(ctx, &SQL[statement], s));
	bind_str(s, workspace_id);
	bind_str(s, id);
	return OK;
}

static enum err write_on(struct ctx *ctx, struct db_tx *tx, int statement, struct str workspace_id, struct str id,
			 struct stmt *s)
{
	TRY(stmt_write(ctx, tx, &SQL[statement], s));
	bind_str(s, workspace_id);
	bind_str(s, id);
	return OK;
}

enum err automations_by_id(struct ctx *ctx, struct str workspace_id, struct str id, struct automation *out)
{
	AUTO(stmt_done) struct stmt s = {0};

	TRY(read_on(ctx, BY_ID, workspace_id, id, &s));
	TRY(row_required(ctx, &s, "automation"));
	*out = (struct automation){0};
	return read_automation(ctx, &s, out);
}

enum err automations_list(struct ctx *ctx, struct str workspace_id, struct list *out)
{
	AUTO(stmt_done) struct stmt s = {0};

	TRY(stmt_read(ctx, &SQL[LIST], &s));
	bind_str(&s, workspace_id);
	return rows_all(ctx, &s, read_automation, sizeof(struct automation), out);
}

enum err automations_insert(struct ctx *ctx, struct db_tx *tx, const struct automation *a)
{
	AUTO(stmt_done) struct stmt s = {0};

	TRY(stmt_write(ctx, tx, &SQL[INSERT], &s));
	bind_str(&s, a->id);
	bind_str(&s, a->workspace_id);
	bind_str(&s, a->created_by);
	bind_str(&s, a->owner_user_id);
	bind_int(&s, a->created_at);
	bind_moving(&s, a);
	return stmt_run(ctx, &s, NULL);
}

enum err automations_update(struct ctx *ctx, struct db_tx *tx, const struct automation *was,
			    const struct automation *now)
{
	AUTO(stmt_done) struct stmt s = {0};
	int64_t changed;

	TRY(write_on(ctx, tx, UPDATE, was->workspace_id, was->id, &s));
	bind_int(&s, was->updated_at);
	bind_int(&s, was->floor_at);
	bind_moving(&s, now);
	TRY(stmt_run(ctx, &s, &changed));
	return changed ? OK : fail(ctx, ERR_CONFLICT, "the automation has changed meanwhile");
}

enum err automations_delete(struct ctx *ctx, struct db_tx *tx, struct str workspace_id, struct str id)
{
	AUTO(stmt_done) struct stmt leave = {0}, s = {0};

	TRY(write_on(ctx, tx, LEAVE_RUNS, workspace_id, id, &leave));
	TRY(stmt_run(ctx, &leave, NULL));
	TRY(write_on(ctx, tx, DELETE, workspace_id, id, &s));
	return rows_changed(ctx, &s, "automation");
}

enum err automations_running(struct ctx *ctx, const struct automation *a, bool *out)
{
	AUTO(stmt_done) struct stmt s = {0};
	int64_t n;

	TRY(read_on(ctx, RUNNING, a->workspace_id, a->id, &s));
	TRY(row_count(ctx, &s, &n));
	*out = n > 0;
	return OK;
}

/* -- what is due ----------------------------------------------------------------------------------------- */

static enum err read_key(struct ctx *ctx, struct stmt *s, void *out)
{
	struct automation_key *key = out;

	key->workspace_id = col_str(ctx, s);
	key->id = col_str(ctx, s);
	return OK;
}

static enum err read_keys(struct ctx *ctx, int statement, int64_t moment, struct list *out)
{
	AUTO(stmt_done) struct stmt s = {0};

	TRY(stmt_read(ctx, &SQL[statement], &s));
	bind_int(&s, moment);
	return rows_all(ctx, &s, read_key, sizeof(struct automation_key), out);
}

enum err automations_due(struct ctx *ctx, int64_t now, struct list *out)
{
	return read_keys(ctx, DUE, now, out);
}

enum err automations_ahead(struct ctx *ctx, int64_t of, struct list *out)
{
	return read_keys(ctx, AHEAD, of, out);
}

enum err automations_next(struct ctx *ctx, int64_t *next_fire_at)
{
	AUTO(stmt_done) struct stmt s = {0};

	TRY(stmt_read(ctx, &SQL[NEXT], &s));
	return row_count(ctx, &s, next_fire_at);
}

/* -- windows --------------------------------------------------------------------------------------------- */

static enum err read_window(struct ctx *ctx, struct stmt *s, void *out)
{
	struct automation_window *w = out;

	w->automation_id = col_str(ctx, s);
	w->workspace_id = col_str(ctx, s);
	w->window_at = col_int(s);
	w->run_id = col_str(ctx, s);
	w->fired_at = col_int(s);
	return OK;
}

const struct table_rows automation_windows_rows = { &SQL[ALL_WINDOWS], read_window };

enum err automation_windows_insert(struct ctx *ctx, struct db_tx *tx, const struct automation_window *w, bool *fresh)
{
	AUTO(stmt_done) struct stmt s = {0};
	int64_t changed;

	TRY(stmt_write(ctx, tx, &SQL[WINDOW_INSERT], &s));
	bind_str(&s, w->automation_id);
	bind_str(&s, w->workspace_id);
	bind_int(&s, w->window_at);
	bind_str(&s, w->run_id);
	bind_int(&s, w->fired_at);
	TRY(stmt_run(ctx, &s, &changed));
	*fresh = changed > 0;
	return OK;
}

enum err automation_windows_prune(struct ctx *ctx, struct db_tx *tx, const struct automation *a, int64_t before)
{
	AUTO(stmt_done) struct stmt s = {0};

	TRY(write_on(ctx, tx, WINDOW_PRUNE, a->workspace_id, a->id, &s));
	bind_int(&s, before);
	return stmt_run(ctx, &s, NULL);
}

enum err automation_windows_first(struct ctx *ctx, const struct automation *a, int64_t *window_at)
{
	AUTO(stmt_done) struct stmt s = {0};

	TRY(read_on(ctx, WINDOW_FIRST, a->workspace_id, a->id, &s));
	return row_count(ctx, &s, window_at);
}
