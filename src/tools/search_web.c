/* tools/search_web.c: web_search, results of the search server the operator chose, as JSON.
 *
 *     {"results": [{"title": "Tide tables", "url": "https://...", "snippet": "..."}]}
 *
 * The server speaks SearXNG's API: GET /search?q=...&format=json. It is the operator's, so its address may be
 * private; what it finds is strangers' text, and is cut to size.
 */
#include "base/log.h"
#include "base/url.h"
#include "base/utf8.h"
#include "db/db.h"
#include "http/client.h"
#include "tools/tools_internal.h"

enum { REPLY_BYTES_MAX = 2 << 20, TIMEOUT_MS = 20 * 1000, TITLE_BYTES = 300, SNIPPET_BYTES = 1000, URL_BYTES = 2048 };

struct result_out {
	struct str title, url, snippet;
};
static const struct field result_fields[] = {
	{ F_STR("title", result_out, title) },
	{ F_STR("url", result_out, url) },
	{ F_STR("snippet", result_out, snippet) },
};
static const struct schema result_schema = SCHEMA(NULL, result_out, result_fields);

struct results_out {
	struct list results;                 /* of struct result_out */
};
static const struct field results_fields[] = {
	{ F_LIST("results", results_out, results, &result_schema) },
};
static const struct schema results_schema = SCHEMA(NULL, results_out, results_fields);

/* -- asking -------------------------------------------------------------------------------------------- */

/* The server's address may be given with or without the last step. */
static struct str address_of(struct arena *mem, struct str server, struct str query)
{
	struct buf out = { .mem = mem };

	while (str_ends(server, S("/")))
		server.n--;
	buf_str(&out, server);
	if (!str_ends(server, S("/search")))
		buf_z(&out, "/search");
	buf_z(&out, "?format=json&q=");
	url_encode(&out, query);
	return buf_view(&out);
}

/* What the model can tell its user; the rest is the operator's to read. */
static enum err no_results(struct ctx *ctx, const struct http_call *call)
{
	if (call->error == ERR_GONE)
		return ERR_GONE;
	if (call->error == OK)
		log_warn("tool.web_search", kv_i("status", call->status));
	else
		log_warn("tool.web_search", kv_s("error", call->why));
	if (call->error == OK && call->status == 429)
		return fail(ctx, ERR_UPSTREAM, "the search server asks to slow down; try again later");
	return fail(ctx, ERR_UPSTREAM, "the search server does not answer as it should");
}

static enum err ask(struct ctx *ctx, const struct tool_scope *scope, struct str query, const struct json **out)
{
	static const struct http_header HEADERS[] = { { S("Accept"), S("application/json") } };
	struct http_call call = {
		.method = "GET", .url = address_of(ctx->mem, toolbox_search_url(), query), .headers = HEADERS,
		.n_headers = COUNT_OF(HEADERS), .bytes_max = REPLY_BYTES_MAX, .timeout_ms = TIMEOUT_MS,
		.go_on = scope->go_on, .arg = scope->arg,
	};

	db_snapshot_end(ctx);
	if (http_call(ctx, &call) != OK || call.status != 200)
		return no_results(ctx, &call);
	if (json_parse(ctx, call.reply, JSON_REPAIR, out) != OK || !json_is(json_get(*out, "results"), JSON_ARRAY))
		return fail(ctx, ERR_UPSTREAM, "the search server's answer has no results in it");
	return OK;
}

/* -- what it found --------------------------------------------------------------------------------------- */

static struct str brief(const struct json *result, const char *name, size_t bytes_max)
{
	struct str text = str_trim(json_get_str(result, name));

	return text.p ? utf8_cut(text, bytes_max) : S("");
}

/* What has no address of the web is of no use. */
static bool read_result(const struct json *v, struct result_out *out)
{
	struct str url = json_get_str(v, "url");

	*out = (struct result_out){ brief(v, "title", TITLE_BYTES), url, brief(v, "content", SNIPPET_BYTES) };
	return url.n <= URL_BYTES && (str_starts(url, S("http://")) || str_starts(url, S("https://")));
}

enum err search_web(struct ctx *ctx, const struct tool_scope *scope, const void *arguments, struct str *text)
{
	const struct web_search_in *in = arguments;
	struct result_out *results = arena_array(ctx->mem, (size_t)in->limit, sizeof(*results));
	struct results_out out = { { results, 0 } };
	const struct json *answer, *found;

	TRY(ask(ctx, scope, in->query, &answer));
	found = json_get(answer, "results");
	for (size_t i = 0; i < found->n_items && out.results.n < (size_t)in->limit; i++)
		out.results.n += read_result(&found->items[i], &results[out.results.n]);
	*text = schema_text(ctx->mem, &results_schema, &out, WRITE_REPLY);
	return OK;
}
