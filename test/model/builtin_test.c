/* test/model/builtin_test.c: builtin/extractive as a partner in a conversation. */
#include "../unit.h"

#include "model/ask.h"
#include "model/extractive.h"

/* -- what most tests need ------------------------------------------------------------------------ */

struct talk {
	struct arena mem;
	struct ctx ctx;
	struct message messages[4];
	size_t n;
	bool searches;
	int64_t max_tokens;
};

static struct talk *talk(void **state)
{
	return *state;
}

static int begin(void **state)
{
	struct talk *t = xcalloc(1, sizeof(*t));

	arena_init(&t->mem, 0);
	t->ctx.mem = &t->mem;
	t->max_tokens = 200;
	*state = t;
	return 0;
}

static int end(void **state)
{
	arena_fini(&talk(state)->mem);
	free(*state);
	return 0;
}

static void say(struct talk *t, int role, const char *text)
{
	t->messages[t->n].role = role;
	t->messages[t->n++].text = str_of(text);
}

static struct model_reply ask(struct talk *t)
{
	static const struct tool_offer SEARCH = { { "search_knowledge", 16 }, { "Searches.", 9 }, NULL };
	struct model_choice model = { .provider = S("CUSTOM"),
				      .model = S("builtin/extractive"),
				      .max_tokens = t->max_tokens };
	struct list thread = { t->messages, t->n }, tools = { (void *)&SEARCH, t->searches };
	struct model_reply reply;

	assert_int_equal(model_ask(&t->ctx, &model, &thread, &tools, &reply), OK);
	return reply;
}

#define PASSAGES                                                                                                       \
	"{\"passages\":["                                                                                              \
	"{\"title\":\"Handbook\",\"text\":\"The lamp has a warranty of two years.\",\"similarity\":0.9},"              \
	"{\"title\":\"Handbook\",\"text\":\"The warranty of the lamp covers the bulb.\",\"similarity\":0.8},"          \
	"{\"title\":\"Prices\",\"text\":\"Shipping is free.\",\"similarity\":0.6}]}"

/* -- the turns --------------------------------------------------------------------------------------- */

static void it_first_searches_for_the_message(void **state)
{
	struct talk *t = talk(state);
	struct model_reply reply;

	t->searches = true;
	say(t, MESSAGE_SYSTEM, "Be \"brief\".");
	say(t, MESSAGE_USER, "How long is the \"warranty\"?");
	reply = ask(t);
	assert_int_equal(reply.calls.n, 1);
	assert_str(LIST_AT(reply.calls, struct tool_call, 0)->name, "search_knowledge");
	assert_str(LIST_AT(reply.calls, struct tool_call, 0)->arguments,
		   "{\"query\":\"How long is the \\\"warranty\\\"?\"}");
	assert_int_equal(reply.tokens_input, 3 + 7);
	assert_true(reply.tokens_output > 0);
}

static void a_long_message_is_searched_for_by_its_beginning(void **state)
{
	struct talk *t = talk(state);
	struct buf message = { .mem = &t->mem };
	struct str query;
	const struct json *v;

	for (int i = 0; i < 5000; i++)
		buf_z(&message, "\xc3\xb6");
	t->searches = true;
	say(t, MESSAGE_USER, arena_strz(&t->mem, buf_view(&message)));
	query = LIST_AT(ask(t).calls, struct tool_call, 0)->arguments;
	assert_int_equal(json_parse(&t->ctx, query, JSON_STRICT, &v), OK);
	assert_int_equal(json_get_str(v, "query").n, 4000);
}

static void then_it_quotes_what_was_found_and_names_the_sources_it_cites(void **state)
{
	struct talk *t = talk(state);
	struct model_reply reply;

	t->searches = true;
	say(t, MESSAGE_USER, "What does the lamp's warranty cover and how long is it?");
	say(t, MESSAGE_REPLY, "");
	say(t, MESSAGE_RESULT, PASSAGES);
	reply = ask(t);
	assert_int_equal(reply.calls.n, 0);
	assert_true(str_find(reply.text, S("two years. [1]")) >= 0);
	assert_true(str_find(reply.text, S("the bulb. [2]")) >= 0);
	assert_true(str_ends(reply.text, S("\n\nSources: [1] [2] Handbook")));
	assert_int_equal(reply.tokens_output, extractive_tokens(reply.text));
}

