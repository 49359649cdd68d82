/* test/json/write_test.c: values as text. */
#include "../unit.h"

#include <float.h>
#include <math.h>

#include "json/write.h"

static struct str float_text(struct arena *mem, float n)
{
	struct buf out = { .mem = mem };
	struct json_writer w = { .out = &out };

	jw_float(&w, n);
	return buf_view(&out);
}

static void floats_are_as_short_as_they_can_be(void **state)
{
	ARENA(a);

	(void)state;
	assert_str(float_text(&a, 0), "0");
	assert_str(float_text(&a, -3), "-3");
	assert_str(float_text(&a, 0.5f), "0.5");
	assert_str(float_text(&a, 0.1f), "0.1");
	assert_str(float_text(&a, -0.025f), "-0.025");
	assert_str(float_text(&a, 1.0f / 3), "0.33333334");
	assert_str(float_text(&a, 0.99999994f), "0.99999994");
	assert_str(float_text(&a, 0.000123f), "0.000123");
	assert_str(float_text(&a, 1.5f), "1.5");
	assert_str(float_text(&a, 1e-10f), "1e-10");
	assert_str(float_text(&a, FLT_MAX), "3.4028235e+38");
	assert_str(float_text(&a, FLT_TRUE_MIN), "1.4013e-45");
}

/* Whichever precision it is read with; and printf finds nothing shorter. */
static void every_float_reads_back_the_same(void **state)
{
	AUTO(arena_fini) struct arena a = { .block_bytes = 4096 };
	uint32_t seed = 1;

	(void)state;
	for (int i = 0; i < 200000; i++) {
		AUTO(arena_rewind) struct arena_mark mark = arena_mark(&a);
		char shortest[32];
		int digits = 6;
		struct str text;
		float n;

		seed = seed * 1664525 + 1013904223;
		n = i % 4 ? (float)(int32_t)seed / 2147483648.0f / (float)(1 << i % 13) : 0;
		if (i % 4 == 0)
			memcpy(&n, &seed, sizeof(n));
		if (!isfinite(n))
			continue;
		text = arena_str(&a, float_text(&a, n));
		assert_true(strtof(text.p, NULL) == n);
		assert_true((float)strtod(text.p, NULL) == n);
		do
			snprintf(shortest, sizeof(shortest), "%.*e", digits - 1, (double)n);
		while (strtof(shortest, NULL) != n && digits++ < 9);
		if (fabsf(n) < 1 && fabsf(n) > 1e-4f)
			assert_in_range(text.n, 1, (size_t)digits + strlen("-0.000"));
	}
}

static void commas_and_quotes_are_the_writer_s_business(void **state)
{
	struct buf out;
	struct json_writer w = { .out = &out };
	ARENA(a);

	(void)state;
	out = (struct buf){ .mem = &a };
	jw_object(&w);
	jw_key(&w, "a");
	jw_array(&w);
	jw_int(&w, 1);
	jw_bool(&w, true);
	jw_null(&w);
	jw_array(&w);
	jw_end(&w);
	jw_object(&w);
	jw_end(&w);
	jw_end(&w);
	jw_key_str(&w, S("k\"ey"));
	jw_z(&w, "v");
	jw_key(&w, "raw");
	jw_raw(&w, S("{\"x\":1}"));
	jw_key(&w, "t");
	jw_time(&w, 1770091506789123, 3);
	jw_key(&w, "none");
	jw_time(&w, 0, 3);
	jw_end(&w);
	assert_str(buf_view(&out), "{\"a\":[1,true,null,[],{}],\"k\\\"ey\":\"v\",\"raw\":{\"x\":1},"
				   "\"t\":\"2026-02-03T04:05:06.789Z\",\"none\":null}");
	assert_int_equal(w.depth, 0);
}

static struct str text_of(struct arena *mem, struct str s)
{
	struct json v = { .type = JSON_STR, .text = s };

	return json_text(mem, &v);
}

static void only_what_must_be_escaped_is(void **state)
{
	ARENA(a);

	(void)state;
	assert_str(text_of(&a, S("a\"\\/\b\f\n\r\t\x01\x1f\x7f\xc3\xa4\xf0\x9f\x98\x80")),
		   "\"a\\\"\\\\/\\b\\f\\n\\r\\t\\u0001\\u001f\x7f\xc3\xa4\xf0\x9f\x98\x80\"");
	assert_str(text_of(&a, S("a\0b")), "\"a\\u0000b\"");
	assert_str(text_of(&a, S("")), "\"\"");
	assert_str(text_of(&a, (struct str){ NULL, 0 }), "null");
}

static struct str number(struct arena *mem, double n)
{
	struct json v = { .type = JSON_NUM, .number = n };

	return json_text(mem, &v);
}

