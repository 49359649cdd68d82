/* store/kb_contents.c: SQL of kb_content, kb_chunk and kb_vector. */
#include "store/kb_contents.h"

#include <stdlib.h>

#include "store/tables.h"

/* Vectors are stored as they lie in memory; on another machine the same bytes must mean the same. */
_Static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__, "stored vectors are little-endian");

#define CONTENT_COLS \
	"id, workspace_id, knowledge_base_id, source, title, url, file_name, mime_type, bytes, words, chunks, " \
	"created_at, first_seq"
/* Contents of an import are there from a base's first revision on. */
#define NEW_CONTENT_COLS CONTENT_COLS ", lexicon_id, staged_until, arrived"
#define NEW_CHUNK_COLS "seq, id, workspace_id, knowledge_base_id, content_id, chunk_index, text, metadata, created_at"
#define CHUNK_COLS "c.seq, c.id, c.workspace_id, c.knowledge_base_id, c.content_id, c.chunk_index, c.text, " \
	"c.metadata, c.created_at"

enum {
	CONTENT_INSERT, CONTENT_PLACE, CONTENT_COUNT, CONTENT_PAGE, CONTENT_BY_ID, CONTENT_DELETE, CHUNK_NUMBER,
	CHUNK_INSERT, VECTOR_INSERT, COUNTS, CHUNK_PAGE, CHUNKS_OF_CONTENT, CHUNK_BY_SEQ, VECTOR_OF_CHUNK, SCAN,
	STATE, RANGES, BELONGS, VECTOR_BY_SEQ, CHUNK_ID, CONTENT_ALL, CHUNK_ALL,
};

