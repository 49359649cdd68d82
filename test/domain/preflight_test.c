/* test/domain/preflight_test.c: slots that are satisfied, and the sentence about those that are not. */
#include "connected.h"

#include "domain/agent_file.h"
#include "domain/preflight.h"

#define SAYS(list) "You haven't connected: " list ". Authorize under Connections, then run again."
#define SAYS_SECRET(list) "You haven't connected: " list ". Add it under Connections \u2192 Secrets, then run again."

#define WANT(...) \
	(struct agent_connection[]){ __VA_ARGS__ }, COUNT_OF(((struct agent_connection[]){ __VA_ARGS__ }))
#define BROKERED(toolkit, name) { S(toolkit), S(name), S("composio") }
#define NATIVE(toolkit, name)   { S(toolkit), S(name), S("native-mcp") }
#define SECRET(slug)            { S(slug), S("default"), S("secret") }

/* "": nothing is missing. */
static const char *missing(struct rig *r, struct agent_connection *want, size_t n)
{
	enum err e;

	r->ctx.why[0] = '\0';
	db_snapshot_end(&r->ctx);
	e = preflight_check(&r->ctx, &(struct list){ want, n });
	assert_int_equal(e, r->ctx.why[0] ? ERR_UNPROCESSABLE : OK);
	return r->ctx.why;
}

static void an_agent_that_declares_nothing_needs_nothing(void **state)
{
	struct rig *r = *state;

	assert_int_equal(preflight_check(&r->ctx, &(struct list){ NULL, 0 }), OK);
}

static void a_slot_of_that_name_satisfies(void **state)
{
	struct rig *r = *state;

	connect(r, "composio", "gmail", "work", "ACTIVE");
	connect(r, "composio", "gmail", "home", "ACTIVE");
	assert_string_equal(missing(r, WANT(BROKERED("gmail", "work"))), "");
	assert_string_equal(missing(r, WANT(BROKERED("GMail", "Work"))), "");
	assert_string_equal(missing(r, WANT(BROKERED("gmail", "third"))), SAYS("Gmail (third)"));
	assert_string_equal(missing(r, WANT(BROKERED("gmail", "default"))), SAYS("Gmail"));
	assert_string_equal(missing(r, WANT(NATIVE("gmail", "work"))), SAYS("Gmail (work)"));
}

static void the_only_active_slot_satisfies_whatever_its_name(void **state)
{
	struct rig *r = *state;

	connect(r, "composio", "gmail", "work", "ACTIVE");
	connect(r, "composio", "gmail", "home", "EXPIRED");
	connect(r, "native-mcp", "linear", "main", "active");
	assert_string_equal(missing(r, WANT(BROKERED("gmail", "other"), NATIVE("linear", "team"))), "");
	assert_string_equal(missing(r, WANT(BROKERED("linear", "team"))), SAYS("Linear (team)"));
}

static void a_slot_that_is_not_active_does_not(void **state)
{
	struct rig *r = *state;

	connect(r, "native-mcp", "notion", "default", "stale");
	connect(r, "composio", "slack", "default", "active");
	assert_string_equal(missing(r, WANT(NATIVE("notion", "default"), BROKERED("slack", "default"))), SAYS("Notion, Slack"));
}

static void anothers_connections_and_secrets_of_elsewhere_do_not(void **state)
{
	struct rig *r = *state;

	connect(r, "composio", "slack", "default", "ACTIVE");
	put_secret(r, "clay");
	r->ctx.actor.user_id = rig_member(r, "other@example.com", "operator").id;
	assert_string_equal(missing(r, WANT(BROKERED("slack", "default"), SECRET("clay"))), SAYS("Slack"));
	enter_workspace(r, S("elsewhere"));
	assert_string_equal(missing(r, WANT(SECRET("clay"))), SAYS_SECRET("clay"));
}

static void secrets_alone_are_to_be_added_elsewhere(void **state)
{
	struct rig *r = *state;

	put_secret(r, "weather");
	assert_string_equal(missing(r, WANT(SECRET("weather"))), "");
	assert_string_equal(missing(r, WANT(SECRET("Weather"))), "");
	assert_string_equal(missing(r, WANT({ S("clay"), S("named"), S("secret") })), SAYS_SECRET("clay"));
	assert_string_equal(missing(r, WANT(SECRET("clay"), NATIVE("attio", "work"))), SAYS("clay, Attio (work)"));
}

static void each_is_named_once_in_the_order_of_the_file(void **state)
{
	struct rig *r = *state;

	assert_string_equal(missing(r, WANT(BROKERED("slack", "default"), SECRET("slack"), BROKERED("Slack", "Default"),
					    NATIVE("slack", "default"), BROKERED("slack", "b"), BROKERED("slack", "B"))),
			    SAYS("Slack, slack, Slack, Slack (b)"));
}

static void a_list_without_end_is_cut(void **state)
{
	struct rig *r = *state;
	struct agent_connection many[1000];
	const char *why;

	for (size_t i = 0; i < COUNT_OF(many); i++)
		many[i] = (struct agent_connection){ arena_printf(&r->mem, "toolkit-%zu", i), S("default"), S("composio") };
	why = missing(r, many, COUNT_OF(many));
	assert_non_null(strstr(why, "You haven't connected: Toolkit 0, Toolkit 1, "));
	assert_non_null(strstr(why, ", and more. Authorize under Connections, then run again."));
	many[0].toolkit = arena_printf(&r->mem, "%05000d", 7);
	assert_non_null(strstr(missing(r, many, 1), "0. Authorize under Connections, then run again."));
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		IN_WORKSPACE(an_agent_that_declares_nothing_needs_nothing),
		IN_WORKSPACE(a_slot_of_that_name_satisfies),
		IN_WORKSPACE(the_only_active_slot_satisfies_whatever_its_name),
		IN_WORKSPACE(a_slot_that_is_not_active_does_not),
		IN_WORKSPACE(anothers_connections_and_secrets_of_elsewhere_do_not),
		IN_WORKSPACE(secrets_alone_are_to_be_added_elsewhere),
		IN_WORKSPACE(each_is_named_once_in_the_order_of_the_file),
		IN_WORKSPACE(a_list_without_end_is_cut),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
