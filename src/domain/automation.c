/* domain/automation.c: the contract's rules, in its order; and who did it, in the same transaction. */
#include "domain/automation.h"

#include "base/clock.h"
#include "base/id.h"
#include "domain/agent_catalog.h"
#include "domain/audit.h"
#include "json/js.h"
#include "store/agents.h"

const char *const automation_overlaps[] = { "allow", "skip", NULL };

static const struct field update_fields[] = {
	{ F_STR("name", automation, name) },
	{ F_STR("agent", automation, agent_name), .doc = "The name of the agent to run. It is not looked up." },
	{ F_STR("cron", automation, cron), .doc = "When to run it: five fields, or six with seconds first." },
	{ F_STR("inputMessage", automation, input_message), .doc = "What to say to the agent." },
	{ F_BOOL("enabled", automation, enabled),
	  .doc = "Enabled again, it runs at once if it has missed a window since it fired last." },
	{ F_BOOL("useDraft", automation, use_draft),
	  .doc = "Run the file as it is, even if there is a stable version." },
	{ F_STR("timezone", automation, timezone), .clearable = true,
	  .doc = "Extension. The IANA time zone by whose clocks cron is read; null: UTC." },
	{ F_STR("overlap", automation, overlap), .one_of = automation_overlaps,
	  .say = "overlap must be allow or skip",
	  .doc = "Extension. What happens at a time when its last run is not over: another begins, or none." },
};
const struct schema automation_update_schema = {
	.name = "Automation", .size = sizeof(struct automation), .fields = update_fields,
	.n_fields = COUNT_OF(update_fields), .ignores_unknown = true,
};

/* -- when it is due -------------------------------------------------------------------------------------- */

static enum err unknown_zone(struct ctx *ctx, struct str zone)
{
	return fail(ctx, ERR_INVALID, "timezone \"%.*s\" is not known", STR(zone));
}

enum err schedule_of(struct ctx *ctx, const struct automation *a, struct schedule *out)
{
	struct str zone = a->timezone.p ? a->timezone : S("UTC");

	TRY(cron_parse(ctx, a->cron, &out->cron));
	out->tz = tz_load(ctx->mem, zone);
	return out->tz ? OK : unknown_zone(ctx, zone);
}

int64_t schedule_next(const struct schedule *s, int64_t after)
{
	int64_t next;

	return cron_next(s->cron, s->tz, after, &next) ? next : 0;
}

void automation_schedule(struct ctx *ctx, struct automation *a)
{
	struct schedule s;

	a->next_fire_at = schedule_of(ctx, a, &s) == OK ? schedule_next(&s, a->floor_at) : a->floor_at;
}

/* -- checks ---------------------------------------------------------------------------------------------- */

/* The reference's store cannot hold it, and fails with an empty 500; it is the client's mistake. */
static enum err refuse_nul(struct ctx *ctx, const struct automation *a)
{
	const struct {
		const char *name;
		struct str text;
	} TEXTS[] = {
		{ "name", a->name }, { "agent", a->agent_name }, { "cron", a->cron },
		{ "inputMessage", a->input_message },
	};

	for (size_t i = 0; i < COUNT_OF(TEXTS); i++)
		if (TEXTS[i].text.n > 0 && memchr(TEXTS[i].text.p, '\0', TEXTS[i].text.n))
			return fail(ctx, ERR_INVALID, "`%s` cannot contain U+0000", TEXTS[i].name);
	return OK;
}

static enum err check_cron(struct ctx *ctx, const struct automation *a)
{
	const struct cron *unused;

	return cron_parse(ctx, a->cron, &unused);
}

static enum err check_timezone(struct ctx *ctx, const struct automation *a)
{
	return !a->timezone.p || tz_load(ctx->mem, a->timezone) ? OK : unknown_zone(ctx, a->timezone);
}

/* A file counts, whether it is a valid agent or not. */
static enum err find_file(struct ctx *ctx, struct str name)
{
	AUTO(agent_catalog_done) struct agent_catalog *catalog = NULL;
	enum err e = agent_catalog_open(ctx, &catalog);

	if (e == ERR_INTERNAL || e == ERR_BUSY)
		return e;
	return e == OK && agent_catalog_find(catalog, name) ? OK : ERR_NOT_FOUND;
}

static enum err check_agent(struct ctx *ctx, struct str name)
{
	enum err e = find_file(ctx, name);
	struct agent managed;
	struct str id;

	if (e == ERR_NOT_FOUND && uuid_parse(ctx->mem, name, &id))
		e = agents_by_id(ctx, ctx->actor.workspace_id, id, &managed);
	if (e == ERR_NOT_FOUND)
		e = agents_by_name(ctx, ctx->actor.workspace_id, name, &managed);
	return e == ERR_NOT_FOUND ? fail(ctx, e, "agent \"%.*s\" not found", STR(name)) : e;
}

static enum err check_new(struct ctx *ctx, const struct automation *a)
{
	if (a->name.n == 0)
		return fail(ctx, ERR_INVALID, "name is required");
	if (js_trim(a->agent_name).n == 0)
		return fail(ctx, ERR_INVALID, "agent is required");
	TRY(check_cron(ctx, a));
	TRY(check_timezone(ctx, a));
	TRY(refuse_nul(ctx, a));
	return check_agent(ctx, a->agent_name);
}

