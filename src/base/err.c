/* base/err.c: the error table as lookups, and fail(). */
#include "base/err.h"

#include <stdarg.h>
#include <stdio.h>

#include "base/ctx.h"

struct row {
	const char *name, *text;
	int status;
};

#define ERR_TABLE_ROW(name, status, text) [ERR_##name] = { #name, text, status },
static const struct row TABLE[ERR_COUNT] = { [OK] = { "OK", "it worked", 200 }, ERRORS(ERR_TABLE_ROW) };

int err_status(enum err e)
{
	return TABLE[e].status;
}

const char *err_name(enum err e)
{
	return TABLE[e].name;
}

const char *err_text(enum err e)
{
	return TABLE[e].text;
}

enum err fail(struct ctx *ctx, enum err e, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(ctx->why, sizeof(ctx->why), fmt, ap);
	va_end(ap);
	return e;
}
