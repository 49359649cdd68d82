/* http/client.c: calls, each a chain of hops from one address to the next.
 *
 * Calls that were handed over together share one wire and one thread, the caller's: it turns the
 * wire, looks at what ended, and in between at its clocks. What a redirect may take along is decided
 * here: the caller's headers belong to the server they were meant for, and once a call has left that,
 * only those go on that tell nothing but taste.
 */
#include "http/client.h"

#include <assert.h>

#include "base/clock.h"
#include "http/curl_internal.h"

enum {
	BODY_BYTES_MAX = 10 << 20,
	TIMEOUT_MS = 30 * 1000,
	STALL_MS = 30 * 1000,
	CONNECT_MS = 15 * 1000,              /* a server that is there needs far less */
	ASK_MS = 80,                         /* between two questions to go_on, unless the call says otherwise */
	NAP_MS = 1000,                       /* at most, between two looks at the clocks */
};

/* What the operator has opened; written before the first call. */
static struct guard opened;

enum err http_client_setup(struct ctx *ctx, struct str allow)
{
	static struct arena mem;

	arena_reset(&mem);
	return guard_parse(ctx, &mem, allow, &opened);
}

/* A call on its way. */
struct transfer {
	struct ctx *ctx;
	struct http_call *call;              /* NULL: this place is free */
	struct hop hop;                      /* the current one; its request changes with redirects */
	struct buf body;
	int n_redirects;
	int64_t deadline_ms;
	int64_t moved_ms, asked_ms;          /* when bytes moved last; when go_on was asked */
};

/* Calls of one kind, guarded or not, that are made together. */
struct batch {
	struct ctx *ctx;
	struct http_call *calls;
	size_t n, n_begun;
	bool guarded;
	struct transfer *places;
	size_t n_places, n_taken;
	struct wire *wire;
	void (*done)(void *arg, struct http_call *call);
	void *arg;
};

/* -- beginnings ------------------------------------------------------------------------------------ */

static int64_t or_default(int64_t value, int64_t otherwise)
{
	return value ? value : otherwise;
}

static size_t bytes_max(const struct http_call *call)
{
	return call->bytes_max ? call->bytes_max : BODY_BYTES_MAX;
}

static enum err take_body(void *arg, int status, struct str bytes)
{
	struct transfer *t = arg;

	if (t->call->receive && status / 100 == 2)
		return t->call->receive(t->call->arg, bytes);
	buf_str(&t->body, bytes);
	return OK;
}

static enum err go_to(struct batch *b, struct transfer *t, const struct http_address *to)
{
	int64_t left_ms = t->deadline_ms - mono_ms();

	if (left_ms <= 0)
		return fail(t->ctx, ERR_TIMEOUT, "no time was left to ask %.*s", STR(to->host));
	t->hop.ctx = t->ctx;
	t->hop.to = *to;
	t->hop.guard = t->call->guarded ? &opened : NULL;
	t->hop.connect_ms = left_ms < CONNECT_MS ? left_ms : CONNECT_MS;
	t->hop.bytes_max = bytes_max(t->call);
	t->hop.receive = take_body;
	t->hop.arg = t;
	t->moved_ms = mono_ms();
	t->body.n = 0;
	return hop_begin(b->wire, &t->hop);
}

static int64_t deadline_of(const struct ctx *ctx, const struct http_call *call)
{
	int64_t own_ms = mono_ms() + or_default(call->timeout_ms, TIMEOUT_MS);

	return ctx->deadline_ms != 0 && ctx->deadline_ms < own_ms ? ctx->deadline_ms : own_ms;
}

static enum err ask_caller(struct transfer *t, struct str host)
{
	const struct http_call *call = t->call;

	t->asked_ms = mono_ms();
	if (call->go_on && !call->go_on(call->arg))
		return fail(t->ctx, ERR_GONE, "nobody waits for %.*s any more", STR(host));
	return OK;
}

static enum err transfer_begin(struct batch *b, struct transfer *t)
{
	struct http_call *call = t->call;
	struct http_address to;

	t->ctx = b->ctx;
	t->deadline_ms = deadline_of(b->ctx, call);
	t->hop.method = call->method;
	t->hop.headers = call->headers;
	t->hop.n_headers = call->n_headers;
	t->hop.body = call->body;
	if (!b->wire)
		TRY(wire_take(b->ctx, b->guarded, call->url, &b->wire));
	TRY(http_address_read(b->ctx, call->url, &to));
	TRY(ask_caller(t, to.host));
	return go_to(b, t, &to);
}

