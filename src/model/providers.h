/* model/providers.h: the model providers the contracts know, a row each.
 *
 * A provider is connected to a workspace by a setting (`agentd provider set`) or by the
 * environment variables its users know; CUSTOM is always connected, since its model
 * builtin/extractive needs nothing from outside.
 */
#ifndef MODEL_PROVIDERS_H
#define MODEL_PROVIDERS_H

#include "base/arena.h"

/* The protocol a provider speaks. */
enum wire { WIRE_OPENAI, WIRE_ANTHROPIC };

struct known_model {
	const char *id, *name, *description;
	bool has_reasoning;
};

struct provider_info {
	const char *name;                    /* workspace API: "OPENAI" */
	const char *studio;                  /* studio specs: "openai", as in "openai:gpt-5.5" */
	enum wire wire;
	const char *base_url;                /* NULL: none by default */
	const char *key_env, *url_env;       /* variables that connect it; NULL: none */
	const struct known_model *models;    /* offered when no list was set; ends with id NULL */
};

/* In the order of the contract's enum (workspace contract 3.1.1). */
extern const struct provider_info providers[];
extern const size_t n_providers;
/* Their names, NULL-terminated, for field tables. */
extern const char *const provider_names[];

const struct provider_info *provider_by_name(struct str name);         /* NULL: unknown */
const struct provider_info *provider_by_studio(struct str name);       /* "openai"; NULL: unknown */

/* What the provider's own server calls the model: the lists above name models as gateways do,
 * "anthropic/claude-haiku-4.5", which Anthropic knows as claude-haiku-4-5. In mem, or model itself. */
struct str provider_model_name(struct arena *mem, const struct provider_info *provider, struct str model);

/* The other way round: what agents call a model that its server calls `name`. In mem, or name itself. */
struct str provider_model_id(struct arena *mem, const struct provider_info *provider, struct str name);

#define BUILTIN_PROVIDER "CUSTOM"
#define BUILTIN_MODEL "builtin/extractive"

#endif
