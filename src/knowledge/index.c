/* knowledge/index.c: one search.
 *
 * What is found is defined by compare(), which works on a vector of the store: the product's sum is taken
 * in double, component by component. A search computes bounds for every vector from its code, and
 * compares only those that the bounds do not rule out, the most promising first, until what is found is
 * better than anything left could be. So the result is that of comparing all of them.
 *
 * Equally similar, as far as is shown, is not worse: then the chunk's id decides. Bounds are therefore
 * held against the similarity as it is shown, and not against cosines.
 */
#include "knowledge/index.h"

#include <math.h>
#include <stdlib.h>

#include "knowledge/index_internal.h"
#include "knowledge/scan.h"

static _Atomic uint64_t n_searches, n_compared, n_in_store;

struct index_stats index_stats(void)
{
	return (struct index_stats){ n_searches, n_compared, n_in_store };
}

/* -- the definition ------------------------------------------------------------------------------ */

/* vector: as it lies in the row, perhaps not aligned. */
static double cosine(const float *question, const char *vector, size_t n)
{
	double sum = 0;

	for (size_t i = 0; i < n; i++) {
		float value;

		memcpy(&value, vector + i * sizeof(value), sizeof(value));
		sum += (double)value * (double)question[i];
	}
	return sum;
}

double similarity_shown(double similarity)
{
	return round(similarity * 1e6) / 1e6;
}

/* The contract's order is told by what is shown, so it is rounded values that are compared. */
int hits_compare(const struct index_hit *a, const struct index_hit *b)
{
	if (a->similarity != b->similarity)
		return a->similarity > b->similarity ? -1 : 1;
	return memcmp(a->chunk_id, b->chunk_id, UUID_TEXT);
}

static bool better(const struct index_hit *a, const struct index_hit *b)
{
	return hits_compare(a, b) < 0;
}

static void offer(struct index_best *b, const struct index_hit *c)
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

static bool is_full(const struct index_best *b)
{
	return b->n == b->max;
}

static enum err compare(struct ctx *ctx, const struct index_query *q, const struct kb_vector *v,
			struct index_best *best)
{
	struct index_hit hit = { .chunk_seq = v->chunk_seq };
	double product, similarity;
	struct str id;

	product = v->bytes.n == q->model->dimensions * sizeof(float) ?
		  cosine(q->vector, v->bytes.p, q->model->dimensions) : NAN;
	if (!isfinite(product))
		return fail(ctx, ERR_INTERNAL, "the vector of chunk %lld is damaged", (long long)v->chunk_seq);
	similarity = embedding_similarity(q->model, product);
	hit.similarity = similarity_shown(similarity);
	if (similarity < q->min_similarity || (is_full(best) && hit.similarity < best->items[best->n - 1].similarity))
		return OK;
	TRY(chunks_id(ctx, q->workspace_id, v->chunk_seq, &id));
	if (id.n != UUID_TEXT)
		return fail(ctx, ERR_INTERNAL, "the id of chunk %lld is damaged", (long long)v->chunk_seq);
	memcpy(hit.chunk_id, id.p, UUID_TEXT);
	offer(best, &hit);
	return OK;
}

/* -- in the store: one vector after the other ----------------------------------------------------- */

enum { DEADLINE_ROWS = 256 };                /* between two looks at the clock */

static enum err search_range(struct ctx *ctx, const struct index_query *q, const struct kb_range *range,
			     struct index_best *best)
{
	AUTO(stmt_done) struct stmt rows = {0};
	struct kb_vector v;
	bool row;

	TRY(vectors_scan(ctx, q->workspace_id, q->model->id, range->first_seq, range->n, &rows));
	for (size_t i = 0;; i++) {
		if (i % DEADLINE_ROWS == 0)
			TRY(index_deadline(ctx));
		TRY(vectors_next(ctx, &rows, &row, &v));
		if (!row)
			return OK;
		TRY(compare(ctx, q, &v, best));
	}
}

