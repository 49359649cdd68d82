/* store/runs.h: runs and their steps.
 *
 * A run's row says what is executed, how far it got and, by its lease, who is at it. Its steps
 * are the conversation as it was recorded; they are only ever added to.
 */
#ifndef STORE_RUNS_H
#define STORE_RUNS_H

#include "db/db.h"
#include "json/field.h"

struct run {
	struct str id, workspace_id, status;
	int64_t attempts;                    /* how often it was claimed, hand-backs not counted */
	struct str lease_owner;              /* these two while it is running: whose it is, until when */
	int64_t lease_expires_at;
	struct str trigger, created_by;
	int64_t created_at, started_at, completed_at;
	int64_t tokens_input, tokens_output; /* NO_INT: not known */
	double cost_usd;                     /* NaN: not known */
	struct str agent_id;                 /* of a managed agent */
	struct str agent_name, agent_path, agent_version_label, model, automation_id, parent_run_id;
	struct str user_message, error_message, output, streamed_output;
	struct str spec;                     /* what is executed; see runs_spec. "": not known, so nobody will */
};

/* ERR_NOT_FOUND: not in this workspace. Everything but `spec`, which may be long. */
enum err runs_by_id(struct ctx *ctx, struct str workspace_id, struct str id, struct run *out);
enum err runs_spec(struct ctx *ctx, struct str workspace_id, struct str id, struct str *out);
/* Where it stands, for those who look often: id, workspace, status, attempts and lease. */
enum err runs_standing(struct ctx *ctx, struct str workspace_id, struct str id, struct run *out);

struct run_filter {
	struct str statuses, triggers;       /* words with commas between; absent = all */
	struct str agent_name;               /* absent = all */
	int64_t before;                      /* created earlier than this; 0 = all */
	int64_t limit;
};

/* The newest first. A page ends between two milliseconds: it holds `limit` runs and those that
 * share the last one's millisecond, so that `before` with that millisecond goes on without a
 * gap. Of the texts only the beginning is read, and neither model nor path. *out: of struct run. */
enum err runs_list(struct ctx *ctx, struct str workspace_id, const struct run_filter *f, struct list *out);

/* When the workspace's newest run was created; 0: there is none. */
enum err runs_newest(struct ctx *ctx, struct str workspace_id, int64_t *created_at);
enum err runs_insert(struct ctx *ctx, struct db_tx *tx, const struct run *r);
/* Stores status, lease, times, tokens, cost and texts of `now`. ERR_CONFLICT: the stored row's
 * status and lease are not those of `was` any more. */
enum err runs_update(struct ctx *ctx, struct db_tx *tx, const struct run *was, const struct run *now);

/* -- leases; across workspaces, since a worker asks for work, not whose it is ----------------------- */

/* The run to take up next: one whose lease has run out, else the one queued longest. ERR_NOT_FOUND:
 * there is none. */
enum err runs_next(struct ctx *ctx, int64_t now, struct run *out);
/* Whether runs_next would find one. */
enum err runs_waiting(struct ctx *ctx, int64_t now, bool *out);
/* Prolongs the run's lease to r->lease_expires_at. ERR_CONFLICT: it is not r's any more. */
enum err runs_renew(struct ctx *ctx, struct db_tx *tx, const struct run *r);
/* What that owner holds leases of. *out: of struct str, ids, in no order. */
enum err runs_held(struct ctx *ctx, struct str owner, struct list *out);
/* Who holds leases. *out: of struct str, each once. */
enum err runs_owners(struct ctx *ctx, struct list *out);
/* Ends all leases of an owner who is gone. */
enum err runs_expire(struct ctx *ctx, struct db_tx *tx, struct str owner);

/* -- steps ------------------------------------------------------------------------------------------- */

struct run_step {
	struct str run_id, workspace_id;
	int64_t ordinal;                     /* from 0 */
	struct str kind, body;               /* what body holds is run/record.c's business */
	int64_t tokens_input, tokens_output;
	int64_t created_at;
};

/* In order. *out: of struct run_step. */
enum err run_steps_list(struct ctx *ctx, struct str workspace_id, struct str run_id, struct list *out);
/* ERR_NOT_FOUND: there is none of that ordinal; or, of the second, none of that kind before it. */
enum err run_steps_at(struct ctx *ctx, struct str workspace_id, struct str run_id, int64_t ordinal,
		      struct run_step *out);
enum err run_steps_last_of(struct ctx *ctx, struct str workspace_id, struct str run_id, struct str kind, int64_t before,
			   struct run_step *out);
/* ERR_CONFLICT: the run has a step of that ordinal. */
enum err run_steps_insert(struct ctx *ctx, struct db_tx *tx, const struct run_step *step);

#endif
