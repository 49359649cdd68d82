/* test/run/worker_test.c: the threads, as a server would have them; two struct db on one file stand
 * for two processes. */
#include "rig.h"

#include <unistd.h>

#include "run/worker.h"

enum { PATIENCE_MS = 60000 }; /* how long a test waits for what must happen; never reached */

static struct run_workers *start(struct rig *r, struct db *db, size_t n_workers, int lease_ms)
{
	struct run_workers_options options = {
		.db = db,
		.n_workers = n_workers,
		.lock_path = rig_path(r, "workers.lock"),
		.lease_ms = lease_ms,
	};
	struct run_workers *w;

	assert_int_equal(run_workers_start(&r->ctx, &options, &w), OK);
	return w;
}

static bool has_status(struct rig *r, struct str id, const char *status)
{
	return str_is(rig_read(r, id).status, status);
}

#define WAIT_UNTIL(condition)                                                                                          \
	do {                                                                                                           \
		int64_t end_ = mono_ms() + PATIENCE_MS;                                                                \
		while (!(condition)) {                                                                                 \
			assert_true(mono_ms() < end_);                                                                 \
			usleep(2000);                                                                                  \
		}                                                                                                      \
	} while (0)

/* -- work ------------------------------------------------------------------------------------------- */

static void a_run_is_carried_out_when_the_bell_rings(void **state)
{
	struct rig *r = *state;
	struct run_workers *w = start(r, r->ctx.db, 2, 0);
	struct run run = rig_run(r, S("hello"));

	run_workers_ring(w);
	WAIT_UNTIL(has_status(r, run.id, "succeeded"));
	run_workers_stop(w);
	assert_int_equal(script.asked, 1);
}

static void a_run_that_nobody_rang_for_is_found(void **state)
{
	struct rig *r = *state;
	struct run_workers *w = start(r, r->ctx.db, 1, 300);
	struct run run = rig_run(r, S("hello"));

	WAIT_UNTIL(has_status(r, run.id, "succeeded"));
	run_workers_stop(w);
}

static void without_workers_runs_are_left_to_others(void **state)
{
	struct rig *r = *state;
	struct run run = rig_run(r, S("hello"));
	struct run_workers *w = start(r, r->ctx.db, 0, 0);

	run_workers_ring(w);
	run_workers_stop(w);
	run_workers_stop(NULL);
	run_workers_ring(NULL);
	assert_true(has_status(r, run.id, "queued"));
}

static void a_lock_file_that_cannot_be_made_is_told_at_start(void **state)
{
	struct rig *r = *state;
	struct run_workers_options options = { .db = r->ctx.db,
					       .n_workers = 1,
					       .lock_path = rig_path(r, "no/such/folder") };
	struct run_workers *w;

	assert_fails(&r->ctx, run_workers_start(&r->ctx, &options, &w), ERR_INTERNAL, "no/such/folder");
}

/* -- two processes ------------------------------------------------------------------------------------ */

struct other {
	struct ctx ctx;
	struct arena mem;
};

static struct other *open_again(struct rig *r)
{
	struct db_options options = { .path = rig_path(r, "agentd.db"),
				      .migrations = store_migrations,
				      .n_migrations = n_store_migrations };
	struct other *o = NEW(&r->mem, struct other);

	arena_init(&o->mem, 0);
	o->ctx.mem = &o->mem;
	assert_int_equal(db_open(&o->ctx, &options, &o->ctx.db), OK);
	return o;
}

static void other_close(struct other *o)
{
	db_close(o->ctx.db);
	arena_fini(&o->mem);
}

static size_t n_with_status(struct rig *r, const struct run *runs, size_t n, const char *status)
{
	size_t found = 0;

	for (size_t i = 0; i < n; i++)
		found += has_status(r, runs[i].id, status);
	return found;
}

