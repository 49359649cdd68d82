/* domain/agent_file: what a file in a repository is taken for. */
#include "../unit.h"

#include "base/ctx.h"
#include "domain/agent_file.h"

static struct agent_file parse(struct arena *mem, const char *format, const char *text)
{
	struct ctx ctx = { .mem = mem };
	struct agent_file f;

	agent_file_parse(&ctx, S("agents/pydantic-agentspec/some.yaml"), str_of(format), str_of(text), &f);
	return f;
}

/* The code of what is wrong, or the framework. */
static struct str verdict(struct arena *mem, const char *format, const char *text)
{
	struct agent_file f = parse(mem, format, text);

	return f.valid ? f.framework : f.error;
}

struct example {
	const char *format, *text, *verdict;
};

static void the_first_step_that_fails_speaks(void **state)
{
	static const struct example EXAMPLES[] = {
		{ "yaml", "name: ab\nmodel: a\ninstructions: b\n", "pydantic-agentspec" },
		{ "yaml", "\xef\xbb\xbfname: ab\r\nmodel: a\r\ninstructions: b\r\n", "pydantic-agentspec" },
		{ "yaml", "name: ab\nmodel: a:b:c\ninstructions: !foo b", "pydantic-agentspec" },
		{ "yaml", "name: [ab\n", "invalid-yaml" },
		{ "yaml", "name: ab\nname: cd\nmodel: a\ninstructions: b\n", "invalid-yaml" },
		{ "json", "{\"name\":\"ab\"} x", "invalid-json" },
		{ "json", "", "invalid-json" },
		{ "json", "\ufeff{\"name\":\"ab\",\"actions\":[]}", "invalid-json" },
		{ "yaml", "", "not-an-object" },
		{ "yaml", "- a", "not-an-object" },
		{ "json", "null", "not-an-object" },
		{ "yaml", "model: a\ninstructions: b", "missing-name" },
		{ "yaml", "name: '  '\nmodel: a\ninstructions: b", "missing-name" },
		{ "yaml", "name: 12\nmodel: a\ninstructions: b", "missing-name" },
		{ "yaml", "name: A\nmodel: a\ninstructions: b", "invalid-name" },
		{ "yaml", "name: ab\nmodel: a\ninstructions: ''", "unrecognized-shape" },
		{ "yaml", "name: ab\nmodel: a\ninstructions: [a]", "unrecognized-shape" },
		{ "yaml", "name: ab\ninstructions: b", "missing-model" },
		{ "yaml", "name: ab\nmodel: ' '\ninstructions: b", "missing-model" },
		{ "json", "{\"name\":\"ab\",\"agent_schema\":{}}", "cargo-ai" },
		{ "json", "{\"name\":\"ab\",\"agent_schema\":[]}", "unrecognized-shape" },
		{ "json", "{\"name\":\"ab\",\"actions\":[]}", "cargo-ai" },
		{ "yaml", "name: ab\ninputs: []", "cargo-ai" },
		/* Instructions decide before the other shape is looked at. */
		{ "json", "{\"name\":\"ab\",\"agent_schema\":{},\"instructions\":\"x\"}", "missing-model" },
	};
	ARENA(mem);

	for (size_t i = 0; i < COUNT_OF(EXAMPLES); i++)
		assert_str(verdict(&mem, EXAMPLES[i].format, EXAMPLES[i].text), EXAMPLES[i].verdict);
}

static void names_are_lower_kebab_with_at_most_one_handle(void **state)
{
	static const char *const GOOD[] = { "ab", "a-b", "007", "own.ab", "a.b", "a1-b2.c3-d4",
					    "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa" };
	static const char *const BAD[] = { "a", "", "a--b", "-a", "a-", "Foo", "a_b", "a.b.c", " ab", ".ab", "ab.", "a-.b",
					   "z\u00fcrich",
					   "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa" };

	for (size_t i = 0; i < COUNT_OF(GOOD); i++)
		assert_true(agent_name_valid(str_of(GOOD[i])));
	for (size_t i = 0; i < COUNT_OF(BAD); i++)
		assert_false(agent_name_valid(str_of(BAD[i])));
}

