/* base/buf.c: doubling growth, in an arena or on the heap. */
#include "base/buf.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>

void buf_fini(struct buf *b)
{
	if (!b->mem)
		free(b->p);
	*b = (struct buf){ .mem = b->mem };
}

char *buf_room(struct buf *b, size_t n)
{
	size_t cap = b->cap ? b->cap : 256;

	while (cap - b->n < n)
		cap *= 2;
	if (cap != b->cap) {
		b->p = b->mem ? arena_grow(b->mem, b->p, b->cap, cap) : xrealloc(b->p, cap);
		b->cap = cap;
	}
	return b->p + b->n;
}

void buf_z(struct buf *b, const char *z)
{
	buf_add(b, z, strlen(z));
}

void buf_vprintf(struct buf *b, const char *fmt, va_list ap)
{
	char small[256];
	va_list again;
	int n;

	va_copy(again, ap);
	n = vsnprintf(small, sizeof(small), fmt, ap);
	assert(n >= 0);
	if ((size_t)n < sizeof(small)) {
		buf_add(b, small, (size_t)n);
	} else {
		vsnprintf(buf_room(b, (size_t)n + 1), (size_t)n + 1, fmt, again);
		b->n += (size_t)n;
	}
	va_end(again);
}

void buf_printf(struct buf *b, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	buf_vprintf(b, fmt, ap);
	va_end(ap);
}
