/* sched/repo_fetch.c: a round over all repositories, a pause, another round; and in the pause, and between two of
 * a round, those that were pushed to.
 *
 * In the pause the thread holds neither an arena nor a connection to the store.
 */
#include "sched/repo_fetch.h"

#include <stdlib.h>

#include "base/clock.h"
#include "base/id.h"
#include "base/log.h"
#include "base/thread.h"
#include "base/wait.h"
#include "domain/agent_source.h"

/* There may be nothing to wait for, and no end of time that every system takes. */
enum { SLEEP_MAX_MS = 3600 * 1000 };

/* A repository that was pushed to, now or earlier: it stays, so that the next push knows when the last was. */
struct pushed {
	char workspace_id[UUID_TEXT + 1];
	int64_t due_ms;                      /* monotonic; NOT_DUE: it was fetched */
	int64_t next_ms;                     /* not before this */
};

#define NOT_DUE INT64_MAX

struct repo_fetcher {
	struct db *db;
	int64_t interval_ms, push_pause_ms, again_ms;
	pthread_t thread;
	pthread_mutex_t lock;
	pthread_cond_t stirred;              /* something below has changed */
	/* Under lock. */
	bool stopping;
	struct pushed *pushed;
	size_t n_pushed;
};

static bool go_on(void *arg)
{
	struct repo_fetcher *f = arg;
	bool stopping;

	pthread_mutex_lock(&f->lock);
	stopping = f->stopping;
	pthread_mutex_unlock(&f->lock);
	return !stopping;
}

/* -- those that were pushed to --------------------------------------------------------------------------- */

/* These three with the lock held. */
static struct pushed *find_pushed(struct repo_fetcher *f, struct str workspace_id)
{
	for (size_t i = 0; i < f->n_pushed; i++)
		if (str_is(workspace_id, f->pushed[i].workspace_id))
			return &f->pushed[i];
	return NULL;
}

static struct pushed *add_pushed(struct repo_fetcher *f, struct str workspace_id)
{
	struct pushed *p;

	f->pushed = xrealloc(f->pushed, (f->n_pushed + 1) * sizeof(*p));
	p = &f->pushed[f->n_pushed++];
	*p = (struct pushed){ .due_ms = NOT_DUE };
	memcpy(p->workspace_id, workspace_id.p, workspace_id.n);
	return p;
}

static struct pushed *first_due(struct repo_fetcher *f)
{
	struct pushed *first = NULL;

	for (size_t i = 0; i < f->n_pushed; i++)
		if (f->pushed[i].due_ms != NOT_DUE && (!first || f->pushed[i].due_ms < first->due_ms))
			first = &f->pushed[i];
	return first;
}

void repo_fetcher_pushed(struct repo_fetcher *f, struct str workspace_id)
{
	int64_t now = mono_ms();
	struct pushed *p;

	if (!f || workspace_id.n > UUID_TEXT)
		return;
	pthread_mutex_lock(&f->lock);
	p = find_pushed(f, workspace_id);
	if (!p)
		p = add_pushed(f, workspace_id);
	if (p->due_ms == NOT_DUE)
		p->due_ms = now > p->next_ms ? now : p->next_ms;
	pthread_cond_signal(&f->stirred);
	pthread_mutex_unlock(&f->lock);
}

/* One that is due now; false: none is. What is pushed from here on is due again. */
static bool take_due(struct repo_fetcher *f, char workspace_id[static UUID_TEXT + 1])
{
	struct pushed *p;
	bool due;

	pthread_mutex_lock(&f->lock);
	p = first_due(f);
	due = p && p->due_ms <= mono_ms();
	if (due) {
		memcpy(workspace_id, p->workspace_id, UUID_TEXT + 1);
		p->due_ms = NOT_DUE;
		p->next_ms = mono_ms() + f->push_pause_ms;
	}
	pthread_mutex_unlock(&f->lock);
	return due;
}

static int64_t sooner(int64_t a, int64_t b)
{
	return a < b ? a : b;
}

/* Until then, or until something is due earlier, or it is time to stop. May wake too early. */
static void sleep_until(struct repo_fetcher *f, int64_t ms)
{
	int64_t end_ms = sooner(ms, mono_ms() + SLEEP_MAX_MS);
	bool in_time = true;

	pthread_mutex_lock(&f->lock);
	while (!f->stopping && in_time) {
		struct pushed *first = first_due(f);

		in_time = wait_until(&f->stirred, &f->lock, first ? sooner(first->due_ms, end_ms) : end_ms);
	}
	pthread_mutex_unlock(&f->lock);
}

