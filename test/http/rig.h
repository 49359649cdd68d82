/* test/http/rig.h: a server in a thread, a handler that does what the path says, and a client
 * that speaks raw bytes.
 *
 * Nothing waits for a fixed time: a test waits for what the server does, and gives up (fails)
 * only after PATIENCE_MS. Handlers that must be caught in the act wait at a gate.
 */
#ifndef TEST_HTTP_RIG_H
#define TEST_HTTP_RIG_H

#include <arpa/inet.h>
#include <errno.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/ctx.h"
#include "base/log.h"
#include "http/server.h"

/* After ours: it has a macro by the name of our fail(). */
#include <cmocka.h>

enum { PATIENCE_MS = 20000, LARGE_BYTES = 8 << 20 };

/* -- a gate ------------------------------------------------------------------------------- */

struct gate {
	pthread_mutex_t lock;
	pthread_cond_t moved;
	int arrived;                 /* how many came to it */
	bool open;
};

static struct gate gate = { .lock = PTHREAD_MUTEX_INITIALIZER, .moved = PTHREAD_COND_INITIALIZER };

static void gate_reset(void)
{
	pthread_mutex_lock(&gate.lock);
	gate.arrived = 0;
	gate.open = false;
	pthread_mutex_unlock(&gate.lock);
}

static __attribute__((unused)) void gate_pass(void)
{
	pthread_mutex_lock(&gate.lock);
	gate.arrived++;
	pthread_cond_broadcast(&gate.moved);
	while (!gate.open)
		pthread_cond_wait(&gate.moved, &gate.lock);
	pthread_mutex_unlock(&gate.lock);
}

static __attribute__((unused)) void gate_await(int arrived)
{
	pthread_mutex_lock(&gate.lock);
	while (gate.arrived < arrived)
		pthread_cond_wait(&gate.moved, &gate.lock);
	pthread_mutex_unlock(&gate.lock);
}

static __attribute__((unused)) int gate_arrived(void)
{
	int arrived;

	pthread_mutex_lock(&gate.lock);
	arrived = gate.arrived;
	pthread_mutex_unlock(&gate.lock);
	return arrived;
}

static void gate_open(void)
{
	pthread_mutex_lock(&gate.lock);
	gate.open = true;
	pthread_cond_broadcast(&gate.moved);
	pthread_mutex_unlock(&gate.lock);
}

/* -- the handler -------------------------------------------------------------------------- */

static _Atomic int n_handled;
static _Atomic int stream_result;            /* last enum err of /endless; -1 before */
static _Atomic size_t stream_written;

static void do_echo(struct http_exchange *x)
{
	buf_str(http_body(x), http_request_of(x)->body);
	http_reply(x, 200);
}

/* One line for each thing a handler can see. */
static void do_tell(struct http_exchange *x)
{
	const struct http_request *r = http_request_of(x);
	struct buf *b = http_body(x);

	buf_printf(b, "%d %.*s %.*s\npath=%.*s query=%.*s\n", (int)r->method, STR(r->method_name), STR(r->target),
		   STR(r->path), STR(r->query));
	buf_printf(b, "id=%.*s peer=%.*s\n", STR(r->id), STR(r->peer));
	for (size_t i = 0; i < r->n_headers; i++)
		buf_printf(b, "%.*s=[%.*s]\n", STR(r->headers[i].name), STR(r->headers[i].value));
	http_set_header(x, "Content-Type", S("text/plain"));
	http_reply(x, 200);
}

static char large_bytes[LARGE_BYTES];

static void do_large(struct http_exchange *x)
{
	buf_add(http_body(x), large_bytes, LARGE_BYTES);
	http_reply(x, 200);
}

static void do_large_static(struct http_exchange *x)
{
	http_reply_static(x, 200, (struct str){ large_bytes, LARGE_BYTES });
}

static void do_nothing(struct http_exchange *x)
{
	http_reply(x, 204);
}

