/* test/model/openai_test.c: chat completions: what is asked, what is read, and when it is asked again. */
#include "provider.h"

#define CHUNK(delta) "{\"object\":\"chat.completion.chunk\",\"choices\":[{\"index\":0,\"delta\":" delta "}]}"
#define TEXT(text) CHUNK("{\"content\":\"" text "\"}")
#define END(reason) "{\"choices\":[{\"index\":0,\"delta\":{},\"finish_reason\":\"" reason "\"}]}"
#define USAGE "{\"choices\":[],\"usage\":{\"prompt_tokens\":100,\"completion_tokens\":7," \
	      "\"prompt_tokens_details\":{\"cached_tokens\":60}}}"
#define DONE "[DONE]"
#define CALL(index, id, name, arguments) \
	"{\"tool_calls\":[{\"index\":" index ",\"id\":\"" id "\",\"type\":\"function\"," \
	"\"function\":{\"name\":\"" name "\",\"arguments\":\"" arguments "\"}}]}"
#define MORE(index, arguments) "{\"tool_calls\":[{\"index\":" index ",\"function\":{\"arguments\":\"" arguments "\"}}]}"
#define GOOD { .lines = { CHUNK("{\"role\":\"assistant\",\"content\":\"\"}"), TEXT("Hel"), TEXT("lo."), END("stop"), \
			  USAGE, DONE } }

static const struct tool_call *call(const struct desk *d, size_t i)
{
	return LIST_AT(d->reply.calls, struct tool_call, i);
}

/* -- what is asked ------------------------------------------------------------------------------------- */

static void a_question_is_a_request_for_a_stream(void **state)
{
	struct desk *d = *state;

	assert_int_equal(ASK(d, GOOD), OK);
	assert_string_equal(provider.path, "/v1/chat/completions");
	assert_string_equal(provider.key, "Bearer " PROVIDER_KEY);
	assert_asked(0, "{\"model\":\"gpt-4o\",\"messages\":[{\"role\":\"system\",\"content\":\"Be brief.\"},"
			"{\"role\":\"user\",\"content\":\"Hello?\"}],\"stream\":true,"
			"\"stream_options\":{\"include_usage\":true}}");
}

static void a_conversation_is_told_with_its_calls_and_results(void **state)
{
	struct desk *d = *state;
	struct tool_call calls[] = { { S("a"), S("search"), S("{\"query\":\"x\"}") }, { S("b"), S("search"),
			S("{oops") },
				     { S("c"), S("search"), S("") } };

	d->messages[2] = (struct message){ .role = MESSAGE_REPLY, .text = S(""), .calls = { calls, 3 },
					   .own = S("Let me see") };
	d->messages[3] = (struct message){ .role = MESSAGE_RESULT, .call_id = S("a"), .text = S("found") };
	d->messages[4] = (struct message){ .role = MESSAGE_RESULT, .call_id = S("b"), .text = S("no"), .failed = true };
	d->thread.n = 5;
	d->tools = (struct list){ (void *)&SEARCH_OFFER, 1 };
	assert_int_equal(ASK(d, GOOD), OK);
	assert_asked(0, "{\"model\":\"gpt-4o\",\"messages\":[{\"role\":\"system\",\"content\":\"Be brief.\"},"
			"{\"role\":\"user\",\"content\":\"Hello?\"},"
			"{\"role\":\"assistant\",\"content\":null,\"reasoning_content\":\"Let me see\",\"tool_calls\":["
			"{\"id\":\"a\",\"type\":\"function\",\"function\":{\"name\":\"search\","
			"\"arguments\":\"{\\\"query\\\":\\\"x\\\"}\"}},"
			"{\"id\":\"b\",\"type\":\"function\",\"function\":{\"name\":\"search\","
			"\"arguments\":\"{\\\"INVALID_JSON\\\":\\\"{oops\\\"}\"}},"
			"{\"id\":\"c\",\"type\":\"function\",\"function\":{\"name\":\"search\","
					"\"arguments\":\"{}\"}}]},"
			"{\"role\":\"tool\",\"tool_call_id\":\"a\",\"content\":\"found\"},"
			"{\"role\":\"tool\",\"tool_call_id\":\"b\",\"content\":\"Error: no\"}],"
			"\"tools\":[{\"type\":\"function\",\"function\":{\"name\":\"search\","
					"\"description\":\"Looks it up.\","
			"\"parameters\":{\"type\":\"object\",\"properties\":{\"query\":{\"type\":\"string\"}},"
			"\"required\":[\"query\"],\"additionalProperties\":false}}}],\"stream\":true,"
			"\"stream_options\":{\"include_usage\":true}}");
}

