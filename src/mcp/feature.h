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
	const struct json *arguments;        /* an object; NULL: none were sent */
	struct mcp_channel *channel;
};

/* What a tool answered. A tool that failed is a result too, which the model reads. Nothing in it may need
 * a newer revision than the request's; but `structured` is left out by itself where it is not known. */
struct mcp_result {
	struct str text;                     /* the one text block; absent: `structured`, laid out over lines */
	struct str content;                  /* instead of text: a JSON array of content blocks */
	struct str structured;               /* structuredContent as JSON; absent: the tool has no outputSchema */
	bool failed;                         /* isError */
};

enum mcp_list { MCP_TOOLS, MCP_RESOURCES, MCP_TEMPLATES, MCP_PROMPTS, MCP_LISTS };

/* Writes the elements of a list, in an order that does not change; nothing that needs a newer revision.
 * `after`: the name (of resources the URI) of the last one the client has; absent: from the beginning.
 * *next: the name to go on behind; left alone: these were the last. */
typedef enum err mcp_list_write(struct ctx *ctx, enum mcp_revision r, struct str after, struct json_writer *w,
				struct str *next);

struct http_request;

struct mcp_features {
	/* When the key is known, before anything is done for it; may change the actor. May be NULL. */
	enum err (*admitted)(struct ctx *ctx, const struct http_request *r);

	mcp_list_write *lists[MCP_LISTS];    /* NULL: there are none */

	/* ERR_NOT_FOUND: there is no such tool. ERR_INVALID: the request is not one the tool takes (a protocol
	 * error with ctx->why). ERR_GONE: the client left. */
	enum err (*call_tool)(struct ctx *ctx, const struct mcp_request *request, struct mcp_result *out);
	/* Write the members of the result: "contents"; "description" and "messages"; "completion". ERR_NOT_FOUND,
	 * ERR_INVALID as above. */
	enum err (*read_resource)(struct ctx *ctx, const struct mcp_request *request, struct json_writer *w);
	enum err (*get_prompt)(struct ctx *ctx, const struct mcp_request *request, struct json_writer *w);
	/* ref: the request's `ref`; argument: the name of the one to complete, value: what is typed so far. */
	enum err (*complete)(struct ctx *ctx, const struct json *ref, struct str argument, struct str value,
			     struct json_writer *w);

	/* A number that changes when a list does, or what a resource holds: of n of them in out[n], 0: there is no such
	 * resource, or nobody can say. Asked again and again while somebody waits for the change. NULL, both:
	 * nothing changes. */
	enum err (*list_version)(struct ctx *ctx, enum mcp_list list, uint64_t *out);
	void (*resource_versions)(struct ctx *ctx, const struct str *uris, size_t n, uint64_t *out);

	int look_every_ms;                   /* how often */

	const char *instructions;
	bool logs;                           /* tools tell more than progress: mcp_log */
	bool open;                           /* no key is asked for: the protocol's tests */
};

/* The server's own (mcp/features.c). */
extern const struct mcp_features mcp_own_features;

#endif
