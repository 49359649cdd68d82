/* store/agents.c: SQL of agent. Identity and what is searched stand in columns.
 *
 * `spec` is the whole agent as it is replied, so that the commonest request, reading one, hands
 * out the text as it stands. `form` says by which form of agent_schema it was written: a row of
 * another form, from an older binary, is read through the table, which fills in what is new.
 */
#include "store/agents.h"

#include <pthread.h>

#include "store/tables.h"

#define COLS "id, workspace_id, name, app_id, created_by, created_at, updated_at, published_id, spec"
/* $2 is the search text, or NULL. */
#define MATCHING \
	" FROM agent WHERE workspace_id = $1 AND ($2 IS NULL OR instr(lower(name), lower($2)) " \
	"OR instr(lower(coalesce(spec ->> '$.description', '')), lower($2)))"
#define PAGE_BY(order) "SELECT " COLS MATCHING " ORDER BY " order " LIMIT $3 OFFSET $4"

enum { TEXT, BY_ID, BY_NAME, USING, ALL, INSERT, UPDATE, DELETE, COUNT, LIST };

static const struct sql SQL[] = {
	[TEXT] = { "agents.text", "SELECT form, spec FROM agent WHERE workspace_id = $1 AND id = $2" },
	[BY_ID] = { "agents.by_id", "SELECT " COLS " FROM agent WHERE workspace_id = $1 AND id = $2" },
	[BY_NAME] = { "agents.by_name", "SELECT " COLS " FROM agent WHERE workspace_id = $1 AND name = $2" },
	[USING] = { "agents.using",
		"SELECT " COLS " FROM agent WHERE workspace_id = $1 AND instr(spec, $2) ORDER BY id" },
	[ALL] = { "agents.all", "SELECT " COLS " FROM agent ORDER BY id" },
	[INSERT] = { "agents.insert", "INSERT INTO agent (" COLS ", form) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)" },
	[UPDATE] = { "agents.update",
		"UPDATE agent SET name = $3, app_id = $4, updated_at = $5, published_id = $6, spec = $7, form = $8 "
		"WHERE workspace_id = $1 AND id = $2" },
	[DELETE] = { "agents.delete", "DELETE FROM agent WHERE workspace_id = $1 AND id = $2" },
	[COUNT] = { "agents.count", "SELECT count(*)" MATCHING },
};

/* By agent_order, then direction. */
static const struct sql PAGES[][2] = {
	[AGENTS_BY_CREATED] = { { "agents.by_created", PAGE_BY("created_at, id") },
				{ "agents.by_created_desc", PAGE_BY("created_at DESC, id DESC") } },
	[AGENTS_BY_UPDATED] = { { "agents.by_updated", PAGE_BY("updated_at, id") },
				{ "agents.by_updated_desc", PAGE_BY("updated_at DESC, id DESC") } },
	[AGENTS_BY_NAME] = { { "agents.by_name_asc", PAGE_BY("name, id") },
			     { "agents.by_name_desc", PAGE_BY("name DESC, id DESC") } },
};

static int64_t form;
static pthread_once_t form_once = PTHREAD_ONCE_INIT;

static void find_form(void)
{
	form = schema_form(&agent_schema);
}

/* The form of agent_schema in this binary. */
static int64_t current_form(void)
{
	pthread_once(&form_once, find_form);
	return form;
}

static enum err read_agent(struct ctx *ctx, struct stmt *s, void *out)
{
	struct agent a = {0}, columns;
	const struct json *spec;

	a.id = col_str(ctx, s);
	a.workspace_id = col_str(ctx, s);
	a.name = col_str(ctx, s);
	a.app_id = col_str(ctx, s);
	a.created_by = col_str(ctx, s);
	a.created_at = col_time(s);
	a.updated_at = col_time(s);
	a.published_id = col_str(ctx, s);
	columns = a;
	/* Whatever is wrong with what we stored, the caller did nothing invalid. */
	if (json_parse(ctx, col_str(ctx, s), JSON_STRICT, &spec) != OK ||
	    schema_read(ctx, &agent_schema, spec, READ_STORED, &a) != OK)
		return fail(ctx, ERR_INTERNAL, "agent %.*s: its spec cannot be read", STR(a.id));
	/* The columns are the truth for what stands in both; times are cut to milliseconds in the spec. */
	a.name = columns.name;
	a.app_id = columns.app_id;
	a.created_at = columns.created_at;
	a.updated_at = columns.updated_at;
	*(struct agent *)out = a;
	return OK;
}

const struct table_rows agents_rows = { &SQL[ALL], read_agent };

