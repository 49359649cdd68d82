/* tools/tools.c: the table of tools, and the way of a call through it. */
#include "tools/tools_internal.h"

static bool has_knowledge(const struct agent *agent)
{
	return agent->capabilities.knowledge_bases.n > 0;
}

static const struct tool {
	const char *id;
	/* Offered to agents that name it, and to those for which this holds. */
	bool (*comes_with)(const struct agent *agent);
	enum err (*run)(struct ctx *ctx, const struct agent *agent, const void *arguments, struct str *text);
} TOOLS[] = {
	{ "search_knowledge", has_knowledge, search_knowledge },
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
	return named(agent, str_of(tool->id)) || tool->comes_with(agent);
}

static struct tool_offer offer_of(const struct system_tool *tool)
{
	return (struct tool_offer){ str_of(tool->id), str_of(tool->description), tool->input };
}

void tools_offered(struct ctx *ctx, const struct agent *agent, struct list *out)
{
	struct tool_offer *offers = arena_array(ctx->mem, COUNT_OF(TOOLS), sizeof(*offers));

	*out = (struct list){ offers, 0 };
	for (size_t i = 0; i < COUNT_OF(TOOLS); i++)
		if (is_offered(agent, &TOOLS[i]))
			offers[out->n++] = offer_of(system_tool_by_id(str_of(TOOLS[i].id)));
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

static enum err carry_out(struct ctx *ctx, const struct agent *agent, const struct tool_call *call, struct str *text)
{
	const struct tool *tool = find(agent, call->name);
	void *arguments;

	if (!tool)
		return fail(ctx, ERR_NOT_FOUND, "there is no tool '%.*s'", STR(call->name));
	TRY(read_arguments(ctx, system_tool_by_id(call->name)->input, call->arguments, &arguments));
	return tool->run(ctx, agent, arguments, text);
}

void tool_call(struct ctx *ctx, const struct agent *agent, const struct tool_call *call, struct tool_result *out)
{
	enum err e;

	*out = (struct tool_result){ .call_id = call->id };
	e = carry_out(ctx, agent, call, &out->text);
	if (e == OK)
		return;
	out->failed = true;
	/* Our own troubles are no business of the model's. */
	out->text = arena_str(ctx->mem, str_of(e == ERR_INTERNAL ? err_text(e) : ctx->why));
}
