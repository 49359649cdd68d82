/* json/yaml: the values that agent files become. */
#include "../unit.h"

#include "base/buf.h"
#include "base/ctx.h"
#include "json/write.h"
#include "json/yaml.h"

/* The text as JSON, or "! " and why it is refused. */
static struct str as_json(struct arena *mem, const char *text)
{
	struct ctx ctx = { .mem = mem };
	struct buf out = { .mem = mem };
	struct json_writer w = { .out = &out };
	const struct json *v;

	if (yaml_parse(&ctx, str_of(text), &v) != OK)
		return arena_printf(mem, "! %s", ctx.why);
	jw_value(&w, v);
	return buf_view(&out);
}

struct example {
	const char *yaml, *json;
};

static void check_examples(const struct example *examples, size_t n)
{
	ARENA(mem);

	for (size_t i = 0; i < n; i++)
		assert_str(as_json(&mem, examples[i].yaml), examples[i].json);
}

static void plain_scalars_mean_what_the_core_schema_says(void **state)
{
	static const struct example EXAMPLES[] = {
		{ "[~, null, Null, NULL, nUll]", "[null,null,null,null,\"nUll\"]" },
		{ "[true, True, TRUE, tRue, false]", "[true,true,true,\"tRue\",false]" },
		{ "[yes, no, on, off, y]", "[\"yes\",\"no\",\"on\",\"off\",\"y\"]" },
		{ "[1, -1, +1, 017, 0o17, 0x1F, 0b1]", "[1,-1,1,17,15,31,\"0b1\"]" },
		{ "[1.5, -.5, 1., 1e3, 1.e+3, .5E-1]", "[1.5,-0.5,1,1000,1000,0.05]" },
		{ "[., '-', +, 1e, e1, 1_000, 1:30]", "[\".\",\"-\",\"+\",\"1e\",\"e1\",\"1_000\",\"1:30\"]" },
		{ "[.inf, -.Inf, .nan, 1e999]", "[null,null,null,null]" },
		{ "[2026-01-02, 2026-01-02T03:04:05Z]", "[\"2026-01-02\",\"2026-01-02T03:04:05Z\"]" },
		{ "['1', \"true\", '']", "[\"1\",\"true\",\"\"]" },
		{ "a:", "{\"a\":null}" },
	};

	check_examples(EXAMPLES, COUNT_OF(EXAMPLES));
}

static void large_integers_lose_their_last_digits(void **state)
{
	static const struct example EXAMPLES[] = {
		{ "9007199254740992", "9007199254740992" },
		{ "9007199254740993", "9007199254740992" },
		{ "-12345678901234567890", "-1.2345678901234567e+19" },
		{ "0xFFFFFFFFFFFFFFFF", "1.8446744073709552e+19" },
	};

	check_examples(EXAMPLES, COUNT_OF(EXAMPLES));
}

static void a_tag_decides_and_an_unknown_one_makes_a_string(void **state)
{
	static const struct example EXAMPLES[] = {
		{ "!!str 12", "\"12\"" }, { "! 12", "\"12\"" }, { "!!int '12'", "12" }, { "!!thing 12", "\"12\"" },
		{ "!own [1]", "[1]" },
	};

	check_examples(EXAMPLES, COUNT_OF(EXAMPLES));
}

static void keys_become_text(void **state)
{
	static const struct example EXAMPLES[] = {
		{ "{1: a, true: b, ~: c, 1.50: d, [x, 1]: e}", "{\"1\":\"a\",\"true\":\"b\",\"\":\"c\",\"1.5\":\"d\",\"[\\\"x\\\",1]\":\"e\"}" },
		{ "<<: {a: 1}", "{\"<<\":{\"a\":1}}" },
	};

	check_examples(EXAMPLES, COUNT_OF(EXAMPLES));
}

static void a_text_without_a_value_is_null(void **state)
{
	static const struct example EXAMPLES[] = { { "", "null" }, { "# only this\n", "null" }, { "---\n", "null" } };

	check_examples(EXAMPLES, COUNT_OF(EXAMPLES));
}

static void a_document_of_yaml_1_1_has_its_booleans_and_octals(void **state)
{
	static const struct example EXAMPLES[] = {
		{ "%YAML 1.1\n---\n[yes, Off, 'no', 017, 18]", "[true,false,\"no\",15,18]" },
		{ "%YAML 1.2\n---\n[yes, 017]", "[\"yes\",17]" },
	};

	check_examples(EXAMPLES, COUNT_OF(EXAMPLES));
}

