/* http/conn.c: one connection: bytes in, requests handed over, answers out.
 *
 *     IDLE -> HEAD -> BODY -> BUSY -> WRITE -> IDLE     or, after the last answer, LINGER
 *                                \-> STREAM ->/
 *
 * One request is in flight at a time, so pipelined ones are answered in order. Bytes that come
 * meanwhile are kept, and reading stops until they have had their turn: a client can have at
 * most one read's worth of memory for requests that are not being served.
 *
 * Closing is done in two steps. A close with unread bytes makes the kernel reset the connection,
 * and the reset may overtake the answer; so after the last answer we end our side, read and
 * discard until the client ends its own, and give up on that after a while.
 *
 * Invariant: conn_close may be called anywhere in this file; whoever may have caused it looks at
 * c->state before going on. The memory lives until the loop's next turn.
 */
#include "http/internal.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>

#include "base/clock.h"
#include "base/log.h"

/* How many connections above the limit are told so; the rest are just closed. */
enum { MAX_TURNED_AWAY = 64 };
/* What has to come of a body in body_ms, for the rest to be waited for. */
enum { PROGRESS_BYTES = 1 << 20 };

/* -- the end of a connection -------------------------------------------------------------- */

static void on_closed(uv_handle_t *handle)
{
	struct conn *c = handle->data;
	struct http_server *s = c->server;

	buf_fini(&c->kept);
	free(c);
	server_connection_gone(s);
}

/* Recycles an exchange that nobody uses any more. */
static void release(struct http_exchange *x)
{
	if (!x->conn && !x->with_handler && !x->writing)
		server_recycle(x->server, x);
}

static void part_with_exchange(struct conn *c)
{
	struct http_exchange *x = c->x;

	c->x = NULL;
	x->conn = NULL;
	if (x->with_handler)
		stream_lose(&x->stream);
	release(x);
}

static void unlink_conn(struct conn *c)
{
	if (c->prev)
		c->prev->next = c->next;
	else
		c->server->conns = c->next;
	if (c->next)
		c->next->prev = c->prev;
}

void conn_close(struct conn *c)
{
	if (c->state == CONN_CLOSED)
		return;
	c->state = CONN_CLOSED;
	deadline_clear(&c->deadline);
	unlink_conn(c);
	if (c->x)
		part_with_exchange(c);
	uv_close(&c->uv.handle, on_closed);
}

/* After the last answer. */
static void finish(struct conn *c)
{
	uv_os_fd_t fd;

	if (c->half_closed || c->server->stopping || uv_fileno(&c->uv.handle, &fd) != 0) {
		conn_close(c);
		return;
	}
	shutdown(fd, SHUT_WR);
	c->state = CONN_LINGER;
	buf_fini(&c->kept);
	c->kept_used = 0;
	deadline_set(&c->server->deadlines, &c->deadline, WAIT_LINGER);
}

/* -- answers out -------------------------------------------------------------------------- */

static void pump(struct conn *c);
static void read_on(struct conn *c);

static void answered(struct conn *c)
{
	bool keep_alive = c->x->keep_alive && !c->server->stopping;

	deadline_clear(&c->deadline);
	part_with_exchange(c);
	if (!keep_alive) {
		finish(c);
		return;
	}
	c->state = CONN_IDLE;
	deadline_set(&c->server->deadlines, &c->deadline, WAIT_IDLE);
}

static void on_written(uv_write_t *write, int status)
{
	struct http_exchange *x = write->data;
	struct conn *c = x->conn;

	x->writing = false;
	if (!c) {
		release(x);
		return;
	}
	if (status < 0)
		conn_close(c);
	else if (x->streaming)
		pump(c);
	else
		answered(c);
	read_on(c);
}

static void write_later(struct conn *c, const uv_buf_t bufs[], unsigned n)
{
	struct http_exchange *x = c->x;

	x->write.data = x;
	if (uv_write(&x->write, &c->uv.stream, bufs, n, on_written) != 0) {
		conn_close(c);
		return;
	}
	x->writing = true;
	c->unsent = uv_stream_get_write_queue_size(&c->uv.stream);
	deadline_set(&c->server->deadlines, &c->deadline, WAIT_WRITE);
}

