/* http/pool.c: handler threads, and the two hand-overs between them and the loop.
 *
 * Towards the threads: the loop gathers the requests that one turn brought and submits them
 * under one lock, waking at most as many threads as there are requests. Back: answers gather
 * in a list, and only the first wakes the loop.
 *
 * A thread that streams is busy for as long as its client listens, and one that reads documents
 * or waits for another server may be for minutes. Such a thread is away: it no longer counts as
 * one of n_threads. Another is started in its place while there may be more, and the surplus ends
 * when they come back. One thread is never away, so that requests are answered. Streams and those
 * who wait say so when they begin; of other work it shows when somebody waits for a thread.
 */
#include "http/internal.h"

#include <assert.h>
#include <stdlib.h>

#include "base/clock.h"
#include "base/log.h"

enum {
	STACK_BYTES = 512 * 1024,            /* handlers keep what is large in arenas */
	LONG_MS = 200,                       /* at one request, while others wait: it is away */
	MAX_RELIEVED = 32,                   /* a stream mostly sleeps, but such work takes memory and processors */
};

void exchange_list_add(struct exchange_list *l, struct http_exchange *x)
{
	x->next = NULL;
	if (l->last)
		l->last->next = x;
	else
		l->first = x;
	l->last = x;
	l->n++;
}

struct http_exchange *exchange_list_take(struct exchange_list *l)
{
	struct http_exchange *x = l->first;

	if (!x)
		return NULL;
	l->first = x->next;
	if (!l->first)
		l->last = NULL;
	l->n--;
	return x;
}

static void exchange_list_append(struct exchange_list *l, struct exchange_list *more)
{
	if (!more->first)
		return;
	if (l->last)
		l->last->next = more->first;
	else
		l->first = more->first;
	l->last = more->last;
	l->n += more->n;
	*more = (struct exchange_list){ .n = 0 };
}

void pool_init(struct pool *p, struct http_server *s, size_t n_threads, size_t n_stream_threads, uv_async_t *wake)
{
	*p = (struct pool){ .n_threads = n_threads, .n_workers = n_threads + n_stream_threads, .wake = wake };
	p->workers = xcalloc(p->n_workers, sizeof(*p->workers));
	for (size_t i = 0; i < p->n_workers; i++)
		p->workers[i] = (struct worker){ .server = s, .index = i };
	pthread_mutex_init(&p->lock, NULL);
	pthread_cond_init(&p->work, NULL);
	pthread_mutex_init(&p->done_lock, NULL);
}

void pool_fini(struct pool *p)
{
	if (!p->workers)
		return;
	free(p->workers);
	pthread_mutex_destroy(&p->done_lock);
	pthread_cond_destroy(&p->work);
	pthread_mutex_destroy(&p->lock);
}

/* -- threads ------------------------------------------------------------------------------ */

/* With the lock held: more threads than wanted, not counting those that are away. */
static bool has_surplus(const struct pool *p)
{
	return p->n_running - p->n_away > p->n_threads;
}

/* With the lock held. */
static void come_back(struct pool *p, struct worker *w)
{
	p->n_away -= w->away;
	p->n_relieved -= w->relieved;
	w->away = w->relieved = false;
	w->began_ms = 0;
}

/* The next exchange to serve; NULL when the thread should end. */
static struct http_exchange *take_work(struct pool *p, struct worker *w)
{
	struct http_exchange *x = NULL;

	pthread_mutex_lock(&p->lock);
	come_back(p, w);
	while (!p->queue.first && !p->closing && !has_surplus(p)) {
		p->n_idle++;
		pthread_cond_wait(&p->work, &p->lock);
		p->n_idle--;
	}
	if (!has_surplus(p))
		x = exchange_list_take(&p->queue);
	/* Counted as gone at once, so that two threads do not leave for one surplus. */
	p->n_running -= !x;
	w->began_ms = x ? mono_ms() : 0;
	pthread_mutex_unlock(&p->lock);
	if (x)
		atomic_fetch_sub_explicit(&p->n_queued, 1, memory_order_relaxed);
	return x;
}

/* Before its client is told, who may ask for more of the same at once. */
static void step_back(struct worker *w)
{
	struct pool *p = &w->server->pool;

	pthread_mutex_lock(&p->lock);
	come_back(p, w);
	pthread_mutex_unlock(&p->lock);
}

static void serve(struct worker *w, struct http_exchange *x)
{
	const struct http_options *o = &w->server->options;
	bool streamed;

	x->worker = w;
	exchange_identify(x);
	o->handle(o->user, w->index, x);
	assert(x->status != 0);
	streamed = stream_has_begun(&x->stream);
	if (streamed || stream_is_waited_for(&x->stream))
		step_back(w);
	if (!streamed)
		exchange_seal(x, &w->date);
}

static void leave(struct worker *w)
{
	struct pool *p = &w->server->pool;

	pthread_mutex_lock(&p->lock);
	w->state = WORKER_ENDED;
	pthread_mutex_unlock(&p->lock);
}

static void *worker_main(void *arg)
{
	struct worker *w = arg;
	struct pool *p = &w->server->pool;
	const struct http_options *o = &w->server->options;
	struct http_exchange *x;

	if (o->thread_start)
		o->thread_start(o->user, w->index);
	while ((x = take_work(p, w))) {
		/* Who has left before we began is not worth beginning for. */
		if (!stream_is_gone(&x->stream))
			serve(w, x);
		pool_post(p, x, EVENT_RETURNED);
	}
	if (o->thread_end)
		o->thread_end(o->user, w->index);
	leave(w);
	return NULL;
}

