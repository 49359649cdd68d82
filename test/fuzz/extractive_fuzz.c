/* A byte for the budget, a line as the question, the rest as passages divided by form feeds: the
 * answer keeps to the budget, and cites only passages there are. */
#include <stdlib.h>

#include "model/extractive.h"

#define REQUIRE(condition) ((condition) ? (void)0 : abort())

enum { MOST_PASSAGES = 20 };

/* Every "[digits]" is ours, since those of a passage are rewritten. */
static void check_citations(struct str answer, size_t n)
{
	for (size_t i = 0; i < answer.n; i++) {
		size_t number = 0, k = i + 1;

		if (answer.p[i] != '[')
			continue;
		while (k < answer.n && answer.p[k] >= '0' && answer.p[k] <= '9' && number < 1000)
			number = 10 * number + (size_t)(answer.p[k++] - '0');
		if (k > i + 1 && k < answer.n && answer.p[k] == ']' && str_index(answer, '`') < 0)
			REQUIRE(number >= 1 && number <= n);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	struct str rest = { (const char *)data, n }, question, answer;
	struct passage passages[MOST_PASSAGES];
	size_t n_passages = 0;
	struct arena mem;

	if (n < 2)
		return 0;
	arena_init(&mem, 4096);
	rest = str_from(rest, 1);
	question = str_cut(&rest, '\n');
	while (rest.p && n_passages < MOST_PASSAGES)
		passages[n_passages++].text = str_cut(&rest, '\f');
	if (!extractive_answer(&mem, question, passages, n_passages, data[0], &answer))
		REQUIRE(str_starts(S(EXTRACTIVE_NOTHING), answer));
	REQUIRE(extractive_tokens(answer) <= data[0]);
	check_citations(answer, n_passages);
	arena_fini(&mem);
	return 0;
}
