/* store/connections.h: what users have authorised, which tools that gives them, and the secrets that a
 * workspace stores for its tools.
 *
 * The source of a connection says who holds its credentials: "composio" a broker, "native-mcp" we do.
 */
#ifndef STORE_CONNECTIONS_H
#define STORE_CONNECTIONS_H

#include "db/db.h"
#include "json/field.h"

#define SOURCE_BROKERED "composio"
#define SOURCE_NATIVE   "native-mcp"

struct connection {
	struct str id, workspace_id, user_id, source, provider, name;
	struct str status;                   /* brokered: the broker's own words; else "active", "stale", "expired" or
	                                      * "revoked" */
	bool active;                         /* told by source and status, and not stored */
	struct str auth_type;                /* "oauth2" or "pat"; absent: brokered */
	int64_t token_expires_at;            /* 0: never, or not known */
	int64_t created_at, updated_at;
};

/* A user's own, by source, provider and name. *out: of struct connection. */
enum err connections_list(struct ctx *ctx, struct str workspace_id, struct str user_id, struct list *out);
/* ERR_CONFLICT: the user has one of that name. */
enum err connections_insert(struct ctx *ctx, struct db_tx *tx, const struct connection *c);

struct connection_with_user {
	struct connection connection;
	struct str email;
};

/* Of all users of the workspace, by address. *out: of struct connection_with_user. */
enum err connections_of_workspace(struct ctx *ctx, struct str workspace_id, struct list *out);

/* A tool that a connection gives, as it was told when it was asked last. */
struct connection_tool {
	struct str workspace_id, user_id, source, provider, connection_name, slug;
	struct str display_name, description, input_schema;   /* may be absent */
	int64_t refreshed_at;
};

/* Of the user's connections that are active, by source, provider, connection and slug, without input_schema.
 * *out: of struct connection_tool. */
enum err connection_tools_list(struct ctx *ctx, struct str workspace_id, struct str user_id, struct list *out);
enum err connection_tools_insert(struct ctx *ctx, struct db_tx *tx, const struct connection_tool *t);

struct stored_secret {
	struct str workspace_id, slug;
	struct str description;              /* may be absent */
	struct str sealed;                   /* absent: it was imported, and its value stayed behind */
	struct str created_by;
	int64_t created_at, updated_at;
};

enum err stored_secrets_get(struct ctx *ctx, struct str workspace_id, struct str slug, struct stored_secret *out);
/* By slug. *out: of struct stored_secret. */
enum err stored_secrets_list(struct ctx *ctx, struct str workspace_id, struct list *out);
/* ERR_CONFLICT: there is one of that slug. */
enum err stored_secrets_insert(struct ctx *ctx, struct db_tx *tx, const struct stored_secret *s);
/* Both: ERR_NOT_FOUND when there is none. */
enum err stored_secrets_update(struct ctx *ctx, struct db_tx *tx, const struct stored_secret *s);
enum err stored_secrets_delete(struct ctx *ctx, struct db_tx *tx, struct str workspace_id, struct str slug);

#endif
