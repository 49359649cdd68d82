/* app/help.c: nothing here knows a command; the rows tell. */
#include "app/help.h"

#include <stdio.h>

#include "app/config.h"

enum { WIDTH = 100 };

static bool in_group(const struct command *c, struct str group)
{
	struct str name = str_of(c->name);

	return !group.p || str_eq(str_cut(&name, ' '), group);
}

void help_overview(struct str group)
{
	printf("usage: agentd %.*s%sCOMMAND [OPTION...]\n\n", STR(group), group.p ? " " : "");
	for (size_t i = 0; i < n_commands; i++)
		if (in_group(&commands[i], group))
			printf("  agentd %-18s %s\n", commands[i].name, commands[i].summary);
	printf("\n`agentd COMMAND --help` tells more.\n");
}

static struct str value_of(struct arena *mem, const struct field *f)
{
	return f->in == IN_PATH || f->type == FT_BOOL ? S("") : option_value_name(mem, f);
}

/* "--role viewer|operator", in brackets unless it is required. */
static struct str usage_of(struct arena *mem, const struct field *f)
{
	struct str called = option_called(mem, f);
	struct str value = value_of(mem, f);
	struct str words = arena_printf(mem, "%.*s%s%.*s", STR(called), value.n ? " " : "", STR(value));

	if (!f->required)
		words = arena_printf(mem, "[%.*s]", STR(words));
	return arena_printf(mem, "%.*s%s", STR(words), f->type == FT_LIST ? "..." : "");
}

static void print_usage(struct arena *mem, const struct command *c)
{
	size_t column = (size_t)printf("usage: agentd %s", c->name);

	for (size_t i = 0; c->options && i < c->options->n_fields; i++) {
		struct str words = usage_of(mem, &c->options->fields[i]);

		if (column + 1 + words.n > WIDTH)
			column = (size_t)printf("\n       ") - 1;
		column += (size_t)printf(" %.*s", STR(words));
	}
	printf("\n\n");
}

/* What it may be where the usage line does not say, and what it is when it is not given:
 * "default 4; $AGENTD_WORKERS". */
static struct str fallback_of(struct arena *mem, const struct command *c, const struct field *f)
{
	struct buf out = { .mem = mem };

	for (size_t i = 0; f->one_of && f->example && f->one_of[i]; i++)
		buf_printf(&out, "%s%s", i ? ", " : "one of ", f->one_of[i]);
	if (f->def)
		buf_printf(&out, "default %s", f->def);
	if (c->settings)
		buf_printf(&out, "%s$%.*s", f->def ? "; " : "", STR(config_variable(mem, f)));
	return buf_view(&out);
}

static void print_option(struct arena *mem, const struct command *c, const struct field *f)
{
	struct str value = value_of(mem, f);
	struct str fallback = fallback_of(mem, c, f);

	printf("  %.*s%s%.*s\n", STR(option_called(mem, f)), value.n ? " " : "", STR(value));
	printf("        %s%s%.*s%s\n", f->doc, fallback.n ? " (" : "", STR(fallback), fallback.n ? ")" : "");
}

void help_command(struct ctx *ctx, const struct command *c)
{
	print_usage(ctx->mem, c);
	printf("%s\n", c->summary);
	if (c->doc)
		printf("\n%s\n", c->doc);
	if (!c->options)
		return;
	printf("\n");
	for (size_t i = 0; i < c->options->n_fields; i++)
		print_option(ctx->mem, c, &c->options->fields[i]);
}