static void control_characters_and_byte_order_marks_do_no_harm(void **state)
{
	static const struct example EXAMPLES[] = {
		{ "a: b\001c\177", "{\"a\":\"b\\u0001c\177\"}" },
		{ "\xef\xbb\xbfx: y", "{\"x\":\"y\"}" },
		{ "a: \"\\0\"", "{\"a\":\"\\u0000\"}" },
		{ "a: !!binary aGk=", "{\"a\":null}" },
	};

	check_examples(EXAMPLES, COUNT_OF(EXAMPLES));
}

static void aliases_repeat_their_anchor(void **state)
{
	static const struct example EXAMPLES[] = {
		{ "a: &x [1, 2]\nb: *x\nc: &x 3\nd: *x", "{\"a\":[1,2],\"b\":[1,2],\"c\":3,\"d\":3}" },
		{ "a: *x", "! an alias without an anchor at line 1, column 4" },
		{ "a: &x [*x]", "! an alias inside of its own anchor at line 1, column 8" },
	};

	check_examples(EXAMPLES, COUNT_OF(EXAMPLES));
}

static void what_is_no_document_is_refused_with_its_place(void **state)
{
	static const struct example EXAMPLES[] = {
		{ "a: 1\na: 2", "! the key \"a\" is there twice in the mapping at line 1, column 1" },
		{ "a\n--- \nb", "! a second document begins at line 2, column 1" },
		{ "a: [1", "! did not find expected ',' or ']' at line 2, column 1" },
		{ "a: \xff", "! invalid leading UTF-8 octet at byte 3" },
	};

	check_examples(EXAMPLES, COUNT_OF(EXAMPLES));
}

static void depth_is_limited(void **state)
{
	ARENA(mem);
	char text[2 * JSON_DEPTH + 3] = {0};

	memset(text, '[', JSON_DEPTH);
	memset(text + JSON_DEPTH, ']', JSON_DEPTH);
	assert_int_equal(as_json(&mem, text).p[0], '[');
	memset(text, '[', JSON_DEPTH + 1);
	assert_str(as_json(&mem, text), "! nested too deeply at line 1, column 65");
}

static void aliases_cannot_nest_deeper_than_what_is_written_out(void **state)
{
	ARENA(mem);
	char text[200] = "a: &a ";
	size_t n = strlen(text);

	memset(text + n, '[', 40);
	memset(text + n + 40, ']', 40);
	n += 80;
	strcpy(text + n, "\nb: [[[[[[[[[[[[[[[[[[[[[[[*a]]]]]]]]]]]]]]]]]]]]]]]");
	assert_int_equal(as_json(&mem, text).p[0], '{');
	strcpy(text + n, "\nb: [[[[[[[[[[[[[[[[[[[[[[[[*a]]]]]]]]]]]]]]]]]]]]]]]]");
	assert_str(as_json(&mem, text), "! nested too deeply at line 2, column 28");
}

/* Nine levels of ten aliases each would be a thousand million values. */
static void aliases_of_aliases_are_counted_in_full(void **state)
{
	ARENA(mem);
	struct buf text = { .mem = &mem };

	buf_z(&text, "a0: &a0 x\n");
	for (int i = 1; i < 10; i++) {
		buf_printf(&text, "a%d: &a%d [", i, i);
		for (int k = 0; k < 10; k++)
			buf_printf(&text, "*a%d,", i - 1);
		buf_z(&text, "]\n");
	}
	buf_char(&text, '\0');
	assert_non_null(strstr(as_json(&mem, text.p).p, "! more values than are allowed"));
}

static void a_long_text_is_refused_unread(void **state)
{
	ARENA(mem);
	struct ctx ctx = { .mem = &mem };
	const struct json *v;

	assert_int_equal(yaml_parse(&ctx, (struct str){ "a", YAML_BYTES_MAX + 1 }, &v), ERR_INVALID);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(plain_scalars_mean_what_the_core_schema_says),
		cmocka_unit_test(large_integers_lose_their_last_digits),
		cmocka_unit_test(a_tag_decides_and_an_unknown_one_makes_a_string),
		cmocka_unit_test(keys_become_text),
		cmocka_unit_test(a_text_without_a_value_is_null),
		cmocka_unit_test(a_document_of_yaml_1_1_has_its_booleans_and_octals),
		cmocka_unit_test(control_characters_and_byte_order_marks_do_no_harm),
		cmocka_unit_test(aliases_repeat_their_anchor),
		cmocka_unit_test(what_is_no_document_is_refused_with_its_place),
		cmocka_unit_test(depth_is_limited),
		cmocka_unit_test(aliases_cannot_nest_deeper_than_what_is_written_out),
		cmocka_unit_test(aliases_of_aliases_are_counted_in_full),
		cmocka_unit_test(a_long_text_is_refused_unread),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
