/* store/agent_versions.c: SQL of agent_version and agent_state. */
#include "store/agent_versions.h"

#include "store/tables.h"

#define VERSION_COLS \
	"v.id, v.workspace_id, v.agent_name, v.number, v.path, v.framework, v.model, v.format, v.text, v.summary, " \
	"v.created_by, v.created_at"
#define STATE_COLS "workspace_id, agent_name, stable_version_id, owner_user_id, locked, updated_at"

enum { STATE, STATES, STATE_PUT, ALL_LOCKS, ALL_OWNERS, STABLE, BY_NUMBER, LIST, ALL, NEWEST, INSERT };

static const struct sql SQL[] = {
	[STATE] = { "agent_states.get",
		"SELECT " STATE_COLS " FROM agent_state WHERE workspace_id = $1 AND agent_name = $2" },
	[STATES] = { "agent_states.list",
		"SELECT " STATE_COLS " FROM agent_state WHERE workspace_id = $1 ORDER BY agent_name" },
	[STATE_PUT] = { "agent_states.put",
		"INSERT INTO agent_state (" STATE_COLS ") VALUES ($1, $2, $3, $4, $5, $6) "
		"ON CONFLICT (workspace_id, agent_name) DO UPDATE SET stable_version_id = $3, owner_user_id = $4, "
		"locked = $5, updated_at = $6" },
	[ALL_LOCKS] = { "agent_states.all_locks",
		"SELECT " STATE_COLS " FROM agent_state WHERE locked ORDER BY workspace_id, agent_name" },
	[ALL_OWNERS] = { "agent_states.all_owners",
		"SELECT " STATE_COLS " FROM agent_state WHERE owner_user_id IS NOT NULL ORDER BY workspace_id, agent_name" },
	[STABLE] = { "agent_versions.stable",
		"SELECT " VERSION_COLS " FROM agent_state s "
		"JOIN agent_version v ON v.id = s.stable_version_id AND v.workspace_id = s.workspace_id "
		"WHERE s.workspace_id = $1 AND s.agent_name = $2" },
	[BY_NUMBER] = { "agent_versions.by_number",
		"SELECT " VERSION_COLS " FROM agent_version v "
		"WHERE v.workspace_id = $1 AND v.agent_name = $2 AND v.number = $3" },
	[LIST] = { "agent_versions.list",
		"SELECT " VERSION_COLS " FROM agent_version v "
		"WHERE v.workspace_id = $1 AND v.agent_name = $2 ORDER BY v.number DESC" },
	[ALL] = { "agent_versions.all",
		"SELECT " VERSION_COLS ", s.stable_version_id IS NOT NULL FROM agent_version v "
		"LEFT JOIN agent_state s ON s.workspace_id = v.workspace_id AND s.agent_name = v.agent_name "
		"AND s.stable_version_id = v.id ORDER BY v.workspace_id, v.agent_name, v.number" },
	[NEWEST] = { "agent_versions.newest",
		"SELECT coalesce(max(number), 0) FROM agent_version WHERE workspace_id = $1 AND agent_name = $2" },
	[INSERT] = { "agent_versions.insert",
		"INSERT INTO agent_version (id, workspace_id, agent_name, number, path, framework, model, format, text, "
		"summary, created_by, created_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)" },
};

/* -- states ---------------------------------------------------------------------------------------- */

static enum err read_state(struct ctx *ctx, struct stmt *s, void *out)
{
	struct agent_state *a = out;

	a->workspace_id = col_str(ctx, s);
	a->agent_name = col_str(ctx, s);
	a->stable_version_id = col_str(ctx, s);
	a->owner_user_id = col_str(ctx, s);
	a->locked = col_bool(s);
	a->updated_at = col_time(s);
	return OK;
}

const struct table_rows agent_locks_rows = { &SQL[ALL_LOCKS], read_state };
const struct table_rows agent_owners_rows = { &SQL[ALL_OWNERS], read_state };

enum err agent_states_get(struct ctx *ctx, struct str workspace_id, struct str agent_name, struct agent_state *out)
{
	AUTO(stmt_done) struct stmt s = {0};
	bool row;

	*out = (struct agent_state){ .workspace_id = workspace_id, .agent_name = agent_name };
	TRY(stmt_read(ctx, &SQL[STATE], &s));
	bind_str(&s, workspace_id);
	bind_str(&s, agent_name);
	TRY(stmt_step(ctx, &s, &row));
	return row ? read_state(ctx, &s, out) : OK;
}

