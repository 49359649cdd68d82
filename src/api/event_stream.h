/* api/event_stream.h: answers that are streams of server-sent events (WHATWG HTML 9.2). */
#ifndef API_EVENT_STREAM_H
#define API_EVENT_STREAM_H

#include "http/server.h"

#define EVENT_STREAM "text/event-stream"

/* For whoever answers with all of a stream at once. */
void event_stream_headers(struct http_exchange *x);
/* Status, headers, and from now on a comment whenever there was nothing else for 15 seconds. */
void event_stream_begin(struct http_exchange *x);

/* name NULL, id absent: the event has none. json has no line ends, as all that we write. */
struct event_text {
	const char *name;
	struct str id, json;
};

void event_put(struct buf *out, const struct event_text *event);
/* In one write. ERR_GONE: as http_stream_write. */
enum err event_send(struct http_exchange *x, const struct event_text *event);
/* As http_stream_offer. */
bool event_offer(struct http_exchange *x, const struct event_text *event);

#endif
