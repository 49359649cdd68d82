/* test/base/cron_test.c: what is taken, what is refused and how, and when it is due; by UTC and by the clocks of zones.
 * What the reference was recorded to do is compared by base/cron_suite.c. */
#include "../unit.h"

#include "base/clock.h"
#include "base/cron.h"

static int64_t moment(const char *time)
{
	int64_t us;

	assert_true(time_parse(str_of(time), &us, NULL));
	return us;
}

static const struct cron *parsed(struct ctx *ctx, const char *text)
{
	const struct cron *c;
	enum err e = cron_parse(ctx, str_of(text), &c);

	if (e != OK)
		print_error("\"%s\" is refused: %s\n", text, ctx->why);
	assert_int_equal(e, OK);
	return c;
}

static const char *time_text(struct arena *mem, int64_t us)
{
	char *text = arena_alloc(mem, TIME_TEXT_BYTES);

	time_iso(text, us, 3);
	return text;
}

/* The moments it is due after one, separated by blanks; "never" ends the list. */
static void assert_due(const char *text, const char *zone, const char *after, const char *moments)
{
	ARENA(mem);
	struct ctx ctx = { .mem = &mem };
	const struct cron *c = parsed(&ctx, text);
	const struct tz *tz = tz_load(&mem, str_of(zone));
	struct str rest = str_of(moments);
	int64_t at = moment(after);

	assert_non_null(tz);
	while (rest.p) {
		struct str want = str_cut(&rest, ' ');
		bool comes = cron_next(c, tz, at, &at);

		if (str_is(want, "never")) {
			assert_false(comes);
			return;
		}
		assert_true(comes);
		if (at != moment(arena_strz(&mem, want)))
			print_error("\"%s\" is due at %s, not %.*s\n", text, time_text(&mem, at), STR(want));
		assert_int_equal(at, moment(arena_strz(&mem, want)));
	}
}

#define THURSDAY "2026-01-15T12:34:56.789Z"

/* -- what it means ------------------------------------------------------------------------------------------ */

static void five_fields_are_due_at_whole_minutes(void **state)
{
	assert_due("* * * * *", "UTC", THURSDAY, "2026-01-15T12:35:00Z 2026-01-15T12:36:00Z");
	assert_due("0 9 * * 1", "UTC", THURSDAY, "2026-01-19T09:00:00Z 2026-01-26T09:00:00Z");
	assert_due("59 23 31 12 *", "UTC", THURSDAY, "2026-12-31T23:59:00Z 2027-12-31T23:59:00Z");
	assert_due("0 0 29 2 *", "UTC", "2096-03-01T00:00:00Z", "2104-02-29T00:00:00Z");
	(void)state;
}

static void six_fields_begin_with_seconds(void **state)
{
	assert_due("*/20 * * * * *", "UTC", THURSDAY, "2026-01-15T12:35:00Z 2026-01-15T12:35:20Z 2026-01-15T12:35:40Z");
	assert_due("30 59 23 * * *", "UTC", THURSDAY, "2026-01-15T23:59:30Z 2026-01-16T23:59:30Z");
	assert_due("* * * * * *", "UTC", "2026-01-15T12:34:57Z", "2026-01-15T12:34:58Z");
	(void)state;
}

static void lists_ranges_and_steps(void **state)
{
	assert_due("50,10 3-4 * * *", "UTC", THURSDAY, "2026-01-16T03:10:00Z 2026-01-16T03:50:00Z 2026-01-16T04:10:00Z");
	assert_due("10-40/15 0 * * *", "UTC", THURSDAY, "2026-01-16T00:10:00Z 2026-01-16T00:25:00Z 2026-01-16T00:40:00Z "
		   "2026-01-17T00:10:00Z");
	assert_due("40/10 * * * *", "UTC", THURSDAY, "2026-01-15T12:40:00Z 2026-01-15T12:50:00Z 2026-01-15T13:40:00Z");
	assert_due("*/90 * * * *", "UTC", THURSDAY, "2026-01-15T13:00:00Z 2026-01-15T14:00:00Z");
	assert_due("*-5 0 1-? * *", "UTC", THURSDAY, "2026-02-01T00:00:00Z 2026-02-01T00:01:00Z");
	(void)state;
}

