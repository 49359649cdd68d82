/* mcp/revision.h: the revisions of the protocol by their names. */
#ifndef MCP_REVISION_H
#define MCP_REVISION_H

#include "mcp/feature.h"

const char *mcp_revision_name(enum mcp_revision r);
/* False: none of ours. */
bool mcp_revision_by_name(struct str name, enum mcp_revision *out);

#endif
