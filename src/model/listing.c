/* model/listing.c: one request, or with Anthropic a few. */
#include "model/listing.h"

#include "base/log.h"
#include "base/url.h"
#include "base/utf8.h"
#include "model/key_headers.h"

enum { PAGES_MAX = 20, REPLY_BYTES_MAX = 8 << 20, TIMEOUT_MS = 30 * 1000, NAME_CHARS_MAX = 255 };

struct listing {
	struct ctx *ctx;
	const struct provider_info *provider;
	struct str base_url, key;
	struct listed_model *models;
	size_t n, cap;
	struct str after;                    /* where the next page begins; absent: this was the last */
};

/* -- asking ------------------------------------------------------------------------------------------- */

static struct str url_of(const struct listing *l)
{
	struct buf out = { .mem = l->ctx->mem };

	buf_str(&out, l->base_url);
	if (l->provider->wire == WIRE_ANTHROPIC && !str_ends(l->base_url, S("/v1")))
		buf_z(&out, "/v1");
	buf_z(&out, "/models");
	if (l->provider->wire == WIRE_ANTHROPIC)
		buf_z(&out, "?limit=100");
	if (l->after.p) {
		buf_z(&out, "&after_id=");
		url_encode(&out, l->after);
	}
	return buf_view(&out);
}

/* What the host said is for the log. */
static enum err no_list(const struct listing *l, const struct http_call *call)
{
	const char *name = l->provider->name;

	if (call->error == ERR_INTERNAL)
		return call->error;
	log_warn("model.listing", kv_z("provider", name), kv_i("status", call->status), kv_s("error", call->why));
	if (call->error == ERR_TIMEOUT)
		return fail(l->ctx, ERR_TIMEOUT, "%s takes too long to answer", name);
	if (call->error != OK)
		return fail(l->ctx, ERR_UPSTREAM, "%s cannot be reached", name);
	if (call->status == 401 || call->status == 403)
		return fail(l->ctx, ERR_UPSTREAM, "%s does not accept the key (HTTP %d)", name, call->status);
	return fail(l->ctx, ERR_UPSTREAM, "%s lists no models (HTTP %d)", name, call->status);
}

static enum err ask(const struct listing *l, const struct json **out)
{
	struct http_header headers[1 + KEY_HEADERS_MAX] = { { S("Accept"), S("application/json") } };
	size_t n_headers = 1 + key_headers(l->ctx->mem, l->provider->wire, l->key, headers + 1);
	struct http_call call = {
		.method = "GET", .url = url_of(l), .headers = headers, .n_headers = n_headers,
		.bytes_max = REPLY_BYTES_MAX, .timeout_ms = TIMEOUT_MS,
	};
	enum err e = http_call(l->ctx, &call);

	key_headers_wipe(headers, n_headers, l->key);
	if (e != OK || call.status != 200)
		return no_list(l, &call);
	if (json_parse(l->ctx, call.reply, JSON_REPAIR, out) != OK || !json_is(json_get(*out, "data"), JSON_ARRAY))
		return fail(l->ctx, ERR_UPSTREAM, "%s answers with what is no list of models", l->provider->name);
	return OK;
}

/* -- what is listed --------------------------------------------------------------------------------------- */

/* Parts of the names of models that take or give something else than a conversation. */
static const char *const NO_TALKERS[] = {
	"embed", "whisper", "tts", "moderation", "dall-e", "-image", "realtime", "transcribe", "-audio", "sora",
	"rerank",
};

static bool talks(struct str id)
{
	for (size_t i = 0; i < COUNT_OF(NO_TALKERS); i++)
		if (str_find(id, str_of(NO_TALKERS[i])) >= 0)
			return false;
	return true;
}

/* OpenRouter tells which parameters a model takes. */
static bool reasons(const struct json *v)
{
	const struct json *parameters = json_get(v, "supported_parameters");

	for (size_t i = 0; json_is(parameters, JSON_ARRAY) && i < parameters->n_items; i++)
		if (parameters->items[i].type == JSON_STR && str_is(parameters->items[i].text, "reasoning"))
			return true;
	return false;
}

static struct str name_of(const struct json *v)
{
	struct str name = json_get_str(v, "display_name");

	if (name.n == 0)
		name = json_get_str(v, "name");
	return name.n > 0 && utf8_count(name) <= NAME_CHARS_MAX ? name : (struct str){ NULL, 0 };
}

static bool is_listed(const struct listing *l, struct str id)
{
	for (size_t i = 0; i < l->n; i++)
		if (str_eq(l->models[i].id, id))
			return true;
	return false;
}

static void take(struct listing *l, const struct json *v)
{
	struct str name = json_get_str(v, "id"), id;

	if (name.n == 0 || !talks(name) || l->n == LISTED_MAX)
		return;
	id = provider_model_id(l->ctx->mem, l->provider, name);
	if (utf8_count(id) > NAME_CHARS_MAX || is_listed(l, id))
		return;
	l->models = arena_more(l->ctx->mem, l->models, l->n, &l->cap, sizeof(*l->models));
	l->models[l->n++] = (struct listed_model){ id, name_of(v), reasons(v) };
}

static void take_page(struct listing *l, const struct json *page)
{
	const struct json *data = json_get(page, "data"), *more = json_get(page, "has_more");

	for (size_t i = 0; i < data->n_items; i++)
		take(l, &data->items[i]);
	l->after = (struct str){ NULL, 0 };
	if (json_is(more, JSON_BOOL) && more->boolean && l->provider->wire == WIRE_ANTHROPIC)
		l->after = json_get_str(page, "last_id");
}

enum err model_listing(struct ctx *ctx, const struct provider_info *provider, struct str base_url, struct str key,
		       struct list *out)
{
	struct listing l = { .ctx = ctx, .provider = provider, .base_url = base_url, .key = key };
	const struct json *page;
	int n = 0;

	do {
		TRY(ask(&l, &page));
		take_page(&l, page);
	} while (l.after.n > 0 && ++n < PAGES_MAX);
	*out = (struct list){ l.models, l.n };
	return OK;
}
