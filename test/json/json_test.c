/* test/json/json_test.c: from text to values, and what is refused on the way. */
#include "../unit.h"

#include "base/buf.h"
#include "json/json.h"
#include "json/write.h"

/* The value of a text that must parse. */
static const struct json *parse(struct arena *mem, enum json_flags flags, struct str text)
{
	struct ctx ctx = { .mem = mem };
	const struct json *v = NULL;

	if (json_parse(&ctx, text, flags, &v) != OK) {
		print_error("%.*s: %s\n", STR(text), ctx.why);
		assert_non_null(v);
	}
	return v;
}

static bool refused(struct arena *mem, enum json_flags flags, struct str text)
{
	struct ctx ctx = { .mem = mem };
	const struct json *untouched = NULL;
	enum err e = json_parse(&ctx, text, flags, &untouched);

	assert_true(e == OK || e == ERR_INVALID);
	if (e == OK)
		return false;
	assert_null(untouched);
	assert_true(strlen(ctx.why) > 0);
	return true;
}

static struct str nested(struct arena *mem, int depth)
{
	struct buf text = { .mem = mem };

	for (int i = 0; i < depth; i++)
		buf_z(&text, i % 2 ? "{\"a\":" : "[");
	buf_z(&text, "0");
	while (depth-- > 0)
		buf_z(&text, depth % 2 ? "}" : "]");
	return buf_view(&text);
}

static void every_kind_of_value_is_told_apart(void **state)
{
	static const struct {
		const char *text;
		enum json_type type;
	} KINDS[] = {
		{ "null", JSON_NULL }, { "true", JSON_BOOL }, { "0", JSON_INT }, { "-7", JSON_INT },
		{ "1.5", JSON_NUM }, { "1e2", JSON_NUM }, { "\"\"", JSON_STR }, { "[]", JSON_ARRAY },
		{ " {} ", JSON_OBJECT },
	};
	ARENA(a);

	(void)state;
	for (size_t i = 0; i < COUNT_OF(KINDS); i++)
		assert_int_equal(parse(&a, JSON_STRICT, str_of(KINDS[i].text))->type, KINDS[i].type);
}

static void members_keep_their_order_and_the_last_of_a_repeated_key_wins(void **state)
{
	const struct json *v;
	ARENA(a);

	(void)state;
	v = parse(&a, JSON_STRICT, S("{\"b\":1,\"a\":2,\"b\":3,\"c\":{\"b\":9},\"b\":4}"));
	assert_str(json_text(&a, v), "{\"b\":4,\"a\":2,\"c\":{\"b\":9}}");
}

static void repeated_keys_are_found_among_many(void **state)
{
	struct buf text;
	const struct json *v;
	ARENA(a);

	(void)state;
	text = (struct buf){ .mem = &a };
	buf_z(&text, "{");
	for (int i = 0; i < 5000; i++)
		buf_printf(&text, "\"k%d\":%d,", i % 1000, i);
	buf_z(&text, "\"last\":0}");
	v = parse(&a, JSON_STRICT, buf_view(&text));
	assert_int_equal(v->n_members, 1001);
	for (int i = 0; i < 1000; i++) {
		char key[8];
		int64_t n;

		snprintf(key, sizeof(key), "k%d", i);
		assert_true(json_as_int(json_get(v, key), &n));
		assert_int_equal(n, 4000 + i);
		assert_str(v->members[i].key, key);
	}
}

static bool reads_values(struct arena *mem, const char *open, const char *value, size_t n, const char *close)
{
	struct buf text = {0};
	bool fine;

	buf_z(&text, open);
	for (size_t i = 0; i < n; i++)
		buf_printf(&text, "%s%s", i ? "," : "", value);
	buf_z(&text, close);
	fine = !refused(mem, JSON_STRICT, buf_view(&text));
	buf_fini(&text);
	return fine;
}

