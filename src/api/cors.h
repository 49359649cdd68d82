/* api/cors.h: letting pages of other origins call the API (workspace contract C-7). Off unless
 * the operator names origins. */
#ifndef API_CORS_H
#define API_CORS_H

#include "api/op.h"

/* Sets the response headers that an allowed origin needs; false: it is not one. origins: as in struct
 * api_options. */
bool cors_allow(const char *origins, struct http_exchange *x);
/* Answers a preflight of such an origin; false: the request is none. */
bool cors_preflight(struct http_exchange *x);

#endif