enum err agent_states_list(struct ctx *ctx, struct str workspace_id, struct list *out)
{
	AUTO(stmt_done) struct stmt s = {0};

	TRY(stmt_read(ctx, &SQL[STATES], &s));
	bind_str(&s, workspace_id);
	return rows_all(ctx, &s, read_state, sizeof(struct agent_state), out);
}

enum err agent_states_put(struct ctx *ctx, struct db_tx *tx, const struct agent_state *a)
{
	AUTO(stmt_done) struct stmt s = {0};

	TRY(stmt_write(ctx, tx, &SQL[STATE_PUT], &s));
	bind_str(&s, a->workspace_id);
	bind_str(&s, a->agent_name);
	bind_str(&s, a->stable_version_id);
	bind_str(&s, a->owner_user_id);
	bind_bool(&s, a->locked);
	bind_time(&s, a->updated_at);
	return stmt_run(ctx, &s, NULL);
}

/* -- versions -------------------------------------------------------------------------------------- */

static enum err read_version(struct ctx *ctx, struct stmt *s, void *out)
{
	struct agent_version *v = out;

	v->id = col_str(ctx, s);
	v->workspace_id = col_str(ctx, s);
	v->agent_name = col_str(ctx, s);
	v->number = col_int(s);
	v->path = col_str(ctx, s);
	v->framework = col_str(ctx, s);
	v->model = col_str(ctx, s);
	v->format = col_str(ctx, s);
	v->text = col_str(ctx, s);
	v->summary = col_str(ctx, s);
	v->created_by = col_str(ctx, s);
	v->created_at = col_time(s);
	return OK;
}

static enum err read_stable_version(struct ctx *ctx, struct stmt *s, void *out)
{
	struct stable_version *v = out;

	TRY(read_version(ctx, s, &v->version));
	v->is_stable = col_bool(s);
	return OK;
}

const struct table_rows agent_versions_rows = { &SQL[ALL], read_stable_version };

enum err agent_versions_stable(struct ctx *ctx, struct str workspace_id, struct str agent_name, struct agent_version *out)
{
	AUTO(stmt_done) struct stmt s = {0};

	TRY(stmt_read(ctx, &SQL[STABLE], &s));
	bind_str(&s, workspace_id);
	bind_str(&s, agent_name);
	TRY(row_required(ctx, &s, "stable version"));
	return read_version(ctx, &s, out);
}

enum err agent_versions_by_number(struct ctx *ctx, struct str workspace_id, struct str agent_name, int64_t number,
				  struct agent_version *out)
{
	AUTO(stmt_done) struct stmt s = {0};

	TRY(stmt_read(ctx, &SQL[BY_NUMBER], &s));
	bind_str(&s, workspace_id);
	bind_str(&s, agent_name);
	bind_int(&s, number);
	TRY(row_required(ctx, &s, "version"));
	return read_version(ctx, &s, out);
}

enum err agent_versions_list(struct ctx *ctx, struct str workspace_id, struct str agent_name, struct list *out)
{
	AUTO(stmt_done) struct stmt s = {0};

	TRY(stmt_read(ctx, &SQL[LIST], &s));
	bind_str(&s, workspace_id);
	bind_str(&s, agent_name);
	return rows_all(ctx, &s, read_version, sizeof(struct agent_version), out);
}

enum err agent_versions_newest(struct ctx *ctx, struct str workspace_id, struct str agent_name, int64_t *number)
{
	AUTO(stmt_done) struct stmt s = {0};

	TRY(stmt_read(ctx, &SQL[NEWEST], &s));
	bind_str(&s, workspace_id);
	bind_str(&s, agent_name);
	return row_count(ctx, &s, number);
}

enum err agent_versions_insert(struct ctx *ctx, struct db_tx *tx, const struct agent_version *v)
{
	AUTO(stmt_done) struct stmt s = {0};

	TRY(stmt_write(ctx, tx, &SQL[INSERT], &s));
	bind_str(&s, v->id);
	bind_str(&s, v->workspace_id);
	bind_str(&s, v->agent_name);
	bind_int(&s, v->number);
	bind_str(&s, v->path);
	bind_str(&s, v->framework);
	bind_str(&s, v->model);
	bind_str(&s, v->format);
	bind_str(&s, v->text);
	bind_str(&s, v->summary);
	bind_str(&s, v->created_by);
	bind_time(&s, v->created_at);
	return stmt_run(ctx, &s, NULL);
}
