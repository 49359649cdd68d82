/* test/store/runs_test.c: rows of runs: lists and pages, guarded changes, whose turn it is. */
#include "store/runs.h"

#include <math.h>

#include "base/id.h"
#include "workspace.h"

#define MS INT64_C(1000)
#define T0 (INT64_C(1769904000000) * MS) /* 2026-02-01, in microseconds */

/* -- what most tests need ------------------------------------------------------------------------ */

static struct run blank_run(struct rig *r, int64_t created_at)
{
	return (struct run){
		.id = uuid_new(&r->mem),
		.workspace_id = r->ctx.actor.workspace_id,
		.status = S("queued"),
		.trigger = S("manual"),
		.created_by = S("ada"),
		.created_at = created_at,
		.tokens_input = NO_INT,
		.tokens_output = NO_INT,
		.cost_usd = NAN,
		.agent_name = S("greeter"),
		.agent_path = S("managed/1"),
		.model = S("builtin:extractive"),
		.user_message = S(""),
		.output = S(""),
		.spec = S("{}"),
	};
}

static enum err insert(struct ctx *ctx, struct db_tx *tx, void *run)
{
	return runs_insert(ctx, tx, run);
}

static struct run add(struct rig *r, struct run run)
{
	assert_int_equal(db_write(&r->ctx, insert, &run), OK);
	return run;
}

struct change {
	const struct run *was, *now;
};

static enum err update(struct ctx *ctx, struct db_tx *tx, void *arg)
{
	const struct change *c = arg;

	return runs_update(ctx, tx, c->was, c->now);
}

static enum err change(struct rig *r, const struct run *was, const struct run *now)
{
	struct change c = { was, now };

	return db_write(&r->ctx, update, &c);
}

static enum err renew(struct ctx *ctx, struct db_tx *tx, void *run)
{
	return runs_renew(ctx, tx, run);
}

/* The run as a worker has claimed it. */
static struct run claimed(struct rig *r, const struct run *run, struct str owner, int64_t until)
{
	struct run now = *run;

	now.status = S("running");
	now.attempts = 1;
	now.lease_owner = owner;
	now.lease_expires_at = until;
	assert_int_equal(change(r, run, &now), OK);
	return now;
}

static struct list list_of(struct rig *r, struct run_filter filter)
{
	struct list out;

	if (!filter.limit)
		filter.limit = 50;
	assert_int_equal(runs_list(&r->ctx, r->ctx.actor.workspace_id, &filter, &out), OK);
	return out;
}

static const struct run *at(struct list list, size_t i)
{
	assert_true(i < list.n);
	return LIST_AT(list, struct run, i);
}

static struct run by_id(struct rig *r, struct str id)
{
	struct run run;

	assert_int_equal(runs_by_id(&r->ctx, r->ctx.actor.workspace_id, id, &run), OK);
	return run;
}

/* -- one run ----------------------------------------------------------------------------------------- */

static void what_was_stored_comes_back(void **state)
{
	struct rig *r = *state;
	struct run run = blank_run(r, T0), got;
	struct str spec;

	run.agent_id = S("1");
	run.agent_version_label = S("v3");
	run.automation_id = S("2");
	run.parent_run_id = S("3");
	run.user_message = S("hello \xf0\x9f\x98\x80");
	run.error_message = S("boom");
	run.streamed_output = S("part");
	run.tokens_input = 0;
	run.cost_usd = 0.000123;
	run.spec = S("{\"name\":\"x\"}");
	got = by_id(r, add(r, run).id);
	assert_str(got.agent_id, "1");
	assert_str(got.agent_version_label, "v3");
	assert_str(got.automation_id, "2");
	assert_str(got.parent_run_id, "3");
	assert_true(str_eq(got.user_message, run.user_message));
	assert_str(got.error_message, "boom");
	assert_str(got.streamed_output, "part");
	assert_int_equal(got.tokens_input, 0);
	assert_true(got.tokens_output == NO_INT);
	assert_true(got.cost_usd == 0.000123);
	assert_int_equal(got.created_at, T0);
	assert_int_equal(got.started_at, 0);
	assert_int_equal(runs_spec(&r->ctx, run.workspace_id, run.id, &spec), OK);
	assert_str(spec, "{\"name\":\"x\"}");
}

