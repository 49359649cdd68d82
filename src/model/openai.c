/* model/openai.c: POST {base_url}/chat/completions, as OpenAI defined it, and as Groq, OpenRouter, DeepSeek,
 * Z.AI, Ollama, LM Studio, vLLM, llama.cpp and the gateways speak it.
 *
 * Servers differ in what they leave out, so what is read is only what is needed: a reply counts as complete
 * with a finish_reason or with [DONE], calls may come without index or id, usage may be missing.
 */
#include "model/ask_internal.h"

#include <math.h>

#include "model/remote.h"
#include "model/settings.h"

/* -- what is sent ---------------------------------------------------------------------------------- */

static struct str url_of(const struct request *q)
{
	return arena_printf(q->ctx->mem, "%.*s/chat/completions", STR(q->model->base_url));
}

static void write_calls(const struct request *q, struct json_writer *w, const struct list *calls)
{
	jw_key(w, "tool_calls");
	jw_array(w);
	for (size_t i = 0; i < calls->n; i++) {
		const struct tool_call *call = LIST_AT(*calls, struct tool_call, i);

		jw_object(w);
		jw_key(w, "id");
		jw_str(w, call->id);
		jw_key(w, "type");
		jw_z(w, "function");
		jw_key(w, "function");
		jw_object(w);
		jw_key(w, "name");
		jw_str(w, call->name);
		jw_key(w, "arguments");
		jw_str(w, call_object(q->ctx, call));
		jw_end(w);
		jw_end(w);
	}
	jw_end(w);
}

/* DeepSeek and others want to see again how the model came to call its tools. */
static void write_own(const struct request *q, struct json_writer *w, struct str own)
{
	if (!own.p)
		return;
	jw_key(w, "reasoning_content");
	jw_str(w, own);
}

static void write_reply(const struct request *q, struct json_writer *w, const struct message *m)
{
	jw_key(w, "content");
	jw_str(w, m->text.n > 0 || m->calls.n == 0 ? m->text : (struct str){ NULL, 0 });
	if (m->calls.n == 0)
		return;
	write_own(q, w, m->own);
	write_calls(q, w, &m->calls);
}

/* This protocol has no other way to say that a tool failed. */
static void write_result(const struct request *q, struct json_writer *w, const struct message *m)
{
	jw_key(w, "tool_call_id");
	jw_str(w, m->call_id);
	jw_key(w, "content");
	jw_str(w, m->failed ? arena_printf(q->ctx->mem, "Error: %.*s", STR(m->text)) : m->text);
}

static void write_message(const struct request *q, struct json_writer *w, const struct message *m)
{
	static const char *const ROLES[] = {
		[MESSAGE_SYSTEM] = "system", [MESSAGE_USER] = "user", [MESSAGE_REPLY] = "assistant",
		[MESSAGE_RESULT] = "tool",
	};

	jw_object(w);
	jw_key(w, "role");
	jw_z(w, ROLES[m->role]);
	if (m->role == MESSAGE_REPLY) {
		write_reply(q, w, m);
	} else if (m->role == MESSAGE_RESULT) {
		write_result(q, w, m);
	} else {
		jw_key(w, "content");
		jw_str(w, m->text);
	}
	jw_end(w);
}

static void write_tool(struct json_writer *w, const struct tool_offer *tool)
{
	jw_object(w);
	jw_key(w, "type");
	jw_z(w, "function");
	jw_key(w, "function");
	jw_object(w);
	jw_key(w, "name");
	jw_str(w, tool->name);
	jw_key(w, "description");
	jw_str(w, tool->description);
	jw_key(w, "parameters");
	schema_describe(w, tool->input, DESCRIBE_CREATE);
	jw_end(w);
	jw_end(w);
}

static void write_tools(const struct request *q, struct json_writer *w)
{
	const struct json *parallel = json_get(q->model->settings, "parallel_tool_calls");

	if (q->tools->n == 0)
		return;
	jw_key(w, "tools");
	jw_array(w);
	for (size_t i = 0; i < q->tools->n; i++)
		write_tool(w, LIST_AT(*q->tools, struct tool_offer, i));
	jw_end(w);
	/* Without tools it would be refused. */
	if (json_is(parallel, JSON_BOOL) && !request_refused(q, "parallel_tool_calls")) {
		jw_key(w, "parallel_tool_calls");
		jw_bool(w, parallel->boolean);
	}
}

/* OpenAI's models that think before they answer: o1, o3, o4-mini, gpt-5 and what follows. They take
 * max_completion_tokens alone, and nothing that steers sampling. */
