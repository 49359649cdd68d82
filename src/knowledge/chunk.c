/* knowledge/chunk.c: normalising text and cutting it.
 *
 * A chunk ends at the best border in its last third: between paragraphs, else between
 * sentences, else at a line's end, else between words. Scripts that put no space between words,
 * and words without end, are cut behind punctuation, else where a word may end, and never
 * within what a reader takes for one character. The next chunk begins about `overlap` characters
 * before that end. Every cut looks at one chunk's worth of text, and moves on by a quarter of it
 * at least (by as much in two cuts, where lines are kept whole): hence linear time for any input.
 */
#include "knowledge/chunk.h"

#include <assert.h>
#include <stdlib.h>
#include <utf8proc.h>

#include "base/buf.h"
#include "base/sentence.h"
#include "base/utf8.h"

/* --- sizes --------------------------------------------------------------------------------- */

/* Set before the first request, and only read from then on. */
static struct chunk_sizes configured = { .max_chars = CHUNK_CHARS, .overlap_chars = CHUNK_OVERLAP };

void chunk_setup(struct chunk_sizes sizes)
{
	assert(sizes.max_chars >= CHUNK_CHARS_MIN && sizes.max_chars <= CHUNK_CHARS_MAX);
	assert(sizes.overlap_chars <= CHUNK_OVERLAP_MAX);
	configured = sizes;
}

struct chunk_sizes chunk_sizes(void)
{
	return configured;
}

/* --- normalising --------------------------------------------------------------------------- */

/* Every character before this one is in NFC by itself and next to any other. */
enum { FIRST_COMBINING = 0x300, FIRST_COMBINING_LEAD = 0xCC };

/* Marks on one letter, after which UAX 15 puts a joiner: sorting them takes quadratic time. */
enum { MOST_MARKS = 30, GRAPHEME_JOINER = 0x34F };

enum { BYTE_ORDER_MARK = 0xFEFF };

static void add_char(struct buf *out, uint32_t c)
{
	out->n += utf8_put(buf_room(out, UTF8_MAX_BYTES), c);
}

/* Line ends become LF and other controls a space. */
static uint32_t clean_char(uint32_t c)
{
	switch (c) {
	case '\t':
	case '\n':
		return c;
	case '\r':
	case '\v':
	case '\f':
	case 0x85:
	case 0x2028:
	case 0x2029:
		return '\n';
	default:
		return c < ' ' || (c >= 0x7F && c < 0xA0) ? ' ' : c;
	}
}

/* Bytes at the beginning that stay as they are: of most text, nearly all. */
static size_t clean_run(struct str text)
{
	size_t n = 0;

	while (n < text.n && ((text.p[n] >= ' ' && text.p[n] < 0x7F) || text.p[n] == '\n' || text.p[n] == '\t'))
		n++;
	return n;
}

static void clean_next(struct buf *out, struct str *text, size_t *marks)
{
	uint32_t c;

	utf8_next(text, &c);
	if (c == BYTE_ORDER_MARK || (c == '\r' && str_starts(*text, S("\n"))))
		return;
	*marks = c >= FIRST_COMBINING && utf8proc_get_property((utf8proc_int32_t)c)->combining_class ? *marks + 1 : 0;
	if (*marks > MOST_MARKS) {
		add_char(out, GRAPHEME_JOINER);
		*marks = 1;
	}
	add_char(out, clean_char(c));
}

/* The text in valid UTF-8 with clean lines, and with no letter under too many marks. */
static void clean(struct buf *out, struct str text)
{
	size_t marks = 0, run;

	while (text.n) {
		run = clean_run(text);
		buf_add(out, text.p, run);
		text = str_from(text, run);
		if (run)
			marks = 0;
		if (text.n)
			clean_next(out, &text, &marks);
	}
}

static bool may_compose(struct str line)
{
	for (size_t i = 0; i < line.n; i++)
		if ((unsigned char)line.p[i] >= FIRST_COMBINING_LEAD)
			return true;
	return false;
}

