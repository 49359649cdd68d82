/* knowledge/keyword.c: BM25 over the postings of the bases in scope.
 *
 * All chunks in scope are numbered through, so that scores stand in an array and a posting adds to
 * its own by index. A search reads the lengths of all chunks and one list of postings per word and
 * base; only the chunks that may be shown have their ids looked up.
 */
#include "knowledge/keyword.h"

#include <math.h>
#include <stdlib.h>

#include "knowledge/fuse.h"

/* BM25's usual constants: how soon a repeated word stops counting, and how much a chunk's length
 * takes away. Rankings hardly change between 0.9 and 2 for the one, 0.6 and 0.9 for the other. */
#define SATURATION 1.2
#define LENGTH 0.75

/* A content's chunks: what its postings refer to. */
struct block {
	int64_t first_seq;
	size_t first, n;                     /* in the scope's chunks */
};

struct keyword_base {
	struct str id;
	struct block *blocks;                /* by first_seq */
	size_t n_blocks;
};

struct keyword_chunk {
	int64_t seq;
	double length;
};

static enum err damaged(struct ctx *ctx, const struct keyword_base *base)
{
	return fail(ctx, ERR_INTERNAL, "the keyword index of knowledge base %.*s is damaged", STR(base->id));
}

/* -- the scope ----------------------------------------------------------------------------------- */

struct scope_reader {
	struct ctx *ctx;
	struct keyword_scope *scope;
	size_t chunks_cap;
	double words;                        /* in all chunks so far */
};

static enum err read_block(struct scope_reader *r, const struct keyword_base *base, struct kb_postings *postings,
			   struct block *out)
{
	struct keyword_scope *scope = r->scope;
	struct posting p;

	*out = (struct block){ .first_seq = postings->first_seq, .first = scope->n_chunks };
	while (posting_next(postings, &p)) {
		scope->chunks = arena_more(r->ctx->mem, scope->chunks, scope->n_chunks, &r->chunks_cap,
					   sizeof(*scope->chunks));
		scope->chunks[scope->n_chunks++] = (struct keyword_chunk){ postings->first_seq + (int64_t)p.at,
									   (double)p.count };
		r->words += (double)p.count;
	}
	out->n = scope->n_chunks - out->first;
	return postings->rest.n == 0 ? OK : damaged(r->ctx, base);
}

/* The postings of every word, of the content that begins there; those of others are passed over. */
static enum err next_lengths(struct scope_reader *r, const struct keyword_base *base, int64_t first_seq,
			     struct words_scan *rows, struct kb_postings *out)
{
	bool row;

	for (;;) {
		TRY(words_next(r->ctx, rows, &row, out));
		if (!row || out->first_seq > first_seq)
			return damaged(r->ctx, base);
		if (out->first_seq == first_seq)
			return OK;
	}
}

static enum err read_base(struct scope_reader *r, struct keyword_base *base)
{
	AUTO(words_done) struct words_scan rows = {0};
	struct kb_postings postings;
	struct list ranges;

	TRY(contents_ranges(r->ctx, r->scope->workspace_id, base->id, 0, &ranges));
	ranges_sort(&ranges);
	base->blocks = arena_array(r->ctx->mem, ranges.n, sizeof(*base->blocks));
	TRY(words_scan(r->ctx, r->scope->workspace_id, base->id, ANY_WORD, &rows));
	for (; base->n_blocks < ranges.n; base->n_blocks++) {
		const struct kb_range *range = LIST_AT(ranges, struct kb_range, base->n_blocks);

		TRY(next_lengths(r, base, range->first_seq, &rows, &postings));
		TRY(read_block(r, base, &postings, &base->blocks[base->n_blocks]));
	}
	return OK;
}

enum err keyword_scope_open(struct ctx *ctx, struct str workspace_id, const struct list *ids,
			    struct keyword_scope *out)
{
	struct keyword_base *bases = arena_array(ctx->mem, ids->n, sizeof(*bases));
	struct scope_reader r = { .ctx = ctx, .scope = out };

	*out = (struct keyword_scope){ .workspace_id = workspace_id, .bases = { bases, ids->n } };
	for (size_t i = 0; i < ids->n; i++) {
		bases[i].id = *LIST_AT(*ids, struct str, i);
		TRY(read_base(&r, &bases[i]));
	}
	out->mean_length = r.words > 0 ? r.words / (double)out->n_chunks : 1;
	return OK;
}

/* -- the question -------------------------------------------------------------------------------- */

/* In a small base every word is rare, and a count of chunks cannot tell "the" from "warranty". What
 * is known of English can: half of it (as a power) is taken, and the base's own count has its say. */
static double telling(uint32_t weight)
{
	return sqrt((double)weight / WORD_WEIGHT_ONE);
}

static void read_words(struct arena *mem, const struct str *texts, size_t n, struct kb_words *out)
{
	AUTO(word_reader_fini) struct word_reader reader;

	word_reader_init(&reader, S(""));
	words_of(mem, &reader, texts, n, out);
}

