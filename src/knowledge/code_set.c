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

/* Where the next row goes, with its key filled in; NULL: there is no memory. */
static uint8_t *next_row(struct code_set *set, int64_t chunk_seq, size_t expected)
{
	uint8_t *row;

	assert(chunk_seq > set->last_seq);
	if ((!set->last || set->n_last == set->last->cap) && !add_block(set, expected))
		return NULL;
	row = set->last->rows + set->n_last * code_stride(set->dimensions);
	set->last->keys[set->n_last].chunk_seq = set->last_seq = chunk_seq;
	set->n_last++;
	set->n++;
	return row;
}

bool code_set_add(struct code_set *set, int64_t chunk_seq, const void *vector, size_t expected)
{
	uint8_t *row = next_row(set, chunk_seq, expected);

	if (!row)
		return false;
	code_write(row, vector, set->dimensions);
	return true;
}

/* -- removals ------------------------------------------------------------------------------------ */

struct code_sweep code_sweep_start(struct code_set *set, int64_t removals)
{
	return (struct code_sweep){ .set = set, .block = set->first, .left = set->n, .removals = removals };
}

void code_sweep_to(struct code_sweep *s, int64_t chunk_seq)
{
	for (; s->left > 0; s->left--) {
		struct code_key *key;

		if (s->at == s->block->cap) {
			s->block = s->block->next;
			s->at = 0;
		}
		key = &s->block->keys[s->at];
		if (key->chunk_seq > chunk_seq)
			return;
		s->at++;
		if (key->chunk_seq == chunk_seq) {
			s->left--;
			return;
		}
		if (atomic_load_explicit(&key->removed, memory_order_relaxed) == 0) {
			atomic_store_explicit(&key->removed, s->removals, memory_order_relaxed);
			s->set->n_removed++;
		}
	}
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
			row = next_row(out, b->keys[i].chunk_seq, set->n - set->n_removed - out->n);
			if (!row)
				return NULL;
			memcpy(row, b->rows + i * stride, stride);
		}
		left -= n;
	}
	return TAKE(out);
}
