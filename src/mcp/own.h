/* mcp/own.h: the server's own resources, prompts and completions. Signatures and ownership as in struct
 * mcp_features (mcp/feature.h). */
#ifndef MCP_OWN_H
#define MCP_OWN_H

#include "mcp/feature.h"

/* A member that is left out when its text is absent. */
static inline void mcp_write_text(struct json_writer *w, const char *key, struct str text)
{
	if (!text.p)
		return;
	jw_key(w, key);
	jw_str(w, text);
}

enum err mcp_list_resources(struct ctx *ctx, enum mcp_revision r, struct str after, struct json_writer *w,
			    struct str *next);
enum err mcp_list_templates(struct ctx *ctx, enum mcp_revision r, struct str after, struct json_writer *w,
			    struct str *next);
enum err mcp_read_resource(struct ctx *ctx, const struct mcp_request *request, struct json_writer *w);
void mcp_resource_versions(struct ctx *ctx, const struct str *uris, size_t n, uint64_t *out);

enum err mcp_list_prompts(struct ctx *ctx, enum mcp_revision r, struct str after, struct json_writer *w,
			  struct str *next);
enum err mcp_get_prompt(struct ctx *ctx, const struct mcp_request *request, struct json_writer *w);

enum err mcp_complete(struct ctx *ctx, const struct json *ref, struct str argument, struct str value,
		      struct json_writer *w);

#endif
