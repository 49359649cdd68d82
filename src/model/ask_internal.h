/* model/ask_internal.h: what a provider of models has to be able to do. */
#ifndef MODEL_ASK_INTERNAL_H
#define MODEL_ASK_INTERNAL_H

#include "model/ask.h"

struct model_ops {
	/* As model_ask. *out is zeroed. */
	enum err (*ask)(struct ctx *ctx, const struct model_choice *model, const struct list *thread,
			const struct list *tools, struct model_reply *out);
};

extern const struct model_ops builtin_ops;              /* model/builtin.c */
extern const struct model_ops openai_ops;               /* model/openai.c */
extern const struct model_ops anthropic_ops;            /* model/anthropic.c */

#endif
