/* mcp/pending.c: two lists under one lock; both are short and change rarely. */
#include "mcp/pending.h"

#include <pthread.h>
#include <stdlib.h>
#include <time.h>

#include "base/clock.h"

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static struct mcp_call calls = { .prev = &calls, .next = &calls };   /* under lock */
static struct mcp_wait waits = { .prev = &waits, .next = &waits };   /* under lock */

/* One condition serves all questions: there are a handful at most, and each looks at its own reply. */
static pthread_cond_t answered;

static void make_condition(void)
{
	pthread_condattr_t attributes;

	pthread_condattr_init(&attributes);
	pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
	pthread_cond_init(&answered, &attributes);
	pthread_condattr_destroy(&attributes);
}

/* A ring with a head: the same for both kinds. */
#define RING_ADD(head, item)                         \
	do {                                         \
		(item)->prev = (head)->prev;         \
		(item)->next = (head);               \
		(head)->prev->next = (item);         \
		(head)->prev = (item);               \
	} while (0)

#define RING_REMOVE(item)                            \
	do {                                         \
		(item)->prev->next = (item)->next;   \
		(item)->next->prev = (item)->prev;   \
	} while (0)

/* -- calls --------------------------------------------------------------------------------------------- */

void mcp_call_begin(struct mcp_call *call)
{
	pthread_mutex_lock(&lock);
	RING_ADD(&calls, call);
	pthread_mutex_unlock(&lock);
}

void mcp_call_end(struct mcp_call *call)
{
	pthread_mutex_lock(&lock);
	RING_REMOVE(call);
	pthread_mutex_unlock(&lock);
}

void mcp_call_cancel(struct str principal, struct str id)
{
	pthread_mutex_lock(&lock);
	for (struct mcp_call *c = calls.next; c != &calls; c = c->next)
		if (str_eq(c->id, id) && str_eq(c->principal, principal))
			atomic_store(&c->cancelled, true);
	pthread_mutex_unlock(&lock);
}

/* -- questions ------------------------------------------------------------------------------------------- */

void mcp_wait_begin(struct mcp_wait *wait)
{
	static pthread_once_t once = PTHREAD_ONCE_INIT;

	pthread_once(&once, make_condition);
	pthread_mutex_lock(&lock);
	RING_ADD(&waits, wait);
	pthread_mutex_unlock(&lock);
}

static struct timespec from_now(int ms)
{
	int64_t at = mono_ms() + ms;

	return (struct timespec){ .tv_sec = at / 1000, .tv_nsec = at % 1000 * 1000000 };
}

bool mcp_wait_for(struct mcp_wait *wait, int ms)
{
	struct timespec until = from_now(ms);
	bool there;

	pthread_mutex_lock(&lock);
	while (wait->reply == MCP_NO_REPLY && pthread_cond_timedwait(&answered, &lock, &until) == 0)
		;
	there = wait->reply != MCP_NO_REPLY;
	pthread_mutex_unlock(&lock);
	return there;
}

void mcp_wait_end(struct mcp_wait *wait)
{
	pthread_mutex_lock(&lock);
	RING_REMOVE(wait);
	pthread_mutex_unlock(&lock);
	free(wait->text);
}

static struct mcp_wait *wait_of(struct str principal, struct str id)
{
	for (struct mcp_wait *w = waits.next; w != &waits; w = w->next)
		if (w->reply == MCP_NO_REPLY && str_eq(w->id, id) && str_eq(w->principal, principal))
			return w;
	return NULL;
}

static void give(struct mcp_wait *wait, struct str result)
{
	wait->reply = result.p ? MCP_REPLIED : MCP_DECLINED;
	if (result.p) {
		wait->text = xmalloc(result.n + 1);
		memcpy(wait->text, result.p, result.n);
		wait->n = result.n;
	}
	pthread_cond_broadcast(&answered);
}

bool mcp_wait_answer(struct str principal, struct str id, struct str result)
{
	struct mcp_wait *wait;

	pthread_mutex_lock(&lock);
	wait = wait_of(principal, id);
	if (wait)
		give(wait, result);
	pthread_mutex_unlock(&lock);
	return wait != NULL;
}