/* So that a request costs memory in proportion to what it may say, not forty times its size. */
static void a_million_values_are_accepted_and_one_more_is_not(void **state)
{
	ARENA(a);

	(void)state;
	assert_true(reads_values(&a, "[", "1", JSON_VALUES_MAX - 1, "]"));
	arena_reset(&a);
	assert_false(reads_values(&a, "[", "1", JSON_VALUES_MAX, "]"));
	assert_false(reads_values(&a, "[", "[]", 5 * JSON_VALUES_MAX, "]"));
	/* A key is one too. */
	assert_false(reads_values(&a, "{", "\"\":1", JSON_VALUES_MAX / 2, "}"));
}

static void a_long_text_is_not_many_values(void **state)
{
	ARENA(a);

	(void)state;
	assert_true(reads_values(&a, "[\"", "1", 2 * JSON_VALUES_MAX, "\"]"));
}

static void sixty_four_levels_are_accepted_and_one_more_is_not(void **state)
{
	ARENA(a);

	(void)state;
	parse(&a, JSON_STRICT, nested(&a, 64));
	assert_true(refused(&a, JSON_STRICT, nested(&a, 65)));
	assert_true(refused(&a, JSON_REPAIR, nested(&a, 65)));
	assert_true(refused(&a, JSON_STRICT, nested(&a, 1000000)));
}

static void who_reads_objects_gets_an_array_that_is_too_deep_without_its_items(void **state)
{
	const struct json *v;
	ARENA(a);

	(void)state;
	v = parse(&a, JSON_OBJECTS, nested(&a, 5000));
	assert_int_equal(v->type, JSON_ARRAY);
	assert_int_equal(v->n_items, 0);
	assert_int_equal(parse(&a, JSON_OBJECTS, nested(&a, 64))->n_items, 1);
	assert_true(refused(&a, JSON_OBJECTS, arena_printf(&a, "{\"a\":%.*s}", STR(nested(&a, 64)))));
}

static void brackets_in_strings_are_no_levels(void **state)
{
	struct buf text;
	ARENA(a);

	(void)state;
	text = (struct buf){ .mem = &a };
	buf_z(&text, "[\"\\\"");
	for (int i = 0; i < 100; i++)
		buf_z(&text, "[{");
	buf_z(&text, "\\\\\",\"[\"]");
	assert_int_equal(parse(&a, JSON_STRICT, buf_view(&text))->n_items, 2);
}

static void what_is_not_json_is_refused(void **state)
{
	static const char *const BAD[] = {
		"", " ", "{", "[1,]", "{\"a\":1,}", "{a:1}", "'a'", "[1 2]", "01", "+1", ".5", "1.", "NaN", "Infinity",
		"1e999", "-1e999", "tru", "nul", "\"\\x\"", "\"\t\"", "\"a", "// c\n1", "/* c */1", "1 2", "{}{}", "\"\\u12\"",
		"[\"a\",\n",
		"{\"a\" 1}", "{1:1}", "[,1]", ("\xa0" "1"),
	};
	ARENA(a);

	(void)state;
	for (size_t i = 0; i < COUNT_OF(BAD); i++)
		for (int flags = JSON_STRICT; flags <= JSON_REPAIR; flags++)
			if (!refused(&a, flags, str_of(BAD[i]))) {
				print_error("%s was taken for JSON\n", BAD[i]);
				assert_true(false);
			}
	assert_true(refused(&a, JSON_STRICT, (struct str){ NULL, 0 }));
	assert_true(refused(&a, JSON_STRICT, S("1\0")));
}

static void every_beginning_of_a_text_is_refused(void **state)
{
	static const char TEXT[] = "{\"a\":[1.5e3,true,null,\"\\u00e4\\n\"],\"b\":{\"c\":-1}}";
	ARENA(a);

	(void)state;
	parse(&a, JSON_STRICT, str_of(TEXT));
	for (size_t n = 0; n < sizeof(TEXT) - 1; n++) {
		/* In memory of its own size, so that reading past it is seen. */
		char *cut = malloc(n + !n);

		memcpy(cut, TEXT, n);
		assert_true(refused(&a, JSON_STRICT, (struct str){ cut, n }));
		free(cut);
	}
}

