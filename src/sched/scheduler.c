/* sched/scheduler.c: fire, see when the next is due, sleep.
 *
 * The sleep is measured by the monotonic clock and never longer than a second, so that a wall clock that is set
 * forward is seen soon, and one that is set back makes nobody wait for it.
 * A thread that sleeps holds neither an arena nor a connection to the store.
 */
#include "sched/scheduler.h"

#include <stdlib.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/thread.h"
#include "base/wait.h"
#include "domain/automation_fire.h"
#include "store/automations.h"

enum { POLL_MS = 1000 };

struct scheduler {
	struct scheduler_options options;
	int64_t seen_us;                     /* the latest the clock has shown; the thread's own */
	pthread_t thread;
	pthread_mutex_t lock;
	pthread_cond_t changed;              /* stopping or woken changed */
	bool stopping, woken;                /* under lock */
};

static bool is_stopping(struct scheduler *s)
{
	bool stopping;

	pthread_mutex_lock(&s->lock);
	stopping = s->stopping;
	pthread_mutex_unlock(&s->lock);
	return stopping;
}

static void sleep_until(struct scheduler *s, int64_t ms)
{
	pthread_mutex_lock(&s->lock);
	while (!s->stopping && !s->woken && wait_until(&s->changed, &s->lock, ms))
		;
	s->woken = false;
	pthread_mutex_unlock(&s->lock);
}

/* Whether the clock was set back since it was looked at last, or may have been: nobody has looked yet. */
static bool went_back(const struct scheduler *s, int64_t now)
{
	return s->seen_us == 0 || now < s->seen_us;
}

/* *next: when to look again by the wall clock; 0: whenever. */
static enum err look(struct scheduler *s, struct ctx *ctx, int64_t now, int64_t *next)
{
	struct firing_tally tally;
	enum err e;

	if (went_back(s, now))
		TRY(automations_go_back(ctx, now));
	s->seen_us = now;
	e = automations_fire(ctx, now, &tally);
	if (tally.fired > 0 && s->options.fired)
		s->options.fired(s->options.arg);
	if (e != OK || tally.failed > 0)
		return e;
	return automations_next(ctx, next);
}

static int64_t look_once(struct scheduler *s, int64_t now)
{
	struct arena mem;
	struct ctx ctx = { .mem = &mem, .db = s->options.db };
	int64_t next = 0;

	arena_init(&mem, 0);
	if (look(s, &ctx, now, &next) != OK)
		log_error("scheduler.look", kv_z("why", ctx.why));
	db_reader_close(ctx.reader);
	arena_fini(&mem);
	return next;
}

static int64_t min(int64_t a, int64_t b)
{
	return a < b ? a : b;
}

/* Rounded up: a little late is due, a little early is not. */
static int64_t pause_ms(const struct scheduler *s, int64_t next, int64_t now)
{
	if (next == 0)
		return s->options.poll_ms;
	return next <= now ? 0 : min((next - now + 999) / 1000, s->options.poll_ms);
}

static void *thread_main(void *arg)
{
	struct scheduler *s = arg;

	while (!is_stopping(s)) {
		int64_t next = look_once(s, s->options.clock());

		sleep_until(s, mono_ms() + pause_ms(s, next, s->options.clock()));
	}
	return NULL;
}

/* -- start and stop ------------------------------------------------------------------------------- */

static void scheduler_free(struct scheduler *s)
{
	pthread_cond_destroy(&s->changed);
	pthread_mutex_destroy(&s->lock);
	free(s);
}

static struct scheduler *scheduler_new(const struct scheduler_options *o)
{
	struct scheduler *s = xcalloc(1, sizeof(*s));

	s->options = *o;
	if (!s->options.clock)
		s->options.clock = now_us;
	if (!s->options.poll_ms)
		s->options.poll_ms = POLL_MS;
	pthread_mutex_init(&s->lock, NULL);
	wait_init(&s->changed);
	return s;
}

enum err scheduler_start(struct ctx *ctx, const struct scheduler_options *options, struct scheduler **out)
{
	struct scheduler *s = scheduler_new(options);
	enum err e = thread_start(ctx, thread_main, s, &s->thread);

	if (e == OK)
		*out = s;
	else
		scheduler_free(s);
	return e;
}

static void tell(struct scheduler *s, bool *what)
{
	pthread_mutex_lock(&s->lock);
	*what = true;
	pthread_cond_signal(&s->changed);
	pthread_mutex_unlock(&s->lock);
}

void scheduler_wake(struct scheduler *s)
{
	if (s)
		tell(s, &s->woken);
}

void scheduler_stop(struct scheduler *s)
{
	if (!s)
		return;
	tell(s, &s->stopping);
	pthread_join(s->thread, NULL);
	scheduler_free(s);
}
