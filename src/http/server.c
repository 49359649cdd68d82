/* http/server.c: the loop: what it owns, how it starts, and how it stops.
 *
 * Stopping goes: no new connections; idle ones closed, streams told; then either the last
 * connection ends by itself or drain_ms passes and the rest are cut; then the handler threads
 * finish, and http_server_run returns. Handlers cannot be cut, they are code: they end by their
 * own deadlines.
 */
#include "http/internal.h"

#include <signal.h>
#include <stdlib.h>
#include <time.h>

#include "base/ctx.h"
#include "base/log.h"

enum { MAX_SPARE_EXCHANGES = 32 };

/* -- exchanges ---------------------------------------------------------------------------- */

struct http_exchange *server_exchange(struct http_server *s)
{
	struct http_exchange *x = exchange_list_take(&s->spare);

	return x ? x : exchange_new(s);
}

void server_recycle(struct http_server *s, struct http_exchange *x)
{
	s->in_flight -= x->counted;
	s->streams -= x->streaming;
	exchange_reset(x);
	if (s->spare.n < MAX_SPARE_EXCHANGES)
		exchange_list_add(&s->spare, x);
	else
		exchange_free(x);
}

/* -- events of the loop ------------------------------------------------------------------- */

static void on_connection(uv_stream_t *listener, int status)
{
	struct http_server *s = listener->data;

	if (status < 0)
		log_warn("http.accept_failed", kv_z("why", uv_strerror(status)));
	else
		conn_open(s);
}

/* An exchange whose connection closed meanwhile comes back to nobody. */
static void hear_orphan(struct http_exchange *x, unsigned events)
{
	if (!(events & EVENT_RETURNED))
		return;
	x->with_handler = false;
	if (!x->writing)
		server_recycle(x->server, x);
}

static void hear_handlers(struct http_server *s)
{
	struct exchange_list posted = pool_collect(&s->pool);
	struct http_exchange *x;
	unsigned events;

	while ((x = pool_next(&s->pool, &posted, &events)))
		if (x->conn)
			conn_hear(x->conn, events);
		else
			hear_orphan(x, events);
}

static void on_wake(uv_async_t *wake)
{
	hear_handlers(wake->data);
}

static void on_relief(uv_timer_t *timer)
{
	struct http_server *s = timer->data;

	if (pool_relieve(&s->pool))
		uv_timer_start(timer, on_relief, RELIEF_MS, 0);
}

/* By now every callback of this turn has run, those of finished writes too. */
static void on_before_poll(uv_prepare_t *prepare)
{
	struct http_server *s = prepare->data;

	if (!pool_flush(&s->pool) && !uv_is_active((uv_handle_t *)&s->relief))
		uv_timer_start(&s->relief, on_relief, RELIEF_MS, 0);
}

/* -- stopping ----------------------------------------------------------------------------- */

static void for_each_conn(struct http_server *s, void (*visit)(struct conn *c))
{
	for (struct conn *c = s->conns, *next; c; c = next) {
		next = c->next;
		visit(c);
	}
}

static void close_listener(struct http_server *s)
{
	if (s->listening)
		uv_close(&s->listener.handle, NULL);
	s->listening = false;
}

static void stop_when_empty(struct http_server *s)
{
	if (s->stopping && s->connections == 0)
		uv_stop(&s->loop);
}

void server_connection_gone(struct http_server *s)
{
	s->connections--;
	stop_when_empty(s);
}

static void on_drain_over(uv_timer_t *timer)
{
	struct http_server *s = timer->data;

	log_warn("http.drain_cut", kv_i("connections", (int64_t)s->connections));
	for_each_conn(s, conn_close);
}

static void on_stop(uv_async_t *stop)
{
	struct http_server *s = stop->data;

	if (s->stopping)
		return;
	s->stopping = true;
	close_listener(s);
	for_each_conn(s, conn_drain);
	uv_timer_start(&s->drain, on_drain_over, (uint64_t)s->options.limits.drain_ms, 0);
	stop_when_empty(s);
}

void http_server_stop(struct http_server *s)
{
	uv_async_send(&s->stop);
}

/* -- running ------------------------------------------------------------------------------ */

/* A client that left makes a write raise SIGPIPE, which belongs to the writing thread. Blocking
 * it here leaves everyone else's signals alone. */
static void block_sigpipe(sigset_t *before)
{
	sigset_t pipe;

	sigemptyset(&pipe);
	sigaddset(&pipe, SIGPIPE);
	pthread_sigmask(SIG_BLOCK, &pipe, before);
}

/* One that is pending would be delivered with the old mask: it is taken off first, unless our
 * caller had blocked it too and may be counting on it. */
static void restore_sigpipe(const sigset_t *before)
{
	struct timespec now = { 0 };
	sigset_t pipe;

	sigemptyset(&pipe);
	sigaddset(&pipe, SIGPIPE);
	if (!sigismember(before, SIGPIPE))
		while (sigtimedwait(&pipe, NULL, &now) > 0)
			;
	pthread_sigmask(SIG_SETMASK, before, NULL);
}

