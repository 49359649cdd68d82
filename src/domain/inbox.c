/* domain/inbox.c: one table of moves, and the rule of what a repeated push changes.
 *
 * What clients see of JSON is what the store makes of it: an item is packed, and unpacked again, before it is shown.
 * Both take their time with items of megabytes, so they are done before a transaction and after it, while others
 * may write.
 */
#include "domain/inbox.h"

#include <assert.h>

#include "base/clock.h"
#include "base/id.h"
#include "domain/audit.h"
#include "domain/links.h"
#include "json/js.h"
#include "json/jsonb.h"

#define US_PER_HOUR (3600 * US_PER_SECOND)
#define NONE ((struct str){ NULL, 0 })

const char *const inbox_status_names[] = {
	[INBOX_OPEN] = "open", [INBOX_CLAIMED] = "claimed", [INBOX_AWAITING_HUMAN] = "awaiting_human",
	[INBOX_DONE] = "done", [INBOX_DISMISSED] = "dismissed", NULL,
};
const char *const inbox_sort_names[] = {
	[INBOX_BY_CREATED] = "created_at", [INBOX_BY_UPDATED] = "updated_at", [INBOX_BY_TITLE] = "title",
	[INBOX_BY_TYPE] = "item_type", [INBOX_BY_SOURCE] = "source", [INBOX_BY_STATUS] = "status", NULL,
};
const char *const inbox_move_names[] = {
	[INBOX_CLAIM] = "claim", [INBOX_PROPOSE] = "propose", [INBOX_COMPLETE] = "complete",
	[INBOX_DISMISS] = "dismiss", [INBOX_SNOOZE] = "snooze", [INBOX_UNSNOOZE] = "unsnooze",
	[INBOX_DELETE] = "delete", NULL,
};

static struct str status_name(enum inbox_status status)
{
	return str_of(inbox_status_names[status]);
}

static enum inbox_status status_of(const struct inbox_item *item)
{
	enum inbox_status s = INBOX_OPEN;

	while (s < INBOX_DISMISSED && !str_is(item->status, inbox_status_names[s]))
		s++;
	return s;
}

/* -- reading ------------------------------------------------------------------------------------- */

enum err inbox_list(struct ctx *ctx, const struct inbox_filter *filter, struct list *out)
{
	if (filter->text.n > INBOX_TEXT_MAX)
		return fail(ctx, ERR_INVALID, "a search text has at most %d bytes", INBOX_TEXT_MAX);
	TRY(db_snapshot_begin(ctx));
	return inbox_items_list(ctx, ctx->actor.workspace_id, ctx->actor.user_id, filter, out);
}

/* The item that the text names, packed. ERR_NOT_FOUND: it names none of the user's. */
static enum err find(struct ctx *ctx, struct str text, struct inbox_item *out)
{
	struct str id;

	if (!uuid_parse_any(ctx->mem, text, &id))
		return ERR_NOT_FOUND;
	return inbox_items_by_id(ctx, ctx->actor.workspace_id, ctx->actor.user_id, id, out);
}

enum err inbox_get(struct ctx *ctx, struct str id, struct inbox_item *out)
{
	enum err e = find(ctx, id, out);

	if (e == ERR_NOT_FOUND)
		return fail(ctx, e, "no inbox item \"%.*s\"", STR(id));
	TRY(e);
	return inbox_item_unpack(ctx, out);
}

/* -- what is in an item ---------------------------------------------------------------------------- */

static struct json text_value(struct str text)
{
	return (struct json){ .type = JSON_STR, .text = text };
}

/* An object of members in mem. */
static const struct json *object_of(struct arena *mem, const struct json_member *members, size_t n)
{
	struct json *out = NEW(mem, struct json);

	*out = (struct json){ .type = JSON_OBJECT, .members = members, .n_members = n };
	return out;
}

const struct json *inbox_action(struct arena *mem, struct str text, const struct json *fields)
{
	struct json_member *members = arena_array(mem, 2, sizeof(*members));
	size_t n = 0;

	if (text.p)
		members[n++] = (struct json_member){ S("text"), text_value(text) };
	if (fields)
		members[n++] = (struct json_member){ S("fields"), *fields };
	return object_of(mem, members, n);
}

const struct json *inbox_action_said(struct arena *mem, struct str text, const struct json *fields)
{
	return text.n > 0 || fields ? inbox_action(mem, text, fields) : NULL;
}

