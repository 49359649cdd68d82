/* knowledge/code_set.h: the codes of one base and embedder, in the order in which their chunks arrived.
 *
 * Grows at its end while others read what was there before: rows stay where they are, in blocks of memory
 * of their own. A row tells the base's revision at which its chunk arrived, so that whoever reads an older
 * snapshot passes it over. A row whose chunk was taken away is marked with the base's count of removals at
 * which it was missing, so that whoever reads an older snapshot still finds it.
 * Threads: one may add and sweep at a time; any may read the rows that they were told of by it.
 */
#ifndef KNOWLEDGE_CODE_SET_H
#define KNOWLEDGE_CODE_SET_H

#include <stdatomic.h>

#include "knowledge/quant.h"
#include "store/kb_contents.h"

struct code_key {
	int64_t chunk_seq;
	int64_t arrived;
	_Atomic int64_t removed;             /* 0: it is there */
};

/* Rows are in this order: by arrival, and those that arrived together by seq. */
struct code_place {
	int64_t arrived, chunk_seq;
};

struct code_block {
	struct code_block *next;             /* set before anyone is told of rows behind this block's */
	size_t cap, mapped_bytes;
	struct code_key *keys;               /* cap of them */
	uint8_t *rows;                       /* code_stride(dimensions) apart */
};

struct code_set {
	size_t dimensions;
	int64_t since;                       /* holds all that was there at this count of removals, and came later */
	struct code_block *first;

	/* For the one who changes it. */
	struct code_block *last;
	size_t n, n_removed, n_last;         /* rows; of them marked; rows in the last block */
	struct code_place newest;            /* of the rows ever added */
	int64_t marked;                      /* what was missing at this count of removals is marked */
	size_t bytes;
	_Atomic size_t users;
};

/* With one user. */
struct code_set *code_set_new(size_t dimensions, int64_t since);
struct code_set *code_set_share(struct code_set *set);
/* One user less; the last one frees it. NULL is fine. */
void code_set_drop(struct code_set *set);

/* What n rows take, about. */
size_t code_set_bytes(size_t dimensions, size_t n);

/* vector: set->dimensions floats, perhaps not aligned; the place is behind that of the newest. expected: how
 * many rows will follow, as far as is known. False: there is no memory. */
[[nodiscard]] bool code_set_add(struct code_set *set, struct code_place place, const void *vector, size_t expected);

/* Marks the rows that are not part of the base as a snapshot shows it. ranges: of struct kb_range, by first_seq.
 * Of rows that have arrived since then, the snapshot tells nothing. */
void code_set_mark(struct code_set *set, const struct kb_base_state *now, const struct list *ranges);

/* The rows that are not marked, in a set of their own with one user; NULL: there is no memory. */
struct code_set *code_set_compacted(const struct code_set *set);

#endif
