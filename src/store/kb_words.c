/* store/kb_words.c: SQL of kb_lexicon and kb_word, and how words and postings lie in a row.
 *
 * A row is words one behind the other: the length of the stem, the stem, the length of the postings, the
 * postings. A posting is two numbers: the distance from the posting before it, and the count. A number has
 * seven bits to a byte, the lowest first; most postings take two bytes.
 *
 * A word's bucket is the first bits of its stem's hash. With fewer bits, the rows of a small base that a search
 * reads would be full of other words; with more, a large content would again have as many rows as words.
 */
#include "store/kb_words.h"

#include <stdlib.h>

#include "base/buf.h"
#include "model/vocabulary.h"
#include "store/rows.h"

/* -- numbers ------------------------------------------------------------------------------------- */

enum { NUMBER_MAX_BYTES = 10 };

static void put_number(struct buf *out, uint64_t n)
{
	for (; n >= 0x80; n >>= 7)
		buf_char(out, (char)(n | 0x80));
	buf_char(out, (char)n);
}

static bool take_number(struct str *rest, uint64_t *out)
{
	uint64_t n = 0;

	for (size_t i = 0; i < rest->n && i < NUMBER_MAX_BYTES; i++) {
		n |= (uint64_t)(rest->p[i] & 0x7F) << 7 * i;
		if (rest->p[i] & 0x80)
			continue;
		*rest = str_from(*rest, i + 1);
		*out = n;
		return true;
	}
	return false;
}

static void put_text(struct buf *out, struct str text)
{
	put_number(out, text.n);
	buf_str(out, text);
}

static bool take_text(struct str *rest, struct str *out)
{
	struct str after = *rest;
	uint64_t n;

	if (!take_number(&after, &n) || n > after.n)
		return false;
	*out = (struct str){ after.p, n };
	*rest = str_from(after, n);
	return true;
}

static void put_posting(struct buf *out, uint64_t distance, uint64_t count)
{
	put_number(out, distance);
	put_number(out, count);
}

bool posting_next(struct kb_postings *postings, struct posting *out)
{
	struct str rest = postings->rest;
	uint64_t distance, count;

	if (!take_number(&rest, &distance) || !take_number(&rest, &count))
		return false;
	postings->rest = rest;
	postings->at += distance;
	*out = (struct posting){ postings->at, count };
	return true;
}

/* -- turning a content round --------------------------------------------------------------------- */

/* One word in one chunk. */
struct occurrence {
	uint32_t term, chunk, count;
};

/* A word of the vocabulary, with the same number. */
struct term {
	size_t n;                            /* chunks that hold it */
	size_t last;                         /* of its occurrences */
	struct occurrence *sorted;           /* its n occurrences */
};

/* Scratch of one content; what stays is copied. */
struct turner {
	struct vocabulary words;
	struct term *terms;
	size_t terms_cap;
	struct occurrence *all;              /* in the order of the text */
	size_t n, cap;
};

static void *more(void *items, size_t n, size_t *cap, size_t bytes)
{
	if (n < *cap)
		return items;
	*cap = *cap ? 2 * *cap : 256;
	return xrealloc(items, *cap * bytes);
}

static size_t term_of(struct turner *t, const struct word *word)
{
	size_t before = t->words.n, number = vocabulary_number(&t->words, word);

	if (number == before) {
		t->terms = more(t->terms, number, &t->terms_cap, sizeof(*t->terms));
		t->terms[number] = (struct term){0};
	}
	return number;
}

static void note(struct turner *t, const struct word *word, uint32_t chunk)
{
	size_t number = term_of(t, word);
	struct term *term = &t->terms[number];

	if (term->n && t->all[term->last].chunk == chunk) {
		t->all[term->last].count++;
		return;
	}
	t->all = more(t->all, t->n, &t->cap, sizeof(*t->all));
	t->all[t->n] = (struct occurrence){ (uint32_t)number, chunk, 1 };
	term->last = t->n++;
	term->n++;
}

/* Brings the occurrences of each term together; they stay in the order of the text. */
static struct occurrence *sort_occurrences(struct turner *t)
{
	struct occurrence *sorted = xmalloc(t->n * sizeof(*sorted)), *next = sorted;

