/* sched/repo_fetch.c: a round over all repositories, a pause, another round.
 *
 * In the pause the thread holds neither an arena nor a connection to the store.
 */
#include "sched/repo_fetch.h"

#include <errno.h>
#include <pthread.h>
#include <stdlib.h>

#include "base/clock.h"
#include "base/log.h"
#include "domain/agent_source.h"

enum { STACK_BYTES = 512 << 10 };

struct repo_fetcher {
	struct db *db;
	int64_t interval_ms;
	pthread_t thread;
	pthread_mutex_t lock;
	pthread_cond_t stopped;
	bool stopping;                       /* under lock */
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

static void sleep_until(struct repo_fetcher *f, int64_t ms)
{
	struct timespec at = { .tv_sec = ms / 1000, .tv_nsec = ms % 1000 * 1000000 };

	pthread_mutex_lock(&f->lock);
	while (!f->stopping && pthread_cond_timedwait(&f->stopped, &f->lock, &at) != ETIMEDOUT)
		;
	pthread_mutex_unlock(&f->lock);
}

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
	const struct fetch_terms terms = { .go_on = go_on, .arg = f };
	struct repository now;
	enum err e = repository_sync(ctx, r->workspace_id, &terms, &now);

	if (e == OK)
		tell(r, &now);
	/* Disconnected meanwhile, being fetched by another process, or time to stop. */
	else if (e != ERR_NOT_FOUND && e != ERR_BUSY && e != ERR_GONE)
		log_error("repo.sync", kv_s("workspace", r->workspace_id), kv_z("why", ctx->why));
}

static void fetch_all(struct repo_fetcher *f)
{
	struct arena mem;
	struct ctx ctx = { .mem = &mem, .db = f->db };
	struct list all = { NULL, 0 };

	arena_init(&mem, 0);
	if (repositories_all(&ctx, &all) != OK)
		log_error("repo.list", kv_z("why", ctx.why));
	for (size_t i = 0; i < all.n && go_on(f); i++) {
		AUTO(arena_rewind) struct arena_mark mark = arena_mark(&mem);

		fetch_one(f, &ctx, LIST_AT(all, struct repository, i));
	}
	db_reader_close(ctx.reader);
	arena_fini(&mem);
}

static void *thread_main(void *arg)
{
	struct repo_fetcher *f = arg;

	while (go_on(f)) {
		fetch_all(f);
		sleep_until(f, mono_ms() + f->interval_ms);
	}
	return NULL;
}

static void fetcher_free(struct repo_fetcher *f)
{
	pthread_cond_destroy(&f->stopped);
	pthread_mutex_destroy(&f->lock);
	free(f);
}

static struct repo_fetcher *fetcher_new(const struct repo_fetcher_options *o)
{
	struct repo_fetcher *f = xcalloc(1, sizeof(*f));
	pthread_condattr_t attributes;

	f->db = o->db;
	f->interval_ms = o->interval_ms;
	pthread_mutex_init(&f->lock, NULL);
	pthread_condattr_init(&attributes);
	pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
	pthread_cond_init(&f->stopped, &attributes);
	pthread_condattr_destroy(&attributes);
	return f;
}

enum err repo_fetcher_start(struct ctx *ctx, const struct repo_fetcher_options *options, struct repo_fetcher **out)
{
	struct repo_fetcher *f = fetcher_new(options);
	pthread_attr_t attributes;
	int failed;

	pthread_attr_init(&attributes);
	pthread_attr_setstacksize(&attributes, STACK_BYTES);
	failed = pthread_create(&f->thread, &attributes, thread_main, f);
	pthread_attr_destroy(&attributes);
	if (failed) {
		fetcher_free(f);
		return fail(ctx, ERR_INTERNAL, "cannot start a thread: %s", strerror(failed));
	}
	*out = f;
	return OK;
}

void repo_fetcher_stop(struct repo_fetcher *f)
{
	if (!f)
		return;
	pthread_mutex_lock(&f->lock);
	f->stopping = true;
	pthread_cond_signal(&f->stopped);
	pthread_mutex_unlock(&f->lock);
	pthread_join(f->thread, NULL);
	fetcher_free(f);
}
