/* test/domain/agent_release_test.c: drafts become versions; who may make them so, and what is written down. */
#include "sources.h"

#include "domain/agent_release.h"
#include "domain/dispatch.h"

#define HELLO "name: hello\nmodel: builtin:extractive\ninstructions: Greet.\n"

static const char *path_of(struct rig *r, const char *filename)
{
	return arena_printf(&r->mem, "agents/" PYDANTIC_FOLDER "%s", filename).p;
}

static void write_agent(struct rig *r, const char *filename, const char *text)
{
	put_file(r, path_of(r, filename), text);
}

static void remove_agent(struct rig *r, const char *filename)
{
	assert_int_equal(unlink(rig_path(r, path_of(r, filename))), 0);
}

static int set_up(void **state)
{
	struct rig *r;

	workspace_set_up(state);
	r = *state;
	use_sources(r, "agents", false);
	write_agent(r, "hello.yaml", HELLO);
	return 0;
}

#define WITH_AGENTS(test) cmocka_unit_test_setup_teardown(test, set_up, rig_tear_down)

static const struct str NOBODY = { NULL, 0 };

/* -- helpers -------------------------------------------------------------------------------------------- */

static struct agent_version promote(struct rig *r, const char *name)
{
	struct agent_version v;

	assert_int_equal(agent_release_promote(&r->ctx, str_of(name), &v), OK);
	return v;
}

static struct agent_release about(struct rig *r, const char *name)
{
	struct list list;

	assert_int_equal(agent_release_list(&r->ctx, &list), OK);
	for (size_t i = 0; i < list.n; i++)
		if (str_is(LIST_AT(list, struct agent_release, i)->name, name))
			return *LIST_AT(list, struct agent_release, i);
	print_error("%s is not listed\n", name);
	assert_true(false);
	return (struct agent_release){ 0 };
}

static struct user act_as(struct rig *r, const char *email, const char *role)
{
	struct user user = rig_member(r, email, role);

	r->ctx.actor = (struct actor){ .workspace_id = r->demo.id, .user_id = user.id,
				       .role = *role == 'v' ? ROLE_VIEWER : ROLE_OPERATOR };
	return user;
}

/* The operator of the machine, as the command line has it. */
static void act_as_machine(struct rig *r)
{
	r->ctx.actor = (struct actor){ .workspace_id = r->demo.id, .role = ROLE_ADMIN };
}

/* "KIND TARGET PAYLOAD" of the workspace's events, a line each. */
static struct str audited(struct rig *r)
{
	static const struct sql ALL = { "test.audit",
		"SELECT kind, agent_name, coalesce(actor_user_id, 'machine'), payload FROM audit_event "
		"WHERE workspace_id = $1 AND target_type = 'agent' AND target_id = agent_name ORDER BY at, id" };
	AUTO(stmt_done) struct stmt s = {0};
	struct buf out = { .mem = &r->mem };
	bool row;

	assert_int_equal(stmt_read(&r->ctx, &ALL, &s), OK);
	bind_str(&s, r->demo.id);
	while (stmt_step(&r->ctx, &s, &row) == OK && row)
		for (int i = 0; i < 4; i++) {
			buf_str(&out, col_str(&r->ctx, &s));
			buf_char(&out, i == 3 ? '\n' : ' ');
		}
	return buf_view(&out);
}

/* -- versions ------------------------------------------------------------------------------------------- */

static void the_first_promotion_makes_version_one(void **state)
{
	struct rig *r = *state;
	struct agent_version v, again;

	assert_int_equal(about(r, "hello").draft, DRAFT_NEW);
	assert_int_equal(about(r, "hello").stable, NO_INT);
	v = promote(r, "hello");
	assert_int_equal(v.number, 1);
	assert_str(v.summary, "Initial version.");
	assert_str(v.text, HELLO);
	assert_str(v.path, "agents/pydantic-agentspec/hello.yaml");
	assert_str(v.framework, "pydantic-agentspec");
	assert_str(v.model, "builtin:extractive");
	assert_true(str_eq(v.created_by, r->ctx.actor.user_id));
	assert_int_equal(agent_release_read(&r->ctx, S("hello"), VERSION_STABLE, &again), OK);
	assert_true(str_eq(again.id, v.id));
	assert_int_equal(about(r, "hello").draft, DRAFT_SAME);
	assert_int_equal(about(r, "hello").stable, 1);
}

static void a_draft_that_is_stable_already_is_not_promoted_again(void **state)
{
	struct rig *r = *state;
	struct agent_version v;

	promote(r, "hello");
	assert_fails(&r->ctx, agent_release_promote(&r->ctx, S("hello"), &v), ERR_CONFLICT, "nothing to promote");
	write_agent(r, "hello.yaml", HELLO "title: Hello\n");
	assert_int_equal(about(r, "hello").draft, DRAFT_CHANGED);
	v = promote(r, "hello");
	assert_int_equal(v.number, 2);
	assert_str(v.summary, "Promoted to stable.");
	/* Back to the first text is a way forward. */
	write_agent(r, "hello.yaml", HELLO);
	assert_int_equal(promote(r, "hello").number, 3);
}

