/* domain/run_feed.c: a table of feeds by run, under one lock that is held for moments; what happens in a feed,
 * under a lock of its own. Where both are needed, the table's comes first.
 */
#include "domain/run_feed.h"

#include <assert.h>
#include <stdlib.h>

#include "base/buf.h"
#include "http/client.h"

enum { BUCKETS = 1024 };

struct run_feed {
	struct run_feed *next;               /* in its bucket; under the table's lock, as the next */
	size_t n_users;
	struct str run_id;                   /* stands behind the struct */

	pthread_mutex_t lock;
	struct run_feed_waiter *waiters;     /* under lock, as all below */
	unsigned changes;
	size_t n_attending;
	pthread_t attendant;                 /* the latest of them */
	int64_t step;                        /* being written, in draft number `draft`; -1: none is */
	unsigned draft;
	struct buf text;
};

static pthread_mutex_t table_lock = PTHREAD_MUTEX_INITIALIZER;
static struct run_feed *buckets[BUCKETS];

/* -- the table -------------------------------------------------------------------------------------------- */

static struct run_feed **bucket_of(struct str run_id)
{
	return &buckets[str_hash(STR_HASH_NONE, run_id) % BUCKETS];
}

/* With the table's lock held, as the next two: where it is linked, or would be. */
static struct run_feed **find(struct str run_id)
{
	struct run_feed **at = bucket_of(run_id);

	while (*at && !str_eq((*at)->run_id, run_id))
		at = &(*at)->next;
	return at;
}

static struct run_feed *feed_new(struct str run_id)
{
	struct run_feed *feed = xcalloc(1, sizeof(*feed) + run_id.n);
	char *id = (char *)(feed + 1);

	if (run_id.n)
		memcpy(id, run_id.p, run_id.n);
	feed->run_id = (struct str){ id, run_id.n };
	feed->step = -1;
	pthread_mutex_init(&feed->lock, NULL);
	return feed;
}

static void feed_free(struct run_feed *feed)
{
	buf_fini(&feed->text);
	pthread_mutex_destroy(&feed->lock);
	free(feed);
}

struct run_feed *run_feed_open(struct str run_id)
{
	struct run_feed **at, *feed;

	pthread_mutex_lock(&table_lock);
	at = find(run_id);
	if (!*at)
		*at = feed_new(run_id);
	feed = *at;
	feed->n_users++;
	pthread_mutex_unlock(&table_lock);
	return feed;
}

void run_feed_close(struct run_feed *feed)
{
	bool last;

	if (!feed)
		return;
	pthread_mutex_lock(&table_lock);
	last = --feed->n_users == 0;
	if (last)
		*find(feed->run_id) = feed->next;
	pthread_mutex_unlock(&table_lock);
	if (last)
		feed_free(feed);
}

/* -- telling ------------------------------------------------------------------------------------------------ */

/* With its lock held. */
static void move_on(const struct run_feed *feed, struct run_feed_place *place)
{
	place->draft = feed->draft;
	place->draft_bytes = feed->text.n;
}

/* With its lock held. Who carries the run out may be waiting for a model, and this may be a cancellation. */
static void wake_attendant(struct run_feed *feed)
{
	if (feed->n_attending > 0)
		http_wake(feed->attendant);
}

/* With its lock held. */
static void ring(struct run_feed *feed)
{
	feed->changes++;
	for (struct run_feed_waiter *w = feed->waiters; w; w = w->next)
		bell_ring(w->bell);
}

void run_feed_ring(struct str run_id)
{
	struct run_feed *feed;

	pthread_mutex_lock(&table_lock);
	feed = *find(run_id);
	if (feed) {
		pthread_mutex_lock(&feed->lock);
		ring(feed);
		wake_attendant(feed);
		pthread_mutex_unlock(&feed->lock);
	}
	pthread_mutex_unlock(&table_lock);
}

void run_feed_attend(struct run_feed *feed)
{
	if (!feed)
		return;
	pthread_mutex_lock(&feed->lock);
	feed->n_attending++;
	feed->attendant = pthread_self();
	ring(feed);
	pthread_mutex_unlock(&feed->lock);
}

