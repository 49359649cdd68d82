/* sched/knowledge_sweeper.h: the thread that erases what has left the knowledge bases.
 *
 * The store is the truth: the thread looks every second whether there is something to erase, whoever deleted it,
 * and takes its time over it (knowledge/sweep.h). Any number of processes on a store may run one.
 */
#ifndef SCHED_KNOWLEDGE_SWEEPER_H
#define SCHED_KNOWLEDGE_SWEEPER_H

#include "base/ctx.h"

struct knowledge_sweeper;

/* Borrows db, which must outlive it. ERR_INTERNAL: no thread could be had. */
enum err knowledge_sweeper_start(struct ctx *ctx, struct db *db, struct knowledge_sweeper **out);
/* Finishes the step it is at, and frees the sweeper. NULL is fine. */
void knowledge_sweeper_stop(struct knowledge_sweeper *s);

#endif
