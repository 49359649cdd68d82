/* store/runs.c: SQL of run and run_step. */
#include "store/runs.h"

#include <math.h>

#include "store/tables.h"

/* What a run is, what happens to it, and what is executed. */
#define FIXED "id, workspace_id, trigger, created_by, created_at, agent_id, agent_name, agent_path, " \
	      "agent_version_label, model, automation_id, parent_run_id, user_message"
#define MOVING "status, attempts, lease_owner, lease_expires_at, started_at, completed_at, tokens_input, " \
	       "tokens_output, cost_usd, error_message, output, streamed_output"
#define COLS FIXED ", " MOVING

/* Which of a workspace's runs; $2 and $3 are lists of words, none of which is part of another. */
#define MATCHING "workspace_id = $1 AND ($2 IS NULL OR instr($2, status)) AND ($3 IS NULL OR instr($3, trigger)) " \
		 "AND ($4 IS NULL OR agent_name = $4)"
#define BRIEF "SELECT id, agent_name, status, trigger, created_at, started_at, completed_at, " \
	      "substr(user_message, 1, 240), nullif(substr(error_message, 1, 240), ''), cost_usd, " \
	      "agent_version_label FROM run WHERE " MATCHING
#define NEWEST_FIRST " ORDER BY created_at DESC, id DESC LIMIT $5"

#define EXPIRED "FROM run WHERE status = 'running' AND lease_expires_at <= $1"
/* What came without a spec, by an import, nobody can carry out. */
#define QUEUED "FROM run WHERE status = 'queued' AND spec <> ''"

#define STEP_COLS "run_id, workspace_id, ordinal, kind, body, tokens_input, tokens_output, created_at"

enum {
	BY_ID, SPEC, LIST, LIST_REST, NEWEST, INSERT, UPDATE, NEXT_EXPIRED, NEXT_QUEUED, WAITING, RENEW, OWNERS, EXPIRE,
	STEPS, STEP_AT, STEP_LAST_OF, STEP_INSERT, ALL, ALL_STEPS, STANDING, HELD,
};

static const struct sql SQL[] = {
	[BY_ID] = { "runs.by_id", "SELECT " COLS " FROM run WHERE workspace_id = $1 AND id = $2" },
	[SPEC] = { "runs.spec", "SELECT spec FROM run WHERE workspace_id = $1 AND id = $2" },
	[STANDING] = { "runs.standing",
		"SELECT id, workspace_id, status, attempts, lease_owner, lease_expires_at FROM run "
		"WHERE workspace_id = $1 AND id = $2" },
	[LIST] = { "runs.list", BRIEF " AND created_at < $6" NEWEST_FIRST },
	/* What is left of a page's last millisecond. */
	[LIST_REST] = { "runs.list_rest", BRIEF " AND created_at >= $6 AND (created_at, id) < ($7, $8)" NEWEST_FIRST },
	[NEWEST] = { "runs.newest", "SELECT max(created_at) FROM run WHERE workspace_id = $1" },
	[INSERT] = { "runs.insert",
		"INSERT INTO run (" COLS ", spec) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, "
		"$15, $16, $17, $18, $19, $20, $21, $22, $23, $24, $25, $26)" },
	[UPDATE] = { "runs.update",
		"UPDATE run SET status = $6, attempts = $7, lease_owner = $8, lease_expires_at = $9, started_at = $10, "
		"completed_at = $11, tokens_input = $12, tokens_output = $13, cost_usd = $14, error_message = $15, "
		"output = $16, streamed_output = $17 WHERE workspace_id = $1 AND id = $2 AND status = $3 "
		"AND attempts = $4 AND coalesce(lease_owner, '') = coalesce($5, '')" },
	[NEXT_EXPIRED] = { "runs.next_expired", "SELECT " COLS " " EXPIRED " ORDER BY lease_expires_at LIMIT 1" },
	[NEXT_QUEUED] = { "runs.next_queued", "SELECT " COLS " " QUEUED " ORDER BY created_at, id LIMIT 1" },
	[WAITING] = { "runs.waiting", "SELECT EXISTS (SELECT 1 " QUEUED ") OR EXISTS (SELECT 1 " EXPIRED ")" },
	[RENEW] = { "runs.renew",
		"UPDATE run SET lease_expires_at = $5 WHERE workspace_id = $1 AND id = $2 AND status = 'running' "
		"AND lease_owner = $3 AND attempts = $4" },
	/* Unordered: for an order SQLite would walk through all runs there ever were. */
	[HELD] = { "runs.held", "SELECT id FROM run WHERE status = 'running' AND lease_owner = $1" },
	[OWNERS] = { "runs.owners",
		"SELECT DISTINCT lease_owner FROM run WHERE status = 'running' AND lease_owner IS NOT NULL" },
	[EXPIRE] = { "runs.expire",
		"UPDATE run SET lease_expires_at = 0 WHERE status = 'running' AND lease_owner = $1 "
		"AND lease_expires_at > 0" },
	[STEPS] = { "run_steps.list",
		"SELECT " STEP_COLS " FROM run_step WHERE workspace_id = $1 AND run_id = $2 ORDER BY ordinal" },
	[STEP_AT] = { "run_steps.at",
		"SELECT " STEP_COLS " FROM run_step WHERE workspace_id = $1 AND run_id = $2 AND ordinal = $3" },
	[STEP_LAST_OF] = { "run_steps.last_of",
		"SELECT " STEP_COLS " FROM run_step WHERE workspace_id = $1 AND run_id = $2 AND ordinal < $3 "
		"AND kind = $4 ORDER BY ordinal DESC LIMIT 1" },
	[STEP_INSERT] = { "run_steps.insert",
		"INSERT INTO run_step (" STEP_COLS ") VALUES ($1, $2, $3, $4, $5, $6, $7, $8)" },
	[ALL] = { "runs.all", "SELECT " COLS ", spec FROM run ORDER BY id" },
	[ALL_STEPS] = { "run_steps.all", "SELECT " STEP_COLS " FROM run_step ORDER BY run_id, ordinal" },
};

