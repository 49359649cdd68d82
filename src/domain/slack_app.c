/* domain/slack_app.c: an input is applied to an app, new or stored, in the order in which the contract checks it. */
#include "domain/slack_app.h"

#include "base/clock.h"
#include "base/id.h"
#include "base/utf8.h"
#include "domain/audit.h"
#include "domain/secret.h"
#include "domain/words.h"
#include "json/js.h"
#include "store/workspaces.h"

enum { NAME_UNITS = 35, ID_MAX = 255, SECRET_MAX = 4096 };

const char *const slack_app_statuses[] = { "configuring", "installed", "disabled", NULL };

static const struct str NONE = { NULL, 0 };

enum err slack_app_list(struct ctx *ctx, struct list *out)
{
	return slack_apps_list(ctx, ctx->actor.workspace_id, out);
}

enum err slack_app_get(struct ctx *ctx, struct str id, struct slack_app *out)
{
	enum err e = slack_apps_by_id(ctx, ctx->actor.workspace_id, id, out);

	return e == ERR_NOT_FOUND ? fail(ctx, e, "slack app not found") : e;
}

/* -- what is said of one ------------------------------------------------------------------------------------- */

/* The two operations refuse the same names in different words. */
struct wording {
	const char *blank, *long_name;
};

static const struct wording
	CREATING = { "name is required", "name must be 35 characters or fewer (Slack's limit)" },
	UPDATING = { "name cannot be empty", "name must be 35 characters or fewer" };

static enum err apply_name(struct ctx *ctx, struct str given, const struct wording *say, struct slack_app *a)
{
	struct str name = js_trim(given);

	if (!given.p)
		return OK;
	if (name.n == 0)
		return fail(ctx, ERR_INVALID, "%s", say->blank);
	if (utf8_units(name) > NAME_UNITS)
		return fail(ctx, ERR_INVALID, "%s", say->long_name);
	a->name = name;
	a->folded_name = text_lower(ctx->mem, name);
	return OK;
}

static enum err apply_owner(struct ctx *ctx, struct str user_id, struct slack_app *a)
{
	struct str role;
	enum err e;

	if (!user_id.p)
		return OK;
	e = members_role(ctx, ctx->actor.workspace_id, user_id, &role);
	if (e == ERR_NOT_FOUND)
		return fail(ctx, ERR_INVALID, "defaultOwnerUserId must be a member of this workspace");
	a->default_owner_user_id = user_id;
	return e;
}

static enum err apply_labels(struct ctx *ctx, const struct list *labels, struct slack_app *a)
{
	if (!labels->items)
		return OK;
	if (labels->n > SLACK_APP_LABELS_MAX)
		return fail(ctx, ERR_INVALID, "agentLabels can hold %d labels at most", SLACK_APP_LABELS_MAX);
	a->agent_labels = words_fold(ctx->mem, labels, NULL);
	return OK;
}

static enum err apply_id(struct ctx *ctx, const char *what, struct str given, struct str *to)
{
	if (!given.p)
		return OK;
	if (given.n > ID_MAX)
		return fail(ctx, ERR_INVALID, "%s must be %d characters or fewer", what, ID_MAX);
	*to = given.n ? given : NONE;
	return OK;
}

static enum err apply_secret(struct ctx *ctx, const struct slack_app *a, const char *what, const char *kind,
			     struct str plain, struct str *sealed)
{
	if (plain.n == 0)
		return OK;
	if (plain.n > SECRET_MAX)
		return fail(ctx, ERR_INVALID, "%s must be %d characters or fewer", what, SECRET_MAX);
	*sealed = secret_seal(ctx, &(struct secret_row){ a->workspace_id, kind, a->id }, plain);
	return OK;
}

static enum err apply(struct ctx *ctx, const struct slack_app_input *in, const struct wording *say, struct slack_app *a)
{
	TRY(apply_name(ctx, in->name, say, a));
	TRY(apply_owner(ctx, in->default_owner_user_id, a));
	TRY(apply_labels(ctx, &in->agent_labels, a));
	TRY(apply_id(ctx, "slackAppId", in->slack_app_id, &a->slack_app_id));
	TRY(apply_id(ctx, "clientId", in->client_id, &a->client_id));
	TRY(apply_secret(ctx, a, "signingSecret", "slack_app.signing_secret", in->signing_secret,
			 &a->sealed_signing_secret));
	return apply_secret(ctx, a, "clientSecret", "slack_app.client_secret", in->client_secret,
			    &a->sealed_client_secret);
}

static bool says_nothing(const struct slack_app_input *in)
{
	return !in->name.p && !in->agent_labels.items && !in->default_owner_user_id.p && !in->slack_app_id.p &&
	       !in->client_id.p && in->signing_secret.n == 0 && in->client_secret.n == 0;
}

