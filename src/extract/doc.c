/* extract/doc.c: what catdoc writes, made paragraphs and rows.
 *
 * catdoc -w writes a paragraph on a line and a row of a table as cells with tabs between them. Fields keep
 * the instruction that made them (`HYPERLINK "http://..."`), which is cut out. It is given no file name:
 * named "-", it would end with status 0 even where it has read nothing.
 */
#include "extract/extract_internal.h"

/* -- fields ---------------------------------------------------------------------------------------- */

static const char *const FIELDS[] = { "HYPERLINK ", "PAGEREF ", "TOC ", "INCLUDEPICTURE " };

/* Bytes of the argument here, which is a quoted text, a switch such as \l, or a bookmark such as _Toc12;
 * 0: it is none. */
static size_t argument_bytes(struct str text)
{
	bool quoted = str_starts(text, S("\""));
	ptrdiff_t end;

	if (quoted) {
		end = str_index(str_from(text, 1), '"');
		return end < 0 ? 0 : (size_t)end + 2;
	}
	if (!str_starts(text, S("\\")) && !str_starts(text, S("_")))
		return 0;
	end = str_index(text, ' ');
	return end < 0 ? text.n : (size_t)end;
}

static struct str skip_blanks(struct str text)
{
	while (text.n && (text.p[0] == ' ' || text.p[0] == '\t'))
		text = str_from(text, 1);
	return text;
}

/* The text behind the instruction of a field; all of it, where there is none. */
static struct str behind_field(struct str text)
{
	struct str rest;
	size_t n;

	for (size_t i = 0; i < COUNT_OF(FIELDS); i++) {
		if (!str_starts(text, str_of(FIELDS[i])))
			continue;
		rest = skip_blanks(str_from(text, strlen(FIELDS[i])));
		if (argument_bytes(rest) == 0)
			return text;
		while ((n = argument_bytes(rest)) > 0)
			rest = skip_blanks(str_from(rest, n));
		return rest;
	}
	return text;
}

/* -- lines ----------------------------------------------------------------------------------------- */

/* Cuts the first word off the line, and the field that may stand before it. */
static struct str cut_word(struct str *rest)
{
	struct str word = behind_field(*rest);
	size_t n = 0;

	while (n < word.n && word.p[n] != ' ' && word.p[n] != '\t')
		n++;
	*rest = str_from(word, n);
	return (struct str){ word.p, n };
}

/* Runs of blanks become one, since each end of a field leaves some; with a tab in it, a bar between cells. */
static void add_line(struct document_sink *out, struct str line)
{
	struct str gap;

	while (line.n) {
		sink_text(out, cut_word(&line));
		gap = line;
		line = skip_blanks(line);
		gap.n -= line.n;
		if (line.n)
			sink_text(out, str_index(gap, '\t') >= 0 ? S(" | ") : S(" "));
	}
}

static bool is_row(struct str line)
{
	return str_index(str_trim(line), '\t') >= 0;
}

static enum err read_output(struct ctx *ctx, struct str output, struct document_sink *out)
{
	bool after_row = false, row;
	struct str line;

	while (output.p && !sink_failed(out)) {
		line = str_trim(str_cut(&output, '\n'));
		if (line.n == 0)
			continue;
		row = is_row(line);
		sink_break(out, row && after_row ? 1 : 2);
		add_line(out, line);
		after_row = row;
	}
	return OK;
}

static const char *explain(int status, struct str complaint)
{
	if (str_find(complaint, S("encrypted")) >= 0)
		return "the DOC is encrypted";
	return "the DOC is damaged, or it is no document of Word";
}

const struct extractor extract_doc = {
	.kind = DOCUMENT_DOC, .name = "doc", .label = "DOC",
	.extensions = (const char *const[]){ ".doc", NULL },
	.media_types = (const char *const[]){ "application/msword", NULL },
	.sniff = sniff_doc,
	.argv = (const char *const[]){ "/usr/bin/catdoc", "-d", "utf-8", "-w", NULL },
	.read_output = read_output, .explain = explain,
};
