/* model/sse.h: server-sent events, read as they arrive (HTML standard, 9.2.6).
 *
 * Providers stream their replies so. What kind of event it is stands in the data too, so only data is
 * handed on; comments, ids and the rest are passed over. Lines end in LF, CR or both.
 * Threads: a stream belongs to one at a time.
 */
#ifndef MODEL_SSE_H
#define MODEL_SSE_H

#include "base/buf.h"
#include "base/ctx.h"

/* Of a line, and of the data of an event. Some servers send a whole reply as one. */
enum { SSE_EVENT_MAX = 8 << 20 };

struct sse {
	/* Called with the data of each event, its lines joined by LF. An error ends it all. */
	enum err (*event)(void *arg, struct str data);
	void *arg;

	struct buf line, data;               /* as far as they have come */
	bool has_data, after_cr, begun;
};

/* ERR_UPSTREAM: a line or an event is too long. */
enum err sse_take(struct ctx *ctx, struct sse *s, struct str bytes);
/* There is no more. An event that lacks only the empty line behind it counts. */
enum err sse_end(struct ctx *ctx, struct sse *s);
void sse_fini(struct sse *s);

#endif
