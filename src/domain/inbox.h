/* domain/inbox.h: what agents and people put before a user, and what the user does about it (studio
 * contract 2.13).
 *
 *     open -> claimed -> awaiting_human -> done | dismissed
 *
 * Everything here is the acting user's own, whatever the role. What is the same item is told by its source
 * and external reference: to produce it again changes it only when the producer's clock says that something
 * has happened, and never one that was dismissed.
 *
 * Texts come trimmed out of here, and without U+0000, which is refused (ERR_INVALID).
 */
#ifndef DOMAIN_INBOX_H
#define DOMAIN_INBOX_H

#include "store/inbox_items.h"

enum inbox_status { INBOX_OPEN, INBOX_CLAIMED, INBOX_AWAITING_HUMAN, INBOX_DONE, INBOX_DISMISSED };

/* Their names, and those of the columns to sort by (enum inbox_sort). NULL-terminated. */
extern const char *const inbox_status_names[];
extern const char *const inbox_sort_names[];

/* A search text may have so many bytes: each is held against every byte of large items. A page has at most so many
 * items. */
enum { INBOX_TEXT_MAX = 200, INBOX_LIST_MAX = 1000 };

/* ERR_INVALID: the search text is too long. */
enum err inbox_list(struct ctx *ctx, const struct inbox_filter *filter, struct list *out);
/* ERR_NOT_FOUND: `no inbox item "ID"`. The id may be written in any of a UUID's forms. */
enum err inbox_get(struct ctx *ctx, struct str id, struct inbox_item *out);

/* What is proposed, or was done: {"text": ..., "fields": ...} of those that are there (fields: an object or
 * an array, or NULL). In mem. */
const struct json *inbox_action(struct arena *mem, struct str text, const struct json *fields);
/* The same, but NULL when that says nothing: without fields a text must not be empty. */
const struct json *inbox_action_said(struct arena *mem, struct str text, const struct json *fields);

struct inbox_push {
	struct str title, item_type;         /* must not be blank */
	struct str source;                   /* blank or absent: "agent" */
	struct str external_ref, url;        /* may be absent; a blank url is too */
	int64_t external_ts;                 /* NO_INT: not told */
	const struct json *context;          /* an object, an array or a string; anything else, and NULL: {} */
	const struct json *proposed_action;  /* inbox_action(); NULL: none */
	const struct json *options;          /* an array; anything else, and NULL: none */
	const struct json *links;            /* an array of {"url", "label"?}: those that come first. May be NULL */
};

/* ERR_INVALID: a blank title or type. *out is whole inside the transaction if something else is to be kept in it
 * (ctx->before_commit), and else behind it. */
enum err inbox_produce(struct ctx *ctx, const struct inbox_push *push, struct inbox_item *out);

enum inbox_move {
	INBOX_CLAIM,                         /* by the user, or by the agent of the run that acts */
	INBOX_PROPOSE, INBOX_COMPLETE,       /* with an action, which must not be NULL */
	INBOX_DISMISS,
	INBOX_SNOOZE,                        /* until a time, 1 hour to 90 days from now */
	INBOX_UNSNOOZE,
	INBOX_DELETE,                        /* in whatever state */
};

/* As they are called, by enum inbox_move. NULL-terminated. */
extern const char *const inbox_move_names[];

struct inbox_change {
	enum inbox_move move;
	const struct json *action;
	int64_t until;
};

/* ERR_CONFLICT: there is no such item in a state in which this can be done. ERR_INVALID: a time too near or
 * too far. *out: the item afterwards; of a deleted one, as it was. */
enum err inbox_move(struct ctx *ctx, struct str id, const struct inbox_change *change, struct inbox_item *out);

#endif
