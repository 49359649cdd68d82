/* api/event_stream.c: what it takes for events to arrive one by one, through proxies too. */
#include "api/event_stream.h"

/* A comment, which readers of events pass over. */
#define STILL_HERE S(": still at it\n\n")

/* Proxies like to collect an answer before they pass it on, and to compress it. */
void event_stream_headers(struct http_exchange *x)
{
	http_set_header(x, "Content-Type", S(EVENT_STREAM));
	http_set_header(x, "Cache-Control", S("no-cache, no-transform"));
	http_set_header(x, "X-Accel-Buffering", S("no"));
}

void event_stream_begin(struct http_exchange *x)
{
	event_stream_headers(x);
	http_stream_begin(x, 200);
	http_stream_heartbeat(x, STILL_HERE);
}

static void put_line(struct buf *out, const char *field, struct str value)
{
	buf_z(out, field);
	buf_add(out, ": ", 2);
	buf_str(out, value);
	buf_char(out, '\n');
}

void event_put(struct buf *out, const struct event_text *event)
{
	if (event->id.p)
		put_line(out, "id", event->id);
	if (event->name)
		put_line(out, "event", str_of(event->name));
	put_line(out, "data", event->json);
	buf_char(out, '\n');
}

static struct str bytes_of(struct arena *mem, const struct event_text *event)
{
	struct buf out = { .mem = mem };

	event_put(&out, event);
	return buf_view(&out);
}

enum err event_send(struct http_exchange *x, const struct event_text *event)
{
	AUTO(arena_rewind) struct arena_mark mark = arena_mark(http_arena(x));

	return http_stream_write(x, bytes_of(http_arena(x), event));
}

bool event_offer(struct http_exchange *x, const struct event_text *event)
{
	AUTO(arena_rewind) struct arena_mark mark = arena_mark(http_arena(x));

	return http_stream_offer(x, bytes_of(http_arena(x), event));
}
