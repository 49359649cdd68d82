/* store/inbox_items.c: SQL of inbox_item. */
#include "store/inbox_items.h"

#include "json/jsonb.h"
#include "store/tables.h"

#define FIXED "id, workspace_id, owner_user_id, source, item_type, external_ref, produced_by_run_id, created_by, " \
	      "created_at"
#define MOVING "status, title, updated_at, resolved_at, snoozed_until, external_ts, url, assignee_kind, assignee_id, " \
	       "context, proposed_action, final_action, options, links"
#define COLS FIXED ", " MOVING

/* $3 is a list of words, none of which is part of another. What is NULL does not narrow the list. */
#define MATCHING \
	" FROM inbox_item WHERE workspace_id = $1 AND owner_user_id = $2 AND ($3 IS NULL OR instr($3, status)) " \
	"AND ($4 IS NULL OR source = $4) AND ($5 IS NULL OR item_type = $5) AND ($6 IS NULL " \
	"OR lower(title) LIKE lower('%' || $6 || '%') ESCAPE '\\' " \
	"OR lower(context) LIKE lower('%' || $6 || '%') ESCAPE '\\')"
#define LIST_BY(order) "SELECT " COLS MATCHING " ORDER BY " order ", id DESC LIMIT $7"

enum { BY_ID, BY_REF, INSERT, UPDATE, DELETE, ALL };

static const struct sql SQL[] = {
	[BY_ID] = { "inbox_items.by_id",
		"SELECT " COLS " FROM inbox_item WHERE workspace_id = $1 AND owner_user_id = $2 AND id = $3" },
	[BY_REF] = { "inbox_items.by_ref",
		"SELECT " COLS " FROM inbox_item "
		"WHERE workspace_id = $1 AND owner_user_id = $2 AND source = $3 AND external_ref = $4" },
	[INSERT] = { "inbox_items.insert",
		"INSERT INTO inbox_item (" COLS ") VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, "
		"$14, $15, $16, $17, $18, $19, $20, $21, $22, $23)" },
	[UPDATE] = { "inbox_items.update",
		"UPDATE inbox_item SET status = $4, title = $5, updated_at = $6, resolved_at = $7, snoozed_until = $8, "
		"external_ts = $9, url = $10, assignee_kind = $11, assignee_id = $12, context = $13, "
		"proposed_action = $14, final_action = $15, options = $16, links = $17 "
		"WHERE workspace_id = $1 AND owner_user_id = $2 AND id = $3" },
	[DELETE] = { "inbox_items.delete",
		"DELETE FROM inbox_item WHERE workspace_id = $1 AND owner_user_id = $2 AND id = $3" },
	[ALL] = { "inbox_items.all", "SELECT " COLS " FROM inbox_item ORDER BY id" },
};

/* By inbox_sort, then direction. */
static const struct sql LISTS[][2] = {
	[INBOX_BY_CREATED] = { { "inbox_items.by_created_desc", LIST_BY("created_at DESC") },
			       { "inbox_items.by_created", LIST_BY("created_at") } },
	[INBOX_BY_UPDATED] = { { "inbox_items.by_updated_desc", LIST_BY("updated_at DESC") },
			       { "inbox_items.by_updated", LIST_BY("updated_at") } },
	[INBOX_BY_TITLE] = { { "inbox_items.by_title_desc", LIST_BY("title DESC") },
			     { "inbox_items.by_title", LIST_BY("title") } },
	[INBOX_BY_TYPE] = { { "inbox_items.by_type_desc", LIST_BY("item_type DESC") },
			    { "inbox_items.by_type", LIST_BY("item_type") } },
	[INBOX_BY_SOURCE] = { { "inbox_items.by_source_desc", LIST_BY("source DESC") },
			      { "inbox_items.by_source", LIST_BY("source") } },
	[INBOX_BY_STATUS] = { { "inbox_items.by_status_desc", LIST_BY("status DESC") },
			      { "inbox_items.by_status", LIST_BY("status") } },
};

/* -- JSON ---------------------------------------------------------------------------------------- */

static struct str pack(struct arena *mem, const struct json *v)
{
	return v ? jsonb_text(mem, v) : (struct str){ NULL, 0 };
}

