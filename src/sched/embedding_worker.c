/* sched/embedding_worker.c: look, work as long as there is something to do, sleep.
 *
 * A thread that sleeps holds neither an arena nor a connection nor the lock.
 */
#include "sched/embedding_worker.h"

#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/thread.h"
#include "base/wait.h"
#include "domain/embedding.h"
#include "knowledge/reembed.h"

enum {
	POLL_MS = 2000,
	RETRY_MS = 5000,
	RETRY_MAX_MS = 5 * 60 * 1000,
};

/* A model at work on, from one step to the next. */
struct task {
	int64_t id;                          /* 0: none */
	struct reembed state;
	int64_t began_ms;
	int64_t pause_ms, retry_at_ms;       /* after a failure; 0: there was none */
};

struct embedding_worker {
	struct db *db;
	int lock_fd;                         /* -1: no file */
	int64_t poll_ms, retry_ms;
	struct task change, purge;           /* the thread's own */
	pthread_t thread;
	pthread_mutex_t lock;
	pthread_cond_t stopped;
	bool stopping;                       /* under lock */
};

/* -- stopping ------------------------------------------------------------------------------------- */

static bool is_stopping(struct embedding_worker *w)
{
	bool stopping;

	pthread_mutex_lock(&w->lock);
	stopping = w->stopping;
	pthread_mutex_unlock(&w->lock);
	return stopping;
}

static bool go_on(void *arg)
{
	return !is_stopping(arg);
}

static void sleep_until(struct embedding_worker *w, int64_t ms)
{
	pthread_mutex_lock(&w->lock);
	while (!w->stopping && wait_until(&w->stopped, &w->lock, ms))
		;
	pthread_mutex_unlock(&w->lock);
}

/* -- one process at a time ------------------------------------------------------------------------ */

/* The kernel takes the lock back when the process ends, however it ends. */
static bool lock_file(struct embedding_worker *w, short type)
{
	struct flock all = { .l_type = type, .l_whence = SEEK_SET };

	return w->lock_fd < 0 || fcntl(w->lock_fd, F_OFD_SETLK, &all) == 0;
}

/* -- the change ----------------------------------------------------------------------------------- */

static void begin_task(struct task *t, int64_t id)
{
	if (t->id != id)
		*t = (struct task){ .id = id, .began_ms = mono_ms() };
}

/* Choosing the model again clears its error, and with it the pause. */
static bool pausing(struct task *t, const struct embedder *next)
{
	if (!next->error.p)
		t->pause_ms = t->retry_at_ms = 0;
	return mono_ms() < t->retry_at_ms;
}

static void note_failure(struct embedding_worker *w, struct ctx *ctx, const struct embedder *next)
{
	struct task *t = &w->change;
	struct str why = arena_str(ctx->mem, str_of(ctx->why));

	t->pause_ms = t->pause_ms ? 2 * t->pause_ms : w->retry_ms;
	if (t->pause_ms > RETRY_MAX_MS)
		t->pause_ms = RETRY_MAX_MS;
	t->retry_at_ms = mono_ms() + t->pause_ms;
	log_warn("embedding.failed", kv_s("model", next->model), kv_s("why", why), kv_i("retry_ms", t->pause_ms));
	if (!str_eq(why, next->error) && reembed_note(ctx, next->id, why) != OK)
		log_error("embedding.note", kv_z("why", ctx->why));
}

static enum err change_step(struct embedding_worker *w, struct ctx *ctx, const struct embedder *next)
{
	const struct embed_watch watch = { .go_on = go_on, .arg = w };
	AUTO(embedding_close) struct embedding_model model = {0};

	TRY(embedding_open(ctx, next, &model));
	return reembed_step(ctx, &model, &watch, &w->change.state);
}