static void names_are_three_letters_in_any_case(void **state)
{
	assert_due("0 0 * * MON-Wed", "UTC", THURSDAY, "2026-01-19T00:00:00Z 2026-01-20T00:00:00Z 2026-01-21T00:00:00Z "
		   "2026-01-26T00:00:00Z");
	assert_due("0 0 1 feb,NOV *", "UTC", THURSDAY, "2026-02-01T00:00:00Z 2026-11-01T00:00:00Z");
	assert_due("0 0 1 jan1 *", "UTC", THURSDAY, "2026-11-01T00:00:00Z");
	/* Of which THU has an H. */
	assert_due("0 0 * * THU", "UTC", THURSDAY, "2026-01-22T00:00:00Z 2026-01-29T00:00:00Z");
	assert_due("0 0 * * Thu#4", "UTC", THURSDAY, "2026-01-22T00:00:00Z 2026-02-26T00:00:00Z");
	(void)state;
}

static void sunday_is_0_and_7(void **state)
{
	assert_due("0 0 * * 7", "UTC", THURSDAY, "2026-01-18T00:00:00Z 2026-01-25T00:00:00Z");
	assert_due("0 0 * * 6-7/2", "UTC", THURSDAY, "2026-01-17T00:00:00Z 2026-01-18T00:00:00Z");
	(void)state;
}

static void either_kind_of_days_will_do_when_both_are_restricted(void **state)
{
	assert_due("0 0 13 * 5", "UTC", THURSDAY, "2026-01-16T00:00:00Z 2026-01-23T00:00:00Z 2026-01-30T00:00:00Z "
		   "2026-02-06T00:00:00Z 2026-02-13T00:00:00Z");
	assert_due("0 0 ? * 1", "UTC", THURSDAY, "2026-01-19T00:00:00Z 2026-01-26T00:00:00Z");
	assert_due("0 0 1-31 * 1", "UTC", THURSDAY, "2026-01-16T00:00:00Z 2026-01-17T00:00:00Z");
	(void)state;
}

static void the_last_and_the_second_of_a_month(void **state)
{
	assert_due("0 0 L * *", "UTC", THURSDAY, "2026-01-31T00:00:00Z 2026-02-28T00:00:00Z 2026-03-31T00:00:00Z");
	assert_due("0 0 * * 5L", "UTC", THURSDAY, "2026-01-30T00:00:00Z 2026-02-27T00:00:00Z");
	assert_due("0 0 * * THUL", "UTC", THURSDAY, "2026-01-29T00:00:00Z 2026-02-26T00:00:00Z");
	assert_due("0 0 * * 7L", "UTC", THURSDAY, "2026-01-25T00:00:00Z 2026-02-22T00:00:00Z");
	assert_due("0 0 * * mon#2", "UTC", THURSDAY, "2026-02-09T00:00:00Z 2026-03-09T00:00:00Z");
	assert_due("0 0 * * 1#5", "UTC", THURSDAY, "2026-03-30T00:00:00Z 2026-06-29T00:00:00Z");
	/* The number also holds for a day of the month. */
	assert_due("0 0 13 * 1#1", "UTC", THURSDAY, "2026-02-02T00:00:00Z 2026-03-02T00:00:00Z");
	(void)state;
}

static void words_stand_for_five_fields(void **state)
{
	assert_due("@yearly", "UTC", THURSDAY, "2027-01-01T00:00:00Z");
	assert_due("@monthly", "UTC", THURSDAY, "2026-02-01T00:00:00Z");
	assert_due("@weekly", "UTC", THURSDAY, "2026-01-18T00:00:00Z");
	assert_due(" @daily\n", "UTC", THURSDAY, "2026-01-16T00:00:00Z");
	assert_due("@hourly", "UTC", THURSDAY, "2026-01-15T13:00:00Z");
	(void)state;
}

static void what_never_comes_is_known_not_to(void **state)
{
	assert_due("0 0 31 4,6 *", "UTC", THURSDAY, "never");
	assert_due("0 0 * * 1L#1", "UTC", THURSDAY, "never");
	/* And what nearly never does, comes. */
	assert_due("0 0 * 2 1#5", "UTC", "2072-03-01T00:00:00Z", "2112-02-29T00:00:00Z");
	assert_due("0 0 30 2 1#3", "UTC", THURSDAY, "2026-02-16T00:00:00Z 2027-02-15T00:00:00Z");
	(void)state;
}