	for (size_t i = 0; i < t->words.n; i++) {
		t->terms[i].sorted = next;
		next += t->terms[i].n;
		t->terms[i].n = 0;
	}
	for (size_t i = 0; i < t->n; i++) {
		struct term *term = &t->terms[t->all[i].term];

		term->sorted[term->n++] = t->all[i];
	}
	return sorted;
}

static struct str encode(struct arena *mem, struct buf *scratch, const struct term *term)
{
	uint32_t before = 0;

	scratch->n = 0;
	for (size_t i = 0; i < term->n; i++) {
		put_posting(scratch, term->sorted[i].chunk - before, term->sorted[i].count);
		before = term->sorted[i].chunk;
	}
	return arena_str(mem, buf_view(scratch));
}

static int by_stem(const void *a, const void *b)
{
	return str_cmp(((const struct kb_word *)a)->stem, ((const struct kb_word *)b)->stem);
}

static struct list rows_of(struct turner *t, struct arena *mem)
{
	AUTO(buf_fini) struct buf scratch = {0};
	struct kb_word *rows = arena_array(mem, t->words.n, sizeof(*rows));
	struct occurrence *sorted = sort_occurrences(t);

	for (size_t i = 0; i < t->words.n; i++) {
		const struct word *word = &t->words.words[i];

		rows[i] = (struct kb_word){ word->stem, word->weight, encode(mem, &scratch, &t->terms[i]) };
	}
	if (t->words.n > 1)
		qsort(rows, t->words.n, sizeof(*rows), by_stem);
	free(sorted);
	return (struct list){ rows, t->words.n };
}

void words_of(struct arena *mem, struct word_reader *reader, const struct str *chunks, size_t n,
	      struct kb_words *out)
{
	uint32_t *lengths = arena_array(mem, n, sizeof(*lengths));
	struct turner t = { .words.mem = mem };
	struct word word;

	for (size_t i = 0; i < n; i++) {
		word_reader_on(reader, chunks[i]);
		for (; word_next(reader, &word); lengths[i]++)
			note(&t, &word, (uint32_t)i);
	}
	*out = (struct kb_words){ rows_of(&t, mem), lengths, n };
	vocabulary_fini(&t.words);
	free(t.terms);
	free(t.all);
}

/* -- buckets ------------------------------------------------------------------------------------- */

enum { BUCKET_BITS = 12, BUCKETS = 1 << BUCKET_BITS, ANY_BUCKET = -1 };

/* Of words that are stored: it never changes. */
static int64_t bucket_of(struct str stem)
{
	return stem.n ? (int64_t)(hash_bytes(stem) >> (64 - BUCKET_BITS)) : ANY_BUCKET;
}

static void put_word(struct buf *out, struct str stem, struct str postings)
{
	put_text(out, stem);
	put_text(out, postings);
}

static struct str every_chunk(struct arena *mem, const struct kb_words *words)
{
	AUTO(buf_fini) struct buf postings = {0};
	struct buf out = { .mem = mem };

	for (size_t i = 0; i < words->n_chunks; i++)
		put_posting(&postings, i > 0, words->lengths[i]);
	put_word(&out, ANY_WORD, buf_view(&postings));
	return buf_view(&out);
}

/* The words by bucket; within one they stay in their order. The caller frees them. */
static const struct kb_word **sort_words(const struct list *words, size_t ends[static BUCKETS])
{
	const struct kb_word **sorted = xcalloc(words->n + 1, sizeof(*sorted)), *all = words->items;
	size_t before = 0, n;

	for (size_t i = 0; i < words->n; i++)
		ends[bucket_of(all[i].stem)]++;
	for (size_t b = 0; b < BUCKETS; b++) {
		n = ends[b];
		ends[b] = before;
		before += n;
	}
	for (size_t i = 0; i < words->n; i++)
		sorted[ends[bucket_of(all[i].stem)]++] = &all[i];
	return sorted;
}

static struct str pack(struct arena *mem, struct buf *scratch, const struct kb_word *const *words, size_t n)
{
	scratch->n = 0;
	for (size_t i = 0; i < n; i++)
		put_word(scratch, words[i]->stem, words[i]->postings);
	return arena_str(mem, buf_view(scratch));
}

