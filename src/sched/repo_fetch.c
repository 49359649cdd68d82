/* sched/repo_fetch.c: which repositories are due, and who fetches them.
 *
 *     keeper      one thread: makes all repositories due every so often, gives each that is due a fetch
 *                 when there is a place for it, and sleeps
 *     fetches     a thread each, which ends with its fetch; in REPO_FETCHES_MAX places
 *
 * So a remote that says nothing holds up nobody but itself. It does hold its place until git is killed; of
 * those that failed the last time no more than half of the places are held, and the rest goes on in the others.
 *
 * A repository that is being fetched is not fetched by a second thread. When it is pushed to meanwhile it is due
 * once more: what was pushed may have come too late for the fetch under way.
 *
 * The keeper alone starts and joins threads. While it sleeps it holds neither an arena nor a connection to the
 * store.
 */
#include "sched/repo_fetch.h"

#include <stdatomic.h>
#include <stdlib.h>

#include "base/clock.h"
#include "base/id.h"
#include "base/log.h"
#include "base/thread.h"
#include "base/wait.h"
#include "domain/agent_source.h"

/* There may be nothing to wait for, and no end of time that every system takes. */
enum { SLEEP_MAX_MS = 3600 * 1000, NO_THREAD_PAUSE_MS = 1000 };

/* A repository that was due at some time. It stays, so that the next push knows when the last was. */
struct remote {
	struct remote *next;
	struct repo_fetcher *fetcher;
	char workspace_id[UUID_TEXT + 1];
	pthread_t thread;                    /* the keeper's, unless it is idle */
	/* Under the fetcher's lock. */
	enum { IDLE, AT_WORK, DONE } state;  /* DONE: its thread is to be joined */
	int64_t due_ms;                      /* monotonic; or NOT_DUE */
	int64_t next_push_ms;                /* what is pushed before is due then */
	bool failed;                         /* the last time */
};

#define NOT_DUE INT64_MAX

struct repo_fetcher {
	struct db *db;
	int64_t interval_ms, push_pause_ms, again_ms;
	pthread_t keeper;
	atomic_bool stopping;
	pthread_mutex_t lock;
	pthread_cond_t stir;                 /* stirred, or a thread is done */
	/* Under lock. */
	bool stirred;                        /* something has changed since the keeper looked */
	struct remote *remotes;
};

static bool go_on(void *arg)
{
	struct repo_fetcher *f = arg;

	return !atomic_load(&f->stopping);
}

/* With the lock held. */
static void stir(struct repo_fetcher *f)
{
	f->stirred = true;
	pthread_cond_signal(&f->stir);
}

/* -- what is due: with the lock held ------------------------------------------------------------------------- */

static struct remote *remote_of(struct repo_fetcher *f, struct str workspace_id)
{
	struct remote *r = f->remotes;

	while (r && !str_is(workspace_id, r->workspace_id))
		r = r->next;
	if (r)
		return r;
	r = xcalloc(1, sizeof(*r));
	*r = (struct remote){ .next = f->remotes, .fetcher = f, .due_ms = NOT_DUE };
	memcpy(r->workspace_id, workspace_id.p, workspace_id.n);
	f->remotes = r;
	return r;
}

/* In its round. One under way is the round's already. */
static void make_due(struct repo_fetcher *f, const struct repository *repository)
{
	struct remote *r = remote_of(f, repository->workspace_id);
	int64_t now = mono_ms();

	if (r->state == AT_WORK)
		return;
	r->failed = repository->error.p;
	if (r->due_ms > now)
		r->due_ms = now;
}

static void make_due_by_push(struct repo_fetcher *f, struct str workspace_id)
{
	struct remote *r = remote_of(f, workspace_id);
	int64_t now = mono_ms();

	if (r->due_ms != NOT_DUE)
		return;
	r->due_ms = now > r->next_push_ms ? now : r->next_push_ms;
	r->next_push_ms = r->due_ms + f->push_pause_ms;
}

