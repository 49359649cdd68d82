/* model/words.h: text as the built-in models see it: words, folded, stemmed and weighed.
 *
 * Folding drops case and accents, so "Café" and "CAFE" are one word; stemming takes English
 * endings off, so "covered" meets "covers", and "paid" meets "paying". A word's weight says how
 * much it tells about a text, judged by how common it is in English: there is no corpus to
 * count in, so lists of common words stand in for one (words_english.c).
 * Threads: a reader belongs to one thread; readers are independent of one another.
 */
#ifndef MODEL_WORDS_H
#define MODEL_WORDS_H

#include "base/str.h"

/* A word's weight is a number of 256ths. */
enum { WORD_WEIGHT_ONE = 256, WORD_MAX_BYTES = 64 };

struct word {
	struct str stem;             /* in the reader, until its next word_next */
	uint64_t hash;               /* of the stem */
	uint32_t weight;             /* of WORD_WEIGHT_ONE; never 0 */
};

struct sb_stemmer;
struct word_memo;

struct word_reader {
	struct str rest;
	struct sb_stemmer *stemmer;
	struct word_memo *memo;      /* what it has found out about words; NULL: too few for it to be worth while */
	size_t n_read;
	char folded[WORD_MAX_BYTES];
};

/* Borrows text until word_reader_fini. */
void word_reader_init(struct word_reader *r, struct str text);
void word_reader_fini(struct word_reader *r);
/* Starts over with another text. One reader for many texts is much faster than one for each: it
 * remembers the words it has met. */
void word_reader_on(struct word_reader *r, struct str text);
/* False at the end. A word longer than WORD_MAX_BYTES arrives in pieces. Scripts written without
 * spaces arrive one character at a time. */
bool word_next(struct word_reader *r, struct word *w);

/* Spreads bits: every bit of the result depends on every bit of x. */
uint64_t hash_mix(uint64_t x);
uint64_t hash_bytes(struct str s);

#endif
