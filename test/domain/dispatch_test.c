/* test/domain/dispatch_test.c: from a name to what will be executed, and the contract's words when that cannot be. */
#include "sources.h"

#include "domain/agent.h"
#include "domain/dispatch.h"
#include "store/agent_versions.h"

#define FOLDER "folder/" PYDANTIC_FOLDER

static int set_up(void **state)
{
	struct rig *r = sources_set_up(state);

	put_file(r, FOLDER "greeter.yaml", GREET("greeter"));
	return 0;
}

#define ON_A_FOLDER(test) cmocka_unit_test_setup_teardown(test, set_up, rig_tear_down)

static enum err resolve(struct rig *r, const char *name, bool prefer_draft, struct dispatch *out)
{
	db_snapshot_end(&r->ctx);
	return dispatch_resolve(&r->ctx, str_of(name), prefer_draft, out);
}

static struct dispatch resolved(struct rig *r, const char *name, bool prefer_draft)
{
	struct dispatch d;
	enum err e = resolve(r, name, prefer_draft, &d);

	if (e != OK)
		print_error("%s: %s\n", name, r->ctx.why);
	assert_int_equal(e, OK);
	return d;
}

#define assert_refused(r, name, error, text) \
	do { \
		struct dispatch d_; \
		assert_int_equal(resolve((r), (name), false, &d_), (error)); \
		assert_string_equal((r)->ctx.why, (text)); \
	} while (0)

static enum err put_stable(struct ctx *ctx, struct db_tx *tx, void *version)
{
	const struct agent_version *v = version;

	TRY(agent_versions_insert(ctx, tx, v));
	return agent_states_put(ctx, tx, &(struct agent_state){
		.workspace_id = v->workspace_id, .agent_name = v->agent_name, .stable_version_id = v->id, .updated_at = 1 });
}

static void freeze(struct rig *r, const char *name, int64_t number, const char *model, const char *text)
{
	struct agent_version v = {
		.id = uuid_new(&r->mem), .workspace_id = r->ctx.actor.workspace_id, .agent_name = str_of(name), .number = number,
		.path = S(PYDANTIC_FOLDER "frozen.yaml"), .framework = S("pydantic-agentspec"), .model = str_of(model),
		.format = S("yaml"), .text = str_of(text), .summary = S(""), .created_by = S("u"), .created_at = 1 };

	db_snapshot_end(&r->ctx);
	assert_int_equal(db_write(&r->ctx, put_stable, &v), OK);
}

/* -- which one ------------------------------------------------------------------------------------ */

static void a_file_is_run_as_it_is_now_under_its_declared_name(void **state)
{
	struct rig *r = *state;
	struct dispatch d;

	put_file(r, FOLDER "other-name.yaml", "name: declared\nmodel: anthropic:claude-x\ninstructions: Do.\n");
	d = resolved(r, "declared", false);
	assert_true(d.is_file);
	assert_str(d.name, "declared");
	assert_str(d.path, PYDANTIC_FOLDER "other-name.yaml");
	assert_str(d.model, "anthropic:claude-x");
	assert_str(d.version_label, "draft");
	assert_str(d.agent.system_prompt, "Do.");
	assert_str(d.agent.model.provider, "ANTHROPIC");
	assert_str(d.agent.model.model, "claude-x");
	assert_null(d.agent.id.p);
	assert_refused(r, "other-name", ERR_NOT_FOUND, "Agent \"other-name\" is no longer in the connected repo.");
}

static void the_stable_version_counts_unless_the_draft_is_preferred(void **state)
{
	struct rig *r = *state;
	struct dispatch d;

	freeze(r, "greeter", 3, "openai:gpt-old", "name: greeter\nmodel: openai:gpt-old\ninstructions: Old.\n");
	d = resolved(r, "greeter", false);
	assert_str(d.version_label, "v3");
	assert_str(d.model, "openai:gpt-old");
	assert_str(d.agent.system_prompt, "Old.");
	assert_str(d.path, PYDANTIC_FOLDER "frozen.yaml");
	d = resolved(r, "greeter", true);
	assert_str(d.version_label, "draft");
	assert_str(d.agent.system_prompt, "Hi.");
}

