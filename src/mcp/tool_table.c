/* mcp/tool_table.c: studio contract 3.7 and 3.8, and what we offer beyond it.
 *
 * The first 22 rows are the reference's, in its order, with its names, arguments and wire keys. The
 * descriptions are ours: each says what the tool is for, what to call before or after it, and what is easily
 * got wrong, because a model reads nothing else.
 */
#include "mcp/tool_table.h"

#include "domain/agent_change.h"
#include "domain/automation.h"
#include "domain/run.h"
#include "domain/slack_message.h"
#include "model/providers.h"

#define ARG(name_, type_) .name = (name_), .type = (type_)
#define TEXT(name_)       ARG(name_, FT_STR)
#define FLAG(name_)       ARG(name_, FT_BOOL)
#define TEXTS(name_)      ARG(name_, FT_LIST)
#define MAP(name_)        ARG(name_, FT_ANY), .open = true
#define ARGUMENTS(fields_) { .fields = (fields_), .n_fields = COUNT_OF(fields_), .ignores_unknown = true }

/* -- agents as files ------------------------------------------------------------------------------------ */

static const char *const FORMATS[] = { "yaml", "json", NULL };
static const char *const FRAMEWORKS[] = { "pydantic-agentspec", "cargo-ai", NULL };

static const struct field get_agent_fields[] = {
	{ TEXT("name"), .in = IN_PATH, .required = true, .doc = "The agent's exact name, from list_agents." },
};
static const struct schema get_agent_arguments = ARGUMENTS(get_agent_fields);

static const struct field validate_fields[] = {
	{ TEXT("content"), .required = true, .doc = "The whole text of the agent file." },
	{ TEXT("format"), .one_of = FORMATS, .doc = "Needed unless filename tells it." },
	{ TEXT("filename"), .doc = "Its extension, .yaml, .yml or .json, tells the format when format is left out." },
};
static const struct schema validate_arguments = ARGUMENTS(validate_fields);

static const struct field change_fields[] = {
	{ TEXT("description"), .required = true, .doc = "What to change or to build, in plain words." },
	{ TEXT("agent"), .doc = "The agent to edit, by its exact name. Leave it out for a new agent." },
	{ TEXT("name"), .doc = "What a new agent is to be called." },
	{ TEXT("framework"), .one_of = FRAMEWORKS, .doc = "Of a new agent; pydantic-agentspec when left out." },
};
static const struct schema change_arguments = ARGUMENTS(change_fields);

static const struct field change_task_fields[] = {
	{ F_ID("improvementId", agent_change_task, improvement_id) },
	{ F_STR("taskId", agent_change_task, task_id) },
	{ F_STR("htmlUrl", agent_change_task, html_url) },
	{ F_STR("status", agent_change_task, status) },
	{ F_STR("kind", agent_change_task, kind) },
	{ F_STR("agentPath", agent_change_task, agent_path) },
};
static const struct schema change_task_schema = SCHEMA(NULL, agent_change_task, change_task_fields);

static const struct mcp_tool_text change_texts[] = {
	{ ERR_INVALID, "description is required", "description" }, { 0 },
};
static const struct mcp_tool_text list_agents_texts[] = {
	{ ERR_CONFLICT, "No repository is connected to this workspace.", NULL },
	{ ERR_UPSTREAM, "Could not read agents: {issue}", NULL }, { 0 },
};
static const struct mcp_tool_text get_agent_texts[] = {
	{ ERR_NOT_FOUND, "No agent named \"{name}\" in this workspace.", NULL }, { 0 },
};

/* -- runs ------------------------------------------------------------------------------------------------ */

static const struct field list_runs_fields[] = {
	{ TEXTS("status"), .in = IN_QUERY, .one_of = run_status_names, .doc = "Only runs in one of these states." },
	{ TEXT("agent"), .in = IN_QUERY, .doc = "Only runs of the agent with this exact name." },
	{ TEXTS("trigger"), .in = IN_QUERY, .one_of = run_trigger_names,
	  .doc = "Only runs started in one of these ways." },
	{ ARG("limit", FT_INT), .in = IN_QUERY, .min = 1, .max = 50, .doc = "How many at most; 50 when left out." },
};
static const struct schema list_runs_arguments = ARGUMENTS(list_runs_fields);

