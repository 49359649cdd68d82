/* api/site.c: a table of pages. */
#include "api/site.h"

#include <zlib.h>

#include "api/serve.h"
#include "assets.h"
#include "base/id.h"

/* -- documents and embedded files ---------------------------------------------------------------------- */

static bool client_has(const struct http_request *r, struct str etag)
{
	struct str known = http_header_get(r, "if-none-match", NULL);

	while (known.p) {
		struct str one = str_trim(str_cut(&known, ','));

		if (str_starts(one, S("W/")))
			one = str_from(one, 2);
		if (str_eq(one, etag) || str_is(one, "*"))
			return true;
	}
	return false;
}

/* Sets the caching headers; true when the answer is a 304, which has then been given. */
static bool unchanged(struct http_exchange *x, struct str etag)
{
	http_set_header(x, "ETag", etag);
	http_set_header(x, "Cache-Control", S("no-cache"));
	if (!client_has(http_request_of(x), etag))
		return false;
	http_reply(x, 304);
	return true;
}

void serve_document(struct ctx *ctx, struct http_exchange *x, const char *content_type, struct str body)
{
	struct str digest = sha256_hex(ctx->mem, body);

	if (unchanged(x, arena_printf(ctx->mem, "\"%.32s\"", digest.p)))
		return;
	http_set_header(x, "Content-Type", str_of(content_type));
	buf_str(http_body(x), body);
	http_reply(x, 200);
}

static bool accepts_gzip(const struct http_request *r)
{
	struct str accepted = http_header_get(r, "accept-encoding", NULL);

	while (accepted.p) {
		struct str one = str_cut(&accepted, ',');
		struct str name = str_trim(str_cut(&one, ';'));

		if (str_eq_nocase(name, S("gzip")))
			return !str_is(str_trim(one), "q=0");
	}
	return false;
}

static void unpack(const struct asset *a, struct buf *out)
{
	enum { GZIP = 16 };
	z_stream z = { .next_in = (unsigned char *)(uintptr_t)a->data, .avail_in = (unsigned)a->size };
	int state = inflateInit2(&z, MAX_WBITS + GZIP);

	while (state == Z_OK) {
		z.next_out = (unsigned char *)buf_room(out, 64 * 1024);
		z.avail_out = 64 * 1024;
		state = inflate(&z, Z_NO_FLUSH);
		out->n += 64 * 1024 - z.avail_out;
	}
	inflateEnd(&z);
}

void serve_asset(struct ctx *ctx, struct http_exchange *x, const char *content_type, const char *name)
{
	const struct asset *a = asset_find(name);
	bool packed = accepts_gzip(http_request_of(x));

	http_set_header(x, "Vary", S("Accept-Encoding"));
	if (unchanged(x, arena_printf(ctx->mem, "\"%s%s\"", a->etag, packed ? "-gz" : "")))
		return;
	http_set_header(x, "Content-Type", str_of(content_type));
	if (packed) {
		http_set_header(x, "Content-Encoding", S("gzip"));
		http_reply_static(x, 200, (struct str){ (const char *)a->data, a->size });
		return;
	}
	unpack(a, http_body(x));
	http_reply(x, 200);
}

struct str site_origin(struct ctx *ctx, const struct http_request *r)
{
	struct str configured = str_of(api_options_of(ctx)->public_url);
	struct str host = http_header_get(r, "host", NULL);

	/* People write it with a slash at its end, and paths begin with one. */
	while (str_ends(configured, S("/")))
		configured.n--;
	if (configured.n)
		return configured;
	return arena_printf(ctx->mem, "http://%.*s", STR(host.n ? host : S("localhost")));
}

/* -- pages ----------------------------------------------------------------------------------------------- */

static void serve_health(struct ctx *ctx, struct http_exchange *x)
{
	(void)ctx;
	http_set_header(x, "Content-Type", S("application/json"));
	http_set_header(x, "Cache-Control", S("no-store"));
	http_reply_static(x, 200, S("{\"status\":\"ok\"}"));
}

static void serve_scalar(struct ctx *ctx, struct http_exchange *x)
{
	serve_asset(ctx, x, "text/javascript; charset=utf-8", "scalar.js.gz");
}

/* O-6: the reference for language models, one line an operation. */
static void serve_llms(struct ctx *ctx, struct http_exchange *x)
{
	struct str origin = site_origin(ctx, http_request_of(x));
	struct buf out = { .mem = ctx->mem };

	buf_printf(&out,
		   "# agentd\n\n"
		   "> A self-hosted control plane for AI agents. All paths are below %.*s/api/v1; send an API key as\n"
		   "> `Authorization: Bearer KEY`. The full description, with every schema: %.*s/api/v1/openapi.json\n\n"
		   "## Operations\n\n", STR(origin), STR(origin));
	FOR_EACH_OP(op) {
		static const char *const METHODS[] = {
			[HTTP_GET] = "GET", [HTTP_POST] = "POST", [HTTP_PUT] = "PUT", [HTTP_PATCH] = "PATCH", [HTTP_DELETE] = "DELETE",
		};

		buf_printf(&out, "- `%s %s`: %s.%s%s\n", METHODS[op->method], op->path, op->summary, op->doc ? " " : "",
			   op->doc ? op->doc : "");
	}
	serve_document(ctx, x, "text/plain; charset=utf-8", buf_view(&out));
}

static const struct {
	const char *path;
	void (*serve)(struct ctx *ctx, struct http_exchange *x);
} PAGES[] = {
	{ "/healthz", serve_health },
	{ "/llms.txt", serve_llms },
	{ "/assets/scalar.js", serve_scalar },
};

bool site_serve(struct ctx *ctx, struct http_exchange *x)
{
	const struct http_request *r = http_request_of(x);

	if (r->method != HTTP_GET && r->method != HTTP_HEAD)
		return false;
	for (size_t i = 0; i < COUNT_OF(PAGES); i++) {
		if (!str_is(r->path, PAGES[i].path))
			continue;
		PAGES[i].serve(ctx, x);
		return true;
	}
	return false;
}
