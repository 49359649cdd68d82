/* http/client.h: requests to other servers; the one gate through which anything leaves.
 *
 * A request whose address came from a user or a model is guarded: it goes to public addresses
 * only, on any port. The address looked at is the one that is connected to, on every hop, so that
 * neither a redirect nor a name that resolves differently the second time gets past it. An operator
 * can open single hosts and networks; a host name opens whatever it resolves to, for that hop.
 *
 * libcurl does the work; it is loaded at the first request. TLS certificates are checked, against the
 * system's or SSL_CERT_FILE's; no proxy, .netrc or cookie of the environment is used. Connections are
 * kept for later calls, and closed when none has come for a minute. A call that ends early closes its
 * connection at once. Each call in progress takes three file descriptors and, with go_on, a look at the
 * clock twelve times a second, or as seldom as ask_ms says.
 * Threads: any, each with its own ctx.
 */
#ifndef HTTP_CLIENT_H
#define HTTP_CLIENT_H

#include <pthread.h>

#include "base/ctx.h"
#include "http/server.h"

/* Before the first request, once per process. allow: "wiki.example.com, 10.2.0.0/16, [fd00::]/8,
 * localhost:8080" opens these to guarded requests; absent opens none. ERR_INVALID: it is malformed;
 * the text is for the operator. */
enum err http_client_setup(struct ctx *ctx, struct str allow);

struct http_call {
	/* -- what is sent: all borrowed -- */
	const char *method;                  /* "GET", "POST" */
	struct str url;                      /* http or https */
	const struct http_header *headers;   /* User-Agent is agentd's, unless it is among them */
	size_t n_headers;
	struct str body;                     /* absent: none; "" for a POST of nothing */
	bool guarded;
	/* To follow at most; 0: a redirect is an answer like others. Another server gets none of the headers
	 * but Accept, Accept-Language and User-Agent, so that no kind of key gets there. */
	int redirects;
	size_t bytes_max;                    /* of the answer's body, after decompression; 0 = 10 MiB */
	int64_t timeout_ms;                  /* for all of it; 0 = 30 s. ctx->deadline_ms counts too */
	int64_t stall_ms;                    /* without a byte; 0 = 30 s */

	/* Called with the body of a 2xx answer as it arrives, instead of collecting it. An error ends the
	 * call with it. May be NULL. */
	enum err (*receive)(void *arg, struct str bytes);
	/* Asked several times a second, also while nothing arrives: false ends the call with ERR_GONE,
	 * and closes the connection. May be NULL. */
	bool (*go_on)(void *arg);
	/* Between two questions, 0 = 80 ms. A thousand calls that wait cost half a processor at that rate, so
	 * whoever is certain that http_wake will be called asks seldom. */
	int64_t ask_ms;
	void *arg;

	/* -- what came back: in ctx->mem -- */
	enum err error;                      /* OK: there is an answer, whatever its status */
	struct str why;                      /* of an error, one line that names the host and no secret */
	int status;
	struct str content_type;             /* may be absent */
	struct str location;                 /* the address that answered, after redirects */
	struct str reply;                    /* the body; NUL behind it */
	int64_t retry_after_ms;              /* what Retry-After asks for; -1: nothing */
};

/* ERR_UPSTREAM: no connection, broken off, too large. ERR_TIMEOUT. ERR_FORBIDDEN: the guard refused.
 * ERR_INVALID: not a URL we can use, or a header of two lines. ERR_GONE: go_on said no. ERR_INTERNAL:
 * libcurl is not there; this text alone is for the operator. The same as call->error, with ctx->why set. */
enum err http_call(struct ctx *ctx, struct http_call *call);
/* Has the calls that thread is making, if it is, ask go_on at once. What go_on looks at is changed before. */
void http_wake(pthread_t thread);
/* n of them, at most so many at a time, in no order; each has its own outcome. `done` (may be NULL) is
 * called on this thread as each one ends. */
void http_call_all(struct ctx *ctx, struct http_call *calls, size_t n, size_t at_a_time,
		   void (*done)(void *arg, struct http_call *call), void *arg);

#endif
