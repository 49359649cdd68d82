/* http/server.h: an HTTP/1.1 server; it has never heard of agents.
 *
 * One loop thread (libuv, llhttp) accepts, parses, enforces limits and deadlines, and writes.
 * A complete request goes to a small pool of handler threads, where code is straight and
 * blocking; answers go back to the loop in batches. Framing is strict: what llhttp's strict
 * mode doubts is refused and the connection closed.
 *
 * Memory of a request: the server makes an arena per request in flight, kept for reuse; the
 * handler may allocate from http_arena(x). It and all that http_request_of(x) shows stay until
 * the handler returns, whatever the client does; the answer leaves when the handler returns.
 *
 * A client that leaves is noticed, but its handler is not disturbed: the answer is dropped. A
 * request whose client was reset before a handler took it is not handled at all. An offer to
 * upgrade the protocol is passed over (answered in HTTP/1.1); CONNECT is refused.
 *
 * SIGPIPE: blocked on the loop thread while it runs; no signal handler is installed.
 */
#ifndef HTTP_SERVER_H
#define HTTP_SERVER_H

#include "base/arena.h"
#include "base/bell.h"
#include "base/buf.h"
#include "base/err.h"

enum http_method {
	HTTP_GET = 1, HTTP_HEAD, HTTP_POST, HTTP_PUT, HTTP_PATCH, HTTP_DELETE, HTTP_OPTIONS,
	HTTP_OTHER,                           /* any other token llhttp knows */
};

struct http_header {
	struct str name, value;               /* name in lower case, value trimmed */
};

struct http_request {
	enum http_method method;
	struct str method_name;
	struct str target;                    /* as sent: "/a/b?c=d" */
	struct str path, query;               /* the two halves, still percent-encoded */
	const struct http_header *headers;
	size_t n_headers;
	struct str body;                      /* NUL behind it; not counted */
	struct str id;                        /* X-Request-Id: the client's if sane, else made here */
	struct str peer;                      /* "127.0.0.1", "::1", "unix" */
	int64_t received_us;                  /* wall clock, when its first byte came */
};

struct http_exchange;                         /* one request and its response */

/* Called on a handler thread, with the index of that thread (0 .. n_threads-1; higher only with
 * n_stream_threads) so that users can keep state per thread. Must answer before returning. */
typedef void http_handle(void *user, size_t thread, struct http_exchange *x);

/* Called on the loop thread when the headers of a request with a body are complete: the largest
 * body it may have, in bytes. `id` is not known yet. Must not block. NULL: limits.body_bytes. */
typedef size_t http_body_limit(void *user, const struct http_request *head);

/* Words an answer that the server itself gives (400, 408, 413, 414, 417, 431, 503, 505): sets its
 * Content-Type and what other headers it needs, and fills http_body(x) in the owner's error shape.
 * Of http_request_of(x) everything may be absent but `id`. `why` is one line for the client. Called
 * on the loop thread, and on a handler's when there are too many streams. NULL: `why` as plain text. */
typedef void http_refusal(void *user, struct http_exchange *x, int status, const char *why);

/* 0 takes the default in brackets. */
struct http_limits {
	size_t head_bytes;                    /* request line and headers together [64 KiB] */
	size_t n_headers;                     /* [100] */
	size_t body_bytes;                    /* [10 MiB] */
	size_t all_bodies_bytes;              /* bodies and heads of all requests in flight; beyond: 503 [256 MiB] */
	size_t n_connections;                 /* beyond: accepted, answered 503, closed [4096] */
	size_t n_queued;                      /* waiting for a handler; beyond: 503 [1024] */
	int head_ms;                          /* total time for the headers [10 s] */
	int body_ms;                          /* for the body, or for a MiB of a large one [60 s] */
	int write_ms;                         /* without progress of the reader; up to twice that [30 s] */
	int heartbeat_ms;                     /* of silence before a stream's heartbeat [15 s] */
	int idle_ms;                          /* keep-alive [75 s] */
	int linger_ms;                        /* for the client to close after its last answer [5 s] */
	int drain_ms;                         /* http_server_stop waits this long for requests [30 s] */
};

