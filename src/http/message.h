/* http/message.h: one request, made out of bytes as they arrive.
 *
 * Knows limits and what a well-formed request is, but nothing of sockets or time, so that it
 * can be tested and fuzzed alone. A message is read on the loop thread only.
 */
#ifndef HTTP_MESSAGE_H
#define HTTP_MESSAGE_H

#include "http/framing.h"
#include "http/server.h"

struct message_rules {
	size_t head_bytes, n_headers, body_bytes;
	http_body_limit *body_limit;         /* NULL: body_bytes for all */
	void *user;
	size_t all_bytes;                    /* heads and bodies of all messages together */
	size_t held_bytes;                   /* of them, now */
};

enum message_state { MESSAGE_HEAD, MESSAGE_BODY, MESSAGE_COMPLETE, MESSAGE_REFUSED };

/* A header while the buffer that holds it may still move: value follows name. */
struct header_span {
	size_t at, name_n, value_n;
};

struct message {
	struct http_request request;         /* `head` part valid from MESSAGE_BODY on */
	enum message_state state;
	bool keep_alive;
	bool http_1_0;
	bool expects_continue;               /* and none of the body has come yet */
	int refusal;                         /* status, when MESSAGE_REFUSED */
	const char *why;

	struct message_rules *rules;
	struct arena *mem;
	struct framing *framing;
	struct buf head;                     /* target, then names and values, unseparated */
	struct buf body;                     /* malloc'ed, reused by later messages while small */
	struct header_span *spans, span;     /* complete ones; the one being read */
	size_t n_spans, cap_spans;
	size_t target_n;
	size_t head_bytes;                   /* fed while in MESSAGE_HEAD */
	size_t held_bytes;                   /* this one's share of rules->held_bytes */
	size_t body_max;
	uint64_t announced;                  /* Content-Length, else 0 */
};

/* Once per message, then message_begin for each request. */
void message_init(struct message *m, struct message_rules *rules, struct arena *mem);
void message_fini(struct message *m);

void message_begin(struct message *m);
/* Reads on. *used is less than bytes.n when the request ends before the bytes do. */
enum message_state message_feed(struct message *m, struct str bytes, size_t *used);
/* Forgets the request, and its memory except what is small enough to be worth keeping. */
void message_end(struct message *m);

#endif