static void numbers_take_the_shortest_form_that_reads_back_the_same(void **state)
{
	static const double NUMBERS[] = {
		0.4, 0.1 + 0.2, 1.0 / 3, 1e-7, 1e300, DBL_MAX, DBL_MIN, DBL_TRUE_MIN, 123456.789, -2.5, 1e21,
		9007199254740993.0,
		5e-324, 0.30000000000000004, 1e15, 123456789012345680.0,
	};
	ARENA(a);

	(void)state;
	assert_str(number(&a, 0.4), "0.4");
	assert_str(number(&a, 0.1 + 0.2), "0.30000000000000004");
	assert_str(number(&a, 150.0), "150");
	assert_str(number(&a, -0.0), "0");
	assert_str(number(&a, -2.0), "-2");
	for (size_t i = 0; i < COUNT_OF(NUMBERS); i++) {
		struct ctx ctx = { .mem = &a };
		const struct json *back;
		double n;

		assert_int_equal(json_parse(&ctx, number(&a, NUMBERS[i]), JSON_STRICT, &back), OK);
		assert_true(json_as_num(back, &n));
		assert_true(n == NUMBERS[i]);
	}
}

static void integers_are_written_in_full(void **state)
{
	struct json v = { .type = JSON_INT, .integer = INT64_MIN };
	ARENA(a);

	(void)state;
	assert_str(json_text(&a, &v), "-9223372036854775808");
	v.integer = INT64_MAX;
	assert_str(json_text(&a, &v), "9223372036854775807");
}

static void what_was_parsed_is_written_as_it_was(void **state)
{
	static const char TEXT[] =
		"{\"a\":[1,-2.5,true,false,null,\"x\\u0000\\n\xe2\x82\xac\"],\"\":{\"deep\":[[[{\"b\":[]}]]]},\"z\":{}}";
	const struct json *v;
	struct ctx ctx = { 0 };
	ARENA(a);

	(void)state;
	ctx.mem = &a;
	assert_int_equal(json_parse(&ctx, str_of(TEXT), JSON_STRICT, &v), OK);
	assert_str(json_text(&a, v), TEXT);
}

static void nesting_is_written_as_deep_as_it_can_be_read(void **state)
{
	struct buf in, out;
	struct json_writer w = { .out = &out };
	const struct json *v;
	struct ctx ctx = { 0 };
	ARENA(a);

	(void)state;
	ctx.mem = &a;
	in = out = (struct buf){ .mem = &a };
	for (int i = 0; i < JSON_DEPTH; i++)
		buf_z(&in, i % 3 ? "[" : "{\"k\":");
	buf_z(&in, "1");
	for (int i = JSON_DEPTH; i-- > 0;)
		buf_z(&in, i % 3 ? "]" : "}");
	assert_int_equal(json_parse(&ctx, buf_view(&in), JSON_STRICT, &v), OK);
	/* And a reply wraps it. */
	jw_object(&w);
	jw_key(&w, "data");
	jw_value(&w, v);
	jw_end(&w);
	assert_int_equal(out.n, in.n + sizeof("{\"data\":}") - 1);
	assert_memory_equal(out.p + 8, in.p, in.n);
}

static struct str rewritten(struct arena *mem, struct str text)
{
	struct ctx ctx = { .mem = mem };
	const struct json *v;

	assert_int_equal(json_parse(&ctx, text, JSON_STRICT, &v), OK);
	return json_text(mem, v);
}

/* What the string says, which is what stands there without one. Neither has more room than it asked for. */
static struct str laid_out(struct arena *mem, struct str compact)
{
	AUTO(buf_fini) struct buf out = {0}, plain = {0};
	struct ctx ctx = { .mem = mem };
	struct json_writer w = { .out = &out };
	const struct json *v;

	jw_laid_out(&w, compact);
	assert_int_equal(json_parse(&ctx, buf_view(&out), JSON_STRICT, &v), OK);
	assert_int_equal(v->type, JSON_STR);
	json_indent(&plain, compact);
	assert_true(str_eq(buf_view(&plain), v->text));
	if (compact.n > 0)
		assert_true(str_eq(rewritten(mem, v->text), compact));
	return v->text;
}

/* As JSON.stringify(value, null, 2) does. */
static void json_is_laid_out_with_two_blanks_for_each_level(void **state)
{
	ARENA(a);

	(void)state;
	assert_str(laid_out(&a, S("{\"a\":[1,{\"b\":null}],\"c\":{},\"d\":[]}")),
		   "{\n  \"a\": [\n    1,\n    {\n      \"b\": null\n    }\n  ],\n  \"c\": {},\n  \"d\": []\n}");
	assert_str(laid_out(&a, S("\"x\"")), "\"x\"");
	assert_str(laid_out(&a, S("-1.5")), "-1.5");
	assert_str(laid_out(&a, S("")), "");
}

static void the_layout_leaves_strings_as_they_are(void **state)
{
	ARENA(a);

	(void)state;
	assert_str(laid_out(&a, S("[\"a,b:{}[]\",\"\\\"\",\"\\\\\",\"\\\\\\\",\"]")),
		   "[\n  \"a,b:{}[]\",\n  \"\\\"\",\n  \"\\\\\",\n  \"\\\\\\\",\"\n]");
}

