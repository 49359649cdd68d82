/* domain/key.c: the two kinds in one table; everything else is the same for both. */
#include "domain/key.h"

#include "base/clock.h"
#include "base/id.h"
#include "base/log.h"
#include "base/utf8.h"
#include "domain/audit.h"

#define US_PER_MINUTE (60 * US_PER_SECOND)

static struct str make_hex(struct arena *mem, const unsigned char *random)
{
	return hex_text(mem, random, 16);
}

static struct str make_base64url(struct arena *mem, const unsigned char *random)
{
	return base64url_text(mem, random, 32);
}

static bool hex_char(char c)
{
	return is_digit(c) || (c >= 'a' && c <= 'f');
}

/* Anything: a personal key is judged by its digest alone (studio contract 1.2). */
static bool any_char(char c)
{
	(void)c;
	return true;
}

const char *const key_kind_names[] = { [KEY_WORKSPACE] = "workspace", [KEY_PERSONAL] = "personal", NULL };

static const struct kind {
	const char *prefix;
	struct str (*make)(struct arena *mem, const unsigned char *random);
	bool (*body_char)(char c);           /* what may stand behind the prefix */
	size_t body_length;                  /* 0 = any */
	size_t name_min, name_max, preview_head;
	bool expires;
} KINDS[] = {
	[KEY_WORKSPACE] = { "sk_prod_", make_hex, hex_char, 32, 3, 50, 12, true },
	[KEY_PERSONAL] = { "tas_", make_base64url, any_char, 0, 1, 64, 4, false },
};

/* NULL: no key looks like that. */
static const struct kind *kind_of(struct str token)
{
	for (size_t i = 0; i < COUNT_OF(KINDS); i++) {
		struct str body = str_from(token, strlen(KINDS[i].prefix));

		if (!str_starts(token, str_of(KINDS[i].prefix)))
			continue;
		if (KINDS[i].body_length && body.n != KINDS[i].body_length)
			return NULL;
		for (size_t j = 0; j < body.n; j++)
			if (!KINDS[i].body_char(body.p[j]))
				return NULL;
		return &KINDS[i];
	}
	return NULL;
}

static const char *name_of(const struct kind *kind)
{
	return key_kind_names[kind - KINDS];
}

bool key_is_plausible(struct str token)
{
	return kind_of(token) != NULL;
}

const char *const role_names[] = { "viewer", "operator", "workspace_admin", NULL };

enum role role_of(struct str name)
{
	for (enum role r = ROLE_VIEWER; r <= ROLE_ADMIN; r++)
		if (str_is(name, role_name(r)))
			return r;
	return ROLE_NONE;
}

const char *role_name(enum role role)
{
	return role == ROLE_NONE ? "none" : role_names[role - ROLE_VIEWER];
}

/* -- minting ------------------------------------------------------------------------------------- */

/* Days, months or a year, as they say (workspace contract K-4). */
const char *const key_expiries[] = { "15d", "25d", "45d", "90d", "6m", "1y", NULL };

static bool expiry_from(int64_t now, struct str expiry, int64_t *out)
{
	int64_t n = 0;

	if (!str_is_one_of(expiry, key_expiries))
		return false;
	str_to_int((struct str){ expiry.p, expiry.n - 1 }, &n);
	switch (expiry.p[expiry.n - 1]) {
	case 'd': *out = now + n * US_PER_DAY; break;
	case 'm': *out = time_add_months(now, (int)n); break;
	default: *out = time_add_months(now, 12 * (int)n); break;
	}
	return true;
}

static enum err check_request(struct ctx *ctx, const struct kind *kind, const struct key_request *r)
{
	size_t n = utf8_count(r->name);

	if (n < kind->name_min || n > kind->name_max || str_trim(r->name).n == 0)
		return fail(ctx, ERR_INVALID, "the name of a %s key has %zu to %zu characters", name_of(kind),
			    kind->name_min, kind->name_max);
	if (utf8_count(r->description) > 255)
		return fail(ctx, ERR_INVALID, "a description has at most 255 characters");
	if (!kind->expires && r->expiry.p)
		return fail(ctx, ERR_INVALID, "personal keys do not expire");
	return OK;
}

bool key_describe(struct arena *mem, struct str token, struct api_key *key)
{
	enum { TAIL = 4 };
	const struct kind *kind = kind_of(token);

	if (!kind || token.n < kind->preview_head + TAIL)
		return false;
	key->kind = str_of(name_of(kind));
	key->digest = sha256_hex(mem, token);
	key->preview = arena_printf(mem, "%.*s…%.*s", (int)kind->preview_head, token.p, TAIL, token.p + token.n - TAIL);
	return true;
}

