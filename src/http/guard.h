/* http/guard.h: which addresses a request may connect to when its URL came from a user or a model.
 *
 * Looked at is the socket address about to be connected to, not the text of the URL: the many ways
 * to write 127.0.0.1, names that resolve to it, and names that resolve to it only the second time
 * all end in the same sixteen bytes. Public addresses pass, on any port: who listens there is
 * exposed to everybody already. The rest passes if a rule of the operator opens it. A rule with a
 * host name opens whatever that name resolves to, and trusts whoever answers for it in the DNS.
 * Threads: any.
 */
#ifndef HTTP_GUARD_H
#define HTTP_GUARD_H

#include <sys/socket.h>

#include "base/ctx.h"

enum { IP_BYTES = 16 };

/* The first bits of an address. IPv4 stands in its IPv6-mapped form, ::ffff:a.b.c.d. */
struct ip_net {
	unsigned char ip[IP_BYTES];
	unsigned bits;
};

struct guard_rule {
	struct str host;                     /* in lower case; absent: the network counts */
	struct ip_net net;
	unsigned port;                       /* 0: any */
};

struct guard {
	const struct guard_rule *rules;
	size_t n;
};

/* Reads "wiki.example.com, 10.2.0.0/16, [fd00::]/8, localhost:8080" into mem; an absent or empty text
 * gives no rules. ERR_INVALID: it is malformed; the text is for the operator. */
enum err guard_parse(struct ctx *ctx, struct arena *mem, struct str allow, struct guard *out);

/* host: as the URL has it. */
bool guard_permits(const struct guard *g, struct str host, const struct sockaddr *to);

#endif
