/* domain/provider.c: settings over environment over the table of model/providers.h.
 *
 * Both sides of a workspace's configuration are small (eleven providers, a few dozen models), so
 * each question reads the settings and walks them; nothing is cached that could be out of date.
 */
#include "domain/provider.h"

#include <stdlib.h>

#include "base/clock.h"
#include "base/url.h"
#include "base/utf8.h"
#include "domain/audit.h"
#include "domain/secret.h"
#include "model/listing.h"
#include "store/providers.h"

enum { ID_MAX = 255, KEY_MAX = 4096, URL_MAX = 2048 };

static const struct field model_info_fields[] = {
	{ F_STR("id", model_info, id), .doc = "Goes into an agent's model.model." },
	{ F_STR("name", model_info, name), .doc = "For display." },
	{ F_STR("provider", model_info, provider), .one_of = provider_names,
	  .doc = "Goes into an agent's model.provider." },
	{ F_BOOL("providerConnected", model_info, provider_connected),
	  .doc = "Always true: models of providers that are not connected are left out." },
	{ F_BOOL("hasReasoning", model_info, has_reasoning), .doc = "Whether the model supports extended reasoning." },
	{ F_STR("description", model_info, description), .doc = "Empty when none is known." },
};
const struct schema model_info_schema = SCHEMA("Model", model_info, model_info_fields);

/* -- what connects a provider -------------------------------------------------------------------- */

/* { NULL, 0 } when there is no such variable, or it is empty. */
static struct str variable(const char *name)
{
	const char *value = name ? getenv(name) : NULL;

	return value && *value ? str_of(value) : (struct str){ NULL, 0 };
}

/* A provider that takes a key is connected by the key; the URL alone would not get an answer. */
static bool connected_by_environment(const struct provider_info *info)
{
	return variable(info->key_env ? info->key_env : info->url_env).p != NULL;
}

static bool always_connected(const struct provider_info *info)
{
	return strcmp(info->name, BUILTIN_PROVIDER) == 0;
}

static const struct provider_row *setting_of(const struct list *rows, const struct provider_info *info)
{
	for (size_t i = 0; i < rows->n; i++)
		if (str_is(LIST_AT(*rows, struct provider_row, i)->provider, info->name))
			return LIST_AT(*rows, struct provider_row, i);
	return NULL;
}

/* NULL: not connected. */
static const char *connected_by(const struct list *rows, const struct provider_info *info)
{
	if (setting_of(rows, info))
		return "setting";
	if (connected_by_environment(info))
		return "environment";
	return always_connected(info) ? "always" : NULL;
}

/* -- models -------------------------------------------------------------------------------------- */

struct offer {
	struct ctx *ctx;
	struct model_info *models;
	size_t n, cap;
};

static void offer(struct offer *o, const struct model_info *model)
{
	o->models = arena_more(o->ctx->mem, o->models, o->n, &o->cap, sizeof(*o->models));
	o->models[o->n++] = *model;
}

static void offer_set(struct offer *o, const struct model_row *m)
{
	offer(o, &(struct model_info){
		.id = m->id, .name = m->name, .provider = m->provider, .provider_connected = true,
		.has_reasoning = m->has_reasoning, .description = m->description });
}

static void offer_known(struct offer *o, const struct provider_info *info)
{
	for (const struct known_model *m = info->models; m->id; m++)
		offer(o, &(struct model_info){
			.id = str_of(m->id), .name = str_of(m->name), .provider = str_of(info->name),
			.provider_connected = true, .has_reasoning = m->has_reasoning,
			.description = str_of(m->description) });
}

static int by_id(const void *a, const void *b)
{
	return str_cmp(((const struct model_info *)a)->id, ((const struct model_info *)b)->id);
}

/* A list that was set takes the place of the built-in one, but for what is always there. */
static void offer_provider(struct offer *o, const struct provider_info *info, const struct list *models)
{
	size_t from = o->n;

	for (size_t i = 0; i < models->n; i++)
		if (str_is(LIST_AT(*models, struct model_row, i)->provider, info->name))
			offer_set(o, LIST_AT(*models, struct model_row, i));
	if (o->n == from || always_connected(info))
		offer_known(o, info);
	if (o->n > from)
		qsort(&o->models[from], o->n - from, sizeof(*o->models), by_id);
}

enum err provider_models(struct ctx *ctx, struct str workspace_id, struct list *out)
{
	struct offer o = { .ctx = ctx };
	struct list rows, models;