static void a_managed_agent_s_parameters_are_said_when_they_say_something(void **state)
{
	struct desk *d = *state;

	d->model.max_tokens = 150;
	d->model.temperature = 0.5;
	d->model.top_p = 1;
	d->model.frequency_penalty = 0;
	d->model.presence_penalty = -1.5;
	assert_int_equal(ASK(d, GOOD), OK);
	assert_non_null(strstr(provider.asked[0], "\"max_tokens\":150,\"temperature\":0.5,\"presence_penalty\":-1.5,"
			"\"stream\""));
}

static void models_that_reason_get_what_they_take(void **state)
{
	static const char *const REASONERS[] = { "o3", "o4-mini", "gpt-5", "openai/gpt-5-nano", "gpt-6.1" };
	struct desk *d = *state;

	d->model.max_tokens = 150;
	d->model.temperature = 0.5;
	for (size_t i = 0; i < COUNT_OF(REASONERS); i++) {
		d->model.model = str_of(REASONERS[i]);
		assert_int_equal(ASK(d, GOOD), OK);
		assert_non_null(strstr(provider.asked[0], "\"max_completion_tokens\":150,\"stream\""));
	}
}

static void a_name_with_its_provider_before_it_is_sent_without(void **state)
{
	struct desk *d = *state;

	d->model.model = S("openai/gpt-4.1");
	assert_int_equal(ASK(d, GOOD), OK);
	assert_non_null(strstr(provider.asked[0], "\"model\":\"gpt-4.1\""));
	d->model.provider = S("OPEN_ROUTER");
	assert_int_equal(ASK(d, GOOD, GOOD), OK);
	assert_non_null(strstr(provider.asked[0], "\"model\":\"openai/gpt-4.1\""));
}

static void settings_of_a_file_go_as_they_are(void **state)
{
	struct desk *d = *state;

	d->tools = (struct list){ (void *)&SEARCH_OFFER, 1 };
	d->model.max_tokens = 99;
	d->model.settings = settings(d, "{\"max_tokens\": 99, \"temperature\": 0, \"seed\": 7,"
			" \"stop_sequences\": [\"END\"],"
		"\"parallel_tool_calls\": false, \"openai_reasoning_effort\": \"low\", \"anthropic_cache\": true,"
		"\"logit_bias\": {\"50256\": -100}, \"timeout\": 30, \"stream\": false, \"top_p\": null,"
		"\"extra_body\": {\"chat_template_kwargs\": {\"thinking\": false}, \"model\": \"other\"},"
				" \"new\": {\"a\": [1]}}");
	assert_int_equal(ASK(d, GOOD), OK);
	assert_non_null(strstr(provider.asked[0], "\"additionalProperties\":false}}}],\"parallel_tool_calls\":false,"
		"\"max_tokens\":99,\"temperature\":0,\"seed\":7,\"stop\":[\"END\"],\"reasoning_effort\":\"low\","
		"\"logit_bias\":{\"50256\":-100},\"chat_template_kwargs\":{\"thinking\":false},\"new\":{\"a\":[1]},"
		"\"stream\":true"));
}

/* -- what is read ---------------------------------------------------------------------------------------- */

