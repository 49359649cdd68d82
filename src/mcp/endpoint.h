/* mcp/endpoint.h: the MCP server's endpoint: all revisions of the protocol at one address, without sessions. */
#ifndef MCP_ENDPOINT_H
#define MCP_ENDPOINT_H

#include "http/server.h"
#include "mcp/feature.h"

/* As large as the reference takes. */
enum { MCP_BODY_MAX = 10 << 20 };

/* Answers a request with what these features offer. */
void mcp_endpoint(struct ctx *ctx, struct http_exchange *x, const struct mcp_features *features);

/* The same with the server's own: a mount of api/serve.h (mcp/features.c). */
void mcp_serve(struct ctx *ctx, struct http_exchange *x);

#endif
