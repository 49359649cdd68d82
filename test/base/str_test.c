/* test/base/str_test.c: text as a pointer and a length. */
#include "../unit.h"

static const struct str NONE = { NULL, 0 };

static void equality_looks_at_bytes_and_length(void **state)
{
	(void)state;
	assert_true(str_eq(S("a\0b"), S("a\0b")));
	assert_false(str_eq(S("a\0b"), S("a\0c")));
	assert_false(str_eq(S("a"), S("ab")));
	assert_true(str_eq(NONE, S("")));
	assert_true(str_is(S("name"), "name"));
	assert_true(str_eq_nocase(S("Content-TYPE"), S("content-type")));
	assert_false(str_eq_nocase(S("[a"), S("{a")));
	assert_false(str_eq_nocase(S("\xc3\x84"), S("\xc3\xa4")));
}

static void order_is_that_of_the_bytes(void **state)
{
	static const char *const IN_ORDER[] = { "", "A", "a", "a\x01", "ab", "b", "\xc3\xa4" };

	(void)state;
	for (size_t i = 0; i < COUNT_OF(IN_ORDER); i++)
		for (size_t k = 0; k < COUNT_OF(IN_ORDER); k++) {
			int order = str_cmp(str_of(IN_ORDER[i]), str_of(IN_ORDER[k]));

			assert_int_equal((order > 0) - (order < 0), (i > k) - (i < k));
		}
}

static void a_beginning_and_an_end_are_recognised(void **state)
{
	(void)state;
	assert_true(str_starts(S("sk_prod_x"), S("sk_prod_")));
	assert_false(str_starts(S("sk_pro"), S("sk_prod_")));
	assert_true(str_starts(NONE, S("")));
	assert_true(str_ends(S("a.json"), S(".json")));
	assert_false(str_ends(S("json"), S(".json")));
	assert_true(str_ends(S("x"), S("")));
	assert_true(str_starts_nocase(S("HTTP://x"), S("http://")));
	assert_false(str_starts_nocase(S("HTT"), S("http")));
	assert_str(str_from(S("abc"), 1), "bc");
	assert_str(str_from(S("abc"), 9), "");
}

static void white_space_is_trimmed_at_both_ends_only(void **state)
{
	(void)state;
	assert_str(str_trim(S(" \t\r\n\v\f a b \n")), "a b");
	assert_str(str_trim(S(" \n ")), "");
	assert_str(str_trim(S("\xc2\xa0x")), "\xc2\xa0x");
	assert_int_equal(str_trim(NONE).n, 0);
}

static void one_character_is_taken_off_the_front_if_it_stands_there(void **state)
{
	struct str rest = S("-1");

	(void)state;
	assert_true(str_take(&rest, '-'));
	assert_false(str_take(&rest, '-'));
	assert_str(rest, "1");
	assert_true(str_take(&rest, '1'));
	assert_false(str_take(&rest, '1'));
}

static void finding_gives_the_first_place_or_minus_one(void **state)
{
	(void)state;
	assert_int_equal(str_find_nocase(S("a <TITLE>"), S("<title")), 2);
	assert_int_equal(str_find_nocase(S("a <TITL"), S("<title")), -1);
	assert_int_equal(str_find(S("a needle, a needle"), S("needle")), 2);
	assert_int_equal(str_find(S("a need"), S("needle")), -1);
	assert_int_equal(str_find(S("anything"), S("")), 0);
	assert_int_equal(str_find(NONE, S("x")), -1);
	assert_int_equal(str_index(S("a=b=c"), '='), 1);
	assert_int_equal(str_index(S("abc"), '='), -1);
	assert_int_equal(str_index(NONE, '='), -1);
}

static void cutting_yields_each_piece_and_then_none(void **state)
{
	struct str rest = S("/a//b/");

	(void)state;
	assert_str(str_cut(&rest, '/'), "");
	assert_str(str_cut(&rest, '/'), "a");
	assert_str(str_cut(&rest, '/'), "");
	assert_str(str_cut(&rest, '/'), "b");
	assert_non_null(rest.p);
	assert_str(str_cut(&rest, '/'), "");
	assert_null(rest.p);
	assert_null(str_cut(&rest, '/').p);
}

