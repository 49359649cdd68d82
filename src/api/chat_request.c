/* api/chat_request.c: a chat completion's request, read and split into what was said before and what is asked now.
 *
 * Members that tune a model (temperature, max_tokens, ...) are passed over: the agent says how its model is asked.
 * Members that a client would build upon are refused: its own tools would never be called, a format of its own
 * never kept, a second choice never given.
 */
#include "api/chat_internal.h"

struct chat_message {
	struct str role;
	const struct json *content;
};

struct stream_options {
	bool include_usage;
};

struct chat_body {
	struct str model;
	struct list messages;                /* of struct chat_message */
	bool stream;
	struct stream_options stream_options;
	int64_t n;
	const struct json *tools, *functions, *response_format;
};

static const struct field message_fields[] = {
	{ F_STR("role", chat_message, role), .required = true },
	{ F_ANY("content", chat_message, content) },
};
static const struct schema message_schema = SCHEMA(NULL, chat_message, message_fields);

static const struct field stream_fields[] = {
	{ F_BOOL("include_usage", stream_options, include_usage) },
};
static const struct schema stream_schema = SCHEMA(NULL, stream_options, stream_fields);

static const struct field body_fields[] = {
	{ F_STR("model", chat_body, model), .required = true, .min = 1, .max = 200 },
	{ F_LIST("messages", chat_body, messages, &message_schema), .required = true, .min = 1, .max = 10000 },
	{ F_BOOL("stream", chat_body, stream) },
	{ F_OBJECT("stream_options", chat_body, stream_options, &stream_schema) },
	{ F_INT("n", chat_body, n), .def = "1" },
	{ F_ANY("tools", chat_body, tools) },
	{ F_ANY("functions", chat_body, functions) },
	{ F_ANY("response_format", chat_body, response_format) },
};
static const struct schema body_schema = SCHEMA(NULL, chat_body, body_fields);

/* -- what cannot be had ------------------------------------------------------------------------------ */

__attribute__((format(printf, 4, 5)))
static enum err refuse(struct ctx *ctx, struct chat_fault *fault, struct str param, const char *fmt, ...)
{
	struct str why;
	va_list ap;

	va_start(ap, fmt);
	why = arena_vprintf(ctx->mem, fmt, ap);
	va_end(ap);
	*fault = (struct chat_fault){ .code = "invalid_value", .param = param };
	return fail(ctx, ERR_INVALID, "%.*s", STR(why));
}

static bool holds_something(const struct json *v)
{
	return json_is(v, JSON_ARRAY) && v->n_items > 0;
}

static enum err check_wishes(struct ctx *ctx, const struct chat_body *b, struct chat_fault *fault)
{
	struct str format = json_get_str(b->response_format, "type");

	if (b->n != 1)
		return refuse(ctx, fault, S("n"), "An agent gives one answer: n must be 1.");
	if (holds_something(b->tools) || holds_something(b->functions))
		return refuse(ctx, fault, b->tools ? S("tools") : S("functions"),
			      "An agent calls the tools that it was given, not its client's.");
	if (format.p && !str_is(format, "text"))
		return refuse(ctx, fault, S("response_format"),
			      "The form of an agent's answer is set by its output_schema.");
	return OK;
}

/* -- messages ---------------------------------------------------------------------------------------- */

static enum err read_part(struct ctx *ctx, const struct json *part, struct str param, struct buf *out,
			  struct chat_fault *fault)
{
	struct str type = json_get_str(part, "type"), text = json_get_str(part, "text");

	if (!str_is(type, "text") || !text.p)
		return refuse(ctx, fault, param, "Only text can be said to an agent here.");
	if (out->n > 0)
		buf_char(out, '\n');
	buf_str(out, text);
	return OK;
}

