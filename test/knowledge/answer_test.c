/* test/knowledge/answer_test.c: answers made of hits. */
#include "knowledge/answer.h"

#include "../unit.h"
#include "knowledge/search.h"
#include "model/extractive.h"

static const struct search_hit HITS[] = {
	{ .content = { "The harbour closes at ten in the evening. Gulls nest on its roofs.", 66 } },
	{ .content = { "Apples ripen in autumn.", 23 } },
};

static struct answer ask(struct arena *mem, struct str question, size_t n_hits, int64_t max_tokens)
{
	struct list hits = { (void *)HITS, n_hits };
	struct answer answer;

	knowledge_answer(mem, question, &hits, max_tokens, &answer);
	return answer;
}

static void an_answer_quotes_and_cites_by_position(void **state)
{
	struct arena *mem = *state;
	struct answer answer = ask(mem, S("When does the harbour close?"), 2, 500);

	assert_true(str_find(answer.text, S("The harbour closes at ten in the evening.")) >= 0);
	assert_true(str_find(answer.text, S("[1]")) >= 0);
	assert_int_equal(answer.completion_tokens, extractive_tokens(answer.text));
	assert_true(answer.prompt_tokens > answer.completion_tokens);
}

static void without_passages_no_model_is_asked(void **state)
{
	struct arena *mem = *state;
	struct answer answer = ask(mem, S("When does the harbour close?"), 0, 500);

	assert_true(str_is(answer.text, EXTRACTIVE_NOTHING));
	assert_int_equal(answer.prompt_tokens, 0);
	assert_int_equal(answer.completion_tokens, 0);
}

static void passages_that_do_not_answer_are_not_quoted(void **state)
{
	struct arena *mem = *state;
	struct answer answer = ask(mem, S("Who invented the telescope?"), 2, 500);

	assert_true(str_is(answer.text, EXTRACTIVE_NOTHING));
	assert_true(answer.prompt_tokens > 0);
}

static void an_answer_keeps_to_its_limit(void **state)
{
	struct arena *mem = *state;

	for (int64_t limit = 1; limit < 20; limit++)
		assert_true(ask(mem, S("When does the harbour close?"), 2, limit).completion_tokens <= limit);
}

static int setup(void **state)
{
	static struct arena mem;

	arena_init(&mem, 0);
	*state = &mem;
	return 0;
}

static int teardown(void **state)
{
	arena_fini(*state);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_answer_quotes_and_cites_by_position),
		cmocka_unit_test(without_passages_no_model_is_asked),
		cmocka_unit_test(passages_that_do_not_answer_are_not_quoted),
		cmocka_unit_test(an_answer_keeps_to_its_limit),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
