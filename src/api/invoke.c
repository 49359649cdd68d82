/* api/invoke.c: what an operation is handed, made of what was sent. */
#include "api/invoke.h"

#include "api/manner.h"
#include "base/clock.h"

enum err invoke_read_params(struct ctx *ctx, struct call *call, param_get *get, void *arg)
{
	const struct schema *s = call->op->params;
	void *params;

	if (!s)
		return OK;
	params = arena_zalloc(ctx->mem, s->size);
	call->params = params;
	return schema_read_params(ctx, s, get, arg, params);
}

enum err invoke_refuse_body(struct ctx *ctx, const struct op *op, const char *why)
{
	bool lenient = manners[op->contract].lenient;

	issue_add(ctx, NULL, "invalid_json", "%s", why);
	return fail(ctx, ERR_INVALID, "%s", lenient ? "request body must be JSON" : "Validation failed");
}

enum err invoke_read_body(struct ctx *ctx, struct call *call)
{
	const struct manner *manner = &manners[call->op->contract];
	const struct schema *s = call->op->body;
	void *body;

	if (!s)
		return OK;
	if (manner->lenient && call->json->type == JSON_NULL)
		return invoke_refuse_body(ctx, call->op, "null");
	if (manner->refuse_nul && json_has_nul(call->json))
		return invoke_refuse_body(ctx, call->op, "a string contains U+0000");
	body = arena_zalloc(ctx->mem, s->size);
	call->body = body;
	return schema_read(ctx, s, call->json, manner->lenient ? READ_LENIENT : call->op->body_mode, body);
}

void invoke_prepare(struct ctx *ctx, struct call *call)
{
	if (call->op->out)
		call->out = arena_zalloc(ctx->mem, call->op->out->size);
}

int64_t invoke_deadline_ms(const struct op *op)
{
	return mono_ms() + INT64_C(1000) * (op && op->deadline_s ? op->deadline_s : REQUEST_S);
}
