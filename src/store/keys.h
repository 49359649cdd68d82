/* store/keys.h: API keys. Only a digest is kept (workspace contract K-2, studio contract 1.1). */
#ifndef STORE_KEYS_H
#define STORE_KEYS_H

#include "db/db.h"
#include "json/field.h"

struct api_key {
	struct str id, workspace_id, user_id;
	struct str kind;                     /* "workspace" (sk_prod_) or "personal" (tas_) */
	struct str name, description;        /* description may be absent */
	struct str preview;                  /* what may be shown of it */
	struct str digest;                   /* SHA-256 of the whole key, hex */
	struct str expiry;                   /* "90d"; absent: never */
	int64_t expires_at;                  /* 0 = never */
	bool active;
	int64_t created_at, last_used_at;    /* 0 = not yet */
};

/* What authorises the use of a key, read at once. */
struct key_use {
	struct str id, workspace_id, user_id;
	bool active;
	int64_t expires_at, last_used_at;
	struct str role;                     /* absent: the user is no member */
};

enum err keys_insert(struct ctx *ctx, struct db_tx *tx, const struct api_key *k);
/* ERR_NOT_FOUND: no key has this digest. */
enum err keys_use(struct ctx *ctx, struct str digest, struct key_use *out);
/* Newest first. *out: of struct api_key. */
enum err keys_list(struct ctx *ctx, struct str workspace_id, struct list *out);
enum err keys_set_active(struct ctx *ctx, struct db_tx *tx, struct str workspace_id, struct str id, bool active);
enum err keys_set_last_used(struct ctx *ctx, struct db_tx *tx, struct str workspace_id, struct str id, int64_t us);
enum err keys_delete(struct ctx *ctx, struct db_tx *tx, struct str workspace_id, struct str id);

#endif
