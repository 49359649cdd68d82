/* store/kb_contents.c: SQL of kb_content, kb_chunk and kb_vector. */
#include "store/kb_contents.h"

#include "store/rows.h"

/* Vectors are stored as they lie in memory; on another machine the same bytes must mean the same. */
_Static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__, "stored vectors are little-endian");

#define CONTENT_COLS \
	"id, workspace_id, knowledge_base_id, source, title, url, file_name, mime_type, bytes, words, chunks, " \
	"created_at"
#define CHUNK_COLS "id, workspace_id, knowledge_base_id, content_id, chunk_index, text, metadata, created_at"

enum {
	CONTENT_INSERT, CHUNK_INSERT, VECTOR_INSERT, COUNTS, CHUNK_PAGE, CHUNK_BY_ID, SCAN_BASE, SCAN_WORKSPACE,
};

static const struct sql SQL[] = {
	[CONTENT_INSERT] = { "contents.insert",
		"INSERT INTO kb_content (" CONTENT_COLS ") "
		"VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)" },
	[CHUNK_INSERT] = { "chunks.insert",
		"INSERT INTO kb_chunk (" CHUNK_COLS ") VALUES ($1, $2, $3, $4, $5, $6, $7, $8)" },
	[VECTOR_INSERT] = { "vectors.insert",
		"INSERT INTO kb_vector (workspace_id, knowledge_base_id, chunk_id, model, vector) "
		"VALUES ($1, $2, $3, $4, $5)" },
	/* Vectors are counted from the chunks' side: their own rows are long. */
	[COUNTS] = { "contents.count",
		"SELECT (SELECT count(*) FROM kb_content WHERE workspace_id = $1 AND knowledge_base_id = $2), "
		"count(*), count((SELECT 1 FROM kb_vector v WHERE v.chunk_id = c.id)) "
		"FROM kb_chunk c WHERE c.workspace_id = $1 AND c.knowledge_base_id = $2" },
	/* Content ids grow with time, so the index on them is the order of creation. */
	[CHUNK_PAGE] = { "chunks.page",
		"SELECT c.id, c.workspace_id, c.knowledge_base_id, c.content_id, c.chunk_index, c.text, c.metadata, "
		"c.created_at, v.model, length(v.vector) FROM kb_chunk c JOIN kb_vector v ON v.chunk_id = c.id "
		"WHERE c.workspace_id = $1 AND c.knowledge_base_id = $2 ORDER BY c.content_id, c.chunk_index "
		"LIMIT $3 OFFSET $4" },
	[CHUNK_BY_ID] = { "chunks.by_id",
		"SELECT c.id, c.workspace_id, c.knowledge_base_id, c.content_id, c.chunk_index, c.text, c.metadata, "
		"c.created_at, b.title FROM kb_chunk c JOIN knowledge_base b ON b.id = c.knowledge_base_id "
		"WHERE c.workspace_id = $1 AND c.id = $2" },
	[SCAN_BASE] = { "vectors.of_base",
		"SELECT chunk_id, vector FROM kb_vector "
		"WHERE workspace_id = $1 AND model = $2 AND knowledge_base_id = $3" },
	[SCAN_WORKSPACE] = { "vectors.of_workspace",
		"SELECT chunk_id, vector FROM kb_vector WHERE workspace_id = $1 AND model = $2" },
};

/* -- inserting ----------------------------------------------------------------------------------- */

enum err contents_insert(struct ctx *ctx, struct db_tx *tx, const struct kb_content *c)
{
	AUTO(stmt_done) struct stmt s = {0};

	TRY(stmt_write(ctx, tx, &SQL[CONTENT_INSERT], &s));
	bind_str(&s, c->id);
	bind_str(&s, c->workspace_id);
	bind_str(&s, c->knowledge_base_id);
	bind_str(&s, c->source);
	bind_str(&s, c->title);
	bind_str(&s, c->url);
	bind_str(&s, c->file_name);
	bind_str(&s, c->mime_type);
	bind_int(&s, c->bytes);
	bind_int(&s, c->words);
	bind_int(&s, c->chunks);
	bind_time(&s, c->created_at);
	return stmt_run(ctx, &s, NULL);
}

static enum err insert_vector(struct ctx *ctx, struct db_tx *tx, const struct kb_chunk *c)
{
	AUTO(stmt_done) struct stmt s = {0};

