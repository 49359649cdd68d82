/* extract/flow.c: what is due, and when it is written. */
#include "extract/flow_internal.h"

#include <stdio.h>

enum {
	HEADING_MAX_BYTES = 400,             /* more is a paragraph in the clothes of a heading */
	DATUM_MAX_BYTES = 200,               /* a cell of more text is laid out by the table, not listed in it */
};

/* -- what is due ---------------------------------------------------------------------------------- */

static void write_separators(struct flow *f)
{
	for (; f->cells_due > 0; f->cells_due--)
		sink_text(f->out, f->row_begun ? S(" | ") : S("| "));
}

static bool at_line_start(const struct flow *f)
{
	struct str text = buf_view(&f->out->text);

	return text.n == 0 || text.p[text.n - 1] == '\n';
}

static void write_due(struct flow *f)
{
	bool next_cell = f->row_begun && f->cells_due > 0;
	bool in_datum = f->row_begun && f->cell_bytes > 0 && f->cell_bytes <= DATUM_MAX_BYTES;

	if (f->breaks && !next_cell && !in_datum)
		sink_break(f->out, f->breaks);
	else if ((f->breaks || f->space) && !next_cell && !at_line_start(f))
		sink_char(f->out, ' ');
	write_separators(f);
	sink_text(f->out, str_of(f->mark));
	f->row_begun = f->in_row;
	f->breaks = 0;
	f->space = false;
	f->mark[0] = '\0';
}

static void add(struct flow *f, struct str text)
{
	if (f->heading_level) {
		if ((f->space || f->breaks) && f->heading.n)
			buf_char(&f->heading, ' ');
		f->space = false;
		f->breaks = 0;
		buf_str(&f->heading, text);
		return;
	}
	write_due(f);
	f->cell_bytes += text.n;
	sink_text(f->out, text);
}

void flow_break(struct flow *f, int breaks)
{
	if (f->mark[0])
		return;
	if (f->in_row)
		breaks = FLOW_LINE;
	if (f->breaks < breaks)
		f->breaks = breaks;
}

void flow_line(struct flow *f)
{
	flow_break(f, f->breaks + 1 < FLOW_PARAGRAPH ? f->breaks + 1 : FLOW_PARAGRAPH);
}

/* -- text ----------------------------------------------------------------------------------------- */

/* What is in text for the sake of how it looks: no-break spaces, soft hyphens, zero-width spaces. */
static const struct filler {
	struct str bytes;
	bool is_space;
} WIDE_FILLERS[] = { { S("\u00A0"), true }, { S("\u00AD"), false }, { S("\u200B"), false } };

static const struct filler BLANK = { S(" "), true };

static const struct filler *filler_at(struct str text)
{
	unsigned char c = (unsigned char)text.p[0];

	if (c <= ' ')
		return &BLANK;
	/* Where the characters of the table begin. */
	if (c != 0xC2 && c != 0xE2)
		return NULL;
	for (size_t i = 0; i < COUNT_OF(WIDE_FILLERS); i++)
		if (str_starts(text, WIDE_FILLERS[i].bytes))
			return &WIDE_FILLERS[i];
	return NULL;
}

void flow_text(struct flow *f, struct str text)
{
	const struct filler *filler = NULL;
	size_t n;

	while (text.n) {
		for (n = 0; n < text.n && !(filler = filler_at(str_from(text, n)));)
			n++;
		if (n)
			add(f, (struct str){ text.p, n });
		if (n == text.n)
			return;
		f->space |= filler->is_space;
		text = str_from(text, n + filler->bytes.n);
	}
}

void flow_verbatim(struct flow *f, struct str text)
{
	if (text.n)
		add(f, text);
}

/* -- headings --------------------------------------------------------------------------------------- */

void flow_heading(struct flow *f, int level)
{
	flow_heading_end(f);
	f->heading.mem = f->out->ctx->mem;
	f->heading_level = level;
	f->in_row = f->row_begun = false;
	f->cells_due = 0;
	f->mark[0] = '\0';
	flow_break(f, FLOW_PARAGRAPH);
}

void flow_heading_end(struct flow *f)
{
	struct str text = str_trim(buf_view(&f->heading));
	int level = f->heading_level;

	if (!level)
		return;
	f->heading_level = 0;
	flow_break(f, FLOW_PARAGRAPH);
	if (text.n > HEADING_MAX_BYTES)
		add(f, text);
	else if (text.n)
		sink_heading(f->out, level, text);
	f->heading.n = 0;
	flow_break(f, FLOW_PARAGRAPH);
}

/* -- lists ------------------------------------------------------------------------------------------ */

static int list_level(int depth)
{
	return depth > FLOW_LIST_LEVELS ? FLOW_LIST_LEVELS : depth;
}

static void set_mark(struct flow *f, int depth, int64_t number)
{
	int indent = 2 * (list_level(depth) - 1);

	flow_break(f, FLOW_LINE);
	if (number)
		snprintf(f->mark, sizeof(f->mark), "%*s%lld. ", indent, "", (long long)number);
	else
		snprintf(f->mark, sizeof(f->mark), "%*s- ", indent, "");
}

void flow_list(struct flow *f, int64_t first)
{
	flow_break(f, f->list_depth ? FLOW_LINE : FLOW_PARAGRAPH);
	f->list_depth++;
	f->next[list_level(f->list_depth) - 1] = first;
}

void flow_list_end(struct flow *f)
{
	if (f->list_depth > 0)
		f->list_depth--;
	flow_break(f, f->list_depth ? FLOW_LINE : FLOW_PARAGRAPH);
}

void flow_item(struct flow *f)
{
	int level = list_level(f->list_depth);

	if (level == 0) {
		set_mark(f, 1, 0);
		return;
	}
	set_mark(f, level, f->next[level - 1]);
	if (f->next[level - 1])
		f->next[level - 1]++;
}

void flow_item_end(struct flow *f)
{
	f->mark[0] = '\0';
	f->breaks = FLOW_LINE;
}

void flow_item_at(struct flow *f, int depth)
{
	set_mark(f, depth, 0);
}

/* -- tables ----------------------------------------------------------------------------------------- */

void flow_row(struct flow *f)
{
	flow_break(f, FLOW_LINE);
	f->in_row = true;
	f->row_begun = false;
	f->cells = f->cells_due = 0;
	f->cell_bytes = 0;
}

void flow_cell(struct flow *f)
{
	flow_break(f, FLOW_LINE);
	if (f->in_row && f->cells++ > 0)
		f->cells_due++;
	f->cell_bytes = 0;
}

void flow_row_end(struct flow *f)
{
	f->in_row = f->row_begun = false;
	f->cells_due = 0;
	f->breaks = FLOW_LINE;
}
