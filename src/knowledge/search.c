/* knowledge/search.c: an exact scan over the stored vectors.
 *
 * The vector of a question has few words in it and so few dimensions that are not zero; only
 * those can add to a product. Comparing is therefore cheap beside fetching the rows, and sums
 * in double precision, in one order, so that the same text gives the same result everywhere.
 *
 * What is found is kept in a list of the best so far: nothing grows with the number of rows.
 */
#include "knowledge/search.h"

#include <assert.h>
#include <math.h>

#include "base/id.h"
#include "knowledge/embedder.h"
#include "store/kb_contents.h"

/* -- the question -------------------------------------------------------------------------------- */

struct probe {
	size_t n;
	uint16_t at[EMBEDDING_DIMENSIONS];
	float value[EMBEDDING_DIMENSIONS];
};

static void probe_init(struct probe *p, struct str text)
{
	float vector[EMBEDDING_DIMENSIONS];

	embed_text(text, vector);
	p->n = 0;
	for (size_t i = 0; i < EMBEDDING_DIMENSIONS; i++) {
		if (vector[i] == 0)
			continue;
		p->at[p->n] = (uint16_t)i;
		p->value[p->n++] = vector[i];
	}
}

/* vector: as it lies in the row, perhaps not aligned. */
static double probe_cosine(const struct probe *p, const char *vector)
{
	double sum = 0;

	for (size_t i = 0; i < p->n; i++) {
		float value;

		memcpy(&value, vector + p->at[i] * sizeof(value), sizeof(value));
		sum += (double)value * (double)p->value[i];
	}
	return sum;
}

/* -- the best so far ----------------------------------------------------------------------------- */

struct candidate {
	double similarity;                   /* as it will be shown */
	char chunk_id[UUID_TEXT];
};

struct best {
	struct candidate items[SEARCH_TOP_MAX];                 /* best first */
	size_t n, max;
};

/* The contract's order is told by what is shown, so it is rounded values that are compared. */
static bool better(const struct candidate *a, const struct candidate *b)
{
	if (a->similarity != b->similarity)
		return a->similarity > b->similarity;
	return memcmp(a->chunk_id, b->chunk_id, UUID_TEXT) < 0;
}

static void best_offer(struct best *b, const struct candidate *c)
{
	size_t i = b->n;

	if (b->n == b->max && !better(c, &b->items[b->n - 1]))
		return;
	if (b->n < b->max)
		b->n++;
	else
		i--;
	for (; i > 0 && better(c, &b->items[i - 1]); i--)
		b->items[i] = b->items[i - 1];
	b->items[i] = *c;
}

/* -- the scan ------------------------------------------------------------------------------------ */

static double round_6(double x)
{
	return round(x * 1e6) / 1e6;
}

static enum err compare(struct ctx *ctx, const struct search *search, const struct probe *probe,
			const struct kb_vector *v, struct best *best)
{
	struct candidate c;
	double similarity;

	if (v->bytes.n != EMBEDDING_DIMENSIONS * sizeof(float) || v->chunk_id.n != UUID_TEXT)
		return fail(ctx, ERR_INTERNAL, "the vector of chunk %.*s is damaged", STR(v->chunk_id));
	similarity = embedding_similarity(probe_cosine(probe, v->bytes.p));
	if (similarity < search->min_similarity)
		return OK;
	c.similarity = round_6(similarity);
	memcpy(c.chunk_id, v->chunk_id.p, UUID_TEXT);
	best_offer(best, &c);
	return OK;
}

/* knowledge_base_id absent: all of the workspace. */
static enum err scan(struct ctx *ctx, const struct search *search, const struct probe *probe,
		     struct str knowledge_base_id, struct best *best)
{
	AUTO(stmt_done) struct stmt rows = {0};
	struct kb_vector v;
	bool row;

	TRY(vectors_scan(ctx, search->workspace_id, knowledge_base_id, str_of(embedder_info()->model), &rows));
	for (;;) {
		TRY(vectors_next(ctx, &rows, &row, &v));
		if (!row)
			return OK;
		TRY(compare(ctx, search, probe, &v, best));
	}
}

static bool named_before(const struct list *ids, size_t i)
{
	for (size_t j = 0; j < i; j++)
		if (str_eq(*LIST_AT(*ids, struct str, i), *LIST_AT(*ids, struct str, j)))
			return true;
	return false;
}

static enum err scan_all(struct ctx *ctx, const struct search *search, const struct probe *probe, struct best *best)
{
	const struct list *ids = &search->knowledge_base_ids;

	if (search->everywhere)
		return scan(ctx, search, probe, (struct str){ NULL, 0 }, best);
	for (size_t i = 0; i < ids->n; i++)
		if (!named_before(ids, i))
			TRY(scan(ctx, search, probe, *LIST_AT(*ids, struct str, i), best));
	return OK;
}

/* -- the hits ------------------------------------------------------------------------------------ */

static enum err read_hit(struct ctx *ctx, struct str workspace_id, const struct candidate *c, struct search_hit *out)
{
	struct str title;
	struct kb_chunk chunk;

	TRY(chunks_by_id(ctx, workspace_id, (struct str){ c->chunk_id, UUID_TEXT }, &chunk, &title));
	*out = (struct search_hit){
		.chunk_id = chunk.id, .knowledge_base_id = chunk.knowledge_base_id, .knowledge_base_title = title,
		.content_id = chunk.content_id, .content = chunk.text, .similarity = c->similarity,
	};
	return json_parse(ctx, chunk.metadata, JSON_STRICT, &out->metadata);
}

static enum err read_hits(struct ctx *ctx, struct str workspace_id, const struct best *best, struct list *out)
{
	struct search_hit *hits = arena_array(ctx->mem, best->n, sizeof(*hits));
	size_t n = 0;

	for (size_t i = 0; i < best->n; i++) {
		enum err e = read_hit(ctx, workspace_id, &best->items[i], &hits[n]);

		/* Deleted since it was found, when the caller did without a snapshot. */
		if (e == ERR_NOT_FOUND)
			continue;
		TRY(e);
		n++;
	}
	*out = (struct list){ hits, n };
	return OK;
}

enum err knowledge_search(struct ctx *ctx, const struct search *search, struct list *out)
{
	struct best best = { .max = (size_t)search->top_k };
	struct probe probe;

	assert(search->top_k >= 1 && search->top_k <= SEARCH_TOP_MAX);
	probe_init(&probe, search->text);
	TRY(scan_all(ctx, search, &probe, &best));
	return read_hits(ctx, search->workspace_id, &best, out);
}