static const struct sql SQL[] = {
	[CONTENT_INSERT] = { "contents.insert",
		"INSERT INTO kb_content (" NEW_CONTENT_COLS ") "
		"VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, 1)" },
	[CONTENT_PLACE] = { "contents.place",
		"UPDATE kb_content SET chunks = $3, first_seq = $4, lexicon_id = $5 WHERE workspace_id = $1 AND id = $2" },
	[CONTENT_COUNT] = { "contents.count_all",
		"SELECT count(*) FROM kb_content WHERE workspace_id = $1 AND knowledge_base_id = $2" },
	[CONTENT_PAGE] = { "contents.page",
		"SELECT " CONTENT_COLS " FROM kb_content WHERE workspace_id = $1 AND knowledge_base_id = $2 "
		"ORDER BY id DESC LIMIT $3 OFFSET $4" },
	[CONTENT_BY_ID] = { "contents.by_id",
		"SELECT " CONTENT_COLS " FROM kb_content WHERE workspace_id = $1 AND knowledge_base_id = $2 AND id = $3" },
	[CONTENT_DELETE] = { "contents.delete",
		"UPDATE kb_content SET knowledge_base_id = NULL "
		"WHERE workspace_id = $1 AND knowledge_base_id = $2 AND id = $3" },
	[CHUNK_NUMBER] = { "chunks.number",
		"UPDATE kb_chunk_number SET next_seq = next_seq + $1 RETURNING next_seq - $1" },
	[CHUNK_INSERT] = { "chunks.insert",
		"INSERT INTO kb_chunk (" NEW_CHUNK_COLS ") VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)" },
	[VECTOR_INSERT] = { "vectors.insert",
		"INSERT INTO kb_vector (workspace_id, knowledge_base_id, chunk_seq, embedder_id, vector) "
		"VALUES ($1, $2, $3, $4, $5)" },
	/* Vectors are counted by their index: their rows are long. */
	[COUNTS] = { "contents.count",
		"SELECT (SELECT count(*) FROM kb_content WHERE workspace_id = $1 AND knowledge_base_id = $2), "
		"(SELECT chunks FROM knowledge_base WHERE workspace_id = $1 AND id = $2), "
		"(SELECT coalesce(sum((SELECT count(*) FROM kb_vector v WHERE v.chunk_seq >= c.first_seq "
		"AND v.chunk_seq < c.first_seq + c.chunks AND v.embedder_id = $3)), 0) "
		"FROM kb_content c WHERE c.workspace_id = $1 AND c.knowledge_base_id = $2)" },
	/* Content ids grow with time, so the index on them is the order of creation. */
	[CHUNK_PAGE] = { "chunks.page",
		"SELECT " CHUNK_COLS ", e.id, e.model, e.dimensions FROM embedder e JOIN kb_content t "
		"JOIN kb_chunk c ON c.content_id = t.id JOIN kb_vector v ON v.chunk_seq = c.seq AND v.embedder_id = $3 "
		"WHERE t.workspace_id = $1 AND t.knowledge_base_id = $2 AND e.id = $3 ORDER BY t.id, c.chunk_index "
		"LIMIT $4 OFFSET $5" },
	[CHUNKS_OF_CONTENT] = { "chunks.of_content",
		"SELECT " CHUNK_COLS " FROM kb_chunk c WHERE c.workspace_id = $1 AND c.knowledge_base_id = $2 "
		"AND c.content_id = $3 ORDER BY c.chunk_index LIMIT $4 OFFSET $5" },
	[VECTOR_OF_CHUNK] = { "vectors.of_chunk",
		"SELECT vector FROM kb_vector WHERE workspace_id = $1 AND chunk_seq = $2 AND embedder_id = $3" },
	[CHUNK_BY_SEQ] = { "chunks.by_seq",
		"SELECT " CHUNK_COLS ", b.title FROM kb_chunk c JOIN knowledge_base b ON b.id = c.knowledge_base_id "
		"WHERE c.workspace_id = $1 AND c.seq = $2" },
	[SCAN] = { "vectors.scan",
		"SELECT chunk_seq, vector FROM kb_vector WHERE chunk_seq >= $3 AND chunk_seq < $3 + $4 AND embedder_id = $2 "
		"AND workspace_id = $1 ORDER BY chunk_seq" },
	[STATE] = { "contents.state",
		"SELECT revision, removals, chunks FROM knowledge_base WHERE workspace_id = $1 AND id = $2" },
	[RANGES] = { "contents.ranges",
		"SELECT arrived, first_seq, chunks FROM kb_content WHERE workspace_id = $1 AND knowledge_base_id = $2 "
		"AND arrived >= $3 AND first_seq IS NOT NULL ORDER BY arrived, first_seq" },
	[BELONGS] = { "chunks.belong",
		"SELECT 1 FROM kb_chunk c JOIN kb_content t ON t.id = c.content_id "
		"WHERE c.seq = $3 AND t.workspace_id = $1 AND t.knowledge_base_id = $2" },
	[VECTOR_BY_SEQ] = { "vectors.by_seq",
		"SELECT vector FROM kb_vector WHERE workspace_id = $1 AND chunk_seq = $2 AND embedder_id = $3" },
	[CHUNK_ID] = { "chunks.id", "SELECT id FROM kb_chunk WHERE workspace_id = $1 AND seq = $2" },
	[CONTENT_ALL] = { "contents.all",
		"SELECT " CONTENT_COLS " FROM kb_content WHERE knowledge_base_id IS NOT NULL ORDER BY id" },
	[CHUNK_ALL] = { "chunks.all",
		"SELECT " CHUNK_COLS " FROM kb_chunk c JOIN kb_content t ON t.id = c.content_id "
		"AND t.knowledge_base_id IS NOT NULL ORDER BY c.seq" },
};

/* -- inserting ----------------------------------------------------------------------------------- */

/* 0 is none. */
static void bind_number(struct stmt *s, int64_t number)
{
	if (number)
		bind_int(s, number);
	else
		bind_null(s);
}

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
	bind_number(&s, c->first_seq);
	bind_number(&s, c->lexicon_id);
	bind_time(&s, c->staged_until);
	return stmt_run(ctx, &s, NULL);
}

enum err contents_place(struct ctx *ctx, struct db_tx *tx, const struct kb_content *c)
{
	AUTO(stmt_done) struct stmt s = {0};

