/* api/automation_routes.c: studio contract 2.10.
 *
 * A reply has the contract's members. What we know besides, `timezone`, `overlap` and `nextFireAt`, is told of
 * automations that make use of it, and of all to those who ask: a client that compares what it reads with what it
 * has written finds no more than it wrote.
 */
#include "api/routes.h"
#include "api/serve.h"
#include "base/id.h"
#include "domain/automation.h"

static const struct field automation_fields[] = {
	{ F_ID("id", automation, id) },
	{ F_STR("name", automation, name) },
	{ F_STR("agentName", automation, agent_name) },
	{ F_STR("cron", automation, cron) },
	{ F_STR("inputMessage", automation, input_message), .doc = "What is said to the agent." },
	{ F_BOOL("enabled", automation, enabled) },
	{ F_STR("ownerUserId", automation, owner_user_id), .doc = "The user its runs act for." },
	{ F_BOOL("useDraft", automation, use_draft),
	  .doc = "It runs the file as it is, even if there is a stable version." },
	{ F_TIME("lastFiredAt", automation, last_fired_at), .nullable = true,
	  .doc = "When it was due last and was looked at, whether that came to a run or not." },
	{ F_STR("lastFireError", automation, last_fire_error), .nullable = true,
	  .doc = "Why that did not come to a run." },
	{ F_TIME("createdAt", automation, created_at) },
	{ F_TIME("updatedAt", automation, updated_at) },
	{ F_STR("timezone", automation, timezone), .optional_reply = true,
	  .doc = "Extension. By whose clocks cron is read." },
	{ F_STR("overlap", automation, overlap), .optional_reply = true, .one_of = automation_overlaps,
	  .doc = "Extension. What happens at a time when its last run is not over." },
	{ F_TIME("nextFireAt", automation, next_fire_at), .optional_reply = true,
	  .doc = "Extension. When it is due next; left out when it never is." },
};
static const struct schema automation_schema = SCHEMA("Automation", automation, automation_fields);

/* -- parameters ------------------------------------------------------------------------------------------ */

struct automation_params {
	struct str automation_id, extended;
};

#define EXTENDED \
	{ F_STR("extended", automation_params, extended), .in = IN_QUERY, \
	  .doc = "Extension. true: tell timezone, overlap and nextFireAt in any case, not only of automations with a " \
		 "timezone or overlap of their own." }
#define ID \
	{ F_STR("automationId", automation_params, automation_id), .in = IN_PATH, .required = true, .doc = "A UUID." }

static const struct field list_params_fields[] = { EXTENDED };
static const struct schema list_params = SCHEMA(NULL, automation_params, list_params_fields);
static const struct field get_params_fields[] = { ID, EXTENDED };
static const struct schema get_params = SCHEMA(NULL, automation_params, get_params_fields);
static const struct field id_params_fields[] = { ID };
static const struct schema id_params = SCHEMA(NULL, automation_params, id_params_fields);

static bool extended(const struct call *call)
{
	return str_is(((const struct automation_params *)call->params)->extended, "true");
}

/* Anything else than a UUID names none. */
static struct str id_of(struct ctx *ctx, const struct call *call)
{
	const struct automation_params *in = call->params;
	struct str id;

	return uuid_parse_any(ctx->mem, in->automation_id, &id) ? id : S("");
}

/* -- read ------------------------------------------------------------------------------------------------ */

static enum err do_list(struct ctx *ctx, struct call *call)
{
	TRY(automation_list(ctx, &call->out_list));
	for (size_t i = 0; i < call->out_list.n; i++)
		automation_show(LIST_AT(call->out_list, struct automation, i), extended(call));
	return OK;
}

static enum err do_get(struct ctx *ctx, struct call *call)
{
	TRY(automation_get(ctx, id_of(ctx, call), call->out));
	automation_show(call->out, extended(call));
	return OK;
}

static enum err find(struct ctx *ctx, const struct call *call)
{
	struct automation unused;

	return automation_get(ctx, id_of(ctx, call), &unused);
}

/* -- change ---------------------------------------------------------------------------------------------- */

