/* The tools, resources and prompts that the official conformance suite asks for, and a server of them alone: the
 * protocol of src/mcp, open on loopback, without keys, store or anything else of agentd. Of the tests only.
 *
 *     mcp_fixtures PORT      port 0 takes a free one; prints "ready URL" and serves until it is stopped
 *
 * Names, texts and schemas are the suite's.
 */
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "api/serve.h"
#include "domain/secret.h"
#include "mcp/channel.h"
#include "mcp/endpoint.h"

#define PNG "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mP8z8BQDwAEhQGAhKmMIQAAAABJRU5ErkJggg=="
#define WAV "UklGRiQAAABXQVZFZm10IBAAAAABAAEARKwAAIhYAQACABAAZGF0YQAAAAA="

#define NO_ARGUMENTS "{\"type\":\"object\",\"properties\":{},\"additionalProperties\":false}"
#define ONE_TEXT(name) "{\"type\":\"object\",\"properties\":{\"" name "\":{\"type\":\"string\"}}}"
#define FORM(message, schema) "{\"message\":\"" message "\",\"requestedSchema\":" schema "}"

enum { STEP_MS = 20 };

static atomic_ullong versions[MCP_LISTS];
static atomic_ullong watched;

static void pause_ms(int ms)
{
	nanosleep(&(struct timespec){ .tv_nsec = ms * 1000000L }, NULL);
}

/* -- tools -------------------------------------------------------------------------------------------------- */

struct fixture_tool {
	const char *name;
	const char *schema;                  /* of its arguments; NULL: it takes none */
	const char *text, *content;          /* what it always answers, one of them, unless it has `run` */
	bool failed;
	enum err (*run)(struct ctx *ctx, const struct mcp_request *request, struct mcp_result *out);
};

static enum err say(struct mcp_result *out, struct str text)
{
	*out = (struct mcp_result){ .text = text };
	return OK;
}

static enum err with_progress(struct ctx *ctx, const struct mcp_request *request, struct mcp_result *out)
{
	for (int done = 0; done <= 100; done += 50) {
		mcp_progress(request->channel, done, 100, "working");
		pause_ms(STEP_MS);
	}
	return say(out, S("done"));
}

static enum err with_logging(struct ctx *ctx, const struct mcp_request *request, struct mcp_result *out)
{
	static const char *const LINES[] = {
		"\"Tool execution started\"", "\"Tool processing data\"", "\"Tool execution completed\"",
	};

	for (size_t i = 0; i < COUNT_OF(LINES); i++) {
		mcp_log(request->channel, MCP_INFO, "fixtures", str_of(LINES[i]));
		pause_ms(STEP_MS);
	}
	return say(out, S("logged"));
}

/* Until somebody cancels it, at most half a minute: for tests of that. */
static enum err until_cancelled(struct ctx *ctx, const struct mcp_request *request, struct mcp_result *out)
{
	for (int i = 0; i < 600; i++) {
		if (!mcp_wanted(request->channel)) {
			atomic_fetch_add(&watched, 1);
			return fail(ctx, ERR_GONE, "cancelled");
		}
		mcp_progress(request->channel, i, 0, NULL);
		pause_ms(50);
	}
	return say(out, S("nobody cancelled"));
}

static enum err change_tools(struct ctx *ctx, const struct mcp_request *request, struct mcp_result *out)
{
	atomic_fetch_add(&versions[MCP_TOOLS], 1);
	return say(out, S("the tools have changed"));
}

static enum err change_prompts(struct ctx *ctx, const struct mcp_request *request, struct mcp_result *out)
{
	atomic_fetch_add(&versions[MCP_PROMPTS], 1);
	return say(out, S("the prompts have changed"));
}

static enum err change_resource(struct ctx *ctx, const struct mcp_request *request, struct mcp_result *out)
{
	atomic_fetch_add(&watched, 1);
	return say(out, S("the resource has changed"));
}

/* -- tools that ask ------------------------------------------------------------------------------------------- */

#define ELICIT "elicitation/create"
#define SAMPLE "sampling/createMessage"
#define ROOTS "roots/list"

