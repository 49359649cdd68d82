/* test/knowledge/vectors.h: knowledge bases with vectors of any kind, and what a search must find in them. */
#ifndef TEST_KNOWLEDGE_VECTORS_H
#define TEST_KNOWLEDGE_VECTORS_H

#include "../store/workspace.h"
#include "knowledge/index.h"
#include "numbers.h"
#include "store/embedders.h"
#include "store/kb_contents.h"
#include "store/kb_hidden.h"
#include "store/knowledge_bases.h"

/* One content, whose chunks have the given vectors. */
struct batch {
	struct str base_id, content_id;
	const struct embedding_model *model;
	enum likeness like;
	size_t first, n;                     /* of make_vector */
};

static inline enum err insert_chunk(struct ctx *ctx, struct db_tx *tx, const struct batch *b, int64_t first_seq,
				    size_t i, float *vector)
{
	struct kb_chunk c = {
		.id = uuid_new(ctx->mem), .seq = first_seq + (int64_t)i, .workspace_id = ctx->actor.workspace_id,
		.knowledge_base_id = b->base_id,
		.content_id = b->content_id, .index = (int64_t)i, .text = S("text"), .metadata = S("{}"),
		.created_at = 1, .embedder_id = b->model->id, .dimensions = b->model->dimensions, .vector = vector,
	};

	make_vector(b->like, b->first + i, vector, b->model->dimensions);
	return chunks_insert(ctx, tx, &c);
}

static inline enum err insert_batch(struct ctx *ctx, struct db_tx *tx, void *arg)
{
	const struct batch *b = arg;
	float *vector = arena_array(ctx->mem, b->model->dimensions, sizeof(*vector));
	struct kb_content content = { .id = b->content_id, .workspace_id = ctx->actor.workspace_id,
				      .source = S("text"), .chunks = (int64_t)b->n, .created_at = 1, .staged_until = 1 };

	TRY(chunks_number(ctx, tx, (int64_t)b->n, &content.first_seq));
	TRY(contents_insert(ctx, tx, &content));
	for (size_t i = 0; i < b->n; i++)
		TRY(insert_chunk(ctx, tx, b, content.first_seq, i, vector));
	return OK;
}

static inline enum err show_batch(struct ctx *ctx, struct db_tx *tx, void *arg)
{
	const struct batch *b = arg;

	TRY(knowledge_bases_grow(ctx, tx, ctx->actor.workspace_id, b->base_id,
				 &(struct content_size){ .chunks = (int64_t)b->n }, 1));
	return contents_show(ctx, tx, ctx->actor.workspace_id, b->base_id, b->content_id);
}

static inline enum err delete_batch(struct ctx *ctx, struct db_tx *tx, void *arg)
{
	const struct batch *b = arg;

	TRY(contents_delete(ctx, tx, ctx->actor.workspace_id, b->base_id, b->content_id));
	return knowledge_bases_shrink(ctx, tx, ctx->actor.workspace_id, b->base_id,
				      &(struct content_size){ .chunks = (int64_t)b->n }, 1);
}

/* Stores it without making it part of its base; then makes it. Returns the batch with the id of its content. */
static inline struct batch stage_batch(struct ctx *ctx, struct batch b)
{
	b.content_id = uuid_new(ctx->mem);
	assert_int_equal(db_write(ctx, insert_batch, &b), OK);
	return b;
}

static inline void end_batch(struct ctx *ctx, struct batch *b)
{
	assert_int_equal(db_write(ctx, show_batch, b), OK);
}

static inline struct batch add_batch(struct ctx *ctx, struct batch b)
{
	b = stage_batch(ctx, b);
	end_batch(ctx, &b);
	return b;
}

static inline void remove_batch(struct ctx *ctx, struct batch *b)
{
	assert_int_equal(db_write(ctx, delete_batch, b), OK);
}

static inline enum err insert_base(struct ctx *ctx, struct db_tx *tx, void *arg)
{
	return knowledge_bases_insert(ctx, tx, arg);
}

