/* model/listing.h: the models that a provider's own server lists.
 *
 *     GET {base URL}/models            OpenAI's protocol: Ollama, LM Studio, vLLM and gateways have it too
 *     GET {base URL}/v1/models         Anthropic's, a page at a time
 *
 * What such a list also has and no agent can talk to (embeddings, speech, images) is left out, as far as names tell.
 * Threads: any, each with its own ctx.
 */
#ifndef MODEL_LISTING_H
#define MODEL_LISTING_H

#include "json/field.h"
#include "model/providers.h"

struct listed_model {
	struct str id;                       /* as agents name it (workspace API): with the provider's name before it,
	                                      * where the built-in list has that too */
	struct str name;                     /* absent: the server gives none */
	bool has_reasoning;                  /* it says so */
};

enum { LISTED_MAX = 2000 };

/* *out: of struct listed_model, in the server's order, LISTED_MAX at most. The texts of errors name neither host
 * nor key. ERR_UPSTREAM, ERR_TIMEOUT: it cannot be had, or is none. */
enum err model_listing(struct ctx *ctx, const struct provider_info *provider, struct str base_url, struct str key,
		       struct list *out);

#endif
