/* test/domain/automation_test.c: what becomes due, what comes of it, and that it does so once, whatever the clock, the
 * owner and other processes do. The clock is an argument. */
#include "sources.h"

#include <pthread.h>

#include "base/clock.h"
#include "domain/automation.h"
#include "domain/automation_fire.h"
#include "domain/run.h"

#define OWNER "owner@example.com"
#define NINE "2026-03-02T09:00:00Z"       /* a Monday */

static int64_t moment(const char *time)
{
	int64_t us;

	assert_true(time_parse(str_of(time), &us, NULL));
	return us;
}

static int set_up(void **state)
{
	struct rig *r = sources_set_up(state);

	put_file(r, "folder/" PYDANTIC_FOLDER "greeter.yaml", GREET("greeter"));
	put_file(r, "folder/" PYDANTIC_FOLDER "broken.yaml", "name: [\n");
	return 0;
}

#define WITH_AGENTS(test) cmocka_unit_test_setup_teardown(test, set_up, rig_tear_down)

/* -- automations -------------------------------------------------------------------------------------------- */

static struct automation *draft(struct rig *r, const char *cron)
{
	struct automation *a = NEW(&r->mem, struct automation);

	*a = (struct automation){ .name = S("Greet"), .agent_name = S("greeter"), .cron = str_of(cron),
				  .input_message = S("Hello"), .enabled = true };
	return a;
}

static enum err insert(struct ctx *ctx, struct db_tx *tx, void *arg)
{
	return automations_insert(ctx, tx, arg);
}

/* Stored as if it had been made at that time. */
static struct automation *made_at(struct rig *r, const char *since, struct automation *a)
{
	a->id = uuid_new(&r->mem);
	a->workspace_id = r->ctx.actor.workspace_id;
	if (!a->owner_user_id.p)
		a->owner_user_id = r->ctx.actor.user_id;
	a->created_by = a->owner_user_id;
	a->created_at = a->updated_at = a->floor_at = moment(since);
	automation_schedule(&r->ctx, a);
	assert_int_equal(db_write(&r->ctx, insert, a), OK);
	return a;
}

static struct automation stored(struct rig *r, const struct automation *a)
{
	struct automation now;

	db_snapshot_end(&r->ctx);
	assert_int_equal(automations_by_id(&r->ctx, a->workspace_id, a->id, &now), OK);
	return now;
}

/* How many runs are made at a moment. Whoever acts in the test is not changed by it. */
static size_t fire_at(struct rig *r, int64_t now)
{
	struct actor actor = r->ctx.actor;
	struct firing_tally tally;

	db_snapshot_end(&r->ctx);
	assert_int_equal(automations_fire(&r->ctx, now, &tally), OK);
	assert_int_equal(tally.failed, 0);
	r->ctx.actor = actor;
	return tally.fired;
}

static size_t fire(struct rig *r, const char *now)
{
	return fire_at(r, moment(now));
}

static struct list runs(struct rig *r)
{
	struct run_filter all = { .limit = 1000 };
	struct list out;

	db_snapshot_end(&r->ctx);
	assert_int_equal(runs_list(&r->ctx, r->ctx.actor.workspace_id, &all, &out), OK);
	return out;
}

static struct run newest_run(struct rig *r)
{
	struct list all = runs(r);
	struct run run;

	assert_true(all.n > 0);
	assert_int_equal(runs_by_id(&r->ctx, r->ctx.actor.workspace_id, LIST_AT(all, struct run, 0)->id, &run), OK);
	return run;
}

static int64_t next_of_all(struct rig *r)
{
	int64_t next;

	db_snapshot_end(&r->ctx);
	assert_int_equal(automations_next(&r->ctx, &next), OK);
	return next;
}

/* -- firing --------------------------------------------------------------------------------------------------- */