/* -- costs, which may be unknown ---------------------------------------------------------------------- */

static void bind_cost(struct stmt *s, double cost)
{
	if (isnan(cost))
		bind_null(s);
	else
		bind_num(s, cost);
}

static double col_cost(struct stmt *s)
{
	bool unknown = col_is_null(s);
	double n = col_num(s);

	return unknown ? NAN : n;
}

/* -- one run ------------------------------------------------------------------------------------------- */

static void read_run(struct ctx *ctx, struct stmt *s, struct run *r)
{
	*r = (struct run){0};
	r->id = col_str(ctx, s);
	r->workspace_id = col_str(ctx, s);
	r->trigger = col_str(ctx, s);
	r->created_by = col_str(ctx, s);
	r->created_at = col_time(s);
	r->agent_id = col_str(ctx, s);
	r->agent_name = col_str(ctx, s);
	r->agent_path = col_str(ctx, s);
	r->agent_version_label = col_str(ctx, s);
	r->model = col_str(ctx, s);
	r->automation_id = col_str(ctx, s);
	r->parent_run_id = col_str(ctx, s);
	r->user_message = col_str(ctx, s);
	r->status = col_str(ctx, s);
	r->attempts = col_int(s);
	r->lease_owner = col_str(ctx, s);
	r->lease_expires_at = col_time(s);
	r->started_at = col_time(s);
	r->completed_at = col_time(s);
	r->tokens_input = col_known(s);
	r->tokens_output = col_known(s);
	r->cost_usd = col_cost(s);
	r->error_message = col_str(ctx, s);
	r->output = col_str(ctx, s);
	r->streamed_output = col_str(ctx, s);
}

static enum err read_whole_run(struct ctx *ctx, struct stmt *s, void *out)
{
	struct run *r = out;

	read_run(ctx, s, r);
	r->spec = col_str(ctx, s);
	return OK;
}

const struct table_rows runs_rows = { &SQL[ALL], read_whole_run };