void keyword_question_of(struct arena *mem, struct str text, struct keyword_question *out)
{
	struct kb_words words;

	read_words(mem, &text, 1, &words);
	*out = (struct keyword_question){ arena_array(mem, words.rows.n, sizeof(*out->terms)), words.rows.n };
	for (size_t i = 0; i < out->n; i++) {
		const struct kb_word *word = LIST_AT(words.rows, struct kb_word, i);
		struct kb_postings postings = { .rest = word->postings };
		struct posting p = {0};

		(void)posting_next(&postings, &p);
		out->terms[i] = (struct keyword_term){ word->stem, (double)p.count * telling(word->weight) };
	}
}

/* How much of a word's weight a chunk gets that has it `count` times. Below SATURATION + 1. */
static double counted(const struct keyword_scope *scope, double count, double length)
{
	double norm = 1 - LENGTH + LENGTH * length / scope->mean_length;

	return count * (SATURATION + 1) / (count + SATURATION * norm);
}

/* -- feedback ------------------------------------------------------------------------------------ */

/* How many words are taken over, and what all of them weigh when the question's own weigh 1. */
enum { WIDEN_WORDS = 50 };
#define WIDEN_WEIGHT 0.3

static int by_weight(const void *a_, const void *b_)
{
	const struct keyword_term *a = a_, *b = b_;

	if (a->weight != b->weight)
		return a->weight > b->weight ? -1 : 1;
	return str_cmp(a->stem, b->stem);
}

static double sum_of(const struct keyword_term *terms, size_t n)
{
	double sum = 0;

	for (size_t i = 0; i < n; i++)
		sum += terms[i].weight;
	return sum;
}

/* What the texts say most, over all of them. */
static struct keyword_question subject_of(struct arena *mem, const struct keyword_scope *scope, const struct str *texts,
					  size_t n)
{
	struct keyword_question subject;
	struct kb_words words;

	read_words(mem, texts, n, &words);
	subject = (struct keyword_question){ arena_array(mem, words.rows.n, sizeof(*subject.terms)), words.rows.n };
	for (size_t i = 0; i < subject.n; i++) {
		const struct kb_word *word = LIST_AT(words.rows, struct kb_word, i);
		struct kb_postings postings = { .rest = word->postings };
		struct posting p;
		double sum = 0;

		while (posting_next(&postings, &p))
			sum += counted(scope, (double)p.count, words.lengths[p.at]);
		subject.terms[i] = (struct keyword_term){ word->stem, sum * telling(word->weight) };
	}
	if (subject.n > 1)
		qsort(subject.terms, subject.n, sizeof(*subject.terms), by_weight);
	if (subject.n > WIDEN_WORDS)
		subject.n = WIDEN_WORDS;
	return subject;
}

static void add_term(struct keyword_question *question, struct keyword_term term)
{
	for (size_t i = 0; i < question->n; i++) {
		if (!str_eq(question->terms[i].stem, term.stem))
			continue;
		question->terms[i].weight += term.weight;
		return;
	}
	question->terms[question->n++] = term;
}

void keyword_question_widen(struct arena *mem, const struct keyword_scope *scope, const struct str *texts, size_t n,
			    struct keyword_question *question)
{
	struct keyword_question subject = subject_of(mem, scope, texts, n);
	struct keyword_question wide = { arena_array(mem, question->n + subject.n, sizeof(*wide.terms)), question->n };
	double all = sum_of(subject.terms, subject.n);
	double share = all > 0 ? WIDEN_WEIGHT * sum_of(question->terms, question->n) / all : 0;

	if (question->n)
		memcpy(wide.terms, question->terms, question->n * sizeof(*wide.terms));
	for (size_t i = 0; i < subject.n; i++)
		add_term(&wide, (struct keyword_term){ subject.terms[i].stem, share * subject.terms[i].weight });
	*question = wide;
}

/* -- scores -------------------------------------------------------------------------------------- */

/* One word in one chunk of the scope. */
struct occurrence {
	size_t chunk;
	double count;
};

struct ranker {
	struct ctx *ctx;
	const struct keyword_scope *scope;
	double *scores;                      /* of each chunk */
	double most;                         /* what no chunk can reach */
	struct occurrence *found;            /* of the word at hand */
	size_t n_found, found_cap;
};

static enum err read_postings(struct ranker *r, const struct keyword_base *base, const struct block *block,
			      struct kb_postings *postings)
{
	struct posting p;

	while (posting_next(postings, &p)) {
		if (p.at >= block->n)
			return damaged(r->ctx, base);
		r->found = arena_more(r->ctx->mem, r->found, r->n_found, &r->found_cap, sizeof(*r->found));
		r->found[r->n_found++] = (struct occurrence){ block->first + p.at, (double)p.count };
	}
	return postings->rest.n == 0 ? OK : damaged(r->ctx, base);
}

