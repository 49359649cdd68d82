/* api/idempotency.c: what makes two requests the same: operation, path, and body byte for byte, or
 * the same files. */
#include "api/idempotency.h"

#include "base/id.h"
#include "knowledge/gather.h"

static void add_digest(struct arena *mem, struct buf *to, struct str bytes)
{
	buf_str(to, sha256_hex(mem, bytes));
	buf_char(to, '\n');
}

/* Clients think up a new boundary each time they send a form, so its files count and not its bytes. */
static void add_files(struct arena *mem, struct buf *to, const struct list *files)
{
	for (size_t i = 0; i < files->n; i++) {
		const struct material_file *file = LIST_AT(*files, struct material_file, i);

		add_digest(mem, to, file->name);
		add_digest(mem, to, file->bytes);
	}
}

static struct idempotent_request request_of(struct ctx *ctx, const struct call *call)
{
	struct buf all = { .mem = ctx->mem };

	/* The path is part of it: appending to one knowledge base is not appending to another. */
	buf_str(&all, call->request->path);
	buf_char(&all, '\n');
	if (call->op->takes_files)
		add_files(ctx->mem, &all, &call->files);
	else
		add_digest(ctx->mem, &all, call->request->body);
	return (struct idempotent_request){
		.operation = str_of(call->op->id), .key = http_header_get(call->request, "idempotency-key", NULL),
		.digest = sha256_hex(ctx->mem, buf_view(&all)),
	};
}

/* What the transaction needs. The digest is made before it begins: others wait behind it. */
struct keeping {
	const struct call *call;
	struct idempotent_request request;
};

static enum err keep_reply(struct ctx *ctx, struct db_tx *tx, void *arg)
{
	const struct keeping *k = arg;
	struct kept_reply reply = call_reply(ctx->mem, k->call);

	return idempotency_keep(ctx, tx, &k->request, &reply);
}

enum err idempotency_begin(struct ctx *ctx, const struct call *call, struct kept_reply *reply)
{
	struct keeping *k;
	size_t n;
	enum err e;

	http_header_get(call->request, "idempotency-key", &n);
	if (!call->op->creates || n == 0)
		return OK;
	k = NEW(ctx->mem, struct keeping);
	*k = (struct keeping){ call, request_of(ctx, call) };
	if (n > 1 || !idempotency_key_ok(k->request.key)) {
		issue_add(ctx, path_name(ctx, NULL, "Idempotency-Key"), "invalid_format", "1 to %d characters, sent once",
			  IDEMPOTENCY_KEY_MAX);
		return fail(ctx, ERR_INVALID, "an Idempotency-Key has 1 to %d characters and is sent once", IDEMPOTENCY_KEY_MAX);
	}
	e = idempotency_find(ctx, &k->request, reply);
	if (e != ERR_NOT_FOUND)
		return e;
	ctx->before_commit = (struct tx_hook){ keep_reply, k };
	return OK;
}

enum err idempotency_end(struct ctx *ctx, enum err result, struct kept_reply *reply)
{
	const struct keeping *k = ctx->before_commit.arg;
	char why[sizeof(ctx->why)];
	enum err found;

	ctx->before_commit = (struct tx_hook){ NULL, NULL };
	if (!k || result != ERR_CONFLICT)
		return result;
	memcpy(why, ctx->why, sizeof(why));
	found = idempotency_find(ctx, &k->request, reply);
	if (found != ERR_NOT_FOUND)
		return found;
	/* The conflict is the operation's own, and so is what there is to say about it. */
	memcpy(ctx->why, why, sizeof(why));
	return result;
}
