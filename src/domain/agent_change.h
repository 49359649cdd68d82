/* domain/agent_change.h: asking a coding agent to write or edit an agent's file (studio contract 2.14).
 *
 * No coding agent can be connected yet: every request ends where the contract asks for the account.
 */
#ifndef DOMAIN_AGENT_CHANGE_H
#define DOMAIN_AGENT_CHANGE_H

#include "base/ctx.h"

/* Absent: not given. */
struct agent_change {
	struct str description;
	struct str agent;                    /* which to edit; absent or empty: make a new one */
	struct str name, framework;          /* of the new one */
};

struct agent_change_task {
	struct str task_id, html_url, status, kind, agent_path, improvement_id;
};

/* ERR_INVALID, ERR_CONFLICT: the contract's texts, in its order. */
enum err agent_change_request(struct ctx *ctx, const struct agent_change *change, struct agent_change_task *out);

#endif
