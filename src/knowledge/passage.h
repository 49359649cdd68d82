/* knowledge/passage.h: from a document's parts to the texts that are embedded, found and shown.
 *
 * A passage is a chunk of one part with the part's context at its head: the headings it stands
 * under, or the header row of its table. Without them, "It takes 20 minutes." would be about
 * nothing, and a row of numbers would be just that.
 * Threads: any.
 */
#ifndef KNOWLEDGE_PASSAGE_H
#define KNOWLEDGE_PASSAGE_H

#include "extract/extract.h"
#include "knowledge/chunk.h"

struct passage {
	struct str text;                     /* never empty, and no longer than a chunk may be */
	struct str heading;                  /* the headings it stands under; may be absent */
	int64_t page;                        /* from 1; 0: none */
};

struct passages {
	struct arena *mem;
	struct chunk_sizes sizes;
	bool table;                          /* contexts are header rows, not headings */
	struct document_part *parts;         /* those left that hold something */
	size_t n_parts;
	struct chunker chunker;              /* on the present one, or on the several taken as one */
	struct str context;
	int64_t page;
};

/* What passage_next gives lives in mem, and may borrow the document. */
struct passages passages_of(struct arena *mem, const struct document *document, enum document_kind kind,
			    struct chunk_sizes sizes);
/* False at the end; at once, when there is no text in the document. */
bool passage_next(struct passages *p, struct passage *out);

#endif
