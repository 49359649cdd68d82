/* domain/agent_release.c: drafts are read before the transaction, since that may ask git; what they are
 * measured against, inside it. */
#include "domain/agent_release.h"

#include <stdlib.h>

#include "base/clock.h"
#include "base/diff.h"
#include "base/id.h"
#include "domain/agent_catalog.h"
#include "domain/audit.h"
#include "store/workspaces.h"

const char *const draft_state_names[] = {
	[DRAFT_SAME] = "same", [DRAFT_CHANGED] = "changed", [DRAFT_NEW] = "new", [DRAFT_INVALID] = "invalid",
	[DRAFT_GONE] = "gone", NULL,
};

static const struct str NONE = { NULL, 0 };

static enum err no_such_agent(struct ctx *ctx, struct str name)
{
	return fail(ctx, ERR_NOT_FOUND, "no agent '%.*s'", STR(name));
}

/* -- one version -------------------------------------------------------------------------------------------- */

struct draft {
	struct agent_version version;        /* its text, and what the file says of itself */
	struct agent_file file;
};

static void parse_draft(struct ctx *ctx, struct str name, const struct agent_entry *entry, struct draft *out)
{
	/* The catalog will be closed. */
	struct str path = arena_str(ctx->mem, entry->path), text = arena_str(ctx->mem, entry->text);
	struct str format = agent_file_format(path);

	agent_file_parse(ctx, path, format, text.p ? text : S(""), &out->file);
	if (!text.p)
		agent_file_unreadable(ctx, path, S("it cannot be read"), &out->file);
	out->version = (struct agent_version){
		.workspace_id = ctx->actor.workspace_id, .agent_name = name, .number = VERSION_DRAFT, .path = path,
		.framework = out->file.framework, .model = out->file.valid ? out->file.spec->model : NONE,
		.format = format, .text = text.p ? text : S(""), .summary = S(""), .created_by = S(""),
	};
}

static enum err read_draft(struct ctx *ctx, struct str name, struct draft *out)
{
	AUTO(agent_catalog_done) struct agent_catalog *catalog = NULL;
	const struct agent_entry *entry;

	TRY(agent_catalog_open(ctx, &catalog));
	entry = agent_catalog_find(catalog, name);
	if (!entry)
		return no_such_agent(ctx, name);
	parse_draft(ctx, name, entry, out);
	return OK;
}

static enum err read_stable(struct ctx *ctx, struct str name, struct agent_version *out)
{
	enum err e = agent_versions_stable(ctx, ctx->actor.workspace_id, name, out);

	return e == ERR_NOT_FOUND ? fail(ctx, e, "agent '%.*s' has no stable version", STR(name)) : e;
}

static enum err read_numbered(struct ctx *ctx, struct str name, int64_t number, struct agent_version *out)
{
	enum err e = agent_versions_by_number(ctx, ctx->actor.workspace_id, name, number, out);

	if (e == ERR_NOT_FOUND)
		return fail(ctx, e, "agent '%.*s' has no version %lld", STR(name), (long long)number);
	return e;
}

enum err agent_release_read(struct ctx *ctx, struct str name, int64_t number, struct agent_version *out)
{
	struct draft draft;

	if (number == VERSION_STABLE)
		return read_stable(ctx, name, out);
	if (number != VERSION_DRAFT)
		return read_numbered(ctx, name, number, out);
	TRY(read_draft(ctx, name, &draft));
	*out = draft.version;
	return OK;
}

/* What happened to an agent stays known when its file, or the whole source, is gone. */
static enum err require_known(struct ctx *ctx, struct str name)
{
	struct agent_state state;
	struct draft draft;

	TRY(agent_states_get(ctx, ctx->actor.workspace_id, name, &state));
	return state.updated_at ? OK : read_draft(ctx, name, &draft);
}

enum err agent_release_versions(struct ctx *ctx, struct str name, struct list *out)
{
	TRY(require_known(ctx, name));
	return agent_versions_list(ctx, ctx->actor.workspace_id, name, out);
}

static struct str title_of(struct ctx *ctx, const struct agent_version *v)
{
	if (v->number == VERSION_DRAFT)
		return arena_printf(ctx->mem, "%.*s (draft)", STR(v->path));
	return arena_printf(ctx->mem, "%.*s (v%lld)", STR(v->path), (long long)v->number);
}

enum err agent_release_compare(struct ctx *ctx, struct str name, int64_t from, int64_t to,
			       struct agent_comparison *out)
{
	struct agent_version a, b;