/* Texts are looked at eight bytes at a time: what needs an escape may stand anywhere in them, and what only looks
 * like it next to it. U+0722 is made of a quote and a backslash with their top bits set. */
static void an_escape_is_put_wherever_it_is_needed(void **state)
{
	static const char *const PIECES[] = {
		"\"", "\\", "\n", "\x01", "\x1f", " ", "!", "#", "[", "]", "\x7f", "\xdc\xa2",
	};
	static const char DOTS[] = "........................................";
	AUTO(arena_fini) struct arena a = { .block_bytes = 4096 };

	(void)state;
	for (size_t i = 0; i < 40 * 40 * COUNT_OF(PIECES); i++) {
		AUTO(arena_rewind) struct arena_mark mark = arena_mark(&a);
		int before = (int)(i / COUNT_OF(PIECES) / 40), after = (int)(i / COUNT_OF(PIECES) % 40);
		const char *piece = PIECES[i % COUNT_OF(PIECES)];
		struct str s = arena_printf(&a, "%.*s%s%s%.*s", before, DOTS, piece, piece, after, DOTS);
		struct ctx ctx = { .mem = &a };
		const struct json *back;

		assert_int_equal(json_parse(&ctx, text_of(&a, s), JSON_STRICT, &back), OK);
		assert_true(str_eq(back->text, s));
		(void)laid_out(&a, text_of(&a, s));
	}
}

static struct str nested(struct arena *mem, int depth)
{
	struct buf out = { .mem = mem };

	for (int i = 0; i < depth; i++)
		buf_z(&out, i % 2 ? "[1," : "{\"\":");
	buf_char(&out, '"');
	for (int i = 0; i < 100; i++)
		buf_z(&out, "\\\\");
	buf_char(&out, '"');
	for (int i = depth; i-- > 0;)
		buf_z(&out, i % 2 ? "]" : "}");
	return buf_view(&out);
}

/* Wherever in a line the buffer ends that it began in: the sanitizer sees a byte too many. */
static void every_line_has_room_however_deep_it_is(void **state)
{
	AUTO(arena_fini) struct arena a = { .block_bytes = 4096 };

	(void)state;
	for (int depth = 1; depth < JSON_DEPTH; depth++) {
		AUTO(arena_rewind) struct arena_mark mark = arena_mark(&a);
		struct str compact = nested(&a, depth);

		(void)laid_out(&a, compact);
		for (size_t before = 0; before < 256; before++) {
			AUTO(buf_fini) struct buf out = {0};

			buf_room(&out, 256);
			memset(out.p, ' ', before);
			out.n = before;
			jw_laid_out(&(struct json_writer){ .out = &out }, compact);
			assert_int_equal(out.p[out.n - 1], '"');
		}
	}
}

static void a_text_is_cut_by_units_of_utf_16(void **state)
{
	struct buf out;
	struct json_writer w = { .out = &out };
	ARENA(a);

	(void)state;
	out = (struct buf){ .mem = &a };
	jw_array(&w);
	jw_str_cut(&w, S("abc"), 3);
	jw_str_cut(&w, S("abcd"), 3);
	jw_str_cut(&w, S("a\xc3\xa4\xc3\xa4"), 3);
	jw_str_cut(&w, S("a\xc3\xa4\xc3\xa4"), 2);
	jw_str_cut(&w, S("ab\xf0\x9f\x98\x80"), 4);
	jw_str_cut(&w, S("ab\xf0\x9f\x98\x80"), 3);
	jw_str_cut(&w, S("abc"), 0);
	jw_str_cut(&w, (struct str){ NULL, 0 }, 3);
	jw_end(&w);
	assert_str(buf_view(&out), "[\"abc\",\"abc\",\"a\xc3\xa4\xc3\xa4\",\"a\xc3\xa4\",\"ab\xf0\x9f\x98\x80\","
				   "\"ab\\ud83d\",\"\",null]");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(commas_and_quotes_are_the_writer_s_business),
		cmocka_unit_test(only_what_must_be_escaped_is),
		cmocka_unit_test(numbers_take_the_shortest_form_that_reads_back_the_same),
		cmocka_unit_test(integers_are_written_in_full),
		cmocka_unit_test(floats_are_as_short_as_they_can_be),
		cmocka_unit_test(every_float_reads_back_the_same),
		cmocka_unit_test(what_was_parsed_is_written_as_it_was),
		cmocka_unit_test(nesting_is_written_as_deep_as_it_can_be_read),
		cmocka_unit_test(json_is_laid_out_with_two_blanks_for_each_level),
		cmocka_unit_test(the_layout_leaves_strings_as_they_are),
		cmocka_unit_test(an_escape_is_put_wherever_it_is_needed),
		cmocka_unit_test(every_line_has_room_however_deep_it_is),
		cmocka_unit_test(a_text_is_cut_by_units_of_utf_16),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
