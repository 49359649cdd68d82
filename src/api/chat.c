/* api/chat.c: the endpoints, and a run followed to its end.
 *
 *     chat_serve         which endpoint, and whose key
 *       complete         read, start the run, follow it
 *         follow         what happens in the run, as chunks or for the one answer at the end
 *
 * A stream begins with the first thing there is to tell, so that a run which cannot be started gets a plain
 * error. What an agent says on its way (a reply that also calls tools) is streamed too, since nobody knows yet
 * that it is not the answer; a plain answer is the last reply alone.
 */
#include "api/chat.h"

#include "api/chat_internal.h"
#include "api/event_stream.h"
#include "api/serve.h"
#include "base/clock.h"
#include "base/log.h"
#include "base/url.h"
#include "domain/agent_catalog.h"
#include "run/watch.h"

enum { LOOK_MS = 250 };                       /* how often to look whether the client is still there */

struct chat {
	struct http_exchange *x;
	struct chat_request in;
	struct run run;                      /* as it was created, then as it ended */
	bool told;                           /* some text, of this reply or of one before it */
};

/* -- answering ----------------------------------------------------------------------------------------- */

static void reply_json(struct http_exchange *x, int status)
{
	http_set_header(x, "Content-Type", S("application/json"));
	http_reply(x, status);
}

static void refuse(struct ctx *ctx, struct http_exchange *x, enum err e, const struct chat_fault *fault)
{
	struct json_writer w = { .out = http_body(x) };

	if (e == ERR_INTERNAL)
		log_error("chat.failed", kv_s("id", http_request_of(x)->id), kv_z("why", ctx->why));
	if (e == ERR_UNAUTHENTICATED)
		http_set_header(x, "WWW-Authenticate", S("Bearer"));
	if (e == ERR_BUSY)
		http_set_header(x, "Retry-After", S("1"));
	chat_write_error(&w, e, e == ERR_INTERNAL || !ctx->why[0] ? err_text(e) : ctx->why, fault);
	reply_json(x, err_status(e));
}

static const struct chat_fault NO_FAULT;

void chat_refuse(struct http_exchange *x, enum err e, const char *why)
{
	struct json_writer w = { .out = http_body(x) };

	http_set_header(x, "Content-Type", S("application/json"));
	chat_write_error(&w, e, why, &NO_FAULT);
}

static void fail_request(struct ctx *ctx, struct http_exchange *x, enum err e)
{
	refuse(ctx, x, e, &NO_FAULT);
}

/* -- the stream ------------------------------------------------------------------------------------------ */

static enum err send_data(struct chat *c, struct str json)
{
	return event_send(c->x, &(struct event_text){ .json = json });
}

static enum err send_chunk(struct chat *c, struct chat_chunk chunk)
{
	AUTO(arena_rewind) struct arena_mark mark = arena_mark(http_arena(c->x));
	struct buf json = { .mem = http_arena(c->x) };
	struct json_writer w = { .out = &json };

	chunk.request = &c->in;
	chunk.run = &c->run;
	chat_write_chunk(&w, &chunk);
	return send_data(c, buf_view(&json));
}

static enum err begin_stream(struct chat *c)
{
	event_stream_begin(c->x);
	return send_chunk(c, (struct chat_chunk){ .role = "assistant", .text = S("") });
}

/* Another reply begins, or the same one anew: what was sent stays, and a paragraph ends. */
static enum err stream_text(struct chat *c, const struct run_event *event)
{
	if (event->offset == 0 && c->told)
		TRY(send_chunk(c, (struct chat_chunk){ .text = S("\n\n") }));
	c->told = true;
	return send_chunk(c, (struct chat_chunk){ .text = event->text });
}

static enum err end_stream(struct chat *c)
{
	TRY(send_chunk(c, (struct chat_chunk){ .finish_reason = "stop" }));
	if (c->in.include_usage)
		TRY(send_chunk(c, (struct chat_chunk){ .usage = true }));
	TRY(send_data(c, S("[DONE]")));
	http_stream_end(c->x);
	return OK;
}

/* -- the end of a run -------------------------------------------------------------------------------------- */

/* A 5xx would make clients start the run again, and again. */
static void tell_failure(struct ctx *ctx, struct chat *c)
{
	bool cancelled = run_status_of(&c->run) == RUN_CANCELLED;
	struct chat_fault fault = { .code = cancelled ? "run_cancelled" : "run_failed" };
	struct buf json = { .mem = ctx->mem };
	struct json_writer w = { .out = &json };

	(void)!fail(ctx, ERR_UNPROCESSABLE, "%.*s", STR(c->run.error_message));
	if (!c->in.stream) {
		refuse(ctx, c->x, ERR_UNPROCESSABLE, &fault);
		return;
	}
	chat_write_error(&w, ERR_UNPROCESSABLE, ctx->why, &fault);
	if (send_data(c, buf_view(&json)) == OK)
		http_stream_end(c->x);
}

