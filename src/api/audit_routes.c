/* api/audit_routes.c: who changed what, for a workspace's administrators. An extension. */
#include "api/routes.h"
#include "domain/audit.h"

enum { PAGE_MAX = 500 };

struct list_params {
	struct audit_filter filter;
	struct str dir, cursor;
};

static const struct field list_params_fields[] = {
	{ F_STR("kind", list_params, filter.kinds), .in = IN_QUERY,
	  .doc = "Kinds, separated by commas, or what they begin with: `agent.version.promoted`, `agent.version`, "
		 "`agent`." },
	{ F_STR("actor", list_params, filter.actor_user_id), .in = IN_QUERY,
	  .doc = "The id of the user who did it." },
	{ F_STR("targetType", list_params, filter.target_type), .in = IN_QUERY },
	{ F_STR("targetId", list_params, filter.target_id), .in = IN_QUERY },
	{ F_STR("agent", list_params, filter.agent_name), .in = IN_QUERY, .doc = "The agent's exact name." },
	{ F_TIME("since", list_params, filter.since), .in = IN_QUERY, .js = true,
	  .say = "since must be an ISO 8601 timestamp", .doc = "Only what was done from then on." },
	{ F_TIME("until", list_params, filter.until), .in = IN_QUERY, .js = true,
	  .say = "until must be an ISO 8601 timestamp", .doc = "Only what was done before." },
	{ F_STR("dir", list_params, dir), .in = IN_QUERY,
	  .doc = "asc: the oldest first, so that a follower can go on where it was. Anything else: the newest first." },
	{ F_STR("cursor", list_params, cursor), .in = IN_QUERY,
	  .doc = "The nextCursor of the page before, with the same parameters." },
	{ F_INT("limit", list_params, filter.limit), .in = IN_QUERY, .min = 1, .def = "50", .js = true,
	  .say = "limit must be a positive integer", .doc = "At most 500." },
};
static const struct schema list_params = SCHEMA(NULL, list_params, list_params_fields);

struct audit_page {
	struct list events;
	struct str next_cursor;
};

static const struct field page_fields[] = {
	{ F_LIST("events", audit_page, events, &audit_entry_schema) },
	{ F_STR("nextCursor", audit_page, next_cursor), .nullable = true,
	  .doc = "Where to go on: behind the last of these events. Null: there was none." },
};
static const struct schema page_schema = SCHEMA("AuditPage", audit_page, page_fields);

static enum err do_list(struct ctx *ctx, struct call *call)
{
	const struct list_params *in = call->params;
	struct audit_page *out = call->out;
	struct audit_filter filter = in->filter;
	const struct audit_entry *last;

	if (in->cursor.p && !audit_cursor_read(ctx->mem, in->cursor, &filter.after))
		return fail(ctx, ERR_INVALID, "cursor must be the nextCursor of a page");
	filter.ascending = str_is(in->dir, "asc");
	filter.limit = in->filter.limit < PAGE_MAX ? in->filter.limit : PAGE_MAX;
	TRY(audit_list(ctx, &filter, &out->events));
	if (out->events.n == 0)
		return OK;
	last = LIST_AT(out->events, struct audit_entry, out->events.n - 1);
	out->next_cursor = audit_cursor(ctx->mem, &last->event);
	return OK;
}

const struct op audit_ops[N_AUDIT_OPS] = {
	{ .id = "listAuditEvents", .method = HTTP_GET, .path = "/audit", .contract = STUDIO_API, .tag = "Audit",
	  .extra = true, .extension = true, .role = ROLE_ADMIN, .params = &list_params, .out = &page_schema,
	  .run = do_list, .summary = "List what was changed in the workspace, and by whom",
	  .doc = "Every change through either API, through tools and on the command line has an event, stored with the "
		 "change." },
};