static void a_stream_becomes_a_reply_and_is_shown_as_it_comes(void **state)
{
	struct desk *d = *state;

	assert_int_equal(ASK(d, GOOD), OK);
	assert_str(d->reply.text, "Hello.");
	assert_int_equal(d->reply.calls.n, 0);
	assert_int_equal(d->reply.tokens_input, 40);
	assert_int_equal(d->reply.tokens_cache_read, 60);
	assert_int_equal(d->reply.tokens_output, 7);
	assert_false(d->reply.uncounted || d->reply.reworded);
	assert_str(buf_view(&d->seen), "Hello.");
	assert_int_equal(d->n_shown, 2);
}

static void calls_come_in_pieces_and_several_at_a_time(void **state)
{
	struct desk *d = *state;

	assert_int_equal(ASK(d, { .lines = { TEXT("Wait. "), CHUNK(CALL("0", "call_a", "search", "")),
			CHUNK(MORE("0", "{\\\"q")),
		CHUNK(CALL("1", "call_b", "look", "{\\\"n\\\"")), CHUNK(MORE("0", "\\\":1}")), CHUNK(MORE("1", ":2}")),
		CHUNK("{\"reasoning_content\":\"Hm\"}"), END("tool_calls"), DONE } }), OK);
	assert_str(d->reply.text, "Wait. ");
	assert_int_equal(d->reply.calls.n, 2);
	assert_str(call(d, 0)->id, "call_a");
	assert_str(call(d, 0)->name, "search");
	assert_str(call(d, 0)->arguments, "{\"q\":1}");
	assert_str(call(d, 1)->id, "call_b");
	assert_str(call(d, 1)->arguments, "{\"n\":2}");
	assert_str(d->reply.own, "Hm");
	assert_true(d->reply.uncounted);
}

static void calls_without_index_or_id_are_told_apart(void **state)
{
	struct desk *d = *state;

	assert_int_equal(ASK(d, { .lines = {
		CHUNK("{\"tool_calls\":[{\"id\":\"a\",\"function\":{\"name\":\"f\",\"arguments\":\"{}\"}}]}"),
		CHUNK("{\"tool_calls\":[{\"id\":\"b\",\"function\":{\"name\":\"g\",\"arguments\":\"{\"}}]}"),
		CHUNK("{\"tool_calls\":[{\"function\":{\"arguments\":\"}\"}}]}"), DONE } }), OK);
	assert_int_equal(d->reply.calls.n, 2);
	assert_str(call(d, 1)->arguments, "{}");
	assert_int_equal(ASK(d, { .body = "{\"choices\":[{\"message\":{\"content\":null,\"tool_calls\":["
		"{\"function\":{\"name\":\"f\",\"arguments\":{\"x\":1}}},{\"function\":{\"name\":\"g\"}}]}}]}" }), OK);
	assert_int_equal(d->reply.calls.n, 2);
	assert_str(call(d, 0)->arguments, "{\"x\":1}");
	assert_str(call(d, 1)->name, "g");
	assert_true(call(d, 0)->id.n > 0 && !str_eq(call(d, 0)->id, call(d, 1)->id));
}

static void a_server_that_does_not_stream_is_understood(void **state)
{
	struct desk *d = *state;

	assert_int_equal(ASK(d, { .body = " \n{\"choices\":[{\"message\":{\"role\":\"assistant\","
			"\"content\":\"Hello.\"},"
		"\"finish_reason\":\"stop\"}],\"usage\":{\"prompt_tokens\":5,\"completion_tokens\":2}}" }), OK);
	assert_str(d->reply.text, "Hello.");
	assert_int_equal(d->reply.tokens_input, 5);
	assert_str(buf_view(&d->seen), "Hello.");
}

