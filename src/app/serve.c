/* app/serve.c: agentd serve, all parts put together and taken apart again.
 *
 * The address is bound before anything is begun, so that a server that cannot serve has done
 * nothing. Several servers may share one data folder; the store and the leases of runs see to it.
 */
#include <malloc.h>
#include <signal.h>
#include <sys/resource.h>
#include <unistd.h>

#include "api/chat.h"
#include "api/serve.h"
#include "app/command.h"
#include "app/data.h"
#include "app/rooms.h"
#include "base/log.h"
#include "domain/secret.h"
#include "hooks/repo.h"
#include "http/server.h"
#include "mcp/endpoint.h"
#include "run/worker.h"
#include "sched/embedding_worker.h"
#include "sched/knowledge_sweeper.h"
#include "sched/repo_fetch.h"
#include "sched/scheduler.h"

/* Event streams that may be open beside the requests in hand; each has a thread, made when it begins. */
enum { STREAM_THREADS = 1024 };

struct server {
	const struct config *config;
	struct api *api;
	struct http_server *http;
	struct run_workers *workers;
	struct embedding_worker *embedding;
	struct knowledge_sweeper *sweeper;
	struct repo_fetcher *repositories;
	struct scheduler *scheduler;
};

/* -- the process --------------------------------------------------------------------------------- */

static void set_up_log(const struct config *c)
{
	enum log_level level = LOG_DEBUG;

	while (!str_is(c->log_level, log_level_names[level]))
		level++;
	log_setup(level, str_is(c->log_format, "json") ? LOG_JSON : LOG_TEXT);
}

/* Blocks of this size and more go back to the system when they are freed. By default glibc raises
 * that size as it goes, and what a few large requests took would stay for ever. */
static void give_memory_back(void)
{
	mallopt(M_MMAP_THRESHOLD, 128 * 1024);
}

/* Connections, streams and calls to providers each take descriptors, and the usual limit is a thousand. */
static void allow_many_files(void)
{
	struct rlimit files;

	if (getrlimit(RLIMIT_NOFILE, &files) == 0 && files.rlim_cur < files.rlim_max) {
		files.rlim_cur = files.rlim_max;
		setrlimit(RLIMIT_NOFILE, &files);
	}
}

static struct server *volatile stopping;

/* The first signal drains, the second is meant. */
static void on_signal(int number)
{
	struct server *server = stopping;

	stopping = NULL;
	if (!server)
		_exit(128 + number);
	run_workers_drain(server->workers);
	http_server_stop(server->http);
}

static void stop_on_signals(struct server *server)
{
	struct sigaction action = { .sa_handler = on_signal, .sa_flags = SA_RESTART };

	stopping = server;
	sigaction(SIGTERM, &action, NULL);
	sigaction(SIGINT, &action, NULL);
}

/* -- the parts ----------------------------------------------------------------------------------- */

/* The bell is hung up before there are workers to hear it. */
static void ring(void *arg)
{
	struct server *s = arg;

	run_workers_ring(s->workers);
}

static void wake_scheduler(void *arg)
{
	struct server *s = arg;

	scheduler_wake(s->scheduler);
}

static void fetch_repository(void *arg, struct str workspace_id)
{
	struct server *s = arg;

	repo_fetcher_pushed(s->repositories, workspace_id);
}

/* What is served outside /api/v1. */
static const struct api_mount MOUNTS[] = {
	{ .path = CHAT_ROOT, .serve = chat_serve, .body_max = CHAT_BODY_MAX, .needs_key = true, .refuse = chat_refuse },
	{ .path = "/mcp", .serve = mcp_serve, .body_max = MCP_BODY_MAX, .needs_key = true },
	{ .path = REPO_HOOK_ROOT, .serve = repo_hook_serve, .body_max = REPO_HOOK_BODY_MAX },
	{0},
};