/* The first that is or will be due, of those that there is a place for; NULL: there is none. */
static struct remote *first_due(struct repo_fetcher *f)
{
	struct remote *first = NULL;
	size_t n = 0, n_failed = 0;

	for (struct remote *r = f->remotes; r; r = r->next) {
		n += r->state == AT_WORK;
		n_failed += r->state == AT_WORK && r->failed;
	}
	for (struct remote *r = f->remotes; r && n < REPO_FETCHES_MAX; r = r->next)
		if (r->state == IDLE && (!r->failed || n_failed < REPO_FETCHES_MAX / 2) &&
		    r->due_ms < (first ? first->due_ms : NOT_DUE))
			first = r;
	return first;
}

/* -- a fetch, in its thread ------------------------------------------------------------------------------------ */

/* That a remote fails again is no news. */
static void tell(const struct repository *before, const struct repository *now)
{
	if (now->error.p && !str_eq(before->error, now->error))
		log_warn("repo.failed", kv_s("workspace", now->workspace_id), kv_s("why", now->error));
	else if (!now->error.p && !str_eq(before->commit, now->commit))
		log_info("repo.fetched", kv_s("workspace", now->workspace_id), kv_s("commit", now->commit));
}

static enum err fetch(struct repo_fetcher *f, struct ctx *ctx, struct str workspace_id, bool *failed)
{
	struct fetch_terms terms = { .at_once = true, .go_on = go_on, .arg = f };
	struct repository before, now;

	TRY(repositories_get(ctx, workspace_id, &before));
	terms.timeout_ms = before.error.p ? f->again_ms : 0;
	TRY(repository_sync(ctx, workspace_id, &terms, &now));
	tell(&before, &now);
	*failed = now.error.p;
	return OK;
}

/* Another process may have begun its fetch before the push that makes this one due. */
static void give_back(struct remote *r, enum err e, bool failed)
{
	struct repo_fetcher *f = r->fetcher;

	pthread_mutex_lock(&f->lock);
	if (e == OK)
		r->failed = failed;
	if (e == ERR_BUSY && r->due_ms == NOT_DUE)
		r->due_ms = mono_ms() + f->push_pause_ms;
	r->state = DONE;
	stir(f);
	pthread_mutex_unlock(&f->lock);
}

static void *fetch_main(void *arg)
{
	struct remote *r = arg;
	struct arena mem;
	struct ctx ctx = { .mem = &mem, .db = r->fetcher->db };
	bool failed = false;
	enum err e;

	arena_init(&mem, 0);
	e = fetch(r->fetcher, &ctx, str_of(r->workspace_id), &failed);
	/* Disconnected meanwhile, being fetched by another process, or time to stop. */
	if (e != OK && e != ERR_NOT_FOUND && e != ERR_BUSY && e != ERR_GONE)
		log_error("repo.sync", kv_z("workspace", r->workspace_id), kv_z("why", ctx.why));
	db_reader_close(ctx.reader);
	arena_fini(&mem);
	give_back(r, e, failed);
	return NULL;
}

/* -- the keeper -------------------------------------------------------------------------------------------------- */

static void begin_round(struct repo_fetcher *f)
{
	struct list all = { NULL, 0 };
	struct arena mem;
	struct ctx ctx = { .mem = &mem, .db = f->db };

	arena_init(&mem, 0);
	if (repositories_all(&ctx, &all) != OK)
		log_error("repo.list", kv_z("why", ctx.why));
	pthread_mutex_lock(&f->lock);
	for (size_t i = 0; i < all.n; i++)
		make_due(f, LIST_AT(all, struct repository, i));
	pthread_mutex_unlock(&f->lock);
	db_reader_close(ctx.reader);
	arena_fini(&mem);
}