/* With the lock held: starts a thread in a free place, if there is one. */
static void start_worker(struct pool *p)
{
	struct worker *w = p->workers;
	pthread_attr_t attr;

	while (w < p->workers + p->n_workers && w->state == WORKER_RUNS)
		w++;
	if (w == p->workers + p->n_workers)
		return;
	if (w->state == WORKER_ENDED)
		pthread_join(w->thread, NULL);
	pthread_attr_init(&attr);
	pthread_attr_setstacksize(&attr, STACK_BYTES);
	pthread_attr_setsigmask_np(&attr, &p->signals);
	w->state = pthread_create(&w->thread, &attr, worker_main, w) == 0 ? WORKER_RUNS : WORKER_NONE;
	pthread_attr_destroy(&attr);
	if (w->state == WORKER_RUNS)
		p->n_running++;
	else
		log_error("http.thread_failed", kv_i("thread", (int64_t)w->index));
}

void pool_start(struct pool *p)
{
	pthread_sigmask(SIG_BLOCK, NULL, &p->signals);
	pthread_mutex_lock(&p->lock);
	for (size_t i = 0; i < p->n_threads; i++)
		start_worker(p);
	pthread_mutex_unlock(&p->lock);
}

static bool has_thread(struct pool *p, const struct worker *w)
{
	bool has;

	pthread_mutex_lock(&p->lock);
	has = w->state != WORKER_NONE;
	pthread_mutex_unlock(&p->lock);
	return has;
}

void pool_stop(struct pool *p)
{
	pthread_mutex_lock(&p->lock);
	p->closing = true;
	pthread_cond_broadcast(&p->work);
	pthread_mutex_unlock(&p->lock);
	/* From here on none is started. */
	for (size_t i = 0; i < p->n_workers; i++)
		if (has_thread(p, &p->workers[i]))
			pthread_join(p->workers[i].thread, NULL);
}

/* With the lock held. False: too many are away. */
static bool go_away(struct pool *p, struct worker *w)
{
	size_t most = p->n_workers > 1 ? p->n_workers - 1 : 1;

	if (w->away)
		return true;
	if (p->n_away == most)
		return false;
	w->away = true;
	p->n_away++;
	if (!p->closing && p->n_running - p->n_away < p->n_threads)
		start_worker(p);
	return true;
}

bool pool_step_aside(struct worker *w)
{
	struct pool *p = &w->server->pool;
	bool may;

	pthread_mutex_lock(&p->lock);
	may = go_away(p, w);
	pthread_mutex_unlock(&p->lock);
	return may;
}

/* With the lock held. */
static void relieve(struct pool *p, struct worker *w)
{
	if (w->away || p->n_relieved == MAX_RELIEVED || !go_away(p, w))
		return;
	w->relieved = true;
	p->n_relieved++;
}

bool pool_relieve(struct pool *p)
{
	int64_t long_ago_ms = mono_ms() - LONG_MS;
	bool waiting;

	pthread_mutex_lock(&p->lock);
	waiting = p->queue.first != NULL;
	for (struct worker *w = p->workers; waiting && w < p->workers + p->n_workers; w++)
		if (w->began_ms && w->began_ms <= long_ago_ms)
			relieve(p, w);
	pthread_mutex_unlock(&p->lock);
	return waiting;
}

/* -- the hand-overs ----------------------------------------------------------------------- */

void pool_submit(struct pool *p, struct http_exchange *x)
{
	atomic_fetch_add_explicit(&p->n_queued, 1, memory_order_relaxed);
	exchange_list_add(&p->ready, x);
}

bool pool_flush(struct pool *p)
{
	size_t wake;
	bool enough;

	if (!p->ready.first)
		return true;
	pthread_mutex_lock(&p->lock);
	enough = p->ready.n <= p->n_idle;
	wake = enough ? p->ready.n : p->n_idle;
	exchange_list_append(&p->queue, &p->ready);
	pthread_mutex_unlock(&p->lock);
	while (wake-- > 0)
		pthread_cond_signal(&p->work);
	return enough;
}

/* An exchange stays in the list it is in until its events have been read: posting again only
 * adds to them. */
void pool_post(struct pool *p, struct http_exchange *x, unsigned event)
{
	bool wake;

	pthread_mutex_lock(&p->done_lock);
	wake = !x->events && !p->done.first;
	if (!x->events)
		exchange_list_add(&p->done, x);
	x->events |= event;
	pthread_mutex_unlock(&p->done_lock);
	if (wake)
		uv_async_send(p->wake);
}

struct exchange_list pool_collect(struct pool *p)
{
	struct exchange_list all;

	pthread_mutex_lock(&p->done_lock);
	all = p->done;
	p->done = (struct exchange_list){ .n = 0 };
	pthread_mutex_unlock(&p->done_lock);
	return all;
}

struct http_exchange *pool_next(struct pool *p, struct exchange_list *collected, unsigned *events)
{
	struct http_exchange *x;

	pthread_mutex_lock(&p->done_lock);
	x = exchange_list_take(collected);
	if (x) {
		*events = x->events;
		x->events = 0;
	}
	pthread_mutex_unlock(&p->done_lock);
	return x;
}
