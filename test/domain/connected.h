/* test/domain/connected.h: connections, tools and secrets for a rig's workspace. */
#ifndef TEST_DOMAIN_CONNECTED_H
#define TEST_DOMAIN_CONNECTED_H

#include "../store/workspace.h"
#include "store/connections.h"

static inline enum err insert_connection_(struct ctx *ctx, struct db_tx *tx, void *connection)
{
	return connections_insert(ctx, tx, connection);
}

/* Of the acting user. */
static inline void connect(struct rig *r, const char *source, const char *provider, const char *name, const char *status)
{
	struct connection c = {
		.id = uuid_new(&r->mem), .workspace_id = r->ctx.actor.workspace_id, .user_id = r->ctx.actor.user_id,
		.source = str_of(source), .provider = str_of(provider), .name = str_of(name), .status = str_of(status),
		.auth_type = str_of(strcmp(source, SOURCE_NATIVE) == 0 ? "oauth2" : NULL),
		.created_at = 1, .updated_at = 1,
	};

	assert_int_equal(db_write(&r->ctx, insert_connection_, &c), OK);
}

static inline enum err insert_tool_(struct ctx *ctx, struct db_tx *tx, void *tool)
{
	return connection_tools_insert(ctx, tx, tool);
}

static inline void cache_tool(struct rig *r, const char *source, const char *provider, const char *name, const char *slug)
{
	struct connection_tool t = {
		.workspace_id = r->ctx.actor.workspace_id, .user_id = r->ctx.actor.user_id, .source = str_of(source),
		.provider = str_of(provider), .connection_name = str_of(name), .slug = str_of(slug), .refreshed_at = 1,
	};

	assert_int_equal(db_write(&r->ctx, insert_tool_, &t), OK);
}

static inline enum err insert_secret_(struct ctx *ctx, struct db_tx *tx, void *secret)
{
	return stored_secrets_insert(ctx, tx, secret);
}

/* As an import leaves it: without a value. */
static inline void put_secret(struct rig *r, const char *slug)
{
	struct stored_secret s = { .workspace_id = r->ctx.actor.workspace_id, .slug = str_of(slug), .created_by = S(""),
				   .created_at = 1, .updated_at = 1 };

	assert_int_equal(db_write(&r->ctx, insert_secret_, &s), OK);
}

#endif