#define ASK_NAME { "user_name", ELICIT, S(FORM("What is your name?", ONE_TEXT("name"))) }
#define CONFIRMATION "{\"type\":\"object\",\"properties\":{\"ok\":{\"type\":\"boolean\"}}}"
#define ASK_CONFIRM { "confirm", ELICIT, S(FORM("Go on?", CONFIRMATION)) }
#define ASK_ROOTS { "client_roots", ROOTS, S("{}") }
#define SAMPLING(prompt, tokens)                                                                                       \
	"{\"messages\":[{\"role\":\"user\",\"content\":{\"type\":\"text\",\"text\":\"" prompt                          \
	"\"}}],\"maxTokens\":" #tokens "}"

static struct str form_value(const struct json *answer, const char *name)
{
	struct str value = json_get_str(json_get(answer, "content"), name);

	return value.p ? value : S("nobody");
}

static enum err say_answer(struct ctx *ctx, const struct json *answer, struct mcp_result *out)
{
	const struct json *content = json_get(answer, "content");

	return say(out, arena_printf(ctx->mem, "User response: action=%.*s, content=%.*s",
				     STR(json_get_str(answer, "action")),
				     STR(content ? json_text(ctx->mem, content) : S("{}"))));
}

static struct str quoted(struct arena *mem, struct str text)
{
	return json_text(mem, &(struct json){ .type = JSON_STR, .text = text.p ? text : S("") });
}

static enum err sample(struct ctx *ctx, const struct mcp_request *request, struct mcp_result *out)
{
	static const char PARAMS[] = "{\"messages\":[{\"role\":\"user\",\"content\":{\"type\":\"text\","
				     "\"text\":%.*s}}],\"maxTokens\":100}";
	struct str prompt = quoted(ctx->mem, json_get_str(request->arguments, "prompt"));
	struct mcp_question q = { "answer", SAMPLE, arena_printf(ctx->mem, PARAMS, STR(prompt)) };
	const struct json *answer;

	TRY(mcp_ask(ctx, request->channel, &q, 1, &answer));
	answer = json_get(answer, "content");
	return say(out, arena_printf(ctx->mem, "LLM response: %.*s", STR(json_get_str(answer, "text"))));
}

static enum err ask_form(struct ctx *ctx, const struct mcp_request *request, const char *schema, struct mcp_result *out)
{
	struct str message = quoted(ctx->mem, json_get_str(request->arguments, "message"));
	struct str params = arena_printf(ctx->mem, "{\"message\":%.*s,\"requestedSchema\":%s}", STR(message), schema);
	struct mcp_question q = { "form", ELICIT, params };
	const struct json *answer;

	TRY(mcp_ask(ctx, request->channel, &q, 1, &answer));
	return say_answer(ctx, answer, out);
}

static enum err elicit(struct ctx *ctx, const struct mcp_request *request, struct mcp_result *out)
{
	return ask_form(ctx, request,
			"{\"type\":\"object\",\"properties\":{\"username\":{\"type\":\"string\"},"
			"\"email\":{\"type\":\"string\"}},\"required\":[\"username\",\"email\"]}",
			out);
}

static enum err elicit_defaults(struct ctx *ctx, const struct mcp_request *request, struct mcp_result *out)
{
	return ask_form(ctx, request,
			"{\"type\":\"object\",\"properties\":{"
			"\"name\":{\"type\":\"string\",\"default\":\"John Doe\"},"
			"\"age\":{\"type\":\"integer\",\"default\":30},"
			"\"score\":{\"type\":\"number\",\"default\":95.5},"
			"\"status\":{\"type\":\"string\",\"enum\":[\"active\",\"inactive\",\"pending\"],"
			"\"default\":\"active\"},"
			"\"verified\":{\"type\":\"boolean\",\"default\":true}}}",
			out);
}

#define TITLED(n, title) "{\"const\":\"value" n "\",\"title\":\"" title "\"}"
#define THREE_TITLED(word) \
	"[" TITLED("1", "First " word) "," TITLED("2", "Second " word) "," TITLED("3", "Third " word) "]"

