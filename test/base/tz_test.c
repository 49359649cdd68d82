/* test/base/tz_test.c: zones of the system, and files and rules made for the purpose. */
#include "../unit.h"

#include <sys/stat.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/tz.h"

static int64_t seconds(const char *time)
{
	int64_t us;

	assert_true(time_parse(str_of(time), &us, NULL));
	return us / US_PER_SECOND;
}

static const struct tz *zone(struct arena *mem, const char *name)
{
	const struct tz *tz = tz_load(mem, str_of(name));

	if (!tz)
		print_error("there is no zone %s: is tzdata installed?\n", name);
	assert_non_null(tz);
	return tz;
}

static int64_t offset(struct arena *mem, const char *name, const char *utc)
{
	return tz_offset(zone(mem, name), seconds(utc));
}

/* -- zones of the system ------------------------------------------------------------------------------ */

static void zones_are_known_by_their_names(void **state)
{
	static const char *const NAMES[] = { "", "Nowhere", "America", "America/", "/etc/passwd", "../zoneinfo/UTC",
					     "Europe/../UTC", "Europe//Berlin", "zone.tab", "Europe/Berlin\n", "europe/berlin" };
	ARENA(mem);

	assert_int_equal(offset(&mem, "UTC", "2026-07-28T07:15:30Z"), 0);
	assert_int_equal(offset(&mem, "America/Los_Angeles", "2026-07-28T07:15:30Z"), -7 * 3600);
	assert_int_equal(offset(&mem, "Asia/Kathmandu", "2026-07-28T07:15:30Z"), 5 * 3600 + 45 * 60);
	for (size_t i = 0; i < COUNT_OF(NAMES); i++)
		assert_null(tz_load(&mem, str_of(NAMES[i])));
	(void)state;
}

static void clocks_change_at_the_second(void **state)
{
	ARENA(mem);

	assert_int_equal(offset(&mem, "Europe/Berlin", "2026-03-29T00:59:59Z"), 3600);
	assert_int_equal(offset(&mem, "Europe/Berlin", "2026-03-29T01:00:00Z"), 7200);
	assert_int_equal(offset(&mem, "Europe/Berlin", "2026-10-25T00:59:59Z"), 7200);
	assert_int_equal(offset(&mem, "Europe/Berlin", "2026-10-25T01:00:00Z"), 3600);
	assert_int_equal(offset(&mem, "Australia/Lord_Howe", "2026-01-01T00:00:00Z"), 11 * 3600);
	assert_int_equal(offset(&mem, "Australia/Lord_Howe", "2026-07-01T00:00:00Z"), 10 * 3600 + 1800);
	(void)state;
}

static void the_past_is_what_it_was(void **state)
{
	ARENA(mem);

	assert_int_equal(offset(&mem, "Europe/Berlin", "1850-01-01T00:00:00Z"), 53 * 60 + 28);
	assert_int_equal(offset(&mem, "Pacific/Apia", "2011-12-30T09:59:59Z"), -10 * 3600);
	assert_int_equal(offset(&mem, "Pacific/Apia", "2011-12-30T10:00:00Z"), 14 * 3600);
	(void)state;
}

static void the_rule_goes_on_for_ever(void **state)
{
	ARENA(mem);

	assert_int_equal(offset(&mem, "Europe/Berlin", "2500-07-01T00:00:00Z"), 7200);
	assert_int_equal(offset(&mem, "Europe/Berlin", "9999-12-31T23:59:59Z"), 3600);
	assert_int_equal(offset(&mem, "America/Sao_Paulo", "2400-01-01T00:00:00Z"), -3 * 3600);
	/* Of Ireland's two times it is the winter's that is called daylight saving. */
	assert_int_equal(offset(&mem, "Europe/Dublin", "2400-01-01T00:00:00Z"), 0);
	assert_int_equal(offset(&mem, "Europe/Dublin", "2400-07-01T00:00:00Z"), 3600);
	assert_int_equal(tz_offset(zone(&mem, "Europe/Berlin"), INT64_MAX / 2) % 3600, 0);
	(void)state;
}

