/* run/watch.h: what happens in a run, told in order to whoever watches it.
 *
 *     AUTO(run_watch_close) struct run_watch watch = {0};
 *     struct run_event event = {0};
 *
 *     TRY(run_watch_open(ctx, id, after, &watch));
 *     while (event.kind != RUN_EVENT_END) {
 *             AUTO(arena_rewind) struct arena_mark mark = arena_mark(ctx->mem);
 *             enum err e = run_watch_next(ctx, &watch, mono_ms() + 250, &event);
 *
 *             if (e == ERR_TIMEOUT && still_wanted())
 *                     continue;
 *             TRY(e);
 *             show(&event);
 *     }
 *
 * What is stored is the truth: steps and the end are read from there, whoever carries the run out and
 * whenever somebody begins to watch. Only the text of a reply that is still being written comes from
 * the feed of this process (domain/run_feed.h); it is read where it stands, at the watcher's own place,
 * so a slow watcher costs neither the run nor memory.
 *
 * Promises a watcher can build on:
 *   - Steps come once, in order, each behind those before it; then the end.
 *   - Before a reply comes all of its text as deltas. Joined, from the last one with offset 0 on, they are
 *     the reply's text. An offset of 0 where more was told before takes back what was told of the step: the
 *     reply had to be asked for again and came out differently.
 *   - Whoever resumes behind the event they had last misses nothing and is told nothing twice; also after
 *     a restart, in another process, and when the step's text was meanwhile written anew: an id says how much of
 *     it was told and which text that was, so it is seen whether the new text goes on from there.
 *   - The status is told as it is at first and when it has changed; it has no id. A run that goes from running
 *     to queued was handed back by a server that stops.
 *
 * Between two events nothing of the store is held, neither a connection nor a snapshot.
 * Threads: a watch belongs to one thread at a time; any number of them may watch the same run. While that thread
 * waits in run_watch_next, it lends the watch, and ctx->mem, to the one that carries the run out: see `listener`.
 */
#ifndef RUN_WATCH_H
#define RUN_WATCH_H

#include "base/bell.h"
#include "domain/run.h"
#include "domain/run_feed.h"
#include "run/record.h"

enum run_event_kind {
	RUN_EVENT_STATUS,                    /* run: its standing (store/runs.h) */
	RUN_EVENT_DELTA,                     /* step, offset, text: more of the reply that will be that step */
	RUN_EVENT_REPLY,                     /* step, recorded: the model replied, and that is stored */
	RUN_EVENT_RESULT,                    /* step, recorded: a tool was called, and its result is stored */
	RUN_EVENT_END,                       /* run: as it ended, with output or error message */
};

struct run_event {
	enum run_event_kind kind;
	struct str id;                       /* to resume behind it; absent: RUN_EVENT_STATUS */
	int64_t step;                        /* from 0; replies and results are counted alike */
	int64_t offset;                      /* bytes of the step's text that were told before */
	struct str text;
	struct recorded_step recorded;
	struct run run;
};

/* What saves a watcher from being woken in vain. */
struct run_listener {
	/* Shows a delta, and must not wait: called on the thread that carries the run out, while the watcher's waits.
	 * False: not now; run_watch_next returns it. */
	bool (*show)(void *arg, struct arena *mem, const struct run_event *delta);
	/* Asked before each wait, on the watcher's thread: false ends it. Whoever changes the answer rings the bell. */
	bool (*go_on)(void *arg);
	void *arg;
};

struct run_watch {
	const struct run_listener *listener; /* set by whoever opened the watch; borrowed; NULL: there is none */
	struct bell bell;                    /* wakes the watcher's thread; anybody may ring it */
	struct run_feed *feed;
	struct str run_id;
	struct run_feed_place place;         /* of the feed: what was seen of it */
	bool due;                            /* the store may have more to tell */
	int64_t look_ms;                     /* when it is looked at whether it is due or not */
	int status;                          /* the last one told; -1: none */
	int64_t step;                        /* the next to be told */
	size_t offset;                       /* so much of its text was told */
	uint64_t digest;                     /* of that */
	unsigned draft;                      /* the draft that is known to begin with it; 0: none is */
	bool over;                           /* nothing is left to be told */
};

/* Begins to watch a run of the acting user's workspace, behind the event with the id `after`, or from the
 * beginning when that is absent or empty. *out refers to ctx->mem, and stays where it is. over: `after` was the end.
 * ERR_NOT_FOUND: "run not found". ERR_INVALID: `after` is no event's id. */
enum err run_watch_open(struct ctx *ctx, struct str run_id, struct str after, struct run_watch *out);
void run_watch_close(struct run_watch *w);              /* zeroed is fine */

/* The next event that the listener was not shown, waited for until the monotonic until_ms. *out lives in ctx->mem.
 * ERR_TIMEOUT: nothing happened, or the listener does not go on. ERR_GONE: the end was told. Others: the store could
 * not be read. */
enum err run_watch_next(struct ctx *ctx, struct run_watch *w, int64_t until_ms, struct run_event *out);

#endif
