/* mcp/wait.c: a run, watched as api/run_event_routes.c watches it, and told in the terms of MCP.
 *
 * A model that has to ask again and again whether a run is over spends its turns on that; one call that waits
 * spends one. Progress keeps clients from giving the call up, and cancelling it ends the waiting alone: the run
 * goes on.
 */
#include "mcp/wait.h"

#include "base/clock.h"
#include "base/id.h"
#include "run/watch.h"

enum {
	WAIT_MINUTES = 10,                   /* no client is known to wait longer */
	LOOK_MS = 250,                       /* how often it is looked whether somebody still waits */
};

/* What is told of an event; absent: nothing. */
static struct str told_of(struct arena *mem, const struct run_event *event)
{
	const struct list *calls = &event->recorded.message.calls;
	const struct tool_call *first = calls->n ? LIST_AT(*calls, struct tool_call, 0) : NULL;

	switch (event->kind) {
	case RUN_EVENT_STATUS:
		return event->run.status;
	case RUN_EVENT_REPLY:
		return first ? arena_printf(mem, "calls %.*s", STR(first->name)) : S("answers");
	case RUN_EVENT_RESULT:
		return event->recorded.message.failed ? S("a tool failed") : S("a tool has answered");
	default:
		return (struct str){ NULL, 0 };
	}
}

static void tell(struct ctx *ctx, struct mcp_channel *channel, const struct run_event *event, int *n_told)
{
	struct str text = told_of(ctx->mem, event);

	if (text.p)
		mcp_progress(channel, ++*n_told, 0, arena_strz(ctx->mem, text));
}

static enum err follow(struct ctx *ctx, struct mcp_channel *channel, struct run_watch *watch)
{
	int64_t until = mono_ms() + WAIT_MINUTES * 60 * 1000;
	struct run_event event = {0};
	int n_told = 0;

	while (event.kind != RUN_EVENT_END && mono_ms() < until) {
		AUTO(arena_rewind) struct arena_mark mark = arena_mark(ctx->mem);
		enum err e = run_watch_next(ctx, watch, mono_ms() + LOOK_MS, &event);

		if (!mcp_wanted(channel))
			return fail(ctx, ERR_GONE, "the wait for the run was given up, or the server stops");
		if (e == ERR_TIMEOUT)
			continue;
		TRY(e);
		tell(ctx, channel, &event, &n_told);
	}
	return OK;
}

enum err mcp_wait_for_run(struct ctx *ctx, struct mcp_channel *channel, struct str run_id)
{
	AUTO(run_watch_close) struct run_watch watch = {0};
	struct str id;

	if (!uuid_parse_any(ctx->mem, run_id, &id))
		return fail(ctx, ERR_NOT_FOUND, "run not found");
	TRY(run_watch_open(ctx, id, S(""), &watch));
	return follow(ctx, channel, &watch);
}