static enum err elicit_enums(struct ctx *ctx, const struct mcp_request *request, struct mcp_result *out)
{
	return ask_form(ctx, request,
			"{\"type\":\"object\",\"properties\":{"
			"\"untitledSingle\":{\"type\":\"string\",\"enum\":[\"option1\",\"option2\",\"option3\"]},"
			"\"titledSingle\":{\"type\":\"string\",\"oneOf\":" THREE_TITLED("Option") "},"
			"\"legacyEnum\":{\"type\":\"string\",\"enum\":[\"opt1\",\"opt2\",\"opt3\"],"
			"\"enumNames\":[\"Option One\",\"Option Two\",\"Option Three\"]},"
			"\"untitledMulti\":{\"type\":\"array\",\"items\":{\"type\":\"string\","
			"\"enum\":[\"option1\",\"option2\",\"option3\"]}},"
			"\"titledMulti\":{\"type\":\"array\",\"items\":{\"anyOf\":" THREE_TITLED("Choice") "}}}}",
			out);
}

static enum err ask_name(struct ctx *ctx, const struct mcp_request *request, struct mcp_result *out)
{
	static const struct mcp_question q = ASK_NAME;
	const struct json *answer;

	TRY(mcp_ask(ctx, request->channel, &q, 1, &answer));
	return say(out, arena_printf(ctx->mem, "Hello, %.*s!", STR(form_value(answer, "name"))));
}

static enum err ask_capital(struct ctx *ctx, const struct mcp_request *request, struct mcp_result *out)
{
	static const struct mcp_question q = {
		"capital_question", SAMPLE, S(SAMPLING("What is the capital of France?", 100)),
	};
	const struct json *answer;

	TRY(mcp_ask(ctx, request->channel, &q, 1, &answer));
	return say(out, json_text(ctx->mem, answer));
}

static enum err ask_roots(struct ctx *ctx, const struct mcp_request *request, struct mcp_result *out)
{
	static const struct mcp_question q = ASK_ROOTS;
	const struct json *answer;

	TRY(mcp_ask(ctx, request->channel, &q, 1, &answer));
	return say(out, json_text(ctx->mem, answer));
}

static enum err ask_confirm(struct ctx *ctx, const struct mcp_request *request, struct mcp_result *out)
{
	static const struct mcp_question q = ASK_CONFIRM;
	const struct json *answer;

	TRY(mcp_ask(ctx, request->channel, &q, 1, &answer));
	return say(out, S("state-ok"));
}

static enum err ask_three(struct ctx *ctx, const struct mcp_request *request, struct mcp_result *out)
{
	static const struct mcp_question q[] = {
		ASK_NAME, { "greeting", SAMPLE, S(SAMPLING("Write a greeting.", 50)) }, ASK_ROOTS,
	};
	const struct json *answers[COUNT_OF(q)];

	TRY(mcp_ask(ctx, request->channel, q, COUNT_OF(q), answers));
	return say(out, S("all three are answered"));
}

static enum err ask_twice(struct ctx *ctx, const struct mcp_request *request, struct mcp_result *out)
{
	static const struct mcp_question first = { "step1", ELICIT, S(FORM("Your name?", ONE_TEXT("name"))) };
	static const struct mcp_question second = { "step2", ELICIT, S(FORM("Your colour?", ONE_TEXT("color"))) };
	const struct json *name, *color;

	TRY(mcp_ask(ctx, request->channel, &first, 1, &name));
	TRY(mcp_ask(ctx, request->channel, &second, 1, &color));
	return say(out, arena_printf(ctx->mem, "%.*s likes %.*s", STR(form_value(name, "name")),
				     STR(form_value(color, "color"))));
}

static enum err ask_what_it_can(struct ctx *ctx, const struct mcp_request *request, struct mcp_result *out)
{
	static const struct mcp_question ALL[] = {
		ASK_NAME, { "greeting", SAMPLE, S(SAMPLING("Say hello.", 50)) }, ASK_ROOTS,
	};
	struct mcp_question q[COUNT_OF(ALL)];
	const struct json *answers[COUNT_OF(ALL)];
	size_t n = 0;

