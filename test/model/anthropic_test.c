/* test/model/anthropic_test.c: Anthropic messages: what is asked and what is read. What goes wrong is
 * openai_test.c's business, since both go the same way. */
#include "provider.h"

#define START "{\"type\":\"message_start\",\"message\":{\"usage\":{\"input_tokens\":30,\"output_tokens\":1," \
	      "\"cache_read_input_tokens\":20,\"cache_creation_input_tokens\":10}}}"
#define BLOCK(index, block) "{\"type\":\"content_block_start\",\"index\":" index ",\"content_block\":" block "}"
#define DELTA(index, delta) "{\"type\":\"content_block_delta\",\"index\":" index ",\"delta\":" delta "}"
#define TEXT(index, text) DELTA(index, "{\"type\":\"text_delta\",\"text\":\"" text "\"}")
#define INPUT(index, json) DELTA(index, "{\"type\":\"input_json_delta\",\"partial_json\":\"" json "\"}")
#define STOP(index) "{\"type\":\"content_block_stop\",\"index\":" index "}"
#define END(reason) "{\"type\":\"message_delta\",\"delta\":{\"stop_reason\":\"" reason "\"}," \
		    "\"usage\":{\"output_tokens\":12}}"
#define OVER "{\"type\":\"message_stop\"}"
#define PING "{\"type\":\"ping\"}"
#define GOOD { .lines = { START, BLOCK("0", "{\"type\":\"text\",\"text\":\"\"}"), PING, TEXT("0", "Hel"), \
			  TEXT("0", "lo."), STOP("0"), END("end_turn"), OVER } }
#define CONTROL "\"cache_control\":{\"type\":\"ephemeral\"}"

static int set_up(void **state)
{
	struct desk *d;

	desk_set_up(state);
	d = *state;
	d->model.provider = S("ANTHROPIC");
	d->model.model = S("claude-sonnet-4-6");
	return 0;
}

#define WITH_ANTHROPIC(test) cmocka_unit_test_setup_teardown(test, set_up, desk_tear_down)

static const struct tool_call *call(const struct desk *d, size_t i)
{
	return LIST_AT(d->reply.calls, struct tool_call, i);
}

/* -- what is asked ------------------------------------------------------------------------------------- */

static void a_question_is_a_request_for_a_stream(void **state)
{
	struct desk *d = *state;

	assert_int_equal(ASK(d, GOOD), OK);
	assert_string_equal(provider.path, "/v1/messages");
	assert_string_equal(provider.key, PROVIDER_KEY);
	assert_string_equal(provider.version, "2023-06-01");
	assert_asked(0, "{\"model\":\"claude-sonnet-4-6\",\"system\":[{\"type\":\"text\",\"text\":\"Be brief.\"}],"
			"\"messages\":[{\"role\":\"user\",\"content\":[{\"type\":\"text\",\"text\":\"Hello?\"}]}],"
			"\"max_tokens\":4096,\"stream\":true}");
	d->model.base_url.n -= strlen("/v1");
	assert_int_equal(ASK(d, GOOD), OK);
	assert_string_equal(provider.path, "/v1/messages");
}