/* True: all of it is with the kernel. False: on_written will come, or the connection is closed. */
static bool send_now(struct conn *c, struct str first, struct str second)
{
	uv_buf_t bufs[] = { uv_buf_init((char *)first.p, (unsigned)first.n),
			    uv_buf_init((char *)second.p, (unsigned)second.n) };
	unsigned n = second.n ? 2 : 1;
	int sent = uv_try_write(&c->uv.stream, bufs, n);
	size_t done = sent > 0 ? (size_t)sent : 0;
	size_t from_first = done < first.n ? done : first.n;

	if (done == first.n + second.n)
		return true;
	if (sent < 0 && sent != UV_EAGAIN) {
		conn_close(c);
		return false;
	}
	bufs[0].base += from_first;
	bufs[0].len -= from_first;
	if (n == 2) {
		bufs[1].base += done - from_first;
		bufs[1].len -= done - from_first;
	}
	write_later(c, bufs, n);
	return false;
}

static void answer(struct conn *c)
{
	c->state = CONN_WRITE;
	if (send_now(c, buf_view(&c->x->head), c->x->payload))
		answered(c);
}

/* All is sent that a stream has so far. */
static void await_handler(struct conn *c)
{
	if (stream_has_heartbeat(&c->x->stream))
		deadline_set(&c->server->deadlines, &c->deadline, WAIT_QUIET);
	else
		deadline_clear(&c->deadline);
}

/* Sends what a stream has, until there is nothing or the client must catch up. */
static void pump(struct conn *c)
{
	struct http_exchange *x = c->x;

	if (x->writing)
		return;
	while (stream_take(&x->stream))
		if (!send_now(c, buf_view(&x->stream.leaving), S("")))
			return;
	if (x->with_handler) {
		await_handler(c);
		return;
	}
	deadline_clear(&c->deadline);
	/* A stream that stopped short must not look complete. */
	if (stream_is_whole(&x->stream))
		answered(c);
	else
		conn_close(c);
}

/* Whether the handler stops when nobody listens any more. */
static bool heeds_client(const struct conn *c)
{
	return c->state == CONN_STREAM || (c->state == CONN_BUSY && stream_is_waited_for(&c->x->stream));
}

static void begin_stream(struct conn *c)
{
	c->x->streaming = true;
	c->state = CONN_STREAM;
	c->server->streams++;
}

/* What had happened before the handler asked about it. */
static void look_at_client(struct conn *c)
{
	if (c->server->stopping)
		stream_lose(&c->x->stream);
	/* Who ended its side does not wait for an endless answer. */
	if (c->half_closed)
		conn_close(c);
}

void conn_hear(struct conn *c, unsigned events)
{
	struct http_exchange *x = c->x;

	x->with_handler = x->with_handler && !(events & EVENT_RETURNED);
	if (!x->streaming && stream_has_begun(&x->stream))
		begin_stream(c);
	if (x->with_handler && heeds_client(c))
		look_at_client(c);
	if (c->state == CONN_STREAM)
		pump(c);
	else if (c->state == CONN_BUSY && !x->with_handler)
		answer(c);
	read_on(c);
}

/* -- requests in -------------------------------------------------------------------------- */

static void begin_exchange(struct conn *c)
{
	struct http_exchange *x = server_exchange(c->server);

	message_begin(&x->in);
	/* A copy, since the exchange may outlive the connection. */
	x->in.request.peer = arena_str(&x->mem, str_of(c->peer));
	x->in.request.received_us = now_us();
	x->conn = c;
	c->x = x;
}

/* Gives the server's own answer. keep_alive: the request was read to its end. */
static void refuse(struct conn *c, int status, const char *why, bool keep_alive)
{
	struct http_server *s = c->server;

	if (!c->x)
		begin_exchange(c);
	c->x->keep_alive = keep_alive;
	exchange_refuse(c->x, status, why);
	exchange_seal(c->x, &s->date);
	s->refused++;
	log_debug("http.refused", kv_i("status", status), kv_z("why", why), kv_s("request", c->x->in.request.id));
	answer(c);
}