static enum err record(struct ctx *ctx, struct db_tx *tx, const char *kind, struct str workspace_id, struct str id)
{
	return audit_add(ctx, tx, &(struct audit){ .kind = kind, .target_type = "api_key", .target_id = id,
						   .workspace_id = workspace_id });
}

static enum err insert_key(struct ctx *ctx, struct db_tx *tx, void *arg)
{
	const struct api_key *key = arg;

	TRY(keys_insert(ctx, tx, key));
	return record(ctx, tx, "api_key.created", key->workspace_id, key->id);
}

enum err key_create(struct ctx *ctx, const struct key_request *r, struct api_key *out, struct str *secret)
{
	const struct kind *kind = &KINDS[r->kind];
	unsigned char random[32];
	struct str body, text;
	struct api_key key = {
		.id = uuid_new(ctx->mem), .workspace_id = r->workspace_id, .user_id = r->user_id,
		.name = r->name, .description = r->description, .expiry = r->expiry,
		.active = true, .created_at = now_us(),
	};

	TRY(check_request(ctx, kind, r));
	if (kind->expires && !expiry_from(key.created_at, r->expiry, &key.expires_at))
		return fail(ctx, ERR_INVALID, "a workspace key expires after 15d, 25d, 45d, 90d, 6m or 1y");
	random_bytes(random, sizeof(random));
	body = kind->make(ctx->mem, random);
	text = arena_printf(ctx->mem, "%s%.*s", kind->prefix, STR(body));
	key_describe(ctx->mem, text, &key);
	TRY(db_write(ctx, insert_key, &key));
	*out = key;
	*secret = text;
	return OK;
}

/* -- changing ------------------------------------------------------------------------------------ */

struct change {
	struct str workspace_id, id;
	bool active;
};

static enum err set_active(struct ctx *ctx, struct db_tx *tx, void *arg)
{
	const struct change *c = arg;

	TRY(keys_set_active(ctx, tx, c->workspace_id, c->id, c->active));
	return record(ctx, tx, c->active ? "api_key.enabled" : "api_key.disabled", c->workspace_id, c->id);
}

static enum err delete(struct ctx *ctx, struct db_tx *tx, void *arg)
{
	const struct change *c = arg;

	TRY(keys_delete(ctx, tx, c->workspace_id, c->id));
	return record(ctx, tx, "api_key.deleted", c->workspace_id, c->id);
}

enum err key_set_active(struct ctx *ctx, struct str workspace_id, struct str id, bool active)
{
	return db_write(ctx, set_active, &(struct change){ workspace_id, id, active });
}

enum err key_delete(struct ctx *ctx, struct str workspace_id, struct str id)
{
	return db_write(ctx, delete, &(struct change){ workspace_id, id, false });
}

/* -- presenting ---------------------------------------------------------------------------------- */

static bool usable(const struct key_use *key)
{
	return key->active && (key->expires_at == 0 || now_us() < key->expires_at);
}

enum err key_authenticate(struct ctx *ctx, struct str token, enum key_verdict *verdict, struct actor *actor)
{
	struct key_use use;
	enum err e;

	*verdict = KEY_UNKNOWN;
	/* Spares the store a lookup for what cannot be a key (K-1). */
	if (!kind_of(token))
		return OK;
	e = keys_use(ctx, sha256_hex(ctx->mem, token), &use);
	if (e == ERR_NOT_FOUND || (e == OK && !usable(&use)))
		return OK;
	TRY(e);
	*actor = (struct actor){
		.workspace_id = use.workspace_id, .user_id = use.user_id, .key_id = use.id,
		.role = role_of(use.role), .key_last_used_us = use.last_used_at,
	};
	*verdict = actor->role == ROLE_NONE ? KEY_NOT_A_MEMBER : KEY_GOOD;
	return OK;
}

struct usage {
	const struct actor *actor;
	int64_t now;
};

static enum err stamp_use(struct ctx *ctx, struct db_tx *tx, void *arg)
{
	const struct usage *u = arg;

	return keys_set_last_used(ctx, tx, u->actor->workspace_id, u->actor->key_id, u->now);
}

void key_used(struct ctx *ctx, const struct actor *actor)
{
	struct usage usage = { actor, now_us() };

	if (!actor->key_id.p || usage.now - actor->key_last_used_us < US_PER_MINUTE)
		return;
	if (db_write(ctx, stamp_use, &usage) != OK)
		log_warn("key.stamp", kv_s("key", actor->key_id), kv_z("why", ctx->why));
}