	TRY(providers_list(ctx, workspace_id, &rows));
	TRY(models_list(ctx, workspace_id, &models));
	for (size_t i = 0; i < n_providers; i++)
		if (connected_by(&rows, &providers[i]))
			offer_provider(&o, &providers[i], &models);
	*out = (struct list){ o.models, o.n };
	return OK;
}

enum err provider_has_model(struct ctx *ctx, struct str workspace_id, struct str provider, struct str model, bool *out)
{
	struct list models;
	bool found = false;

	TRY(provider_models(ctx, workspace_id, &models));
	for (size_t i = 0; i < models.n && !found; i++) {
		const struct model_info *m = LIST_AT(models, struct model_info, i);

		found = str_eq(m->provider, provider) && str_eq(m->id, model);
	}
	*out = found;
	return OK;
}

/* -- reaching one -------------------------------------------------------------------------------- */

struct str provider_url(struct str url)
{
	while (url.n > 0 && url.p[url.n - 1] == '/')
		url.n--;
	return url;
}

struct url {
	struct str scheme;                   /* "http://", or absent */
	struct str authority, path;          /* path without the slash it begins with */
};

static struct url split_url(struct str text)
{
	ptrdiff_t mark = str_find(text, S("://"));
	struct url url = {0};

	if (mark >= 0) {
		url.scheme = (struct str){ text.p, (size_t)mark + 3 };
		text = str_from(text, url.scheme.n);
	}
	url.authority = str_cut(&text, '/');
	url.path = text;
	return url;
}

/* ":11434" of "127.0.0.1:11434"; empty when there is none. Colons in brackets are an address's. */
static struct str port_of(struct str authority)
{
	struct str behind = str_from(authority, (size_t)(str_index(authority, ']') + 1));
	ptrdiff_t colon = str_index(behind, ':');

	return colon < 0 ? S("") : str_from(behind, (size_t)colon);
}

/* OLLAMA_HOST and LM_STUDIO_HOST name a host the way those programs read it: scheme, port and
 * path may be missing, and are then the default's; a scheme brings a port of its own. */
static struct str url_from_host(struct arena *mem, struct str host, struct str usual)
{
	struct url given = split_url(host), def = split_url(usual);
	bool has_port = given.scheme.p || port_of(given.authority).n > 0;
	struct str scheme = given.scheme.p ? given.scheme : def.scheme;
	struct str port = has_port ? S("") : port_of(def.authority);
	struct str path = given.path.n ? given.path : def.path;

	return arena_printf(mem, "%.*s%.*s%.*s/%.*s", STR(scheme), STR(given.authority), STR(port), STR(path));
}

/* A setting is read as the variable is, so that a host alone is enough in both. */
static struct str base_url_of(struct arena *mem, const struct provider_info *info, const struct provider_row *row)
{
	struct str url = row ? row->base_url : (struct str){ NULL, 0 };

	if (!url.p)
		url = variable(info->url_env);
	if (!url.p)
		url = str_of(info->base_url);
	else if (info->url_env && str_ends(str_of(info->url_env), S("_HOST")))
		url = url_from_host(mem, url, str_of(info->base_url));
	return provider_url(url);
}

static struct secret_row key_row(struct str workspace_id, const char *provider)
{
	return (struct secret_row){ workspace_id, "provider_key", str_of(provider) };
}

enum err provider_connection(struct ctx *ctx, struct str workspace_id, struct str provider,
			     struct provider_connection *out)
{
	const struct provider_info *info = provider_by_name(provider);
	struct secret_row bound;
	struct provider_row row = {0};
	struct str key;
	enum err e;

	if (!info)
		return fail(ctx, ERR_NOT_FOUND, "no provider '%.*s'", STR(provider));
	e = providers_get(ctx, workspace_id, provider, &row);
	if (e == ERR_NOT_FOUND && !connected_by_environment(info) && !always_connected(info))
		return fail(ctx, ERR_NOT_FOUND, "provider %s is not connected", info->name);
	if (e != OK && e != ERR_NOT_FOUND)
		return e;
	bound = key_row(workspace_id, info->name);
	key = variable(info->key_env);
	if (row.sealed_key.p)
		TRY(secret_open(ctx, &bound, row.sealed_key, &key));
	*out = (struct provider_connection){ info, base_url_of(ctx->mem, info, &row), key };
	return OK;
}

/* -- settings ------------------------------------------------------------------------------------ */

