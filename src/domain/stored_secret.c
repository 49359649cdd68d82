/* domain/stored_secret.c: sealed before the transaction, named in the audit, seen nowhere. */
#include "domain/stored_secret.h"

#include "base/clock.h"
#include "domain/audit.h"
#include "domain/secret.h"
#include "domain/words.h"

enum { SLUG_MIN = 2, SLUG_MAX = 64, VALUE_MAX = 64 << 10, DESCRIPTION_MAX = 1000 };

static bool slug_valid(struct str slug)
{
	if (slug.n < SLUG_MIN || slug.n > SLUG_MAX)
		return false;
	for (size_t i = 0; i < slug.n; i++) {
		char c = slug.p[i];
		bool alphanumeric = is_digit(c) || (c >= 'a' && c <= 'z');

		if (!alphanumeric && (i == 0 || (c != '-' && c != '_')))
			return false;
	}
	return true;
}

enum err stored_secret_slug(struct ctx *ctx, struct str text, struct str *out)
{
	struct str slug = text_lower(ctx->mem, text);

	if (!slug_valid(slug))
		return fail(ctx, ERR_INVALID, "a slug has %d to %d characters, a-z, 0-9, - and _, and begins with a "
			    "letter or digit", SLUG_MIN, SLUG_MAX);
	*out = slug;
	return OK;
}

static enum err record(struct ctx *ctx, struct db_tx *tx, const char *kind, struct str slug)
{
	return audit_add(ctx, tx, &(struct audit){ .kind = kind, .target_type = "secret_connection", .target_id = slug,
						   .payload = AUDIT_PAYLOAD({ S("slug"), AUDIT_TEXT(slug) }) });
}

/* -- set ------------------------------------------------------------------------------------------------------- */

static enum err do_set(struct ctx *ctx, struct db_tx *tx, void *arg)
{
	struct stored_secret *now = arg, was;
	enum err e = stored_secrets_get(ctx, now->workspace_id, now->slug, &was);

	if (e == ERR_NOT_FOUND) {
		TRY(stored_secrets_insert(ctx, tx, now));
		return record(ctx, tx, "secret_connection.created", now->slug);
	}
	TRY(e);
	if (!now->description.p)
		now->description = was.description;
	TRY(stored_secrets_update(ctx, tx, now));
	return record(ctx, tx, "secret_connection.updated", now->slug);
}

enum err stored_secret_set(struct ctx *ctx, struct str slug, struct str description, struct str value)
{
	struct stored_secret s = {
		.workspace_id = ctx->actor.workspace_id, .description = description,
		.created_by = ctx->actor.user_id.p ? ctx->actor.user_id : S(""), .created_at = now_us(),
	};

	TRY(stored_secret_slug(ctx, slug, &s.slug));
	if (value.n == 0 || value.n > VALUE_MAX)
		return fail(ctx, ERR_INVALID, "a secret has 1 to %d bytes", VALUE_MAX);
	if (description.n > DESCRIPTION_MAX)
		return fail(ctx, ERR_INVALID, "a description has at most %d bytes", DESCRIPTION_MAX);
	s.updated_at = s.created_at;
	s.sealed = secret_seal(ctx, &(struct secret_row){ s.workspace_id, "stored_secret", s.slug }, value);
	return db_write(ctx, do_set, &s);
}

/* -- list, delete ------------------------------------------------------------------------------------------------ */

enum err stored_secret_list(struct ctx *ctx, struct list *out)
{
	return stored_secrets_list(ctx, ctx->actor.workspace_id, out);
}

static enum err do_delete(struct ctx *ctx, struct db_tx *tx, void *arg)
{
	const struct str *slug = arg;
	enum err e = stored_secrets_delete(ctx, tx, ctx->actor.workspace_id, *slug);

	if (e == ERR_NOT_FOUND)
		return fail(ctx, e, "no secret '%.*s'", STR(*slug));
	TRY(e);
	return record(ctx, tx, "secret_connection.deleted", *slug);
}

enum err stored_secret_delete(struct ctx *ctx, struct str slug)
{
	struct str folded;

	TRY(stored_secret_slug(ctx, slug, &folded));
	return db_write(ctx, do_delete, &folded);
}
