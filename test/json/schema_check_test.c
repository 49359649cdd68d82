/* test/json/schema_check_test.c: JSON Schema: the cases of test/data/schema_cases.json, which has the form of the
 * JSON Schema Test Suite; which schemas are refused; what is said of a value; and that nothing takes long. */
#include "../unit.h"

#include "base/buf.h"
#include "json/schema_check.h"

struct bench {
	struct arena mem;
	struct ctx ctx;
	struct issues issues;
};

static int set_up(void **state)
{
	struct bench *b = xcalloc(1, sizeof(*b));

	arena_init(&b->mem, 0);
	b->ctx.mem = &b->mem;
	b->ctx.issues = &b->issues;
	*state = b;
	return 0;
}

static int tear_down(void **state)
{
	struct bench *b = *state;

	arena_fini(&b->mem);
	free(b);
	return 0;
}

#define ON_A_BENCH(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

static const struct json *json(struct bench *b, const char *text)
{
	const struct json *v;

	assert_int_equal(json_parse(&b->ctx, str_of(text), JSON_STRICT, &v), OK);
	return v;
}

/* -- cases in the suite's form ---------------------------------------------------------------------------- */

static struct str cases_text(struct bench *b)
{
	FILE *file = fopen("test/data/schema_cases.json", "re");
	struct buf text = { .mem = &b->mem };
	size_t n;

	if (!file)
		file = fopen("../../test/data/schema_cases.json", "re");
	assert_non_null(file);
	do {
		n = fread(buf_room(&text, 4096), 1, 4096, file);
		text.n += n;
	} while (n > 0);
	fclose(file);
	return buf_view(&text);
}

static bool is_decided_rightly(struct bench *b, const struct json *schema, const struct json *test)
{
	enum err expected = json_get(test, "valid")->boolean ? OK : ERR_INVALID;

	b->issues.n = 0;
	if (json_schema_apply(&b->ctx, schema, json_get(test, "data")) != expected)
		return false;
	return (b->issues.n == 0) == (expected == OK);
}

static void every_case_is_decided_as_it_says(void **state)
{
	struct bench *b = *state;
	const struct json *cases;
	size_t wrong = 0;

	assert_int_equal(json_parse(&b->ctx, cases_text(b), JSON_STRICT, &cases), OK);
	for (size_t i = 0; i < cases->n_items; i++) {
		const struct json *c = &cases->items[i], *tests = json_get(c, "tests");

		assert_int_equal(json_schema_check(&b->ctx, json_get(c, "schema")), OK);
		for (size_t k = 0; k < tests->n_items; k++) {
			if (is_decided_rightly(b, json_get(c, "schema"), &tests->items[k]))
				continue;
			wrong++;
			print_error("%.*s: %.*s\n", STR(json_get_str(c, "description")),
				    STR(json_get_str(&tests->items[k], "description")));
		}
	}
	assert_int_equal(wrong, 0);
	assert_true(cases->n_items > 50);
}

/* -- what is no schema ---------------------------------------------------------------------------------------- */