static void the_reply_has_the_contracts_members_in_its_order(void **state)
{
	ARENA(mem);
	struct agent_file f = parse(&mem, "yaml",
		"name: ab\ntitle: '  T  '\ndescription: D\nlabels: [Ops, 7, ' SALES ', ops, '']\nmodel: p:m\ninstructions: do\n"
		"skills: PDF, pdf, a/b\ntools_module: Tools.PY\n"
		"connections: [slack, {type: gmail, name: work}, {clay: {source: secret}}, {github: [x]}, 5, {a: 1, b: 2}, '']\n");

	assert_str(schema_text(&mem, &agent_file_schema, &f, WRITE_REPLY),
		   "{\"name\":\"ab\",\"filename\":\"some.yaml\",\"path\":\"agents/pydantic-agentspec/some.yaml\","
		   "\"format\":\"yaml\",\"framework\":\"pydantic-agentspec\",\"valid\":true,\"spec\":{\"name\":\"ab\","
		   "\"title\":\"T\",\"description\":\"D\",\"labels\":[\"ops\",\"sales\"],\"raw\":{\"name\":\"ab\","
		   "\"title\":\"  T  \",\"description\":\"D\",\"labels\":[\"Ops\",7,\" SALES \",\"ops\",\"\"],\"model\":\"p:m\","
		   "\"instructions\":\"do\",\"skills\":\"PDF, pdf, a/b\",\"tools_module\":\"Tools.PY\",\"connections\":[\"slack\","
		   "{\"type\":\"gmail\",\"name\":\"work\"},{\"clay\":{\"source\":\"secret\"}},{\"github\":[\"x\"]},5,"
		   "{\"a\":1,\"b\":2},\"\"]},\"framework\":\"pydantic-agentspec\",\"model\":\"p:m\",\"instructions\":\"do\","
		   "\"connections\":[{\"toolkit\":\"slack\",\"name\":\"default\",\"source\":\"composio\"},"
		   "{\"toolkit\":\"gmail\",\"name\":\"work\",\"source\":\"composio\"},"
		   "{\"toolkit\":\"clay\",\"name\":\"default\",\"source\":\"secret\"},"
		   "{\"toolkit\":\"github\",\"name\":\"default\",\"source\":\"composio\"}],\"skills\":[\"pdf\"],"
		   "\"toolsModule\":\"Tools.PY\"}}");
}

static void a_cargo_agent_shows_its_model_or_null_and_no_lists(void **state)
{
	ARENA(mem);
	struct agent_file f = parse(&mem, "json", "{\"name\":\"ab\",\"actions\":[],\"runtime_vars\":{\"model\":\"openai:x\"}}");

	assert_str(f.spec->model, "openai:x");
	f = parse(&mem, "json", "{\"name\":\"ab\",\"actions\":[]}");
	assert_str(schema_text(&mem, &agent_file_schema, &f, WRITE_REPLY),
		   "{\"name\":\"ab\",\"filename\":\"some.yaml\",\"path\":\"agents/pydantic-agentspec/some.yaml\","
		   "\"format\":\"json\",\"framework\":\"cargo-ai\",\"valid\":true,\"spec\":{\"name\":\"ab\",\"labels\":[],"
		   "\"raw\":{\"name\":\"ab\",\"actions\":[]},\"framework\":\"cargo-ai\",\"model\":null}}");
}

static void a_file_that_is_no_agent_goes_by_its_own_name(void **state)
{
	ARENA(mem);
	struct ctx ctx = { .mem = &mem };
	struct agent_file f;

	agent_file_parse(&ctx, S("agents/cargo-ai/LOUD.Json"), agent_file_format(S("LOUD.Json")), S("{}"), &f);
	assert_str(schema_text(&mem, &agent_file_schema, &f, WRITE_REPLY),
		   "{\"name\":\"LOUD\",\"filename\":\"LOUD.Json\",\"path\":\"agents/cargo-ai/LOUD.Json\",\"format\":\"json\","
		   "\"valid\":false,\"error\":\"missing-name\"}");
	agent_file_unreadable(&ctx, S("agents/x/gone.yml"), S("not-found"), &f);
	assert_str(f.name, "gone");
	assert_str(f.error, "invalid-yaml");
	assert_str(f.detail, "not-found");
}

static void the_extension_tells_the_format(void **state)
{
	assert_str(agent_file_format(S("a.yaml")), "yaml");
	assert_str(agent_file_format(S("a.YML")), "yaml");
	assert_str(agent_file_format(S(".json")), "json");
	assert_null(agent_file_format(S("yaml")).p);
	assert_null(agent_file_format(S("a.txt")).p);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_first_step_that_fails_speaks),
		cmocka_unit_test(names_are_lower_kebab_with_at_most_one_handle),
		cmocka_unit_test(the_reply_has_the_contracts_members_in_its_order),
		cmocka_unit_test(a_cargo_agent_shows_its_model_or_null_and_no_lists),
		cmocka_unit_test(a_file_that_is_no_agent_goes_by_its_own_name),
		cmocka_unit_test(the_extension_tells_the_format),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
