/* domain/snapshot_lists.c: which lists a snapshot has, what their rows look like, and how one is stored.
 *
 * A list of the reference keeps its name and its members; what we know besides stands in members of our
 * own, which the reference's snapshots lack. Those of its lists that have no row here are passed over.
 */
#include "domain/snapshot_internal.h"

#include "base/clock.h"
#include "base/id.h"
#include "domain/inbox.h"
#include "domain/automation.h"
#include "domain/key.h"
#include "domain/member.h"
#include "domain/provider.h"
#include "domain/run.h"
#include "domain/slack_app.h"
#include "domain/words.h"
#include "model/providers.h"
#include "repo/mirror.h"
#include "store/agent_memories.h"
#include "store/agents.h"
#include "store/audit_events.h"
#include "store/connections.h"
#include "store/kb_contents.h"
#include "store/keys.h"
#include "store/knowledge_bases.h"
#include "store/repositories.h"
#include "store/slack_apps.h"
#include "store/workspaces.h"

#define PUT(name) \
	static enum err put_##name(struct ctx *ctx, struct db_tx *tx, struct chunk_import *chunks, void *row_)

/* A snapshot need not say when a thing was made; then it is now. */
static void default_time(int64_t *us)
{
	if (*us == 0)
		*us = now_us();
}

/* -- people and workspaces --------------------------------------------------------------------------- */

static const struct field user_fields[] = {
	{ F_STR("id", user, id), .required = true, .min = 1, .max = 255 },
	{ F_STR("email", user, email), .required = true, .min = 1, .max = 254 },
	{ F_STR("name", user, name), .def = "" },
	{ F_TIME("createdAt", user, created_at) },
};
static const struct schema user_row = SCHEMA(NULL, user, user_fields);

PUT(user)
{
	struct user *u = row_;

	default_time(&u->created_at);
	return users_insert(ctx, tx, u);
}

static const struct field workspace_fields[] = {
	{ F_ID("id", workspace, id), .required = true },
	{ F_STR("slug", workspace, slug), .required = true },
	{ F_STR("name", workspace, name), .required = true },
	{ F_TIME("createdAt", workspace, created_at) },
};
static const struct schema workspace_row = SCHEMA(NULL, workspace, workspace_fields);

PUT(workspace)
{
	struct workspace *w = row_;

	TRY(workspace_check_slug(ctx, w->slug));
	default_time(&w->created_at);
	return workspaces_insert(ctx, tx, w);
}

static const struct field member_fields[] = {
	{ F_ID("workspaceId", member_row, workspace_id), .required = true },
	{ F_STR("userId", member_row, user_id), .required = true },
	{ F_STR("role", member_row, role), .required = true, .one_of = role_names },
	{ F_TIME("createdAt", member_row, created_at) },
};
static const struct schema member_row = SCHEMA(NULL, member_row, member_fields);

PUT(member)
{
	struct member_row *m = row_;

	default_time(&m->created_at);
	return members_insert(ctx, tx, m);
}

static const struct field app_fields[] = {
	{ F_ID("id", app, id), .required = true },
	{ F_ID("workspaceId", app, workspace_id), .required = true },
	{ F_STR("name", app, name), .required = true },
	{ F_BOOL("isDefault", app, is_default) },
};
static const struct schema app_row = SCHEMA(NULL, app, app_fields);

PUT(app)
{
	const struct app *a = row_;

	return apps_insert(ctx, tx, a->workspace_id, a->id, a->name, a->is_default);
}

/* The reference has no apps; every workspace of ours has a default one. */
PUT(default_app)
{
	const struct workspace *w = row_;
	struct str id;
	enum err e = apps_default(ctx, w->id, &id);

	return e == ERR_NOT_FOUND ? apps_insert(ctx, tx, w->id, uuid_new(ctx->mem), S("Default"), true) : e;
}

/* -- keys -------------------------------------------------------------------------------------------- */

/* A key comes as its text, which we never write; or as what is stored of it. */
struct key_row {
	struct api_key key;
	struct str token, label;
};

