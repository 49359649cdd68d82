/* domain/automation_fire.h: what happens to automations whose time has come (studio contract 7.1).
 *
 * A window is dealt with once, however many processes look at the store and wherever one of them is killed: its run,
 * its row, and the automation's new floor are one transaction, which is refused to all but the first. Of windows that
 * were missed the first stands for all. An automation that cannot run says why, and waits for its next window.
 *
 * `now` is the wall clock's, in microseconds; what is due is due by it, wherever it was set.
 */
#ifndef DOMAIN_AUTOMATION_FIRE_H
#define DOMAIN_AUTOMATION_FIRE_H

#include "base/ctx.h"

/* What came of it. */
struct firing_tally {
	size_t fired;                        /* runs that were made */
	size_t skipped;                      /* windows without one */
	size_t failed;                       /* automations to be looked at again: something could not be read */
};

/* Deals with all that is due by now, across workspaces. *tally also counts what was done before an error. */
enum err automations_fire(struct ctx *ctx, int64_t now, struct firing_tally *tally);

/* To be called once the clock was set back, and when it is not known whether it was: automations that fired in what
 * is now the future go on from now. What they have dealt with is known by window, for a day, and not done again. */
enum err automations_go_back(struct ctx *ctx, int64_t now);

#endif
