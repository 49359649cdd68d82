/* test/tools/tools_test.c: what is offered to whom, and what becomes of a call. */
#include "tools/tools.h"

#include "../store/workspace.h"
#include "base/clock.h"
#include "domain/agent.h"
#include "domain/agent_memory.h"
#include "domain/knowledge_base.h"

static struct knowledge_base_reference base;
static struct tool_reference search = { .kind = { "system", 6 }, .id = { "search_knowledge", 16 } };

/* An agent without an id would be one of a file. */
#define MANAGED .id = { "a", 1 }

static struct agent agent_with_base(struct rig *r, struct str text)
{
	struct knowledge_base_draft draft = { S("text"), S("Handbook"), { NULL, 0 }, { .texts = { &text, 1 } } };
	struct knowledge_base kb;
	struct agent agent = { MANAGED };

	assert_int_equal(knowledge_base_create(&r->ctx, &draft, NULL, &kb), OK);
	base = (struct knowledge_base_reference){ kb.id, S("read") };
	agent.capabilities.knowledge_bases = (struct list){ &base, 1 };
	return agent;
}

static struct tool_result call(struct rig *r, const struct agent *agent, struct str name, struct str arguments)
{
	struct tool_call wanted = { S("call_7"), name, arguments };
	struct tool_result result;

	assert_int_equal(tool_call(&r->ctx, &(struct tool_scope){ .agent = agent }, &wanted, &result), OK);
	assert_str(result.call_id, "call_7");
	return result;
}

static const struct str NOTHING = { NULL, 0 };

/* "search_knowledge, web_fetch": what is offered, in order. */
static struct str offered(struct rig *r, const struct agent *agent)
{
	struct buf out = { .mem = &r->mem };
	struct list offers;

	tools_offered(&r->ctx, &(struct tool_scope){ .agent = agent }, &offers);
	for (size_t i = 0; i < offers.n; i++)
		buf_printf(&out, "%s%.*s", i ? ", " : "", STR(LIST_AT(offers, struct tool_offer, i)->name));
	return buf_view(&out);
}

static size_t n_offered(struct rig *r, const struct agent *agent)
{
	struct list offers;

	tools_offered(&r->ctx, &(struct tool_scope){ .agent = agent }, &offers);
	return offers.n;
}

