/* extract/flow_internal.h: paragraphs, headings, lists and tables, from whatever format has them, into the text
 * of a document.
 *
 * Line breaks and the marks of list items and cells are written only when text follows. So empty
 * elements leave no trace, and a paragraph that opens an item or a cell is not torn from its mark.
 */
#ifndef EXTRACT_FLOW_INTERNAL_H
#define EXTRACT_FLOW_INTERNAL_H

#include "extract/extract_internal.h"

enum { FLOW_LINE = 1, FLOW_PARAGRAPH = 2 };  /* line feeds between two texts */
enum { FLOW_LIST_LEVELS = 16 };              /* deeper lists look like the deepest */

/* Zeroed but for `out` it is ready. Its memory is the sink's. */
struct flow {
	struct document_sink *out;
	int breaks;                          /* line feeds due before the next text */
	bool space;                          /* a blank is due */
	char mark[48];                       /* of the list item that is due, or "" */

	int heading_level;                   /* of the heading being read, or 0 */
	struct buf heading;

	int list_depth;
	int64_t next[FLOW_LIST_LEVELS];      /* the number of the next item; 0: the list is not numbered */

	bool in_row, row_begun;              /* row_begun: some cell of it had text */
	int cells;                           /* of this row so far */
	int cells_due;                       /* separators before the next text */
	size_t cell_bytes;                   /* of text in this cell */
};

/* Runs of white space and control characters become one blank; soft hyphens and zero-width spaces go. */
void flow_text(struct flow *f, struct str text);
/* As it is, line breaks too. */
void flow_verbatim(struct flow *f, struct str text);

/* The next text begins on a new line, or in a new paragraph. */
void flow_break(struct flow *f, int breaks);
/* A line break that counts: two of them make a paragraph. */
void flow_line(struct flow *f);

/* Text from here to flow_heading_end is a heading's. One that is too long to be one becomes text. */
void flow_heading(struct flow *f, int level);
void flow_heading_end(struct flow *f);

/* first: the number of the first item; 0: the items have none. */
void flow_list(struct flow *f, int64_t first);
void flow_list_end(struct flow *f);
void flow_item(struct flow *f);
void flow_item_end(struct flow *f);
/* An item outside of any list, at a depth from 1. */
void flow_item_at(struct flow *f, int depth);

/* A row is a line, its cells between bars. */
void flow_row(struct flow *f);
void flow_cell(struct flow *f);
void flow_row_end(struct flow *f);

#endif
