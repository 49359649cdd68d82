/* mcp/host.h: by which names the server may be called (DNS rebinding).
 *
 * A web page whose name was made to lead here after it was loaded is, for the browser, of the same origin as
 * this server; but it still calls it by its own name. So Host must be a name that is ours, and Origin, which
 * browsers send and programs do not, one that belongs here too:
 *   localhost and loopback addresses, when the server listens on one (or on a unix socket), at any port;
 *   the host of the public URL; and what the operator lists.
 * An address cannot be rebound, nor can localhost, by which a port of a container is called: a server that listens
 * on the network may be called by any of them.
 */
#ifndef MCP_HOST_H
#define MCP_HOST_H

#include "base/str.h"

/* All may be absent (p NULL). */
struct mcp_names {
	struct str listen;                   /* as in http_options */
	struct str public_url;
	struct str hosts;                    /* "a.example.com, b.example.com" */
	struct str origins;                  /* "https://a.example.com, ..."; "*": all */
};

/* The headers' values; absent: not sent. */
bool mcp_host_allowed(const struct mcp_names *names, struct str host);
bool mcp_origin_allowed(const struct mcp_names *names, struct str origin, struct str host);

#endif