static const struct json *context_of(struct arena *mem, const struct json *given)
{
	struct json_member *member;

	if (json_is(given, JSON_OBJECT) || json_is(given, JSON_ARRAY))
		return given;
	if (!json_is(given, JSON_STR))
		return object_of(mem, NULL, 0);
	member = NEW(mem, struct json_member);
	*member = (struct json_member){ S("text"), *given };
	return object_of(mem, member, 1);
}

/* Those that were named; then those of the proposed text, the ones with labels first; then the context's. */
static void collect_links(struct ctx *ctx, const struct inbox_push *push, const struct json *context,
			  struct link_set *set)
{
	struct str proposed = json_get_str(push->proposed_action, "text");

	for (size_t i = 0; json_is(push->links, JSON_ARRAY) && i < push->links->n_items; i++) {
		const struct json *link = &push->links->items[i];

		links_add(set, json_get_str(link, "url"), json_get_str(link, "label"));
	}
	links_in_markdown(set, proposed);
	links_in_text(set, proposed);
	links_in_json(set, json_text(ctx->mem, context));
}

/* NULL: none. */
static const struct json *links_value(struct arena *mem, const struct link_set *set)
{
	struct json *items = arena_array(mem, set->n, sizeof(*items)), *out = NEW(mem, struct json);

	for (size_t i = 0; i < set->n; i++) {
		struct json_member *members = arena_array(mem, 2, sizeof(*members));
		const struct link *link = &set->items[i];

		members[0] = (struct json_member){ S("url"), text_value(link->url) };
		members[1] = (struct json_member){ S("label"), text_value(link->label) };
		items[i] = *object_of(mem, members, link->label.p ? 2 : 1);
	}
	*out = (struct json){ .type = JSON_ARRAY, .items = items, .n_items = set->n };
	return set->n ? out : NULL;
}

static bool is_nonempty_array(const struct json *v)
{
	return json_is(v, JSON_ARRAY) && v->n_items > 0;
}

/* -- producing ------------------------------------------------------------------------------------- */

struct production {
	struct inbox_item fresh;             /* the item as the push alone would make it; packed too */
	struct inbox_item *out;
	bool unpacked;                       /* out */
};

static struct str given(struct str text)
{
	struct str trimmed = js_trim(text);

	return trimmed.n ? trimmed : NONE;
}

static struct inbox_item draft_of(struct ctx *ctx, const struct inbox_push *push)
{
	bool waits = push->proposed_action || is_nonempty_array(push->options);
	const struct json *context = context_of(ctx->mem, push->context);
	struct link_set links = {0};
	struct str source = given(push->source);

	collect_links(ctx, push, context, &links);
	return (struct inbox_item){
		.id = uuid_new(ctx->mem), .workspace_id = ctx->actor.workspace_id, .owner_user_id = ctx->actor.user_id,
		.status = status_name(waits ? INBOX_AWAITING_HUMAN : INBOX_OPEN),
		.source = source.p ? source : S("agent"), .item_type = js_trim(push->item_type),
		.title = js_trim(push->title), .external_ref = push->external_ref, .external_ts = push->external_ts,
		.url = given(push->url), .context = context, .proposed_action = push->proposed_action,
		.options = json_is(push->options, JSON_ARRAY) ? push->options : NULL,
		.links = links_value(ctx->mem, &links), .produced_by_run_id = ctx->actor.run_id,
		.created_by = ctx->actor.run_id.p ? NONE : ctx->actor.user_id,
	};
}

static bool tells_news(const struct inbox_item *item, const struct inbox_item *fresh)
{
	if (fresh->external_ts == NO_INT || status_of(item) == INBOX_DISMISSED)
		return false;
	return item->external_ts == NO_INT || fresh->external_ts > item->external_ts;
}

/* What happened there makes it the user's business again, resolved or not. */
static void refresh(struct inbox_item *item, const struct inbox_item *fresh)
{
	item->title = fresh->title;
	item->context = fresh->context;
	item->proposed_action = fresh->proposed_action;
	item->options = fresh->options;
	item->links = fresh->links;
	item->packed = fresh->packed;
	item->external_ts = fresh->external_ts;
	item->status = status_name(INBOX_AWAITING_HUMAN);
	item->resolved_at = item->snoozed_until = 0;
	item->final_action = NULL;
}

static enum err push_again(struct ctx *ctx, struct db_tx *tx, struct production *p)
{
	struct inbox_item *item = p->out;

