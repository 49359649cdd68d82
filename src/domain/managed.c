/* domain/managed.c: from one contract's words to the other's. */
#include "domain/managed.h"

#include "model/providers.h"

struct str managed_model(struct arena *mem, const struct model_config *m)
{
	const struct provider_info *provider = provider_by_name(m->provider);

	if (str_is(m->provider, BUILTIN_PROVIDER) && str_is(m->model, BUILTIN_MODEL))
		return S("builtin:extractive");
	return arena_printf(mem, "%s:%.*s", provider ? provider->studio : "", STR(m->model));
}

struct str managed_path(struct arena *mem, const struct agent *a)
{
	return arena_printf(mem, "managed/%.*s", STR(a->id));
}

static enum err show(struct ctx *ctx, const struct agent *a, struct agent_file *out)
{
	struct agent_spec *spec = NEW(ctx->mem, struct agent_spec);

	*spec = (struct agent_spec){
		.name = a->name, .description = a->description, .framework = S("managed"),
		.model = managed_model(ctx->mem, &a->model), .instructions = a->system_prompt,
		.labels = { arena_alloc(ctx->mem, sizeof(struct str)), 0 },
	};
	TRY(json_parse(ctx, schema_text(ctx->mem, &agent_schema, a, WRITE_REPLY), JSON_STRICT, &spec->raw));
	*out = (struct agent_file){
		.name = a->name, .filename = a->id, .path = managed_path(ctx->mem, a), .framework = S("managed"),
		.valid = true, .spec = spec,
	};
	return OK;
}

enum err managed_list(struct ctx *ctx, struct list *out)
{
	const struct agent_filter all = { .order = AGENTS_BY_NAME, .limit = INT32_MAX };
	struct agent_file *shown;
	struct list agents;
	int64_t total;

	TRY(agents_list(ctx, ctx->actor.workspace_id, &all, &agents, &total));
	shown = arena_array(ctx->mem, agents.n, sizeof(*shown));
	for (size_t i = 0; i < agents.n; i++)
		TRY(show(ctx, LIST_AT(agents, struct agent, i), &shown[i]));
	*out = (struct list){ shown, agents.n };
	return OK;
}