static enum err search_store(struct ctx *ctx, const struct index_query *q, struct index_best *best)
{
	struct list ranges;

	n_in_store++;
	TRY(contents_ranges(ctx, q->workspace_id, q->knowledge_base_id, 0, &ranges));
	for (size_t i = 0; i < ranges.n; i++)
		TRY(search_range(ctx, q, LIST_AT(ranges, struct kb_range, i), best));
	return OK;
}

/* -- the bar: what a vector must reach to matter --------------------------------------------------- */

struct bar {
	const struct index_query *query;
	double *shown;                       /* the best similarities that are sure to be there, best first */
	size_t n, max;
	double cosine;                       /* what is not above this does not matter */
};

static bool matters(const struct bar *b, double product)
{
	double similarity = embedding_similarity(b->query->model, product);

	return similarity >= b->query->min_similarity && (b->n < b->max || similarity_shown(similarity) >= b->shown[b->n - 1]);
}

/* The similarity grows with the cosine, but how is the model's business: the cosine is searched for. One that
 * is a little too low costs a comparison; the margin is for a similarity that grows only up to rounding. */
static void bar_place(struct bar *b)
{
	enum { HALVINGS = 40 };
	const double margin = 1e-9;
	double low = -2, high = 2;

	if (matters(b, low)) {
		b->cosine = -INFINITY;
		return;
	}
	for (int i = 0; i < HALVINGS; i++) {
		double middle = (low + high) / 2;

		*(matters(b, middle) ? &high : &low) = middle;
	}
	b->cosine = low - margin;
}

/* A vector of this similarity is there. True: the bar is higher now. */
static bool bar_raise(struct bar *b, double similarity)
{
	size_t i = b->n;

	if (b->n == b->max && similarity <= b->shown[b->n - 1])
		return false;
	if (b->n < b->max)
		b->n++;
	else
		i--;
	for (; i > 0 && similarity > b->shown[i - 1]; i--)
		b->shown[i] = b->shown[i - 1];
	b->shown[i] = similarity;
	return b->n == b->max;
}

/* What was found is sure, and may be better than what was known of it. */
static void bar_follow(struct bar *b, const struct index_best *best)
{
	if (!is_full(best) || (b->n == b->max && best->items[b->n - 1].similarity <= b->shown[b->n - 1]))
		return;
	b->n = best->n;
	for (size_t i = 0; i < b->n; i++)
		b->shown[i] = best->items[i].similarity;
	bar_place(b);
}

static void bar_init(struct bar *b, struct ctx *ctx, const struct index_query *q, const struct index_best *best)
{
	*b = (struct bar){ .query = q, .max = best->max };
	b->shown = arena_array(ctx->mem, best->max, sizeof(*b->shown));
	for (size_t i = 0; i < best->n; i++)
		bar_raise(b, best->items[i].similarity);
	bar_place(b);
}

/* -- candidates ---------------------------------------------------------------------------------- */

struct candidate {
	double high;                         /* its product is no greater */
	int64_t chunk_seq;
	bool sure;                           /* the snapshot has it as a part of the base */
};

struct hunt {
	struct ctx *ctx;
	const struct index_query *query;
	const struct kb_base_state *now;
	struct code_question question;
	struct bar bar;
	struct candidate *found;
	size_t n, cap;
	int whole_slices;                    /* to go before the early bytes are tried again */
};

enum {
	SLICE_ROWS = 64,                     /* their products, and the tails of their codes, fit the first cache */
	WHOLE_SLICES = 32,
};

