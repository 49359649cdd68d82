/* test/tools/tools_test.c: what is offered to whom, and what becomes of a call. */
#include "tools/tools.h"

#include "../store/workspace.h"
#include "domain/knowledge_base.h"

static struct knowledge_base_reference base;
static struct tool_reference search = { .kind = { "system", 6 }, .id = { "search_knowledge", 16 } };

static struct agent agent_with_base(struct rig *r, struct str text)
{
	struct knowledge_base_draft draft = { S("text"), S("Handbook"), { NULL, 0 }, { .texts = { &text, 1 } } };
	struct knowledge_base kb;
	struct agent agent = { 0 };

	assert_int_equal(knowledge_base_create(&r->ctx, &draft, &kb), OK);
	base = (struct knowledge_base_reference){ kb.id, S("read") };
	agent.capabilities.knowledge_bases = (struct list){ &base, 1 };
	return agent;
}

static struct tool_result call(struct rig *r, const struct agent *agent, struct str name, struct str arguments)
{
	struct tool_call wanted = { S("call_7"), name, arguments };
	struct tool_result result;

	tool_call(&r->ctx, agent, &wanted, &result);
	assert_str(result.call_id, "call_7");
	return result;
}

static size_t n_offered(struct rig *r, const struct agent *agent)
{
	struct list offers;

	tools_offered(&r->ctx, agent, &offers);
	return offers.n;
}

static void search_is_offered_to_agents_with_knowledge_and_to_those_that_name_it(void **state)
{
	struct rig *r = *state;
	struct agent agent = { 0 };

	assert_int_equal(n_offered(r, &agent), 0);
	agent.capabilities.knowledge_bases = (struct list){ &base, 1 };
	assert_int_equal(n_offered(r, &agent), 1);
	agent.capabilities.knowledge_bases = (struct list){ 0 };
	agent.capabilities.tools = (struct list){ &search, 1 };
	assert_int_equal(n_offered(r, &agent), 1);
}

static void search_gives_passages_with_their_titles_as_json(void **state)
{
	struct rig *r = *state;
	struct agent agent = agent_with_base(r, S("The lamp has a warranty of two years."));
	struct tool_result result =
	    call(r, &agent, S("search_knowledge"), S("{\"query\": \"How long is the lamp's warranty?\"}"));
	const struct json *v, *passages;

	assert_false(result.failed);
	assert_int_equal(json_parse(&r->ctx, result.text, JSON_STRICT, &v), OK);
	passages = json_get(v, "passages");
	assert_int_equal(passages->n_items, 1);
	assert_str(json_get_str(&passages->items[0], "title"), "Handbook");
	assert_str(json_get_str(&passages->items[0], "text"), "The lamp has a warranty of two years.");
}

static void search_finds_nothing_where_nothing_is_about_it(void **state)
{
	struct rig *r = *state;
	struct agent agent = agent_with_base(r, S("The lamp has a warranty of two years.")), bare = { 0 };

	assert_str(call(r, &agent, S("search_knowledge"), S("{\"query\": \"swallows in Africa\"}")).text,
		   "{\"passages\":[]}");
	bare.capabilities.tools = (struct list){ &search, 1 };
	assert_str(call(r, &bare, S("search_knowledge"), S("{\"query\": \"lamp\"}")).text, "{\"passages\":[]}");
}

static void search_stays_in_the_workspace_of_the_acting_user(void **state)
{
	struct rig *r = *state;
	struct agent agent = agent_with_base(r, S("The lamp has a warranty of two years."));

	enter_workspace(r, S("other"));
	assert_str(call(r, &agent, S("search_knowledge"), S("{\"query\": \"lamp warranty\"}")).text,
		   "{\"passages\":[]}");
}

static void a_call_that_does_not_fit_is_a_failed_result_that_says_why(void **state)
{
	static const struct {
		const char *name, *arguments, *says;
	} CASES[] = {
		{ "teleport", "{}", "there is no tool 'teleport'" },
		{ "search_knowledge", "{\"query\": ", "the arguments are not JSON" },
		{ "search_knowledge", "{}", "query is required" },
		{ "search_knowledge", "", "query is required" },
		{ "search_knowledge", "[]", "the arguments: expected an object, got an array" },
		{ "search_knowledge", "{\"query\": 7}", "query expected a string, got a number" },
		{ "search_knowledge", "{\"query\": \"  \"}", "query must not be empty" },
		{ "search_knowledge", "{\"query\": \"x\", \"limit\": 99}", "limit must be at most 20" },
		{ "search_knowledge", "{\"query\": \"x\", \"colour\": 1}", "the arguments: unknown field: colour" },
	};
	struct rig *r = *state;
	struct agent agent = { .capabilities.tools = { &search, 1 } };

	for (size_t i = 0; i < COUNT_OF(CASES); i++) {
		struct tool_result result = call(r, &agent, str_of(CASES[i].name), str_of(CASES[i].arguments));

		assert_true(result.failed);
		assert_str(result.text, CASES[i].says);
	}
	assert_int_equal(r->ctx.issues->n, 0);
}

static void a_tool_that_is_not_offered_cannot_be_called(void **state)
{
	struct rig *r = *state;
	struct agent agent = { 0 };

	assert_true(call(r, &agent, S("search_knowledge"), S("{\"query\": \"lamp\"}")).failed);
}

/* -- the catalogue -------------------------------------------------------------------------------------- */

static void every_tool_of_the_catalogue_can_be_offered_and_called(void **state)
{
	struct rig *r = *state;

	for (size_t i = 0; i < n_system_tools; i++) {
		struct tool_reference named = { .kind = S("system"), .id = str_of(system_tools[i].id) };
		struct agent agent = { .capabilities.tools = { &named, 1 } };
		struct str says = call(r, &agent, named.id, S("7")).text;

		assert_int_equal(n_offered(r, &agent), 1);
		assert_str(says, "the arguments: expected an object, got a number");
		assert_true(toolbox_has(named.id));
	}
	assert_false(toolbox_has(S("teleport")));
}

static void the_catalogue_is_listed_by_id_with_schemas(void **state)
{
	struct rig *r = *state;
	struct list entries;

	assert_int_equal(toolbox_list(&r->ctx, &entries), OK);
	assert_int_equal(entries.n, n_system_tools);
	for (size_t i = 0; i < entries.n; i++) {
		const struct tool_entry *entry = LIST_AT(entries, struct tool_entry, i);

		assert_str(entry->kind, "system");
		assert_str(json_get_str(entry->input_schema, "type"), "object");
		assert_true(i == 0 || str_cmp(LIST_AT(entries, struct tool_entry, i - 1)->id, entry->id) < 0);
	}
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		IN_WORKSPACE(search_is_offered_to_agents_with_knowledge_and_to_those_that_name_it),
		IN_WORKSPACE(search_gives_passages_with_their_titles_as_json),
		IN_WORKSPACE(search_finds_nothing_where_nothing_is_about_it),
		IN_WORKSPACE(search_stays_in_the_workspace_of_the_acting_user),
		IN_WORKSPACE(a_call_that_does_not_fit_is_a_failed_result_that_says_why),
		IN_WORKSPACE(a_tool_that_is_not_offered_cannot_be_called),
		IN_WORKSPACE(every_tool_of_the_catalogue_can_be_offered_and_called),
		IN_WORKSPACE(the_catalogue_is_listed_by_id_with_schemas),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
