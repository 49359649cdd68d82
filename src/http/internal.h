/* http/internal.h: what the server's files share.
 *
 *     loop thread                            handler threads
 *     listen.c  server.c                     pool.c: take, call the handler
 *     conn.c -> message.c -> pool_submit  =>
 *     conn.c <- server.c  <- pool_post    <= exchange.c, stream.c: build the answer
 *
 * An exchange belongs to the loop until pool_submit, then to one handler thread until that
 * posts EVENT_RETURNED. What both need meanwhile is in struct stream, under its lock.
 * A connection is the loop's alone; it may close while its exchange is with a handler, and
 * then the exchange finds nobody when it returns.
 */
#ifndef HTTP_INTERNAL_H
#define HTTP_INTERNAL_H

#include <pthread.h>
#include <stdatomic.h>
#include <uv.h>

#include "http/deadline.h"
#include "http/message.h"
#include "http/server.h"

struct conn;

/* -- the Date header, formatted once a second ---------------------------------------------- */

struct http_date {
	int64_t second;
	char text[80];
};

struct str http_date_text(struct http_date *d);

/* -- streams (stream.c) --------------------------------------------------------------------- */

struct stream {
	pthread_mutex_t lock;
	pthread_cond_t room;                 /* the loop has sent something, or the client is gone */
	struct buf waiting;                  /* under lock: framed, not yet taken by the loop */
	size_t n_taken;                      /* under lock: taken, not yet sent */
	bool begun, gone;                    /* under lock */
	bool waited_for;                     /* under lock: http_wait_begin came */
	bool ended, truncated;               /* under lock: http_stream_end came; a write was refused */
	bool in_write;                       /* under lock: more of the same write is to come */
	struct str heartbeat;                /* under lock; p NULL: it is to be silent */
	struct bell *bell;                   /* under lock: rung when `gone` becomes true; may be NULL */
	struct buf leaving;                  /* the loop's: what it is sending */
};

/* -- exchanges (exchange.c) ----------------------------------------------------------------- */

struct http_exchange {
	struct message in;
	struct arena mem;
	struct http_server *server;
	struct worker *worker;               /* who serves it, or has */
	struct http_exchange *next;          /* in the one list it is in */

	/* the answer */
	int status;                          /* 0: none yet */
	bool keep_alive;
	struct buf fields;                   /* headers set by the handler, as text; malloc'ed, since a
	                                      * handler may set them while its arena is marked */
	struct buf head;
	struct buf body;                     /* malloc'ed, reused while small */
	struct str payload;                  /* what follows the head: `body`, or static text */
	struct stream stream;

	/* the loop's */
	struct conn *conn;                   /* NULL: closed meanwhile */
	bool with_handler, writing, counted, streaming;
	uv_write_t write;

	unsigned events;                     /* under pool->done_lock */
};

struct http_exchange *exchange_new(struct http_server *s);
void exchange_free(struct http_exchange *x);
/* Back to its first state, keeping what memory is worth keeping. */
void exchange_reset(struct http_exchange *x);
/* Gives the request its id. */
void exchange_identify(struct http_exchange *x);
/* Completes the answer: writes its head. */
void exchange_seal(struct http_exchange *x, struct http_date *date);
/* Makes the server's own answer. */
void exchange_refuse(struct http_exchange *x, int status, const char *why);
/* The first part of a head, common to plain answers and streams. */
void exchange_begin_head(struct http_exchange *x, struct buf *head, struct http_date *date);
bool exchange_has_body(const struct http_exchange *x);

void stream_init(struct stream *st);
void stream_fini(struct stream *st);
void stream_reset(struct stream *st);
/* Tells the handler that nobody listens any more. */
void stream_lose(struct stream *st);
bool stream_is_gone(struct stream *st);
bool stream_has_begun(struct stream *st);
/* Whether there will be a plain answer, by a handler that wants to know when its client leaves. */
bool stream_is_waited_for(struct stream *st);
/* Moves what waits into st->leaving, once what left before has been sent. False: nothing there. */
bool stream_take(struct stream *st);
/* Whether silence is to be broken, and doing so: as if the handler had written. */
bool stream_has_heartbeat(struct stream *st);
void stream_beat(struct http_exchange *x);
/* Ended as it should, so that the connection may serve another request. */
bool stream_is_whole(struct stream *st);

/* -- handler threads (pool.c) --------------------------------------------------------------- */

enum { EVENT_STREAM = 1, EVENT_RETURNED = 2 };

struct exchange_list {
	struct http_exchange *first, *last;
	size_t n;
};

void exchange_list_add(struct exchange_list *l, struct http_exchange *x);
struct http_exchange *exchange_list_take(struct exchange_list *l);

enum { RELIEF_MS = 100 };

enum worker_state { WORKER_NONE, WORKER_RUNS, WORKER_ENDED };

