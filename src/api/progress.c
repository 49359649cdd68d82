/* api/progress.c: progress as events.
 *
 * The stream begins when the operation first tells or asks something: by then it has looked at all it
 * can refuse quickly. From there on the server breaks the silence by itself (http_stream_heartbeat),
 * since this thread is busy.
 */
#include "api/progress.h"

#include "api/accept.h"
#include "api/event_stream.h"

bool progress_stream_wanted(const struct call *call)
{
	return call->op->streams && accept_prefers(call->request, EVENT_STREAM, "application/json");
}

static void begin(struct progress_stream *s)
{
	if (s->begun)
		return;
	s->begun = true;
	event_stream_begin(s->x);
}

/* -- while it lasts ------------------------------------------------------------------------------ */

static void write_progress(struct json_writer *w, enum progress_stage stage, const struct progress_item *item,
			   int64_t n)
{
	jw_object(w);
	jw_key(w, "stage");
	jw_z(w, progress_stage_name(stage));
	jw_key(w, "item");
	jw_object(w);
	jw_key(w, "list");
	jw_z(w, item->list);
	jw_key(w, "index");
	jw_int(w, (int64_t)item->index);
	if (item->name.p) {
		jw_key(w, "name");
		jw_str(w, item->name);
	}
	jw_end(w);
	jw_key(w, "count");
	jw_int(w, n);
	jw_end(w);
}

static void tell(void *arg, enum progress_stage stage, const struct progress_item *item, int64_t n)
{
	struct progress_stream *s = arg;
	AUTO(arena_rewind) struct arena_mark mark = arena_mark(s->mem);
	struct buf data = { .mem = s->mem };
	struct json_writer w = { .out = &data };

	write_progress(&w, stage, item, n);
	begin(s);
	/* Who has left is noticed when the operation asks whether to go on. */
	(void)!event_send(s->x, &(struct event_text){ .name = "progress", .json = buf_view(&data) });
}

static bool wanted(void *arg)
{
	struct progress_stream *s = arg;

	begin(s);
	return http_stream_alive(s->x);
}

void progress_stream_init(struct progress_stream *s, struct arena *mem, struct http_exchange *x)
{
	*s = (struct progress_stream){ .progress = { tell, wanted, s }, .x = x, .mem = mem };
}

/* -- the end ------------------------------------------------------------------------------------- */

static void finish(struct progress_stream *s, const char *name, struct str json)
{
	if (event_send(s->x, &(struct event_text){ .name = name, .json = json }) == OK)
		http_stream_end(s->x);
}

void progress_stream_result(struct progress_stream *s, struct str body)
{
	if (s->begun) {
		finish(s, "result", body);
		return;
	}
	/* It was done before there was anything to tell: all of the stream is known. */
	event_stream_headers(s->x);
	event_put(http_body(s->x), &(struct event_text){ .name = "result", .json = body });
	http_reply(s->x, 200);
}

void progress_stream_error(struct progress_stream *s, int status, struct str body)
{
	struct buf data = { .mem = s->mem };
	struct json_writer w = { .out = &data };

	jw_object(&w);
	jw_key(&w, "status");
	jw_int(&w, status);
	jw_key(&w, "body");
	jw_raw(&w, body);
	jw_end(&w);
	finish(s, "error", buf_view(&data));
}