	TRY(stmt_write(ctx, tx, &SQL[CONTENT_PLACE], &s));
	bind_str(&s, c->workspace_id);
	bind_str(&s, c->id);
	bind_int(&s, c->chunks);
	bind_number(&s, c->first_seq);
	bind_number(&s, c->lexicon_id);
	return rows_changed(ctx, &s, "content");
}

enum err chunks_number(struct ctx *ctx, struct db_tx *tx, int64_t n, int64_t *first)
{
	AUTO(stmt_done) struct stmt s = {0};

	TRY(stmt_write(ctx, tx, &SQL[CHUNK_NUMBER], &s));
	bind_int(&s, n);
	return row_count(ctx, &s, first);
}

static enum err insert_vector(struct ctx *ctx, struct db_tx *tx, const struct kb_chunk *c)
{
	AUTO(stmt_done) struct stmt s = {0};

	TRY(stmt_write(ctx, tx, &SQL[VECTOR_INSERT], &s));
	bind_str(&s, c->workspace_id);
	bind_str(&s, c->knowledge_base_id);
	bind_int(&s, c->seq);
	bind_int(&s, c->embedder_id);
	bind_blob(&s, c->vector, c->dimensions * sizeof(*c->vector));
	return stmt_run(ctx, &s, NULL);
}

enum err chunks_insert(struct ctx *ctx, struct db_tx *tx, const struct kb_chunk *c)
{
	AUTO(stmt_done) struct stmt s = {0};

	TRY(stmt_write(ctx, tx, &SQL[CHUNK_INSERT], &s));
	bind_int(&s, c->seq);
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

/* -- deleting ------------------------------------------------------------------------------------ */

enum err contents_delete(struct ctx *ctx, struct db_tx *tx, struct str workspace_id, struct str knowledge_base_id,
			 struct str id)
{
	AUTO(stmt_done) struct stmt s = {0};

	TRY(stmt_write(ctx, tx, &SQL[CONTENT_DELETE], &s));
	bind_str(&s, workspace_id);
	bind_str(&s, knowledge_base_id);
	bind_str(&s, id);
	return rows_changed(ctx, &s, "content");
}

/* -- reading ------------------------------------------------------------------------------------- */

enum err contents_count(struct ctx *ctx, struct str workspace_id, struct str knowledge_base_id, int64_t embedder_id,
			struct kb_counts *out)
{
	AUTO(stmt_done) struct stmt s = {0};

	TRY(stmt_read(ctx, &SQL[COUNTS], &s));
	bind_str(&s, workspace_id);
	bind_str(&s, knowledge_base_id);
	bind_int(&s, embedder_id);
	TRY(row_required(ctx, &s, "count"));
	out->contents = col_int(&s);
	out->chunks = col_int(&s);
	out->vectors = col_int(&s);
	return OK;
}

static enum err read_content(struct ctx *ctx, struct stmt *s, void *out)
{
	struct kb_content *c = out;

	c->id = col_str(ctx, s);
	c->workspace_id = col_str(ctx, s);
	c->knowledge_base_id = col_str(ctx, s);
	c->source = col_str(ctx, s);
	c->title = col_str(ctx, s);
	c->url = col_str(ctx, s);
	c->file_name = col_str(ctx, s);
	c->mime_type = col_str(ctx, s);
	c->bytes = col_int(s);
	c->words = col_int(s);
	c->chunks = col_int(s);
	c->created_at = col_time(s);
	c->first_seq = col_int(s);
	return OK;
}

const struct table_rows contents_rows = { &SQL[CONTENT_ALL], read_content };

enum err contents_page(struct ctx *ctx, struct str workspace_id, struct str knowledge_base_id, int64_t limit,
		       int64_t offset, struct list *out, int64_t *total)
{
	AUTO(stmt_done) struct stmt count = {0}, page = {0};

	TRY(stmt_read(ctx, &SQL[CONTENT_COUNT], &count));
	bind_str(&count, workspace_id);
	bind_str(&count, knowledge_base_id);
	TRY(row_count(ctx, &count, total));
	TRY(stmt_read(ctx, &SQL[CONTENT_PAGE], &page));
	bind_str(&page, workspace_id);
	bind_str(&page, knowledge_base_id);
	bind_int(&page, limit);
	bind_int(&page, offset);
	return rows_all(ctx, &page, read_content, sizeof(struct kb_content), out);
}

enum err contents_by_id(struct ctx *ctx, struct str workspace_id, struct str knowledge_base_id, struct str id,
			struct kb_content *out)
{
	AUTO(stmt_done) struct stmt s = {0};

