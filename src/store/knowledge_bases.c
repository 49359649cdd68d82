/* store/knowledge_bases.c: SQL of knowledge_base. */
#include "store/knowledge_bases.h"

#include "store/tables.h"

#define COLS \
	"id, workspace_id, title, description, type, created_by, created_at, updated_at, bytes, words, chunks, " \
	"files, pages"
/* $2 is the search text. What is NULL does not narrow the list. */
#define MATCHING \
	" FROM knowledge_base WHERE workspace_id = $1 AND ($2 IS NULL OR instr(lower(title), lower($2)) " \
	"OR instr(lower(coalesce(description, '')), lower($2))) AND ($3 IS NULL OR type = $3) " \
	"AND ($4 IS NULL OR created_by = $4) AND ($5 IS NULL OR created_at >= $5) AND ($6 IS NULL OR created_at <= $6)"
#define PAGE_BY(order) "SELECT " COLS MATCHING " ORDER BY " order " LIMIT $7 OFFSET $8"

enum { BY_ID, EXIST, ALL, IDS, EVERY, COUNT, INSERT, UPDATE, GROW, SHRINK, DELETE };

static const struct sql SQL[] = {
	[BY_ID] = { "knowledge_bases.by_id",
		"SELECT " COLS " FROM knowledge_base WHERE workspace_id = $1 AND id = $2" },
	[EXIST] = { "knowledge_bases.exist", "SELECT 1 FROM knowledge_base WHERE workspace_id = $1 AND id = $2" },
	[ALL] = { "knowledge_bases.all",
		"SELECT " COLS " FROM knowledge_base WHERE workspace_id = $1 ORDER BY created_at DESC, id DESC" },
	[IDS] = { "knowledge_bases.ids",
		"SELECT id FROM knowledge_base WHERE workspace_id = $1 AND chunks > 0 ORDER BY created_at, id" },
	[EVERY] = { "knowledge_bases.every", "SELECT " COLS " FROM knowledge_base ORDER BY id" },
	[COUNT] = { "knowledge_bases.count", "SELECT count(*)" MATCHING },
	[INSERT] = { "knowledge_bases.insert",
		"INSERT INTO knowledge_base (" COLS ") "
		"VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)" },
	[UPDATE] = { "knowledge_bases.update",
		"UPDATE knowledge_base SET title = $3, description = $4, updated_at = $5 "
		"WHERE workspace_id = $1 AND id = $2" },
	[GROW] = { "knowledge_bases.grow",
		"UPDATE knowledge_base SET bytes = bytes + $3, words = words + $4, chunks = chunks + $5, "
		"files = files + $6, pages = pages + $7, updated_at = $8, revision = revision + 1 "
		"WHERE workspace_id = $1 AND id = $2" },
	/* Whoever remembers the base's vectors sees by `removals` that some are gone. */
	[SHRINK] = { "knowledge_bases.shrink",
		"UPDATE knowledge_base SET bytes = bytes - $3, words = words - $4, chunks = chunks - $5, "
		"files = files - $6, pages = pages - $7, updated_at = $8, revision = revision + 1, "
		"removals = removals + 1 WHERE workspace_id = $1 AND id = $2" },
	/* By their foreign key, its contents are nobody's then (store/kb_hidden.h). */
	[DELETE] = { "knowledge_bases.delete", "DELETE FROM knowledge_base WHERE workspace_id = $1 AND id = $2" },
};

/* By knowledge_base_order, then direction. */
static const struct sql PAGES[][2] = {
	[BASES_BY_CREATED] = { { "knowledge_bases.by_created", PAGE_BY("created_at, id") },
			       { "knowledge_bases.by_created_desc", PAGE_BY("created_at DESC, id DESC") } },
	[BASES_BY_UPDATED] = { { "knowledge_bases.by_updated", PAGE_BY("updated_at, id") },
			       { "knowledge_bases.by_updated_desc", PAGE_BY("updated_at DESC, id DESC") } },
	[BASES_BY_TITLE] = { { "knowledge_bases.by_title", PAGE_BY("title, id") },
			     { "knowledge_bases.by_title_desc", PAGE_BY("title DESC, id DESC") } },
	[BASES_BY_TYPE] = { { "knowledge_bases.by_type", PAGE_BY("type, id") },
			    { "knowledge_bases.by_type_desc", PAGE_BY("type DESC, id DESC") } },
};

/* Workspace contract 5.2: base 1024, one decimal from KB up. */
static struct str format_bytes(struct arena *mem, int64_t bytes)
{
	static const char *const UNITS[] = { "KB", "MB", "GB", "TB" };
	double n = (double)bytes / 1024;
	size_t unit = 0;

	if (bytes < 1024)
		return arena_printf(mem, "%lld B", (long long)bytes);
	/* From here on a unit's figure would be rounded to "1024.0". */
	for (; n >= 1023.95 && unit + 1 < COUNT_OF(UNITS); unit++)
		n /= 1024;
	return arena_printf(mem, "%.1f %s", n, UNITS[unit]);
}

static enum err read_base(struct ctx *ctx, struct stmt *s, void *out)
{
	struct knowledge_base *kb = out;

	kb->id = col_str(ctx, s);
	kb->workspace_id = col_str(ctx, s);
	kb->title = col_str(ctx, s);
	kb->description = col_str(ctx, s);
	kb->type = col_str(ctx, s);
	kb->created_by = col_str(ctx, s);
	kb->created_at = col_time(s);
	kb->updated_at = col_time(s);
	kb->size.bytes = col_int(s);
	kb->size.words = col_int(s);
	kb->size.chunks = col_int(s);
	kb->size.files = col_int(s);
	kb->size.pages = col_int(s);
	kb->size.formatted = format_bytes(ctx->mem, kb->size.bytes);
	return OK;
}

