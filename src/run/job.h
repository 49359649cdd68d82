/* run/job.h: a run that a worker is at, and the limits it works within. */
#ifndef RUN_JOB_H
#define RUN_JOB_H

#include <stdatomic.h>

#include "domain/run.h"
#include "domain/run_feed.h"
#include "model/ask.h"
#include "run/limits.h"

struct job {
	struct run run;                      /* as it was claimed; its lease guards every write */
	struct run_spec spec;                /* as it was frozen */
	struct run_limits limits;
	int64_t lease_us;                    /* how long a renewal lasts */
	/* Set by others: stop at the next border between steps, and at once while a model is replying; because
	 * the run was lost, or because the process is to end (may be NULL). */
	const atomic_bool *stop, *drain;
	struct run_feed *feed;               /* where replies are told as they come, and what was stored. May be NULL */
	unsigned cancellations;              /* run_cancellations(), when it was known that this is not one */
	bool over;                           /* the run has ended, as run.status tells */
};

static inline bool job_is_stopped(const struct job *job)
{
	return atomic_load(job->stop) || (job->drain && atomic_load(job->drain));
}

/* Fills in the agent, its settings and its own limits from the run's frozen spec. The rest of *job is set, and
 * its run claimed. ERR_INVALID: the spec is not one. */
enum err job_load(struct ctx *ctx, struct job *job);

/* The model as it is asked, without what it takes to reach it. */
struct model_choice job_model(const struct job *job);

#endif
