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

#include "base/buf.h"
#include "model/words.h"

enum {
	UNIT = 64,                   /* sums count in 1/(64 * WORD_WEIGHT_ONE) of a word */
	WORD_COPIES = 8,             /* dimensions a word is spread over */
	SATURATION = 3,              /* a word n times counts (1 + s) * n / (n + s) */
	TRIPLE_PARTS = 2,            /* all letter triples together weigh 1/2 of their word */
	TRIPLE = 3,
	TRIPLES_FROM = 4,            /* letters a stem needs for triples to tell it apart */
	FIRST_SLOTS = 1024,          /* enough for a chunk of ordinary size */
};

/* --- the bag: what occurs, and how often --------------------------------------------------- */

struct term {
	uint64_t hash;               /* 0: a free slot */
	uint32_t count, weight;
	uint32_t stem_at, stem_n;    /* in the bag's letters */
};

struct bag {
	struct term *slots;          /* open addressing; a power of two of them, at most half full */
	size_t n_slots, n;
	struct buf letters;
};

static struct term *slot_of(const struct bag *bag, uint64_t hash)
{
	size_t i = hash & (bag->n_slots - 1);

	while (bag->slots[i].hash && bag->slots[i].hash != hash)
		i = (i + 1) & (bag->n_slots - 1);
	return &bag->slots[i];
}

static void grow(struct bag *bag)
{
	struct bag larger = { .n_slots = bag->n_slots ? 2 * bag->n_slots : FIRST_SLOTS };

	larger.slots = xcalloc(larger.n_slots, sizeof(*larger.slots));
	for (size_t i = 0; i < bag->n_slots; i++)
		if (bag->slots[i].hash)
			*slot_of(&larger, bag->slots[i].hash) = bag->slots[i];
	free(bag->slots);
	bag->slots = larger.slots;
	bag->n_slots = larger.n_slots;
}

static void count(struct bag *bag, const struct word *word)
{
	struct term *t;

	if (2 * bag->n >= bag->n_slots)
		grow(bag);
	t = slot_of(bag, word->hash);
	if (!t->hash) {
		*t = (struct term){ word->hash, 0, word->weight, (uint32_t)bag->letters.n, (uint32_t)word->stem.n };
		buf_str(&bag->letters, word->stem);
		bag->n++;
	}
	t->count++;
}

static void fill(struct bag *bag, struct str text)
{
	struct word_reader reader;
	struct word word;

	word_reader_init(&reader, text);
	while (word_next(&reader, &word))
		count(bag, &word);
	word_reader_fini(&reader);
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

	memcpy(marked + 1, stem.p, stem.n);
	marked[stem.n + 1] = '$';
	for (size_t i = 0; i < n; i++)
		add(sums, hash_bytes((struct str){ marked + i, TRIPLE }), part((double)weight / TRIPLE_PARTS, n));
}

static void add_term(int64_t sums[static LEXICAL_DIMENSIONS], const struct term *t, const char *letters)
{
	int64_t n = t->count;
	int64_t weight = t->weight * UNIT * (1 + SATURATION) * n / (n + SATURATION);

	for (uint64_t i = 1; i <= WORD_COPIES; i++)
		add(sums, hash_mix(t->hash + i), part((double)weight, WORD_COPIES));
	if (t->stem_n >= TRIPLES_FROM)
		add_triples(sums, (struct str){ letters + t->stem_at, t->stem_n }, weight);
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

void lexical_embed(struct str text, float out[static LEXICAL_DIMENSIONS])
{
	int64_t sums[LEXICAL_DIMENSIONS] = {0};
	struct bag bag = {0};

	fill(&bag, text);
	for (size_t i = 0; i < bag.n_slots; i++)
		if (bag.slots[i].hash)
			add_term(sums, &bag.slots[i], bag.letters.p);
	scale_to_unit(sums, out);
	free(bag.slots);
	buf_fini(&bag.letters);
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
