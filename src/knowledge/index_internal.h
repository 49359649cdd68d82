/* knowledge/index_internal.h: what the files of the index share.
 *
 *   index.c         one search: bounds first, then the vectors that may matter
 *   index_cache.c   which bases are in memory, and bringing them up to what a snapshot shows
 *   code_set.c      the codes of one base
 *   quant.c         one code, and how far it is off
 *   scan.c          a question against many codes
 */
#ifndef KNOWLEDGE_INDEX_INTERNAL_H
#define KNOWLEDGE_INDEX_INTERNAL_H

#include "knowledge/code_set.h"
#include "knowledge/index.h"
#include "store/kb_contents.h"

struct index_entry;

/* The first n_rows of codes hold every vector that the snapshot has. A row may be of a later snapshot, if it has
 * arrived after the snapshot's revision, or of an earlier one, if it was removed. */
struct index_view {
	struct index_entry *entry;
	struct code_set *codes;              /* NULL: this snapshot must be searched in the store */
	size_t n_rows;
};

/* now: what the caller's snapshot says of the base. */
enum err index_view_open(struct ctx *ctx, const struct index_query *q, const struct kb_base_state *now,
			 struct index_view *out);
void index_view_close(struct index_view *view);       /* zeroed is fine */
/* The store does not have what it should: what is in memory is not used again. */
void index_view_spoil(const struct index_view *view);

enum err index_deadline(struct ctx *ctx);              /* ERR_TIMEOUT: it has passed */

/* For tests and benchmarks: what all indexes hold, forgetting those that nobody uses, and what searches did. */
size_t index_memory_used(void);
void index_forget_all(void);

struct index_stats {
	uint64_t searches;                   /* of one base each */
	uint64_t compared;                   /* vectors that the codes did not rule out */
	uint64_t in_store;                   /* searches that went through all vectors after all */
};
struct index_stats index_stats(void);

#endif
