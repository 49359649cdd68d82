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
#include "api/run_follow.h"
#include "api/serve.h"
#include "base/clock.h"
#include "base/log.h"
#include "base/url.h"
#include "domain/dispatch.h"

struct chat {
	struct http_exchange *x;
	struct chat_request in;
	struct run run;                      /* as it was created, then as it ended */
	struct token_counts used;            /* by the replies so far */
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

static struct str chunk_json(struct arena *mem, const struct chat *c, struct chat_chunk chunk)
{
	struct buf json = { .mem = mem };
	struct json_writer w = { .out = &json };

	chunk.request = &c->in;
	chunk.run = &c->run;
	chat_write_chunk(&w, &chunk);
	return buf_view(&json);
}

static enum err send_chunk(struct chat *c, struct chat_chunk chunk)
{
	AUTO(arena_rewind) struct arena_mark mark = arena_mark(http_arena(c->x));

	return send_data(c, chunk_json(http_arena(c->x), c, chunk));
}

static enum err begin_stream(struct chat *c)
{
	event_stream_begin(c->x);
	return send_chunk(c, (struct chat_chunk){ .role = "assistant", .text = S("") });
}

/* Another reply begins, or the same one anew: what was sent stays, and a paragraph ends. */
static bool begins_anew(const struct chat *c, const struct run_event *delta)
{
	return delta->offset == 0 && c->told;
}

static enum err stream_text(struct chat *c, const struct run_event *event)
{
	if (begins_anew(c, event))
		TRY(send_chunk(c, (struct chat_chunk){ .text = S("\n\n") }));
	c->told = true;
	return send_chunk(c, (struct chat_chunk){ .text = event->text });
}

static enum err end_stream(struct chat *c)
{
	TRY(send_chunk(c, (struct chat_chunk){ .finish_reason = "stop" }));
	if (c->in.include_usage)
		TRY(send_chunk(c, (struct chat_chunk){ .used = &c->used }));
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
	chat_write_completion(&w, &c->in, &c->run, &c->used, run_answer(&c->run));
	reply_json(c->x, 200);
	return OK;
}

/* -- a run, followed --------------------------------------------------------------------------------------- */

/* Whoever waits for the whole answer does not need its parts. */
static bool show(void *arg, struct arena *mem, const struct run_event *delta)
{
	struct chat *c = arg;
	struct event_text chunk = {0};

	if (!c->in.stream)
		return true;
	if (begins_anew(c, delta))
		return false;
	chunk.json = chunk_json(mem, c, (struct chat_chunk){ .text = delta->text });
	if (!event_offer(c->x, &chunk))
		return false;
	c->told = true;
	return true;
}

static void count(struct token_counts *sum, const struct token_counts *more)
{
	sum->input += more->input;
	sum->cache_read += more->cache_read;
	sum->cache_write += more->cache_write;
	sum->output += more->output;
}

static enum err tell(struct ctx *ctx, void *arg, const struct run_event *event)
{
	struct chat *c = arg;

	if (event->kind == RUN_EVENT_REPLY)
		count(&c->used, &event->recorded.tokens);
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
	const struct run_teller teller = { .tell = tell, .show = show, .arg = c };

	TRY(run_watch_open(ctx, c->run.id, S(""), &watch));
	TRY(c->in.stream ? begin_stream(c) : begin_wait(ctx, c));
	return run_follow(ctx, c->x, &watch, &teller);
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

static void write_model(struct json_writer *w, const struct dispatch_name *agent)
{
	jw_object(w);
	jw_key(w, "id");
	jw_str(w, agent->name);
	jw_key(w, "object");
	jw_z(w, "model");
	jw_key(w, "created");
	jw_int(w, agent->created_at / US_PER_SECOND);
	jw_key(w, "owned_by");
	jw_z(w, "agentd");
	jw_end(w);
}

static void list_models(struct ctx *ctx, struct http_exchange *x, struct str rest)
{
	struct json_writer w = { .out = http_body(x) };
	struct list names;
	enum err e = dispatch_names(ctx, &names);

	(void)rest;
	if (e != OK) {
		fail_request(ctx, x, e);
		return;
	}
	jw_object(&w);
	jw_key(&w, "object");
	jw_z(&w, "list");
	jw_key(&w, "data");
	jw_array(&w);
	for (size_t i = 0; i < names.n; i++)
		write_model(&w, LIST_AT(names, struct dispatch_name, i));
	jw_end(&w);
	jw_end(&w);
	reply_json(x, 200);
}

static enum err find_model(struct ctx *ctx, struct str name, struct dispatch_name *out)
{
	struct list names;

	TRY(dispatch_names(ctx, &names));
	for (size_t i = 0; i < names.n; i++) {
		const struct dispatch_name *agent = LIST_AT(names, struct dispatch_name, i);

		if (!str_eq(agent->name, name))
			continue;
		*out = *agent;
		return OK;
	}
	return ERR_NOT_FOUND;
}

static void get_model(struct ctx *ctx, struct http_exchange *x, struct str rest)
{
	const struct chat_fault fault = { "model_not_found", S("model") };
	struct json_writer w = { .out = http_body(x) };
	struct dispatch_name found;
	struct str name;
	enum err e = url_decode(ctx->mem, rest, &name) ? find_model(ctx, name, &found) : ERR_NOT_FOUND;

	if (e == ERR_NOT_FOUND)
		e = fail(ctx, e, "The model `%.*s` does not exist: no agent has that name.", STR(rest));
	if (e != OK) {
		refuse(ctx, x, e, &fault);
		return;
	}
	write_model(&w, &found);
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
	struct str path = str_from(url_path_normal(ctx->mem, r->path), strlen(CHAT_ROOT));
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