struct worker {
	struct http_server *server;
	size_t index;
	pthread_t thread;
	enum worker_state state;             /* under pool->lock, as the next three */
	int64_t began_ms;                    /* with the request it serves; 0: it waits for one */
	bool away, relieved;
	struct http_date date;               /* its own */
};

struct pool {
	struct worker *workers;
	size_t n_threads, n_workers;         /* wanted beside those that are away; most there may be */
	struct exchange_list ready;          /* the loop's: to be submitted when it has read everything */
	_Atomic size_t n_queued;
	sigset_t signals;                    /* that threads block; not those of whoever starts them */

	pthread_mutex_t lock;
	pthread_cond_t work;
	struct exchange_list queue;          /* under lock, as all below */
	size_t n_running, n_idle, n_away;
	size_t n_relieved;                   /* of those away: they were relieved of waiting requests */
	bool closing;

	pthread_mutex_t done_lock;
	struct exchange_list done;           /* under done_lock */
	uv_async_t *wake;
};

void pool_init(struct pool *p, struct http_server *s, size_t n_threads, size_t n_stream_threads, uv_async_t *wake);
void pool_fini(struct pool *p);
void pool_start(struct pool *p);
/* Lets the threads finish what is queued and waits for them. */
void pool_stop(struct pool *p);
void pool_submit(struct pool *p, struct http_exchange *x);
/* Hands what was submitted to the threads. Once per turn of the loop. False: some of it waits. */
bool pool_flush(struct pool *p);
/* Replaces threads that have been at one request for long, if others wait: whether any do. To be asked
 * again after RELIEF_MS while they do. */
bool pool_relieve(struct pool *p);
/* From a handler thread to the loop. */
void pool_post(struct pool *p, struct http_exchange *x, unsigned event);
/* What was posted since; then one after the other, each with its events. */
struct exchange_list pool_collect(struct pool *p);
struct http_exchange *pool_next(struct pool *p, struct exchange_list *collected, unsigned *events);
/* The calling handler thread is going to stream, or to wait. False: too many are away. */
bool pool_step_aside(struct worker *w);

/* -- connections (conn.c) ------------------------------------------------------------------- */

enum conn_state { CONN_IDLE, CONN_HEAD, CONN_BODY, CONN_BUSY, CONN_STREAM, CONN_WRITE, CONN_LINGER, CONN_CLOSED };

struct conn {
	union {
		uv_handle_t handle;
		uv_stream_t stream;
		uv_tcp_t tcp;
		uv_pipe_t pipe;
	} uv;
	struct http_server *server;
	struct conn *prev, *next;            /* of all connections */
	struct http_exchange *x;             /* NULL between requests */
	struct deadline deadline;
	struct buf kept;                     /* read, but of a later request */
	size_t kept_used;
	size_t unsent;                       /* bytes to be sent when the reader was last looked at */
	size_t received;                     /* of the body, when its sender was */
	enum conn_state state;
	bool reading, half_closed;
	char peer[INET6_ADDRSTRLEN];
};

void conn_open(struct http_server *s);
void conn_close(struct conn *c);
/* An exchange whose connection is open has something to say. */
void conn_hear(struct conn *c, unsigned events);
void conn_deadline_passed(struct deadline *d);
/* Stopping: closes what is idle and ends streams. */
void conn_drain(struct conn *c);

/* -- the server (server.c, listen.c) --------------------------------------------------------- */

enum { READ_BYTES = 64 * 1024 };

union listener {
	uv_handle_t handle;
	uv_stream_t stream;
	uv_tcp_t tcp;
	uv_pipe_t pipe;
};

struct http_server {
	struct http_options options;         /* with defaults filled in */
	uv_loop_t loop;
	union listener listener;
	uv_async_t wake, stop;
	uv_prepare_t before_poll;
	uv_timer_t drain;
	uv_timer_t relief;                   /* runs while requests wait for a thread */
	struct deadlines deadlines;
	struct message_rules rules;
	struct pool pool;
	struct http_date date;               /* the loop's */
	struct conn *conns;
	struct exchange_list spare;          /* exchanges to be used again */
	char *read_bytes;                    /* one read at a time: all connections share it */
	char address[128];
	bool is_unix, listening;
	_Atomic bool stopping;

	/* for http_server_stats; the loop writes */
	_Atomic uint64_t requests, refused, connections_total;
	_Atomic size_t connections, in_flight, streams;
};

/* Opens the listening socket and fills s->address. */
enum err listener_open(struct ctx *ctx, struct http_server *s, uv_connection_cb on_connection);

struct http_exchange *server_exchange(struct http_server *s);
void server_recycle(struct http_server *s, struct http_exchange *x);
/* A connection is gone for good. */
void server_connection_gone(struct http_server *s);

#endif
