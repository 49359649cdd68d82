/* model/vocabulary.h: the different words of a text, numbered in the order they are met.
 *
 * Threads: a vocabulary belongs to one thread at a time.
 */
#ifndef MODEL_VOCABULARY_H
#define MODEL_VOCABULARY_H

#include "base/arena.h"
#include "model/words.h"

struct vocabulary {
	struct arena *mem;           /* of the stems; set by the caller, with the rest zero */
	struct word *words;          /* by number */
	size_t n;
	uint32_t *slots;             /* open addressing: a word's number + 1; 0 is free */
	size_t n_slots;              /* a power of two, at most half of them in use */
};

/* The word's number: v->n before the call, if it is new. */
size_t vocabulary_number(struct vocabulary *v, const struct word *word);
/* Without words again; keeps its memory for the next text, unless it has grown uncommonly large. The
 * arena is the caller's to rewind. */
void vocabulary_clear(struct vocabulary *v);
void vocabulary_fini(struct vocabulary *v);                     /* zeroed is fine */

#endif
