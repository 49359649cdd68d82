/* run/worker.c: threads, and when they wake.
 *
 *     keeper      one thread while there are workers at all: renews the leases of the runs at
 *                 work, and looks every few seconds for runs that nobody rang for; while there are
 *                 runs at work, it looks several times a second whether they still are this process's
 *     worker      up to n_workers threads: claim a run, take its turns, claim the next; without
 *                 one, wait for the bell, and end after a while
 *
 * A thread that waits holds neither an arena nor a connection, so a quiet process is a small one.
 * A ring is counted, not queued: who finds the count changed since it last looked looks again,
 * so no ring is lost between looking and falling asleep.
 */
#include "run/worker.h"

#include <stdlib.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/thread.h"
#include "base/wait.h"
#include "db/db.h"
#include "http/client.h"
#include "run/lease.h"
#include "run/record.h"
#include "run/turn.h"

enum {
	LEASE_MS = 15000,
	RENEWALS = 3,                        /* in the time of a lease */
	/* How soon it is noticed that another process cancelled a run; a millisecond later for each worker, so that a
	 * look takes no more of a busy process than of a quiet one. */
	LOOK_MS = 200,
	ATTEMPTS = 3,
	IDLE_MS = 10000,                     /* a worker waits this long for the bell, then ends */
};

/* A run at work, for the keeper; on the stack of the worker that is at it. */
struct seat {
	struct seat *next, **link;           /* under the workers' lock */
	const struct run *run;               /* what a lease is: id, workspace, owner, attempt */
	pthread_t thread;
	atomic_bool stop;
};

/* The worker that ended last. */
struct leaver {
	pthread_t thread;
	bool is_there;
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
	pthread_cond_t bell;                 /* rings changed, or it is the end */
	pthread_cond_t round;                /* keeper_rests changed, or it is the end; the keeper's */
	pthread_cond_t ended;                /* n_threads changed */
	unsigned rings;                      /* these, under lock */
	bool keeper_rests;                   /* until its next round, unless somebody sits down */
	size_t n_threads, n_idle;
	struct leaver leaver;
	size_t n_called;                     /* of the idle: signalled, and not awake yet */
	struct seat *seats;
	atomic_bool stopping;                /* those who wait are not woken by it */
};

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
	atomic_init(&seat->stop, false);
	if (w->keeper_rests)
		pthread_cond_signal(&w->round);
	w->keeper_rests = false;
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
	while (!job->over && !job_is_stopped(job)) {
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
	struct seat seat = { .run = run, .thread = pthread_self() };
	struct job job = {
		.run = *run, .limits = w->limits, .lease_us = w->terms.lease_us, .stop = &seat.stop,
		.drain = &w->stopping, .cancellations = cancellations,
	};
	int64_t began_us = mono_us();
	enum err e;

	ctx->actor = (struct actor){
		.workspace_id = run->workspace_id, .user_id = run->created_by, .role = ROLE_OPERATOR, .via = "run",
	};
	job.feed = run_feed_open(run->id);
	sit_down(w, &seat);
	run_feed_attend(job.feed);
	e = take_turns(ctx, &job);
	run_feed_leave(job.feed);
	stand_up(w, &seat);
	run_feed_close(job.feed);
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
		/* Twice, so that those at work double: a thousand runs begin in ten rounds. */
		for (int i = 0; more && i < 2; i++)
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
	while (!atomic_load(&w->stopping) && carry_out_next(w, &ctx))
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
	while (w->rings == heard && !atomic_load(&w->stopping) && on_time)
		on_time = wait_until(&w->bell, &w->lock, until);
	w->n_idle--;
	w->n_called -= w->n_called > 0;
	rung = w->rings != heard && !atomic_load(&w->stopping);
	pthread_mutex_unlock(&w->lock);
	return rung;
}

static void join(const struct leaver *l)
{
	if (l->is_there)
		pthread_join(l->thread, NULL);
}

/* Each joins the one before, so that whoever joins the last knows that all have ended. */
static void leave(struct run_workers *w)
{
	struct leaver before;

	pthread_mutex_lock(&w->lock);
	before = w->leaver;
	w->leaver = (struct leaver){ .thread = pthread_self(), .is_there = true };
	w->n_threads--;
	pthread_cond_signal(&w->ended);
	pthread_mutex_unlock(&w->lock);
	join(&before);
}

static void *worker_main(void *arg)
{
	struct run_workers *w = arg;
	unsigned heard;

	do {
		heard = rings_heard(w);
		work(w);
	} while (wait_for_ring(w, heard));
	leave(w);
	return NULL;
}