static void a_reply_that_says_nothing_tells_why(void **state)
{
	struct desk *d = *state;

	assert_int_equal(ASK(d, { .lines = { END("length"), DONE } }), ERR_UPSTREAM);
	check_why(d, "OPENAI reached the limit of tokens before it said anything.");
	assert_int_equal(ASK(d, { .lines = { END("content_filter"), DONE } }), ERR_UPSTREAM);
	check_why(d, "content filter");
	assert_int_equal(ASK(d, { .lines = { END("stop"), DONE } }), OK);
	assert_str(d->reply.text, "");
	assert_int_equal(ASK(d, { .lines = { TEXT("Half"), END("length"), DONE } }), OK);
	assert_str(d->reply.text, "Half");
	assert_int_equal(ASK(d, { .lines = { CHUNK("{\"refusal\":\"I will not.\"}"), END("stop"), DONE } }), OK);
	assert_str(d->reply.text, "I will not.");
}

/* -- again ------------------------------------------------------------------------------------------------- */

static void what_passes_is_asked_again(void **state)
{
	static const int PASSING[] = { 408, 409, 429, 500, 502, 503, 529 };
	struct desk *d = *state;

	for (size_t i = 0; i < COUNT_OF(PASSING); i++) {
		assert_int_equal(ASK(d, { .status = PASSING[i] }, { .status = PASSING[i] }, GOOD), OK);
		assert_int_equal(provider.n_asked, 3);
	}
}

static void a_storm_ends_after_some_attempts(void **state)
{
	struct desk *d = *state;

	assert_int_equal(ASK(d, { .status = 429, .body = "{\"error\":{\"message\":\"slow\\ndown\"}}" }), ERR_UPSTREAM);
	check_why(d, "OPENAI is asked too often (HTTP 429): slow down.");
	assert_int_equal(provider.n_asked, RETRY_ATTEMPTS);
}

static void what_does_not_pass_is_not_asked_again(void **state)
{
	static const struct {
		struct scripted answer;
		const char *why;
	} CASES[] = {
		{ { .status = 400, .body = "{\"error\":{\"message\":\"no such thing\"}}" },
		  "OPENAI refuses the request (HTTP 400): no such thing." },
		{ { .status = 401, .body = "{\"error\":{\"message\":\"bad key sk-test-open-ses\"}}" },
		  "OPENAI does not accept the key (HTTP 401)." },
		{ { .status = 404, .body = "{\"error\":\"model not found\"}" }, "(HTTP 404): model not found." },
		{ { .status = 404, .body = "echo: " PROVIDER_KEY }, "knows no such address or model (HTTP 404)." },
		{ { .status = 400, .body = "{\"error\":{\"message\":\"your key " PROVIDER_KEY " is odd\"}}" },
				"(HTTP 400)." },
		{ { .status = 429, .body = "{\"error\":{\"code\":\"insufficient_quota\",\"message\":\"pay\"}}" },
				"(HTTP 429): pay." },
		{ { .status = 429, .retry_after = "3600" }, "is asked too often" },
		{ { .body = "<html>Log in</html>" }, "answers with what is no reply of a model" },
		{ { .body = "{\"choices\":" }, "answers with what is not JSON" },
		{ { .lines = { "{oops" } }, "streams what is not JSON" },
		{ { .lines = { TEXT("x"), "{\"error\":{\"type\":\"invalid_request_error\",\"message\":\"bad\"}}" } },
		  "broke off its reply: bad." },
		{ { .then = THEN_FLOOD }, "answers with more than" },
		{ { .body = "{}" }, "no reply of a model" },
	};
	struct desk *d = *state;

	for (size_t i = 0; i < COUNT_OF(CASES); i++) {
		assert_int_equal(ask_all(d, &CASES[i].answer, 1), ERR_UPSTREAM);
		check_why(d, CASES[i].why);
		assert_int_equal(provider.n_asked, 1);
	}
}

static void retry_after_is_waited(void **state)
{
	struct desk *d = *state;
	int64_t began = mono_ms();

	assert_int_equal(ASK(d, { .status = 503, .retry_after = "1" }, GOOD), OK);
	assert_true(mono_ms() - began >= 1000);
	d->ctx.deadline_ms = mono_ms() + 5000;
	began = mono_ms();
	assert_int_equal(ASK(d, { .status = 503, .retry_after = "60" }, GOOD), ERR_UPSTREAM);
	assert_int_equal(provider.n_asked, 1);
}

