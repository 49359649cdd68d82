/* model/anthropic.c: POST {base_url}/v1/messages, as Anthropic defined it.
 *
 * A reply is a list of blocks: text, calls of tools, and thoughts. Thoughts are signed, and wanted back as
 * they are when the tools they led to have been called; they travel as the reply's `own`, a JSON list
 * without its brackets.
 *
 * An agent file's settings may ask for the provider's cache (studio contract 4.8): each of instructions,
 * tools and conversation is then marked at its end, and costs a tenth when it is sent again.
 */
#include "model/ask_internal.h"

#include <math.h>

#include "model/remote.h"
#include "model/settings.h"

/* The protocol wants one; a managed agent always has its own. */
enum { MAX_TOKENS = 4096 };

/* -- what is sent ---------------------------------------------------------------------------------- */

/* Some people's base URL has the version, as it has with OpenAI. */
static struct str url_of(const struct request *q)
{
	struct str base = q->model->base_url;
	const char *version = str_ends(base, S("/v1")) ? "" : "/v1";

	return arena_printf(q->ctx->mem, "%.*s%s/messages", STR(base), version);
}

/* Whether a setting asks for the cache: true, or for how long. */
static void write_cache_mark(const struct request *q, struct json_writer *w, const char *setting)
{
	const struct json *wanted = json_get(q->model->settings, setting);

	if (!json_is(wanted, JSON_STR) && !(json_is(wanted, JSON_BOOL) && wanted->boolean))
		return;
	jw_key(w, "cache_control");
	jw_object(w);
	jw_key(w, "type");
	jw_z(w, "ephemeral");
	if (wanted->type == JSON_STR) {
		jw_key(w, "ttl");
		jw_str(w, wanted->text);
	}
	jw_end(w);
}

static bool is_last(const struct request *q, const struct message *m)
{
	return m == LIST_AT(*q->thread, struct message, q->thread->n - 1);
}

/* The conversation grows at its end, so that is where the mark is of use the next time. */
static void write_thread_mark(const struct request *q, struct json_writer *w, const struct message *m)
{
	if (!is_last(q, m))
		return;
	if (json_get(q->model->settings, "anthropic_cache"))
		write_cache_mark(q, w, "anthropic_cache");
	else
		write_cache_mark(q, w, "anthropic_cache_messages");
}

static void begin_block(struct json_writer *w, const char *type)
{
	jw_object(w);
	jw_key(w, "type");
	jw_z(w, type);
}

/* Text without a word in it would be refused. */
static void write_text(const struct request *q, struct json_writer *w, const struct message *m)
{
	if (str_trim(m->text).n == 0)
		return;
	begin_block(w, "text");
	jw_key(w, "text");
	jw_str(w, m->text);
	write_thread_mark(q, w, m);
	jw_end(w);
}

static void write_call(const struct request *q, struct json_writer *w, const struct tool_call *call)
{
	begin_block(w, "tool_use");
	jw_key(w, "id");
	jw_str(w, call->id);
	jw_key(w, "name");
	jw_str(w, call->name);
	jw_key(w, "input");
	jw_raw(w, call_object(q->ctx, call));
	jw_end(w);
}

static void write_result(const struct request *q, struct json_writer *w, const struct message *m)
{
	begin_block(w, "tool_result");
	jw_key(w, "tool_use_id");
	jw_str(w, m->call_id);
	jw_key(w, "content");
	jw_str(w, m->text);
	if (m->failed) {
		jw_key(w, "is_error");
		jw_bool(w, true);
	}
	write_thread_mark(q, w, m);
	jw_end(w);
}

static void write_blocks(const struct request *q, struct json_writer *w, const struct message *m)
{
	if (m->role == MESSAGE_RESULT) {
		write_result(q, w, m);
		return;
	}
	if (m->calls.n > 0 && m->own.p)
		jw_raw(w, m->own);
	write_text(q, w, m);
	for (size_t i = 0; i < m->calls.n; i++)
		write_call(q, w, LIST_AT(m->calls, struct tool_call, i));
}

/* "user" said it, and gave the results. */
static const char *speaker_of(const struct message *m)
{
	return m->role == MESSAGE_REPLY ? "assistant" : "user";
}

