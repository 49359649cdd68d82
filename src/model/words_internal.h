/* model/words_internal.h: the lists of words_english.c, as words.c reads them. */
#ifndef MODEL_WORDS_INTERNAL_H
#define MODEL_WORDS_INTERNAL_H

#include "model/words.h"

struct word_class {
	uint32_t weight;
	const char *words;           /* separated by one space, as all lists here */
};

enum { N_WORD_CLASSES = 4 };

/* From the most common words down. */
extern const struct word_class WORD_CLASSES[N_WORD_CLASSES];
/* Irregular form, base form, irregular form, base form, ... */
extern const char WORD_IRREGULARS[];

#endif
