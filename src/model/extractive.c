/* model/extractive.c: scoring quotes against a question, and writing the best ones down.
 *
 * A quote's score is the share of the question's words it holds, by weight. Words that stand
 * around it (in its heading, in the sentence it continues) count in part, since "It lasts two
 * years." answers a question about the warranty only by way of them; and a few question words
 * ask for a kind of answer that can be recognised: a number, a reason, a command. The passages'
 * own order, the work of the search before us, decides between equals.
 */
#include "model/extractive.h"

#include <stdlib.h>

#include "base/buf.h"
#include "model/prose.h"
#include "model/words.h"

enum {
	MOST_TERMS = 64,             /* of a question: sets of them are bits of one word */
	LEAST_WEIGHT = WORD_WEIGHT_ONE / 10,  /* of a term: "the" finds nothing */
	MOST_QUOTES = 4,
	TYPO_FROM = 5,               /* letters a word needs before one wrong letter is overlooked */
	SHORT_WORDS = 4,             /* a quote of fewer says too little by itself */
};

/* --- the question --------------------------------------------------------------------------- */

enum cue { CUE_NUMBER = 1, CUE_REASON = 2, CUE_CODE = 4 };

struct term {
	struct str stem;
	uint64_t hash;
	double weight;
};

struct question {
	struct term terms[MOST_TERMS];
	size_t n;
	double weight;               /* of all terms together */
	unsigned cues;               /* kinds of answer it asks for */
};

/* What a question with this phrase in it asks for; "^": at its beginning. */
static const struct {
	const char *phrase;
	enum cue cue;
} CUES[] = {
	{ "how many", CUE_NUMBER }, { "how much", CUE_NUMBER },  { "how long", CUE_NUMBER },
	{ "how often", CUE_NUMBER }, { "how old", CUE_NUMBER },  { "how far", CUE_NUMBER },
	{ "how fast", CUE_NUMBER }, { "how large", CUE_NUMBER }, { "how big", CUE_NUMBER },
	{ "how high", CUE_NUMBER }, { "how soon", CUE_NUMBER },  { "at what", CUE_NUMBER },
	{ "by when", CUE_NUMBER },  { "^when", CUE_NUMBER },     { "why", CUE_REASON },
	{ "command", CUE_CODE },    { "how do i run", CUE_CODE }, { "how do i start", CUE_CODE },
	{ "how do i install", CUE_CODE },
};

static bool has_phrase(struct str question, struct str phrase)
{
	if (str_take(&phrase, '^'))
		return str_starts_nocase(question, phrase);
	return str_find_nocase(question, phrase) >= 0;
}

static unsigned cues_of(struct str question)
{
	unsigned cues = 0;

	for (size_t i = 0; i < COUNT_OF(CUES); i++)
		if (has_phrase(str_trim(question), str_of(CUES[i].phrase)))
			cues |= CUES[i].cue;
	return cues;
}

static bool has_term(const struct question *q, uint64_t hash)
{
	for (size_t i = 0; i < q->n; i++)
		if (q->terms[i].hash == hash)
			return true;
	return false;
}

static void read_question(struct arena *mem, struct str text, struct question *q)
{
	struct word_reader words;
	struct word w;

	*q = (struct question){ .cues = cues_of(text) };
	word_reader_init(&words, text);
	while (q->n < MOST_TERMS && word_next(&words, &w)) {
		if (w.weight < LEAST_WEIGHT || has_term(q, w.hash))
			continue;
		q->terms[q->n] = (struct term){ arena_str(mem, w.stem), w.hash, (double)w.weight / WORD_WEIGHT_ONE };
		q->weight += q->terms[q->n++].weight;
	}
	word_reader_fini(&words);
}

/* --- matching ------------------------------------------------------------------------------- */

/* What a text's words are: the terms of the question among them, as bits, exactly and but for one
 * letter; and a sketch of all that matter, a bit each, by which repetitions are known. */
enum { SKETCH = 4 };

struct matches {
	uint64_t exact, near;
	uint64_t sketch[SKETCH];
	size_t n_words;
};