static bool is_empty(const struct message *m)
{
	return m->role == MESSAGE_SYSTEM ||
	       (m->role != MESSAGE_RESULT && m->calls.n == 0 && str_trim(m->text).n == 0);
}

static void begin_message(struct json_writer *w, const char *speaker)
{
	jw_object(w);
	jw_key(w, "role");
	jw_z(w, speaker);
	jw_key(w, "content");
	jw_array(w);
}

static void end_message(struct json_writer *w)
{
	jw_end(w);
	jw_end(w);
}

/* What one speaker says in a row is one message: all results of a reply have to be. */
static void write_messages(const struct request *q, struct json_writer *w)
{
	const char *speaking = NULL;

	for (size_t i = 0; i < q->thread->n; i++) {
		const struct message *m = LIST_AT(*q->thread, struct message, i);
		bool goes_on = speaking && strcmp(speaking, speaker_of(m)) == 0;

		if (is_empty(m))
			continue;
		if (speaking && !goes_on)
			end_message(w);
		if (!goes_on)
			begin_message(w, speaker_of(m));
		speaking = speaker_of(m);
		write_blocks(q, w, m);
	}
	if (speaking)
		end_message(w);
}

static const struct message *system_at(const struct request *q, size_t i)
{
	const struct message *m = LIST_AT(*q->thread, struct message, i);

	return m->role == MESSAGE_SYSTEM && str_trim(m->text).n > 0 ? m : NULL;
}

/* This protocol keeps them apart from what is said, wherever they stand; the mark is of use where they begin,
 * which is what stays the same. */
static void write_system(const struct request *q, struct json_writer *w)
{
	const struct message *m;
	bool begun = false;

	for (size_t i = 0; i < q->thread->n; i++) {
		if (!(m = system_at(q, i)))
			continue;
		if (!begun) {
			jw_key(w, "system");
			jw_array(w);
		}
		begin_block(w, "text");
		jw_key(w, "text");
		jw_str(w, m->text);
		if (!begun)
			write_cache_mark(q, w, "anthropic_cache_instructions");
		jw_end(w);
		begun = true;
	}
	if (begun)
		jw_end(w);
}

static void write_tool_choice(const struct request *q, struct json_writer *w)
{
	const struct json *parallel = json_get(q->model->settings, "parallel_tool_calls");

	if (!json_is(parallel, JSON_BOOL) || parallel->boolean)
		return;
	jw_key(w, "tool_choice");
	jw_raw(w, S("{\"type\":\"auto\",\"disable_parallel_tool_use\":true}"));
}

static void write_tools(const struct request *q, struct json_writer *w)
{
	if (q->tools->n == 0)
		return;
	jw_key(w, "tools");
	jw_array(w);
	for (size_t i = 0; i < q->tools->n; i++) {
		const struct tool_offer *tool = LIST_AT(*q->tools, struct tool_offer, i);

		jw_object(w);
		jw_key(w, "name");
		jw_str(w, tool->name);
		jw_key(w, "description");
		jw_str(w, tool->description);
		jw_key(w, "input_schema");
		schema_describe(w, tool->input, DESCRIBE_CREATE);
		if (i + 1 == q->tools->n)
			write_cache_mark(q, w, "anthropic_cache_tool_definitions");
		jw_end(w);
	}
	jw_end(w);
	write_tool_choice(q, w);
}

static void write_number(const struct request *q, struct json_writer *w, const char *name, double value, double usual)
{
	if (isnan(value) || value == usual || request_refused(q, name))
		return;
	jw_key(w, name);
	jw_num(w, value);
}

static void write_format(struct json_writer *w, const struct json *schema)
{
	jw_key(w, "format");
	jw_object(w);
	jw_key(w, "type");
	jw_z(w, "json_schema");
	jw_key(w, "schema");
	jw_value(w, schema);
	jw_end(w);
}

static void write_output_config(const struct request *q, struct json_writer *w)
{
	const struct json *effort = json_get(q->model->settings, "anthropic_effort");
	const struct json *schema = request_schema(q);

	if (!json_is(effort, JSON_STR) && !schema)
		return;
	jw_key(w, "output_config");
	jw_object(w);
	if (json_is(effort, JSON_STR)) {
		jw_key(w, "effort");
		jw_str(w, effort->text);
	}
	if (schema)
		write_format(w, schema);
	jw_end(w);
}

