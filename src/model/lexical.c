/* model/lexical.c: a bag of words, hashed into a vector of fixed length.
 *
 * Features are words (by their stems) and the letter triples of a stem, by which a misspelt word
 * or a compound still resembles the right one. Each feature adds its weight, with a sign, to a few
 * dimensions chosen by its hash. Two different features meet by accident; signs make accidents
 * cancel out on average, and spreading a word over several dimensions makes one accident an eighth
 * of a match instead of a whole one. Pairs of neighbouring words were tried and gained nothing.
 *
 * 1536 dimensions: accidents give two unrelated texts a cosine of about 1/sqrt(dimensions), that
 * is 0.026, and a question has to stand clear of that over a hundred thousand chunks. More would
 * rank better (4096 does, by a tenth) and cost memory in proportion; PostgreSQL's vector index
 * stops at 2000; and 1536 is what clients of hosted embedding models expect.
 *
 * A word repeated counts more, but ever less so. Nothing else is done about length: the vectors
 * have unit length, so a long passage is matched more weakly by one sentence's worth of words.
 *
 * Weights are summed as integers and then scaled once, so that the result is the same on every
 * machine, whatever its compiler does to floating point. Stored vectors are compared with new
 * ones: a change to anything here is a change of model.
 */
#include "model/lexical.h"

#include <math.h>
#include <stdlib.h>

#include "model/vocabulary.h"

enum {
	UNIT = 64,                   /* sums count in 1/(64 * WORD_WEIGHT_ONE) of a word */
	WORD_COPIES = 8,             /* dimensions a word is spread over */
	SATURATION = 3,              /* a word n times counts (1 + s) * n / (n + s) */
	TRIPLE = 3,
	TRIPLES_FROM = 4,            /* letters a stem needs for triples to tell it apart */
};

/* What all letter triples of a word weigh together, the word itself being 1. */
#define TRIPLES 0.55

/* --- the bag: what occurs, and how often --------------------------------------------------- */

struct lexical {
	struct word_reader reader;
	struct arena stems;
	struct vocabulary words;
	uint32_t *counts;            /* of each word */
	size_t counts_cap;
};

static void count(struct lexical *l, const struct word *word)
{
	size_t before = l->words.n, number = vocabulary_number(&l->words, word);

	if (number == l->counts_cap) {
		l->counts_cap = l->counts_cap ? 2 * l->counts_cap : 512;
		l->counts = xrealloc(l->counts, l->counts_cap * sizeof(*l->counts));
	}
	if (number == before)
		l->counts[number] = 0;
	l->counts[number]++;
}

/* --- the vector ---------------------------------------------------------------------------- */

static void add(int64_t sums[static LEXICAL_DIMENSIONS], uint64_t hash, int64_t weight)
{
	size_t dimension = (hash >> 32) * LEXICAL_DIMENSIONS >> 32;

	sums[dimension] += hash & 1 ? weight : -weight;
}

/* What adds up in a dot product are squares: n parts that together weigh as much as one thing of
 * this weight have each 1/sqrt(n) of it. */
static int64_t part(double weight, size_t n)
{
	return (int64_t)(weight / sqrt((double)n));
}

static void add_triples(int64_t sums[static LEXICAL_DIMENSIONS], struct str stem, int64_t weight)
{
	char marked[WORD_MAX_BYTES + 2] = "^";
	size_t n = stem.n;           /* as many as letters, with a mark at either end */
	int64_t each = part(TRIPLES * (double)weight, n);

	memcpy(marked + 1, stem.p, stem.n);
	marked[stem.n + 1] = '$';
	for (size_t i = 0; i < n; i++)
		add(sums, hash_bytes((struct str){ marked + i, TRIPLE }), each);
}

/* A shared word counts by its weight in either text, so by the square. Three quarters of the weight, as a
 * power, are enough of a difference between common words and rare ones. Square roots are exact to the
 * last bit on every machine, and powers are not. */
static double softened(uint32_t weight)
{
	double w = (double)weight / WORD_WEIGHT_ONE;

	return sqrt(w * sqrt(w));
}

static void add_word(int64_t sums[static LEXICAL_DIMENSIONS], const struct word *word, int64_t n)
{
	int64_t most = (int64_t)(softened(word->weight) * WORD_WEIGHT_ONE) * UNIT * (1 + SATURATION);
	int64_t weight = most * n / (n + SATURATION);
	int64_t copy = part((double)weight, WORD_COPIES);

	for (uint64_t i = 1; i <= WORD_COPIES; i++)
		add(sums, hash_mix(word->hash + i), copy);
	if (word->stem.n >= TRIPLES_FROM)
		add_triples(sums, word->stem, weight);
}

static void scale_to_unit(const int64_t sums[static LEXICAL_DIMENSIONS], float out[static LEXICAL_DIMENSIONS])
{
	double squares = 0, length;

	/* Each square is exact before it is added, so there is nothing to contract or reorder. */
	for (size_t i = 0; i < LEXICAL_DIMENSIONS; i++)
		squares += (double)(sums[i] * sums[i]);
	length = squares > 0 ? sqrt(squares) : 1;
	for (size_t i = 0; i < LEXICAL_DIMENSIONS; i++)
		out[i] = (float)((double)sums[i] / length);
}

/* --- a text at a time ---------------------------------------------------------------------- */

static void init(struct lexical *l)
{
	*l = (struct lexical){0};
	arena_init(&l->stems, 0);
	l->words.mem = &l->stems;
	word_reader_init(&l->reader, S(""));
}

static void fini(struct lexical *l)
{
	word_reader_fini(&l->reader);
	vocabulary_fini(&l->words);
	arena_fini(&l->stems);
	free(l->counts);
}

struct lexical *lexical_new(void)
{
	struct lexical *l = xmalloc(sizeof(*l));

	init(l);
	return l;
}

void lexical_free(struct lexical *l)
{
	if (!l)
		return;
	fini(l);
	free(l);
}

void lexical_embed_next(struct lexical *l, struct str text, float out[static LEXICAL_DIMENSIONS])
{
	int64_t sums[LEXICAL_DIMENSIONS] = {0};
	struct word word;

	vocabulary_clear(&l->words);
	arena_reset(&l->stems);
	word_reader_on(&l->reader, text);
	while (word_next(&l->reader, &word))
		count(l, &word);
	for (size_t i = 0; i < l->words.n; i++)
		add_word(sums, &l->words.words[i], l->counts[i]);
	scale_to_unit(sums, out);
}

void lexical_embed(struct str text, float out[static LEXICAL_DIMENSIONS])
{
	struct lexical l;

	init(&l);
	lexical_embed_next(&l, text, out);
	fini(&l);
}

/* --- what the user sees -------------------------------------------------------------------- */

/* The cosine from which a passage is taken to be about the question. Passages of one paragraph
 * are separated best at 0.18 to 0.19, chunks of 2,000 characters at 0.13; see lexical_test.c. */
#define RELEVANT_COSINE 0.165
/* How far rounding may take the product of two equal vectors away from 1. */
#define ROUNDING 1e-5

double lexical_similarity(double cosine)
{
	const double scale = (1 - RELEVANT_COSINE) / RELEVANT_COSINE;

	if (!(cosine > 0))
		return 0;
	if (cosine >= 1 - ROUNDING)
		return 1;
	/* The odds, c : 1 - c, times a constant: monotone, keeps 0 and 1, and gives
	 * RELEVANT_COSINE even odds. */
	return scale * cosine / (scale * cosine + 1 - cosine);
}