const struct table_rows knowledge_bases_rows = { &SQL[EVERY], read_base };

static enum err read_all(struct ctx *ctx, struct stmt *s, struct list *out)
{
	return rows_all(ctx, s, read_base, sizeof(struct knowledge_base), out);
}

enum err knowledge_bases_by_id(struct ctx *ctx, struct str workspace_id, struct str id, struct knowledge_base *out)
{
	AUTO(stmt_done) struct stmt s = {0};

	TRY(stmt_read(ctx, &SQL[BY_ID], &s));
	bind_str(&s, workspace_id);
	bind_str(&s, id);
	TRY(row_required(ctx, &s, "knowledge base"));
	return read_base(ctx, &s, out);
}

enum err knowledge_bases_exist(struct ctx *ctx, struct str workspace_id, struct str id, bool *out)
{
	AUTO(stmt_done) struct stmt s = {0};

	TRY(stmt_read(ctx, &SQL[EXIST], &s));
	bind_str(&s, workspace_id);
	bind_str(&s, id);
	return stmt_step(ctx, &s, out);
}

static void bind_filter(struct stmt *s, struct str workspace_id, const struct knowledge_base_filter *f)
{
	bind_str(s, workspace_id);
	bind_str(s, f->q);
	bind_str(s, f->type);
	bind_str(s, f->created_by);
	bind_time(s, f->from);
	bind_time(s, f->to);
}

enum err knowledge_bases_list(struct ctx *ctx, struct str workspace_id, const struct knowledge_base_filter *f,
			      struct list *out, int64_t *total)
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

enum err knowledge_bases_all(struct ctx *ctx, struct str workspace_id, struct list *out)
{
	AUTO(stmt_done) struct stmt s = {0};

	TRY(stmt_read(ctx, &SQL[ALL], &s));
	bind_str(&s, workspace_id);
	return read_all(ctx, &s, out);
}

static enum err read_id(struct ctx *ctx, struct stmt *s, void *out)
{
	*(struct str *)out = col_str(ctx, s);
	return OK;
}

enum err knowledge_bases_ids(struct ctx *ctx, struct str workspace_id, struct list *out)
{
	AUTO(stmt_done) struct stmt s = {0};

	TRY(stmt_read(ctx, &SQL[IDS], &s));
	bind_str(&s, workspace_id);
	return rows_all(ctx, &s, read_id, sizeof(struct str), out);
}

enum err knowledge_bases_insert(struct ctx *ctx, struct db_tx *tx, const struct knowledge_base *kb)
{
	AUTO(stmt_done) struct stmt s = {0};

	TRY(stmt_write(ctx, tx, &SQL[INSERT], &s));
	bind_str(&s, kb->id);
	bind_str(&s, kb->workspace_id);
	bind_str(&s, kb->title);
	bind_str(&s, kb->description);
	bind_str(&s, kb->type);
	bind_str(&s, kb->created_by);
	bind_time(&s, kb->created_at);
	bind_time(&s, kb->updated_at);
	bind_int(&s, kb->size.bytes);
	bind_int(&s, kb->size.words);
	bind_int(&s, kb->size.chunks);
	bind_int(&s, kb->size.files);
	bind_int(&s, kb->size.pages);
	return stmt_run(ctx, &s, NULL);
}

enum err knowledge_bases_update(struct ctx *ctx, struct db_tx *tx, const struct knowledge_base *kb)
{
	AUTO(stmt_done) struct stmt s = {0};

	TRY(stmt_write(ctx, tx, &SQL[UPDATE], &s));
	bind_str(&s, kb->workspace_id);
	bind_str(&s, kb->id);
	bind_str(&s, kb->title);
	bind_str(&s, kb->description);
	bind_time(&s, kb->updated_at);
	return rows_changed(ctx, &s, "knowledge base");
}

static enum err change_size(struct ctx *ctx, struct db_tx *tx, const struct sql *sql, struct str workspace_id,
			    struct str id, const struct content_size *by, int64_t updated_at)
{
	AUTO(stmt_done) struct stmt s = {0};

	TRY(stmt_write(ctx, tx, sql, &s));
	bind_str(&s, workspace_id);
	bind_str(&s, id);
	bind_int(&s, by->bytes);
	bind_int(&s, by->words);
	bind_int(&s, by->chunks);
	bind_int(&s, by->files);
	bind_int(&s, by->pages);
	bind_time(&s, updated_at);
	return rows_changed(ctx, &s, "knowledge base");
}

enum err knowledge_bases_grow(struct ctx *ctx, struct db_tx *tx, struct str workspace_id, struct str id,
			      const struct content_size *by, int64_t updated_at)
{
	return change_size(ctx, tx, &SQL[GROW], workspace_id, id, by, updated_at);
}

enum err knowledge_bases_shrink(struct ctx *ctx, struct db_tx *tx, struct str workspace_id, struct str id,
				const struct content_size *by, int64_t updated_at)
{
	return change_size(ctx, tx, &SQL[SHRINK], workspace_id, id, by, updated_at);
}

enum err knowledge_bases_delete(struct ctx *ctx, struct db_tx *tx, struct str workspace_id, struct str id)
{
	AUTO(stmt_done) struct stmt s = {0};

	TRY(stmt_write(ctx, tx, &SQL[DELETE], &s));
	bind_str(&s, workspace_id);
	bind_str(&s, id);
	return rows_changed(ctx, &s, "knowledge base");
}
