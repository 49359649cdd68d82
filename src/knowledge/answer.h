/* knowledge/answer.h: an answer made of what a search found.
 *
 * The model is builtin/extractive: it quotes, and marks each quotation with the [n] of its
 * passage. What stands in a passage is only ever material to quote, whatever it asks for.
 */
#ifndef KNOWLEDGE_ANSWER_H
#define KNOWLEDGE_ANSWER_H

#include "json/field.h"

struct answer {
	struct str text;
	int64_t prompt_tokens, completion_tokens;               /* 0 when the model was not asked */
};

/* hits: of struct search_hit, best first; [n] in the text is the n-th of them. Without any, the
 * answer says that there is nothing, and no model is asked (workspace contract Q-2). */
void knowledge_answer(struct arena *mem, struct str question, const struct list *hits, int64_t max_tokens,
		      struct answer *out);

#endif
