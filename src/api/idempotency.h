/* api/idempotency.h: the header Idempotency-Key on operations that create; see domain/idempotency.h. */
#ifndef API_IDEMPOTENCY_H
#define API_IDEMPOTENCY_H

#include "api/op.h"
#include "domain/idempotency.h"

/* Before the operation, once its body is read: finds the kept reply (reply->body.p set), or prepares
 * ctx->before_commit to keep one. Does nothing without the header, or when the operation does not
 * create. */
enum err idempotency_begin(struct ctx *ctx, const struct call *call, struct kept_reply *reply);

/* After it, with its result: when a simultaneous request with the same key was faster, gives that
 * one's reply instead of the conflict. Returns the result to report. */
enum err idempotency_end(struct ctx *ctx, enum err result, struct kept_reply *reply);

/* The status and body of a success, in the manner of the call's contract; in api/serve.c. */
struct kept_reply call_reply(struct arena *mem, const struct call *call);

#endif