void run_feed_leave(struct run_feed *feed)
{
	if (!feed)
		return;
	pthread_mutex_lock(&feed->lock);
	feed->n_attending--;
	ring(feed);
	pthread_mutex_unlock(&feed->lock);
}

unsigned run_feed_begin(struct run_feed *feed, int64_t step)
{
	unsigned draft;

	if (!feed)
		return 0;
	pthread_mutex_lock(&feed->lock);
	feed->step = step;
	feed->text.n = 0;
	draft = ++feed->draft;
	pthread_mutex_unlock(&feed->lock);
	return draft;
}

/* With its lock held. What was rung before the piece comes before it. */
static bool sees_draft(const struct run_feed *feed, const struct run_feed_waiter *w)
{
	const struct run_draft draft = { .number = feed->draft, .text = buf_view(&feed->text) };

	return w->see && w->place->changes == feed->changes && w->see(w->arg, &draft);
}

/* With its lock held. */
static void show_draft(struct run_feed *feed)
{
	for (struct run_feed_waiter *w = feed->waiters; w; w = w->next)
		if (sees_draft(feed, w))
			move_on(feed, w->place);
		else
			bell_ring(w->bell);
}

void run_feed_add(struct run_feed *feed, unsigned draft, struct str text)
{
	assert(text.n > 0);
	if (!feed)
		return;
	pthread_mutex_lock(&feed->lock);
	if (feed->draft == draft) {
		buf_str(&feed->text, text);
		show_draft(feed);
	}
	pthread_mutex_unlock(&feed->lock);
}

void run_feed_stored(struct run_feed *feed)
{
	if (!feed)
		return;
	pthread_mutex_lock(&feed->lock);
	feed->step = -1;
	buf_fini(&feed->text);
	ring(feed);
	pthread_mutex_unlock(&feed->lock);
}

/* -- following ------------------------------------------------------------------------------------------------ */

bool run_feed_heard(struct run_feed *feed, struct run_feed_place *place, bool *attended)
{
	bool heard;

	pthread_mutex_lock(&feed->lock);
	heard = feed->changes != place->changes;
	place->changes = feed->changes;
	*attended = feed->n_attending > 0;
	pthread_mutex_unlock(&feed->lock);
	return heard;
}

/* With its lock held. */
static struct run_draft copy_draft(const struct run_feed *feed, size_t from, struct arena *mem)
{
	return (struct run_draft){ feed->draft, from, arena_str(mem, str_from(buf_view(&feed->text), from)) };
}

bool run_feed_draft(struct run_feed *feed, int64_t step, unsigned known, size_t from, struct arena *mem,
		    struct run_feed_place *place, struct run_draft *out)
{
	bool is_written;

	pthread_mutex_lock(&feed->lock);
	is_written = feed->step == step;
	if (is_written)
		*out = copy_draft(feed, feed->draft == known ? from : 0, mem);
	move_on(feed, place);
	pthread_mutex_unlock(&feed->lock);
	return is_written;
}

/* With its lock held. */
static bool has_news(const struct run_feed *feed, const struct run_feed_place *place)
{
	return feed->changes != place->changes || feed->draft != place->draft || feed->text.n != place->draft_bytes;
}

/* False: there is no need to wait. */
static bool join_waiters(struct run_feed *feed, struct run_feed_waiter *w)
{
	bool joins;

	pthread_mutex_lock(&feed->lock);
	joins = !has_news(feed, w->place);
	if (joins) {
		w->next = feed->waiters;
		w->link = &feed->waiters;
		if (w->next)
			w->next->link = &w->next;
		feed->waiters = w;
	}
	pthread_mutex_unlock(&feed->lock);
	return joins;
}

static void leave_waiters(struct run_feed *feed, struct run_feed_waiter *w)
{
	pthread_mutex_lock(&feed->lock);
	*w->link = w->next;
	if (w->next)
		w->next->link = w->link;
	pthread_mutex_unlock(&feed->lock);
}

bool run_feed_wait(struct run_feed *feed, struct run_feed_waiter *w, int64_t until_ms)
{
	bool in_time;

	if (!join_waiters(feed, w))
		return true;
	in_time = bell_wait(w->bell, until_ms);
	leave_waiters(feed, w);
	return in_time;
}