static const struct field key_fields[] = {
	{ F_ID("id", key_row, key.id), .required = true },
	{ F_ID("workspaceId", key_row, key.workspace_id), .required = true },
	{ F_STR("userId", key_row, key.user_id), .required = true },
	{ F_STR("name", key_row, key.name), .optional_reply = true },
	{ F_STR("label", key_row, label), .write_only = true },
	{ F_STR("token", key_row, token), .write_only = true },
	{ F_STR("kind", key_row, key.kind), .one_of = key_kind_names },
	{ F_STR("preview", key_row, key.preview) },
	{ F_STR("digest", key_row, key.digest), .min = 64, .max = 64 },
	{ F_STR("description", key_row, key.description), .nullable = true },
	{ F_STR("expiry", key_row, key.expiry), .nullable = true },
	{ F_TIME("expiresAt", key_row, key.expires_at), .nullable = true },
	{ F_BOOL("enabled", key_row, key.active), .def = "true" },
	{ F_TIME("createdAt", key_row, key.created_at) },
	{ F_TIME("lastUsedAt", key_row, key.last_used_at), .nullable = true },
};
static const struct schema key_row = SCHEMA(NULL, key_row, key_fields);

PUT(key)
{
	struct key_row *row = row_;
	struct api_key *k = &row->key;

	if (row->token.p && !key_describe(ctx->mem, row->token, k))
		return fail(ctx, ERR_INVALID, "token: no key looks like that");
	if (!k->kind.p || !k->preview.p || !k->digest.p)
		return fail(ctx, ERR_INVALID, "token, or kind, preview and digest, must be there");
	if (!k->name.p)
		k->name = row->label.p ? row->label : k->preview;
	default_time(&k->created_at);
	return keys_insert(ctx, tx, k);
}

/* -- providers, without their keys -------------------------------------------------------------------- */

static const struct field provider_fields[] = {
	{ F_ID("workspaceId", workspace_provider, workspace_id), .required = true },
	{ F_STR("provider", workspace_provider, provider.provider), .required = true, .one_of = provider_names },
	{ F_STR("baseUrl", workspace_provider, provider.base_url), .nullable = true },
	{ F_TIME("updatedAt", workspace_provider, provider.updated_at) },
};
static const struct schema provider_row = SCHEMA(NULL, workspace_provider, provider_fields);

/* Where the store would replace what is there. */
static enum err clash(struct ctx *ctx)
{
	return fail(ctx, ERR_CONFLICT, "it clashes with something that exists");
}

static enum err require_none(struct ctx *ctx, enum err found)
{
	if (found == OK)
		return clash(ctx);
	return found == ERR_NOT_FOUND ? OK : found;
}

PUT(provider)
{
	struct workspace_provider *row = row_;
	struct str *url = &row->provider.base_url;
	struct provider_row there;

	TRY(provider_check_access(ctx, *url, (struct str){ NULL, 0 }));
	if (url->p)
		*url = provider_url(*url);
	TRY(require_none(ctx, providers_get(ctx, row->workspace_id, row->provider.provider, &there)));
	default_time(&row->provider.updated_at);
	return providers_put(ctx, tx, row->workspace_id, &row->provider);
}

static const struct field model_fields[] = {
	{ F_ID("workspaceId", workspace_model, workspace_id), .required = true },
	{ F_STR("provider", workspace_model, model.provider), .required = true, .one_of = provider_names },
	{ F_STR("id", workspace_model, model.id), .required = true, .min = 1, .max = 255 },
	{ F_STR("name", workspace_model, model.name), .required = true },
	{ F_STR("description", workspace_model, model.description), .def = "" },
	{ F_BOOL("hasReasoning", workspace_model, model.has_reasoning) },
};
static const struct schema model_row = SCHEMA(NULL, workspace_model, model_fields);

PUT(model)
{
	const struct workspace_model *row = row_;

	return models_insert(ctx, tx, row->workspace_id, &row->model);
}

/* -- agents as files ------------------------------------------------------------------------------------ */

/* The reference knows one host, and names a repository there. */
struct repository_row {
	struct repository repository;
	struct str owner, name;
};

static const struct field repository_fields[] = {
	{ F_ID("workspaceId", repository_row, repository.workspace_id), .required = true },
	{ F_STR("url", repository_row, repository.url), .max = 2048 },
	{ F_STR("owner", repository_row, owner), .write_only = true },
	{ F_STR("name", repository_row, name), .write_only = true },
	{ F_STR("defaultBranch", repository_row, repository.branch), .nullable = true },
	{ F_STR("connectedBy", repository_row, repository.connected_by), .def = "" },
	{ F_TIME("connectedAt", repository_row, repository.connected_at) },
};
static const struct schema repository_row = SCHEMA(NULL, repository_row, repository_fields);

