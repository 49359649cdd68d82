/* domain/toolbox.c: the built-in tools, a row each. Agents may name them, so they are known down
 * here; what they do is in tools/. */
#include "domain/toolbox.h"

#include "domain/agent_memory.h"

static const struct field forget_fields[] = {
	{ F_INT("number", forget_in, number), .required = true, .min = 1, .max = INT32_MAX, .doc = "Of the note." },
};
static const struct schema forget_schema = SCHEMA(NULL, forget_in, forget_fields);

static const struct field get_run_datetime_fields[] = {
	{ F_STR("timezone_name", get_run_datetime_in, timezone_name), .min = 1, .max = 64, .def = "UTC",
	  .doc = "An IANA time zone, such as America/Los_Angeles." },
};
static const struct schema get_run_datetime_schema = SCHEMA(NULL, get_run_datetime_in, get_run_datetime_fields);

static const struct schema recall_schema = { .size = sizeof(struct recall_in) };

static const struct field remember_fields[] = {
	{ F_STR("text", remember_in, text), .required = true, .min = 1, .max = MEMORY_NOTE_CHARS_MAX, .not_blank = true,
	  .doc = "One thing worth knowing later, in a sentence that is understood without this conversation." },
};
static const struct schema remember_schema = SCHEMA(NULL, remember_in, remember_fields);

static const struct field search_knowledge_fields[] = {
	{ F_STR("query", search_knowledge_in, query), .required = true, .min = 1, .max = 4000, .not_blank = true,
	  .doc = "What to look for, as a question or as words." },
	{ F_INT("limit", search_knowledge_in, limit), .min = 1, .max = 20, .def = "6",
	  .doc = "How many passages to return at most." },
};
static const struct schema search_knowledge_schema = SCHEMA(NULL, search_knowledge_in, search_knowledge_fields);

static const char *const STEP_STATES[] = { "pending", "in_progress", "done", NULL };

static const struct field plan_step_fields[] = {
	{ F_STR("title", plan_step, title), .required = true, .min = 1, .max = 300, .not_blank = true,
	  .doc = "What is to be done." },
	{ F_STR("status", plan_step, status), .one_of = STEP_STATES, .def = "pending" },
};
static const struct schema plan_step_schema = SCHEMA(NULL, plan_step, plan_step_fields);

static const struct field update_plan_fields[] = {
	{ F_LIST("steps", update_plan_in, steps, &plan_step_schema), .required = true, .min = 1, .max = 50,
	  .doc = "All of them, in the order they are to be taken." },
};
static const struct schema update_plan_schema = SCHEMA(NULL, update_plan_in, update_plan_fields);

static const struct field web_fetch_fields[] = {
	{ F_STR("url", web_fetch_in, url), .required = true, .min = 1, .max = 2048, .doc = "http or https." },
	{ F_INT("offset", web_fetch_in, offset), .max = 1 << 30, .def = "0",
	  .doc = "Where in the text to begin, in characters: the nextOffset of the part before." },
};
static const struct schema web_fetch_schema = SCHEMA(NULL, web_fetch_in, web_fetch_fields);

static const struct field web_search_fields[] = {
	{ F_STR("query", web_search_in, query), .required = true, .min = 1, .max = 400, .not_blank = true,
	  .doc = "As it would be typed into a search engine." },
	{ F_INT("limit", web_search_in, limit), .min = 1, .max = 20, .def = "6",
	  .doc = "How many results to return at most." },
};
static const struct schema web_search_schema = SCHEMA(NULL, web_search_in, web_search_fields);

static const struct field write_knowledge_fields[] = {
	{ F_STR("text", write_knowledge_in, text), .required = true, .min = 1, .max = 100000, .not_blank = true,
	  .doc = "What to add. It should be understood without this conversation." },
	{ F_STR("knowledge_base", write_knowledge_in, knowledge_base), .min = 1, .max = 255,
	  .doc = "Title or id of the knowledge base; needed when there are several." },
};
static const struct schema write_knowledge_schema = SCHEMA(NULL, write_knowledge_in, write_knowledge_fields);

const struct system_tool system_tools[] = {
	{ "forget", "Forget",
	  "Removes one of the notes that remember has made on this user.",
	  &forget_schema, false },
	{ "get_run_datetime", "Date and time",
	  "Tells when this run began, as date and time of a time zone. It gives the same moment each time.",
	  &get_run_datetime_schema, false },
	{ "recall", "Recall",
	  "Gives all notes that remember has made on this user, in this conversation and before.",
	  &recall_schema, false },
	{ "remember", "Remember",
	  "Notes something about this user, for the conversations to come.",
	  &remember_schema, false },
	{ "search_knowledge", "Search knowledge",
	  "Finds the passages of the agent's knowledge bases that are nearest to a question.",
	  &search_knowledge_schema, false },
	{ "update_plan", "Plan",
	  "Writes down the steps of the job and how far each has come, in place of what was written before.",
	  &update_plan_schema, false },
	{ "web_fetch", "Read web page",
	  "Gives the text of a web page or document, without its markup; of a long one, a part at a time.",
	  &web_fetch_schema, false },
	{ "web_search", "Search the web",
	  "Asks a search engine, and gives title, address and a snippet of each result.",
	  &web_search_schema, true },
	{ "write_knowledge", "Write knowledge",
	  "Adds a text to one of the agent's knowledge bases, where it can be found from then on.",
	  &write_knowledge_schema, false },
};
const size_t n_system_tools = COUNT_OF(system_tools);

const struct system_tool *system_tool_by_id(struct str id)
{
	for (size_t i = 0; i < n_system_tools; i++)
		if (str_is(id, system_tools[i].id))
			return &system_tools[i];
	return NULL;
}

/* -- those there are --------------------------------------------------------------------------------- */

static struct str search_server;

void toolbox_setup(struct str search_url)
{
	search_server = search_url;
}

struct str toolbox_search_url(void)
{
	return search_server;
}

static bool is_there(const struct system_tool *tool)
{
	return !tool->needs_search_server || search_server.n > 0;
}

bool toolbox_has(struct str id)
{
	const struct system_tool *tool = system_tool_by_id(id);

	return tool && is_there(tool);
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

	*out = (struct list){ entries, 0 };
	for (size_t i = 0; i < n_system_tools; i++) {
		const struct system_tool *tool = &system_tools[i];
		struct tool_entry *entry = &entries[out->n];

		if (!is_there(tool))
			continue;
		*entry = (struct tool_entry){
			.kind = S("system"), .id = str_of(tool->id), .name = str_of(tool->name),
			.description = str_of(tool->description),
		};
		TRY(input_schema_of(ctx, tool, &entry->input_schema));
		out->n++;
	}
	return OK;
}
