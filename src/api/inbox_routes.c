/* api/inbox_routes.c: studio contract 2.13.
 *
 * What goes beyond the contract is said in the fields' own words: links that have a label, and the producer's
 * clock, are taken over REST too; items can be snoozed and deleted. It cannot break a client written for the
 * reference, which would not send it, or is answered as the reference answers.
 */
#include "api/query.h"
#include "api/routes.h"
#include "domain/inbox.h"
#include "json/js.h"

static const struct field item_fields[] = {
	{ F_ID("id", inbox_item, id) },
	{ F_STR("source", inbox_item, source), .doc = "Where it comes from." },
	{ F_STR("externalRef", inbox_item, external_ref), .nullable = true,
	  .doc = "Its producer's name for it, unique for the source." },
	{ F_STR("url", inbox_item, url), .nullable = true, .doc = "Of the thing it is about." },
	{ F_STR("itemType", inbox_item, item_type) },
	{ F_STR("title", inbox_item, title) },
	{ F_ANY("context", inbox_item, context), .doc = "An object, or an array where one was sent." },
	{ F_ANY("proposedAction", inbox_item, proposed_action), .nullable = true, .doc = "`text`, `fields`, or both." },
	{ F_ANY("finalAction", inbox_item, final_action), .nullable = true, .doc = "`text`, `fields`, or both." },
	{ F_ANY("options", inbox_item, options), .nullable = true, .doc = "An array: what the user may choose from." },
	{ F_ANY("links", inbox_item, links), .nullable = true, .doc = "An array of `url` and perhaps `label`." },
	{ F_STR("status", inbox_item, status), .one_of = inbox_status_names },
	{ F_STR("assigneeKind", inbox_item, assignee_kind), .nullable = true, .doc = "`human` or `agent`." },
	{ F_STR("assigneeId", inbox_item, assignee_id), .nullable = true,
	  .doc = "The user's id, or the agent's name." },
	{ F_STR("producedByRunId", inbox_item, produced_by_run_id), .nullable = true },
	{ F_STR("createdBy", inbox_item, created_by), .nullable = true,
	  .doc = "The user; null when a run produced it." },
	{ F_TIME("createdAt", inbox_item, created_at) },
	{ F_TIME("updatedAt", inbox_item, updated_at) },
	{ F_TIME("resolvedAt", inbox_item, resolved_at), .nullable = true },
	{ F_INT("externalTs", inbox_item, external_ts), .nullable = true,
	  .doc = "The producer's clock, in milliseconds." },
	{ F_TIME("snoozedUntil", inbox_item, snoozed_until), .nullable = true },
};
static const struct schema item_schema = SCHEMA("InboxItem", inbox_item, item_fields);

/* -- list ---------------------------------------------------------------------------------------- */

struct list_params {
	struct str status, source, item_type, text, sort, dir;
	int64_t limit;
};

static const struct field list_params_fields[] = {
	{ F_STR("status", list_params, status), .in = IN_QUERY,
	  .doc = "Statuses, separated by commas: open, claimed, awaiting_human, done, dismissed. Others are ignored." },
	{ F_STR("source", list_params, source), .in = IN_QUERY, .doc = "Exactly that source." },
	{ F_STR("itemType", list_params, item_type), .in = IN_QUERY, .doc = "Exactly that type." },
	{ F_STR("q", list_params, text), .in = IN_QUERY, .say = "a search text has at most 200 bytes",
	  .doc = "A text in the title or in the context's JSON, in whatever case. `%` stands for anything, `_` for any "
		 "character." },
	{ F_STR("sort", list_params, sort), .in = IN_QUERY,
	  .doc = "created_at (as is anything else), updated_at, title, item_type, source or status." },
	{ F_STR("dir", list_params, dir), .in = IN_QUERY, .doc = "asc or desc (as is anything else)." },
	{ F_INT("limit", list_params, limit), .in = IN_QUERY, .min = 1, .def = "100", .js = true,
	  .say = "limit must be a positive integer",
	  .doc = "At most 1000. The list may end earlier when its items are large, beyond 16 MiB together." },
};
static const struct schema list_params = SCHEMA(NULL, list_params, list_params_fields);

static enum inbox_sort sort_of(struct str name)
{
	for (enum inbox_sort s = INBOX_BY_CREATED; s <= INBOX_BY_STATUS; s++)
		if (str_is(name, inbox_sort_names[s]))
			return s;
	return INBOX_BY_CREATED;
}

static enum err do_list(struct ctx *ctx, struct call *call)
{
	const struct list_params *in = call->params;
	const struct inbox_filter filter = {
		.statuses = query_known_words(ctx->mem, in->status, inbox_status_names),
		.source = in->source, .item_type = in->item_type, .text = query_given(in->text),
		.sort = sort_of(in->sort), .ascending = str_is(in->dir, "asc"),
		.limit = in->limit < INBOX_LIST_MAX ? in->limit : INBOX_LIST_MAX,
	};

	return inbox_list(ctx, &filter, &call->out_list);
}