static enum err read_one(struct ctx *ctx, const struct sql *sql, struct str workspace_id, struct str key, struct agent *out)
{
	AUTO(stmt_done) struct stmt s = {0};

	TRY(stmt_read(ctx, sql, &s));
	bind_str(&s, workspace_id);
	bind_str(&s, key);
	TRY(row_required(ctx, &s, "agent"));
	return read_agent(ctx, &s, out);
}

enum err agents_text(struct ctx *ctx, struct str workspace_id, struct str id, struct str *json)
{
	AUTO(stmt_done) struct stmt s = {0};
	struct agent agent;

	TRY(stmt_read(ctx, &SQL[TEXT], &s));
	bind_str(&s, workspace_id);
	bind_str(&s, id);
	TRY(row_required(ctx, &s, "agent"));
	if (col_int(&s) == current_form()) {
		*json = col_str(ctx, &s);
		return OK;
	}
	TRY(agents_by_id(ctx, workspace_id, id, &agent));
	*json = schema_text(ctx->mem, &agent_schema, &agent, WRITE_REPLY);
	return OK;
}

enum err agents_by_id(struct ctx *ctx, struct str workspace_id, struct str id, struct agent *out)
{
	return read_one(ctx, &SQL[BY_ID], workspace_id, id, out);
}

enum err agents_by_name(struct ctx *ctx, struct str workspace_id, struct str name, struct agent *out)
{
	return read_one(ctx, &SQL[BY_NAME], workspace_id, name, out);
}

static enum err read_all(struct ctx *ctx, struct stmt *s, struct list *out)
{
	return rows_all(ctx, s, read_agent, sizeof(struct agent), out);
}

static void bind_filter(struct stmt *s, struct str workspace_id, const struct agent_filter *f)
{
	bind_str(s, workspace_id);
	bind_str(s, f->q);
}

enum err agents_list(struct ctx *ctx, struct str workspace_id, const struct agent_filter *f, struct list *out, int64_t *total)
{
	AUTO(stmt_done) struct stmt count = {0}, page = {0};

	TRY(stmt_read(ctx, &SQL[COUNT], &count));
	bind_filter(&count, workspace_id, f);
	TRY(row_count(ctx, &count, total));
	TRY(stmt_read(ctx, &PAGES[f->order][f->descending], &page));
	bind_filter(&page, workspace_id, f);
	bind_int(&page, f->limit);
	bind_int(&page, f->offset);
	return read_all(ctx, &page, out);
}

enum err agents_using(struct ctx *ctx, struct str workspace_id, struct str knowledge_base_id, struct list *out)
{
	AUTO(stmt_done) struct stmt s = {0};

	TRY(stmt_read(ctx, &SQL[USING], &s));
	bind_str(&s, workspace_id);
	bind_str(&s, knowledge_base_id);
	return read_all(ctx, &s, out);
}

enum err agents_insert(struct ctx *ctx, struct db_tx *tx, const struct agent *a)
{
	AUTO(stmt_done) struct stmt s = {0};

	TRY(stmt_write(ctx, tx, &SQL[INSERT], &s));
	bind_str(&s, a->id);
	bind_str(&s, a->workspace_id);
	bind_str(&s, a->name);
	bind_str(&s, a->app_id);
	bind_str(&s, a->created_by);
	bind_time(&s, a->created_at);
	bind_time(&s, a->updated_at);
	bind_str(&s, a->published_id);
	bind_str(&s, schema_text(ctx->mem, &agent_schema, a, WRITE_REPLY));
	bind_int(&s, current_form());
	return stmt_run(ctx, &s, NULL);
}

enum err agents_update(struct ctx *ctx, struct db_tx *tx, const struct agent *a)
{
	AUTO(stmt_done) struct stmt s = {0};

	TRY(stmt_write(ctx, tx, &SQL[UPDATE], &s));
	bind_str(&s, a->workspace_id);
	bind_str(&s, a->id);
	bind_str(&s, a->name);
	bind_str(&s, a->app_id);
	bind_time(&s, a->updated_at);
	bind_str(&s, a->published_id);
	bind_str(&s, schema_text(ctx->mem, &agent_schema, a, WRITE_REPLY));
	bind_int(&s, current_form());
	return rows_changed(ctx, &s, "agent");
}

enum err agents_delete(struct ctx *ctx, struct db_tx *tx, struct str workspace_id, struct str id)
{
	AUTO(stmt_done) struct stmt s = {0};

	TRY(stmt_write(ctx, tx, &SQL[DELETE], &s));
	bind_str(&s, workspace_id);
	bind_str(&s, id);
	return rows_changed(ctx, &s, "agent");
}