static void a_window_is_fired_once(void **state)
{
	struct rig *r = *state;
	struct user owner = rig_member(r, OWNER, "operator");
	struct automation *a = draft(r, "0 9 * * *"), now;
	struct run run;

	a->owner_user_id = owner.id;
	made_at(r, "2026-03-01T12:00:00Z", a);
	assert_int_equal(next_of_all(r), moment(NINE));
	assert_int_equal(fire(r, "2026-03-02T08:59:59.999Z"), 0);
	assert_int_equal(fire(r, "2026-03-02T09:00:00.123456Z"), 1);
	assert_int_equal(fire(r, "2026-03-02T09:00:00.123456Z"), 0);
	assert_int_equal(fire(r, "2026-03-03T08:59:59Z"), 0);
	run = newest_run(r);
	assert_str(run.created_by, owner.id.p);
	assert_str(run.trigger, "schedule");
	assert_str(run.automation_id, a->id.p);
	assert_str(run.user_message, "Hello");
	assert_str(run.agent_version_label, "draft");
	now = stored(r, a);
	assert_int_equal(now.last_fired_at, moment("2026-03-02T09:00:00.123Z"));
	assert_int_equal(now.next_fire_at, moment("2026-03-03T09:00:00Z"));
	assert_int_equal(now.updated_at, a->updated_at);
	assert_null(now.last_fire_error.p);
}

static void windows_that_were_missed_come_to_one_run(void **state)
{
	struct rig *r = *state;
	struct automation *a = made_at(r, "2026-01-01T00:00:00Z", draft(r, "*/5 * * * *"));

	assert_int_equal(fire(r, NINE), 1);
	assert_int_equal(fire(r, "2026-03-02T09:04:59Z"), 0);
	assert_int_equal(fire(r, "2026-03-02T09:05:00Z"), 1);
	assert_int_equal(runs(r).n, 2);
	assert_int_equal(stored(r, a).next_fire_at, moment("2026-03-02T09:10:00Z"));
}

static void many_that_are_due_are_all_fired(void **state)
{
	struct rig *r = *state;

	for (int i = 0; i < 150; i++)
		made_at(r, "2026-03-01T12:00:00Z", draft(r, "0 9 * * *"));
	assert_int_equal(fire(r, NINE), 150);
	assert_int_equal(fire(r, NINE), 0);
	assert_int_equal(runs(r).n, 150);
}

static void one_that_is_disabled_waits_and_makes_up_for_it_once(void **state)
{
	struct rig *r = *state;
	struct automation *a = draft(r, "0 9 * * *"), now;
	const struct json *changes;
	int64_t changed_at;

	a->enabled = false;
	made_at(r, "2026-03-01T12:00:00Z", a);
	assert_int_equal(fire(r, NINE), 0);
	assert_int_equal(json_parse(&r->ctx, S("{\"enabled\":true}"), JSON_STRICT, &changes), OK);
	changed_at = now_us();
	assert_int_equal(automation_update(&r->ctx, a->id, changes, &now), OK);
	/* Not in the same moment: that leaves time to take it back. */
	assert_true(stored(r, a).next_fire_at > changed_at);
	assert_int_equal(fire_at(r, changed_at), 0);
	assert_int_equal(fire_at(r, stored(r, a).next_fire_at), 1);
	assert_int_equal(fire_at(r, stored(r, a).last_fired_at + US_PER_SECOND), 0);
}

static void what_cannot_run_says_why_until_it_can(void **state)
{
	struct rig *r = *state;
	struct automation *gone = draft(r, "0 * * * *"), *broken = draft(r, "0 * * * *");

	gone->agent_name = S("later");
	broken->agent_name = S("broken");
	made_at(r, "2026-03-02T08:30:00Z", gone);
	made_at(r, "2026-03-02T08:30:00Z", broken);
	assert_int_equal(fire(r, NINE), 0);
	assert_str(stored(r, gone).last_fire_error, "Agent \"later\" is no longer in the connected repo.");
	assert_int_equal(str_find(stored(r, broken).last_fire_error, S("Agent file failed to parse: ")), 0);
	assert_int_equal(stored(r, gone).last_fired_at, moment(NINE));
	assert_int_equal(fire(r, "2026-03-02T09:59:00Z"), 0);
	put_file(r, "folder/" PYDANTIC_FOLDER "later.yaml", GREET("later"));
	assert_int_equal(fire(r, "2026-03-02T10:00:00Z"), 1);
	assert_null(stored(r, gone).last_fire_error.p);
	assert_non_null(stored(r, broken).last_fire_error.p);
}

static void an_owner_who_left_stops_it_until_they_are_back(void **state)
{
	struct rig *r = *state;
	struct user owner = rig_member(r, OWNER, "operator");
	struct automation *a = draft(r, "0 * * * *");

	a->owner_user_id = owner.id;
	made_at(r, "2026-03-02T08:30:00Z", a);
	assert_int_equal(member_remove(&r->ctx, &r->demo, S(OWNER)), OK);
	assert_int_equal(fire(r, NINE), 0);
	assert_true(str_find(stored(r, a).last_fire_error, S("owner is no longer a member")) > 0);
	rig_member(r, OWNER, "operator");
	assert_int_equal(fire(r, "2026-03-02T10:00:00Z"), 1);
	assert_null(stored(r, a).last_fire_error.p);
}