static void a_conversation_is_told_in_turns(void **state)
{
	struct desk *d = *state;
	struct tool_call calls[] = { { S("a"), S("search"), S("{\"query\": \"x\"}") }, { S("b"), S("search"),
			S("[1]") } };

	d->messages[2] = (struct message){ .role = MESSAGE_REPLY, .text = S(" "), .calls = { calls, 2 },
					   .own = S("{\"type\":\"thinking\",\"thinking\":\"Hm\","
							"\"signature\":\"s\"}") };
	d->messages[3] = (struct message){ .role = MESSAGE_RESULT, .call_id = S("a"), .text = S("found") };
	d->messages[4] = (struct message){ .role = MESSAGE_RESULT, .call_id = S("b"), .text = S("no"), .failed = true };
	d->messages[5] = (struct message){ .role = MESSAGE_REPLY, .text = S("Well."), .own = S("{\"dropped\":1}") };
	d->messages[6] = (struct message){ .role = MESSAGE_USER, .text = S("") };
	d->messages[7] = (struct message){ .role = MESSAGE_USER, .text = S("And?") };
	d->thread.n = 8;
	assert_int_equal(ASK(d, GOOD), OK);
	assert_non_null(strstr(provider.asked[0], "\"messages\":["
		"{\"role\":\"user\",\"content\":[{\"type\":\"text\",\"text\":\"Hello?\"}]},"
		"{\"role\":\"assistant\",\"content\":[{\"type\":\"thinking\",\"thinking\":\"Hm\",\"signature\":\"s\"},"
		"{\"type\":\"tool_use\",\"id\":\"a\",\"name\":\"search\",\"input\":{\"query\":\"x\"}},"
		"{\"type\":\"tool_use\",\"id\":\"b\",\"name\":\"search\",\"input\":{\"INVALID_JSON\":\"[1]\"}}]},"
		"{\"role\":\"user\",\"content\":[{\"type\":\"tool_result\",\"tool_use_id\":\"a\","
				"\"content\":\"found\"},"
		"{\"type\":\"tool_result\",\"tool_use_id\":\"b\",\"content\":\"no\",\"is_error\":true}]},"
		"{\"role\":\"assistant\",\"content\":[{\"type\":\"text\",\"text\":\"Well.\"}]},"
		"{\"role\":\"user\",\"content\":[{\"type\":\"text\",\"text\":\"And?\"}]}],"));
}

static void what_holds_no_word_is_not_said(void **state)
{
	struct desk *d = *state;

	d->messages[0] = (struct message){ .role = MESSAGE_SYSTEM, .text = S(" \n") };
	d->messages[2] = (struct message){ .role = MESSAGE_REPLY, .text = S("") };
	d->messages[3] = (struct message){ .role = MESSAGE_USER, .text = S("And?") };
	d->thread.n = 4;
	assert_int_equal(ASK(d, GOOD), OK);
	assert_non_null(strstr(provider.asked[0], "{\"model\":\"claude-sonnet-4-6\","
			"\"messages\":[{\"role\":\"user\",\"content\":["
		"{\"type\":\"text\",\"text\":\"Hello?\"},{\"type\":\"text\",\"text\":\"And?\"}]}],"));
}

static void instructions_are_kept_apart_wherever_they_stand(void **state)
{
	struct desk *d = *state;

	d->messages[2] = (struct message){ .role = MESSAGE_REPLY, .text = S("Hi.") };
	d->messages[3] = (struct message){ .role = MESSAGE_SYSTEM, .text = S("In verse.") };
	d->messages[4] = (struct message){ .role = MESSAGE_USER, .text = S("And?") };
	d->thread.n = 5;
	d->model.settings = settings(d, "{\"anthropic_cache_instructions\": true}");
	assert_int_equal(ASK(d, GOOD), OK);
	assert_non_null(strstr(provider.asked[0], "\"system\":[{\"type\":\"text\",\"text\":\"Be brief.\"," CONTROL "},"
		"{\"type\":\"text\",\"text\":\"In verse.\"}],\"messages\":["
		"{\"role\":\"user\",\"content\":[{\"type\":\"text\",\"text\":\"Hello?\"}]},"
		"{\"role\":\"assistant\",\"content\":[{\"type\":\"text\",\"text\":\"Hi.\"}]},"
		"{\"role\":\"user\",\"content\":[{\"type\":\"text\",\"text\":\"And?\"}]}]"));
}

static void settings_of_a_file_are_translated(void **state)
{
	struct desk *d = *state;

	d->tools = (struct list){ (void *)&SEARCH_OFFER, 1 };
	d->model.max_tokens = 77;
	d->model.settings = settings(d, "{\"max_tokens\": 77, \"temperature\": 0.2, \"seed\": 1,"
			" \"parallel_tool_calls\": false,"
		"\"anthropic_cache_instructions\": true, \"anthropic_cache_tool_definitions\": \"1h\","
				" \"anthropic_cache\": true,"
		"\"anthropic_thinking\": {\"type\": \"adaptive\"}, \"anthropic_effort\": \"low\","
				" \"openai_user\": \"u\","
		"\"stop_sequences\": [\"END\"]}");
	assert_int_equal(ASK(d, GOOD), OK);
	assert_asked(0, "{\"model\":\"claude-sonnet-4-6\",\"system\":[{\"type\":\"text\",\"text\":\"Be brief.\","
			"" CONTROL "}],"
		"\"messages\":[{\"role\":\"user\",\"content\":[{\"type\":\"text\",\"text\":\"Hello?\"," CONTROL "}]}],"
		"\"tools\":[{\"name\":\"search\",\"description\":\"Looks it up.\","
				"\"input_schema\":{\"type\":\"object\","
		"\"properties\":{\"query\":{\"type\":\"string\"}},\"required\":[\"query\"],"
				"\"additionalProperties\":false},"
		"\"cache_control\":{\"type\":\"ephemeral\",\"ttl\":\"1h\"}}],"
		"\"tool_choice\":{\"type\":\"auto\",\"disable_parallel_tool_use\":true},\"max_tokens\":77,"
		"\"output_config\":{\"effort\":\"low\"},\"temperature\":0.2,\"thinking\":{\"type\":\"adaptive\"},"
		"\"stop_sequences\":[\"END\"],\"stream\":true}");
}

