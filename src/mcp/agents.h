/* mcp/agents.h: the agent files of the actor's workspace, as lists of resources and prompts go through them.
 *
 * Those that are valid, by name, each name once: a name is what a URI or a prompt has of an agent. A
 * workspace without a source of agents has none.
 */
#ifndef MCP_AGENTS_H
#define MCP_AGENTS_H

#include "domain/agent_catalog.h"

struct mcp_agents {
	struct agent_catalog *catalog;       /* NULL: there is no source */
	size_t at;
};

/* The first comes behind the name `after`; absent: the very first. Ends with mcp_agents_end. */
enum err mcp_agents_begin(struct ctx *ctx, struct str after, struct mcp_agents *out);
/* NULL: that was the last. Lives until mcp_agents_end. */
const struct agent_entry *mcp_agents_next(struct mcp_agents *agents);
void mcp_agents_end(struct mcp_agents *agents);         /* for AUTO() */

/* The file of the agent of this name, parsed; with its text. ERR_NOT_FOUND: there is none. In ctx->mem. */
enum err mcp_agent_read(struct ctx *ctx, struct str name, struct agent_file *file, struct str *text);

/* Changes when that agent's file does; 0: there is none. */
uint64_t mcp_agent_version(const struct mcp_agents *agents, struct str name);
/* Changes when any of them does. */
enum err mcp_agents_version(struct ctx *ctx, uint64_t *out);

#endif