static void time_has_no_end_that_matters(void **state)
{
	static const int64_t MOMENTS[] = { INT64_MIN, INT64_MIN + 1, -1, 0, 1, INT64_MAX - 1, INT64_MAX };
	ARENA(mem);
	struct ctx ctx = { .mem = &mem };
	const struct cron *c = parsed(&ctx, "0 9 * * 1");
	int64_t next;

	for (size_t i = 0; i < COUNT_OF(MOMENTS); i++)
		assert_true(!cron_next(c, tz_load(&mem, S("UTC")), MOMENTS[i], &next) || next > MOMENTS[i]);
	(void)state;
}

/* -- what is refused -------------------------------------------------------------------------------------------- */

static void refusals_are_in_the_references_words(void **state)
{
	static const struct {
		const char *text, *why;
	} CASES[] = {
		{ "", "Cron expression is required." },
		{ " \t\u00a0", "Cron expression is required." },
		{ "0 9 * *", "Error: Expression has only 4 parts. At least 5 parts are required." },
		{ "0\t9\t*\t*\t*", "Error: Expression has only 1 part. At least 5 parts are required." },
		{ "* * * * * * *", "Invalid cron expression, too many fields" },
		{ "bad", "Constraint error, got value 0 expected range 1-12" },
		{ "9 *", "Constraint error, got value 0 expected range 1-31" },
		{ "60 * * * *", "Constraint error, got value 60 expected range 0-59" },
		{ "0 0 * * 1-8", "Constraint error, got range 1-8 expected range 0-7" },
		{ "-1 * * * *", "Constraint error, got range NaN-1 expected range 0-59" },
		{ "5- * * * *", "Constraint error, got range 5-NaN expected range 0-59" },
		{ "5-1 * * * *", "Invalid range: 5-1, min(5) > max(1)" },
		{ "*/0 * * * *", "Constraint error, cannot repeat at every 0 time." },
		{ "*/ * * * *", "Constraint error, cannot repeat at every NaN time." },
		{ "1/2/3 * * * *", "Invalid repeat: 1/2/3" },
		{ "1.5 * * * *", "Invalid characters, got value: 1.5" },
		{ "MON * * * *", "Invalid characters, got value: MON" },
		{ "0 0 1 JANUARY *", "Validation error, cannot resolve alias \"uar\"" },
		{ "0 9 * * 1,", "Invalid list value format" },
		{ "1,1 * * * *", "CronMinute Validation error, duplicate values found: 1" },
		{ "0 1-5,3 * * *", "CronHour Validation error, duplicate values found: 3" },
		{ "0 0 30 2 *", "Invalid explicit day of month definition" },
		{ "* * * * FRI#6", "Constraint error, invalid dayOfWeek occurrence number (#)" },
		{ "* * * * 1,2#1", "Constraint error, invalid dayOfWeek `#` and `,` special characters are incompatible" },
		{ "0 0 * * L", "Invalid last weekday of the month expression: L" },
		{ "0 0 32L * *", "Error: DOM part must be >= 1 and <= 31" },
		{ "0 0 * * 8L", "Error: DOW part must be >= 0 and <= 6" },
		{ "@weekdays", "Error: Unknown special expression." },
		{ "@every 5m", "Validation error, cannot resolve alias \"eve\"" },
		{ "@Daily", "Constraint error, got value 0 expected range 1-12" },
		{ "? * * * *", "Error: Expression contains invalid values: '?'" },
		{ "H H * * *", "Error: Expression contains invalid values: 'H'" },
	};
	ARENA(mem);
	struct ctx ctx = { .mem = &mem };
	const struct cron *c;

	for (size_t i = 0; i < COUNT_OF(CASES); i++) {
		assert_int_equal(cron_parse(&ctx, str_of(CASES[i].text), &c), ERR_INVALID);
		assert_string_equal(ctx.why, CASES[i].why);
	}
	(void)state;
}

static void a_value_may_occur_twice_when_it_is_the_0(void **state)
{
	assert_due("0,0 * * * *", "UTC", THURSDAY, "2026-01-15T13:00:00Z");
	assert_due("0,*/5 13 * * *", "UTC", THURSDAY, "2026-01-15T13:00:00Z 2026-01-15T13:05:00Z");
	assert_due("0 0 * * 0,7", "UTC", THURSDAY, "2026-01-18T00:00:00Z 2026-01-25T00:00:00Z");
	(void)state;
}

/* -- in zones ---------------------------------------------------------------------------------------------------- */