/* -- fetching ------------------------------------------------------------------------------------------------ */

/* That a remote fails again is no news. */
static void tell(const struct repository *before, const struct repository *now)
{
	if (now->error.p && !str_eq(before->error, now->error))
		log_warn("repo.failed", kv_s("workspace", now->workspace_id), kv_s("why", now->error));
	else if (!now->error.p && !str_eq(before->commit, now->commit))
		log_info("repo.fetched", kv_s("workspace", now->workspace_id), kv_s("commit", now->commit));
}

static void fetch_one(struct repo_fetcher *f, struct ctx *ctx, const struct repository *r)
{
	const struct fetch_terms terms = { .timeout_ms = r->error.p ? f->again_ms : 0, .go_on = go_on, .arg = f };
	struct repository now;
	enum err e = repository_sync(ctx, r->workspace_id, &terms, &now);

	if (e == OK)
		tell(r, &now);
	/* Disconnected meanwhile, being fetched by another process, or time to stop. */
	else if (e != ERR_NOT_FOUND && e != ERR_BUSY && e != ERR_GONE)
		log_error("repo.sync", kv_s("workspace", r->workspace_id), kv_z("why", ctx->why));
}

static void fetch_pushed(struct repo_fetcher *f, struct ctx *ctx)
{
	char workspace_id[UUID_TEXT + 1];

	while (go_on(f) && take_due(f, workspace_id)) {
		AUTO(arena_rewind) struct arena_mark mark = arena_mark(ctx->mem);
		struct str id = arena_str(ctx->mem, str_of(workspace_id));
		struct repository r;

		db_snapshot_end(ctx);
		if (repositories_get(ctx, id, &r) == OK)
			fetch_one(f, ctx, &r);
	}
}

static void fetch_all(struct repo_fetcher *f, struct ctx *ctx)
{
	struct list all = { NULL, 0 };

	if (repositories_all(ctx, &all) != OK)
		log_error("repo.list", kv_z("why", ctx->why));
	for (size_t i = 0; i < all.n && go_on(f); i++) {
		AUTO(arena_rewind) struct arena_mark mark = arena_mark(ctx->mem);

		fetch_one(f, ctx, LIST_AT(all, struct repository, i));
		fetch_pushed(f, ctx);
	}
}

/* With an arena and a connection that last as long as the work. */
static void work(struct repo_fetcher *f, void (*fetch)(struct repo_fetcher *f, struct ctx *ctx))
{
	struct arena mem;
	struct ctx ctx = { .mem = &mem, .db = f->db };

	arena_init(&mem, 0);
	fetch(f, &ctx);
	db_reader_close(ctx.reader);
	arena_fini(&mem);
}

static void *thread_main(void *arg)
{
	struct repo_fetcher *f = arg;
	int64_t next_round = f->interval_ms ? mono_ms() : INT64_MAX;

	while (go_on(f)) {
		if (mono_ms() >= next_round) {
			work(f, fetch_all);
			next_round = mono_ms() + f->interval_ms;
		}
		work(f, fetch_pushed);
		sleep_until(f, next_round);
	}
	return NULL;
}

static void fetcher_free(struct repo_fetcher *f)
{
	pthread_cond_destroy(&f->stirred);
	pthread_mutex_destroy(&f->lock);
	free(f->pushed);
	free(f);
}

static struct repo_fetcher *fetcher_new(const struct repo_fetcher_options *o)
{
	struct repo_fetcher *f = xcalloc(1, sizeof(*f));

	f->db = o->db;
	f->interval_ms = o->interval_ms;
	f->push_pause_ms = o->push_pause_ms ? o->push_pause_ms : REPO_PUSH_PAUSE_MS;
	f->again_ms = o->again_ms ? o->again_ms : REPO_AGAIN_MS;
	pthread_mutex_init(&f->lock, NULL);
	wait_init(&f->stirred);
	return f;
}

enum err repo_fetcher_start(struct ctx *ctx, const struct repo_fetcher_options *options, struct repo_fetcher **out)
{
	struct repo_fetcher *f = fetcher_new(options);
	enum err e = thread_start(ctx, thread_main, f, &f->thread);

	if (e == OK)
		*out = f;
	else
		fetcher_free(f);
	return e;
}

void repo_fetcher_stop(struct repo_fetcher *f)
{
	if (!f)
		return;
	pthread_mutex_lock(&f->lock);
	f->stopping = true;
	pthread_cond_signal(&f->stirred);
	pthread_mutex_unlock(&f->lock);
	pthread_join(f->thread, NULL);
	fetcher_free(f);
}
