/* run/worker.c: threads, and when they wake.
 *
 *     keeper      one thread while there are workers at all: renews the leases of the runs at
 *                 work, and looks every few seconds for runs that nobody rang for
 *     worker      up to n_workers threads: claim a run, take its turns, claim the next; without
 *                 one, wait for the bell, and end after a while
 *
 * A thread that waits holds neither an arena nor a connection, so a quiet process is a small one.
 * A ring is counted, not queued: who finds the count changed since it last looked looks again,
 * so no ring is lost between looking and falling asleep.
 */
#include "run/worker.h"

#include <errno.h>
#include <pthread.h>
#include <stdlib.h>

#include "base/clock.h"
#include "base/log.h"
#include "db/db.h"
#include "run/lease.h"
#include "run/record.h"
#include "run/turn.h"

enum {
	LEASE_MS = 15000,
	RENEWALS = 3,                        /* in the time of a lease */
	ATTEMPTS = 3,
	IDLE_MS = 10000,                     /* a worker waits this long for the bell, then ends */
	STACK_BYTES = 512 << 10,
};

/* A run at work, for the keeper; on the stack of the worker that is at it. */
struct seat {
	struct seat *next, **link;           /* under the workers' lock */
	const struct run *run;               /* what a lease is: id, workspace, owner, attempt */
	atomic_bool stop;
};

struct run_workers {
	struct db *db;
	struct owner owner;
	struct lease_terms terms;
	struct run_limits limits;
	size_t n_workers;
	int64_t round_ms;                    /* of the keeper */
	pthread_t keeper;

	pthread_mutex_t lock;
	pthread_cond_t bell;                 /* rings or stopping changed */
	pthread_cond_t round;                /* stopping changed; the keeper's */
	pthread_cond_t ended;                /* n_threads changed */
	unsigned rings;                      /* these, under lock */
	bool stopping;
	size_t n_threads, n_idle;
	struct seat *seats;
};

/* -- waiting ------------------------------------------------------------------------------------------ */

static void cond_init(pthread_cond_t *c)
{
	pthread_condattr_t attributes;

	pthread_condattr_init(&attributes);
	pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
	pthread_cond_init(c, &attributes);
	pthread_condattr_destroy(&attributes);
}

/* False: the moment has passed. */
static bool wait_until(pthread_cond_t *c, pthread_mutex_t *lock, int64_t ms)
{
	struct timespec at = { .tv_sec = ms / 1000, .tv_nsec = ms % 1000 * 1000000 };

	return pthread_cond_timedwait(c, lock, &at) != ETIMEDOUT;
}

static bool is_stopping(struct run_workers *w)
{
	bool stopping;

	pthread_mutex_lock(&w->lock);
	stopping = w->stopping;
	pthread_mutex_unlock(&w->lock);
	return stopping;
}

static unsigned rings_heard(struct run_workers *w)
{
	unsigned rings;

	pthread_mutex_lock(&w->lock);
	rings = w->rings;
	pthread_mutex_unlock(&w->lock);
	return rings;
}

/* -- one run ------------------------------------------------------------------------------------------ */

static void sit_down(struct run_workers *w, struct seat *seat)
{
	pthread_mutex_lock(&w->lock);
	seat->next = w->seats;
	seat->link = &w->seats;
	if (seat->next)
		seat->next->link = &seat->next;
	w->seats = seat;
	atomic_init(&seat->stop, w->stopping);
	pthread_mutex_unlock(&w->lock);
}

static void stand_up(struct run_workers *w, struct seat *seat)
{
	pthread_mutex_lock(&w->lock);
	*seat->link = seat->next;
	if (seat->next)
		seat->next->link = seat->link;
	pthread_mutex_unlock(&w->lock);
}

/* A spec that does not read now will not read the next time either. */
static enum err load(struct ctx *ctx, struct job *job)
{
	enum err e = job_load(ctx, job);

	if (e == ERR_INVALID)
		return record_failure(ctx, job, S("The agent's spec, as frozen for this run, cannot be read."));
	return e;
}

static enum err take_turns(struct ctx *ctx, struct job *job)
{
	TRY(load(ctx, job));
	while (!job->over && !atomic_load(job->stop)) {
		AUTO(arena_rewind) struct arena_mark turn = arena_mark(ctx->mem);

		TRY(run_turn(ctx, job));
	}
	return job->over ? OK : lease_return(ctx, &job->run);
}