/* A row that passed the first look. True: the bar is higher now. */
static bool consider(struct hunt *h, const struct code_key *key, const struct code_tail *tail, double middle)
{
	int64_t removed = atomic_load_explicit(&key->removed, memory_order_relaxed);
	double error = code_error(&h->question, tail), lowest;

	if (middle + error <= h->bar.cosine || key->arrived > h->now->revision ||
	    (removed != 0 && removed <= h->now->removals))
		return false;
	h->found = arena_more(h->ctx->mem, h->found, h->n, &h->cap, sizeof(*h->found));
	h->found[h->n++] = (struct candidate){
		.high = isfinite(middle + error) ? middle + error : INFINITY,
		.chunk_seq = key->chunk_seq,
		.sure = removed == 0,
	};
	/* It may have been gone before the snapshot, or the code tells nothing. */
	if (removed != 0 || !isfinite(middle - error))
		return false;
	lowest = embedding_similarity(h->query->model, middle - error);
	return lowest >= h->query->min_similarity && bar_raise(&h->bar, similarity_shown(lowest));
}

/* The products of the rows' early bytes, made those of all bytes where that could matter; of the others
 * `middles` becomes -INFINITY. Returns how many could. */
static size_t finish_early(struct hunt *h, const uint8_t *rows, size_t n, const int64_t *products, double *middles)
{
	const struct code_question *q = &h->question;
	size_t n_left = 0;

	for (size_t i = 0; i < n; i++, rows += q->stride) {
		const struct code_tail *tail = code_tail(q, rows);
		int64_t late;

		middles[i] = code_middle(q, tail, products[i]);
		if (code_early_ceiling(q, tail, middles[i]) <= h->bar.cosine) {
			middles[i] = -INFINITY;
			continue;
		}
		scan_kernel()->products(q, &q->late, rows, 1, &late);
		middles[i] = code_middle(q, tail, products[i] + late);
		n_left++;
	}
	return n_left;
}

/* The rows' middles; -INFINITY: it does not matter. Where the early bytes do not tell much, all are read at
 * once: that is quicker than coming back for most of them. */
static void slice_middles(struct hunt *h, const uint8_t *rows, size_t n, double *middles)
{
	const struct code_question *q = &h->question;
	int64_t products[SLICE_ROWS];

	if (h->whole_slices > 0) {
		h->whole_slices--;
		scan_kernel()->products(q, &q->whole, rows, n, products);
		for (size_t i = 0; i < n; i++)
			middles[i] = code_middle(q, code_tail(q, rows + i * q->stride), products[i]);
		return;
	}
	scan_kernel()->products(q, &q->early, rows, n, products);
	if (finish_early(h, rows, n, products, middles) > n / 4 && isfinite(h->bar.cosine))
		h->whole_slices = WHOLE_SLICES;
}

static void hunt_slice(struct hunt *h, const struct code_key *keys, const uint8_t *rows, size_t n)
{
	double middles[SLICE_ROWS];
	bool raised = false;

	slice_middles(h, rows, n, middles);
	for (size_t i = 0; i < n; i++, rows += h->question.stride) {
		const struct code_tail *tail = code_tail(&h->question, rows);

		/* Not a number is not ruled out. */
		if (!(code_ceiling(&h->question, tail, middles[i]) <= h->bar.cosine))
			raised |= consider(h, &keys[i], tail, middles[i]);
	}
	if (raised)
		bar_place(&h->bar);
}

static enum err hunt_block(struct hunt *h, const struct code_block *b, size_t n)
{
	for (size_t i = 0; i < n; i += SLICE_ROWS) {
		TRY(index_deadline(h->ctx));
		hunt_slice(h, b->keys + i, b->rows + i * h->question.stride, n - i < SLICE_ROWS ? n - i : SLICE_ROWS);
	}
	return OK;
}

static enum err hunt_all(struct hunt *h, const struct index_view *view)
{
	const struct code_block *b = NULL;

	for (size_t left = view->n_rows, n; left > 0; left -= n) {
		b = b ? b->next : view->codes->first;
		n = left < b->cap ? left : b->cap;
		TRY(hunt_block(h, b, n));
	}
	return OK;
}

/* -- comparing them ------------------------------------------------------------------------------ */