/* -- local times ------------------------------------------------------------------------------------------ */

static void a_local_time_is_a_moment(void **state)
{
	ARENA(mem);
	int64_t first, second;

	assert_int_equal(tz_moments(zone(&mem, "Europe/Berlin"), seconds("2026-07-01T12:00:00Z"), &first, &second), 1);
	assert_int_equal(first, seconds("2026-07-01T10:00:00Z"));
	assert_int_equal(tz_moments(zone(&mem, "UTC"), 12345, &first, &second), 1);
	assert_int_equal(first, 12345);
	(void)state;
}

static void clocks_jump_over_some_local_times(void **state)
{
	ARENA(mem);
	const struct tz *berlin = zone(&mem, "Europe/Berlin");
	int64_t first, second;

	assert_int_equal(tz_moments(berlin, seconds("2026-03-29T01:59:59Z"), &first, &second), 1);
	assert_int_equal(first, seconds("2026-03-29T00:59:59Z"));
	assert_int_equal(tz_moments(berlin, seconds("2026-03-29T02:00:00Z"), &first, &second), 0);
	assert_int_equal(first, seconds("2026-03-29T01:00:00Z"));
	assert_int_equal(tz_moments(berlin, seconds("2400-03-26T02:59:59Z"), &first, &second), 0);
	assert_int_equal(first, seconds("2400-03-26T01:00:00Z"));
	assert_int_equal(tz_moments(berlin, seconds("2026-03-29T03:00:00Z"), &first, &second), 1);
	assert_int_equal(first, seconds("2026-03-29T01:00:00Z"));
	/* Samoa went without a whole day. */
	assert_int_equal(tz_moments(zone(&mem, "Pacific/Apia"), seconds("2011-12-30T12:00:00Z"), &first, &second), 0);
	assert_int_equal(first, seconds("2011-12-30T10:00:00Z"));
	(void)state;
}

static void clocks_show_some_local_times_twice(void **state)
{
	ARENA(mem);
	const struct tz *berlin = zone(&mem, "Europe/Berlin");
	int64_t first, second;

	assert_int_equal(tz_moments(berlin, seconds("2026-10-25T02:30:00Z"), &first, &second), 2);
	assert_int_equal(first, seconds("2026-10-25T00:30:00Z"));
	assert_int_equal(second, seconds("2026-10-25T01:30:00Z"));
	assert_int_equal(tz_moments(berlin, seconds("2026-10-25T03:00:00Z"), &first, &second), 1);
	assert_int_equal(tz_moments(berlin, seconds("2026-10-25T01:59:59Z"), &first, &second), 1);
	(void)state;
}

/* -- files made for the purpose ------------------------------------------------------------------------------- */

static void put_header(struct buf *out, int version, int n_time, int n_type)
{
	const int counts[] = { 0, 0, 0, n_time, n_type, 4 };

	buf_add(out, "TZif", 4);
	buf_char(out, version ? (char)('0' + version) : '\0');
	buf_add(out, (char[15]){ 0 }, 15);
	for (size_t i = 0; i < COUNT_OF(counts); i++)
		buf_add(out, (char[4]){ 0, 0, 0, (char)counts[i] }, 4);
}

/* Two types, UTC and an hour more, and a change to the latter in 1970. */
static void put_block(struct buf *out, int time_bytes)
{
	buf_add(out, (char[8]){ 0, 0, 0, 0, 0, 0, 0x0e, 0x10 } + 8 - time_bytes, (size_t)time_bytes);
	buf_char(out, 1);
	buf_add(out, (char[12]){ 0, 0, 0, 0, 0, 0, /**/ 0, 0, 0x0e, 0x10, 1, 0 }, 12);
	buf_add(out, "ABC", 4);
}

static struct str file(struct arena *mem, const char *rule)
{
	struct buf out = { .mem = mem };

	put_header(&out, 2, 1, 2);
	put_block(&out, 4);
	put_header(&out, 2, 1, 2);
	put_block(&out, 8);
	buf_printf(&out, "\n%s\n", rule);
	return buf_view(&out);
}