	TRY(agent_release_read(ctx, name, from, &a));
	TRY(agent_release_read(ctx, name, to, &b));
	*out = (struct agent_comparison){
		a.number, b.number, diff_unified(ctx->mem, title_of(ctx, &a), a.text, title_of(ctx, &b), b.text),
	};
	return OK;
}

/* -- all agents ----------------------------------------------------------------------------------------------- */

static int by_name(const void *a, const void *b)
{
	return str_cmp(((const struct agent_state *)a)->agent_name, ((const struct agent_state *)b)->agent_name);
}

/* NULL: nothing was ever set. The list is in the order of names, as the store has it. */
static const struct agent_state *state_of(const struct list *states, struct str name)
{
	struct agent_state key = { .agent_name = name };

	return states->n ? bsearch(&key, states->items, states->n, sizeof(key), by_name) : NULL;
}

static enum draft_state compare_draft(const struct agent_entry *entry, const struct agent_version *stable)
{
	if (!entry->valid)
		return DRAFT_INVALID;
	if (!stable)
		return DRAFT_NEW;
	return str_eq(entry->text, stable->text) ? DRAFT_SAME : DRAFT_CHANGED;
}

/* entry NULL: the file is gone. state NULL: nothing was ever set. */
static enum err describe(struct ctx *ctx, const struct agent_entry *entry, const struct agent_state *state,
			 struct agent_release *out)
{
	bool has_stable = state && state->stable_version_id.p;
	struct agent_version stable;

	if (has_stable)
		TRY(read_stable(ctx, state->agent_name, &stable));
	*out = (struct agent_release){
		.name = entry ? arena_str(ctx->mem, entry->name) : state->agent_name,
		.path = entry ? arena_str(ctx->mem, entry->path) : NONE,
		.draft = entry ? compare_draft(entry, has_stable ? &stable : NULL) : DRAFT_GONE,
		.stable = has_stable ? stable.number : NO_INT,
		.owner_user_id = state ? state->owner_user_id : NONE, .locked = state && state->locked,
	};
	return OK;
}

enum err agent_release_list(struct ctx *ctx, struct list *out)
{
	AUTO(agent_catalog_done) struct agent_catalog *catalog = NULL;
	struct agent_release *items;
	struct list states;
	size_t n = 0;

	TRY(agent_states_list(ctx, ctx->actor.workspace_id, &states));
	TRY(agent_catalog_open(ctx, &catalog));
	items = arena_array(ctx->mem, agent_catalog_size(catalog) + states.n, sizeof(*items));
	for (; n < agent_catalog_size(catalog); n++) {
		const struct agent_entry *entry = agent_catalog_at(catalog, n);

		TRY(describe(ctx, entry, state_of(&states, entry->name), &items[n]));
	}
	for (size_t i = 0; i < states.n; i++) {
		const struct agent_state *state = LIST_AT(states, struct agent_state, i);

		if (!agent_catalog_find(catalog, state->agent_name))
			TRY(describe(ctx, NULL, state, &items[n++]));
	}
	*out = (struct list){ items, n };
	return OK;
}

/* -- who may ---------------------------------------------------------------------------------------------------- */

static enum err require_power(struct ctx *ctx, const struct agent_state *state)
{
	struct str owner = state->owner_user_id;

	if (ctx->actor.role < ROLE_OPERATOR)
		return fail(ctx, ERR_FORBIDDEN, "this takes the role operator or workspace_admin");
	if (ctx->actor.role == ROLE_ADMIN || !owner.p || str_eq(owner, ctx->actor.user_id))
		return OK;
	return fail(ctx, ERR_FORBIDDEN, "agent '%.*s' has an owner: only the owner and administrators may do this",
		    STR(state->agent_name));
}

static enum err require_admin(struct ctx *ctx)
{
	return ctx->actor.role == ROLE_ADMIN ? OK : fail(ctx, ERR_FORBIDDEN, "this takes the role workspace_admin");
}

/* -- changes; all inside a transaction --------------------------------------------------------------------------- */

static enum err put_state(struct ctx *ctx, struct db_tx *tx, struct agent_state *state)
{
	state->updated_at = now_us();
	return agent_states_put(ctx, tx, state);
}

static struct json text_or_null(struct str text)
{
	return text.p ? (struct json){ .type = JSON_STR, .text = text } : (struct json){ .type = JSON_NULL };
}

static enum err record(struct ctx *ctx, struct db_tx *tx, const char *kind, struct str name,
		       struct json_member *members, size_t n_members)
{
	const struct json payload = { .type = JSON_OBJECT, .members = members, .n_members = n_members };