/* Adds the line in NFC. A line break neither composes nor is reordered, so lines can be done
 * one by one, and those of most European text not at all. */
static void add_composed(struct buf *out, struct str line)
{
	utf8proc_option_t how = UTF8PROC_STABLE | UTF8PROC_COMPOSE;
	const utf8proc_uint8_t *bytes = (const utf8proc_uint8_t *)line.p;
	utf8proc_int32_t *points;
	utf8proc_ssize_t n, size;

	if (!may_compose(line)) {
		buf_str(out, line);
		return;
	}
	size = utf8proc_decompose(bytes, (utf8proc_ssize_t)line.n, NULL, 0, how);
	assert(size > 0);
	points = xmalloc(((size_t)size + 1) * sizeof(*points));
	n = utf8proc_decompose(bytes, (utf8proc_ssize_t)line.n, points, size, how);
	n = utf8proc_reencode(points, n, how);
	assert(n > 0);
	buf_add(out, points, (size_t)n);
	free(points);
}

static bool is_blank(struct str line)
{
	uint32_t c;

	while (utf8_next(&line, &c))
		if (!utf8_is_space(c))
			return false;
	return true;
}

static void add_lines(struct buf *out, struct str text)
{
	bool gap = false;
	struct str line;

	while (text.p) {
		line = str_cut(&text, '\n');
		if (is_blank(line)) {
			gap = true;
			continue;
		}
		if (out->n)
			buf_z(out, gap ? "\n\n" : "\n");
		add_composed(out, line);
		gap = false;
	}
}

struct str text_normalise(struct arena *mem, struct str text)
{
	struct buf cleaned = {0}, out = { .mem = mem };

	clean(&cleaned, text);
	add_lines(&out, buf_view(&cleaned));
	buf_fini(&cleaned);
	return buf_view(&out);
}

size_t text_words(struct str text)
{
	bool inside = false, space;
	uint32_t c;
	size_t n = 0;

	while (text.n) {
		/* Most text is ASCII most of the time. */
		c = (unsigned char)text.p[0];
		if (c < 0x80)
			text = str_from(text, 1);
		else
			utf8_next(&text, &c);
		space = utf8_is_space(c);
		n += !inside && !space;
		inside = !space;
	}
	return n;
}

/* --- moving by characters ------------------------------------------------------------------- */

static size_t step(struct str s, size_t at)
{
	struct str rest = str_from(s, at);
	uint32_t c;

	return utf8_next(&rest, &c) ? s.n - rest.n : s.n;
}

/* The character at offset `at`; a space behind the end. */
static uint32_t char_at(struct str s, size_t at)
{
	struct str rest = str_from(s, at);
	uint32_t c;

	return utf8_next(&rest, &c) ? c : ' ';
}

static size_t step_back(struct str s, size_t at)
{
	do
		at--;
	while (at > 0 && (s.p[at] & 0xC0) == 0x80);
	return at;
}

/* Only counts where characters begin, which is all that valid text needs. */
static size_t forward(struct str s, size_t at, size_t n_chars)
{
	for (; at < s.n; at++)
		if ((s.p[at] & 0xC0) != 0x80 && n_chars-- == 0)
			break;
	return at;
}

static size_t back(struct str s, size_t at, size_t n_chars)
{
	while (n_chars-- > 0 && at > 0)
		at = step_back(s, at);
	return at;
}

static size_t skip_space(struct str s, size_t at)
{
	while (at < s.n && utf8_is_space(char_at(s, at)))
		at = step(s, at);
	return at;
}

static size_t drop_space(struct str s, size_t end)
{
	size_t before;

	while (end > 0 && utf8_is_space(char_at(s, before = step_back(s, end))))
		end = before;
	return end;
}

/* --- cutting -------------------------------------------------------------------------------- */