	for (size_t i = 0; i < COUNT_OF(ALL); i++)
		if (mcp_client_can(request->channel, ALL[i].method))
			q[n++] = ALL[i];
	TRY(mcp_ask(ctx, request->channel, q, n, answers));
	return say(out, S("asked for what it can"));
}

#define TEXT_BLOCK(text) "{\"type\":\"text\",\"text\":\"" text "\"}"
#define IMAGE_BLOCK "{\"type\":\"image\",\"data\":\"" PNG "\",\"mimeType\":\"image/png\"}"
#define RESOURCE_BLOCK(uri, type, text) \
	"{\"type\":\"resource\",\"resource\":{\"uri\":\"" uri "\",\"mimeType\":\"" type "\",\"text\":\"" text "\"}}"

#define EMBEDDED "This is an embedded resource content."
#define MIXED "{\\\"test\\\":\\\"data\\\",\\\"value\\\":123}"

#define SCHEMA_2020_12 \
	"{\"$schema\":\"https://json-schema.org/draft/2020-12/schema\",\"type\":\"object\",\"$defs\":{\"address\":{" \
	"\"$anchor\":\"addressDef\",\"type\":\"object\",\"properties\":{\"street\":{\"type\":\"string\"},\"city\":{" \
	"\"type\":\"string\"}}}}," \
	"\"properties\":{\"name\":{\"type\":\"string\"},\"address\":{\"$ref\":\"#/$defs/address\"}," \
	"\"contactMethod\":{\"type\":\"string\",\"enum\":[\"phone\",\"email\"]},\"phone\":{\"type\":\"string\"}," \
	"\"email\":{\"type\":\"string\"}}," \
	"\"allOf\":[{\"anyOf\":[{\"required\":[\"phone\"]},{\"required\":[\"email\"]}]}]," \
	"\"if\":{\"properties\":{\"contactMethod\":{\"const\":\"phone\"}},\"required\":[\"contactMethod\"]}," \
	"\"then\":{\"required\":[\"phone\"]},\"else\":{\"required\":[\"email\"]},\"additionalProperties\":false}"

/* The first is also called by tests that want any tool, without arguments. */
static const struct fixture_tool TOOLS[] = {
	{ "test_simple_text", .text = "This is a simple text response for testing." },
	{ "test_image_content", .content = "[" IMAGE_BLOCK "]" },
	{ "test_audio_content", .content = "[{\"type\":\"audio\",\"data\":\"" WAV "\",\"mimeType\":\"audio/wav\"}]" },
	{ "test_embedded_resource",
	  .content = "[" RESOURCE_BLOCK("test://embedded-resource", "text/plain", EMBEDDED) "]" },
	{ "test_multiple_content_types",
	  .content = "[" TEXT_BLOCK("Multiple content types test:") "," IMAGE_BLOCK ","
		     RESOURCE_BLOCK("test://mixed-content-resource", "application/json", MIXED) "]" },
	{ "test_error_handling", .text = "This tool intentionally returns an error for testing", .failed = true },
	{ "test_tool_with_progress", .run = with_progress },
	{ "test_tool_with_logging", .run = with_logging },
	{ "test_logging_tool", .run = with_logging },
	{ "test_until_cancelled", .run = until_cancelled },
	{ "test_trigger_tool_change", .run = change_tools },
	{ "test_trigger_prompt_change", .run = change_prompts },
	{ "test_trigger_resource_change", .run = change_resource },
	{ "test_sampling", ONE_TEXT("prompt"), .run = sample },
	{ "test_elicitation", ONE_TEXT("message"), .run = elicit },
	{ "test_elicitation_sep1034_defaults", .run = elicit_defaults },
	{ "test_elicitation_sep1330_enums", .run = elicit_enums },
	{ "test_missing_capability", .run = ask_capital },
	{ "test_streaming_elicitation", .run = ask_name },
	{ "test_input_required_result_elicitation", .run = ask_name },
	{ "test_input_required_result_sampling", .run = ask_capital },
	{ "test_input_required_result_list_roots", .run = ask_roots },
	{ "test_input_required_result_request_state", .run = ask_confirm },
	{ "test_input_required_result_tampered_state", .run = ask_confirm },
	{ "test_input_required_result_multiple_inputs", .run = ask_three },
	{ "test_input_required_result_multi_round", .run = ask_twice },
	{ "test_input_required_result_capabilities", .run = ask_what_it_can },
	{ "test_reconnection", .text = "This server does not hang up." },
	{ "json_schema_2020_12_tool", SCHEMA_2020_12, .text = "checked" },
};

