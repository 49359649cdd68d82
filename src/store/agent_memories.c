/* store/agent_memories.c: SQL of agent_memory. */
#include "store/agent_memories.h"

#include "store/tables.h"

#define COLS "workspace_id, agent_id, user_id, number, text, created_at"

enum { LIST, INSERT, DELETE, ALL };

static const struct sql SQL[] = {
	[LIST] = { "agent_memories.list",
		"SELECT " COLS " FROM agent_memory WHERE workspace_id = $1 AND agent_id = $2 AND user_id = $3 "
		"ORDER BY number" },
	[INSERT] = { "agent_memories.insert", "INSERT INTO agent_memory (" COLS ") VALUES ($1, $2, $3, $4, $5, $6)" },
	[DELETE] = { "agent_memories.delete",
		"DELETE FROM agent_memory WHERE workspace_id = $1 AND agent_id = $2 AND user_id = $3 AND number = $4" },
	[ALL] = { "agent_memories.all", "SELECT " COLS " FROM agent_memory ORDER BY agent_id, user_id, number" },
};

static enum err read_memory(struct ctx *ctx, struct stmt *s, void *out)
{
	struct agent_memory *m = out;

	m->workspace_id = col_str(ctx, s);
	m->agent_id = col_str(ctx, s);
	m->user_id = col_str(ctx, s);
	m->number = col_int(s);
	m->text = col_str(ctx, s);
	m->created_at = col_time(s);
	return OK;
}

const struct table_rows agent_memories_rows = { &SQL[ALL], read_memory };

enum err agent_memories_list(struct ctx *ctx, struct str workspace_id, struct str agent_id, struct str user_id,
			     struct list *out)
{
	AUTO(stmt_done) struct stmt s = {0};

	TRY(stmt_read(ctx, &SQL[LIST], &s));
	bind_str(&s, workspace_id);
	bind_str(&s, agent_id);
	bind_str(&s, user_id);
	return rows_all(ctx, &s, read_memory, sizeof(struct agent_memory), out);
}

enum err agent_memories_insert(struct ctx *ctx, struct db_tx *tx, const struct agent_memory *m)
{
	AUTO(stmt_done) struct stmt s = {0};

	TRY(stmt_write(ctx, tx, &SQL[INSERT], &s));
	bind_str(&s, m->workspace_id);
	bind_str(&s, m->agent_id);
	bind_str(&s, m->user_id);
	bind_int(&s, m->number);
	bind_str(&s, m->text);
	bind_time(&s, m->created_at);
	return stmt_run(ctx, &s, NULL);
}

enum err agent_memories_delete(struct ctx *ctx, struct db_tx *tx, const struct agent_memory *m)
{
	AUTO(stmt_done) struct stmt s = {0};

	TRY(stmt_write(ctx, tx, &SQL[DELETE], &s));
	bind_str(&s, m->workspace_id);
	bind_str(&s, m->agent_id);
	bind_str(&s, m->user_id);
	bind_int(&s, m->number);
	return rows_changed(ctx, &s, "note");
}
