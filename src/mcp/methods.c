/* mcp/methods.c: the methods, a row each, and those that only pass something on to the features. */
#include <sodium.h>
#include <stdarg.h>

#include "base/id.h"
#include "mcp/internal.h"

enum err mcp_refuse(struct mcp_turn *t, enum mcp_code code, const char *fmt, ...)
{
	va_list ap;

	t->error.code = code;
	va_start(ap, fmt);
	t->error.message = arena_vprintf(t->ctx->mem, fmt, ap);
	va_end(ap);
	return ERR_INVALID;
}

static enum err missing(struct mcp_turn *t, const char *what)
{
	return mcp_refuse(t, MCP_INVALID_PARAMS, "params.%s is missing or of the wrong type", what);
}

static enum err do_nothing(struct mcp_turn *t, struct json_writer *w)
{
	return OK;
}

/* -- lists ------------------------------------------------------------------------------------------------- */

/* A cursor is the kind of list and the name of the last one on the page before. */
static const char CURSOR_KINDS[MCP_LISTS] = {
	[MCP_TOOLS] = 't', [MCP_RESOURCES] = 'r', [MCP_TEMPLATES] = 'u', [MCP_PROMPTS] = 'p',
};

static struct str cursor_text(struct arena *mem, enum mcp_list list, struct str name)
{
	struct str plain = arena_printf(mem, "%c%.*s", CURSOR_KINDS[list], STR(name));

	return base64url_text(mem, plain.p, plain.n);
}

static bool cursor_read(struct arena *mem, enum mcp_list list, struct str cursor, struct str *after)
{
	char *text = arena_alloc(mem, cursor.n + 1);
	size_t n;

	if (sodium_base642bin((unsigned char *)text, cursor.n, cursor.p, cursor.n, NULL, &n, NULL,
			      sodium_base64_VARIANT_URLSAFE_NO_PADDING) != 0 || n == 0 || text[0] != CURSOR_KINDS[list])
		return false;
	*after = (struct str){ text + 1, n - 1 };
	return true;
}

static enum err read_cursor(struct mcp_turn *t, enum mcp_list list, struct str *after)
{
	static const struct mcp_expectation EXPECTED = { { "cursor" }, JSON_STR, "string", true };
	const struct json *cursor = json_get(t->message.params, "cursor");

	if (!mcp_modern(t))
		TRY(mcp_expect(t, &EXPECTED, 1));
	if (!cursor || (json_is(cursor, JSON_STR) && cursor_read(t->ctx->mem, list, cursor->text, after)))
		return OK;
	/* The reference has its tools on one page, whatever page it is asked for. */
	if (list == MCP_TOOLS && !mcp_modern(t))
		return OK;
	return mcp_refuse(t, MCP_INVALID_PARAMS, "params.cursor is not one of ours");
}

static enum err list(struct mcp_turn *t, struct json_writer *w, enum mcp_list list, const char *key)
{
	struct str after = { NULL, 0 }, next = { NULL, 0 };

	TRY(read_cursor(t, list, &after));
	jw_key(w, key);
	jw_array(w);
	TRY(t->features->lists[list](t->ctx, t->envelope.revision, after, w, &next));
	jw_end(w);
	if (next.p) {
		jw_key(w, "nextCursor");
		jw_str(w, cursor_text(t->ctx->mem, list, next));
	}
	return OK;
}

static enum err list_tools(struct mcp_turn *t, struct json_writer *w)
{
	return list(t, w, MCP_TOOLS, "tools");
}

static enum err list_resources(struct mcp_turn *t, struct json_writer *w)
{
	return list(t, w, MCP_RESOURCES, "resources");
}

static enum err list_templates(struct mcp_turn *t, struct json_writer *w)
{
	return list(t, w, MCP_TEMPLATES, "resourceTemplates");
}

static enum err list_prompts(struct mcp_turn *t, struct json_writer *w)
{
	return list(t, w, MCP_PROMPTS, "prompts");
}

/* -- tools -------------------------------------------------------------------------------------------------- */

static struct mcp_request request_of(struct mcp_turn *t, const char *name)
{
	return (struct mcp_request){
		.revision = t->envelope.revision, .name = json_get_str(t->message.params, name),
		.arguments = json_get(t->message.params, "arguments"), .channel = &t->channel,
	};
}