static void escapes_become_the_characters_they_name(void **state)
{
	ARENA(a);

	(void)state;
	assert_str(parse(&a, JSON_STRICT, S("\"\\\"\\\\\\/\\b\\f\\n\\r\\t\\u0041\\u20ac\\ud83d\\ude00\""))->text,
		   "\"\\/\b\f\n\r\tA\xe2\x82\xac\xf0\x9f\x98\x80");
}

static const char *const NOT_UNICODE[] = {
	"\"\xff\"", "\"\xc3\"", "\"\xc0\xaf\"", "\"\xed\xa0\x80\"", "\"\xf4\x90\x80\x80\"",
	"\"\\ud800\"", "\"\\udc00\"", "\"\\ud800x\"", "\"\\ud800\\ud800\"", "\"\\ud800\\n\"",
};

static void text_that_is_not_unicode_is_refused(void **state)
{
	ARENA(a);

	(void)state;
	for (size_t i = 0; i < COUNT_OF(NOT_UNICODE); i++)
		assert_true(refused(&a, JSON_STRICT, str_of(NOT_UNICODE[i])));
	assert_true(refused(&a, JSON_STRICT, S("\xef\xbb\xbf" "1")));
	assert_true(refused(&a, JSON_STRICT, S("\"\0\"")));
}

/* As a JavaScript client's own parser would read it. */
static void repairing_puts_the_replacement_character_where_unicode_is_broken(void **state)
{
	static const char *const REPAIRED[] = {
		"\xef\xbf\xbd", "\xef\xbf\xbd", "\xef\xbf\xbd\xef\xbf\xbd", "\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd",
		"\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd",
		"\xef\xbf\xbd", "\xef\xbf\xbd", "\xef\xbf\xbdx", "\xef\xbf\xbd\xef\xbf\xbd", "\xef\xbf\xbd\n",
	};
	ARENA(a);

	(void)state;
	for (size_t i = 0; i < COUNT_OF(NOT_UNICODE); i++)
		assert_str(parse(&a, JSON_REPAIR, str_of(NOT_UNICODE[i]))->text, REPAIRED[i]);
	assert_int_equal(parse(&a, JSON_REPAIR, S("\xef\xbb\xbf" "1"))->type, JSON_INT);
	assert_str(parse(&a, JSON_REPAIR, S("\"\\\\ud800 \\ud83d\\ude00\""))->text, "\\ud800 \xf0\x9f\x98\x80");
	assert_str(parse(&a, JSON_REPAIR, S("{\"\\ud800\":1}"))->members[0].key, "\xef\xbf\xbd");
	assert_true(refused(&a, JSON_REPAIR, S("\xef\xbb\xbf\xef\xbb\xbf" "1")));
	assert_str(parse(&a, JSON_REPAIR_BYTES, S("\xef\xbb\xbf\"\xff\""))->text, "\xef\xbf\xbd");
	assert_true(refused(&a, JSON_REPAIR_BYTES, S("\"\\ud800\"")));
}

static void repairing_leaves_the_caller_s_text_alone(void **state)
{
	char text[] = "\"\\ud800\"";
	ARENA(a);

	(void)state;
	parse(&a, JSON_REPAIR, str_of(text));
	assert_string_equal(text, "\"\\ud800\"");
}

static void a_number_with_an_integral_value_is_an_integer(void **state)
{
	static const struct {
		const char *text;
		bool integral;
		int64_t value;
	} NUMBERS[] = {
		{ "150", true, 150 }, { "150.0", true, 150 }, { "1.5e2", true, 150 }, { "-0.0", true, 0 },
		{ "9007199254740992.0", true, INT64_C(9007199254740992) }, { "9223372036854775807", true, INT64_MAX },
		{ "-9223372036854775808", true, INT64_MIN }, { "0.5", false, 0 }, { "150.0000001", false, 0 },
		{ "1e300", false, 0 }, { "-1e19", false, 0 }, { "18446744073709551615", false, 0 },
		{ "\"150\"", false, 0 }, { "true", false, 0 }, { "null", false, 0 },
	};
	ARENA(a);

	(void)state;
	for (size_t i = 0; i < COUNT_OF(NUMBERS); i++) {
		int64_t n = 0;
		bool integral = json_as_int(parse(&a, JSON_STRICT, str_of(NUMBERS[i].text)), &n);

		assert_int_equal(integral, NUMBERS[i].integral);
		assert_true(n == NUMBERS[i].value);
	}
}

