/* mcp/tools.h: the operations of api/, offered as tools (studio contract 3.3 to 3.8).
 *
 * Signatures and ownership as in struct mcp_features (mcp/feature.h). Whatever goes wrong in a tool that exists
 * is a result that the model reads: refused arguments, a role that is too low, what the operation said.
 */
#ifndef MCP_TOOLS_H
#define MCP_TOOLS_H

#include "mcp/feature.h"

enum err mcp_list_tools(struct ctx *ctx, enum mcp_revision r, struct str after, struct json_writer *w,
			struct str *next);
enum err mcp_call_tool(struct ctx *ctx, const struct mcp_request *request, struct mcp_result *out);

/* Notes in ctx->actor that the call comes from a run, by the header X-Tas-Parent-Run (3.6). What names no run
 * of the actor's workspace is ignored, and so is an absent one: the header is the caller's claim. */
enum err mcp_act_from_run(struct ctx *ctx, struct str header);

#endif