/* Postings and blocks are both in the order of first_seq. Postings without a block are of a content that is on
 * its way in or out. */
static enum err read_term(struct ranker *r, const struct keyword_base *base, struct str stem)
{
	AUTO(words_done) struct words_scan rows = {0};
	struct kb_postings postings;
	size_t i = 0;
	bool row;

	TRY(words_scan(r->ctx, r->scope->workspace_id, base->id, stem, &rows));
	for (;;) {
		TRY(words_next(r->ctx, &rows, &row, &postings));
		if (!row)
			return OK;
		while (i < base->n_blocks && base->blocks[i].first_seq < postings.first_seq)
			i++;
		if (i < base->n_blocks && base->blocks[i].first_seq == postings.first_seq)
			TRY(read_postings(r, base, &base->blocks[i], &postings));
	}
}

/* The rarer a word is among the chunks, the more it tells. */
static double rarity(size_t n_chunks, size_t n_with)
{
	return log(1 + ((double)n_chunks - (double)n_with + 0.5) / ((double)n_with + 0.5));
}

static enum err score_term(struct ranker *r, const struct keyword_term *term)
{
	const struct keyword_scope *scope = r->scope;
	double weight;

	r->n_found = 0;
	for (size_t i = 0; i < scope->bases.n; i++)
		TRY(read_term(r, LIST_AT(scope->bases, struct keyword_base, i), term->stem));
	weight = term->weight * rarity(scope->n_chunks, r->n_found);
	for (size_t i = 0; i < r->n_found; i++) {
		const struct occurrence *o = &r->found[i];

		r->scores[o->chunk] += weight * counted(scope, o->count, scope->chunks[o->chunk].length);
	}
	r->most += weight * (SATURATION + 1);
	return OK;
}

/* -- the best ------------------------------------------------------------------------------------ */

/* The greatest values so far, in order; how small one may be to belong there. */
struct bar {
	double *values;
	size_t n, max;
};

static void bar_raise(struct bar *b, double value)
{
	size_t i = b->n;

	if (b->n == b->max && value <= b->values[b->n - 1])
		return;
	if (b->n < b->max)
		b->n++;
	else
		i--;
	for (; i > 0 && value > b->values[i - 1]; i--)
		b->values[i] = b->values[i - 1];
	b->values[i] = value;
}

static double bar_height(const struct bar *b)
{
	return b->n == b->max ? b->values[b->n - 1] : 0;
}

static double similarity_of(const struct ranker *r, size_t chunk)
{
	return r->scores[chunk] / r->most;
}

static double height_of(const struct ranker *r, size_t max)
{
	struct bar bar = { .values = arena_array(r->ctx->mem, max, sizeof(*bar.values)), .max = max };

	for (size_t i = 0; i < r->scope->n_chunks; i++)
		if (r->scores[i] > 0)
			bar_raise(&bar, similarity_shown(similarity_of(r, i)));
	return bar_height(&bar);
}

static enum err read_hit(struct ranker *r, size_t chunk, struct index_hit *out)
{
	struct str id;

	*out = (struct index_hit){ .chunk_seq = r->scope->chunks[chunk].seq };
	out->similarity = similarity_shown(similarity_of(r, chunk));
	TRY(chunks_id(r->ctx, r->scope->workspace_id, out->chunk_seq, &id));
	if (id.n != UUID_TEXT)
		return fail(r->ctx, ERR_INTERNAL, "the id of chunk %lld is damaged", (long long)out->chunk_seq);
	memcpy(out->chunk_id, id.p, UUID_TEXT);
	return OK;
}

/* Equals are told apart by their ids, so all that are as good as the last one have theirs read. */
static enum err take_best(struct ranker *r, double min_similarity, struct index_best *best)
{
	double height = height_of(r, best->max);
	struct index_hit *hits = NULL;
	size_t n = 0, cap = 0;

	for (size_t i = 0; i < r->scope->n_chunks; i++) {
		if (r->scores[i] <= 0 || similarity_of(r, i) < min_similarity ||
		    similarity_shown(similarity_of(r, i)) < height)
			continue;
		hits = arena_more(r->ctx->mem, hits, n, &cap, sizeof(*hits));
		TRY(read_hit(r, i, &hits[n++]));
	}
	hits_sort(hits, n);
	best->n = n < best->max ? n : best->max;
	if (best->n)
		memcpy(best->items, hits, best->n * sizeof(*hits));
	return OK;
}

enum err keyword_search(struct ctx *ctx, const struct keyword_scope *scope, const struct keyword_question *question,
			double min_similarity, struct index_best *best)
{
	struct ranker r = { .ctx = ctx, .scope = scope };

	r.scores = arena_array(ctx->mem, scope->n_chunks, sizeof(*r.scores));
	for (size_t i = 0; i < question->n; i++)
		TRY(score_term(&r, &question->terms[i]));
	return take_best(&r, min_similarity, best);
}
