/* domain/run.h: runs as those who start, watch and cancel them see them; and the states of a run.
 *
 *     queued -> running -> succeeded | failed | cancelled
 *
 * A run is made of what will be executed, frozen at the moment it is created: later changes of
 * the agent do not touch it. Carrying it out is the business of run/.
 */
#ifndef DOMAIN_RUN_H
#define DOMAIN_RUN_H

#include "domain/cargo.h"
#include "store/agents.h"
#include "store/runs.h"

enum run_status { RUN_QUEUED, RUN_RUNNING, RUN_SUCCEEDED, RUN_FAILED, RUN_CANCELLED };

/* Their names, NULL-terminated, and those of what can start a run. */
extern const char *const run_status_names[];
extern const char *const run_trigger_names[];

enum run_status run_status_of(const struct run *r);
bool run_is_over(const struct run *r);

/* A run's output is a transcript: what was asked, if anything, and the answer without white space at its end
 * (studio contract 6.6). In mem; and the answer in it. */
struct str run_transcript(struct arena *mem, struct str message, struct str answer);
struct str run_answer(const struct run *r);

/* What was said before the run began. */
struct run_line {
	struct str role;                     /* "system", "user" or "assistant" */
	struct str text;
};

/* What is executed, as a run's `spec` holds it. */
struct run_spec {
	struct agent agent;
	const struct json *model_settings;   /* of an agent file; NULL: a managed agent */
	int64_t request_limit;               /* to the model; 0: the usual */
	struct list history;                 /* of struct run_line */
	const struct json *output_schema;    /* what the answer must fit, as a JSON text; NULL: any text will do */
	/* Of an agent in the shape of Cargo AI (domain/cargo.h). */
	bool is_cargo;
	struct list inputs;                  /* of struct cargo_input */
	struct str refusal;                  /* why it cannot be carried out; absent: it can */
};

extern const struct schema run_spec_schema;

enum { RUN_HISTORY_BYTES_MAX = 1 << 20 };

struct run_request {
	struct str agent;                    /* exact name; of a managed agent also its id */
	bool prefer_draft;                   /* even if there is a stable version */
	struct str message;
	struct list history;                 /* of struct run_line: the conversation that the message goes on with */
	const char *trigger;                 /* "manual", "schedule" or "event" */
	struct str automation_id;            /* whose window it is; absent: nobody's */
	bool asks_for_connections;           /* whoever starts it can connect what is missing: see preflight_check */
};

/* Queues a run for the acting user; the run that they act from, if any, is its parent. ERR_NOT_FOUND,
 * ERR_UNPROCESSABLE: see dispatch_resolve. ERR_INVALID, ERR_TOO_LARGE: its history. *out is filled inside the
 * transaction. */
enum err run_create(struct ctx *ctx, const struct run_request *request, struct run *out);

/* The same in two steps, for those who store something beside it: first what will be executed, *c->run, in ctx->mem;
 * then, in their transaction, the run. */
struct run_creation {
	struct run *run;                     /* the caller's, to be filled */
	bool is_file;
};
enum err run_prepare(struct ctx *ctx, const struct run_request *request, struct run_creation *c);
enum err run_insert(struct ctx *ctx, struct db_tx *tx, const struct run_creation *c);

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
