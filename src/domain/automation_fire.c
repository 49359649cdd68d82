/* domain/automation_fire.c: look at what is due and decide, several at a time; then store them in one transaction.
 *
 * What takes time, reading the agent, is done before the transaction. Inside it the automation is looked at again:
 * who changed it meanwhile, or was faster, makes the decision void.
 */
#include "domain/automation_fire.h"

#include "base/clock.h"
#include "base/log.h"
#include "domain/automation.h"
#include "domain/run.h"
#include "store/workspaces.h"

/* For how long it is known which windows were dealt with. */
#define WINDOWS_KEPT_US US_PER_DAY
/* Clocks of several machines differ by less. */
#define AHEAD_US (60 * US_PER_SECOND)

enum { BATCH = 64 };

#define OWNER_LEFT "The automation's owner is no longer a member of the workspace. It runs again when they are back."
#define STILL_RUNNING "Skipped: its last run was not over yet."

static const struct str NONE = { NULL, 0 };

/* One automation on its way through this file. */
struct firing {
	struct automation was, now;
	int64_t window;                      /* 0: none has come, but the automation changes */
	bool runs;
	struct run run;
	struct run_creation creation;
	enum { VOID, STORED, FIRED, SKIPPED } outcome;
};

struct batch {
	struct firing items[BATCH];
	size_t n;
	int64_t fired_at;
};

/* -- decide ---------------------------------------------------------------------------------------------- */

static enum err check_owner(struct ctx *ctx, const struct automation *a)
{
	struct str role;
	enum err e = members_role(ctx, a->workspace_id, a->owner_user_id, &role);

	return e == ERR_NOT_FOUND ? fail(ctx, ERR_UNPROCESSABLE, OWNER_LEFT) : e;
}

/* The owner acts, as if they had asked for the run themselves. */
static enum err prepare(struct ctx *ctx, const struct automation *a, struct run_creation *creation)
{
	const struct run_request request = {
		.agent = a->agent_name, .prefer_draft = a->use_draft, .message = a->input_message,
		.trigger = "schedule", .automation_id = a->id,
	};

	TRY(check_owner(ctx, a));
	ctx->actor = (struct actor){ .workspace_id = a->workspace_id, .user_id = a->owner_user_id };
	return run_prepare(ctx, &request, creation);
}

/* Whether trying again will not help: then the window is over. */
static bool is_verdict(enum err e)
{
	return e == ERR_NOT_FOUND || e == ERR_UNPROCESSABLE || e == ERR_INVALID || e == ERR_CONFLICT ||
	       e == ERR_TOO_LARGE;
}

/* Times are told in milliseconds. */
static int64_t whole_ms(int64_t us)
{
	return us / 1000 * 1000;
}

static enum err decide_window(struct ctx *ctx, const struct schedule *s, int64_t now, struct firing *f)
{
	enum err e;

	f->now.last_fired_at = f->now.floor_at = whole_ms(now);
	f->now.last_fire_error = NONE;
	f->now.next_fire_at = schedule_next(s, f->now.floor_at);
	f->creation.run = &f->run;
	e = prepare(ctx, &f->was, &f->creation);
	f->runs = e == OK;
	if (!is_verdict(e))
		return e;
	f->now.last_fire_error = arena_str(ctx->mem, str_of(ctx->why));
	return OK;
}

/* What is stored about when it is due may be older than what is stored about when it runs: an operator's hand, or a
 * cron that came by an import. */
static enum err decide(struct ctx *ctx, const struct automation_key *key, int64_t now, struct firing *f)
{
	struct schedule s;
	enum err e;

	*f = (struct firing){0};
	TRY(automations_by_id(ctx, key->workspace_id, key->id, &f->was));
	f->now = f->was;
	e = schedule_of(ctx, &f->was, &s);
	if (e != OK) {
		f->now.next_fire_at = 0;
		f->now.last_fire_error = arena_str(ctx->mem, str_of(ctx->why));
		return OK;
	}
	f->now.next_fire_at = schedule_next(&s, f->was.floor_at);
	if (!f->now.next_fire_at || f->now.next_fire_at > now)
		return OK;
	f->window = f->now.next_fire_at;
	return decide_window(ctx, &s, now, f);
}

/* -- store ----------------------------------------------------------------------------------------------- */

static enum err is_current(struct ctx *ctx, const struct automation *was, bool *out)
{
	struct automation a;
	enum err e = automations_by_id(ctx, was->workspace_id, was->id, &a);

	*out = e == OK && a.enabled && a.updated_at == was->updated_at && a.floor_at == was->floor_at &&
	       a.next_fire_at == was->next_fire_at;
	return e == ERR_NOT_FOUND ? OK : e;
}

static enum err look_for_overlap(struct ctx *ctx, struct firing *f)
{
	bool running;

	if (!f->runs || !str_is(f->was.overlap, "skip"))
		return OK;
	TRY(automations_running(ctx, &f->was, &running));
	if (!running)
		return OK;
	f->runs = false;
	f->now.last_fire_error = S(STILL_RUNNING);
	return OK;
}

static enum err store_window(struct ctx *ctx, struct db_tx *tx, struct firing *f, int64_t fired_at)
{
	struct automation_window window = {
		.automation_id = f->was.id, .workspace_id = f->was.workspace_id, .window_at = f->window,
		.fired_at = fired_at,
	};
	bool fresh;

