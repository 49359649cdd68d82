/* test/base/utf8_test.c: what is UTF-8 and what is not, at the borders of every length. */
#include "../unit.h"

#include "base/utf8.h"

/* The first and last code point of each length, and the neighbours of the surrogates. */
static const struct {
	uint32_t code_point;
	const char *bytes;
} BORDERS[] = {
	{ 0x00, "" },            { 0x7F, "\x7F" },         { 0x80, "\xC2\x80" },
	{ 0x7FF, "\xDF\xBF" },   { 0x800, "\xE0\xA0\x80" }, { 0xD7FF, "\xED\x9F\xBF" },
	{ 0xE000, "\xEE\x80\x80" }, { 0xFFFF, "\xEF\xBF\xBF" }, { 0x10000, "\xF0\x90\x80\x80" },
	{ 0x10FFFF, "\xF4\x8F\xBF\xBF" },
};

static const char *const INVALID[] = {
	"\x80", "\xBF", "\xC0\x80", "\xC1\xBF", "\xC2", "\xC2\x41", "\xE0\x9F\xBF", "\xED\xA0\x80", "\xED\xBF\xBF",
	"\xE2\x82", "\xE2\x28\xA1", "\xF0\x8F\xBF\xBF", "\xF4\x90\x80\x80", "\xF5\x80\x80\x80", "\xF0\x9F\x98", "\xFF",
};

/* The bytes of row i; the first one's NUL is a byte too. */
static struct str border(size_t i)
{
	return BORDERS[i].code_point ? str_of(BORDERS[i].bytes) : S("\0");
}

static void code_points_are_written_and_read_at_every_border(void **state)
{
	char out[UTF8_MAX_BYTES];
	uint32_t c;

	(void)state;
	for (size_t i = 0; i < COUNT_OF(BORDERS); i++) {
		struct str rest = border(i), written = { out, utf8_put(out, BORDERS[i].code_point) };

		assert_true(str_eq(written, border(i)));
		assert_true(utf8_valid(rest));
		assert_true(utf8_next(&rest, &c));
		assert_int_equal(c, BORDERS[i].code_point);
		assert_int_equal(rest.n, 0);
		assert_false(utf8_next(&rest, &c));
	}
}

static void what_is_not_utf8_is_refused_wherever_it_stands(void **state)
{
	char text[64];

	(void)state;
	for (size_t i = 0; i < COUNT_OF(INVALID); i++)
		for (int before = 0; before < 20; before++) {
			int n = snprintf(text, sizeof(text), "%.*s%sabc", before, "abcdefghijklmnopqrst", INVALID[i]);

			assert_false(utf8_valid((struct str){ text, (size_t)n }));
		}
}

static void a_stray_byte_reads_as_the_replacement_and_costs_one_byte(void **state)
{
	struct str rest = S("a\xE2\x82" "b");
	uint32_t c;

	(void)state;
	assert_true(utf8_next(&rest, &c) && c == 'a');
	assert_true(utf8_next(&rest, &c) && c == UTF8_REPLACEMENT);
	assert_true(utf8_next(&rest, &c) && c == UTF8_REPLACEMENT);
	assert_true(utf8_next(&rest, &c) && c == 'b');
	assert_int_equal(rest.n, 0);
}

/* The missing bytes are there, but they are not the text's. */
static void a_sequence_is_not_read_past_the_end_of_the_text(void **state)
{
	struct str rest = { "\u20AC", 2 };
	uint32_t c;

	(void)state;
	assert_false(utf8_valid(rest));
	assert_true(utf8_next(&rest, &c) && c == UTF8_REPLACEMENT);
	assert_int_equal(rest.n, 1);
}

static void what_is_no_code_point_is_written_as_the_replacement(void **state)
{
	static const uint32_t NONE[] = { 0xD800, 0xDFFF, 0x110000, UINT32_MAX };
	char out[UTF8_MAX_BYTES];

	(void)state;
	for (size_t i = 0; i < COUNT_OF(NONE); i++)
		assert_str(((struct str){ out, utf8_put(out, NONE[i]) }), "\uFFFD");
}