static void it_says_so_when_nothing_was_found(void **state)
{
	struct talk *t = talk(state);

	say(t, MESSAGE_USER, "How long is the warranty?");
	say(t, MESSAGE_RESULT, "{\"passages\":[]}");
	assert_str(ask(t).text, EXTRACTIVE_NOTHING);
}

static void it_says_so_when_the_search_failed(void **state)
{
	struct talk *t = talk(state);

	say(t, MESSAGE_USER, "How long is the warranty?");
	say(t, MESSAGE_RESULT, "the store is busy");
	t->messages[1].failed = true;
	assert_str(ask(t).text, "I could not search the knowledge bases: the store is busy");
}

static void the_answer_and_its_sources_keep_within_the_token_limit(void **state)
{
	struct talk *t = talk(state);

	say(t, MESSAGE_USER, "How long is the warranty of the lamp?");
	say(t, MESSAGE_RESULT, PASSAGES);
	for (t->max_tokens = 1; t->max_tokens < 60; t->max_tokens++) {
		struct model_reply reply = ask(t);

		assert_true((int64_t)extractive_tokens(reply.text) <= t->max_tokens);
		assert_true(reply.tokens_output <= t->max_tokens);
		/* The list comes whole or not at all. */
		assert_true(str_find(reply.text, S("\n\nSo")) < 0 || str_ends(reply.text, S("] Handbook")));
	}
}

static void sources_that_would_take_the_answer_s_place_are_left_out(void **state)
{
	struct talk *t = talk(state);

	say(t, MESSAGE_USER, "How long is the warranty of the lamp?");
	say(t, MESSAGE_RESULT, PASSAGES);
	t->max_tokens = 11;
	assert_str(ask(t).text, "The lamp has a warranty of two years. [1]");
}

static void without_a_message_the_instructions_are_the_question(void **state)
{
	struct talk *t = talk(state);

	t->searches = true;
	say(t, MESSAGE_SYSTEM, "Report the opening hours.");
	say(t, MESSAGE_USER, MESSAGE_GO_AHEAD);
	assert_str(LIST_AT(ask(t).calls, struct tool_call, 0)->arguments, "{\"query\":\"Report the opening hours.\"}");
}

/* -- without knowledge bases ----------------------------------------------------------------------------- */

static void without_sources_it_says_that_it_has_none(void **state)
{
	static const char *const MESSAGES[] = { "hello", "How long is the warranty?", "", "  ", "One. Two?" };
	struct talk *t = talk(state);

	for (size_t i = 0; i < COUNT_OF(MESSAGES); i++) {
		t->n = 0;
		say(t, MESSAGE_USER, MESSAGES[i]);
		assert_true(str_starts(ask(t).text, S("I have no sources to answer from")));
	}
}

static void a_message_that_brings_its_own_material_is_answered_from_it(void **state)
{
	static const char *const MESSAGES[] = {
		"The train leaves at noon. The bus is late. When does the train leave?",
		"When does the train leave? The train leaves at noon. The bus is late.",
	};
	struct talk *t = talk(state);

	for (size_t i = 0; i < COUNT_OF(MESSAGES); i++) {
		t->n = 0;
		say(t, MESSAGE_USER, MESSAGES[i]);
		assert_str(ask(t).text, "I have no knowledge base to look in, so this comes from your message alone: "
					"The train leaves at noon. [1]");
	}
}

#define IN_A_TALK(test) cmocka_unit_test_setup_teardown(test, begin, end)

int main(void)
{
	static const struct CMUnitTest tests[] = {
		IN_A_TALK(it_first_searches_for_the_message),
		IN_A_TALK(a_long_message_is_searched_for_by_its_beginning),
		IN_A_TALK(then_it_quotes_what_was_found_and_names_the_sources_it_cites),
		IN_A_TALK(it_says_so_when_nothing_was_found),
		IN_A_TALK(it_says_so_when_the_search_failed),
		IN_A_TALK(the_answer_and_its_sources_keep_within_the_token_limit),
		IN_A_TALK(sources_that_would_take_the_answer_s_place_are_left_out),
		IN_A_TALK(without_a_message_the_instructions_are_the_question),
		IN_A_TALK(without_sources_it_says_that_it_has_none),
		IN_A_TALK(a_message_that_brings_its_own_material_is_answered_from_it),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
