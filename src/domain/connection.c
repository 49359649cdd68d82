/* domain/connection.c: the store's rows, told apart by who holds the credentials. */
#include "domain/connection.h"

enum err connection_list(struct ctx *ctx, struct connections *out)
{
	struct list all;
	size_t n = 0;

	TRY(connections_list(ctx, ctx->actor.workspace_id, ctx->actor.user_id, &all));
	/* In the order of the list "composio" comes first. */
	while (n < all.n && str_is(LIST_AT(all, struct connection, n)->source, SOURCE_BROKERED))
		n++;
	out->brokered = (struct list){ all.items, n };
	out->native = (struct list){ all.n > n ? LIST_AT(all, struct connection, n) : NULL, all.n - n };
	return OK;
}

enum err connection_tools(struct ctx *ctx, struct list *out)
{
	return connection_tools_list(ctx, ctx->actor.workspace_id, ctx->actor.user_id, out);
}