static int most_promising_first(const void *a_, const void *b_)
{
	const struct candidate *a = a_, *b = b_;

	return (a->high < b->high) - (a->high > b->high);
}

/* The bar has risen since the first of them were found. */
static void drop_hopeless(struct hunt *h)
{
	size_t n = 0;

	for (size_t i = 0; i < h->n; i++)
		if (h->found[i].high > h->bar.cosine)
			h->found[n++] = h->found[i];
	h->n = n;
}

/* A row that was marked may have left before the snapshot, or after it; and when it left, the vector may still be
 * there to be read. */
static enum err still_belongs(struct hunt *h, const struct candidate *c, bool *out)
{
	*out = true;
	if (c->sure)
		return OK;
	return chunks_belong(h->ctx, h->query->workspace_id, h->query->knowledge_base_id, c->chunk_seq, out);
}

static enum err compare_candidate(struct hunt *h, const struct candidate *c, struct index_best *best, bool *spoilt)
{
	AUTO(stmt_done) struct stmt s = {0};
	const struct index_query *q = h->query;
	struct kb_vector v;
	bool belongs, row;

	n_compared++;
	TRY(still_belongs(h, c, &belongs));
	if (!belongs)
		return OK;
	TRY(vectors_by_seq(h->ctx, q->workspace_id, q->model->id, c->chunk_seq, &s, &row, &v));
	if (row)
		return compare(h->ctx, q, &v, best);
	*spoilt = c->sure;
	return OK;
}

static enum err compare_candidates(struct hunt *h, struct index_best *best, bool *spoilt)
{
	for (size_t i = 0; i < h->n && h->found[i].high > h->bar.cosine && !*spoilt; i++) {
		if (i % DEADLINE_ROWS == 0)
			TRY(index_deadline(h->ctx));
		TRY(compare_candidate(h, &h->found[i], best, spoilt));
		bar_follow(&h->bar, best);
	}
	return OK;
}

/* *done false: the store must be searched, and best is as it was. Going through all of it in order is quicker
 * than looking for a third of it here and there. */
static enum err search_codes(struct ctx *ctx, const struct index_query *q, const struct kb_base_state *now,
			     const struct index_view *view, struct index_best *best, bool *done)
{
	struct hunt h = { .ctx = ctx, .query = q, .now = now };
	struct index_best mine = *best;
	bool spoilt = false;

	*done = false;
	mine.items = arena_array(ctx->mem, best->max, sizeof(*mine.items));
	memcpy(mine.items, best->items, best->n * sizeof(*mine.items));
	code_question_init(&h.question, ctx->mem, q->vector, q->model->dimensions);
	bar_init(&h.bar, ctx, q, best);
	TRY(hunt_all(&h, view));
	drop_hopeless(&h);
	if (h.n > view->n_rows / 3)
		return OK;
	if (h.n > 0)
		qsort(h.found, h.n, sizeof(*h.found), most_promising_first);
	TRY(compare_candidates(&h, &mine, &spoilt));
	if (spoilt) {
		index_view_spoil(view);
		return OK;
	}
	memcpy(best->items, mine.items, mine.n * sizeof(*mine.items));
	best->n = mine.n;
	*done = true;
	return OK;
}

enum err index_search(struct ctx *ctx, const struct index_query *q, struct index_best *best)
{
	AUTO(arena_rewind) struct arena_mark mark = arena_mark(ctx->mem);
	AUTO(index_view_close) struct index_view view = {0};
	struct kb_base_state now;
	bool done = false;

	TRY(contents_state(ctx, q->workspace_id, q->knowledge_base_id, &now));
	if (now.chunks == 0)
		return OK;
	n_searches++;
	TRY(index_view_open(ctx, q, &now, &view));
	if (view.codes)
		TRY(search_codes(ctx, q, &now, &view, best, &done));
	return done ? OK : search_store(ctx, q, best);
}
