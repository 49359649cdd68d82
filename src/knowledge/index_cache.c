/* knowledge/index_cache.c: the bases in memory follow the store.
 *
 * A base's row counts the changes of its content, so one look at it tells whether what is in memory is
 * what a snapshot shows. When it is older, the caller brings it up to its own snapshot: the base's contents
 * tell at which revision they arrived, and after a removal which are left. When it is newer, because somebody
 * else was faster, all that the older snapshot needs is still there: what came later says so, and what was
 * removed is only marked.
 * A set is made anew once much of it is marked; a snapshot from before that has to do without it.
 *
 * One lock guards all that is shared, and is never held while the store is read. One thread at a time
 * brings a base up to date, and only those whose snapshot needs it wait for it.
 *
 * Invariant: up to its newest row a set holds all vectors that were there at its `since` or have come since then;
 * those missing at its `marked` are marked. So a change that was broken off is taken up by the next one.
 */
#include "knowledge/index_internal.h"

#include <assert.h>
#include <pthread.h>
#include <stdlib.h>
#include <time.h>

#include "base/clock.h"
#include "base/log.h"

enum {
	BUCKETS = 1024,
	DEADLINE_ROWS = 256,                 /* between two looks at the clock */
	REMOVED_SHARE = 4,                   /* a set is made anew when one of so many rows is removed */
};

struct index_entry {
	struct index_entry *next;            /* in its bucket, or of those to be freed */
	char base_id[UUID_TEXT];
	int64_t embedder_id;
	struct code_set *codes;              /* may be NULL: nothing is in memory */
	size_t n_rows;                       /* of them, to be read by anyone */
	int64_t revision;                    /* of the base, that they are complete for; 0: of none */
	size_t bytes;
	bool loading;
	size_t users;                        /* it stays while there are any */
	uint64_t used;                       /* when, by the cache's count */
};

static struct {
	pthread_mutex_t lock;                /* guards all of this and the entries */
	pthread_cond_t loaded;               /* an entry's loading has become false */
	struct index_entry *buckets[BUCKETS];
	size_t bytes, limit;
	uint64_t uses;
} cache = { .lock = PTHREAD_MUTEX_INITIALIZER, .loaded = PTHREAD_COND_INITIALIZER, .limit = (size_t)1 << 30 };

enum err index_deadline(struct ctx *ctx)
{
	if (ctx->deadline_ms != 0 && mono_ms() >= ctx->deadline_ms)
		return fail(ctx, ERR_TIMEOUT, "the search took too long");
	return OK;
}

/* -- entries ------------------------------------------------------------------------------------- */

static struct index_entry **bucket_of(const char id[static UUID_TEXT], int64_t embedder_id)
{
	uint64_t hash = str_hash((uint64_t)embedder_id + STR_HASH_NONE, (struct str){ id, UUID_TEXT });

	return &cache.buckets[hash % BUCKETS];
}

/* Found or made. The caller holds the lock. */
static struct index_entry *entry_of(const struct index_query *q)
{
	struct index_entry **bucket = bucket_of(q->knowledge_base_id.p, q->model->id);
	struct index_entry *e;

	for (e = *bucket; e; e = e->next)
		if (e->embedder_id == q->model->id && memcmp(e->base_id, q->knowledge_base_id.p, UUID_TEXT) == 0)
			return e;
	e = xcalloc(1, sizeof(*e));
	memcpy(e->base_id, q->knowledge_base_id.p, UUID_TEXT);
	e->embedder_id = q->model->id;
	e->next = *bucket;
	*bucket = e;
	return e;
}

static void entry_free(struct index_entry *e)
{
	code_set_drop(e->codes);
	free(e);
}

/* -- memory -------------------------------------------------------------------------------------- */

static struct index_entry **least_recently_used(void)
{
	struct index_entry **found = NULL;

	for (size_t i = 0; i < BUCKETS; i++)
		for (struct index_entry **e = &cache.buckets[i]; *e; e = &(*e)->next)
			if ((*e)->users == 0 && (!found || (*e)->used < (*found)->used))
				found = e;
	return found;
}

/* Takes out what was used longest ago until `bytes` more would fit. The caller holds the lock, and frees what
 * is returned without it: giving memory back takes time. */
static struct index_entry *make_room(size_t bytes)
{
	struct index_entry *out = NULL, **oldest, *e;

	while (cache.bytes + bytes > cache.limit && (oldest = least_recently_used())) {
		e = *oldest;
		*oldest = e->next;
		cache.bytes -= e->bytes;
		e->next = out;
		out = e;
	}
	return out;
}

static void free_all(struct index_entry *e)
{
	for (struct index_entry *next; e; e = next) {
		next = e->next;
		entry_free(e);
	}
}

