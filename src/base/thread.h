/* base/thread.h: threads that do background work. */
#ifndef BASE_THREAD_H
#define BASE_THREAD_H

#include <pthread.h>

#include "base/ctx.h"

/* Starts main(arg) on a small stack: what is large belongs into an arena. The caller joins *out. ERR_INTERNAL: there
 * is no thread to be had. */
enum err thread_start(struct ctx *ctx, void *(*main)(void *arg), void *arg, pthread_t *out);

#endif