/* Under lock. Failing costs time: the run stays queued until a worker is free. */
static void hire(struct run_workers *w)
{
	struct ctx ctx = { .db = NULL };
	pthread_t thread;

	if (thread_start(&ctx, worker_main, w, &thread) == OK)
		w->n_threads++;
	else
		log_error("run.thread", kv_z("why", ctx.why));
}

void run_workers_ring(struct run_workers *w)
{
	if (!w)
		return;
	pthread_mutex_lock(&w->lock);
	w->rings++;
	if (w->n_idle > w->n_called) {
		w->n_called++;
		pthread_cond_signal(&w->bell);
	} else if (w->n_threads < w->n_workers && !atomic_load(&w->stopping)) {
		hire(w);
	}
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

/* Under lock. Whoever works in vain stops at the next step, or while its model is replying. */
static void stop_seat(struct run_workers *w, const struct run *lost)
{
	for (struct seat *seat = w->seats; seat; seat = seat->next)
		if (str_eq(lost->id, seat->run->id) && lost->attempts == seat->run->attempts) {
			atomic_store(&seat->stop, true);
			http_wake(seat->thread);
		}
}

static void stop_lost(struct run_workers *w, const struct roll *roll)
{
	pthread_mutex_lock(&w->lock);
	for (size_t i = 0; i < roll->n; i++)
		if (roll->lost[i])
			stop_seat(w, &roll->runs[i]);
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

/* Between two rounds: what others did to the runs at work is seen sooner than by a renewal. */
static enum err look(struct run_workers *w, struct ctx *ctx)
{
	struct roll roll = call_roll(w, ctx->mem);

	TRY(lease_check(ctx, &w->terms, roll.runs, roll.n, roll.lost));
	stop_lost(w, &roll);
	return OK;
}

static void keep_once(struct run_workers *w, enum err (*what)(struct run_workers *w, struct ctx *ctx))
{
	struct arena mem;
	struct ctx ctx = { .mem = &mem, .db = w->db };

	arena_init(&mem, 0);
	if (what(w, &ctx) != OK)
		log_error("run.keeper", kv_z("why", ctx.why));
	db_reader_close(ctx.reader);
	arena_fini(&mem);
}

/* Until it is time for a round or, while there are runs at work, for a look. */
static void rest(struct run_workers *w, int64_t round_ms)
{
	int64_t look_ms;

	pthread_mutex_lock(&w->lock);
	look_ms = mono_ms() + LOOK_MS + (int64_t)w->n_threads;
	if (look_ms > round_ms)
		look_ms = round_ms;
	w->keeper_rests = !w->seats;
	while (w->keeper_rests && !atomic_load(&w->stopping) && wait_until(&w->round, &w->lock, round_ms))
		;
	w->keeper_rests = false;
	while (!atomic_load(&w->stopping) && wait_until(&w->round, &w->lock, look_ms))
		;
	pthread_mutex_unlock(&w->lock);
}

static void *keeper_main(void *arg)
{
	struct run_workers *w = arg;
	int64_t round_ms = 0;

	while (!atomic_load(&w->stopping)) {
		bool due = mono_ms() >= round_ms;

		if (due)
			round_ms = mono_ms() + w->round_ms;
		keep_once(w, due ? keep : look);
		rest(w, round_ms);
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
					 .attempts = o->attempts ? o->attempts : ATTEMPTS,
					 .only_workspace = o->only_workspace, .only_run = o->only_run };
	w->limits = o->limits ? *o->limits : RUN_LIMITS;
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
	TRY(owner_init(ctx, lock_path, &w->owner));
	/* No workers: nothing to keep either. */
	return w->n_workers ? thread_start(ctx, keeper_main, w, &w->keeper) : OK;
}

enum err run_workers_start(struct ctx *ctx, const struct run_workers_options *options, struct run_workers **out)
{
	struct run_workers *w = xcalloc(1, sizeof(*w));
	enum err e;

	configure(w, options);
	w->owner.fd = -1;
	pthread_mutex_init(&w->lock, NULL);
	wait_init(&w->bell);
	wait_init(&w->round);
	wait_init(&w->ended);
	e = start(ctx, w, options->lock_path);
	if (e == OK)
		*out = w;
	else
		workers_free(w);
	return e;
}

void run_workers_drain(struct run_workers *w)
{
	if (w)
		atomic_store(&w->stopping, true);
}

static void stop_all(struct run_workers *w)
{
	run_workers_drain(w);
	pthread_mutex_lock(&w->lock);
	for (struct seat *seat = w->seats; seat; seat = seat->next)
		http_wake(seat->thread);
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
	join(&w->leaver);
	workers_free(w);
}
