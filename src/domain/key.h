/* domain/key.h: minting API keys, and telling who presents one.
 *
 * Two kinds open the same doors: workspace keys (sk_prod_, workspace contract section 1) and
 * personal keys (tas_, studio contract section 1). Both are bound to one workspace and one user
 * and carry that user's role of the moment; the kind never adds or removes power.
 */
#ifndef DOMAIN_KEY_H
#define DOMAIN_KEY_H

#include "store/keys.h"

enum key_kind { KEY_WORKSPACE, KEY_PERSONAL };

/* Each closed by NULL. */
extern const char *const key_kind_names[];              /* by enum key_kind */
extern const char *const key_expiries[];                /* what a key_request may say */
extern const char *const role_names[];                  /* from ROLE_VIEWER on */

struct key_request {
	struct str workspace_id, user_id;
	enum key_kind kind;
	struct str name;
	struct str description;              /* may be absent */
	struct str expiry;                   /* one of key_expiries; workspace keys only, and required there */
};

/* Mints and stores a key. *secret is the key itself, told this once; it and *out live in ctx->mem. */
enum err key_create(struct ctx *ctx, const struct key_request *request, struct api_key *out, struct str *secret);

/* Fills in what is stored of a key because of its text: kind, preview and digest, in mem. False: no key
 * looks like that. */
bool key_describe(struct arena *mem, struct str token, struct api_key *key);

/* Whether the text looks like a key at all. Nothing is looked up. */
bool key_is_plausible(struct str token);

/* Switch a key off or on, or delete it. ERR_NOT_FOUND: the workspace has no such key. */
enum err key_set_active(struct ctx *ctx, struct str workspace_id, struct str id, bool active);
enum err key_delete(struct ctx *ctx, struct str workspace_id, struct str id);

/* What a credential turned out to be. */
enum key_verdict {
	KEY_UNKNOWN,                         /* not a key, unknown, expired or switched off */
	KEY_NOT_A_MEMBER,                    /* good, but its user left the workspace */
	KEY_GOOD,
};

/* Judges the text of a credential and, unless it is unknown, fills *actor. Role and state are
 * read anew each time, so that a demotion takes effect at once. An error is the store's. */
enum err key_authenticate(struct ctx *ctx, struct str token, enum key_verdict *verdict, struct actor *actor);

/* Notes that the key was used, at most once a minute; failing to is harmless. */
void key_used(struct ctx *ctx, const struct actor *actor);

enum role role_of(struct str name);                     /* ROLE_NONE: no role has that name */
const char *role_name(enum role role);

#endif