static void do_gate(struct http_exchange *x)
{
	gate_pass();
	/* Whatever became of the client, its request is still whole: sanitizers look on. */
	arena_str(http_arena(x), http_request_of(x)->peer);
	arena_str(http_arena(x), http_request_of(x)->target);
	buf_z(http_body(x), "passed");
	http_reply(x, 200);
}

static void do_count(struct http_exchange *x)
{
	http_stream_begin(x, 200);
	for (int i = 0; i < 10; i++) {
		struct str line = arena_printf(http_arena(x), "line %d\n", i);

		if (http_stream_write(x, line) != OK)
			break;
	}
	http_stream_end(x);
}

static void do_gate_then_stream(struct http_exchange *x)
{
	gate_pass();
	do_count(x);
}

static void do_large_stream(struct http_exchange *x)
{
	http_stream_begin(x, 200);
	if (http_stream_write(x, (struct str){ large_bytes, LARGE_BYTES }) == OK)
		http_stream_end(x);
}

/* Writes as fast as it may until nobody listens. */
static void do_endless(struct http_exchange *x)
{
	const struct str piece = { large_bytes, 10000 };
	enum err e;

	http_stream_begin(x, 200);
	while ((e = http_stream_write(x, piece)) == OK)
		stream_written += piece.n;
	http_stream_end(x);
	stream_result = e;
}

/* Sleeps until nobody listens. */
static void await_loss(struct http_exchange *x)
{
	AUTO(bell_fini) struct bell bell;

	bell_init(&bell);
	http_stream_bell(x, &bell);
	while (http_stream_alive(x))
		(void)bell_wait(&bell, INT64_MAX);
	http_stream_bell(x, NULL);
}

/* Writes one line, then only listens whether anyone is there, and says good-bye. */
static void do_quiet(struct http_exchange *x)
{
	http_stream_begin(x, 200);
	if (http_stream_write(x, S("hello\n")) == OK)
		await_loss(x);
	stream_result = http_stream_offer(x, S("too late\n")) ? OK : ERR_GONE;
	http_stream_end_with(x, S("bye\n"));
}

/* As much as is taken, and first what is too much at once. */
static void *offer_all(void *arg)
{
	const struct str piece = { large_bytes, 10000 };
	size_t n = 0;

	if (http_stream_offer(arg, (struct str){ large_bytes, 1 << 20 }))
		return NULL;
	while (http_stream_offer(arg, piece))
		n += piece.n;
	stream_written = n;
	return NULL;
}

/* Lends its stream to another thread, and then ends it itself. */
static void do_lend(struct http_exchange *x)
{
	pthread_t thread;

	http_stream_begin(x, 200);
	if (pthread_create(&thread, NULL, offer_all, x) == 0)
		pthread_join(thread, NULL);
	if (http_stream_write(x, S("end")) == OK)
		http_stream_end(x);
}

static void do_gated_stream(struct http_exchange *x)
{
	http_stream_begin(x, 200);
	gate_pass();
	if (http_stream_write(x, S("passed")) == OK)
		http_stream_end(x);
	http_stream_end(x);
}

static void do_broken_stream(struct http_exchange *x)
{
	http_stream_begin(x, 200);
	(void)!http_stream_write(x, S("half of it"));
}

/* Says nothing itself, until the gate opens; then something larger than one slice. */
static void do_busy(struct http_exchange *x)
{
	http_stream_begin(x, 200);
	http_stream_heartbeat(x, S(": busy\n"));
	gate_pass();
	if (http_stream_write(x, (struct str){ large_bytes, 1 << 20 }) == OK)
		http_stream_end(x);
}

/* Waits until nobody listens, and answers whoever does. */
static void do_wait(struct http_exchange *x)
{
	if (http_wait_begin(x) == OK) {
		gate_pass();
		await_loss(x);
		stream_result = ERR_GONE;
	}
	buf_z(http_body(x), "no longer");
	http_reply(x, 503);
}

static void do_not_found(struct http_exchange *x)
{
	buf_z(http_body(x), "no such path");
	http_reply(x, 404);
}