static void search_is_offered_to_agents_with_knowledge_and_to_those_that_name_it(void **state)
{
	struct rig *r = *state;
	struct agent agent = { MANAGED };

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

/* -- date and time --------------------------------------------------------------------------------------- */

static struct tool_result datetime(struct rig *r, const char *start, const char *zone)
{
	static const struct agent FILE_AGENT = { .name = { "clerk", 5 } };
	struct tool_call wanted = { S("c"), S("get_run_datetime"), arena_printf(&r->mem, "{\"timezone_name\": \"%s\"}", zone) };
	struct tool_scope scope = { .agent = &FILE_AGENT };
	struct tool_result result;

	assert_true(time_parse(str_of(start), &scope.run_started_at, NULL));
	assert_int_equal(tool_call(&r->ctx, &scope, &wanted, &result), OK);
	return result;
}

/* Studio contract 6.10. */
static void a_file_agent_can_ask_when_its_run_began(void **state)
{
	struct rig *r = *state;
	struct agent file = { .name = S("clerk") }, managed = { MANAGED };
	struct tool_result result = datetime(r, "2026-07-28T07:15:30.123456Z", "America/Los_Angeles");

	assert_str(offered(r, &file), "get_run_datetime");
	assert_str(offered(r, &managed), "");
	assert_false(result.failed);
	assert_str(result.text, "{\"run_started_at\":\"2026-07-28T07:15:30.123000Z\",\"timezone\":\"America/Los_Angeles\","
				"\"local_datetime\":\"2026-07-28T00:15:30.123000-07:00\",\"local_date\":\"2026-07-28\","
				"\"local_time\":\"00:15:30.123000\"}");
}

static void the_date_is_that_of_the_zone(void **state)
{
	static const struct {
		const char *start, *zone, *local;
	} CASES[] = {
		{ "2026-12-31T23:30:00Z", "UTC", "2026-12-31T23:30:00.000000+00:00" },
		{ "2026-12-31T23:30:00Z", "Pacific/Kiritimati", "2027-01-01T13:30:00.000000+14:00" },
		{ "2027-01-01T02:29:59.999Z", "America/St_Johns", "2026-12-31T22:59:59.999000-03:30" },
		{ "2026-03-29T01:00:00Z", "Europe/Berlin", "2026-03-29T03:00:00.000000+02:00" },
	};
	struct rig *r = *state;

	for (size_t i = 0; i < COUNT_OF(CASES); i++) {
		struct str text = datetime(r, CASES[i].start, CASES[i].zone).text;
		const struct json *v;

		assert_int_equal(json_parse(&r->ctx, text, JSON_STRICT, &v), OK);
		assert_str(json_get_str(v, "local_datetime"), CASES[i].local);
		assert_true(str_starts(str_of(CASES[i].local), json_get_str(v, "local_date")));
	}
}

static void an_unknown_zone_is_told(void **state)
{
	static const char *const ZONES[] = { "Mars/Olympus", "../../etc/passwd", "PST", "-07:00" };
	struct rig *r = *state;

	for (size_t i = 0; i < COUNT_OF(ZONES); i++) {
		struct tool_result result = datetime(r, "2026-07-28T07:15:30Z", ZONES[i]);

		assert_true(result.failed);
		assert_true(str_starts(result.text, arena_printf(&r->mem, "unknown time zone '%s'", ZONES[i])));
	}
	assert_str(datetime(r, "2026-07-28T07:15:30Z", "").text, "timezone_name must not be empty");
}

/* -- writing knowledge ------------------------------------------------------------------------------------- */

static struct knowledge_base_reference make_base(struct rig *r, struct str title, struct str access)
{
	struct str text = S("Nothing yet.");
	struct knowledge_base_draft draft = { S("text"), title, NOTHING, { .texts = { &text, 1 } } };
	struct knowledge_base kb;

	assert_int_equal(knowledge_base_create(&r->ctx, &draft, NULL, &kb), OK);
	return (struct knowledge_base_reference){ kb.id, access };
}

static void what_is_written_is_found(void **state)
{
	struct rig *r = *state;
	struct knowledge_base_reference notes = make_base(r, S("Notes"), S("read-write"));
	struct agent agent = { MANAGED, .capabilities.knowledge_bases = { &notes, 1 } };
	struct tool_result result;

	assert_str(offered(r, &agent), "search_knowledge, write_knowledge");
	result = call(r, &agent, S("write_knowledge"), S("{\"text\": \"The lamp has a warranty of two years.\"}"));
	assert_str(result.text, arena_printf(&r->mem, "{\"knowledgeBase\":{\"id\":\"%.*s\",\"title\":\"Notes\"}}",
					     STR(notes.id)).p);
	assert_false(result.failed);
	result = call(r, &agent, S("search_knowledge"), S("{\"query\": \"How long is the lamp's warranty?\"}"));
	assert_true(str_find(result.text, S("two years")) > 0);
}

static void of_several_bases_one_is_named(void **state)
{
	struct rig *r = *state;
	struct knowledge_base_reference bases[] = {
		make_base(r, S("Notes"), S("read-write")), make_base(r, S("Rules"), S("read")),
		make_base(r, S("Diary"), S("read-write")),
	};
	struct agent agent = { MANAGED, .capabilities.knowledge_bases = { bases, 3 } };
	const char *says = "name one of these as knowledge_base: 'Notes', 'Diary'";

	assert_str(call(r, &agent, S("write_knowledge"), S("{\"text\": \"x\"}")).text, says);
	assert_str(call(r, &agent, S("write_knowledge"), S("{\"text\": \"x\", \"knowledge_base\": \"Rules\"}")).text, says);
	assert_false(call(r, &agent, S("write_knowledge"), S("{\"text\": \"x\", \"knowledge_base\": \"Diary\"}")).failed);
	assert_false(call(r, &agent, S("write_knowledge"), arena_printf(&r->mem,
		"{\"text\": \"x\", \"knowledge_base\": \"%.*s\"}", STR(bases[0].id))).failed);
}

static void nothing_is_written_where_the_agent_may_only_read(void **state)
{
	struct rig *r = *state;
	struct tool_reference write = { .kind = S("system"), .id = S("write_knowledge") };
	struct knowledge_base_reference rules = make_base(r, S("Rules"), S("read"));
	struct agent agent = { MANAGED, .capabilities = { { &write, 1 }, { &rules, 1 } } };
	struct str says = S("there is no knowledge base that this agent may write to");

	assert_str(offered(r, &agent), "search_knowledge, write_knowledge");
	assert_str(call(r, &agent, S("write_knowledge"), S("{\"text\": \"x\"}")).text, says.p);
	/* Nor in a base that is gone, or another workspace's. */
	rules.access = S("read-write");
	enter_workspace(r, S("other"));
	assert_str(call(r, &agent, S("write_knowledge"), S("{\"text\": \"x\"}")).text, says.p);
}

/* -- the end of a run ----------------------------------------------------------------------------------------- */

static bool say_no(void *arg)
{
	(void)arg;
	return false;
}

static void a_call_that_is_not_wanted_any_more_has_no_result(void **state)
{
	struct rig *r = *state;
	struct agent agent = { MANAGED, .features.web_search = true };
	struct tool_scope scope = { .agent = &agent, .go_on = say_no };
	struct tool_call wanted = { S("c"), S("web_fetch"), S("{\"url\": \"http://127.0.0.1:9/\"}") };
	struct tool_result result;

	assert_int_equal(tool_call(&r->ctx, &scope, &wanted, &result), ERR_GONE);
	assert_int_equal(r->ctx.deadline_ms, 0);
}

/* -- the catalogue -------------------------------------------------------------------------------------- */

/* -- memory and plans ------------------------------------------------------------------------------------ */

static struct agent remembering(struct rig *r)
{
	struct agent draft = { .name = S("desk"), .visibility = S("private"), .agent_mode = S("CHAT"), .features.memory = true,
			       .model = { .provider = S("CUSTOM"), .model = S("builtin/extractive"), .max_tokens = 9 } }, made;

	assert_int_equal(agent_create(&r->ctx, &draft, &made), OK);
	return made;
}

static struct str briefing(struct rig *r, const struct agent *agent)
{
	struct str text;

	assert_int_equal(tools_briefing(&r->ctx, &(struct tool_scope){ .agent = agent }, &text), OK);
	return text;
}

static void an_agent_with_a_memory_remembers_recalls_and_forgets(void **state)
{
	struct rig *r = *state;
	struct agent agent = remembering(r);
	struct str notes;

	assert_str(offered(r, &agent), "forget, recall, remember");
	assert_str(call(r, &agent, S("remember"), S("{\"text\": \" Likes pears. \"}")).text, "{\"number\":1}");
	assert_str(call(r, &agent, S("remember"), S("{\"text\": \"Is in Oslo.\"}")).text, "{\"number\":2}");
	assert_str(call(r, &agent, S("remember"), S("{\"text\": \"Likes pears.\"}")).text, "{\"number\":1}");
	notes = call(r, &agent, S("recall"), S("{}")).text;
	assert_true(str_starts(notes, S("{\"notes\":[{\"number\":1,\"text\":\"Likes pears.\",\"createdAt\":\"")));
	assert_true(str_ends(briefing(r, &agent), S("\nYour notes:\n1. Likes pears.\n2. Is in Oslo.")));
	assert_str(call(r, &agent, S("forget"), S("{\"number\": 1}")).text, "{\"forgotten\":1}");
	assert_true(call(r, &agent, S("forget"), S("{\"number\": 1}")).failed);
	assert_true(str_ends(briefing(r, &agent), S("\nYour notes:\n2. Is in Oslo.")));
}

static void notes_are_of_one_agent_and_one_user(void **state)
{
	struct rig *r = *state;
	struct agent agent = remembering(r);
	struct str me = r->ctx.actor.user_id;

	assert_false(call(r, &agent, S("remember"), S("{\"text\": \"Likes pears.\"}")).failed);
	r->ctx.actor.user_id = S("somebody-else");
	assert_str(call(r, &agent, S("recall"), S("")).text, "{\"notes\":[]}");
	assert_true(call(r, &agent, S("forget"), S("{\"number\": 1}")).failed);
	r->ctx.actor.user_id = me;
	assert_int_equal(agent_delete(&r->ctx, agent.id), OK);
	assert_str(call(r, &agent, S("recall"), S("")).text, "{\"notes\":[]}");
	assert_str(call(r, &agent, S("remember"), S("{\"text\": \"x\"}")).text, "no such agent");
}

static void there_is_room_for_so_many_notes_and_the_newest_are_told(void **state)
{
	struct rig *r = *state;
	struct agent agent = remembering(r);
	int64_t number;
	size_t n = 0;

	while (agent_memory_add(&r->ctx, agent.id, arena_printf(&r->mem, "%zu%01990d", n, 0), &number) == OK)
		n++;
	assert_int_equal(n, MEMORY_BYTES_MAX / 1991);
	assert_true(str_find(str_of(r->ctx.why), S("forget some first")) > 0);
	assert_true(str_find(briefing(r, &agent), S("call recall for all of them:\n29. 28")) > 0);
	for (n = 1; n <= 32; n++)
		assert_int_equal(agent_memory_remove(&r->ctx, agent.id, (int64_t)n), OK);
	for (n = 0; n < MEMORY_NOTES_MAX; n++)
		assert_int_equal(agent_memory_add(&r->ctx, agent.id, arena_printf(&r->mem, "%zu", n), &number), OK);
	assert_int_equal(agent_memory_add(&r->ctx, agent.id, S("one more"), &number), ERR_CONFLICT);
}

static void without_the_features_there_is_nothing_to_say(void **state)
{
	struct agent agent = { MANAGED };

	assert_str(briefing(*state, &agent), "");
}

static void a_planning_agent_says_how_far_it_has_come(void **state)
{
	struct rig *r = *state;
	struct agent agent = { MANAGED, .features.planning = true };

	assert_str(offered(r, &agent), "update_plan");
	assert_true(str_find(briefing(r, &agent), S("plan before you act")) > 0);
	assert_str(call(r, &agent, S("update_plan"), S("{\"steps\": [{\"title\": \"a\", \"status\": \"done\"}, {\"title\": \"b\"}, "
		   "{\"title\": \"c\", \"status\": \"in_progress\"}]}")).text, "{\"done\":1,\"left\":2}");
	assert_true(call(r, &agent, S("update_plan"), S("{\"steps\": []}")).failed);
	assert_true(call(r, &agent, S("update_plan"), S("{\"steps\": [{\"title\": \"a\", \"status\": \"soon\"}]}")).failed);
}

static void every_tool_of_the_catalogue_can_be_offered_and_called(void **state)
{
	struct rig *r = *state;

	toolbox_setup(S("http://127.0.0.1:8888"));
	for (size_t i = 0; i < n_system_tools; i++) {
		struct tool_reference named = { .kind = S("system"), .id = str_of(system_tools[i].id) };
		struct agent agent = { MANAGED, .capabilities.tools = { &named, 1 } };
		struct str says = call(r, &agent, named.id, S("7")).text;

		assert_int_equal(n_offered(r, &agent), 1);
		assert_str(says, "the arguments: expected an object, got a number");
		assert_true(toolbox_has(named.id));
	}
	assert_false(toolbox_has(S("teleport")));
	toolbox_setup(NOTHING);
}

static void the_web_is_searched_only_where_there_is_a_search_server(void **state)
{
	struct rig *r = *state;
	struct agent agent = { MANAGED, .features.web_search = true };
	struct list entries;

	assert_str(offered(r, &agent), "web_fetch");
	assert_false(toolbox_has(S("web_search")));
	assert_int_equal(toolbox_list(&r->ctx, &entries), OK);
	assert_int_equal(entries.n, n_system_tools - 1);
	assert_str(call(r, &agent, S("web_search"), S("{\"query\": \"tides\"}")).text, "there is no tool 'web_search'");
	toolbox_setup(S("http://127.0.0.1:8888"));
	assert_str(offered(r, &agent), "web_fetch, web_search");
	assert_true(toolbox_has(S("web_search")));
	toolbox_setup(NOTHING);
}

static void the_catalogue_is_listed_by_id_with_schemas(void **state)
{
	struct rig *r = *state;
	struct list entries;

	assert_int_equal(toolbox_list(&r->ctx, &entries), OK);
	assert_true(entries.n > 1);
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
		IN_WORKSPACE(a_file_agent_can_ask_when_its_run_began),
		IN_WORKSPACE(the_date_is_that_of_the_zone),
		IN_WORKSPACE(an_unknown_zone_is_told),
		IN_WORKSPACE(what_is_written_is_found),
		IN_WORKSPACE(of_several_bases_one_is_named),
		IN_WORKSPACE(nothing_is_written_where_the_agent_may_only_read),
		IN_WORKSPACE(a_call_that_is_not_wanted_any_more_has_no_result),
		IN_WORKSPACE(the_web_is_searched_only_where_there_is_a_search_server),
		IN_WORKSPACE(an_agent_with_a_memory_remembers_recalls_and_forgets),
		IN_WORKSPACE(notes_are_of_one_agent_and_one_user),
		IN_WORKSPACE(there_is_room_for_so_many_notes_and_the_newest_are_told),
		IN_WORKSPACE(without_the_features_there_is_nothing_to_say),
		IN_WORKSPACE(a_planning_agent_says_how_far_it_has_come),
		IN_WORKSPACE(every_tool_of_the_catalogue_can_be_offered_and_called),
		IN_WORKSPACE(the_catalogue_is_listed_by_id_with_schemas),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
