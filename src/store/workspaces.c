/* store/workspaces.c: SQL of workspace, app, user and member. */
#include "store/workspaces.h"

#include "base/clock.h"
#include "store/rows.h"

enum {
	WORKSPACE_BY_SLUG, WORKSPACE_INSERT, APP_INSERT, APP_DEFAULT, APP_EXISTS,
	USER_BY_EMAIL, USER_INSERT, MEMBER_ROLE, MEMBER_PUT, MEMBER_DELETE, MEMBER_LIST,
};

#define WORKSPACE_COLS "id, slug, name, created_at"
#define USER_COLS "id, email, name, created_at"

static const struct sql SQL[] = {
	[WORKSPACE_BY_SLUG] = { "workspaces.by_slug", "SELECT " WORKSPACE_COLS " FROM workspace WHERE slug = $1" },
	[WORKSPACE_INSERT] = { "workspaces.insert",
		"INSERT INTO workspace (" WORKSPACE_COLS ") VALUES ($1, $2, $3, $4)" },
	[APP_INSERT] = { "apps.insert", "INSERT INTO app (workspace_id, id, name, is_default) VALUES ($1, $2, $3, $4)" },
	[APP_DEFAULT] = { "apps.default", "SELECT id FROM app WHERE workspace_id = $1 AND is_default" },
	[APP_EXISTS] = { "apps.exists", "SELECT 1 FROM app WHERE workspace_id = $1 AND id = $2" },
	[USER_BY_EMAIL] = { "users.by_email", "SELECT " USER_COLS " FROM user WHERE email = $1" },
	[USER_INSERT] = { "users.insert", "INSERT INTO user (" USER_COLS ") VALUES ($1, $2, $3, $4)" },
	[MEMBER_ROLE] = { "members.role", "SELECT role FROM member WHERE workspace_id = $1 AND user_id = $2" },
	[MEMBER_PUT] = { "members.put",
		"INSERT INTO member (workspace_id, user_id, role, created_at) VALUES ($1, $2, $3, $4) "
		"ON CONFLICT (workspace_id, user_id) DO UPDATE SET role = excluded.role" },
	[MEMBER_DELETE] = { "members.delete", "DELETE FROM member WHERE workspace_id = $1 AND user_id = $2" },
	[MEMBER_LIST] = { "members.list",
		"SELECT u.id, u.email, u.name, u.created_at, m.role FROM member m JOIN user u ON u.id = m.user_id "
		"WHERE m.workspace_id = $1 ORDER BY u.email" },
};

enum err workspaces_by_slug(struct ctx *ctx, struct str slug, struct workspace *out)
{
	AUTO(stmt_done) struct stmt s = {0};

	TRY(stmt_read(ctx, &SQL[WORKSPACE_BY_SLUG], &s));
	bind_str(&s, slug);
	TRY(row_required(ctx, &s, "workspace"));
	out->id = col_str(ctx, &s);
	out->slug = col_str(ctx, &s);
	out->name = col_str(ctx, &s);
	out->created_at = col_time(&s);
	return OK;
}

enum err workspaces_insert(struct ctx *ctx, struct db_tx *tx, const struct workspace *w)
{
	AUTO(stmt_done) struct stmt s = {0};

	TRY(stmt_write(ctx, tx, &SQL[WORKSPACE_INSERT], &s));
	bind_str(&s, w->id);
	bind_str(&s, w->slug);
	bind_str(&s, w->name);
	bind_time(&s, w->created_at);
	return stmt_run(ctx, &s, NULL);
}

enum err apps_insert(struct ctx *ctx, struct db_tx *tx, struct str workspace_id, struct str id, struct str name,
		     bool is_default)
{
	AUTO(stmt_done) struct stmt s = {0};

	TRY(stmt_write(ctx, tx, &SQL[APP_INSERT], &s));
	bind_str(&s, workspace_id);
	bind_str(&s, id);
	bind_str(&s, name);
	bind_bool(&s, is_default);
	return stmt_run(ctx, &s, NULL);
}

enum err apps_default(struct ctx *ctx, struct str workspace_id, struct str *id)
{
	AUTO(stmt_done) struct stmt s = {0};

	TRY(stmt_read(ctx, &SQL[APP_DEFAULT], &s));
	bind_str(&s, workspace_id);
	TRY(row_required(ctx, &s, "default app"));
	*id = col_str(ctx, &s);
	return OK;
}

enum err apps_exist(struct ctx *ctx, struct str workspace_id, struct str id, bool *out)
{
	AUTO(stmt_done) struct stmt s = {0};

	TRY(stmt_read(ctx, &SQL[APP_EXISTS], &s));
	bind_str(&s, workspace_id);
	bind_str(&s, id);
	return stmt_step(ctx, &s, out);
}

static void read_user(struct ctx *ctx, struct stmt *s, struct user *out)
{
	out->id = col_str(ctx, s);
	out->email = col_str(ctx, s);
	out->name = col_str(ctx, s);
	out->created_at = col_time(s);
}

enum err users_by_email(struct ctx *ctx, struct str email, struct user *out)
{
	AUTO(stmt_done) struct stmt s = {0};

	TRY(stmt_read(ctx, &SQL[USER_BY_EMAIL], &s));
	bind_str(&s, email);
	TRY(row_required(ctx, &s, "user"));
	read_user(ctx, &s, out);
	return OK;
}

enum err users_insert(struct ctx *ctx, struct db_tx *tx, const struct user *u)
{
	AUTO(stmt_done) struct stmt s = {0};

	TRY(stmt_write(ctx, tx, &SQL[USER_INSERT], &s));
	bind_str(&s, u->id);
	bind_str(&s, u->email);
	bind_str(&s, u->name);
	bind_time(&s, u->created_at);
	return stmt_run(ctx, &s, NULL);
}

enum err members_role(struct ctx *ctx, struct str workspace_id, struct str user_id, struct str *role)
{
	AUTO(stmt_done) struct stmt s = {0};

	TRY(stmt_read(ctx, &SQL[MEMBER_ROLE], &s));
	bind_str(&s, workspace_id);
	bind_str(&s, user_id);
	TRY(row_required(ctx, &s, "member"));
	*role = col_str(ctx, &s);
	return OK;
}

enum err members_put(struct ctx *ctx, struct db_tx *tx, struct str workspace_id, struct str user_id, struct str role)
{
	AUTO(stmt_done) struct stmt s = {0};

	TRY(stmt_write(ctx, tx, &SQL[MEMBER_PUT], &s));
	bind_str(&s, workspace_id);
	bind_str(&s, user_id);
	bind_str(&s, role);
	bind_time(&s, now_us());
	return stmt_run(ctx, &s, NULL);
}

enum err members_delete(struct ctx *ctx, struct db_tx *tx, struct str workspace_id, struct str user_id)
{
	AUTO(stmt_done) struct stmt s = {0};

	TRY(stmt_write(ctx, tx, &SQL[MEMBER_DELETE], &s));
	bind_str(&s, workspace_id);
	bind_str(&s, user_id);
	return rows_changed(ctx, &s, "member");
}

static enum err read_member(struct ctx *ctx, struct stmt *s, void *out)
{
	struct member *m = out;

	read_user(ctx, s, &m->user);
	m->role = col_str(ctx, s);
	return OK;
}

enum err members_list(struct ctx *ctx, struct str workspace_id, struct list *out)
{
	AUTO(stmt_done) struct stmt s = {0};

	TRY(stmt_read(ctx, &SQL[MEMBER_LIST], &s));
	bind_str(&s, workspace_id);
	return rows_all(ctx, &s, read_member, sizeof(struct member), out);
}