static void what_is_no_agent_is_not_promoted(void **state)
{
	struct rig *r = *state;
	struct agent_version v;

	write_agent(r, "broken.yaml", "name: broken\nmodel: builtin:extractive\n");
	assert_int_equal(about(r, "broken").draft, DRAFT_INVALID);
	assert_fails(&r->ctx, agent_release_promote(&r->ctx, S("broken"), &v), ERR_UNPROCESSABLE, "unrecognized-shape");
	assert_fails(&r->ctx, agent_release_promote(&r->ctx, S("nobody"), &v), ERR_NOT_FOUND, "no agent 'nobody'");
	assert_int_equal(agent_release_read(&r->ctx, S("broken"), VERSION_DRAFT, &v), OK);
	assert_null(v.framework.p);
}

static void versions_stay_when_the_file_is_gone(void **state)
{
	struct rig *r = *state;
	struct agent_version v;
	struct list versions;
	struct dispatch d;

	promote(r, "hello");
	write_agent(r, "hello.yaml", HELLO "title: Hello\n");
	promote(r, "hello");
	remove_agent(r, "hello.yaml");
	assert_int_equal(about(r, "hello").draft, DRAFT_GONE);
	assert_int_equal(about(r, "hello").stable, 2);
	assert_int_equal(agent_release_versions(&r->ctx, S("hello"), &versions), OK);
	assert_int_equal(versions.n, 2);
	assert_int_equal(LIST_AT(versions, struct agent_version, 0)->number, 2);
	assert_int_equal(agent_release_read(&r->ctx, S("hello"), 1, &v), OK);
	assert_str(v.text, HELLO);
	assert_fails(&r->ctx, agent_release_read(&r->ctx, S("hello"), 3, &v), ERR_NOT_FOUND, "no version 3");
	assert_fails(&r->ctx, agent_release_read(&r->ctx, S("hello"), VERSION_DRAFT, &v), ERR_NOT_FOUND, "no agent 'hello'");
	/* And it still runs. */
	assert_int_equal(dispatch_resolve(&r->ctx, S("hello"), false, &d), OK);
	assert_str(d.version_label, "v2");
}

static void the_draft_is_compared_with_the_stable_version(void **state)
{
	struct rig *r = *state;
	struct agent_comparison c;

	assert_fails(&r->ctx, agent_release_compare(&r->ctx, S("hello"), VERSION_STABLE, VERSION_DRAFT, &c),
		     ERR_NOT_FOUND, "'hello' has no stable version");
	promote(r, "hello");
	assert_int_equal(agent_release_compare(&r->ctx, S("hello"), VERSION_STABLE, VERSION_DRAFT, &c), OK);
	assert_str(c.diff, "");
	assert_int_equal(c.from, 1);
	assert_int_equal(c.to, VERSION_DRAFT);
	write_agent(r, "hello.yaml", "name: hello\nmodel: builtin:extractive\ninstructions: Greet twice.\n");
	assert_int_equal(agent_release_compare(&r->ctx, S("hello"), VERSION_STABLE, VERSION_DRAFT, &c), OK);
	assert_str(c.diff, "--- agents/pydantic-agentspec/hello.yaml (v1)\n"
			   "+++ agents/pydantic-agentspec/hello.yaml (draft)\n"
			   "@@ -1,3 +1,3 @@\n name: hello\n model: builtin:extractive\n-instructions: Greet.\n"
			   "+instructions: Greet twice.\n");
}

static void versions_are_the_workspaces_own(void **state)
{
	struct rig *r = *state;
	struct agent_version v;

	promote(r, "hello");
	enter_workspace(r, S("other"));
	assert_int_equal(about(r, "hello").draft, DRAFT_NEW);
	assert_fails(&r->ctx, agent_release_read(&r->ctx, S("hello"), 1, &v), ERR_NOT_FOUND, "no version 1");
	assert_int_equal(promote(r, "hello").number, 1);
}

/* -- who may ---------------------------------------------------------------------------------------------- */

static void an_agent_without_an_owner_is_every_operators(void **state)
{
	struct rig *r = *state;
	struct agent_version v;

	act_as(r, "viewer@example.com", "viewer");
	assert_fails(&r->ctx, agent_release_promote(&r->ctx, S("hello"), &v), ERR_FORBIDDEN, "operator");
	assert_fails(&r->ctx, agent_release_set_owner(&r->ctx, S("hello"), r->ctx.actor.user_id), ERR_FORBIDDEN, "operator");
	act_as(r, "operator@example.com", "operator");
	assert_int_equal(promote(r, "hello").number, 1);
}

