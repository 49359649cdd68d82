/* mcp/tools.c: a tool's call, from top to bottom.
 *
 *     mcp_call_tool         which tool
 *       check               its arguments, then the role: in this order, as clients know it (3.4)
 *       send                arguments into what the operation takes: a path, a query, a body
 *       carry out           the operation itself, as REST calls it
 *       answer              its reply, or what went wrong, as text
 *
 * A reply is written once, compact, and the protocol makes the text (3.4) and the structuredContent of it: both
 * tell the same, since some clients show a model only the one or the other.
 */
#include "mcp/tools.h"

#include "api/invoke.h"
#include "api/manner.h"
#include "api/shapes.h"
#include "base/id.h"
#include "base/log.h"
#include "domain/run.h"
#include "json/js.h"
#include "mcp/arguments.h"
#include "mcp/tool_table.h"
#include "mcp/wait.h"

/* One call on its way through this file. */
struct use {
	struct ctx *ctx;
	const struct mcp_tool *tool;
	struct json arguments;               /* checked; what the tool does not know is gone */
	struct mcp_channel *channel;
	struct call call;
	struct issues issues;                /* of the operation */
};

/* -- check ----------------------------------------------------------------------------------------------- */

static void refuse(struct mcp_result *out, struct str text)
{
	*out = (struct mcp_result){ .text = text, .failed = true };
}

/* What is wrong with the arguments; absent when nothing is. Revisions differ in one thing: to the reference a
 * tool that takes arguments has to be sent some, if only {}. */
static struct str check_arguments(struct use *u, const struct mcp_request *request)
{
	static const struct json NONE = { .type = JSON_OBJECT };
	const struct json *sent = request->arguments;

	u->arguments = NONE;
	if (!u->tool->arguments)
		return (struct str){ NULL, 0 };
	if (!sent && request->revision >= MCP_MODERN)
		sent = &NONE;
	return arguments_check(u->ctx->mem, u->tool->arguments, sent, &u->arguments);
}

static const char *role_refusal(const struct use *u)
{
	static const char *const WORDS[] = {
		[ROLE_VIEWER] = "This action requires the viewer role.",
		[ROLE_OPERATOR] = "This action requires the operator role; this API key's user is a viewer.",
		[ROLE_ADMIN] = "This action requires the workspace_admin role.",
	};
	enum role needed = u->call.op->role;

	return u->ctx->actor.role < needed ? WORDS[needed] : NULL;
}

/* Everything that is known before the operation is asked. Absent: it may be. */
static struct str check(struct use *u, const struct mcp_request *request)
{
	static const char REFUSED[] = "MCP error -32602: Input validation error: Invalid arguments for tool";
	struct str wrong = check_arguments(u, request);
	const char *role = role_refusal(u);

	if (wrong.p)
		return arena_printf(u->ctx->mem, "%s %s: %.*s", REFUSED, u->tool->name, STR(wrong));
	if (role)
		return str_of(role);
	return u->tool->arguments ? arguments_misfit(u->ctx->mem, u->tool->arguments, &u->arguments) :
				    (struct str){ NULL, 0 };
}

/* -- send ------------------------------------------------------------------------------------------------- */

static const struct mcp_tool_rename *rename_of(const struct mcp_tool *tool, const struct field *f)
{
	for (const struct mcp_tool_rename *r = tool->renames; r && r->from; r++)
		if (strcmp(r->from, f->name) == 0)
			return r;
	return NULL;
}

static const char *sent_name(const struct mcp_tool *tool, const struct field *f)
{
	const struct mcp_tool_rename *r = rename_of(tool, f);

	return r ? r->to : f->name;
}

/* As it would stand in a URL: a list with commas between. */
static struct str param_text(struct arena *mem, const struct json *v)
{
	struct buf out = { .mem = mem };

	if (!v)
		return (struct str){ NULL, 0 };
	if (v->type == JSON_STR)
		return v->text;
	if (v->type != JSON_ARRAY)
		return json_text(mem, v);
	for (size_t i = 0; i < v->n_items; i++)
		buf_printf(&out, "%s%.*s", i ? "," : "", STR(v->items[i].text));
	return buf_view(&out);
}

/* A path has one parameter at most, so its argument need not be named alike. */
static struct str param_of(void *arg, const struct field *wanted)
{
	const struct use *u = arg;
	const struct schema *s = u->tool->arguments;