struct http_options {
	const char *listen;                   /* "127.0.0.1:8080", "[::1]:0", "unix:/path" */
	size_t n_threads;                     /* handler threads [4] */
	/* Threads that may be started beside those while handlers stream, or take long when others
	 * wait, so that these do not use up n_threads; thread indexes then go up to n_threads +
	 * n_stream_threads - 1. So many of them at most are at such work, and at work that is no stream 32; a
	 * further stream gets 503. [0] */
	size_t n_stream_threads;
	http_handle *handle;
	http_body_limit *body_limit;
	http_refusal *refusal;
	void (*thread_start)(void *user, size_t thread);   /* on the handler thread; may be NULL */
	void (*thread_end)(void *user, size_t thread);
	void *user;
	struct http_limits limits;
};

struct http_server;

/* Binds and listens, so that a busy port is an error here. The caller owns *out. */
enum err http_server_new(struct ctx *ctx, const struct http_options *options, struct http_server **out);
void http_server_free(struct http_server *s);           /* NULL is fine */
/* The address bound: "127.0.0.1:43111" also when port 0 was asked for. Lives with the server. */
struct str http_server_address(const struct http_server *s);
/* Serves until http_server_stop; returns when drained and all handler threads have ended. Call
 * once. After drain_ms connections are cut, but a handler is waited for until it returns. */
void http_server_run(struct http_server *s);
/* Stops accepting, lets requests in flight finish (within drain_ms), closes idle connections,
 * tells streams. Before http_server_run, that then returns at once. Any thread; async-signal-safe. */
void http_server_stop(struct http_server *s);

/* -- what a handler does with an exchange (on its handler thread, before it returns) --------- */

const struct http_request *http_request_of(const struct http_exchange *x);
struct arena *http_arena(struct http_exchange *x);
/* The value of a header (lower-case name), or { NULL, 0 }; *n counts how often it came (may be NULL). */
struct str http_header_get(const struct http_request *r, const char *name, size_t *n);

/* Response headers, each call one more; the server adds Date, Content-Length, Connection,
 * X-Request-Id and X-Content-Type-Options: nosniff itself. Values with CR, LF or NUL are an
 * assertion. Copied. */
void http_set_header(struct http_exchange *x, const char *name, struct str value);
/* The body under construction: append to it, then http_reply. HEAD sends its length only. */
struct buf *http_body(struct http_exchange *x);
void http_reply(struct http_exchange *x, int status);
/* The status answered with; 0 before that. */
int http_status_of(const struct http_exchange *x);
/* A body that is not copied: it lives in http_arena(x), or as long as the process. */
void http_reply_static(struct http_exchange *x, int status, struct str body);

/* Streaming: after http_stream_begin (chunked; no Content-Length), each http_stream_write hands
 * bytes over and blocks while more than 256 KiB wait for a slow reader. ERR_GONE: the client
 * left or stalled past write_ms, or the server drains; stop. http_stream_end finishes.
 *
 * Returning without http_stream_end, or after a refused write, cuts the connection, so that
 * nobody takes a part for the whole. With too many streams open (see n_stream_threads) the
 * client gets 503 and the first write ERR_GONE. A client that ends its own side has left. */
void http_stream_begin(struct http_exchange *x, int status);
enum err http_stream_write(struct http_exchange *x, struct str bytes);
bool http_stream_alive(struct http_exchange *x);        /* without writing */
/* Writes all of it without waiting, or nothing: false. Any thread, while the handler's own has lent it the exchange. */
bool http_stream_offer(struct http_exchange *x, struct str bytes);
/* Rings the bell when http_stream_alive becomes false. NULL: not any more; to be said before the bell ends. */
void http_stream_bell(struct http_exchange *x, struct bell *bell);
/* For a plain answer that is long in coming, and worth nothing once its client has left: from now on the thread counts
 * as one that streams, and http_stream_alive tells what it does of a stream (before, only that the connection was cut):
 * the client ended its own side, or the server drains. There must be an answer all the same. ERR_BUSY: there are too
 * many streams, and such answers. */
enum err http_wait_begin(struct http_exchange *x);
/* From now on the server itself sends `text`, which lives as long as the process, whenever nothing
 * else was sent for heartbeat_ms: however busy the handler is, proxies and clients see that somebody
 * is there. It stands between two writes, never inside one. After http_stream_begin. */
void http_stream_heartbeat(struct http_exchange *x, struct str text);
void http_stream_end(struct http_exchange *x);
/* The same, behind some last bytes. They are taken whatever their number, and also while the server drains: so a
 * protocol can say that it is over. */
void http_stream_end_with(struct http_exchange *x, struct str last);

/* Counters for /metrics, tests and benchmarks. */
struct http_stats {
	uint64_t requests, refused, connections_total;
	size_t connections, in_flight, streams;
};
void http_server_stats(const struct http_server *s, struct http_stats *out);

#endif