	TRY(stmt_write(ctx, tx, &SQL[VECTOR_INSERT], &s));
	bind_str(&s, c->workspace_id);
	bind_str(&s, c->knowledge_base_id);
	bind_str(&s, c->id);
	bind_str(&s, c->model);
	bind_blob(&s, c->vector, c->dimensions * sizeof(*c->vector));
	return stmt_run(ctx, &s, NULL);
}

enum err chunks_insert(struct ctx *ctx, struct db_tx *tx, const struct kb_chunk *c)
{
	AUTO(stmt_done) struct stmt s = {0};

	TRY(stmt_write(ctx, tx, &SQL[CHUNK_INSERT], &s));
	bind_str(&s, c->id);
	bind_str(&s, c->workspace_id);
	bind_str(&s, c->knowledge_base_id);
	bind_str(&s, c->content_id);
	bind_int(&s, c->index);
	bind_str(&s, c->text);
	bind_str(&s, c->metadata);
	bind_time(&s, c->created_at);
	TRY(stmt_run(ctx, &s, NULL));
	return insert_vector(ctx, tx, c);
}

/* -- reading ------------------------------------------------------------------------------------- */

enum err contents_count(struct ctx *ctx, struct str workspace_id, struct str knowledge_base_id, struct kb_counts *out)
{
	AUTO(stmt_done) struct stmt s = {0};

	TRY(stmt_read(ctx, &SQL[COUNTS], &s));
	bind_str(&s, workspace_id);
	bind_str(&s, knowledge_base_id);
	TRY(row_required(ctx, &s, "count"));
	out->contents = col_int(&s);
	out->chunks = col_int(&s);
	out->vectors = col_int(&s);
	return OK;
}

static void read_chunk(struct ctx *ctx, struct stmt *s, struct kb_chunk *out)
{
	*out = (struct kb_chunk){ .id = col_str(ctx, s) };
	out->workspace_id = col_str(ctx, s);
	out->knowledge_base_id = col_str(ctx, s);
	out->content_id = col_str(ctx, s);
	out->index = col_int(s);
	out->text = col_str(ctx, s);
	out->metadata = col_str(ctx, s);
	out->created_at = col_time(s);
}

static enum err read_embedded(struct ctx *ctx, struct stmt *s, void *out)
{
	struct kb_chunk *c = out;

	read_chunk(ctx, s, c);
	c->model = col_str(ctx, s);
	c->dimensions = (size_t)col_int(s) / sizeof(float);
	return OK;
}

enum err chunks_page(struct ctx *ctx, struct str workspace_id, struct str knowledge_base_id, int64_t limit,
		     int64_t offset, struct list *out)
{
	AUTO(stmt_done) struct stmt s = {0};

	TRY(stmt_read(ctx, &SQL[CHUNK_PAGE], &s));
	bind_str(&s, workspace_id);
	bind_str(&s, knowledge_base_id);
	bind_int(&s, limit);
	bind_int(&s, offset);
	return rows_all(ctx, &s, read_embedded, sizeof(struct kb_chunk), out);
}

enum err chunks_by_id(struct ctx *ctx, struct str workspace_id, struct str id, struct kb_chunk *out, struct str *title)
{
	AUTO(stmt_done) struct stmt s = {0};

	TRY(stmt_read(ctx, &SQL[CHUNK_BY_ID], &s));
	bind_str(&s, workspace_id);
	bind_str(&s, id);
	TRY(row_required(ctx, &s, "chunk"));
	read_chunk(ctx, &s, out);
	*title = col_str(ctx, &s);
	return OK;
}

enum err vectors_scan(struct ctx *ctx, struct str workspace_id, struct str knowledge_base_id, struct str model,
		      struct stmt *scan)
{
	TRY(stmt_read(ctx, &SQL[knowledge_base_id.p ? SCAN_BASE : SCAN_WORKSPACE], scan));
	bind_str(scan, workspace_id);
	bind_str(scan, model);
	if (knowledge_base_id.p)
		bind_str(scan, knowledge_base_id);
	return OK;
}

enum err vectors_next(struct ctx *ctx, struct stmt *scan, bool *row, struct kb_vector *out)
{
	TRY(stmt_step(ctx, scan, row));
	if (!*row)
		return OK;
	out->chunk_id = col_view(scan);
	out->bytes = col_view(scan);
	return OK;
}
