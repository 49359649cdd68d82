/* api/outward_routes.c: what a user asks the server to do elsewhere: studio contract 2.12 and 2.14. */
#include "api/routes.h"
#include "domain/agent_change.h"
#include "domain/slack_message.h"

/* -- messages to Slack --------------------------------------------------------------------------------------- */

static const struct field message_fields[] = {
	{ F_STR("text", slack_message, text), .required = true, .say = "`text` (string) is required" },
	{ F_STR("toEmail", slack_message, to_email), .doc = "Whom to tell; this or `channel`." },
	{ F_STR("channel", slack_message, channel), .doc = "The id of a channel or user of Slack." },
	{ F_STR("slackApp", slack_message, app),
	  .doc = "The name of the app that says it, where several are installed." },
	{ F_STR("threadTs", slack_message, thread_ts), .doc = "The message to answer." },
};
static const struct schema message_schema = {
	.name = "SlackMessageCreate", .size = sizeof(struct slack_message), .fields = message_fields,
	.n_fields = COUNT_OF(message_fields), .ignores_unknown = true,
};

static const struct field receipt_fields[] = {
	{ F_STR("channel", slack_receipt, channel), .doc = "Where it was sent." },
	{ F_STR("ts", slack_receipt, ts), .nullable = true, .doc = "The message's id at Slack." },
};
static const struct schema receipt_schema = SCHEMA("SlackMessage", slack_receipt, receipt_fields);

static enum err do_send(struct ctx *ctx, struct call *call)
{
	return slack_message_send(ctx, call->body, call->out);
}

/* -- changes of agents --------------------------------------------------------------------------------------- */

static const struct field change_fields[] = {
	{ F_STR("description", agent_change, description), .required = true, .not_blank = true,
	  .say = "`description` (string) is required", .doc = "What is wanted, in plain words." },
	{ F_STR("agent", agent_change, agent), .doc = "The name of the agent to edit; else one is made." },
	{ F_STR("name", agent_change, name), .doc = "What a new agent is called." },
	{ F_STR("framework", agent_change, framework),
	  .doc = "pydantic-agentspec, which is the default, or cargo-ai." },
};
static const struct schema change_schema = {
	.name = "AgentChangeCreate", .size = sizeof(struct agent_change), .fields = change_fields,
	.n_fields = COUNT_OF(change_fields), .ignores_unknown = true,
};

static const char *const CHANGE_KINDS[] = { "edit", "create", NULL };

static const struct field task_fields[] = {
	{ F_STR("task_id", agent_change_task, task_id) },
	{ F_STR("html_url", agent_change_task, html_url) },
	{ F_STR("status", agent_change_task, status), .doc = "In the coding agent's words." },
	{ F_STR("kind", agent_change_task, kind), .one_of = CHANGE_KINDS },
	{ F_STR("agent_path", agent_change_task, agent_path) },
	{ F_ID("improvement_id", agent_change_task, improvement_id) },
};
static const struct schema task_schema = SCHEMA("AgentChange", agent_change_task, task_fields);

static enum err do_change(struct ctx *ctx, struct call *call)
{
	return agent_change_request(ctx, call->body, call->out);
}

/* -- the rows ------------------------------------------------------------------------------------------------ */

static const struct status_text NO_APP[] = {
	{ 404, "No installed app has that name." }, { 409, "No app is installed that could say it." }, { 0, NULL },
};
static const struct status_text NO_ACCOUNT[] = {
	{ 409, "No repository is connected, or no coding agent." }, { 0, NULL },
};

#define OUTWARD \
	.method = HTTP_POST, .contract = STUDIO_API, .role = ROLE_OPERATOR, .extra = true, .body_mode = READ_CREATE

const struct op outward_ops[N_OUTWARD_OPS] = {
	{ .id = "sendSlackMessage", .path = "/slack-messages", OUTWARD, .tag = "Slack apps", .body = &message_schema,
	  .out = &receipt_schema, .also = NO_APP, .run = do_send, .summary = "Send a Slack message",
	  .doc = "Not yet: apps cannot be installed here, so there is none that could send it." },
	{ .id = "requestAgentChange", .path = "/agent-changes", OUTWARD, .tag = "Agent files", .body = &change_schema,
	  .out = &task_schema, .status = 202, .also = NO_ACCOUNT, .run = do_change, .summary = "Have an agent changed",
	  .doc = "Not yet: no coding agent can be connected here." },
};