static void a_run_of_another_workspace_does_not_exist(void **state)
{
	struct rig *r = *state;
	struct str id = add(r, blank_run(r, T0)).id;
	struct run run;

	enter_workspace(r, S("other"));
	assert_int_equal(runs_by_id(&r->ctx, r->ctx.actor.workspace_id, id, &run), ERR_NOT_FOUND);
	assert_int_equal(list_of(r, (struct run_filter){ 0 }).n, 0);
}

static void a_change_is_refused_once_the_run_is_not_what_it_was(void **state)
{
	struct rig *r = *state;
	struct run queued = add(r, blank_run(r, T0)), running = claimed(r, &queued, S("a"), T0), now = running, stale;

	now.output = S("late");
	assert_int_equal(change(r, &queued, &now), ERR_CONFLICT);
	stale = running, stale.attempts = 2;
	assert_int_equal(change(r, &stale, &now), ERR_CONFLICT);
	stale = running, stale.lease_owner = S("b");
	assert_int_equal(change(r, &stale, &now), ERR_CONFLICT);
	stale = running, stale.workspace_id = S("elsewhere");
	assert_int_equal(change(r, &stale, &now), ERR_CONFLICT);
	assert_str(by_id(r, running.id).output, "");
	assert_int_equal(change(r, &running, &now), OK);
	assert_str(by_id(r, running.id).output, "late");
}

/* -- the list -------------------------------------------------------------------------------------------- */

static void the_newest_come_first_and_equals_by_id(void **state)
{
	struct rig *r = *state;
	struct run old = add(r, blank_run(r, T0)), twin1 = add(r, blank_run(r, T0 + MS)),
		   twin2 = add(r, blank_run(r, T0 + MS));
	struct list all = list_of(r, (struct run_filter){ 0 });

	assert_int_equal(all.n, 3);
	assert_true(str_eq(at(all, 0)->id, twin2.id));
	assert_true(str_eq(at(all, 1)->id, twin1.id));
	assert_true(str_eq(at(all, 2)->id, old.id));
}

static void filters_hold_together(void **state)
{
	struct rig *r = *state;
	struct run run = blank_run(r, T0);

	add(r, run);
	run = blank_run(r, T0 + MS), run.status = S("failed"), run.trigger = S("event");
	add(r, run);
	run = blank_run(r, T0 + 2 * MS), run.status = S("failed"), run.agent_name = S("other");
	add(r, run);
	assert_int_equal(list_of(r, (struct run_filter){ .statuses = S("failed") }).n, 2);
	assert_int_equal(list_of(r, (struct run_filter){ .statuses = S("queued,failed") }).n, 3);
	assert_int_equal(list_of(r, (struct run_filter){ .statuses = S("cancelled") }).n, 0);
	assert_int_equal(list_of(r, (struct run_filter){ .triggers = S("event") }).n, 1);
	assert_int_equal(list_of(r, (struct run_filter){ .statuses = S("failed"), .triggers = S("manual") }).n, 1);
	assert_int_equal(list_of(r, (struct run_filter){ .agent_name = S("other") }).n, 1);
	assert_int_equal(list_of(r, (struct run_filter){ .agent_name = S("Other") }).n, 0);
	assert_int_equal(list_of(r, (struct run_filter){ .before = T0 + 2 * MS }).n, 2);
	assert_int_equal(list_of(r, (struct run_filter){ .before = T0 }).n, 0);
}

/* Goes through all pages as a client does: by the createdAt of the last run, in milliseconds. */
static size_t page_through(struct rig *r, int64_t limit, size_t most_pages)
{
	struct run_filter filter = { .limit = limit };
	size_t seen = 0;

	for (size_t page = 0; page < most_pages; page++) {
		struct list runs = list_of(r, filter);

		if (runs.n == 0)
			return seen;
		seen += runs.n;
		filter.before = at(runs, runs.n - 1)->created_at / MS * MS;
	}
	return SIZE_MAX;
}

static void paging_by_millisecond_loses_no_run_and_repeats_none(void **state)
{
	enum { RUNS = 60 };
	struct rig *r = *state;

	/* Up to five in a millisecond, some of them in the same microsecond. */
	for (int i = 0; i < RUNS; i++)
		add(r, blank_run(r, T0 + i / 5 * MS + i % 3));
	for (int64_t limit = 1; limit <= 12; limit++)
		assert_int_equal(page_through(r, limit, RUNS + 1), RUNS);
}

