/* What other requests have to say about one that is being answered: threads meet here. */
#include "unit.h"

#include <pthread.h>

#include "mcp/pending.h"

enum { LONG_MS = 30 * 1000, SHORT_MS = 1 };

static void *answer_it(void *arg)
{
	const struct mcp_wait *wait = arg;

	assert_true(mcp_wait_answer(wait->principal, wait->id, S("{\"action\":\"accept\"}")));
	return NULL;
}

static void an_answer_wakes_whoever_asked(void **state)
{
	struct mcp_wait wait = { .principal = S("w/u"), .id = S("s-1") };
	pthread_t other;

	(void)state;
	mcp_wait_begin(&wait);
	assert_int_equal(pthread_create(&other, NULL, answer_it, &wait), 0);
	assert_true(mcp_wait_for(&wait, LONG_MS));
	pthread_join(other, NULL);
	assert_int_equal(wait.reply, MCP_REPLIED);
	assert_str(((struct str){ wait.text, wait.n }), "{\"action\":\"accept\"}");
	mcp_wait_end(&wait);
}

static void only_who_was_asked_answers_and_only_once(void **state)
{
	struct mcp_wait wait = { .principal = S("w/u"), .id = S("s-1") };

	(void)state;
	mcp_wait_begin(&wait);
	assert_false(mcp_wait_answer(S("w/other"), S("s-1"), S("{}")));
	assert_false(mcp_wait_answer(S("w/u"), S("s-2"), S("{}")));
	assert_false(mcp_wait_for(&wait, SHORT_MS));
	assert_true(mcp_wait_answer(S("w/u"), S("s-1"), (struct str){ NULL, 0 }));
	assert_false(mcp_wait_answer(S("w/u"), S("s-1"), S("{}")));
	assert_true(mcp_wait_for(&wait, SHORT_MS));
	assert_int_equal(wait.reply, MCP_DECLINED);
	mcp_wait_end(&wait);
	assert_false(mcp_wait_answer(S("w/u"), S("s-1"), S("{}")));
}

static void a_call_is_cancelled_by_its_caller_and_its_id(void **state)
{
	struct mcp_call one = {.principal = S("w/u"), .id = S("1")}, text = {.principal = S("w/u"), .id = S("\"1\"")};
	struct mcp_call other = { .principal = S("w/other"), .id = S("1") }, unnamed = { .principal = S("w/u") };

	(void)state;
	mcp_call_begin(&one);
	mcp_call_begin(&text);
	mcp_call_begin(&other);
	mcp_call_begin(&unnamed);
	mcp_call_cancel(S("w/u"), S("1"));
	assert_true(one.cancelled);
	assert_false(text.cancelled || other.cancelled || unnamed.cancelled);
	mcp_call_end(&text);
	mcp_call_end(&one);
	mcp_call_end(&unnamed);
	mcp_call_end(&other);
	mcp_call_cancel(S("w/other"), S("1"));
	assert_false(other.cancelled);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_answer_wakes_whoever_asked),
		cmocka_unit_test(only_who_was_asked_answers_and_only_once),
		cmocka_unit_test(a_call_is_cancelled_by_its_caller_and_its_id),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