/* -- one ----------------------------------------------------------------------------------------- */

struct item_params {
	struct str item_id;
};

static const struct field item_params_fields[] = {
	{ F_STR("itemId", item_params, item_id), .in = IN_PATH, .required = true, .doc = "A UUID." },
};
static const struct schema item_params = SCHEMA(NULL, item_params, item_params_fields);

static struct str item_id_of(const struct call *call)
{
	return ((const struct item_params *)call->params)->item_id;
}

static enum err do_get(struct ctx *ctx, struct call *call)
{
	return inbox_get(ctx, item_id_of(call), call->out);
}

/* -- create -------------------------------------------------------------------------------------- */

struct create_body {
	struct inbox_push push;
	const struct json *proposed_action;
};

static const struct field create_fields[] = {
	{ F_STR("itemType", create_body, push.item_type), .required = true, .not_blank = true,
	  .say = "`itemType` (string) is required" },
	{ F_STR("title", create_body, push.title), .required = true, .not_blank = true,
	  .say = "`title` (string) is required" },
	{ F_STR("source", create_body, push.source), .doc = "Where it comes from; `agent` if nothing is said." },
	{ F_STR("externalRef", create_body, push.external_ref),
	  .doc = "The producer's name for it: an item of yours with the same source and externalRef is the same one." },
	{ F_STR("url", create_body, push.url) },
	{ F_ANY("context", create_body, push.context),
	  .doc = "An object or an array; a string becomes {\"text\": string}." },
	{ F_ANY("proposedAction", create_body, proposed_action),
	  .doc = "`text`, `fields`, or both: what to do, if the user agrees." },
	{ F_ANY("options", create_body, push.options), .doc = "An array: what the user may choose from." },
	{ F_ANY("links", create_body, push.links),
	  .doc = "An array of `url` and `label`; a link without a label is left out. They come before those found in "
		 "proposedAction and context. At most 50 are kept." },
	{ F_INT("externalTs", create_body, push.external_ts), .def = "-9223372036854775808", .def_hidden = true,
	  .doc = "The producer's clock, in milliseconds: an item that exists is only replaced by a later one." },
};
static const struct schema create_schema = {
	.name = "InboxItemPush", .size = sizeof(struct create_body), .fields = create_fields,
	.n_fields = COUNT_OF(create_fields), .ignores_unknown = true,
};

/* As JavaScript has it. */
static bool is_truthy(const struct json *v)
{
	double n;

	if (!v || v->type == JSON_NULL)
		return false;
	if (v->type == JSON_BOOL)
		return v->boolean;
	if (v->type == JSON_STR)
		return v->text.n > 0;
	return !json_as_num(v, &n) || n != 0;
}

/* The member, if it can be the fields of an action. */
static const struct json *fields_of(const struct json *action)
{
	const struct json *fields = json_get(action, "fields");

	return json_is(fields, JSON_OBJECT) || json_is(fields, JSON_ARRAY) ? fields : NULL;
}

/* A text, empty or not, is a proposal; so are fields that say anything, even if they cannot be kept. */
static const struct json *proposal_of(struct ctx *ctx, const struct json *sent)
{
	struct str text = json_get_str(sent, "text");

	if (!text.p && !is_truthy(json_get(sent, "fields")))
		return NULL;
	return inbox_action(ctx->mem, text, fields_of(sent));
}

/* The reference ignores links that come this way, and its clients may send what they do not mean: a link with
 * a label was made for a reader. */
static const struct json *labelled_links(struct ctx *ctx, const struct json *sent)
{
	struct json *kept = NEW(ctx->mem, struct json), *items;
	size_t n = 0;

	if (!json_is(sent, JSON_ARRAY))
		return NULL;
	items = arena_array(ctx->mem, sent->n_items, sizeof(*items));
	for (size_t i = 0; i < sent->n_items; i++)
		if (js_trim(json_get_str(&sent->items[i], "label")).n > 0)
			items[n++] = sent->items[i];
	*kept = (struct json){ .type = JSON_ARRAY, .items = items, .n_items = n };
	return kept;
}

/* To the MCP tool links are arguments like any other (3.8). */
static bool by_mcp(const struct ctx *ctx)
{
	return ctx->actor.via && strcmp(ctx->actor.via, "mcp") == 0;
}

static enum err do_create(struct ctx *ctx, struct call *call)
{
	const struct create_body *in = call->body;
	struct inbox_push push = in->push;

	push.proposed_action = proposal_of(ctx, in->proposed_action);
	push.links = by_mcp(ctx) ? in->push.links : labelled_links(ctx, in->push.links);
	return inbox_produce(ctx, &push, call->out);
}

/* -- update -------------------------------------------------------------------------------------- */

#define ACTIONS "`action` must be one of: claim, propose, complete, dismiss"

struct update_body {
	struct str action, until;
	const struct json *proposed_action, *final_action;
};

