/* domain/provider.h: which model providers a workspace is connected to, and the models they offer.
 *
 * A provider is connected by a setting of the workspace, or by the environment variables its
 * users know (model/providers.h); CUSTOM always is. A connected provider offers the models that
 * were set for it, else its built-in list; CUSTOM offers builtin/extractive besides. All of it is
 * read anew each time, so a setting counts from the next request on.
 */
#ifndef DOMAIN_PROVIDER_H
#define DOMAIN_PROVIDER_H

#include "json/field.h"
#include "model/providers.h"

/* Workspace contract 4.2. */
struct model_info {
	struct str id, name, provider;
	bool provider_connected, has_reasoning;
	struct str description;              /* "" when none is known */
};

extern const struct schema model_info_schema;

/* What the workspace may use. *out: of struct model_info, by provider in the order of the
 * contract's enum, then by id. */
enum err provider_models(struct ctx *ctx, struct str workspace_id, struct list *out);
/* Whether provider_models would list it. */
enum err provider_has_model(struct ctx *ctx, struct str workspace_id, struct str provider, struct str model, bool *out);

/* -- reaching one -------------------------------------------------------------------------------- */

struct provider_connection {
	const struct provider_info *info;
	struct str base_url;                 /* without a slash at its end; absent: the provider has none */
	struct str key;                      /* absent: none; a secret, see secret_wipe */
};

/* A setting counts before the environment, field by field. ERR_NOT_FOUND: not connected. The data
 * key must be loaded (domain/secret.h). */
enum err provider_connection(struct ctx *ctx, struct str workspace_id, struct str provider,
			     struct provider_connection *out);

/* ERR_INVALID: the URL or the key could not be used. Either may be absent. */
enum err provider_check_access(struct ctx *ctx, struct str base_url, struct str key);
/* A base URL as it is kept: without a slash at its end. */
struct str provider_url(struct str url);

/* -- settings ------------------------------------------------------------------------------------ */

struct model_setting {
	struct str id;
	struct str name;                     /* absent: the name known for the id, or the id */
	bool has_reasoning;
};

struct provider_setting {
	struct str provider;
	struct str base_url, key;            /* absent: as it was */
	struct list models;                  /* of struct model_setting; empty: as they were */
};

/* Connects the provider, or changes how; the key is stored sealed. ERR_INVALID: no such provider,
 * no usable URL or key, or a model is listed twice. The data key must be loaded if there is a key. */
enum err provider_set(struct ctx *ctx, struct str workspace_id, const struct provider_setting *setting);
/* Asks the provider's server which models it has, and offers those in place of what was offered before.
 * The data key must be loaded, and http_client_setup called. ERR_NOT_FOUND: not connected by a setting.
 * ERR_UPSTREAM, ERR_TIMEOUT: there is no list to be had; what was offered still is. */
enum err provider_refresh(struct ctx *ctx, struct str workspace_id, struct str provider);
/* ERR_NOT_FOUND: it was not connected by a setting. */
enum err provider_remove(struct ctx *ctx, struct str workspace_id, struct str provider);

/* What an operator may know of a connection. */
struct provider_status {
	struct str provider;
	struct str connected_by;             /* "setting", "environment" or "always" */
	struct str base_url;                 /* absent: it has none */
	bool has_key;
	int64_t n_models;
	int64_t updated_at;                  /* 0: not by a setting */
};

/* The connected providers. *out: of struct provider_status, in the order of the contract's enum. */
enum err provider_list(struct ctx *ctx, struct str workspace_id, struct list *out);

#endif
