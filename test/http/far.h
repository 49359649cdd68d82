/* test/http/far.h: a server far away, as far as the client knows: plain sockets on loopback, and pages
 * that answer as badly as they like.
 *
 * A thread accepts, and each connection has one of its own that reads a request, finds its page, and
 * lets it write whatever bytes it wants. Pages that never end stop when the client closes, or when
 * the test does.
 */
#ifndef TEST_HTTP_FAR_H
#define TEST_HTTP_FAR_H

#include "../unit.h"

#include <arpa/inet.h>
#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <stdatomic.h>
#include <sys/socket.h>

#include "base/buf.h"
#include "base/clock.h"

enum { FAR_CONNECTIONS_MAX = 4096, FAR_PATIENCE_MS = 20000 };

struct far;

struct visit {
	struct far *far;
	int fd;
	int n_requests;                      /* on this connection, with this one */
	struct str head, method, path, body;
	bool keep;                           /* a page clears it to close the connection */
};

struct far_page {
	const char *path;
	void (*serve)(struct visit *v);
};

struct far {
	int fd, port;
	pthread_t thread;
	const struct far_page *pages;
	void *arg;                           /* for the pages */
	pthread_mutex_t lock;
	pthread_t threads[FAR_CONNECTIONS_MAX];      /* under lock */
	int fds[FAR_CONNECTIONS_MAX];                /* under lock; -1: closed */
	int n_threads;                               /* under lock */
	_Atomic int n_connections, n_open, n_requests;
	_Atomic bool stopping;
};

/* -- what pages say ------------------------------------------------------------------------------ */

static inline bool far_say_n(struct visit *v, const void *bytes, size_t n)
{
	const char *p = bytes;

	while (n > 0) {
		ssize_t sent = send(v->fd, p, n, MSG_NOSIGNAL);

		if (sent <= 0)
			return false;
		p += sent;
		n -= (size_t)sent;
	}
	return true;
}

static inline bool far_say(struct visit *v, const char *text)
{
	return far_say_n(v, text, strlen(text));
}

/* headers: whole lines, each with its end; may be "". */
static inline void far_answer(struct visit *v, const char *status, const char *headers, struct str body)
{
	char head[1024];

	snprintf(head, sizeof(head), "HTTP/1.1 %s\r\n%sContent-Length: %zu\r\n\r\n", status, headers, body.n);
	if (far_say(v, head))
		far_say_n(v, body.p, body.n);
}

/* Until the client closes, or the test ends. */
static inline void far_await_end(struct visit *v)
{
	char byte;

	v->keep = false;
	while (recv(v->fd, &byte, 1, 0) > 0)
		;
}

/* The value of a header of the request, or absent. */
static inline struct str far_header(const struct visit *v, const char *name)
{
	struct str rest = v->head;

	while (rest.p) {
		struct str value = str_cut(&rest, '\n');
		struct str called = str_cut(&value, ':');

		if (value.p && str_eq_nocase(called, str_of(name)))
			return str_trim(value);
	}
	return (struct str){ NULL, 0 };
}

/* -- connections --------------------------------------------------------------------------------- */

/* A request into mem. False: the client has closed. */
static inline bool far_hear(struct visit *v, struct arena *mem)
{
	struct buf in = { .mem = mem };
	int64_t n_body = 0;
	ptrdiff_t end;
	struct str rest;

	while ((end = str_find(buf_view(&in), S("\r\n\r\n"))) < 0) {
		ssize_t n = recv(v->fd, buf_room(&in, 1), 1, 0);

		if (n <= 0)
			return false;
		in.n += (size_t)n;
	}
	v->head = arena_str(mem, buf_view(&in));
	if (far_header(v, "content-length").p)
		assert_true(str_to_int(far_header(v, "content-length"), &n_body));
	in.n = 0;
	while ((int64_t)in.n < n_body) {
		ssize_t n = recv(v->fd, buf_room(&in, 4096), 4096, 0);

		if (n <= 0)
			return false;
		in.n += (size_t)n;
	}
	v->body = buf_view(&in);
	rest = v->head;
	v->method = str_cut(&rest, ' ');
	v->path = str_cut(&rest, ' ');
	return true;
}

