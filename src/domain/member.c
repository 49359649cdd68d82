/* domain/member.c: each change is one transaction that looks before it writes. */
#include "domain/member.h"

#include "base/clock.h"
#include "base/id.h"
#include "base/utf8.h"
#include "domain/audit.h"
#include "domain/key.h"

enum { SLUG_MIN = 2, SLUG_MAX = 32, EMAIL_MAX = 254, NAME_MAX_CHARS = 255 };

/* -- what may be named how ----------------------------------------------------------------------- */

/* First path segments of the server's own pages. */
static const char *const RESERVED_SLUGS[] = {
	"api", "mcp", "onboarding", "signin", "signout", "signup", "settings", "admin", "static", "public", "_next",
	"favicon.ico", "robots.txt", "sitemap.xml", NULL,
};

static bool slug_word(struct str word)
{
	for (size_t i = 0; i < word.n; i++)
		if (!(word.p[i] >= 'a' && word.p[i] <= 'z') && !is_digit(word.p[i]))
			return false;
	return word.n > 0;
}

static bool slug_words(struct str slug)
{
	do
		if (!slug_word(str_cut(&slug, '-')))
			return false;
	while (slug.p);
	return true;
}

enum err workspace_check_slug(struct ctx *ctx, struct str slug)
{
	if (slug.n < SLUG_MIN || slug.n > SLUG_MAX || !slug_words(slug))
		return fail(ctx, ERR_INVALID, "'%.*s' cannot be a slug: that is %d to %d characters of a-z, 0-9 and "
			    "single hyphens between them", STR(slug), SLUG_MIN, SLUG_MAX);
	if (str_is_one_of(slug, RESERVED_SLUGS))
		return fail(ctx, ERR_INVALID, "the slug '%.*s' is reserved; choose another", STR(slug));
	return OK;
}

static bool email_char(char c)
{
	return (unsigned char)c > ' ' && c != 0x7f && c != '@';
}

/* One @ with something before and behind it; whether mail arrives, only mail can tell. */
static enum err check_email(struct ctx *ctx, struct str email)
{
	ptrdiff_t at = str_index(email, '@');
	bool good = at > 0 && (size_t)at + 1 < email.n && email.n <= EMAIL_MAX && utf8_valid(email);

	for (size_t i = 0; good && i < email.n; i++)
		good = email_char(email.p[i]) || i == (size_t)at;
	if (!good)
		return fail(ctx, ERR_INVALID, "'%.*s' is not an e-mail address", STR(email));
	return OK;
}

static enum err check_role(struct ctx *ctx, struct str role)
{
	if (role_of(role) == ROLE_NONE)
		return fail(ctx, ERR_INVALID, "no role '%.*s': viewer, operator or workspace_admin", STR(role));
	return OK;
}

/* -- reading ------------------------------------------------------------------------------------- */

enum err workspace_by_slug(struct ctx *ctx, struct str slug, struct workspace *out)
{
	enum err e = workspaces_by_slug(ctx, slug, out);

	return e == ERR_NOT_FOUND ? fail(ctx, e, "no workspace '%.*s'", STR(slug)) : e;
}

enum err member_list(struct ctx *ctx, const struct workspace *w, struct list *out)
{
	return members_list(ctx, w->id, out);
}

const struct member *member_of(const struct list *members, struct str user_id)
{
	for (size_t i = 0; i < members->n; i++)
		if (str_eq(LIST_AT(*members, struct member, i)->user.id, user_id))
			return LIST_AT(*members, struct member, i);
	return NULL;
}

struct str member_email(const struct list *members, struct str user_id)
{
	const struct member *member = member_of(members, user_id);

	if (member)
		return member->user.email;
	return user_id.n > 0 ? user_id : (struct str){ NULL, 0 };
}

static enum err no_such_member(struct ctx *ctx, const struct workspace *w, struct str email)
{
	return fail(ctx, ERR_NOT_FOUND, "'%.*s' is not a member of workspace '%.*s'", STR(email), STR(w->slug));
}

enum err member_by_email(struct ctx *ctx, const struct workspace *w, struct str email, struct member *out)
{
	struct member found;
	enum err e = users_by_email(ctx, email, &found.user);

	if (e == OK)
		e = members_role(ctx, w->id, found.user.id, &found.role);
	if (e == ERR_NOT_FOUND)
		return no_such_member(ctx, w, email);
	TRY(e);
	*out = found;
	return OK;
}

/* -- changing; all inside a transaction ---------------------------------------------------------- */

static enum err require_user(struct ctx *ctx, struct db_tx *tx, struct str email, struct user *out)
{
	struct str rest = email;
	enum err e = users_by_email(ctx, email, out);

	if (e != ERR_NOT_FOUND)
		return e;
	*out = (struct user){
		.id = uuid_new(ctx->mem), .email = email, .name = str_cut(&rest, '@'), .created_at = now_us(),
	};
	return users_insert(ctx, tx, out);
}

/* A member's role is none where it ends. */
static enum err record(struct ctx *ctx, struct db_tx *tx, const char *kind, const struct workspace *w,
		       struct str user_id, struct str role)
{
	return audit_add(ctx, tx, &(struct audit){
		.kind = kind, .target_type = "user", .target_id = user_id, .workspace_id = w->id,
		.payload = role.p ? AUDIT_PAYLOAD({ S("role"), AUDIT_TEXT(role) }) : NULL });
}

static enum err put_member(struct ctx *ctx, struct db_tx *tx, const struct workspace *w, struct str user_id,
			   struct str role)
{
	struct str before;
	enum err e = members_role(ctx, w->id, user_id, &before);