static bool usable_as_header(struct str key)
{
	for (size_t i = 0; i < key.n; i++)
		if (key.p[i] <= ' ' || key.p[i] >= 0x7f)
			return false;
	return key.n > 0 && key.n <= KEY_MAX;
}

/* The path of a request goes behind it, and nobody sends a user's name. */
static bool is_base_url(struct str url)
{
	bool http = str_starts(url, S("http://")) || str_starts(url, S("https://"));
	bool ends_with_path = str_index(url, '?') < 0 && str_index(url, '#') < 0;

	return http && ends_with_path && url.n <= URL_MAX && url_valid(url) && str_index(split_url(url).authority, '@') < 0;
}

static enum err check_models(struct ctx *ctx, const struct provider_info *info, const struct list *models)
{
	for (size_t i = 0; i < models->n; i++) {
		const struct model_setting *m = LIST_AT(*models, struct model_setting, i);

		if (m->id.n == 0 || utf8_count(m->id) > ID_MAX || utf8_count(m->name) > ID_MAX)
			return fail(ctx, ERR_INVALID, "a model's id and its name have 1 to %d characters", ID_MAX);
		if (always_connected(info) && str_is(m->id, BUILTIN_MODEL))
			return fail(ctx, ERR_INVALID, "%s is always there; it need not be set", BUILTIN_MODEL);
		for (size_t j = 0; j < i; j++)
			if (str_eq(m->id, LIST_AT(*models, struct model_setting, j)->id))
				return fail(ctx, ERR_INVALID, "model '%.*s' is listed twice", STR(m->id));
	}
	return OK;
}

enum err provider_check_access(struct ctx *ctx, struct str base_url, struct str key)
{
	if (base_url.p && !is_base_url(base_url))
		return fail(ctx, ERR_INVALID, "the base URL must be an http or https URL without user, query and fragment");
	if (key.p && !usable_as_header(key))
		return fail(ctx, ERR_INVALID, "a key has 1 to %d characters and no blanks", KEY_MAX);
	return OK;
}

static enum err check_setting(struct ctx *ctx, const struct provider_info *info, const struct provider_setting *s)
{
	TRY(provider_check_access(ctx, s->base_url, s->key));
	return check_models(ctx, info, &s->models);
}

/* What is known of an id completes what was said about it. */
static struct model_row model_row(const struct provider_info *info, const struct model_setting *m)
{
	static const struct known_model UNKNOWN = { .description = "" };
	const struct known_model *known = info->models;

	while (known->id && !str_is(m->id, known->id))
		known++;
	if (!known->id)
		known = &UNKNOWN;
	return (struct model_row){
		.provider = str_of(info->name), .id = m->id,
		.name = m->name.n ? m->name : known->name ? str_of(known->name) : m->id,
		.description = str_of(known->description), .has_reasoning = m->has_reasoning || known->has_reasoning,
	};
}

struct change {
	struct str workspace_id;
	const struct provider_info *info;
	const struct provider_setting *setting;
};

static enum err record(struct ctx *ctx, struct db_tx *tx, const char *kind, const struct change *c)
{
	return audit_add(ctx, tx, &(struct audit){ .kind = kind, .target_type = "provider",
						   .target_id = str_of(c->info->name), .workspace_id = c->workspace_id });
}

static enum err replace_models(struct ctx *ctx, struct db_tx *tx, const struct change *c)
{
	const struct list *models = &c->setting->models;

	if (models->n > 0)
		TRY(models_delete_all(ctx, tx, c->workspace_id, c->setting->provider));
	for (size_t i = 0; i < models->n; i++) {
		struct model_row m = model_row(c->info, LIST_AT(*models, struct model_setting, i));

		TRY(models_insert(ctx, tx, c->workspace_id, &m));
	}
	return OK;
}

static enum err write_setting(struct ctx *ctx, struct db_tx *tx, void *arg)
{
	const struct change *c = arg;
	const struct provider_setting *s = c->setting;
	struct secret_row bound = key_row(c->workspace_id, c->info->name);
	struct provider_row row = {0};
	enum err e = providers_get(ctx, c->workspace_id, s->provider, &row);

