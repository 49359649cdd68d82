/* mcp/tool_table.h: the tools, a row each.
 *
 * A tool is an operation of api/ under a name of its own: the row says which, how the tool's arguments become
 * what the operation is sent, and in which words it is told that differ from the operation's. What the
 * operation does, checks and replies is the operation's business alone.
 */
#ifndef MCP_TOOL_TABLE_H
#define MCP_TOOL_TABLE_H

#include "api/op.h"

/* An argument's name, and what the operation calls it; "a.b": the member b of the member a of the body. */
struct mcp_tool_rename {
	const char *from, *to;
	bool unless_empty;                   /* "" counts as not sent */
};

/* What a tool says instead when its operation fails so. "{id}" in it is the text of the argument id, "{issue}"
 * what the operation found wrong: its code, and its details where there are any. */
struct mcp_tool_text {
	enum err err;
	const char *text;
	const char *blank;                   /* only when this argument is blank */
};

/* What a client may tell its user before the tool is called. */
enum mcp_tool_hints {
	TOOL_READS      = 1,                 /* changes nothing */
	TOOL_OVERWRITES = 2,                 /* what was there before is gone, or undone */
	TOOL_REPEATABLE = 4,                 /* a second call with the same arguments adds nothing */
	TOOL_REACHES    = 8,                 /* it acts on systems beyond this server */
};

struct mcp_tool {
	const char *name, *title;
	const char *doc;                     /* by which a model chooses */
	unsigned hints;                      /* of enum mcp_tool_hints */
	const char *op;                      /* the id of the operation it calls */
	bool waits;                          /* before that, until the run that its argument `id` names is over */

	/* By name and type; nothing is read into a struct. One that is IN_PATH is the parameter in the operation's
	 * path, IN_QUERY one in its query; the others are members of its body. NULL: it takes none. */
	const struct schema *arguments;
	const struct mcp_tool_rename *renames;   /* ends with from NULL; NULL: none */
	struct {
		const char *name, *value;
	} fixed;                             /* a parameter or member that is not the caller's to choose; may be absent */

	const char *key;                     /* of the reply's member; NULL: the operation's; "": no such member */
	const char *part;                    /* the FT_POINTER member that is all of the reply; NULL: there is more to it */
	const struct schema *out;            /* the reply where it looks different: of the same struct. May be NULL */
	const struct mcp_tool_text *texts;       /* ends with text NULL; NULL: it says what the operation says */
};

extern const struct mcp_tool mcp_tools[];
extern const size_t n_mcp_tools;

/* NULL: there is none of that name. */
const struct mcp_tool *mcp_tool_find(struct str name);
const struct op *mcp_tool_op(const struct mcp_tool *t);

#endif
