/* sched/scheduler.h: the thread that fires automations.
 *
 * It sleeps until the next one is due, and looks every second whether another process has changed something; who
 * changes something in this process wakes it. What is due, and that it is dealt with once, is the business of
 * domain/automation_fire.h: any number of processes on a store may run a scheduler.
 */
#ifndef SCHED_SCHEDULER_H
#define SCHED_SCHEDULER_H

#include "base/ctx.h"

struct scheduler;

struct scheduler_options {
	struct db *db;                       /* borrowed; outlives the scheduler */
	void (*fired)(void *arg);            /* runs were made; may be NULL */
	void *arg;
	int64_t (*clock)(void);              /* the wall clock, in microseconds; NULL: now_us */
	int64_t poll_ms;                     /* 0 = 1,000 */
};

/* agent_source_setup must have been called. ERR_INTERNAL: no thread could be had. */
enum err scheduler_start(struct ctx *ctx, const struct scheduler_options *options, struct scheduler **out);
/* Finishes what it is storing, and frees the scheduler. NULL is fine. */
void scheduler_stop(struct scheduler *s);

/* An automation has changed. Any thread; NULL is fine. */
void scheduler_wake(struct scheduler *s);

#endif
