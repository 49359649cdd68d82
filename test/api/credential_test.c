/* The key in an Authorization header: api/credential.c. */
#include "unit.h"

#include "api/credential.h"

static struct credential sent(const char *first, const char *second)
{
	struct http_header headers[2] = { { S("authorization"), str_of(first) }, { S("authorization"), str_of(second) } };
	struct http_request r = { .headers = headers, .n_headers = second ? 2 : first ? 1 : 0 };

	return credential_of(&r);
}

static void a_bearer_key_is_taken_without_its_scheme(void **state)
{
	struct credential c = sent("Bearer tas_x", NULL);

	assert_str(c.token, "tas_x");
	assert_false(c.bare);
}

static void the_scheme_may_have_any_case_and_any_white_space_behind_it(void **state)
{
	assert_str(sent("bEaReR \t  sk_prod_1  ", NULL).token, "sk_prod_1");
}

static void a_bare_key_is_taken_and_marked(void **state)
{
	struct credential c = sent("  sk_prod_1 ", NULL);

	assert_str(c.token, "sk_prod_1");
	assert_true(c.bare);
}

static void what_follows_the_scheme_is_the_key_blanks_included(void **state)
{
	assert_str(sent("Bearer tas_x extra", NULL).token, "tas_x extra");
}

static void another_scheme_is_no_key(void **state)
{
	assert_null(sent("Basic dXNlcjpwYXNz", NULL).token.p);
	assert_null(sent("Token tas_x", NULL).token.p);
}

static void no_header_an_empty_one_and_two_are_no_key(void **state)
{
	assert_null(sent(NULL, NULL).token.p);
	assert_null(sent("   ", NULL).token.p);
	assert_null(sent("Bearer sk_prod_x", "Bearer sk_prod_x").token.p);
	assert_null(sent("Bearer sk_prod_x", "Bearer tas_x").token.p);
}

static void a_personal_key_counts_in_the_first_of_several_headers(void **state)
{
	assert_true(str_is(sent("Bearer tas_x", "Bearer tas_y").token, "tas_x"));
	assert_true(str_is(sent("Bearer tas_x", "Basic dTpw").token, "tas_x"));
}

static void a_personal_key_speaks_the_studio_api_and_all_else_the_workspace_api(void **state)
{
	assert_int_equal(credential_contract(sent("Bearer tas_x", NULL)), STUDIO_API);
	assert_int_equal(credential_contract(sent("Bearer sk_prod_x", NULL)), WORKSPACE_API);
	assert_int_equal(credential_contract(sent("Bearer TAS_x", NULL)), WORKSPACE_API);
	assert_int_equal(credential_contract(sent(NULL, NULL)), WORKSPACE_API);
}

static void a_key_has_a_kind_by_how_it_begins(void **state)
{
	assert_true(credential_has_kind(sent("Bearer tas_x", NULL)));
	assert_true(credential_has_kind(sent("sk_prod_x", NULL)));
	assert_false(credential_has_kind(sent("Bearer x", NULL)));
	assert_false(credential_has_kind(sent("Basic tas_x", NULL)));
	assert_false(credential_has_kind(sent(NULL, NULL)));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_bearer_key_is_taken_without_its_scheme),
		cmocka_unit_test(the_scheme_may_have_any_case_and_any_white_space_behind_it),
		cmocka_unit_test(a_bare_key_is_taken_and_marked),
		cmocka_unit_test(what_follows_the_scheme_is_the_key_blanks_included),
		cmocka_unit_test(another_scheme_is_no_key),
		cmocka_unit_test(no_header_an_empty_one_and_two_are_no_key),
		cmocka_unit_test(a_personal_key_counts_in_the_first_of_several_headers),
		cmocka_unit_test(a_personal_key_speaks_the_studio_api_and_all_else_the_workspace_api),
		cmocka_unit_test(a_key_has_a_kind_by_how_it_begins),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
