/* mcp/envelope.h: which revision a message speaks, and what came with it.
 *
 * The body decides: a message that names its version in params._meta is of the stateless revision and must
 * be so in everything; any other is of the revision that its header names, or of 2025-03-26, which had no
 * such header yet. What is wrong is told in the order in which the official SDKs look, since their tests ask
 * for it: the first that fails counts.
 *
 * Threads: any, each with its own ctx.
 */
#ifndef MCP_ENVELOPE_H
#define MCP_ENVELOPE_H

#include "mcp/channel.h"
#include "mcp/message.h"
#include "mcp/revision.h"

/* As they came; absent: not sent. */
struct mcp_headers {
	struct str version, method, name;
};

struct mcp_envelope {
	enum mcp_revision revision;
	const struct json *capabilities;     /* of the client; NULL: an older revision, nobody knows */
	const struct json *progress_token;   /* NULL: it wants to hear of no progress */
	enum mcp_level log_level;            /* the least that it wants to hear of; MCP_SILENT */
};

/* Whether a message, or what may be one, is of the stateless revision: the key is there, whatever it says. */
bool mcp_is_modern(const struct json *v);
/* Whether a header names the stateless revision. */
bool mcp_names_modern(struct str version);

/* Of a request or notification. False: *error says why it is refused. */
bool mcp_envelope_read(struct ctx *ctx, const struct mcp_headers *headers, const struct mcp_message *m,
		       struct mcp_envelope *out, struct mcp_error *error);
/* Whether the headers that repeat what a request of the stateless revision says do so. parameter: the one that
 * Mcp-Name repeats ("name", "uri"); NULL: none, or nobody knows the method. False: *error says why. */
bool mcp_mirrors_agree(struct ctx *ctx, const struct mcp_headers *headers, const struct mcp_message *m,
		       const char *parameter, struct mcp_error *error);

/* The text of a header that may hold any: plain, or =?base64?...?= (mcp 2026-07-28, headers). False: neither. */
bool mcp_header_decode(struct arena *mem, struct str value, struct str *out);

/* ["2026-07-28", ...], the newest first. */
void mcp_write_versions(struct json_writer *w);

#endif
