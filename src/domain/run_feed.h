/* domain/run_feed.h: news of runs, for those in this process who wait for it.
 *
 * The store is the truth of a run. What it does not have is a bell, and the text that a model is writing at this
 * moment; a feed is these two. Losing a ring costs time, never an event: who waits looks at the store now and
 * then. The text is kept once, for all who watch, until the step that it becomes is stored; whoever comes late or
 * reads slowly finds all of it. Those who have seen the rest are given each new piece while they sleep.
 *
 * There is at most one feed per run, made by whoever comes first and freed with its last user.
 * Threads: any.
 */
#ifndef DOMAIN_RUN_FEED_H
#define DOMAIN_RUN_FEED_H

#include "base/arena.h"
#include "base/bell.h"

struct run_feed;

/* The feed of that run. Never NULL. */
struct run_feed *run_feed_open(struct str run_id);
void run_feed_close(struct run_feed *feed);             /* NULL is fine */

/* Says that what is stored of that run has changed, to whoever is interested. After the commit. */
void run_feed_ring(struct str run_id);

/* -- who carries the run out; of all of these, NULL is fine ------------------------------------------ */

/* Somebody in this process is at it: changes will be rung, and need not be looked for. */
void run_feed_attend(struct run_feed *feed);
void run_feed_leave(struct run_feed *feed);             /* rings */
/* A model is asked for a reply that will be this step: a new draft of it, whose number is returned. */
unsigned run_feed_begin(struct run_feed *feed, int64_t step);
/* text: not empty. Who writes at a draft that was begun anew by someone else is not heard. */
void run_feed_add(struct run_feed *feed, unsigned draft, struct str text);
/* The step, or the end of the run, is stored: rings, and the draft is dropped. */
void run_feed_stored(struct run_feed *feed);

/* -- who watches it ------------------------------------------------------------------------------------ */

/* How far somebody has followed. Zeroed: not at all. */
struct run_feed_place {
	unsigned changes;                    /* rings heard */
	unsigned draft;                      /* and how much was seen of which draft */
	size_t draft_bytes;
};

/* Whether something is rung behind that place, which moves there; *attended: see run_feed_attend. */
bool run_feed_heard(struct run_feed *feed, struct run_feed_place *place, bool *attended);

struct run_draft {
	unsigned number;                     /* tells drafts of one feed apart; never 0 */
	size_t from;                         /* bytes before `text` */
	struct str text;
};

/* What has been written of that step, in mem: from the byte `from` on if it is still the draft `known`, else all of
 * it. The place moves on. False: nobody is writing it. */
bool run_feed_draft(struct run_feed *feed, int64_t step, unsigned known, size_t from, struct arena *mem,
		    struct run_feed_place *place, struct run_draft *out);

/* Whoever waits. Waking a thread costs more than a piece of a draft is worth, so whoever writes the piece shows it for
 * those who sleep, with what they have lent for that. */
struct run_feed_waiter {
	struct run_feed_place *place;
	struct bell *bell;                   /* rung at news; others may ring it too */
	/* All of a draft, when more was written. Called on the thread that writes, with the feed locked: must neither
	 * wait nor use the feed. True: it was seen, and the place moves on. False: it is news. NULL: it always is. */
	bool (*see)(void *arg, const struct run_draft *draft);
	void *arg;

	struct run_feed_waiter *next, **link;    /* the feed's */
};

/* Waits for news behind that place, or for the bell. False: the moment has passed. */
bool run_feed_wait(struct run_feed *feed, struct run_feed_waiter *waiter, int64_t until_ms);

#endif