void inbox_item_pack(struct arena *mem, struct inbox_item *item)
{
	item->packed = (struct inbox_texts){
		.context = pack(mem, item->context), .proposed_action = pack(mem, item->proposed_action),
		.final_action = pack(mem, item->final_action), .options = pack(mem, item->options),
		.links = pack(mem, item->links),
	};
}

static enum err unpack(struct ctx *ctx, struct str text, const struct json **out)
{
	*out = NULL;
	return text.p ? json_parse(ctx, text, JSON_STRICT, out) : OK;
}

enum err inbox_item_unpack(struct ctx *ctx, struct inbox_item *item)
{
	TRY(unpack(ctx, item->packed.context, &item->context));
	TRY(unpack(ctx, item->packed.proposed_action, &item->proposed_action));
	TRY(unpack(ctx, item->packed.final_action, &item->final_action));
	TRY(unpack(ctx, item->packed.options, &item->options));
	return unpack(ctx, item->packed.links, &item->links);
}

static struct inbox_texts copy_of(struct arena *mem, const struct inbox_texts *t)
{
	return (struct inbox_texts){
		.context = arena_str(mem, t->context), .proposed_action = arena_str(mem, t->proposed_action),
		.final_action = arena_str(mem, t->final_action), .options = arena_str(mem, t->options),
		.links = arena_str(mem, t->links),
	};
}

/* -- columns ------------------------------------------------------------------------------------- */

/* Packed, in texts that are the row's. */
static void read_item(struct ctx *ctx, struct stmt *s, struct inbox_item *item)
{
	*item = (struct inbox_item){0};
	item->id = col_str(ctx, s);
	item->workspace_id = col_str(ctx, s);
	item->owner_user_id = col_str(ctx, s);
	item->source = col_str(ctx, s);
	item->item_type = col_str(ctx, s);
	item->external_ref = col_str(ctx, s);
	item->produced_by_run_id = col_str(ctx, s);
	item->created_by = col_str(ctx, s);
	item->created_at = col_time(s);
	item->status = col_str(ctx, s);
	item->title = col_str(ctx, s);
	item->updated_at = col_time(s);
	item->resolved_at = col_time(s);
	item->snoozed_until = col_time(s);
	item->external_ts = col_known(s);
	item->url = col_str(ctx, s);
	item->assignee_kind = col_str(ctx, s);
	item->assignee_id = col_str(ctx, s);
	item->packed.context = col_view(s);
	item->packed.proposed_action = col_view(s);
	item->packed.final_action = col_view(s);
	item->packed.options = col_view(s);
	item->packed.links = col_view(s);
}

static size_t bytes_of(const struct inbox_item *item)
{
	const struct inbox_texts *t = &item->packed;

	return item->title.n + item->url.n + item->source.n + item->item_type.n + item->external_ref.n + t->context.n +
	       t->proposed_action.n + t->final_action.n + t->options.n + t->links.n;
}

/* Unpacked, and nothing else: the row's texts end with it. *bytes grows by what they took. */
static enum err read_unpacked(struct ctx *ctx, struct stmt *s, struct inbox_item *item, size_t *bytes)
{
	read_item(ctx, s, item);
	*bytes += bytes_of(item);
	TRY(inbox_item_unpack(ctx, item));
	item->packed = (struct inbox_texts){0};
	return OK;
}

static enum err read_row(struct ctx *ctx, struct stmt *s, void *out)
{
	size_t bytes = 0;

	return read_unpacked(ctx, s, out, &bytes);
}

const struct table_rows inbox_items_rows = { &SQL[ALL], read_row };

static void bind_moving(struct stmt *s, const struct inbox_item *item)
{
	bind_str(s, item->status);
	bind_str(s, item->title);
	bind_time(s, item->updated_at);
	bind_time(s, item->resolved_at);
	bind_time(s, item->snoozed_until);
	bind_known(s, item->external_ts);
	bind_str(s, item->url);
	bind_str(s, item->assignee_kind);
	bind_str(s, item->assignee_id);
	bind_str(s, item->packed.context);
	bind_str(s, item->packed.proposed_action);
	bind_str(s, item->packed.final_action);
	bind_str(s, item->packed.options);
	bind_str(s, item->packed.links);
}

