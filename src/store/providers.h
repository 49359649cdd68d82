/* store/providers.h: how a workspace reaches model providers, and the models it offers of each. */
#ifndef STORE_PROVIDERS_H
#define STORE_PROVIDERS_H

#include "db/db.h"
#include "json/field.h"

/* A provider connected by a setting. */
struct provider_row {
	struct str provider;                 /* "OPENAI" */
	struct str base_url;                 /* absent: the provider's own */
	struct str sealed_key;               /* absent: none was set */
	int64_t updated_at;
};

/* A model offered in place of the provider's built-in list. */
struct model_row {
	struct str provider, id, name, description;
	bool has_reasoning;
};

/* ERR_NOT_FOUND: not connected by a setting. */
enum err providers_get(struct ctx *ctx, struct str workspace_id, struct str provider, struct provider_row *out);
/* *out: of struct provider_row, by name. */
enum err providers_list(struct ctx *ctx, struct str workspace_id, struct list *out);
/* Adds or replaces. */
enum err providers_put(struct ctx *ctx, struct db_tx *tx, struct str workspace_id, const struct provider_row *p);
/* Its models go too. */
enum err providers_delete(struct ctx *ctx, struct db_tx *tx, struct str workspace_id, struct str provider);

/* *out: of struct model_row, of all providers, by provider and id. */
enum err models_list(struct ctx *ctx, struct str workspace_id, struct list *out);
/* ERR_CONFLICT: the provider has a model of this id. */
enum err models_insert(struct ctx *ctx, struct db_tx *tx, struct str workspace_id, const struct model_row *m);
enum err models_delete_all(struct ctx *ctx, struct db_tx *tx, struct str workspace_id, struct str provider);

#endif
