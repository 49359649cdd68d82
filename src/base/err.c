/* base/err.c: the error table as lookups, and fail(). */
#include "base/err.h"

#include <stdarg.h>
#include <stdio.h>

#include "base/ctx.h"
#include "base/utf8.h"

struct row {
	const char *text;
	int status;
};

#define ERR_TABLE_ROW(name, status, text) [ERR_##name] = { text, status },
static const struct row TABLE[ERR_COUNT] = { [OK] = { "it worked", 200 }, ERRORS(ERR_TABLE_ROW) };

int err_status(enum err e)
{
	return TABLE[e].status;
}

const char *err_text(enum err e)
{
	return TABLE[e].text;
}

enum err fail(struct ctx *ctx, enum err e, const char *fmt, ...)
{
	const size_t most = sizeof(ctx->why) - 1;
	va_list ap;
	int n;

	va_start(ap, fmt);
	n = vsnprintf(ctx->why, sizeof(ctx->why), fmt, ap);
	va_end(ap);
	/* Half a character at the end would make the reply that quotes it malformed. */
	if (n > (int)most)
		ctx->why[utf8_cut((struct str){ ctx->why, most }, most - 1).n] = '\0';
	return e;
}
