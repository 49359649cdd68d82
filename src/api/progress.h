/* api/progress.h: an answer that tells how it comes about (an extension of the workspace contract).
 *
 * An operation whose row says `streams` may take minutes. A client that would rather have an event
 * stream than JSON is told of each step as it is done, and gets the answer at the end:
 *
 *     event: progress   {"stage": "fetched", "item": {"list": "urls", "index": 0, "name": ...}, "count": 512}
 *     event: result     the body of the plain answer
 *     event: error      {"status": 400, "body": the body of the plain answer}
 *
 * One of the last two ends the stream. What is refused before work has begun gets a plain answer.
 * When the client leaves, the work stops, and nothing of it is stored; unless it was just done.
 */
#ifndef API_PROGRESS_H
#define API_PROGRESS_H

#include "api/op.h"
#include "knowledge/progress.h"

struct progress_stream {
	struct progress progress;            /* what the operation is handed */
	struct http_exchange *x;
	struct arena *mem;
	bool begun;                          /* the status and headers are with the client */
};

/* Whether the client asks for one, and the operation can give it. */
bool progress_stream_wanted(const struct call *call);
/* Borrows both. Says nothing before the operation does. */
void progress_stream_init(struct progress_stream *s, struct arena *mem, struct http_exchange *x);

/* The end, either way; it answers the request. */
void progress_stream_result(struct progress_stream *s, struct str body);
/* Only when the stream has begun. */
void progress_stream_error(struct progress_stream *s, int status, struct str body);

#endif