static void it_runs_beside_its_last_run_unless_told_not_to(void **state)
{
	struct rig *r = *state;
	struct automation *a = draft(r, "0 * * * *");

	made_at(r, "2026-03-02T08:30:00Z", draft(r, "30 * * * *"));
	assert_int_equal(fire(r, "2026-03-02T09:30:00Z"), 1);
	assert_int_equal(fire(r, "2026-03-02T10:30:00Z"), 1);
	a->overlap = S("skip");
	made_at(r, "2026-03-02T10:45:00Z", a);
	assert_int_equal(fire(r, "2026-03-02T11:00:00Z"), 1);
	assert_int_equal(fire(r, "2026-03-02T12:00:00Z"), 1);          /* the other, of 11:30 */
	assert_str(stored(r, a).last_fire_error, "Skipped: its last run was not over yet.");
	for (size_t n = runs(r).n; n > 0; n--) {
		bool unused;

		assert_int_equal(run_cancel(&r->ctx, LIST_AT(runs(r), struct run, n - 1)->id, &unused), OK);
	}
	assert_int_equal(fire(r, "2026-03-02T13:00:00Z"), 2);
	assert_null(stored(r, a).last_fire_error.p);
}

static void a_cron_that_cannot_be_read_says_so_and_is_left_alone(void **state)
{
	struct rig *r = *state;
	struct automation *a = draft(r, "every now and then"), *z = draft(r, "0 9 * * *");

	z->timezone = S("Mars/Olympus_Mons");
	made_at(r, "2026-03-02T08:30:00Z", a);
	made_at(r, "2026-03-02T08:30:00Z", z);
	assert_int_equal(fire(r, NINE), 0);
	assert_true(stored(r, a).last_fire_error.n > 0);
	assert_str(stored(r, z).last_fire_error, "timezone \"Mars/Olympus_Mons\" is not known");
	assert_int_equal(next_of_all(r), 0);
}

static void a_deleted_one_leaves_its_runs(void **state)
{
	struct rig *r = *state;
	struct automation *a = made_at(r, "2026-03-02T08:30:00Z", draft(r, "0 9 * * *"));

	assert_int_equal(fire(r, NINE), 1);
	assert_int_equal(automation_delete(&r->ctx, a->id), OK);
	assert_null(newest_run(r).automation_id.p);
	assert_fails(&r->ctx, automation_delete(&r->ctx, a->id), ERR_NOT_FOUND, "automation not found");
	assert_int_equal(fire(r, "2026-03-03T09:00:00Z"), 0);
}

/* -- the clock --------------------------------------------------------------------------------------------------- */

static void a_day_has_one_window_whatever_its_clocks_do(void **state)
{
	static const char *const DAYS[] = { "2026-03-28T00:00:00Z", "2026-10-24T00:00:00Z" };
	struct rig *r = *state;
	size_t n = 0;

	for (size_t i = 0; i < COUNT_OF(DAYS); i++) {
		struct automation *a = draft(r, "30 2 * * *");

		a->timezone = S("Europe/Berlin");
		made_at(r, DAYS[i], a);
		for (int64_t now = moment(DAYS[i]); now < moment(DAYS[i]) + 3 * US_PER_DAY; now += 10 * 60 * US_PER_SECOND)
			n += fire_at(r, now);
		assert_int_equal(n, 3 * (i + 1));
		assert_int_equal(automation_delete(&r->ctx, a->id), OK);
	}
}

static size_t fire_every_minute(struct rig *r, const char *from, int minutes)
{
	size_t n = 0;

	for (int i = 0; i < minutes; i++)
		n += fire_at(r, moment(from) + i * 60 * US_PER_SECOND);
	return n;
}

static void go_back_to(struct rig *r, const char *now)
{
	db_snapshot_end(&r->ctx);
	assert_int_equal(automations_go_back(&r->ctx, moment(now)), OK);
}

