/* domain/stored_secret.h: secrets that a workspace stores for its tools, each under a slug (studio contract
 * section 5: source "secret"). They are sealed, bound to workspace and slug, and never shown again.
 */
#ifndef DOMAIN_STORED_SECRET_H
#define DOMAIN_STORED_SECRET_H

#include "store/connections.h"

/* 2 to 64 of a-z, 0-9, "-" and "_", the first a letter or digit; *out is its lower case, in ctx->mem.
 * ERR_INVALID. */
enum err stored_secret_slug(struct ctx *ctx, struct str text, struct str *out);

/* Stores the value, in place of the one before if there is one. A description that is absent stays. */
enum err stored_secret_set(struct ctx *ctx, struct str slug, struct str description, struct str value);
/* By slug. *out: of struct stored_secret. */
enum err stored_secret_list(struct ctx *ctx, struct list *out);
/* ERR_NOT_FOUND: "no secret 'x'". */
enum err stored_secret_delete(struct ctx *ctx, struct str slug);

#endif