	for (size_t i = 0; s && i < s->n_fields; i++) {
		const struct field *f = &s->fields[i];

		if (f->in == wanted->in && (f->in == IN_PATH || strcmp(sent_name(u->tool, f), wanted->name) == 0))
			return param_text(u->ctx->mem, json_get(&u->arguments, f->name));
	}
	if (u->tool->fixed.name && strcmp(u->tool->fixed.name, wanted->name) == 0)
		return str_of(u->tool->fixed.value);
	return (struct str){ NULL, 0 };
}

/* The member of that name, made when it is not there. No object here has more members than the tool has
 * arguments, and a fixed one. */
static struct json *member(const struct use *u, struct json *object, struct str name)
{
	size_t room = u->arguments.n_members + 1;
	struct json_member *members = (struct json_member *)object->members;

	for (size_t i = 0; i < object->n_members; i++)
		if (str_eq(members[i].key, name))
			return &members[i].value;
	if (!members)
		members = arena_array(u->ctx->mem, room, sizeof(*members));
	members[object->n_members].key = name;
	*object = (struct json){ .type = JSON_OBJECT, .members = members, .n_members = object->n_members + 1 };
	return &members[object->n_members - 1].value;
}

/* path: "a", or "a.b" for the member b of the member a. */
static void put(const struct use *u, struct json *object, struct str path, const struct json *v)
{
	struct json *at = member(u, object, str_cut(&path, '.'));

	if (path.p)
		put(u, at, path, v);
	else
		*at = *v;
}

static bool is_sent(const struct mcp_tool *tool, const struct field *f, const struct json *v)
{
	const struct mcp_tool_rename *r = rename_of(tool, f);

	return v && !(r && r->unless_empty && v->type == JSON_STR && v->text.n == 0);
}

static void make_body(const struct use *u, struct json *out)
{
	const struct schema *s = u->tool->arguments;
	struct json fixed = { .type = JSON_STR, .text = str_of(u->tool->fixed.value) };

	*out = (struct json){ .type = JSON_OBJECT };
	if (u->tool->fixed.name)
		put(u, out, str_of(u->tool->fixed.name), &fixed);
	for (size_t i = 0; s && i < s->n_fields; i++) {
		const struct field *f = &s->fields[i];
		const struct json *v = json_get(&u->arguments, f->name);

		if (f->in == IN_BODY && is_sent(u->tool, f, v))
			put(u, out, str_of(sent_name(u->tool, f)), v);
	}
}

static enum err send(struct use *u)
{
	struct json *body = arena_zalloc(u->ctx->mem, sizeof(*body));

	make_body(u, body);
	u->call.json = body;
	TRY(invoke_read_params(u->ctx, &u->call, param_of, u));
	if (u->call.op->find)
		TRY(u->call.op->find(u->ctx, &u->call));
	return invoke_read_body(u->ctx, &u->call);
}

/* -- carry out ---------------------------------------------------------------------------------------------- */

/* What takes long is done under no deadline of the operation's. */
static enum err wait_first(struct use *u)
{
	u->ctx->deadline_ms = 0;
	return u->tool->waits ? mcp_wait_for_run(u->ctx, u->channel, json_get_str(&u->arguments, "id")) : OK;
}

/* The operation works in memory of its own, which ends when the answer is made: a large answer does not stand beside
 * all that was read for it. */
static enum err carry_out(struct use *u, struct arena *work)
{
	struct ctx *ctx = u->ctx;
	struct issues *outer = ctx->issues;
	struct arena *mem = ctx->mem;
	enum err e;

	ctx->mem = work;
	ctx->issues = &u->issues;
	ctx->why[0] = '\0';
	e = wait_first(u);
	ctx->deadline_ms = invoke_deadline_ms(u->call.op);
	if (e == OK)
		e = send(u);
	if (e == OK) {
		invoke_prepare(ctx, &u->call);
		e = u->call.op->run(ctx, &u->call);
	}
	ctx->mem = mem;
	ctx->issues = outer;
	return e;
}

/* -- answer: what went wrong --------------------------------------------------------------------------------- */

static bool is_blank(const struct use *u, const char *argument)
{
	return js_trim(json_get_str(&u->arguments, argument)).n == 0;
}

static const char *own_words(const struct use *u, enum err e)
{
	for (const struct mcp_tool_text *t = u->tool->texts; t && t->text; t++)
		if (t->err == e && (!t->blank || is_blank(u, t->blank)))
			return t->text;
	return NULL;
}

/* The first one alone: its code, and what there is to say about it. */
static void put_issue(struct buf *out, const struct use *u)
{
	const struct issue *first = &u->issues.items[0];

	if (u->issues.n == 0)
		return;
	buf_z(out, first->code);
	if (first->message.n)
		buf_printf(out, " (%.*s)", STR(first->message));
}

