/* api/run_follow.c: a thread that sleeps until there is something to tell, or nobody to tell it to.
 *
 * For a piece of a reply it need not wake: whoever has received the piece hands it to the client's stream itself. To
 * wake a thread for each piece would more than double the switches between threads that a piece costs.
 */
#include "api/run_follow.h"

struct following {
	struct http_exchange *x;
	const struct run_teller *teller;
};

static bool show(void *arg, struct arena *mem, const struct run_event *delta)
{
	const struct following *f = arg;

	return f->teller->show(f->teller->arg, mem, delta);
}

static bool go_on(void *arg)
{
	const struct following *f = arg;

	return http_stream_alive(f->x);
}

static enum err follow(struct ctx *ctx, struct http_exchange *x, struct run_watch *watch,
		       const struct run_teller *teller)
{
	struct run_event event = {0};

	while (event.kind != RUN_EVENT_END) {
		AUTO(arena_rewind) struct arena_mark mark = arena_mark(ctx->mem);
		enum err e = run_watch_next(ctx, watch, INT64_MAX, &event);

		if (!http_stream_alive(x))
			return ERR_GONE;
		TRY(e);
		TRY(teller->tell(ctx, teller->arg, &event));
	}
	return OK;
}

enum err run_follow(struct ctx *ctx, struct http_exchange *x, struct run_watch *watch, const struct run_teller *teller)
{
	struct following following = { x, teller };
	const struct run_listener listener = { .show = show, .go_on = go_on, .arg = &following };
	enum err e;

	watch->listener = &listener;
	http_stream_bell(x, &watch->bell);
	e = follow(ctx, x, watch, teller);
	http_stream_bell(x, NULL);
	watch->listener = NULL;
	return e;
}