static void what_cannot_be_checked_is_refused_with_its_place(void **state)
{
	static const struct {
		const char *schema, *why;
	} CASES[] = {
		{ "3", "it must be a schema: an object, true or false" },
		{ "[]", "it must be a schema: an object, true or false" },
		{ "{\"type\": \"text\"}",
		  "type must be null, boolean, object, array, number, string or integer, or an array of these" },
		{ "{\"type\": []}", "type must be null, boolean, object, array, number, string or integer, or an array of these" },
		{ "{\"properties\": {\"age\": {\"minimum\": \"1\"}}}", "properties.age.minimum must be a number" },
		{ "{\"properties\": []}", "properties must be an object" },
		{ "{\"properties\": {\"a\": 1}}", "properties.a must be a schema: an object, true or false" },
		{ "{\"required\": \"a\"}", "required must be an array of strings" },
		{ "{\"required\": [1]}", "required must be an array of strings" },
		{ "{\"dependentRequired\": {\"a\": \"b\"}}", "dependentRequired.a must be an array of strings" },
		{ "{\"anyOf\": []}", "anyOf must be an array of schemas, one at least" },
		{ "{\"anyOf\": [{}, {\"not\": 1}]}", "anyOf[1].not must be a schema: an object, true or false" },
		{ "{\"items\": [{}]}", "items must be a schema: an object, true or false" },
		{ "{\"enum\": 1}", "enum must be an array" },
		{ "{\"minLength\": -1}", "minLength must be an integer, 0 or more" },
		{ "{\"minLength\": 1.5}", "minLength must be an integer, 0 or more" },
		{ "{\"multipleOf\": 0}", "multipleOf must be a number above 0" },
		{ "{\"uniqueItems\": 1}", "uniqueItems must be true or false" },
		{ "{\"pattern\": 1}", "pattern must be a string" },
		{ "{\"pattern\": \"a(\"}", "the pattern 'a(' cannot be read: missing closing parenthesis at offset 2" },
		{ "{\"patternProperties\": {\"[\": {}}}",
		  "the pattern '[' cannot be read: missing terminating ] for character class at offset 1" },
		{ "{\"$ref\": \"#/$defs/a\"}", "$ref leads to nothing in this document" },
		{ "{\"$ref\": \"other.json\"}", "$ref leads to nothing in this document" },
		{ "{\"$ref\": \"#a\"}", "$ref leads to nothing in this document" },
		{ "{\"$ref\": \"#/x\", \"x\": {\"type\": 1}}",
		  "$ref.type must be null, boolean, object, array, number, string or integer, or an array of these" },
		{ "{\"$defs\": {\"a\": {\"$id\": \"b\"}}}", "$defs.a.$id is supported at the root alone" },
		{ "{\"unevaluatedProperties\": false}", "unevaluatedProperties is a part of JSON Schema that is not supported" },
		{ "{\"$dynamicRef\": \"#a\"}", "$dynamicRef is a part of JSON Schema that is not supported" },
	};
	struct bench *b = *state;

	for (size_t i = 0; i < COUNT_OF(CASES); i++) {
		assert_int_equal(json_schema_check(&b->ctx, json(b, CASES[i].schema)), ERR_INVALID);
		assert_string_equal(b->ctx.why, CASES[i].why);
	}
}

static void a_schema_has_only_so_many_parts(void **state)
{
	struct bench *b = *state;
	struct buf many = { .mem = &b->mem }, deep = { .mem = &b->mem };

	buf_z(&many, "{\"anyOf\": [{}");
	for (int i = 0; i < 6000; i++)
		buf_z(&many, ",{}");
	buf_z(&many, "]}");
	buf_char(&many, '\0');
	assert_int_equal(json_schema_check(&b->ctx, json(b, many.p)), ERR_INVALID);
	buf_z(&deep, "{\"$ref\": \"#/$defs/0\", \"$defs\": {");
	for (int i = 0; i < 4000; i++)
		buf_printf(&deep, "\"%d\": {\"$ref\": \"#/$defs/%d\"},", i, i + 1);
	buf_z(&deep, "\"4000\": {}}}");
	buf_char(&deep, '\0');
	assert_int_equal(json_schema_check(&b->ctx, json(b, deep.p)), ERR_INVALID);
	assert_string_equal(b->ctx.why, "it holds too many schemas: more than 5000, or 200 deep");
}

/* -- what is wrong with a value ----------------------------------------------------------------------------- */

static const char *complaints(struct bench *b, const char *schema, const char *value)
{
	struct buf out = { .mem = &b->mem };

	b->issues.n = 0;
	assert_int_equal(json_schema_check(&b->ctx, json(b, schema)), OK);
	assert_int_equal(json_schema_apply(&b->ctx, json(b, schema), json(b, value)), ERR_INVALID);
	for (size_t i = 0; i < b->issues.n; i++)
		buf_printf(&out, "%s%.*s: %.*s", i ? "; " : "", STR(path_text(&b->mem, b->issues.items[i].path)),
			   STR(b->issues.items[i].message));
	buf_char(&out, '\0');
	return out.p;
}