static void rig_handle(void *user, size_t thread, struct http_exchange *x)
{
	static const struct {
		const char *path;
		void (*run)(struct http_exchange *x);
	} PATHS[] = {
		{ "*", do_tell },
		{ "/broken-stream", do_broken_stream },
		{ "/busy", do_busy },
		{ "/count", do_count },
		{ "/echo", do_echo },
		{ "/endless", do_endless },
		{ "/gate", do_gate },
		{ "/gate-then-stream", do_gate_then_stream },
		{ "/gated-stream", do_gated_stream },
		{ "/large", do_large },
		{ "/large-static", do_large_static },
		{ "/large-stream", do_large_stream },
		{ "/lend", do_lend },
		{ "/nothing", do_nothing },
		{ "/quiet", do_quiet },
		{ "/tell", do_tell },
		{ "/wait", do_wait },
	};

	(void)user;
	(void)thread;
	n_handled++;
	for (size_t i = 0; i < COUNT_OF(PATHS); i++)
		if (str_is(http_request_of(x)->path, PATHS[i].path)) {
			PATHS[i].run(x);
			return;
		}
	do_not_found(x);
}

/* -- the server ---------------------------------------------------------------------------- */

struct rig {
	struct http_server *server;
	pthread_t thread;
	int port;
	bool running;
};

static void *rig_main(void *arg)
{
	struct rig *rig = arg;

	http_server_run(rig->server);
	return NULL;
}

/* Such that a piece out of place shows. */
static void fill_large_bytes(void)
{
	for (uint32_t i = 0; i < LARGE_BYTES; i++)
		large_bytes[i] = (char)(i * 2654435761u >> 24);
}

static struct rig rig_start(struct http_options options)
{
	struct rig rig = { .running = true };
	struct ctx ctx = { .mem = NULL };
	struct str address;
	int64_t port = 0;

	options.listen = options.listen ? options.listen : "127.0.0.1:0";
	options.handle = options.handle ? options.handle : rig_handle;
	gate_reset();
	if (!large_bytes[1])
		fill_large_bytes();
	n_handled = 0;
	stream_result = -1;
	stream_written = 0;
	assert_int_equal(http_server_new(&ctx, &options, &rig.server), OK);
	address = http_server_address(rig.server);
	if (str_starts(address, S("127.0.0.1:")))
		assert_true(str_to_int(str_from(address, strlen("127.0.0.1:")), &port));
	rig.port = (int)port;
	return rig;
}

/* The rig must not move any more. */
static void rig_run(struct rig *rig)
{
	assert_int_equal(pthread_create(&rig->thread, NULL, rig_main, rig), 0);
}

static void rig_join(struct rig *rig)
{
	pthread_join(rig->thread, NULL);
	http_server_free(rig->server);
	rig->running = false;
}

static void rig_stop(struct rig *rig)
{
	if (!rig->running)
		return;
	gate_open();
	http_server_stop(rig->server);
	rig_join(rig);
}

#define RIG(name, ...)                                                                     \
	__attribute__((cleanup(rig_stop))) struct rig name =                               \
		rig_start((struct http_options){ __VA_ARGS__ });                           \
	rig_run(&name)

static __attribute__((unused)) struct http_stats rig_stats(const struct rig *rig)
{
	struct http_stats stats;

	http_server_stats(rig->server, &stats);
	return stats;
}

/* Waits until the condition holds. */
#define AWAIT(condition)                                                                   \
	do {                                                                               \
		int64_t give_up_ = mono_ms() + PATIENCE_MS;                                \
		while (!(condition) && mono_ms() < give_up_)                               \
			usleep(1000);                                                      \
		assert_true(condition);                                                    \
	} while (0)

/* -- the client ---------------------------------------------------------------------------- */

static void be_patient(int fd)
{
	struct timeval patience = { .tv_sec = PATIENCE_MS / 1000 };

	setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience));
	setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof(patience));
}

