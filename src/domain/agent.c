/* domain/agent.c: what an agent refers to must exist, and its name is its own.
 *
 * References are checked inside the writing transaction, so that a knowledge base deleted at the
 * same moment cannot end up in a new agent.
 */
#include "domain/agent.h"

#include "base/clock.h"
#include "base/id.h"
#include "domain/audit.h"
#include "domain/provider.h"
#include "domain/toolbox.h"
#include "store/knowledge_bases.h"
#include "store/workspaces.h"

/* Where the body of a request says it: capabilities.tools[i], say. */
static const struct path_step *in_capabilities(struct ctx *ctx, const char *list, size_t i)
{
	return path_index(ctx, path_name(ctx, path_name(ctx, NULL, "capabilities"), list), i);
}

static enum err check_model(struct ctx *ctx, const struct agent *a)
{
	bool connected;

	TRY(provider_has_model(ctx, ctx->actor.workspace_id, a->model.provider, a->model.model, &connected));
	if (!connected)
		issue_add(ctx, path_name(ctx, NULL, "model"), "not_configured", "%.*s has no connected model '%.*s'",
			  STR(a->model.provider), STR(a->model.model));
	return OK;
}

static bool same_tool(const struct tool_reference *a, const struct tool_reference *b)
{
	return str_eq(a->kind, b->kind) && str_eq(a->id, b->id) && str_eq(a->app_id, b->app_id);
}

static void check_tool(struct ctx *ctx, const struct agent *a, size_t i)
{
	const struct tool_reference *tool = LIST_AT(a->capabilities.tools, struct tool_reference, i);
	const struct path_step *path = in_capabilities(ctx, "tools", i);

	for (size_t j = 0; j < i; j++) {
		if (!same_tool(tool, LIST_AT(a->capabilities.tools, struct tool_reference, j)))
			continue;
		issue_add(ctx, path, "invalid_format", "this tool is listed twice");
		return;
	}
	if (str_is(tool->kind, "system") && !toolbox_has(tool->id))
		issue_add(ctx, path, "not_found", "no built-in tool '%.*s'", STR(tool->id));
	/* Toolkits come with connections to other services, of which there are none yet. */
	if (!str_is(tool->kind, "system"))
		issue_add(ctx, path, "not_configured", "the toolkit '%.*s' is not connected", STR(tool->app_id));
}

static void check_tools(struct ctx *ctx, const struct agent *a)
{
	for (size_t i = 0; i < a->capabilities.tools.n; i++)
		check_tool(ctx, a, i);
}

static enum err check_knowledge_bases(struct ctx *ctx, const struct agent *a)
{
	const struct list *bases = &a->capabilities.knowledge_bases;

	for (size_t i = 0; i < bases->n; i++) {
		struct str id = LIST_AT(*bases, struct knowledge_base_reference, i)->id;
		bool there;

		TRY(knowledge_bases_exist(ctx, ctx->actor.workspace_id, id, &there));
		if (!there)
			issue_add(ctx, in_capabilities(ctx, "knowledgeBases", i), "not_found", "no such knowledge base");
	}
	return OK;
}

static enum err check_app(struct ctx *ctx, const struct agent *a)
{
	bool there;

	TRY(apps_exist(ctx, ctx->actor.workspace_id, a->app_id, &there));
	if (!there)
		issue_add(ctx, path_name(ctx, NULL, "appId"), "not_found", "no such app in the workspace");
	return OK;
}

/* Lists every reference that leads nowhere. sent: the update's body, whose members alone
 * are judged; NULL judges all. */
static enum err check_references(struct ctx *ctx, const struct agent *a, const struct json *sent)
{
	const struct json *capabilities = sent ? json_get(sent, "capabilities") : NULL;
	size_t before = ctx->issues->n;

	if (!sent || json_get(sent, "model"))
		TRY(check_model(ctx, a));
	if (!sent || json_get(capabilities, "tools"))
		check_tools(ctx, a);
	if (!sent || json_get(capabilities, "knowledgeBases"))
		TRY(check_knowledge_bases(ctx, a));
	if (!sent || json_get(sent, "appId"))
		TRY(check_app(ctx, a));
	if (ctx->issues->n == before)
		return OK;
	return fail(ctx, ERR_INVALID, "the agent refers to something that is not available in this workspace");
}

/* The error of a write whose only unique rule is the name. */
static enum err name_conflict(struct ctx *ctx, enum err e, const struct agent *a)
{
	if (e != ERR_CONFLICT)
		return e;
	return fail(ctx, e, "an agent named '%.*s' already exists", STR(a->name));
}

static enum err record(struct ctx *ctx, struct db_tx *tx, const char *kind, const struct agent *a)
{
	return audit_add(ctx, tx, &(struct audit){ .kind = kind, .target_type = "agent", .target_id = a->id,
						   .agent_name = a->name });
}

static void publish(struct ctx *ctx, struct agent *a)
{
	if (a->published && !a->published_id.p)
		a->published_id = uuid_new(ctx->mem);
}

static enum err insert_agent(struct ctx *ctx, struct db_tx *tx, void *arg)
{
	struct agent *a = arg;

	if (!a->app_id.p)
		TRY(apps_default(ctx, ctx->actor.workspace_id, &a->app_id));
	TRY(check_references(ctx, a, NULL));
	TRY(name_conflict(ctx, agents_insert(ctx, tx, a), a));
	return record(ctx, tx, "agent.created", a);
}

enum err agent_create(struct ctx *ctx, const struct agent *draft, struct agent *out)
{
	*out = *draft;
	out->id = uuid_new(ctx->mem);
	out->workspace_id = ctx->actor.workspace_id;
	out->created_by = ctx->actor.user_id;
	out->created_at = out->updated_at = now_us();
	publish(ctx, out);
	return db_write(ctx, insert_agent, out);
}

enum err agent_text(struct ctx *ctx, struct str id, struct str *json)
{
	return agents_text(ctx, ctx->actor.workspace_id, id, json);
}

struct update {
	struct str id;
	const struct json *body;
	struct agent *out;
};

static enum err update_agent(struct ctx *ctx, struct db_tx *tx, void *arg)
{
	const struct update *u = arg;
	struct agent *a = u->out;

	TRY(agents_by_id(ctx, ctx->actor.workspace_id, u->id, a));
	if (u->body->n_members == 0)
		return OK;
	TRY(schema_read(ctx, &agent_schema, u->body, READ_UPDATE, a));
	TRY(check_references(ctx, a, u->body));
	a->updated_at = now_us();
	publish(ctx, a);
	TRY(name_conflict(ctx, agents_update(ctx, tx, a), a));
	return record(ctx, tx, "agent.updated", a);
}

enum err agent_update(struct ctx *ctx, struct str id, const struct json *body, struct agent *out)
{
	struct update u = { id, body, out };

	return db_write(ctx, update_agent, &u);
}

static enum err delete_agent(struct ctx *ctx, struct db_tx *tx, void *arg)
{
	const struct str *id = arg;
	struct agent a;

	TRY(agents_by_id(ctx, ctx->actor.workspace_id, *id, &a));
	TRY(agents_delete(ctx, tx, a.workspace_id, a.id));
	return record(ctx, tx, "agent.deleted", &a);
}

enum err agent_delete(struct ctx *ctx, struct str id)
{
	return db_write(ctx, delete_agent, &id);
}

enum err agent_list(struct ctx *ctx, const struct agent_filter *filter, struct list *out, int64_t *total)
{
	return agents_list(ctx, ctx->actor.workspace_id, filter, out, total);
}