static void files_of_the_first_version_are_read_too(void **state)
{
	ARENA(mem);
	struct buf out = { .mem = &mem };
	const struct tz *tz;

	put_header(&out, 0, 1, 2);
	put_block(&out, 4);
	tz = tz_parse(&mem, buf_view(&out));
	assert_non_null(tz);
	assert_int_equal(tz_offset(tz, 3599), 0);
	assert_int_equal(tz_offset(tz, 3600), 3600);
	assert_int_equal(tz_offset(tz, INT64_C(1) << 40), 3600);
	(void)state;
}

static void a_file_that_ends_early_is_no_zone(void **state)
{
	ARENA(mem);
	struct str whole = file(&mem, "ABC-1");

	assert_non_null(tz_parse(&mem, whole));
	for (size_t n = 0; n < whole.n; n++) {
		/* On the heap, so that a sanitizer sees a step beyond its end. */
		char *part = memcpy(xmalloc(n + 1), whole.p, n);

		assert_null(tz_parse(&mem, (struct str){ part, n }));
		free(part);
	}
	(void)state;
}

/* In the second header a leap second, and its record before the footer. */
static void a_zone_that_counts_leap_seconds_is_unknown(void **state)
{
	enum { BLOCK_V1 = 44 + 21, BLOCK_V2 = BLOCK_V1 + 44 + 25, LEAP_COUNT = BLOCK_V1 + 31 };
	ARENA(mem);
	struct str plain = file(&mem, "ABC-1");
	struct buf out = { .mem = &mem };

	buf_add(&out, plain.p, BLOCK_V2);
	buf_add(&out, (char[12]){ 0 }, 12);
	buf_str(&out, str_from(plain, BLOCK_V2));
	out.p[LEAP_COUNT] = 1;
	assert_null(tz_parse(&mem, buf_view(&out)));
	(void)state;
}

static void rules_are_read_in_all_their_forms(void **state)
{
	static const struct {
		const char *rule, *utc;
		int64_t offset;
	} CASES[] = {
		{ "EST5", "2026-07-01T00:00:00Z", -5 * 3600 },
		{ "<+0330>-3:30", "2026-07-01T00:00:00Z", 3 * 3600 + 1800 },
		{ "ABC-1:02:03", "2026-07-01T00:00:00Z", 3723 },
		{ "EST5EDT,M3.2.0,M11.1.0", "2026-03-08T06:59:59Z", -5 * 3600 },
		{ "EST5EDT,M3.2.0,M11.1.0", "2026-03-08T07:00:00Z", -4 * 3600 },
		{ "EST5EDT,M3.2.0,M11.1.0", "2026-11-01T06:00:00Z", -5 * 3600 },
		/* South of the equator the year begins in summer. */
		{ "AEST-10AEDT,M10.1.0,M4.1.0/3", "2026-01-01T00:00:00Z", 11 * 3600 },
		{ "AEST-10AEDT,M10.1.0,M4.1.0/3", "2026-07-01T00:00:00Z", 10 * 3600 },
		/* J60 is the first of March in every year, 59 only in a leap year not. */
		{ "ABC0DEF,J60/0,J300/0", "2028-02-29T23:59:59Z", 0 },
		{ "ABC0DEF,J60/0,J300/0", "2028-03-01T00:00:00Z", 3600 },
		{ "ABC0DEF,59/0,300/0", "2028-02-29T00:00:00Z", 3600 },
		{ "ABC0DEF,59/0,300/0", "2027-02-28T23:59:59Z", 0 },
		/* Hours beyond the day, and before it. */
		{ "<-02>2<-01>,M3.5.0/-1,M10.5.0/0", "2026-03-29T00:59:59Z", -7200 },
		{ "<-02>2<-01>,M3.5.0/-1,M10.5.0/0", "2026-03-29T01:00:00Z", -3600 },
		{ "EET-2EEST,M3.4.4/50,M10.4.4/50", "2026-03-28T00:00:00Z", 10800 },
		{ "EET-2EEST,M3.4.4/50,M10.4.4/50", "2026-03-27T23:59:59Z", 7200 },
		{ "ABC0DEF,J365/167,J100/0", "2027-01-06T22:59:59Z", 0 },
		{ "ABC0DEF,J365/167,J100/0", "2027-01-06T23:00:00Z", 3600 },
		/* Summer for ever, as RFC 9636 writes it. */
		{ "XXX3EDT4,0/0,J365/23", "2026-01-01T02:59:59Z", -4 * 3600 },
		{ "XXX3EDT4,0/0,J365/23", "2026-01-01T03:00:00Z", -4 * 3600 },
	};
	ARENA(mem);

	for (size_t i = 0; i < COUNT_OF(CASES); i++) {
		const struct tz *tz = tz_parse(&mem, file(&mem, CASES[i].rule));

		assert_non_null(tz);
		if (tz_offset(tz, seconds(CASES[i].utc)) != CASES[i].offset)
			print_error("%s at %s\n", CASES[i].rule, CASES[i].utc);
		assert_int_equal(tz_offset(tz, seconds(CASES[i].utc)), CASES[i].offset);
	}
	(void)state;
}