	item->updated_at = p->fresh.updated_at;
	if (p->fresh.url.p)
		item->url = p->fresh.url;
	p->unpacked = tells_news(item, &p->fresh);
	if (p->unpacked)
		refresh(item, &p->fresh);
	return inbox_items_update(ctx, tx, item);
}

static enum err push_first(struct ctx *ctx, struct db_tx *tx, struct production *p)
{
	*p->out = p->fresh;
	p->unpacked = true;
	return inbox_items_insert(ctx, tx, p->out);
}

/* Finds the item that the push is about. ERR_NOT_FOUND: a new one. */
static enum err known_item(struct ctx *ctx, const struct inbox_item *fresh, struct inbox_item *out)
{
	if (!fresh->external_ref.p)
		return ERR_NOT_FOUND;
	return inbox_items_by_ref(ctx, fresh->workspace_id, fresh->owner_user_id, fresh->source, fresh->external_ref,
				  out);
}

/* The event's kind and source are set; it is about the item, and may tell what the item is. */
static enum err record(struct ctx *ctx, struct db_tx *tx, struct audit event, const struct inbox_item *item, bool tell)
{
	const struct json *what = AUDIT_PAYLOAD({ S("source"), AUDIT_TEXT(item->source) },
						{ S("itemType"), AUDIT_TEXT(item->item_type) });

	event.target_type = "inbox_item";
	event.target_id = item->id;
	event.payload = tell ? what : NULL;
	return audit_add(ctx, tx, &event);
}

static enum err unpack_out(struct ctx *ctx, struct production *p)
{
	if (p->unpacked)
		return OK;
	p->unpacked = true;
	return inbox_item_unpack(ctx, p->out);
}

static enum err do_produce(struct ctx *ctx, struct db_tx *tx, void *arg)
{
	struct production *p = arg;
	enum err e = known_item(ctx, &p->fresh, p->out);

	p->fresh.created_at = p->fresh.updated_at = now_us();
	if (e == ERR_NOT_FOUND)
		e = push_first(ctx, tx, p);
	else if (e == OK)
		e = push_again(ctx, tx, p);
	TRY(e);
	TRY(record(ctx, tx, (struct audit){ .kind = "inbox.produced" }, p->out, true));
	/* A reply that is kept with the item is made now. */
	return ctx->before_commit.run ? unpack_out(ctx, p) : OK;
}

/* -- what is refused */

static enum err refuse_nul(struct ctx *ctx, const char *name, struct str text, const struct json *v)
{
	if (memchr(text.p ? text.p : "", '\0', text.n) || (v && json_has_nul(v)))
		return fail(ctx, ERR_INVALID, "`%s` cannot contain U+0000", name);
	return OK;
}

static enum err check_push(struct ctx *ctx, const struct inbox_push *push)
{
	const struct {
		const char *name;
		struct str text;
		const struct json *value;
	} PARTS[] = {
		{ "title", push->title, NULL }, { "itemType", push->item_type, NULL }, { "source", push->source, NULL },
		{ "externalRef", push->external_ref, NULL }, { "url", push->url, NULL },
		{ "context", NONE, push->context }, { "proposedAction", NONE, push->proposed_action },
		{ "options", NONE, push->options }, { "links", NONE, push->links },
	};

	if (js_trim(push->title).n == 0)
		return fail(ctx, ERR_INVALID, "title is required");
	if (js_trim(push->item_type).n == 0)
		return fail(ctx, ERR_INVALID, "itemType is required");
	for (size_t i = 0; i < COUNT_OF(PARTS); i++)
		TRY(refuse_nul(ctx, PARTS[i].name, PARTS[i].text, PARTS[i].value));
	return OK;
}

enum err inbox_produce(struct ctx *ctx, const struct inbox_push *push, struct inbox_item *out)
{
	struct production p = { .out = out };

	TRY(check_push(ctx, push));
	p.fresh = draft_of(ctx, push);
	inbox_item_pack(ctx->mem, &p.fresh);
	TRY(inbox_item_unpack(ctx, &p.fresh));
	TRY(db_write(ctx, do_produce, &p));
	return unpack_out(ctx, &p);
}

/* -- moving ------------------------------------------------------------------------------------------ */

#define IN(status) (1u << INBOX_##status)
#define UNRESOLVED (IN(OPEN) | IN(CLAIMED) | IN(AWAITING_HUMAN))
#define ANY_STATE (UNRESOLVED | IN(DONE) | IN(DISMISSED))

