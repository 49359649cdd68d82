/* base/arena.h: memory that is released all at once.
 *
 * A request, or a turn of a run, allocates as it goes and frees nothing; its end rewinds the
 * arena. An arena keeps its first block across rewinds, so a steady server does not call
 * malloc for small requests at all; larger blocks are given back.
 *
 * Running out of memory ends the process with a log line: every size that comes from outside
 * has met a limit before it gets here.
 * Threads: an arena belongs to one thread at a time.
 */
#ifndef BASE_ARENA_H
#define BASE_ARENA_H

#include <stdarg.h>
#include "base/str.h"

struct arena_block;

struct arena {
	struct arena_block *first, *last;
	size_t block_bytes;
};

struct arena_mark {
	struct arena *arena;
	struct arena_block *block;
	size_t used;
};

/* block_bytes: size of an ordinary block; 0 chooses 16 KiB. Allocates nothing yet. */
void arena_init(struct arena *a, size_t block_bytes);
void arena_fini(struct arena *a);                     /* zeroed or finished already is fine */
void arena_reset(struct arena *a);                    /* everything but the first block */

struct arena_mark arena_mark(struct arena *a);
void arena_rewind(struct arena_mark *mark);           /* usable with AUTO() */

/* Aligned for anything. Never NULL. */
void *arena_alloc(struct arena *a, size_t bytes);
void *arena_zalloc(struct arena *a, size_t bytes);
/* Zeroed room for n things of `bytes` each; the product is checked. */
void *arena_array(struct arena *a, size_t n, size_t bytes);
/* Grows the allocation at p, in place when it is the newest. p NULL allocates. */
void *arena_grow(struct arena *a, void *p, size_t old_bytes, size_t new_bytes);

struct str arena_str(struct arena *a, struct str s);          /* a copy, NUL behind it; NULL stays NULL */
char *arena_strz(struct arena *a, struct str s);              /* the same as a C string */
struct str arena_printf(struct arena *a, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
struct str arena_vprintf(struct arena *a, const char *fmt, va_list ap) __attribute__((format(printf, 2, 0)));

/* Room for one more element behind the n that `items` holds: returns where the array now is.
 * *cap counts elements; start with items NULL and *cap 0. */
void *arena_more(struct arena *a, void *items, size_t n, size_t *cap, size_t bytes);

#define NEW(arena, type) ((type *)arena_zalloc((arena), sizeof(type)))

/* malloc and friends that end the process instead of returning NULL. */
void *xmalloc(size_t bytes);
void *xcalloc(size_t n, size_t bytes);
void *xrealloc(void *p, size_t bytes);

/* Calls fn(&variable) when the variable's scope ends. */
#define AUTO(fn) __attribute__((cleanup(fn), unused))
/* Hands a scoped pointer to someone else: the scope's end then sees NULL. */
#define TAKE(pointer) ({ __typeof__(pointer) taken_ = (pointer); (pointer) = NULL; taken_; })

#endif
