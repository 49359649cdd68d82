/* http/stream.c: an answer sent while it is being made.
 *
 * The handler appends framed bytes to `waiting`; the loop swaps that for the buffer it has
 * finished sending. So nothing is copied between them, and the lock is held for moments.
 * What a client does not read stays in those two buffers and, past their limit, holds up the
 * handler.
 */
#include "http/internal.h"

#include <assert.h>

enum { MAX_UNSENT_BYTES = 256 * 1024, SLICE_BYTES = 64 * 1024, KEEP_BYTES = 16 * 1024 };

void stream_init(struct stream *st)
{
	pthread_mutex_init(&st->lock, NULL);
	pthread_cond_init(&st->room, NULL);
}

void stream_fini(struct stream *st)
{
	buf_fini(&st->waiting);
	buf_fini(&st->leaving);
	pthread_cond_destroy(&st->room);
	pthread_mutex_destroy(&st->lock);
}

static void empty(struct buf *b)
{
	b->n = 0;
	if (b->cap > KEEP_BYTES)
		buf_fini(b);
}

void stream_reset(struct stream *st)
{
	empty(&st->waiting);
	empty(&st->leaving);
	st->n_taken = 0;
	st->begun = st->gone = st->ended = st->truncated = st->in_write = st->waited_for = false;
	st->heartbeat = (struct str){ NULL, 0 };
	st->bell = NULL;
}

/* -- the loop's side ---------------------------------------------------------------------- */

void stream_lose(struct stream *st)
{
	pthread_mutex_lock(&st->lock);
	st->gone = true;
	pthread_cond_broadcast(&st->room);
	if (st->bell)
		bell_ring(st->bell);
	pthread_mutex_unlock(&st->lock);
}

static bool read_flag(struct stream *st, const bool *flag)
{
	bool value;

	pthread_mutex_lock(&st->lock);
	value = *flag;
	pthread_mutex_unlock(&st->lock);
	return value;
}

bool stream_is_gone(struct stream *st)
{
	return read_flag(st, &st->gone);
}

bool stream_has_begun(struct stream *st)
{
	return read_flag(st, &st->begun);
}

bool stream_is_waited_for(struct stream *st)
{
	return read_flag(st, &st->waited_for);
}

bool stream_take(struct stream *st)
{
	struct buf sent = st->leaving;

	sent.n = 0;
	pthread_mutex_lock(&st->lock);
	st->leaving = st->waiting;
	st->waiting = sent;
	st->n_taken = st->leaving.n;
	pthread_cond_broadcast(&st->room);
	pthread_mutex_unlock(&st->lock);
	return st->leaving.n > 0;
}

bool stream_has_heartbeat(struct stream *st)
{
	bool has;

	pthread_mutex_lock(&st->lock);
	has = st->heartbeat.p && !st->ended;
	pthread_mutex_unlock(&st->lock);
	return has;
}

bool stream_is_whole(struct stream *st)
{
	bool whole;

	pthread_mutex_lock(&st->lock);
	whole = st->ended && !st->truncated;
	pthread_mutex_unlock(&st->lock);
	return whole;
}

/* -- the handler's side ------------------------------------------------------------------- */

static void tell_loop(struct http_exchange *x)
{
	pool_post(&x->server->pool, x, EVENT_STREAM);
}

/* Neither HEAD nor 204 nor 304 has a body, whatever the handler writes. */
static bool is_mute(const struct http_exchange *x)
{
	return x->in.request.method == HTTP_HEAD || !exchange_has_body(x);
}

/* Too many streams: this one becomes a refusal, and its writes find nobody. */
static void refuse_stream(struct http_exchange *x)
{
	exchange_refuse(x, 503, "too many streams are open");
	stream_lose(&x->stream);
}

void http_stream_begin(struct http_exchange *x, int status)
{
	struct http_date date = { .second = 0 };
	struct buf head = { .mem = &x->mem };

	assert(x->status == 0);
	if (!pool_step_aside(x->worker)) {
		refuse_stream(x);
		return;
	}
	x->status = status;
	/* HTTP/1.0 knows no chunks: the end of the connection is the end of the body. */
	x->keep_alive = x->keep_alive && !x->in.http_1_0;
	exchange_begin_head(x, &head, &date);
	if (exchange_has_body(x) && !x->in.http_1_0)
		buf_str(&head, S("Transfer-Encoding: chunked\r\n"));
	buf_add(&head, "\r\n", 2);

	pthread_mutex_lock(&x->stream.lock);
	x->stream.begun = true;
	buf_str(&x->stream.waiting, buf_view(&head));
	pthread_mutex_unlock(&x->stream.lock);
	tell_loop(x);
}