static void a_page_is_no_longer_than_asked_unless_a_millisecond_is_shared(void **state)
{
	struct rig *r = *state;

	for (int i = 0; i < 10; i++)
		add(r, blank_run(r, T0 + i * MS));
	assert_int_equal(list_of(r, (struct run_filter){ .limit = 3 }).n, 3);
	add(r, blank_run(r, T0 + 7 * MS + 1));
	assert_int_equal(list_of(r, (struct run_filter){ .limit = 3 }).n, 4);
	assert_int_equal(list_of(r, (struct run_filter){ .limit = 4 }).n, 4);
}

static void a_list_carries_the_beginnings_of_long_texts(void **state)
{
	struct rig *r = *state;
	struct run run = blank_run(r, T0);
	struct buf text = { .mem = &r->mem };
	struct list all;

	for (int i = 0; i < 1000; i++)
		buf_z(&text, "\xc3\xb6");
	run.user_message = buf_view(&text);
	run.error_message = S("");
	add(r, run);
	all = list_of(r, (struct run_filter){ 0 });
	assert_int_equal(at(all, 0)->user_message.n, 480);
	assert_null(at(all, 0)->error_message.p);
}

/* -- leases ---------------------------------------------------------------------------------------------- */

static void an_expired_lease_comes_before_what_is_queued_and_the_oldest_first(void **state)
{
	struct rig *r = *state;
	struct run first = add(r, blank_run(r, T0)), second = add(r, blank_run(r, T0 + MS)), next;
	bool waiting;

	assert_int_equal(runs_next(&r->ctx, T0, &next), OK);
	assert_true(str_eq(next.id, first.id));
	first = claimed(r, &first, S("a"), T0 + 5 * MS);
	assert_int_equal(runs_next(&r->ctx, T0 + 4 * MS, &next), OK);
	assert_true(str_eq(next.id, second.id));
	assert_int_equal(runs_next(&r->ctx, T0 + 5 * MS, &next), OK);
	assert_true(str_eq(next.id, first.id));

	claimed(r, &second, S("a"), T0 + 9 * MS);
	assert_int_equal(runs_next(&r->ctx, T0 + 4 * MS, &next), ERR_NOT_FOUND);
	assert_int_equal(runs_waiting(&r->ctx, T0 + 4 * MS, &waiting), OK);
	assert_false(waiting);
	assert_int_equal(runs_waiting(&r->ctx, T0 + 5 * MS, &waiting), OK);
	assert_true(waiting);
}

static void only_the_holder_of_a_lease_can_renew_it(void **state)
{
	struct rig *r = *state;
	struct run queued = add(r, blank_run(r, T0)), held = claimed(r, &queued, S("a"), T0), stale = held, next;

	stale.lease_owner = S("b");
	stale.lease_expires_at = T0 + 100 * MS;
	assert_int_equal(db_write(&r->ctx, renew, &stale), ERR_CONFLICT);
	stale = held, stale.attempts = 2;
	assert_int_equal(db_write(&r->ctx, renew, &stale), ERR_CONFLICT);
	assert_int_equal(runs_next(&r->ctx, T0, &next), OK);
	held.lease_expires_at = T0 + 100 * MS;
	assert_int_equal(db_write(&r->ctx, renew, &held), OK);
	assert_int_equal(runs_next(&r->ctx, T0, &next), ERR_NOT_FOUND);
}

static enum err bury(struct ctx *ctx, struct db_tx *tx, void *arg)
{
	return runs_expire(ctx, tx, *(struct str *)arg);
}

static void the_leases_of_an_owner_end_together(void **state)
{
	struct rig *r = *state;
	struct run one = add(r, blank_run(r, T0)), two = add(r, blank_run(r, T0)), three = add(r, blank_run(r, T0)),
		   next;
	struct str gone = S("a");
	struct list owners;

	claimed(r, &one, S("a"), T0 + MS);
	claimed(r, &two, S("b"), T0 + MS);
	claimed(r, &three, S("a"), T0 + MS);
	assert_int_equal(runs_owners(&r->ctx, &owners), OK);
	assert_int_equal(owners.n, 2);
	assert_int_equal(db_write(&r->ctx, bury, &gone), OK);
	assert_int_equal(runs_next(&r->ctx, T0, &next), OK);
	assert_str(next.lease_owner, "a");
	claimed(r, &next, S("c"), T0 + MS);
	assert_int_equal(runs_next(&r->ctx, T0, &next), OK);
	assert_str(next.lease_owner, "a");
	claimed(r, &next, S("c"), T0 + MS);
	assert_int_equal(runs_next(&r->ctx, T0, &next), ERR_NOT_FOUND);
}

