/* base/wait.h: condition variables that wait until a moment of the monotonic clock. */
#ifndef BASE_WAIT_H
#define BASE_WAIT_H

#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>

/* For use with wait_until. pthread_cond_destroy ends it. */
void wait_init(pthread_cond_t *c);

/* As pthread_cond_wait, but until that moment (base/clock.h: mono_ms) at most. False: it has passed. */
bool wait_until(pthread_cond_t *c, pthread_mutex_t *lock, int64_t ms);

#endif