	if (e != OK && e != ERR_NOT_FOUND)
		return e;
	row.provider = s->provider;
	row.updated_at = now_us();
	if (s->base_url.p)
		row.base_url = provider_url(s->base_url);
	if (s->key.p)
		row.sealed_key = secret_seal(ctx, &bound, s->key);
	if (!c->info->base_url && !row.base_url.p)
		return fail(ctx, ERR_INVALID, "%s has no address of its own; give its base URL", c->info->name);
	TRY(providers_put(ctx, tx, c->workspace_id, &row));
	TRY(record(ctx, tx, "provider.set", c));
	return replace_models(ctx, tx, c);
}

enum err provider_set(struct ctx *ctx, struct str workspace_id, const struct provider_setting *setting)
{
	struct change change = { workspace_id, provider_by_name(setting->provider), setting };

	if (!change.info)
		return fail(ctx, ERR_INVALID, "no provider '%.*s'", STR(setting->provider));
	TRY(check_setting(ctx, change.info, setting));
	return db_write(ctx, write_setting, &change);
}

static enum err listed_models(struct ctx *ctx, const struct provider_connection *c, struct list *out)
{
	struct model_setting *models;
	struct list listed;

	if (!c->base_url.p)
		return fail(ctx, ERR_INVALID, "%s has no address of its own; give its base URL", c->info->name);
	TRY(model_listing(ctx, c->info, c->base_url, c->key, &listed));
	if (listed.n == 0)
		return fail(ctx, ERR_UPSTREAM, "%s lists no models", c->info->name);
	models = arena_array(ctx->mem, listed.n, sizeof(*models));
	for (size_t i = 0; i < listed.n; i++) {
		const struct listed_model *m = LIST_AT(listed, struct listed_model, i);

		models[i] = (struct model_setting){ m->id, m->name, m->has_reasoning };
	}
	*out = (struct list){ models, listed.n };
	return OK;
}

enum err provider_refresh(struct ctx *ctx, struct str workspace_id, struct str provider)
{
	struct provider_setting setting = { .provider = provider };
	struct provider_connection connection;
	struct provider_row row;
	enum err e = providers_get(ctx, workspace_id, provider, &row);

	if (e == ERR_NOT_FOUND)
		return fail(ctx, e, "provider %.*s is not connected by a setting", STR(provider));
	TRY(e);
	TRY(provider_connection(ctx, workspace_id, provider, &connection));
	db_snapshot_end(ctx);
	e = listed_models(ctx, &connection, &setting.models);
	if (row.sealed_key.p)
		secret_wipe(&connection.key);
	TRY(e);
	return provider_set(ctx, workspace_id, &setting);
}

static enum err delete_setting(struct ctx *ctx, struct db_tx *tx, void *arg)
{
	const struct change *c = arg;

	TRY(providers_delete(ctx, tx, c->workspace_id, str_of(c->info->name)));
	return record(ctx, tx, "provider.removed", c);
}

enum err provider_remove(struct ctx *ctx, struct str workspace_id, struct str provider)
{
	struct change change = { workspace_id, provider_by_name(provider), NULL };
	enum err e;

	if (!change.info)
		return fail(ctx, ERR_NOT_FOUND, "no provider '%.*s'", STR(provider));
	e = db_write(ctx, delete_setting, &change);
	if (e == ERR_NOT_FOUND)
		return fail(ctx, e, "provider %s was not connected by a setting", change.info->name);
	return e;
}

static int64_t count_models(const struct list *models, const struct provider_info *info)
{
	int64_t n = 0;

	for (size_t i = 0; i < models->n; i++)
		n += str_is(LIST_AT(*models, struct model_info, i)->provider, info->name);
	return n;
}

enum err provider_list(struct ctx *ctx, struct str workspace_id, struct list *out)
{
	struct provider_status *all = arena_array(ctx->mem, n_providers, sizeof(*all));
	struct list rows, models;
	size_t n = 0;

	TRY(providers_list(ctx, workspace_id, &rows));
	TRY(provider_models(ctx, workspace_id, &models));
	for (size_t i = 0; i < n_providers; i++) {
		const struct provider_info *info = &providers[i];
		const struct provider_row *row = setting_of(&rows, info);
		const char *by = connected_by(&rows, info);

		if (!by)
			continue;
		all[n++] = (struct provider_status){
			.provider = str_of(info->name), .connected_by = str_of(by),
			.base_url = base_url_of(ctx->mem, info, row),
			.has_key = (row && row->sealed_key.p) || variable(info->key_env).p,
			.n_models = count_models(&models, info), .updated_at = row ? row->updated_at : 0,
		};
	}
	*out = (struct list){ all, n };
	return OK;
}