static void write_parameters(const struct request *q, struct json_writer *w)
{
	/* Those of OpenAI's that this protocol does not have, and those written above. */
	static const struct setting SETTINGS[] = {
		{ "seed", NULL }, { "logit_bias", NULL }, { "presence_penalty", NULL }, { "frequency_penalty", NULL },
		{ "max_tokens", NULL }, { "parallel_tool_calls", NULL }, { "timeout", NULL }, { "extra_headers", NULL },
		{ "model", NULL }, { "messages", NULL }, { "system", NULL }, { "tools", NULL }, { "tool_choice", NULL },
		{ "stream", NULL }, { "anthropic_cache", NULL }, { "anthropic_cache_messages", NULL },
		{ "anthropic_cache_instructions", NULL }, { "anthropic_cache_tool_definitions", NULL },
		{ "anthropic_effort", NULL }, { 0 },
	};
	const struct model_choice *m = q->model;

	jw_key(w, "max_tokens");
	jw_int(w, m->max_tokens > 0 ? m->max_tokens : MAX_TOKENS);
	/* Other providers go up to 2. */
	write_number(q, w, "temperature", m->temperature > 1 ? 1 : m->temperature, NAN);
	write_number(q, w, "top_p", m->top_p, 1);
	write_output_config(q, w);
	settings_write(q, w, SETTINGS);
}

static void write_body(const struct request *q, struct json_writer *w)
{
	jw_object(w);
	jw_key(w, "model");
	jw_str(w, q->model_name);
	write_system(q, w);
	jw_key(w, "messages");
	jw_array(w);
	write_messages(q, w);
	jw_end(w);
	write_tools(q, w);
	write_parameters(q, w);
	jw_key(w, "stream");
	jw_bool(w, true);
	jw_end(w);
}

/* -- what comes back --------------------------------------------------------------------------------- */

static void take_count(const struct json *usage, const char *name, int64_t *to)
{
	int64_t n;

	if (json_as_int(json_get(usage, name), &n) && n >= 0)
		*to = n;
}

/* Counts are totals: a later one takes the place of an earlier. */
static void take_usage(struct draft *d, const struct json *usage)
{
	if (!json_is(usage, JSON_OBJECT))
		return;
	d->counted = true;
	take_count(usage, "input_tokens", &d->tokens_input);
	take_count(usage, "output_tokens", &d->tokens_output);
	take_count(usage, "cache_read_input_tokens", &d->tokens_cache_read);
	take_count(usage, "cache_creation_input_tokens", &d->tokens_cache_write);
}

static void take_end(struct draft *d, struct str reason)
{
	if (!reason.p)
		return;
	if (str_is(reason, "max_tokens") || str_is(reason, "model_context_window_exceeded"))
		d->stop = STOP_LENGTH;
	else
		d->stop = str_is(reason, "refusal") ? STOP_FILTER : STOP_DONE;
}

static enum err add_own(struct reading *r, struct str block)
{
	if (r->draft.own.n > 0)
		TRY(draft_add_own(r->ctx, &r->draft, S(",")));
	return draft_add_own(r->ctx, &r->draft, block);
}

/* A call's input comes whole, or as pieces of JSON behind an empty object. */
static enum err take_call(struct reading *r, const struct json *block)
{
	const struct json *input = json_get(block, "input");
	struct draft_call *call;

	TRY(draft_call(r->ctx, &r->draft, r->block, &call));
	TRY(draft_name_call(r->ctx, &r->draft, call, json_get_str(block, "id"), json_get_str(block, "name")));
	if (!json_is(input, JSON_OBJECT) || input->n_members == 0)
		return OK;
	return draft_add_arguments(r->ctx, &r->draft, call, json_text(r->ctx->mem, input));
}

static enum err take_block(struct reading *r, const struct json *block)
{
	struct str type = json_get_str(block, "type");

	if (str_is(type, "text"))
		return draft_add_text(r->ctx, &r->draft, json_get_str(block, "text"));
	if (str_is(type, "tool_use"))
		return take_call(r, block);
	if (str_is(type, "thinking") || str_is(type, "redacted_thinking"))
		return add_own(r, json_text(r->ctx->mem, block));
	return OK;
}

