/* app/key_option.c: a variable or standard input, and no trace of it elsewhere. */
#include "app/key_option.h"

#include <stdio.h>
#include <stdlib.h>

enum { KEY_BYTES_MAX = 8192 };

static enum err key_from_variable(struct ctx *ctx, struct str name, struct str *key)
{
	const char *value = getenv(arena_strz(ctx->mem, name));

	if (!value || !*value)
		return fail(ctx, ERR_INVALID, "the environment variable %.*s is not set", STR(name));
	*key = arena_str(ctx->mem, str_of(value));
	return OK;
}

static enum err key_from_stdin(struct ctx *ctx, struct str *key)
{
	char *text = arena_alloc(ctx->mem, KEY_BYTES_MAX);
	size_t n;

	/* Without stdio's buffer there is no copy to forget. */
	setvbuf(stdin, NULL, _IONBF, 0);
	n = fread(text, 1, KEY_BYTES_MAX, stdin);
	*key = str_trim((struct str){ text, n });
	if (ferror(stdin))
		return fail(ctx, ERR_INVALID, "cannot read standard input: %m");
	if (n == KEY_BYTES_MAX || key->n == 0)
		return fail(ctx, ERR_INVALID, "there is no key on standard input");
	return OK;
}

enum err key_option_read(struct ctx *ctx, const struct key_option *option, struct str *key)
{
	if (option->variable.p && option->from_stdin)
		return fail(ctx, ERR_INVALID, "--key-env and --key-stdin are two places for one key; name one");
	*key = (struct str){ NULL, 0 };
	if (option->from_stdin)
		return key_from_stdin(ctx, key);
	return option->variable.p ? key_from_variable(ctx, option->variable, key) : OK;
}