	TRY(stmt_read(ctx, &SQL[CONTENT_BY_ID], &s));
	bind_str(&s, workspace_id);
	bind_str(&s, knowledge_base_id);
	bind_str(&s, id);
	TRY(row_required(ctx, &s, "content"));
	return read_content(ctx, &s, out);
}

static void read_chunk(struct ctx *ctx, struct stmt *s, struct kb_chunk *out)
{
	*out = (struct kb_chunk){ .seq = col_int(s) };
	out->id = col_str(ctx, s);
	out->workspace_id = col_str(ctx, s);
	out->knowledge_base_id = col_str(ctx, s);
	out->content_id = col_str(ctx, s);
	out->index = col_int(s);
	out->text = col_str(ctx, s);
	out->metadata = col_str(ctx, s);
	out->created_at = col_time(s);
}

static enum err read_plain(struct ctx *ctx, struct stmt *s, void *out)
{
	read_chunk(ctx, s, out);
	return OK;
}

const struct table_rows chunks_rows = { &SQL[CHUNK_ALL], read_plain };

enum err chunks_of_content(struct ctx *ctx, const struct kb_content *content, int64_t limit, int64_t offset,
			   struct list *out)
{
	AUTO(stmt_done) struct stmt s = {0};

	TRY(stmt_read(ctx, &SQL[CHUNKS_OF_CONTENT], &s));
	bind_str(&s, content->workspace_id);
	bind_str(&s, content->knowledge_base_id);
	bind_str(&s, content->id);
	bind_int(&s, limit);
	bind_int(&s, offset);
	return rows_all(ctx, &s, read_plain, sizeof(struct kb_chunk), out);
}

static enum err read_embedded(struct ctx *ctx, struct stmt *s, void *out)
{
	struct kb_chunk *c = out;

	read_chunk(ctx, s, c);
	c->embedder_id = col_int(s);
	c->model = col_str(ctx, s);
	c->dimensions = (size_t)col_int(s);
	return OK;
}

enum err chunks_page(struct ctx *ctx, struct str workspace_id, struct str knowledge_base_id, int64_t embedder_id,
		     int64_t limit, int64_t offset, struct list *out)
{
	AUTO(stmt_done) struct stmt s = {0};

	TRY(stmt_read(ctx, &SQL[CHUNK_PAGE], &s));
	bind_str(&s, workspace_id);
	bind_str(&s, knowledge_base_id);
	bind_int(&s, embedder_id);
	bind_int(&s, limit);
	bind_int(&s, offset);
	return rows_all(ctx, &s, read_embedded, sizeof(struct kb_chunk), out);
}

enum err chunks_read_vector(struct ctx *ctx, struct kb_chunk *chunk)
{
	AUTO(stmt_done) struct stmt s = {0};
	struct str bytes;

	TRY(stmt_read(ctx, &SQL[VECTOR_OF_CHUNK], &s));
	bind_str(&s, chunk->workspace_id);
	bind_int(&s, chunk->seq);
	bind_int(&s, chunk->embedder_id);
	TRY(row_required(ctx, &s, "vector"));
	bytes = col_str(ctx, &s);
	if (bytes.n != chunk->dimensions * sizeof(*chunk->vector))
		return fail(ctx, ERR_INTERNAL, "the vector of chunk %lld has another length", (long long)chunk->seq);
	chunk->vector = (const void *)bytes.p;
	return OK;
}

enum err chunks_by_seq(struct ctx *ctx, struct str workspace_id, int64_t seq, struct kb_chunk *out, struct str *title)
{
	AUTO(stmt_done) struct stmt s = {0};