static void all_that_is_wrong_is_told_with_its_place(void **state)
{
	struct bench *b = *state;

	assert_string_equal(complaints(b, "{\"type\": \"object\", \"required\": [\"a\", \"b\"], \"additionalProperties\": false,"
					  "\"properties\": {\"a\": {\"items\": {\"type\": \"integer\"}}}}",
				       "{\"a\": [1, \"2\", null], \"c\": 1}"),
			    ": lacks the member \"b\"; : has the member \"c\", which is not allowed; "
			    "a[1]: must be of type integer; a[2]: must be of type integer");
	assert_string_equal(complaints(b, "{\"enum\": [\"a\", \"b\"]}", "\"c\""), ": must be one of [\"a\",\"b\"]");
	assert_string_equal(complaints(b, "{\"minimum\": 2, \"multipleOf\": 2}", "1"),
			    ": must be 2 or more; : must be a multiple of 2");
	assert_string_equal(complaints(b, "{\"propertyNames\": {\"maxLength\": 1}}", "{\"ab\": 1}"),
			    "ab: must have 1 characters or less");
}

static void of_forms_to_choose_from_only_the_choice_is_told(void **state)
{
	struct bench *b = *state;

	assert_string_equal(complaints(b, "{\"anyOf\": [{\"type\": \"string\"}, {\"minimum\": 5}]}", "3"),
			    ": must fit at least one of the 2 forms it may have");
	assert_string_equal(complaints(b, "{\"oneOf\": [{}, {\"minimum\": 1}]}", "3"),
			    ": must fit exactly one of the 2 forms it may have, and fits 2");
}

/* -- nothing takes long -------------------------------------------------------------------------------------- */

static void expect_overrun(struct bench *b, const char *schema, const char *value, const char *why)
{
	assert_int_equal(json_schema_check(&b->ctx, json(b, schema)), OK);
	assert_int_equal(json_schema_apply(&b->ctx, json(b, schema), json(b, value)), ERR_TOO_LARGE);
	assert_string_equal(b->ctx.why, why);
}

static void a_schema_that_leads_back_to_itself_ends(void **state)
{
	expect_overrun(*state, "{\"$ref\": \"#\"}", "1", "it leads from one schema to another without end");
	expect_overrun(*state, "{\"not\": {\"$ref\": \"#\"}}", "1", "it leads from one schema to another without end");
}

/* Each level asks the next one twice. */
static void a_schema_that_multiplies_is_given_up(void **state)
{
	struct bench *b = *state;
	struct buf schema = { .mem = &b->mem };

	buf_z(&schema, "{\"$ref\": \"#/$defs/0\", \"$defs\": {");
	for (int i = 0; i < 60; i++)
		buf_printf(&schema, "\"%d\": {\"allOf\": [{\"$ref\": \"#/$defs/%d\"}, {\"$ref\": \"#/$defs/%d\"}]},", i, i + 1,
			   i + 1);
	buf_z(&schema, "\"60\": {}}}");
	buf_char(&schema, '\0');
	expect_overrun(b, schema.p, "1", "it takes too long to check");
}

static void a_pattern_that_searches_without_end_is_given_up(void **state)
{
	expect_overrun(*state, "{\"pattern\": \"^(a+)+$\"}", "\"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaab\"",
		       "one of its patterns takes too long to look for");
}

static void a_long_list_of_unique_elements_is_given_up(void **state)
{
	struct bench *b = *state;
	struct buf value = { .mem = &b->mem };

	for (int i = 0; i < 20000; i++)
		buf_printf(&value, "%c%d", i ? ',' : '[', i);
	buf_z(&value, "]");
	buf_char(&value, '\0');
	expect_overrun(b, "{\"uniqueItems\": true}", value.p, "it takes too long to check");
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		ON_A_BENCH(every_case_is_decided_as_it_says),
		ON_A_BENCH(what_cannot_be_checked_is_refused_with_its_place),
		ON_A_BENCH(a_schema_has_only_so_many_parts),
		ON_A_BENCH(all_that_is_wrong_is_told_with_its_place),
		ON_A_BENCH(of_forms_to_choose_from_only_the_choice_is_told),
		ON_A_BENCH(a_schema_that_leads_back_to_itself_ends),
		ON_A_BENCH(a_schema_that_multiplies_is_given_up),
		ON_A_BENCH(a_pattern_that_searches_without_end_is_given_up),
		ON_A_BENCH(a_long_list_of_unique_elements_is_given_up),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
