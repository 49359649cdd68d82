/* run/watch.c: one look at the store, one at the draft, and waiting for either to change.
 *
 * An event's id says what was told with it, in a form that outlives this process:
 *
 *     3                      all up to step 3
 *     4.120.9ae16a3b2f90404f   of step 4 the first 120 bytes, which have this digest
 *     end                    everything
 *
 * So no one needs to remember which draft a watcher has seen: a text either begins with what was told, or it
 * does not. Drafts of one step differ only when a model was asked again, which is rare; then the digest is
 * taken of a text's beginning once.
 */
#include "run/watch.h"

#include "base/clock.h"
#include "db/db.h"

enum {
	LOOK_MS = 250,                       /* at a run that others carry out, or nobody */
	LOOK_ATTENDED_MS = 10000,            /* at one whose changes are rung */
	DIGEST_HEX = 16,
};

#define END_ID "end"

static bool begins_with_what_was_told(const struct run_watch *w, struct str text)
{
	return text.n >= w->offset &&
	       str_hash(STR_HASH_NONE, (struct str){ text.p, w->offset }) == w->digest;
}

/* -- ids --------------------------------------------------------------------------------------------------- */

static bool read_digest(struct str hex, uint64_t *out)
{
	*out = 0;
	for (size_t i = 0; i < hex.n; i++) {
		int digit = hex_digit(hex.p[i]);

		if (digit < 0)
			return false;
		*out = *out << 4 | (unsigned)digit;
	}
	return hex.n == DIGEST_HEX;
}

static bool read_count(struct str digits, int64_t *out)
{
	return digits.n > 0 && digits.n < 16 && is_digit(digits.p[0]) && str_to_int(digits, out);
}

static void begin_step(struct run_watch *w, int64_t step)
{
	w->step = step;
	w->offset = 0;
	w->digest = STR_HASH_NONE;
	w->draft = 0;
}

static bool read_place(struct str id, struct run_watch *w)
{
	struct str rest = id, step = str_cut(&rest, '.'), offset;
	int64_t n;

	if (!read_count(step, &n))
		return false;
	if (!rest.p) {
		begin_step(w, n + 1);
		return true;
	}
	begin_step(w, n);
	offset = str_cut(&rest, '.');
	if (!read_count(offset, &n) || !read_digest(rest, &w->digest))
		return false;
	w->offset = (size_t)n;
	return true;
}

static enum err resume(struct ctx *ctx, struct str after, struct run_watch *w)
{
	begin_step(w, 0);
	w->over = str_is(after, END_ID);
	if (after.n == 0 || w->over || read_place(after, w))
		return OK;
	return fail(ctx, ERR_INVALID, "'%.*s' is not the id of an event", STR(after));
}

static struct str step_id(struct arena *mem, int64_t step)
{
	return arena_printf(mem, "%lld", (long long)step);
}

static struct str delta_id(struct arena *mem, const struct run_watch *w)
{
	return arena_printf(mem, "%lld.%zu.%0*llx", (long long)w->step, w->offset, DIGEST_HEX,
			    (unsigned long long)w->digest);
}

/* -- telling ------------------------------------------------------------------------------------------------- */

/* text: what follows the offset, in a text that is known to begin with what was told. */
static void tell_delta(struct arena *mem, struct run_watch *w, struct str text, struct run_event *out)
{
	*out = (struct run_event){ .kind = RUN_EVENT_DELTA, .step = w->step, .offset = (int64_t)w->offset,
				   .text = text };
	w->digest = str_hash(w->digest, text);
	w->offset += text.n;
	out->id = delta_id(mem, w);
}

/* text: all there is. False: it says nothing new. */
static bool tell_text(struct ctx *ctx, struct run_watch *w, struct str text, struct run_event *out)
{
	bool goes_on = begins_with_what_was_told(w, text);

	if (!goes_on)
		begin_step(w, w->step);
	if (goes_on && text.n == w->offset)
		return false;
	tell_delta(ctx->mem, w, str_from(text, w->offset), out);
	return true;
}

static bool tell_draft(struct ctx *ctx, struct run_watch *w, struct run_event *out)
{
	struct run_draft draft;
	bool told;

	if (!run_feed_draft(w->feed, w->step, w->draft, w->offset, ctx->mem, &w->place, &draft))
		return false;
	if (draft.number == w->draft) {
		if (draft.text.n > 0)
			tell_delta(ctx->mem, w, draft.text, out);
		return draft.text.n > 0;
	}
	/* A new draft that is not as far as the one before may still get there. */
	if (draft.text.n < w->offset)
		return false;
	told = tell_text(ctx, w, draft.text, out);
	w->draft = draft.number;
	return told;
}

static bool tell_status(struct run_watch *w, const struct run *standing, struct run_event *out)
{
	int status = (int)run_status_of(standing);

	if (status == w->status || run_is_over(standing))
		return false;
	*out = (struct run_event){ .kind = RUN_EVENT_STATUS, .run = *standing };
	w->status = status;
	return true;
}

static enum err tell_step(struct ctx *ctx, struct run_watch *w, struct run_event *out, bool *told)
{
	struct recorded_step step;
	enum err e = record_step(ctx, ctx->actor.workspace_id, w->run_id, w->step, &step);
	bool is_reply;

