/* store/kb_vectors.c: SQL of kb_vector across workspaces. All of it goes through indexes, by chunk: the
 * rows themselves are long. */
#include "store/kb_vectors.h"

#include "store/rows.h"

#define NO_VECTOR "NOT EXISTS (SELECT 1 FROM kb_vector v WHERE v.chunk_seq = c.seq AND v.embedder_id = $1)"
#define OF_A_BASE "EXISTS (SELECT 1 FROM kb_content t WHERE t.id = c.content_id AND t.knowledge_base_id IS NOT NULL)"

enum { LACKING, COMPLETE, ADD, PURGE_TO, PURGE, COUNT };

static const struct sql SQL[] = {
	[LACKING] = { "vectors.lacking",
		"SELECT c.seq, c.text FROM kb_chunk c WHERE c.seq > $2 AND " NO_VECTOR " AND " OF_A_BASE
		" ORDER BY c.seq LIMIT $3" },
	[COMPLETE] = { "vectors.complete",
		"SELECT NOT EXISTS (SELECT 1 FROM kb_chunk c WHERE " NO_VECTOR " AND " OF_A_BASE ")" },
	[ADD] = { "vectors.add",
		"INSERT INTO kb_vector (workspace_id, knowledge_base_id, chunk_seq, embedder_id, vector) "
		"SELECT workspace_id, knowledge_base_id, seq, $1, $3 FROM kb_chunk WHERE seq = $2 "
		"ON CONFLICT (chunk_seq, embedder_id) DO NOTHING" },
	[PURGE_TO] = { "vectors.purge_to",
		"SELECT coalesce(max(chunk_seq), 0) FROM (SELECT chunk_seq FROM kb_vector "
		"WHERE chunk_seq > $2 AND embedder_id = $1 ORDER BY chunk_seq LIMIT $3) AS oldest" },
	[PURGE] = { "vectors.purge",
		"DELETE FROM kb_vector WHERE embedder_id = $1 AND chunk_seq > $2 AND chunk_seq <= $3" },
	[COUNT] = { "vectors.count",
		"SELECT (SELECT coalesce(sum(chunks), 0) FROM knowledge_base), "
		"(SELECT coalesce(sum((SELECT count(*) FROM kb_vector v WHERE v.chunk_seq >= c.first_seq "
		"AND v.chunk_seq < c.first_seq + c.chunks AND v.embedder_id = $1)), 0) "
		"FROM kb_content c WHERE c.knowledge_base_id IS NOT NULL)" },
};

static enum err read_text(struct ctx *ctx, struct stmt *s, void *out)
{
	struct kb_text *t = out;

	t->chunk_seq = col_int(s);
	t->text = col_str(ctx, s);
	return OK;
}

enum err vectors_lacking(struct ctx *ctx, int64_t embedder_id, int64_t after_seq, int64_t max, struct list *out)
{
	AUTO(stmt_done) struct stmt s = {0};

	TRY(stmt_read(ctx, &SQL[LACKING], &s));
	bind_int(&s, embedder_id);
	bind_int(&s, after_seq);
	bind_int(&s, max);
	return rows_all(ctx, &s, read_text, sizeof(struct kb_text), out);
}

enum err vectors_complete(struct ctx *ctx, int64_t embedder_id, bool *out)
{
	AUTO(stmt_done) struct stmt s = {0};

	TRY(stmt_read(ctx, &SQL[COMPLETE], &s));
	bind_int(&s, embedder_id);
	TRY(row_required(ctx, &s, "row"));
	*out = col_bool(&s);
	return OK;
}

enum err vectors_add(struct ctx *ctx, struct db_tx *tx, int64_t embedder_id, int64_t chunk_seq, const float *vector,
		     size_t dimensions)
{
	AUTO(stmt_done) struct stmt s = {0};

	TRY(stmt_write(ctx, tx, &SQL[ADD], &s));
	bind_int(&s, embedder_id);
	bind_int(&s, chunk_seq);
	bind_blob(&s, vector, dimensions * sizeof(*vector));
	return stmt_run(ctx, &s, NULL);
}

static enum err purge_to(struct ctx *ctx, int64_t embedder_id, int64_t after_seq, int64_t max, int64_t *out)
{
	AUTO(stmt_done) struct stmt s = {0};

	TRY(stmt_read(ctx, &SQL[PURGE_TO], &s));
	bind_int(&s, embedder_id);
	bind_int(&s, after_seq);
	bind_int(&s, max);
	return row_count(ctx, &s, out);
}

enum err vectors_purge(struct ctx *ctx, struct db_tx *tx, int64_t embedder_id, int64_t max, int64_t *after_seq)
{
	AUTO(stmt_done) struct stmt s = {0};
	int64_t last;

	TRY(purge_to(ctx, embedder_id, *after_seq, max, &last));
	TRY(stmt_write(ctx, tx, &SQL[PURGE], &s));
	bind_int(&s, embedder_id);
	bind_int(&s, *after_seq);
	bind_int(&s, last);
	TRY(stmt_run(ctx, &s, NULL));
	*after_seq = last;
	return OK;
}

enum err vectors_count(struct ctx *ctx, int64_t embedder_id, int64_t *chunks, int64_t *embedded)
{
	AUTO(stmt_done) struct stmt s = {0};

	TRY(stmt_read(ctx, &SQL[COUNT], &s));
	bind_int(&s, embedder_id);
	TRY(row_required(ctx, &s, "row"));
	*chunks = col_int(&s);
	*embedded = col_int(&s);
	return OK;
}
