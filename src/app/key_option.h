/* app/key_option.h: the key of a provider, for the commands that take one.
 *
 * It is never on the command line: other users of the machine could read it there.
 */
#ifndef APP_KEY_OPTION_H
#define APP_KEY_OPTION_H

#include "app/option.h"

struct key_option {
	struct str variable;
	bool from_stdin;
};

/* Rows for a member of that type. */
#define KEY_OPTIONS(struct_, member) \
	{ F_STR("key-env", struct_, member.variable), .min = 1, .example = "VAR", \
	  .doc = "Take the key from this environment variable." }, \
	{ F_BOOL("key-stdin", struct_, member.from_stdin), .doc = "Take the key from standard input." }

/* *key: what the options point to, in ctx->mem; wipe it as soon as it was used. { NULL, 0 } when they
 * point nowhere. */
enum err key_option_read(struct ctx *ctx, const struct key_option *option, struct str *key);

#endif