/* Nothing is fetched here; see agent_source_tree. */
PUT(repository)
{
	struct repository_row *row = row_;
	struct repository *r = &row->repository, there;

	if (!r->url.p && row->owner.p && row->name.p)
		r->url = arena_printf(ctx->mem, "https://github.com/%.*s/%.*s", STR(row->owner), STR(row->name));
	if (!r->url.p || !mirror_url_valid(r->url))
		return fail(ctx, ERR_INVALID, "url: not one that can be fetched");
	if (r->branch.p && !mirror_branch_valid(r->branch))
		return fail(ctx, ERR_INVALID, "defaultBranch: not a branch");
	TRY(require_none(ctx, repositories_get(ctx, r->workspace_id, &there)));
	default_time(&r->connected_at);
	return repositories_put(ctx, tx, r);
}

static const char *const FORMATS[] = { "yaml", "json", NULL };

static const struct field version_fields[] = {
	{ F_ID("id", stable_version, version.id), .required = true },
	{ F_ID("workspaceId", stable_version, version.workspace_id), .required = true },
	{ F_STR("agentName", stable_version, version.agent_name), .required = true, .min = 1 },
	{ F_STR("agentPath", stable_version, version.path), .required = true },
	{ F_INT("versionNumber", stable_version, version.number), .required = true, .min = 1 },
	{ F_STR("framework", stable_version, version.framework), .required = true },
	{ F_STR("model", stable_version, version.model), .nullable = true },
	{ F_STR("specFormat", stable_version, version.format), .required = true, .one_of = FORMATS },
	{ F_STR("specContent", stable_version, version.text), .required = true },
	{ F_STR("changeSummary", stable_version, version.summary), .def = "" },
	{ F_STR("createdBy", stable_version, version.created_by), .def = "" },
	{ F_TIME("createdAt", stable_version, version.created_at) },
	{ F_BOOL("isCurrentStable", stable_version, is_stable) },
};
static const struct schema version_row = SCHEMA(NULL, stable_version, version_fields);

/* What is known of an agent by its name comes from three lists: none takes away what another said. */
static enum err add_to_state(struct ctx *ctx, struct db_tx *tx, const struct agent_state *more)
{
	struct agent_state state;

	TRY(agent_states_get(ctx, more->workspace_id, more->agent_name, &state));
	if (more->stable_version_id.p)
		state.stable_version_id = more->stable_version_id;
	if (more->owner_user_id.p)
		state.owner_user_id = more->owner_user_id;
	state.locked |= more->locked;
	if (state.updated_at < more->updated_at)
		state.updated_at = more->updated_at;
	return agent_states_put(ctx, tx, &state);
}

PUT(version)
{
	struct stable_version *row = row_;
	const struct agent_version *v = &row->version;

	default_time(&row->version.created_at);
	TRY(agent_versions_insert(ctx, tx, v));
	if (!row->is_stable)
		return OK;
	return add_to_state(ctx, tx, &(struct agent_state){
		.workspace_id = v->workspace_id, .agent_name = v->agent_name, .stable_version_id = v->id,
		.updated_at = v->created_at });
}

static const struct field lock_fields[] = {
	{ F_ID("workspaceId", agent_state, workspace_id), .required = true },
	{ F_STR("agentName", agent_state, agent_name), .required = true, .min = 1 },
	{ F_TIME("updatedAt", agent_state, updated_at) },
};
static const struct schema lock_row = SCHEMA(NULL, agent_state, lock_fields);

PUT(lock)
{
	struct agent_state *row = row_;

	row->locked = true;
	default_time(&row->updated_at);
	return add_to_state(ctx, tx, row);
}

static const struct field owner_fields[] = {
	{ F_ID("workspaceId", agent_state, workspace_id), .required = true },
	{ F_STR("agentName", agent_state, agent_name), .required = true, .min = 1 },
	{ F_STR("ownerUserId", agent_state, owner_user_id), .required = true, .min = 1 },
	{ F_TIME("updatedAt", agent_state, updated_at) },
};
static const struct schema owner_row = SCHEMA(NULL, agent_state, owner_fields);