static bool has_nul(struct str text)
{
	return text.n > 0 && memchr(text.p, '\0', text.n);
}

/* Text with a NUL is nothing that all engines can store. */
static bool can_be_stored(const struct slack_app *a)
{
	for (size_t i = 0; i < a->agent_labels.n; i++)
		if (has_nul(*LIST_AT(a->agent_labels, struct str, i)))
			return false;
	return !has_nul(a->name) && !has_nul(a->slack_app_id) && !has_nul(a->client_id);
}

/* The error of a write whose only unique rule is the name. */
static enum err name_conflict(struct ctx *ctx, enum err e)
{
	return e == ERR_CONFLICT ? fail(ctx, e, "a Slack app with that name already exists") : e;
}

/* -- audit ------------------------------------------------------------------------------------------------------ */

static enum err record(struct ctx *ctx, struct db_tx *tx, const char *kind, const struct slack_app *a,
		       const struct json *rotated)
{
	const struct json_member members[] = {
		{ S("name"), { .type = JSON_STR, .text = a->name } },
		{ S("rotatedSecrets"), rotated ? *rotated : (struct json){0} },
	};
	const struct json payload = { .type = JSON_OBJECT, .members = members, .n_members = rotated ? 2 : 1 };

	return audit_add(ctx, tx, &(struct audit){ .kind = kind, .target_type = "slack_app", .target_id = a->id,
						   .payload = &payload });
}

static enum err record_update(struct ctx *ctx, struct db_tx *tx, const struct slack_app_input *in,
			      const struct slack_app *a)
{
	struct json names[2];
	struct json rotated = { .type = JSON_ARRAY };
	size_t n = 0;

	if (in->signing_secret.n)
		names[n++] = (struct json){ .type = JSON_STR, .text = S("signingSecret") };
	if (in->client_secret.n)
		names[n++] = (struct json){ .type = JSON_STR, .text = S("clientSecret") };
	rotated.items = names;
	rotated.n_items = n;
	return record(ctx, tx, "slack_app.updated", a, &rotated);
}

/* -- create, update, delete ---------------------------------------------------------------------------------- */

static enum err do_create(struct ctx *ctx, struct db_tx *tx, void *arg)
{
	struct slack_app *a = arg;

	TRY(name_conflict(ctx, slack_apps_insert(ctx, tx, a)));
	return record(ctx, tx, "slack_app.created", a, NULL);
}

enum err slack_app_create(struct ctx *ctx, const struct slack_app_input *in, struct slack_app *out)
{
	struct slack_app_input given = *in;

	*out = (struct slack_app){
		.id = uuid_new(ctx->mem), .workspace_id = ctx->actor.workspace_id, .status = S("configuring"),
		.created_by = ctx->actor.user_id, .created_at = now_us(),
	};
	out->updated_at = out->created_at;
	if (given.default_owner_user_id.n == 0)
		given.default_owner_user_id = ctx->actor.user_id;
	if (!given.name.p)
		given.name = S("");
	TRY(apply(ctx, &given, &CREATING, out));
	if (!can_be_stored(out))
		return fail(ctx, ERR_UPSTREAM, "couldn't create the Slack app");
	return db_write(ctx, do_create, out);
}

struct update {
	struct str id;
	const struct slack_app_input *in;
	struct slack_app *out;
};

static enum err do_update(struct ctx *ctx, struct db_tx *tx, void *arg)
{
	const struct update *u = arg;
	struct slack_app *a = u->out;

	TRY(slack_app_get(ctx, u->id, a));
	if (says_nothing(u->in))
		return OK;
	TRY(apply(ctx, u->in, &UPDATING, a));
	if (!can_be_stored(a))
		return fail(ctx, ERR_INVALID, "a text cannot contain U+0000");
	a->updated_at = now_us();
	TRY(name_conflict(ctx, slack_apps_update(ctx, tx, a)));
	return record_update(ctx, tx, u->in, a);
}

enum err slack_app_update(struct ctx *ctx, struct str id, const struct slack_app_input *in, struct slack_app *out)
{
	struct update u = { id, in, out };

	return db_write(ctx, do_update, &u);
}

static enum err do_delete(struct ctx *ctx, struct db_tx *tx, void *arg)
{
	const struct str *id = arg;
	struct slack_app a;

	TRY(slack_app_get(ctx, *id, &a));
	TRY(slack_apps_delete(ctx, tx, a.workspace_id, a.id));
	return record(ctx, tx, "slack_app.deleted", &a, NULL);
}

enum err slack_app_delete(struct ctx *ctx, struct str id)
{
	return db_write(ctx, do_delete, &id);
}