static void a_schema_goes_along_or_is_told_in_words(void **state)
{
	struct desk *d = *state;

	d->model.output_schema = settings(d, "{\"type\":\"object\"}");
	d->model.settings = settings(d, "{\"anthropic_effort\": \"low\"}");
	assert_int_equal(ASK(d, GOOD), OK);
	assert_non_null(strstr(provider.asked[0], "\"output_config\":{\"effort\":\"low\",\"format\":"
			"{\"type\":\"json_schema\",\"schema\":{\"type\":\"object\"}}}"));
	assert_int_equal(ASK(d, { .status = 400, .body = "{\"error\":{\"message\":\"output_config.format: not here\"}}" }, GOOD),
			 OK);
	assert_non_null(strstr(provider.asked[1], "\"output_config\":{\"effort\":\"low\"}"));
	assert_non_null(strstr(provider.asked[1], "\"system\":[{\"type\":\"text\",\"text\":\"Be brief.\\n\\nYour final"));
}

static void a_managed_agent_s_parameters_are_kept_in_range(void **state)
{
	struct desk *d = *state;

	d->model.model = S("anthropic/claude-haiku-4.5");
	d->model.temperature = 1.5;
	d->model.top_p = 1;
	assert_int_equal(ASK(d, GOOD), OK);
	assert_non_null(strstr(provider.asked[0], "\"model\":\"claude-haiku-4-5\""));
	assert_non_null(strstr(provider.asked[0], "\"max_tokens\":4096,\"temperature\":1,\"stream\""));
}

static void a_model_without_a_temperature_is_asked_without(void **state)
{
	struct desk *d = *state;

	d->model.model = S("claude-opus-4-8");
	d->model.temperature = 0.5;
	assert_int_equal(ASK(d, { .status = 400, .body = "{\"type\":\"error\","
			"\"error\":{\"type\":\"invalid_request_error\","
				  "\"message\":\"`temperature` is deprecated for this model.\"}}" }, GOOD), OK);
	assert_null(strstr(provider.asked[1], "temperature"));
	assert_int_equal(ASK(d, GOOD), OK);
	assert_null(strstr(provider.asked[0], "temperature"));
}

/* -- what is read ---------------------------------------------------------------------------------------- */

static void a_stream_becomes_a_reply_and_is_shown_as_it_comes(void **state)
{
	struct desk *d = *state;

	assert_int_equal(ASK(d, GOOD), OK);
	assert_str(d->reply.text, "Hello.");
	assert_int_equal(d->reply.tokens_input, 30);
	assert_int_equal(d->reply.tokens_cache_read, 20);
	assert_int_equal(d->reply.tokens_cache_write, 10);
	assert_int_equal(d->reply.tokens_output, 12);
	assert_str(buf_view(&d->seen), "Hello.");
	assert_null(d->reply.own.p);
}