static void a_refused_parameter_is_left_out_and_remembered(void **state)
{
	static const struct scripted REFUSED = { .status = 400, .body =
		"{\"error\":{\"message\":\"Unsupported parameter: 'max_tokens' is not supported with this model. Use "
		"'max_completion_tokens' instead.\",\"param\":\"max_tokens\"}}" };
	static const struct scripted TOO_HOT = { .status = 400, .body =
		"{\"error\":{\"message\":\"`temperature` is deprecated for this model.\"}}" };
	struct desk *d = *state;

	d->model.model = S("something-new");
	d->model.max_tokens = 10;
	d->model.temperature = 0.5;
	assert_int_equal(ASK(d, REFUSED, TOO_HOT, GOOD), OK);
	assert_int_equal(provider.n_asked, 3);
	assert_non_null(strstr(provider.asked[0], "\"max_tokens\":10,\"temperature\":0.5"));
	assert_non_null(strstr(provider.asked[1], "\"max_completion_tokens\":10,\"temperature\":0.5"));
	assert_non_null(strstr(provider.asked[2], "\"max_completion_tokens\":10,\"stream\""));
	assert_int_equal(ASK(d, GOOD), OK);
	assert_non_null(strstr(provider.asked[0], "\"max_completion_tokens\":10,\"stream\""));
}

static void a_parameter_is_left_out_once_and_only_if_it_was_there(void **state)
{
	static const struct scripted REFUSED = { .status = 400,
			.body = "{\"error\":{\"message\":\"max_tokens is too large\"}}" };
	struct desk *d = *state;

	assert_int_equal(ASK(d, REFUSED), ERR_UPSTREAM);
	assert_int_equal(provider.n_asked, 1);
	d->model.max_tokens = 10;
	assert_int_equal(ASK(d, REFUSED), ERR_UPSTREAM);
	assert_int_equal(provider.n_asked, 2);
	check_why(d, "max_tokens is too large");
}

static void a_server_that_knows_no_stream_options_is_asked_without(void **state)
{
	struct desk *d = *state;

	assert_int_equal(ASK(d, { .status = 422, .body = "{\"error\":{\"message\":\"unknown field stream_options\"}}" },
			     GOOD), OK);
	assert_null(strstr(provider.asked[1], "stream_options"));
}

#define COMPLETE "{\"type\":\"object\",\"properties\":{\"n\":{\"type\":\"integer\"}},\"required\":[\"n\"]," \
		 "\"additionalProperties\":false}"

static void a_schema_goes_along_strictly_if_it_is_complete(void **state)
{
	struct desk *d = *state;

	d->model.output_schema = settings(d, COMPLETE);
	d->model.settings = settings(d, "{\"extra_body\": {\"response_format\": {\"type\": \"text\"}}}");
	assert_int_equal(ASK(d, GOOD), OK);
	assert_non_null(strstr(provider.asked[0], "\"response_format\":{\"type\":\"json_schema\",\"json_schema\":"
			"{\"name\":\"answer\",\"schema\":" COMPLETE ",\"strict\":true}},\"stream\""));
	d->model.output_schema = settings(d, "{\"type\":\"object\",\"properties\":{\"n\":{}}}");
	assert_int_equal(ASK(d, GOOD), OK);
	assert_non_null(strstr(provider.asked[0], "{\"n\":{}}},\"strict\":false}}"));
	d->model.output_schema = settings(d, "{\"type\":\"object\"}");
	assert_int_equal(ASK(d, GOOD), OK);
	assert_non_null(strstr(provider.asked[0], "{\"type\":\"object\"},\"strict\":false}}"));
}

