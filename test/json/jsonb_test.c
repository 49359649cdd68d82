/* test/json/jsonb_test.c: JSON as clients of the reference see it come back. */
#include "../unit.h"

#include "json/jsonb.h"

static void assert_kept(const char *sent, const char *kept)
{
	ARENA(mem);
	struct ctx ctx = { .mem = &mem };
	const struct json *v;

	assert_int_equal(json_parse(&ctx, str_of(sent), JSON_REPAIR, &v), OK);
	assert_str(jsonb_text(&mem, v), kept);
	/* What was kept is kept the same once more. */
	assert_int_equal(json_parse(&ctx, str_of(kept), JSON_STRICT, &v), OK);
	assert_str(jsonb_text(&mem, v), kept);
}

static void members_are_ordered_by_the_length_of_their_keys_then_by_bytes(void **state)
{
	(void)state;
	assert_kept("{\"name\":1,\"b\":2,\"a\":3,\"ab\":4,\"B\":5}",
		    "{\"B\": 5, \"a\": 3, \"b\": 2, \"ab\": 4, \"name\": 1}");
	/* Bytes count, not characters. */
	assert_kept("{\"\xc3\xab\":1,\"zz\":2,\"z\":3}", "{\"z\": 3, \"zz\": 2, \"\xc3\xab\": 1}");
	assert_kept("{\"a\":{\"yy\":[{\"d\":1,\"c\":2}],\"x\":0},\"\":1}",
		    "{\"\": 1, \"a\": {\"x\": 0, \"yy\": [{\"c\": 2, \"d\": 1}]}}");
}

static void of_a_repeated_key_the_last_value_counts(void **state)
{
	(void)state;
	assert_kept("{\"a\":1,\"b\":2,\"a\":3}", "{\"a\": 3, \"b\": 2}");
}

static void numbers_are_written_as_short_as_they_can_be(void **state)
{
	(void)state;
	assert_kept("[1.0,1e2,-0.0,1.50,0.1,-7]", "[1, 100, 0, 1.5, 0.1, -7]");
}

static void empty_things_stay_empty_and_texts_are_escaped(void **state)
{
	(void)state;
	assert_kept("[]", "[]");
	assert_kept("{}", "{}");
	assert_kept("[{},[],null,true,false,\"a\\n\\\"\\u0001\\u00eb\"]",
		    "[{}, [], null, true, false, \"a\\n\\\"\\u0001\xc3\xab\"]");
	assert_kept("\"text\"", "\"text\"");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(members_are_ordered_by_the_length_of_their_keys_then_by_bytes),
		cmocka_unit_test(of_a_repeated_key_the_last_value_counts),
		cmocka_unit_test(numbers_are_written_as_short_as_they_can_be),
		cmocka_unit_test(empty_things_stay_empty_and_texts_are_escaped),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
