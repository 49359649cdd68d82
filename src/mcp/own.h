/* mcp/own.h: the server's own resources, prompts and completions. Signatures and ownership as in struct
 * mcp_features (mcp/feature.h). */
#ifndef MCP_OWN_H
#define MCP_OWN_H

#include "mcp/feature.h"

enum err mcp_list_resources(struct ctx *ctx, enum mcp_revision r, struct str after, struct json_writer *w,
			    struct str *next);
enum err mcp_list_templates(struct ctx *ctx, enum mcp_revision r, struct str after, struct json_writer *w,
			    struct str *next);
enum err mcp_read_resource(struct ctx *ctx, const struct mcp_request *request, struct json_writer *w);
enum err mcp_resource_version(struct ctx *ctx, struct str uri, uint64_t *out);

enum err mcp_list_prompts(struct ctx *ctx, enum mcp_revision r, struct str after, struct json_writer *w,
			  struct str *next);
enum err mcp_get_prompt(struct ctx *ctx, const struct mcp_request *request, struct json_writer *w);

enum err mcp_complete(struct ctx *ctx, const struct json *ref, struct str argument, struct str value,
		      struct json_writer *w);

#endif
