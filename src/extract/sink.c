/* extract/sink.c: a document, collected part by part.
 *
 * Every parser writes here, in the child, and so does what reads a program's output, in the server. So
 * the limits and the mending of text are here, once.
 */
#include <assert.h>

#include "base/utf8.h"
#include "extract/extract_internal.h"

enum { TITLE_MAX = 500 };                    /* characters */
#define ABOVE S(" > ")

void sink_init(struct document_sink *out, struct ctx *ctx)
{
	*out = (struct document_sink){ .ctx = ctx, .text.mem = ctx->mem };
}

bool sink_failed(const struct document_sink *out)
{
	return out->error != OK;
}

/* -- text ---------------------------------------------------------------------------------------- */

static bool is_blank(struct str text)
{
	uint32_t c;

	while (utf8_next(&text, &c))
		if (!utf8_is_space(c) && !utf8_is_control(c))
			return false;
	return true;
}

/* A title or a heading: valid, white space and control characters made single blanks, and no more than
 * `max` characters. Absent when that leaves nothing. */
static struct str one_line(struct arena *mem, struct str text, size_t max)
{
	struct buf out = { .mem = mem };
	char bytes[UTF8_MAX_BYTES];
	bool gap = false;
	size_t n = 0;
	uint32_t c;

	while (n + 1 < max && utf8_next(&text, &c)) {
		bool space = utf8_is_space(c) || utf8_is_control(c);

		if (gap && !space) {
			buf_char(&out, ' ');
			n++;
		}
		if (!space) {
			buf_add(&out, bytes, utf8_put(bytes, c));
			n++;
		}
		gap = space && out.n > 0;
	}
	return out.n ? buf_view(&out) : (struct str){ NULL, 0 };
}

/* False, and an error: there is no room for so many bytes more. */
static bool count(struct document_sink *out, size_t bytes)
{
	if (sink_failed(out))
		return false;
	if (bytes > EXTRACTED_TEXT_MAX - out->bytes) {
		out->error = fail(out->ctx, ERR_INVALID, "the document holds more than %d MiB of text",
				  EXTRACTED_TEXT_MAX >> 20);
		return false;
	}
	out->bytes += bytes;
	return true;
}

void sink_text(struct document_sink *out, struct str text)
{
	if (count(out, text.n))
		buf_str(&out->text, text);
}

void sink_char(struct document_sink *out, char c)
{
	sink_text(out, (struct str){ &c, 1 });
}

void sink_break(struct document_sink *out, int n)
{
	struct str text = buf_view(&out->text);

	if (text.n == 0)
		return;
	for (; n > 0 && text.n > 0 && text.p[text.n - 1] == '\n'; text.n--)
		n--;
	while (n-- > 0)
		sink_char(out, '\n');
}

void sink_title(struct document_sink *out, struct str title)
{
	if (!out->title.p)
		out->title = one_line(out->ctx->mem, title, TITLE_MAX);
}

/* -- parts --------------------------------------------------------------------------------------- */

static void add_part(struct document_sink *out, struct str text, struct str context)
{
	if (out->n_parts == DOCUMENT_PARTS_MAX) {
		out->error = fail(out->ctx, ERR_INVALID, "the document has more than %d parts", DOCUMENT_PARTS_MAX);
		return;
	}
	if (!count(out, context.n))
		return;
	out->parts = arena_more(out->ctx->mem, out->parts, out->n_parts, &out->cap, sizeof(*out->parts));
	out->parts[out->n_parts++] = (struct document_part){ text, context, out->page };
}

static void end_part(struct document_sink *out)
{
	struct str text = buf_view(&out->text);

	if (sink_failed(out) || is_blank(text))
		return;
	add_part(out, utf8_repair(out->ctx->mem, text), out->context);
	out->text = (struct buf){ .mem = out->ctx->mem };
	out->silent_level = 0;
}

static void begin_part(struct document_sink *out, struct str context, int64_t page)
{
	out->text.n = 0;
	out->context = context;
	out->page = page;
}

void sink_part(struct document_sink *out, struct str context, int64_t page)
{
	end_part(out);
	begin_part(out, one_line(out->ctx->mem, context, DOCUMENT_CONTEXT_MAX), page);
}

/* -- headings ------------------------------------------------------------------------------------ */

/* The headings of levels 1 to `level`, joined. When all are too long, the outer ones are left out. */
static struct str join_headings(const struct document_sink *out, int level)
{
	struct buf text = { .mem = out->ctx->mem };
	size_t chars = 0;
	int from = level;

	for (; from > 0; from--) {
		chars += utf8_count(out->headings[from - 1]) + ABOVE.n;
		if (chars > DOCUMENT_CONTEXT_MAX + ABOVE.n)
			break;
	}
	for (int i = from; i < level; i++) {
		if (text.n && out->headings[i].n)
			buf_str(&text, ABOVE);
		buf_str(&text, out->headings[i]);
	}
	return text.n ? buf_view(&text) : (struct str){ NULL, 0 };
}

/* A heading with neither text nor a deeper heading below it would be lost: it becomes text. */
static void say_heading(struct document_sink *out, int next_level)
{
	int level = out->silent_level;

	if (level == 0 || next_level > level || sink_failed(out))
		return;
	if (count(out, out->headings[level - 1].n))
		add_part(out, out->headings[level - 1], join_headings(out, level - 1));
	out->silent_level = 0;
}

void sink_heading(struct document_sink *out, int level, struct str text)
{
	assert(level >= 1 && level <= HEADING_LEVELS);
	end_part(out);
	say_heading(out, level);
	text = one_line(out->ctx->mem, text, DOCUMENT_CONTEXT_MAX);
	memset(out->headings + level - 1, 0, (size_t)(HEADING_LEVELS - level + 1) * sizeof(*out->headings));
	out->headings[level - 1] = text;
	out->silent_level = text.p ? level : 0;
	begin_part(out, join_headings(out, level), out->page);
}

/* -- the end ------------------------------------------------------------------------------------- */

enum err sink_finish(struct document_sink *out, struct document *document)
{
	end_part(out);
	say_heading(out, 0);
	if (sink_failed(out))
		return out->error;
	*document = (struct document){ out->title, { out->parts, out->n_parts } };
	return OK;
}
