/* model/ask.c: which provider answers. */
#include "model/ask_internal.h"

#include "model/providers.h"

static const struct {
	const char *provider, *model;        /* model NULL: all of the provider's */
	const struct model_ops *ops;
} ROWS[] = {
	{ BUILTIN_PROVIDER, BUILTIN_MODEL, &builtin_ops },
};

static const struct model_ops *ops_of(const struct model_choice *m)
{
	for (size_t i = 0; i < COUNT_OF(ROWS); i++)
		if (str_is(m->provider, ROWS[i].provider) && (!ROWS[i].model || str_is(m->model, ROWS[i].model)))
			return ROWS[i].ops;
	return NULL;
}

enum err model_ask(struct ctx *ctx, const struct model_choice *model, const struct list *thread,
		   const struct list *tools, struct model_reply *out)
{
	const struct model_ops *ops = ops_of(model);

	if (!ops)
		return fail(ctx, ERR_UNPROCESSABLE,
			    "This version of agentd can run only the model " BUILTIN_MODEL
			    "; the agent asks for %.*s of %.*s.", STR(model->model), STR(model->provider));
	*out = (struct model_reply){0};
	return ops->ask(ctx, model, thread, tools, out);
}