/* Puts in what stands in braces. */
static struct str expand(const struct use *u, const char *words)
{
	struct buf out = { .mem = u->ctx->mem };
	struct str rest = str_of(words);

	while (rest.p) {
		struct str name;

		buf_str(&out, str_cut(&rest, '{'));
		if (!rest.p)
			break;
		name = str_cut(&rest, '}');
		if (str_is(name, "issue"))
			put_issue(&out, u);
		else
			buf_str(&out, json_get_str(&u->arguments, arena_strz(u->ctx->mem, name)));
	}
	return buf_view(&out);
}

/* In the contract's own words where it has some, else all that is wrong, a line each. */
static struct str issue_lines(const struct use *u)
{
	const struct field *first = u->issues.items[0].field;
	struct buf out = { .mem = u->ctx->mem };

	if (first && first->say)
		return str_of(first->say);
	for (size_t i = 0; i < u->issues.n; i++) {
		const struct issue *issue = &u->issues.items[i];

		buf_z(&out, i ? "\n" : "");
		if (issue->field)
			buf_printf(&out, "%s: ", issue->field->name);
		buf_str(&out, issue->message);
	}
	return buf_view(&out);
}

static struct str failure(const struct use *u, enum err e)
{
	const char *words = own_words(u, e);

	if (words)
		return expand(u, words);
	if (e == ERR_INTERNAL) {
		log_error("mcp.failed", kv_z("tool", u->tool->name), kv_z("why", u->ctx->why));
		return S("Internal server error");
	}
	if (e == ERR_INVALID && u->issues.n)
		return issue_lines(u);
	return arena_printf(u->ctx->mem, "%s", u->ctx->why[0] ? u->ctx->why : err_text(e));
}

/* -- answer: the reply ----------------------------------------------------------------------------------------- */

/* The field of the operation's reply that is all of the tool's; NULL: the tool replies what the operation does. */
static const struct field *reply_part(const struct mcp_tool *tool, const struct op *op)
{
	for (size_t i = 0; tool->part && i < op->out->n_fields; i++)
		if (strcmp(op->out->fields[i].name, tool->part) == 0)
			return &op->out->fields[i];
	return NULL;
}

static const struct schema *reply_schema(const struct mcp_tool *tool, const struct op *op)
{
	const struct field *part = reply_part(tool, op);

	if (part)
		return part->of;
	if (tool->out)
		return tool->out;
	return op->out ? op->out : &deleted_schema;
}

/* The member that holds it; NULL: it is the reply. */
static const char *reply_key(const struct mcp_tool *tool, const struct op *op)
{
	const char *key = tool->key ? tool->key : op->out_key;

	return key && key[0] ? key : NULL;
}

static void write_out(struct json_writer *w, const struct use *u)
{
	const struct call *call = &u->call;
	const struct schema *as = reply_schema(u->tool, call->op);
	const struct field *part = reply_part(u->tool, call->op);

	if (part)
		schema_write(w, as, *(void **)((char *)call->out + part->at), WRITE_REPLY);
	else if (call->op->out)
		call_write_out(w, call, as);
	else
		schema_write(w, as, &(struct deleted){ json_get_str(&u->arguments, "id"), true }, WRITE_REPLY);
}

static void write_reply(struct json_writer *w, const struct use *u)
{
	const struct call *call = &u->call;
	const char *key = reply_key(u->tool, call->op);

	if (!key) {
		write_out(w, u);
		return;
	}
	jw_object(w);
	jw_key(w, key);
	write_out(w, u);
	if (call->op->paged) {
		jw_key(w, "pagination");
		call_write_page(w, &call->page);
	}
	jw_end(w);
}

static void answer(const struct use *u, struct mcp_result *out)
{
	struct buf text = { .mem = u->ctx->mem };
	struct json_writer w = { .out = &text };

	write_reply(&w, u);
	*out = (struct mcp_result){ .structured = buf_view(&text) };
}

enum err mcp_call_tool(struct ctx *ctx, const struct mcp_request *request, struct mcp_result *out)
{
	AUTO(arena_fini) struct arena work = {0};
	struct use u = { .ctx = ctx, .tool = mcp_tool_find(request->name), .channel = request->channel };
	struct str refusal;
	enum err e;

	if (!u.tool)
		return fail(ctx, ERR_NOT_FOUND, "Tool %.*s not found", STR(request->name));
	u.call.op = mcp_tool_op(u.tool);
	refusal = check(&u, request);
	if (refusal.p) {
		refuse(out, refusal);
		return OK;
	}
	arena_init(&work, 0);
	e = carry_out(&u, &work);
	if (e == ERR_GONE)
		return e;
	if (e == OK)
		answer(&u, out);
	else
		refuse(out, failure(&u, e));
	return OK;
}

