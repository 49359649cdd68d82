/* db/sqlite_writer.c: many writes, one commit.
 *
 * What costs time in a durable write is waiting for the disk, and the disk takes as long for
 * one write as for fifty. So one thread owns the write connection: it opens a transaction, runs
 * what is queued, each in a savepoint, commits once, and only then answers. While it waits for
 * the disk the next batch gathers by itself; nothing is ever delayed to make a batch larger.
 *
 * A batch is synced when a job that needs it is waiting as it begins. Else it does not go to the disk
 * and takes none that would have to: that one begins the next batch, a moment later.
 *
 * Invariants:
 *  - A job is answered OK only after the commit that holds it; if it asked for that, a synced one.
 *  - A job that is answered with an error left no trace: its savepoint, or the whole
 *    transaction, was rolled back.
 *  - The connection has a transaction only inside run_batch.
 */
#include "db/sqlite_internal.h"

#include <assert.h>
#include <errno.h>
#include <semaphore.h>
#include <signal.h>
#include <stdlib.h>

#include "base/clock.h"
#include "base/log.h"

/* Lives on the stack of the thread that waits in db_write. */
struct job {
	struct job *next;
	struct ctx *ctx;
	db_work *work;
	void *arg;
	bool synced;
	enum err result;
	sem_t answered;
};

struct queue {
	struct job *first, **end;
};

struct sqlite_writer {
	struct sqlite_conn *conn;
	struct ctx own;                       /* for statements that are nobody's */
	pthread_t thread;
	size_t batch_max;
	int log_pages, log_pages_seen;        /* length of the write-ahead log; at the last checkpoint */
	bool syncs;                           /* what the connection is set to do at a commit */

	pthread_mutex_t lock;
	pthread_cond_t wake;                  /* queued or closing changed */
	struct queue queued;                  /* under lock */
	size_t n_synced;                      /* of the queued, under lock */
	bool closing;                         /* under lock */
	struct db_stats stats;                /* under lock */
};

enum { BEGIN, COMMIT, ROLLBACK, SAVE, KEEP, UNDO };
static const struct sql SQL[] = {
	[BEGIN]    = { "db.begin", "BEGIN IMMEDIATE" },
	[COMMIT]   = { "db.commit", "COMMIT" },
	[ROLLBACK] = { "db.rollback", "ROLLBACK" },
	[SAVE]     = { "db.savepoint", "SAVEPOINT job" },
	[KEEP]     = { "db.release", "RELEASE job" },
	[UNDO]     = { "db.undo", "ROLLBACK TO job" },
};

/* -- the queue ----------------------------------------------------------------------------- */

static void queue_init(struct queue *q)
{
	*q = (struct queue){ .end = &q->first };
}

static void queue_push(struct queue *q, struct job *job)
{
	job->next = NULL;
	*q->end = job;
	q->end = &job->next;
}

static struct job *queue_pop(struct queue *q)
{
	struct job *job = q->first;

	if (!job)
		return NULL;
	q->first = job->next;
	if (!q->first)
		q->end = &q->first;
	return job;
}

/* False: the writer is stopping. */
static bool submit(struct sqlite_writer *w, struct job *job)
{
	bool open;

	pthread_mutex_lock(&w->lock);
	open = !w->closing;
	if (open) {
		queue_push(&w->queued, job);
		w->n_synced += job->synced;
		w->stats.waiting++;
		pthread_cond_signal(&w->wake);
	}
	pthread_mutex_unlock(&w->lock);
	return open;
}

/* synced: of the batch that takes it. NULL: none is queued, or not for such a batch. */
static struct job *take(struct sqlite_writer *w, bool synced)
{
	struct job *job = NULL;

	pthread_mutex_lock(&w->lock);
	if (w->queued.first && (synced || !w->queued.first->synced))
		job = queue_pop(&w->queued);
	if (job) {
		w->n_synced -= job->synced;
		w->stats.waiting--;
	}
	pthread_mutex_unlock(&w->lock);
	return job;
}

static bool must_sync(struct sqlite_writer *w)
{
	bool must;

	pthread_mutex_lock(&w->lock);
	must = w->n_synced > 0;
	pthread_mutex_unlock(&w->lock);
	return must;
}

/* Waits until something is queued; false: nothing is, and nothing will be. */
static bool wait_for_jobs(struct sqlite_writer *w)
{
	bool some;

	pthread_mutex_lock(&w->lock);
	while (!w->queued.first && !w->closing)
		pthread_cond_wait(&w->wake, &w->lock);
	some = w->queued.first != NULL;
	pthread_mutex_unlock(&w->lock);
	return some;
}

enum err sqlite_writer_run(struct ctx *ctx, struct sqlite_writer *w, db_work *work, void *arg, bool synced)
{
	struct job job = { .ctx = ctx, .work = work, .arg = arg, .synced = synced };

	assert(!pthread_equal(pthread_self(), w->thread));
	sem_init(&job.answered, 0, 0);
	if (!submit(w, &job)) {
		sem_destroy(&job.answered);
		return fail(ctx, ERR_BUSY, "the store is closing");
	}
	while (sem_wait(&job.answered) != 0)
		assert(errno == EINTR);
	sem_destroy(&job.answered);
	return job.result;
}