static bool is_full(const struct stream *st)
{
	return st->waiting.n + st->n_taken > MAX_UNSENT_BYTES;
}

static void add_framed(struct buf *to, struct str bytes, bool chunked)
{
	if (chunked)
		buf_printf(to, "%zx\r\n", bytes.n);
	buf_str(to, bytes);
	if (chunked)
		buf_add(to, "\r\n", 2);
}

/* The loop's own, but framed like the handler's. */
void stream_beat(struct http_exchange *x)
{
	struct stream *st = &x->stream;

	pthread_mutex_lock(&st->lock);
	if (!st->in_write && !st->ended && !st->gone)
		add_framed(&st->waiting, st->heartbeat, !x->in.http_1_0);
	pthread_mutex_unlock(&st->lock);
}

void http_stream_heartbeat(struct http_exchange *x, struct str text)
{
	/* A chunk of nothing would be the last one. */
	assert(text.n > 0);
	if (is_mute(x))
		return;
	pthread_mutex_lock(&x->stream.lock);
	x->stream.heartbeat = text;
	pthread_mutex_unlock(&x->stream.lock);
	tell_loop(x);
}

/* last: of its write. */
static bool write_slice(struct http_exchange *x, struct str slice, bool last)
{
	struct stream *st = &x->stream;
	bool gone;

	pthread_mutex_lock(&st->lock);
	while (is_full(st) && !st->gone)
		pthread_cond_wait(&st->room, &st->lock);
	gone = st->gone;
	st->truncated |= gone;
	st->in_write = !last;
	if (!gone)
		add_framed(&st->waiting, slice, !x->in.http_1_0);
	pthread_mutex_unlock(&st->lock);
	if (!gone)
		tell_loop(x);
	return !gone;
}

enum err http_stream_write(struct http_exchange *x, struct str bytes)
{
	assert(x->status != 0);
	if (is_mute(x))
		return http_stream_alive(x) ? OK : ERR_GONE;
	while (bytes.n > 0) {
		struct str slice = { bytes.p, bytes.n < SLICE_BYTES ? bytes.n : SLICE_BYTES };

		bytes = str_from(bytes, slice.n);
		if (!write_slice(x, slice, bytes.n == 0))
			return ERR_GONE;
	}
	return OK;
}

bool http_stream_offer(struct http_exchange *x, struct str bytes)
{
	struct stream *st = &x->stream;
	bool taken;

	if (is_mute(x))
		return http_stream_alive(x);
	pthread_mutex_lock(&st->lock);
	taken = bytes.n <= SLICE_BYTES && !is_full(st) && !st->gone;
	if (taken)
		add_framed(&st->waiting, bytes, !x->in.http_1_0);
	pthread_mutex_unlock(&st->lock);
	if (taken)
		tell_loop(x);
	return taken;
}

bool http_stream_alive(struct http_exchange *x)
{
	return !stream_is_gone(&x->stream);
}

void http_stream_bell(struct http_exchange *x, struct bell *bell)
{
	pthread_mutex_lock(&x->stream.lock);
	x->stream.bell = bell;
	pthread_mutex_unlock(&x->stream.lock);
}

enum err http_wait_begin(struct http_exchange *x)
{
	if (!pool_step_aside(x->worker))
		return ERR_BUSY;
	pthread_mutex_lock(&x->stream.lock);
	x->stream.waited_for = true;
	pthread_mutex_unlock(&x->stream.lock);
	tell_loop(x);
	return OK;
}

static bool may_end_whole(const struct http_exchange *x)
{
	const struct stream *st = &x->stream;

	return st->begun && !st->ended && !st->truncated && !is_mute(x);
}

void http_stream_end_with(struct http_exchange *x, struct str last)
{
	struct stream *st = &x->stream;
	bool chunked = !x->in.http_1_0;

	pthread_mutex_lock(&st->lock);
	if (may_end_whole(x) && last.n > 0)
		add_framed(&st->waiting, last, chunked);
	if (may_end_whole(x) && chunked)
		buf_str(&st->waiting, S("0\r\n\r\n"));
	st->ended = true;
	pthread_mutex_unlock(&st->lock);
	tell_loop(x);
}

void http_stream_end(struct http_exchange *x)
{
	http_stream_end_with(x, S(""));
}