/* From which states, and what is said when there is none such (2.13); what the audit log gets (12.1): to claim
 * and to propose is not recorded. */
static const struct move {
	unsigned from;
	const char *refusal;
	struct audit event;
	bool told;                           /* what the item is */
} MOVES[] = {
	[INBOX_CLAIM] = { IN(OPEN), "item not found or already claimed" },
	[INBOX_PROPOSE] = { IN(OPEN) | IN(CLAIMED), "item not found or not in a proposable state" },
	[INBOX_COMPLETE] = { UNRESOLVED, "item not found or already resolved",
			     { .kind = "inbox.completed", .source = "hitl_response" }, .told = true },
	[INBOX_DISMISS] = { UNRESOLVED, "item not found or already resolved", { .kind = "inbox.dismissed" } },
	[INBOX_SNOOZE] = { UNRESOLVED, "item not found or already resolved", { .kind = "inbox.snoozed" } },
	[INBOX_UNSNOOZE] = { UNRESOLVED, "item not found or already resolved", { .kind = "inbox.unsnoozed" } },
	[INBOX_DELETE] = { ANY_STATE, "item not found", { .kind = "inbox.deleted" } },
};

struct moving {
	struct str id;
	const struct inbox_change *change;
	struct str action;                   /* the change's, packed */
	struct inbox_item *out;
};

static void assign(struct ctx *ctx, struct inbox_item *item)
{
	bool agent = ctx->actor.run_agent.p != NULL;

	item->assignee_kind = agent ? S("agent") : S("human");
	item->assignee_id = agent ? ctx->actor.run_agent : ctx->actor.user_id;
}

static void resolve(struct inbox_item *item, enum inbox_status status)
{
	item->status = status_name(status);
	item->resolved_at = item->updated_at;
}

static enum err apply(struct ctx *ctx, struct db_tx *tx, const struct moving *m, struct inbox_item *item)
{
	item->updated_at = now_us();
	switch (m->change->move) {
	case INBOX_CLAIM:
		item->status = status_name(INBOX_CLAIMED);
		assign(ctx, item);
		break;
	case INBOX_PROPOSE:
		item->status = status_name(INBOX_AWAITING_HUMAN);
		item->packed.proposed_action = m->action;
		break;
	case INBOX_COMPLETE:
		resolve(item, INBOX_DONE);
		item->packed.final_action = m->action;
		break;
	case INBOX_DISMISS:
		resolve(item, INBOX_DISMISSED);
		break;
	case INBOX_SNOOZE:
		item->snoozed_until = m->change->until;
		break;
	case INBOX_UNSNOOZE:
		item->snoozed_until = 0;
		break;
	case INBOX_DELETE:
		return inbox_items_delete(ctx, tx, item);
	}
	return inbox_items_update(ctx, tx, item);
}

static enum err do_move(struct ctx *ctx, struct db_tx *tx, void *arg)
{
	const struct moving *m = arg;
	const struct move *move = &MOVES[m->change->move];
	enum err e = find(ctx, m->id, m->out);

	if (e == ERR_NOT_FOUND || (e == OK && !(move->from >> status_of(m->out) & 1u)))
		return fail(ctx, ERR_CONFLICT, "%s", move->refusal);
	TRY(e);
	TRY(apply(ctx, tx, m, m->out));
	return move->event.kind ? record(ctx, tx, move->event, m->out, move->told) : OK;
}

static enum err check_until(struct ctx *ctx, int64_t until)
{
	int64_t now = now_us();

	if (until < now + US_PER_HOUR || until > now + 90 * US_PER_DAY)
		return fail(ctx, ERR_INVALID, "`until` must be a time from 1 hour to 90 days from now");
	return OK;
}

enum err inbox_move(struct ctx *ctx, struct str id, const struct inbox_change *change, struct inbox_item *out)
{
	struct moving m = { .id = id, .change = change, .out = out };

	assert(change->action || (change->move != INBOX_PROPOSE && change->move != INBOX_COMPLETE));
	if (change->move == INBOX_SNOOZE)
		TRY(check_until(ctx, change->until));
	TRY(refuse_nul(ctx, change->move == INBOX_PROPOSE ? "proposedAction" : "finalAction", NONE, change->action));
	if (change->action)
		m.action = jsonb_text(ctx->mem, change->action);
	TRY(db_write(ctx, do_move, &m));
	return inbox_item_unpack(ctx, out);
}
