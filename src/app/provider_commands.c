/* app/provider_commands.c: agentd provider ... */
#include "app/command.h"
#include "app/data.h"
#include "app/key_option.h"
#include "app/print.h"
#include "domain/member.h"
#include "domain/provider.h"
#include "domain/secret.h"
#include "http/client.h"

struct provider_options {
	struct str data, workspace, provider, base_url;
	struct key_option key;
	struct list models, reasoning;       /* of struct str */
	bool list_models, refresh, json;
};

#define PROVIDER_OPTION \
	{ F_STR("provider", provider_options, provider), .in = IN_PATH, .required = true, .example = "PROVIDER", \
	  .one_of = provider_names, .doc = "Whose models." }

/* -- set ----------------------------------------------------------------------------------------- */

static const struct field set_fields[] = {
	PROVIDER_OPTION,
	WORKSPACE_OPTION(provider_options),
	{ F_STR("base-url", provider_options, base_url), .min = 1, .example = "URL",
	  .doc = "Where its API is, when it is not the usual address." },
	KEY_OPTIONS(provider_options, key),
	{ F_STRS("model", provider_options, models), .example = "ID[=NAME]",
	  .doc = "Offer these models, and no others." },
	{ F_STRS("reasoning", provider_options, reasoning), .example = "ID",
	  .doc = "Which of these models support extended reasoning." },
	{ F_BOOL("list-models", provider_options, list_models),
	  .doc = "Ask the provider which models it has, and offer those." },
	DATA_OPTION(provider_options),
};
const struct schema provider_set_options = SCHEMA(NULL, provider_options, set_fields);

/* -- the models */

static struct model_setting *model_by_id(const struct list *models, struct str id)
{
	for (size_t i = 0; i < models->n; i++)
		if (str_eq(LIST_AT(*models, struct model_setting, i)->id, id))
			return LIST_AT(*models, struct model_setting, i);
	return NULL;
}

static enum err read_models(struct ctx *ctx, const struct provider_options *o, struct list *out)
{
	struct model_setting *models = arena_array(ctx->mem, o->models.n, sizeof(*models));

	*out = (struct list){ models, o->models.n };
	for (size_t i = 0; i < o->models.n; i++) {
		struct str name = *LIST_AT(o->models, struct str, i);
		struct str id = str_cut(&name, '=');

		models[i] = (struct model_setting){ .id = id, .name = name };
	}
	for (size_t i = 0; i < o->reasoning.n; i++) {
		struct str id = *LIST_AT(o->reasoning, struct str, i);
		struct model_setting *m = model_by_id(out, id);

		if (!m)
			return fail(ctx, ERR_INVALID, "--reasoning %.*s: give the model with --model too", STR(id));
		m->has_reasoning = true;
	}
	return OK;
}

static enum err refresh(struct ctx *ctx, struct str workspace_id, struct str provider)
{
	TRY(http_client_setup(ctx, (struct str){ NULL, 0 }));
	return provider_refresh(ctx, workspace_id, provider);
}

enum err provider_set_run(struct ctx *ctx, const void *options)
{
	const struct provider_options *o = options;
	AUTO(secret_wipe) struct str key = { NULL, 0 };
	struct provider_setting setting = { .provider = o->provider, .base_url = o->base_url };
	struct workspace w;

	TRY(workspace_by_slug(ctx, o->workspace, &w));
	if (o->list_models && o->models.n > 0)
		return fail(ctx, ERR_INVALID, "--list-models and --model: one of them says what is offered");
	TRY(read_models(ctx, o, &setting.models));
	TRY(key_option_read(ctx, &o->key, &key));
	if (key.p || o->list_models)
		TRY(data_load_keys(ctx, o->data));
	setting.key = key;
	TRY(provider_set(ctx, w.id, &setting));
	return o->list_models ? refresh(ctx, w.id, o->provider) : OK;
}

/* -- models -------------------------------------------------------------------------------------- */

static const struct field models_fields[] = {
	PROVIDER_OPTION,
	WORKSPACE_OPTION(provider_options),
	{ F_BOOL("refresh", provider_options, refresh),
	  .doc = "Ask the provider which models it has, and offer those from now on." },
	JSON_OPTION(provider_options),
	DATA_OPTION(provider_options),
};
const struct schema provider_models_options = SCHEMA(NULL, provider_options, models_fields);

static const struct field model_fields[] = {
	{ F_STR("id", model_info, id) },
	{ F_STR("name", model_info, name) },
	{ F_BOOL("hasReasoning", model_info, has_reasoning) },
};
static const struct schema model_row_schema = SCHEMA(NULL, model_info, model_fields);

static struct list those_of(struct ctx *ctx, const struct list *models, struct str provider)
{
	struct model_info *found = arena_array(ctx->mem, models->n, sizeof(*found));
	size_t n = 0;

	for (size_t i = 0; i < models->n; i++)
		if (str_eq(LIST_AT(*models, struct model_info, i)->provider, provider))
			found[n++] = *LIST_AT(*models, struct model_info, i);
	return (struct list){ found, n };
}

enum err provider_models_run(struct ctx *ctx, const void *options)
{
	const struct provider_options *o = options;
	struct workspace w;
	struct list all, models;

	TRY(workspace_by_slug(ctx, o->workspace, &w));
	if (o->refresh) {
		TRY(data_load_keys(ctx, o->data));
		TRY(refresh(ctx, w.id, o->provider));
	}
	TRY(provider_models(ctx, w.id, &all));
	models = those_of(ctx, &all, o->provider);
	print_list(ctx, &model_row_schema, &models, o->json);
	return OK;
}

/* -- list ---------------------------------------------------------------------------------------- */

static const struct field status_fields[] = {
	{ F_STR("provider", provider_status, provider) },
	{ F_STR("connectedBy", provider_status, connected_by) },
	{ F_STR("baseUrl", provider_status, base_url) },
	{ F_BOOL("hasKey", provider_status, has_key) },
	{ F_INT("models", provider_status, n_models) },
	{ F_TIME("updatedAt", provider_status, updated_at) },
};
static const struct schema status_schema = SCHEMA(NULL, provider_status, status_fields);

static const struct field list_fields[] = {
	WORKSPACE_OPTION(provider_options), JSON_OPTION(provider_options), DATA_OPTION(provider_options),
};
const struct schema provider_list_options = SCHEMA(NULL, provider_options, list_fields);

enum err provider_list_run(struct ctx *ctx, const void *options)
{
	const struct provider_options *o = options;
	struct workspace w;
	struct list list;

	TRY(workspace_by_slug(ctx, o->workspace, &w));
	TRY(provider_list(ctx, w.id, &list));
	print_list(ctx, &status_schema, &list, o->json);
	return OK;
}

/* -- remove -------------------------------------------------------------------------------------- */

static const struct field remove_fields[] = {
	PROVIDER_OPTION, WORKSPACE_OPTION(provider_options), DATA_OPTION(provider_options),
};
const struct schema provider_remove_options = SCHEMA(NULL, provider_options, remove_fields);

enum err provider_remove_run(struct ctx *ctx, const void *options)
{
	const struct provider_options *o = options;
	struct workspace w;

	TRY(workspace_by_slug(ctx, o->workspace, &w));
	return provider_remove(ctx, w.id, o->provider);
}