static void a_stable_version_outlives_its_file(void **state)
{
	struct rig *r = *state;
	struct dispatch d;

	freeze(r, "gone", 1, "openai:gpt-old", "name: gone\nmodel: openai:gpt-old\ninstructions: Old.\n");
	assert_str(resolved(r, "gone", false).version_label, "v1");
	assert_int_equal(resolve(r, "gone", true, &d), ERR_NOT_FOUND);
}

static void a_managed_agent_is_found_by_id_or_name_after_the_files(void **state)
{
	struct rig *r = *state;
	struct agent desk = { .name = S("desk"), .model = { .provider = S("CUSTOM"), .model = S("builtin/extractive"), .max_tokens = 9 } };
	struct agent hidden = desk, made;
	struct dispatch d;

	assert_int_equal(agent_create(&r->ctx, &desk, &made), OK);
	hidden.name = S("greeter");
	assert_int_equal(agent_create(&r->ctx, &hidden, &hidden), OK);
	d = resolved(r, "desk", false);
	assert_false(d.is_file);
	assert_true(str_eq(d.agent.id, made.id));
	assert_str(d.path, arena_printf(&r->mem, "managed/%.*s", STR(made.id)).p);
	assert_str(d.model, "builtin:extractive");
	assert_null(d.version_label.p);
	assert_str(resolved(r, arena_strz(&r->mem, made.id), false).name, "desk");
	assert_true(resolved(r, "greeter", false).is_file);
	assert_false(resolved(r, arena_strz(&r->mem, hidden.id), false).is_file);
}

static void create(struct rig *r, const char *name)
{
	struct agent draft = { .name = str_of(name),
			       .model = { .provider = S("CUSTOM"), .model = S("builtin/extractive"), .max_tokens = 9 } };
	struct agent made;

	assert_int_equal(agent_create(&r->ctx, &draft, &made), OK);
}

/* The names, each with a + behind it when it is a managed agent's. */
static struct str all_names(struct rig *r)
{
	struct buf out = { .mem = &r->mem };
	struct list names;

	db_snapshot_end(&r->ctx);
	assert_int_equal(dispatch_names(&r->ctx, &names), OK);
	for (size_t i = 0; i < names.n; i++) {
		const struct dispatch_name *n = LIST_AT(names, struct dispatch_name, i);

		buf_printf(&out, "%s%.*s%s", i ? " " : "", STR(n->name), n->created_at ? "+" : "");
	}
	return buf_view(&out);
}

static void every_name_that_is_found_is_listed_once(void **state)
{
	struct rig *r = *state;
	struct dispatch d;

	freeze(r, "gone", 1, "openai:gpt-old", "name: gone\nmodel: openai:gpt-old\ninstructions: Old.\n");
	freeze(r, "greeter", 1, "openai:gpt-old", "name: greeter\nmodel: openai:gpt-old\ninstructions: Old.\n");
	freeze(r, "mended", 1, "openai:gpt-old", "name: mended\nmodel: openai:gpt-old\ninstructions: Old.\n");
	put_file(r, FOLDER "mended.yaml", "name: [");
	put_file(r, FOLDER "broken.yaml", "name: [");
	put_file(r, FOLDER "also.yaml", GREET("also"));
	put_file(r, FOLDER "also2.yaml", GREET("also"));
	create(r, "desk");
	create(r, "gone");
	create(r, "greeter");
	create(r, "broken");
	assert_str(all_names(r), "also greeter gone mended desk+");
	/* Its file is found first, and refused. */
	assert_int_equal(resolve(r, "broken", false, &d), ERR_UNPROCESSABLE);
}