static int dial(const struct rig *rig)
{
	struct sockaddr_in to = { .sin_family = AF_INET, .sin_port = htons((uint16_t)rig->port),
				  .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	int fd = socket(AF_INET, SOCK_STREAM, 0);

	be_patient(fd);
	assert_int_equal(connect(fd, (struct sockaddr *)&to, sizeof(to)), 0);
	return fd;
}

/* What the server does not take any more is no failure: it may have closed. */
static size_t say_n(int fd, const char *bytes, size_t n)
{
	size_t sent = 0;

	while (sent < n) {
		ssize_t more = send(fd, bytes + sent, n - sent, MSG_NOSIGNAL);

		if (more <= 0)
			break;
		sent += (size_t)more;
	}
	return sent;
}

static size_t say(int fd, const char *text)
{
	return say_n(fd, text, strlen(text));
}

struct reply {
	int status;                  /* 0: the connection ended before a whole head */
	bool whole;                  /* the body came to its proper end */
	struct buf head, body;
};

static __attribute__((unused)) void reply_fini(struct reply *r)
{
	buf_fini(&r->head);
	buf_fini(&r->body);
}

/* n bytes, or fewer at the end. */
static size_t hear_n(int fd, struct buf *into, size_t n)
{
	size_t got = 0;

	while (got < n) {
		ssize_t more = recv(fd, buf_room(into, n - got), n - got, 0);

		if (more < 0 && errno == EAGAIN)
			fail_msg("the server kept silent for %d ms", PATIENCE_MS);
		if (more <= 0)
			break;
		into->n += (size_t)more;
		got += (size_t)more;
	}
	return got;
}

/* A line, with its end; slow, which tests can bear. */
static bool hear_line(int fd, struct buf *into)
{
	size_t start = into->n;

	while (hear_n(fd, into, 1) == 1)
		if (into->n - start >= 2 && memcmp(into->p + into->n - 2, "\r\n", 2) == 0)
			return true;
	return false;
}

static bool reply_has(const struct reply *r, const char *text)
{
	return str_find(buf_view(&r->head), str_of(text)) >= 0;
}

static bool hear_chunks(int fd, struct buf *body)
{
	for (;;) {
		struct buf line = { .p = NULL };
		bool ok = hear_line(fd, &line);
		size_t n = ok ? strtoul(line.p, NULL, 16) : 0;

		buf_fini(&line);
		if (!ok || hear_n(fd, body, n + 2) != n + 2)
			return false;
		body->n -= 2;
		if (n == 0)
			return true;
	}
}

static bool hear_body(int fd, struct reply *r)
{
	static const char LENGTH[] = "\r\nContent-Length: ";
	ptrdiff_t at;
	size_t n;

	if (reply_has(r, "Transfer-Encoding: chunked\r\n"))
		return hear_chunks(fd, &r->body);
	at = str_find(buf_view(&r->head), str_of(LENGTH));
	if (at < 0)
		return true;
	n = strtoul(r->head.p + at + sizeof(LENGTH) - 1, NULL, 10);
	return hear_n(fd, &r->body, n) == n;
}

static struct reply hear_head(int fd)
{
	struct reply r = { .status = 0 };
	size_t n;

	do {
		n = r.head.n;
		if (!hear_line(fd, &r.head))
			return r;
	} while (r.head.n - n > 2);
	buf_char(&r.head, '\0');
	r.head.n--;
	assert_int_equal(sscanf(r.head.p, "HTTP/1.1 %d ", &r.status), 1);
	return r;
}

static struct reply hear(int fd)
{
	struct reply r = hear_head(fd);

	if (r.status)
		r.whole = hear_body(fd, &r);
	buf_char(&r.body, '\0');
	r.body.n--;
	return r;
}

/* True when the server has ended the connection, and nothing more came. */
static __attribute__((unused)) bool hear_end(int fd)
{
	char byte;
	ssize_t n = recv(fd, &byte, 1, 0);

	if (n < 0 && errno == EAGAIN)
		fail_msg("the server kept the connection open for %d ms", PATIENCE_MS);
	return n <= 0;
}

#define REPLY(name, fd) __attribute__((cleanup(reply_fini))) struct reply name = hear(fd)

static void hang_up(int *fd)
{
	if (*fd >= 0)
		close(*fd);
	*fd = -1;
}

#define DIAL(name, rig) __attribute__((cleanup(hang_up))) int name = dial(&rig)

#endif
