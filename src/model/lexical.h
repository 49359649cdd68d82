/* model/lexical.h: the model `builtin/lexical`, which turns text into a vector by its words.
 *
 * Needs no network, no training and no corpus, and gives the same numbers on every machine.
 * It knows words, not meanings: texts are near when they share stems, and the rarer a word is
 * in English the more it counts.
 * Threads: any.
 */
#ifndef MODEL_LEXICAL_H
#define MODEL_LEXICAL_H

#include "base/str.h"

#define LEXICAL_MODEL "builtin/lexical"

enum { LEXICAL_DIMENSIONS = 1536 };

/* Fills out with a vector of unit length, the same for questions and for documents; with zeros
 * when the text holds no word. Text that is not UTF-8 is read as utf8_next reads it. */
void lexical_embed(struct str text, float out[static LEXICAL_DIMENSIONS]);

/* The same for many texts, and faster for each: what one leaves behind serves the next. Belongs to one
 * thread at a time. */
struct lexical;
struct lexical *lexical_new(void);
void lexical_free(struct lexical *l);                   /* NULL is fine */
void lexical_embed_next(struct lexical *l, struct str text, float out[static LEXICAL_DIMENSIONS]);

/* What a user sees for the cosine of two of these vectors: 0 to 1, growing with the cosine, and
 * scaled so that 0.5 separates passages that are about the question from those that are not.
 * 1 means the same words. The cosine must be of the vectors themselves: codes of fewer bits are
 * good enough to find candidates, not to report. */
double lexical_similarity(double cosine);

#endif
