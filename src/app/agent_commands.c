/* app/agent_commands.c: agentd agent ...
 *
 * Whoever may write to the store may do all of this; --user says for whom it is done, and then that
 * member's role and ownership count, and the audit log has the name.
 */
#include <stdio.h>

#include "app/agents.h"
#include "app/command.h"
#include "app/print.h"
#include "domain/agent_release.h"
#include "domain/key.h"
#include "domain/member.h"

struct agent_options {
	struct str data, workspace, name, user, owner, version, from, to;
	struct agents_place place;
	bool json, nobody;
};

#define NAME_OPTION \
	{ F_STR("agent", agent_options, name), .in = IN_PATH, .required = true, .example = "AGENT", .doc = "Its name." }
#define USER_OPTION \
	{ F_STR("user", agent_options, user), .example = "EMAIL", \
	  .doc = "The member who does it; else the operator of this machine, who may do all." }
#define VERSION_OPTION(name_, member, doc_) \
	{ F_STR(name_, agent_options, member), .example = "N|draft|stable", .doc = doc_ }
#define COMMON_OPTIONS \
	WORKSPACE_OPTION(agent_options), AGENTS_OPTIONS(agent_options, place), DATA_OPTION(agent_options)

enum err agent_settings(struct ctx *ctx, struct str data, void *options)
{
	struct agent_options *o = options;

	return agents_place_load(ctx, data, &o->place);
}

/* -- what all of them begin with ------------------------------------------------------------------- */

static enum err act_for(struct ctx *ctx, const struct workspace *w, struct str email)
{
	struct member member;

	ctx->actor = (struct actor){ .workspace_id = w->id, .role = ROLE_ADMIN };
	if (!email.p)
		return OK;
	TRY(member_by_email(ctx, w, email, &member));
	ctx->actor.user_id = member.user.id;
	ctx->actor.role = role_of(member.role);
	return OK;
}

static enum err begin(struct ctx *ctx, const struct agent_options *o, struct workspace *w)
{
	TRY(workspace_by_slug(ctx, o->workspace, w));
	TRY(act_for(ctx, w, o->user));
	return agents_set_up(ctx, o->data, &o->place);
}

/* "draft", "stable", or a number as it is shown, "v3", or without the letter. */
static enum err read_version(struct ctx *ctx, struct str text, int64_t *out)
{
	bool has_letter = str_starts(text, S("v"));

	if (str_is(text, "draft"))
		*out = VERSION_DRAFT;
	else if (str_is(text, "stable"))
		*out = VERSION_STABLE;
	else if (!str_to_int(str_from(text, has_letter), out) || *out < 1)
		return fail(ctx, ERR_INVALID, "'%.*s' is no version: that is draft, stable, or a number", STR(text));
	return OK;
}

static struct str version_label(struct ctx *ctx, int64_t number)
{
	return number == VERSION_DRAFT ? S("draft") : arena_printf(ctx->mem, "v%lld", (long long)number);
}

/* -- list ------------------------------------------------------------------------------------------ */

struct agent_line {
	struct str name, draft, stable, owner, path;
	bool locked;
};

static const struct field line_fields[] = {
	{ F_STR("name", agent_line, name) },
	{ F_STR("draft", agent_line, draft) },
	{ F_STR("stable", agent_line, stable) },
	{ F_STR("owner", agent_line, owner) },
	{ F_BOOL("locked", agent_line, locked) },
	{ F_STR("path", agent_line, path) },
};
static const struct schema agent_line_schema = SCHEMA(NULL, agent_line, line_fields);

static const struct field list_fields[] = { COMMON_OPTIONS, JSON_OPTION(agent_options) };
const struct schema agent_list_options = SCHEMA(NULL, agent_options, list_fields);

enum err agent_list_run(struct ctx *ctx, const void *options)
{
	const struct agent_options *o = options;
	struct agent_line *lines;
	struct workspace w;
	struct list members, agents;

	TRY(begin(ctx, o, &w));
	TRY(member_list(ctx, &w, &members));
	TRY(agent_release_list(ctx, &agents));
	lines = arena_array(ctx->mem, agents.n, sizeof(*lines));
	for (size_t i = 0; i < agents.n; i++) {
		const struct agent_release *a = LIST_AT(agents, struct agent_release, i);

		lines[i] = (struct agent_line){
			.name = a->name, .path = a->path, .draft = str_of(draft_state_names[a->draft]), .locked = a->locked,
			.stable = a->stable == NO_INT ? (struct str){ NULL, 0 } : version_label(ctx, a->stable),
			.owner = member_email(&members, a->owner_user_id),
		};
	}
	print_list(ctx, &agent_line_schema, &(struct list){ lines, agents.n }, o->json);
	return OK;
}