/* -- ends ------------------------------------------------------------------------------------------ */

static void keep_answer(struct transfer *t)
{
	struct http_call *call = t->call;

	call->status = t->hop.status;
	call->content_type = t->hop.content_type;
	call->location = t->hop.to.url;
	call->reply = arena_str(t->ctx->mem, buf_view(&t->body));
	call->retry_after_ms = http_retry_after_ms(t->hop.retry_after);
}

/* OK: with the answer of the hop that ended. Else with what ctx->why says. */
static void transfer_end(struct batch *b, struct transfer *t, enum err e)
{
	struct http_call *call = t->call;

	call->error = e;
	if (e == OK)
		keep_answer(t);
	else
		call->why = arena_str(t->ctx->mem, str_of(t->ctx->why));
	hop_end(&t->hop);
	buf_fini(&t->body);
	t->call = NULL;
	b->n_taken--;
	if (b->done)
		b->done(b->arg, call);
}

/* -- redirects ------------------------------------------------------------------------------------- */

static bool is_redirect(const struct hop *h)
{
	switch (h->status) {
	case 301: case 302: case 303: case 307: case 308:
		return h->redirect.p;
	default:
		return false;
	}
}

/* As browsers do it, and RFC 9110 15.4 allows. */
static bool becomes_get(const struct hop *h)
{
	if (h->status == 303)
		return strcmp(h->method, "HEAD") != 0;
	return (h->status == 301 || h->status == 302) && strcmp(h->method, "POST") == 0;
}

static bool is_same_server(const struct http_address *a, const struct http_address *b)
{
	return str_eq(a->scheme, b->scheme) && str_eq_nocase(a->host, b->host) && str_eq(a->port, b->port);
}

/* What may go to a server that the caller did not name. */
static void drop_confidences(struct transfer *t)
{
	static const char *const HARMLESS[] = { "accept", "accept-language", "user-agent" };
	struct hop *h = &t->hop;
	struct http_header *kept = arena_array(t->ctx->mem, h->n_headers, sizeof(*kept));
	size_t n = 0;

	for (size_t i = 0; i < h->n_headers; i++)
		for (size_t j = 0; j < COUNT_OF(HARMLESS); j++)
			if (str_eq_nocase(h->headers[i].name, str_of(HARMLESS[j])))
				kept[n++] = h->headers[i];
	h->headers = kept;
	h->n_headers = n;
}

static enum err follow(struct batch *b, struct transfer *t)
{
	struct hop *h = &t->hop;
	struct http_address to;

	if (t->n_redirects == t->call->redirects)
		return fail(t->ctx, ERR_UPSTREAM, "%.*s redirects more than %d times", STR(h->to.host), t->n_redirects);
	t->n_redirects++;
	if (http_address_read(t->ctx, h->redirect, &to) != OK)
		return fail(t->ctx, ERR_UPSTREAM, "%.*s redirects to what is no address of http or https",
			    STR(h->to.host));
	if (becomes_get(h)) {
		h->method = "GET";
		h->body = (struct str){ NULL, 0 };
	}
	if (!is_same_server(&h->to, &to))
		drop_confidences(t);
	return go_to(b, t, &to);
}

/* -- the loop -------------------------------------------------------------------------------------- */

void http_wake(pthread_t thread)
{
	wires_wake(thread);
}

static void hop_ended(struct batch *b, struct hop *h)
{
	struct transfer *t = h->arg;
	enum err e;

	if (h->error != OK || t->call->redirects == 0 || !is_redirect(h)) {
		transfer_end(b, t, h->error);
		return;
	}
	e = follow(b, t);
	if (e != OK)
		transfer_end(b, t, e);
}

/* True when a hop has ended. */
static bool take_ended(struct batch *b)
{
	struct hop *h;
	bool any = false;

	while ((h = wire_next(b->wire))) {
		hop_ended(b, h);
		any = true;
	}
	return any;
}

static int64_t ask_due_ms(const struct transfer *t)
{
	return t->asked_ms + or_default(t->call->ask_ms, ASK_MS);
}

