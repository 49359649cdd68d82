/* api/catalog_routes.c: what the key's user has connected, and which tools that gives (studio contract 2.8, 2.9). */
#include "api/routes.h"
#include "domain/connection.h"

/* -- connections ------------------------------------------------------------------------------------------ */

#define CONNECTION \
	{ F_STR("provider", connection, provider) }, \
	{ F_STR("name", connection, name), .doc = "By which an agent's `connections` name it." }

static const struct field brokered_fields[] = {
	CONNECTION,
	{ F_STR("status", connection, status), .doc = "ACTIVE, or why not, in the broker's words." },
};
static const struct schema brokered_schema = SCHEMA("BrokeredConnection", connection, brokered_fields);

static const char *const NATIVE_STATUSES[] = { "active", "stale", "expired", "revoked", NULL };
static const char *const AUTH_TYPES[] = { "oauth2", "pat", NULL };

static const struct field native_fields[] = {
	CONNECTION,
	{ F_STR("status", connection, status), .one_of = NATIVE_STATUSES },
	{ F_STR("authType", connection, auth_type), .one_of = AUTH_TYPES },
	{ F_TIME("tokenExpiresAt", connection, token_expires_at), .nullable = true },
};
static const struct schema native_schema = SCHEMA("NativeConnection", connection, native_fields);

static const struct field connections_fields[] = {
	{ F_LIST("composio", connections, brokered, &brokered_schema), .doc = "Whose credentials the broker holds." },
	{ F_LIST("nativeMcp", connections, native, &native_schema),
	  .doc = "Of providers with an MCP server of their own." },
};
static const struct schema connections_schema = SCHEMA("Connections", connections, connections_fields);

static enum err do_connections(struct ctx *ctx, struct call *call)
{
	return connection_list(ctx, call->out);
}

/* -- tools ---------------------------------------------------------------------------------------------------- */

static const char *const SOURCES[] = { SOURCE_BROKERED, SOURCE_NATIVE, NULL };

static const struct field tool_fields[] = {
	{ F_STR("source", connection_tool, source), .one_of = SOURCES },
	{ F_STR("provider", connection_tool, provider) },
	{ F_STR("connectionName", connection_tool, connection_name) },
	{ F_STR("slug", connection_tool, slug), .doc = "Goes into an agent's `connections[].tools`." },
	{ F_STR("displayName", connection_tool, display_name), .nullable = true },
	{ F_STR("description", connection_tool, description), .nullable = true },
};
static const struct schema tool_schema = SCHEMA("ConnectionTool", connection_tool, tool_fields);

static enum err do_tools(struct ctx *ctx, struct call *call)
{
	return connection_tools(ctx, &call->out_list);
}

/* -- the rows ------------------------------------------------------------------------------------------------- */

#define CATALOG .method = HTTP_GET, .contract = STUDIO_API, .role = ROLE_VIEWER, .tag = "Connections", .extra = true

const struct op catalog_ops[N_CATALOG_OPS] = {
	{ .id = "listConnectionTools", .path = "/tools", CATALOG, .out = &tool_schema, .out_key = "tools",
	  .replies_list = true, .run = do_tools, .summary = "List the tools you have connected",
	  .doc = "Those of active connections of the key's user." },
	{ .id = "listConnections", .path = "/connections", CATALOG, .out = &connections_schema,
	  .out_key = "connections", .run = do_connections, .summary = "List what you have connected",
	  .doc = "The connections of the key's user, whatever their status." },
};