/* Whether one insertion, deletion, replacement or swap of neighbours makes a into b. */
static bool one_edit_apart(struct str a, struct str b)
{
	size_t i = 0;

	if (a.n > b.n)
		return one_edit_apart(b, a);
	if (b.n - a.n > 1)
		return false;
	while (i < a.n && a.p[i] == b.p[i])
		i++;
	if (a.n < b.n)
		return str_eq(str_from(a, i), str_from(b, i + 1));
	if (str_eq(str_from(a, i + 1), str_from(b, i + 1)))
		return true;
	return i + 1 < a.n && a.p[i] == b.p[i + 1] && a.p[i + 1] == b.p[i] &&
	       str_eq(str_from(a, i + 2), str_from(b, i + 2));
}

static void match_word(const struct question *q, const struct word *w, struct matches *m)
{
	for (size_t i = 0; i < q->n; i++) {
		const struct term *t = &q->terms[i];

		if (t->hash == w->hash)
			m->exact |= UINT64_C(1) << i;
		else if (t->stem.n >= TYPO_FROM && w->stem.n >= TYPO_FROM && one_edit_apart(t->stem, w->stem))
			m->near |= UINT64_C(1) << i;
	}
}

static struct matches match(const struct question *q, struct word_reader *words, struct str text)
{
	struct matches m = {0};
	struct word w;

	word_reader_on(words, text);
	while (word_next(words, &w)) {
		m.n_words++;
		if (w.weight < LEAST_WEIGHT)
			continue;
		match_word(q, &w, &m);
		m.sketch[w.hash % SKETCH] |= UINT64_C(1) << (w.hash >> 58);
	}
	return m;
}

/* The share of the question's weight that a set of its terms has. */
static double share(const struct question *q, uint64_t terms)
{
	double weight = 0;

	for (size_t i = 0; i < q->n; i++)
		if (terms >> i & 1)
			weight += q->terms[i].weight;
	return q->weight > 0 ? weight / q->weight : 0;
}

static bool has_digit(struct str s)
{
	for (size_t i = 0; i < s.n; i++)
		if (is_digit(s.p[i]))
			return true;
	return false;
}

static bool has_any(struct str s, const char *const *phrases, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (str_find_nocase(s, str_of(phrases[i])) >= 0)
			return true;
	return false;
}

/* Which kinds of answer a quote could be. */
static unsigned offers(struct str text)
{
	static const char *const NUMBERS[] = {
		" one ", " two ", " three ", " four ", " five ", " six ", " seven ", " eight ", " nine ", " ten ",
		" twelve ", " half ", "twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety",
		"hundred", "thousand", "million", " once ", " twice ", "before", "after", "until", " day", " when ",
	};
	static const char *const REASONS[] = {
		"because", " since ", "so that", " due to ", "as ", "therefore", "reason", "otherwise", " caused ",
	};
	unsigned kinds = 0;

	if (has_digit(text) || has_any(text, NUMBERS, COUNT_OF(NUMBERS)))
		kinds |= CUE_NUMBER;
	if (has_any(text, REASONS, COUNT_OF(REASONS)))
		kinds |= CUE_REASON;
	if (str_index(text, '`') >= 0)
		kinds |= CUE_CODE;
	return kinds;
}

/* --- candidates ----------------------------------------------------------------------------- */

struct candidate {
	struct quote quote;
	size_t passage;              /* from 0 */
	size_t order;                /* among all candidates, as read */
	struct matches found;
	uint64_t around;             /* terms its heading and the sentences before it hold */
	double score;
	bool chosen;
};

struct candidates {
	struct arena *mem;
	struct buf all;              /* of struct candidate */
};

static struct candidate *candidate_at(const struct candidates *c)
{
	return (struct candidate *)(void *)c->all.p;
}

static size_t n_candidates(const struct candidates *c)
{
	return c->all.n / sizeof(struct candidate);
}