static void a_word_is_one_of_a_list_only_as_a_whole(void **state)
{
	static const char *const WORDS[] = { "read", "read-write", "", NULL };
	static const char *const NOTHING[] = { NULL };

	(void)state;
	assert_true(str_is_one_of(S("read"), WORDS));
	assert_true(str_is_one_of(S("read-write"), WORDS));
	assert_true(str_is_one_of(S(""), WORDS));
	assert_false(str_is_one_of(S("rea"), WORDS));
	assert_false(str_is_one_of(S("Read"), WORDS));
	assert_false(str_is_one_of(S("read\0"), WORDS));
	assert_false(str_is_one_of(S(""), NOTHING));
}

static void a_hex_digit_has_its_value_in_either_case(void **state)
{
	static const char DIGITS[] = "0123456789abcdefABCDEF";

	(void)state;
	for (int c = 0; c < 256; c++) {
		const char *at = c ? strchr(DIGITS, c) : NULL;
		int place = at ? (int)(at - DIGITS) : -1;

		assert_int_equal(hex_digit((char)c), place > 15 ? place - 6 : place);
	}
}

static void integers_are_read_to_the_last_one(void **state)
{
	static const struct {
		const char *text;
		int64_t value;
	} GOOD[] = {
		{ "0", 0 }, { "-0", 0 }, { "007", 7 }, { "-1", -1 },
		{ "9223372036854775807", INT64_MAX }, { "-9223372036854775808", INT64_MIN },
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(GOOD); i++) {
		int64_t value = 99;

		assert_true(str_to_int(str_of(GOOD[i].text), &value));
		assert_true(value == GOOD[i].value);
	}
}

static void what_is_no_integer_is_refused_and_writes_nothing(void **state)
{
	static const char *const BAD[] = {
		"", "-", "+1", " 1", "1 ", "1.0", "1e3", "0x1", "--1", "a",
		"9223372036854775808", "-9223372036854775809", "99999999999999999999999",
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(BAD); i++) {
		int64_t value = 99;

		assert_false(str_to_int(str_of(BAD[i]), &value));
		assert_true(value == 99);
	}
	assert_false(str_to_int(S("1\0"), &(int64_t){ 0 }));
}

static void hashes_are_those_of_fnv_1a(void **state)
{
	(void)state;
	assert_true(str_hash(STR_HASH_NONE, S("")) == UINT64_C(0xcbf29ce484222325));
	assert_true(str_hash(STR_HASH_NONE, S("a")) == UINT64_C(0xaf63dc4c8601ec8c));
	assert_true(str_hash(STR_HASH_NONE, S("foobar")) == UINT64_C(0x85944171f73967e8));
	assert_true(str_hash(str_hash(STR_HASH_NONE, S("foo")), S("bar")) == UINT64_C(0x85944171f73967e8));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(equality_looks_at_bytes_and_length),
		cmocka_unit_test(order_is_that_of_the_bytes),
		cmocka_unit_test(a_beginning_and_an_end_are_recognised),
		cmocka_unit_test(white_space_is_trimmed_at_both_ends_only),
		cmocka_unit_test(one_character_is_taken_off_the_front_if_it_stands_there),
		cmocka_unit_test(finding_gives_the_first_place_or_minus_one),
		cmocka_unit_test(cutting_yields_each_piece_and_then_none),
		cmocka_unit_test(a_word_is_one_of_a_list_only_as_a_whole),
		cmocka_unit_test(a_hex_digit_has_its_value_in_either_case),
		cmocka_unit_test(integers_are_read_to_the_last_one),
		cmocka_unit_test(what_is_no_integer_is_refused_and_writes_nothing),
		cmocka_unit_test(hashes_are_those_of_fnv_1a),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
