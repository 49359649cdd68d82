/* app/repo_commands.c: agentd repo ... */
#include "app/command.h"
#include "app/data.h"
#include "app/key_option.h"
#include "app/print.h"
#include "domain/agent_source.h"
#include "domain/member.h"
#include "domain/repo_hook.h"
#include "domain/secret.h"

struct repo_options {
	struct str data, workspace, url, branch;
	struct key_option token;
	bool remove, json;
};

/* The workspace that the command is about becomes the actor's; the data key is there for a token. */
static enum err begin(struct ctx *ctx, const struct repo_options *o)
{
	struct agent_source_options source = { .git_folder = data_path(ctx, o->data, "git") };
	struct workspace w;

	TRY(workspace_by_slug(ctx, o->workspace, &w));
	ctx->actor.workspace_id = w.id;
	agent_source_setup(&source);
	TRY(data_make(ctx, str_of(source.git_folder)));
	return data_load_keys(ctx, o->data);
}

static enum err explain(struct ctx *ctx, const struct repo_options *o, enum err e)
{
	if (e != ERR_NOT_FOUND)
		return e;
	return fail(ctx, e, "no repository is connected to workspace '%.*s'", STR(o->workspace));
}

/* -- connect ------------------------------------------------------------------------------------- */

static const struct field connect_fields[] = {
	{ F_STR("url", repo_options, url), .in = IN_PATH, .required = true, .min = 1, .max = 2048, .example = "URL",
	  .doc = "https://..., ssh://..., user@host:path or file:///path." },
	WORKSPACE_OPTION(repo_options),
	{ F_STR("branch", repo_options, branch), .min = 1, .max = 255, .example = "BRANCH",
	  .doc = "Whose agents these are; else the remote's own default branch." },
	{ F_STR("token-env", repo_options, token.variable), .min = 1, .example = "VAR",
	  .doc = "Take an access token for https from this environment variable." },
	DATA_OPTION(repo_options),
};
const struct schema repo_connect_options = SCHEMA(NULL, repo_options, connect_fields);

enum err repo_connect_run(struct ctx *ctx, const void *options)
{
	const struct repo_options *o = options;
	AUTO(secret_wipe) struct str token = { NULL, 0 };
	struct repository_setting setting = { .url = o->url, .branch = o->branch };
	struct repository r;

	TRY(begin(ctx, o));
	TRY(key_option_read(ctx, &o->token, &token));
	setting.token = token;
	TRY(repository_connect(ctx, &setting, &r));
	if (r.error.p)
		return fail(ctx, ERR_UPSTREAM, "it is connected, but could not be fetched: %.*s", STR(r.error));
	return OK;
}

/* -- show ---------------------------------------------------------------------------------------- */

static const struct field line_fields[] = {
	{ F_STR("url", repository, url) },
	{ F_STR("branch", repository, branch) },
	{ F_STR("commit", repository, commit) },
	{ F_TIME("fetchedAt", repository, fetched_at) },
	{ F_TIME("connectedAt", repository, connected_at) },
	{ F_STR("error", repository, error) },
};
static const struct schema line_schema = SCHEMA(NULL, repository, line_fields);

static const struct field show_fields[] = {
	WORKSPACE_OPTION(repo_options), JSON_OPTION(repo_options), DATA_OPTION(repo_options),
};
const struct schema repo_show_options = SCHEMA(NULL, repo_options, show_fields);

enum err repo_show_run(struct ctx *ctx, const void *options)
{
	const struct repo_options *o = options;
	struct repository r;
	struct workspace w;

	TRY(workspace_by_slug(ctx, o->workspace, &w));
	TRY(explain(ctx, o, repositories_get(ctx, w.id, &r)));
	print_list(ctx, &line_schema, &(struct list){ &r, 1 }, o->json);
	return OK;
}

/* -- hook ---------------------------------------------------------------------------------------- */

static const struct field hook_fields[] = {
	WORKSPACE_OPTION(repo_options),
	{ F_BOOL("remove", repo_options, remove), .doc = "Make none, and forget the one there is." },
	DATA_OPTION(repo_options),
};
const struct schema repo_hook_options = SCHEMA(NULL, repo_options, hook_fields);

enum err repo_hook_run(struct ctx *ctx, const void *options)
{
	const struct repo_options *o = options;
	AUTO(secret_wipe) struct str secret = { NULL, 0 };

	TRY(begin(ctx, o));
	if (o->remove)
		return explain(ctx, o, repo_hook_remove(ctx));
	TRY(explain(ctx, o, repo_hook_make(ctx, &secret)));
	print_text(ctx, secret);
	print_text(ctx, S("\n"));
	return OK;
}

/* -- sync, disconnect ---------------------------------------------------------------------------- */

static const struct field one_repo_fields[] = { WORKSPACE_OPTION(repo_options), DATA_OPTION(repo_options) };
const struct schema repo_sync_options = SCHEMA(NULL, repo_options, one_repo_fields);
const struct schema repo_disconnect_options = SCHEMA(NULL, repo_options, one_repo_fields);

enum err repo_sync_run(struct ctx *ctx, const void *options)
{
	const struct repo_options *o = options;
	struct repository r;

	TRY(begin(ctx, o));
	TRY(explain(ctx, o, repository_sync(ctx, ctx->actor.workspace_id, NULL, &r)));
	return r.error.p ? fail(ctx, ERR_UPSTREAM, "%.*s", STR(r.error)) : OK;
}

enum err repo_disconnect_run(struct ctx *ctx, const void *options)
{
	const struct repo_options *o = options;

	TRY(begin(ctx, o));
	return explain(ctx, o, repository_disconnect(ctx));
}