/* -- list -------------------------------------------------------------------------------------------------- */

static void key_bool(struct json_writer *w, const char *key, bool value)
{
	jw_key(w, key);
	jw_bool(w, value);
}

static void key_z(struct json_writer *w, const char *key, const char *value)
{
	jw_key(w, key);
	jw_z(w, value);
}

/* All four are said, since what is left out counts as the worst. */
static void describe_hints(struct json_writer *w, const struct mcp_tool *t, enum mcp_revision r)
{
	jw_key(w, "annotations");
	jw_object(w);
	if (r < MCP_2025_06_18)
		key_z(w, "title", t->title);
	key_bool(w, "readOnlyHint", t->hints & TOOL_READS);
	key_bool(w, "destructiveHint", t->hints & TOOL_OVERWRITES);
	key_bool(w, "idempotentHint", t->hints & (TOOL_REPEATABLE | TOOL_READS));
	key_bool(w, "openWorldHint", t->hints & TOOL_REACHES);
	jw_end(w);
}

static void describe_list(struct json_writer *w, const struct schema *s)
{
	jw_object(w);
	key_z(w, "type", "array");
	jw_key(w, "items");
	schema_describe(w, s, DESCRIBE_WHOLE_REPLY);
	jw_end(w);
}

static void describe_reply(struct json_writer *w, const struct mcp_tool *t, const struct op *op)
{
	const struct schema *s = reply_schema(t, op);
	const char *key = reply_key(t, op);

	jw_key(w, "outputSchema");
	if (!key) {
		schema_describe(w, s, DESCRIBE_WHOLE_REPLY);
		return;
	}
	jw_object(w);
	key_z(w, "type", "object");
	jw_key(w, "properties");
	jw_object(w);
	jw_key(w, key);
	if (op->replies_list)
		describe_list(w, s);
	else
		schema_describe(w, s, DESCRIBE_WHOLE_REPLY);
	jw_end(w);
	jw_key(w, "required");
	jw_array(w);
	jw_z(w, key);
	jw_end(w);
	jw_end(w);
}

/* That no tool is run as a task is said as the reference says it, to everyone it says so; a modern server says
 * that by not offering tasks. */
static void describe_execution(struct json_writer *w)
{
	jw_key(w, "execution");
	jw_object(w);
	key_z(w, "taskSupport", "forbidden");
	jw_end(w);
}

static void describe(struct json_writer *w, const struct mcp_tool *t, enum mcp_revision r)
{
	jw_object(w);
	key_z(w, "name", t->name);
	if (r >= MCP_2025_06_18)
		key_z(w, "title", t->title);
	key_z(w, "description", t->doc);
	jw_key(w, "inputSchema");
	arguments_describe(w, t->arguments, r < MCP_MODERN);
	if (r >= MCP_2025_06_18)
		describe_reply(w, t, mcp_tool_op(t));
	if (r >= MCP_2025_03_26)
		describe_hints(w, t, r);
	if (r < MCP_MODERN)
		describe_execution(w);
	jw_end(w);
}

/* The row behind the one of that name. */
static enum err row_after(struct ctx *ctx, struct str name, size_t *row)
{
	*row = 0;
	if (!name.p)
		return OK;
	for (size_t i = 0; i < n_mcp_tools; i++)
		if (str_is(name, mcp_tools[i].name))
			*row = i + 1;
	return *row ? OK : fail(ctx, ERR_INVALID, "no such cursor");
}

enum err mcp_list_tools(struct ctx *ctx, enum mcp_revision r, struct str after, struct json_writer *w, struct str *next)
{
	size_t i;

	(void)next;                          /* all of them fit on one page */
	TRY(row_after(ctx, after, &i));
	for (; i < n_mcp_tools; i++)
		describe(w, &mcp_tools[i], r);
	return OK;
}

/* -- from a run ---------------------------------------------------------------------------------------------- */

enum err mcp_act_from_run(struct ctx *ctx, struct str header)
{
	struct run run;
	struct str id;
	enum err e;

	if (!header.p || !uuid_parse_any(ctx->mem, header, &id))
		return OK;
	e = run_get(ctx, id, &run);
	if (e != OK)
		return e == ERR_NOT_FOUND ? OK : e;
	ctx->actor.run_id = run.id;
	ctx->actor.run_agent = run.agent_name;
	return OK;
}