	TRY(stmt_read(ctx, &SQL[CHUNK_BY_SEQ], &s));
	bind_str(&s, workspace_id);
	bind_int(&s, seq);
	TRY(row_required(ctx, &s, "chunk"));
	read_chunk(ctx, &s, out);
	*title = col_str(ctx, &s);
	return OK;
}

enum err contents_state(struct ctx *ctx, struct str workspace_id, struct str knowledge_base_id,
			struct kb_base_state *out)
{
	AUTO(stmt_done) struct stmt s = {0};
	bool row;

	TRY(stmt_read(ctx, &SQL[STATE], &s));
	bind_str(&s, workspace_id);
	bind_str(&s, knowledge_base_id);
	TRY(stmt_step(ctx, &s, &row));
	*out = (struct kb_base_state){0};
	if (!row)
		return OK;
	out->revision = col_int(&s);
	out->removals = col_int(&s);
	out->chunks = col_int(&s);
	return OK;
}

static enum err read_range(struct ctx *ctx, struct stmt *s, void *out)
{
	struct kb_range *range = out;

	range->arrived = col_int(s);
	range->first_seq = col_int(s);
	range->n = col_int(s);
	return OK;
}

enum err contents_ranges(struct ctx *ctx, struct str workspace_id, struct str knowledge_base_id, int64_t arrived,
			 struct list *out)
{
	AUTO(stmt_done) struct stmt s = {0};

	TRY(stmt_read(ctx, &SQL[RANGES], &s));
	bind_str(&s, workspace_id);
	bind_str(&s, knowledge_base_id);
	bind_int(&s, arrived);
	return rows_all(ctx, &s, read_range, sizeof(struct kb_range), out);
}

static int by_first_seq(const void *a_, const void *b_)
{
	const struct kb_range *a = a_, *b = b_;

	return (a->first_seq > b->first_seq) - (a->first_seq < b->first_seq);
}

void ranges_sort(struct list *ranges)
{
	if (ranges->n > 1)
		qsort(ranges->items, ranges->n, sizeof(struct kb_range), by_first_seq);
}

enum err chunks_belong(struct ctx *ctx, struct str workspace_id, struct str knowledge_base_id, int64_t seq, bool *out)
{
	AUTO(stmt_done) struct stmt s = {0};

	TRY(stmt_read(ctx, &SQL[BELONGS], &s));
	bind_str(&s, workspace_id);
	bind_str(&s, knowledge_base_id);
	bind_int(&s, seq);
	return stmt_step(ctx, &s, out);
}

enum err vectors_scan(struct ctx *ctx, struct str workspace_id, int64_t embedder_id, int64_t first_seq, int64_t n,
		      struct stmt *scan)
{
	TRY(stmt_read(ctx, &SQL[SCAN], scan));
	bind_str(scan, workspace_id);
	bind_int(scan, embedder_id);
	bind_int(scan, first_seq);
	bind_int(scan, n);
	return OK;
}

enum err vectors_next(struct ctx *ctx, struct stmt *scan, bool *row, struct kb_vector *out)
{
	TRY(stmt_step(ctx, scan, row));
	if (!*row)
		return OK;
	out->chunk_seq = col_int(scan);
	out->bytes = col_view(scan);
	return OK;
}

enum err vectors_by_seq(struct ctx *ctx, struct str workspace_id, int64_t embedder_id, int64_t chunk_seq,
			struct stmt *s, bool *row, struct kb_vector *out)
{
	TRY(stmt_read(ctx, &SQL[VECTOR_BY_SEQ], s));
	bind_str(s, workspace_id);
	bind_int(s, chunk_seq);
	bind_int(s, embedder_id);
	TRY(stmt_step(ctx, s, row));
	if (*row)
		*out = (struct kb_vector){ chunk_seq, col_view(s) };
	return OK;
}

enum err chunks_id(struct ctx *ctx, struct str workspace_id, int64_t seq, struct str *out)
{
	AUTO(stmt_done) struct stmt s = {0};

	TRY(stmt_read(ctx, &SQL[CHUNK_ID], &s));
	bind_str(&s, workspace_id);
	bind_int(&s, seq);
	TRY(row_required(ctx, &s, "chunk"));
	*out = col_str(ctx, &s);
	return OK;
}
