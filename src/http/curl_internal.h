/* http/curl_internal.h: one request to one server, as libcurl carries it out.
 *
 *     client.c    calls: redirects, limits of time, which headers may travel on, what is kept
 *     curl.c      hops: options, callbacks, what libcurl's results mean; wires and their rest
 *     guard.c     which addresses may be connected to
 *
 * A wire is a curl multi handle: hops that run at the same time on one thread, and connections kept
 * open for later ones. A call takes a wire out of a pool and puts it back. Guarded and unguarded hops
 * never share a wire, so that no guarded one finds a connection open that the guard would refuse.
 * Threads: a wire and its hops belong to one thread at a time; taking and putting back, any.
 */
#ifndef HTTP_CURL_INTERNAL_H
#define HTTP_CURL_INTERNAL_H

#include <pthread.h>

#include "base/ctx.h"
#include "http/guard.h"
#include "http/server.h"

/* -- addresses --------------------------------------------------------------------------------- */

struct http_address {
	struct str url;                      /* encoded, without fragment; NUL behind it */
	struct str scheme, host, port;       /* the port also where the URL leaves it out */
};

/* Both need a wire to have been taken, once. In ctx->mem. ERR_INVALID: no URL of http or https that we can use. */
enum err http_address_read(struct ctx *ctx, struct str url, struct http_address *out);

/* Milliseconds from now on that a Retry-After asks for, in either of its forms; -1: in neither. */
int64_t http_retry_after_ms(struct str value);

/* -- wires -------------------------------------------------------------------------------------- */

struct wire;

/* How long a wire rests before its connections are closed. A variable for tests. */
extern _Atomic int64_t wire_rest_ms;

/* One that rests, preferably from a talk with the server of that URL, or a new one. ERR_INTERNAL:
 * libcurl is not there or cannot begin. */
enum err wire_take(struct ctx *ctx, bool guarded, struct str url, struct wire **out);
/* No hop is on it any more. NULL is fine. */
void wire_put_back(struct wire *w);
/* Ends the waiting of that thread, whichever wires it has taken. */
void wires_wake(pthread_t thread);
/* Whether wires_wake was meant for this one, since it was asked last. */
bool wire_was_woken(struct wire *w);

/* -- hops --------------------------------------------------------------------------------------- */

struct hop {
	/* Set by the caller, and borrowed until the hop ends. */
	struct ctx *ctx;
	const char *method;
	struct http_address to;
	const struct http_header *headers;
	size_t n_headers;
	struct str body;                     /* absent: none */
	const struct guard *guard;           /* NULL: may go anywhere */
	int64_t connect_ms;                  /* at most, for name, TCP and TLS */
	size_t bytes_max;
	enum err (*receive)(void *arg, int status, struct str bytes);    /* decompressed */
	void *arg;

	/* What came back, once wire_next has given the hop; in ctx->mem. */
	enum err error;                      /* with ctx->why set */
	int status;
	struct str content_type, retry_after;    /* may be absent */
	struct str redirect;                 /* absolute; absent: none */

	/* curl.c's. */
	struct wire *wire;
	void *easy, *lines;                  /* CURL and struct curl_slist */
	int64_t n_moved;                     /* when hop_moved was asked last */
	size_t n_received;                   /* of the body */
	unsigned n_codings;                  /* that the answer's body is wrapped in */
	bool refused;                        /* by the guard */
	struct str why;                      /* of the error that a callback has ended it with */
};

/* Sends it on its way; it stays where it is until it ends. */
enum err hop_begin(struct wire *w, struct hop *h);
/* Ends a hop wherever it is, closing the connection if the answer is not complete. Twice is fine. */
void hop_end(struct hop *h);
/* True when bytes went to or fro since it was asked last. */
bool hop_moved(struct hop *h);

/* Lets all hops do what they can without waiting. */
void wire_turn(struct wire *w);
/* A hop that is over, and has been ended; NULL: none. */
struct hop *wire_next(struct wire *w);
/* Waits for any hop to have something to do. */
void wire_wait(struct wire *w, int64_t ms);

#endif
