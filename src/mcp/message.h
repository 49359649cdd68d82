/* mcp/message.h: JSON-RPC 2.0 messages, read and written.
 *
 * Threads: any.
 */
#ifndef MCP_MESSAGE_H
#define MCP_MESSAGE_H

#include "json/json.h"
#include "json/write.h"

enum mcp_kind { MCP_REQUEST, MCP_NOTIFICATION, MCP_RESPONSE };

struct mcp_message {
	enum mcp_kind kind;
	struct str method;                   /* of a request or notification */
	const struct json *id;               /* a string or an integer; NULL: a notification */
	const struct json *params;           /* an object; NULL: none were sent */
	const struct json *outcome;          /* of a response: its result; NULL: it is an error */
};

/* How closely a message is looked at: the older revisions' reference knows no other members than the
 * protocol's. */
enum mcp_strictness { MCP_LENIENT, MCP_STRICT };

/* False: v is not a JSON-RPC message. *out points into v. */
bool mcp_message_read(const struct json *v, enum mcp_strictness strictness, struct mcp_message *out);
bool mcp_id_eq(const struct json *a, const struct json *b);

/* JSON-RPC's codes, and MCP's own from its reserved ranges. */
enum mcp_code {
	MCP_PARSE_ERROR = -32700, MCP_INVALID_REQUEST = -32600, MCP_NO_METHOD = -32601, MCP_INVALID_PARAMS = -32602,
	MCP_INTERNAL = -32603,
	MCP_REFUSED = -32000, MCP_NO_RESOURCE = -32002,      /* older revisions only */
	MCP_HEADER_MISMATCH = -32020, MCP_NO_CAPABILITY = -32021, MCP_BAD_VERSION = -32022,
};

struct mcp_error {
	int status;                          /* of the HTTP response; 0: 200 */
	enum mcp_code code;                  /* 0: there is none */
	struct str message;
	struct str data;                     /* JSON; may be absent */
};

/* "jsonrpc" and "id", in the object that is open. id NULL: leaves it out. */
void mcp_write_head(struct json_writer *w, const struct json *id);
void mcp_write_id(struct json_writer *w, const struct json *id);
/* A notification as far as into its params: two objects stay open. */
void mcp_open_notification(struct json_writer *w, const char *method);
/* A whole error response. id NULL: left out, or null for those who expect that. In mem. */
struct str mcp_error_text(struct arena *mem, const struct json *id, bool null_id, const struct mcp_error *error);

#endif
