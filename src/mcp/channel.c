/* mcp/channel.c: from a plain answer to an event stream, when there is something to say before it. */
#include "mcp/internal.h"

#include "base/clock.h"

/* Which call takes long, so that it is time to show that somebody is at it. */
enum { STREAM_AFTER_MS = 1000 };

#define EVENT_STREAM "text/event-stream"
/* A comment, which readers of events pass over. */
#define STILL_HERE S(": ka\n\n")

static const char *const LEVELS[] = {
	[MCP_DEBUG] = "debug", [MCP_INFO] = "info", [MCP_NOTICE] = "notice", [MCP_WARNING] = "warning",
	[MCP_ERROR] = "error", [MCP_CRITICAL] = "critical", [MCP_ALERT] = "alert", [MCP_EMERGENCY] = "emergency",
};

bool mcp_level_by_name(struct str name, enum mcp_level *out)
{
	for (size_t i = 0; i < COUNT_OF(LEVELS); i++) {
		if (str_is(name, LEVELS[i])) {
			*out = (enum mcp_level)i;
			return true;
		}
	}
	return false;
}

void mcp_channel_init(struct mcp_channel *c, struct arena *mem, struct http_exchange *x,
		      const struct mcp_envelope *envelope)
{
	*c = (struct mcp_channel){ .mem = mem, .x = x, .envelope = envelope, .began_ms = mono_ms(), .done = -1 };
}

/* -- the stream ------------------------------------------------------------------------------------------ */

static void begin(struct mcp_channel *c)
{
	if (c->begun)
		return;
	c->begun = true;
	http_set_header(c->x, "Content-Type", S(EVENT_STREAM));
	http_set_header(c->x, "Cache-Control", S("no-cache, no-transform"));
	/* Proxies like to collect an answer before they pass it on. */
	http_set_header(c->x, "X-Accel-Buffering", S("no"));
	http_stream_begin(c->x, 200);
	http_stream_heartbeat(c->x, STILL_HERE);
}

/* JSON as we write it has no line ends, so one data line holds it. */
static struct str event_of(struct arena *mem, struct str message)
{
	struct buf event = { .mem = mem };

	buf_z(&event, "event: message\ndata: ");
	buf_str(&event, message);
	buf_z(&event, "\n\n");
	return buf_view(&event);
}

enum err mcp_channel_send(struct mcp_channel *c, struct str message)
{
	AUTO(arena_rewind) struct arena_mark mark = arena_mark(c->mem);

	begin(c);
	return http_stream_write(c->x, event_of(c->mem, message));
}

void mcp_channel_end(struct mcp_channel *c, int status, struct str message)
{
	if (c->begun) {
		/* Not a write, which is refused once the server stops: then this is all that its client hears. */
		http_stream_end_with(c->x, event_of(c->mem, message));
		return;
	}
	http_set_header(c->x, "Content-Type", S("application/json"));
	buf_str(http_body(c->x), message);
	http_reply(c->x, status);
}

/* That it takes long is shown by a stream; one of a batch has none, and only lets the server know. */
static bool may_take_long(struct mcp_channel *c)
{
	if (c->deaf)
		return http_wait_begin(c->x) == OK;
	begin(c);
	return true;
}

bool mcp_wanted(struct mcp_channel *c)
{
	if (atomic_load(&c->call.cancelled))
		return false;
	if (mono_ms() - c->began_ms >= STREAM_AFTER_MS && !may_take_long(c))
		return false;
	/* To leave is to cancel in the stateless revision alone, but in none can an answer be fetched later. */
	return http_stream_alive(c->x);
}

/* -- notifications --------------------------------------------------------------------------------------- */

/* Who has left is noticed when the feature asks whether to go on. */
static void end_notification(struct mcp_channel *c, struct json_writer *w)
{
	jw_end(w);
	jw_end(w);
	(void)!mcp_channel_send(c, buf_view(w->out));
}

void mcp_progress(struct mcp_channel *c, double done, double total, const char *message)
{
	AUTO(arena_rewind) struct arena_mark mark = arena_mark(c->mem);
	struct buf text = { .mem = c->mem };
	struct json_writer w = { .out = &text };

	if (c->deaf || !c->envelope->progress_token || done <= c->done)
		return;
	c->done = done;
	mcp_open_notification(&w, "notifications/progress");
	jw_key(&w, "progressToken");
	mcp_write_id(&w, c->envelope->progress_token);
	jw_key(&w, "progress");
	jw_num(&w, done);
	if (total > 0) {
		jw_key(&w, "total");
		jw_num(&w, total);
	}
	if (message && c->envelope->revision >= MCP_2025_03_26) {
		jw_key(&w, "message");
		jw_z(&w, message);
	}
	end_notification(c, &w);
}

void mcp_log(struct mcp_channel *c, enum mcp_level level, const char *logger, struct str data)
{
	AUTO(arena_rewind) struct arena_mark mark = arena_mark(c->mem);
	struct buf text = { .mem = c->mem };
	struct json_writer w = { .out = &text };

	if (c->deaf || !c->logs || level < c->envelope->log_level)
		return;
	mcp_open_notification(&w, "notifications/message");
	jw_key(&w, "level");
	jw_z(&w, LEVELS[level]);
	jw_key(&w, "logger");
	jw_z(&w, logger);
	jw_key(&w, "data");
	jw_raw(&w, data);
	end_notification(c, &w);
}
