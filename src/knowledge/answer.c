/* knowledge/answer.c: the search's hits as a model's passages. */
#include "knowledge/answer.h"

#include "knowledge/search.h"
#include "model/extractive.h"

void knowledge_answer(struct arena *mem, struct str question, const struct list *hits, int64_t max_tokens,
		      struct answer *out)
{
	struct passage *passages = arena_array(mem, hits->n, sizeof(*passages));

	if (hits->n == 0) {
		*out = (struct answer){ .text = S(EXTRACTIVE_NOTHING) };
		return;
	}
	for (size_t i = 0; i < hits->n; i++)
		passages[i].text = LIST_AT(*hits, struct search_hit, i)->content;
	extractive_answer(mem, question, passages, hits->n, (size_t)max_tokens, &out->text);
	out->prompt_tokens = (int64_t)extractive_prompt_tokens(question, passages, hits->n);
	out->completion_tokens = (int64_t)extractive_tokens(out->text);
}