/* -- one job ------------------------------------------------------------------------------- */

static enum err run(struct ctx *ctx, struct sqlite_writer *w, int statement)
{
	return conn_run(ctx, &w->conn->base, &SQL[statement]);
}

/* The whole transaction, if there still is one. In a batch, sqlite_tx_lost then tells the others. */
static void roll_back(struct sqlite_writer *w)
{
	if (sqlite3_get_autocommit(w->conn->handle))
		return;
	if (run(&w->own, w, ROLLBACK) != OK)
		log_error("db.stuck", kv_z("reason", w->own.why));
}

/* Takes back what the job has done so far and no more; if that fails, everything. */
static void undo_job(struct sqlite_writer *w)
{
	if (sqlite_tx_lost(w->conn))
		return;
	if (run(&w->own, w, UNDO) != OK || run(&w->own, w, KEEP) != OK)
		roll_back(w);
}

/* A deferred foreign key would otherwise be found by the commit, and fail the neighbours too. */
static enum err check_references(struct sqlite_writer *w, struct ctx *ctx)
{
	int unresolved = 0, unused;

	sqlite3_db_status(w->conn->handle, SQLITE_DBSTATUS_DEFERRED_FKS, &unresolved, &unused, 0);
	if (unresolved)
		return sqlite_fail(ctx, w->conn, "db.references", SQLITE_CONSTRAINT_FOREIGNKEY);
	return OK;
}

/* The caller's own code, with its reads led through the transaction. */
static enum err call_work(struct sqlite_writer *w, struct job *job)
{
	struct ctx *ctx = job->ctx;
	struct db_conn *reader = ctx->reader;
	struct db_tx tx = { &w->conn->base };
	enum err e;

	ctx->reader = &w->conn->base;
	e = job->work(ctx, &tx, job->arg);
	if (e == OK && ctx->before_commit.run)
		e = ctx->before_commit.run(ctx, &tx, ctx->before_commit.arg);
	ctx->reader = reader;
	assert(w->conn->base.n_in_use == 0);
	return e == OK ? check_references(w, ctx) : e;
}

static enum err run_job(struct sqlite_writer *w, struct job *job)
{
	enum err e;

	if (job->ctx->deadline_ms && mono_ms() >= job->ctx->deadline_ms)
		return fail(job->ctx, ERR_TIMEOUT, "the deadline passed before the write began");
	TRY(run(job->ctx, w, SAVE));
	e = call_work(w, job);
	if (e == OK)
		e = run(job->ctx, w, KEEP);
	if (e != OK)
		undo_job(w);
	return e;
}

/* -- one batch ----------------------------------------------------------------------------- */

struct batch {
	struct queue jobs;
	size_t n, n_good;
	bool synced;
};

/* The pragma acts when it is compiled, so it is no statement to be kept. */
static enum err set_sync(struct sqlite_writer *w, bool sync)
{
	const char *pragma = sync ? "PRAGMA synchronous = FULL" : "PRAGMA synchronous = NORMAL";
	int rc;

	if (sync == w->syncs)
		return OK;
	rc = sqlite3_exec(w->conn->handle, pragma, NULL, NULL, NULL);
	if (rc != SQLITE_OK)
		return sqlite_fail(&w->own, w->conn, "db.synchronous", rc);
	w->syncs = sync;
	return OK;
}

static enum err begin(struct sqlite_writer *w, const struct batch *b)
{
	TRY(set_sync(w, b->synced));
	TRY(run(&w->own, w, BEGIN));
	w->conn->in_tx = true;
	return OK;
}

/* Ends the transaction: OK when what the batch did is durable, or when it did nothing. */
static enum err end(struct sqlite_writer *w, const struct batch *b)
{
	bool lost = sqlite_tx_lost(w->conn);
	enum err e = OK;

	w->conn->in_tx = false;
	if (lost)
		e = fail(&w->own, ERR_BUSY, "the store undid this write because another one failed");
	else if (b->n_good > 0)
		e = run(&w->own, w, COMMIT);
	roll_back(w);
	return e;
}

/* Runs what is queued, and what is queued meanwhile, until the batch is full. */
static void run_jobs(struct sqlite_writer *w, struct batch *b)
{
	struct job *job;

	while (b->n < w->batch_max && !sqlite_tx_lost(w->conn) && (job = take(w, b->synced))) {
		job->result = run_job(w, job);
		b->n++;
		b->n_good += job->result == OK;
		queue_push(&b->jobs, job);
	}
}

/* Everyone who waits now has waited long enough: who came last would else wait a full turn each. */
static void take_all(struct sqlite_writer *w, struct batch *b)
{
	struct job *job;

	while ((job = take(w, true))) {
		job->result = OK;
		b->n++;
		queue_push(&b->jobs, job);
	}
}

/* Tells a failure of the transaction to those who knew of none. */
static void fail_good_jobs(struct sqlite_writer *w, struct batch *b, enum err e)
{
	for (struct job *job = b->jobs.first; job; job = job->next)
		if (job->result == OK)
			job->result = fail(job->ctx, e, "%s", w->own.why);
	b->n_good = 0;
}