static void stable_versions_are_listed_without_any_files(void **state)
{
	struct rig *r = *state;

	freeze(r, "gone", 1, "openai:gpt-old", "name: gone\nmodel: openai:gpt-old\ninstructions: Old.\n");
	create(r, "desk");
	use_sources(r, NULL, true);
	assert_str(all_names(r), "gone desk+");
	assert_str(resolved(r, "gone", false).version_label, "v1");
}

static void the_built_in_model_can_be_named_in_a_file(void **state)
{
	struct rig *r = *state;
	struct dispatch d;

	put_file(r, FOLDER "own.yaml", "name: own\nmodel: builtin:extractive\ninstructions: Do.\n");
	d = resolved(r, "own", false);
	assert_str(d.model, "builtin:extractive");
	assert_str(d.agent.model.provider, "CUSTOM");
	assert_str(d.agent.model.model, "builtin/extractive");
}

/* -- what cannot be run ----------------------------------------------------------------------------- */

static void a_file_that_does_not_parse_says_why(void **state)
{
	struct rig *r = *state;
	struct dispatch d;

	put_file(r, FOLDER "no-model.yaml", "name: ab\ninstructions: Do.\n");
	assert_refused(r, "no-model", ERR_UNPROCESSABLE, "Agent file failed to parse: missing-model");
	put_file(r, FOLDER "bad.yaml", "name: [");
	assert_int_equal(resolve(r, "bad", false, &d), ERR_UNPROCESSABLE);
	assert_non_null(strstr(r->ctx.why, "Agent file failed to parse: invalid-yaml \u2014 "));
}

static void an_agent_without_a_model_cannot_be_run(void **state)
{
	struct rig *r = *state;

	put_file(r, "folder/" CARGO_FOLDER "bare.json", "{\"name\":\"bare\",\"inputs\":[]}");
	assert_refused(r, "bare", ERR_UNPROCESSABLE, "Agent \"bare\" has no model declared. Add a model and try again.");
	freeze(r, "bare", 2, NULL, "{}");
	assert_refused(r, "bare", ERR_UNPROCESSABLE, "Stable v2 of \"bare\" has no model declared.");
}

static void what_an_agent_refers_to_must_be_there(void **state)
{
	struct rig *r = *state;

	put_file(r, FOLDER "tools.yaml", GREET("tools") "tools_module: tools.py\n");
	assert_refused(r, "tools", ERR_UNPROCESSABLE, "Agent \"tools\" declares a tools_module that couldn't be loaded: referenced tools "
		       "module \"" PYDANTIC_FOLDER "tools.py\" was not found in the repo");
	put_file(r, FOLDER "tools.py", "tools = []\n");
	assert_str(resolved(r, "tools", false).version_label, "draft");
	put_file(r, FOLDER "skilled.yaml", GREET("skilled") "skills: [notes]\n");
	assert_refused(r, "skilled", ERR_UNPROCESSABLE,
		       "Agent \"skilled\" opts into a skill that couldn't be loaded: no connected repo");
}

static void a_connected_repository_has_skills(void **state)
{
	struct rig *r = *state;

	put_file(r, "work/" PYDANTIC_FOLDER "skilled.yaml", GREET("skilled") "skills: [notes]\n");
	put_file(r, "work/" PYDANTIC_FOLDER "lost.yaml", GREET("lost") "skills: [none]\n");
	put_file(r, "work/skills/notes/SKILL.md", "---\nname: notes\n---\n");
	commit_work(r);
	connect_work(r);
	assert_str(resolved(r, "skilled", false).version_label, "draft");
	assert_refused(r, "lost", ERR_UNPROCESSABLE, "Agent \"lost\" opts into a skill that couldn't be loaded: skill \"none\": skill "
		       "folder \"skills/none\" not found");
}

static void without_a_source_only_managed_agents_are_found(void **state)
{
	struct rig *r = *state;

	use_sources(r, NULL, true);
	assert_refused(r, "greeter", ERR_NOT_FOUND, "Agent \"greeter\" is no longer in the connected repo.");
}

