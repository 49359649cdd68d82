/* base/sentence.h: where sentences end.
 *
 * Chunks are cut there and answers are made of what lies between, so both ask the same
 * question here. The rules are those of Unicode's annex 29 as far as they can be told without
 * its tables, and a few abbreviations ("e.g.", "Dr.", "No. 5") that those rules get wrong.
 * Threads: any.
 */
#ifndef BASE_SENTENCE_H
#define BASE_SENTENCE_H

#include "base/str.h"

/* Cuts the first sentence off *rest, without the white space around it; false at the end. A
 * blank line ends a sentence too; a single line break does not. */
bool sentence_next(struct str *rest, struct str *sentence);

#endif
