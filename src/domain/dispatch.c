/* domain/dispatch.c: the three places an agent may be, one after the other. */
#include "domain/dispatch.h"

#include <stdlib.h>

#include "base/id.h"
#include "domain/agent_catalog.h"
#include "domain/agent_parts.h"
#include "domain/agent_source.h"
#include "domain/managed.h"
#include "json/schema_check.h"
#include "model/providers.h"
#include "store/agent_versions.h"

/* A file need not say how long an answer may be; what a managed agent has by default would cut most. It is for
 * the built-in model: others get the settings as they are. */
enum { FILE_MAX_TOKENS = 4096 };

/* -- files ----------------------------------------------------------------------------------------------- */

static struct model_config model_of_file(struct ctx *ctx, const struct agent_spec *spec)
{
	struct model_config m = { .max_tokens = FILE_MAX_TOKENS };
	struct str rest = spec->model;
	const struct provider_info *provider;

	m.provider = str_cut(&rest, ':');
	m.model = rest.p ? rest : S("");
	provider = provider_by_studio(m.provider);
	if (str_is(m.provider, "builtin")) {
		m.provider = S(BUILTIN_PROVIDER);
		m.model = arena_printf(ctx->mem, "builtin/%.*s", STR(m.model));
	} else if (provider) {
		m.provider = str_of(provider->name);
	}
	json_as_int(json_get(json_get(spec->raw, "model_settings"), "max_tokens"), &m.max_tokens);
	return m;
}

/* capabilities: a list of names, or of maps with a name as their one key (4.8). */
static bool searches_web(const struct json *raw)
{
	static const char *const NAMES[] = { "WebSearch", "web_search", NULL };
	const struct json *list = json_get(raw, "capabilities");

	for (size_t i = 0; json_is(list, JSON_ARRAY) && i < list->n_items; i++) {
		const struct json *item = &list->items[i];
		bool is_map = item->type == JSON_OBJECT && item->n_members == 1;
		struct str name = is_map ? item->members[0].key : item->type == JSON_STR ? item->text : S("");

		if (str_is_one_of(name, NAMES))
			return true;
	}
	return false;
}

#define PARALLEL "parallel_tool_calls"

/* What is added to model_settings where they do not say otherwise (4.8). */
static const struct {
	const char *name;
	bool value, anthropic_alone;
} DEFAULTS[] = {
	{ PARALLEL, false, false },
	{ "anthropic_cache_instructions", true, true },
	{ "anthropic_cache_tool_definitions", true, true },
	{ "anthropic_cache", true, true },
};

/* The settings with their defaults. Anthropic's models search the web in parallel or not at all. */
static const struct json *settings_of_file(struct ctx *ctx, const struct agent_spec *spec)
{
	const struct json *given = json_get(spec->raw, "model_settings");
	size_t n_given = json_is(given, JSON_OBJECT) ? given->n_members : 0, n = 0;
	struct json_member *members = arena_array(ctx->mem, n_given + COUNT_OF(DEFAULTS), sizeof(*members));
	bool anthropic = str_starts(spec->model, S("anthropic:"));
	const char *dropped = anthropic && searches_web(spec->raw) ? PARALLEL : "";
	struct json *all = NEW(ctx->mem, struct json);

	for (size_t i = 0; i < n_given; i++)
		if (!str_is(given->members[i].key, dropped))
			members[n++] = given->members[i];
	for (size_t i = 0; i < COUNT_OF(DEFAULTS); i++) {
		struct str name = str_of(DEFAULTS[i].name);

		if (json_get(given, name.p) || str_is(name, dropped) || (DEFAULTS[i].anthropic_alone && !anthropic))
			continue;
		members[n++] = (struct json_member){ name, { .type = JSON_BOOL, .boolean = DEFAULTS[i].value } };
	}
	*all = (struct json){ .type = JSON_OBJECT };
	all->members = members;
	all->n_members = n;
	return all;
}

static int64_t request_limit_of(const struct agent_spec *spec)
{
	int64_t limit;

	return json_as_int(json_get(spec->raw, "request_limit"), &limit) && limit > 0 ? limit : 0;
}

/* What a run would need beside the file must be there before it is accepted. */
static enum err check_parts(struct ctx *ctx, struct str path, const struct agent_spec *spec)
{
	const char *what = "declares a tools_module";
	struct list skills;
	struct str module;
	struct tree tree;
	bool connected;
	enum err e;

	if (!spec->tools_module.p && spec->skills.n == 0)
		return OK;
	TRY(agent_source_connected(ctx, &connected));
	e = agent_source_tree(ctx, &tree);
	if (e == ERR_CONFLICT)
		e = fail(ctx, ERR_UNPROCESSABLE, "no connected repo");
	if (e == OK)
		e = agent_tools_module(ctx, &tree, path, spec, &module);
	if (e == OK) {
		what = "opts into a skill";
		e = agent_skills(ctx, &tree, connected, spec, &skills);
	}
	if (e == OK || e == ERR_INTERNAL)
		return e;
	return fail(ctx, ERR_UNPROCESSABLE, "Agent \"%.*s\" %s that couldn't be loaded: %.*s", STR(spec->name), what,
		    STR(arena_str(ctx->mem, str_of(ctx->why))));
}

