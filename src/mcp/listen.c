/* mcp/listen.c: subscriptions/listen: a stream that tells what has changed.
 *
 * Changes may come from any process on the store, and agent files from outside of all of them; so what is
 * listened to is looked at again and again, by its version. The first message says what of it we can
 * tell about; each carries the id of the request, which names the subscription.
 */
#include <pthread.h>
#include <time.h>

#include "api/serve.h"
#include "base/clock.h"
#include "db/db.h"
#include "mcp/internal.h"

/* Each has a thread, of those for streams. */
enum { LISTENERS_MAX = 256, LISTENERS_EACH = 16, URIS_MAX = 100, KEY_EVERY_MS = 15 * 1000, NAP_MS = 100 };

/* -- how many there are ------------------------------------------------------------------------------------ */

struct listener {
	struct listener *next;
	struct str principal;
};

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static struct listener *listeners;                         /* under lock */

static bool enter(struct listener *l)
{
	size_t all = 0, same = 0;
	bool room;

	pthread_mutex_lock(&lock);
	for (const struct listener *o = listeners; o; o = o->next) {
		all++;
		same += str_eq(o->principal, l->principal);
	}
	room = all < LISTENERS_MAX && same < LISTENERS_EACH;
	if (room) {
		l->next = listeners;
		listeners = l;
	}
	pthread_mutex_unlock(&lock);
	return room;
}

static void leave(const struct listener *l)
{
	struct listener **at = &listeners;

	pthread_mutex_lock(&lock);
	while (*at != l)
		at = &(*at)->next;
	*at = l->next;
	pthread_mutex_unlock(&lock);
}

/* -- what is listened to ----------------------------------------------------------------------------------- */

static const struct {
	const char *filter, *method;
	enum mcp_list list;
} KINDS[] = {
	{ "toolsListChanged", "notifications/tools/list_changed", MCP_TOOLS },
	{ "promptsListChanged", "notifications/prompts/list_changed", MCP_PROMPTS },
	{ "resourcesListChanged", "notifications/resources/list_changed", MCP_RESOURCES },
};

struct watch {
	bool lists[COUNT_OF(KINDS)];
	uint64_t list_versions[COUNT_OF(KINDS)];
	struct str *uris;
	uint64_t *uri_versions;
	size_t n_uris;
};

/* Of what is not there, nothing can be told: it is left out of what is acknowledged. */
static void watch_uris(struct mcp_turn *t, const struct json *uris, struct watch *out)
{
	struct arena *mem = t->ctx->mem;
	size_t n = uris->n_items;
	struct str *all = arena_array(mem, n, sizeof(*all));
	uint64_t *versions = arena_array(mem, n, sizeof(*versions));

	for (size_t i = 0; i < n; i++)
		all[i] = uris->items[i].text;
	t->features->resource_versions(t->ctx, all, n, versions);
	for (size_t i = 0; i < n; i++) {
		if (!versions[i])
			continue;
		all[out->n_uris] = all[i];
		versions[out->n_uris++] = versions[i];
	}
	out->uris = all;
	out->uri_versions = versions;
}

static bool are_uris(const struct json *v)
{
	if (v->type != JSON_ARRAY || v->n_items > URIS_MAX)
		return false;
	for (size_t i = 0; i < v->n_items; i++)
		if (v->items[i].type != JSON_STR)
			return false;
	return true;
}

static enum err watch_read(struct mcp_turn *t, struct watch *out)
{
	const struct json *filter = json_get(t->message.params, "notifications");
	const struct json *uris = json_get(filter, "resourceSubscriptions");

	if (!json_is(filter, JSON_OBJECT))
		return mcp_refuse(t, MCP_INVALID_PARAMS, "params.notifications must be an object");
	if (uris && !are_uris(uris))
		return mcp_refuse(t, MCP_INVALID_PARAMS, "resourceSubscriptions must be a list of at most %d URIs",
				  URIS_MAX);
	for (size_t i = 0; i < COUNT_OF(KINDS); i++) {
		const struct json *wanted = json_get(filter, KINDS[i].filter);

		out->lists[i] = json_is(wanted, JSON_BOOL) && wanted->boolean && t->features->lists[KINDS[i].list] &&
				t->features->list_version(t->ctx, KINDS[i].list, &out->list_versions[i]) == OK;
	}
	if (uris && t->features->resource_versions)
		watch_uris(t, uris, out);
	return OK;
}

/* -- messages ------------------------------------------------------------------------------------------------ */

/* Ends the params, or the result, that are open: with the subscription that they belong to. */
static void end_with_subscription(struct mcp_turn *t, struct json_writer *w)
{
	jw_key(w, "_meta");
	jw_object(w);
	jw_key(w, "io.modelcontextprotocol/subscriptionId");
	mcp_write_id(w, t->message.id);
	jw_end(w);
	jw_end(w);
	jw_end(w);
}

static enum err send_acknowledged(struct mcp_turn *t, const struct watch *watch)
{
	struct buf text = { .mem = t->ctx->mem };
	struct json_writer w = { .out = &text };