static bool is_reasoner(const struct request *q)
{
	struct str name = q->model_name;

	if (!str_is(str_of(q->provider->name), "OPENAI") && !str_is(str_of(q->provider->name), "CODEX"))
		return false;
	if (name.n > 1 && name.p[0] == 'o' && is_digit(name.p[1]))
		return true;
	return str_starts(name, S("gpt-")) && name.n > 4 && name.p[4] >= '5' && is_digit(name.p[4]);
}

/* A server that refuses one of the two is asked with the other. */
static const char *limit_name(const struct request *q)
{
	bool newer = is_reasoner(q) ? !request_refused(q, "max_completion_tokens") : request_refused(q, "max_tokens");

	return newer ? "max_completion_tokens" : "max_tokens";
}

static void write_number(const struct request *q, struct json_writer *w, const char *name, double value, double usual)
{
	if (isnan(value) || value == usual || is_reasoner(q) || request_refused(q, name))
		return;
	jw_key(w, name);
	jw_num(w, value);
}

/* Strict mode, in which the server itself sees to it that a reply fits, takes only schemas whose objects are
 * complete: all members named, all required, and no others. */
static bool is_strict(const struct json *schema)
{
	const struct json *properties = json_get(schema, "properties"), *required = json_get(schema, "required");
	const struct json *others = json_get(schema, "additionalProperties");
	bool is_object = properties || str_is(json_get_str(schema, "type"), "object");
	size_t n_named = json_is(properties, JSON_OBJECT) ? properties->n_members : 0;

	if (is_object && (!json_is(others, JSON_BOOL) || others->boolean || !json_is(required, JSON_ARRAY) ||
			  required->n_items != n_named))
		return false;
	for (size_t i = 0; json_is(schema, JSON_OBJECT) && i < schema->n_members; i++)
		if (!is_strict(&schema->members[i].value))
			return false;
	for (size_t i = 0; json_is(schema, JSON_ARRAY) && i < schema->n_items; i++)
		if (!is_strict(&schema->items[i]))
			return false;
	return true;
}

static void write_format(const struct request *q, struct json_writer *w)
{
	const struct json *schema = request_schema(q);

	if (!schema)
		return;
	jw_key(w, "response_format");
	jw_object(w);
	jw_key(w, "type");
	jw_z(w, "json_schema");
	jw_key(w, "json_schema");
	jw_object(w);
	jw_key(w, "name");
	jw_z(w, "answer");
	jw_key(w, "schema");
	jw_value(w, schema);
	jw_key(w, "strict");
	jw_bool(w, is_strict(schema));
	jw_end(w);
	jw_end(w);
}

static void write_parameters(const struct request *q, struct json_writer *w)
{
	static const struct setting SETTINGS[] = {
		{ "stop_sequences", "stop" },
		{ "max_tokens", NULL }, { "parallel_tool_calls", NULL }, { "timeout", NULL }, { "extra_headers", NULL },
		{ "model", NULL }, { "messages", NULL }, { "tools", NULL }, { "stream", NULL },
		{ "stream_options", NULL }, { "n", NULL }, { 0 },
	};
	const struct model_choice *m = q->model;

	if (m->max_tokens > 0) {
		jw_key(w, limit_name(q));
		jw_int(w, m->max_tokens);
	}
	write_number(q, w, "temperature", m->temperature, NAN);
	write_number(q, w, "top_p", m->top_p, 1);
	write_number(q, w, "frequency_penalty", m->frequency_penalty, 0);
	write_number(q, w, "presence_penalty", m->presence_penalty, 0);
	write_format(q, w);
	settings_write(q, w, SETTINGS);
}

static void write_body(const struct request *q, struct json_writer *w)
{
	jw_object(w);
	jw_key(w, "model");
	jw_str(w, q->model_name);
	jw_key(w, "messages");
	jw_array(w);
	for (size_t i = 0; i < q->thread->n; i++)
		write_message(q, w, LIST_AT(*q->thread, struct message, i));
	jw_end(w);
	write_tools(q, w);
	write_parameters(q, w);
	jw_key(w, "stream");
	jw_bool(w, true);
	if (!request_refused(q, "stream_options")) {
		jw_key(w, "stream_options");
		jw_raw(w, S("{\"include_usage\":true}"));
	}
	jw_end(w);
}

/* -- what comes back --------------------------------------------------------------------------------- */

static int64_t count(const struct json *of, const char *name)
{
	int64_t n = 0;

	return json_as_int(json_get(of, name), &n) && n > 0 ? n : 0;
}

/* DeepSeek has a name of its own for what it found in its cache. */
static void take_usage(struct draft *d, const struct json *usage)
{
	const struct json *details = json_get(usage, "prompt_tokens_details");
	int64_t all = count(usage, "prompt_tokens"), cached = count(details, "cached_tokens"), old;

	if (!json_is(usage, JSON_OBJECT))
		return;
	d->counted = true;
	d->tokens_cache_read = cached ? cached : count(usage, "prompt_cache_hit_tokens");
	d->tokens_cache_write = count(details, "cache_write_tokens");
	d->tokens_output = count(usage, "completion_tokens");
	old = d->tokens_cache_read + d->tokens_cache_write;
	d->tokens_input = all > old ? all - old : 0;
}

