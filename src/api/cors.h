/* api/cors.h: letting pages of other origins call the API (workspace contract C-7). Off unless
 * the operator names origins. */
#ifndef API_CORS_H
#define API_CORS_H

#include "api/op.h"

/* Sets the response headers that an allowed origin needs. True: the request was a preflight and
 * has been answered. */
bool cors_apply(struct ctx *ctx, struct http_exchange *x);

#endif