static void log_run(const struct ctx *ctx, const struct job *job, enum err e, int64_t began_us)
{
	const struct run *run = &job->run;
	int64_t ms = (mono_us() - began_us) / 1000;

	if (e == ERR_CONFLICT)
		log_info("run.lost", kv_s("run", run->id), kv_i("attempt", run->attempts), kv_i("ms", ms));
	else if (e != OK)
		/* Its lease runs out, which is as long a pause as the trouble deserves. */
		log_error("run.dropped", kv_s("run", run->id), kv_z("why", ctx->why), kv_i("ms", ms));
	else if (job->over)
		log_info("run.end", kv_s("run", run->id), kv_s("status", run->status), kv_i("attempt", run->attempts),
			 kv_i("ms", ms));
	else
		log_info("run.handed_back", kv_s("run", run->id), kv_i("ms", ms));
}

static void carry_out(struct run_workers *w, struct ctx *ctx, const struct run *run, unsigned cancellations)
{
	struct seat seat = { .run = run };
	struct job job = { .run = *run, .limits = w->limits, .lease_us = w->terms.lease_us, .stop = &seat.stop,
			   .cancellations = cancellations };
	int64_t began_us = mono_us();
	enum err e;

	ctx->actor = (struct actor){
		.workspace_id = run->workspace_id, .user_id = run->created_by, .role = ROLE_OPERATOR,
	};
	sit_down(w, &seat);
	e = take_turns(ctx, &job);
	stand_up(w, &seat);
	log_run(ctx, &job, e, began_us);
}

/* False: no run waits. */
static bool carry_out_next(struct run_workers *w, struct ctx *ctx)
{
	unsigned cancellations = run_cancellations();
	struct run run;
	bool more;
	enum err e = lease_claim(ctx, &w->terms, &run, &more);

	if (e == OK) {
		if (more)
			run_workers_ring(w);
		carry_out(w, ctx, &run, cancellations);
	} else if (e != ERR_NOT_FOUND) {
		log_error("run.claim", kv_z("why", ctx->why));
	}
	return e == OK;
}

/* -- workers -------------------------------------------------------------------------------------------- */

static void work(struct run_workers *w)
{
	struct arena mem;
	struct ctx ctx = { .mem = &mem, .db = w->db };

	arena_init(&mem, 0);
	while (!is_stopping(w) && carry_out_next(w, &ctx))
		arena_reset(&mem);
	db_reader_close(ctx.reader);
	arena_fini(&mem);
}

/* False: it is time to end. */
static bool wait_for_ring(struct run_workers *w, unsigned heard)
{
	int64_t until = mono_ms() + IDLE_MS;
	bool on_time = true, rung;

	pthread_mutex_lock(&w->lock);
	w->n_idle++;
	while (w->rings == heard && !w->stopping && on_time)
		on_time = wait_until(&w->bell, &w->lock, until);
	w->n_idle--;
	rung = w->rings != heard && !w->stopping;
	pthread_mutex_unlock(&w->lock);
	return rung;
}

static void *worker_main(void *arg)
{
	struct run_workers *w = arg;
	unsigned heard;

	do {
		heard = rings_heard(w);
		work(w);
	} while (wait_for_ring(w, heard));
	pthread_mutex_lock(&w->lock);
	w->n_threads--;
	pthread_cond_signal(&w->ended);
	pthread_mutex_unlock(&w->lock);
	return NULL;
}

/* Under lock. Failing costs time: the run stays queued until a worker is free. */
static void hire(struct run_workers *w)
{
	pthread_attr_t attributes;
	pthread_t thread;
	int failed;

	pthread_attr_init(&attributes);
	pthread_attr_setstacksize(&attributes, STACK_BYTES);
	pthread_attr_setdetachstate(&attributes, PTHREAD_CREATE_DETACHED);
	failed = pthread_create(&thread, &attributes, worker_main, w);
	pthread_attr_destroy(&attributes);
	w->n_threads += failed == 0;
	if (failed)
		log_error("run.thread", kv_z("why", strerror(failed)));
}

void run_workers_ring(struct run_workers *w)
{
	if (!w)
		return;
	pthread_mutex_lock(&w->lock);
	w->rings++;
	if (w->n_idle > 0)
		pthread_cond_signal(&w->bell);
	else if (w->n_threads < w->n_workers && !w->stopping)
		hire(w);
	pthread_mutex_unlock(&w->lock);
}

/* -- the keeper ------------------------------------------------------------------------------------------ */

struct roll {
	struct run *runs;
	bool *lost;
	size_t n;
};

/* Copies what leases are made of: the originals end with their runs. */
static struct run lease_of(struct arena *mem, const struct run *run)
{
	return (struct run){ .id = arena_str(mem, run->id), .workspace_id = arena_str(mem, run->workspace_id),
			     .lease_owner = arena_str(mem, run->lease_owner), .attempts = run->attempts };
}

static struct roll call_roll(struct run_workers *w, struct arena *mem)
{
	struct roll roll = {0};