	mcp_open_notification(&w, "notifications/subscriptions/acknowledged");
	jw_key(&w, "notifications");
	jw_object(&w);
	for (size_t i = 0; i < COUNT_OF(KINDS); i++) {
		if (!watch->lists[i])
			continue;
		jw_key(&w, KINDS[i].filter);
		jw_bool(&w, true);
	}
	if (watch->n_uris > 0) {
		jw_key(&w, "resourceSubscriptions");
		jw_array(&w);
		for (size_t i = 0; i < watch->n_uris; i++)
			jw_str(&w, watch->uris[i]);
		jw_end(&w);
	}
	jw_end(&w);
	end_with_subscription(t, &w);
	return mcp_channel_send(&t->channel, buf_view(&text));
}

/* uri absent: it is about a list. */
static enum err send_change(struct mcp_turn *t, const char *method, struct str uri)
{
	struct buf text = { .mem = t->ctx->mem };
	struct json_writer w = { .out = &text };

	mcp_open_notification(&w, method);
	if (uri.p) {
		jw_key(&w, "uri");
		jw_str(&w, uri);
	}
	end_with_subscription(t, &w);
	return mcp_channel_send(&t->channel, buf_view(&text));
}

static struct str end_text(struct mcp_turn *t)
{
	struct buf text = { .mem = t->ctx->mem };
	struct json_writer w = { .out = &text };

	jw_object(&w);
	mcp_write_head(&w, t->message.id);
	jw_key(&w, "result");
	jw_object(&w);
	jw_key(&w, "resultType");
	jw_z(&w, "complete");
	end_with_subscription(t, &w);
	return buf_view(&text);
}

/* -- while it lasts -------------------------------------------------------------------------------------------- */

static enum err look_at_lists(struct mcp_turn *t, struct watch *watch)
{
	for (size_t i = 0; i < COUNT_OF(KINDS); i++) {
		uint64_t now;

		/* What cannot be read just now may have changed by the time it can. */
		if (!watch->lists[i] || t->features->list_version(t->ctx, KINDS[i].list, &now) != OK ||
		    now == watch->list_versions[i])
			continue;
		watch->list_versions[i] = now;
		TRY(send_change(t, KINDS[i].method, (struct str){ NULL, 0 }));
	}
	return OK;
}

static enum err look_at_resources(struct mcp_turn *t, struct watch *watch)
{
	uint64_t *now = arena_array(t->ctx->mem, watch->n_uris, sizeof(*now));

	if (watch->n_uris > 0)
		t->features->resource_versions(t->ctx, watch->uris, watch->n_uris, now);
	for (size_t i = 0; i < watch->n_uris; i++) {
		if (!now[i] || now[i] == watch->uri_versions[i])
			continue;
		watch->uri_versions[i] = now[i];
		TRY(send_change(t, "notifications/resources/updated", watch->uris[i]));
	}
	return OK;
}

static enum err look(struct mcp_turn *t, struct watch *watch)
{
	AUTO(arena_rewind) struct arena_mark mark = arena_mark(t->ctx->mem);

	TRY(look_at_lists(t, watch));
	return look_at_resources(t, watch);
}

/* A key that was switched off must not go on listening. */
static bool is_still_admitted(struct mcp_turn *t)
{
	AUTO(arena_rewind) struct arena_mark mark = arena_mark(t->ctx->mem);
	struct actor actor = t->ctx->actor;
	enum key_verdict verdict;
	enum err e;

	if (t->features->open)
		return true;
	e = api_authenticate(t->ctx, http_request_of(t->x), false, &verdict);
	t->ctx->actor = actor;
	return e != OK || verdict == KEY_GOOD;
}

/* In naps, so that a server that stops need not wait for it. Whether the client is still there. */
static bool rest(struct mcp_turn *t)
{
	int64_t until_ms = mono_ms() + t->features->look_every_ms;

	/* Of hundreds who sleep most of the time none keeps a connection; and the next look sees what is there then. */
	db_reader_close(TAKE(t->ctx->reader));
	while (http_stream_alive(t->x) && mono_ms() < until_ms)
		nanosleep(&(struct timespec){ .tv_nsec = NAP_MS * 1000000L }, NULL);
	return http_stream_alive(t->x);
}

static void watch_on(struct mcp_turn *t, struct watch *watch)
{
	int64_t key_ms = mono_ms();

	while (rest(t) && look(t, watch) == OK) {
		if (mono_ms() - key_ms < KEY_EVERY_MS)
			continue;
		if (!is_still_admitted(t))
			break;
		key_ms = mono_ms();
	}
	mcp_channel_end(&t->channel, 200, end_text(t));
}

static void refuse_listener(struct mcp_turn *t, int status)
{
	mcp_channel_end(&t->channel, status, mcp_error_text(t->ctx->mem, t->message.id, false, &t->error));
}

void mcp_listen(struct mcp_turn *t)
{
	struct listener self = { .principal = t->channel.call.principal };
	struct watch watch = {0};

	if (watch_read(t, &watch) != OK) {
		refuse_listener(t, 200);
		return;
	}
	if (!enter(&self)) {
		http_set_header(t->x, "Retry-After", S("15"));
		(void)!mcp_refuse(t, MCP_INTERNAL, "too many subscriptions are open");
		refuse_listener(t, 429);
		return;
	}
	/* It lasts as long as the client stays. */
	t->ctx->deadline_ms = 0;
	if (send_acknowledged(t, &watch) == OK)
		watch_on(t, &watch);
	leave(&self);
}
