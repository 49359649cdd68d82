/* test/json/outline_test.c: members and elements of large texts. */
#include "../unit.h"

#include "base/buf.h"
#include "json/outline.h"

static struct arena mem;
static struct ctx ctx = { .mem = &mem };

/* "key=value|..." of what there is, or "!" and why not. */
static struct str walk(const char *text)
{
	struct buf out = { .mem = &mem };
	struct outline outline;
	enum err e = outline_open(&ctx, str_of(text), &outline);
	bool more = e == OK;

	while (more) {
		struct str key = S(""), value;

		e = outline_next(&ctx, &outline, &more, &key, &value);
		if (e != OK)
			break;
		if (more)
			buf_printf(&out, "%s%.*s=%.*s", out.n ? "|" : "", STR(key), STR(value));
	}
	if (e != OK)
		return arena_printf(&mem, "!%s", ctx.why);
	return buf_view(&out);
}

static void members_and_elements_come_one_at_a_time(void **state)
{
	assert_str(walk("{}"), "");
	assert_str(walk(" [ ] \n"), "");
	assert_str(walk("{\"a\":1,\"b\":[1,{\"c\":2}],\"d\":\"x,y\"}"), "a=1|b=[1,{\"c\":2}]|d=\"x,y\"");
	assert_str(walk("[1 , {\"a\":[]},\ttrue,\"\"]"), "=1|={\"a\":[]}|=true|=\"\"");
}

static void brackets_and_quotes_inside_strings_are_text(void **state)
{
	assert_str(walk("[\"]\",\"\\\"]\",\"\\\\\"]"), "=\"]\"|=\"\\\"]\"|=\"\\\\\"");
	assert_str(walk("{\"}\":\"{\"}"), "}=\"{\"");
	assert_str(walk("[[\"[\"],[\"\\\"[\"]]"), "=[\"[\"]|=[\"\\\"[\"]");
}

static void keys_are_decoded(void **state)
{
	assert_str(walk("{\"a\\u0062\\n\" : 1}"), "ab\n=1");
}

static void what_is_cut_off_or_out_of_place_is_refused(void **state)
{
	static const char *const CASES[] = {
		"", "7", "\"x\"", "{", "[", "[1", "[1,", "[1,]", "[,1]", "[1 2]", "[\"x]", "[[1]", "[1]]", "{} {}", "{\"a\"}", "{\"a\":}",
		"{\"a\":1,}", "{a:1}", "{1:1}", "{\"a\" 1}", "{\"\\x\":1}", "{\"a\":1]", "]",
	};

	for (size_t i = 0; i < COUNT_OF(CASES); i++) {
		struct str got = walk(CASES[i]);

		if (got.n == 0 || got.p[0] != '!')
			print_error("%s gives %.*s\n", CASES[i], STR(got));
		assert_true(got.n > 0 && got.p[0] == '!');
	}
}

static void a_depth_that_no_parser_would_take_is_no_matter(void **state)
{
	struct buf text = { .mem = &mem };
	size_t n;

	buf_char(&text, '[');
	for (int i = 0; i < 100000; i++)
		buf_char(&text, '[');
	for (int i = 0; i < 100000; i++)
		buf_char(&text, ']');
	buf_z(&text, ",2]");
	assert_int_equal(outline_count(&ctx, buf_view(&text), &n), OK);
	assert_int_equal(n, 2);
}

static int setup(void **state)
{
	arena_init(&mem, 0);
	return 0;
}

static int teardown(void **state)
{
	arena_fini(&mem);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(members_and_elements_come_one_at_a_time),
		cmocka_unit_test(brackets_and_quotes_inside_strings_are_text),
		cmocka_unit_test(keys_are_decoded),
		cmocka_unit_test(what_is_cut_off_or_out_of_place_is_refused),
		cmocka_unit_test(a_depth_that_no_parser_would_take_is_no_matter),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
