/* test/sched/scheduler_test.c: the thread that fires automations, by a clock of the test's own. */
#include "../domain/sources.h"

#include <stdatomic.h>

#include "base/clock.h"
#include "domain/automation.h"
#include "sched/scheduler.h"

enum { PATIENCE_MS = 60 * 1000, NEVER_MS = 3600 * 1000 };

static _Atomic int64_t time_of_day;
static atomic_int bells;

static int64_t show_time(void)
{
	return time_of_day;
}

static void ring(void *arg)
{
	(void)arg;
	bells++;
}

static int set_up(void **state)
{
	struct rig *r = sources_set_up(state);

	put_file(r, "folder/" PYDANTIC_FOLDER "greeter.yaml", GREET("greeter"));
	time_of_day = now_us();
	bells = 0;
	return 0;
}

#define WITH_AGENTS(test) cmocka_unit_test_setup_teardown(test, set_up, rig_tear_down)

static struct scheduler *start(struct rig *r, int64_t poll_ms)
{
	struct scheduler_options options = { .db = r->ctx.db, .fired = ring, .clock = show_time, .poll_ms = poll_ms };
	struct scheduler *s;

	assert_int_equal(scheduler_start(&r->ctx, &options, &s), OK);
	return s;
}

static void make(struct rig *r, const char *cron)
{
	struct automation draft = { .name = S("Greet"), .agent_name = S("greeter"), .cron = str_of(cron),
				    .input_message = S(""), .enabled = true };
	struct automation made;

	assert_int_equal(automation_create(&r->ctx, &draft, &made), OK);
}

static void wait_for_bells(int n)
{
	int64_t end = mono_ms() + PATIENCE_MS;

	while (bells < n && mono_ms() < end)
		usleep(2000);
	assert_true(bells >= n);
}

static void it_rings_when_a_window_has_come(void **state)
{
	struct rig *r = *state;
	struct scheduler *s;

	make(r, "0 0 1 1 *");
	s = start(r, 5);
	usleep(50 * 1000);
	assert_int_equal(bells, 0);
	time_of_day += 366 * US_PER_DAY;
	wait_for_bells(1);
	/* Back and forth: that window is over. */
	time_of_day -= 366 * US_PER_DAY;
	usleep(50 * 1000);
	time_of_day += 366 * US_PER_DAY;
	usleep(50 * 1000);
	assert_int_equal(bells, 1);
	time_of_day += 366 * US_PER_DAY;
	wait_for_bells(2);
	scheduler_stop(s);
}

static void who_changes_something_wakes_it(void **state)
{
	struct rig *r = *state;
	struct scheduler *s = start(r, NEVER_MS);

	usleep(50 * 1000);
	make(r, "0 0 1 1 *");
	time_of_day += 366 * US_PER_DAY;
	usleep(50 * 1000);
	assert_int_equal(bells, 0);
	scheduler_wake(s);
	wait_for_bells(1);
	scheduler_stop(s);
}

static void it_sleeps_no_longer_than_to_the_next_window(void **state)
{
	struct rig *r = *state;
	struct scheduler *s;
	int64_t stored;

	make(r, "* * * * * *");
	assert_int_equal(automations_next(&r->ctx, &stored), OK);
	time_of_day = stored - 20 * 1000;
	s = start(r, NEVER_MS);
	usleep(1000);
	time_of_day = stored;
	wait_for_bells(1);
	scheduler_stop(s);
}

static void it_stops_whatever_it_is_at(void **state)
{
	struct rig *r = *state;

	make(r, "* * * * * *");
	for (int i = 0; i < 20; i++) {
		time_of_day += 10 * US_PER_SECOND;
		scheduler_stop(start(r, 1));
	}
	scheduler_stop(NULL);
	scheduler_wake(NULL);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		WITH_AGENTS(it_rings_when_a_window_has_come),
		WITH_AGENTS(who_changes_something_wakes_it),
		WITH_AGENTS(it_sleeps_no_longer_than_to_the_next_window),
		WITH_AGENTS(it_stops_whatever_it_is_at),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
