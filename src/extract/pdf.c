/* extract/pdf.c: what pdftotext writes, made pages and paragraphs.
 *
 * pdftotext runs without -layout: it then follows the order in which a page is read, column after column,
 * and undoes hyphenation. -layout keeps what is side by side on one line, which tears every sentence of
 * a page in two columns, and a search finds sentences. It also runs without -q, since its exit status is
 * the same for a PDF that asks for a password as for one that is broken; what it complains of tells.
 *
 * It ends every line where the page did. Lines of running text are joined here, so that a phrase is found
 * across two of them; the lines of tables, lists and verses stay.
 */
#include "base/utf8.h"
#include "extract/extract_internal.h"

enum {
	PROSE_CHARS = 40,                    /* shorter lines are no running text */
	LINE_CHARS_MAX = 200,
	FULL_LINE_PERCENT = 75,              /* of a typical line; a shorter one ends its paragraph */
};

static bool is_blank(struct str line)
{
	return str_trim(line).n == 0;
}

/* The lines up to the next blank one, which is cut off too. */
static struct str cut_block(struct str *rest)
{
	struct str block = *rest, line;

	while (rest->p) {
		line = str_cut(rest, '\n');
		if (is_blank(line)) {
			block.n = (size_t)(line.p - block.p);
			break;
		}
	}
	return block;
}

/* How long a line of running text is in this block: the median of those that can be one, since a line that
 * took in the rest of a hyphenated word has taken the next line with it. 0: there is no running text. */
static size_t typical_line(struct str block)
{
	size_t counts[LINE_CHARS_MAX + 1] = {0}, n = 0, chars, below = 0, length = PROSE_CHARS;

	if (block.n < PROSE_CHARS)
		return 0;
	while (block.p) {
		chars = utf8_count(str_trim(str_cut(&block, '\n')));
		if (chars < PROSE_CHARS)
			continue;
		counts[chars < LINE_CHARS_MAX ? chars : LINE_CHARS_MAX]++;
		n++;
	}
	if (n == 0)
		return 0;
	while ((below += counts[length]) * 2 < n)
		length++;
	return length;
}

/* -- how two lines belong together ------------------------------------------------------------------ */

/* A bullet, or "12." and "a)", with a blank behind it. */
static bool begins_item(struct str line)
{
	static const char *const BULLETS[] = { "\u2022", "\u25CF", "\u25AA", "\u25E6", "\u2023", "\u2013", "-", "*" };
	size_t n = 0;

	for (size_t i = 0; i < COUNT_OF(BULLETS); i++)
		if (str_starts(line, str_of(BULLETS[i])) && str_starts(str_from(line, strlen(BULLETS[i])), S(" ")))
			return true;
	while (n < line.n && n < 3 && is_digit(line.p[n]))
		n++;
	n += n == 0 && line.n && is_letter(line.p[0]);
	return n > 0 && n + 1 < line.n && (line.p[n] == '.' || line.p[n] == ')') && line.p[n + 1] == ' ';
}

static bool begins_lower(struct str line)
{
	return line.n && line.p[0] >= 'a' && line.p[0] <= 'z';
}

/* Where the line ends in a hyphen that stands inside a word: its length without it; otherwise 0. */
static size_t hyphenated(struct str line, struct str next)
{
	if (!begins_lower(next))
		return 0;
	if (str_ends(line, S("\u00AD")))
		return line.n - strlen("\u00AD");
	return line.n > 1 && line.p[line.n - 1] == '-' && is_letter(line.p[line.n - 2]) ? line.n - 1 : 0;
}

static bool is_full(struct str line, size_t typical)
{
	return typical && utf8_count(line) * 100 >= typical * FULL_LINE_PERCENT;
}

static void add_line(struct document_sink *out, struct str line, struct str next, size_t typical)
{
	size_t stem = hyphenated(line, next);

	if (stem) {
		sink_text(out, (struct str){ line.p, stem });
		return;
	}
	sink_text(out, line);
	if (begins_item(next))
		sink_break(out, 1);
	else if (begins_lower(next) || is_full(line, typical))
		sink_char(out, ' ');
	else
		/* Running text begins anew; short lines among themselves are a table, a verse, a program. */
		sink_break(out, is_full(next, typical) ? 2 : 1);
}

static void add_block(struct document_sink *out, struct str block)
{
	size_t typical = typical_line(block);
	struct str line, next;

	block = str_trim(block);
	next = str_trim(str_cut(&block, '\n'));
	while (block.p) {
		line = next;
		next = str_trim(str_cut(&block, '\n'));
		add_line(out, line, next, typical);
	}
	sink_text(out, next);
	sink_break(out, 2);
}

static enum err read_output(struct ctx *ctx, struct str output, struct document_sink *out)
{
	struct str page;

	for (int64_t number = 1; output.p && !sink_failed(out); number++) {
		page = str_cut(&output, '\f');
		sink_part(out, (struct str){ NULL, 0 }, number);
		while (page.p)
			add_block(out, cut_block(&page));
	}
	return OK;
}

/* pdftotext(1), "Exit codes". */
enum { NO_PERMISSION = 3 };

static const char *explain(int status, struct str complaint)
{
	if (str_find(complaint, S("Incorrect password")) >= 0)
		return "the PDF is encrypted, and opens only with a password";
	if (status == NO_PERMISSION)
		return "the PDF does not permit its text to be copied";
	return "the PDF is damaged, or it is none";
}

const struct extractor extract_pdf = {
	.kind = DOCUMENT_PDF, .name = "pdf", .label = "PDF",
	.extensions = (const char *const[]){ ".pdf", NULL },
	.media_types = (const char *const[]){ "application/pdf", "application/x-pdf", NULL },
	.sniff = sniff_pdf,
	.argv = (const char *const[]){ "/usr/bin/pdftotext", "-enc", "UTF-8", "-eol", "unix", "-", "-", NULL },
	.read_output = read_output, .explain = explain,
};