/* Where the chunk at the beginning of a text may end, per kind of border; 0: nowhere. */
struct borders {
	size_t paragraph, sentence, line, word;
};

enum {
	/* Looks at sentences a little past the end, to see whether what ends there ends a sentence, */
	LOOK_AHEAD = 8,
	/* and begins a little early, since "Dr." ends none. In bytes. */
	LOOK_BACK = 16,
};

static void find_sentences(struct str text, size_t least, size_t last, struct borders *b)
{
	size_t from = least > LOOK_BACK ? least - LOOK_BACK : 0, to = forward(text, last, LOOK_AHEAD), end;
	struct str rest = { text.p + from, to - from }, sentence;

	while (sentence_next(&rest, &sentence)) {
		end = (size_t)(sentence.p + sentence.n - text.p);
		if (end > last)
			return;
		if (end < least || end == text.n)
			continue;
		b->sentence = end;
		if (str_starts(str_from(text, end), S("\n\n")))
			b->paragraph = end;
	}
}

static void find_spaces(struct str text, size_t least, size_t last, struct borders *b)
{
	uint32_t c;

	for (size_t at = last; at >= least && at > 0; at = step_back(text, at)) {
		c = char_at(text, at);
		if (!b->word && utf8_is_space(c))
			b->word = at;
		if (c == '\n') {
			b->line = at;
			return;
		}
	}
}

/* --- where there are no spaces -------------------------------------------------------------- */

/* The last place of each kind; 0: there is none. */
struct seams {
	size_t clause;               /* behind punctuation */
	size_t word;                 /* not within a word of letters that use spaces, nor a number */
	size_t grapheme;             /* not within what a reader takes for one character */
};

enum { ZERO_WIDTH_SPACE = 0x200B };

static bool ends_clause(uint32_t c)
{
	switch (utf8proc_category((utf8proc_int32_t)c)) {
	case UTF8PROC_CATEGORY_PO:
	case UTF8PROC_CATEGORY_PE:
	case UTF8PROC_CATEGORY_PF:
		return true;
	default:
		return c == ZERO_WIDTH_SPACE;
	}
}

/* Letters with a case, what modifies them, and digits. Ideographs and the letters of Thai are others. */
static bool makes_words(uint32_t c)
{
	switch (utf8proc_category((utf8proc_int32_t)c)) {
	case UTF8PROC_CATEGORY_LU:
	case UTF8PROC_CATEGORY_LL:
	case UTF8PROC_CATEGORY_LT:
	case UTF8PROC_CATEGORY_LM:
	case UTF8PROC_CATEGORY_MN:
	case UTF8PROC_CATEGORY_ND:
		return true;
	default:
		return false;
	}
}

/* Behind `from`, up to `to`. Clusters are told apart from `from` on, as a flag, for one, is two
 * characters of the same kind and so is the flag after it. */
static struct seams find_seams(struct str text, size_t from, size_t to)
{
	uint32_t before = char_at(text, from), c;
	utf8proc_int32_t state = 0;
	struct seams s = {0};

	for (size_t at = step(text, from); at <= to && at < text.n; at = step(text, at), before = c) {
		c = char_at(text, at);
		if (!utf8proc_grapheme_break_stateful((utf8proc_int32_t)before, (utf8proc_int32_t)c, &state))
			continue;
		s.grapheme = at;
		if (!makes_words(before) || !makes_words(c))
			s.word = at;
		if (ends_clause(before) && !ends_clause(c))
			s.clause = at;
	}
	return s;
}

static size_t best_seam(struct str text, size_t least, size_t full)
{
	struct seams s = find_seams(text, least, full);

	if (s.clause)
		return s.clause;
	if (s.word)
		return s.word;
	return s.grapheme ? s.grapheme : full;
}

/* More characters than any cluster has that was not made to annoy. */
enum { CLUSTER_CHARS = 32 };