static enum err tell_end(struct ctx *ctx, struct chat *c)
{
	struct json_writer w = { .out = http_body(c->x) };

	if (run_status_of(&c->run) != RUN_SUCCEEDED) {
		tell_failure(ctx, c);
		return OK;
	}
	if (c->in.stream)
		return end_stream(c);
	chat_write_completion(&w, &c->in, &c->run, run_answer(&c->run));
	reply_json(c->x, 200);
	return OK;
}

/* -- a run, followed --------------------------------------------------------------------------------------- */

static enum err tell(struct ctx *ctx, struct chat *c, const struct run_event *event)
{
	if (event->kind == RUN_EVENT_DELTA && c->in.stream)
		return stream_text(c, event);
	if (event->kind != RUN_EVENT_END)
		return OK;
	c->run = event->run;
	return tell_end(ctx, c);
}

static enum err begin_wait(struct ctx *ctx, struct chat *c)
{
	return http_wait_begin(c->x) == OK ? OK : fail(ctx, ERR_BUSY, "Too many answers are being waited for.");
}

/* ERR_GONE: the client left, or the server stops. */
static enum err follow(struct ctx *ctx, struct chat *c)
{
	AUTO(run_watch_close) struct run_watch watch = {0};
	struct run_event event = {0};

	TRY(run_watch_open(ctx, c->run.id, S(""), &watch));
	TRY(c->in.stream ? begin_stream(c) : begin_wait(ctx, c));
	while (event.kind != RUN_EVENT_END) {
		AUTO(arena_rewind) struct arena_mark mark = arena_mark(ctx->mem);
		enum err e = run_watch_next(ctx, &watch, mono_ms() + LOOK_MS, &event);

		if (!http_stream_alive(c->x))
			return ERR_GONE;
		if (e == ERR_TIMEOUT)
			continue;
		TRY(e);
		TRY(tell(ctx, c, &event));
	}
	return OK;
}

/* Nobody will read what the run says, and it would go on spending. */
static void cancel(struct ctx *ctx, struct str run_id)
{
	bool cancelled;

	if (run_cancel(ctx, run_id, &cancelled) != OK)
		log_warn("chat.cancel", kv_s("run", run_id), kv_z("why", ctx->why));
}

static enum err start(struct ctx *ctx, struct chat *c, struct chat_fault *fault)
{
	struct run_request request = { .trigger = "manual" };
	enum err e;

	TRY(chat_read(ctx, http_request_of(c->x)->body, &c->in, fault));
	request.agent = c->in.agent;
	request.prefer_draft = c->in.prefer_draft;
	request.message = c->in.message;
	request.history = c->in.history;
	e = run_create(ctx, &request, &c->run);
	if (e == ERR_NOT_FOUND)
		*fault = (struct chat_fault){ "model_not_found", S("model") };
	return e;
}

static void complete(struct ctx *ctx, struct http_exchange *x, struct str rest)
{
	struct chat c = { .x = x };
	struct chat_fault fault = {0};
	enum err e = start(ctx, &c, &fault);
	const struct str run_id = c.run.id;

	(void)rest;
	if (e != OK) {
		refuse(ctx, x, e, &fault);
		return;
	}
	api_run_created(ctx);
	ctx->deadline_ms = 0;
	e = follow(ctx, &c);
	if (e == OK)
		return;
	/* Whoever has left will not see it. */
	if (e == ERR_GONE)
		e = fail(ctx, ERR_BUSY, "The server is stopping.");
	if (!http_status_of(x))
		fail_request(ctx, x, e);
	cancel(ctx, run_id);
}

/* -- models -------------------------------------------------------------------------------------------------- */

static void write_model(struct json_writer *w, struct str name, int64_t created_at)
{
	jw_object(w);
	jw_key(w, "id");
	jw_str(w, name);
	jw_key(w, "object");
	jw_z(w, "model");
	jw_key(w, "created");
	jw_int(w, created_at / US_PER_SECOND);
	jw_key(w, "owned_by");
	jw_z(w, "agentd");
	jw_end(w);
}

/* Files have no time of their own: theirs is 0. */
static enum err write_files(struct ctx *ctx, struct json_writer *w)
{
	AUTO(agent_catalog_done) struct agent_catalog *catalog = NULL;
	enum err e = agent_catalog_open(ctx, &catalog);

	/* A workspace without files may have managed agents. */
	if (e != OK)
		return e == ERR_INTERNAL ? e : OK;
	for (size_t i = 0; i < agent_catalog_size(catalog); i++) {
		const struct agent_entry *entry = agent_catalog_at(catalog, i);

		if (entry->valid)
			write_model(w, entry->name, 0);
	}
	return OK;
}

static enum err write_managed(struct ctx *ctx, struct json_writer *w)
{
	enum { MANY = 100 };
	struct agent_filter filter = { .order = AGENTS_BY_NAME, .limit = MANY };
	int64_t total = 1;
	struct list agents;

