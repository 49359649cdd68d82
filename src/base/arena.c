/* base/arena.c: a chain of blocks, filled from the front.
 *
 * Invariant: `last` is the block being filled, every block after it is absent (rewinding frees
 * them), and only the first block survives arena_reset.
 */
#include "base/arena.h"

#include <assert.h>
#include <stdalign.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/log.h"

struct arena_block {
	struct arena_block *prev;
	size_t size, used;
	alignas(16) char bytes[];
};

enum { ALIGN = 16, DEFAULT_BLOCK = 16 * 1024 };

static size_t aligned(size_t n)
{
	return (n + ALIGN - 1) & ~(size_t)(ALIGN - 1);
}

static _Noreturn void out_of_memory(size_t bytes)
{
	log_error("memory.exhausted", kv_i("bytes", (int64_t)bytes));
	abort();
}

void *xmalloc(size_t bytes)
{
	void *p = malloc(bytes ? bytes : 1);

	if (!p)
		out_of_memory(bytes);
	return p;
}

void *xcalloc(size_t n, size_t bytes)
{
	void *p = calloc(n ? n : 1, bytes ? bytes : 1);

	if (!p)
		out_of_memory(bytes);
	return p;
}

void *xrealloc(void *p, size_t bytes)
{
	p = realloc(p, bytes ? bytes : 1);
	if (!p)
		out_of_memory(bytes);
	return p;
}

void arena_init(struct arena *a, size_t block_bytes)
{
	*a = (struct arena){ .block_bytes = block_bytes ? block_bytes : DEFAULT_BLOCK };
}

static void free_after(struct arena *a, struct arena_block *keep)
{
	while (a->last != keep) {
		struct arena_block *gone = a->last;

		a->last = gone->prev;
		free(gone);
	}
	if (!keep)
		a->first = NULL;
}

void arena_fini(struct arena *a)
{
	if (a)
		free_after(a, NULL);
}

void arena_reset(struct arena *a)
{
	/* A first block made for one huge request is not worth keeping. */
	if (a->first && a->first->size > 4 * a->block_bytes) {
		free_after(a, NULL);
		return;
	}
	free_after(a, a->first);
	if (a->first)
		a->first->used = 0;
}

struct arena_mark arena_mark(struct arena *a)
{
	return (struct arena_mark){ a, a->last, a->last ? a->last->used : 0 };
}

void arena_rewind(struct arena_mark *mark)
{
	if (!mark->arena)
		return;
	if (!mark->block) {
		arena_reset(mark->arena);
		return;
	}
	free_after(mark->arena, mark->block);
	mark->block->used = mark->used;
}

void *arena_alloc(struct arena *a, size_t bytes)
{
	struct arena_block *b = a->last;
	size_t need, size;

	if (bytes > SIZE_MAX / 4)
		out_of_memory(bytes);
	need = aligned(bytes ? bytes : 1);
	if (!b || b->size - b->used < need) {
		size = need > a->block_bytes / 4 ? need + a->block_bytes : a->block_bytes;
		b = xmalloc(sizeof(*b) + size);
		*b = (struct arena_block){ .prev = a->last, .size = size };
		a->last = b;
		if (!a->first)
			a->first = b;
	}
	b->used += need;
	return b->bytes + b->used - need;
}

void *arena_zalloc(struct arena *a, size_t bytes)
{
	return memset(arena_alloc(a, bytes), 0, bytes);
}

void *arena_array(struct arena *a, size_t n, size_t bytes)
{
	size_t total;

	if (__builtin_mul_overflow(n, bytes, &total))
		out_of_memory(SIZE_MAX);
	return arena_zalloc(a, total);
}

void *arena_grow(struct arena *a, void *p, size_t old_bytes, size_t new_bytes)
{
	struct arena_block *b = a->last;
	size_t held = aligned(old_bytes ? old_bytes : 1);
	void *moved;

	if (p && new_bytes <= held)
		return p;
	if (p && b && (char *)p == b->bytes + b->used - held &&
	    b->size - (b->used - held) >= aligned(new_bytes)) {
		b->used += aligned(new_bytes) - held;
		return p;
	}
	moved = arena_alloc(a, new_bytes);
	if (p)
		memcpy(moved, p, old_bytes);
	return moved;
}

void *arena_more(struct arena *a, void *items, size_t n, size_t *cap, size_t bytes)
{
	size_t more = *cap ? 2 * *cap : 8;

	if (n < *cap)
		return items;
	items = arena_grow(a, items, *cap * bytes, more * bytes);
	*cap = more;
	return items;
}

char *arena_strz(struct arena *a, struct str s)
{
	char *copy;

	if (!s.p)
		return NULL;
	copy = arena_alloc(a, s.n + 1);
	memcpy(copy, s.p, s.n);
	copy[s.n] = '\0';
	return copy;
}

struct str arena_str(struct arena *a, struct str s)
{
	return (struct str){ arena_strz(a, s), s.n };
}

struct str arena_vprintf(struct arena *a, const char *fmt, va_list ap)
{
	va_list again;
	char *text;
	int n;

	va_copy(again, ap);
	n = vsnprintf(NULL, 0, fmt, ap);
	assert(n >= 0);
	text = arena_alloc(a, (size_t)n + 1);
	vsnprintf(text, (size_t)n + 1, fmt, again);
	va_end(again);
	return (struct str){ text, (size_t)n };
}

struct str arena_printf(struct arena *a, const char *fmt, ...)
{
	struct str s;
	va_list ap;

	va_start(ap, fmt);
	s = arena_vprintf(a, fmt, ap);
	va_end(ap);
	return s;
}