static void rules_that_are_none_make_no_zone(void **state)
{
	static const char *const RULES[] = {
		"X5", "EST", "EST25", "EST5:60", "<+03-3", "EST5EDT", "EST5EDT,M3.2.0", "EST5EDT,M13.2.0,M11.1.0",
		"EST5EDT,M3.6.0,M11.1.0", "EST5EDT,M3.2.7,M11.1.0", "EST5EDT,M3.2.0/168,M11.1.0", "EST5EDT,J0,J5",
		"EST5EDT,366,5", "EST5EDT,M3.2.0,M11.1.0,", "EST5 ",
	};
	ARENA(mem);

	for (size_t i = 0; i < COUNT_OF(RULES); i++)
		assert_null(tz_parse(&mem, file(&mem, RULES[i])));
	assert_non_null(tz_parse(&mem, file(&mem, "")));
	(void)state;
}

static void zones_are_read_from_another_folder(void **state)
{
	ARENA(mem);
	char dir[] = "/tmp/agentd-tz-XXXXXX";
	struct str bytes = file(&mem, "ABC-1");
	const char *path;
	FILE *f;

	assert_non_null(mkdtemp(dir));
	path = arena_printf(&mem, "%s/Own", dir).p;
	f = fopen(path, "we");
	assert_non_null(f);
	assert_int_equal(fwrite(bytes.p, 1, bytes.n, f), bytes.n);
	fclose(f);
	setenv("TZDIR", dir, 1);
	assert_int_equal(tz_offset(zone(&mem, "Own"), seconds("2026-01-01T00:00:00Z")), 3600);
	assert_null(tz_load(&mem, S("Europe/Berlin")));
	assert_non_null(tz_load(&mem, S("UTC")));
	unsetenv("TZDIR");
	unlink(path);
	rmdir(dir);
	(void)state;
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(zones_are_known_by_their_names),
		cmocka_unit_test(clocks_change_at_the_second),
		cmocka_unit_test(the_past_is_what_it_was),
		cmocka_unit_test(the_rule_goes_on_for_ever),
		cmocka_unit_test(a_local_time_is_a_moment),
		cmocka_unit_test(clocks_jump_over_some_local_times),
		cmocka_unit_test(clocks_show_some_local_times_twice),
		cmocka_unit_test(files_of_the_first_version_are_read_too),
		cmocka_unit_test(a_file_that_ends_early_is_no_zone),
		cmocka_unit_test(a_zone_that_counts_leap_seconds_is_unknown),
		cmocka_unit_test(rules_are_read_in_all_their_forms),
		cmocka_unit_test(rules_that_are_none_make_no_zone),
		cmocka_unit_test(zones_are_read_from_another_folder),
	};

	unsetenv("TZDIR");
	return cmocka_run_group_tests(tests, NULL, NULL);
}