void words_pack(struct arena *mem, const struct kb_words *words, struct list *out)
{
	AUTO(buf_fini) struct buf scratch = {0};
	size_t *ends = xcalloc(BUCKETS, sizeof(*ends)), n = 0, begin = 0;
	const struct kb_word **sorted = sort_words(&words->rows, ends);
	struct kb_bucket *rows = arena_array(mem, 1 + (words->rows.n < BUCKETS ? words->rows.n : BUCKETS), sizeof(*rows));

	rows[n++] = (struct kb_bucket){ ANY_BUCKET, every_chunk(mem, words) };
	for (size_t b = 0; b < BUCKETS; begin = ends[b++])
		if (ends[b] > begin)
			rows[n++] = (struct kb_bucket){ (int64_t)b, pack(mem, &scratch, sorted + begin, ends[b] - begin) };
	*out = (struct list){ rows, n };
	free(sorted);
	free(ends);
}

bool words_find(struct str words, struct str stem, struct str *postings, bool *damaged)
{
	struct str found;

	*damaged = false;
	while (words.n > 0) {
		*damaged = !take_text(&words, &found) || !take_text(&words, postings);
		if (*damaged)
			return false;
		if (str_eq(found, stem))
			return true;
	}
	return false;
}

/* -- writing ------------------------------------------------------------------------------------- */

enum { LEXICON, INSERT, SCAN };

static const struct sql SQL[] = {
	/* The update changes nothing: without one there would be no row to return. */
	[LEXICON] = { "words.lexicon",
		"INSERT INTO kb_lexicon (workspace_id, knowledge_base_id) VALUES ($1, $2) "
		"ON CONFLICT (knowledge_base_id) DO UPDATE SET workspace_id = excluded.workspace_id RETURNING id" },
	[INSERT] = { "words.insert",
		"INSERT INTO kb_word (lexicon_id, bucket, first_seq, words) VALUES ($1, $2, $3, $4)" },
	[SCAN] = { "words.scan",
		"SELECT w.first_seq, w.words FROM kb_lexicon l JOIN kb_word w ON w.lexicon_id = l.id AND w.bucket = $3 "
		"WHERE l.workspace_id = $1 AND l.knowledge_base_id = $2 ORDER BY w.first_seq" },
};

enum err words_lexicon(struct ctx *ctx, struct db_tx *tx, struct str workspace_id, struct str knowledge_base_id,
		       int64_t *out)
{
	AUTO(stmt_done) struct stmt s = {0};

	TRY(stmt_write(ctx, tx, &SQL[LEXICON], &s));
	bind_str(&s, workspace_id);
	bind_str(&s, knowledge_base_id);
	return row_count(ctx, &s, out);
}

enum err words_insert(struct ctx *ctx, struct db_tx *tx, int64_t lexicon_id, int64_t first_seq,
		      const struct kb_bucket *bucket)
{
	AUTO(stmt_done) struct stmt s = {0};

	TRY(stmt_write(ctx, tx, &SQL[INSERT], &s));
	bind_int(&s, lexicon_id);
	bind_int(&s, bucket->number);
	bind_int(&s, first_seq);
	bind_blob(&s, bucket->words.p, bucket->words.n);
	return stmt_run(ctx, &s, NULL);
}

/* -- reading ------------------------------------------------------------------------------------- */

enum err words_scan(struct ctx *ctx, struct str workspace_id, struct str knowledge_base_id, struct str stem,
		    struct words_scan *out)
{
	*out = (struct words_scan){ .stem = stem };
	TRY(stmt_read(ctx, &SQL[SCAN], &out->rows));
	bind_str(&out->rows, workspace_id);
	bind_str(&out->rows, knowledge_base_id);
	bind_int(&out->rows, bucket_of(stem));
	return OK;
}

enum err words_next(struct ctx *ctx, struct words_scan *scan, bool *row, struct kb_postings *out)
{
	bool damaged;

	for (;;) {
		TRY(stmt_step(ctx, &scan->rows, row));
		if (!*row)
			return OK;
		*out = (struct kb_postings){ .first_seq = col_int(&scan->rows) };
		if (words_find(col_view(&scan->rows), scan->stem, &out->rest, &damaged))
			return OK;
		if (damaged)
			return fail(ctx, ERR_INTERNAL, "the words of the content at chunk %lld are damaged",
				    (long long)out->first_seq);
	}
}

void words_done(struct words_scan *scan)
{
	stmt_done(&scan->rows);
}
