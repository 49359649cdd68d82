/* extract/wire.c: how a document gets from the child to its parent.
 *
 * Records, each a word and a number on a line of its own; where the word says so, that many bytes and
 * a line feed follow. A page and a context count until others are said, so a table's header row
 * is sent once, not with each of its parts. `end` tells a document that is short from one cut short.
 *
 *     title 9
 *     The Guide
 *     context 15
 *     Guide > Install
 *     text 21
 *     Turn the key and wait.
 *     end 1
 *
 * It is this rather than JSON since the parent then copies nothing: texts are slices of what was read. It
 * is read as what a stranger sent, since a parser that was taken over may have written it.
 */
#include "base/utf8.h"
#include "extract/extract_internal.h"

enum {
	NUMBER_DIGITS = 10,
	PAGE_MAX = 10 * 1000 * 1000,
	LINE_MAX_CHARS = 500,                /* of a title or an error */
};

/* -- writing ------------------------------------------------------------------------------------- */

static void put_text(struct buf *out, const char *word, struct str text)
{
	buf_printf(out, "%s %zu\n", word, text.n);
	buf_str(out, text);
	buf_char(out, '\n');
}

static void put_part(struct buf *out, const struct document_part *before, const struct document_part *part)
{
	if (part->page != before->page)
		buf_printf(out, "page %lld\n", (long long)part->page);
	if (!str_eq(part->context, before->context))
		put_text(out, "context", part->context);
	put_text(out, "text", part->text);
}

struct str wire_document(struct arena *mem, const struct document *document)
{
	static const struct document_part NOTHING = {0};
	const struct document_part *before = &NOTHING, *part;
	struct buf out = { .mem = mem };

	if (document->title.p)
		put_text(&out, "title", document->title);
	for (size_t i = 0; i < document->parts.n; i++, before = part) {
		part = LIST_AT(document->parts, struct document_part, i);
		put_part(&out, before, part);
	}
	buf_printf(&out, "end %zu\n", document->parts.n);
	return buf_view(&out);
}

struct str wire_error(struct arena *mem, const char *why)
{
	struct buf out = { .mem = mem };

	put_text(&out, "error", str_of(why));
	return buf_view(&out);
}

/* -- reading ------------------------------------------------------------------------------------- */

struct wire_reader {
	struct ctx *ctx;
	struct str rest;
	struct document document;
	struct document_part part;           /* its page and context count for those to come */
	size_t cap;
	struct str error;                    /* absent: none */
	bool ended;
};

/* A line fit to be shown. */
static bool is_line(struct str text, size_t max_chars)
{
	uint32_t c;

	if (utf8_count(text) > max_chars)
		return false;
	while (utf8_next(&text, &c))
		if (utf8_is_control(c))
			return false;
	return true;
}

static bool take_title(struct wire_reader *r, size_t number, struct str text)
{
	r->document.title = text;
	return is_line(text, LINE_MAX_CHARS);
}

static bool take_page(struct wire_reader *r, size_t number, struct str text)
{
	r->part.page = (int64_t)number;
	return number <= PAGE_MAX;
}

static bool take_context(struct wire_reader *r, size_t number, struct str text)
{
	r->part.context = text.n ? text : (struct str){ NULL, 0 };
	return is_line(text, DOCUMENT_CONTEXT_MAX);
}

static bool take_text(struct wire_reader *r, size_t number, struct str text)
{
	struct list *parts = &r->document.parts;

	if (parts->n == DOCUMENT_PARTS_MAX)
		return false;
	r->part.text = text;
	parts->items = arena_more(r->ctx->mem, parts->items, parts->n, &r->cap, sizeof(r->part));
	*LIST_AT(*parts, struct document_part, parts->n++) = r->part;
	return true;
}

static bool take_error(struct wire_reader *r, size_t number, struct str text)
{
	r->error = text;
	r->ended = true;
	return text.n > 0 && is_line(text, LINE_MAX_CHARS);
}

static bool take_end(struct wire_reader *r, size_t number, struct str text)
{
	r->ended = true;
	return number == r->document.parts.n;
}

static const struct record {
	const char *word;
	bool has_text;                       /* the number counts its bytes */
	bool (*take)(struct wire_reader *r, size_t number, struct str text);
} RECORDS[] = {
	{ "title",   true,  take_title },
	{ "page",    false, take_page },
	{ "context", true,  take_context },
	{ "text",    true,  take_text },
	{ "error",   true,  take_error },
	{ "end",     false, take_end },
};

static const struct record *record_of(struct str word)
{
	for (size_t i = 0; i < COUNT_OF(RECORDS); i++)
		if (str_is(word, RECORDS[i].word))
			return &RECORDS[i];
	return NULL;
}

static bool read_number(struct str digits, size_t *out)
{
	*out = 0;
	if (digits.n == 0 || digits.n > NUMBER_DIGITS)
		return false;
	for (size_t i = 0; i < digits.n; i++) {
		if (!is_digit(digits.p[i]))
			return false;
		*out = *out * 10 + (size_t)(digits.p[i] - '0');
	}
	return true;
}

static bool read_text(struct wire_reader *r, size_t n, struct str *out)
{
	if (r->rest.n <= n || r->rest.p[n] != '\n')
		return false;
	*out = (struct str){ r->rest.p, n };
	r->rest = str_from(r->rest, n + 1);
	return utf8_valid(*out);
}

static bool read_record(struct wire_reader *r)
{
	struct str digits = str_cut(&r->rest, '\n');
	const struct record *record = record_of(str_cut(&digits, ' '));
	struct str text = { NULL, 0 };
	size_t number;

	if (!record || !r->rest.p || !read_number(digits, &number))
		return false;
	if (record->has_text && !read_text(r, number, &text))
		return false;
	return record->take(r, number, text);
}

enum err wire_read(struct ctx *ctx, struct str wire, struct document *out)
{
	struct wire_reader r = { .ctx = ctx, .rest = wire };

	while (!r.ended)
		if (!read_record(&r))
			return fail(ctx, ERR_INTERNAL, "what the parser wrote makes no sense");
	if (r.rest.n > 0)
		return fail(ctx, ERR_INTERNAL, "the parser wrote past the end");
	if (r.error.p)
		return fail(ctx, ERR_INVALID, "%.*s", STR(r.error));
	*out = r.document;
	return OK;
}
