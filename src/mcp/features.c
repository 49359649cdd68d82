/* mcp/features.c: what this server offers over MCP. */
#include "mcp/feature.h"

#include "mcp/agents.h"
#include "mcp/endpoint.h"
#include "mcp/own.h"
#include "mcp/tools.h"

static const char INSTRUCTIONS[] =
	"agentd runs AI agents for a workspace. Agents are files (list_agents, get_agent), or kept by the server "
	"(list_managed_agents). trigger_run starts one and returns at once with a run id; wait_for_run waits for "
	"what it gives, get_run reads how it stands. list_runs shows recent runs. Automations start agents on a "
	"schedule. Knowledge bases hold the workspace's documents: search_knowledge_base finds what they say. The "
	"inbox holds work that waits for a person: look there before you ask the user what to do next. What a key's "
	"role does not allow is refused with a text that says so; do not try again.";

/* A run that calls its own server says which one it is (studio contract 3.6). */
static enum err note_run(struct ctx *ctx, const struct http_request *r)
{
	return mcp_act_from_run(ctx, http_header_get(r, "x-tas-parent-run", NULL));
}

/* The tools change with the program alone; the others are made of the agents' files. */
static enum err list_version(struct ctx *ctx, enum mcp_list list, uint64_t *out)
{
	*out = 0;
	return list == MCP_TOOLS ? OK : mcp_agents_version(ctx, out);
}

const struct mcp_features mcp_own_features = {
	.admitted = note_run,
	.lists = {
		[MCP_TOOLS] = mcp_list_tools, [MCP_RESOURCES] = mcp_list_resources,
		[MCP_TEMPLATES] = mcp_list_templates, [MCP_PROMPTS] = mcp_list_prompts,
	},
	.call_tool = mcp_call_tool, .read_resource = mcp_read_resource, .get_prompt = mcp_get_prompt,
	.complete = mcp_complete, .list_version = list_version, .resource_versions = mcp_resource_versions,
	.look_every_ms = 1000, .instructions = INSTRUCTIONS,
};

void mcp_serve(struct ctx *ctx, struct http_exchange *x)
{
	mcp_endpoint(ctx, x, &mcp_own_features);
}
