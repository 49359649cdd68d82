/* run/record.h: what happened in a run, written down step by step.
 *
 * A step is committed before the next begins, in one transaction with the renewal of the lease:
 * who lost the run cannot write to it. There is no code for resuming: every turn begins from
 * the record, so a run that was interrupted goes on as if nothing had happened, and a result
 * that stands in the record is never fetched again.
 */
#ifndef RUN_RECORD_H
#define RUN_RECORD_H

#include "model/ask.h"
#include "model/price.h"
#include "run/job.h"
#include "tools/tools.h"

struct record {
	struct list messages;                /* of struct message: replies and results, in order */
	size_t cap;
	int64_t n_replies;
	struct token_counts tokens;          /* of all replies */
	bool uncounted;                      /* of some it is not known how many */
};

/* Everything recorded so far; lives in ctx->mem. */
enum err record_read(struct ctx *ctx, const struct run *run, struct record *out);

/* The first call of the last reply that has no result yet; NULL: it is the model's turn. */
const struct tool_call *record_next_call(const struct record *record);

/* What the replies cost, in USD. NaN: not known. */
double record_cost(const struct job *job, const struct record *record);

/* One step of a run by itself. */
struct recorded_step {
	struct message message;              /* a reply or a result */
	struct token_counts tokens;          /* of a reply: what it took */
	bool uncounted;                      /* that is not known */
	struct str tool;                     /* of a result: what was called; absent: nobody knows any more */
};

/* *out lives in ctx->mem. ERR_NOT_FOUND: there is no such step yet. */
enum err record_step(struct ctx *ctx, struct str workspace_id, struct str run_id, int64_t ordinal,
		     struct recorded_step *out);

/* These commit, tell the run's feed, and add to the record. ERR_CONFLICT: the run is not this worker's any more. */
enum err record_reply(struct ctx *ctx, const struct job *job, struct record *record, const struct model_reply *reply);
enum err record_result(struct ctx *ctx, const struct job *job, struct record *record, const struct tool_result *result);

/* Ends the run: with the model's last reply, or with the reason why there is none. */
enum err record_success(struct ctx *ctx, struct job *job, const struct record *record, const struct model_reply *reply);
enum err record_failure(struct ctx *ctx, struct job *job, struct str why);

#endif