PUT(owner)
{
	struct agent_state *row = row_;

	default_time(&row->updated_at);
	return add_to_state(ctx, tx, row);
}

/* -- managed agents: as they are replied --------------------------------------------------------------- */

PUT(agent)
{
	struct agent *a = row_;

	if (!a->id.p || !a->workspace_id.p || !a->created_by.p)
		return fail(ctx, ERR_INVALID, "id, workspaceId and createdBy must be there");
	if (!a->app_id.p)
		TRY(apps_default(ctx, a->workspace_id, &a->app_id));
	default_time(&a->created_at);
	default_time(&a->updated_at);
	return agents_insert(ctx, tx, a);
}

static const struct field memory_fields[] = {
	{ F_ID("workspaceId", agent_memory, workspace_id), .required = true },
	{ F_ID("agentId", agent_memory, agent_id), .required = true },
	{ F_STR("userId", agent_memory, user_id), .required = true, .min = 1 },
	{ F_INT("number", agent_memory, number), .required = true, .min = 1 },
	{ F_STR("text", agent_memory, text), .required = true },
	{ F_TIME("createdAt", agent_memory, created_at) },
};
static const struct schema memory_row = SCHEMA(NULL, agent_memory, memory_fields);

PUT(memory)
{
	struct agent_memory *m = row_;

	default_time(&m->created_at);
	return agent_memories_insert(ctx, tx, m);
}

/* -- knowledge ------------------------------------------------------------------------------------------- */

static const struct field base_fields[] = {
	{ F_ID("id", knowledge_base, id), .required = true },
	{ F_ID("workspaceId", knowledge_base, workspace_id), .required = true },
	{ F_STR("title", knowledge_base, title), .required = true },
	{ F_STR("description", knowledge_base, description), .nullable = true },
	{ F_STR("type", knowledge_base, type), .required = true },
	{ F_STR("createdBy", knowledge_base, created_by), .required = true },
	{ F_TIME("createdAt", knowledge_base, created_at), .required = true },
	{ F_TIME("updatedAt", knowledge_base, updated_at), .required = true },
	{ F_INT("bytes", knowledge_base, size.bytes) },
	{ F_INT("wordCount", knowledge_base, size.words) },
	{ F_INT("chunkCount", knowledge_base, size.chunks) },
	{ F_INT("fileCount", knowledge_base, size.files) },
	{ F_INT("webPageCount", knowledge_base, size.pages) },
};
static const struct schema base_row = SCHEMA(NULL, knowledge_base, base_fields);

PUT(base)
{
	return knowledge_bases_insert(ctx, tx, row_);
}

static const struct field content_fields[] = {
	{ F_ID("id", kb_content, id), .required = true },
	{ F_ID("workspaceId", kb_content, workspace_id), .required = true },
	{ F_ID("knowledgeBaseId", kb_content, knowledge_base_id), .required = true },
	{ F_STR("source", kb_content, source), .required = true },
	{ F_STR("title", kb_content, title), .nullable = true },
	{ F_STR("url", kb_content, url), .nullable = true },
	{ F_STR("fileName", kb_content, file_name), .nullable = true },
	{ F_STR("mimeType", kb_content, mime_type), .nullable = true },
	{ F_INT("bytes", kb_content, bytes) },
	{ F_INT("wordCount", kb_content, words) },
	{ F_INT("chunkCount", kb_content, chunks) },
	{ F_TIME("createdAt", kb_content, created_at), .required = true },
};
static const struct schema content_row = SCHEMA(NULL, kb_content, content_fields);

PUT(content)
{
	return contents_insert(ctx, tx, row_);
}

static const struct field chunk_fields[] = {
	{ F_ID("id", kb_chunk, id), .required = true },
	{ F_ID("workspaceId", kb_chunk, workspace_id), .required = true },
	{ F_ID("knowledgeBaseId", kb_chunk, knowledge_base_id), .required = true },
	{ F_ID("contentId", kb_chunk, content_id), .required = true },
	{ F_INT("index", kb_chunk, index), .required = true },
	{ F_STR("text", kb_chunk, text), .required = true, .min = 1 },
	{ F_STR("metadata", kb_chunk, metadata), .def = "{}" },
	{ F_TIME("createdAt", kb_chunk, created_at), .required = true },
};
const struct schema snapshot_chunk_schema = SCHEMA(NULL, kb_chunk, chunk_fields);