/* -- reading ------------------------------------------------------------------------------------- */

static enum err read_one(struct ctx *ctx, struct stmt *s, struct inbox_item *out)
{
	TRY(row_required(ctx, s, "inbox item"));
	read_item(ctx, s, out);
	out->packed = copy_of(ctx->mem, &out->packed);
	return OK;
}

enum err inbox_items_by_id(struct ctx *ctx, struct str workspace_id, struct str owner, struct str id,
			   struct inbox_item *out)
{
	AUTO(stmt_done) struct stmt s = {0};

	TRY(stmt_read(ctx, &SQL[BY_ID], &s));
	bind_str(&s, workspace_id);
	bind_str(&s, owner);
	bind_str(&s, id);
	return read_one(ctx, &s, out);
}

enum err inbox_items_by_ref(struct ctx *ctx, struct str workspace_id, struct str owner, struct str source,
			    struct str external_ref, struct inbox_item *out)
{
	AUTO(stmt_done) struct stmt s = {0};

	TRY(stmt_read(ctx, &SQL[BY_REF], &s));
	bind_str(&s, workspace_id);
	bind_str(&s, owner);
	bind_str(&s, source);
	bind_str(&s, external_ref);
	return read_one(ctx, &s, out);
}

enum err inbox_items_list(struct ctx *ctx, struct str workspace_id, struct str owner, const struct inbox_filter *f,
			  struct list *out)
{
	AUTO(stmt_done) struct stmt s = {0};
	size_t cap = 0, bytes = 0;
	bool row;

	*out = (struct list){0};
	TRY(stmt_read(ctx, &LISTS[f->sort][f->ascending], &s));
	bind_str(&s, workspace_id);
	bind_str(&s, owner);
	bind_str(&s, f->statuses);
	bind_str(&s, f->source);
	bind_str(&s, f->item_type);
	bind_str(&s, f->text);
	bind_int(&s, f->limit);
	while (bytes <= INBOX_LIST_BYTES) {
		TRY(stmt_step(ctx, &s, &row));
		if (!row)
			break;
		out->items = arena_more(ctx->mem, out->items, out->n, &cap, sizeof(struct inbox_item));
		TRY(read_unpacked(ctx, &s, LIST_AT(*out, struct inbox_item, out->n++), &bytes));
	}
	return OK;
}

/* -- writing ------------------------------------------------------------------------------------- */

enum err inbox_items_insert(struct ctx *ctx, struct db_tx *tx, const struct inbox_item *item)
{
	AUTO(stmt_done) struct stmt s = {0};

	TRY(stmt_write(ctx, tx, &SQL[INSERT], &s));
	bind_str(&s, item->id);
	bind_str(&s, item->workspace_id);
	bind_str(&s, item->owner_user_id);
	bind_str(&s, item->source);
	bind_str(&s, item->item_type);
	bind_str(&s, item->external_ref);
	bind_str(&s, item->produced_by_run_id);
	bind_str(&s, item->created_by);
	bind_time(&s, item->created_at);
	bind_moving(&s, item);
	return stmt_run(ctx, &s, NULL);
}

/* Binds which item, the owner's own. */
static enum err begin_write(struct ctx *ctx, struct db_tx *tx, const struct sql *sql, const struct inbox_item *item,
			    struct stmt *s)
{
	TRY(stmt_write(ctx, tx, sql, s));
	bind_str(s, item->workspace_id);
	bind_str(s, item->owner_user_id);
	bind_str(s, item->id);
	return OK;
}

enum err inbox_items_update(struct ctx *ctx, struct db_tx *tx, const struct inbox_item *item)
{
	AUTO(stmt_done) struct stmt s = {0};

	TRY(begin_write(ctx, tx, &SQL[UPDATE], item, &s));
	bind_moving(&s, item);
	return rows_changed(ctx, &s, "inbox item");
}

enum err inbox_items_delete(struct ctx *ctx, struct db_tx *tx, const struct inbox_item *item)
{
	AUTO(stmt_done) struct stmt s = {0};

	TRY(begin_write(ctx, tx, &SQL[DELETE], item, &s));
	return rows_changed(ctx, &s, "inbox item");
}
