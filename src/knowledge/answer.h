/* knowledge/answer.h: an answer made of what a search found.
 *
 * builtin/extractive quotes; any other model is given the passages and told to answer from them alone. Either
 * way each statement is marked with the [n] of its passage, and what stands in a passage is only ever
 * material, whatever it asks for: for a model that reads instructions, passages are fenced by a tag that
 * nobody who wrote one could know (workspace contract Q-6).
 */
#ifndef KNOWLEDGE_ANSWER_H
#define KNOWLEDGE_ANSWER_H

#include "model/ask.h"

struct answer {
	struct str text;
	int64_t prompt_tokens, completion_tokens;               /* 0 when the model was not asked */
};

/* hits: of struct search_hit, best first; [n] in the text is the n-th of them. Without any, the
 * answer says that there is nothing, and no model is asked. model->max_tokens limits the answer. Errors are
 * those of model_ask. */
enum err knowledge_answer(struct ctx *ctx, const struct model_choice *model, struct str question,
			  const struct list *hits, struct answer *out);

#endif
