/* app/embedding_commands.c: agentd embedding ... */
#include "app/command.h"
#include "app/data.h"
#include "app/key_option.h"
#include "app/print.h"
#include "domain/embedding.h"
#include "domain/secret.h"
#include "http/client.h"
#include "model/providers.h"

struct embedding_options {
	struct str data, model, url, provider;
	struct key_option key;
	int64_t dimensions;
	bool json;
};

/* -- show ---------------------------------------------------------------------------------------- */

static const struct field info_fields[] = {
	{ F_STR("state", embedding_info, state) },
	{ F_STR("model", embedding_info, model) },
	{ F_STR("provider", embedding_info, provider) },
	{ F_STR("baseUrl", embedding_info, base_url) },
	{ F_BOOL("hasKey", embedding_info, has_key) },
	{ F_INT("dimensions", embedding_info, dimensions) },
	{ F_INT("chunks", embedding_info, chunks) },
	{ F_INT("embedded", embedding_info, embedded) },
	{ F_INT("tokens", embedding_info, tokens) },
	{ F_TIME("createdAt", embedding_info, created_at) },
	{ F_STR("error", embedding_info, error) },
};
static const struct schema info_schema = SCHEMA(NULL, embedding_info, info_fields);

static const struct field show_fields[] = { JSON_OPTION(embedding_options), DATA_OPTION(embedding_options) };
const struct schema embedding_show_options = SCHEMA(NULL, embedding_options, show_fields);

enum err embedding_show_run(struct ctx *ctx, const void *options)
{
	const struct embedding_options *o = options;
	struct list list;

	TRY(embedding_list(ctx, &list));
	print_list(ctx, &info_schema, &list, o->json);
	return OK;
}

/* -- use ----------------------------------------------------------------------------------------- */

static const struct field use_fields[] = {
	{ F_STR("model", embedding_options, model), .in = IN_PATH, .required = true, .min = 1, .example = "MODEL",
	  .doc = "The model's name as its server knows it, or builtin/lexical." },
	{ F_STR("url", embedding_options, url), .min = 1, .example = "URL",
	  .doc = "What its server's address begins with, when it is not the provider's usual one." },
	{ F_STR("provider", embedding_options, provider), .one_of = provider_names, .example = "PROVIDER",
	  .doc = "Whose server it is, as the API shall say it (CUSTOM if not given)." },
	KEY_OPTIONS(embedding_options, key),
	{ F_INT("dimensions", embedding_options, dimensions), .min = 1, .max = EMBED_DIMENSIONS_MAX, .example = "N",
	  .doc = "Ask the model for so many, if it can choose." },
	DATA_OPTION(embedding_options),
};
const struct schema embedding_use_options = SCHEMA(NULL, embedding_options, use_fields);

enum err embedding_use_run(struct ctx *ctx, const void *options)
{
	const struct embedding_options *o = options;
	AUTO(secret_wipe) struct str key = { NULL, 0 };
	struct embedding_choice choice = { .provider = o->provider, .model = o->model, .base_url = o->url,
					   .dimensions = o->dimensions };

	TRY(key_option_read(ctx, &o->key, &key));
	TRY(data_load_keys(ctx, o->data));
	TRY(http_client_setup(ctx, (struct str){ NULL, 0 }));
	choice.key = key;
	return embedding_use(ctx, &choice);
}

/* -- cancel -------------------------------------------------------------------------------------- */

static const struct field cancel_fields[] = { DATA_OPTION(embedding_options) };
const struct schema embedding_cancel_options = SCHEMA(NULL, embedding_options, cancel_fields);

enum err embedding_cancel_run(struct ctx *ctx, const void *options)
{
	return embedding_cancel(ctx);
}