/* What the reference's validator says before the tool sees any of it. */
static enum err check_legacy_call(struct mcp_turn *t)
{
	static const struct mcp_expectation EXPECTED[] = {
		{ { "name" }, JSON_STR, "string", false },
		{ { "arguments" }, JSON_OBJECT, "record", true },
		{ { "task" }, JSON_OBJECT, "object", true },
	};

	TRY(mcp_expect(t, EXPECTED, COUNT_OF(EXPECTED)));
	if (json_get(t->message.params, "task"))
		return mcp_refuse(t, MCP_INTERNAL, "Server does not support task creation (required for tools/call)");
	return OK;
}

static enum err check_call(struct mcp_turn *t, const struct mcp_request *request)
{
	if (!mcp_modern(t))
		return check_legacy_call(t);
	if (!request->name.p)
		return missing(t, "name");
	return !request->arguments || json_is(request->arguments, JSON_OBJECT) ? OK : missing(t, "arguments");
}

static void write_text_block(struct json_writer *w, const struct mcp_result *result)
{
	jw_array(w);
	jw_object(w);
	jw_key(w, "type");
	jw_z(w, "text");
	jw_key(w, "text");
	if (result->text.p)
		jw_str(w, result->text);
	else
		jw_laid_out(w, result->structured);
	jw_end(w);
	jw_end(w);
}

/* An answer in JSON is told twice, the first time over lines: that takes about as much again. */
static void write_tool_result(struct json_writer *w, enum mcp_revision r, const struct mcp_result *result)
{
	buf_room(w->out, 3 * result->structured.n);
	jw_key(w, "content");
	if (result->content.p)
		jw_raw(w, result->content);
	else
		write_text_block(w, result);
	if (result->structured.p && r >= MCP_2025_06_18) {
		jw_key(w, "structuredContent");
		jw_raw(w, result->structured);
	}
	if (result->failed) {
		jw_key(w, "isError");
		jw_bool(w, true);
	}
}

/* The reference answers for a tool that is not there as if it were. */
static enum err no_such_tool(struct mcp_turn *t, struct str name, struct mcp_result *out)
{
	if (mcp_modern(t))
		return mcp_refuse(t, MCP_INVALID_PARAMS, "Unknown tool: %.*s", STR(name));
	*out = (struct mcp_result){ .failed = true };
	out->text = arena_printf(t->ctx->mem, "MCP error %d: Tool %.*s not found", MCP_INVALID_PARAMS, STR(name));
	return OK;
}

static enum err call_tool(struct mcp_turn *t, struct json_writer *w)
{
	struct mcp_request request = request_of(t, "name");
	struct mcp_result result = {0};
	enum err e;

	TRY(check_call(t, &request));
	e = t->features->call_tool(t->ctx, &request, &result);
	TRY(e == ERR_NOT_FOUND ? no_such_tool(t, request.name, &result) : e);
	write_tool_result(w, t->envelope.revision, &result);
	return OK;
}

/* -- resources ---------------------------------------------------------------------------------------------- */

static enum err no_such_resource(struct mcp_turn *t, struct str uri)
{
	struct buf data = { .mem = t->ctx->mem };
	struct json_writer w = { .out = &data };

	jw_object(&w);
	jw_key(&w, "uri");
	jw_str(&w, uri);
	jw_end(&w);
	t->error.data = buf_view(&data);
	return mcp_refuse(t, mcp_modern(t) ? MCP_INVALID_PARAMS : MCP_NO_RESOURCE, "Resource not found");
}

static enum err read_resource(struct mcp_turn *t, struct json_writer *w)
{
	struct mcp_request request = request_of(t, "uri");
	enum err e;

	if (!request.name.p)
		return missing(t, "uri");
	e = t->features->read_resource(t->ctx, &request, w);
	return e == ERR_NOT_FOUND ? no_such_resource(t, request.name) : e;
}

/* Without a stream of ours that the client listens on, there is nowhere to tell of a change; saying so would
 * make clients give up that could do without. */
static enum err subscribe(struct mcp_turn *t, struct json_writer *w)
{
	return json_get_str(t->message.params, "uri").p ? OK : missing(t, "uri");
}

/* -- prompts and completion ----------------------------------------------------------------------------------- */

static bool are_texts(const struct json *arguments)
{
	if (arguments && arguments->type != JSON_OBJECT)
		return false;
	for (size_t i = 0; arguments && i < arguments->n_members; i++)
		if (arguments->members[i].value.type != JSON_STR)
			return false;
	return true;
}

