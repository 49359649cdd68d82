/* app/print.c: one description of a row serves both forms. */
#include "app/print.h"

#include <stdio.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/utf8.h"

enum { GAP = 2 };

/* -- cells --------------------------------------------------------------------------------------- */

/* "lastUsedAt" reads LAST USED AT. */
static struct str heading(struct arena *mem, const char *name)
{
	struct buf out = { .mem = mem };

	for (; *name; name++) {
		bool upper = *name >= 'A' && *name <= 'Z';

		if (upper)
			buf_char(&out, ' ');
		buf_char(&out, upper ? *name : (char)(*name - 'a' + 'A'));
	}
	return buf_view(&out);
}

static struct str time_text(struct arena *mem, int64_t us)
{
	char text[TIME_TEXT_BYTES];

	time_iso(text, us, 0);
	return us ? arena_str(mem, str_of(text)) : (struct str){ NULL, 0 };
}

/* Texts are free: one with an escape sequence in it shall not steer a terminal. `keep`: the control
 * characters that may stay. */
static struct str harmless(struct arena *mem, struct str text, const char *keep)
{
	struct buf out = { .mem = mem };
	uint32_t c;

	while (utf8_next(&text, &c)) {
		bool harm = utf8_is_control(c) && !(c && c < 0x80 && strchr(keep, (int)c));

		out.n += utf8_put(buf_room(&out, UTF8_MAX_BYTES), harm ? '?' : c);
	}
	return buf_view(&out);
}

static struct str cell(struct arena *mem, const struct field *f, const void *row)
{
	const void *at = (const char *)row + f->at;
	struct str text = { NULL, 0 };

	switch (f->type) {
	case FT_STR:
		text = *(const struct str *)at;
		break;
	case FT_BOOL:
		text = *(const bool *)at ? S("yes") : S("no");
		break;
	case FT_INT:
		text = arena_printf(mem, "%lld", (long long)*(const int64_t *)at);
		break;
	case FT_TIME:
		text = time_text(mem, *(const int64_t *)at);
		break;
	default:
		break;
	}
	return text.n ? harmless(mem, text, "") : S("-");
}

/* -- the table ----------------------------------------------------------------------------------- */

struct table {
	struct str *cells;                   /* row by row; the heading is the first */
	size_t n_rows, n_columns;
};

static struct str *cell_at(const struct table *t, size_t row, size_t column)
{
	return &t->cells[row * t->n_columns + column];
}

static struct table table_of(struct arena *mem, const struct schema *schema, const struct list *list)
{
	struct table t = { .n_rows = list->n + 1, .n_columns = schema->n_fields };

	t.cells = arena_array(mem, t.n_rows * t.n_columns, sizeof(*t.cells));
	for (size_t column = 0; column < t.n_columns; column++) {
		const struct field *f = &schema->fields[column];

		*cell_at(&t, 0, column) = heading(mem, f->name);
		for (size_t i = 0; i < list->n; i++)
			*cell_at(&t, i + 1, column) = cell(mem, f, (const char *)list->items + i * schema->size);
	}
	return t;
}

static size_t width_of(const struct table *t, size_t column)
{
	size_t width = 0;

	for (size_t row = 0; row < t->n_rows; row++) {
		size_t n = utf8_count(*cell_at(t, row, column));

		width = n > width ? n : width;
	}
	return width;
}

static void print_table(const struct table *t, const size_t *widths)
{
	for (size_t row = 0; row < t->n_rows; row++) {
		for (size_t column = 0; column < t->n_columns; column++) {
			struct str text = *cell_at(t, row, column);
			bool last = column + 1 == t->n_columns;

			printf("%.*s%*s", STR(text), last ? 0 : (int)(widths[column] - utf8_count(text) + GAP), "");
		}
		putchar('\n');
	}
}

static void print_as_table(struct arena *mem, const struct schema *schema, const struct list *list)
{
	struct table t = table_of(mem, schema, list);
	size_t *widths = arena_array(mem, t.n_columns, sizeof(*widths));

	for (size_t column = 0; column < t.n_columns; column++)
		widths[column] = width_of(&t, column);
	print_table(&t, widths);
}

/* -- JSON ---------------------------------------------------------------------------------------- */

static void print_as_json(struct arena *mem, const struct schema *schema, const struct list *list)
{
	struct buf out = { .mem = mem };
	struct json_writer w = { .out = &out };

	jw_array(&w);
	for (size_t i = 0; i < list->n; i++)
		schema_write(&w, schema, (const char *)list->items + i * schema->size, WRITE_REPLY);
	jw_end(&w);
	printf("%.*s\n", STR(buf_view(&out)));
}

void print_list(struct ctx *ctx, const struct schema *schema, const struct list *list, bool json)
{
	if (json)
		print_as_json(ctx->mem, schema, list);
	else
		print_as_table(ctx->mem, schema, list);
}

void print_object(struct ctx *ctx, const struct schema *schema, const void *item)
{
	printf("%.*s\n", STR(schema_text(ctx->mem, schema, item, WRITE_REPLY)));
}

/* -- texts --------------------------------------------------------------------------------------- */

struct str print_harmless(struct arena *mem, struct str text)
{
	return harmless(mem, text, "");
}

void print_text(struct ctx *ctx, struct str text)
{
	if (isatty(STDOUT_FILENO))
		text = harmless(ctx->mem, text, "\t\n");
	fwrite(text.p, 1, text.n, stdout);
}
