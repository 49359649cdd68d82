/* api/invoke.h: one call of an operation, however it was sent: as an HTTP request, or as a tool.
 *
 * Whoever brings the call has found the row, knows the caller and has looked at the role. What is sent is
 * checked here, by the row's field tables in the manner of its contract; the reply is theirs again.
 */
#ifndef API_INVOKE_H
#define API_INVOKE_H

#include "api/op.h"

/* Fills call->params; get(arg, f) gives the text that was sent for field f, or { NULL, 0 }. */
enum err invoke_read_params(struct ctx *ctx, struct call *call, param_get *get, void *arg);
/* Fills call->body from call->json. */
enum err invoke_read_body(struct ctx *ctx, struct call *call);
/* Why a body is no JSON, in the words of the operation's contract. ERR_INVALID. */
enum err invoke_refuse_body(struct ctx *ctx, const struct op *op, const char *why);

/* Makes room for the reply. */
void invoke_prepare(struct ctx *ctx, struct call *call);
/* When a call that begins now has to be over. Monotonic. NULL: nothing in particular is called. */
int64_t invoke_deadline_ms(const struct op *op);

#endif