void index_memory_limit(size_t bytes)
{
	struct index_entry *out;

	pthread_mutex_lock(&cache.lock);
	cache.limit = bytes;
	out = make_room(0);
	pthread_mutex_unlock(&cache.lock);
	free_all(out);
}

static void reserve(size_t bytes)
{
	struct index_entry *out;

	pthread_mutex_lock(&cache.lock);
	out = make_room(bytes);
	pthread_mutex_unlock(&cache.lock);
	free_all(out);
}

static size_t memory_limit(void)
{
	size_t limit;

	pthread_mutex_lock(&cache.lock);
	limit = cache.limit;
	pthread_mutex_unlock(&cache.lock);
	return limit;
}

size_t index_memory_used(void)
{
	size_t bytes;

	pthread_mutex_lock(&cache.lock);
	bytes = cache.bytes;
	pthread_mutex_unlock(&cache.lock);
	return bytes;
}

void index_forget_all(void)
{
	size_t limit = memory_limit();

	index_memory_limit(0);
	index_memory_limit(limit);
}

/* -- reading the store ---------------------------------------------------------------------------- */

static enum err mark_removed(struct ctx *ctx, const struct index_query *q, const struct kb_base_state *now,
			     struct code_set *codes)
{
	struct list ranges;

	TRY(contents_ranges(ctx, q->workspace_id, q->knowledge_base_id, 0, &ranges));
	ranges_sort(&ranges);
	code_set_mark(codes, now, &ranges);
	return OK;
}

/* What of the range lies behind the place; none of it: n is 0. */
static struct kb_range range_behind(struct kb_range range, struct code_place place)
{
	int64_t done = place.chunk_seq + 1 - range.first_seq;

	if (range.arrived != place.arrived || done <= 0)
		return range;
	if (done > range.n)
		done = range.n;
	return (struct kb_range){ range.arrived, range.first_seq + done, range.n - done };
}

/* What the set lacks. *out: of struct kb_range, in the order in which it is to be added; *n: all its chunks. */
static enum err ranges_to_add(struct ctx *ctx, const struct index_query *q, const struct code_set *codes,
			      struct list *out, size_t *n)
{
	TRY(contents_ranges(ctx, q->workspace_id, q->knowledge_base_id, codes->newest.arrived, out));
	*n = 0;
	for (size_t i = 0; i < out->n; i++) {
		struct kb_range *range = LIST_AT(*out, struct kb_range, i);

		*range = range_behind(*range, codes->newest);
		*n += (size_t)range->n;
	}
	return OK;
}

static enum err append_range(struct ctx *ctx, const struct index_query *q, const struct kb_range *range,
			     struct code_set *codes, size_t n)
{
	AUTO(stmt_done) struct stmt scan = {0};
	struct kb_vector v;
	bool row;

	TRY(vectors_scan(ctx, q->workspace_id, q->model->id, range->first_seq, range->n, &scan));
	for (size_t i = 0;; i++) {
		if (i % DEADLINE_ROWS == 0)
			TRY(index_deadline(ctx));
		TRY(vectors_next(ctx, &scan, &row, &v));
		if (!row)
			return OK;
		if (v.bytes.n != codes->dimensions * sizeof(float))
			return fail(ctx, ERR_INTERNAL, "the vector of chunk %lld is damaged", (long long)v.chunk_seq);
		if (!code_set_add(codes, (struct code_place){ range->arrived, v.chunk_seq }, v.bytes.p,
				  n > i ? n - i : 1))
			return fail(ctx, ERR_BUSY, "there is no memory for an index");
	}
}

static enum err append(struct ctx *ctx, const struct index_query *q, const struct list *ranges, struct code_set *codes,
		       size_t n)
{
	for (size_t i = 0; i < ranges->n; i++) {
		const struct kb_range *range = LIST_AT(*ranges, struct kb_range, i);

		if (range->n > 0)
			TRY(append_range(ctx, q, range, codes, n));
		n -= (size_t)range->n;
	}
	return OK;
}

/* What a search found in memory, and takes care of while it is `loading`. */
struct update {
	struct code_set *codes;
	bool fits;                           /* into the memory limit */
};

static enum err update_run(struct ctx *ctx, const struct index_query *q, const struct kb_base_state *now,
			   struct update *u)
{
	struct list ranges;
	size_t n_new;

