/* api/accept.h: the Accept header (RFC 9110 12.5.1). */
#ifndef API_ACCEPT_H
#define API_ACCEPT_H

#include "http/server.h"

/* Whether the client names the media type and would rather have it than the other one. */
bool accept_prefers(const struct http_request *r, const char *type, const char *other);

#endif
