/* store/workspaces.c: SQL of workspace, app, user and member. */
#include "store/workspaces.h"

#include "base/clock.h"
#include "store/tables.h"

enum {
	WORKSPACE_BY_SLUG, WORKSPACE_INSERT, WORKSPACE_EXISTS, WORKSPACE_ALL, APP_INSERT, APP_DEFAULT, APP_EXISTS,
	APP_ALL, USER_BY_EMAIL, USER_INSERT, USER_ALL, MEMBER_ROLE, MEMBER_PUT, MEMBER_INSERT, MEMBER_DELETE,
	MEMBER_LIST, MEMBER_ALL,
};

#define WORKSPACE_COLS "id, slug, name, created_at"
#define USER_COLS "id, email, name, created_at"
#define MEMBER_COLS "workspace_id, user_id, role, created_at"

static const struct sql SQL[] = {
	[WORKSPACE_BY_SLUG] = { "workspaces.by_slug", "SELECT " WORKSPACE_COLS " FROM workspace WHERE slug = $1" },
	[WORKSPACE_INSERT] = { "workspaces.insert",
		"INSERT INTO workspace (" WORKSPACE_COLS ") VALUES ($1, $2, $3, $4)" },
	[WORKSPACE_EXISTS] = { "workspaces.exist", "SELECT 1 FROM workspace LIMIT 1" },
	[WORKSPACE_ALL] = { "workspaces.all", "SELECT " WORKSPACE_COLS " FROM workspace ORDER BY id" },
	[APP_INSERT] = { "apps.insert", "INSERT INTO app (workspace_id, id, name, is_default) VALUES ($1, $2, $3, $4)" },
	[APP_DEFAULT] = { "apps.default", "SELECT id FROM app WHERE workspace_id = $1 AND is_default" },
	[APP_EXISTS] = { "apps.exists", "SELECT 1 FROM app WHERE workspace_id = $1 AND id = $2" },
	[APP_ALL] = { "apps.all", "SELECT id, workspace_id, name, is_default FROM app ORDER BY id" },
	[USER_BY_EMAIL] = { "users.by_email", "SELECT " USER_COLS " FROM user WHERE email = $1" },
	[USER_INSERT] = { "users.insert", "INSERT INTO user (" USER_COLS ") VALUES ($1, $2, $3, $4)" },
	[USER_ALL] = { "users.all", "SELECT " USER_COLS " FROM user ORDER BY id" },
	[MEMBER_ROLE] = { "members.role", "SELECT role FROM member WHERE workspace_id = $1 AND user_id = $2" },
	[MEMBER_PUT] = { "members.put",
		"INSERT INTO member (" MEMBER_COLS ") VALUES ($1, $2, $3, $4) "
		"ON CONFLICT (workspace_id, user_id) DO UPDATE SET role = excluded.role" },
	[MEMBER_INSERT] = { "members.insert", "INSERT INTO member (" MEMBER_COLS ") VALUES ($1, $2, $3, $4)" },
	[MEMBER_DELETE] = { "members.delete", "DELETE FROM member WHERE workspace_id = $1 AND user_id = $2" },
	[MEMBER_LIST] = { "members.list",
		"SELECT u.id, u.email, u.name, u.created_at, m.role FROM member m JOIN user u ON u.id = m.user_id "
		"WHERE m.workspace_id = $1 ORDER BY u.email" },
	[MEMBER_ALL] = { "members.all", "SELECT " MEMBER_COLS " FROM member ORDER BY workspace_id, user_id" },
};

static enum err read_workspace(struct ctx *ctx, struct stmt *s, void *out)
{
	struct workspace *w = out;

	w->id = col_str(ctx, s);
	w->slug = col_str(ctx, s);
	w->name = col_str(ctx, s);
	w->created_at = col_time(s);
	return OK;
}

const struct table_rows workspaces_rows = { &SQL[WORKSPACE_ALL], read_workspace };

enum err workspaces_by_slug(struct ctx *ctx, struct str slug, struct workspace *out)
{
	AUTO(stmt_done) struct stmt s = {0};

	TRY(stmt_read(ctx, &SQL[WORKSPACE_BY_SLUG], &s));
	bind_str(&s, slug);
	TRY(row_required(ctx, &s, "workspace"));
	return read_workspace(ctx, &s, out);
}

enum err workspaces_exist(struct ctx *ctx, bool *out)
{
	AUTO(stmt_done) struct stmt s = {0};

	TRY(stmt_read(ctx, &SQL[WORKSPACE_EXISTS], &s));
	return stmt_step(ctx, &s, out);
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

static enum err read_app(struct ctx *ctx, struct stmt *s, void *out)
{
	struct app *a = out;

	a->id = col_str(ctx, s);
	a->workspace_id = col_str(ctx, s);
	a->name = col_str(ctx, s);
	a->is_default = col_bool(s);
	return OK;
}

const struct table_rows apps_rows = { &SQL[APP_ALL], read_app };

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

static enum err read_user(struct ctx *ctx, struct stmt *s, void *out)
{
	struct user *u = out;

	u->id = col_str(ctx, s);
	u->email = col_str(ctx, s);
	u->name = col_str(ctx, s);
	u->created_at = col_time(s);
	return OK;
}

const struct table_rows users_rows = { &SQL[USER_ALL], read_user };

enum err users_by_email(struct ctx *ctx, struct str email, struct user *out)
{
	AUTO(stmt_done) struct stmt s = {0};

	TRY(stmt_read(ctx, &SQL[USER_BY_EMAIL], &s));
	bind_str(&s, email);
	TRY(row_required(ctx, &s, "user"));
	return read_user(ctx, &s, out);
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

static enum err write_member(struct ctx *ctx, struct db_tx *tx, const struct sql *sql, const struct member_row *m)
{
	AUTO(stmt_done) struct stmt s = {0};

	TRY(stmt_write(ctx, tx, sql, &s));
	bind_str(&s, m->workspace_id);
	bind_str(&s, m->user_id);
	bind_str(&s, m->role);
	bind_time(&s, m->created_at);
	return stmt_run(ctx, &s, NULL);
}

enum err members_put(struct ctx *ctx, struct db_tx *tx, struct str workspace_id, struct str user_id, struct str role)
{
	return write_member(ctx, tx, &SQL[MEMBER_PUT], &(struct member_row){ workspace_id, user_id, role, now_us() });
}

enum err members_insert(struct ctx *ctx, struct db_tx *tx, const struct member_row *m)
{
	return write_member(ctx, tx, &SQL[MEMBER_INSERT], m);
}

static enum err read_member_row(struct ctx *ctx, struct stmt *s, void *out)
{
	struct member_row *m = out;

	m->workspace_id = col_str(ctx, s);
	m->user_id = col_str(ctx, s);
	m->role = col_str(ctx, s);
	m->created_at = col_time(s);
	return OK;
}

const struct table_rows members_rows = { &SQL[MEMBER_ALL], read_member_row };

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

	TRY(read_user(ctx, s, &m->user));
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