/* A string, or with some models a list of parts. */
static enum err take_text(struct reading *r, const struct json *content)
{
	if (json_is(content, JSON_STR))
		return draft_add_text(r->ctx, &r->draft, content->text);
	for (size_t i = 0; json_is(content, JSON_ARRAY) && i < content->n_items; i++)
		TRY(draft_add_text(r->ctx, &r->draft, json_get_str(&content->items[i], "text")));
	return OK;
}

/* By index, else by id; a piece that has neither goes on with the last. An answer that is no stream has no
 * pieces: each is a call. */
static enum err find_call(struct reading *r, const struct json *piece, struct draft_call **out)
{
	struct draft *d = &r->draft;
	int64_t key = d->n_calls > 0 ? d->calls[d->n_calls - 1].key : 0;
	struct str id = json_get_str(piece, "id");

	if (r->is_whole)
		return draft_call(r->ctx, d, (int64_t)d->n_calls, out);
	if (!json_as_int(json_get(piece, "index"), &key) && id.n > 0 && d->n_calls > 0 &&
	    !str_eq(id, buf_view(&d->calls[d->n_calls - 1].id)))
		key++;
	return draft_call(r->ctx, d, key, out);
}

static enum err take_call(struct reading *r, const struct json *piece)
{
	const struct json *function = json_get(piece, "function"), *arguments = json_get(function, "arguments");
	struct draft_call *call;

	TRY(find_call(r, piece, &call));
	TRY(draft_name_call(r->ctx, &r->draft, call, json_get_str(piece, "id"), json_get_str(function, "name")));
	if (json_is(arguments, JSON_STR))
		return draft_add_arguments(r->ctx, &r->draft, call, arguments->text);
	return json_is(arguments, JSON_OBJECT) ?
		draft_add_arguments(r->ctx, &r->draft, call, json_text(r->ctx->mem, arguments)) : OK;
}

static enum err take_message(struct reading *r, const struct json *message)
{
	const struct json *calls = json_get(message, "tool_calls");

	TRY(take_text(r, json_get(message, "content")));
	/* What is said in place of an answer in the form that was asked for. */
	TRY(take_text(r, json_get(message, "refusal")));
	TRY(draft_add_own(r->ctx, &r->draft, json_get_str(message, "reasoning_content")));
	for (size_t i = 0; json_is(calls, JSON_ARRAY) && i < calls->n_items; i++)
		TRY(take_call(r, &calls->items[i]));
	return OK;
}

static void take_end(struct draft *d, struct str reason)
{
	if (!reason.p)
		return;
	d->stop = str_is(reason, "length") ? STOP_LENGTH : str_is(reason, "content_filter") ? STOP_FILTER : STOP_DONE;
}

static enum err take_choice(struct reading *r, const struct json *v, const char *member)
{
	const struct json *choices = json_get(v, "choices"), *choice;

	take_usage(&r->draft, json_get(v, "usage"));
	if (!json_is(choices, JSON_ARRAY) || choices->n_items == 0)
		return OK;
	choice = &choices->items[0];
	TRY(take_message(r, json_get(choice, member)));
	take_end(&r->draft, json_get_str(choice, "finish_reason"));
	return OK;
}

static enum err take_event(struct reading *r, const struct json *v)
{
	return take_choice(r, v, "delta");
}

/* It is complete, whether it says so or not. */
static enum err take_whole(struct reading *r, const struct json *v)
{
	TRY(take_choice(r, v, "message"));
	if (r->draft.stop == STOP_NOT_YET && (r->draft.text.n > 0 || r->draft.n_calls > 0))
		r->draft.stop = STOP_DONE;
	return OK;
}

/* -- the seam ------------------------------------------------------------------------------------------ */

static const char *const REFUSABLE[] = {
	"max_tokens", "max_completion_tokens", "temperature", "top_p", "frequency_penalty", "presence_penalty",
	"parallel_tool_calls", "stream_options", "response_format", NULL,
};

const struct protocol openai_protocol = {
	.url = url_of, .body = write_body, .dialect = { take_event, take_whole },
	.refusable = REFUSABLE, .schema_member = "response_format",
};

static enum err ask(struct ctx *ctx, const struct model_choice *model, const struct list *thread,
		    const struct list *tools, struct model_reply *out)
{
	return remote_ask(ctx, &openai_protocol, model, thread, tools, out);
}

const struct model_ops openai_ops = { .ask = ask };
