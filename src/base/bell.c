/* base/bell.c: a flag, and a condition for who waits for it. */
#include "base/bell.h"

#include "base/wait.h"

void bell_init(struct bell *b)
{
	pthread_mutex_init(&b->lock, NULL);
	wait_init(&b->sound);
	b->rung = false;
}

void bell_fini(struct bell *b)
{
	pthread_cond_destroy(&b->sound);
	pthread_mutex_destroy(&b->lock);
}

void bell_ring(struct bell *b)
{
	bool first;

	pthread_mutex_lock(&b->lock);
	first = !b->rung;
	b->rung = true;
	pthread_mutex_unlock(&b->lock);
	/* Not before: who wakes takes the lock. */
	if (first)
		pthread_cond_signal(&b->sound);
}

bool bell_wait(struct bell *b, int64_t until_ms)
{
	bool in_time = true, rung;

	pthread_mutex_lock(&b->lock);
	while (!b->rung && in_time)
		in_time = wait_until(&b->sound, &b->lock, until_ms);
	rung = b->rung;
	b->rung = false;
	pthread_mutex_unlock(&b->lock);
	return rung;
}
