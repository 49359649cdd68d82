/* sched/embedding_worker.h: the thread that carries out a change of embedding model.
 *
 * The store is the truth: another process says there which model is to be next, and the thread looks
 * every two seconds. It embeds all chunks anew, lets the model take its place, and deletes the former
 * one's vectors (knowledge/reembed.h). When the model fails it writes down why and tries again, after
 * longer and longer pauses, or as soon as an operator chose the model again. Killed, it goes on where
 * it was.
 */
#ifndef SCHED_EMBEDDING_WORKER_H
#define SCHED_EMBEDDING_WORKER_H

#include "base/ctx.h"

struct embedding_worker;

struct embedding_worker_options {
	struct db *db;                       /* borrowed; outlives the worker */
	const char *lock_path;               /* a file all processes on this store share, made when missing, so that
	                                      * one of them does the work; NULL: each does, to the same end */
	int64_t poll_ms;                     /* 0 = 2,000 */
	int64_t retry_ms;                    /* the first pause after a failure; 0 = 5,000 */
};

/* The data key must be loaded, and http_client_setup called. ERR_INTERNAL: the lock file or a thread
 * could not be had. */
enum err embedding_worker_start(struct ctx *ctx, const struct embedding_worker_options *options,
				struct embedding_worker **out);
/* Gives up what it is at, within a second, and frees the worker. NULL is fine. */
void embedding_worker_stop(struct embedding_worker *worker);

#endif