	TRY(look_for_overlap(ctx, f));
	if (f->runs)
		window.run_id = f->run.id;
	TRY(automation_windows_insert(ctx, tx, &window, &fresh));
	TRY(automation_windows_prune(ctx, tx, &f->was, f->window - WINDOWS_KEPT_US));
	if (!fresh) {
		/* The clock was set back: it was dealt with the first time. */
		f->now.last_fired_at = f->was.last_fired_at;
		f->now.last_fire_error = f->was.last_fire_error;
		return OK;
	}
	f->outcome = f->runs ? FIRED : SKIPPED;
	return f->runs ? run_insert(ctx, tx, &f->creation) : OK;
}

static enum err store(struct ctx *ctx, struct db_tx *tx, struct firing *f, int64_t fired_at)
{
	bool current;

	f->outcome = VOID;
	TRY(is_current(ctx, &f->was, &current));
	if (!current)
		return OK;
	f->outcome = STORED;
	if (f->window)
		TRY(store_window(ctx, tx, f, fired_at));
	return automations_update(ctx, tx, &f->was, &f->now);
}

static enum err store_all(struct ctx *ctx, struct db_tx *tx, void *arg)
{
	struct batch *b = arg;

	for (size_t i = 0; i < b->n; i++)
		TRY(store(ctx, tx, &b->items[i], b->fired_at));
	return OK;
}

/* -- all of it ------------------------------------------------------------------------------------------- */

static void tell(const struct firing *f, struct firing_tally *tally)
{
	tally->fired += f->outcome == FIRED;
	tally->skipped += f->outcome == SKIPPED;
	if (f->outcome == FIRED)
		log_info("automation.fire", kv_s("automation", f->was.id), kv_s("run", f->run.id),
			 kv_i("late_ms", (f->now.last_fired_at - f->window) / 1000));
	else if (f->outcome == SKIPPED || (f->outcome == STORED && f->now.last_fire_error.p && !f->now.next_fire_at))
		log_warn("automation.skip", kv_s("automation", f->was.id), kv_s("why", f->now.last_fire_error));
}

static void prepare_batch(struct ctx *ctx, const struct automation_key *keys, size_t n, struct batch *b,
			  struct firing_tally *tally)
{
	b->n = 0;
	for (size_t i = 0; i < n; i++) {
		enum err e = decide(ctx, &keys[i], b->fired_at, &b->items[b->n]);

		b->n += e == OK;
		/* Deleted meanwhile. */
		if (e == OK || e == ERR_NOT_FOUND)
			continue;
		tally->failed++;
		log_error("automation.failed", kv_s("automation", keys[i].id), kv_z("why", ctx->why));
	}
}

static enum err fire_batch(struct ctx *ctx, const struct automation_key *keys, size_t n, int64_t now,
			   struct firing_tally *tally)
{
	AUTO(arena_rewind) struct arena_mark mark = arena_mark(ctx->mem);
	struct batch *b = arena_alloc(ctx->mem, sizeof(*b));

	b->fired_at = now;
	prepare_batch(ctx, keys, n, b, tally);
	if (b->n == 0)
		return OK;
	TRY(db_write(ctx, store_all, b));
	for (size_t i = 0; i < b->n; i++)
		tell(&b->items[i], tally);
	return OK;
}

enum err automations_fire(struct ctx *ctx, int64_t now, struct firing_tally *tally)
{
	struct list due;

	*tally = (struct firing_tally){0};
	TRY(automations_due(ctx, now, &due));
	for (size_t i = 0; i < due.n; i += BATCH) {
		size_t n = due.n - i < BATCH ? due.n - i : BATCH;

		TRY(fire_batch(ctx, LIST_AT(due, struct automation_key, i), n, now, tally));
	}
	return OK;
}

/* -- when the clock is set back -------------------------------------------------------------------------- */

struct journey {
	int64_t now;
	struct list ahead;                   /* of struct automation_key */
};

/* Where it is not known which windows were dealt with, all were. */
static enum err go_back(struct ctx *ctx, struct db_tx *tx, const struct automation_key *key, int64_t now)
{
	struct automation was, back;
	int64_t known;

	TRY(automations_by_id(ctx, key->workspace_id, key->id, &was));
	TRY(automation_windows_first(ctx, &was, &known));
	back = was;
	back.floor_at = known > now ? known : now;
	if (back.floor_at >= was.floor_at)
		return OK;
	automation_schedule(ctx, &back);
	log_warn("automation.back", kv_s("automation", was.id),
		 kv_i("seconds", (was.floor_at - back.floor_at) / US_PER_SECOND));
	return automations_update(ctx, tx, &was, &back);
}

static enum err go_back_all(struct ctx *ctx, struct db_tx *tx, void *arg)
{
	struct journey *j = arg;

	TRY(automations_ahead(ctx, j->now + AHEAD_US, &j->ahead));
	for (size_t i = 0; i < j->ahead.n; i++)
		TRY(go_back(ctx, tx, LIST_AT(j->ahead, struct automation_key, i), j->now));
	return OK;
}

enum err automations_go_back(struct ctx *ctx, int64_t now)
{
	struct journey j = { .now = whole_ms(now) };

	TRY(automations_ahead(ctx, j.now + AHEAD_US, &j.ahead));
	return j.ahead.n ? db_write(ctx, go_back_all, &j) : OK;
}
