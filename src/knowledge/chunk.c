/* knowledge/chunk.c: normalising text and cutting it.
 *
 * A chunk ends at the best border in its second half: between paragraphs, else between
 * sentences, else at a line's end, else between words, and in a text without any of these
 * wherever it is full. The next one begins about `overlap` characters before that end. Every cut
 * looks at one chunk's worth of text, and moves on by a quarter of it at least: hence linear
 * time for any input.
 */
#include "knowledge/chunk.h"

#include <assert.h>
#include <stdlib.h>
#include <utf8proc.h>

#include "base/buf.h"
#include "base/sentence.h"
#include "base/utf8.h"

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

/* The text in valid UTF-8 with clean lines, and with no letter under too many marks. */
static void clean(struct buf *out, struct str text)
{
	size_t marks = 0;
	uint32_t c;

	while (utf8_next(&text, &c)) {
		if (c == BYTE_ORDER_MARK || (c == '\r' && str_starts(text, S("\n"))))
			continue;
		marks = c >= FIRST_COMBINING && utf8proc_get_property((utf8proc_int32_t)c)->combining_class ? marks + 1 : 0;
		if (marks > MOST_MARKS) {
			add_char(out, GRAPHEME_JOINER);
			marks = 1;
		}
		add_char(out, clean_char(c));
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
	bool inside = false;
	uint32_t c;
	size_t n = 0;

	while (utf8_next(&text, &c)) {
		n += !inside && !utf8_is_space(c);
		inside = !utf8_is_space(c);
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

static size_t forward(struct str s, size_t at, size_t n_chars)
{
	while (n_chars-- > 0 && at < s.n)
		at = step(s, at);
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

/* Looks at sentences a little past `last`, to see whether what ends there ends a sentence. */
enum { LOOK_AHEAD = 8 };

static void find_sentences(struct str text, size_t least, size_t last, struct borders *b)
{
	struct str rest = { text.p, forward(text, last, LOOK_AHEAD) }, sentence;
	size_t end;

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
	for (size_t at = last; at >= least && at > 0; at = step_back(text, at)) {
		if (!b->word && utf8_is_space(char_at(text, at)))
			b->word = at;
		if (text.p[at] == '\n') {
			b->line = at;
			return;
		}
	}
}

/* `full`, or a little before it where that would tear a letter from its accent. */
static size_t between_graphemes(struct str text, size_t least, size_t full)
{
	size_t at = full, before;

	while (at > least) {
		before = step_back(text, at);
		if (utf8proc_grapheme_break((utf8proc_int32_t)char_at(text, before), (utf8proc_int32_t)char_at(text, at)))
			return at;
		at = before;
	}
	return full;
}

static size_t least_chars(struct chunk_sizes sizes)
{
	return (sizes.max_chars + 1) / 2;
}

static size_t chunk_end(struct str text, struct chunk_sizes sizes)
{
	size_t full = forward(text, 0, sizes.max_chars);
	size_t least = forward(text, 0, least_chars(sizes));
	struct borders b = {0};

	if (full == text.n)
		return full;
	find_sentences(text, least, full, &b);
	find_spaces(text, least, full, &b);
	if (b.paragraph)
		return b.paragraph;
	if (b.sentence)
		return b.sentence;
	if (b.line)
		return b.line;
	if (b.word)
		return b.word;
	return between_graphemes(text, least, full);
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
	return start ? start : from;
}

struct chunker chunker_on(struct str text, struct chunk_sizes sizes)
{
	size_t end = drop_space(text, text.n);
	size_t start = skip_space((struct str){ text.p, end }, 0);

	assert(sizes.max_chars > 0);
	if (sizes.overlap_chars > sizes.max_chars / 4)
		sizes.overlap_chars = sizes.max_chars / 4;
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
