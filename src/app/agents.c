/* app/agents.c: the options of domain/agent_source.h, out of the settings of `agentd serve`. */
#include "app/agents.h"

#include "app/data.h"
#include "base/log.h"
#include "domain/agent_source.h"

enum err agents_place_load(struct ctx *ctx, struct str data, struct agents_place *out)
{
	struct config *config = arena_zalloc(ctx->mem, sizeof(*config));

	options_default(ctx, &serve_options, config);
	TRY(config_load(ctx, data, config));
	*out = (struct agents_place){ config->agents_dir, config->no_agents_dir };
	return OK;
}

enum err agents_set_up(struct ctx *ctx, struct str data, const struct agents_place *place)
{
	bool has_dir = place->dir.p && !place->nothing;
	struct agent_source_options options = {
		.git_folder = data_path(ctx, data, "git"), .nothing_else = place->nothing,
		.agents_dir = has_dir ? arena_strz(ctx->mem, place->dir) : NULL,
	};

	agent_source_setup(&options);
	TRY(data_make(ctx, str_of(options.git_folder)));
	if (has_dir || place->nothing)
		return OK;
	/* A server without git is still a server; its users learn of it when they ask for agents. */
	if (agent_source_make_builtin(ctx) != OK)
		log_warn("agents.builtin", kv_z("why", ctx->why));
	return OK;
}
