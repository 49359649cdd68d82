/* model/ask.c: who answers. */
#include "model/ask_internal.h"

#include "model/providers.h"

/* An agent file need not say how long an answer may be; the built-in model has to be told. */
enum { BUILTIN_MAX_TOKENS = 4096 };

bool model_is_builtin(const struct model_choice *model)
{
	return str_is(model->provider, BUILTIN_PROVIDER) && str_is(model->model, BUILTIN_MODEL);
}

/* It takes no time, so there is nothing to watch but the end. */
static enum err ask_builtin(struct ctx *ctx, const struct model_choice *model, const struct list *thread,
			    const struct list *tools, struct model_reply *out)
{
	const struct model_watch *watch = model->watch;
	struct model_choice limited = *model;

	if (limited.max_tokens == 0)
		limited.max_tokens = BUILTIN_MAX_TOKENS;
	TRY(builtin_ops.ask(ctx, &limited, thread, tools, out));
	if (watch && watch->delta && out->text.n > 0)
		watch->delta(watch->arg, out->text);
	return OK;
}

static const struct model_ops *ops_of(const struct provider_info *provider)
{
	static const struct model_ops *const BY_WIRE[] = {
		[WIRE_OPENAI] = &openai_ops, [WIRE_ANTHROPIC] = &anthropic_ops,
	};

	return BY_WIRE[provider->wire];
}

enum err model_ask(struct ctx *ctx, const struct model_choice *model, const struct list *thread,
		   const struct list *tools, struct model_reply *out)
{
	const struct provider_info *provider = provider_by_name(model->provider);

	*out = (struct model_reply){0};
	if (model_is_builtin(model))
		return ask_builtin(ctx, model, thread, tools, out);
	if (!provider)
		return fail(ctx, ERR_UNPROCESSABLE,
			    "There is no model provider '%.*s'; a model is written provider:model.", STR(model->provider));
	if (model->model.n == 0)
		return fail(ctx, ERR_UNPROCESSABLE, "The agent names no model of %s.", provider->name);
	if (!model->base_url.p)
		return fail(ctx, ERR_UNPROCESSABLE, "The model provider %s has no base URL.", provider->name);
	return ops_of(provider)->ask(ctx, model, thread, tools, out);
}
