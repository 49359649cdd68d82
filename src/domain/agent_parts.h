/* domain/agent_parts.h: what an agent file refers to: a module of tools beside it, and skills (studio
 * contract 4.8, 4.9). They are read where the file is: live, whichever version of it runs.
 */
#ifndef DOMAIN_AGENT_PARTS_H
#define DOMAIN_AGENT_PARTS_H

#include "domain/agent_file.h"
#include "repo/tree.h"

struct agent_part {
	struct str path, text;
};

/* ERR_UNPROCESSABLE, both: it cannot be had, and ctx->why is the contract's detail. */

/* *text: of the module that the agent at this path declares; absent: it declares none. */
enum err agent_tools_module(struct ctx *ctx, const struct tree *tree, struct str path, const struct agent_spec *spec,
			    struct str *text);
/* All files of all skills it declares. connected: the tree is a connected repository's; no other source
 * has skills. *out: of struct agent_part. */
enum err agent_skills(struct ctx *ctx, const struct tree *tree, bool connected, const struct agent_spec *spec,
		      struct list *out);

#endif
