/* base/buf.h: bytes that grow at the end.
 *
 * With an arena the bytes live there; without one (mem NULL) they are malloc'ed and buf_fini ends
 * their life. Appending cannot fail.
 */
#ifndef BASE_BUF_H
#define BASE_BUF_H

#include <stdarg.h>
#include "base/arena.h"

struct buf {
	char *p;
	size_t n, cap;
	struct arena *mem;
};

void buf_fini(struct buf *b);                        /* frees what was malloc'ed; reusable after */
void buf_z(struct buf *b, const char *z);
void buf_printf(struct buf *b, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
void buf_vprintf(struct buf *b, const char *fmt, va_list ap) __attribute__((format(printf, 2, 0)));
/* Makes room for n more bytes and returns where they go; the caller adds to b->n what it wrote. */
char *buf_room(struct buf *b, size_t n);

static inline void buf_add(struct buf *b, const void *bytes, size_t n)
{
	if (n == 0)
		return;
	memcpy(n > b->cap - b->n ? buf_room(b, n) : b->p + b->n, bytes, n);
	b->n += n;
}

static inline void buf_str(struct buf *b, struct str s)
{
	buf_add(b, s.p, s.n);
}

static inline void buf_char(struct buf *b, char c)
{
	buf_add(b, &c, 1);
}

static inline struct str buf_view(const struct buf *b)
{
	return (struct str){ b->p ? b->p : "", b->n };
}

#endif
