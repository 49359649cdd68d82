/* test/json/js_test.c: what Number() and Date make of a text. The expected values are those of V8,
 * in UTC. */
#include "../unit.h"

#include <math.h>

#include "base/clock.h"
#include "json/js.h"

/* -- numbers ----------------------------------------------------------------------------------------- */

static double number_of(const char *text)
{
	ARENA(mem);
	double n = 0;

	return js_number(&mem, str_of(text), &n) ? n : NAN;
}

static void numbers_are_read_as_javascript_reads_them(void **state)
{
	static const struct {
		const char *text;
		double n;
	} CASES[] = {
		{ "5", 5 },
		{ " 5 ", 5 },
		{ "\t5\n", 5 },
		{ "\u00a05", 5 },
		{ "\ufeff5", 5 },
		{ "+5", 5 },
		{ "-5", -5 },
		{ "00012", 12 },
		{ "1.5", 1.5 },
		{ "5.", 5 },
		{ ".5", .5 },
		{ "1e1", 10 },
		{ "1E+2", 100 },
		{ "1e-1", .1 },
		{ "0x10", 16 },
		{ "0X1f", 31 },
		{ "0b11", 3 },
		{ "0o17", 15 },
		{ "", 0 },
		{ "  ", 0 },
		{ "Infinity", INFINITY },
		{ "-Infinity", -INFINITY },
		{ "1e400", INFINITY },
		{ "9007199254740993", 9007199254740992.0 },
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(CASES); i++)
		assert_true(number_of(CASES[i].text) == CASES[i].n);
}

static void what_javascript_calls_not_a_number_is_none(void **state)
{
	static const char *const CASES[] = {
		"abc", "5 5",   "5px", "1_000", ".",   "e5",  "1e",       "1e+", "0x", "0xg", "0b2",
		"0o8", "-0x10", "+-5", "inf",   "nan", "NaN", "infinity", "1,5", "١",  "1 1",
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(CASES); i++)
		assert_true(isnan(number_of(CASES[i])));
}

/* -- dates --------------------------------------------------------------------------------------------- */

/* As toISOString() writes it, or "". */
static const char *date_of(const char *text, char out[static TIME_TEXT_BYTES])
{
	int64_t ms;

	out[0] = '\0';
	if (js_date(str_of(text), &ms))
		time_iso(out, ms * 1000, 3);
	return out;
}

static void dates_are_read_as_javascript_reads_them(void **state)
{
	static const struct {
		const char *text, *iso;
	} CASES[] = {
		{ "2026", "2026-01-01T00:00:00.000Z" },
		{ "2026-02", "2026-02-01T00:00:00.000Z" },
		{ "2026-02-01", "2026-02-01T00:00:00.000Z" },
		{ " 2026-02-01 ", "2026-02-01T00:00:00.000Z" },
		{ "\u00a02026-02-01 00:10:00\ufeff", "2026-02-01T00:10:00.000Z" },
		{ "2026-02-30", "2026-03-02T00:00:00.000Z" },
		{ "2026-02-01T00:10", "2026-02-01T00:10:00.000Z" },
		{ "2026-02-01t00:10:00z", "2026-02-01T00:10:00.000Z" },
		{ "2026-02-01T00:10:00.0109999Z", "2026-02-01T00:10:00.010Z" },
		{ "2026-02-01T24:00:00Z", "2026-02-02T00:00:00.000Z" },
		{ "2026-02-01T00:10:00+02:00", "2026-01-31T22:10:00.000Z" },
		{ "2026-02-01T00:10:00-0200", "2026-02-01T02:10:00.000Z" },
		{ "2026-02-01 00:10:00", "2026-02-01T00:10:00.000Z" },
		{ "2026-02-01 00:10:00 +02:00", "2026-01-31T22:10:00.000Z" },
		{ "+002026-02-01", "2026-02-01T00:00:00.000Z" },
		{ "0000-01-01T00:00:00Z", "0000-01-01T00:00:00.000Z" },
		{ "1", "2001-01-01T00:00:00.000Z" },
		{ "99", "1999-01-01T00:00:00.000Z" },
		{ "Feb 1, 2026", "2026-02-01T00:00:00.000Z" },
		{ "1-Feb-2026", "2026-02-01T00:00:00.000Z" },
		{ "Sunday 1 February 2026, 10:30 pm", "2026-02-01T22:30:00.000Z" },
		{ "01 Feb 2026 12:30 AM", "2026-02-01T00:30:00.000Z" },
		{ "Sun, 01 Feb 2026 00:10:00 GMT", "2026-02-01T00:10:00.000Z" },
		{ "Sun Feb 01 2026 00:10:00 GMT-0800 (PST)", "2026-02-01T08:10:00.000Z" },
		{ "Feb 1 2026 10:00 EST", "2026-02-01T15:00:00.000Z" },
		{ "02/01/2026", "2026-02-01T00:00:00.000Z" },
		{ "2026/02/01 10:20:30.456", "2026-02-01T10:20:30.456Z" },
	};
	char got[TIME_TEXT_BYTES];

	(void)state;
	for (size_t i = 0; i < COUNT_OF(CASES); i++)
		assert_string_equal(date_of(CASES[i].text, got), CASES[i].iso);
}

static void what_javascript_calls_an_invalid_date_is_none(void **state)
{
	static const char *const CASES[] = {
		"",
		"abc",
		"null",
		"now",
		"1769904600000",
		"1769904600",
		"32 13 2026",
		"2026-13-01",
		"2026-02-32",
		"2026-02-01T",
		"2026-02-01T00",
		"2026-02-01T25:00:00Z",
		"2026-02-01T24:00:01Z",
		"2026-02-01T00:60:00Z",
		"2026-02-01T00:10:00.Z",
		"2026-02-01T00:10:00+24:00",
		"2026-02-01T00:10:00Z ",
		"2026\u201302\u201301",
		"[2026-02-01]",
		" 2026-02-01T00:10:00Z",
		" 275760-09-13T00:00:00.000Z",
		"+275760-09-13T00:00:00.001Z",
		"2026 abc",
		"Feb",
		"Feb 1 2026)",
		"10:30",
		"01 Feb 2026 13:30 PM",
		"2026-02-01T10:20:30,5",
	};
	char got[TIME_TEXT_BYTES];

	(void)state;
	for (size_t i = 0; i < COUNT_OF(CASES); i++)
		assert_string_equal(date_of(CASES[i], got), "");
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(numbers_are_read_as_javascript_reads_them),
		cmocka_unit_test(what_javascript_calls_not_a_number_is_none),
		cmocka_unit_test(dates_are_read_as_javascript_reads_them),
		cmocka_unit_test(what_javascript_calls_an_invalid_date_is_none),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
