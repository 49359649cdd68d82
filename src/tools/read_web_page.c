/* tools/read_web_page.c: web_fetch, the text of a page a part at a time, as JSON.
 *
 *     {"url": "https://...", "title": "Tides", "text": "...", "nextOffset": 20000}
 *
 * The address comes from a model, which may have it from a page that means ill: it goes through the guard
 * like any other (http/client.h), and the page through a parser in its cage. Each part is fetched anew, for
 * nothing is kept between calls.
 */
#include "base/utf8.h"
#include "db/db.h"
#include "knowledge/web.h"
#include "tools/tools_internal.h"

enum { PART_CHARS = 20000 };

struct page_out {
	struct str url, title, text;
	int64_t next_offset;                 /* NO_INT: this is the end */
};
static const struct field page_fields[] = {
	{ F_STR("url", page_out, url) },
	{ F_STR("title", page_out, title), .nullable = true },
	{ F_STR("text", page_out, text) },
	{ F_INT("nextOffset", page_out, next_offset), .nullable = true },
};
static const struct schema page_schema = SCHEMA(NULL, page_out, page_fields);

static struct str text_of(struct arena *mem, const struct document *document)
{
	struct buf out = { .mem = mem };
	struct str context = { NULL, 0 };

	for (size_t i = 0; i < document->parts.n; i++) {
		const struct document_part *part = LIST_AT(document->parts, struct document_part, i);

		if (out.n > 0)
			buf_z(&out, "\n\n");
		if (part->context.n > 0 && !str_eq(part->context, context))
			buf_printf(&out, "%.*s\n", STR(part->context));
		buf_str(&out, part->text);
		context = part->context;
	}
	return buf_view(&out);
}

/* Cuts at most n characters off *rest. */
static struct str take_chars(struct str *rest, int64_t n)
{
	struct str all = *rest;
	uint32_t c;

	while (n-- > 0 && utf8_next(rest, &c))
		;
	return (struct str){ all.p, all.n - rest->n };
}

static enum err fetch(struct ctx *ctx, const struct tool_scope *scope, struct str url, struct document *out)
{
	const struct web_watch watch = { .go_on = scope->go_on, .arg = scope->arg };
	struct web_page page = { .url = url };

	db_snapshot_end(ctx);
	web_fetch(ctx, &page, 1, &watch);
	if (page.error != OK)
		return fail(ctx, page.error, "%.*s", STR(page.why));
	return extract_run(ctx, &(struct extract_job){ page.kind, page.bytes, page.charset }, out);
}

enum err tool_page_text(struct ctx *ctx, const struct tool_scope *scope, struct str url, struct str *text)
{
	struct document document;
	struct str all;

	TRY(fetch(ctx, scope, url, &document));
	all = text_of(ctx->mem, &document);
	*text = take_chars(&all, PAGE_CHARS_MAX);
	return OK;
}

enum err read_web_page(struct ctx *ctx, const struct tool_scope *scope, const void *arguments, struct str *text)
{
	const struct web_fetch_in *in = arguments;
	struct page_out out = { .url = in->url, .next_offset = NO_INT };
	struct document document;
	struct str rest;

	TRY(fetch(ctx, scope, in->url, &document));
	rest = text_of(ctx->mem, &document);
	(void)take_chars(&rest, in->offset);
	out.title = document.title;
	out.text = take_chars(&rest, PART_CHARS);
	if (rest.n > 0)
		out.next_offset = in->offset + PART_CHARS;
	*text = schema_text(ctx->mem, &page_schema, &out, WRITE_REPLY);
	return OK;
}
