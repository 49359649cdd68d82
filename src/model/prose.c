/* model/prose.c: a line-by-line reading of the part of Markdown that documents really use.
 *
 * It has to make sense of torn text, so it is no Markdown parser: every line is judged by itself,
 * and a wrong guess costs readability, nothing else.
 */
#include "model/prose.h"

#include "base/buf.h"
#include "base/sentence.h"

/* The longest link is also how far we look for a link's end, or "[[[[" would take quadratic time. */
enum { INDENT_CODE = 4, MOST_ANNOUNCED = 5, ANNOUNCED_BYTES = 400, LONGEST_LINK = 1024 };

struct reader {
	struct arena *mem;
	struct buf quotes;           /* of struct quote */
	struct buf block;            /* lines of the paragraph or item being read, joined */
	enum quote_kind kind;        /* of the block */
	bool code;                   /* between fences */
};

/* --- inside a line -------------------------------------------------------------------------- */

static bool is_space(char c)
{
	return c == ' ' || c == '\t';
}

/* An asterisk that opens or closes emphasis touches a word on one side; "2 * 3" has none. */
static bool is_emphasis(struct str s, size_t at)
{
	bool left = at > 0 && !is_space(s.p[at - 1]);
	bool right = at + 1 < s.n && !is_space(s.p[at + 1]);

	return s.p[at] == '*' && left + right > 0;
}

/* Offset of c in the next LONGEST_LINK bytes, or -1. */
static ptrdiff_t find_near(struct str s, char c)
{
	return str_index((struct str){ s.p, s.n < LONGEST_LINK ? s.n : LONGEST_LINK }, c);
}

/* Bytes of "](target)" behind a link's text, or 0. */
static size_t link_target(struct str s)
{
	ptrdiff_t end;

	if (!str_starts(s, S("](")))
		return 0;
	end = find_near(s, ')');
	return end < 0 ? 0 : (size_t)end + 1;
}

/* Writes what the markup at the beginning of s stands for; returns the bytes of it, or 0. */
static size_t add_markup(struct buf *out, struct str s)
{
	if (str_starts(s, S("**")) || str_starts(s, S("__")) || str_starts(s, S("~~")) || str_starts(s, S("![")))
		return 2;
	if (s.p[0] == '\\' && s.n > 1 && strchr("\\`*_{}[]()#+-.!|<>", s.p[1]) && s.p[1]) {
		buf_char(out, s.p[1]);
		return 2;
	}
	return link_target(s);
}

/* Bytes of a `code span`, quoted as it stands, or 0. */
static size_t code_span(struct str s)
{
	ptrdiff_t end = s.p[0] == '`' ? str_index(str_from(s, 1), '`') : -1;

	return end < 0 ? 0 : (size_t)end + 2;
}

/* Whether the bracket at the beginning of s opens a link. */
static bool opens_link(struct str s)
{
	ptrdiff_t close = s.p[0] == '[' ? find_near(s, ']') : -1;

	return close > 0 && link_target(str_from(s, (size_t)close));
}

/* Bytes of "[12]", which would pass for a citation of ours, or 0. */
static size_t foreign_citation(struct str s)
{
	size_t n = 1;

	if (s.p[0] != '[')
		return 0;
	while (n < s.n && is_digit(s.p[n]))
		n++;
	return n > 1 && n < s.n && s.p[n] == ']' ? n + 1 : 0;
}

/* Last, since "[**12**]" and "[12\\]" become one only when their markup is gone. */
static void disarm_citations(struct buf *text)
{
	size_t n, code;

	for (size_t i = 0; i < text->n; i += n) {
		struct str rest = str_from(buf_view(text), i);

		code = code_span(rest);
		n = code ? code : foreign_citation(rest);
		if (n && !code) {
			text->p[i] = '(';
			text->p[i + n - 1] = ')';
		}
		n = n ? n : 1;
	}
}

static struct str plain(struct arena *mem, struct str s)
{
	struct buf out = { .mem = mem };
	size_t n;

	for (size_t i = 0; i < s.n; i += n) {
		struct str rest = str_from(s, i);

		n = code_span(rest);
		if (n) {
			buf_add(&out, rest.p, n);
			continue;
		}
		n = add_markup(&out, rest);
		if (n)
			continue;
		n = 1;
		if (!is_emphasis(s, i) && !opens_link(rest))
			buf_char(&out, s.p[i]);
	}
	disarm_citations(&out);
	return str_trim(buf_view(&out));
}

/* --- quotes --------------------------------------------------------------------------------- */

static size_t n_quotes(const struct reader *r)
{
	return r->quotes.n / sizeof(struct quote);
}

static void add_quote(struct reader *r, struct quote q)
{
	if (q.text.n)
		buf_add(&r->quotes, &q, sizeof(q));
}

/* Torn: it begins in lower case, or nothing ends it. */
static bool is_whole(struct str s)
{
	if (s.n == 0 || (s.p[0] >= 'a' && s.p[0] <= 'z'))
		return false;
	return (unsigned char)s.p[s.n - 1] >= 0x80 || strchr(".!?:;)\"'`", s.p[s.n - 1]);
}

static void end_block(struct reader *r)
{
	struct str rest = buf_view(&r->block), sentence;
	bool follows = false;

	/* Markup is read within a sentence, so that no code span begins in one quote and ends in another. */
	while (sentence_next(&rest, &sentence)) {
		struct str text = plain(r->mem, sentence);
		/* Items seldom end in a full stop; only what begins them can be torn off. */
		bool whole = is_whole(text) || (r->kind == QUOTE_ITEM && !follows);

		add_quote(r, (struct quote){ r->kind, text, follows, whole });
		follows = true;
	}
	r->block = (struct buf){ .mem = r->mem };
	r->kind = QUOTE_SENTENCE;
}

