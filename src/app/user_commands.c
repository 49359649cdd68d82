/* app/user_commands.c: agentd user ... */
#include "app/command.h"
#include "app/print.h"
#include "domain/key.h"
#include "domain/member.h"

struct user_options {
	struct str data, workspace, email, role;
	bool json;
};

#define EMAIL_OPTION \
	{ F_STR("email", user_options, email), .in = IN_PATH, .required = true, .example = "EMAIL", .doc = "The user." }
#define ROLE_OPTION \
	{ F_STR("role", user_options, role), .required = true, .one_of = role_names, .doc = "What the user may do." }

/* -- add ----------------------------------------------------------------------------------------- */

static const struct field add_fields[] = {
	EMAIL_OPTION, WORKSPACE_OPTION(user_options), ROLE_OPTION, DATA_OPTION(user_options),
};
const struct schema user_add_options = SCHEMA(NULL, user_options, add_fields);

enum err user_add_run(struct ctx *ctx, const void *options)
{
	const struct user_options *o = options;
	struct workspace w;

	TRY(workspace_by_slug(ctx, o->workspace, &w));
	return member_add(ctx, &w, o->email, o->role);
}

/* -- list ---------------------------------------------------------------------------------------- */

struct user_line {
	struct str email, role, id;
};

static const struct field line_fields[] = {
	{ F_STR("email", user_line, email) },
	{ F_STR("role", user_line, role) },
	{ F_STR("id", user_line, id) },
};
static const struct schema user_line_schema = SCHEMA(NULL, user_line, line_fields);

static const struct field list_fields[] = {
	WORKSPACE_OPTION(user_options), JSON_OPTION(user_options), DATA_OPTION(user_options),
};
const struct schema user_list_options = SCHEMA(NULL, user_options, list_fields);

enum err user_list_run(struct ctx *ctx, const void *options)
{
	const struct user_options *o = options;
	struct user_line *lines;
	struct workspace w;
	struct list members;

	TRY(workspace_by_slug(ctx, o->workspace, &w));
	TRY(member_list(ctx, &w, &members));
	lines = arena_array(ctx->mem, members.n, sizeof(*lines));
	for (size_t i = 0; i < members.n; i++) {
		const struct member *m = LIST_AT(members, struct member, i);

		lines[i] = (struct user_line){ m->user.email, m->role, m->user.id };
	}
	print_list(ctx, &user_line_schema, &(struct list){ lines, members.n }, o->json);
	return OK;
}

/* -- role ---------------------------------------------------------------------------------------- */

static const struct field role_fields[] = {
	EMAIL_OPTION, WORKSPACE_OPTION(user_options), ROLE_OPTION, DATA_OPTION(user_options),
};
const struct schema user_role_options = SCHEMA(NULL, user_options, role_fields);

enum err user_role_run(struct ctx *ctx, const void *options)
{
	const struct user_options *o = options;
	struct workspace w;

	TRY(workspace_by_slug(ctx, o->workspace, &w));
	return member_set_role(ctx, &w, o->email, o->role);
}

/* -- remove -------------------------------------------------------------------------------------- */

static const struct field remove_fields[] = {
	EMAIL_OPTION, WORKSPACE_OPTION(user_options), DATA_OPTION(user_options),
};
const struct schema user_remove_options = SCHEMA(NULL, user_options, remove_fields);

enum err user_remove_run(struct ctx *ctx, const void *options)
{
	const struct user_options *o = options;
	struct workspace w;

	TRY(workspace_by_slug(ctx, o->workspace, &w));
	return member_remove(ctx, &w, o->email);
}