	for (; filter.offset < total; filter.offset += MANY) {
		TRY(agents_list(ctx, ctx->actor.workspace_id, &filter, &agents, &total));
		for (size_t i = 0; i < agents.n; i++) {
			const struct agent *a = LIST_AT(agents, struct agent, i);

			write_model(w, a->name, a->created_at);
		}
	}
	return OK;
}

static void list_models(struct ctx *ctx, struct http_exchange *x, struct str rest)
{
	struct buf json = { .mem = ctx->mem };
	struct json_writer w = { .out = &json };
	enum err e;

	(void)rest;
	jw_object(&w);
	jw_key(&w, "object");
	jw_z(&w, "list");
	jw_key(&w, "data");
	jw_array(&w);
	e = write_files(ctx, &w);
	if (e == OK)
		e = write_managed(ctx, &w);
	if (e != OK) {
		fail_request(ctx, x, e);
		return;
	}
	jw_end(&w);
	jw_end(&w);
	buf_str(http_body(x), buf_view(&json));
	reply_json(x, 200);
}

/* When the agent of that name was made, if there is one. */
static enum err find_model(struct ctx *ctx, struct str name, int64_t *created_at)
{
	AUTO(agent_catalog_done) struct agent_catalog *catalog = NULL;
	const struct agent_entry *entry = NULL;
	struct agent managed;

	*created_at = 0;
	if (agent_catalog_open(ctx, &catalog) == OK)
		entry = agent_catalog_find(catalog, name);
	if (entry && entry->valid)
		return OK;
	TRY(agents_by_name(ctx, ctx->actor.workspace_id, name, &managed));
	*created_at = managed.created_at;
	return OK;
}

static void get_model(struct ctx *ctx, struct http_exchange *x, struct str rest)
{
	const struct chat_fault fault = { "model_not_found", S("model") };
	struct json_writer w = { .out = http_body(x) };
	struct str name;
	int64_t created_at;
	enum err e = url_decode(ctx->mem, rest, &name) ? find_model(ctx, name, &created_at) : ERR_NOT_FOUND;

	if (e == ERR_NOT_FOUND)
		e = fail(ctx, e, "The model `%.*s` does not exist: no agent has that name.", STR(rest));
	if (e != OK) {
		refuse(ctx, x, e, &fault);
		return;
	}
	write_model(&w, name, created_at);
	reply_json(x, 200);
}

/* -- which endpoint -------------------------------------------------------------------------------------------- */

static const struct endpoint {
	const char *path;                    /* behind CHAT_ROOT; with a slash at its end, what follows is its own */
	enum http_method method;
	enum role role;
	void (*serve)(struct ctx *ctx, struct http_exchange *x, struct str rest);
} ENDPOINTS[] = {
	{ "chat/completions", HTTP_POST, ROLE_OPERATOR, complete },
	{ "models", HTTP_GET, ROLE_VIEWER, list_models },
	{ "models/", HTTP_GET, ROLE_VIEWER, get_model },
};

static const struct endpoint *endpoint_of(struct str path)
{
	for (size_t i = 0; i < COUNT_OF(ENDPOINTS); i++) {
		struct str own = str_of(ENDPOINTS[i].path);

		if (str_eq(path, own) || (str_ends(own, S("/")) && str_starts(path, own) && path.n > own.n))
			return &ENDPOINTS[i];
	}
	return NULL;
}

static enum err admit(struct ctx *ctx, const struct http_request *r, enum role least, struct chat_fault *fault)
{
	enum key_verdict verdict;

	TRY(api_authenticate(ctx, r, false, &verdict));
	if (verdict == KEY_UNKNOWN) {
		fault->code = "invalid_api_key";
		return fail(ctx, ERR_UNAUTHENTICATED, "Incorrect API key provided.");
	}
	return ctx->actor.role >= least ? OK : fail(ctx, ERR_FORBIDDEN, "This API key's user lacks the required role.");
}

static enum err check_method(struct ctx *ctx, struct http_exchange *x, const struct endpoint *at)
{
	enum http_method method = http_request_of(x)->method;

	if (method == at->method || (method == HTTP_HEAD && at->method == HTTP_GET))
		return OK;
	http_set_header(x, "Allow", at->method == HTTP_GET ? S("GET, HEAD") : S("POST"));
	return fail(ctx, ERR_BAD_METHOD, "This path has no such method.");
}

void chat_serve(struct ctx *ctx, struct http_exchange *x)
{
	const struct http_request *r = http_request_of(x);
	struct str path = str_from(r->path, strlen(CHAT_ROOT));
	const struct endpoint *at = endpoint_of(path);
	struct chat_fault fault = {0};
	enum err e = at ? check_method(ctx, x, at) : fail(ctx, ERR_NO_ROUTE, "Unknown path: %.*s", STR(r->path));

	if (e == OK)
		e = admit(ctx, r, at->role, &fault);
	if (e == OK)
		at->serve(ctx, x, str_from(path, strlen(at->path)));
	else
		refuse(ctx, x, e, &fault);
}
