/* app/slack_app_commands.c: agentd slack-app ... */
#include "app/command.h"
#include "app/print.h"
#include "domain/member.h"
#include "domain/slack_app.h"

struct slack_app_options {
	struct str data, workspace;
	bool json;
};

static const struct field line_fields[] = {
	{ F_STR("id", slack_app, id) },
	{ F_STR("name", slack_app, name) },
	{ F_STR("status", slack_app, status) },
	{ F_STR("slackAppId", slack_app, slack_app_id) },
	{ F_STR("teamId", slack_app, team_id) },
	{ F_BOOL("hasBotToken", slack_app, has_bot_token) },
	{ F_TIME("updatedAt", slack_app, updated_at) },
};
static const struct schema line_schema = SCHEMA(NULL, slack_app, line_fields);

static const struct field list_fields[] = {
	WORKSPACE_OPTION(slack_app_options), JSON_OPTION(slack_app_options), DATA_OPTION(slack_app_options),
};
const struct schema slack_app_list_options = SCHEMA(NULL, slack_app_options, list_fields);

enum err slack_app_list_run(struct ctx *ctx, const void *options)
{
	const struct slack_app_options *o = options;
	struct workspace w;
	struct list list;

	TRY(workspace_by_slug(ctx, o->workspace, &w));
	ctx->actor.workspace_id = w.id;
	TRY(slack_app_list(ctx, &list));
	print_list(ctx, &line_schema, &list, o->json);
	return OK;
}
