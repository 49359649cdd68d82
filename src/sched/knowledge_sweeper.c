/* sched/knowledge_sweeper.c: sweep as long as there is something, sleep.
 *
 * Nobody waits for the rows to be gone, but others wait while they are erased: after each step the thread pauses
 * for as long as the step took, so that at least half of the writer's time is for them.
 * A thread that sleeps for long holds neither an arena nor a connection to the store.
 */
#include "sched/knowledge_sweeper.h"

#include <stdlib.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/thread.h"
#include "base/wait.h"
#include "db/db.h"
#include "knowledge/sweep.h"

enum { POLL_MS = 1000 };

struct knowledge_sweeper {
	struct db *db;
	pthread_t thread;
	pthread_mutex_t lock;
	pthread_cond_t stopped;
	bool stopping;                       /* under lock */
};

/* False: it is time to stop. */
static bool sleep_until(struct knowledge_sweeper *s, int64_t ms)
{
	bool stopping;

	pthread_mutex_lock(&s->lock);
	while (!s->stopping && wait_until(&s->stopped, &s->lock, ms))
		;
	stopping = s->stopping;
	pthread_mutex_unlock(&s->lock);
	return !stopping;
}

/* False: there is nothing left to do, or it does not work. */
static bool sweep_once(struct ctx *ctx)
{
	bool more;

	if (knowledge_sweep(ctx, now_us(), &more) == OK)
		return more;
	log_error("knowledge.sweep", kv_z("why", ctx->why));
	return false;
}

static void sweep(struct knowledge_sweeper *s)
{
	struct arena mem;
	struct ctx ctx = { .mem = &mem, .db = s->db };
	int64_t began = mono_ms();

	arena_init(&mem, 0);
	while (sweep_once(&ctx) && sleep_until(s, 2 * mono_ms() - began)) {
		arena_reset(&mem);
		began = mono_ms();
	}
	db_reader_close(ctx.reader);
	arena_fini(&mem);
}

static void *thread_main(void *arg)
{
	struct knowledge_sweeper *s = arg;

	while (sleep_until(s, mono_ms() + POLL_MS))
		sweep(s);
	return NULL;
}

/* -- start and stop ------------------------------------------------------------------------------- */

static void sweeper_free(struct knowledge_sweeper *s)
{
	pthread_cond_destroy(&s->stopped);
	pthread_mutex_destroy(&s->lock);
	free(s);
}

enum err knowledge_sweeper_start(struct ctx *ctx, struct db *db, struct knowledge_sweeper **out)
{
	struct knowledge_sweeper *s = xcalloc(1, sizeof(*s));
	enum err e;

	s->db = db;
	pthread_mutex_init(&s->lock, NULL);
	wait_init(&s->stopped);
	e = thread_start(ctx, thread_main, s, &s->thread);
	if (e == OK)
		*out = s;
	else
		sweeper_free(s);
	return e;
}

void knowledge_sweeper_stop(struct knowledge_sweeper *s)
{
	if (!s)
		return;
	pthread_mutex_lock(&s->lock);
	s->stopping = true;
	pthread_cond_signal(&s->stopped);
	pthread_mutex_unlock(&s->lock);
	pthread_join(s->thread, NULL);
	sweeper_free(s);
}