static const struct field run_fields[] = {
	{ TEXT("id"), .in = IN_PATH, .required = true, .doc = "The run's id, from trigger_run or list_runs." },
};
static const struct schema run_arguments = ARGUMENTS(run_fields);

static const struct field trigger_fields[] = {
	{ TEXT("agent"), .required = true, .doc = "The agent's exact name, or the id of a managed agent." },
	{ TEXT("message"), .doc = "What to say to the agent; empty when left out." },
	{ FLAG("preferDraft"), .doc = "Run the file as it is now, even if the agent has a stable version." },
};
static const struct schema trigger_arguments = ARGUMENTS(trigger_fields);

static const struct field started_fields[] = {
	{ F_ID("runId", run, id) },
};
static const struct schema started_schema = SCHEMA(NULL, run, started_fields);

static const struct mcp_tool_text get_run_texts[] = {
	{ ERR_NOT_FOUND, "No run with id \"{id}\" in this workspace.", NULL }, { 0 },
};
static const struct mcp_tool_text trigger_texts[] = {
	{ ERR_INVALID, "Agent \"{agent}\" is no longer in the connected repo.", "agent" }, { 0 },
};

/* -- automations ----------------------------------------------------------------------------------------- */

#define CRON_DOC \
	"When it fires: five fields (minute, hour, day of the month, month, day of the week), as in \"0 9 * * MON-FRI\"."
#define EXTENSIONS                                                                                      \
	{ TEXT("timezone"), .doc = "By whose clocks cron is read, such as Europe/Berlin; UTC unless it is set." }, \
	{ TEXT("overlap"), .one_of = automation_overlaps,                                               \
	  .doc = "What happens when its last run is not over yet: another begins (allow, which is usual), or none (skip)." }
#define SCHEDULE                                                                                        \
	{ TEXT("inputMessage"), .doc = "What to say to the agent each time; empty when left out." },   \
	{ FLAG("enabled"), .doc = "Whether it fires; true when left out." },                            \
	{ FLAG("useDraft"), .doc = "Run the file as it is then, even if the agent has a stable version." },     \
	EXTENSIONS

static const struct field create_automation_fields[] = {
	{ TEXT("name"), .required = true, .doc = "What people call it." },
	{ TEXT("agent"), .required = true, .doc = "The exact name of the agent to run." },
	{ TEXT("cron"), .required = true, .doc = CRON_DOC },
	SCHEDULE,
};
static const struct schema create_automation_arguments = ARGUMENTS(create_automation_fields);

static const struct field update_automation_fields[] = {
	{ TEXT("id"), .in = IN_PATH, .required = true, .doc = "The automation's id, from list_automations." },
	{ TEXT("name"), .doc = "What people call it." },
	{ TEXT("agent"), .doc = "The exact name of the agent to run." },
	{ TEXT("cron"), .doc = CRON_DOC },
	{ TEXT("inputMessage"), .doc = "What to say to the agent each time." },
	{ FLAG("enabled"), .doc = "Whether it fires." },
	{ FLAG("useDraft"), .doc = "Run the file as it is then, even if the agent has a stable version." },
	EXTENSIONS,
};
static const struct schema update_automation_arguments = ARGUMENTS(update_automation_fields);

static const struct field automation_fields[] = {
	{ TEXT("id"), .in = IN_PATH, .required = true, .doc = "The automation's id, from list_automations." },
};
static const struct schema automation_arguments = ARGUMENTS(automation_fields);

/* -- inbox ----------------------------------------------------------------------------------------------- */

static const char *const ITEM_STATUSES[] = { "open", "claimed", "awaiting_human", "done", "dismissed", NULL };
static const char *const ITEM_SORTS[] = { "created_at", "updated_at", "title", "item_type", "source", "status", NULL };
static const char *const DIRECTIONS[] = { "asc", "desc", NULL };
static const char *const OPTION_KINDS[] = { "reply", "oneclick", NULL };