static void hand_over(struct conn *c)
{
	struct http_server *s = c->server;
	struct http_exchange *x = c->x;

	deadline_clear(&c->deadline);
	if (s->pool.n_queued >= s->options.limits.n_queued) {
		refuse(c, 503, "too many requests are waiting", x->in.keep_alive);
		return;
	}
	c->state = CONN_BUSY;
	x->keep_alive = x->in.keep_alive;
	x->with_handler = x->counted = true;
	s->requests++;
	s->in_flight++;
	pool_submit(&s->pool, x);
}

static void await_body(struct conn *c)
{
	static char CONTINUE[] = "HTTP/1.1 100 Continue\r\n\r\n";
	uv_buf_t go_on = uv_buf_init(CONTINUE, sizeof(CONTINUE) - 1);

	if (c->state == CONN_BODY)
		return;
	c->state = CONN_BODY;
	c->received = c->x->in.body.n;
	deadline_set(&c->server->deadlines, &c->deadline, WAIT_BODY);
	/* If these few bytes do not fit, earlier answers lie unread: nobody is waiting for this one. */
	if (c->x->in.expects_continue && uv_try_write(&c->uv.stream, &go_on, 1) != (int)go_on.len)
		conn_close(c);
}

static bool wants_bytes(const struct conn *c)
{
	return c->state == CONN_IDLE || c->state == CONN_HEAD || c->state == CONN_BODY || c->state == CONN_LINGER;
}

/* Reads on in a request; returns how many bytes belonged to it. */
static size_t take(struct conn *c, struct str bytes)
{
	size_t used;

	if (c->state == CONN_LINGER)
		return bytes.n;
	if (c->state == CONN_IDLE) {
		c->state = CONN_HEAD;
		begin_exchange(c);
		deadline_set(&c->server->deadlines, &c->deadline, WAIT_HEAD);
	}
	switch (message_feed(&c->x->in, bytes, &used)) {
	case MESSAGE_HEAD:
		break;
	case MESSAGE_BODY:
		await_body(c);
		break;
	case MESSAGE_COMPLETE:
		hand_over(c);
		break;
	case MESSAGE_REFUSED:
		refuse(c, c->x->in.refusal, c->x->in.why, false);
		break;
	}
	return used;
}

static void keep(struct conn *c, struct str bytes)
{
	if (bytes.n == 0 || c->state == CONN_CLOSED)
		return;
	buf_str(&c->kept, bytes);
	uv_read_stop(&c->uv.stream);
	c->reading = false;
}

static void on_alloc(uv_handle_t *handle, size_t suggested, uv_buf_t *buf)
{
	struct conn *c = handle->data;

	(void)suggested;
	*buf = uv_buf_init(c->server->read_bytes, READ_BYTES);
}

static void on_end(struct conn *c, int error)
{
	c->reading = false;
	c->half_closed = true;
	/* An answer under way may still be wanted by who has ended only its own side. */
	if (error != UV_EOF || heeds_client(c) || (c->state != CONN_BUSY && c->state != CONN_WRITE))
		conn_close(c);
}

static void on_read(uv_stream_t *stream, ssize_t n, const uv_buf_t *buf)
{
	struct conn *c = stream->data;
	size_t used = 0;

	if (n == 0)
		return;
	if (n < 0) {
		on_end(c, (int)n);
		return;
	}
	if (wants_bytes(c))
		used = take(c, (struct str){ buf->base, (size_t)n });
	keep(c, (struct str){ buf->base + used, (size_t)n - used });
	read_on(c);
}

/* Whatever happened: goes on with what was kept, then with reading. */
static void read_on(struct conn *c)
{
	while (c->kept_used < c->kept.n && wants_bytes(c))
		c->kept_used += take(c, str_from(buf_view(&c->kept), c->kept_used));
	if (!wants_bytes(c))
		return;
	buf_fini(&c->kept);
	c->kept_used = 0;
	if (c->half_closed)
		conn_close(c);
	else if (!c->reading)
		c->reading = uv_read_start(&c->uv.stream, on_alloc, on_read) == 0;
}