static enum err refuse_output(struct ctx *ctx, const struct agent_spec *spec, struct str why)
{
	return fail(ctx, ERR_UNPROCESSABLE, "Agent \"%.*s\" has an output_schema that couldn't be used: %.*s",
		    STR(spec->name), STR(why));
}

/* What will be checked when the run is over is looked at before it begins (section 13, row 16). */
static enum err read_output(struct ctx *ctx, const struct agent_spec *spec, struct dispatch *out)
{
	const struct json *schema = json_get(spec->raw, "output_schema");
	enum err e;

	if (!schema || schema->type == JSON_NULL)
		return OK;
	if (schema->type != JSON_OBJECT)
		return refuse_output(ctx, spec, S("it must be a JSON Schema, as a mapping"));
	e = json_schema_check(ctx, schema);
	if (e == ERR_INVALID)
		return refuse_output(ctx, spec, arena_str(ctx->mem, str_of(ctx->why)));
	TRY(e);
	if (str_is(out->agent.model.provider, BUILTIN_PROVIDER) && str_is(out->agent.model.model, BUILTIN_MODEL))
		return refuse_output(ctx, spec, S("the built-in model gives nothing but text"));
	out->output_schema = schema;
	return OK;
}

static void read_cargo(struct ctx *ctx, const struct agent_spec *spec, struct dispatch *out)
{
	out->is_cargo = true;
	cargo_read(ctx, spec, &out->cargo);
	out->output_schema = out->cargo.schema;
}

static enum err fill(struct ctx *ctx, const struct agent_file *file, struct dispatch *out)
{
	out->is_file = true;
	out->name = file->spec->name;
	out->path = file->path;
	out->model = file->spec->model;
	out->model_settings = settings_of_file(ctx, file->spec);
	out->request_limit = request_limit_of(file->spec);
	out->connections = file->spec->connections;
	out->agent = (struct agent){
		.name = file->spec->name, .description = file->spec->description,
		.system_prompt = file->spec->instructions,
		.model = model_of_file(ctx, file->spec), .features.web_search = searches_web(file->spec->raw),
	};
	if (str_is(file->framework, "cargo-ai")) {
		read_cargo(ctx, file->spec, out);
		return OK;
	}
	TRY(check_parts(ctx, file->path, file->spec));
	return read_output(ctx, file->spec, out);
}

static enum err refuse_file(struct ctx *ctx, const struct agent_file *file)
{
	if (file->detail.n == 0)
		return fail(ctx, ERR_UNPROCESSABLE, "Agent file failed to parse: %.*s", STR(file->error));
	return fail(ctx, ERR_UNPROCESSABLE, "Agent file failed to parse: %.*s \u2014 %.*s", STR(file->error), STR(file->detail));
}

static enum err from_file(struct ctx *ctx, const struct agent_entry *entry, struct dispatch *out)
{
	/* The catalog may be gone before the run is stored. */
	struct str path = arena_str(ctx->mem, entry->path), text = arena_str(ctx->mem, entry->text);
	struct agent_file file;

	agent_file_parse(ctx, path, agent_file_format(path), text.p ? text : S(""), &file);
	if (!file.valid)
		return refuse_file(ctx, &file);
	if (!file.spec->model.p)
		return fail(ctx, ERR_UNPROCESSABLE, "Agent \"%.*s\" has no model declared. Add a model and try again.",
			    STR(file.spec->name));
	out->version_label = S("draft");
	return fill(ctx, &file, out);
}

/* *out NULL: there are no files, whatever the reason. */
static enum err open_files(struct ctx *ctx, struct agent_catalog **out)
{
	enum err e = agent_catalog_open(ctx, out);

	return e == ERR_INTERNAL || e == ERR_BUSY ? e : OK;
}

static enum err find_file(struct ctx *ctx, struct str name, struct dispatch *out)
{
	AUTO(agent_catalog_done) struct agent_catalog *catalog = NULL;
	const struct agent_entry *entry;

	TRY(open_files(ctx, &catalog));
	entry = catalog ? agent_catalog_find(catalog, name) : NULL;
	return entry ? from_file(ctx, entry, out) : ERR_NOT_FOUND;
}

/* -- stable versions --------------------------------------------------------------------------------------- */

static enum err find_stable(struct ctx *ctx, struct str name, struct dispatch *out)
{
	struct agent_version v;
	struct agent_file file;

	TRY(agent_versions_stable(ctx, ctx->actor.workspace_id, name, &v));
	if (!v.model.p)
		return fail(ctx, ERR_UNPROCESSABLE, "Stable v%lld of \"%.*s\" has no model declared.", (long long)v.number,
			    STR(name));
	agent_file_parse(ctx, v.path, v.format, v.text, &file);
	if (!file.valid)
		return refuse_file(ctx, &file);
	out->version_label = arena_printf(ctx->mem, "v%lld", (long long)v.number);
	return fill(ctx, &file, out);
}

/* -- managed agents ------------------------------------------------------------------------------------------ */