/* Metadata go into replies as they are stored. */
PUT(chunk)
{
	struct kb_chunk *c = row_;
	const struct json *metadata;

	if (json_parse(ctx, c->metadata, JSON_STRICT, &metadata) != OK || metadata->type != JSON_OBJECT)
		return fail(ctx, ERR_INVALID, "metadata: not the text of a JSON object");
	return chunk_import_store(ctx, tx, chunks, c);
}

/* -- automations ------------------------------------------------------------------------------------------- */

static const struct field automation_fields[] = {
	{ F_ID("id", automation, id), .required = true },
	{ F_ID("workspaceId", automation, workspace_id), .required = true },
	{ F_STR("name", automation, name), .required = true },
	{ F_STR("agentName", automation, agent_name), .required = true },
	{ F_STR("cron", automation, cron), .required = true },
	{ F_STR("timezone", automation, timezone), .nullable = true },
	{ F_STR("inputMessage", automation, input_message), .def = "" },
	{ F_BOOL("enabled", automation, enabled), .def = "true" },
	{ F_BOOL("useDraft", automation, use_draft) },
	{ F_STR("overlap", automation, overlap), .nullable = true, .one_of = automation_overlaps },
	{ F_STR("ownerUserId", automation, owner_user_id), .required = true },
	{ F_STR("createdBy", automation, created_by) },
	{ F_TIME("lastFiredAt", automation, last_fired_at), .nullable = true },
	{ F_STR("lastFireError", automation, last_fire_error), .nullable = true },
	{ F_TIME("floorAt", automation, floor_at) },
	{ F_TIME("createdAt", automation, created_at), .required = true },
	{ F_TIME("updatedAt", automation, updated_at) },
};
static const struct schema automation_row = SCHEMA(NULL, automation, automation_fields);

/* The reference goes on from where it fired last, or began. */
PUT(automation)
{
	struct automation *a = row_;

	if (!a->created_by.p)
		a->created_by = a->owner_user_id;
	if (!a->updated_at)
		a->updated_at = a->created_at;
	if (!a->floor_at)
		a->floor_at = a->last_fired_at ? a->last_fired_at : a->created_at;
	automation_schedule(ctx, a);
	return automations_insert(ctx, tx, a);
}

static const struct field window_fields[] = {
	{ F_ID("automationId", automation_window, automation_id), .required = true },
	{ F_ID("workspaceId", automation_window, workspace_id), .required = true },
	{ F_TIME("windowAt", automation_window, window_at), .required = true },
	{ F_STR("runId", automation_window, run_id), .nullable = true },
	{ F_TIME("firedAt", automation_window, fired_at), .required = true },
};
static const struct schema window_row = SCHEMA(NULL, automation_window, window_fields);

PUT(window)
{
	const struct automation_window *w = row_;
	bool fresh;

	TRY(automation_windows_insert(ctx, tx, w, &fresh));
	return fresh ? OK : clash(ctx);
}

/* -- runs -------------------------------------------------------------------------------------------------- */

static const struct field run_fields[] = {
	{ F_ID("id", run, id), .required = true },
	{ F_ID("workspaceId", run, workspace_id), .required = true },
	{ F_STR("agentName", run, agent_name), .required = true },
	{ F_STR("agentPath", run, agent_path), .required = true },
	{ F_ID("agentId", run, agent_id), .nullable = true },
	{ F_STR("agentVersionLabel", run, agent_version_label), .nullable = true },
	{ F_STR("model", run, model), .required = true },
	{ F_STR("status", run, status), .required = true, .one_of = run_status_names },
	{ F_STR("trigger", run, trigger), .required = true, .one_of = run_trigger_names },
	{ F_STR("userMessage", run, user_message), .def = "" },
	{ F_STR("output", run, output), .def = "" },
	{ F_STR("streamedOutput", run, streamed_output), .nullable = true },
	{ F_STR("errorMessage", run, error_message), .nullable = true },
	{ F_STR("createdBy", run, created_by), .required = true },
	{ F_TIME("createdAt", run, created_at), .required = true },
	{ F_TIME("startedAt", run, started_at), .nullable = true },
	{ F_TIME("completedAt", run, completed_at), .nullable = true },
	{ F_INT("tokensInput", run, tokens_input), .nullable = true },
	{ F_INT("tokensOutput", run, tokens_output), .nullable = true },
	{ F_NUM("costUsd", run, cost_usd), .nullable = true },
	{ F_STR("automationId", run, automation_id), .nullable = true },
	{ F_STR("parentRunId", run, parent_run_id), .nullable = true },
	{ F_INT("attempts", run, attempts) },
	{ F_STR("spec", run, spec), .def = "" },
};
static const struct schema run_row = SCHEMA(NULL, run, run_fields);