static void run_batch(struct sqlite_writer *w, struct batch *b)
{
	enum err e;

	b->synced = must_sync(w);
	e = begin(w, b);
	if (e == OK) {
		run_jobs(w, b);
		e = end(w, b);
	} else {
		take_all(w, b);
	}
	if (e != OK)
		fail_good_jobs(w, b, e);
}

static void count(struct sqlite_writer *w, const struct batch *b)
{
	pthread_mutex_lock(&w->lock);
	w->stats.writes += b->n_good;
	w->stats.commits += b->n_good > 0;
	w->stats.rollbacks += b->n - b->n_good;
	pthread_mutex_unlock(&w->lock);
}

/* A job is gone the moment it is answered. */
static void answer(struct batch *b)
{
	struct job *job;

	while ((job = queue_pop(&b->jobs)))
		sem_post(&job->answered);
}

/* -- the write-ahead log ------------------------------------------------------------------- */

/* Pages of 4 KiB. A checkpoint after each so many; past the limit, one that makes readers let go. */
enum { LOG_STEP_PAGES = 1000, LOG_LIMIT_PAGES = 8000, LOG_WAIT_MS = 100 };

static int note_log_pages(void *arg, sqlite3 *handle, const char *schema, int pages)
{
	struct sqlite_writer *w = arg;

	w->log_pages = pages;
	return SQLITE_OK;
}

/* Moves the log into the database file, after the clients were answered. A passive checkpoint
 * waits for nobody, but the log starts over only in a moment when no reader uses it, which
 * under steady reading may never come. Past the limit we therefore wait, briefly: meanwhile new
 * readers find everything in the database file, and the log is free when the old ones end. */
static void checkpoint(struct sqlite_writer *w)
{
	bool large = w->log_pages >= LOG_LIMIT_PAGES;
	int mode = large ? SQLITE_CHECKPOINT_TRUNCATE : SQLITE_CHECKPOINT_PASSIVE;
	int rc;

	if (w->log_pages < w->log_pages_seen)         /* it has started over */
		w->log_pages_seen = 0;
	if (w->log_pages - w->log_pages_seen < LOG_STEP_PAGES)
		return;
	sqlite3_busy_timeout(w->conn->handle, LOG_WAIT_MS);
	rc = sqlite3_wal_checkpoint_v2(w->conn->handle, NULL, mode, NULL, NULL);
	sqlite3_busy_timeout(w->conn->handle, sqlite_db_of(w->conn->base.db)->busy_ms);
	w->log_pages_seen = w->log_pages;
	if (rc != SQLITE_OK)
		log_warn("db.checkpoint", kv_i("code", rc), kv_i("pages", w->log_pages));
}

/* -- the thread ---------------------------------------------------------------------------- */

static void *writer_main(void *arg)
{
	struct sqlite_writer *w = arg;

	while (wait_for_jobs(w)) {
		struct batch b = { .n = 0 };

		queue_init(&b.jobs);
		run_batch(w, &b);
		count(w, &b);
		answer(&b);
		checkpoint(w);
	}
	return NULL;
}

static void writer_free(struct sqlite_writer *w)
{
	pthread_cond_destroy(&w->wake);
	pthread_mutex_destroy(&w->lock);
	free(w);
}

/* Signals are for the threads that know what to do with them. */
static int start_thread(struct sqlite_writer *w)
{
	sigset_t all, before;
	int rc;

	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	rc = pthread_create(&w->thread, NULL, writer_main, w);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	if (rc == 0)
		pthread_setname_np(w->thread, "db-writer");
	return rc;
}

enum err sqlite_writer_start(struct ctx *ctx, struct sqlite_db *db, const struct db_options *options)
{
	struct sqlite_writer *w = xcalloc(1, sizeof(*w));

	w->conn = db->writer_conn;
	w->syncs = true;
	w->own.db = &db->base;
	w->batch_max = options->batch_max > 0 ? options->batch_max : 256;
	queue_init(&w->queued);
	pthread_mutex_init(&w->lock, NULL);
	pthread_cond_init(&w->wake, NULL);
	sqlite3_db_config(w->conn->handle, SQLITE_DBCONFIG_ENABLE_FKEY, 1, NULL);
	sqlite3_wal_hook(w->conn->handle, note_log_pages, w);
	if (start_thread(w) != 0) {
		writer_free(w);
		return fail(ctx, ERR_INTERNAL, "no thread can be started");
	}
	db->writer = w;
	return OK;
}

void sqlite_writer_stop(struct sqlite_writer *w)
{
	if (!w)
		return;
	pthread_mutex_lock(&w->lock);
	w->closing = true;
	pthread_cond_signal(&w->wake);
	pthread_mutex_unlock(&w->lock);
	pthread_join(w->thread, NULL);
	writer_free(w);
}

void sqlite_writer_stats(struct sqlite_writer *w, struct db_stats *out)
{
	pthread_mutex_lock(&w->lock);
	*out = w->stats;
	pthread_mutex_unlock(&w->lock);
}
