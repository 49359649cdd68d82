/* json/outline.h: what a large JSON text holds, one member or element at a time.
 *
 * json_parse keeps a text as a whole, and has its limits for that reason; a snapshot of a server may be
 * any size. Here only brackets and quotes are looked at, to find where each value ends. Whether it is
 * one shows when it is parsed, or walked through in turn.
 * Threads: any.
 */
#ifndef JSON_OUTLINE_H
#define JSON_OUTLINE_H

#include "base/ctx.h"

struct outline {
	struct str rest;
	char end;                            /* the bracket that closes it */
	bool begun;
};

/* Borrows the text, of one object or array. ERR_INVALID: it is neither. */
enum err outline_open(struct ctx *ctx, struct str text, struct outline *out);
/* The text of the next value, and of an object's member its key, in ctx->mem. *more false: that was the
 * last, and nothing but white space follows. ERR_INVALID: this is not JSON. */
enum err outline_next(struct ctx *ctx, struct outline *outline, bool *more, struct str *key, struct str *value);
/* How many members or elements the text holds. */
enum err outline_count(struct ctx *ctx, struct str text, size_t *n);

#endif
