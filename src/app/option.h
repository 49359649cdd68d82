/* app/option.h: values from outside as words, put into a struct by a field table.
 *
 * Commands and configuration describe what they take with the same rows as the API (json/field.h).
 * Here `name` is the long option, .in = IN_PATH marks an argument without one, FT_BOOL is a
 * switch, FT_LIST may be given several times, and `example` stands for the value in the help (when
 * it is not set, the choices do).
 */
#ifndef APP_OPTION_H
#define APP_OPTION_H

#include "json/field.h"

struct given {
	const struct field *field;
	struct str text;                     /* { NULL, 0 } for a switch */
};

/* Reads `--name value`, `--name=value` and plain arguments, in any order; behind "--" everything is
 * plain. *out: of struct given, in the order given. ERR_INVALID: what is not in the table, twice
 * or without its value. */
enum err options_read(struct ctx *ctx, const struct schema *table, int argc, const char *const *argv, struct list *out);

/* ERR_INVALID: a required option is not among those given. */
enum err options_complete(struct ctx *ctx, const struct schema *table, const struct list *given);

/* Fills a zeroed struct with the defaults. */
void options_default(struct ctx *ctx, const struct schema *table, void *out);
/* Sets what was given, checked by its rows. */
enum err options_set(struct ctx *ctx, const struct list *given, void *out);
/* Sets one; `called` is its name in the error's text. */
enum err option_set(struct ctx *ctx, const struct field *f, struct str called, struct str text, void *out);

const struct field *option_by_name(const struct schema *table, struct str name);      /* NULL: none */
/* As the user writes it: "--role", or "EMAIL" for a plain argument. In mem. */
struct str option_called(struct arena *mem, const struct field *f);
/* What stands for its value in the help: "SLUG", or "text|json". In mem. */
struct str option_value_name(struct arena *mem, const struct field *f);

#endif