static void bind_moving(struct stmt *s, const struct run *r)
{
	bind_str(s, r->status);
	bind_int(s, r->attempts);
	bind_str(s, r->lease_owner);
	bind_time(s, r->lease_expires_at);
	bind_time(s, r->started_at);
	bind_time(s, r->completed_at);
	bind_known(s, r->tokens_input);
	bind_known(s, r->tokens_output);
	bind_cost(s, r->cost_usd);
	bind_str(s, r->error_message);
	bind_str(s, r->output);
	bind_str(s, r->streamed_output);
}

enum err runs_by_id(struct ctx *ctx, struct str workspace_id, struct str id, struct run *out)
{
	AUTO(stmt_done) struct stmt s = {0};

	TRY(stmt_read(ctx, &SQL[BY_ID], &s));
	bind_str(&s, workspace_id);
	bind_str(&s, id);
	TRY(row_required(ctx, &s, "run"));
	read_run(ctx, &s, out);
	return OK;
}

enum err runs_spec(struct ctx *ctx, struct str workspace_id, struct str id, struct str *out)
{
	AUTO(stmt_done) struct stmt s = {0};

	TRY(stmt_read(ctx, &SQL[SPEC], &s));
	bind_str(&s, workspace_id);
	bind_str(&s, id);
	TRY(row_required(ctx, &s, "run"));
	*out = col_str(ctx, &s);
	return OK;
}

enum err runs_standing(struct ctx *ctx, struct str workspace_id, struct str id, struct run *out)
{
	AUTO(stmt_done) struct stmt s = {0};

	TRY(stmt_read(ctx, &SQL[STANDING], &s));
	bind_str(&s, workspace_id);
	bind_str(&s, id);
	TRY(row_required(ctx, &s, "run"));
	*out = (struct run){0};
	out->id = col_str(ctx, &s);
	out->workspace_id = col_str(ctx, &s);
	out->status = col_str(ctx, &s);
	out->attempts = col_int(&s);
	out->lease_owner = col_str(ctx, &s);
	out->lease_expires_at = col_time(&s);
	return OK;
}

enum err runs_newest(struct ctx *ctx, struct str workspace_id, int64_t *created_at)
{
	AUTO(stmt_done) struct stmt s = {0};

	TRY(stmt_read(ctx, &SQL[NEWEST], &s));
	bind_str(&s, workspace_id);
	return row_count(ctx, &s, created_at);
}

enum err runs_insert(struct ctx *ctx, struct db_tx *tx, const struct run *r)
{
	AUTO(stmt_done) struct stmt s = {0};

	TRY(stmt_write(ctx, tx, &SQL[INSERT], &s));
	bind_str(&s, r->id);
	bind_str(&s, r->workspace_id);
	bind_str(&s, r->trigger);
	bind_str(&s, r->created_by);
	bind_time(&s, r->created_at);
	bind_str(&s, r->agent_id);
	bind_str(&s, r->agent_name);
	bind_str(&s, r->agent_path);
	bind_str(&s, r->agent_version_label);
	bind_str(&s, r->model);
	bind_str(&s, r->automation_id);
	bind_str(&s, r->parent_run_id);
	bind_str(&s, r->user_message);
	bind_moving(&s, r);
	bind_str(&s, r->spec);
	return stmt_run(ctx, &s, NULL);
}

/* A guarded write that touched no row came too late. */
static enum err guarded(struct ctx *ctx, struct stmt *s)
{
	int64_t changed;

	TRY(stmt_run(ctx, s, &changed));
	return changed ? OK : fail(ctx, ERR_CONFLICT, "the run has moved on");
}

enum err runs_update(struct ctx *ctx, struct db_tx *tx, const struct run *was, const struct run *now)
{
	AUTO(stmt_done) struct stmt s = {0};

	TRY(stmt_write(ctx, tx, &SQL[UPDATE], &s));
	bind_str(&s, was->workspace_id);
	bind_str(&s, was->id);
	bind_str(&s, was->status);
	bind_int(&s, was->attempts);
	bind_str(&s, was->lease_owner);
	bind_moving(&s, now);
	return guarded(ctx, &s);
}

/* -- the list -------------------------------------------------------------------------------------------- */