static const struct field list_inbox_fields[] = {
	{ TEXTS("status"), .in = IN_QUERY, .one_of = ITEM_STATUSES, .doc = "Only items in one of these states." },
	{ TEXT("source"), .in = IN_QUERY, .doc = "Only items from here, such as mail or crm; exact." },
	{ TEXT("itemType"), .in = IN_QUERY, .doc = "Only items of this type, such as message_reply; exact." },
	{ TEXT("search"), .in = IN_QUERY, .doc = "Part of the title or of the context; case does not matter." },
	{ TEXT("sort"), .in = IN_QUERY, .one_of = ITEM_SORTS, .doc = "created_at when left out." },
	{ TEXT("dir"), .in = IN_QUERY, .one_of = DIRECTIONS, .doc = "desc when left out." },
	{ ARG("limit", FT_INT), .in = IN_QUERY, .min = 1, .max = 100, .doc = "How many at most; 100 when left out." },
};
static const struct schema list_inbox_arguments = ARGUMENTS(list_inbox_fields);

#define ITEM_ID TEXT("id"), .in = IN_PATH, .required = true, .format = "uuid", \
		.doc = "The item's id, from list_inbox_items."

static const struct field item_fields[] = {
	{ ITEM_ID },
};
static const struct schema item_arguments = ARGUMENTS(item_fields);

static const struct field item_action_fields[] = {
	{ ITEM_ID },
	{ TEXT("text"), .doc = "The action in words, such as the reply to send. This or fields is needed." },
	{ MAP("fields"), .doc = "The action as named values." },
};
static const struct schema item_action_arguments = ARGUMENTS(item_action_fields);

static const struct field execute_fields[] = {
	{ TEXT("provider"), .required = true, .doc = "Whose operation it is, such as gmail." },
	{ TEXT("op"), .required = true, .doc = "The operation." },
	{ MAP("params"), .doc = "What the operation is called with." },
};
static const struct schema execute_arguments = ARGUMENTS(execute_fields);

static const struct field option_fields[] = {
	{ TEXT("id"), .required = true, .doc = "Tells the item's options apart." },
	{ TEXT("label"), .required = true, .doc = "What the button says." },
	{ TEXT("kind"), .required = true, .one_of = OPTION_KINDS,
	  .doc = "reply: its draft is a text to edit and send. oneclick: it is chosen as it is." },
	{ TEXT("draft"), .doc = "The text that a reply begins with." },
	{ FLAG("recommended"), .doc = "The one you would choose." },
	{ ARG("execute", FT_OBJECT), .of = &execute_arguments,
	  .doc = "What is to be done when it is chosen. It is kept with the item; nothing here carries it out." },
};
static const struct schema option_arguments = ARGUMENTS(option_fields);

static const struct field link_fields[] = {
	{ TEXT("label"), .doc = "What the link says." },
	{ TEXT("url"), .required = true, .doc = "http or https." },
};
static const struct schema link_arguments = ARGUMENTS(link_fields);

static const struct field produce_fields[] = {
	{ TEXT("itemType"), .required = true,
	  .doc = "What kind of work it is, such as message_reply or notification." },
	{ TEXT("title"), .required = true, .doc = "One line that says what is to be decided." },
	{ TEXT("source"), .doc = "Where it comes from, such as mail or crm; agent when left out." },
	{ TEXT("externalRef"), .doc = "The thing's id at its source. A second item with the same source and externalRef "
				      "updates the first instead." },
	{ TEXT("url"), .doc = "A link to the thing at its source." },
	{ ARG("externalTs", FT_NUM), .format = "int64",
	  .doc = "When the thing last changed at its source, in milliseconds since 1970. An existing item is only "
		 "refreshed by a newer one." },
	{ MAP("context"), .or_text = true, .doc = "What the person needs to know to decide: named values, or a text." },
	{ TEXT("proposedActionText"), .doc = "What you propose, in words, such as the reply to send." },
	{ MAP("proposedActionFields"), .doc = "What you propose, as named values." },
	{ ARG("options", FT_LIST), .of = &option_arguments, .doc = "Choices for the person." },
	{ ARG("links", FT_LIST), .of = &link_arguments,
	  .doc = "Where to read more. Links in the texts are found without this." },
};
static const struct schema produce_arguments = ARGUMENTS(produce_fields);

static const struct mcp_tool_rename list_inbox_renames[] = { { "search", "q", false }, { 0 } };
static const struct mcp_tool_rename produce_renames[] = {
	{ "proposedActionText", "proposedAction.text", true },
	{ "proposedActionFields", "proposedAction.fields", false }, { 0 },
};
static const struct mcp_tool_rename propose_renames[] = {
	{ "text", "proposedAction.text", true }, { "fields", "proposedAction.fields", false }, { 0 },
};
static const struct mcp_tool_rename complete_renames[] = {
	{ "text", "finalAction.text", true }, { "fields", "finalAction.fields", false }, { 0 },
};