static void a_clock_that_is_set_back_repeats_nothing(void **state)
{
	struct rig *r = *state;

	made_at(r, "2026-03-02T07:59:30Z", draft(r, "* * * * *"));
	assert_int_equal(fire_every_minute(r, "2026-03-02T08:00:00Z", 61), 61);
	go_back_to(r, "2026-03-02T08:30:00Z");
	assert_int_equal(fire_every_minute(r, "2026-03-02T08:30:00Z", 61), 30);
	/* Further than is known. */
	go_back_to(r, "2026-02-01T00:00:00Z");
	assert_int_equal(fire_every_minute(r, "2026-02-01T00:00:00Z", 60), 0);
	assert_int_equal(fire_every_minute(r, "2026-03-02T09:30:00Z", 10), 9);
}

static void a_clock_that_is_set_forward_and_back_loses_nothing(void **state)
{
	struct rig *r = *state;

	made_at(r, "2026-03-02T08:00:00Z", draft(r, "* * * * *"));
	assert_int_equal(fire(r, "2026-03-02T08:01:00Z"), 1);
	assert_int_equal(fire(r, "2031-03-02T08:01:00Z"), 1);          /* for 8:02 and all that follow */
	go_back_to(r, "2026-03-02T08:01:30Z");
	assert_int_equal(fire_every_minute(r, "2026-03-02T08:02:00Z", 30), 29);
}

static void clocks_that_differ_a_little_set_nothing_back(void **state)
{
	struct rig *r = *state;
	struct automation *a = made_at(r, "2026-03-02T08:00:00Z", draft(r, "* * * * *"));
	struct automation before;

	assert_int_equal(fire(r, NINE), 1);
	before = stored(r, a);
	go_back_to(r, "2026-03-02T08:59:30Z");
	assert_int_equal(stored(r, a).floor_at, before.floor_at);
	assert_int_equal(fire_every_minute(r, "2026-03-02T08:59:30Z", 1), 0);
}

/* -- several at once -------------------------------------------------------------------------------------------------- */

enum { RIVALS = 4, WINDOWS = 25 };

struct rival {
	struct db *db;
	size_t fired;
	pthread_t thread;
};

static void *compete(void *arg)
{
	struct rival *rival = arg;

	for (int i = 1; i <= WINDOWS; i++) {
		AUTO(arena_fini) struct arena mem = {0};
		struct ctx ctx = { .mem = &mem, .db = rival->db };
		struct firing_tally tally;

		assert_int_equal(automations_fire(&ctx, moment(NINE) + i * US_PER_SECOND, &tally), OK);
		rival->fired += tally.fired;
		db_reader_close(ctx.reader);
	}
	return NULL;
}

static void rivals_never_fire_a_window_twice(void **state)
{
	struct rig *r = *state;
	struct rival rivals[RIVALS] = {0};
	size_t fired = 0;

	for (int i = 0; i < 3; i++)
		made_at(r, NINE, draft(r, "* * * * * *"));
	for (int i = 0; i < RIVALS; i++) {
		rivals[i].db = r->ctx.db;
		assert_int_equal(pthread_create(&rivals[i].thread, NULL, compete, &rivals[i]), 0);
	}
	for (int i = 0; i < RIVALS; i++) {
		pthread_join(rivals[i].thread, NULL);
		fired += rivals[i].fired;
	}
	/* Who is late may find that windows have become one. */
	assert_true(fired >= 3 && fired <= 3 * WINDOWS);
	assert_int_equal(runs(r).n, fired);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		WITH_AGENTS(a_window_is_fired_once),
		WITH_AGENTS(windows_that_were_missed_come_to_one_run),
		WITH_AGENTS(many_that_are_due_are_all_fired),
		WITH_AGENTS(one_that_is_disabled_waits_and_makes_up_for_it_once),
		WITH_AGENTS(what_cannot_run_says_why_until_it_can),
		WITH_AGENTS(an_owner_who_left_stops_it_until_they_are_back),
		WITH_AGENTS(it_runs_beside_its_last_run_unless_told_not_to),
		WITH_AGENTS(a_cron_that_cannot_be_read_says_so_and_is_left_alone),
		WITH_AGENTS(a_deleted_one_leaves_its_runs),
		WITH_AGENTS(a_day_has_one_window_whatever_its_clocks_do),
		WITH_AGENTS(a_clock_that_is_set_back_repeats_nothing),
		WITH_AGENTS(a_clock_that_is_set_forward_and_back_loses_nothing),
		WITH_AGENTS(clocks_that_differ_a_little_set_nothing_back),
		WITH_AGENTS(rivals_never_fire_a_window_twice),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
