/* model/prose.h: what can be quoted from a passage: its sentences, list items, rows and code lines.
 *
 * Passages are plain text or Markdown, and often begin or end in the middle of something. What
 * comes out can stand in an answer: on one line, without markers, links reduced to their text.
 * Threads: any.
 */
#ifndef MODEL_PROSE_H
#define MODEL_PROSE_H

#include "base/arena.h"

enum quote_kind { QUOTE_SENTENCE, QUOTE_ITEM, QUOTE_ROW, QUOTE_CODE, QUOTE_HEADING };

struct quote {
	enum quote_kind kind;
	struct str text;
	bool follows;                /* continues the paragraph or item of the quote before it */
	bool whole;                  /* does not look torn at either end */
};

struct quotes {
	struct quote *p;
	size_t n;
};

/* In the passage's order, in mem. "These are needed:" comes with the list or code it announces;
 * that follows once more by itself. */
struct quotes prose_quotes(struct arena *mem, struct str passage);

#endif