/* A run that was at work goes on here, if it is known what it executes: its lease has ended long ago. */
PUT(run)
{
	enum { LONG_AGO = 1 };
	struct run *r = row_;

	if (run_status_of(r) == RUN_RUNNING && r->spec.n > 0)
		r->lease_expires_at = LONG_AGO;
	return runs_insert(ctx, tx, r);
}

static const struct field step_fields[] = {
	{ F_ID("runId", run_step, run_id), .required = true },
	{ F_ID("workspaceId", run_step, workspace_id), .required = true },
	{ F_INT("ordinal", run_step, ordinal), .required = true },
	{ F_STR("kind", run_step, kind), .required = true },
	{ F_STR("body", run_step, body), .required = true },
	{ F_INT("tokensInput", run_step, tokens_input) },
	{ F_INT("tokensOutput", run_step, tokens_output) },
	{ F_TIME("createdAt", run_step, created_at), .required = true },
};
static const struct schema step_row = SCHEMA(NULL, run_step, step_fields);

PUT(step)
{
	return run_steps_insert(ctx, tx, row_);
}

/* -- what users have connected ---------------------------------------------------------------------------- */

#define CONNECTION_FIELDS \
	{ F_ID("id", connection, id), .required = true }, \
	{ F_ID("workspaceId", connection, workspace_id), .required = true }, \
	{ F_STR("userId", connection, user_id), .required = true }, \
	{ F_STR("provider", connection, provider), .required = true }, \
	{ F_STR("name", connection, name), .required = true }, \
	{ F_STR("status", connection, status), .required = true }, \
	{ F_TIME("createdAt", connection, created_at) }, \
	{ F_TIME("updatedAt", connection, updated_at) }

static const struct field brokered_fields[] = { CONNECTION_FIELDS };
static const struct schema brokered_row = SCHEMA(NULL, connection, brokered_fields);

static const struct field native_fields[] = {
	CONNECTION_FIELDS,
	/* The reference's store has it that way where nothing is said. */
	{ F_STR("authType", connection, auth_type), .def = "oauth2" },
	{ F_TIME("tokenExpiresAt", connection, token_expires_at), .nullable = true },
};
static const struct schema native_row = SCHEMA(NULL, connection, native_fields);

static enum err put_connection(struct ctx *ctx, struct db_tx *tx, struct connection *c, struct str source)
{
	c->source = source;
	default_time(&c->created_at);
	default_time(&c->updated_at);
	return connections_insert(ctx, tx, c);
}

PUT(brokered)
{
	return put_connection(ctx, tx, row_, S(SOURCE_BROKERED));
}

PUT(native)
{
	return put_connection(ctx, tx, row_, S(SOURCE_NATIVE));
}

static const char *const CONNECTION_SOURCES[] = { SOURCE_BROKERED, SOURCE_NATIVE, NULL };

static const struct field tool_fields[] = {
	{ F_ID("workspaceId", connection_tool, workspace_id), .required = true },
	{ F_STR("userId", connection_tool, user_id), .required = true },
	{ F_STR("source", connection_tool, source), .required = true, .one_of = CONNECTION_SOURCES },
	{ F_STR("provider", connection_tool, provider), .required = true },
	{ F_STR("connectionName", connection_tool, connection_name), .required = true },
	{ F_STR("slug", connection_tool, slug), .required = true },
	{ F_STR("displayName", connection_tool, display_name), .nullable = true },
	{ F_STR("description", connection_tool, description), .nullable = true },
	{ F_STR("inputSchema", connection_tool, input_schema), .nullable = true },
	{ F_TIME("refreshedAt", connection_tool, refreshed_at) },
};
static const struct schema tool_row = SCHEMA(NULL, connection_tool, tool_fields);

