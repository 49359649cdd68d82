/* domain/knowledge_content.h: the single items of a knowledge base, and what was made of them.
 *
 * An extension of the workspace contract (9.3, E4). The workspace is always the actor's; a base of
 * another one does not exist (ERR_NOT_FOUND), nor does an item of another base.
 */
#ifndef DOMAIN_KNOWLEDGE_CONTENT_H
#define DOMAIN_KNOWLEDGE_CONTENT_H

#include "store/kb_contents.h"

/* Newest first. *out: of struct kb_content; *total counts them all. */
enum err knowledge_content_list(struct ctx *ctx, struct str knowledge_base_id, int64_t limit, int64_t offset,
				struct list *out, int64_t *total);
/* *chunks: of struct kb_chunk, so many of its chunks in the order of their text. */
enum err knowledge_content_get(struct ctx *ctx, struct str knowledge_base_id, struct str id, int64_t limit,
			       int64_t offset, struct kb_content *out, struct list *chunks);
/* Takes it out of the base, which is smaller then; in one transaction. */
enum err knowledge_content_delete(struct ctx *ctx, struct str knowledge_base_id, struct str id);

/* Fills in the vectors of chunks that knowledge_base_embeddings listed. */
enum err knowledge_content_vectors(struct ctx *ctx, struct list *chunks);

#endif