	return audit_add(ctx, tx, &(struct audit){ .kind = kind, .target_type = "agent", .target_id = name,
						   .agent_name = name, .payload = &payload });
}

/* -- promote */

/* No other text is a model's to write (4.12): these say what there is to know. */
static struct str summary_of(const struct agent_version *v)
{
	return v->number == 1 ? S("Initial version.") : S("Promoted to stable.");
}

static enum err require_difference(struct ctx *ctx, const struct agent_state *state, const struct agent_version *draft)
{
	struct agent_version stable;

	if (!state->stable_version_id.p)
		return OK;
	TRY(read_stable(ctx, state->agent_name, &stable));
	if (!str_eq(stable.text, draft->text))
		return OK;
	return fail(ctx, ERR_CONFLICT, "nothing to promote: the draft of '%.*s' is what v%lld is",
		    STR(state->agent_name), (long long)stable.number);
}

static enum err do_promote(struct ctx *ctx, struct db_tx *tx, void *arg)
{
	struct agent_version *v = arg;
	struct agent_state state;
	int64_t newest;

	TRY(agent_states_get(ctx, v->workspace_id, v->agent_name, &state));
	TRY(require_power(ctx, &state));
	TRY(require_difference(ctx, &state, v));
	TRY(agent_versions_newest(ctx, v->workspace_id, v->agent_name, &newest));
	v->id = uuid_new(ctx->mem);
	v->number = newest + 1;
	v->summary = summary_of(v);
	v->created_by = ctx->actor.user_id.p ? ctx->actor.user_id : S("");
	v->created_at = now_us();
	TRY(agent_versions_insert(ctx, tx, v));
	state.stable_version_id = v->id;
	TRY(put_state(ctx, tx, &state));
	return record(ctx, tx, "agent.version.promoted", v->agent_name, (struct json_member[]){
		{ S("version"), { .type = JSON_INT, .integer = v->number } },
		{ S("versionId"), { .type = JSON_STR, .text = v->id } } }, 2);
}

enum err agent_release_promote(struct ctx *ctx, struct str name, struct agent_version *out)
{
	struct draft draft;

	TRY(read_draft(ctx, name, &draft));
	if (!draft.file.valid)
		return fail(ctx, ERR_UNPROCESSABLE, "%.*s is no valid agent: %.*s%s%.*s", STR(draft.file.path),
			    STR(draft.file.error), draft.file.detail.n ? ": " : "", STR(draft.file.detail));
	*out = draft.version;
	return db_write(ctx, do_promote, out);
}

/* -- owner and lock */

struct change {
	struct str name, user_id;
	bool locked;
};

static enum err do_set_owner(struct ctx *ctx, struct db_tx *tx, void *arg)
{
	const struct change *c = arg;
	struct agent_state state;
	struct str role, before;

	TRY(agent_states_get(ctx, ctx->actor.workspace_id, c->name, &state));
	TRY(require_power(ctx, &state));
	if (c->user_id.p)
		TRY(members_role(ctx, ctx->actor.workspace_id, c->user_id, &role));
	before = state.owner_user_id;
	if (str_eq(before, c->user_id))
		return OK;
	state.owner_user_id = c->user_id;
	TRY(put_state(ctx, tx, &state));
	return record(ctx, tx, "agent.owner.changed", c->name, (struct json_member[]){
		{ S("from"), text_or_null(before) }, { S("to"), text_or_null(c->user_id) } }, 2);
}

enum err agent_release_set_owner(struct ctx *ctx, struct str name, struct str user_id)
{
	struct change c = { .name = name, .user_id = user_id };

	TRY(require_known(ctx, name));
	return db_write(ctx, do_set_owner, &c);
}

static enum err do_set_locked(struct ctx *ctx, struct db_tx *tx, void *arg)
{
	const struct change *c = arg;
	struct agent_state state;

	TRY(require_admin(ctx));
	TRY(agent_states_get(ctx, ctx->actor.workspace_id, c->name, &state));
	if (state.locked == c->locked)
		return OK;
	state.locked = c->locked;
	TRY(put_state(ctx, tx, &state));
	return record(ctx, tx, "agent.lock.changed", c->name, (struct json_member[]){
		{ S("locked"), { .type = JSON_BOOL, .boolean = c->locked } } }, 1);
}

enum err agent_release_set_locked(struct ctx *ctx, struct str name, bool locked)
{
	struct change c = { .name = name, .locked = locked };

	TRY(require_known(ctx, name));
	return db_write(ctx, do_set_locked, &c);
}
