/* mcp/revision.c */
#include "mcp/revision.h"

static const char *const NAMES[] = {
	[MCP_2024_10_07] = "2024-10-07", [MCP_2024_11_05] = "2024-11-05", [MCP_2025_03_26] = "2025-03-26",
	[MCP_2025_06_18] = "2025-06-18", [MCP_2025_11_25] = "2025-11-25", [MCP_2026_07_28] = "2026-07-28",
};

const char *mcp_revision_name(enum mcp_revision r)
{
	return NAMES[r];
}

bool mcp_revision_by_name(struct str name, enum mcp_revision *out)
{
	for (size_t i = 0; i < COUNT_OF(NAMES); i++) {
		if (str_is(name, NAMES[i])) {
			*out = (enum mcp_revision)i;
			return true;
		}
	}
	return false;
}