/* -- versions, and one of them ------------------------------------------------------------------------ */

struct version_line {
	struct str version, agent, path, format, framework, model, summary, created_by, text;
	bool stable;
	int64_t created_at;
};

#define VERSION_FIELDS \
	{ F_STR("version", version_line, version) }, \
	{ F_BOOL("stable", version_line, stable) }, \
	{ F_STR("model", version_line, model) }, \
	{ F_STR("summary", version_line, summary) }, \
	{ F_STR("createdBy", version_line, created_by) }, \
	{ F_TIME("createdAt", version_line, created_at) }

static const struct field version_line_fields[] = { VERSION_FIELDS };
static const struct schema version_line_schema = SCHEMA(NULL, version_line, version_line_fields);

static const struct field version_fields[] = {
	{ F_STR("agent", version_line, agent) },
	VERSION_FIELDS,
	{ F_STR("path", version_line, path) },
	{ F_STR("format", version_line, format) },
	{ F_STR("framework", version_line, framework) },
	{ F_STR("text", version_line, text) },
};
static const struct schema version_schema = SCHEMA(NULL, version_line, version_fields);

static enum err stable_id(struct ctx *ctx, struct str name, struct str *id)
{
	struct agent_version stable;
	enum err e = agent_release_read(ctx, name, VERSION_STABLE, &stable);

	*id = e == OK ? stable.id : (struct str){ NULL, 0 };
	return e == ERR_NOT_FOUND ? OK : e;
}

static struct version_line version_line_of(struct ctx *ctx, const struct agent_version *v, const struct list *members,
					   struct str stable_id)
{
	return (struct version_line){
		.version = version_label(ctx, v->number), .agent = v->agent_name, .path = v->path, .format = v->format,
		.framework = v->framework, .model = v->model, .summary = v->summary, .text = v->text,
		.created_by = member_email(members, v->created_by), .created_at = v->created_at,
		.stable = v->number != VERSION_DRAFT && str_eq(v->id, stable_id),
	};
}

static const struct field versions_fields[] = { NAME_OPTION, COMMON_OPTIONS, JSON_OPTION(agent_options) };
const struct schema agent_versions_options = SCHEMA(NULL, agent_options, versions_fields);

enum err agent_versions_run(struct ctx *ctx, const void *options)
{
	const struct agent_options *o = options;
	struct version_line *lines;
	struct workspace w;
	struct list members, versions;
	struct str stable;

	TRY(begin(ctx, o, &w));
	TRY(member_list(ctx, &w, &members));
	TRY(agent_release_versions(ctx, o->name, &versions));
	TRY(stable_id(ctx, o->name, &stable));
	lines = arena_array(ctx->mem, versions.n, sizeof(*lines));
	for (size_t i = 0; i < versions.n; i++)
		lines[i] = version_line_of(ctx, LIST_AT(versions, struct agent_version, i), &members, stable);
	print_list(ctx, &version_line_schema, &(struct list){ lines, versions.n }, o->json);
	return OK;
}

static const struct field show_fields[] = {
	NAME_OPTION,
	VERSION_OPTION("version", version, "Which version."),
	COMMON_OPTIONS,
	{ F_BOOL("json", agent_options, json), .doc = "Print JSON, with what is known of the version besides." },
};
const struct schema agent_show_options = SCHEMA(NULL, agent_options, show_fields);

static enum err print_version(struct ctx *ctx, const struct workspace *w, const struct agent_version *v)
{
	struct version_line line;
	struct list members;
	struct str stable;

	TRY(member_list(ctx, w, &members));
	TRY(stable_id(ctx, v->agent_name, &stable));
	line = version_line_of(ctx, v, &members, stable);
	print_object(ctx, &version_schema, &line);
	return OK;
}

enum err agent_show_run(struct ctx *ctx, const void *options)
{
	const struct agent_options *o = options;
	int64_t number = VERSION_DRAFT;
	struct agent_version version;
	struct workspace w;

	if (o->version.p)
		TRY(read_version(ctx, o->version, &number));
	TRY(begin(ctx, o, &w));
	TRY(agent_release_read(ctx, o->name, number, &version));
	if (o->json)
		return print_version(ctx, &w, &version);
	print_text(ctx, version.text);
	return OK;
}

