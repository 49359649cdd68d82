/* domain/idempotency.h: a request that is sent twice happens once.
 *
 * The first success of a key is kept in the transaction that creates the thing, so there is never
 * a thing without its reply or a reply without its thing, whatever crashes. It is kept for 24
 * hours. Keys belong to the actor: one user, in one workspace, for one operation.
 */
#ifndef DOMAIN_IDEMPOTENCY_H
#define DOMAIN_IDEMPOTENCY_H

#include "db/db.h"

enum { IDEMPOTENCY_KEY_MAX = 255 };

struct idempotent_request {
	struct str operation, key;
	struct str digest;                   /* of all that makes the request what it is */
};

struct kept_reply {
	int64_t status;
	struct str body;
};

/* 1 to 255 characters, none of them a control character. */
bool idempotency_key_ok(struct str key);

/* The reply kept for the request. ERR_NOT_FOUND: the key is new. ERR_UNPROCESSABLE: it was used
 * with another request. */
enum err idempotency_find(struct ctx *ctx, const struct idempotent_request *request, struct kept_reply *out);

/* Keeps a reply, inside the transaction that made what it tells about. ERR_CONFLICT: another
 * request with this key was faster. */
enum err idempotency_keep(struct ctx *ctx, struct db_tx *tx, const struct idempotent_request *request,
			  const struct kept_reply *reply);

#endif
