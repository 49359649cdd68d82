/* Which of two media types a client would rather have: api/accept.c. */
#include "unit.h"

#include "api/accept.h"

#define EVENTS "text/event-stream"

static bool events_preferred(const char *first, const char *second)
{
	struct http_header headers[2] = { { S("accept"), str_of(first) }, { S("accept"), str_of(second) } };
	struct http_request r = { .headers = headers, .n_headers = second ? 2 : first ? 1 : 0 };

	return accept_prefers(&r, EVENTS, "application/json");
}

static void what_alone_is_accepted_is_preferred(void **state)
{
	assert_true(events_preferred(EVENTS, NULL));
	assert_true(events_preferred("Text/Event-Stream; charset=utf-8", NULL));
	assert_true(events_preferred("text/html, " EVENTS, NULL));
	assert_true(events_preferred("text/html", EVENTS));
	assert_true(events_preferred(EVENTS ";q=0.1", NULL));
}

static void what_is_not_named_is_not_preferred(void **state)
{
	assert_false(events_preferred(NULL, NULL));
	assert_false(events_preferred("", NULL));
	assert_false(events_preferred("*/*", NULL));
	assert_false(events_preferred("text/*", NULL));
	assert_false(events_preferred("application/json", NULL));
}

static void weights_decide_and_a_draw_is_no_preference(void **state)
{
	assert_true(events_preferred(EVENTS ", application/json;q=0.9", NULL));
	assert_true(events_preferred(EVENTS ", */*;q=0.5", NULL));
	assert_true(events_preferred(EVENTS ";q=0.501, application/*; q=0.5", NULL));
	assert_true(events_preferred(EVENTS ", application/json;q=0, */*", NULL));
	assert_true(events_preferred("application/json;q=0.2", EVENTS ";q=0.3"));
	assert_false(events_preferred("application/json, " EVENTS, NULL));
	assert_false(events_preferred(EVENTS ", */*", NULL));
	assert_false(events_preferred(EVENTS ";q=0.5, application/json;q=0.50", NULL));
	assert_false(events_preferred(EVENTS ";q=0.5, application/*;q=0.7, */*;q=0.1", NULL));
}

static void what_has_no_weight_or_a_malformed_one_is_not_wanted(void **state)
{
	assert_false(events_preferred(EVENTS ";q=0", NULL));
	assert_false(events_preferred(EVENTS ";q=0.000", NULL));
	assert_false(events_preferred(EVENTS ";q=", NULL));
	assert_false(events_preferred(EVENTS ";q=x", NULL));
	assert_false(events_preferred(EVENTS ";q=1.1", NULL));
	assert_false(events_preferred(EVENTS ";q=0.1234", NULL));
	assert_false(events_preferred(EVENTS ";q=-1", NULL));
	assert_true(events_preferred(EVENTS ";level=1;Q=1.000", NULL));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_alone_is_accepted_is_preferred),
		cmocka_unit_test(what_is_not_named_is_not_preferred),
		cmocka_unit_test(weights_decide_and_a_draw_is_no_preference),
		cmocka_unit_test(what_has_no_weight_or_a_malformed_one_is_not_wanted),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