void http_server_run(struct http_server *s)
{
	sigset_t before;

	/* Before SIGPIPE is blocked: threads inherit the mask, and what they start does too. */
	pool_start(&s->pool);
	block_sigpipe(&before);
	uv_run(&s->loop, UV_RUN_DEFAULT);
	pool_flush(&s->pool);
	pool_stop(&s->pool);
	hear_handlers(s);
	restore_sigpipe(&before);
}

/* -- making and freeing ------------------------------------------------------------------- */

#define DEFAULT_TO(field, value) ((field) = (field) ? (field) : (value))

static void fill_defaults(struct http_options *o)
{
	struct http_limits *l = &o->limits;

	DEFAULT_TO(o->n_threads, 4);
	DEFAULT_TO(l->head_bytes, 64 << 10);
	DEFAULT_TO(l->n_headers, 100);
	DEFAULT_TO(l->body_bytes, 10 << 20);
	DEFAULT_TO(l->all_bodies_bytes, 256 << 20);
	DEFAULT_TO(l->n_connections, 4096);
	DEFAULT_TO(l->n_queued, 1024);
	DEFAULT_TO(l->head_ms, 10 * 1000);
	DEFAULT_TO(l->body_ms, 60 * 1000);
	DEFAULT_TO(l->write_ms, 30 * 1000);
	DEFAULT_TO(l->heartbeat_ms, 15 * 1000);
	DEFAULT_TO(l->idle_ms, 75 * 1000);
	DEFAULT_TO(l->linger_ms, 5 * 1000);
	DEFAULT_TO(l->drain_ms, 30 * 1000);
}

static struct message_rules rules_of(const struct http_options *o)
{
	return (struct message_rules){
		.head_bytes = o->limits.head_bytes,
		.n_headers = o->limits.n_headers,
		.body_bytes = o->limits.body_bytes,
		.body_limit = o->body_limit,
		.user = o->user,
		.all_bytes = o->limits.all_bodies_bytes,
	};
}

static void init_deadlines(struct http_server *s)
{
	const struct http_limits *l = &s->options.limits;
	const uint64_t after_ms[WAITS] = {
		[WAIT_HEAD] = (uint64_t)l->head_ms,
		[WAIT_BODY] = (uint64_t)l->body_ms,
		[WAIT_IDLE] = (uint64_t)l->idle_ms,
		[WAIT_WRITE] = (uint64_t)l->write_ms,
		[WAIT_QUIET] = (uint64_t)l->heartbeat_ms,
		[WAIT_LINGER] = (uint64_t)l->linger_ms,
	};

	deadlines_init(&s->deadlines, &s->loop, after_ms, conn_deadline_passed);
}

static void init_loop(struct http_server *s)
{
	uv_async_init(&s->loop, &s->wake, on_wake);
	uv_async_init(&s->loop, &s->stop, on_stop);
	uv_timer_init(&s->loop, &s->drain);
	uv_timer_init(&s->loop, &s->relief);
	uv_prepare_init(&s->loop, &s->before_poll);
	uv_prepare_start(&s->before_poll, on_before_poll);
	s->wake.data = s->stop.data = s->drain.data = s->relief.data = s->before_poll.data = s;
	s->listener.handle.data = s;
}

static struct http_server *server_make(const struct http_options *options)
{
	struct http_server *s = xcalloc(1, sizeof(*s));

	s->options = *options;
	fill_defaults(&s->options);
	s->rules = rules_of(&s->options);
	s->read_bytes = xmalloc(READ_BYTES);
	pool_init(&s->pool, s, s->options.n_threads, s->options.n_stream_threads, &s->wake);
	if (uv_loop_init(&s->loop) != 0) {
		log_error("http.no_event_loop", kv_z("why", "no descriptors left"));
		abort();
	}
	init_loop(s);
	init_deadlines(s);
	return s;
}

static void free_server(struct http_server **s)
{
	http_server_free(*s);
}

enum err http_server_new(struct ctx *ctx, const struct http_options *options, struct http_server **out)
{
	AUTO(free_server) struct http_server *s = server_make(options);

	TRY(listener_open(ctx, s, on_connection));
	*out = TAKE(s);
	return OK;
}

static void close_handles(struct http_server *s)
{
	close_listener(s);
	for_each_conn(s, conn_close);
	uv_close((uv_handle_t *)&s->wake, NULL);
	uv_close((uv_handle_t *)&s->stop, NULL);
	uv_close((uv_handle_t *)&s->drain, NULL);
	uv_close((uv_handle_t *)&s->relief, NULL);
	uv_close((uv_handle_t *)&s->before_poll, NULL);
	uv_close((uv_handle_t *)&s->deadlines.timer, NULL);
	uv_run(&s->loop, UV_RUN_DEFAULT);
	uv_loop_close(&s->loop);
}

void http_server_free(struct http_server *s)
{
	struct http_exchange *x;

	if (!s)
		return;
	close_handles(s);
	while ((x = exchange_list_take(&s->spare)))
		exchange_free(x);
	pool_fini(&s->pool);
	free(s->read_bytes);
	free(s);
}

struct str http_server_address(const struct http_server *s)
{
	return str_of(s->address);
}

void http_server_stats(const struct http_server *s, struct http_stats *out)
{
	*out = (struct http_stats){
		.requests = s->requests,
		.refused = s->refused,
		.connections_total = s->connections_total,
		.connections = s->connections,
		.in_flight = s->in_flight,
		.streams = s->streams,
	};
}