void automation_show(struct automation *a, bool all)
{
	if (!all && !a->timezone.p && !a->overlap.p) {
		a->next_fire_at = 0;
		return;
	}
	if (!a->timezone.p)
		a->timezone = S("UTC");
	if (!a->overlap.p)
		a->overlap = str_of(automation_overlaps[0]);
	if (!a->enabled)
		a->next_fire_at = 0;
}

/* -- changes; all inside a transaction ------------------------------------------------------------------- */

enum { AUDITED_MEMBERS = 3 };

/* Of one that was deleted only the name is told. */
static enum err record(struct ctx *ctx, struct db_tx *tx, const char *kind, const struct automation *a,
			size_t n_members)
{
	const struct json_member members[AUDITED_MEMBERS] = {
		{ S("name"), { .type = JSON_STR, .text = a->name } },
		{ S("cron"), { .type = JSON_STR, .text = a->cron } },
		{ S("enabled"), { .type = JSON_BOOL, .boolean = a->enabled } },
	};
	const struct json payload = { .type = JSON_OBJECT, .members = members, .n_members = n_members };

	return audit_add(ctx, tx, &(struct audit){ .kind = kind, .target_type = "automation", .target_id = a->id,
						   .agent_name = a->agent_name, .payload = &payload });
}

static enum err insert(struct ctx *ctx, struct db_tx *tx, void *arg)
{
	struct automation *a = arg;

	TRY(automations_insert(ctx, tx, a));
	TRY(record(ctx, tx, "automation.created", a, AUDITED_MEMBERS));
	automation_show(a, false);
	return OK;
}

enum err automation_create(struct ctx *ctx, const struct automation *draft, struct automation *out)
{
	int64_t now = now_us();

	*out = *draft;
	out->name = js_trim(draft->name);
	TRY(check_new(ctx, out));
	out->id = uuid_new(ctx->mem);
	out->workspace_id = ctx->actor.workspace_id;
	out->owner_user_id = out->created_by = ctx->actor.user_id;
	out->created_at = out->updated_at = out->floor_at = now;
	automation_schedule(ctx, out);
	return db_write(ctx, insert, out);
}

/* A window that was missed is made up for a moment after the change, not in it: what was changed by mistake can be
 * taken back, and of several changes none is left out. */
#define SECOND_THOUGHTS_US US_PER_SECOND

/* How often a change is tried that another, or a firing, was faster than. */
enum { UPDATE_ATTEMPTS = 10 };

struct update {
	struct automation was, *now;
};

static enum err merge(struct ctx *ctx, const struct json *changes, struct automation *a)
{
	static const struct str NONE = { NULL, 0 };

	TRY(schema_read(ctx, &automation_update_schema, changes, READ_LENIENT, a));
	if (json_is(json_get(changes, "timezone"), JSON_NULL))
		a->timezone = NONE;
	a->last_fire_error = NONE;
	return OK;
}

/* What is stored and stays is not looked at again. */
static enum err check_changes(struct ctx *ctx, const struct json *changes, const struct automation *a)
{
	if (json_get_str(changes, "cron").p)
		TRY(check_cron(ctx, a));
	if (json_get_str(changes, "timezone").p)
		TRY(check_timezone(ctx, a));
	return refuse_nul(ctx, a);
}

/* Before the transaction: finding the next window may take reading a zone. */
static enum err prepare(struct ctx *ctx, struct str id, const struct json *changes, struct update *u)
{
	int64_t now = now_us();

	TRY(automation_get(ctx, id, &u->was));
	*u->now = u->was;
	TRY(merge(ctx, changes, u->now));
	TRY(check_changes(ctx, changes, u->now));
	u->now->updated_at = now > u->was.updated_at ? now : u->was.updated_at + 1;
	automation_schedule(ctx, u->now);
	if (u->now->next_fire_at && u->now->next_fire_at < now)
		u->now->next_fire_at = now + SECOND_THOUGHTS_US;
	return OK;
}

static enum err update(struct ctx *ctx, struct db_tx *tx, void *arg)
{
	const struct update *u = arg;

	TRY(automations_update(ctx, tx, &u->was, u->now));
	TRY(record(ctx, tx, "automation.updated", u->now, AUDITED_MEMBERS));
	automation_show(u->now, false);
	return OK;
}

enum err automation_update(struct ctx *ctx, struct str id, const struct json *changes, struct automation *out)
{
	struct update u = { .now = out };
	enum err e = ERR_CONFLICT;

	for (int i = 0; i < UPDATE_ATTEMPTS && e == ERR_CONFLICT; i++) {
		TRY(prepare(ctx, id, changes, &u));
		e = db_write(ctx, update, &u);
	}
	return e;
}

static enum err delete(struct ctx *ctx, struct db_tx *tx, void *arg)
{
	const struct str *id = arg;
	struct automation a;

	TRY(automation_get(ctx, *id, &a));
	TRY(automations_delete(ctx, tx, a.workspace_id, a.id));
	return record(ctx, tx, "automation.deleted", &a, 1);
}

enum err automation_delete(struct ctx *ctx, struct str id)
{
	return db_write(ctx, delete, &id);
}

/* -- reading --------------------------------------------------------------------------------------------- */

enum err automation_list(struct ctx *ctx, struct list *out)
{
	return automations_list(ctx, ctx->actor.workspace_id, out);
}

enum err automation_get(struct ctx *ctx, struct str id, struct automation *out)
{
	enum err e = automations_by_id(ctx, ctx->actor.workspace_id, id, out);

	return e == ERR_NOT_FOUND ? fail(ctx, e, "automation not found") : e;
}
