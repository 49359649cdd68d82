/* app/audit_commands.c: agentd audit ...
 *
 * The log of a workspace, or of all: whoever may read the store may read it. Taking it away is an event of
 * the log itself.
 */
#include <stdio.h>

#include "app/command.h"
#include "app/print.h"
#include "base/clock.h"
#include "base/id.h"
#include "domain/audit.h"
#include "domain/member.h"
#include "store/tables.h"

enum { EXPORT_PAGE = 500 };

struct audit_options {
	struct str data, workspace, kind;
	int64_t since, limit;
	bool json;
};

#define SINCE_OPTION \
	{ F_TIME("since", audit_options, since), .example = "TIME", \
	  .doc = "Only what was done from then on: 2026-02-03, or 2026-02-03T04:05:06Z." }

/* -- list ---------------------------------------------------------------------------------------- */

struct audit_line {
	int64_t at;
	struct str kind, user, via, target_type, target;
};

static const struct field line_fields[] = {
	{ F_TIME("at", audit_line, at) },
	{ F_STR("kind", audit_line, kind) },
	{ F_STR("user", audit_line, user) },
	{ F_STR("via", audit_line, via) },
	{ F_STR("targetType", audit_line, target_type) },
	{ F_STR("target", audit_line, target) },
};
static const struct schema audit_line_schema = SCHEMA(NULL, audit_line, line_fields);

static const struct field list_fields[] = {
	WORKSPACE_OPTION(audit_options),
	{ F_STR("kind", audit_options, kind), .example = "KIND,...",
	  .doc = "Only these, or what begins with them: agent, api_key.created." },
	SINCE_OPTION,
	{ F_INT("limit", audit_options, limit), .min = 1, .max = 10000, .def = "50", .example = "N",
	  .doc = "How many at most." },
	JSON_OPTION(audit_options), DATA_OPTION(audit_options),
};
const struct schema audit_list_options = SCHEMA(NULL, audit_options, list_fields);

static enum err print_table(struct ctx *ctx, const struct workspace *w, const struct list *entries)
{
	struct audit_line *lines = arena_array(ctx->mem, entries->n, sizeof(*lines));
	struct list members;

	TRY(member_list(ctx, w, &members));
	for (size_t i = 0; i < entries->n; i++) {
		const struct audit_entry *e = LIST_AT(*entries, struct audit_entry, i);

		lines[i] = (struct audit_line){
			.at = e->event.at, .kind = e->event.kind, .user = member_email(&members, e->event.actor_user_id),
			.via = json_get_str(e->payload, "via"), .target_type = e->event.target_type,
			.target = e->event.target_id,
		};
	}
	print_list(ctx, &audit_line_schema, &(struct list){ lines, entries->n }, false);
	return OK;
}

enum err audit_list_run(struct ctx *ctx, const void *options)
{
	const struct audit_options *o = options;
	struct audit_filter filter = { .kinds = o->kind, .since = o->since, .limit = o->limit };
	struct workspace w;
	struct list entries;

	TRY(workspace_by_slug(ctx, o->workspace, &w));
	ctx->actor.workspace_id = w.id;
	TRY(audit_list(ctx, &filter, &entries));
	if (!o->json)
		return print_table(ctx, &w, &entries);
	print_list(ctx, &audit_entry_schema, &entries, true);
	return OK;
}

/* -- export -------------------------------------------------------------------------------------- */

static const struct field export_fields[] = {
	{ F_STR("workspace", audit_options, workspace), .example = "SLUG", .doc = "The workspace; else all of them." },
	SINCE_OPTION, DATA_OPTION(audit_options),
};
const struct schema audit_export_options = SCHEMA(NULL, audit_options, export_fields);

static enum err record_export(struct ctx *ctx, struct db_tx *tx, void *arg)
{
	const struct str *workspace_id = arg;

	return audit_add(ctx, tx, &(struct audit){ .kind = "audit.exported", .target_type = "workspace",
						   .target_id = *workspace_id });
}

/* One page; the filter then stands behind it. */
static enum err print_page(struct ctx *ctx, struct audit_filter *filter, size_t *n)
{
	struct list entries;

	TRY(audit_list(ctx, filter, &entries));
	for (size_t i = 0; i < entries.n; i++) {
		const struct audit_entry *e = LIST_AT(entries, struct audit_entry, i);
		struct str line = schema_text(ctx->mem, &audit_entry_schema, e, WRITE_REPLY);

		printf("%.*s\n", STR(line));
		filter->after = (struct audit_place){ e->event.at, e->event.id };
	}
	*n = entries.n;
	return OK;
}

static enum err export_workspace(struct ctx *ctx, struct str id, int64_t since)
{
	struct audit_filter filter = { .since = since, .until = now_us(), .ascending = true, .limit = EXPORT_PAGE };
	char last[UUID_TEXT];
	size_t n;

	ctx->actor.workspace_id = id;
	TRY(db_write(ctx, record_export, &id));
	do {
		AUTO(arena_rewind) struct arena_mark page = arena_mark(ctx->mem);

		TRY(print_page(ctx, &filter, &n));
		/* The page's memory ends here, and its last id with it. */
		if (n > 0)
			filter.after.id = (struct str){ memcpy(last, filter.after.id.p, UUID_TEXT), UUID_TEXT };
	} while (n == EXPORT_PAGE);
	return OK;
}

static enum err collect_id(struct ctx *ctx, const void *row, void *arg)
{
	struct buf *ids = arg;

	buf_str(ids, ((const struct workspace *)row)->id);
	return OK;
}

static enum err export_all(struct ctx *ctx, int64_t since)
{
	AUTO(buf_fini) struct buf ids = {0};

	TRY(rows_visit(ctx, &workspaces_rows, sizeof(struct workspace), collect_id, &ids));
	for (size_t at = 0; at < ids.n; at += UUID_TEXT)
		TRY(export_workspace(ctx, (struct str){ ids.p + at, UUID_TEXT }, since));
	return OK;
}

enum err audit_export_run(struct ctx *ctx, const void *options)
{
	const struct audit_options *o = options;
	struct workspace w;

	if (!o->workspace.p)
		return export_all(ctx, o->since);
	TRY(workspace_by_slug(ctx, o->workspace, &w));
	return export_workspace(ctx, w.id, o->since);
}
