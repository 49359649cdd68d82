/* test/json/field_js_test.c: what fields can say for the studio contract, whose reference was
 * JavaScript: parameters read by Number() and Date, texts cut by UTF-16, and numbers that may be null. */
#include "../unit.h"

#include <math.h>

#include "json/field.h"

struct visit {
	struct str note;
	int64_t limit, before, at, guests;
	double cost;
};

static const struct field param_fields[] = {
	{ F_INT("limit", visit, limit), .in = IN_QUERY, .min = 1, .def = "50", .js = true },
	{ F_TIME("before", visit, before), .in = IN_QUERY, .js = true },
};
static const struct schema params = SCHEMA(NULL, visit, param_fields);

static const struct field reply_fields[] = {
	{ F_STR("note", visit, note), .cut = 4 },
	{ F_TIME("at", visit, at), .digits = DIGITS_AS_NEEDED, .nullable = true },
	{ F_INT("guests", visit, guests), .nullable = true },
	{ F_NUM("cost", visit, cost), .nullable = true },
};
static const struct schema reply = SCHEMA(NULL, visit, reply_fields);

/* -- parameters ----------------------------------------------------------------------------------------- */

struct query {
	const char *limit, *before;
};

static struct str given(void *arg, const struct field *f)
{
	const struct query *q = arg;

	return str_of(strcmp(f->name, "limit") == 0 ? q->limit : q->before);
}

static enum err read_query(struct arena *mem, struct query q, struct visit *out)
{
	struct ctx ctx = { .mem = mem };

	*out = (struct visit){ 0 };
	return schema_read_params(&ctx, &params, given, &q, out);
}

static void numbers_are_read_as_javascript_would(void **state)
{
	static const struct {
		const char *text;
		int64_t n;
	} CASES[] = {
		{ NULL, 50 },
		{ "", 50 },
		{ "7", 7 },
		{ " 7 ", 7 },
		{ "1e1", 10 },
		{ "0x2", 2 },
		{ "3.0", 3 },
		{ "+5", 5 },
		{ "9007199254740993", INT64_C(9007199254740992) },
		{ "1e300", INT64_C(9007199254740992) },
	};
	struct visit v;
	ARENA(mem);

	(void)state;
	for (size_t i = 0; i < COUNT_OF(CASES); i++) {
		assert_int_equal(read_query(&mem, (struct query){ CASES[i].text, NULL }, &v), OK);
		assert_int_equal(v.limit, CASES[i].n);
	}
}

static void numbers_that_do_not_fit_are_refused(void **state)
{
	static const char *const CASES[] = { " ", "0", "-1", "0.5", "1.5", "abc", "NaN", "Infinity", "-1e300" };
	struct visit v;
	ARENA(mem);

	(void)state;
	for (size_t i = 0; i < COUNT_OF(CASES); i++)
		assert_int_equal(read_query(&mem, (struct query){ CASES[i], NULL }, &v), ERR_INVALID);
}

static void times_are_read_as_javascript_would(void **state)
{
	static const struct {
		const char *text;
		int64_t us;
	} CASES[] = {
		{ NULL, 0 },
		{ "", 0 },
		{ "2026", INT64_C(1767225600000000) },
		{ "2026-02-01T00:10:00.0100105Z", INT64_C(1769904600010000) },
		{ "1970-01-01", 1 }, /* not 0, which is no time at all */
	};
	struct visit v;
	ARENA(mem);

	(void)state;
	for (size_t i = 0; i < COUNT_OF(CASES); i++) {
		assert_int_equal(read_query(&mem, (struct query){ NULL, CASES[i].text }, &v), OK);
		assert_int_equal(v.before, CASES[i].us);
	}
	assert_int_equal(read_query(&mem, (struct query){ NULL, "1769904600000" }, &v), ERR_INVALID);
	assert_int_equal(read_query(&mem, (struct query){ NULL, " " }, &v), ERR_INVALID);
}

/* -- replies ---------------------------------------------------------------------------------------------- */

static void assert_reply(struct visit v, const char *expected)
{
	ARENA(mem);

	assert_str(schema_text(&mem, &reply, &v, WRITE_REPLY), expected);
}

static void numbers_may_be_null(void **state)
{
	(void)state;
	assert_reply((struct visit){ S(""), .guests = NO_INT, .cost = NAN },
		     "{\"note\":\"\",\"at\":null,\"guests\":null,\"cost\":null}");
	assert_reply((struct visit){ S(""), .guests = 0, .cost = 12.5 },
		     "{\"note\":\"\",\"at\":null,\"guests\":0,\"cost\":12.5}");
}

static void times_have_as_many_digits_as_they_need(void **state)
{
	(void)state;
	assert_reply((struct visit){ S(""), .at = INT64_C(1769904600000000) },
		     "{\"note\":\"\",\"at\":\"2026-02-01T00:10:00Z\",\"guests\":0,\"cost\":0}");
	assert_reply((struct visit){ S(""), .at = INT64_C(1769904600500000) },
		     "{\"note\":\"\",\"at\":\"2026-02-01T00:10:00.500Z\",\"guests\":0,\"cost\":0}");
	assert_reply((struct visit){ S(""), .at = INT64_C(1769904600010010) },
		     "{\"note\":\"\",\"at\":\"2026-02-01T00:10:00.010010Z\",\"guests\":0,\"cost\":0}");
}

static void texts_are_cut_by_utf16_even_through_a_character(void **state)
{
	static const struct {
		const char *text, *shown;
	} CASES[] = {
		{ "", "\"\"" },
		{ "abcd", "\"abcd\"" },
		{ "abcde", "\"abcd\"" },
		{ "\"\n\\xy", "\"\\\"\\n\\\\x\"" },
		{ "öäüßé", "\"öäüß\"" },
		{ "ab😀c", "\"ab😀\"" },
		{ "abc😀", "\"abc\\ud83d\"" },
		{ "😀😀😀", "\"😀😀\"" },
	};
	ARENA(mem);

	(void)state;
	for (size_t i = 0; i < COUNT_OF(CASES); i++) {
		struct buf out = { .mem = &mem };
		struct json_writer w = { .out = &out };

		jw_array(&w);
		jw_str_cut(&w, str_of(CASES[i].text), 4);
		jw_int(&w, 1);
		jw_end(&w);
		assert_str(buf_view(&out), arena_printf(&mem, "[%s,1]", CASES[i].shown).p);
	}
	assert_reply((struct visit){ { NULL, 0 }, .guests = 1 }, "{\"note\":null,\"at\":null,\"guests\":1,\"cost\":0}");
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(numbers_are_read_as_javascript_would),
		cmocka_unit_test(numbers_that_do_not_fit_are_refused),
		cmocka_unit_test(times_are_read_as_javascript_would),
		cmocka_unit_test(numbers_may_be_null),
		cmocka_unit_test(times_have_as_many_digits_as_they_need),
		cmocka_unit_test(texts_are_cut_by_utf16_even_through_a_character),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