	if (e != OK && e != ERR_NOT_FOUND)
		return e;
	if (e == OK && str_eq(before, role))
		return OK;
	TRY(members_put(ctx, tx, w->id, user_id, role));
	return record(ctx, tx, e == OK ? "member.role_changed" : "member.added", w, user_id, role);
}

static enum err require_workspace(struct ctx *ctx, struct db_tx *tx, struct str slug, struct str name,
				  struct workspace *out)
{
	enum err e = workspaces_by_slug(ctx, slug, out);

	if (e != ERR_NOT_FOUND)
		return e;
	*out = (struct workspace){
		.id = uuid_new(ctx->mem), .slug = slug, .name = name.p ? name : slug, .created_at = now_us(),
	};
	TRY(workspaces_insert(ctx, tx, out));
	TRY(audit_add(ctx, tx, &(struct audit){ .kind = "workspace.created", .target_type = "workspace",
						.target_id = out->id, .workspace_id = out->id }));
	return apps_insert(ctx, tx, out->id, uuid_new(ctx->mem), S("Default"), true);
}

/* Asked before an administrator is demoted or removed. */
static enum err keep_an_admin(struct ctx *ctx, const struct workspace *w, const struct member *leaving)
{
	struct list members;
	size_t n_admins = 0;

	if (role_of(leaving->role) != ROLE_ADMIN)
		return OK;
	TRY(member_list(ctx, w, &members));
	for (size_t i = 0; i < members.n; i++)
		n_admins += role_of(LIST_AT(members, struct member, i)->role) == ROLE_ADMIN;
	if (n_admins > 1)
		return OK;
	return fail(ctx, ERR_CONFLICT, "'%.*s' is the last workspace_admin of '%.*s'; make someone else one first",
		    STR(leaving->user.email), STR(w->slug));
}

/* -- founding ------------------------------------------------------------------------------------ */

struct founding {
	struct str slug, name, admin_email;
	struct workspace workspace;          /* what came of it */
};

static enum err do_found(struct ctx *ctx, struct db_tx *tx, void *arg)
{
	struct founding *f = arg;
	struct user admin;

	TRY(require_workspace(ctx, tx, f->slug, f->name, &f->workspace));
	TRY(require_user(ctx, tx, f->admin_email, &admin));
	return put_member(ctx, tx, &f->workspace, admin.id, str_of(role_name(ROLE_ADMIN)));
}

enum err workspace_found(struct ctx *ctx, struct str slug, struct str name, struct str admin_email,
			 struct workspace *out)
{
	struct founding founding = { .slug = slug, .name = name, .admin_email = admin_email };

	TRY(workspace_check_slug(ctx, slug));
	TRY(check_email(ctx, admin_email));
	if (name.p && (str_trim(name).n == 0 || utf8_count(name) > NAME_MAX_CHARS))
		return fail(ctx, ERR_INVALID, "a workspace's name has 1 to %d characters", NAME_MAX_CHARS);
	TRY(db_write(ctx, do_found, &founding));
	*out = founding.workspace;
	return OK;
}

/* -- members ------------------------------------------------------------------------------------- */

struct membership {
	const struct workspace *workspace;
	struct str email, role;
};

static enum err do_add(struct ctx *ctx, struct db_tx *tx, void *arg)
{
	const struct membership *m = arg;
	struct user user;
	struct str role;
	enum err e;

	TRY(require_user(ctx, tx, m->email, &user));
	e = members_role(ctx, m->workspace->id, user.id, &role);
	if (e == ERR_NOT_FOUND || (e == OK && str_eq(role, m->role)))
		return put_member(ctx, tx, m->workspace, user.id, m->role);
	TRY(e);
	return fail(ctx, ERR_CONFLICT, "'%.*s' is a member of workspace '%.*s' already, as %.*s", STR(user.email),
		    STR(m->workspace->slug), STR(role));
}

enum err member_add(struct ctx *ctx, const struct workspace *w, struct str email, struct str role)
{
	struct membership m = { w, email, role };

	TRY(check_email(ctx, email));
	TRY(check_role(ctx, role));
	return db_write(ctx, do_add, &m);
}

static enum err do_set_role(struct ctx *ctx, struct db_tx *tx, void *arg)
{
	const struct membership *m = arg;
	struct member member;

	TRY(member_by_email(ctx, m->workspace, m->email, &member));
	if (role_of(m->role) != ROLE_ADMIN)
		TRY(keep_an_admin(ctx, m->workspace, &member));
	return put_member(ctx, tx, m->workspace, member.user.id, m->role);
}

enum err member_set_role(struct ctx *ctx, const struct workspace *w, struct str email, struct str role)
{
	struct membership m = { w, email, role };

	TRY(check_role(ctx, role));
	return db_write(ctx, do_set_role, &m);
}

static enum err do_remove(struct ctx *ctx, struct db_tx *tx, void *arg)
{
	const struct membership *m = arg;
	struct member member;

	TRY(member_by_email(ctx, m->workspace, m->email, &member));
	TRY(keep_an_admin(ctx, m->workspace, &member));
	TRY(members_delete(ctx, tx, m->workspace->id, member.user.id));
	return record(ctx, tx, "member.removed", m->workspace, member.user.id, (struct str){ NULL, 0 });
}

enum err member_remove(struct ctx *ctx, const struct workspace *w, struct str email)
{
	struct membership m = { .workspace = w, .email = email };

	return db_write(ctx, do_remove, &m);
}
