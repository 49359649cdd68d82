/* api/slack_app_routes.c: studio contract 2.11. */
#include "api/routes.h"
#include "base/id.h"
#include "domain/slack_app.h"

/* -- as replied ------------------------------------------------------------------------------------------- */

static const struct field app_fields[] = {
	{ F_ID("id", slack_app, id) },
	{ F_STR("name", slack_app, name) },
	{ F_STR("status", slack_app, status), .one_of = slack_app_statuses },
	{ F_STR("teamId", slack_app, team_id), .nullable = true },
	{ F_STR("botUserId", slack_app, bot_user_id), .nullable = true },
	{ F_STR("defaultOwnerUserId", slack_app, default_owner_user_id) },
	{ F_STRS("agentLabels", slack_app, agent_labels) },
	{ F_BOOL("hasBotToken", slack_app, has_bot_token) },
	{ F_TIME("createdAt", slack_app, created_at) },
	{ F_TIME("updatedAt", slack_app, updated_at) },
};
static const struct schema app_schema = SCHEMA("SlackApp", slack_app, app_fields);

/* -- read --------------------------------------------------------------------------------------------------- */

struct app_params {
	struct str id;
};

static const struct field app_params_fields[] = {
	{ F_STR("slackAppId", app_params, id), .in = IN_PATH, .required = true, .doc = "A UUID." },
};
static const struct schema app_params = SCHEMA(NULL, app_params, app_params_fields);

/* Anything else than a UUID names no app. */
static struct str app_id_of(struct ctx *ctx, const struct call *call)
{
	struct str id;

	return uuid_parse_any(ctx->mem, ((const struct app_params *)call->params)->id, &id) ? id : S("");
}

static enum err do_list(struct ctx *ctx, struct call *call)
{
	return slack_app_list(ctx, &call->out_list);
}

static enum err do_get(struct ctx *ctx, struct call *call)
{
	return slack_app_get(ctx, app_id_of(ctx, call), call->out);
}

/* -- create ------------------------------------------------------------------------------------------------- */

#define LABELS_DOC "The bot answers for agents with one of these labels. Case does not count."
#define OWNER_DOC  "A member: whose runs they are when it is not known who asks. Else the key's user."

static const struct field create_fields[] = {
	{ F_STR("name", slack_app_input, name), .required = true, .say = "`name` (string) is required",
	  .doc = "At most 35 characters. Unique in the workspace, whatever the case." },
	{ F_STRS("agentLabels", slack_app_input, agent_labels), .doc = LABELS_DOC },
	{ F_STR("defaultOwnerUserId", slack_app_input, default_owner_user_id), .doc = OWNER_DOC },
	{ F_STR("slackAppId", slack_app_input, slack_app_id), .doc = "Its id at Slack." },
	{ F_STR("signingSecret", slack_app_input, signing_secret), .doc = "Stored sealed, and never shown." },
	{ F_STR("clientId", slack_app_input, client_id) },
	{ F_STR("clientSecret", slack_app_input, client_secret), .doc = "Stored sealed, and never shown." },
};
static const struct schema create_schema = {
	.name = "SlackAppCreate", .size = sizeof(struct slack_app_input), .fields = create_fields,
	.n_fields = COUNT_OF(create_fields), .ignores_unknown = true,
};

static enum err do_create(struct ctx *ctx, struct call *call)
{
	return slack_app_create(ctx, call->body, call->out);
}

/* -- update --------------------------------------------------------------------------------------------------- */

/* Of the two ids it counts that they are there, not what they are. */
struct change_body {
	struct slack_app_input in;
	const struct json *slack_app_id, *client_id;
};

static const struct field update_fields[] = {
	{ F_STR("name", change_body, in.name), .doc = "At most 35 characters." },
	{ F_STRS("agentLabels", change_body, in.agent_labels), .doc = LABELS_DOC },
	{ F_STR("defaultOwnerUserId", change_body, in.default_owner_user_id), .doc = "A member." },
	{ F_ANY("slackAppId", change_body, slack_app_id), .doc = "Text; null clears it." },
	{ F_STR("signingSecret", change_body, in.signing_secret), .doc = "A new one; empty: it stays." },
	{ F_ANY("clientId", change_body, client_id), .doc = "Text; null clears it." },
	{ F_STR("clientSecret", change_body, in.client_secret), .doc = "A new one; empty: it stays." },
};
static const struct schema update_schema = {
	.name = "SlackAppUpdate", .size = sizeof(struct change_body), .fields = update_fields,
	.n_fields = COUNT_OF(update_fields), .ignores_unknown = true,
};

/* What was sent as text: empty when it was null, absent when nothing was sent. */
static struct str text_of(struct arena *mem, const struct json *sent)
{
	if (!sent)
		return (struct str){ NULL, 0 };
	if (sent->type == JSON_NULL)
		return S("");
	return sent->type == JSON_STR ? sent->text : json_text(mem, sent);
}

static enum err do_update(struct ctx *ctx, struct call *call)
{
	const struct change_body *body = call->body;
	struct slack_app_input in = body->in;

	in.slack_app_id = text_of(ctx->mem, body->slack_app_id);
	in.client_id = text_of(ctx->mem, body->client_id);
	return slack_app_update(ctx, app_id_of(ctx, call), &in, call->out);
}

/* -- delete --------------------------------------------------------------------------------------------------- */

static enum err do_delete(struct ctx *ctx, struct call *call)
{
	return slack_app_delete(ctx, app_id_of(ctx, call));
}

/* -- the rows --------------------------------------------------------------------------------------------------- */

static const struct status_text NOT_STORED[] = { { 502, "The app could not be stored." }, { 0, NULL } };

#define APPS .contract = STUDIO_API, .tag = "Slack apps", .extra = true, .body_max = 1 << 20
#define ONE  .path = "/slack-apps/{slackAppId}", .params = &app_params, .not_found = "SLACK_APP_NOT_FOUND"
#define SHOWN .out = &app_schema, .out_key = "slackApp"

const struct op slack_app_ops[N_SLACK_APP_OPS] = {
	{ .id = "listSlackApps", .method = HTTP_GET, .path = "/slack-apps", APPS, .role = ROLE_VIEWER,
	  .out = &app_schema, .out_key = "slackApps", .replies_list = true, .run = do_list,
	  .summary = "List Slack apps", .doc = "By name." },
	{ .id = "createSlackApp", .method = HTTP_POST, .path = "/slack-apps", APPS, .role = ROLE_ADMIN,
	  .body = &create_schema, .body_mode = READ_CREATE, SHOWN, .status = 201, .creates = true,
	  .conflict = "SLACK_APP_NAME_CONFLICT", .also = NOT_STORED, .run = do_create, .summary = "Create a Slack app",
	  .doc = "It is being configured until it is installed at Slack." },
	{ .id = "getSlackApp", .method = HTTP_GET, ONE, APPS, .role = ROLE_VIEWER, SHOWN, .run = do_get,
	  .summary = "Read a Slack app" },
	{ .id = "updateSlackApp", .method = HTTP_PATCH, ONE, APPS, .role = ROLE_ADMIN, .body = &update_schema,
	  .body_mode = READ_UPDATE, SHOWN, .conflict = "SLACK_APP_NAME_CONFLICT", .run = do_update,
	  .summary = "Change a Slack app", .doc = "What is not sent stays as it is." },
	{ .id = "deleteSlackApp", .method = HTTP_DELETE, ONE, APPS, .role = ROLE_ADMIN, .run = do_delete,
	  .summary = "Delete a Slack app" },
};
