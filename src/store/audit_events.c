/* store/audit_events.c: SQL of audit_event. */
#include "store/audit_events.h"

#include "store/tables.h"

#define COLS "id, workspace_id, actor_user_id, at, source, kind, target_type, target_id, agent_name, payload"

/* $2 holds kinds, and beginnings of kinds: up to the first dot, and up to the last. */
#define KIND_GIVEN \
	"instr($2, ',' || kind || ',') OR instr($2, ',' || substr(kind, 1, instr(kind, '.')) || ',') " \
	"OR instr($2, ',' || rtrim(kind, replace(kind, '.', '')) || ',')"
/* A page begins behind a place of the order, which the index then begins at too, and ends before a moment. What
 * is NULL does not narrow the list. */
#define PAGE(behind, end, order) \
	"SELECT " COLS " FROM audit_event WHERE workspace_id = $1 AND ($2 IS NULL OR " KIND_GIVEN ") " \
	"AND ($3 IS NULL OR actor_user_id = $3) AND ($4 IS NULL OR target_type = $4) " \
	"AND ($5 IS NULL OR target_id = $5) AND ($6 IS NULL OR agent_name = $6) " \
	"AND (at, id) " behind " ($7, $8) AND at " end " $9 ORDER BY at " order ", id " order " LIMIT $10"

enum { OLDEST_FIRST, NEWEST_FIRST, INSERT, ALL };

static const struct sql SQL[] = {
	[OLDEST_FIRST] = { "audit_events.oldest_first", PAGE(">", "<", "ASC") },
	[NEWEST_FIRST] = { "audit_events.newest_first", PAGE("<", ">=", "DESC") },
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

/* Where a page begins: behind the last one, or before everything of the first moment that is wanted. */
static struct audit_place begin_of(const struct audit_filter *f)
{
	if (f->after.id.p)
		return f->after;
	if (f->ascending)
		return (struct audit_place){ f->since ? f->since : INT64_MIN, S("") };
	return (struct audit_place){ f->until ? f->until : INT64_MAX, S("") };
}

static int64_t end_of(const struct audit_filter *f)
{
	return f->ascending ? (f->until ? f->until : INT64_MAX) : (f->since ? f->since : INT64_MIN);
}

enum err audit_events_list(struct ctx *ctx, struct str workspace_id, const struct audit_filter *f, struct list *out)
{
	AUTO(stmt_done) struct stmt s = {0};
	struct audit_place begin = begin_of(f);

	TRY(stmt_read(ctx, &SQL[f->ascending ? OLDEST_FIRST : NEWEST_FIRST], &s));
	bind_str(&s, workspace_id);
	bind_str(&s, f->kinds);
	bind_str(&s, f->actor_user_id);
	bind_str(&s, f->target_type);
	bind_str(&s, f->target_id);
	bind_str(&s, f->agent_name);
	bind_int(&s, begin.at);
	bind_str(&s, begin.id);
	bind_int(&s, end_of(f));
	bind_int(&s, f->limit);
	return rows_all(ctx, &s, read_event, sizeof(struct audit_event), out);
}

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
