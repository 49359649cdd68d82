/* mcp/wait.h: waiting for a run on behalf of a client, who is told how it goes. */
#ifndef MCP_WAIT_H
#define MCP_WAIT_H

#include "mcp/channel.h"

/* Returns when the run is over, or after WAIT_MINUTES: whoever asks then reads how it stands. Each step of the
 * run is a notification of progress. ERR_NOT_FOUND: the workspace has no such run. ERR_GONE: the client left. */
enum err mcp_wait_for_run(struct ctx *ctx, struct mcp_channel *channel, struct str run_id);

#endif
