/* app/serve.c: agentd serve, all parts put together and taken apart again.
 *
 * The address is bound before anything is begun, so that a server that cannot serve has done
 * nothing. Several servers may share one data folder; the store and the leases of runs see to it.
 */
#include <malloc.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

#include "api/serve.h"
#include "app/agents.h"
#include "app/command.h"
#include "app/data.h"
#include "base/log.h"
#include "domain/secret.h"
#include "domain/toolbox.h"
#include "http/client.h"
#include "http/server.h"
#include "knowledge/chunk.h"
#include "knowledge/index.h"
#include "knowledge/scratch.h"
#include "model/price.h"
#include "run/worker.h"
#include "sched/embedding_worker.h"
#include "sched/repo_fetch.h"

/* Event streams that may be open beside the requests in hand. */
enum { STREAM_THREADS = 32 };

struct server {
	const struct config *config;
	struct api *api;
	struct http_server *http;
	struct run_workers *workers;
	struct embedding_worker *embedding;
	struct repo_fetcher *repositories;
};

/* -- the process --------------------------------------------------------------------------------- */

static void set_up_log(const struct config *c)
{
	static const char *const LEVELS[] = {
		[LOG_DEBUG] = "debug", [LOG_INFO] = "info", [LOG_WARN] = "warn", [LOG_ERROR] = "error",
		[LOG_OFF] = "off",
	};
	enum log_level level = LOG_DEBUG;

	while (!str_is(c->log_level, LEVELS[level]))
		level++;
	log_setup(level, str_is(c->log_format, "json") ? LOG_JSON : LOG_TEXT);
}

#ifndef __has_feature
#define __has_feature(feature) 0
#endif
#if defined(__SANITIZE_ADDRESS__) || __has_feature(address_sanitizer)
#define LEAK_SANITIZER 1
#else
#define LEAK_SANITIZER 0
#endif

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

/* What rooms below keep for the whole process. */
static enum err set_up_rooms(struct ctx *ctx, const struct config *c)
{
	enum err e = http_client_setup(ctx, c->fetch_allow);
	struct str prices;

	if (e != OK)
		return fail(ctx, e, "fetch-allow: %s", arena_str(ctx->mem, str_of(ctx->why)).p);
	TRY(config_read_file(ctx, data_path(ctx, c->data, "prices.conf"), &prices));
	e = prices_setup(ctx, prices);
	if (e != OK)
		return fail(ctx, e, "prices.conf: %s", arena_str(ctx->mem, str_of(ctx->why)).p);
	toolbox_setup(c->search_url);
	scratch_setup(data_path(ctx, c->data, ""));
	chunk_setup((struct chunk_sizes){ (size_t)c->chunk_chars, (size_t)c->chunk_overlap });
	index_memory_limit((size_t)c->index_memory << 20);
	return OK;
}

/* A core would hold the data key and all keys of providers. */
static void forbid_core_dumps(void)
{
	const struct rlimit none = { 0, 0 };

	setrlimit(RLIMIT_CORE, &none);
	/* A core that is piped to a program has no limit. The leak sanitizer needs to trace itself. */
	if (!LEAK_SANITIZER)
		prctl(PR_SET_DUMPABLE, 0);
}

static struct http_server *volatile stopping;

/* The first signal drains, the second is meant. */
static void on_signal(int number)
{
	struct http_server *server = stopping;

	stopping = NULL;
	if (!server)
		_exit(128 + number);
	http_server_stop(server);
}

static void stop_on_signals(struct http_server *server)
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

static void make_api(struct ctx *ctx, struct server *s)
{
	struct api_options options = {
		.db = ctx->db, .n_threads = (size_t)s->config->threads, .n_stream_threads = STREAM_THREADS,
		.public_url = arena_strz(ctx->mem, s->config->public_url),
		.cors_origins = arena_strz(ctx->mem, s->config->cors_origins),
		.run_created = ring, .run_created_arg = s,
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
	struct run_workers_options runs = {
		.db = ctx->db, .n_workers = (size_t)s->config->workers, .attempts = (int)s->config->run_attempts,
		.lock_path = data_path(ctx, folder, "workers.lock"),
	};
	struct embedding_worker_options embedding = {
		.db = ctx->db, .lock_path = data_path(ctx, folder, "embedding.lock"),
	};
	struct repo_fetcher_options repositories = { .db = ctx->db, .interval_ms = s->config->repo_interval * 1000 };

	TRY(data_make(ctx, folder));
	TRY(run_workers_start(ctx, &runs, &s->workers));
	TRY(embedding_worker_start(ctx, &embedding, &s->embedding));
	return s->config->repo_interval ? repo_fetcher_start(ctx, &repositories, &s->repositories) : OK;
}

static void server_fini(struct server *s)
{
	repo_fetcher_stop(s->repositories);
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
	forbid_core_dumps();
	allow_many_files();
	TRY(set_up_rooms(ctx, s.config));
	TRY(data_open(ctx, s.config->data, true));
	TRY(secret_load(ctx, data_path(ctx, s.config->data, "secret.key")));
	TRY(agents_set_up(ctx, s.config->data, &(struct agents_place){ s.config->agents_dir, s.config->no_agents_dir }));
	make_api(ctx, &s);
	TRY(listen_for_requests(ctx, &s));
	TRY(start_workers(ctx, &s));
	stop_on_signals(s.http);
	say_ready(ctx, &s);
	http_server_run(s.http);
	log_info("serve.end", kv_s("address", http_server_address(s.http)));
	return OK;
}
