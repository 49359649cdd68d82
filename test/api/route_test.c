/* From method and path to an operation: api/route.c, over the real tables. */
#include "unit.h"

#include "api/route.h"

static struct arena mem;

static struct route find(enum http_method method, const char *path, enum contract kind)
{
	struct route r;

	route_find(&mem, method, str_of(path), kind, &r);
	return r;
}

static void an_operation_is_found_by_method_and_path(void **state)
{
	struct route r = find(HTTP_POST, "/agents", WORKSPACE_API);

	assert_non_null(r.op);
	assert_string_equal(r.op->id, "createAgent");
}

static void a_parameter_is_decoded_once(void **state)
{
	struct route r = find(HTTP_GET, "/agents/a%2Fb%2520", WORKSPACE_API);

	assert_int_equal(r.n_params, 1);
	assert_true(str_is(r.params[0].name, "agentId"));
	assert_true(str_is(r.params[0].value, "a/b%20"));
}

static void a_malformed_parameter_has_no_value(void **state)
{
	struct route r = find(HTTP_GET, "/agents/%zz", WORKSPACE_API);

	assert_non_null(r.op);
	assert_null(r.params[0].value.p);
	assert_null(find(HTTP_GET, "/agents/%c3", WORKSPACE_API).params[0].value.p);
}

static void a_literal_hides_the_parameter_beside_it(void **state)
{
	assert_string_equal(find(HTTP_POST, "/knowledge-bases/search", WORKSPACE_API).op->id, "searchKnowledgeBases");
	assert_null(find(HTTP_GET, "/knowledge-bases/search", WORKSPACE_API).op);
}

static void head_finds_get(void **state)
{
	assert_string_equal(find(HTTP_HEAD, "/capabilities", WORKSPACE_API).op->id, "getCapabilities");
}

static void one_trailing_slash_is_ignored_and_two_are_not(void **state)
{
	assert_non_null(find(HTTP_GET, "/capabilities/", WORKSPACE_API).op);
	assert_null(find(HTTP_GET, "/capabilities//", WORKSPACE_API).op);
}

static void letter_case_counts(void **state)
{
	assert_false(find(HTTP_GET, "/Capabilities", WORKSPACE_API).known_path);
}

static void an_empty_segment_is_no_parameter(void **state)
{
	assert_false(find(HTTP_GET, "/runs//cancel", STUDIO_API).known_path);
}

static void the_key_decides_on_paths_of_both_contracts(void **state)
{
	assert_non_null(find(HTTP_POST, "/agents", WORKSPACE_API).op);
	assert_null(find(HTTP_POST, "/agents", STUDIO_API).op);
}

static void a_known_path_tells_its_methods(void **state)
{
	struct route r = find(HTTP_DELETE, "/runs", STUDIO_API);

	assert_null(r.op);
	assert_true(r.known_path);
	assert_true(str_is(route_allow(&mem, r.methods), "GET, HEAD, OPTIONS, POST"));
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
		cmocka_unit_test(an_operation_is_found_by_method_and_path),
		cmocka_unit_test(a_parameter_is_decoded_once),
		cmocka_unit_test(a_malformed_parameter_has_no_value),
		cmocka_unit_test(a_literal_hides_the_parameter_beside_it),
		cmocka_unit_test(head_finds_get),
		cmocka_unit_test(one_trailing_slash_is_ignored_and_two_are_not),
		cmocka_unit_test(letter_case_counts),
		cmocka_unit_test(an_empty_segment_is_no_parameter),
		cmocka_unit_test(the_key_decides_on_paths_of_both_contracts),
		cmocka_unit_test(a_known_path_tells_its_methods),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