#define STRINGS "`name`, `agent`, and `cron` (strings) are required"

static const struct field create_fields[] = {
	{ F_STR("name", automation, name), .required = true, .say = STRINGS },
	{ F_STR("agent", automation, agent_name), .required = true, .say = STRINGS,
	  .doc = "The name of an agent, or the id of a managed one." },
	{ F_STR("cron", automation, cron), .required = true, .say = STRINGS,
	  .doc = "When to run it: five fields, or six with seconds first." },
	{ F_STR("inputMessage", automation, input_message), .def = "", .doc = "What to say to the agent." },
	{ F_BOOL("enabled", automation, enabled), .def = "true" },
	{ F_BOOL("useDraft", automation, use_draft),
	  .doc = "Run the file as it is, even if there is a stable version." },
	{ F_STR("timezone", automation, timezone),
	  .doc = "Extension. The IANA time zone by whose clocks cron is read; UTC if it is not sent. A time that "
		 "clocks jump over counts as soon as they have jumped; one that they show twice counts once." },
	{ F_STR("overlap", automation, overlap), .one_of = automation_overlaps, .say = "overlap must be allow or skip",
	  .doc = "Extension. What happens at a time when its last run is not over: another begins, or none." },
};
static const struct schema create_schema = {
	.name = "Automation", .size = sizeof(struct automation), .fields = create_fields,
	.n_fields = COUNT_OF(create_fields), .ignores_unknown = true,
};

static void changed(const struct ctx *ctx)
{
	const struct api_options *options = api_options_of(ctx);

	if (options->automations_changed)
		options->automations_changed(options->automations_changed_arg);
}

static enum err do_create(struct ctx *ctx, struct call *call)
{
	TRY(automation_create(ctx, call->body, call->out));
	changed(ctx);
	return OK;
}

static enum err do_update(struct ctx *ctx, struct call *call)
{
	TRY(automation_update(ctx, id_of(ctx, call), call->json, call->out));
	changed(ctx);
	return OK;
}

static enum err do_delete(struct ctx *ctx, struct call *call)
{
	return automation_delete(ctx, id_of(ctx, call));
}

/* -- the rows -------------------------------------------------------------------------------------------- */

#define AUTOMATIONS .contract = STUDIO_API, .tag = "Automations", .extra = true
#define ALL .path = "/automations"
#define ONE .path = "/automations/{automationId}", .not_found = "AUTOMATION_NOT_FOUND"
#define SHOWN .out = &automation_schema, .out_key = "automation"

const struct op automation_ops[N_AUTOMATION_OPS] = {
	{ .id = "listAutomations", .method = HTTP_GET, ALL, AUTOMATIONS, .role = ROLE_VIEWER, .params = &list_params,
	  .out = &automation_schema, .out_key = "automations", .replies_list = true, .run = do_list,
	  .summary = "List automations", .doc = "The newest first." },
	{ .id = "createAutomation", .method = HTTP_POST, ALL, AUTOMATIONS, .role = ROLE_OPERATOR,
	  .body = &create_schema, .body_mode = READ_CREATE, SHOWN, .status = 201, .creates = true,
	  .not_found = "AGENT_NOT_FOUND", .run = do_create, .summary = "Run an agent by the clock", .doc = "Its runs act for the key's user." },
	{ .id = "getAutomation", .method = HTTP_GET, ONE, AUTOMATIONS, .role = ROLE_VIEWER, .params = &get_params,
	  SHOWN, .run = do_get, .summary = "Read an automation" },
	{ .id = "updateAutomation", .method = HTTP_PATCH, ONE, AUTOMATIONS, .role = ROLE_OPERATOR, .params = &id_params,
	  .body = &automation_update_schema, .body_mode = READ_UPDATE, SHOWN, .find = find, .run = do_update,
	  .summary = "Change an automation", .doc = "What is not sent, or of another type, stays as it is." },
	{ .id = "deleteAutomation", .method = HTTP_DELETE, ONE, AUTOMATIONS, .role = ROLE_OPERATOR,
	  .params = &id_params, .run = do_delete, .summary = "Delete an automation",
	  .doc = "The runs that it made stay." },
};
