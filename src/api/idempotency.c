/* api/idempotency.c: what makes two requests the same: operation, path, and body byte for byte. */
#include "api/idempotency.h"

#include "base/id.h"

static struct idempotent_request request_of(struct ctx *ctx, const struct call *call)
{
	struct buf all = { .mem = ctx->mem };

	/* The path is part of it: appending to one knowledge base is not appending to another. */
	buf_str(&all, call->request->path);
	buf_char(&all, '\n');
	buf_str(&all, call->request->body);
	return (struct idempotent_request){
		.operation = str_of(call->op->id), .key = http_header_get(call->request, "idempotency-key", NULL),
		.digest = sha256_hex(ctx->mem, buf_view(&all)),
	};
}

static enum err keep_reply(struct ctx *ctx, struct db_tx *tx, void *arg)
{
	const struct call *call = arg;
	struct idempotent_request request = request_of(ctx, call);
	struct kept_reply reply = call_reply(ctx->mem, call);

	return idempotency_keep(ctx, tx, &request, &reply);
}

enum err idempotency_begin(struct ctx *ctx, struct call *call, struct kept_reply *reply)
{
	struct idempotent_request request;
	size_t n;
	enum err e;

	http_header_get(call->request, "idempotency-key", &n);
	if (!call->op->creates || n == 0)
		return OK;
	request = request_of(ctx, call);
	if (n > 1 || !idempotency_key_ok(request.key)) {
		issue_add(ctx, path_name(ctx, NULL, "Idempotency-Key"), "invalid_format", "1 to %d characters, sent once",
			  IDEMPOTENCY_KEY_MAX);
		return fail(ctx, ERR_INVALID, "Validation failed");
	}
	e = idempotency_find(ctx, &request, reply);
	if (e != ERR_NOT_FOUND)
		return e;
	ctx->before_commit = (struct tx_hook){ keep_reply, call };
	return OK;
}

enum err idempotency_end(struct ctx *ctx, struct call *call, enum err result, struct kept_reply *reply)
{
	bool prepared = ctx->before_commit.run != NULL;
	struct idempotent_request request;
	enum err found;

	ctx->before_commit = (struct tx_hook){ NULL, NULL };
	if (!prepared || result != ERR_CONFLICT)
		return result;
	request = request_of(ctx, call);
	found = idempotency_find(ctx, &request, reply);
	return found == ERR_NOT_FOUND ? result : found;
}