/* A thought that is streamed is put together before it is kept. */
static enum err begin_streamed_block(struct reading *r, const struct json *v)
{
	const struct json *block = json_get(v, "content_block");

	r->block = 0;
	json_as_int(json_get(v, "index"), &r->block);
	r->thinking = str_is(json_get_str(block, "type"), "thinking");
	if (!r->thinking)
		return take_block(r, block);
	r->thought.n = r->signature.n = 0;
	buf_str(&r->thought, json_get_str(block, "thinking"));
	buf_str(&r->signature, json_get_str(block, "signature"));
	return OK;
}

static enum err end_streamed_block(struct reading *r)
{
	struct buf text = { .mem = r->ctx->mem };
	struct json_writer w = { .out = &text };

	if (!r->thinking)
		return OK;
	r->thinking = false;
	begin_block(&w, "thinking");
	jw_key(&w, "thinking");
	jw_str(&w, buf_view(&r->thought));
	jw_key(&w, "signature");
	jw_str(&w, buf_view(&r->signature));
	jw_end(&w);
	return add_own(r, buf_view(&text));
}

static enum err take_arguments(struct reading *r, struct str json)
{
	struct draft_call *call;

	if (json.n == 0)
		return OK;
	TRY(draft_call(r->ctx, &r->draft, r->block, &call));
	return draft_add_arguments(r->ctx, &r->draft, call, json);
}

static enum err think(struct reading *r, struct buf *part, struct str more)
{
	if (more.n > DRAFT_BYTES_MAX - part->n)
		return fail(r->ctx, ERR_TOO_LARGE, "thinks more than %d bytes", DRAFT_BYTES_MAX);
	buf_str(part, more);
	return OK;
}

static enum err take_delta(struct reading *r, const struct json *v)
{
	const struct json *delta = json_get(v, "delta");

	json_as_int(json_get(v, "index"), &r->block);
	TRY(draft_add_text(r->ctx, &r->draft, json_get_str(delta, "text")));
	TRY(take_arguments(r, json_get_str(delta, "partial_json")));
	TRY(think(r, &r->thought, json_get_str(delta, "thinking")));
	return think(r, &r->signature, json_get_str(delta, "signature"));
}

static enum err take_event(struct reading *r, const struct json *v)
{
	struct str type = json_get_str(v, "type");

	if (str_is(type, "content_block_delta"))
		return take_delta(r, v);
	if (str_is(type, "content_block_start"))
		return begin_streamed_block(r, v);
	if (str_is(type, "content_block_stop"))
		return end_streamed_block(r);
	if (str_is(type, "message_start"))
		take_usage(&r->draft, json_get(json_get(v, "message"), "usage"));
	if (str_is(type, "message_delta")) {
		take_usage(&r->draft, json_get(v, "usage"));
		take_end(&r->draft, json_get_str(json_get(v, "delta"), "stop_reason"));
	}
	return OK;
}

static enum err take_whole(struct reading *r, const struct json *v)
{
	const struct json *content = json_get(v, "content");

	take_usage(&r->draft, json_get(v, "usage"));
	take_end(&r->draft, json_get_str(v, "stop_reason"));
	for (size_t i = 0; json_is(content, JSON_ARRAY) && i < content->n_items; i++) {
		r->block = (int64_t)i;
		TRY(take_block(r, &content->items[i]));
	}
	return OK;
}

/* -- the seam ------------------------------------------------------------------------------------------ */

/* Newer models take none of the first three; some before them, either of the first two; and old ones no schema. */
static const char *const REFUSABLE[] = { "top_p", "temperature", "top_k", "output_config", NULL };

const struct protocol anthropic_protocol = {
	.url = url_of, .body = write_body, .dialect = { take_event, take_whole },
	.refusable = REFUSABLE, .schema_member = "output_config",
};

static enum err ask(struct ctx *ctx, const struct model_choice *model, const struct list *thread,
		    const struct list *tools, struct model_reply *out)
{
	return remote_ask(ctx, &anthropic_protocol, model, thread, tools, out);
}

const struct model_ops anthropic_ops = { .ask = ask };