static void a_file_says_by_its_capabilities_that_it_searches_the_web(void **state)
{
	static const struct {
		const char *capabilities;
		bool searches;
	} CASES[] = {
		{ "[WebSearch]", true }, { "[Memory, web_search]", true }, { "[{WebSearch: {max_uses: 3}}]", true },
		{ "[]", false }, { "WebSearch", false }, { "[websearch]", false }, { "[{WebSearch: {}, other: 1}]", false },
		{ "[7, null, [WebSearch]]", false }, { "{WebSearch: true}", false },
	};
	struct rig *r = *state;

	assert_false(resolved(r, "greeter", false).agent.features.web_search);
	for (size_t i = 0; i < COUNT_OF(CASES); i++) {
		put_file(r, FOLDER "seeker.yaml",
			 arena_printf(&r->mem, GREET("seeker") "capabilities: %s\n", CASES[i].capabilities).p);
		assert_int_equal(resolved(r, "seeker", true).agent.features.web_search, CASES[i].searches);
	}
}

static void what_an_answer_must_fit_is_looked_at_before_a_run_begins(void **state)
{
	static const struct {
		const char *schema, *why;
	} CASES[] = {
		{ "text", "it must be a JSON Schema, as a mapping" },
		{ "[]", "it must be a JSON Schema, as a mapping" },
		{ "{type: word}", "type must be null, boolean, object, array, number, string or integer, or an array of these" },
		{ "{properties: {a: {$ref: 'http://example.com/'}}}", "properties.a.$ref leads to nothing in this document" },
		{ "{unevaluatedProperties: false}", "unevaluatedProperties is a part of JSON Schema that is not supported" },
	};
	struct rig *r = *state;

	for (size_t i = 0; i < COUNT_OF(CASES); i++) {
		put_file(r, FOLDER "strict.yaml",
			 arena_printf(&r->mem, "name: strict\nmodel: openai:gpt-x\ninstructions: Do.\noutput_schema: %s\n", CASES[i].schema).p);
		assert_refused(r, "strict", ERR_UNPROCESSABLE,
			       arena_printf(&r->mem, "Agent \"strict\" has an output_schema that couldn't be used: %s", CASES[i].why).p);
	}
	put_file(r, FOLDER "strict.yaml", "name: strict\nmodel: builtin:extractive\ninstructions: Do.\noutput_schema: {}\n");
	assert_refused(r, "strict", ERR_UNPROCESSABLE, "Agent \"strict\" has an output_schema that couldn't be used: the built-in "
		       "model gives nothing but text");
	put_file(r, FOLDER "strict.yaml", "name: strict\nmodel: openai:x\ninstructions: Do.\noutput_schema: {type: object}\n");
	assert_str(json_get_str(resolved(r, "strict", false).output_schema, "type"), "object");
	put_file(r, FOLDER "strict.yaml", "name: strict\nmodel: openai:x\ninstructions: Do.\noutput_schema: null\n");
	assert_null(resolved(r, "strict", false).output_schema);
}

#define CARGO(members) "{\"name\": \"cargo\", " members "}"
#define ASKS "\"model\": \"openai:gpt-x\", \"agent_schema\": {\"type\": \"object\", \"properties\": " \
	     "{\"box\": {\"type\": \"string\"}, \"sure\": {\"type\": \"number\"}}}"

static void a_cargo_agent_is_its_inputs_and_a_complete_schema(void **state)
{
	struct rig *r = *state;
	struct dispatch d;

	put_file(r, "folder/" CARGO_FOLDER "cargo.json", CARGO(ASKS ", \"actions\": [{\"name\": \"a\", \"run\": []}], "
		 "\"inputs\": [{\"type\": \"text\", \"text\": \"Sort it.\"}, "
		 "{\"name\": \"page\", \"type\": \"url\", \"url\": \"https://example.com/\"}]"));
	d = resolved(r, "cargo", false);
	assert_true(d.is_cargo);
	assert_null(d.cargo.refusal.p);
	assert_int_equal(d.cargo.inputs.n, 2);
	assert_str(LIST_AT(d.cargo.inputs, struct cargo_input, 0)->value, "Sort it.");
	assert_str(LIST_AT(d.cargo.inputs, struct cargo_input, 1)->type, "url");
	assert_str(json_text(&r->mem, d.output_schema), "{\"type\":\"object\",\"properties\":{\"box\":{\"type\":\"string\"},"
		   "\"sure\":{\"type\":\"number\"}},\"required\":[\"box\",\"sure\"],\"additionalProperties\":false}");
}

