/* test/base/err_test.c: the table of failures. */
#include "../unit.h"

#include <string.h>

#include "base/ctx.h"
#include "base/utf8.h"

static void every_error_has_a_text_and_a_status(void **state)
{
	(void)state;
	for (enum err e = ERR_INVALID; e < ERR_COUNT; e++) {
		assert_true(err_status(e) >= 400 && err_status(e) < 600);
		assert_true(strlen(err_text(e)) > 0);
	}
	assert_int_equal(err_status(OK), 200);
	assert_int_equal(err_status(ERR_CONFLICT), 409);
}

static enum err discover(struct ctx *ctx)
{
	return fail(ctx, ERR_CONFLICT, "the name '%.*s' is taken", STR(S("greeter")));
}

static enum err pass_up(struct ctx *ctx, int *passed)
{
	TRY(OK);
	++*passed;
	TRY(discover(ctx));
	++*passed;
	return OK;
}

static void an_error_is_passed_up_with_its_explanation(void **state)
{
	struct ctx ctx = { 0 };
	int passed = 0;

	(void)state;
	assert_int_equal(pass_up(&ctx, &passed), ERR_CONFLICT);
	assert_int_equal(passed, 1);
	assert_string_equal(ctx.why, "the name 'greeter' is taken");
}

static void an_explanation_that_is_too_long_is_cut_between_characters(void **state)
{
	struct ctx ctx = { 0 };

	(void)state;
	for (int shift = 0; shift < 4; shift++) {
		char text[1200] = "";

		for (int i = 0; i < shift; i++)
			strcat(text, "x");
		for (int i = 0; i < 250; i++)
			strcat(text, "\xf0\x9f\x98\x80");
		assert_int_equal(fail(&ctx, ERR_INVALID, "%s", text), ERR_INVALID);
		assert_in_range(strlen(ctx.why), sizeof(ctx.why) - 8, sizeof(ctx.why) - 1);
		assert_true(utf8_valid(str_of(ctx.why)));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_error_has_a_text_and_a_status),
		cmocka_unit_test(an_error_is_passed_up_with_its_explanation),
		cmocka_unit_test(an_explanation_that_is_too_long_is_cut_between_characters),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