/* -- the beginning ------------------------------------------------------------------------ */

static void name_peer(struct conn *c)
{
	struct sockaddr_storage peer;
	int n = sizeof(peer);
	static const char MAPPED[] = "::ffff:";

	snprintf(c->peer, sizeof(c->peer), "unix");
	if (c->server->is_unix || uv_tcp_getpeername(&c->uv.tcp, (struct sockaddr *)&peer, &n) != 0)
		return;
	uv_ip_name((struct sockaddr *)&peer, c->peer, sizeof(c->peer));
	/* An IPv4 client of a dual-stack socket is the same client. */
	if (strncmp(c->peer, MAPPED, sizeof(MAPPED) - 1) == 0 && strchr(c->peer, '.'))
		memmove(c->peer, c->peer + sizeof(MAPPED) - 1, strlen(c->peer) - sizeof(MAPPED) + 2);
}

static void link_conn(struct conn *c)
{
	struct http_server *s = c->server;

	c->next = s->conns;
	if (c->next)
		c->next->prev = c;
	s->conns = c;
	s->connections++;
	s->connections_total++;
}

static int accept_into(struct conn *c)
{
	struct http_server *s = c->server;

	if (s->is_unix)
		uv_pipe_init(&s->loop, &c->uv.pipe, 0);
	else
		uv_tcp_init(&s->loop, &c->uv.tcp);
	c->uv.handle.data = c;
	return uv_accept(&s->listener.stream, &c->uv.stream);
}

void conn_open(struct http_server *s)
{
	struct conn *c = xcalloc(1, sizeof(*c));
	size_t most = s->options.limits.n_connections;

	c->server = s;
	link_conn(c);
	if (accept_into(c) != 0 || s->connections > most + MAX_TURNED_AWAY) {
		conn_close(c);
		return;
	}
	name_peer(c);
	if (s->connections > most)
		refuse(c, 503, "too many connections", false);
	else
		deadline_set(&s->deadlines, &c->deadline, WAIT_HEAD);
	read_on(c);
}

/* -- time --------------------------------------------------------------------------------- */

/* A client that reads slowly but reads is waited for: at least write_ms, at most twice that. */
static void check_progress(struct conn *c)
{
	size_t unsent = uv_stream_get_write_queue_size(&c->uv.stream);

	if (unsent >= c->unsent) {
		conn_close(c);
		return;
	}
	c->unsent = unsent;
	deadline_set(&c->server->deadlines, &c->deadline, WAIT_WRITE);
}

/* A large body may take longer than a small one, as long as it comes along. */
static void check_arrival(struct conn *c)
{
	size_t received = c->x->in.body.n;

	if (received - c->received < PROGRESS_BYTES) {
		refuse(c, 408, "the body of the request took too long", false);
		return;
	}
	c->received = received;
	deadline_set(&c->server->deadlines, &c->deadline, WAIT_BODY);
}

static void break_silence(struct conn *c)
{
	stream_beat(c->x);
	pump(c);
}

void conn_deadline_passed(struct deadline *d)
{
	struct conn *c = (struct conn *)((char *)d - offsetof(struct conn, deadline));

	switch (c->state) {
	case CONN_HEAD:
		refuse(c, 408, "the head of the request took too long", false);
		break;
	case CONN_BODY:
		check_arrival(c);
		break;
	case CONN_WRITE:
	case CONN_STREAM:
		if (d->kind == WAIT_QUIET)
			break_silence(c);
		else
			check_progress(c);
		break;
	default:
		conn_close(c);
		break;
	}
	read_on(c);
}

void conn_drain(struct conn *c)
{
	if (c->state == CONN_IDLE || c->state == CONN_LINGER)
		conn_close(c);
	else if (heeds_client(c))
		stream_lose(&c->x->stream);
}