/* These return whether to go on at once. */
static bool advance_change(struct embedding_worker *w, struct ctx *ctx, const struct embedder *next)
{
	enum err e;

	if (w->change.id != next->id)
		log_info("embedding.begin", kv_s("model", next->model), kv_i("dimensions", next->dimensions));
	begin_task(&w->change, next->id);
	if (pausing(&w->change, next))
		return false;
	e = change_step(w, ctx, next);
	/* Another model was chosen meanwhile, or it is time to stop. */
	if (e == ERR_CONFLICT || e == ERR_GONE)
		return false;
	if (e != OK) {
		note_failure(w, ctx, next);
		return false;
	}
	w->change.pause_ms = w->change.retry_at_ms = 0;
	if (w->change.state.over)
		log_info("embedding.changed", kv_s("model", next->model), kv_i("ms", mono_ms() - w->change.began_ms));
	return true;
}

static bool advance_purge(struct embedding_worker *w, struct ctx *ctx, const struct embedder *leaving)
{
	begin_task(&w->purge, leaving->id);
	if (reembed_purge(ctx, leaving->id, &w->purge.state) == OK)
		return true;
	log_error("embedding.purge", kv_s("model", leaving->model), kv_z("why", ctx->why));
	return false;
}

/* -- the thread ----------------------------------------------------------------------------------- */

static bool advance(struct embedding_worker *w, struct ctx *ctx)
{
	struct embedder row;
	enum err e = embedders_next(ctx, &row);

	if (e == OK && advance_change(w, ctx, &row))
		return true;
	if (e == OK || e == ERR_NOT_FOUND)
		e = embedders_leaving(ctx, &row);
	if (e == OK)
		return advance_purge(w, ctx, &row);
	if (e != ERR_NOT_FOUND)
		log_error("embedding.look", kv_z("why", ctx->why));
	return false;
}

static void work(struct embedding_worker *w)
{
	struct arena mem;
	struct ctx ctx = { .mem = &mem, .db = w->db };

	arena_init(&mem, 0);
	while (!is_stopping(w) && advance(w, &ctx))
		arena_reset(&mem);
	db_reader_close(ctx.reader);
	arena_fini(&mem);
}

static void *thread_main(void *arg)
{
	struct embedding_worker *w = arg;

	while (!is_stopping(w)) {
		if (lock_file(w, F_WRLCK)) {
			work(w);
			lock_file(w, F_UNLCK);
		}
		sleep_until(w, mono_ms() + w->poll_ms);
	}
	return NULL;
}

/* -- start and stop ------------------------------------------------------------------------------- */

static void worker_free(struct embedding_worker *w)
{
	if (w->lock_fd >= 0)
		close(w->lock_fd);
	pthread_cond_destroy(&w->stopped);
	pthread_mutex_destroy(&w->lock);
	free(w);
}

static struct embedding_worker *worker_new(const struct embedding_worker_options *o)
{
	struct embedding_worker *w = xcalloc(1, sizeof(*w));

	w->db = o->db;
	w->lock_fd = -1;
	w->poll_ms = o->poll_ms ? o->poll_ms : POLL_MS;
	w->retry_ms = o->retry_ms ? o->retry_ms : RETRY_MS;
	pthread_mutex_init(&w->lock, NULL);
	wait_init(&w->stopped);
	return w;
}

static enum err start(struct ctx *ctx, struct embedding_worker *w, const char *lock_path)
{
	if (lock_path)
		w->lock_fd = open(lock_path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	if (lock_path && w->lock_fd < 0)
		return fail(ctx, ERR_INTERNAL, "cannot open %s: %m", lock_path);
	return thread_start(ctx, thread_main, w, &w->thread);
}

enum err embedding_worker_start(struct ctx *ctx, const struct embedding_worker_options *options,
				struct embedding_worker **out)
{
	struct embedding_worker *w = worker_new(options);
	enum err e = start(ctx, w, options->lock_path);

	if (e == OK)
		*out = w;
	else
		worker_free(w);
	return e;
}

void embedding_worker_stop(struct embedding_worker *w)
{
	if (!w)
		return;
	pthread_mutex_lock(&w->lock);
	w->stopping = true;
	pthread_cond_signal(&w->stopped);
	pthread_mutex_unlock(&w->lock);
	pthread_join(w->thread, NULL);
	worker_free(w);
}