static enum err find_managed(struct ctx *ctx, struct str name, struct dispatch *out)
{
	enum err e = ERR_NOT_FOUND;
	struct str id;

	if (uuid_parse(ctx->mem, name, &id))
		e = agents_by_id(ctx, ctx->actor.workspace_id, id, &out->agent);
	if (e == ERR_NOT_FOUND)
		e = agents_by_name(ctx, ctx->actor.workspace_id, name, &out->agent);
	if (e != OK)
		return e;
	out->name = out->agent.name;
	out->path = managed_path(ctx->mem, &out->agent);
	out->model = managed_model(ctx->mem, &out->agent.model);
	return OK;
}

enum err dispatch_resolve(struct ctx *ctx, struct str name, bool prefer_draft, struct dispatch *out)
{
	enum err e = ERR_NOT_FOUND;

	*out = (struct dispatch){0};
	if (!prefer_draft)
		e = find_stable(ctx, name, out);
	if (e == ERR_NOT_FOUND)
		e = find_file(ctx, name, out);
	if (e == ERR_NOT_FOUND)
		e = find_managed(ctx, name, out);
	if (e == ERR_NOT_FOUND)
		return fail(ctx, e, "Agent \"%.*s\" is no longer in the connected repo.", STR(name));
	return e;
}

/* -- all names --------------------------------------------------------------------------------------------- */

struct candidate {
	struct dispatch_name shown;
	bool hidden;                         /* it cannot be run, or another of its name comes before it */
	size_t at;                           /* its place among all */
};

struct candidates {
	struct ctx *ctx;
	struct candidate *items;
	size_t n, cap;
};

static void add(struct candidates *all, struct dispatch_name shown, bool hidden)
{
	all->items = arena_more(all->ctx->mem, all->items, all->n, &all->cap, sizeof(*all->items));
	all->items[all->n] = (struct candidate){ shown, hidden, all->n };
	all->n++;
}

/* Those that are no valid agents are found as well, and refused. */
static void add_files(struct candidates *all, const struct agent_catalog *catalog, bool valid)
{
	for (size_t i = 0; catalog && i < agent_catalog_size(catalog); i++) {
		const struct agent_entry *entry = agent_catalog_at(catalog, i);

		/* The catalog may be gone before the list is read. */
		if (entry->valid == valid)
			add(all, (struct dispatch_name){ .name = arena_str(all->ctx->mem, entry->name) }, !valid);
	}
}

static enum err add_stable(struct candidates *all)
{
	struct list states;

	TRY(agent_states_list(all->ctx, all->ctx->actor.workspace_id, &states));
	for (size_t i = 0; i < states.n; i++) {
		const struct agent_state *state = LIST_AT(states, struct agent_state, i);

		if (state->stable_version_id.p)
			add(all, (struct dispatch_name){ .name = state->agent_name }, false);
	}
	return OK;
}

static enum err add_managed(struct candidates *all)
{
	const struct agent_filter filter = { .order = AGENTS_BY_NAME, .limit = INT32_MAX };
	struct list agents;
	int64_t total;

	TRY(agents_list(all->ctx, all->ctx->actor.workspace_id, &filter, &agents, &total));
	for (size_t i = 0; i < agents.n; i++) {
		const struct agent *a = LIST_AT(agents, struct agent, i);

		add(all, (struct dispatch_name){ a->name, a->created_at }, false);
	}
	return OK;
}

static int by_name(const void *a, const void *b)
{
	const struct candidate *x = *(const struct candidate *const *)a, *y = *(const struct candidate *const *)b;
	int order = str_cmp(x->shown.name, y->shown.name);

	return order ? order : (x->at > y->at) - (x->at < y->at);
}

static void hide_later_ones(struct candidates *all)
{
	struct candidate **sorted = arena_array(all->ctx->mem, all->n, sizeof(*sorted));

	for (size_t i = 0; i < all->n; i++)
		sorted[i] = &all->items[i];
	if (all->n > 1)
		qsort(sorted, all->n, sizeof(*sorted), by_name);
	for (size_t i = 1; i < all->n; i++)
		if (str_eq(sorted[i]->shown.name, sorted[i - 1]->shown.name))
			sorted[i]->hidden = true;
}

static struct list shown_of(const struct candidates *all)
{
	struct dispatch_name *names = arena_array(all->ctx->mem, all->n, sizeof(*names));
	size_t n = 0;

	for (size_t i = 0; i < all->n; i++)
		if (!all->items[i].hidden)
			names[n++] = all->items[i].shown;
	return (struct list){ names, n };
}

/* They are put in the order in which they are looked for; it does not matter whether a valid file or its stable
 * version goes first. */
enum err dispatch_names(struct ctx *ctx, struct list *out)
{
	AUTO(agent_catalog_done) struct agent_catalog *catalog = NULL;
	struct candidates all = { .ctx = ctx };

	TRY(open_files(ctx, &catalog));
	add_files(&all, catalog, true);
	TRY(add_stable(&all));
	add_files(&all, catalog, false);
	TRY(add_managed(&all));
	hide_later_ones(&all);
	*out = shown_of(&all);
	return OK;
}