static void make_api(struct ctx *ctx, struct server *s)
{
	struct api_options options = {
		.db = ctx->db, .n_threads = (size_t)s->config->threads, .n_stream_threads = STREAM_THREADS,
		.public_url = arena_strz(ctx->mem, s->config->public_url),
		.cors_origins = arena_strz(ctx->mem, s->config->cors_origins),
		.listen = arena_strz(ctx->mem, s->config->listen),
		.mcp_hosts = arena_strz(ctx->mem, s->config->mcp_hosts),
		.run_created = ring, .run_created_arg = s, .mounts = MOUNTS,
		.automations_changed = wake_scheduler, .automations_changed_arg = s,
		.repo_pushed = fetch_repository, .repo_pushed_arg = s,
	};

	s->api = api_new(&options);
}

static enum err listen_for_requests(struct ctx *ctx, struct server *s)
{
	struct http_options options = {
		.listen = arena_strz(ctx->mem, s->config->listen), .n_threads = (size_t)s->config->threads,
		.n_stream_threads = STREAM_THREADS,
		.handle = api_handle, .body_limit = api_body_limit, .refusal = api_refusal,
		.thread_end = api_thread_end, .user = s->api,
	};

	return http_server_new(ctx, &options, &s->http);
}

static enum err start_workers(struct ctx *ctx, struct server *s)
{
	struct str folder = str_of(data_path(ctx, s->config->data, "run"));
	const struct run_limits limits = rooms_run_limits(s->config);
	struct run_workers_options runs = {
		.db = ctx->db, .n_workers = (size_t)s->config->workers, .attempts = (int)s->config->run_attempts,
		.lock_path = data_path(ctx, folder, "workers.lock"), .limits = &limits,
	};
	struct embedding_worker_options embedding = {
		.db = ctx->db, .lock_path = data_path(ctx, folder, "embedding.lock"),
	};
	struct scheduler_options automations = { .db = ctx->db, .fired = ring, .arg = s };
	struct repo_fetcher_options repositories = { .db = ctx->db, .interval_ms = s->config->repo_interval * 1000 };

	TRY(data_make(ctx, folder));
	TRY(run_workers_start(ctx, &runs, &s->workers));
	TRY(embedding_worker_start(ctx, &embedding, &s->embedding));
	TRY(knowledge_sweeper_start(ctx, ctx->db, &s->sweeper));
	TRY(scheduler_start(ctx, &automations, &s->scheduler));
	return repo_fetcher_start(ctx, &repositories, &s->repositories);
}

static void server_fini(struct server *s)
{
	repo_fetcher_stop(s->repositories);
	scheduler_stop(s->scheduler);
	knowledge_sweeper_stop(s->sweeper);
	embedding_worker_stop(s->embedding);
	run_workers_stop(s->workers);
	http_server_free(s->http);
	api_free(s->api);
	secret_unload();
}

static void say_ready(struct ctx *ctx, const struct server *s)
{
	struct str address = http_server_address(s->http);
	const char *scheme = str_starts(address, S("unix:")) ? "" : "http://";

	log_info("serve.ready", kv_s("address", arena_printf(ctx->mem, "%s%.*s", scheme, STR(address))),
		 kv_s("data", s->config->data), kv_z("version", AGENTD_VERSION));
}

enum err serve_run(struct ctx *ctx, const void *options)
{
	AUTO(server_fini) struct server s = { .config = options };

	set_up_log(s.config);
	give_memory_back();
	rooms_keep_secrets();
	allow_many_files();
	TRY(data_open(ctx, s.config->data, true));
	TRY(rooms_set_up(ctx, s.config));
	make_api(ctx, &s);
	TRY(listen_for_requests(ctx, &s));
	TRY(start_workers(ctx, &s));
	stop_on_signals(&s);
	say_ready(ctx, &s);
	http_server_run(s.http);
	log_info("serve.end", kv_s("address", http_server_address(s.http)));
	return OK;
}
