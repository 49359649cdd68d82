/* domain/audit.c: the common part of every event, and the list of them. */
#include "domain/audit.h"

#include "base/clock.h"
#include "base/id.h"
#include "json/write.h"
#include "store/tables.h"
#include "store/workspaces.h"

/* -- adding -------------------------------------------------------------------------------------- */

/* {"via": "api", "apiKeyId": "...", ...}: a change by a key, or by a command. */
static struct str payload_of(struct ctx *ctx, const struct json *payload)
{
	bool by_key = ctx->actor.key_id.p != NULL;
	const char *via = ctx->actor.via ? ctx->actor.via : by_key ? "api" : "cli";
	struct buf text = { .mem = ctx->mem };
	struct json_writer w = { .out = &text };

	jw_object(&w);
	jw_key(&w, "via");
	jw_z(&w, via);
	if (by_key) {
		jw_key(&w, "apiKeyId");
		jw_str(&w, ctx->actor.key_id);
	}
	for (size_t i = 0; payload && i < payload->n_members; i++) {
		jw_key_str(&w, payload->members[i].key);
		jw_value(&w, &payload->members[i].value);
	}
	jw_end(&w);
	return buf_view(&text);
}

enum err audit_add(struct ctx *ctx, struct db_tx *tx, const struct audit *a)
{
	const struct audit_event event = {
		.id = uuid_new(ctx->mem), .actor_user_id = ctx->actor.user_id, .at = now_us(),
		.workspace_id = a->workspace_id.p ? a->workspace_id : ctx->actor.workspace_id,
		.source = str_of(a->source ? a->source : "human_action"), .kind = str_of(a->kind),
		.target_type = str_of(a->target_type), .target_id = a->target_id, .agent_name = a->agent_name,
		.payload = payload_of(ctx, a->payload),
	};

	return audit_events_insert(ctx, tx, &event);
}

struct announcement {
	struct db_tx *tx;
	const struct audit *event;
};

static enum err add_to_workspace(struct ctx *ctx, const void *row, void *arg)
{
	const struct announcement *all = arg;
	struct audit event = *all->event;

	event.workspace_id = ((const struct workspace *)row)->id;
	return audit_add(ctx, all->tx, &event);
}

enum err audit_add_everywhere(struct ctx *ctx, struct db_tx *tx, const struct audit *event)
{
	struct announcement all = { tx, event };

	return rows_visit(ctx, &workspaces_rows, sizeof(struct workspace), add_to_workspace, &all);
}

/* -- reading ------------------------------------------------------------------------------------- */

static const struct field entry_fields[] = {
	{ F_ID("id", audit_entry, event.id) },
	{ F_ID("workspaceId", audit_entry, event.workspace_id) },
	{ F_TIME("at", audit_entry, event.at), .digits = 6 },
	{ F_STR("kind", audit_entry, event.kind), .doc = "What was done, as in `agent.updated`." },
	{ F_STR("source", audit_entry, event.source),
	  .doc = "`human_action`; `hitl_response` when an item of the inbox was answered." },
	{ F_STR("actorUserId", audit_entry, event.actor_user_id), .nullable = true,
	  .doc = "Who did it; null: the operator of the server's machine." },
	{ F_STR("targetType", audit_entry, event.target_type), .nullable = true },
	{ F_STR("targetId", audit_entry, event.target_id), .nullable = true },
	{ F_STR("agentName", audit_entry, event.agent_name), .nullable = true },
	{ F_ANY("payload", audit_entry, payload), .open = true,
	  .doc = "`via` (api, mcp, run or cli), the `apiKeyId` it was done with, and what belongs to the kind." },
};
const struct schema audit_entry_schema = SCHEMA("AuditEvent", audit_entry, entry_fields);

/* "inbox.done" is that kind, and what begins with "inbox.done."; "inbox.", or "inbox.*", the latter alone. */
static void add_kind(struct buf *out, struct str word)
{
	bool beginning_alone;

	if (str_ends(word, S("*")))
		word.n--;
	beginning_alone = str_ends(word, S("."));
	if (word.n == 0)
		return;
	if (out->n == 0)
		buf_char(out, ',');
	if (!beginning_alone)
		buf_printf(out, "%.*s,", STR(word));
	buf_printf(out, "%.*s%s,", STR(word), beginning_alone ? "" : ".");
}

/* As audit_filter wants them; absent when there are none. */
static struct str kinds_of(struct arena *mem, struct str words)
{
	struct buf out = { .mem = mem };

	while (words.p)
		add_kind(&out, str_trim(str_cut(&words, ',')));
	return out.n ? buf_view(&out) : (struct str){ NULL, 0 };
}

static enum err read_entries(struct ctx *ctx, const struct list *events, struct list *out)
{
	struct audit_entry *entries = arena_array(ctx->mem, events->n, sizeof(*entries));

	for (size_t i = 0; i < events->n; i++) {
		entries[i].event = *LIST_AT(*events, struct audit_event, i);
		TRY(json_parse(ctx, entries[i].event.payload, JSON_STRICT, &entries[i].payload));
	}
	*out = (struct list){ entries, events->n };
	return OK;
}

enum err audit_list(struct ctx *ctx, const struct audit_filter *filter, struct list *out)
{
	struct audit_filter f = *filter;
	struct list events;

	f.kinds = kinds_of(ctx->mem, filter->kinds);
	TRY(audit_events_list(ctx, ctx->actor.workspace_id, &f, &events));
	return read_entries(ctx, &events, out);
}

struct str audit_cursor(struct arena *mem, const struct audit_event *event)
{
	return arena_printf(mem, "%lld_%.*s", (long long)event->at, STR(event->id));
}

bool audit_cursor_read(struct arena *mem, struct str cursor, struct audit_place *out)
{
	struct str at = str_cut(&cursor, '_');

	return str_to_int(at, &out->at) && cursor.p && uuid_parse(mem, cursor, &out->id);
}
