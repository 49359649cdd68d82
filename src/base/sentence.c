/* base/sentence.c: one pass over the bytes; only what could end a sentence is looked at twice.
 *
 * The marks that end a sentence: ". ! ? ..." when white space follows, the full stops of scripts
 * that use no other always, and a blank line. A full stop ends nothing after an abbreviation or
 * an initial, nor when the text goes on in lower case.
 */
#include "base/sentence.h"

#include "base/utf8.h"

static bool is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

static struct str skip_blanks(struct str s)
{
	while (s.n && is_blank(s.p[0]))
		s = str_from(s, 1);
	return s;
}

/* Bytes of what may close a sentence after its mark: quotes and brackets. */
static size_t closer(struct str s)
{
	static const char *const WIDE[] = { "\u201D", "\u2019", "\u00BB", "\u300D", "\u300F", "\uFF09" };

	if (s.n && strchr("\"')]*_", s.p[0]) && s.p[0])
		return 1;
	for (size_t i = 0; i < COUNT_OF(WIDE); i++)
		if (str_starts(s, str_of(WIDE[i])))
			return strlen(WIDE[i]);
	return 0;
}

/* A run of marks, since "?!" and "..." end one sentence. */
struct marks {
	size_t bytes;                /* 0: none here */
	bool point;                  /* a single full stop, which may belong to an abbreviation */
	bool soft;                   /* full stops and ellipses only: text may go on after them */
	bool wide;                   /* needs no white space after it */
};

static size_t wide_mark(struct str s)
{
	struct str rest = s;
	uint32_t c;

	if (!utf8_next(&rest, &c))
		return 0;
	switch (c) {
	case 0x0589:                 /* Armenian */
	case 0x061F:                 /* Arabic */
	case 0x06D4:
	case 0x0964:                 /* Devanagari and its neighbours */
	case 0x0965:
	case 0x104A:                 /* Burmese */
	case 0x104B:
	case 0x1362:                 /* Ethiopic */
	case 0x1367:
	case 0x1368:
	case 0x17D4:                 /* Khmer */
	case 0x17D5:
	case 0x203C ... 0x203D:      /* two marks in one */
	case 0x2047 ... 0x2049:
	case 0x3002:                 /* Chinese and Japanese */
	case 0xFF01:
	case 0xFF1F:
	case 0xFF61:
		return s.n - rest.n;
	default:
		return 0;
	}
}

static size_t narrow_mark(struct str s)
{
	if (s.n && (s.p[0] == '.' || s.p[0] == '!' || s.p[0] == '?'))
		return 1;
	return str_starts(s, S("\u2026")) ? strlen("\u2026") : 0;
}

static struct marks marks_at(struct str s)
{
	struct marks m = { .soft = true };
	size_t bytes;

	for (;;) {
		struct str rest = str_from(s, m.bytes);

		bytes = narrow_mark(rest);
		if (bytes == 0) {
			bytes = wide_mark(rest);
			m.wide |= bytes > 0;
		}
		if (bytes == 0)
			break;
		m.soft &= rest.p[0] == '.' || bytes > 1;
		m.bytes += bytes;
	}
	m.point = m.bytes == 1 && s.p[0] == '.';
	return m;
}

/* The letters, and points between them, right before offset `at`: "e.g" of "(e.g.". */
static struct str word_before(struct str text, size_t at)
{
	size_t from = at;

	while (from > 0 && at - from < 8 && (is_letter(text.p[from - 1]) || text.p[from - 1] == '.'))
		from--;
	return (struct str){ text.p + from, at - from };
}

static bool is_abbreviation(struct str word)
{
	static const char *const KNOWN[] = {
		"mr", "mrs", "ms", "dr", "prof", "st", "jr", "sr", "vs", "etc", "cf", "e.g", "i.e", "eg", "ie",
		"no", "nos", "vol", "fig", "figs", "eq", "sec", "ch", "pp", "ca", "approx", "inc", "ltd", "co",
		"corp", "dept", "gen", "col", "sgt", "a.m", "p.m", "al", "incl", "excl", "resp", "est",
	};

	if (word.n == 1)
		return word.p[0] != 'I';
	for (size_t i = 0; i < COUNT_OF(KNOWN); i++)
		if (str_eq_nocase(word, str_of(KNOWN[i])))
			return true;
	return false;
}

/* Whether the point at `at` ends the sentence, given what comes after the white space behind it. */
static bool point_ends(struct str text, size_t at, struct str after)
{
	struct str word = word_before(text, at);

	/* "No. 5" and "no." differ in what follows. */
	if (str_eq_nocase(word, S("no")) || str_eq_nocase(word, S("nos")))
		return !is_digit(after.p[0]);
	return !is_abbreviation(word);
}

/* What no sentence begins with: a lower-case letter, or a bracket that closes. */
static bool goes_on(struct str after)
{
	return (after.p[0] >= 'a' && after.p[0] <= 'z') || (after.p[0] && strchr(")]},;:", after.p[0]));
}

/* The offset behind the sentence that marks m at `at` end; 0 when they end none. */
static size_t end_at(struct str text, size_t at, struct marks m)
{
	size_t end = at + m.bytes, bytes;
	struct str rest;

	while ((bytes = closer(str_from(text, end))) > 0)
		end += bytes;
	if (m.wide)
		return end;
	rest = str_from(text, end);
	if (rest.n && !is_blank(rest.p[0]))
		return 0;
	rest = skip_blanks(rest);
	if (rest.n == 0)
		return end;
	if (m.soft && goes_on(rest))
		return 0;
	return m.point && !point_ends(text, at, rest) ? 0 : end;
}

/* Whether the line break at `at` is followed by nothing but blanks up to the next one. */
static bool blank_line_at(struct str text, size_t at)
{
	for (size_t i = at + 1; i < text.n && is_blank(text.p[i]); i++)
		if (text.p[i] == '\n')
			return true;
	return false;
}

/* The first byte of U+0589, before which every mark is ASCII. */
enum { FIRST_WIDE_LEAD = 0xD6 };

/* Whether c may be a mark's first byte, or a line break: few are, and the rest need no look. */
static bool may_end(char c)
{
	return c == '.' || c == '\n' || c == '!' || c == '?' || (unsigned char)c >= FIRST_WIDE_LEAD;
}

/* Where the sentence at the beginning of text ends. */
static size_t sentence_end(struct str text)
{
	struct marks m;
	size_t end, step;

	for (size_t i = 0; i < text.n; i += step) {
		step = 1;
		if (!may_end(text.p[i]))
			continue;
		if (text.p[i] == '\n' && blank_line_at(text, i))
			return i;
		m = marks_at(str_from(text, i));
		end = m.bytes ? end_at(text, i, m) : 0;
		if (end)
			return end;
		if (m.bytes)
			step = m.bytes;
	}
	return text.n;
}

bool sentence_next(struct str *rest, struct str *sentence)
{
	struct str text = skip_blanks(*rest);
	size_t end;

	if (text.n == 0) {
		*rest = text;
		return false;
	}
	end = sentence_end(text);
	*rest = str_from(text, end);
	*sentence = str_trim((struct str){ text.p, end });
	return true;
}