static enum err get_prompt(struct mcp_turn *t, struct json_writer *w)
{
	struct mcp_request request = request_of(t, "name");
	enum err e;

	if (!request.name.p)
		return missing(t, "name");
	if (!are_texts(request.arguments))
		return missing(t, "arguments");
	e = t->features->get_prompt(t->ctx, &request, w);
	return e == ERR_NOT_FOUND ? mcp_refuse(t, MCP_INVALID_PARAMS, "Unknown prompt: %.*s", STR(request.name)) : e;
}

static enum err complete(struct mcp_turn *t, struct json_writer *w)
{
	const struct json *ref = json_get(t->message.params, "ref"),
			  *argument = json_get(t->message.params, "argument");
	struct str name = json_get_str(argument, "name"), value = json_get_str(argument, "value");

	if (!json_get_str(ref, "type").p)
		return missing(t, "ref");
	if (!name.p || !value.p)
		return missing(t, "argument");
	return t->features->complete(t->ctx, ref, name, value, w);
}

/* Without sessions there is nowhere to remember it; what tools tell begins at "info" either way. */
static enum err set_level(struct mcp_turn *t, struct json_writer *w)
{
	enum mcp_level level;

	return mcp_level_by_name(json_get_str(t->message.params, "level"), &level) ? OK : missing(t, "level");
}

/* -- the table ------------------------------------------------------------------------------------------------ */

static bool has_resources(const struct mcp_features *f)
{
	return f->lists[MCP_RESOURCES];
}

static bool has_prompts(const struct mcp_features *f)
{
	return f->lists[MCP_PROMPTS];
}

static bool has_completion(const struct mcp_features *f)
{
	return f->complete;
}

static bool has_logs(const struct mcp_features *f)
{
	return f->logs;
}

static bool has_changes(const struct mcp_features *f)
{
	return f->list_version;
}

#define EVER     .since = MCP_2024_10_07, .until = MCP_MODERN
#define OLDER    .since = MCP_2024_10_07, .until = MCP_LATEST_LEGACY
/* What the reference does not have: see handshake.c. */
#define OURS     .since = MCP_2025_06_18, .until = MCP_MODERN
#define OURS_OLD .since = MCP_2025_06_18, .until = MCP_LATEST_LEGACY
#define MODERN   .since = MCP_MODERN, .until = MCP_MODERN
#define KEPT(ms) .kept = true, .ttl_ms = (ms)

/* What is the same until the server is another, and what somebody may change while you look. */
enum { STABLE_MS = 300 * 1000, BRIEF_MS = 5 * 1000 };

static const struct mcp_method METHODS[] = {
	{ "initialize", OLDER, .run = mcp_initialize },
	{ "server/discover", MODERN, .run = mcp_discover, KEPT(STABLE_MS) },
	{ "ping", OLDER, .run = do_nothing },
	{ "tools/list", EVER, .run = list_tools, KEPT(STABLE_MS) },
	{ "tools/call", EVER, .named_by = "name", .asks = true, .run = call_tool },
	{ "resources/list", OURS, has_resources, .run = list_resources, KEPT(BRIEF_MS) },
	{ "resources/templates/list", OURS, has_resources, .run = list_templates, KEPT(STABLE_MS) },
	{ "resources/read", OURS, has_resources, .named_by = "uri", .asks = true, .run = read_resource, KEPT(0) },
	{ "resources/subscribe", OURS_OLD, has_resources, .run = subscribe },
	{ "resources/unsubscribe", OURS_OLD, has_resources, .run = subscribe },
	{ "prompts/list", OURS, has_prompts, .run = list_prompts, KEPT(BRIEF_MS) },
	{ "prompts/get", OURS, has_prompts, .named_by = "name", .asks = true, .run = get_prompt },
	{ "completion/complete", OURS, has_completion, .run = complete },
	{ "logging/setLevel", OURS_OLD, has_logs, .run = set_level },
	{ "subscriptions/listen", MODERN, has_changes, .serve = mcp_listen },
};

const struct mcp_method *mcp_method_find(const struct mcp_features *f, enum mcp_revision r, struct str name)
{
	for (size_t i = 0; i < COUNT_OF(METHODS); i++) {
		const struct mcp_method *m = &METHODS[i];

		if (str_is(name, m->name))
			return r >= m->since && r <= m->until && (!m->offered || m->offered(f)) ? m : NULL;
	}
	return NULL;
}
