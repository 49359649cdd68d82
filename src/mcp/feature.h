/* mcp/feature.h: what an MCP server has to offer, behind one seam.
 *
 * The protocol (mcp/endpoint.c and its neighbours) knows revisions, envelopes and streams, and asks a
 * table of functions for the rest: which tools, resources and prompts there are, and what they answer.
 * The server's own features are one such table; the protocol's tests bring another, which is linked
 * into a binary of the tests alone. Nothing here depends on how a feature is made.
 *
 * ctx->actor is who asks; every list and every answer is made for that actor. All text lives in ctx->mem.
 */
#ifndef MCP_FEATURE_H
#define MCP_FEATURE_H

#include "base/ctx.h"
#include "json/json.h"
#include "json/write.h"

/* In the order of time; everything before MCP_MODERN begins with `initialize`. */
enum mcp_revision {
	MCP_2024_10_07, MCP_2024_11_05, MCP_2025_03_26, MCP_2025_06_18, MCP_2025_11_25, MCP_2026_07_28,
	MCP_LATEST_LEGACY = MCP_2025_11_25, MCP_MODERN = MCP_2026_07_28,
};

/* The way back to the client while a request is answered: mcp/channel.h. */
struct mcp_channel;

/* One tools/call, prompts/get or resources/read on its way. */
struct mcp_request {
	enum mcp_revision revision;
	struct str name;                     /* of the tool or prompt; or the resource's URI */
	const struct json *arguments;        /* an object; {} when none were sent */
	struct mcp_channel *channel;
};

/* What a tool answered. A tool that failed is a result too, which the model reads. */
struct mcp_result {
	struct str text;                     /* the one text block */
	struct str content;                  /* instead of text: a JSON array of content blocks */
	struct str structured;               /* structuredContent as JSON; absent: the tool has no outputSchema */
	bool failed;                         /* isError */
	struct str members;                  /* instead of all that: the members of a result of another type, as
	                                      * JSON without the braces: "\"resultType\":\"input_required\",..." */
};

struct mcp_features {
	/* Each writes the elements of its list, in an order that does not change; nothing that needs a newer
	 * revision. `after`: the name (of resources the URI) of the last one the client has; absent: from the
	 * beginning. *next: the name to go on behind; left alone: these were the last. NULL: there are none. */
	enum err (*list_tools)(struct ctx *ctx, enum mcp_revision r, struct str after, struct json_writer *w, struct str *next);
	enum err (*list_resources)(struct ctx *ctx, enum mcp_revision r, struct str after, struct json_writer *w, struct str *next);
	enum err (*list_templates)(struct ctx *ctx, enum mcp_revision r, struct str after, struct json_writer *w, struct str *next);
	enum err (*list_prompts)(struct ctx *ctx, enum mcp_revision r, struct str after, struct json_writer *w, struct str *next);

	/* ERR_NOT_FOUND: there is no such tool. ERR_INVALID: the request is not one the tool takes (a protocol
	 * error with ctx->why). ERR_GONE: the client left. */
	enum err (*call_tool)(struct ctx *ctx, const struct mcp_request *request, struct mcp_result *out);
	/* Write the members of the result: "contents"; "description" and "messages"; "completion". ERR_NOT_FOUND,
	 * ERR_INVALID as above. */
	enum err (*read_resource)(struct ctx *ctx, const struct mcp_request *request, struct json_writer *w);
	enum err (*get_prompt)(struct ctx *ctx, const struct mcp_request *request, struct json_writer *w);
	/* ref: the request's `ref`; argument: the name of the one to complete, value: what is typed so far. */
	enum err (*complete)(struct ctx *ctx, const struct json *ref, struct str argument, struct str value, struct json_writer *w);

	const char *instructions;
	bool open;                           /* no key is asked for: the protocol's tests */
};

/* The server's own (mcp/features.c). */
extern const struct mcp_features mcp_own_features;

#endif
