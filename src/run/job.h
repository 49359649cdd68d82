/* run/job.h: a run that a worker is at, and the limits it works within. */
#ifndef RUN_JOB_H
#define RUN_JOB_H

#include <stdatomic.h>

#include "domain/run.h"
#include "model/ask.h"

/* Passing one ends the run as failed, with the limit named. */
struct run_limits {
	int64_t requests;                    /* to the model */
	int64_t time_ms;                     /* from the first start on, interruptions included */
	int64_t output_bytes;                /* of the answer */
	int64_t result_bytes;                /* of one tool's result */
};

#define RUN_LIMITS ((struct run_limits){ .requests = 50, .time_ms = 3600 * 1000, .output_bytes = 1 << 20, \
					 .result_bytes = 1 << 20 })

struct job {
	struct run run;                      /* as it was claimed; its lease guards every write */
	struct agent agent;                  /* as it was frozen */
	const struct json *model_settings;   /* of an agent file; NULL: a managed agent */
	struct run_limits limits;
	int64_t lease_us;                    /* how long a renewal lasts */
	const atomic_bool *stop;             /* set by others: stop at the next border between steps, and at once
	                                      * while a model is replying */
	const struct model_watch *watch;     /* sees replies as they come; go_on is not asked. May be NULL */
	unsigned cancellations;              /* run_cancellations(), when it was known that this is not one */
	bool over;                           /* the run has ended, as run.status tells */
};

/* Fills in the agent, its settings and its own limits from the run's frozen spec. The rest of *job is set, and
 * its run claimed. ERR_INVALID: the spec is not one. */
enum err job_load(struct ctx *ctx, struct job *job);

/* The model as it is asked, without what it takes to reach it. */
struct model_choice job_model(const struct job *job);

#endif