static const struct mcp_tool_text produce_texts[] = {
	{ ERR_INVALID, "itemType is required", "itemType" }, { ERR_INVALID, "title is required", "title" }, { 0 },
};
static const struct mcp_tool_text propose_texts[] = {
	{ ERR_INVALID, "proposedAction must have text or fields", NULL }, { 0 },
};
static const struct mcp_tool_text complete_texts[] = {
	{ ERR_INVALID, "finalAction must have text or fields", NULL }, { 0 },
};

/* -- Slack ----------------------------------------------------------------------------------------------- */

static const struct field message_fields[] = {
	{ TEXT("text"), .required = true, .doc = "The message." },
	{ TEXT("toEmail"), .doc = "Whom to write to, by the address Slack knows. Either this or channel." },
	{ TEXT("channel"), .doc = "The id of a channel or user. Either this or toEmail." },
	{ TEXT("slackApp"), .doc = "Which bot speaks, by name; needed only when several are installed." },
	{ TEXT("threadTs"), .doc = "The ts of the message to answer in its thread." },
};
static const struct schema message_arguments = ARGUMENTS(message_fields);

static const struct field receipt_fields[] = {
	{ F_BOOL("sent", slack_receipt, sent) },
	{ F_STR("channel", slack_receipt, channel) },
	{ F_STR("ts", slack_receipt, ts), .nullable = true },
};
static const struct schema receipt_schema = SCHEMA(NULL, slack_receipt, receipt_fields);

#define APP_FIELDS                                                                                              \
	{ TEXTS("agentLabels"), .doc = "The bot may run agents that have one of these labels; all when empty." }, \
	{ TEXT("defaultOwnerUserId"), .doc = "Whom runs act for when a Slack user is not known; a member's id." }, \
	{ TEXT("slackAppId"), .doc = "App ID, from the app's Basic Information page at Slack." },               \
	{ TEXT("signingSecret"), .doc = "From the same page. It is stored sealed and never shown." },           \
	{ TEXT("clientId"), .doc = "From the same page." },                                                     \
	{ TEXT("clientSecret"), .doc = "From the same page. It is stored sealed and never shown." }
#define APP_ID TEXT("id"), .in = IN_PATH, .required = true, .doc = "The app's id, from list_slack_apps."

static const struct field create_app_fields[] = {
	{ TEXT("name"), .required = true, .doc = "The bot's name; at most 35 characters." },
	APP_FIELDS,
};
static const struct schema create_app_arguments = ARGUMENTS(create_app_fields);

static const struct field update_app_fields[] = {
	{ APP_ID },
	{ TEXT("name"), .doc = "The bot's name; at most 35 characters." },
	APP_FIELDS,
};
static const struct schema update_app_arguments = ARGUMENTS(update_app_fields);

static const struct field app_fields[] = {
	{ APP_ID },
};
static const struct schema app_arguments = ARGUMENTS(app_fields);

/* -- knowledge bases ------------------------------------------------------------------------------------- */

static const char *const BASE_TYPES[] = { "text", "website", "files", NULL };
static const char *const MODES[] = { "semantic", "keyword", "hybrid", NULL };

#define PAGE                                                                                       \
	{ ARG("page", FT_INT), .in = IN_QUERY, .min = 1, .doc = "The first is 1." },               \
	{ ARG("limit", FT_INT), .in = IN_QUERY, .min = 1, .max = 100, .doc = "On a page; 20 when left out." }

static const struct field list_bases_fields[] = {
	{ TEXT("q"), .in = IN_QUERY, .doc = "Part of the title or description; case does not matter." },
	{ TEXT("type"), .in = IN_QUERY, .one_of = BASE_TYPES, .doc = "Only those of this type." },
	PAGE,
};
static const struct schema list_bases_arguments = ARGUMENTS(list_bases_fields);

