/* What a tool is called with: in the words that clients of the reference know (studio contract 3.4). */
#include "../unit.h"

#include "mcp/arguments.h"

static const char *const KINDS[] = { "reply", "oneclick", NULL };

static const struct field inner_fields[] = {
	{ .name = "id", .type = FT_STR, .required = true },
	{ .name = "kind", .type = FT_STR, .required = true, .one_of = KINDS },
	{ .name = "on", .type = FT_BOOL },
};
static const struct schema inner = {
	.fields = inner_fields, .n_fields = COUNT_OF(inner_fields), .ignores_unknown = true,
};

static const struct field fields[] = {
	{ .name = "name", .type = FT_STR, .required = true, .min = 1, .max = 5 },
	{ .name = "kinds", .type = FT_LIST, .one_of = KINDS, .max = 3 },
	{ .name = "limit", .type = FT_INT, .min = 1, .max = 50 },
	{ .name = "share", .type = FT_NUM, .max = 1 },
	{ .name = "on", .type = FT_BOOL },
	{ .name = "map", .type = FT_ANY, .open = true },
	{ .name = "context", .type = FT_ANY, .open = true, .or_text = true },
	{ .name = "options", .type = FT_LIST, .of = &inner },
	{ .name = "one", .type = FT_OBJECT, .of = &inner },
	{ .name = "at", .type = FT_NUM, .format = "int64" },
	{ .name = "ref", .type = FT_STR, .format = "uuid" },
};
static const struct schema schema = { .fields = fields, .n_fields = COUNT_OF(fields), .ignores_unknown = true };

static const struct json *parse(struct arena *mem, const char *text)
{
	struct ctx ctx = { .mem = mem };
	const struct json *v;

	assert_int_equal(json_parse(&ctx, str_of(text), JSON_STRICT, &v), OK);
	return v;
}

/* What is wrong with the arguments, or what is kept of them. */
static struct str checked(struct arena *mem, const char *text)
{
	struct json kept;
	struct str wrong = arguments_check(mem, &schema, text ? parse(mem, text) : NULL, &kept);

	return wrong.p ? wrong : json_text(mem, &kept);
}

static struct str misfit(struct arena *mem, const char *text)
{
	return arguments_misfit(mem, &schema, parse(mem, text));
}

static void what_fits_is_kept_and_what_is_unknown_is_dropped_at_every_level(void **state)
{
	ARENA(mem);

	(void)state;
	assert_str(checked(&mem, "{\"zzz\":1,\"limit\":5.0,\"name\":\"a\",\"map\":{\"x\":[1]},"
				 "\"options\":[{\"kind\":\"reply\",\"id\":\"i\",\"zzz\":{}}],"
				 "\"one\":{\"id\":\"\",\"kind\":\"oneclick\",\"y\":1}}"),
		   "{\"name\":\"a\",\"limit\":5,\"map\":{\"x\":[1]},\"options\":[{\"id\":\"i\",\"kind\":\"reply\"}],"
		   "\"one\":{\"id\":\"\",\"kind\":\"oneclick\"}}");
	assert_str(checked(&mem, "{\"name\":\"a\",\"context\":\"t\"}"), "{\"name\":\"a\",\"context\":\"t\"}");
	assert_str(checked(&mem, "{\"name\":\"a\",\"context\":{}}"), "{\"name\":\"a\",\"context\":{}}");
}

static void a_wrong_type_is_told_with_what_was_received(void **state)
{
	static const char *const CASES[][2] = {
		{ "{}", "Invalid input: expected string, received undefined at name" },
		{ "{\"name\":null}", "Invalid input: expected string, received null at name" },
		{ "{\"name\":[\"a\"]}", "Invalid input: expected string, received array at name" },
		{ "{\"name\":\"a\",\"on\":\"yes\"}", "Invalid input: expected boolean, received string at on" },
		{ "{\"name\":\"a\",\"limit\":\"5\"}", "Invalid input: expected number, received string at limit" },
		{ "{\"name\":\"a\",\"limit\":1.5}", "Invalid input: expected int, received number at limit" },
		{ "{\"name\":\"a\",\"kinds\":\"reply\"}", "Invalid input: expected array, received string at kinds" },
		{ "{\"name\":\"a\",\"map\":[]}", "Invalid input: expected record, received array at map" },
		{ "{\"name\":\"a\",\"one\":true}", "Invalid input: expected object, received boolean at one" },
		{ "{\"name\":\"a\",\"options\":[5]}", "Invalid input: expected object, received number at options[0]" },
		{ "{\"name\":\"a\",\"context\":[1]}", "Invalid input at context" },
		{ "[]", "Invalid input: expected object, received array" },
	};
	ARENA(mem);

	(void)state;
	for (size_t i = 0; i < COUNT_OF(CASES); i++)
		assert_str(checked(&mem, CASES[i][0]), CASES[i][1]);
	assert_str(checked(&mem, NULL), "Invalid input: expected object, received undefined");
}

