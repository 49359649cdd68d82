/* app/rooms.c: the server and `agentd run` carry out runs in the same surroundings. */
#include "app/rooms.h"

#include <sys/prctl.h>
#include <sys/resource.h>

#include "app/agents.h"
#include "app/data.h"
#include "domain/toolbox.h"
#include "http/client.h"
#include "knowledge/chunk.h"
#include "knowledge/index.h"
#include "knowledge/scratch.h"
#include "model/price.h"

#ifndef __has_feature
#define __has_feature(feature) 0
#endif
#if defined(__SANITIZE_ADDRESS__) || __has_feature(address_sanitizer)
#define LEAK_SANITIZER 1
#else
#define LEAK_SANITIZER 0
#endif

void rooms_keep_secrets(void)
{
	const struct rlimit none = { 0, 0 };

	setrlimit(RLIMIT_CORE, &none);
	/* A core that is piped to a program has no limit. The leak sanitizer needs to trace itself. */
	if (!LEAK_SANITIZER)
		prctl(PR_SET_DUMPABLE, 0);
}

/* Says which setting it is about. */
static enum err named(struct ctx *ctx, enum err e, const char *setting)
{
	return e == OK ? OK : fail(ctx, e, "%s: %s", setting, arena_str(ctx->mem, str_of(ctx->why)).p);
}

enum err rooms_set_up(struct ctx *ctx, const struct config *c)
{
	struct agents_place agents = { c->agents_dir, c->no_agents_dir };
	struct str prices;

	TRY(named(ctx, http_client_setup(ctx, c->fetch_allow), "fetch-allow"));
	TRY(config_read_file(ctx, data_path(ctx, c->data, "prices.conf"), &prices));
	TRY(named(ctx, prices_setup(ctx, prices), "prices.conf"));
	toolbox_setup(c->search_url);
	scratch_setup(data_path(ctx, c->data, ""));
	chunk_setup((struct chunk_sizes){ (size_t)c->chunk_chars, (size_t)c->chunk_overlap });
	index_memory_limit((size_t)c->index_memory << 20);
	TRY(data_load_keys(ctx, c->data));
	return agents_set_up(ctx, c->data, &agents);
}

struct run_limits rooms_run_limits(const struct config *c)
{
	return (struct run_limits){
		.requests = c->run_requests, .time_ms = c->run_time * 1000,
		.output_bytes = c->run_output << 10, .result_bytes = c->tool_output << 10,
		.cost_usd = (double)c->run_cost / 100,
	};
}