/* How much a term counts that is only nearly there, or only nearby. */
#define NEAR_SHARE 0.8
#define AROUND_SHARE 0.4
#define CUE_BONUS 0.1
#define TORN_FACTOR 0.75
#define SHORT_FACTOR 0.8
#define RANK_DISCOUNT 0.03
/* Scores below this are coincidence. */
#define LEAST_SCORE 0.25
/* What further quotes must reach of the best one's score; NEW_SHARE of the question's weight makes
 * one telling. */
#define FURTHER_FACTOR 0.75
#define TELLING_FACTOR 0.5
#define NEW_SHARE 0.15

static double score(const struct question *q, const struct candidate *c)
{
	uint64_t near = c->found.near & ~c->found.exact;
	uint64_t around = c->around & ~c->found.exact & ~near;
	double s = share(q, c->found.exact) + NEAR_SHARE * share(q, near);

	/* Context makes a match better; alone it is none. */
	if (s <= 0)
		return 0;
	s += AROUND_SHARE * share(q, around);
	if (q->cues & offers(c->quote.text))
		s += CUE_BONUS;
	if (!c->quote.whole)
		s *= TORN_FACTOR;
	if (c->found.n_words < SHORT_WORDS && c->quote.kind == QUOTE_SENTENCE)
		s *= SHORT_FACTOR;
	return s / (1 + RANK_DISCOUNT * (double)c->passage);
}

static void add_candidates(struct candidates *out, const struct question *q, struct word_reader *words,
			   struct str passage, size_t index)
{
	struct quotes quotes = prose_quotes(out->mem, passage);
	uint64_t heading = 0, before = 0;

	for (size_t i = 0; i < quotes.n; i++) {
		struct candidate c = { .quote = quotes.p[i], .passage = index, .order = n_candidates(out) };

		c.found = match(q, words, c.quote.text);
		if (c.quote.kind == QUOTE_HEADING) {
			heading = c.found.exact | c.found.near;
			before = 0;
			continue;
		}
		if (c.quote.kind == QUOTE_SENTENCE && !c.quote.follows)
			before = 0;
		c.around = heading | before;
		c.score = score(q, &c);
		buf_add(&out->all, &c, sizeof(c));
		/* Items, rows and code lines share what announced them, not one another's words. */
		if (c.quote.kind == QUOTE_SENTENCE || c.quote.follows)
			before |= c.found.exact | c.found.near;
	}
}

static int by_score(const void *a_, const void *b_)
{
	const struct candidate *a = *(struct candidate *const *)a_, *b = *(struct candidate *const *)b_;

	if (a->score != b->score)
		return a->score < b->score ? 1 : -1;
	return (a->order > b->order) - (a->order < b->order);
}

static struct candidate **ranked(const struct candidates *c)
{
	size_t n = n_candidates(c);
	struct candidate **order = arena_array(c->mem, n, sizeof(*order));

	for (size_t i = 0; i < n; i++)
		order[i] = &candidate_at(c)[i];
	if (n)
		qsort(order, n, sizeof(*order), by_score);
	return order;
}

/* --- the answer ----------------------------------------------------------------------------- */

/* What has been chosen so far, best first, and what it may become. */
struct answer {
	struct candidate *quotes[MOST_QUOTES];
	size_t n;
	uint64_t covered;            /* terms of the question it holds */
	size_t max_bytes;
};

static size_t sketched(const struct matches *a, const struct matches *b)
{
	size_t n = 0;

	for (size_t i = 0; i < SKETCH; i++)
		n += (size_t)__builtin_popcountll(a->sketch[i] & b->sketch[i]);
	return n;
}

/* Overlapping chunks repeat each other, whole or in part, and so do lists and what announces them:
 * c repeats what it shares nearly all its words with, or what is nearly all in it. */
static bool repeats(const struct answer *a, const struct candidate *c)
{
	for (size_t i = 0; i < a->n; i++) {
		const struct matches *have = &a->quotes[i]->found;
		size_t shared = sketched(have, &c->found);

		if (10 * shared >= 8 * sketched(&c->found, &c->found) || 10 * shared >= 8 * sketched(have, have))
			return true;
	}
	return false;
}