/* A string, or a list of parts; null stands where an assistant only called tools. */
static enum err read_content(struct ctx *ctx, const struct json *v, size_t i, struct str *out, struct chat_fault *fault)
{
	struct str param = arena_printf(ctx->mem, "messages[%zu].content", i);
	struct buf text = { .mem = ctx->mem };

	*out = S("");
	if (!v || v->type == JSON_NULL)
		return OK;
	if (json_has_nul(v))
		return refuse(ctx, fault, param, "A message cannot contain U+0000.");
	if (v->type == JSON_STR) {
		*out = v->text;
		return OK;
	}
	if (v->type != JSON_ARRAY)
		return refuse(ctx, fault, param, "content must be a string, or a list of parts.");
	for (size_t part = 0; part < v->n_items; part++)
		TRY(read_part(ctx, &v->items[part], param, &text, fault));
	*out = buf_view(&text);
	return OK;
}

/* Who may have said something, and as whom the run remembers it. */
static const struct {
	const char *role, *as;
} ROLES[] = {
	{ "system", "system" }, { "developer", "system" }, { "user", "user" }, { "assistant", "assistant" },
};

static enum err read_message(struct ctx *ctx, const struct chat_message *m, size_t i, struct run_line *out,
			     struct chat_fault *fault)
{
	for (size_t r = 0; r < COUNT_OF(ROLES); r++)
		if (str_is(m->role, ROLES[r].role))
			out->role = str_of(ROLES[r].as);
	if (!out->role.p)
		return refuse(ctx, fault, arena_printf(ctx->mem, "messages[%zu].role", i),
			      "role must be one of system, developer, user, assistant: an agent's tools answer to the agent "
			      "alone.");
	return read_content(ctx, m->content, i, &out->text, fault);
}

static enum err read_messages(struct ctx *ctx, const struct chat_body *b, struct chat_request *out,
			      struct chat_fault *fault)
{
	size_t n = b->messages.n;
	struct run_line *lines = arena_array(ctx->mem, n, sizeof(*lines));

	for (size_t i = 0; i < n; i++)
		TRY(read_message(ctx, LIST_AT(b->messages, struct chat_message, i), i, &lines[i], fault));
	if (!str_is(lines[n - 1].role, "user"))
		return refuse(ctx, fault, S("messages"), "The last message must be the user's.");
	out->message = lines[n - 1].text;
	out->history = (struct list){ lines, n - 1 };
	return OK;
}

/* -- all of it --------------------------------------------------------------------------------------- */

#define DRAFT S(":draft")

static void read_model(struct str model, struct chat_request *out)
{
	out->model = out->agent = model;
	out->prefer_draft = str_ends(model, DRAFT);
	if (out->prefer_draft)
		out->agent.n -= DRAFT.n;
}

/* OpenAI names the member at fault as we do, and none when it is the whole body. */
static enum err refuse_first_issue(struct ctx *ctx, struct chat_fault *fault)
{
	const struct issue *first = &ctx->issues->items[0];
	struct str param = first->path ? path_text(ctx->mem, first->path) : (struct str){ NULL, 0 };

	return refuse(ctx, fault, param, "%.*s", STR(first->message));
}

enum err chat_read(struct ctx *ctx, struct str body, struct chat_request *out, struct chat_fault *fault)
{
	struct chat_body *b = NEW(ctx->mem, struct chat_body);
	const struct json *v;

	*out = (struct chat_request){0};
	if (json_parse(ctx, body, JSON_STRICT, &v) != OK)
		return refuse(ctx, fault, (struct str){ NULL, 0 }, "The body must be JSON: %s",
			      arena_str(ctx->mem, str_of(ctx->why)).p);
	if (schema_read(ctx, &body_schema, v, READ_IMPORT, b) != OK)
		return refuse_first_issue(ctx, fault);
	TRY(check_wishes(ctx, b, fault));
	out->stream = b->stream;
	out->include_usage = b->stream_options.include_usage;
	read_model(b->model, out);
	return read_messages(ctx, b, out, fault);
}
