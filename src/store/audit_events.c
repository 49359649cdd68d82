/* store/audit_events.c: SQL of audit_event. */
#include "store/audit_events.h"

#include "store/tables.h"

#define COLS "id, workspace_id, actor_user_id, at, source, kind, target_type, target_id, agent_name, payload"

enum { INSERT, ALL };

static const struct sql SQL[] = {
	[INSERT] = { "audit_events.insert",
		"INSERT INTO audit_event (" COLS ") VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)" },
	[ALL] = { "audit_events.all", "SELECT " COLS " FROM audit_event ORDER BY id" },
};

static enum err read_event(struct ctx *ctx, struct stmt *s, void *out)
{
	struct audit_event *e = out;

	e->id = col_str(ctx, s);
	e->workspace_id = col_str(ctx, s);
	e->actor_user_id = col_str(ctx, s);
	e->at = col_time(s);
	e->source = col_str(ctx, s);
	e->kind = col_str(ctx, s);
	e->target_type = col_str(ctx, s);
	e->target_id = col_str(ctx, s);
	e->agent_name = col_str(ctx, s);
	e->payload = col_str(ctx, s);
	return OK;
}

const struct table_rows audit_events_rows = { &SQL[ALL], read_event };

enum err audit_events_insert(struct ctx *ctx, struct db_tx *tx, const struct audit_event *e)
{
	AUTO(stmt_done) struct stmt s = {0};

	TRY(stmt_write(ctx, tx, &SQL[INSERT], &s));
	bind_str(&s, e->id);
	bind_str(&s, e->workspace_id);
	bind_str(&s, e->actor_user_id);
	bind_time(&s, e->at);
	bind_str(&s, e->source);
	bind_str(&s, e->kind);
	bind_str(&s, e->target_type);
	bind_str(&s, e->target_id);
	bind_str(&s, e->agent_name);
	bind_str(&s, e->payload);
	return stmt_run(ctx, &s, NULL);
}