	pthread_mutex_lock(&w->lock);
	roll.runs = arena_array(mem, w->n_threads, sizeof(*roll.runs));
	roll.lost = arena_zalloc(mem, w->n_threads * sizeof(*roll.lost));
	for (struct seat *seat = w->seats; seat; seat = seat->next)
		roll.runs[roll.n++] = lease_of(mem, seat->run);
	pthread_mutex_unlock(&w->lock);
	return roll;
}

/* Whoever works in vain stops at the next step, or while its model is replying. */
static void stop_lost(struct run_workers *w, const struct roll *roll)
{
	pthread_mutex_lock(&w->lock);
	for (struct seat *seat = w->seats; seat; seat = seat->next)
		for (size_t i = 0; i < roll->n; i++)
			if (roll->lost[i] && str_eq(roll->runs[i].id, seat->run->id) &&
			    roll->runs[i].attempts == seat->run->attempts)
				atomic_store(&seat->stop, true);
	pthread_mutex_unlock(&w->lock);
}

static enum err keep(struct run_workers *w, struct ctx *ctx)
{
	struct roll roll = call_roll(w, ctx->mem);
	bool waiting;

	TRY(lease_renew(ctx, &w->terms, roll.runs, roll.n, roll.lost));
	stop_lost(w, &roll);
	TRY(lease_bury(ctx, &w->owner));
	TRY(runs_waiting(ctx, now_us(), &waiting));
	if (waiting)
		run_workers_ring(w);
	return OK;
}

static void keep_once(struct run_workers *w)
{
	struct arena mem;
	struct ctx ctx = { .mem = &mem, .db = w->db };

	arena_init(&mem, 0);
	if (keep(w, &ctx) != OK)
		log_error("run.keeper", kv_z("why", ctx.why));
	db_reader_close(ctx.reader);
	arena_fini(&mem);
}

static void *keeper_main(void *arg)
{
	struct run_workers *w = arg;

	while (!is_stopping(w)) {
		int64_t until = mono_ms() + w->round_ms;

		keep_once(w);
		pthread_mutex_lock(&w->lock);
		while (!w->stopping && wait_until(&w->round, &w->lock, until))
			;
		pthread_mutex_unlock(&w->lock);
	}
	return NULL;
}

/* -- all of them ------------------------------------------------------------------------------------------ */

static void configure(struct run_workers *w, const struct run_workers_options *o)
{
	int lease_ms = o->lease_ms ? o->lease_ms : LEASE_MS;

	w->db = o->db;
	w->n_workers = o->n_workers;
	w->round_ms = lease_ms / RENEWALS;
	w->terms = (struct lease_terms){ .owner = &w->owner, .lease_us = lease_ms * INT64_C(1000),
					 .attempts = o->attempts ? o->attempts : ATTEMPTS };
	w->limits = RUN_LIMITS;
	if (o->time_limit_ms)
		w->limits.time_ms = o->time_limit_ms;
}

static void workers_free(struct run_workers *w)
{
	owner_fini(&w->owner);
	pthread_cond_destroy(&w->ended);
	pthread_cond_destroy(&w->round);
	pthread_cond_destroy(&w->bell);
	pthread_mutex_destroy(&w->lock);
	free(w);
}

static enum err start(struct ctx *ctx, struct run_workers *w, const char *lock_path)
{
	int failed;

	TRY(owner_init(ctx, lock_path, &w->owner));
	/* No workers: nothing to keep either. */
	failed = w->n_workers ? pthread_create(&w->keeper, NULL, keeper_main, w) : 0;
	return failed ? fail(ctx, ERR_INTERNAL, "cannot start a thread: %s", strerror(failed)) : OK;
}

enum err run_workers_start(struct ctx *ctx, const struct run_workers_options *options, struct run_workers **out)
{
	struct run_workers *w = xcalloc(1, sizeof(*w));
	enum err e;

	configure(w, options);
	w->owner.fd = -1;
	pthread_mutex_init(&w->lock, NULL);
	cond_init(&w->bell);
	cond_init(&w->round);
	cond_init(&w->ended);
	e = start(ctx, w, options->lock_path);
	if (e == OK)
		*out = w;
	else
		workers_free(w);
	return e;
}

static void stop_all(struct run_workers *w)
{
	pthread_mutex_lock(&w->lock);
	w->stopping = true;
	for (struct seat *seat = w->seats; seat; seat = seat->next)
		atomic_store(&seat->stop, true);
	pthread_cond_broadcast(&w->bell);
	pthread_cond_signal(&w->round);
	pthread_mutex_unlock(&w->lock);
}

void run_workers_stop(struct run_workers *w)
{
	if (!w)
		return;
	stop_all(w);
	if (w->n_workers)
		pthread_join(w->keeper, NULL);
	pthread_mutex_lock(&w->lock);
	while (w->n_threads > 0)
		pthread_cond_wait(&w->ended, &w->lock);
	pthread_mutex_unlock(&w->lock);
	workers_free(w);
}