static const struct field search_fields[] = {
	{ TEXT("query"), .required = true, .min = 1, .max = 2048, .doc = "What to look for, in plain words." },
	{ TEXTS("knowledgeBaseIds"), .max = 100, .doc = "Where to look; in all of the workspace when left out." },
	{ ARG("topK", FT_INT), .min = 1, .max = 100, .doc = "How many passages at most; 10 when left out." },
	{ TEXT("mode"), .one_of = MODES,
	  .doc = "semantic finds by meaning, keyword by words, such as names and numbers, hybrid by both. semantic "
		 "when left out." },
	{ ARG("minSimilarity", FT_NUM), .max = 1, .doc = "Leave out what is less similar; 0.5 by meaning, else 0." },
};
static const struct schema search_arguments = ARGUMENTS(search_fields);

static const struct field query_fields[] = {
	{ TEXT("id"), .in = IN_PATH, .required = true, .doc = "The knowledge base's id, from list_knowledge_bases." },
	{ TEXT("question"), .required = true, .min = 1, .max = 2048, .doc = "One question, in plain words." },
	{ ARG("topK", FT_INT), .min = 1, .max = 20,
	  .doc = "How many passages the answer may rest on; 6 when left out." },
};
static const struct schema query_arguments = ARGUMENTS(query_fields);

static const struct mcp_tool_rename search_renames[] = {
	{ "knowledgeBaseIds", "scope.knowledgeBaseIds", false }, { "topK", "options.topK", false },
	{ "mode", "options.mode", false }, { "minSimilarity", "options.minSimilarity", false }, { 0 },
};
static const struct mcp_tool_rename query_renames[] = { { "topK", "options.topK", false }, { 0 } };

/* -- managed agents --------------------------------------------------------------------------------------- */

static const char *const ACCESSES[] = { "read", "read-write", NULL };

static const struct field model_fields[] = {
	{ TEXT("provider"), .required = true, .one_of = provider_names,
	  .doc = "One that is connected to the workspace." },
	{ TEXT("model"), .required = true, .doc = "The id of one of its models." },
	{ ARG("temperature", FT_NUM), .max = 2, .doc = "0.5 when left out." },
	{ ARG("maxTokens", FT_INT), .min = 1,
	  .doc = "The longest answer, in tokens: 150 when left out, which is short." },
};
static const struct schema model_arguments = ARGUMENTS(model_fields);

static const struct field base_reference_fields[] = {
	{ TEXT("id"), .required = true, .doc = "From list_knowledge_bases." },
	{ TEXT("access"), .one_of = ACCESSES, .doc = "read when left out." },
};
static const struct schema base_reference_arguments = ARGUMENTS(base_reference_fields);

#define MANAGED_FIELDS                                                                                     \
	{ TEXT("description"), .doc = "What it is for, for people." },                                     \
	{ TEXT("systemPrompt"), .doc = "Its instructions." },                                              \
	{ ARG("knowledgeBases", FT_LIST), .of = &base_reference_arguments, .max = 50,                      \
	  .doc = "What it answers from; replaces those it has." }
#define MANAGED_ID TEXT("id"), .in = IN_PATH, .required = true, .doc = "The agent's id, from list_managed_agents."

static const struct field list_managed_fields[] = {
	{ TEXT("q"), .in = IN_QUERY, .doc = "Part of the name or description; case does not matter." },
	PAGE,
};
static const struct schema list_managed_arguments = ARGUMENTS(list_managed_fields);

static const struct field create_managed_fields[] = {
	{ TEXT("name"), .required = true, .doc = "Unique in the workspace." },
	{ ARG("model", FT_OBJECT), .of = &model_arguments, .required = true, .doc = "Which model it is." },
	MANAGED_FIELDS,
};
static const struct schema create_managed_arguments = ARGUMENTS(create_managed_fields);

static const struct field update_managed_fields[] = {
	{ MANAGED_ID },
	{ TEXT("name"), .doc = "Unique in the workspace." },
	{ ARG("model", FT_OBJECT), .of = &model_arguments, .doc = "Which model it is; replaced as a whole." },
	MANAGED_FIELDS,
};
static const struct schema update_managed_arguments = ARGUMENTS(update_managed_fields);

static const struct field managed_fields[] = {
	{ MANAGED_ID },
};
static const struct schema managed_arguments = ARGUMENTS(managed_fields);

