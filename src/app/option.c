/* app/option.c: words to fields. Checking them is the field tables' business. */
#include "app/option.h"

#include "base/utf8.h"

/* -- names --------------------------------------------------------------------------------------- */

const struct field *option_by_name(const struct schema *table, struct str name)
{
	for (size_t i = 0; i < table->n_fields; i++)
		if (table->fields[i].in != IN_PATH && str_is(name, table->fields[i].name))
			return &table->fields[i];
	return NULL;
}

struct str option_value_name(struct arena *mem, const struct field *f)
{
	struct buf out = { .mem = mem };

	if (f->example)
		return str_of(f->example);
	for (size_t i = 0; f->one_of && f->one_of[i]; i++)
		buf_printf(&out, "%s%s", i ? "|" : "", f->one_of[i]);
	return buf_view(&out);
}

struct str option_called(struct arena *mem, const struct field *f)
{
	return f->in == IN_PATH ? option_value_name(mem, f) : arena_printf(mem, "--%s", f->name);
}

/* -- reading a command line ---------------------------------------------------------------------- */

struct words {
	struct ctx *ctx;
	const struct schema *table;
	const char *const *next, *const *end;
	struct given *given;
	size_t n, cap;
};

static bool was_given(const struct given *given, size_t n, const struct field *f)
{
	for (size_t i = 0; i < n; i++)
		if (given[i].field == f)
			return true;
	return false;
}

static enum err take(struct words *w, const struct field *f, struct str text)
{
	if (f->type != FT_LIST && was_given(w->given, w->n, f))
		return fail(w->ctx, ERR_INVALID, "%.*s is given twice", STR(option_called(w->ctx->mem, f)));
	w->given = arena_more(w->ctx->mem, w->given, w->n, &w->cap, sizeof(*w->given));
	w->given[w->n++] = (struct given){ f, text };
	return OK;
}

static enum err take_argument(struct words *w, struct str text)
{
	for (size_t i = 0; i < w->table->n_fields; i++) {
		const struct field *f = &w->table->fields[i];

		if (f->in == IN_PATH && !was_given(w->given, w->n, f))
			return take(w, f, text);
	}
	return fail(w->ctx, ERR_INVALID, "unexpected argument '%.*s'", STR(text));
}

/* A value that looks like an option is more likely a forgotten one; `--name=--value` says it is meant. */
static enum err take_next(struct words *w, const struct field *f)
{
	if (w->next == w->end || str_starts(str_of(*w->next), S("--")))
		return fail(w->ctx, ERR_INVALID, "--%s needs a value: %.*s", f->name,
			    STR(option_value_name(w->ctx->mem, f)));
	return take(w, f, str_of(*w->next++));
}

static enum err take_option(struct words *w, struct str word)
{
	struct str value = str_from(word, 2);
	struct str name = str_cut(&value, '=');
	const struct field *f = option_by_name(w->table, name);

	if (!f)
		return fail(w->ctx, ERR_INVALID, "unknown option '--%.*s'", STR(name));
	if (f->type == FT_BOOL)
		return value.p ? fail(w->ctx, ERR_INVALID, "--%s takes no value", f->name) : take(w, f, value);
	return value.p ? take(w, f, value) : take_next(w, f);
}

enum err options_read(struct ctx *ctx, const struct schema *table, int argc, const char *const *argv, struct list *out)
{
	struct words w = { .ctx = ctx, .table = table, .next = argv, .end = argv + argc };
	bool plain = false;

	while (w.next < w.end) {
		struct str word = str_of(*w.next++);

		if (!utf8_valid(word))
			return fail(ctx, ERR_INVALID, "an argument is not valid UTF-8");
		if (!plain && str_is(word, "--"))
			plain = true;
		else if (!plain && word.n > 1 && word.p[0] == '-')
			TRY(take_option(&w, word));
		else
			TRY(take_argument(&w, word));
	}
	*out = (struct list){ w.given, w.n };
	return OK;
}

enum err options_complete(struct ctx *ctx, const struct schema *table, const struct list *given)
{
	for (size_t i = 0; i < table->n_fields; i++) {
		const struct field *f = &table->fields[i];

		if (f->required && !was_given(given->items, given->n, f))
			return fail(ctx, ERR_INVALID, "%.*s is missing", STR(option_called(ctx->mem, f)));
	}
	return OK;
}

/* -- filling the struct -------------------------------------------------------------------------- */

void options_default(struct ctx *ctx, const struct schema *table, void *out)
{
	static const struct json NOTHING = { .type = JSON_OBJECT };

	/* Of what is stored nothing is refused. */
	(void)schema_read(ctx, table, &NOTHING, READ_STORED, out);
}

static void add_to_list(struct arena *mem, struct list *list, struct str text)
{
	struct str *items = arena_array(mem, list->n + 1, sizeof(*items));

	if (list->n)
		memcpy(items, list->items, list->n * sizeof(*items));
	items[list->n] = text;
	*list = (struct list){ items, list->n + 1 };
}

static bool value_of(const struct field *f, struct str text, struct json *out)
{
	switch (f->type) {
	case FT_BOOL:
		*out = (struct json){ .type = JSON_BOOL, .boolean = true };
		return true;
	case FT_INT:
		out->type = JSON_INT;
		return str_to_int(text, &out->integer);
	default:
		*out = (struct json){ .type = JSON_STR, .text = text };
		return true;
	}
}

/* The table reads an object of one member, as it would read a body. */
static enum err check_and_set(struct ctx *ctx, const struct field *f, struct str called, struct json value, void *out)
{
	struct field row = *f;
	struct schema table = { .fields = &row, .n_fields = 1 };
	struct json_member member = { str_of(f->name), value };
	struct json object = { .type = JSON_OBJECT, .members = &member, .n_members = 1 };
	struct issues *issues = NEW(ctx->mem, struct issues);
	struct issues *before = ctx->issues;
	enum err e;

	row.in = IN_BODY;
	ctx->issues = issues;
	e = schema_read(ctx, &table, &object, READ_UPDATE, out);
	ctx->issues = before;
	if (e != OK)
		return fail(ctx, e, "%.*s %.*s", STR(called), STR(issues->items[0].message));
	return OK;
}

enum err option_set(struct ctx *ctx, const struct field *f, struct str called, struct str text, void *out)
{
	struct json value;

	if (f->type == FT_LIST) {
		add_to_list(ctx->mem, (struct list *)((char *)out + f->at), text);
		return OK;
	}
	if (!value_of(f, text, &value))
		return fail(ctx, ERR_INVALID, "%.*s must be a whole number, not '%.*s'", STR(called), STR(text));
	return check_and_set(ctx, f, called, value, out);
}

enum err options_set(struct ctx *ctx, const struct list *given, void *out)
{
	for (size_t i = 0; i < given->n; i++) {
		const struct given *g = LIST_AT(*given, struct given, i);

		TRY(option_set(ctx, g->field, option_called(ctx->mem, g->field), g->text, out));
	}
	return OK;
}