/* -- compare ------------------------------------------------------------------------------------------- */

struct comparison_line {
	struct str agent, from, to, diff;
	bool same;
};

static const struct field comparison_fields[] = {
	{ F_STR("agent", comparison_line, agent) },
	{ F_STR("from", comparison_line, from) },
	{ F_STR("to", comparison_line, to) },
	{ F_BOOL("same", comparison_line, same) },
	{ F_STR("diff", comparison_line, diff) },
};
static const struct schema comparison_schema = SCHEMA(NULL, comparison_line, comparison_fields);

static const struct field compare_fields[] = {
	NAME_OPTION,
	VERSION_OPTION("from", from, "Show what changed since this version."),
	VERSION_OPTION("to", to, "Up to this one."),
	COMMON_OPTIONS,
	{ F_BOOL("json", agent_options, json), .doc = "Print JSON, with the difference as a text." },
};
const struct schema agent_compare_options = SCHEMA(NULL, agent_options, compare_fields);

enum err agent_compare_run(struct ctx *ctx, const void *options)
{
	const struct agent_options *o = options;
	int64_t from = VERSION_STABLE, to = VERSION_DRAFT;
	struct agent_comparison c;
	struct workspace w;

	if (o->from.p)
		TRY(read_version(ctx, o->from, &from));
	if (o->to.p)
		TRY(read_version(ctx, o->to, &to));
	TRY(begin(ctx, o, &w));
	TRY(agent_release_compare(ctx, o->name, from, to, &c));
	if (o->json)
		print_object(ctx, &comparison_schema, &(struct comparison_line){
			o->name, version_label(ctx, c.from), version_label(ctx, c.to), c.diff, c.diff.n == 0 });
	else
		print_text(ctx, c.diff);
	return OK;
}

/* -- promote ------------------------------------------------------------------------------------------- */

static const struct field promote_fields[] = {
	NAME_OPTION, USER_OPTION, COMMON_OPTIONS,
	{ F_BOOL("json", agent_options, json), .doc = "Print the version as JSON." },
};
const struct schema agent_promote_options = SCHEMA(NULL, agent_options, promote_fields);

enum err agent_promote_run(struct ctx *ctx, const void *options)
{
	const struct agent_options *o = options;
	struct agent_version version;
	struct workspace w;

	TRY(begin(ctx, o, &w));
	TRY(agent_release_promote(ctx, o->name, &version));
	if (o->json)
		return print_version(ctx, &w, &version);
	printf("%.*s\n", STR(version_label(ctx, version.number)));
	return OK;
}

/* -- owner, lock, unlock ---------------------------------------------------------------------------------- */

static const struct field owner_fields[] = {
	NAME_OPTION,
	{ F_STR("owner", agent_options, owner), .in = IN_PATH, .example = "EMAIL",
	  .doc = "Whose it is now; a member." },
	{ F_BOOL("nobody", agent_options, nobody), .doc = "Nobody owns it from now on." },
	USER_OPTION, COMMON_OPTIONS,
};
const struct schema agent_owner_options = SCHEMA(NULL, agent_options, owner_fields);

enum err agent_owner_run(struct ctx *ctx, const void *options)
{
	const struct agent_options *o = options;
	struct member owner = {0};
	struct workspace w;

	if (o->nobody == (o->owner.p != NULL))
		return fail(ctx, ERR_INVALID, "give the new owner's address, or --nobody");
	TRY(begin(ctx, o, &w));
	if (o->owner.p)
		TRY(member_by_email(ctx, &w, o->owner, &owner));
	return agent_release_set_owner(ctx, o->name, owner.user.id);
}

static const struct field lock_fields[] = { NAME_OPTION, USER_OPTION, COMMON_OPTIONS };
const struct schema agent_lock_options = SCHEMA(NULL, agent_options, lock_fields);
const struct schema agent_unlock_options = SCHEMA(NULL, agent_options, lock_fields);

static enum err set_locked(struct ctx *ctx, const struct agent_options *o, bool locked)
{
	struct workspace w;

	TRY(begin(ctx, o, &w));
	return agent_release_set_locked(ctx, o->name, locked);
}

enum err agent_lock_run(struct ctx *ctx, const void *options)
{
	return set_locked(ctx, options, true);
}

enum err agent_unlock_run(struct ctx *ctx, const void *options)
{
	return set_locked(ctx, options, false);
}
