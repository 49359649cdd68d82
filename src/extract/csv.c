/* extract/csv.c: tables, read as RFC 4180 has them, and as programs really write them: other separators
 * (told from the first row), any line end, rows of any length, stray quotes.
 *
 * The first row is the header. It is the context of every part, and a part holds as many rows as a chunk
 * has room for beside it, so that each chunk is a small table with its columns named and no row is cut
 * that need not be. "Header: value" pairs, the other way to name the columns, would say the names once for
 * each row: a table of numbers grows to five times its size, and the words of the header drown those
 * of the rows. Cells are set apart by bars, since commas are in many of them.
 *
 *     name | city | phone              <- context
 *     Ada Lovelace | London, UK | 1
 *     Alan Turing | | 2
 */
#include "base/utf8.h"
#include "extract/extract_internal.h"

enum { PART_CHARS = 700 };                   /* of rows; with the header still less than a chunk of usual size */

#define SEPARATORS ",;\t|"
#define BAR S(" | ")

struct table {
	struct str rest;
	char separator;
	struct buf row;                      /* the one read last: its cells and bars */
	size_t empty_cells;                  /* whose bars are not written yet: they may be the row's last */
};

/* -- cells --------------------------------------------------------------------------------------- */

static bool take(struct table *t, char c)
{
	if (t->rest.n == 0 || *t->rest.p != c)
		return false;
	t->rest = str_from(t->rest, 1);
	return true;
}

static char take_any(struct table *t)
{
	char c = *t->rest.p;

	t->rest = str_from(t->rest, 1);
	return c;
}

/* A cell stays on one line, with single blanks and none around it. */
static void put(struct table *t, size_t *cell_bytes, char c)
{
	bool blank = c == ' ' || (c >= '\t' && c <= '\r');

	if (blank && (*cell_bytes == 0 || t->row.p[t->row.n - 1] == ' '))
		return;
	if (*cell_bytes == 0)
		for (; t->empty_cells > 0; t->empty_cells--)
			buf_str(&t->row, BAR);
	buf_char(&t->row, blank ? ' ' : c);
	++*cell_bytes;
}

/* After a quote inside a quoted cell: two of them are one that is meant. False: the quotation ends. */
static bool put_quote(struct table *t, size_t *cell_bytes)
{
	if (!take(t, '"'))
		return false;
	put(t, cell_bytes, '"');
	return true;
}

/* Reads to the end of a cell. True: there is another in the row. */
static bool read_cell(struct table *t)
{
	size_t bytes = 0;
	bool quoted = false, more = false, end = false;

	while (t->rest.n > 0 && !end) {
		char c = take_any(t);

		if (quoted && c == '"')
			quoted = put_quote(t, &bytes);
		else if (quoted)
			put(t, &bytes, c);
		else if (c == '"' && bytes == 0)
			quoted = true;
		else if (c == t->separator)
			more = end = true;
		else if (c == '\r' || c == '\n')
			end = true;
		else
			put(t, &bytes, c);
		if (end && c == '\r')
			take(t, '\n');
	}
	if (bytes > 0 && t->row.p[t->row.n - 1] == ' ')
		t->row.n--;
	return more;
}

/* -- rows ---------------------------------------------------------------------------------------- */

/* The next row that holds anything, in t->row. False: there is none. */
static bool read_row(struct table *t)
{
	t->row.n = 0;
	while (t->rest.n > 0 && t->row.n == 0) {
		t->empty_cells = 0;
		while (read_cell(t))
			t->empty_cells++;
	}
	return t->row.n > 0;
}

/* The separator that the first row has most of outside its quotes. */
static char guess_separator(struct str text)
{
	size_t n[sizeof(SEPARATORS)] = {0}, most = 0;
	bool quoted = false;

	for (size_t i = 0; i < text.n && (quoted || (text.p[i] != '\n' && text.p[i] != '\r')); i++) {
		const char *which = text.p[i] ? strchr(SEPARATORS, text.p[i]) : NULL;

		quoted ^= text.p[i] == '"';
		if (which && !quoted)
			n[which - SEPARATORS]++;
	}
	for (size_t i = 1; i < sizeof(SEPARATORS); i++)
		if (n[i] > n[most])
			most = i;
	return SEPARATORS[most];
}

/* Some programs say it in a line of its own: "sep=;". */
static char read_separator(struct str *text)
{
	struct str rest = *text;
	struct str line = str_trim(str_cut(&rest, '\n'));

	if (line.n != 5 || !str_starts(line, S("sep=")) || !strchr(SEPARATORS, line.p[4]))
		return guess_separator(*text);
	*text = rest;
	return line.p[4];
}

/* -- the document -------------------------------------------------------------------------------- */

static void put_row(struct document_sink *out, struct str row, struct str context, size_t *part_chars)
{
	size_t chars = utf8_count(row) + 1;

	if (*part_chars + chars > PART_CHARS) {
		sink_part(out, context, 0);
		*part_chars = 0;
	}
	sink_text(out, row);
	sink_char(out, '\n');
	*part_chars += chars;
}

static enum err parse(struct ctx *ctx, struct str text, struct document_sink *out)
{
	struct table t = { .row.mem = ctx->mem };
	struct str header, context;
	size_t part_chars = 0;

	t.separator = read_separator(&text);
	t.rest = text;
	if (!read_row(&t))
		return OK;
	header = arena_str(ctx->mem, buf_view(&t.row));
	/* A header too long to be repeated stands once, as a row. */
	context = utf8_count(header) <= DOCUMENT_CONTEXT_MAX ? header : (struct str){ NULL, 0 };
	sink_part(out, context, 0);
	if (!context.p)
		put_row(out, header, context, &part_chars);
	while (!sink_failed(out) && read_row(&t))
		put_row(out, buf_view(&t.row), context, &part_chars);
	/* A header alone is all the text there is. */
	if (context.p && part_chars == 0) {
		sink_part(out, (struct str){ NULL, 0 }, 0);
		sink_text(out, header);
	}
	return OK;
}

const struct extractor extract_csv = {
	.kind = DOCUMENT_CSV, .name = "csv", .label = "CSV",
	.extensions = (const char *const[]){ ".csv", NULL },
	.media_types = (const char *const[]){ "text/csv", "application/csv", NULL },
	.sniff = sniff_text, .is_text = true, .parse = parse,
};