static void a_time_that_clocks_jump_over_is_due_once_when_they_have(void **state)
{
	assert_due("30 2 * * *", "Europe/Berlin", "2026-03-28T00:00:00Z",
		   "2026-03-28T01:30:00Z 2026-03-29T01:00:00Z 2026-03-30T00:30:00Z");
	assert_due("*/20 2 * * *", "Europe/Berlin", "2026-03-28T12:00:00Z", "2026-03-29T01:00:00Z 2026-03-30T00:00:00Z");
	/* A day that Samoa did without. */
	assert_due("0 12 30 * *", "Pacific/Apia", "2011-12-01T00:00:00Z", "2011-12-30T10:00:00Z 2012-01-29T22:00:00Z");
	(void)state;
}

static void a_time_that_clocks_show_twice_is_due_the_first_time(void **state)
{
	assert_due("30 2 * * *", "Europe/Berlin", "2026-10-24T12:00:00Z", "2026-10-25T00:30:00Z 2026-10-26T01:30:00Z");
	assert_due("30 2 * * *", "Europe/Berlin", "2026-10-25T00:45:00Z", "2026-10-26T01:30:00Z");
	assert_due("*/30 * * * *", "Europe/Berlin", "2026-10-25T00:00:00Z",
		   "2026-10-25T00:30:00Z 2026-10-25T02:00:00Z 2026-10-25T02:30:00Z");
	(void)state;
}

/* The moments of all local times that are a multiple of a step, each once. */
static void check_against_every_local_time(const char *text, int64_t step, const char *zone, const char *from, int days)
{
	ARENA(mem);
	struct ctx ctx = { .mem = &mem };
	const struct tz *tz = tz_load(&mem, str_of(zone));
	const struct cron *c = parsed(&ctx, text);
	int64_t begin = moment(from) / US_PER_SECOND, last = INT64_MIN, at = 0;

	assert_non_null(tz);
	for (int64_t local = begin; local < begin + days * 86400; local += step) {
		int64_t first, second;

		(void)tz_moments(tz, local, &first, &second);
		if (first == last)
			continue;
		if (last == INT64_MIN)
			at = (first - 1) * US_PER_SECOND;
		/* Whenever it is asked, it is the same moment. */
		for (int64_t asked = at; asked < first * US_PER_SECOND; asked += 311 * US_PER_SECOND) {
			assert_true(cron_next(c, tz, asked, &at));
			assert_int_equal(at, first * US_PER_SECOND);
		}
		last = first;
	}
}

static void no_local_time_is_left_out_and_none_is_due_twice(void **state)
{
	check_against_every_local_time("*/10 * * * *", 600, "Europe/Berlin", "2026-03-28T00:00:00Z", 3);
	check_against_every_local_time("*/10 * * * *", 600, "Europe/Berlin", "2026-10-24T00:00:00Z", 3);
	check_against_every_local_time("*/10 * * * *", 600, "Australia/Lord_Howe", "2026-04-04T00:00:00Z", 3);
	check_against_every_local_time("*/10 * * * *", 600, "America/St_Johns", "2006-10-28T00:00:00Z", 3);
	check_against_every_local_time("*/30 * * * *", 1800, "Pacific/Apia", "2011-12-28T00:00:00Z", 5);
	/* A day that the calendar there has twice. */
	check_against_every_local_time("0 * * * *", 3600, "America/Juneau", "1867-10-16T00:00:00Z", 5);
	(void)state;
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(five_fields_are_due_at_whole_minutes),
		cmocka_unit_test(six_fields_begin_with_seconds),
		cmocka_unit_test(lists_ranges_and_steps),
		cmocka_unit_test(names_are_three_letters_in_any_case),
		cmocka_unit_test(sunday_is_0_and_7),
		cmocka_unit_test(either_kind_of_days_will_do_when_both_are_restricted),
		cmocka_unit_test(the_last_and_the_second_of_a_month),
		cmocka_unit_test(words_stand_for_five_fields),
		cmocka_unit_test(what_never_comes_is_known_not_to),
		cmocka_unit_test(time_has_no_end_that_matters),
		cmocka_unit_test(refusals_are_in_the_references_words),
		cmocka_unit_test(a_value_may_occur_twice_when_it_is_the_0),
		cmocka_unit_test(a_time_that_clocks_jump_over_is_due_once_when_they_have),
		cmocka_unit_test(a_time_that_clocks_show_twice_is_due_the_first_time),
		cmocka_unit_test(no_local_time_is_left_out_and_none_is_due_twice),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