static enum err read_brief(struct ctx *ctx, struct stmt *s, struct list *out, size_t *cap)
{
	struct run *r;
	bool row;

	for (;;) {
		TRY(stmt_step(ctx, s, &row));
		if (!row)
			return OK;
		out->items = arena_more(ctx->mem, out->items, out->n, cap, sizeof(*r));
		r = LIST_AT(*out, struct run, out->n++);
		*r = (struct run){0};
		r->id = col_str(ctx, s);
		r->agent_name = col_str(ctx, s);
		r->status = col_str(ctx, s);
		r->trigger = col_str(ctx, s);
		r->created_at = col_time(s);
		r->started_at = col_time(s);
		r->completed_at = col_time(s);
		r->user_message = col_str(ctx, s);
		r->error_message = col_str(ctx, s);
		r->cost_usd = col_cost(s);
		r->agent_version_label = col_str(ctx, s);
	}
}

static void bind_filter(struct stmt *s, struct str workspace_id, const struct run_filter *f)
{
	bind_str(s, workspace_id);
	bind_str(s, f->statuses);
	bind_str(s, f->triggers);
	bind_str(s, f->agent_name);
	bind_int(s, f->limit);
}

static enum err read_page(struct ctx *ctx, struct str workspace_id, const struct run_filter *f, struct list *out,
			  size_t *cap)
{
	AUTO(stmt_done) struct stmt s = {0};

	TRY(stmt_read(ctx, &SQL[LIST], &s));
	bind_filter(&s, workspace_id, f);
	bind_int(&s, f->before ? f->before : INT64_MAX);
	return read_brief(ctx, &s, out, cap);
}

static enum err read_rest(struct ctx *ctx, struct str workspace_id, const struct run_filter *f, struct list *out,
			  size_t *cap)
{
	/* Enough for any burst; whoever imports more runs of one millisecond pages by agent or status. */
	enum { REST_MAX = 1000 };
	AUTO(stmt_done) struct stmt s = {0};
	struct run_filter rest = *f;
	struct run last = *LIST_AT(*out, struct run, out->n - 1);

	rest.limit = REST_MAX;
	TRY(stmt_read(ctx, &SQL[LIST_REST], &s));
	bind_filter(&s, workspace_id, &rest);
	bind_int(&s, last.created_at / 1000 * 1000);
	bind_int(&s, last.created_at);
	bind_str(&s, last.id);
	return read_brief(ctx, &s, out, cap);
}

enum err runs_list(struct ctx *ctx, struct str workspace_id, const struct run_filter *f, struct list *out)
{
	size_t cap = 0;

	*out = (struct list){0};
	TRY(read_page(ctx, workspace_id, f, out, &cap));
	if (out->n == 0 || (int64_t)out->n < f->limit)
		return OK;
	return read_rest(ctx, workspace_id, f, out, &cap);
}

/* -- leases ---------------------------------------------------------------------------------------------- */

enum err runs_next(struct ctx *ctx, int64_t now, struct run *out)
{
	AUTO(stmt_done) struct stmt expired = {0}, queued = {0};
	bool row;

	TRY(stmt_read(ctx, &SQL[NEXT_EXPIRED], &expired));
	bind_int(&expired, now);
	TRY(stmt_step(ctx, &expired, &row));
	if (row) {
		read_run(ctx, &expired, out);
		return OK;
	}
	TRY(stmt_read(ctx, &SQL[NEXT_QUEUED], &queued));
	TRY(row_required(ctx, &queued, "run"));
	read_run(ctx, &queued, out);
	return OK;
}

enum err runs_waiting(struct ctx *ctx, int64_t now, bool *out)
{
	AUTO(stmt_done) struct stmt s = {0};
	int64_t n;

	TRY(stmt_read(ctx, &SQL[WAITING], &s));
	bind_int(&s, now);
	TRY(row_count(ctx, &s, &n));
	*out = n > 0;
	return OK;
}

enum err runs_renew(struct ctx *ctx, struct db_tx *tx, const struct run *r)
{
	AUTO(stmt_done) struct stmt s = {0};