static enum err list_tools(struct ctx *ctx, enum mcp_revision r, struct str after, struct json_writer *w,
			   struct str *next)
{
	for (size_t i = 0; i < COUNT_OF(TOOLS); i++) {
		jw_object(w);
		jw_key(w, "name");
		jw_z(w, TOOLS[i].name);
		jw_key(w, "description");
		jw_z(w, "A fixture of the conformance suite.");
		jw_key(w, "inputSchema");
		jw_raw(w, str_of(TOOLS[i].schema ? TOOLS[i].schema : NO_ARGUMENTS));
		jw_end(w);
	}
	return OK;
}

static enum err call_tool(struct ctx *ctx, const struct mcp_request *request, struct mcp_result *out)
{
	for (size_t i = 0; i < COUNT_OF(TOOLS); i++) {
		const struct fixture_tool *t = &TOOLS[i];

		if (!str_is(request->name, t->name))
			continue;
		if (t->run)
			return t->run(ctx, request, out);
		*out = (struct mcp_result){.text = str_of(t->text), .content = str_of(t->content), .failed = t->failed};
		return OK;
	}
	return fail(ctx, ERR_NOT_FOUND, "no such tool");
}

/* -- resources ------------------------------------------------------------------------------------------------ */

static const struct {
	const char *uri, *name, *type, *member, *text;
} RESOURCES[] = {
	{ "test://static-text", "Static text", "text/plain", "text",
	  "This is the content of the static text resource." },
	{ "test://static-binary", "Static binary", "image/png", "blob", PNG },
	{ "test://watched-resource", "Watched", "text/plain", "text", "Watch me." },
};

/* One at a time, so that there are pages to turn. */
static enum err list_resources(struct ctx *ctx, enum mcp_revision r, struct str after, struct json_writer *w,
			       struct str *next)
{
	size_t i = 0;

	while (after.p && i < COUNT_OF(RESOURCES) && !str_is(after, RESOURCES[i++].uri))
		;
	if (i == COUNT_OF(RESOURCES))
		return OK;
	jw_object(w);
	jw_key(w, "uri");
	jw_z(w, RESOURCES[i].uri);
	jw_key(w, "name");
	jw_z(w, RESOURCES[i].name);
	jw_key(w, "mimeType");
	jw_z(w, RESOURCES[i].type);
	jw_end(w);
	if (i + 1 < COUNT_OF(RESOURCES))
		*next = str_of(RESOURCES[i].uri);
	return OK;
}

static enum err list_templates(struct ctx *ctx, enum mcp_revision r, struct str after, struct json_writer *w,
			       struct str *next)
{
	jw_raw(w, S("{\"uriTemplate\":\"test://template/{id}/data\",\"name\":\"Template\","
		    "\"mimeType\":\"application/json\"}"));
	return OK;
}

static void write_content(struct json_writer *w, struct str uri, const char *type, const char *member, struct str text)
{
	jw_key(w, "contents");
	jw_array(w);
	jw_object(w);
	jw_key(w, "uri");
	jw_str(w, uri);
	jw_key(w, "mimeType");
	jw_z(w, type);
	jw_key(w, member);
	jw_str(w, text);
	jw_end(w);
	jw_end(w);
}

static enum err read_resource(struct ctx *ctx, const struct mcp_request *request, struct json_writer *w)
{
	struct str uri = request->name, prefix = S("test://template/"), id;