/* A further quote is nearly as good as the best, or says something about the rest of the question. */
static bool belongs(const struct question *q, const struct answer *a, const struct candidate *c)
{
	double best;

	if (a->n == 0)
		return true;
	best = a->quotes[0]->score;
	if (share(q, c->found.exact & ~a->covered) >= NEW_SHARE)
		return c->score >= TELLING_FACTOR * best;
	return c->score >= FURTHER_FACTOR * best;
}

/* Quotes of one passage in its own order; passages in the order of their best quote. */
static void add_group(struct buf *out, const struct candidates *all, size_t passage)
{
	for (size_t i = 0; i < n_candidates(all); i++) {
		const struct candidate *c = &candidate_at(all)[i];
		struct str text = c->quote.text;

		if (!c->chosen || c->passage != passage)
			continue;
		if (out->n)
			buf_char(out, ' ');
		buf_str(out, text);
		if (c->quote.kind != QUOTE_CODE && !strchr(".!?:`", text.p[text.n - 1]) &&
		    (unsigned char)text.p[text.n - 1] < 0x80)
			buf_char(out, '.');
	}
	buf_printf(out, " [%zu]", passage + 1);
}

static struct str write_answer(const struct candidates *all, const struct answer *a)
{
	struct buf out = { .mem = all->mem };

	for (size_t i = 0; i < a->n; i++) {
		bool done = false;

		for (size_t k = 0; k < i; k++)
			done |= a->quotes[k]->passage == a->quotes[i]->passage;
		if (!done)
			add_group(&out, all, a->quotes[i]->passage);
	}
	return buf_view(&out);
}

/* As much of text as fits, up to a word's end, then `tail` if there is room for it. */
static struct str cut_to(struct arena *mem, struct str text, size_t max_bytes, struct str tail)
{
	size_t n;

	if (text.n <= max_bytes)
		return text;
	if (tail.n > max_bytes)
		tail = S("");
	n = max_bytes - tail.n;
	while (n > 0 && text.p[n] != ' ')
		n--;
	return arena_printf(mem, "%.*s%.*s", (int)n, text.p, STR(tail));
}

/* Tries a with c added; takes it back when the result would be too long. */
static void try_add(const struct candidates *all, struct answer *a, struct candidate *c)
{
	a->quotes[a->n++] = c;
	c->chosen = true;
	if (a->n > 1 && write_answer(all, a).n > a->max_bytes) {
		c->chosen = false;
		a->n--;
		return;
	}
	a->covered |= c->found.exact;
}

static void choose(const struct question *q, const struct candidates *all, struct answer *a)
{
	struct candidate **order = ranked(all);

	for (size_t i = 0; i < n_candidates(all) && a->n < MOST_QUOTES; i++) {
		if (order[i]->score < LEAST_SCORE)
			return;
		if (belongs(q, a, order[i]) && !repeats(a, order[i]))
			try_add(all, a, order[i]);
	}
}

bool extractive_answer(struct arena *mem, struct str question, const struct passage *passages, size_t n,
		       size_t max_tokens, struct str *out)
{
	size_t max_bytes = max_tokens < SIZE_MAX / 4 ? 4 * max_tokens : SIZE_MAX;
	struct candidates all = { mem, { .mem = mem } };
	struct answer answer = { .max_bytes = max_bytes };
	struct word_reader words;
	struct question q;
	struct str mark;

	read_question(mem, question, &q);
	word_reader_init(&words, S(""));
	for (size_t i = 0; i < n; i++)
		add_candidates(&all, &q, &words, passages[i].text, i);
	word_reader_fini(&words);
	choose(&q, &all, &answer);
	if (answer.n == 0) {
		*out = cut_to(mem, S(EXTRACTIVE_NOTHING), max_bytes, S(""));
		return false;
	}
	mark = arena_printf(mem, "... [%zu]", answer.quotes[0]->passage + 1);
	*out = cut_to(mem, write_answer(&all, &answer), max_bytes, mark);
	return true;
}

size_t extractive_prompt_tokens(struct str question, const struct passage *passages, size_t n)
{
	size_t tokens = extractive_tokens(question);

	for (size_t i = 0; i < n; i++)
		tokens += extractive_tokens(passages[i].text);
	return tokens;
}
