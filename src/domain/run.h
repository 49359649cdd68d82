/* domain/run.h: runs as those who start, watch and cancel them see them; and the states of a run.
 *
 *     queued -> running -> succeeded | failed | cancelled
 *
 * A run is made of what will be executed, frozen at the moment it is created: later changes of
 * the agent do not touch it. Carrying it out is the business of run/.
 */
#ifndef DOMAIN_RUN_H
#define DOMAIN_RUN_H

#include "store/agents.h"
#include "store/runs.h"

enum run_status { RUN_QUEUED, RUN_RUNNING, RUN_SUCCEEDED, RUN_FAILED, RUN_CANCELLED };

/* Their names, NULL-terminated, and those of what can start a run. */
extern const char *const run_status_names[];
extern const char *const run_trigger_names[];

enum run_status run_status_of(const struct run *r);
bool run_is_over(const struct run *r);

/* What is executed, as a run's `spec` holds it. */
struct run_spec {
	struct agent agent;
	const struct json *model_settings;   /* of an agent file; NULL: a managed agent */
	int64_t request_limit;               /* to the model; 0: the usual */
};

extern const struct schema run_spec_schema;

struct run_request {
	struct str agent;                    /* exact name; of a managed agent also its id */
	bool prefer_draft;                   /* even if there is a stable version */
	struct str message;
	const char *trigger;                 /* "manual", "schedule" or "event" */
};

/* Queues a run for the acting user. ERR_NOT_FOUND, ERR_UNPROCESSABLE: see dispatch_resolve. *out is filled
 * inside the transaction. */
enum err run_create(struct ctx *ctx, const struct run_request *request, struct run *out);
/* ERR_NOT_FOUND: "run not found". */
enum err run_get(struct ctx *ctx, struct str id, struct run *out);
enum err run_list(struct ctx *ctx, const struct run_filter *filter, struct list *out);
/* *cancelled: it was not over yet, and is now. ERR_NOT_FOUND: "run not found". */
enum err run_cancel(struct ctx *ctx, struct str id, bool *cancelled);
/* How many this process has cancelled: whoever carries a run out can see at a glance whether to look at it. */
unsigned run_cancellations(void);

/* Stores `now` in place of `was` with the status `to`, and what follows from that: start and end
 * are stamped, and a run that is not running has no lease. ERR_CONFLICT: no edge leads there, or
 * the run is not what it was. */
enum err run_move(struct ctx *ctx, struct db_tx *tx, const struct run *was, struct run *now, enum run_status to);

#endif
