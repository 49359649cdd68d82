/* domain/dispatch.h: from an agent's name to what will be executed (studio contract 2.5, 4.12).
 *
 * The stable version of that name, unless the draft is preferred; else the file as it is now; else a
 * managed agent, one that was created over REST, by its id or exact name.
 */
#ifndef DOMAIN_DISPATCH_H
#define DOMAIN_DISPATCH_H

#include "domain/cargo.h"
#include "store/agents.h"

struct dispatch {
	struct agent agent;                  /* what is executed; of a managed agent: with its id */
	struct str name, path;
	struct str model;                    /* "provider:model", as the file says it */
	struct str version_label;            /* "v3" or "draft"; absent: a managed agent */
	bool is_file;
	/* Of a file: its model_settings with the contract's defaults, else NULL; and its request_limit, else 0. */
	const struct json *model_settings;
	int64_t request_limit;
	const struct json *output_schema;    /* what its answer must fit; NULL: any text will do */
	bool is_cargo;
	struct cargo cargo;                  /* of an agent in that shape */
	struct list connections;             /* of struct agent_connection: what the file declares */
};

/* ERR_NOT_FOUND: no such agent, or its repository cannot be read. ERR_UNPROCESSABLE: it cannot be run; the
 * text, as for the former, is the contract's. */
enum err dispatch_resolve(struct ctx *ctx, struct str name, bool prefer_draft, struct dispatch *out);

struct dispatch_name {
	struct str name;
	int64_t created_at;                  /* of a managed agent; 0: a file has no time of its own */
};

/* Every name that the above resolves without preferring drafts, once: of files in the order of their catalog, of stable
 * versions whose file is gone, of managed agents. What an agent lacks to be run is seen when it is resolved.
 * *out: of struct dispatch_name. */
enum err dispatch_names(struct ctx *ctx, struct list *out);

#endif