	if (e == ERR_NOT_FOUND)
		return OK;
	TRY(e);
	*told = true;
	is_reply = step.message.role == MESSAGE_REPLY;
	if (is_reply && tell_text(ctx, w, step.message.text, out))
		return OK;
	*out = (struct run_event){ .kind = is_reply ? RUN_EVENT_REPLY : RUN_EVENT_RESULT, .step = w->step,
				   .id = step_id(ctx->mem, w->step), .recorded = step };
	begin_step(w, w->step + 1);
	return OK;
}

static enum err tell_end(struct ctx *ctx, struct run_watch *w, struct run_event *out, bool *told)
{
	*out = (struct run_event){ .kind = RUN_EVENT_END, .id = S(END_ID) };
	TRY(run_get(ctx, w->run_id, &out->run));
	*told = w->over = true;
	return OK;
}

/* What is stored of a run is of one moment: a run that is over has all its steps. */
static enum err tell_stored(struct ctx *ctx, struct run_watch *w, struct run_event *out, bool *told)
{
	struct run standing;

	TRY(db_snapshot_begin(ctx));
	TRY(runs_standing(ctx, ctx->actor.workspace_id, w->run_id, &standing));
	*told = tell_status(w, &standing, out);
	if (!*told)
		TRY(tell_step(ctx, w, out, told));
	if (!*told && run_is_over(&standing))
		TRY(tell_end(ctx, w, out, told));
	return OK;
}

/* -- looking and waiting --------------------------------------------------------------------------------------- */

static void let_go_of_store(struct ctx *ctx)
{
	db_snapshot_end(ctx);
	db_reader_close(TAKE(ctx->reader));
}

/* A look that found something is followed by another. */
static enum err look(struct ctx *ctx, struct run_watch *w, struct run_event *out, bool *told)
{
	bool attended;
	enum err e;

	/* First, so that what changes while we look is looked at again. */
	w->due |= run_feed_heard(w->feed, &w->place, &attended);
	if (!w->due && mono_ms() < w->look_ms)
		return OK;
	e = tell_stored(ctx, w, out, told);
	w->due = *told;
	w->look_ms = mono_ms() + (attended ? LOOK_ATTENDED_MS : LOOK_MS);
	return e;
}

/* What is lent to whoever writes the draft. */
struct loan {
	struct arena *mem;
	struct run_watch *watch;
};

/* Only what follows on what was told; all else is decided by the watcher itself. */
static bool show_delta(void *arg, const struct run_draft *draft)
{
	const struct loan *loan = arg;
	struct run_watch *w = loan->watch;
	AUTO(arena_rewind) struct arena_mark mark = arena_mark(loan->mem);
	const size_t offset = w->offset;
	const uint64_t digest = w->digest;
	struct run_event event;

	if (draft->number != w->draft)
		return false;
	tell_delta(loan->mem, w, str_from(draft->text, w->offset), &event);
	if (w->listener->show(w->listener->arg, loan->mem, &event))
		return true;
	w->offset = offset;
	w->digest = digest;
	return false;
}

static bool goes_on(const struct run_watch *w)
{
	return !w->listener || w->listener->go_on(w->listener->arg);
}

/* False: until_ms has passed. */
static bool wait_for_news(struct ctx *ctx, struct run_watch *w, int64_t until_ms)
{
	struct loan loan = { ctx->mem, w };
	struct run_feed_waiter waiter = { .place = &w->place, .bell = &w->bell, .arg = &loan };

	let_go_of_store(ctx);
	if (w->listener)
		waiter.see = show_delta;
	run_feed_wait(w->feed, &waiter, sooner(until_ms, w->look_ms));
	return mono_ms() < until_ms;
}

static enum err next(struct ctx *ctx, struct run_watch *w, int64_t until_ms, struct run_event *out)
{
	bool told = false;

	do {
		struct arena_mark mark = arena_mark(ctx->mem);

		TRY(look(ctx, w, out, &told));
		if (!told)
			told = tell_draft(ctx, w, out);
		if (!told)
			arena_rewind(&mark);
	} while (!told && goes_on(w) && wait_for_news(ctx, w, until_ms));
	return told ? OK : fail(ctx, ERR_TIMEOUT, "nothing happened");
}

enum err run_watch_next(struct ctx *ctx, struct run_watch *w, int64_t until_ms, struct run_event *out)
{
	enum err e;

	if (w->over)
		return fail(ctx, ERR_GONE, "the run is over");
	e = next(ctx, w, until_ms, out);
	let_go_of_store(ctx);
	return e;
}

enum err run_watch_open(struct ctx *ctx, struct str run_id, struct str after, struct run_watch *out)
{
	struct run_watch w = { .run_id = arena_str(ctx->mem, run_id), .status = -1, .due = true };
	struct run run;

	TRY(run_get(ctx, run_id, &run));
	TRY(resume(ctx, after, &w));
	w.feed = run_feed_open(w.run_id);
	*out = w;
	bell_init(&out->bell);
	return OK;
}

void run_watch_close(struct run_watch *w)
{
	if (!w->feed)
		return;
	run_feed_close(w->feed);
	bell_fini(&w->bell);
	w->feed = NULL;
}