/* These with the lock held. How many are at work still. */
static size_t join_done(struct repo_fetcher *f)
{
	size_t n = 0;

	for (struct remote *r = f->remotes; r; r = r->next) {
		n += r->state == AT_WORK;
		if (r->state != DONE)
			continue;
		pthread_join(r->thread, NULL);
		r->state = IDLE;
	}
	return n;
}

static void start(struct remote *r)
{
	struct ctx ctx = { .db = NULL };

	r->state = AT_WORK;
	r->due_ms = NOT_DUE;
	if (thread_start(&ctx, fetch_main, r, &r->thread) == OK)
		return;
	log_error("repo.thread", kv_z("why", ctx.why));
	r->state = IDLE;
	r->due_ms = mono_ms() + NO_THREAD_PAUSE_MS;
}

static void start_due(struct repo_fetcher *f)
{
	struct remote *r;

	while ((r = first_due(f)) && r->due_ms <= mono_ms())
		start(r);
}

static void sleep_until(struct repo_fetcher *f, int64_t ms)
{
	const struct remote *r = first_due(f);
	int64_t end_ms = sooner(sooner(ms, r ? r->due_ms : NOT_DUE), mono_ms() + SLEEP_MAX_MS);

	while (!f->stirred && wait_until(&f->stir, &f->lock, end_ms))
		;
	f->stirred = false;
}

static void *keeper_main(void *arg)
{
	struct repo_fetcher *f = arg;
	int64_t round_ms = f->interval_ms ? mono_ms() : INT64_MAX;

	while (go_on(f)) {
		if (mono_ms() >= round_ms) {
			begin_round(f);
			round_ms = mono_ms() + f->interval_ms;
		}
		pthread_mutex_lock(&f->lock);
		join_done(f);
		start_due(f);
		sleep_until(f, round_ms);
		pthread_mutex_unlock(&f->lock);
	}
	pthread_mutex_lock(&f->lock);
	while (join_done(f) > 0)
		pthread_cond_wait(&f->stir, &f->lock);
	pthread_mutex_unlock(&f->lock);
	return NULL;
}

/* -- the whole --------------------------------------------------------------------------------------------------- */

static struct repo_fetcher *fetcher_new(const struct repo_fetcher_options *o)
{
	struct repo_fetcher *f = xcalloc(1, sizeof(*f));

	f->db = o->db;
	f->interval_ms = o->interval_ms;
	f->push_pause_ms = o->push_pause_ms ? o->push_pause_ms : REPO_PUSH_PAUSE_MS;
	f->again_ms = o->again_ms ? o->again_ms : REPO_AGAIN_MS;
	pthread_mutex_init(&f->lock, NULL);
	wait_init(&f->stir);
	return f;
}

static void fetcher_free(struct repo_fetcher *f)
{
	while (f->remotes) {
		struct remote *gone = f->remotes;

		f->remotes = gone->next;
		free(gone);
	}
	pthread_cond_destroy(&f->stir);
	pthread_mutex_destroy(&f->lock);
	free(f);
}

enum err repo_fetcher_start(struct ctx *ctx, const struct repo_fetcher_options *options, struct repo_fetcher **out)
{
	struct repo_fetcher *f = fetcher_new(options);
	enum err e = thread_start(ctx, keeper_main, f, &f->keeper);

	if (e == OK)
		*out = f;
	else
		fetcher_free(f);
	return e;
}

void repo_fetcher_pushed(struct repo_fetcher *f, struct str workspace_id)
{
	if (!f || workspace_id.n > UUID_TEXT)
		return;
	pthread_mutex_lock(&f->lock);
	make_due_by_push(f, workspace_id);
	stir(f);
	pthread_mutex_unlock(&f->lock);
}

void repo_fetcher_stop(struct repo_fetcher *f)
{
	if (!f)
		return;
	atomic_store(&f->stopping, true);
	pthread_mutex_lock(&f->lock);
	stir(f);
	pthread_mutex_unlock(&f->lock);
	pthread_join(f->keeper, NULL);
	fetcher_free(f);
}