static void two_processes_share_the_work_and_no_run(void **state)
{
	enum { RUNS = 40 };
	struct rig *r = *state;
	struct other *o = open_again(r);
	struct run_workers *a = start(r, r->ctx.db, 4, 0), *b = start(r, o->ctx.db, 4, 0);
	struct run runs[RUNS];
	int called = 0;

	script.n_turns = 1, script.n_calls = 2;
	for (int i = 0; i < RUNS; i++) {
		runs[i] = rig_run(r, S("hello"));
		run_workers_ring(i % 2 ? a : b);
	}
	WAIT_UNTIL(n_with_status(r, runs, RUNS, "succeeded") == RUNS);
	run_workers_stop(a);
	run_workers_stop(b);
	other_close(o);
	for (size_t i = 0; i < COUNT_OF(script.called); i++)
		called += script.called[i];
	assert_int_equal(script.asked, 2 * RUNS);
	assert_int_equal(called, 2 * RUNS);
	for (int i = 0; i < RUNS; i++)
		assert_int_equal(rig_read(r, runs[i].id).attempts, 1);
}

static void what_a_dead_process_left_goes_on_as_soon_as_another_starts(void **state)
{
	struct rig *r = *state;
	struct run run = rig_run(r, S("hello"));
	struct owner dead;
	struct lease_terms terms = { .owner = &dead, .lease_us = 3600 * US_PER_SECOND, .attempts = 3 };
	struct run_workers *w;
	bool more;

	assert_int_equal(owner_init(&r->ctx, rig_path(r, "workers.lock"), &dead), OK);
	assert_int_equal(lease_claim(&r->ctx, &terms, &run, &more), OK);
	owner_fini(&dead);
	w = start(r, r->ctx.db, 1, 0);
	WAIT_UNTIL(has_status(r, run.id, "succeeded"));
	run_workers_stop(w);
	assert_int_equal(rig_read(r, run.id).attempts, 2);
}

/* -- while a model is thinking ---------------------------------------------------------------------------- */

static atomic_bool thinking, released;

static void think(void)
{
	atomic_store(&thinking, true);
	WAIT_UNTIL(atomic_load(&released));
}

static struct run thinking_run(struct rig *r, struct run_workers *w)
{
	struct run run = rig_run(r, S("hello"));

	atomic_store(&thinking, false);
	atomic_store(&released, false);
	script.thinking = think;
	run_workers_ring(w);
	WAIT_UNTIL(atomic_load(&thinking));
	return run;
}

static void a_lease_is_renewed_while_the_model_takes_its_time(void **state)
{
	struct rig *r = *state;
	struct run_workers *w = start(r, r->ctx.db, 1, 3000);
	struct run run = thinking_run(r, w);
	int64_t first = rig_read(r, run.id).lease_expires_at;

	WAIT_UNTIL(rig_read(r, run.id).lease_expires_at > first);
	atomic_store(&released, true);
	WAIT_UNTIL(has_status(r, run.id, "succeeded"));
	run_workers_stop(w);
}

static void what_a_model_says_after_the_run_was_cancelled_is_not_heard(void **state)
{
	struct rig *r = *state;
	struct run_workers *w = start(r, r->ctx.db, 1, 0);
	struct run run = thinking_run(r, w), next;
	bool cancelled;

	assert_int_equal(run_cancel(&r->ctx, run.id, &cancelled), OK);
	assert_true(cancelled);
	atomic_store(&released, true);
	script.thinking = NULL;
	next = rig_run(r, S("next"));
	run_workers_ring(w);
	WAIT_UNTIL(has_status(r, next.id, "succeeded"));
	run_workers_stop(w);
	assert_true(has_status(r, run.id, "cancelled"));
	assert_str(rig_read(r, run.id).output, "");
}

/* -- while a model is replying --------------------------------------------------------------------------- */

static struct run replying_run(struct rig *r, struct run_workers *w)
{
	struct run run = rig_run(r, S("hello"));

	script.endless = true;
	run_workers_ring(w);
	WAIT_UNTIL(script.asked == 1);
	return run;
}

static void a_reply_is_broken_off_at_once_when_its_run_is_cancelled(void **state)
{
	struct rig *r = *state;
	struct run_workers *w = start(r, r->ctx.db, 1, 0);
	struct run run = replying_run(r, w);
	bool cancelled;

	assert_int_equal(run_cancel(&r->ctx, run.id, &cancelled), OK);
	WAIT_UNTIL(script.left == 1);
	run_workers_stop(w);
	assert_true(has_status(r, run.id, "cancelled"));
}

