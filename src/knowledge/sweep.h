/* knowledge/sweep.h: erasing the rows of what has left a knowledge base, or has never come to be part of one.
 *
 * A few rows to a transaction, so that other writers hardly notice. Each is safe to be the last one: whoever
 * begins again, in this process or another, goes on from there.
 */
#ifndef KNOWLEDGE_SWEEP_H
#define KNOWLEDGE_SWEEP_H

#include "base/ctx.h"

/* Erases a few rows; *more false: there were none. now: microseconds by the wall clock. */
enum err knowledge_sweep(struct ctx *ctx, int64_t now, bool *more);
/* Erases all of them. */
enum err knowledge_sweep_all(struct ctx *ctx, int64_t now);

#endif
