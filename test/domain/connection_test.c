/* test/domain/connection_test.c: what a user sees of connections and tools; and how providers are called. */
#include "connected.h"

#include "domain/connection.h"

static struct str names_of(struct rig *r, const struct list *connections)
{
	struct buf out = { .mem = &r->mem };

	for (size_t i = 0; i < connections->n; i++) {
		const struct connection *c = LIST_AT(*connections, struct connection, i);

		buf_printf(&out, "%s%.*s/%.*s", i ? " " : "", STR(c->provider), STR(c->name));
	}
	return buf_view(&out);
}

static void connections_are_listed_by_holder_provider_and_name(void **state)
{
	struct rig *r = *state;
	struct connections seen;

	connect(r, SOURCE_NATIVE, "notion", "old", "expired");
	connect(r, SOURCE_BROKERED, "slack", "default", "INITIATED");
	connect(r, SOURCE_BROKERED, "gmail", "work", "ACTIVE");
	connect(r, SOURCE_BROKERED, "gmail", "personal", "ACTIVE");
	connect(r, SOURCE_NATIVE, "attio", "default", "active");
	assert_int_equal(connection_list(&r->ctx, &seen), OK);
	assert_str(names_of(r, &seen.brokered), "gmail/personal gmail/work slack/default");
	assert_str(names_of(r, &seen.native), "attio/default notion/old");
}

static void nobody_sees_anothers(void **state)
{
	struct rig *r = *state;
	struct connections seen;
	struct list tools;

	connect(r, SOURCE_NATIVE, "attio", "default", "active");
	cache_tool(r, SOURCE_NATIVE, "attio", "default", "create");
	r->ctx.actor.user_id = rig_member(r, "other@example.com", "workspace_admin").id;
	assert_int_equal(connection_list(&r->ctx, &seen), OK);
	assert_int_equal(seen.brokered.n + seen.native.n, 0);
	assert_int_equal(connection_tools(&r->ctx, &tools), OK);
	assert_int_equal(tools.n, 0);
	enter_workspace(r, S("elsewhere"));
	db_snapshot_end(&r->ctx);
	assert_int_equal(connection_list(&r->ctx, &seen), OK);
	assert_int_equal(seen.brokered.n + seen.native.n, 0);
}

static void tools_are_those_of_active_connections(void **state)
{
	struct rig *r = *state;
	struct list tools;

	connect(r, SOURCE_BROKERED, "gmail", "work", "ACTIVE");
	connect(r, SOURCE_BROKERED, "gmail", "personal", "active");      /* not the broker's word for it */
	connect(r, SOURCE_NATIVE, "attio", "default", "active");
	connect(r, SOURCE_NATIVE, "notion", "old", "expired");
	cache_tool(r, SOURCE_NATIVE, "attio", "default", "create-record");
	cache_tool(r, SOURCE_NATIVE, "attio", "default", "Zeta");
	cache_tool(r, SOURCE_NATIVE, "attio", "other", "hidden");
	cache_tool(r, SOURCE_NATIVE, "notion", "old", "hidden");
	cache_tool(r, SOURCE_NATIVE, "gmail", "work", "hidden");
	cache_tool(r, SOURCE_BROKERED, "gmail", "personal", "HIDDEN");
	cache_tool(r, SOURCE_BROKERED, "gmail", "work", "SEND");
	assert_int_equal(connection_tools(&r->ctx, &tools), OK);
	assert_int_equal(tools.n, 3);
	assert_str(LIST_AT(tools, struct connection_tool, 0)->slug, "SEND");
	assert_str(LIST_AT(tools, struct connection_tool, 1)->slug, "Zeta");
	assert_str(LIST_AT(tools, struct connection_tool, 2)->slug, "create-record");
}

static void providers_are_called_as_people_call_them(void **state)
{
	static const struct {
		const char *source, *toolkit, *label;
	} CASES[] = {
		{ "composio", "slack", "Slack" }, { "composio", "googlesheets", "Google Sheets" }, { "composio", "hubspot", "HubSpot" },
		{ "composio", "google_tasks", "Google Tasks" }, { "composio", "a--b c_", "A B C" },
		{ "composio", "posthog", "Posthog" }, { "composio", "\u00E9t\u00E9", "\u00C9t\u00E9" },
		{ "native-mcp", "attio", "Attio" }, { "native-mcp", "posthog", "PostHog" }, { "native-mcp", "jira", "Jira" },
		{ "native-mcp", "no-such_thing", "No Such Thing" },
		{ "secret", "google_tasks", "google_tasks" }, { "secret", "slack", "slack" },
	};
	ARENA(a);

	(void)state;
	for (size_t i = 0; i < COUNT_OF(CASES); i++)
		assert_str(connection_label(&a, str_of(CASES[i].source), str_of(CASES[i].toolkit)), CASES[i].label);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		IN_WORKSPACE(connections_are_listed_by_holder_provider_and_name),
		IN_WORKSPACE(nobody_sees_anothers),
		IN_WORKSPACE(tools_are_those_of_active_connections),
		cmocka_unit_test(providers_are_called_as_people_call_them),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
