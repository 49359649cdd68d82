/* domain/member.h: workspaces, users, and who belongs where with which role.
 *
 * A user is known by an e-mail address, the same for all workspaces; membership and role are per
 * workspace. A workspace keeps at least one workspace_admin. API keys are not touched here: a key
 * carries its user's role of the moment, and none once the user has left.
 */
#ifndef DOMAIN_MEMBER_H
#define DOMAIN_MEMBER_H

#include "json/field.h"
#include "store/workspaces.h"

/* 2 to 32 characters: words of a-z and 0-9 with single hyphens between, and not a path of the
 * server itself (studio contract 12.7). ERR_INVALID. */
enum err workspace_check_slug(struct ctx *ctx, struct str slug);

/* ERR_NOT_FOUND: "no workspace 'x'". */
enum err workspace_by_slug(struct ctx *ctx, struct str slug, struct workspace *out);

/* Makes the workspace with its default app, and the user its administrator, all or nothing. A
 * workspace that exists stays as it is, name and all, and gets the administrator; so a second
 * call with the same values changes nothing. Without a name it is called by its slug. */
enum err workspace_found(struct ctx *ctx, struct str slug, struct str name, struct str admin_email,
			 struct workspace *out);

/* Makes the user when the address is new. ERR_INVALID: not an address. ERR_CONFLICT: already a
 * member, in another role. */
enum err member_add(struct ctx *ctx, const struct workspace *w, struct str email, struct str role);
/* ERR_NOT_FOUND: no such member. ERR_CONFLICT: the last workspace_admin. */
enum err member_set_role(struct ctx *ctx, const struct workspace *w, struct str email, struct str role);
enum err member_remove(struct ctx *ctx, const struct workspace *w, struct str email);

/* ERR_NOT_FOUND: no such member. */
enum err member_by_email(struct ctx *ctx, const struct workspace *w, struct str email, struct member *out);
/* By address. *out: of struct member. */
enum err member_list(struct ctx *ctx, const struct workspace *w, struct list *out);
/* The one of that list with the id; NULL: none, as when the user has left. */
const struct member *member_of(const struct list *members, struct str user_id);
/* How a user is shown: by address; who has left, by id. Absent for nobody, and for the operator of the machine,
 * who has no id. */
struct str member_email(const struct list *members, struct str user_id);

#endif