static void a_server_that_takes_no_schema_is_told_in_words(void **state)
{
	struct desk *d = *state;

	d->model.model = S("small");
	d->model.output_schema = settings(d, COMPLETE);
	assert_int_equal(ASK(d, { .status = 400, .body = "{\"error\":{\"message\":\"what is that?\"}}" }, GOOD), OK);
	assert_int_equal(provider.n_asked, 2);
	assert_null(strstr(provider.asked[1], "response_format"));
	assert_non_null(strstr(provider.asked[1], "{\"role\":\"system\",\"content\":\"Be brief.\\n\\nYour final answer must "
			"be one JSON value that fits the JSON Schema below"));
	assert_int_equal(ASK(d, GOOD), OK);
	assert_int_equal(provider.n_asked, 1);
	assert_null(strstr(provider.asked[0], "response_format"));
	d->model.output_schema = settings(d, "{\"type\":\"string\"}");
	assert_int_equal(ASK(d, GOOD), OK);
	assert_non_null(strstr(provider.asked[0], "response_format"));
	d->model.output_schema = NULL;
	assert_int_equal(ASK(d, { .status = 400, .body = "{\"error\":{\"message\":\"what is that?\"}}" }), ERR_UPSTREAM);
	assert_int_equal(provider.n_asked, 1);
}

/* -- streams that break ------------------------------------------------------------------------------------- */

static void a_broken_reply_is_asked_for_anew_and_nothing_is_shown_twice(void **state)
{
	struct desk *d = *state;

	assert_int_equal(ASK(d, { .lines = { TEXT("Hel"), TEXT("lo, w") }, .then = THEN_CUT },
			     { .lines = { TEXT("He"), TEXT("llo, "), TEXT("world."), END("stop"), DONE } }), OK);
	assert_str(d->reply.text, "Hello, world.");
	assert_str(buf_view(&d->seen), "Hello, world.");
	assert_false(d->reply.reworded);
	assert_int_equal(provider.n_asked, 2);
}

static void a_reply_that_takes_another_turn_is_not_shown_on(void **state)
{
	struct desk *d = *state;

	assert_int_equal(ASK(d, { .lines = { TEXT("Hello, w") }, .then = THEN_END },
			     { .lines = { TEXT("Hel"), TEXT("p!"), TEXT(" More."), END("stop"), DONE } }), OK);
	assert_str(d->reply.text, "Help! More.");
	assert_str(buf_view(&d->seen), "Hello, w");
	assert_true(d->reply.reworded);
	d->seen.n = 0;
	assert_int_equal(ASK(d, { .lines = { TEXT("Hello") }, .then = THEN_CUT }, { .lines = { TEXT("Hell"),
			END("stop") } }), OK);
	assert_true(d->reply.reworded);
}

static void a_reply_that_breaks_off_twice_is_given_up(void **state)
{
	struct desk *d = *state;

	assert_int_equal(ASK(d, { .lines = { TEXT("Hello") }, .then = THEN_CUT }), ERR_UPSTREAM);
	check_why(d, "OPENAI cannot be reached, or broke off.");
	assert_int_equal(provider.n_asked, 2);
	assert_str(buf_view(&d->seen), "Hello");
	assert_int_equal(ASK(d, { .lines = { TEXT("Hello"), "{\"error\":{\"message\":\"overloaded\"}}" } },
			     { .status = 503 }, GOOD), OK);
}

static void a_server_that_falls_silent_is_asked_once_more(void **state)
{
	struct desk *d = *state;

	d->model.settings = settings(d, "{\"timeout\": 0.1}");
	assert_int_equal(ASK(d, { .lines = { CHUNK("{\"role\":\"assistant\"}") }, .then = THEN_SILENCE }), ERR_TIMEOUT);
	check_why(d, "takes too long");
	assert_int_equal(provider.n_asked, 2);
	assert_int_equal(ASK(d, { .then = THEN_SILENCE }, GOOD), OK);
}

