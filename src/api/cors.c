/* api/cors.c: the Fetch standard's CORS protocol, without credentials: keys travel in a header. */
#include "api/cors.h"

static bool allowed(const char *origins, struct str origin)
{
	struct str rest = str_of(origins);

	while (rest.p) {
		struct str one = str_trim(str_cut(&rest, ','));

		if (str_is(one, "*") || str_eq_nocase(one, origin))
			return true;
	}
	return false;
}

bool cors_allow(const char *origins, struct http_exchange *x)
{
	struct str origin = http_header_get(http_request_of(x), "origin", NULL);

	if (!origins)
		return false;
	http_set_header(x, "Vary", S("Origin"));
	if (!origin.p || !allowed(origins, origin))
		return false;
	http_set_header(x, "Access-Control-Allow-Origin", origin);
	http_set_header(x, "Access-Control-Expose-Headers", S("X-Request-Id, Retry-After, Idempotency-Replayed, WWW-Authenticate"));
	return true;
}

bool cors_preflight(struct http_exchange *x)
{
	const struct http_request *r = http_request_of(x);

	if (r->method != HTTP_OPTIONS || !http_header_get(r, "access-control-request-method", NULL).p)
		return false;
	http_set_header(x, "Access-Control-Allow-Methods", S("GET, HEAD, POST, PUT, PATCH, DELETE"));
	http_set_header(x, "Access-Control-Allow-Headers",
			S("Authorization, Content-Type, Accept, Idempotency-Key, X-Request-Id, Mcp-Protocol-Version, Mcp-Session-Id, "
			  "Last-Event-ID, Mcp-Method, Mcp-Name"));
	http_set_header(x, "Access-Control-Max-Age", S("600"));
	http_reply(x, 204);
	return true;
}
