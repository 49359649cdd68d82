/* app/key_commands.c: agentd key ... */
#include <stdio.h>

#include "app/command.h"
#include "app/print.h"
#include "base/clock.h"
#include "domain/key.h"
#include "domain/member.h"

struct key_options {
	struct str data, workspace, id;
	struct str user, kind, name, expires, description;
	bool json;
};

/* -- create -------------------------------------------------------------------------------------- */

static const struct field create_fields[] = {
	{ F_STR("user", key_options, user), .required = true, .example = "EMAIL",
	  .doc = "Whose key it is; a member of the workspace." },
	WORKSPACE_OPTION(key_options),
	{ F_STR("kind", key_options, kind), .required = true, .one_of = key_kind_names, .doc = "Which of the two kinds." },
	{ F_STR("name", key_options, name), .required = true, .example = "NAME",
	  .doc = "What it is for: 3 to 50 characters, of a personal key 1 to 64." },
	{ F_STR("expires", key_options, expires), .one_of = key_expiries, .doc = "When it stops working." },
	{ F_STR("description", key_options, description), .example = "TEXT",
	  .doc = "More about it, 255 characters at most." },
	DATA_OPTION(key_options),
};
const struct schema key_create_options = SCHEMA(NULL, key_options, create_fields);

enum err key_create_run(struct ctx *ctx, const void *options)
{
	const struct key_options *o = options;
	struct workspace w;
	struct member owner;
	struct api_key made;
	struct str secret;

	TRY(workspace_by_slug(ctx, o->workspace, &w));
	TRY(member_by_email(ctx, &w, o->user, &owner));
	TRY(key_create(ctx, &(struct key_request){
		.workspace_id = w.id, .user_id = owner.user.id,
		.kind = str_is(o->kind, key_kind_names[KEY_PERSONAL]) ? KEY_PERSONAL : KEY_WORKSPACE,
		.name = o->name, .description = o->description, .expiry = o->expires }, &made, &secret));
	printf("%.*s\n", STR(secret));
	return OK;
}

/* -- list ---------------------------------------------------------------------------------------- */

struct key_line {
	struct str id, preview, kind, name, user, state;
	int64_t expires_at, last_used_at;
};

static const struct field line_fields[] = {
	{ F_STR("id", key_line, id) },
	{ F_STR("preview", key_line, preview) },
	{ F_STR("kind", key_line, kind) },
	{ F_STR("name", key_line, name) },
	{ F_STR("user", key_line, user) },
	{ F_STR("state", key_line, state) },
	{ F_TIME("expiresAt", key_line, expires_at) },
	{ F_TIME("lastUsedAt", key_line, last_used_at) },
};
static const struct schema key_line_schema = SCHEMA(NULL, key_line, line_fields);

static const struct field list_fields[] = {
	WORKSPACE_OPTION(key_options), JSON_OPTION(key_options), DATA_OPTION(key_options),
};
const struct schema key_list_options = SCHEMA(NULL, key_options, list_fields);

/* Why a key would be refused, if it would. */
static struct str state_of(const struct api_key *key, bool is_member)
{
	if (!key->active)
		return S("disabled");
	if (key->expires_at && now_us() >= key->expires_at)
		return S("expired");
	return is_member ? S("active") : S("not a member");
}

enum err key_list_run(struct ctx *ctx, const void *options)
{
	const struct key_options *o = options;
	struct key_line *lines;
	struct workspace w;
	struct list members, keys;

	TRY(workspace_by_slug(ctx, o->workspace, &w));
	TRY(member_list(ctx, &w, &members));
	TRY(keys_list(ctx, w.id, &keys));
	lines = arena_array(ctx->mem, keys.n, sizeof(*lines));
	for (size_t i = 0; i < keys.n; i++) {
		const struct api_key *k = LIST_AT(keys, struct api_key, i);

		lines[i] = (struct key_line){
			.id = k->id, .preview = k->preview, .kind = k->kind, .name = k->name,
			.user = member_email(&members, k->user_id),
			.state = state_of(k, member_of(&members, k->user_id) != NULL),
			.expires_at = k->expires_at, .last_used_at = k->last_used_at,
		};
	}
	print_list(ctx, &key_line_schema, &(struct list){ lines, keys.n }, o->json);
	return OK;
}

/* -- disable, enable, delete --------------------------------------------------------------------- */

static const struct field one_key_fields[] = {
	{ F_ID("id", key_options, id), .in = IN_PATH, .required = true, .example = "ID",
	  .doc = "As `key list` shows it." },
	WORKSPACE_OPTION(key_options), DATA_OPTION(key_options),
};
const struct schema key_disable_options = SCHEMA(NULL, key_options, one_key_fields);
const struct schema key_enable_options = SCHEMA(NULL, key_options, one_key_fields);
const struct schema key_delete_options = SCHEMA(NULL, key_options, one_key_fields);

enum key_change { SWITCH_OFF, SWITCH_ON, DELETE };

static enum err change_key(struct ctx *ctx, const struct key_options *o, enum key_change change)
{
	struct workspace w;
	enum err e;

	TRY(workspace_by_slug(ctx, o->workspace, &w));
	e = change == DELETE ? key_delete(ctx, w.id, o->id) : key_set_active(ctx, w.id, o->id, change == SWITCH_ON);
	if (e == ERR_NOT_FOUND)
		return fail(ctx, e, "no API key %.*s in workspace '%.*s'", STR(o->id), STR(o->workspace));
	return e;
}

enum err key_disable_run(struct ctx *ctx, const void *options)
{
	return change_key(ctx, options, SWITCH_OFF);
}

enum err key_enable_run(struct ctx *ctx, const void *options)
{
	return change_key(ctx, options, SWITCH_ON);
}

enum err key_delete_run(struct ctx *ctx, const void *options)
{
	return change_key(ctx, options, DELETE);
}