static void a_deadline_ends_it(void **state)
{
	struct desk *d = *state;

	d->ctx.deadline_ms = mono_ms() + 200;
	assert_int_equal(ASK(d, { .lines = { TEXT("Hm") }, .then = THEN_SILENCE }), ERR_TIMEOUT);
	assert_int_equal(provider.n_asked, 1);
}

static void whoever_stops_waiting_closes_the_connection(void **state)
{
	struct desk *d = *state;
	int64_t end = mono_ms() + 30000;

	d->patience = 3;
	assert_int_equal(ASK(d, { .lines = { TEXT("Hm") }, .then = THEN_SILENCE }), ERR_GONE);
	while (!provider.n_left && mono_ms() < end)
		usleep(1000);
	assert_int_equal(provider.n_left, 1);
	d->patience = 3;
	assert_int_equal(ASK(d, { .status = 429, .retry_after = "60" }), ERR_GONE);
}

static void nobody_there_is_told_without_an_address(void **state)
{
	struct desk *d = *state;

	d->model.base_url = S("http://127.0.0.1:1/v1");
	assert_int_equal(ASK(d, GOOD), ERR_UPSTREAM);
	check_why(d, "OPENAI cannot be reached, or broke off.");
}

static void what_cannot_be_asked_at_all_is_told(void **state)
{
	struct desk *d = *state;

	d->model.base_url = (struct str){ NULL, 0 };
	assert_int_equal(ASK(d, GOOD), ERR_UNPROCESSABLE);
	check_why(d, "The model provider OPENAI has no base URL.");
	d->model.provider = S("gemini");
	assert_int_equal(ASK(d, GOOD), ERR_UNPROCESSABLE);
	check_why(d, "no model provider 'gemini'");
	d->model.provider = S("OPENAI");
	d->model.model = S("");
	assert_int_equal(ASK(d, GOOD), ERR_UNPROCESSABLE);
	check_why(d, "names no model of OPENAI");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		AT_A_DESK(a_question_is_a_request_for_a_stream),
		AT_A_DESK(a_conversation_is_told_with_its_calls_and_results),
		AT_A_DESK(a_managed_agent_s_parameters_are_said_when_they_say_something),
		AT_A_DESK(models_that_reason_get_what_they_take),
		AT_A_DESK(a_name_with_its_provider_before_it_is_sent_without),
		AT_A_DESK(settings_of_a_file_go_as_they_are),
		AT_A_DESK(a_stream_becomes_a_reply_and_is_shown_as_it_comes),
		AT_A_DESK(calls_come_in_pieces_and_several_at_a_time),
		AT_A_DESK(calls_without_index_or_id_are_told_apart),
		AT_A_DESK(a_server_that_does_not_stream_is_understood),
		AT_A_DESK(a_reply_that_says_nothing_tells_why),
		AT_A_DESK(what_passes_is_asked_again),
		AT_A_DESK(a_storm_ends_after_some_attempts),
		AT_A_DESK(what_does_not_pass_is_not_asked_again),
		AT_A_DESK(retry_after_is_waited),
		AT_A_DESK(a_refused_parameter_is_left_out_and_remembered),
		AT_A_DESK(a_schema_goes_along_strictly_if_it_is_complete),
		AT_A_DESK(a_server_that_takes_no_schema_is_told_in_words),
		AT_A_DESK(a_parameter_is_left_out_once_and_only_if_it_was_there),
		AT_A_DESK(a_server_that_knows_no_stream_options_is_asked_without),
		AT_A_DESK(a_broken_reply_is_asked_for_anew_and_nothing_is_shown_twice),
		AT_A_DESK(a_reply_that_takes_another_turn_is_not_shown_on),
		AT_A_DESK(a_reply_that_breaks_off_twice_is_given_up),
		AT_A_DESK(a_server_that_falls_silent_is_asked_once_more),
		AT_A_DESK(a_deadline_ends_it),
		AT_A_DESK(whoever_stops_waiting_closes_the_connection),
		AT_A_DESK(nobody_there_is_told_without_an_address),
		AT_A_DESK(what_cannot_be_asked_at_all_is_told),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
