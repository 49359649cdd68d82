/* store/automations.h: agents that run by the clock, and which of their windows have been dealt with.
 *
 * A window is a moment at which an automation is due. Its row says that nobody need look at it again; it is
 * written in the transaction that made its run, or that decided to make none.
 */
#ifndef STORE_AUTOMATIONS_H
#define STORE_AUTOMATIONS_H

#include "db/db.h"
#include "json/field.h"

struct automation {
	struct str id, workspace_id, name, agent_name, cron;
	struct str timezone;                 /* absent: UTC */
	struct str input_message;
	bool enabled, use_draft;
	struct str overlap;                  /* "allow" or "skip"; absent: the former */
	struct str owner_user_id, created_by;
	int64_t last_fired_at;               /* 0: never */
	struct str last_fire_error;
	int64_t floor_at;                    /* windows up to here have been dealt with */
	int64_t next_fire_at;                /* the first window after that; 0: none */
	int64_t created_at, updated_at;
};

struct automation_window {
	struct str automation_id, workspace_id;
	int64_t window_at;
	struct str run_id;                   /* absent: it was skipped */
	int64_t fired_at;
};

/* ERR_NOT_FOUND: not in this workspace. */
enum err automations_by_id(struct ctx *ctx, struct str workspace_id, struct str id, struct automation *out);
/* The newest first. *out: of struct automation. */
enum err automations_list(struct ctx *ctx, struct str workspace_id, struct list *out);
enum err automations_insert(struct ctx *ctx, struct db_tx *tx, const struct automation *a);
/* Stores all that can change. ERR_CONFLICT: it is gone, or not what `was` says any more. */
enum err automations_update(struct ctx *ctx, struct db_tx *tx, const struct automation *was,
			    const struct automation *now);
/* Its runs stay, and belong to none. ERR_NOT_FOUND. */
enum err automations_delete(struct ctx *ctx, struct db_tx *tx, struct str workspace_id, struct str id);
/* Whether one of its runs is not over. */
enum err automations_running(struct ctx *ctx, const struct automation *a, bool *out);

/* -- of all workspaces: the scheduler asks what is due, not whose it is ---------------------------- */

struct automation_key {
	struct str workspace_id, id;
};

/* Enabled ones due by `now`, those that are due longest first. *out: of struct automation_key. */
enum err automations_due(struct ctx *ctx, int64_t now, struct list *out);
/* Enabled ones whose floor lies later than a moment. *out: of struct automation_key. */
enum err automations_ahead(struct ctx *ctx, int64_t of, struct list *out);
/* When the next one is due; 0: none is. */
enum err automations_next(struct ctx *ctx, int64_t *next_fire_at);

/* -- windows ------------------------------------------------------------------------------------------ */

/* *fresh: nobody had dealt with it yet. */
enum err automation_windows_insert(struct ctx *ctx, struct db_tx *tx, const struct automation_window *w, bool *fresh);
/* Forgets those before a moment. */
enum err automation_windows_prune(struct ctx *ctx, struct db_tx *tx, const struct automation *a, int64_t before);
/* The earliest that is known; 0: none is. */
enum err automation_windows_first(struct ctx *ctx, const struct automation *a, int64_t *window_at);

#endif