static enum err cancel_elsewhere(struct ctx *ctx, struct db_tx *tx, void *arg)
{
	static const struct sql SQL = { "test.cancel", "UPDATE run SET status = 'cancelled', lease_owner = NULL" };
	AUTO(stmt_done) struct stmt s = { 0 };

	TRY(stmt_write(ctx, tx, &SQL, &s));
	return stmt_run(ctx, &s, NULL);
}

static void a_reply_is_broken_off_when_another_process_cancels(void **state)
{
	struct rig *r = *state;
	/* Leases are renewed too seldom to be what it is noticed by. */
	struct run_workers *w = start(r, r->ctx.db, 1, 3600 * 1000);
	struct run run = replying_run(r, w);

	assert_int_equal(db_write(&r->ctx, cancel_elsewhere, NULL), OK);
	WAIT_UNTIL(script.left == 1);
	run_workers_stop(w);
	assert_true(has_status(r, run.id, "cancelled"));
}

static void a_reply_is_broken_off_when_the_process_stops_and_the_run_goes_on_later(void **state)
{
	struct rig *r = *state;
	struct run_workers *w = start(r, r->ctx.db, 1, 0);
	struct run run = replying_run(r, w);

	run_workers_stop(w);
	assert_int_equal(script.left, 1);
	assert_true(has_status(r, run.id, "queued"));
	assert_int_equal(rig_read(r, run.id).attempts, 0);
	script.endless = false;
	w = start(r, r->ctx.db, 1, 0);
	WAIT_UNTIL(has_status(r, run.id, "succeeded"));
	run_workers_stop(w);
}

/* -- stopping ------------------------------------------------------------------------------------------------ */

static void doze(void)
{
	usleep(5000);
}

static size_t n_steps(struct rig *r, struct str run_id)
{
	struct list steps;

	assert_int_equal(run_steps_list(&r->ctx, r->ctx.actor.workspace_id, run_id, &steps), OK);
	return steps.n;
}

/* Wherever in the run it happens: no step is lost, none happens twice. */
static void stopping_hands_runs_back_and_starting_goes_on_with_them(void **state)
{
	enum { TURNS = 40 };
	struct rig *r = *state;
	struct run_workers *w = start(r, r->ctx.db, 1, 0);
	struct run run = rig_run(r, S("hello"));

	script.n_turns = TURNS, script.thinking = doze;
	for (size_t steps = 3; steps < 30; steps += 9) {
		run_workers_ring(w);
		WAIT_UNTIL(n_steps(r, run.id) >= steps);
		run_workers_stop(w);
		assert_false(has_status(r, run.id, "running"));
		w = start(r, r->ctx.db, 1, 0);
	}
	WAIT_UNTIL(has_status(r, run.id, "succeeded"));
	run_workers_stop(w);
	assert_int_equal(script.asked, TURNS + 1);
	for (int turn = 0; turn < TURNS; turn++)
		assert_int_equal(script.called[turn * CALLS_MAX], 1);
	assert_int_equal(rig_read(r, run.id).attempts, 1);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		WITH_AN_AGENT(a_run_is_carried_out_when_the_bell_rings),
		WITH_AN_AGENT(a_run_that_nobody_rang_for_is_found),
		WITH_AN_AGENT(without_workers_runs_are_left_to_others),
		WITH_AN_AGENT(a_lock_file_that_cannot_be_made_is_told_at_start),
		WITH_AN_AGENT(two_processes_share_the_work_and_no_run),
		WITH_AN_AGENT(what_a_dead_process_left_goes_on_as_soon_as_another_starts),
		WITH_AN_AGENT(a_lease_is_renewed_while_the_model_takes_its_time),
		WITH_AN_AGENT(what_a_model_says_after_the_run_was_cancelled_is_not_heard),
		WITH_AN_AGENT(a_reply_is_broken_off_at_once_when_its_run_is_cancelled),
		WITH_AN_AGENT(a_reply_is_broken_off_when_another_process_cancels),
		WITH_AN_AGENT(a_reply_is_broken_off_when_the_process_stops_and_the_run_goes_on_later),
		WITH_AN_AGENT(stopping_hands_runs_back_and_starting_goes_on_with_them),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
