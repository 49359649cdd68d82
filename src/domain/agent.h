/* domain/agent.h: the rules of managed agents (workspace contract section 3).
 *
 * The workspace is always the actor's; an agent of another one does not exist.
 */
#ifndef DOMAIN_AGENT_H
#define DOMAIN_AGENT_H

#include "store/agents.h"

/* Stores draft under a new id, with its references checked. What is wrong with them is listed in
 * ctx->issues (ERR_INVALID); ERR_CONFLICT: the name is taken. *out is filled inside the
 * transaction. */
enum err agent_create(struct ctx *ctx, const struct agent *draft, struct agent *out);

/* As it is replied, JSON in ctx->mem. */
enum err agent_text(struct ctx *ctx, struct str id, struct str *json);

/* Applies the body of an update (already checked against agent_schema) to the stored agent, in
 * one transaction. Only references that the body names are checked. */
enum err agent_update(struct ctx *ctx, struct str id, const struct json *body, struct agent *out);

enum err agent_delete(struct ctx *ctx, struct str id);

enum err agent_list(struct ctx *ctx, const struct agent_filter *filter, struct list *out, int64_t *total);

#endif
