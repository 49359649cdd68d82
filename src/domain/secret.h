/* domain/secret.h: secrets at rest, sealed with the data key.
 *
 * Sealing is XChaCha20-Poly1305 with a random nonce. Workspace, kind and id of the row a secret
 * belongs to are associated data: a sealed secret that was moved to another row does not open.
 * A blob names the key it was sealed with, so that keys can be rotated: the first key seals, all
 * open.
 *
 *     version (1 byte, 1) | key id (4) | nonce (24) | ciphertext | tag (16)
 *
 * Threads: load once, before others start; after that any.
 */
#ifndef DOMAIN_SECRET_H
#define DOMAIN_SECRET_H

#include "base/ctx.h"

/* Loads the data keys, for the life of the process: from the environment variable
 * AGENTD_SECRET_KEY when it is set, else from the file, which is made with a fresh key when it is
 * missing. Keys are 32 bytes in base64 or hex, several stand one a line or with commas between,
 * newest first. ERR_INVALID, ERR_INTERNAL: the text is for the operator. */
enum err secret_load(struct ctx *ctx, const char *path);
/* Wipes them. */
void secret_unload(void);

/* Which row a secret belongs to. `id` must not change while the row lives. */
struct secret_row {
	struct str workspace_id;
	const char *kind;
	struct str id;
};

/* The sealed bytes, in ctx->mem. */
struct str secret_seal(struct ctx *ctx, const struct secret_row *row, struct str plain);
/* *plain lives in ctx->mem, NUL behind it; wipe it as soon as it was used. ERR_INTERNAL: sealed
 * with a key that is not loaded, damaged, or of another row. */
enum err secret_open(struct ctx *ctx, const struct secret_row *row, struct str sealed, struct str *plain);

/* Overwrites a plain secret; usable with AUTO(). Only for bytes of our own memory. */
void secret_wipe(struct str *plain);

#endif