PUT(tool)
{
	struct connection_tool *t = row_;

	default_time(&t->refreshed_at);
	return connection_tools_insert(ctx, tx, t);
}

/* That there was one, not what it was. */
static const struct field secret_fields[] = {
	{ F_ID("workspaceId", stored_secret, workspace_id), .required = true },
	{ F_STR("slug", stored_secret, slug), .required = true },
	{ F_STR("description", stored_secret, description), .nullable = true },
	{ F_STR("createdBy", stored_secret, created_by), .def = "" },
	{ F_TIME("createdAt", stored_secret, created_at) },
	{ F_TIME("updatedAt", stored_secret, updated_at) },
};
static const struct schema secret_row = SCHEMA(NULL, stored_secret, secret_fields);

PUT(secret)
{
	struct stored_secret *s = row_;

	default_time(&s->created_at);
	default_time(&s->updated_at);
	return stored_secrets_insert(ctx, tx, s);
}

static const struct field slack_fields[] = {
	{ F_ID("id", slack_app, id), .required = true },
	{ F_ID("workspaceId", slack_app, workspace_id), .required = true },
	{ F_STR("name", slack_app, name), .required = true, .min = 1 },
	{ F_STR("status", slack_app, status), .required = true, .one_of = slack_app_statuses },
	{ F_STR("slackAppId", slack_app, slack_app_id), .nullable = true },
	{ F_STR("clientId", slack_app, client_id), .nullable = true },
	{ F_STR("teamId", slack_app, team_id), .nullable = true },
	{ F_STR("botUserId", slack_app, bot_user_id), .nullable = true },
	{ F_STR("defaultOwnerUserId", slack_app, default_owner_user_id), .required = true },
	{ F_STRS("agentLabels", slack_app, agent_labels) },
	{ F_BOOL("hasBotToken", slack_app, has_bot_token), .doc = "The token itself stays behind." },
	{ F_STR("createdBy", slack_app, created_by), .def = "" },
	{ F_TIME("createdAt", slack_app, created_at) },
	{ F_TIME("updatedAt", slack_app, updated_at) },
};
static const struct schema slack_row = SCHEMA(NULL, slack_app, slack_fields);

PUT(slack)
{
	struct slack_app *a = row_;

	a->folded_name = text_lower(ctx->mem, a->name);
	default_time(&a->created_at);
	default_time(&a->updated_at);
	return slack_apps_insert(ctx, tx, a);
}

/* -- the inbox ---------------------------------------------------------------------------------------------- */

static const struct field inbox_fields[] = {
	{ F_ID("id", inbox_item, id), .required = true },
	{ F_ID("workspaceId", inbox_item, workspace_id), .required = true },
	{ F_STR("ownerUserId", inbox_item, owner_user_id), .nullable = true },
	{ F_STR("source", inbox_item, source), .required = true },
	{ F_STR("externalRef", inbox_item, external_ref), .nullable = true },
	{ F_STR("url", inbox_item, url), .nullable = true },
	{ F_STR("itemType", inbox_item, item_type), .required = true },
	{ F_STR("title", inbox_item, title), .required = true },
	{ F_ANY("context", inbox_item, context) },
	{ F_ANY("proposedAction", inbox_item, proposed_action), .nullable = true },
	{ F_ANY("finalAction", inbox_item, final_action), .nullable = true },
	{ F_ANY("options", inbox_item, options), .nullable = true },
	{ F_ANY("links", inbox_item, links), .nullable = true },
	{ F_INT("externalTs", inbox_item, external_ts), .nullable = true },
	{ F_STR("status", inbox_item, status), .required = true, .one_of = inbox_status_names },
	{ F_STR("assigneeKind", inbox_item, assignee_kind), .nullable = true },
	{ F_STR("assigneeId", inbox_item, assignee_id), .nullable = true },
	{ F_STR("producedByRunId", inbox_item, produced_by_run_id), .nullable = true },
	{ F_STR("createdBy", inbox_item, created_by), .nullable = true },
	{ F_TIME("createdAt", inbox_item, created_at) },
	{ F_TIME("updatedAt", inbox_item, updated_at) },
	{ F_TIME("resolvedAt", inbox_item, resolved_at), .nullable = true },
	{ F_TIME("snoozedUntil", inbox_item, snoozed_until), .nullable = true },
};
static const struct schema inbox_row = SCHEMA(NULL, inbox_item, inbox_fields);

