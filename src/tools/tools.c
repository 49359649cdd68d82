/* tools/tools.c: the table of tools, and the way of a call through it. */
#include "tools/tools_internal.h"

#include "base/clock.h"

static bool is_file(const struct agent *agent)
{
	return !agent->id.p;
}

static bool has_knowledge(const struct agent *agent)
{
	return agent->capabilities.knowledge_bases.n > 0;
}

static bool may_write(const struct agent *agent)
{
	const struct list *bases = &agent->capabilities.knowledge_bases;

	for (size_t i = 0; i < bases->n; i++)
		if (str_is(LIST_AT(*bases, struct knowledge_base_reference, i)->access, "read-write"))
			return true;
	return false;
}

/* Notes are kept on users of managed agents. */
static bool has_memory(const struct agent *agent)
{
	return agent->features.memory && agent->id.p;
}

static bool plans(const struct agent *agent)
{
	return agent->features.planning;
}

static bool searches_web(const struct agent *agent)
{
	return agent->features.web_search;
}

static const struct tool {
	const char *id;
	/* Offered to agents that name it, and to those for which this holds. */
	bool (*comes_with)(const struct agent *agent);
	tool_run *run;
	tool_brief *brief;                   /* NULL: its description says it all */
} TOOLS[] = {
	{ "forget", has_memory, forget },
	{ "get_run_datetime", is_file, get_run_datetime },
	{ "recall", has_memory, recall },
	{ "remember", has_memory, remember, memory_briefing },
	{ "search_knowledge", has_knowledge, search_knowledge },
	{ "update_plan", plans, update_plan, plan_briefing },
	{ "web_fetch", searches_web, read_web_page },
	{ "web_search", searches_web, search_web },
	{ "write_knowledge", may_write, write_knowledge },
};

static bool named(const struct agent *agent, struct str id)
{
	const struct list *named = &agent->capabilities.tools;

	for (size_t i = 0; i < named->n; i++) {
		const struct tool_reference *tool = LIST_AT(*named, struct tool_reference, i);

		if (str_is(tool->kind, "system") && str_eq(tool->id, id))
			return true;
	}
	return false;
}

static bool is_offered(const struct agent *agent, const struct tool *tool)
{
	return toolbox_has(str_of(tool->id)) && (named(agent, str_of(tool->id)) || tool->comes_with(agent));
}

static struct tool_offer offer_of(const struct system_tool *tool)
{
	return (struct tool_offer){ str_of(tool->id), str_of(tool->description), tool->input };
}

void tools_offered(struct ctx *ctx, const struct tool_scope *scope, struct list *out)
{
	struct tool_offer *offers = arena_array(ctx->mem, COUNT_OF(TOOLS), sizeof(*offers));

	*out = (struct list){ offers, 0 };
	for (size_t i = 0; i < COUNT_OF(TOOLS); i++)
		if (is_offered(scope->agent, &TOOLS[i]))
			offers[out->n++] = offer_of(system_tool_by_id(str_of(TOOLS[i].id)));
}

enum err tools_briefing(struct ctx *ctx, const struct tool_scope *scope, struct str *out)
{
	struct buf text = { .mem = ctx->mem };

	for (size_t i = 0; i < COUNT_OF(TOOLS); i++) {
		if (!TOOLS[i].brief || !is_offered(scope->agent, &TOOLS[i]))
			continue;
		buf_z(&text, text.n ? "\n\n" : "");
		TRY(TOOLS[i].brief(ctx, scope, &text));
	}
	*out = buf_view(&text);
	return OK;
}

/* -- one call -------------------------------------------------------------------------------------- */

static const struct tool *find(const struct agent *agent, struct str name)
{
	for (size_t i = 0; i < COUNT_OF(TOOLS); i++)
		if (str_is(name, TOOLS[i].id) && is_offered(agent, &TOOLS[i]))
			return &TOOLS[i];
	return NULL;
}

/* The first thing that is wrong with the arguments, so that the model can mend it. */
static enum err explain(struct ctx *ctx, const struct issues *issues)
{
	const struct issue *first = &issues->items[0];

	if (issues->n == 0)
		return fail(ctx, ERR_INVALID, "the arguments do not fit the tool's schema");
	return fail(ctx, ERR_INVALID, "%.*s %.*s", STR(first->path ? first->path->name : S("the arguments:")),
		    STR(first->message));
}

static enum err read_arguments(struct ctx *ctx, const struct schema *input, struct str text, void **out)
{
	struct issues found = {0}, *outer = ctx->issues;
	const struct json *v;
	enum err e;

	if (json_parse(ctx, text.n ? text : S("{}"), JSON_REPAIR, &v) != OK)
		return fail(ctx, ERR_INVALID, "the arguments are not JSON");
	*out = arena_zalloc(ctx->mem, input->size);
	ctx->issues = &found;
	e = schema_read(ctx, input, v, READ_CREATE, *out);
	ctx->issues = outer;
	return e == OK ? OK : explain(ctx, &found);
}

static enum err carry_out(struct ctx *ctx, const struct tool_scope *scope, const struct tool_call *call,
			  struct str *text)
{
	const struct tool *tool = find(scope->agent, call->name);
	void *arguments;

	if (!tool)
		return fail(ctx, ERR_NOT_FOUND, "there is no tool '%.*s'", STR(call->name));
	TRY(read_arguments(ctx, system_tool_by_id(call->name)->input, call->arguments, &arguments));
	return tool->run(ctx, scope, arguments, text);
}

static enum err carry_out_in_time(struct ctx *ctx, const struct tool_scope *scope, const struct tool_call *call,
				  struct str *text)
{
	int64_t before = ctx->deadline_ms, own = mono_ms() + TOOL_TIME_MS;
	enum err e;

	ctx->deadline_ms = before > 0 && before < own ? before : own;
	e = carry_out(ctx, scope, call, text);
	ctx->deadline_ms = before;
	return e;
}

static bool goes_on(const struct tool_scope *scope)
{
	return !scope->go_on || scope->go_on(scope->arg);
}

enum err tool_call(struct ctx *ctx, const struct tool_scope *scope, const struct tool_call *call,
		   struct tool_result *out)
{
	struct tool_result result = { .call_id = call->id };
	enum err e = carry_out_in_time(ctx, scope, call, &result.text);

	if (e != OK && !goes_on(scope))
		return fail(ctx, ERR_GONE, "the call was ended");
	result.failed = e != OK;
	/* Our own troubles are no business of the model's. */
	if (e != OK)
		result.text = arena_str(ctx->mem, str_of(e == ERR_INTERNAL ? err_text(e) : ctx->why));
	*out = result;
	return OK;
}