static void an_owned_agent_is_its_owners_and_the_administrators(void **state)
{
	struct rig *r = *state;
	struct user owner = act_as(r, "owner@example.com", "operator");
	struct agent_version v;

	assert_int_equal(agent_release_set_owner(&r->ctx, S("hello"), owner.id), OK);
	assert_true(str_eq(about(r, "hello").owner_user_id, owner.id));
	assert_int_equal(promote(r, "hello").number, 1);
	write_agent(r, "hello.yaml", HELLO "title: Hello\n");
	act_as(r, "other@example.com", "operator");
	assert_fails(&r->ctx, agent_release_promote(&r->ctx, S("hello"), &v), ERR_FORBIDDEN, "has an owner");
	assert_fails(&r->ctx, agent_release_set_owner(&r->ctx, S("hello"), NOBODY), ERR_FORBIDDEN, "has an owner");
	enter_workspace(r, S("demo"));
	assert_int_equal(promote(r, "hello").number, 2);
	act_as_machine(r);
	assert_int_equal(agent_release_set_owner(&r->ctx, S("hello"), NOBODY), OK);
	assert_null(about(r, "hello").owner_user_id.p);
}

static void only_members_own_agents(void **state)
{
	struct rig *r = *state;

	assert_fails(&r->ctx, agent_release_set_owner(&r->ctx, S("hello"), S("018f0000-0000-7000-8000-000000000000")),
		     ERR_NOT_FOUND, "no such");
	assert_fails(&r->ctx, agent_release_set_owner(&r->ctx, S("nobody"), NOBODY), ERR_NOT_FOUND, "no agent 'nobody'");
}

static void only_administrators_lock(void **state)
{
	struct rig *r = *state;
	struct dispatch d;

	act_as(r, "operator@example.com", "operator");
	assert_fails(&r->ctx, agent_release_set_locked(&r->ctx, S("hello"), true), ERR_FORBIDDEN, "workspace_admin");
	act_as_machine(r);
	assert_fails(&r->ctx, agent_release_set_locked(&r->ctx, S("nobody"), true), ERR_NOT_FOUND, "no agent 'nobody'");
	assert_int_equal(agent_release_set_locked(&r->ctx, S("hello"), true), OK);
	assert_true(about(r, "hello").locked);
	/* A lock does not keep runs away. */
	assert_int_equal(dispatch_resolve(&r->ctx, S("hello"), false, &d), OK);
	assert_int_equal(agent_release_set_locked(&r->ctx, S("hello"), false), OK);
	assert_false(about(r, "hello").locked);
}

/* -- the audit log ------------------------------------------------------------------------------------------ */

static void every_change_is_written_down_once(void **state)
{
	struct rig *r = *state;
	struct user owner = rig_member(r, "owner@example.com", "operator");
	struct agent_version v;

	act_as_machine(r);
	v = promote(r, "hello");
	assert_fails(&r->ctx, agent_release_promote(&r->ctx, S("hello"), &v), ERR_CONFLICT, "nothing to promote");
	for (int i = 0; i < 2; i++) {
		assert_int_equal(agent_release_set_owner(&r->ctx, S("hello"), owner.id), OK);
		assert_int_equal(agent_release_set_locked(&r->ctx, S("hello"), true), OK);
	}
	act_as(r, "owner@example.com", "operator");
	assert_int_equal(agent_release_set_owner(&r->ctx, S("hello"), NOBODY), OK);
	assert_int_equal(agent_release_read(&r->ctx, S("hello"), VERSION_STABLE, &v), OK);
	assert_str(audited(r), arena_printf(&r->mem,
		"agent.version.promoted hello machine {\"via\":\"cli\",\"version\":1,\"versionId\":\"%.*s\"}\n"
		"agent.owner.changed hello machine {\"via\":\"cli\",\"from\":null,\"to\":\"%.*s\"}\n"
		"agent.lock.changed hello machine {\"via\":\"cli\",\"locked\":true}\n"
		"agent.owner.changed hello %.*s {\"via\":\"cli\",\"from\":\"%.*s\",\"to\":null}\n",
		STR(v.id), STR(owner.id), STR(owner.id), STR(owner.id)).p);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		WITH_AGENTS(the_first_promotion_makes_version_one),
		WITH_AGENTS(a_draft_that_is_stable_already_is_not_promoted_again),
		WITH_AGENTS(what_is_no_agent_is_not_promoted),
		WITH_AGENTS(versions_stay_when_the_file_is_gone),
		WITH_AGENTS(the_draft_is_compared_with_the_stable_version),
		WITH_AGENTS(versions_are_the_workspaces_own),
		WITH_AGENTS(an_agent_without_an_owner_is_every_operators),
		WITH_AGENTS(an_owned_agent_is_its_owners_and_the_administrators),
		WITH_AGENTS(only_members_own_agents),
		WITH_AGENTS(only_administrators_lock),
		WITH_AGENTS(every_change_is_written_down_once),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
