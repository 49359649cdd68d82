/* api/run_follow.h: a run told to an HTTP client as it happens, for as long as the client listens. */
#ifndef API_RUN_FOLLOW_H
#define API_RUN_FOLLOW_H

#include "http/server.h"
#include "run/watch.h"

/* How events are told. */
struct run_teller {
	/* May wait for the client to read. */
	enum err (*tell)(struct ctx *ctx, void *arg, const struct run_event *event);
	/* A delta: see struct run_listener. */
	bool (*show)(void *arg, struct arena *mem, const struct run_event *delta);
	void *arg;
};

/* Tells all that the watch tells, its end included. ERR_GONE: the client left or the server stops; no event was begun
 * after that. Others: the run could not be read, or told. After http_stream_begin or http_wait_begin. */
enum err run_follow(struct ctx *ctx, struct http_exchange *x, struct run_watch *watch, const struct run_teller *teller);

#endif
