/* store/kb_words.c: SQL of kb_lexicon and kb_word, and how postings lie in a row.
 *
 * A posting is two numbers, seven bits to a byte, the lowest first: the distance from the posting
 * before it, and the count. Most take two bytes.
 */
#include "store/kb_words.h"

#include <assert.h>
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

/* -- writing ------------------------------------------------------------------------------------- */

enum { LEXICON, SEQS, INSERT, SCAN };

static const struct sql SQL[] = {
	/* The update changes nothing: without one there would be no row to return. */
	[LEXICON] = { "words.lexicon",
		"INSERT INTO kb_lexicon (workspace_id, knowledge_base_id) VALUES ($1, $2) "
		"ON CONFLICT (knowledge_base_id) DO UPDATE SET workspace_id = excluded.workspace_id RETURNING id" },
	[SEQS] = { "words.seqs",
		"SELECT seq FROM kb_chunk WHERE workspace_id = $1 AND knowledge_base_id = $2 AND content_id = $3 "
		"ORDER BY chunk_index" },
	[INSERT] = { "words.insert",
		"INSERT INTO kb_word (lexicon_id, stem, first_seq, postings) VALUES ($1, $2, $3, $4)" },
	[SCAN] = { "words.scan",
		"SELECT w.first_seq, w.postings FROM kb_lexicon l JOIN kb_word w ON w.lexicon_id = l.id AND w.stem = $3 "
		"WHERE l.workspace_id = $1 AND l.knowledge_base_id = $2 ORDER BY w.first_seq" },
};

static enum err lexicon_of(struct ctx *ctx, struct db_tx *tx, const struct kb_content *content, int64_t *out)
{
	AUTO(stmt_done) struct stmt s = {0};

	TRY(stmt_write(ctx, tx, &SQL[LEXICON], &s));
	bind_str(&s, content->workspace_id);
	bind_str(&s, content->knowledge_base_id);
	return row_count(ctx, &s, out);
}

/* The postings of ANY_WORD. */
static enum err every_chunk(struct ctx *ctx, struct db_tx *tx, const struct kb_content *content,
			    const struct kb_words *words, struct buf *out, int64_t *first_seq)
{
	AUTO(stmt_done) struct stmt s = {0};
	int64_t seq, before = 0;
	bool row;

	TRY(stmt_write(ctx, tx, &SQL[SEQS], &s));
	bind_str(&s, content->workspace_id);
	bind_str(&s, content->knowledge_base_id);
	bind_str(&s, content->id);
	for (size_t i = 0; i < words->n_chunks; i++) {
		TRY(stmt_step(ctx, &s, &row));
		assert(row);
		seq = col_int(&s);
		if (i == 0)
			*first_seq = before = seq;
		assert(seq >= before);
		put_posting(out, (uint64_t)(seq - before), words->lengths[i]);
		before = seq;
	}
	return OK;
}

static enum err insert_row(struct ctx *ctx, struct db_tx *tx, int64_t lexicon_id, int64_t first_seq,
			   const struct kb_word *word)
{
	AUTO(stmt_done) struct stmt s = {0};

	TRY(stmt_write(ctx, tx, &SQL[INSERT], &s));
	bind_int(&s, lexicon_id);
	bind_str(&s, word->stem);
	bind_int(&s, first_seq);
	bind_blob(&s, word->postings.p, word->postings.n);
	return stmt_run(ctx, &s, NULL);
}

enum err words_insert(struct ctx *ctx, struct db_tx *tx, const struct kb_content *content,
		      const struct kb_words *words)
{
	struct buf all = { .mem = ctx->mem };
	int64_t lexicon_id, first_seq = 0;

	if (words->n_chunks == 0)
		return OK;
	TRY(lexicon_of(ctx, tx, content, &lexicon_id));
	TRY(every_chunk(ctx, tx, content, words, &all, &first_seq));
	TRY(insert_row(ctx, tx, lexicon_id, first_seq, &(struct kb_word){ .stem = ANY_WORD, .postings = buf_view(&all) }));
	for (size_t i = 0; i < words->rows.n; i++)
		TRY(insert_row(ctx, tx, lexicon_id, first_seq, LIST_AT(words->rows, struct kb_word, i)));
	return OK;
}

/* -- reading ------------------------------------------------------------------------------------- */

enum err words_scan(struct ctx *ctx, struct str workspace_id, struct str knowledge_base_id, struct str stem,
		    struct stmt *scan)
{
	TRY(stmt_read(ctx, &SQL[SCAN], scan));
	bind_str(scan, workspace_id);
	bind_str(scan, knowledge_base_id);
	bind_str(scan, stem);
	return OK;
}

enum err words_next(struct ctx *ctx, struct stmt *scan, bool *row, struct kb_postings *out)
{
	TRY(stmt_step(ctx, scan, row));
	if (!*row)
		return OK;
	*out = (struct kb_postings){ .first_seq = col_int(scan) };
	out->rest = col_view(scan);
	return OK;
}