PUT(inbox)
{
	static const struct json EMPTY = { .type = JSON_OBJECT };
	struct inbox_item *item = row_;

	if (!item->context)
		item->context = &EMPTY;
	default_time(&item->created_at);
	default_time(&item->updated_at);
	inbox_item_pack(ctx->mem, item);
	return inbox_items_insert(ctx, tx, item);
}

/* -- what was done ----------------------------------------------------------------------------------------- */

static const struct field event_fields[] = {
	{ F_ID("id", audit_event, id), .required = true },
	{ F_ID("workspaceId", audit_event, workspace_id), .required = true },
	{ F_STR("actorUserId", audit_event, actor_user_id), .nullable = true },
	{ F_TIME("at", audit_event, at), .required = true },
	{ F_STR("source", audit_event, source), .required = true },
	{ F_STR("kind", audit_event, kind), .required = true },
	{ F_STR("targetType", audit_event, target_type), .nullable = true },
	{ F_STR("targetId", audit_event, target_id), .nullable = true },
	{ F_STR("agentName", audit_event, agent_name), .nullable = true },
	{ F_STR("payload", audit_event, payload), .def = "{}" },
};
static const struct schema event_row = SCHEMA(NULL, audit_event, event_fields);

/* Payloads go into replies as they are stored. */
PUT(event)
{
	struct audit_event *e = row_;
	const struct json *payload;

	if (json_parse(ctx, e->payload, JSON_STRICT, &payload) != OK || payload->type != JSON_OBJECT)
		return fail(ctx, ERR_INVALID, "payload: not the text of a JSON object");
	return audit_events_insert(ctx, tx, e);
}

/* -- the lists ----------------------------------------------------------------------------------------------- */

const struct snapshot_list snapshot_lists[] = {
	{ "users", &user_row, &users_rows, put_user },
	{ "workspaces", &workspace_row, &workspaces_rows, put_workspace },
	{ "members", &member_row, &members_rows, put_member },
	{ "apps", &app_row, &apps_rows, put_app },
	{ "workspaces", &workspace_row, NULL, put_default_app },
	{ "apiKeys", &key_row, &keys_rows, put_key },
	{ "providers", &provider_row, &providers_rows, put_provider },
	{ "models", &model_row, &models_rows, put_model },
	{ "repositories", &repository_row, &repositories_rows, put_repository },
	{ "stableVersions", &version_row, &agent_versions_rows, put_version },
	{ "lockedAgents", &lock_row, &agent_locks_rows, put_lock },
	{ "agentOwners", &owner_row, &agent_owners_rows, put_owner },
	{ "managedAgents", &agent_schema, &agents_rows, put_agent },
	{ "agentMemories", &memory_row, &agent_memories_rows, put_memory },
	{ "knowledgeBases", &base_row, &knowledge_bases_rows, put_base },
	{ "knowledgeContents", &content_row, &contents_rows, put_content },
	{ "knowledgeChunks", &snapshot_chunk_schema, &chunks_rows, put_chunk },
	{ "automations", &automation_row, &automations_rows, put_automation },
	{ "automationWindows", &window_row, &automation_windows_rows, put_window },
	{ "runs", &run_row, &runs_rows, put_run },
	{ "runSteps", &step_row, &run_steps_rows, put_step },
	{ "brokeredConnections", &brokered_row, &brokered_connections_rows, put_brokered },
	{ "nativeConnections", &native_row, &native_connections_rows, put_native },
	{ "cachedTools", &tool_row, &connection_tools_rows, put_tool },
	{ "storedSecrets", &secret_row, &stored_secrets_rows, put_secret },
	{ "slackApps", &slack_row, &slack_apps_rows, put_slack },
	{ "inboxItems", &inbox_row, &inbox_items_rows, put_inbox },
	{ "auditEvents", &event_row, &audit_events_rows, put_event },
};
const size_t n_snapshot_lists = COUNT_OF(snapshot_lists);
