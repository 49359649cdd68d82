/* domain/run.h: runs as those who start, watch and cancel them see them; and the states of a run.
 *
 *     queued -> running -> succeeded | failed | cancelled
 *
 * A run is made of what will be executed, frozen at the moment it is created: later changes of
 * the agent do not touch it. Carrying it out is the business of run/.
 */
#ifndef DOMAIN_RUN_H
#define DOMAIN_RUN_H

#include "store/runs.h"

enum run_status { RUN_QUEUED, RUN_RUNNING, RUN_SUCCEEDED, RUN_FAILED, RUN_CANCELLED };

/* Their names, NULL-terminated, and those of what can start a run. */
extern const char *const run_status_names[];
extern const char *const run_trigger_names[];

enum run_status run_status_of(const struct run *r);
bool run_is_over(const struct run *r);

struct run_request {
	struct str agent;                    /* id, or exact name, of a managed agent */
	struct str message;
	const char *trigger;                 /* "manual", "schedule" or "event" */
};

/* Queues a run for the acting user. ERR_NOT_FOUND: no such agent. *out is filled inside the
 * transaction. */
enum err run_create(struct ctx *ctx, const struct run_request *request, struct run *out);
/* ERR_NOT_FOUND: "run not found". */
enum err run_get(struct ctx *ctx, struct str id, struct run *out);
enum err run_list(struct ctx *ctx, const struct run_filter *filter, struct list *out);
/* *cancelled: it was not over yet, and is now. ERR_NOT_FOUND: "run not found". */
enum err run_cancel(struct ctx *ctx, struct str id, bool *cancelled);

/* Stores `now` in place of `was` with the status `to`, and what follows from that: start and end
 * are stamped, and a run that is not running has no lease. ERR_CONFLICT: no edge leads there, or
 * the run is not what it was. */
enum err run_move(struct ctx *ctx, struct db_tx *tx, const struct run *was, struct run *now, enum run_status to);

#endif
