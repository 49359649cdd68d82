/* domain/toolbox.c: the built-in tools, a row each. Agents may name them, so they are known down
 * here; what they do is in tools/. */
#include "domain/toolbox.h"

static const struct field search_knowledge_fields[] = {
	{ F_STR("query", search_knowledge_in, query), .required = true, .min = 1, .max = 4000, .not_blank = true,
	  .doc = "What to look for, as a question or as words." },
	{ F_INT("limit", search_knowledge_in, limit), .min = 1, .max = 20, .def = "6",
	  .doc = "How many passages to return at most." },
};
static const struct schema search_knowledge_schema = SCHEMA(NULL, search_knowledge_in, search_knowledge_fields);

const struct system_tool system_tools[] = {
	{ "search_knowledge", "Search knowledge",
	  "Finds the passages of the agent's knowledge bases that are nearest to a question.",
	  &search_knowledge_schema },
};
const size_t n_system_tools = COUNT_OF(system_tools);

const struct system_tool *system_tool_by_id(struct str id)
{
	for (size_t i = 0; i < n_system_tools; i++)
		if (str_is(id, system_tools[i].id))
			return &system_tools[i];
	return NULL;
}

bool toolbox_has(struct str id)
{
	return system_tool_by_id(id) != NULL;
}

/* -- as the API lists them (workspace contract 4.3) ------------------------------------------------- */

static const struct field action_fields[] = {
	{ F_STR("id", tool_action, id) },
	{ F_STR("name", tool_action, name) },
	{ F_STR("description", tool_action, description) },
	{ F_ANY("inputSchema", tool_action, input_schema), .open = true, .doc = "A JSON Schema." },
};
static const struct schema action_schema = SCHEMA(NULL, tool_action, action_fields);

static const struct field system_fields[] = {
	{ F_STR("id", tool_entry, id), .doc = "For capabilities.tools of an agent." },
	{ F_STR("name", tool_entry, name) },
	{ F_STR("description", tool_entry, description) },
	{ F_STR("toolkitId", tool_entry, toolkit_id), .nullable = true, .doc = "The bundle it is part of, if any." },
	{ F_ANY("inputSchema", tool_entry, input_schema), .open = true, .doc = "A JSON Schema of its arguments." },
};
static const struct field toolkit_fields[] = {
	{ F_STR("appId", tool_entry, app_id) },
	{ F_STR("name", tool_entry, name) },
	{ F_STR("description", tool_entry, description) },
	{ F_STR("logo", tool_entry, logo) },
	{ F_ID("connectionId", tool_entry, connection_id) },
	{ F_LIST("actions", tool_entry, actions, &action_schema) },
};
static const struct schema system_schema = SCHEMA(NULL, tool_entry, system_fields);
static const struct schema toolkit_schema = SCHEMA(NULL, tool_entry, toolkit_fields);
static const struct variant kinds[] = { { "system", &system_schema }, { "composio", &toolkit_schema } };
const struct schema tool_entry_schema = UNION("Tool", tool_entry, "kind", kinds);

static enum err input_schema_of(struct ctx *ctx, const struct system_tool *tool, const struct json **out)
{
	struct buf text = { .mem = ctx->mem };
	struct json_writer w = { .out = &text };

	schema_describe(&w, tool->input, DESCRIBE_CREATE);
	return json_parse(ctx, buf_view(&text), JSON_STRICT, out);
}

enum err toolbox_list(struct ctx *ctx, struct list *out)
{
	struct tool_entry *entries = arena_array(ctx->mem, n_system_tools, sizeof(*entries));

	for (size_t i = 0; i < n_system_tools; i++) {
		const struct system_tool *tool = &system_tools[i];

		entries[i] = (struct tool_entry){
			.kind = S("system"), .id = str_of(tool->id), .name = str_of(tool->name),
			.description = str_of(tool->description),
		};
		TRY(input_schema_of(ctx, tool, &entries[i].input_schema));
	}
	*out = (struct list){ entries, n_system_tools };
	return OK;
}