static void any_number_is_a_double(void **state)
{
	double n = 0;
	ARENA(a);

	(void)state;
	assert_true(json_as_num(parse(&a, JSON_STRICT, S("0.1")), &n) && n == 0.1);
	assert_true(json_as_num(parse(&a, JSON_STRICT, S("-3")), &n) && n == -3);
	assert_true(json_as_num(parse(&a, JSON_STRICT, S("18446744073709551615")), &n) && n == 18446744073709551615.0);
	assert_false(json_as_num(parse(&a, JSON_STRICT, S("\"1\"")), &n));
}

static void asking_what_is_not_there_gives_nothing(void **state)
{
	const struct json *v;
	ARENA(a);

	(void)state;
	v = parse(&a, JSON_STRICT, S("{\"a\":{\"b\":\"c\"},\"n\":1}"));
	assert_str(json_get_str(json_get(v, "a"), "b"), "c");
	assert_null(json_get(v, "z"));
	assert_null(json_get(json_get(json_get(v, "z"), "y"), "x"));
	assert_null(json_get_str(v, "n").p);
	assert_null(json_get(json_get(v, "n"), "a"));
	assert_false(json_is(NULL, JSON_NULL));
}

static void a_nul_is_found_wherever_it_hides(void **state)
{
	static const char *const WITH[] = {
		"\"\\u0000\"", "[1,[\"a\\u0000\"]]", "{\"a\":{\"b\":\"\\u0000\"}}", "{\"\\u0000\":1}",
	};
	static const char *const WITHOUT[] = { "\"\\\\u0000\"", "[null,0,false,\"\",{}]", "\"\\u0001\"" };
	ARENA(a);

	(void)state;
	for (size_t i = 0; i < COUNT_OF(WITH); i++)
		assert_true(json_has_nul(parse(&a, JSON_STRICT, str_of(WITH[i]))));
	for (size_t i = 0; i < COUNT_OF(WITHOUT); i++)
		assert_false(json_has_nul(parse(&a, JSON_STRICT, str_of(WITHOUT[i]))));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_kind_of_value_is_told_apart),
		cmocka_unit_test(members_keep_their_order_and_the_last_of_a_repeated_key_wins),
		cmocka_unit_test(repeated_keys_are_found_among_many),
		cmocka_unit_test(a_million_values_are_accepted_and_one_more_is_not),
		cmocka_unit_test(a_long_text_is_not_many_values),
		cmocka_unit_test(sixty_four_levels_are_accepted_and_one_more_is_not),
		cmocka_unit_test(who_reads_objects_gets_an_array_that_is_too_deep_without_its_items),
		cmocka_unit_test(brackets_in_strings_are_no_levels),
		cmocka_unit_test(what_is_not_json_is_refused),
		cmocka_unit_test(every_beginning_of_a_text_is_refused),
		cmocka_unit_test(escapes_become_the_characters_they_name),
		cmocka_unit_test(text_that_is_not_unicode_is_refused),
		cmocka_unit_test(repairing_puts_the_replacement_character_where_unicode_is_broken),
		cmocka_unit_test(repairing_leaves_the_caller_s_text_alone),
		cmocka_unit_test(a_number_with_an_integral_value_is_an_integer),
		cmocka_unit_test(any_number_is_a_double),
		cmocka_unit_test(asking_what_is_not_there_gives_nothing),
		cmocka_unit_test(a_nul_is_found_wherever_it_hides),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
