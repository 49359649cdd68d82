/* run/worker.h: the threads that carry runs out.
 *
 * The database row is the truth, and the bell only wakes a thread: losing a ring costs time,
 * never work. A run is claimed with a lease and belongs to whoever holds it; the lease is
 * renewed while the thread works. When a process dies, its runs go on elsewhere: at once where
 * the death can be seen (lock_path), else when the lease has run out.
 *
 * Threads are made when runs wait for one and end when they have been idle for a while; what
 * stays is one thread that renews leases and looks, now and then, for runs that others left.
 * Threads: every function may be called from any thread.
 */
#ifndef RUN_WORKER_H
#define RUN_WORKER_H

#include "base/ctx.h"
#include "run/limits.h"

struct run_workers;

struct run_workers_options {
	struct db *db;                       /* borrowed; outlives the workers */
	size_t n_workers;                    /* runs at a time; 0 leaves them to other processes */
	int attempts;                        /* how often a run is begun or resumed at most; 0 = 3 */
	const char *lock_path;               /* a file all processes on this store share, made when missing: tells
	                                      * who is alive; NULL: only leases tell */
	int lease_ms;                        /* 0 = 15,000 */
	const struct run_limits *limits;     /* NULL: the usual; copied */
	struct str only_workspace, only_run; /* carry out this one alone, and borrow these; absent: whatever waits */
};

/* Starts looking for runs at once. ERR_INTERNAL: the lock file or a thread could not be had. */
enum err run_workers_start(struct ctx *ctx, const struct run_workers_options *options, struct run_workers **out);
/* Says that a run was created. NULL is fine. */
void run_workers_ring(struct run_workers *workers);
/* Takes no more runs, and hands those at work back at their next step. Does not wait for that:
 * async-signal-safe. NULL is fine. */
void run_workers_drain(struct run_workers *workers);
/* The same, waits for it, and frees the workers. NULL is fine. */
void run_workers_stop(struct run_workers *workers);

#endif