/* The first place from `from` on, but before `end`, that tears no character; 0: there is none. */
static size_t cluster_start(struct str text, size_t from, size_t end)
{
	size_t at = back(text, from, CLUSTER_CHARS);
	uint32_t before = char_at(text, at), c;
	utf8proc_int32_t state = 0;

	for (at = step(text, at); at < end; at = step(text, at), before = c) {
		c = char_at(text, at);
		if (utf8proc_grapheme_break_stateful((utf8proc_int32_t)before, (utf8proc_int32_t)c, &state) && at >= from)
			return at;
	}
	return 0;
}

/* --- the next chunk ------------------------------------------------------------------------- */

static size_t least_chars(struct chunk_sizes sizes)
{
	return sizes.max_chars - sizes.max_chars / 3;
}

/* The best border between `least` and `full`. */
static size_t best_end(struct str text, size_t least, size_t full)
{
	struct borders b = {0};

	find_sentences(text, least, full, &b);
	if (b.paragraph)
		return b.paragraph;
	if (b.sentence)
		return b.sentence;
	find_spaces(text, least, full, &b);
	if (b.line)
		return b.line;
	if (b.word)
		return b.word;
	return best_seam(text, least, full);
}

static size_t chunk_end(struct str text, struct chunk_sizes sizes)
{
	size_t least_n = least_chars(sizes);
	size_t least = forward(text, 0, least_n), full = forward(text, least, sizes.max_chars - least_n);
	const char *line = sizes.whole_lines && full < text.n ? memrchr(text.p, '\n', full + 1) : NULL;

	if (full == text.n)
		return full;
	if (line)
		return (size_t)(line - text.p);
	return best_end(text, least, full);
}

/* The first sentence that begins between `from` and half way to `end`, or 0. */
static size_t sentence_start(struct str text, size_t from, size_t end)
{
	struct str rest = { text.p + from, end - from }, sentence;
	size_t start;

	if (!sentence_next(&rest, &sentence) || !sentence_next(&rest, &sentence))
		return 0;
	start = (size_t)(sentence.p - text.p);
	return start <= from + (end - from) / 2 ? start : 0;
}

static size_t word_start(struct str text, size_t from, size_t end)
{
	size_t at = from;

	while (at < end && !utf8_is_space(char_at(text, at)))
		at = step(text, at);
	at = skip_space(text, at);
	return at < end ? at : 0;
}

/* Where the chunk after the one that ends at `end` begins. */
static size_t next_start(struct str text, size_t end, struct chunk_sizes sizes)
{
	size_t from = back(text, end, sizes.overlap_chars), after = skip_space(text, end), start;

	/* With a gap this wide behind it, the next chunk might hold nothing but the overlap. */
	if (from == 0 || from == end || sizes.overlap_chars + (after - end) >= least_chars(sizes))
		return after;
	start = sentence_start(text, from, end);
	if (start == 0)
		start = word_start(text, from, end);
	if (start == 0)
		start = cluster_start(text, from, end);
	return start ? start : after;
}

struct chunker chunker_on(struct str text, struct chunk_sizes sizes)
{
	size_t end = drop_space(text, text.n);
	size_t start = skip_space((struct str){ text.p, end }, 0);

	assert(sizes.max_chars > 0);
	if (sizes.overlap_chars > sizes.max_chars / 4)
		sizes.overlap_chars = sizes.max_chars / 4;
	if (sizes.whole_lines)
		sizes.overlap_chars = 0;
	return (struct chunker){ { text.p ? text.p + start : NULL, end - start }, sizes };
}

bool chunk_next(struct chunker *c, struct str *chunk)
{
	struct str text = c->rest;
	size_t end;

	if (text.n == 0)
		return false;
	end = drop_space(text, chunk_end(text, c->sizes));
	*chunk = (struct str){ text.p, end };
	c->rest = str_from(text, end == text.n ? end : next_start(text, end, c->sizes));
	return true;
}