static const struct mcp_tool_rename managed_renames[] = {
	{ "knowledgeBases", "capabilities.knowledgeBases", false }, { 0 },
};

/* -- the rows ---------------------------------------------------------------------------------------------- */

#define READS        .hints = TOOL_READS
#define CHANGED_ITEM .key = "inboxItem", .part = "inbox_item"

const struct mcp_tool mcp_tools[] = {
	{ .name = "list_agents", .title = "List agents", READS, .op = "listAgentFiles", .texts = list_agents_texts,
	  .doc = "Lists every agent that is a file of this workspace's repository, with its name, model, instructions "
		 "and connections; files that cannot be read come last, with the reason. Call it first to learn which "
		 "agents can be run or scheduled." },
	{ .name = "get_agent", .title = "Read an agent", READS, .op = "getAgentFile", .arguments = &get_agent_arguments,
	  .texts = get_agent_texts,
	  .doc = "Reads one agent: what list_agents tells of it, the exact text of its file, and the texts of its "
		 "tools module and skills. Use it before you judge or change an agent." },
	{ .name = "list_runs", .title = "List runs", READS, .op = "listRuns", .arguments = &list_runs_arguments,
	  .doc = "Lists recent runs of agents, newest first: status, times, cost, and the beginning of message and "
		 "error. Use it to find out what happened lately or what failed; get_run has the whole output of "
		 "one." },
	{ .name = "get_run", .title = "Read a run", READS, .op = "getRun", .arguments = &run_arguments,
	  .texts = get_run_texts,
	  .doc = "Reads one run as it is now: status, message, whole output or error, tokens. To know how a run ends, "
		 "call wait_for_run instead of asking again." },
	{ .name = "list_tools", .title = "List tools of connections", READS, .op = "listConnectionTools",
	  .doc = "Lists the tools that your own active connections offer to agents. The slug is what an agent file "
		 "names under connections[].tools." },
	{ .name = "list_connections", .title = "List connections", READS, .op = "listConnections",
	  .doc = "Lists the outside services that you have authorised, with their state. A run fails when its agent "
		 "needs one that is missing or not active." },
	{ .name = "list_automations", .title = "List automations", READS, .op = "listAutomations",
	  .doc = "Lists the workspace's schedules, newest first: which agent runs when, with which message, when it "
		 "last fired, and what went wrong then." },
	{ .name = "list_slack_apps", .title = "List Slack apps", READS, .op = "listSlackApps",
	  .doc = "Lists the workspace's Slack bots and how far each is set up. Secrets are never shown." },
	{ .name = "list_inbox_items", .title = "List inbox items", READS, .op = "listInboxItems",
	  .arguments = &list_inbox_arguments, .renames = list_inbox_renames, .key = "inboxItems",
	  .doc = "Lists the items of your own inbox: work that waits for a decision, and what became of it. Nobody "
		 "else's items are seen." },
	{ .name = "get_inbox_item", .title = "Read an inbox item", READS, .op = "getInboxItem",
	  .arguments = &item_arguments, .key = "inboxItem",
	  .doc = "Reads one item of your own inbox: context, proposed and final action, options, links, state." },
	{ .name = "validate_agent_spec", .title = "Check an agent file", READS, .op = "validateAgentFile",
	  .arguments = &validate_arguments,
	  .doc = "Checks whether a text is a well-formed agent file, without storing or running anything. Says valid, "
		 "or a code and details of what is wrong. That its model or connections exist is not checked." },
	{ .name = "trigger_run", .title = "Run an agent", .hints = TOOL_REACHES, .op = "startRun",
	  .arguments = &trigger_arguments, .key = "", .out = &started_schema, .texts = trigger_texts,
	  .doc = "Starts a run of an agent now, on your behalf, and returns its runId at once; the agent goes on "
		 "working. wait_for_run tells how it ends. Each call is a run of its own and may cost money or act in "
		 "other systems." },
	{ .name = "create_automation", .title = "Schedule an agent", .hints = TOOL_REACHES, .op = "createAutomation",
	  .arguments = &create_automation_arguments,
	  .doc = "Schedules an agent to run again and again on your behalf, at the times of a cron expression. Check "
		 "list_automations first, so as not to schedule the same twice; trigger_run runs an agent just once." },
	{ .name = "request_agent_change", .title = "Have an agent changed", .hints = TOOL_REACHES,
	  .op = "requestAgentChange", .arguments = &change_arguments, .key = "",
	  .out = &change_task_schema, .texts = change_texts,
	  .doc = "Asks a coding agent to edit an agent's file, or to write a new one, as you describe it. Not yet: "
		 "this server can connect none, so it only says what is missing; the file can be changed in its "
		 "repository." },
	{ .name = "produce_inbox_item", .title = "Put work into the inbox", .hints = 0, .op = "createInboxItem",
	  .arguments = &produce_arguments, .renames = produce_renames, .key = "inboxItem", .texts = produce_texts,
	  .doc = "Puts something in front of the person you act for, to decide or to know: a reply to approve, a "
		 "choice, a notification. Propose an action or options where you can. Give externalRef where the "
		 "thing has an id at its source, so that telling of it again updates the item." },
	{ .name = "claim_inbox_item", .title = "Claim an inbox item", .hints = 0, .op = "updateInboxItem",
	  .arguments = &item_arguments, .fixed = { "action", "claim" }, CHANGED_ITEM,
	  .doc = "Takes an open inbox item, so that nobody else begins the same work. It fails when the item is not "
		 "open any more." },
	{ .name = "propose_inbox_action", .title = "Propose an action", .hints = 0, .op = "updateInboxItem",
	  .arguments = &item_action_arguments, .renames = propose_renames, .fixed = { "action", "propose" },
	  CHANGED_ITEM, .texts = propose_texts,
	  .doc = "Attaches a proposed action to an open or claimed inbox item and hands it to the person to review. "
		 "Use it when a human should decide; complete_inbox_item when nobody has to." },
	{ .name = "complete_inbox_item", .title = "Complete an inbox item", .hints = 0, .op = "updateInboxItem",
	  .arguments = &item_action_arguments, .renames = complete_renames, .fixed = { "action", "complete" },
	  CHANGED_ITEM, .texts = complete_texts,
	  .doc = "Marks an inbox item as done and records what was done about it. It carries nothing out itself: do "
		 "the work first." },
	{ .name = "send_slack_message", .title = "Send a Slack message", .hints = TOOL_REACHES,
	  .op = "sendSlackMessage", .arguments = &message_arguments, .key = "", .out = &receipt_schema,
	  .doc = "Sends a message to a person or channel in Slack, as one of the workspace's bots. Not yet: none can "
		 "be installed here, so it only says what is missing; tell people with produce_inbox_item." },
	{ .name = "create_slack_app", .title = "Add a Slack bot", .hints = 0, .op = "createSlackApp",
	  .arguments = &create_app_arguments,
	  .doc = "Adds a Slack bot to the workspace. It begins as configuring: somebody has to create the app at "
		 "Slack and install it before it can speak, which this server cannot do yet." },
	{ .name = "update_slack_app", .title = "Change a Slack bot", .hints = TOOL_OVERWRITES | TOOL_REPEATABLE,
	  .op = "updateSlackApp", .arguments = &update_app_arguments,
	  .doc = "Changes a Slack bot's name, labels, owner or credentials. What is left out stays as it is." },
	{ .name = "delete_slack_app", .title = "Remove a Slack bot", .hints = TOOL_OVERWRITES, .op = "deleteSlackApp",
	  .arguments = &app_arguments,
	  .doc = "Removes a Slack bot and its credentials from the workspace, for good." },

	{ .name = "cancel_run", .title = "Cancel a run", .hints = TOOL_OVERWRITES | TOOL_REPEATABLE, .op = "cancelRun",
	  .arguments = &run_arguments, .texts = get_run_texts,
	  .doc = "Stops a run that is queued or running; what it has done stays done. cancelled is false when it was "
		 "over already." },
	{ .name = "get_automation", .title = "Read an automation", READS, .op = "getAutomation",
	  .arguments = &automation_arguments, .fixed = { "extended", "true" },
	  .doc = "Reads one automation: agent, schedule, message, when it last fired, what went wrong then, and when "
		 "it is due next." },
	{ .name = "update_automation", .title = "Change an automation", .hints = TOOL_OVERWRITES | TOOL_REPEATABLE,
	  .op = "updateAutomation", .arguments = &update_automation_arguments,
	  .doc = "Changes an automation, or switches it off and on with enabled. What is left out stays as it is." },
	{ .name = "delete_automation", .title = "Delete an automation", .hints = TOOL_OVERWRITES,
	  .op = "deleteAutomation", .arguments = &automation_arguments,
	  .doc = "Deletes an automation for good; runs that it started stay. To pause it, use update_automation with "
		 "enabled false." },
	{ .name = "dismiss_inbox_item", .title = "Dismiss an inbox item", .hints = TOOL_OVERWRITES,
	  .op = "updateInboxItem", .arguments = &item_arguments, .fixed = { "action", "dismiss" },
	  .doc = "Sets an inbox item aside for good, without doing anything about it. A dismissed item never opens "
		 "again." },
	{ .name = "get_slack_app", .title = "Read a Slack app", READS, .op = "getSlackApp", .arguments = &app_arguments,
	  .doc = "Reads one Slack bot and how far it is set up. Secrets are never shown." },
	{ .name = "list_knowledge_bases", .title = "List knowledge bases", READS, .op = "listKnowledgeBases",
	  .arguments = &list_bases_arguments,
	  .doc = "Lists the workspace's knowledge bases with their titles and descriptions. Call it to find out where "
		 "to search or whom to ask." },
	{ .name = "search_knowledge_base", .title = "Search knowledge bases", READS, .op = "searchKnowledgeBases",
	  .arguments = &search_arguments, .renames = search_renames,
	  .doc = "Finds the passages of the workspace's documents that fit a query best. Use it to read the sources "
		 "yourself; query_knowledge_base gives a finished answer." },
	{ .name = "query_knowledge_base", .title = "Ask a knowledge base", READS, .op = "queryKnowledgeBase",
	  .arguments = &query_arguments, .renames = query_renames,
	  .doc = "Answers a question out of one knowledge base, citing the passages it rests on: [n] in the answer is "
		 "the n-th citation. It says so when the documents do not tell." },
	{ .name = "wait_for_run", .title = "Wait for a run", READS, .op = "getRun", .waits = true,
	  .arguments = &run_arguments, .texts = get_run_texts,
	  .doc = "Waits until a run is over, ten minutes at most, and reads it like get_run. Use it after trigger_run "
		 "when you need the agent's answer; giving up the call does not stop the run." },
	{ .name = "list_managed_agents", .title = "List managed agents", READS, .op = "listAgents",
	  .arguments = &list_managed_arguments,
	  .doc = "Lists the agents that are kept by this server rather than in files. trigger_run takes them by id or "
		 "name; list_agents lists those in files." },
	{ .name = "get_managed_agent", .title = "Read a managed agent", READS, .op = "getAgent",
	  .arguments = &managed_arguments, .key = "agent",
	  .doc = "Reads one managed agent: instructions, model, tools, knowledge bases." },
	{ .name = "create_managed_agent", .title = "Create a managed agent", .hints = 0, .op = "createAgent",
	  .arguments = &create_managed_arguments, .renames = managed_renames, .key = "agent",
	  .doc = "Creates an agent that this server keeps. It can be run at once with trigger_run." },
	{ .name = "update_managed_agent", .title = "Change a managed agent", .hints = TOOL_OVERWRITES | TOOL_REPEATABLE,
	  .op = "updateAgent", .arguments = &update_managed_arguments, .renames = managed_renames, .key = "agent",
	  .doc = "Changes a managed agent. What is left out stays as it is." },
	{ .name = "delete_managed_agent", .title = "Delete a managed agent", .hints = TOOL_OVERWRITES,
	  .op = "deleteAgent", .arguments = &managed_arguments,
	  .doc = "Deletes a managed agent for good; its runs stay." },
};
const size_t n_mcp_tools = COUNT_OF(mcp_tools);

/* -- finding ----------------------------------------------------------------------------------------------- */

/* A test looks that every tool's operation is there. */
const struct op *mcp_tool_op(const struct mcp_tool *t)
{
	FOR_EACH_OP(op)
		if (strcmp(op->id, t->op) == 0)
			return op;
	return NULL;
}

const struct mcp_tool *mcp_tool_find(struct str name)
{
	for (size_t i = 0; i < n_mcp_tools; i++)
		if (str_is(name, mcp_tools[i].name))
			return &mcp_tools[i];
	return NULL;
}