	for (size_t i = 0; i < COUNT_OF(RESOURCES); i++) {
		if (!str_is(uri, RESOURCES[i].uri))
			continue;
		write_content(w, uri, RESOURCES[i].type, RESOURCES[i].member, str_of(RESOURCES[i].text));
		return OK;
	}
	if (!str_starts(uri, prefix) || !str_ends(uri, S("/data")))
		return fail(ctx, ERR_NOT_FOUND, "no such resource");
	id = (struct str){ uri.p + prefix.n, uri.n - prefix.n - 5 };
	write_content(w, uri, "application/json", "text",
		      arena_printf(ctx->mem, "{\"id\":\"%.*s\",\"templateTest\":true,\"data\":\"Data for ID: %.*s\"}",
				   STR(id), STR(id)));
	return OK;
}

static enum err list_version(struct ctx *ctx, enum mcp_list list, uint64_t *out)
{
	*out = atomic_load(&versions[list]);
	return OK;
}

static void resource_versions(struct ctx *ctx, const struct str *uris, size_t n, uint64_t *out)
{
	for (size_t i = 0; i < n; i++)
		out[i] = str_is(uris[i], "test://watched-resource") ? 1 + (uint64_t)atomic_load(&watched) : 0;
}

/* -- prompts --------------------------------------------------------------------------------------------------- */

static void write_message(struct json_writer *w, struct str content)
{
	jw_object(w);
	jw_key(w, "role");
	jw_z(w, "user");
	jw_key(w, "content");
	jw_raw(w, content);
	jw_end(w);
}

static void write_text_message(struct ctx *ctx, struct json_writer *w, struct str text)
{
	write_message(w, arena_printf(ctx->mem, "{\"type\":\"text\",\"text\":%.*s}", STR(quoted(ctx->mem, text))));
}

static enum err simple_prompt(struct ctx *ctx, const struct mcp_request *request, struct json_writer *w)
{
	write_text_message(ctx, w, S("This is a simple prompt for testing."));
	return OK;
}

static enum err prompt_with_arguments(struct ctx *ctx, const struct mcp_request *request, struct json_writer *w)
{
	struct str one = json_get_str(request->arguments, "arg1"), two = json_get_str(request->arguments, "arg2");

	write_text_message(ctx, w, arena_printf(ctx->mem, "Prompt with arguments: arg1='%.*s', arg2='%.*s'",
						STR(one), STR(two)));
	return OK;
}

static enum err prompt_with_resource(struct ctx *ctx, const struct mcp_request *request, struct json_writer *w)
{
	struct str uri = quoted(ctx->mem, json_get_str(request->arguments, "resourceUri"));

	write_message(w, arena_printf(ctx->mem, "{\"type\":\"resource\",\"resource\":{\"uri\":%.*s,"
				      "\"mimeType\":\"text/plain\","
				      "\"text\":\"Embedded resource content for testing.\"}}", STR(uri)));
	write_text_message(ctx, w, S("Please process the embedded resource above."));
	return OK;
}

static enum err prompt_with_image(struct ctx *ctx, const struct mcp_request *request, struct json_writer *w)
{
	write_message(w, S(IMAGE_BLOCK));
	write_text_message(ctx, w, S("Please analyze the image above."));
	return OK;
}

static enum err prompt_that_asks(struct ctx *ctx, const struct mcp_request *request, struct json_writer *w)
{
	static const struct mcp_question q = {
		"user_context", ELICIT, S(FORM("Which context?", ONE_TEXT("context"))),
	};
	const struct json *answer;

	TRY(mcp_ask(ctx, request->channel, &q, 1, &answer));
	write_text_message(ctx, w, form_value(answer, "context"));
	return OK;
}

#define ARGUMENT(name) "{\"name\":\"" name "\",\"description\":\"An argument.\",\"required\":true}"

static const struct {
	const char *name, *arguments;
	enum err (*write)(struct ctx *ctx, const struct mcp_request *request, struct json_writer *w);
} PROMPTS[] = {
	{ "test_simple_prompt", "[]", simple_prompt },
	{ "test_prompt_with_arguments", "[" ARGUMENT("arg1") "," ARGUMENT("arg2") "]", prompt_with_arguments },
	{ "test_prompt_with_embedded_resource", "[" ARGUMENT("resourceUri") "]", prompt_with_resource },
	{ "test_prompt_with_image", "[]", prompt_with_image },
	{ "test_input_required_result_prompt", "[]", prompt_that_asks },
};