	TRY(stmt_write(ctx, tx, &SQL[RENEW], &s));
	bind_str(&s, r->workspace_id);
	bind_str(&s, r->id);
	bind_str(&s, r->lease_owner);
	bind_int(&s, r->attempts);
	bind_int(&s, r->lease_expires_at);
	return guarded(ctx, &s);
}

static enum err read_str(struct ctx *ctx, struct stmt *s, void *out)
{
	struct str *text = out;

	*text = col_str(ctx, s);
	return OK;
}

enum err runs_held(struct ctx *ctx, struct str owner, struct list *out)
{
	AUTO(stmt_done) struct stmt s = {0};

	TRY(stmt_read(ctx, &SQL[HELD], &s));
	bind_str(&s, owner);
	return rows_all(ctx, &s, read_str, sizeof(struct str), out);
}

enum err runs_owners(struct ctx *ctx, struct list *out)
{
	AUTO(stmt_done) struct stmt s = {0};

	TRY(stmt_read(ctx, &SQL[OWNERS], &s));
	return rows_all(ctx, &s, read_str, sizeof(struct str), out);
}

enum err runs_expire(struct ctx *ctx, struct db_tx *tx, struct str owner)
{
	AUTO(stmt_done) struct stmt s = {0};

	TRY(stmt_write(ctx, tx, &SQL[EXPIRE], &s));
	bind_str(&s, owner);
	return stmt_run(ctx, &s, NULL);
}

/* -- steps ----------------------------------------------------------------------------------------------- */

static enum err read_step(struct ctx *ctx, struct stmt *s, void *out)
{
	struct run_step *step = out;

	step->run_id = col_str(ctx, s);
	step->workspace_id = col_str(ctx, s);
	step->ordinal = col_int(s);
	step->kind = col_str(ctx, s);
	step->body = col_str(ctx, s);
	step->tokens_input = col_int(s);
	step->tokens_output = col_int(s);
	step->created_at = col_time(s);
	return OK;
}

const struct table_rows run_steps_rows = { &SQL[ALL_STEPS], read_step };

enum err run_steps_list(struct ctx *ctx, struct str workspace_id, struct str run_id, struct list *out)
{
	AUTO(stmt_done) struct stmt s = {0};

	TRY(stmt_read(ctx, &SQL[STEPS], &s));
	bind_str(&s, workspace_id);
	bind_str(&s, run_id);
	return rows_all(ctx, &s, read_step, sizeof(struct run_step), out);
}

enum err run_steps_at(struct ctx *ctx, struct str workspace_id, struct str run_id, int64_t ordinal,
		      struct run_step *out)
{
	AUTO(stmt_done) struct stmt s = {0};

	TRY(stmt_read(ctx, &SQL[STEP_AT], &s));
	bind_str(&s, workspace_id);
	bind_str(&s, run_id);
	bind_int(&s, ordinal);
	TRY(row_required(ctx, &s, "step"));
	return read_step(ctx, &s, out);
}

enum err run_steps_last_of(struct ctx *ctx, struct str workspace_id, struct str run_id, struct str kind, int64_t before,
			   struct run_step *out)
{
	AUTO(stmt_done) struct stmt s = {0};

	TRY(stmt_read(ctx, &SQL[STEP_LAST_OF], &s));
	bind_str(&s, workspace_id);
	bind_str(&s, run_id);
	bind_int(&s, before);
	bind_str(&s, kind);
	TRY(row_required(ctx, &s, "step"));
	return read_step(ctx, &s, out);
}

enum err run_steps_insert(struct ctx *ctx, struct db_tx *tx, const struct run_step *step)
{
	AUTO(stmt_done) struct stmt s = {0};

	TRY(stmt_write(ctx, tx, &SQL[STEP_INSERT], &s));
	bind_str(&s, step->run_id);
	bind_str(&s, step->workspace_id);
	bind_int(&s, step->ordinal);
	bind_str(&s, step->kind);
	bind_str(&s, step->body);
	bind_int(&s, step->tokens_input);
	bind_int(&s, step->tokens_output);
	bind_time(&s, step->created_at);
	return stmt_run(ctx, &s, NULL);
}
