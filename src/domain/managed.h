/* domain/managed.h: managed agents, those created over REST, in the studio's terms: as runs name them, and as its
 * list of agents shows them.
 */
#ifndef DOMAIN_MANAGED_H
#define DOMAIN_MANAGED_H

#include "domain/agent_file.h"
#include "store/agents.h"

/* "openai:gpt-4.1"; the built-in model is "builtin:extractive". In mem. */
struct str managed_model(struct arena *mem, const struct model_config *m);
/* "managed/ID", where a file has its path. In mem. */
struct str managed_path(struct arena *mem, const struct agent *a);

/* All of the actor's workspace, by name, in the shape of files: `framework` is "managed", `format` null, `filename`
 * the agent's id, and `spec.raw` what the workspace API replies. *out: of struct agent_file. */
enum err managed_list(struct ctx *ctx, struct list *out);

#endif
