/* test/base/clock_test.c: wall time, monotonic time, and ISO 8601. */
#include "../unit.h"

#include "base/clock.h"

static void assert_iso(int64_t us, int digits, const char *expected)
{
	char text[TIME_TEXT_BYTES];

	time_iso(text, us, digits);
	assert_string_equal(text, expected);
}

static int64_t at(const char *text)
{
	int64_t us = -1;

	assert_true(time_parse(str_of(text), &us, NULL));
	return us;
}

static void times_are_written_in_utc(void **state)
{
	(void)state;
	assert_iso(0, 3, "1970-01-01T00:00:00.000Z");
	assert_iso(1770091506789123, 3, "2026-02-03T04:05:06.789Z");
	assert_iso(1770091506789123, 6, "2026-02-03T04:05:06.789123Z");
	assert_iso(1770091506789123, 0, "2026-02-03T04:05:06Z");
	assert_iso(951782400000000, 0, "2000-02-29T00:00:00Z");
	assert_iso(253402300799999999, 3, "9999-12-31T23:59:59.999Z");
}

static void a_fraction_is_cut_not_rounded(void **state)
{
	(void)state;
	assert_iso(999999, 3, "1970-01-01T00:00:00.999Z");
	assert_iso(999999, 0, "1970-01-01T00:00:00Z");
}

static void times_before_1970_are_times_too(void **state)
{
	(void)state;
	assert_iso(-1, 6, "1969-12-31T23:59:59.999999Z");
	assert_iso(at("1600-02-29T12:00:00Z"), 0, "1600-02-29T12:00:00Z");
}

static void years_that_need_more_than_four_digits_have_a_sign_and_six(void **state)
{
	(void)state;
	assert_iso(at("0000-01-01T00:00:00Z"), 0, "0000-01-01T00:00:00Z");
	assert_iso(at("9999-12-31T23:59:59-01:00"), 0, "+010000-01-01T00:59:59Z");
	assert_iso(at("0000-01-01T00:00:00+01:00"), 0, "-000001-12-31T23:00:00Z");
}

static void every_form_of_the_contract_is_read(void **state)
{
	static const struct {
		const char *text;
		int64_t us;
	} FORMS[] = {
		{ "2026-02-03T04:05:06.789Z", 1770091506789000 },
		{ "2026-02-03T04:05:06.789123Z", 1770091506789123 },
		{ "2026-02-03T04:05:06.7891239Z", 1770091506789123 },
		{ "2026-02-03t04:05:06,789z", 1770091506789000 },
		{ "2026-02-03 04:05:06.789", 1770091506789000 },
		{ "2026-02-03T06:05:06.789+02:00", 1770091506789000 },
		{ "2026-02-02T22:35:06.789-0530", 1770091506789000 },
		{ "2026-02-03T04:05Z", 1770091500000000 },
		{ "2026-02-03", 1770076800000000 },
		{ "2024-02-29", 1709164800000000 },
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(FORMS); i++)
		assert_true(at(FORMS[i].text) == FORMS[i].us);
}

static void a_date_without_a_time_is_told_apart(void **state)
{
	bool date_only = false;
	int64_t us;

	(void)state;
	assert_true(time_parse(S("2026-02-03"), &us, &date_only));
	assert_true(date_only);
	assert_true(time_parse(S("2026-02-03T00:00Z"), &us, &date_only));
	assert_false(date_only);
}

static void what_is_no_time_is_refused(void **state)
{
	static const char *const BAD[] = {
		"", "2026", "2026-02", "2026-2-3", "26-02-03", "2026-13-01", "2026-00-01", "2026-02-29", "2026-02-00",
		"1900-02-29", "2026-04-31", "2026-02-03T", "2026-02-03T04", "2026-02-03T24:00", "2026-02-03T04:60",
		"2026-02-03T04:05:60", "2026-02-03T04:05:06.", "2026-02-03T04:05:06.Z", "2026-02-03T04:05:06+1",
		"2026-02-03T04:05:06+24:00", "2026-02-03T04:05:06Zx", "2026-02-03x", " 2026-02-03", "1770091506789",
		"-2026-02-03", "2026-02-03T-1:00Z",
	};
	int64_t us;

	(void)state;
	for (size_t i = 0; i < COUNT_OF(BAD); i++)
		if (time_parse(str_of(BAD[i]), &us, NULL)) {
			print_error("'%s' was taken for a time\n", BAD[i]);
			assert_true(false);
		}
}

static void every_day_of_four_centuries_survives_the_round_trip(void **state)
{
	char text[TIME_TEXT_BYTES], last[TIME_TEXT_BYTES] = "";

	(void)state;
	for (int64_t us = at("1900-01-01"); us < at("2301-01-01"); us += US_PER_DAY) {
		time_iso(text, us, 0);
		assert_true(at(text) == us);
		assert_true(strcmp(last, text) < 0);
		memcpy(last, text, sizeof(last));
	}
}

static void months_are_added_and_the_day_is_clamped(void **state)
{
	static const struct {
		const char *from;
		int months;
		const char *to;
	} SUMS[] = {
		{ "2026-01-15T10:20:30.5Z", 6, "2026-07-15T10:20:30.5Z" },
		{ "2026-08-31", 6, "2027-02-28" },
		{ "2027-08-31", 6, "2028-02-29" },
		{ "2024-02-29", 12, "2025-02-28" },
		{ "2026-10-31", 1, "2026-11-30" },
		{ "2026-12-31T23:59:59Z", 1, "2027-01-31T23:59:59Z" },
		{ "2026-03-31", -1, "2026-02-28" },
		{ "2026-01-01", -1, "2025-12-01" },
		{ "2026-05-05", 0, "2026-05-05" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(SUMS); i++)
		assert_true(time_add_months(at(SUMS[i].from), SUMS[i].months) == at(SUMS[i].to));
}

static void clocks_run_forward(void **state)
{
	int64_t mono = mono_us();

	(void)state;
	assert_true(now_us() > at("2024-01-01"));
	for (int i = 0; i < 1000; i++) {
		int64_t next = mono_us();

		assert_true(next >= mono);
		mono = next;
	}
	assert_true(mono_ms() >= mono / 1000);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(times_are_written_in_utc),
		cmocka_unit_test(a_fraction_is_cut_not_rounded),
		cmocka_unit_test(times_before_1970_are_times_too),
		cmocka_unit_test(years_that_need_more_than_four_digits_have_a_sign_and_six),
		cmocka_unit_test(every_form_of_the_contract_is_read),
		cmocka_unit_test(a_date_without_a_time_is_told_apart),
		cmocka_unit_test(what_is_no_time_is_refused),
		cmocka_unit_test(every_day_of_four_centuries_survives_the_round_trip),
		cmocka_unit_test(months_are_added_and_the_day_is_clamped),
		cmocka_unit_test(clocks_run_forward),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