static const struct field update_fields[] = {
	{ F_STR("action", update_body, action), .required = true, .one_of = inbox_move_names, .say = ACTIONS,
	  .doc = "`snooze`, `unsnooze` and `delete` are extensions." },
	{ F_ANY("proposedAction", update_body, proposed_action), .doc = "To propose: `text`, `fields`, or both." },
	{ F_ANY("finalAction", update_body, final_action), .doc = "To complete: `text`, `fields`, or both." },
	{ F_STR("until", update_body, until),
	  .doc = "To snooze: a time from 1 hour to 90 days from now, in ISO 8601." },
};
static const struct schema update_schema = {
	.name = "InboxItemChange", .size = sizeof(struct update_body), .fields = update_fields,
	.n_fields = COUNT_OF(update_fields), .ignores_unknown = true,
};

struct update_reply {
	const struct inbox_item *item;
	const struct json *ok;
};

static const struct field reply_fields[] = {
	{ F_POINTER("inbox_item", update_reply, item, &item_schema), .optional_reply = true },
	{ F_ANY("ok", update_reply, ok), .optional_reply = true,
	  .doc = "True, instead of an item that was dismissed or deleted." },
};
static const struct schema reply_schema = SCHEMA("InboxItemChanged", update_reply, reply_fields);

static enum inbox_move move_of(struct str action)
{
	enum inbox_move move = INBOX_CLAIM;

	while (move < INBOX_DELETE && !str_is(action, inbox_move_names[move]))
		move++;
	return move;
}

/* What the move needs besides. */
static enum err read_change(struct ctx *ctx, const struct update_body *in, struct inbox_change *out)
{
	bool propose = out->move == INBOX_PROPOSE;
	const struct json *sent = propose ? in->proposed_action : in->final_action;
	int64_t ms;

	if (propose || out->move == INBOX_COMPLETE) {
		out->action = inbox_action_said(ctx->mem, json_get_str(sent, "text"), fields_of(sent));
		if (!out->action)
			return fail(ctx, ERR_INVALID, "`%s` must have text or fields",
				    propose ? "proposedAction" : "finalAction");
	}
	if (out->move == INBOX_SNOOZE) {
		/* The reference knows no such action. */
		if (!in->until.p)
			return fail(ctx, ERR_INVALID, ACTIONS);
		out->until = js_date(in->until, &ms) ? ms * 1000 : 0;
	}
	return OK;
}

static enum err do_update(struct ctx *ctx, struct call *call)
{
	static const struct json YES = { .type = JSON_BOOL, .boolean = true };
	const struct update_body *in = call->body;
	struct inbox_change change = { .move = move_of(in->action) };
	struct inbox_item *item = NEW(ctx->mem, struct inbox_item);
	struct update_reply *out = call->out;

	TRY(read_change(ctx, in, &change));
	TRY(inbox_move(ctx, item_id_of(call), &change, item));
	if (change.move == INBOX_DISMISS || change.move == INBOX_DELETE)
		out->ok = &YES;
	else
		out->item = item;
	return OK;
}

/* -- the rows ------------------------------------------------------------------------------------ */

#define INBOX .contract = STUDIO_API, .tag = "Inbox", .extra = true
/* What an agent read for its user may be long; what is longer is not for a person to read. */
#define ITEM_BYTES ((size_t)8 << 20)

const struct op inbox_ops[N_INBOX_OPS] = {
	{ .id = "listInboxItems", .method = HTTP_GET, .path = "/inbox", INBOX, .role = ROLE_VIEWER,
	  .params = &list_params, .out = &item_schema, .out_key = "inbox_items", .replies_list = true, .run = do_list,
	  .summary = "List your inbox", .doc = "Your own items alone, whatever your role; snoozed ones among them." },
	{ .id = "createInboxItem", .method = HTTP_POST, .path = "/inbox", INBOX, .role = ROLE_OPERATOR,
	  .body = &create_schema, .body_mode = READ_CREATE, .body_max = ITEM_BYTES, .out = &item_schema,
	  .out_key = "inbox_item", .status = 201, .creates = true, .run = do_create,
	  .summary = "Put an item into your inbox",
	  .doc = "An item that is there already, by source and externalRef, takes a new url; all else only if "
		 "externalTs is later than before, and never once it was dismissed." },
	{ .id = "getInboxItem", .method = HTTP_GET, .path = "/inbox/{itemId}", INBOX, .role = ROLE_VIEWER,
	  .params = &item_params, .out = &item_schema, .out_key = "inbox_item", .not_found = "INBOX_ITEM_NOT_FOUND",
	  .run = do_get, .summary = "Read an item of your inbox" },
	{ .id = "updateInboxItem", .method = HTTP_PATCH, .path = "/inbox/{itemId}", INBOX, .role = ROLE_OPERATOR,
	  .params = &item_params, .body = &update_schema, .body_mode = READ_CREATE, .body_max = ITEM_BYTES,
	  .out = &reply_schema, .conflict = "INBOX_ITEM_STATE", .run = do_update,
	  .summary = "Claim, propose, complete, dismiss, snooze or delete an item",
	  .doc = "An item that is not there, and one in the wrong state, are answered alike: with 409." },
};
