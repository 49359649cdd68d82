/* model/extractive.h: the model `builtin/extractive`, which answers in the passages' own words.
 *
 * It chooses the sentences that say most about the question, joins them and cites each one. It
 * invents nothing, and says so when the passages hold nothing. The same input always gives the
 * same answer.
 * Threads: any.
 */
#ifndef MODEL_EXTRACTIVE_H
#define MODEL_EXTRACTIVE_H

#include "base/arena.h"

/* The whole answer when no passage fits the question. */
#define EXTRACTIVE_NOTHING "I could not find anything about that in the sources I have."

struct passage {
	struct str text;             /* plain text or Markdown; what the array's index n - 1 holds is cited as [n] */
};

/* Answers from passages, best first, in at most max_tokens tokens. True: *answer consists of
 * quoted sentences, each (or each group from one passage) followed by its "[n]". False: nothing
 * fits, and *answer is EXTRACTIVE_NOTHING, cut to max_tokens. */
bool extractive_answer(struct arena *mem, struct str question, const struct passage *passages, size_t n,
		       size_t max_tokens, struct str *answer);

/* Tokens are estimated: four bytes each, rounded up. */
static inline size_t extractive_tokens(struct str text)
{
	return text.n / 4 + (text.n % 4 != 0);
}

/* The prompt of an answer: the question and every passage. */
size_t extractive_prompt_tokens(struct str question, const struct passage *passages, size_t n);

#endif