static enum err list_prompts(struct ctx *ctx, enum mcp_revision r, struct str after, struct json_writer *w,
			     struct str *next)
{
	for (size_t i = 0; i < COUNT_OF(PROMPTS); i++) {
		jw_object(w);
		jw_key(w, "name");
		jw_z(w, PROMPTS[i].name);
		jw_key(w, "description");
		jw_z(w, "A fixture of the conformance suite.");
		jw_key(w, "arguments");
		jw_raw(w, str_of(PROMPTS[i].arguments));
		jw_end(w);
	}
	return OK;
}

static enum err get_prompt(struct ctx *ctx, const struct mcp_request *request, struct json_writer *w)
{
	for (size_t i = 0; i < COUNT_OF(PROMPTS); i++) {
		if (!str_is(request->name, PROMPTS[i].name))
			continue;
		jw_key(w, "messages");
		jw_array(w);
		TRY(PROMPTS[i].write(ctx, request, w));
		jw_end(w);
		return OK;
	}
	return fail(ctx, ERR_NOT_FOUND, "no such prompt");
}

static enum err complete(struct ctx *ctx, const struct json *ref, struct str argument, struct str value,
			 struct json_writer *w)
{
	jw_key(w, "completion");
	jw_raw(w, S("{\"values\":[\"test\",\"testing\"],\"total\":2,\"hasMore\":false}"));
	return OK;
}

/* -- the server -------------------------------------------------------------------------------------------------- */

static const struct mcp_features FIXTURES = {
	.lists = {
		[MCP_TOOLS] = list_tools, [MCP_RESOURCES] = list_resources, [MCP_TEMPLATES] = list_templates,
		[MCP_PROMPTS] = list_prompts,
	},
	.call_tool = call_tool, .read_resource = read_resource, .get_prompt = get_prompt, .complete = complete,
	.list_version = list_version, .resource_versions = resource_versions, .look_every_ms = 50,
	.instructions = "Fixtures of the conformance suite.", .logs = true, .open = true,
};

static void serve(struct ctx *ctx, struct http_exchange *x)
{
	mcp_endpoint(ctx, x, &FIXTURES);
}

static struct http_server *server;

static void stop(int number)
{
	http_server_stop(server);
}

enum { THREADS = 4, STREAM_THREADS = 64 };

static enum err listen_on(struct ctx *ctx, const char *address, struct api *api)
{
	struct http_options options = {
		.listen = address, .n_threads = THREADS, .n_stream_threads = STREAM_THREADS, .handle = api_handle,
		.body_limit = api_body_limit, .refusal = api_refusal, .thread_end = api_thread_end, .user = api,
	};

	/* What the states of questions are sealed with: they end with this process. */
	setenv("AGENTD_SECRET_KEY", "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=", 1);
	TRY(secret_load(ctx, ""));
	return http_server_new(ctx, &options, &server);
}

static void run(void)
{
	signal(SIGTERM, stop);
	printf("ready http://%s/mcp\n", http_server_address(server).p);
	fflush(stdout);
	http_server_run(server);
}

int main(int argc, char **argv)
{
	static const struct api_mount MOUNTS[] = { { "/mcp", serve, MCP_BODY_MAX }, {0} };
	struct arena mem = {0};
	struct ctx ctx = { .mem = &mem };
	struct api_options options = { .n_threads = THREADS, .n_stream_threads = STREAM_THREADS, .mounts = MOUNTS };
	struct api *api;
	enum err e;

	if (argc != 2)
		return 2;
	arena_init(&mem, 0);
	options.listen = arena_printf(&mem, "127.0.0.1:%s", argv[1]).p;
	api = api_new(&options);
	e = listen_on(&ctx, options.listen, api);
	if (e == OK)
		run();
	else
		fprintf(stderr, "%s\n", ctx.why);
	http_server_free(server);
	api_free(api);
	secret_unload();
	arena_fini(&mem);
	return e == OK ? 0 : 1;
}
