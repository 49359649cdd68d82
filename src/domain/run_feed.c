/* domain/run_feed.c: a table of feeds by run, under one lock that is held for moments; what happens in a feed,
 * under a lock of its own. Where both are needed, the table's comes first.
 */
#include "domain/run_feed.h"

#include <stdlib.h>

#include "base/buf.h"
#include "base/wait.h"
#include "http/client.h"

enum { BUCKETS = 1024 };

struct run_feed {
	struct run_feed *next;               /* in its bucket; under the table's lock, as the next */
	size_t n_users;
	struct str run_id;                   /* stands behind the struct */

	pthread_mutex_t lock;
	pthread_cond_t news;                 /* anything below changed */
	unsigned changes;                    /* under lock, as all below */
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
	wait_init(&feed->news);
	return feed;
}

static void feed_free(struct run_feed *feed)
{
	buf_fini(&feed->text);
	pthread_cond_destroy(&feed->news);
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
	pthread_cond_broadcast(&feed->news);
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

void run_feed_add(struct run_feed *feed, unsigned draft, struct str text)
{
	if (!feed)
		return;
	pthread_mutex_lock(&feed->lock);
	if (feed->draft == draft) {
		buf_str(&feed->text, text);
		pthread_cond_broadcast(&feed->news);
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
	place->draft = feed->draft;
	place->draft_bytes = feed->text.n;
	pthread_mutex_unlock(&feed->lock);
	return is_written;
}

/* With its lock held. */
static bool has_news(const struct run_feed *feed, const struct run_feed_place *place)
{
	return feed->changes != place->changes || feed->draft != place->draft || feed->text.n != place->draft_bytes;
}

bool run_feed_wait(struct run_feed *feed, const struct run_feed_place *place, int64_t until_ms)
{
	bool in_time = true;

	pthread_mutex_lock(&feed->lock);
	while (in_time && !has_news(feed, place))
		in_time = wait_until(&feed->news, &feed->lock, until_ms);
	pthread_mutex_unlock(&feed->lock);
	return in_time;
}
