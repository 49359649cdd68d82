/* An agent as it is stored, and as it is handed out again: store/agents.c. */
#include "workspace.h"

#include "domain/agent.h"

static const struct sql OLDER = { "test.older",
	"UPDATE agent SET form = form + 1, spec = json_remove(spec, '$.features.memory', '$.triggers')" };

static enum err make_older(struct ctx *ctx, struct db_tx *tx, void *arg)
{
	AUTO(stmt_done) struct stmt s = {0};

	(void)arg;
	TRY(stmt_write(ctx, tx, &OLDER, &s));
	return stmt_run(ctx, &s, NULL);
}

static struct agent made(struct rig *r, const char *body)
{
	const struct json *v;
	struct agent draft = {0}, out;

	assert_int_equal(json_parse(&r->ctx, str_of(body), JSON_STRICT, &v), OK);
	assert_int_equal(schema_read(&r->ctx, &agent_schema, v, READ_CREATE, &draft), OK);
	assert_int_equal(agent_create(&r->ctx, &draft, &out), OK);
	return out;
}

#define BODY "{\"name\":\"clerk\",\"model\":{\"provider\":\"CUSTOM\",\"model\":\"builtin/extractive\"}}"

static void an_agent_is_handed_out_as_it_would_be_written(void **state)
{
	struct rig *r = *state;
	struct agent a = made(r, BODY);
	struct str text;

	assert_int_equal(agent_text(&r->ctx, a.id, &text), OK);
	assert_true(str_eq(text, schema_text(&r->mem, &agent_schema, &a, WRITE_REPLY)));
}

static void a_row_of_another_form_is_filled_in(void **state)
{
	struct rig *r = *state;
	struct agent a = made(r, BODY);
	struct str before, after;

	assert_int_equal(agent_text(&r->ctx, a.id, &before), OK);
	assert_int_equal(db_write(&r->ctx, make_older, NULL), OK);
	assert_int_equal(agent_text(&r->ctx, a.id, &after), OK);
	assert_true(str_eq(before, after));
}

static void an_update_is_handed_out_too(void **state)
{
	struct rig *r = *state;
	struct agent a = made(r, BODY);
	const struct json *v;
	struct str text;

	assert_int_equal(json_parse(&r->ctx, S("{\"description\":\"new\",\"published\":true}"), JSON_STRICT, &v), OK);
	assert_int_equal(agent_update(&r->ctx, a.id, v, &a), OK);
	assert_int_equal(agent_text(&r->ctx, a.id, &text), OK);
	assert_true(str_eq(text, schema_text(&r->mem, &agent_schema, &a, WRITE_REPLY)));
	assert_true(str_find(text, S("\"description\":\"new\"")) > 0);
	assert_true(str_find(text, a.published_id) > 0);
}

static void another_workspace_does_not_see_it(void **state)
{
	struct rig *r = *state;
	struct agent a = made(r, BODY);
	struct str text;

	enter_workspace(r, S("other"));
	assert_int_equal(agent_text(&r->ctx, a.id, &text), ERR_NOT_FOUND);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		IN_WORKSPACE(an_agent_is_handed_out_as_it_would_be_written),
		IN_WORKSPACE(a_row_of_another_form_is_filled_in),
		IN_WORKSPACE(an_update_is_handed_out_too),
		IN_WORKSPACE(another_workspace_does_not_see_it),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