/* -- steps ------------------------------------------------------------------------------------------------- */

static enum err insert_step(struct ctx *ctx, struct db_tx *tx, void *step)
{
	return run_steps_insert(ctx, tx, step);
}

static void a_step_is_recorded_once_and_steps_come_in_order(void **state)
{
	struct rig *r = *state;
	struct run run = add(r, blank_run(r, T0));
	struct run_step step = { .run_id = run.id,
				 .workspace_id = run.workspace_id,
				 .kind = S("reply"),
				 .body = S("{}"),
				 .tokens_input = 3,
				 .tokens_output = 4,
				 .created_at = T0 };
	struct list steps;

	for (step.ordinal = 2; step.ordinal >= 0; step.ordinal--)
		assert_int_equal(db_write(&r->ctx, insert_step, &step), OK);
	step.ordinal = 1;
	assert_int_equal(db_write(&r->ctx, insert_step, &step), ERR_CONFLICT);
	assert_int_equal(run_steps_list(&r->ctx, run.workspace_id, run.id, &steps), OK);
	assert_int_equal(steps.n, 3);
	for (size_t i = 0; i < 3; i++)
		assert_int_equal(LIST_AT(steps, struct run_step, i)->ordinal, i);
	assert_int_equal(LIST_AT(steps, struct run_step, 0)->tokens_output, 4);
}

/* -- speed --------------------------------------------------------------------------------------------------- */

/* Without a filter the list is one range of the index, whatever the table's size; a worker's question, too. */
static void the_hot_questions_are_answered_by_indexes(void **state)
{
	static const struct {
		struct sql sql;
		int n_params;
		const char *index;
	} PLANS[] = {
		{ { "plan.list",
		    "EXPLAIN QUERY PLAN SELECT id FROM run WHERE workspace_id = $1 "
		    "AND ($2 IS NULL OR instr($2, status)) AND created_at < $3 "
		    "ORDER BY created_at DESC, id DESC LIMIT 50" }, 3, "run_created" },
		{ { "plan.queued",
		    "EXPLAIN QUERY PLAN SELECT id FROM run WHERE status = 'queued' AND spec <> '' "
		    "ORDER BY created_at, id LIMIT 1" }, 0, "run_queued" },
		{ { "plan.expired",
		    "EXPLAIN QUERY PLAN SELECT id FROM run WHERE status = 'running' AND lease_expires_at <= $1 "
		    "ORDER BY lease_expires_at LIMIT 1" }, 1, "run_leased" },
		{ { "plan.held",
		    "EXPLAIN QUERY PLAN SELECT id FROM run WHERE status = 'running' AND lease_owner = $1" },
		  1, "run_leased" },
	};
	struct rig *r = *state;

	for (size_t i = 0; i < COUNT_OF(PLANS); i++) {
		AUTO(stmt_done) struct stmt s = { 0 };
		bool row;

		assert_int_equal(stmt_read(&r->ctx, &PLANS[i].sql, &s), OK);
		for (int n = 0; n < PLANS[i].n_params; n++)
			bind_null(&s);
		assert_int_equal(stmt_step(&r->ctx, &s, &row), OK);
		col_int(&s), col_int(&s), col_int(&s);
		assert_true(str_find(col_view(&s), str_of(PLANS[i].index)) >= 0);
		assert_int_equal(stmt_step(&r->ctx, &s, &row), OK);
		assert_false(row);
	}
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		IN_WORKSPACE(what_was_stored_comes_back),
		IN_WORKSPACE(a_run_of_another_workspace_does_not_exist),
		IN_WORKSPACE(a_change_is_refused_once_the_run_is_not_what_it_was),
		IN_WORKSPACE(the_newest_come_first_and_equals_by_id),
		IN_WORKSPACE(filters_hold_together),
		IN_WORKSPACE(paging_by_millisecond_loses_no_run_and_repeats_none),
		IN_WORKSPACE(a_page_is_no_longer_than_asked_unless_a_millisecond_is_shared),
		IN_WORKSPACE(a_list_carries_the_beginnings_of_long_texts),
		IN_WORKSPACE(an_expired_lease_comes_before_what_is_queued_and_the_oldest_first),
		IN_WORKSPACE(only_the_holder_of_a_lease_can_renew_it),
		IN_WORKSPACE(the_leases_of_an_owner_end_together),
		IN_WORKSPACE(a_step_is_recorded_once_and_steps_come_in_order),
		IN_WORKSPACE(the_hot_questions_are_answered_by_indexes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
