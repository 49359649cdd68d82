/* domain/repo_hook.c: proofs are compared in constant time. */
#include "domain/repo_hook.h"

#include "base/id.h"
#include "domain/audit.h"
#include "domain/secret.h"
#include "store/repositories.h"
#include "store/workspaces.h"

enum { SECRET_BYTES = 32 };

static struct secret_row secret_row_of(struct str workspace_id)
{
	return (struct secret_row){ workspace_id, "repository", S("hook") };
}

/* -- making and removing --------------------------------------------------------------------------------- */

struct change {
	struct str sealed;                   /* absent: it is removed */
	const char *kind;                    /* for the audit log */
};

static enum err put_hook(struct ctx *ctx, struct db_tx *tx, void *arg)
{
	const struct change *c = arg;

	TRY(repositories_put_hook(ctx, tx, ctx->actor.workspace_id, c->sealed));
	return audit_add(ctx, tx, &(struct audit){ .kind = c->kind, .target_type = "repository" });
}

enum err repo_hook_make(struct ctx *ctx, struct str *secret)
{
	struct secret_row row = secret_row_of(ctx->actor.workspace_id);
	struct change c = { .kind = "repo.hook.made" };
	unsigned char bytes[SECRET_BYTES];
	struct str text;
	enum err e;

	random_bytes(bytes, sizeof(bytes));
	text = base64url_text(ctx->mem, bytes, sizeof(bytes));
	explicit_bzero(bytes, sizeof(bytes));
	c.sealed = secret_seal(ctx, &row, text);
	e = db_write(ctx, put_hook, &c);
	if (e == OK)
		*secret = text;
	else
		secret_wipe(&text);
	return e;
}

enum err repo_hook_remove(struct ctx *ctx)
{
	return db_write(ctx, put_hook, &(struct change){ .kind = "repo.hook.removed" });
}

/* -- verifying ---------------------------------------------------------------------------------------------- */

static bool is_signed(struct arena *mem, const struct repo_push *push, struct str secret)
{
	unsigned char mac[HMAC_SHA256_BYTES];
	struct str expected;

	hmac_sha256(mac, secret, push->body);
	expected = arena_printf(mem, "sha256=%.*s", STR(hex_text(mem, mac, sizeof(mac))));
	return same_secret(push->signature, expected);
}

/* A push that brings both is judged by the better one. */
static bool is_proved(struct arena *mem, const struct repo_push *push, struct str secret)
{
	if (push->signature.p)
		return is_signed(mem, push, secret);
	return push->token.p && same_secret(push->token, secret);
}

static enum err find_secret(struct ctx *ctx, struct str slug, struct str *workspace_id, struct str *secret)
{
	struct workspace w;
	struct secret_row row;
	struct str sealed;

	TRY(workspaces_by_slug(ctx, slug, &w));
	TRY(repositories_hook(ctx, w.id, &sealed));
	row = secret_row_of(w.id);
	*workspace_id = w.id;
	return secret_open(ctx, &row, sealed, secret);
}

enum err repo_hook_verify(struct ctx *ctx, const struct repo_push *push, struct str *workspace_id)
{
	AUTO(secret_wipe) struct str secret = { NULL, 0 };
	enum err e = find_secret(ctx, push->workspace, workspace_id, &secret);

	if (e == OK && is_proved(ctx->mem, push, secret))
		return OK;
	if (e != OK && e != ERR_NOT_FOUND)
		return e;
	return fail(ctx, ERR_UNAUTHENTICATED, "this push is not signed with the secret of the workspace's repository");
}