static void counting_counts_code_points(void **state)
{
	(void)state;
	assert_int_equal(utf8_count(S("")), 0);
	assert_int_equal(utf8_count((struct str){ NULL, 0 }), 0);
	assert_int_equal(utf8_count(S("na\u00EFve \u20AC \U0001F600")), 9);
	assert_int_equal(utf8_units(S("na\u00EFve \u20AC \U0001F600")), 10);
	assert_int_equal(utf8_units((struct str){ NULL, 0 }), 0);
	assert_int_equal(utf8_count(S("e\u0301")), 2);
	assert_true(utf8_count(S("\x80\x80\xFF")) <= 3);
}

static void a_cut_never_tears_a_character(void **state)
{
	(void)state;
	assert_str(utf8_cut(S("a\xE2\x82\xAC"), 4), "a\xE2\x82\xAC");
	assert_str(utf8_cut(S("a\xE2\x82\xAC"), 3), "a");
	assert_str(utf8_cut(S("a\xE2\x82\xAC"), 1), "a");
	assert_str(utf8_cut(S("\xE2\x82\xAC"), 2), "");
	assert_str(utf8_cut(S(""), 0), "");
}

static void what_steers_a_terminal_is_a_control(void **state)
{
	(void)state;
	assert_true(utf8_is_control(0x1B) && utf8_is_control(0x7F) && utf8_is_control(0x80) && utf8_is_control(0x9B));
	assert_false(utf8_is_control(' ') || utf8_is_control('~') || utf8_is_control(0xA0));
}

static void what_is_repaired_is_valid_and_the_rest_left_alone(void **state)
{
	ARENA(a);
	struct str good = S("caf\xc3\xa9");

	(void)state;
	assert_ptr_equal(utf8_repair(&a, good).p, good.p);
	assert_str(utf8_repair(&a, S("caf\xe9 \xc3\xa9")), "caf\xef\xbf\xbd \xc3\xa9");
	assert_null(utf8_repair(&a, (struct str){ NULL, 0 }).p);
}

static void white_space_is_what_unicode_says(void **state)
{
	static const uint32_t SPACES[] = { '\t', '\n', '\r', ' ', 0x85, 0xA0, 0x2003, 0x2028, 0x202F, 0x3000 };
	static const uint32_t OTHERS[] = { 0, 'a', 0x1F, 0x200B, 0xFEFF, 0x2060, 0x2800 };

	(void)state;
	for (size_t i = 0; i < COUNT_OF(SPACES); i++)
		assert_true(utf8_is_space(SPACES[i]));
	for (size_t i = 0; i < COUNT_OF(OTHERS); i++)
		assert_false(utf8_is_space(OTHERS[i]));
}

static void white_space_of_javascript_has_the_byte_order_mark_and_lacks_the_next_line(void **state)
{
	(void)state;
	assert_true(utf8_is_js_space(' ') && utf8_is_js_space(0xA0) && utf8_is_js_space(0x2028) && utf8_is_js_space(0xFEFF));
	assert_false(utf8_is_js_space(0x85) || utf8_is_js_space(0x200B) || utf8_is_js_space(0x1F));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(code_points_are_written_and_read_at_every_border),
		cmocka_unit_test(what_is_not_utf8_is_refused_wherever_it_stands),
		cmocka_unit_test(a_stray_byte_reads_as_the_replacement_and_costs_one_byte),
		cmocka_unit_test(a_sequence_is_not_read_past_the_end_of_the_text),
		cmocka_unit_test(what_is_no_code_point_is_written_as_the_replacement),
		cmocka_unit_test(counting_counts_code_points),
		cmocka_unit_test(a_cut_never_tears_a_character),
		cmocka_unit_test(what_steers_a_terminal_is_a_control),
		cmocka_unit_test(what_is_repaired_is_valid_and_the_rest_left_alone),
		cmocka_unit_test(white_space_is_what_unicode_says),
		cmocka_unit_test(white_space_of_javascript_has_the_byte_order_mark_and_lacks_the_next_line),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
