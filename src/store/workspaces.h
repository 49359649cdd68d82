/* store/workspaces.h: workspaces with their default app, users, and who belongs where. */
#ifndef STORE_WORKSPACES_H
#define STORE_WORKSPACES_H

#include "db/db.h"
#include "json/field.h"

struct workspace {
	struct str id, slug, name;
	int64_t created_at;
};

struct user {
	struct str id, email, name;
	int64_t created_at;
};

struct member {
	struct user user;
	struct str role;                     /* "viewer", "operator", "workspace_admin" */
};

/* The same as its row has it. */
struct member_row {
	struct str workspace_id, user_id, role;
	int64_t created_at;
};

struct app {
	struct str id, workspace_id, name;
	bool is_default;
};

/* All: ERR_NOT_FOUND when there is none, ERR_CONFLICT when a slug, address or membership is taken. */
enum err workspaces_by_slug(struct ctx *ctx, struct str slug, struct workspace *out);
enum err workspaces_insert(struct ctx *ctx, struct db_tx *tx, const struct workspace *w);
/* Whether there is any. */
enum err workspaces_exist(struct ctx *ctx, bool *out);
enum err apps_insert(struct ctx *ctx, struct db_tx *tx, struct str workspace_id, struct str id, struct str name,
		     bool is_default);
enum err apps_default(struct ctx *ctx, struct str workspace_id, struct str *id);
enum err apps_exist(struct ctx *ctx, struct str workspace_id, struct str id, bool *out);

enum err users_by_email(struct ctx *ctx, struct str email, struct user *out);
enum err users_insert(struct ctx *ctx, struct db_tx *tx, const struct user *u);

enum err members_role(struct ctx *ctx, struct str workspace_id, struct str user_id, struct str *role);
/* Adds, or changes the role of, a member. */
enum err members_put(struct ctx *ctx, struct db_tx *tx, struct str workspace_id, struct str user_id, struct str role);
/* ERR_CONFLICT: that is a member already. */
enum err members_insert(struct ctx *ctx, struct db_tx *tx, const struct member_row *m);
enum err members_delete(struct ctx *ctx, struct db_tx *tx, struct str workspace_id, struct str user_id);
/* By address. *out: of struct member. */
enum err members_list(struct ctx *ctx, struct str workspace_id, struct list *out);

#endif
