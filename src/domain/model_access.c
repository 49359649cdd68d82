/* domain/model_access.c: between the settings of providers and those who ask models. */
#include "domain/model_access.h"

#include <stdlib.h>

#include "domain/provider.h"
#include "domain/secret.h"

static enum err refuse(struct ctx *ctx, const struct provider_info *provider)
{
	return fail(ctx, ERR_UNPROCESSABLE, "The workspace is not connected to the model provider %s.", provider->name);
}

/* A key of the environment is not ours to wipe. */
static struct str own_key(struct ctx *ctx, const struct provider_connection *c)
{
	const char *variable = c->info->key_env ? getenv(c->info->key_env) : NULL;

	return variable && variable == c->key.p ? arena_str(ctx->mem, c->key) : c->key;
}

enum err model_access(struct ctx *ctx, struct str workspace_id, struct model_choice *model)
{
	const struct provider_info *provider = provider_by_name(model->provider);
	struct provider_connection connection;
	enum err e;

	/* An unknown provider is told by whoever asks the model. */
	if (model_is_builtin(model) || !provider)
		return OK;
	e = provider_connection(ctx, workspace_id, model->provider, &connection);
	if (e == ERR_NOT_FOUND)
		return refuse(ctx, provider);
	TRY(e);
	model->base_url = connection.base_url;
	model->key = own_key(ctx, &connection);
	return OK;
}

void model_access_end(struct model_choice *model)
{
	secret_wipe(&model->key);
}