	if (!u->codes)
		u->codes = code_set_new(q->model->dimensions, now->removals);
	if (u->codes->marked != now->removals)
		TRY(mark_removed(ctx, q, now, u->codes));
	TRY(ranges_to_add(ctx, q, u->codes, &ranges, &n_new));
	u->fits = code_set_bytes(u->codes->dimensions, u->codes->n - u->codes->n_removed + n_new) <= memory_limit();
	if (!u->fits)
		return OK;
	reserve(code_set_bytes(u->codes->dimensions, n_new));
	return append(ctx, q, &ranges, u->codes, n_new);
}

static void compact(struct update *u)
{
	struct code_set *compacted;

	if (!u->codes || u->codes->n_removed <= u->codes->n / REMOVED_SHARE)
		return;
	compacted = code_set_compacted(u->codes);
	if (!compacted)
		return;
	code_set_drop(u->codes);
	u->codes = compacted;
}

/* -- following it --------------------------------------------------------------------------------- */

/* The caller holds the lock, and so do all below. */
static void entry_set(struct index_entry *e, struct code_set *codes)
{
	size_t bytes = codes ? codes->bytes : 0;

	cache.bytes = cache.bytes - e->bytes + bytes;
	e->bytes = bytes;
	e->codes = codes;
	e->n_rows = codes ? codes->n : 0;
}

/* Brings the entry up to the snapshot, without the lock meanwhile. Whatever was read before an error is kept. */
static enum err entry_load(struct ctx *ctx, const struct index_query *q, const struct kb_base_state *now,
			   struct index_entry *e)
{
	struct update u = { .codes = e->codes ? code_set_share(e->codes) : NULL, .fits = true };
	struct code_set *before;
	enum err result;

	e->loading = true;
	pthread_mutex_unlock(&cache.lock);
	result = update_run(ctx, q, now, &u);
	compact(&u);
	if (!u.fits) {
		code_set_drop(u.codes);
		u.codes = NULL;
	}
	pthread_mutex_lock(&cache.lock);
	before = e->codes;
	entry_set(e, u.codes);
	code_set_drop(before);
	if (result == OK)
		e->revision = u.fits ? now->revision : 0;
	e->loading = false;
	pthread_cond_broadcast(&cache.loaded);
	return result;
}

static enum err wait_for_loader(struct ctx *ctx)
{
	struct timespec until = { .tv_sec = ctx->deadline_ms / 1000, .tv_nsec = ctx->deadline_ms % 1000 * 1000000 };

	if (ctx->deadline_ms == 0)
		pthread_cond_wait(&cache.loaded, &cache.lock);
	else
		pthread_cond_clockwait(&cache.loaded, &cache.lock, CLOCK_MONOTONIC, &until);
	return index_deadline(ctx);
}

static enum err entry_follow(struct ctx *ctx, const struct index_query *q, const struct kb_base_state *now,
			     struct index_entry *e)
{
	while (e->revision < now->revision) {
		if (e->loading) {
			TRY(wait_for_loader(ctx));
			continue;
		}
		TRY(entry_load(ctx, q, now, e));
		if (!e->codes)
			return OK;
	}
	return OK;
}

/* -- views --------------------------------------------------------------------------------------- */

enum err index_view_open(struct ctx *ctx, const struct index_query *q, const struct kb_base_state *now,
			 struct index_view *out)
{
	struct index_entry *e;
	enum err result;

	assert(q->knowledge_base_id.n == UUID_TEXT && q->model->dimensions <= EMBED_DIMENSIONS_MAX);
	pthread_mutex_lock(&cache.lock);
	e = entry_of(q);
	e->users++;
	e->used = ++cache.uses;
	*out = (struct index_view){ .entry = e };
	result = entry_follow(ctx, q, now, e);
	if (result == OK && e->codes && e->codes->since <= now->removals) {
		out->codes = code_set_share(e->codes);
		out->n_rows = e->n_rows;
	}
	pthread_mutex_unlock(&cache.lock);
	return result;
}

void index_view_close(struct index_view *view)
{
	struct index_entry *out;

	if (!view->entry)
		return;
	code_set_drop(view->codes);
	pthread_mutex_lock(&cache.lock);
	view->entry->users--;
	out = make_room(0);
	pthread_mutex_unlock(&cache.lock);
	free_all(out);
	*view = (struct index_view){0};
}

void index_view_spoil(const struct index_view *view)
{
	struct index_entry *e = view->entry;
	struct code_set *spoilt = NULL;

	log_warn("index.spoilt", kv_s("base", (struct str){ e->base_id, UUID_TEXT }));
	pthread_mutex_lock(&cache.lock);
	/* Somebody may be adding to it; then that is given up by whoever finds out next. */
	if (e->codes == view->codes && !e->loading) {
		spoilt = e->codes;
		entry_set(e, NULL);
		e->revision = 0;
	}
	pthread_mutex_unlock(&cache.lock);
	code_set_drop(spoilt);
}
