/* What a chat completion's request says, and what is refused: api/chat_request.c. */
#include "unit.h"

#include "api/chat_internal.h"

struct read {
	struct ctx ctx;
	struct issues issues;
	struct chat_request request;
	struct chat_fault fault;
	enum err e;
};

static struct read *read_body(struct arena *mem, const char *body)
{
	struct read *r = NEW(mem, struct read);

	r->ctx = (struct ctx){ .mem = mem, .issues = &r->issues };
	r->e = chat_read(&r->ctx, str_of(body), &r->request, &r->fault);
	return r;
}

#define MESSAGES "\"messages\":[{\"role\":\"user\",\"content\":\"hi\"}]"

static void a_conversation_ends_with_what_is_asked(void **state)
{
	AUTO(arena_fini) struct arena mem = {0};
	struct read *r = read_body(&mem, "{\"model\":\"a:draft\",\"stream\":true,\"stream_options\":{\"include_usage\":true},"
		"\"messages\":[{\"role\":\"developer\",\"content\":\"be brief\"},{\"role\":\"assistant\",\"content\":null,"
		"\"tool_calls\":[]},{\"role\":\"user\",\"content\":[{\"type\":\"text\",\"text\":\"a\"},{\"type\":\"text\",\"text\":\"b\"}]}]}");

	assert_int_equal(r->e, OK);
	assert_true(str_is(r->request.model, "a:draft"));
	assert_true(str_is(r->request.agent, "a"));
	assert_true(r->request.prefer_draft && r->request.stream && r->request.include_usage);
	assert_true(str_is(r->request.message, "a\nb"));
	assert_int_equal(r->request.history.n, 2);
	assert_true(str_is(LIST_AT(r->request.history, struct run_line, 0)->role, "system"));
	assert_true(str_is(LIST_AT(r->request.history, struct run_line, 1)->text, ""));
}

static void what_tunes_a_model_is_passed_over_and_null_is_not_sent(void **state)
{
	AUTO(arena_fini) struct arena mem = {0};
	struct read *r = read_body(&mem, "{\"model\":\"a\",\"temperature\":2,\"stop\":[\"x\"],\"stream\":null,\"stream_options\":null,"
		"\"n\":null,\"tools\":[],\"response_format\":{\"type\":\"text\"}," MESSAGES "}");

	assert_int_equal(r->e, OK);
	assert_false(r->request.stream || r->request.prefer_draft);
}

static void what_is_wrong_is_named(void **state)
{
	static const struct {
		const char *body, *param;
	} CASES[] = {
		{ "", NULL }, { "[]", NULL }, { "{" MESSAGES "}", "model" }, { "{\"model\":7," MESSAGES "}", "model" },
		{ "{\"model\":\"a\"}", "messages" }, { "{\"model\":\"a\",\"messages\":[]}", "messages" },
		{ "{\"model\":\"a\",\"messages\":[{\"content\":\"x\"}]}", "messages[0].role" },
		{ "{\"model\":\"a\",\"messages\":[{\"role\":\"owl\",\"content\":\"x\"}]}", "messages[0].role" },
		{ "{\"model\":\"a\",\"messages\":[{\"role\":\"user\",\"content\":7}]}", "messages[0].content" },
		{ "{\"model\":\"a\",\"messages\":[{\"role\":\"user\",\"content\":[\"x\"]}]}", "messages[0].content" },
		{ "{\"model\":\"a\",\"messages\":[{\"role\":\"system\",\"content\":\"x\"}]}", "messages" },
		{ "{\"model\":\"a\",\"messages\":[{\"role\":\"user\",\"content\":\"\\u0000\"}]}", "messages[0].content" },
		{ "{\"model\":\"a\",\"messages\":[{\"role\":\"system\",\"content\":[{\"type\":\"text\",\"text\":\"\\u0000\"}]},"
		  "{\"role\":\"user\",\"content\":\"hi\"}]}", "messages[0].content" },
		{ "{\"model\":\"a\",\"n\":2," MESSAGES "}", "n" },
		{ "{\"model\":\"a\",\"functions\":[{}]," MESSAGES "}", "functions" },
		{ "{\"model\":\"a\",\"response_format\":{\"type\":\"json_schema\"}," MESSAGES "}", "response_format" },
	};

	for (size_t i = 0; i < COUNT_OF(CASES); i++) {
		AUTO(arena_fini) struct arena mem = {0};
		struct read *r = read_body(&mem, CASES[i].body);

		assert_int_equal(r->e, ERR_INVALID);
		assert_true(r->ctx.why[0] != '\0');
		if (CASES[i].param)
			assert_string_equal(arena_strz(&mem, r->fault.param), CASES[i].param);
		else
			assert_null(r->fault.param.p);
	}
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_conversation_ends_with_what_is_asked),
		cmocka_unit_test(what_tunes_a_model_is_passed_over_and_null_is_not_sent),
		cmocka_unit_test(what_is_wrong_is_named),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