static void a_cargo_agent_that_is_out_of_reach_says_why_when_it_is_run(void **state)
{
	static const struct {
		const char *file, *why;
	} CASES[] = {
		{ CARGO("\"model\": \"gpt-x\", \"inputs\": []"),
		  "agent's model field must be `provider:model` (got `gpt-x`)" },
		{ CARGO("\"model\": \"anthropic:x\", \"inputs\": []"),
		  "a Cargo AI agent asks models of `openai` alone (got `anthropic:x`)" },
		{ CARGO("\"model\": \"openai:x\", \"inputs\": []"), "`agent_schema` is required" },
		{ CARGO("\"model\": \"openai:x\", \"agent_schema\": {\"type\": \"object\"}"),
		  "`agent_schema` has no `properties`: there is nothing to ask a model for" },
		{ CARGO("\"model\": \"openai:x\", \"agent_schema\": {\"properties\": {\"a\": 1}}"),
		  "`agent_schema` cannot be used: properties.a must be a schema: an object, true or false" },
		{ CARGO(ASKS ", \"inputs\": {}"), "`inputs` must be a list" },
		{ CARGO(ASKS ", \"inputs\": [{\"type\": \"image\", \"path\": \"a.png\"}]"),
		  "inputs[0] is of type `image`; this server reads `text` and `url` alone" },
		{ CARGO(ASKS ", \"inputs\": [{\"type\": \"text\", \"name\": \"topic\"}]"),
		  "inputs[0] has no `text`, and there is nobody here to give it" },
		{ CARGO(ASKS ", \"actions\": 1"), "`actions` must be a list" },
		{ CARGO(ASKS ", \"actions\": [{\"run\": [{\"kind\": \"exec\", \"program\": \"rm\"}]}]"),
		  "actions[0] has a step of kind `exec`, which this server does not carry out" },
	};
	struct rig *r = *state;

	for (size_t i = 0; i < COUNT_OF(CASES); i++) {
		put_file(r, "folder/" CARGO_FOLDER "cargo.json", CASES[i].file);
		assert_str(resolved(r, "cargo", false).cargo.refusal, CASES[i].why);
	}
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		ON_A_FOLDER(a_file_is_run_as_it_is_now_under_its_declared_name),
		ON_A_FOLDER(the_stable_version_counts_unless_the_draft_is_preferred),
		ON_A_FOLDER(a_stable_version_outlives_its_file),
		ON_A_FOLDER(a_managed_agent_is_found_by_id_or_name_after_the_files),
		ON_A_FOLDER(every_name_that_is_found_is_listed_once),
		ON_A_FOLDER(stable_versions_are_listed_without_any_files),
		ON_A_FOLDER(the_built_in_model_can_be_named_in_a_file),
		ON_A_FOLDER(a_file_that_does_not_parse_says_why),
		ON_A_FOLDER(an_agent_without_a_model_cannot_be_run),
		ON_A_FOLDER(what_an_agent_refers_to_must_be_there),
		ON_A_FOLDER(a_connected_repository_has_skills),
		ON_A_FOLDER(what_an_answer_must_fit_is_looked_at_before_a_run_begins),
		ON_A_FOLDER(a_cargo_agent_is_its_inputs_and_a_complete_schema),
		ON_A_FOLDER(a_cargo_agent_that_is_out_of_reach_says_why_when_it_is_run),
		ON_A_FOLDER(a_file_says_by_its_capabilities_that_it_searches_the_web),
		ON_A_FOLDER(without_a_source_only_managed_agents_are_found),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