/* --- lines ---------------------------------------------------------------------------------- */

/* Bytes of "- ", "* ", "+ ", "12. ", "3) " or "> " at the beginning, with the blanks after it. */
static size_t list_marker(struct str s)
{
	size_t n = 0;

	while (n < s.n && n < 4 && is_digit(s.p[n]))
		n++;
	if (n >= s.n || !strchr(n ? ".)" : "-*+", s.p[n]) || !s.p[n])
		return 0;
	n++;
	if (n >= s.n || !is_space(s.p[n]))
		return 0;
	while (n < s.n && is_space(s.p[n]))
		n++;
	return n;
}

/* "---", "***", "===" and the line under a table's head. */
static bool is_rule(struct str s)
{
	for (size_t i = 0; i < s.n; i++)
		if (!strchr("-=*_|:+ \t", s.p[i]) || !s.p[i])
			return false;
	return s.n > 2;
}

static size_t heading_marker(struct str s)
{
	size_t n = 0;

	while (n < s.n && s.p[n] == '#')
		n++;
	return n > 0 && n <= 6 && n < s.n && is_space(s.p[n]) ? n : 0;
}

static bool is_fence(struct str s)
{
	return str_starts(s, S("```")) || str_starts(s, S("~~~"));
}

static bool is_indented(struct str line)
{
	size_t n = 0;

	while (n < line.n && line.p[n] == ' ')
		n++;
	return n >= INDENT_CODE || (n < line.n && line.p[n] == '\t');
}

static void add_code(struct reader *r, struct str line)
{
	bool ticks = str_index(line, '`') >= 0;
	struct str text = line.n == 0 ? line : arena_printf(r->mem, ticks ? "%.*s" : "`%.*s`", STR(line));

	add_quote(r, (struct quote){ QUOTE_CODE, text, false, true });
}

/* "| --listen | the address | 8080 |" reads "--listen: the address; 8080". */
static void add_row(struct reader *r, struct str row)
{
	struct buf out = { .mem = r->mem };
	struct str cell;
	size_t n = 0;

	while (row.p) {
		cell = plain(r->mem, str_trim(str_cut(&row, '|')));
		if (cell.n == 0)
			continue;
		if (n)
			buf_z(&out, n == 1 ? ": " : "; ");
		buf_str(&out, cell);
		n++;
	}
	add_quote(r, (struct quote){ QUOTE_ROW, buf_view(&out), false, true });
}

static void read_fence(struct reader *r, struct str fence)
{
	end_block(r);
	/* Only an opening fence names a language; a bare one is the other of a pair. */
	r->code = fence.n > 3 || !r->code;
}

static void read_text(struct reader *r, struct str text)
{
	size_t marker = list_marker(text);

	if (marker) {
		end_block(r);
		r->kind = QUOTE_ITEM;
	}
	if (r->block.n)
		buf_char(&r->block, ' ');
	buf_str(&r->block, str_from(text, marker));
}

static void read_line(struct reader *r, struct str line)
{
	struct str text = str_trim(line);
	size_t heading = heading_marker(text);

	if (is_fence(text)) {
		read_fence(r, text);
	} else if (r->code) {
		add_code(r, text);
	} else if (text.n == 0 || is_rule(text)) {
		end_block(r);
	} else if (heading) {
		end_block(r);
		add_quote(r, (struct quote){ QUOTE_HEADING, plain(r->mem, str_from(text, heading)), false, true });
	} else if (text.p[0] == '|') {
		end_block(r);
		add_row(r, text);
	} else if (r->block.n == 0 && is_indented(line) && !list_marker(text)) {
		add_code(r, text);
	} else {
		read_text(r, text.p[0] == '>' ? str_trim(str_from(text, 1)) : text);
	}
}

/* --- announcements -------------------------------------------------------------------------- */

static bool is_announcement(const struct quote *q)
{
	return (q->kind == QUOTE_SENTENCE || q->kind == QUOTE_ITEM) && str_ends(q->text, S(":"));
}

static struct str without_point(struct str s)
{
	return str_ends(s, S(".")) ? (struct str){ s.p, s.n - 1 } : s;
}

/* The first of n quotes with what it announces joined to it, as far as an answer has room for it. */
static struct str announced(struct reader *r, const struct quote *q, size_t n)
{
	struct buf out = { .mem = r->mem };

	buf_str(&out, q->text);
	for (size_t i = 1; i < n && i <= MOST_ANNOUNCED; i++) {
		if (q[i].kind != QUOTE_ITEM && q[i].kind != QUOTE_CODE)
			break;
		if (i > 1 && out.n + q[i].text.n > ANNOUNCED_BYTES)
			break;
		buf_z(&out, i == 1 ? " " : "; ");
		buf_str(&out, without_point(q[i].text));
	}
	return buf_view(&out);
}

static void join_announcements(struct reader *r, struct quotes all)
{
	for (size_t i = 0; i + 1 < all.n; i++)
		if (is_announcement(&all.p[i]))
			all.p[i].text = announced(r, &all.p[i], all.n - i);
}

struct quotes prose_quotes(struct arena *mem, struct str passage)
{
	struct reader r = { .mem = mem, .quotes = { .mem = mem }, .block = { .mem = mem } };
	struct quotes all;

	while (passage.p)
		read_line(&r, str_cut(&passage, '\n'));
	end_block(&r);
	all = (struct quotes){ (struct quote *)(void *)r.quotes.p, n_quotes(&r) };
	join_announcements(&r, all);
	return all;
}