static inline void far_serve(struct visit *v)
{
	const struct far_page *page = v->far->pages;

	while (page->path && !str_is(v->path, page->path))
		page++;
	if (page->path)
		page->serve(v);
	else
		far_answer(v, "404 Not Found", "Content-Type: text/plain\r\n", S("no such page"));
}

struct far_start {
	struct far *far;
	int place;
};

static inline void *far_connection_main(void *arg)
{
	struct far_start start = *(struct far_start *)arg;
	struct far *far = start.far;
	struct visit v = { .far = far, .fd = far->fds[start.place], .keep = true };
	struct arena mem;

	free(arg);
	arena_init(&mem, 0);
	while (v.keep && !far->stopping && far_hear(&v, &mem)) {
		v.n_requests++;
		far->n_requests++;
		far_serve(&v);
		arena_reset(&mem);
	}
	arena_fini(&mem);
	pthread_mutex_lock(&far->lock);
	far->fds[start.place] = -1;
	pthread_mutex_unlock(&far->lock);
	close(v.fd);
	far->n_open--;
	return NULL;
}

static inline void far_accept(struct far *far, int fd)
{
	struct far_start *start = xmalloc(sizeof(*start));

	pthread_mutex_lock(&far->lock);
	assert_true(far->n_threads < FAR_CONNECTIONS_MAX);
	far->n_connections++;
	far->n_open++;
	far->fds[far->n_threads] = fd;
	*start = (struct far_start){ far, far->n_threads };
	assert_int_equal(pthread_create(&far->threads[far->n_threads], NULL, far_connection_main, start), 0);
	far->n_threads++;
	if (far->stopping)
		shutdown(fd, SHUT_RDWR);
	pthread_mutex_unlock(&far->lock);
}

static inline void *far_main(void *arg)
{
	struct far *far = arg;
	int fd;

	while ((fd = accept(far->fd, NULL, NULL)) >= 0)
		far_accept(far, fd);
	return NULL;
}

/* -- the server ---------------------------------------------------------------------------------- */

static inline struct far *far_new(const struct far_page *pages, void *arg)
{
	struct sockaddr_in at = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	socklen_t n = sizeof(at);
	struct far *far = xcalloc(1, sizeof(*far));

	far->pages = pages;
	far->arg = arg;
	pthread_mutex_init(&far->lock, NULL);
	far->fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	assert_int_equal(bind(far->fd, (struct sockaddr *)&at, sizeof(at)), 0);
	assert_int_equal(listen(far->fd, 1024), 0);
	assert_int_equal(getsockname(far->fd, (struct sockaddr *)&at, &n), 0);
	far->port = ntohs(at.sin_port);
	assert_int_equal(pthread_create(&far->thread, NULL, far_main, far), 0);
	return far;
}

static inline void far_free(struct far **pointer)
{
	struct far *far = *pointer;

	far->stopping = true;
	shutdown(far->fd, SHUT_RDWR);
	pthread_join(far->thread, NULL);
	pthread_mutex_lock(&far->lock);
	for (int i = 0; i < far->n_threads; i++)
		if (far->fds[i] >= 0)
			shutdown(far->fds[i], SHUT_RDWR);
	pthread_mutex_unlock(&far->lock);
	for (int i = 0; i < far->n_threads; i++)
		pthread_join(far->threads[i], NULL);
	close(far->fd);
	pthread_mutex_destroy(&far->lock);
	free(far);
}

#define SERVE(name, pages, arg) AUTO(far_free) struct far *name = far_new(pages, arg)

/* Waits until the condition holds. */
#define FAR_AWAIT(condition)                                                               \
	do {                                                                               \
		int64_t give_up_ = mono_ms() + FAR_PATIENCE_MS;                            \
		while (!(condition) && mono_ms() < give_up_)                               \
			usleep(1000);                                                      \
		assert_true(condition);                                                    \
	} while (0)

#endif
