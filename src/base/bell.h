/* base/bell.h: one thread sleeps until any of several others wakes it.
 *
 * Who waits for things of different rooms, such as the news of a run and the moment its client leaves, cannot sleep
 * under the lock of one of them. It sleeps at a bell of its own, and lends that to each. A ring says that there is
 * something to look at, not what; rings that come while nobody sleeps are one ring for whoever sleeps next.
 * Threads: any may ring, one waits. The bell's lock is the innermost: who rings may hold others.
 */
#ifndef BASE_BELL_H
#define BASE_BELL_H

#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>

struct bell {
	pthread_mutex_t lock;
	pthread_cond_t sound;
	bool rung;                           /* under lock; since it was last waited for */
};

void bell_init(struct bell *b);
/* Nobody has it any more who might ring. */
void bell_fini(struct bell *b);

void bell_ring(struct bell *b);
/* Waits for a ring until that moment of the monotonic clock, and takes it. False: the moment has passed. */
bool bell_wait(struct bell *b, int64_t until_ms);

#endif
