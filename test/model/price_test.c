/* test/model/price_test.c: what tokens cost, by the contract's table and by an operator's. */
#include "model/price.h"

#include <math.h>

#include "../unit.h"

static const struct token_counts MILLION_IN = { .input = 1000000 };

static double per_million(const char *provider, const char *model)
{
	return price_of(str_of(provider), str_of(model), &MILLION_IN);
}

static enum err set_up_prices(const char *text, char why[512])
{
	AUTO(arena_fini) struct arena mem = { .block_bytes = 1024 };
	struct ctx ctx = { .mem = &mem };
	enum err e = prices_setup(&ctx, str_of(text));

	memcpy(why, ctx.why, 512);
	return e;
}

static int forget_prices(void **state)
{
	char why[512];

	return set_up_prices("", why) == OK ? 0 : -1;
}

/* Studio contract 14. */
static void the_contract_s_vectors_hold(void **state)
{
	const struct token_counts cached = { 1000000, 1000000, 1000000, 0 }, both = { 1000000, 0, 0, 1000000 };

	assert_true(price_of(S("ANTHROPIC"), S("claude-opus-4-8"), &cached) == 11.75);
	assert_true(price_of(S("OPENAI"), S("gpt-5.5"), &both) == 35);
}

static void the_first_row_that_matches_counts_whatever_its_case(void **state)
{
	assert_true(per_million("OPENAI", "gpt-5-mini-2026") == 0.25);
	assert_true(per_million("OPENAI", "GPT-5.4-Nano") == 0.2);
	assert_true(per_million("OPENAI", "gpt-5") == 1.25);
	assert_true(per_million("OPENAI", "gpt-5.5-pro") == 5);
	assert_true(per_million("ANTHROPIC", "my-Claude-Sonnet-5") == 3);
	assert_true(isnan(per_million("OPENAI", "my-gpt-5")));
	assert_true(isnan(per_million("OPENAI", "gpt-4")));
	assert_true(isnan(per_million("GROQ", "gpt-5")));
	assert_true(isnan(per_million("NOBODY", "gpt-5")));
	assert_true(isnan(per_million("CUSTOM", "builtin/extractive")));
}

static void models_as_the_workspace_api_names_them_have_prices_too(void **state)
{
	assert_true(per_million("OPENAI", "openai/gpt-4.1-mini") == 0.4);
	assert_true(per_million("ANTHROPIC", "anthropic/claude-haiku-4.5") == 1);
	assert_true(isnan(per_million("OPEN_ROUTER", "openai/gpt-4.1-mini")));
}

static void costs_are_rounded_to_the_millionth(void **state)
{
	const struct token_counts few = { .input = 3, .output = 1 };

	assert_true(price_of(S("OPENAI"), S("gpt-4o-mini"), &few) == 1e-6);
	assert_true(price_of(S("OPENAI"), S("gpt-5.5"), &(struct token_counts){0}) == 0);
}

static void an_operator_adds_and_overrules(void **state)
{
	const struct token_counts cached = { 1000000, 1000000, 1000000, 1000000 };
	char why[512];

	assert_int_equal(set_up_prices("# ours\n\n  openai:gpt-5*  9  10 # dear\n"
				       "groq:*llama*\t0.5 1\r\ngroq:other 1 2 0.25 .5\nopenai:exact 1 1", why), OK);
	assert_true(per_million("OPENAI", "gpt-5.5") == 9);
	assert_true(per_million("OPENAI", "gpt-4o") == 2.5);
	assert_true(per_million("GROQ", "meta/Llama-3") == 0.5);
	assert_true(price_of(S("GROQ"), S("other"), &cached) == 3.75);
	assert_true(price_of(S("GROQ"), S("llama"), &cached) == 0.5 + 1 + 0.05 + 0.625);
	assert_true(per_million("OPENAI", "exact") == 1);
	assert_true(isnan(per_million("OPENAI", "exactly")));
}

static void a_line_that_is_wrong_is_named(void **state)
{
	static const char *const WRONG[] = { "openai:x", "openai:x 1", "openai:x 1 y", "openai:x 1 2 3",
			"openai:x 1 2 3 4 5",
					     "nobody:x 1 2", "openai 1 2", "openai: 1 2", "openai:x -1 2",
							"openai:x nan 2",
					     "openai:x 1 inf", "openai:x 1e999 2" };
	char text[64], why[512];

	for (size_t i = 0; i < COUNT_OF(WRONG); i++) {
		snprintf(text, sizeof(text), "openai:a 1 2\n%s\n", WRONG[i]);
		assert_int_equal(set_up_prices(text, why), ERR_INVALID);
		assert_non_null(strstr(why, "line 2"));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_contract_s_vectors_hold),
		cmocka_unit_test(the_first_row_that_matches_counts_whatever_its_case),
		cmocka_unit_test(models_as_the_workspace_api_names_them_have_prices_too),
		cmocka_unit_test(costs_are_rounded_to_the_millionth),
		cmocka_unit_test_teardown(an_operator_adds_and_overrules, forget_prices),
		cmocka_unit_test_teardown(a_line_that_is_wrong_is_named, forget_prices),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
