/* domain/idempotency.c: whose keys they are, and how long they count. */
#include "domain/idempotency.h"

#include "base/clock.h"
#include "store/idempotency_keys.h"

bool idempotency_key_ok(struct str key)
{
	for (size_t i = 0; i < key.n; i++)
		if ((unsigned char)key.p[i] < 0x20 || key.p[i] == 0x7f)
			return false;
	return key.n > 0 && key.n <= IDEMPOTENCY_KEY_MAX;
}

static struct idempotency_row row_of(const struct ctx *ctx, const struct idempotent_request *request)
{
	return (struct idempotency_row){
		.workspace_id = ctx->actor.workspace_id, .user_id = ctx->actor.user_id,
		.operation = request->operation, .key = request->key, .body_digest = request->digest,
	};
}

enum err idempotency_find(struct ctx *ctx, const struct idempotent_request *request, struct kept_reply *out)
{
	struct idempotency_row asked = row_of(ctx, request), found;

	TRY(idempotency_keys_find(ctx, &asked, now_us() - US_PER_DAY, &found));
	if (!str_eq(found.body_digest, asked.body_digest))
		return fail(ctx, ERR_UNPROCESSABLE, "this Idempotency-Key was used with another request");
	*out = (struct kept_reply){ found.status, found.reply };
	return OK;
}

enum err idempotency_keep(struct ctx *ctx, struct db_tx *tx, const struct idempotent_request *request,
			  const struct kept_reply *reply)
{
	struct idempotency_row row = row_of(ctx, request);

	row.status = reply->status;
	row.reply = reply->body;
	row.created_at = now_us();
	return idempotency_keys_insert(ctx, tx, &row, row.created_at - US_PER_DAY);
}
