/* model/retry.h: how long to wait before a provider is asked again.
 *
 * Pauses double, from half a second on, and half of each is left to chance, so that those who were turned
 * away together do not come back together. What the server asks for (Retry-After) is waited at least.
 */
#ifndef MODEL_RETRY_H
#define MODEL_RETRY_H

#include "base/ctx.h"

enum { RETRY_ATTEMPTS = 8 };

/* The first pause; tests shorten it. */
extern _Atomic int64_t retry_first_ms;

/* Before the attempt behind this one, counted from 1. retry_after_ms: what was asked for; -1: nothing.
 * -1: there is no point in another: there were enough, or it would come too late. */
int64_t retry_pause_ms(const struct ctx *ctx, int attempt, int64_t retry_after_ms);

/* Waits. go_on may be NULL. False: it said no. */
bool retry_rest(int64_t ms, bool (*go_on)(void *arg), void *arg);

#endif
