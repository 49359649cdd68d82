/* knowledge/chunk.h: text into pieces of the size an embedding is good for.
 *
 * A chunk is a slice of the normalised text: nothing is copied and nothing added, so chunks
 * can be cut again from the same text and always come out the same. Neighbours overlap, since
 * the sentence that answers a question needs the one before it as often as not.
 * Both functions take time linear in the text, whatever it is made of.
 * Threads: any.
 */
#ifndef KNOWLEDGE_CHUNK_H
#define KNOWLEDGE_CHUNK_H

#include "base/arena.h"

/* In code points. An overlap of more than a quarter of a chunk is taken as a quarter. */
struct chunk_sizes {
	size_t max_chars, overlap_chars;
	bool whole_lines;            /* rows of a table: none is cut that fits into a chunk, none comes twice */
};

/* The contract allows 2,000 characters. A passage of half that is about one thing more often, and
 * the words of a question weigh more in it. Macros, so that a help text can show them. */
#define CHUNK_CHARS   1000
#define CHUNK_OVERLAP 200
enum { CHUNK_CHARS_MIN = 200, CHUNK_CHARS_MAX = 2000, CHUNK_OVERLAP_MAX = CHUNK_CHARS_MAX / 4 };

/* What content is cut to from now on; what was cut before stays as it is. Within the limits above;
 * once, before the first request. */
void chunk_setup(struct chunk_sizes sizes);
/* As set up, else CHUNK_CHARS and CHUNK_OVERLAP. */
struct chunk_sizes chunk_sizes(void);

/* Unicode NFC with LF line ends; runs of blank lines become one, none at either end. Bytes that
 * are not UTF-8 become U+FFFD; control characters other than tab and line feed become spaces,
 * and a form feed a line break. Empty when there was nothing but white space. */
struct str text_normalise(struct arena *mem, struct str text);

/* White-space separated words. */
size_t text_words(struct str text);

struct chunker {
	struct str rest;             /* normalised text from the next chunk's beginning on */
	struct chunk_sizes sizes;
};

/* A chunker borrows the text, which must be normalised. max_chars must not be 0. */
struct chunker chunker_on(struct str text, struct chunk_sizes sizes);
/* The next chunk, never empty and without white space around it; false when there is none. */
bool chunk_next(struct chunker *c, struct str *chunk);

#endif