static void thoughts_and_calls_come_in_pieces(void **state)
{
	struct desk *d = *state;

	assert_int_equal(ASK(d, { .lines = { START,
		BLOCK("0", "{\"type\":\"thinking\",\"thinking\":\"\",\"signature\":\"\"}"),
		DELTA("0", "{\"type\":\"thinking_delta\",\"thinking\":\"Let\"}"), DELTA("0",
				"{\"type\":\"thinking_delta\",\"thinking\":\" me\"}"),
		DELTA("0", "{\"type\":\"signature_delta\",\"signature\":\"abc\"}"), STOP("0"),
		BLOCK("1", "{\"type\":\"redacted_thinking\",\"data\":\"xyz\"}"), STOP("1"),
		BLOCK("2", "{\"type\":\"tool_use\",\"id\":\"toolu_1\",\"name\":\"search\",\"input\":{}}"),
		INPUT("2", ""), INPUT("2", "{\\\"q\\\""), INPUT("2", ":1}"),
		BLOCK("3", "{\"type\":\"tool_use\",\"id\":\"toolu_2\",\"name\":\"now\",\"input\":{}}"), STOP("3"),
		END("tool_use") } }), OK);
	assert_int_equal(d->reply.calls.n, 2);
	assert_str(call(d, 0)->id, "toolu_1");
	assert_str(call(d, 0)->arguments, "{\"q\":1}");
	assert_str(call(d, 1)->name, "now");
	assert_str(call(d, 1)->arguments, "");
	assert_str(d->reply.own, "{\"type\":\"thinking\",\"thinking\":\"Let me\",\"signature\":\"abc\"},"
				 "{\"type\":\"redacted_thinking\",\"data\":\"xyz\"}");
	assert_int_equal(d->n_shown, 0);
}

static void a_server_that_does_not_stream_is_understood(void **state)
{
	struct desk *d = *state;

	assert_int_equal(ASK(d, { .body = "{\"type\":\"message\",\"content\":[{\"type\":\"text\",\"text\":\"Hi \"},"
		"{\"type\":\"tool_use\",\"id\":\"t\",\"name\":\"search\",\"input\":{\"query\":\"x\"}}],"
				"\"stop_reason\":\"tool_use\","
		"\"usage\":{\"input_tokens\":3,\"output_tokens\":4}}" }), OK);
	assert_str(d->reply.text, "Hi ");
	assert_str(call(d, 0)->arguments, "{\"query\":\"x\"}");
	assert_int_equal(d->reply.tokens_output, 4);
}

static void how_a_reply_ended_is_known(void **state)
{
	struct desk *d = *state;

	assert_int_equal(ASK(d, { .lines = { START, END("refusal"), OVER } }), ERR_UPSTREAM);
	check_why(d, "ANTHROPIC gives no reply: its content filter stopped it.");
	assert_int_equal(ASK(d, { .lines = { START, END("max_tokens"), OVER } }), ERR_UPSTREAM);
	check_why(d, "limit of tokens");
	assert_int_equal(ASK(d, { .lines = { START, TEXT("0", "Hm"), STOP("0") } }), ERR_UPSTREAM);
	check_why(d, "ANTHROPIC broke off its reply.");
	assert_int_equal(provider.n_asked, 2);
}

static void an_overloaded_server_is_asked_again(void **state)
{
	struct desk *d = *state;

	assert_int_equal(ASK(d, { .status = 529, .body = "{\"type\":\"error\","
			"\"error\":{\"type\":\"overloaded_error\"}}" },
			     { .lines = { START, "{\"type\":\"error\",\"error\":{\"type\":\"overloaded_error\","
					"\"message\":\"Overloaded\"}}" } },
			     GOOD), OK);
	assert_int_equal(provider.n_asked, 3);
	assert_str(buf_view(&d->seen), "Hello.");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		WITH_ANTHROPIC(a_question_is_a_request_for_a_stream),
		WITH_ANTHROPIC(a_conversation_is_told_in_turns),
		WITH_ANTHROPIC(what_holds_no_word_is_not_said),
		WITH_ANTHROPIC(instructions_are_kept_apart_wherever_they_stand),
		WITH_ANTHROPIC(settings_of_a_file_are_translated),
		WITH_ANTHROPIC(a_schema_goes_along_or_is_told_in_words),
		WITH_ANTHROPIC(a_managed_agent_s_parameters_are_kept_in_range),
		WITH_ANTHROPIC(a_model_without_a_temperature_is_asked_without),
		WITH_ANTHROPIC(a_stream_becomes_a_reply_and_is_shown_as_it_comes),
		WITH_ANTHROPIC(thoughts_and_calls_come_in_pieces),
		WITH_ANTHROPIC(a_server_that_does_not_stream_is_understood),
		WITH_ANTHROPIC(how_a_reply_ended_is_known),
		WITH_ANTHROPIC(an_overloaded_server_is_asked_again),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
