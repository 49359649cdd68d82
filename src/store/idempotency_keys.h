/* store/idempotency_keys.h: replies that may be asked for again. */
#ifndef STORE_IDEMPOTENCY_KEYS_H
#define STORE_IDEMPOTENCY_KEYS_H

#include "db/db.h"

struct idempotency_row {
	struct str workspace_id, user_id, operation, key;      /* the primary key */
	struct str body_digest;
	int64_t status;
	struct str reply;
	int64_t created_at;
};

/* The row with asked's primary key, made after `since`; ERR_NOT_FOUND: none. */
enum err idempotency_keys_find(struct ctx *ctx, const struct idempotency_row *asked, int64_t since, struct idempotency_row *out);
/* Stores a row and forgets some that are older than `since`. ERR_CONFLICT: the key is taken. */
enum err idempotency_keys_insert(struct ctx *ctx, struct db_tx *tx, const struct idempotency_row *row, int64_t since);

#endif
