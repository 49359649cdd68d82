/* knowledge/code_set.c: blocks of rows.
 *
 * Blocks come from the system and go back to it, so that what an index held is not kept by malloc. The
 * first has room for what is known to come, later ones for a share of what is there: memory that was
 * never written to costs nothing but addresses.
 */
#include "knowledge/code_set.h"

#include <assert.h>
#include <stdlib.h>
#include <sys/mman.h>

enum {
	BLOCK_BYTES_MIN = 64 << 10,
	BLOCK_BYTES_MAX = 8 << 20,
	HUGE_BYTES = 2 << 20,
	GROWTH = 4,                          /* a new block holds a quarter of what is there */
};

static size_t row_bytes(size_t dimensions)
{
	return code_stride(dimensions) + sizeof(struct code_key);
}

size_t code_set_bytes(size_t dimensions, size_t n)
{
	return n * row_bytes(dimensions);
}

/* -- blocks -------------------------------------------------------------------------------------- */

static size_t clamp(size_t n, size_t min, size_t max)
{
	return n < min ? min : n > max ? max : n;
}

/* Keys first, rows at the end: the mapping's end is aligned, and so then are the rows. */
static struct code_block *block_new(size_t dimensions, size_t n)
{
	size_t bytes = clamp(code_set_bytes(dimensions, n), BLOCK_BYTES_MIN, BLOCK_BYTES_MAX);
	struct code_block *b;
	uint8_t *at;

	bytes = (bytes + BLOCK_BYTES_MIN - 1) / BLOCK_BYTES_MIN * BLOCK_BYTES_MIN;
	at = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	if (at == MAP_FAILED)
		return NULL;
	/* A large block is filled soon, and then one page fault is better than five hundred. */
	if (bytes >= HUGE_BYTES)
		madvise(at, bytes, MADV_HUGEPAGE);
	b = xcalloc(1, sizeof(*b));
	b->mapped_bytes = bytes;
	b->cap = bytes / row_bytes(dimensions);
	b->keys = (struct code_key *)at;
	b->rows = at + bytes - b->cap * code_stride(dimensions);
	return b;
}

static void block_free(struct code_block *b)
{
	munmap(b->keys, b->mapped_bytes);
	free(b);
}

static bool add_block(struct code_set *set, size_t expected)
{
	struct code_block *b = block_new(set->dimensions, expected > set->n / GROWTH ? expected : set->n / GROWTH);

	if (!b)
		return false;
	if (set->last)
		set->last->next = b;
	else
		set->first = b;
	set->last = b;
	set->n_last = 0;
	set->bytes += b->mapped_bytes;
	return true;
}

/* -- sets ---------------------------------------------------------------------------------------- */

struct code_set *code_set_new(size_t dimensions, int64_t since)
{
	struct code_set *set = xcalloc(1, sizeof(*set));

	set->dimensions = dimensions;
	set->since = set->marked = since;
	atomic_init(&set->users, 1);
	return set;
}

struct code_set *code_set_share(struct code_set *set)
{
	atomic_fetch_add(&set->users, 1);
	return set;
}

void code_set_drop(struct code_set *set)
{
	if (!set || atomic_fetch_sub(&set->users, 1) > 1)
		return;
	for (struct code_block *b = set->first, *next; b; b = next) {
		next = b->next;
		block_free(b);
	}
	free(set);
}

static bool is_behind(struct code_place a, struct code_place b)
{
	return a.arrived > b.arrived || (a.arrived == b.arrived && a.chunk_seq > b.chunk_seq);
}

/* Where the next row goes, with its key filled in; NULL: there is no memory. */
static uint8_t *next_row(struct code_set *set, struct code_place place, size_t expected)
{
	struct code_key *key;
	uint8_t *row;

	assert(is_behind(place, set->newest));
	if ((!set->last || set->n_last == set->last->cap) && !add_block(set, expected))
		return NULL;
	row = set->last->rows + set->n_last * code_stride(set->dimensions);
	key = &set->last->keys[set->n_last];
	key->chunk_seq = place.chunk_seq;
	key->arrived = place.arrived;
	set->newest = place;
	set->n_last++;
	set->n++;
	return row;
}

bool code_set_add(struct code_set *set, struct code_place place, const void *vector, size_t expected)
{
	uint8_t *row = next_row(set, place, expected);

	if (!row)
		return false;
	code_write(row, vector, set->dimensions);
	return true;
}

/* -- removals ------------------------------------------------------------------------------------ */

/* The last range that does not begin behind the chunk; NULL: they all do. */
static const struct kb_range *range_of(const struct kb_range *ranges, size_t n, int64_t chunk_seq)
{
	const struct kb_range *first = ranges;

	while (n > 0) {
		size_t half = n / 2;

		if (ranges[half].first_seq <= chunk_seq) {
			ranges += half + 1;
			n -= half + 1;
		} else {
			n = half;
		}
	}
	return ranges > first ? ranges - 1 : NULL;
}

static bool in_range(const struct kb_range *range, int64_t chunk_seq)
{
	return range && chunk_seq >= range->first_seq && chunk_seq < range->first_seq + range->n;
}

static void mark_removed(struct code_set *set, struct code_key *key, int64_t removals)
{
	if (atomic_load_explicit(&key->removed, memory_order_relaxed) != 0)
		return;
	atomic_store_explicit(&key->removed, removals, memory_order_relaxed);
	set->n_removed++;
}

/* Most rows are in the range of the one before them. */
void code_set_mark(struct code_set *set, const struct kb_base_state *now, const struct list *ranges)
{
	const struct kb_range *range = NULL;
	size_t left = set->n, n;

	for (struct code_block *b = set->first; left > 0; b = b->next, left -= n) {
		n = left < b->cap ? left : b->cap;
		for (size_t i = 0; i < n && b->keys[i].arrived <= now->revision; i++) {
			int64_t chunk_seq = b->keys[i].chunk_seq;

			if (!in_range(range, chunk_seq))
				range = range_of(ranges->items, ranges->n, chunk_seq);
			if (!in_range(range, chunk_seq))
				mark_removed(set, &b->keys[i], now->removals);
		}
	}
	set->marked = now->removals;
}

static void code_set_auto_drop(struct code_set **set)
{
	code_set_drop(*set);
}

struct code_set *code_set_compacted(const struct code_set *set)
{
	AUTO(code_set_auto_drop) struct code_set *out = code_set_new(set->dimensions, set->marked);
	size_t stride = code_stride(set->dimensions), left = set->n;

	for (struct code_block *b = set->first; left > 0; b = b->next) {
		size_t n = left < b->cap ? left : b->cap;

		for (size_t i = 0; i < n; i++) {
			uint8_t *row;

			if (atomic_load_explicit(&b->keys[i].removed, memory_order_relaxed) != 0)
				continue;
			row = next_row(out, (struct code_place){ b->keys[i].arrived, b->keys[i].chunk_seq },
				       set->n - set->n_removed - out->n);
			if (!row)
				return NULL;
			memcpy(row, b->rows + i * stride, stride);
		}
		left -= n;
	}
	return TAKE(out);
}
