/* store/inbox_items.h: what waits for a person, and what became of it.
 *
 * An item belongs to one user of a workspace, whom every function here asks for: nobody else ever sees
 * it. An item without an owner came with an import, and nobody sees it.
 */
#ifndef STORE_INBOX_ITEMS_H
#define STORE_INBOX_ITEMS_H

#include "db/db.h"
#include "json/field.h"

/* JSON as the store keeps it (json/jsonb.h); absent: not there. */
struct inbox_texts {
	struct str context, proposed_action, final_action, options, links;
};

struct inbox_item {
	struct str id, workspace_id, owner_user_id;
	struct str status, source, item_type, title;
	int64_t created_at, updated_at, resolved_at, snoozed_until;
	struct str external_ref;             /* its producer's name for it */
	int64_t external_ts;                 /* the producer's clock, milliseconds; NO_INT: not told */
	struct str url;
	struct str assignee_kind, assignee_id;
	struct str produced_by_run_id, created_by;
	/* NULL, but for the context: not there. */
	const struct json *context, *proposed_action, *final_action, *options, *links;
	struct inbox_texts packed;           /* the same */
};

/* From the JSON to its texts, in mem, and back. Both may have megabytes to go through: for a transaction, items are
 * packed before and unpacked after it. */
void inbox_item_pack(struct arena *mem, struct inbox_item *item);
enum err inbox_item_unpack(struct ctx *ctx, struct inbox_item *item);

enum inbox_sort {
	INBOX_BY_CREATED, INBOX_BY_UPDATED, INBOX_BY_TITLE, INBOX_BY_TYPE, INBOX_BY_SOURCE, INBOX_BY_STATUS,
};

struct inbox_filter {
	struct str statuses;                 /* words with commas between; this and all below: absent = all */
	struct str source, item_type;
	struct str text;                     /* in the title or the context; % and _ are SQL's wildcards */
	enum inbox_sort sort;
	bool ascending;
	int64_t limit;
};

/* Items may be large. A list ends with the one by which it grows beyond this. */
enum { INBOX_LIST_BYTES = 16 << 20 };

/* Among equals the newest first. *out: of struct inbox_item. */
enum err inbox_items_list(struct ctx *ctx, struct str workspace_id, struct str owner, const struct inbox_filter *f,
			  struct list *out);
/* Packed. ERR_NOT_FOUND: the owner has none such. */
enum err inbox_items_by_id(struct ctx *ctx, struct str workspace_id, struct str owner, struct str id,
			   struct inbox_item *out);
enum err inbox_items_by_ref(struct ctx *ctx, struct str workspace_id, struct str owner, struct str source,
			    struct str external_ref, struct inbox_item *out);

/* Packed ones. ERR_CONFLICT: the owner has one of that source and external_ref. */
enum err inbox_items_insert(struct ctx *ctx, struct db_tx *tx, const struct inbox_item *item);
/* Stores all but what tells which item it is, and who made it when. */
enum err inbox_items_update(struct ctx *ctx, struct db_tx *tx, const struct inbox_item *item);
enum err inbox_items_delete(struct ctx *ctx, struct db_tx *tx, const struct inbox_item *item);

#endif
