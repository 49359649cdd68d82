/* run/lease.h: whose a run is, and until when.
 *
 * A lease names its owner and the attempt, which no two claims share; every write of a worker
 * is refused once they are not those of the row. So a worker that was given up for dead and
 * lives on can do no harm.
 */
#ifndef RUN_LEASE_H
#define RUN_LEASE_H

#include "domain/run.h"
#include "run/owner.h"

struct lease_terms {
	const struct owner *owner;
	int64_t lease_us;
	int64_t attempts;                    /* a run that was interrupted so often is not claimed again */
	struct str only_workspace, only_run; /* claim this one alone; absent: any */
};

/* Takes the run to take up next; it is then running, and the owner's. Runs that were interrupted
 * too often are ended as failed on the way. *more: others wait too. ERR_NOT_FOUND: none does. */
enum err lease_claim(struct ctx *ctx, const struct lease_terms *terms, struct run *out, bool *more);

/* Gives a claimed run back, to be taken up by anyone; it does not count as an attempt.
 * ERR_CONFLICT: it is not the owner's any more. */
enum err lease_return(struct ctx *ctx, const struct run *run);

/* Prolongs leases. lost[i] is set when run i is not the owner's any more. */
enum err lease_renew(struct ctx *ctx, const struct lease_terms *terms, const struct run *runs, size_t n, bool *lost);

/* The same without prolonging: lost[i] is set when the owner has no lease of run i. Only reads. */
enum err lease_check(struct ctx *ctx, const struct lease_terms *terms, const struct run *runs, size_t n, bool *lost);

/* Ends the leases of owners whose process is gone, so that their runs can be claimed at once. */
enum err lease_bury(struct ctx *ctx, const struct owner *self);

#endif
