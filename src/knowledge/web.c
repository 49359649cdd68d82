/* knowledge/web.c: calls of http/client.c, and what became of them in words for the client. */
#include "knowledge/web.h"

#include "base/log.h"
#include "http/client.h"

enum {
	AT_A_TIME = 4,
	REDIRECTS_MAX = 5,
	TIMEOUT_MS = 30 * 1000,
	PAGE_BYTES_MAX = 10 << 20,
	ALL_BYTES_MAX = 64 << 20,
	MEDIA_TYPE_MAX = 80,
};

static const struct http_header HEADERS[] = {
	{ S("User-Agent"), S("agentd/" AGENTD_VERSION " (knowledge base reader)") },
	{ S("Accept"), S("text/html, application/xhtml+xml, text/plain, text/markdown, */*;q=0.5") },
};

struct fetch {
	struct ctx *ctx;
	struct http_call *calls;
	struct web_page *pages;
	size_t n_bytes;                      /* of all pages that have arrived */
	const struct web_watch *watch;
};

/* "image/png" out of a header that anybody may have written; absent when it could not be shown. */
static struct str media_type(struct str content_type)
{
	struct str type = str_trim(str_cut(&content_type, ';'));

	if (type.n == 0 || type.n > MEDIA_TYPE_MAX)
		return (struct str){ NULL, 0 };
	for (size_t i = 0; i < type.n; i++)
		if (!is_letter(type.p[i]) && !is_digit(type.p[i]) && !memchr("/+-._", type.p[i], 5))
			return (struct str){ NULL, 0 };
	return type;
}

static struct str why_no_answer(const struct http_call *call)
{
	switch (call->error) {
	case ERR_FORBIDDEN:
		return S("the address is not allowed");
	case ERR_GONE:
		return S("the pages are larger than 64 MiB together");
	case ERR_INTERNAL:
		/* The operator's to mend, and nothing for clients to read. */
		log_error("web.fetch", kv_s("error", call->why));
		return S("web pages cannot be fetched by this server at the moment");
	default:
		return call->why;
	}
}

static struct str why_no_page(struct ctx *ctx, const struct http_call *call, const char *why)
{
	struct str type = media_type(call->content_type);

	return type.p ? arena_printf(ctx->mem, "it is %.*s, not a page of text", STR(type)) : str_of(why);
}

/* Why the answer is of no use. Absent: it is, and the page has what it needs. */
static struct str read_answer(struct ctx *ctx, const struct http_call *call, struct web_page *page)
{
	const char *why;

	if (call->error != OK)
		return why_no_answer(call);
	if (call->status / 100 != 2)
		return arena_printf(ctx->mem, "the server answered %d", call->status);
	if (call->reply.n == 0)
		return S("the page is empty");
	page->kind = document_kind_of_page(call->content_type, call->reply, &page->charset, &why);
	if (page->kind == DOCUMENT_UNKNOWN)
		return why_no_page(ctx, call, why);
	page->bytes = call->reply;
	return (struct str){ NULL, 0 };
}

static void call_done(void *arg, struct http_call *call)
{
	struct fetch *f = arg;
	struct web_page *page = &f->pages[call - f->calls];

	f->n_bytes += call->reply.n;
	if (f->n_bytes > ALL_BYTES_MAX)
		call->error = ERR_GONE;
	page->why = read_answer(f->ctx, call, page);
	page->error = page->why.p ? ERR_INVALID : OK;
	if (f->watch && f->watch->done)
		f->watch->done(f->watch->arg, page);
}

static bool is_wanted(const struct web_watch *watch)
{
	return !watch || !watch->go_on || watch->go_on(watch->arg);
}

static bool go_on(void *arg)
{
	const struct fetch *f = arg;

	return f->n_bytes <= ALL_BYTES_MAX && is_wanted(f->watch);
}

void web_fetch(struct ctx *ctx, struct web_page *pages, size_t n, const struct web_watch *watch)
{
	struct http_call *calls = arena_array(ctx->mem, n, sizeof(*calls));
	struct fetch f = { .ctx = ctx, .calls = calls, .pages = pages, .watch = watch };

	for (size_t i = 0; i < n; i++)
		calls[i] = (struct http_call){
			.method = "GET", .url = pages[i].url, .headers = HEADERS, .n_headers = COUNT_OF(HEADERS),
			.guarded = true, .redirects = REDIRECTS_MAX, .bytes_max = PAGE_BYTES_MAX,
			.timeout_ms = TIMEOUT_MS, .go_on = go_on, .arg = &f,
		};
	http_call_all(ctx, calls, n, AT_A_TIME, call_done, &f);
}