static void limits_and_choices_are_told(void **state)
{
	static const char *const CASES[][2] = {
		{ "{\"name\":\"a\",\"limit\":0}", "Too small: expected number to be >=1 at limit" },
		{ "{\"name\":\"a\",\"limit\":51}", "Too big: expected number to be <=50 at limit" },
		{ "{\"name\":\"a\",\"share\":-0.5}", "Too small: expected number to be >=0 at share" },
		{ "{\"name\":\"\"}", "Too small: expected string to have >=1 characters at name" },
		{ "{\"name\":\"abcdef\"}", "Too big: expected string to have <=5 characters at name" },
		{ "{\"name\":\"a\",\"kinds\":[\"reply\",\"x\"]}",
		  "Invalid option: expected one of \"reply\"|\"oneclick\" at kinds[1]" },
		{ "{\"name\":\"a\",\"kinds\":[\"reply\",\"reply\",\"reply\",\"reply\"]}",
		  "Too big: expected array to have <=3 items at kinds" },
	};
	ARENA(mem);

	(void)state;
	for (size_t i = 0; i < COUNT_OF(CASES); i++)
		assert_str(checked(&mem, CASES[i][0]), CASES[i][1]);
}

static void issues_come_in_the_order_of_the_table_a_line_each(void **state)
{
	ARENA(mem);

	(void)state;
	assert_str(checked(&mem, "{\"options\":[{\"id\":\"x\"},{\"id\":1,\"kind\":\"reply\"}],\"limit\":-1}"),
		   "Invalid input: expected string, received undefined at name\n"
		   "Too small: expected number to be >=1 at limit\n"
		   "Invalid option: expected one of \"reply\"|\"oneclick\" at options[0].kind\n"
		   "Invalid input: expected string, received number at options[1].id");
}

static void no_more_lines_are_written_than_anybody_reads(void **state)
{
	struct buf many = { NULL, 0, 0, NULL };
	struct str wrong;
	size_t lines = 1;
	ARENA(mem);

	(void)state;
	buf_z(&many, "{\"name\":\"a\",\"options\":[0");
	for (int i = 0; i < 1000; i++)
		buf_z(&many, ",0");
	buf_z(&many, "]}");
	buf_char(&many, '\0');
	wrong = checked(&mem, many.p);
	for (size_t i = 0; i < wrong.n; i++)
		lines += wrong.p[i] == '\n';
	assert_int_equal(lines, 50);
	buf_fini(&many);
}

static void what_storage_would_refuse_is_told_as_it_would(void **state)
{
	ARENA(mem);

	(void)state;
	assert_str(misfit(&mem, "{\"ref\":\"nope\"}"), "invalid input syntax for type uuid: \"nope\"");
	assert_str(misfit(&mem, "{\"at\":1.5}"), "invalid input syntax for type bigint: \"1.5\"");
	assert_str(misfit(&mem, "{\"at\":1e20}"), "value \"100000000000000000000\" is out of range for type bigint");
	assert_str(misfit(&mem, "{\"name\":\"a\\u0000\"}"), "invalid byte sequence for encoding \"UTF8\": 0x00");
	assert_str(misfit(&mem, "{\"map\":{\"\\u0000\":1}}"), "invalid byte sequence for encoding \"UTF8\": 0x00");
	assert_null(misfit(&mem, "{\"ref\":\"018f0000-0000-7000-8000-000000000000\",\"at\":-1,\"name\":\"nope\"}").p);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_fits_is_kept_and_what_is_unknown_is_dropped_at_every_level),
		cmocka_unit_test(a_wrong_type_is_told_with_what_was_received),
		cmocka_unit_test(limits_and_choices_are_told),
		cmocka_unit_test(issues_come_in_the_order_of_the_table_a_line_each),
		cmocka_unit_test(no_more_lines_are_written_than_anybody_reads),
		cmocka_unit_test(what_storage_would_refuse_is_told_as_it_would),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
