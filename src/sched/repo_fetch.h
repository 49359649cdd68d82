/* sched/repo_fetch.h: keeps connected repositories fetched.
 *
 * Every so often each of them is fetched, some at a time, and what that brought is written into the store; whoever
 * lists agents reads it there. One that was pushed to is fetched at once; when pushes come thick and fast, a fetch
 * every REPO_PUSH_PAUSE_MS is for all of them. Several processes on a store do the same work more than once, to
 * the same end, but never on the same repository at a time. Between fetches there is one thread, asleep.
 */
#ifndef SCHED_REPO_FETCH_H
#define SCHED_REPO_FETCH_H

#include "base/ctx.h"

struct repo_fetcher;

struct repo_fetcher_options {
	struct db *db;                       /* borrowed; outlives the fetcher */
	int64_t interval_ms;                 /* from one round over all of them to the next; 0: none */
	int64_t push_pause_ms;               /* 0 = REPO_PUSH_PAUSE_MS */
	int64_t again_ms;                    /* for one that failed the last time; 0 = REPO_AGAIN_MS */
};

/* A remote that is away may say nothing at all, and holds one of the places until it is given up. */
enum { REPO_FETCHES_MAX = 4, REPO_PUSH_PAUSE_MS = 5000, REPO_AGAIN_MS = 30 * 1000 };

/* The data key must be loaded, and agent_source_setup called. ERR_INTERNAL: no thread could be had. */
enum err repo_fetcher_start(struct ctx *ctx, const struct repo_fetcher_options *options, struct repo_fetcher **out);
/* That workspace's repository was pushed to. Returns at once. Any thread; NULL is fine. */
void repo_fetcher_pushed(struct repo_fetcher *fetcher, struct str workspace_id);
/* Gives up what is under way, within a second: nothing is left of a git or a thread. Frees the fetcher. NULL is
 * fine. */
void repo_fetcher_stop(struct repo_fetcher *fetcher);

#endif
