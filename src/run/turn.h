/* run/turn.h: one turn of a run. */
#ifndef RUN_TURN_H
#define RUN_TURN_H

#include "run/job.h"

/* Does what the record says is next: asks the model, unless it waits for results, then calls
 * the tools it asked for; each step is written down before the next begins. job->over: that
 * ended the run. An error is the engine's own, not the run's; ERR_CONFLICT: the run was
 * cancelled or belongs to another worker now. */
enum err run_turn(struct ctx *ctx, struct job *job);

#endif