/* What the clocks say: whether the call may go on. */
static enum err look(struct transfer *t, int64_t now_ms, bool woken)
{
	const struct http_call *call = t->call;
	struct str host = t->hop.to.host;

	if (woken || now_ms >= ask_due_ms(t))
		TRY(ask_caller(t, host));
	if (now_ms >= t->deadline_ms)
		return fail(t->ctx, ERR_TIMEOUT, "%.*s did not answer in time", STR(host));
	if (hop_moved(&t->hop))
		t->moved_ms = now_ms;
	if (now_ms - t->moved_ms >= or_default(call->stall_ms, STALL_MS))
		return fail(t->ctx, ERR_TIMEOUT, "%.*s stopped answering", STR(host));
	return OK;
}

/* True when a call was ended. */
static bool look_at_all(struct batch *b)
{
	bool any = false, woken = wire_was_woken(b->wire);
	int64_t now_ms = mono_ms();

	for (size_t i = 0; i < b->n_places; i++) {
		struct transfer *t = &b->places[i];
		enum err e = t->call ? look(t, now_ms, woken) : OK;

		if (e == OK)
			continue;
		transfer_end(b, t, e);
		any = true;
	}
	return any;
}

/* Until the next look is due. */
static int64_t nap_ms(const struct batch *b)
{
	int64_t now_ms = mono_ms(), until_ms = now_ms + NAP_MS;

	for (size_t i = 0; i < b->n_places; i++) {
		const struct transfer *t = &b->places[i];

		if (!t->call)
			continue;
		until_ms = sooner(until_ms, t->deadline_ms);
		until_ms = sooner(until_ms, t->moved_ms + or_default(t->call->stall_ms, STALL_MS));
		if (t->call->go_on)
			until_ms = sooner(until_ms, ask_due_ms(t));
	}
	return until_ms > now_ms ? until_ms - now_ms : 0;
}

/* The next call of the batch's kind; NULL: all have begun. */
static struct http_call *next_call(struct batch *b)
{
	while (b->n_begun < b->n) {
		struct http_call *call = &b->calls[b->n_begun++];

		if (call->guarded == b->guarded)
			return call;
	}
	return NULL;
}

static void fill_place(struct batch *b, struct transfer *t)
{
	struct http_call *call;

	while (!t->call && (call = next_call(b))) {
		enum err e;

		*t = (struct transfer){ .call = call };
		b->n_taken++;
		e = transfer_begin(b, t);
		if (e != OK)
			transfer_end(b, t, e);
	}
}

static void fill_places(struct batch *b)
{
	for (size_t i = 0; i < b->n_places; i++)
		fill_place(b, &b->places[i]);
}

static void make_calls(struct batch *b)
{
	for (fill_places(b); b->n_taken > 0; fill_places(b)) {
		bool moved;

		wire_turn(b->wire);
		moved = take_ended(b);
		moved |= look_at_all(b);
		/* What ended has made room or goes on elsewhere, and no hop may begin by waiting. */
		if (!moved)
			wire_wait(b->wire, nap_ms(b));
	}
}

static void call_all_of_kind(struct batch b)
{
	make_calls(&b);
	wire_put_back(b.wire);
}

static void forget_answer(struct http_call *call)
{
	call->error = OK;
	call->status = 0;
	call->why = call->content_type = call->location = call->reply = (struct str){ NULL, 0 };
	call->retry_after_ms = -1;
}

void http_call_all(struct ctx *ctx, struct http_call *calls, size_t n, size_t at_a_time,
		   void (*done)(void *arg, struct http_call *call), void *arg)
{
	size_t n_places = at_a_time < n ? at_a_time : n;
	struct batch b = { .ctx = ctx, .calls = calls, .n = n, .n_places = n_places, .done = done, .arg = arg };

	assert(at_a_time > 0);
	for (size_t i = 0; i < n; i++)
		forget_answer(&calls[i]);
	ctx->why[0] = '\0';
	b.places = arena_array(ctx->mem, n_places, sizeof(*b.places));
	call_all_of_kind(b);
	b.guarded = true;
	call_all_of_kind(b);
}

enum err http_call(struct ctx *ctx, struct http_call *call)
{
	http_call_all(ctx, call, 1, 1, NULL, NULL);
	return call->error;
}