static inline struct str empty_base(struct ctx *ctx)
{
	struct knowledge_base base = {
		.id = uuid_new(ctx->mem), .workspace_id = ctx->actor.workspace_id, .title = S("Numbers"),
		.type = S("text"), .created_by = ctx->actor.user_id, .created_at = 1, .updated_at = 1,
	};

	assert_int_equal(db_write(ctx, insert_base, &base), OK);
	return base.id;
}

struct new_model {
	int64_t dimensions, id;
};

static inline enum err insert_model(struct ctx *ctx, struct db_tx *tx, void *arg)
{
	struct new_model *m = arg;
	struct embedder e = { .provider = S("OPENAI"), .model = S("test-model"), .dimensions = m->dimensions,
			      .state = EMBEDDER_RETIRED, .created_at = 1 };

	return embedders_insert(ctx, tx, &e, &m->id);
}

/* Its similarity is the cosine, from 0 to 1. */
static inline struct embedding_model model_of(struct ctx *ctx, size_t dimensions)
{
	struct new_model m = { .dimensions = (int64_t)dimensions };

	assert_int_equal(db_write(ctx, insert_model, &m), OK);
	return (struct embedding_model){ .id = m.id, .provider = S("OPENAI"), .name = S("test-model"),
					 .dimensions = dimensions };
}

/* -- what must be found: every vector, one after the other ---------------------------------------- */

static inline int by_similarity_then_id(const void *a_, const void *b_)
{
	const struct index_hit *a = a_, *b = b_;

	if (a->similarity != b->similarity)
		return a->similarity < b->similarity ? 1 : -1;
	return memcmp(a->chunk_id, b->chunk_id, UUID_TEXT);
}

static inline struct index_hit *every_hit(struct ctx *ctx, const struct index_query *q, size_t *n)
{
	/* Said in another way than the code under test does. */
	static const struct sql PARTS = { "test.parts",
		"SELECT v.chunk_seq, v.vector FROM kb_content t JOIN kb_chunk c ON c.content_id = t.id "
		"JOIN kb_vector v ON v.chunk_seq = c.seq WHERE t.knowledge_base_id = $1 AND v.embedder_id = $2" };
	AUTO(stmt_done) struct stmt scan = {0};
	struct index_hit *hits = NULL;
	struct kb_vector v;
	size_t cap = 0;
	bool row;

	*n = 0;
	assert_int_equal(stmt_read(ctx, &PARTS, &scan), OK);
	bind_str(&scan, q->knowledge_base_id);
	bind_int(&scan, q->model->id);
	for (;;) {
		double sum = 0, similarity;
		struct str id;

		assert_int_equal(vectors_next(ctx, &scan, &row, &v), OK);
		if (!row)
			return hits;
		for (size_t i = 0; i < q->model->dimensions; i++) {
			float x;

			memcpy(&x, v.bytes.p + i * sizeof(x), sizeof(x));
			sum += (double)x * (double)q->vector[i];
		}
		similarity = embedding_similarity(q->model, sum);
		if (similarity < q->min_similarity)
			continue;
		assert_int_equal(chunks_id(ctx, q->workspace_id, v.chunk_seq, &id), OK);
		hits = arena_more(ctx->mem, hits, *n, &cap, sizeof(*hits));
		hits[*n] = (struct index_hit){ round(similarity * 1e6) / 1e6, v.chunk_seq, "" };
		memcpy(hits[(*n)++].chunk_id, id.p, UUID_TEXT);
	}
}

/* Whether index_search and a scan of the store find the same, in one snapshot. */
static inline bool finds_the_same(struct ctx *ctx, const struct index_query *q, size_t max)
{
	AUTO(arena_rewind) struct arena_mark mark = arena_mark(ctx->mem);
	struct index_best best = { .max = max, .items = arena_array(ctx->mem, max, sizeof(*best.items)) };
	struct index_hit *expected;
	size_t n;

	assert_int_equal(index_search(ctx, q, &best), OK);
	expected = every_hit(ctx, q, &n);
	if (n > 0)
		qsort(expected, n, sizeof(*expected), by_similarity_then_id);
	if (best.n != (n < max ? n : max))
		return false;
	for (size_t i = 0; i < best.n; i++)
		if (best.items[i].chunk_seq != expected[i].chunk_seq ||
		    by_similarity_then_id(&best.items[i], &expected[i]) != 0)
			return false;
	return true;
}

#endif
