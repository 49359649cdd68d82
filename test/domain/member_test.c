/* test/domain/member_test.c: workspaces, and who belongs to them. */
#include "rig.h"

static size_t count_members(struct rig *r)
{
	struct list members;

	assert_int_equal(member_list(&r->ctx, &r->demo, &members), OK);
	return members.n;
}

static struct str role_in_demo(struct rig *r, const char *email)
{
	struct member m;

	assert_int_equal(member_by_email(&r->ctx, &r->demo, str_of(email), &m), OK);
	return m.role;
}

/* -- slugs and addresses ------------------------------------------------------------------------- */

static void a_slug_is_words_with_single_hyphens(void **state)
{
	static const char *const GOOD[] = {
		"ab", "a1", "42", "acme-corp", "a-b-c", "abcdefghijklmnopqrstuvwxyz-12345", "apis", "admin-2",
	};
	static const char *const BAD[] = {
		"", "a", "-a", "a-", "a--b", "-", "--", "Acme", "a_b", "a b", "a.b", "\xc3\xa4x",
		"abcdefghijklmnopqrstuvwxyz-123456",
	};
	struct rig *r = *state;

	for (size_t i = 0; i < COUNT_OF(GOOD); i++)
		assert_int_equal(workspace_check_slug(&r->ctx, str_of(GOOD[i])), OK);
	for (size_t i = 0; i < COUNT_OF(BAD); i++)
		assert_fails(&r->ctx, workspace_check_slug(&r->ctx, str_of(BAD[i])), ERR_INVALID, "slug");
}

static void a_slug_that_is_a_page_of_the_server_is_refused(void **state)
{
	static const char *const RESERVED[] = {
		"api", "mcp", "onboarding", "signin", "signout", "signup", "settings", "admin", "static", "public",
	};
	struct rig *r = *state;

	for (size_t i = 0; i < COUNT_OF(RESERVED); i++)
		assert_fails(&r->ctx, workspace_check_slug(&r->ctx, str_of(RESERVED[i])), ERR_INVALID, "reserved");
}

static void an_address_has_one_at_sign_and_no_blanks(void **state)
{
	static const char *const BAD[] = {
		"", "x", "@", "a@", "@b", "a@b@c", "a b@c", "a@b ", "a\n@b", "a@b\x7f", "a@\xff",
	};
	struct rig *r = *state;
	char longest[256];

	for (size_t i = 0; i < COUNT_OF(BAD); i++)
		assert_fails(&r->ctx, member_add(&r->ctx, &r->demo, str_of(BAD[i]), S("viewer")), ERR_INVALID,
			     "e-mail");
	memset(longest, 'x', sizeof(longest));
	longest[1] = '@';
	assert_int_equal(member_add(&r->ctx, &r->demo, (struct str){ longest, 254 }, S("viewer")), OK);
	assert_int_equal(member_add(&r->ctx, &r->demo, (struct str){ longest, 255 }, S("viewer")), ERR_INVALID);
	assert_int_equal(count_members(r), 2);
}

/* -- founding ------------------------------------------------------------------------------------ */

static void a_founded_workspace_has_an_administrator_and_a_default_app(void **state)
{
	struct rig *r = *state;
	struct workspace found;
	struct str app;

	assert_int_equal(workspace_by_slug(&r->ctx, S("demo"), &found), OK);
	assert_str(found.id, r->demo.id.p);
	assert_str(found.name, "Demo");
	assert_int_equal(apps_default(&r->ctx, found.id, &app), OK);
	assert_str(role_in_demo(r, ADMIN), "workspace_admin");
	assert_int_equal(count_members(r), 1);
}

static void a_workspace_without_a_name_is_called_by_its_slug(void **state)
{
	struct rig *r = *state;
	struct workspace w;

	assert_int_equal(workspace_found(&r->ctx, S("other"), (struct str){ NULL, 0 }, S(ADMIN), &w), OK);
	assert_str(w.name, "other");
}

static void founding_again_keeps_what_is_there(void **state)
{
	struct rig *r = *state;
	struct workspace again;

	assert_int_equal(workspace_found(&r->ctx, S("demo"), S("Another name"), S(ADMIN), &again), OK);
	assert_str(again.id, r->demo.id.p);
	assert_str(again.name, "Demo");
	assert_int_equal(count_members(r), 1);
}

static void founding_again_with_another_administrator_adds_one(void **state)
{
	struct rig *r = *state;
	struct workspace again;

	rig_member(r, "second@example.com", "viewer");
	assert_int_equal(workspace_found(&r->ctx, S("demo"), S("Demo"), S("second@example.com"), &again), OK);
	assert_str(role_in_demo(r, "second@example.com"), "workspace_admin");
	assert_str(role_in_demo(r, ADMIN), "workspace_admin");
}

static void a_user_is_the_same_in_all_workspaces(void **state)
{
	struct rig *r = *state;
	struct workspace other;
	struct member here, there;

	assert_int_equal(workspace_found(&r->ctx, S("other"), S("Other"), S("ADMIN@example.com"), &other), OK);
	assert_int_equal(member_by_email(&r->ctx, &r->demo, S(ADMIN), &here), OK);
	assert_int_equal(member_by_email(&r->ctx, &other, S(ADMIN), &there), OK);
	assert_str(here.user.id, there.user.id.p);
	assert_int_not_equal(str_cmp(other.id, r->demo.id), 0);
}

static void a_founding_that_fails_leaves_nothing(void **state)
{
	struct rig *r = *state;
	struct workspace w;

	assert_int_equal(workspace_found(&r->ctx, S("other"), S("Other"), S("nobody"), &w), ERR_INVALID);
	assert_int_equal(workspace_found(&r->ctx, S("other"), S(" "), S(ADMIN), &w), ERR_INVALID);
	assert_fails(&r->ctx, workspace_by_slug(&r->ctx, S("other"), &w), ERR_NOT_FOUND, "no workspace 'other'");
}

/* -- members ------------------------------------------------------------------------------------- */

static void a_member_may_be_added_again_in_the_same_role_only(void **state)
{
	struct rig *r = *state;

	rig_member(r, "v@example.com", "viewer");
	rig_member(r, "V@Example.com", "viewer");
	assert_int_equal(count_members(r), 2);
	assert_fails(&r->ctx, member_add(&r->ctx, &r->demo, S("v@example.com"), S("operator")), ERR_CONFLICT,
		     "as viewer");
	assert_str(role_in_demo(r, "v@example.com"), "viewer");
}

static void a_role_that_does_not_exist_is_refused(void **state)
{
	struct rig *r = *state;

	assert_fails(&r->ctx, member_add(&r->ctx, &r->demo, S("v@example.com"), S("owner")), ERR_INVALID, "'owner'");
	assert_fails(&r->ctx, member_set_role(&r->ctx, &r->demo, S(ADMIN), S("none")), ERR_INVALID, "'none'");
	assert_int_equal(count_members(r), 1);
}

static void a_role_can_be_changed(void **state)
{
	struct rig *r = *state;

	rig_member(r, "v@example.com", "viewer");
	assert_int_equal(member_set_role(&r->ctx, &r->demo, S("v@example.com"), S("operator")), OK);
	assert_str(role_in_demo(r, "v@example.com"), "operator");
	assert_int_equal(count_members(r), 2);
}

static void the_last_administrator_stays(void **state)
{
	struct rig *r = *state;

	rig_member(r, "v@example.com", "viewer");
	assert_fails(&r->ctx, member_remove(&r->ctx, &r->demo, S(ADMIN)), ERR_CONFLICT, "last workspace_admin");
	assert_fails(&r->ctx, member_set_role(&r->ctx, &r->demo, S(ADMIN), S("operator")), ERR_CONFLICT, "last");
	assert_int_equal(member_set_role(&r->ctx, &r->demo, S(ADMIN), S("workspace_admin")), OK);
	assert_str(role_in_demo(r, ADMIN), "workspace_admin");
}

static void an_administrator_may_go_when_there_is_another(void **state)
{
	struct rig *r = *state;

	rig_member(r, "second@example.com", "workspace_admin");
	assert_int_equal(member_remove(&r->ctx, &r->demo, S(ADMIN)), OK);
	assert_int_equal(count_members(r), 1);
	assert_int_equal(member_remove(&r->ctx, &r->demo, S("second@example.com")), ERR_CONFLICT);
}

static void an_administrator_elsewhere_does_not_count(void **state)
{
	struct rig *r = *state;
	struct workspace other;

	assert_int_equal(workspace_found(&r->ctx, S("other"), S("Other"), S("second@example.com"), &other), OK);
	rig_member(r, "second@example.com", "viewer");
	assert_int_equal(member_remove(&r->ctx, &r->demo, S(ADMIN)), ERR_CONFLICT);
}

static void who_is_no_member_cannot_be_changed(void **state)
{
	struct rig *r = *state;
	struct workspace other;

	assert_int_equal(workspace_found(&r->ctx, S("other"), S("Other"), S("second@example.com"), &other), OK);
	assert_fails(&r->ctx, member_remove(&r->ctx, &r->demo, S("second@example.com")), ERR_NOT_FOUND, "not a member");
	assert_fails(&r->ctx, member_set_role(&r->ctx, &r->demo, S("x@example.com"), S("viewer")), ERR_NOT_FOUND,
		     "'x@example.com' is not a member of workspace 'demo'");
}

static void who_was_removed_can_come_back(void **state)
{
	struct rig *r = *state;
	struct user before = rig_member(r, "v@example.com", "operator");

	assert_int_equal(member_remove(&r->ctx, &r->demo, S("v@example.com")), OK);
	assert_int_equal(count_members(r), 1);
	assert_str(rig_member(r, "v@example.com", "viewer").id, before.id.p);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		ON_A_STORE(a_slug_is_words_with_single_hyphens),
		ON_A_STORE(a_slug_that_is_a_page_of_the_server_is_refused),
		ON_A_STORE(an_address_has_one_at_sign_and_no_blanks),
		ON_A_STORE(a_founded_workspace_has_an_administrator_and_a_default_app),
		ON_A_STORE(a_workspace_without_a_name_is_called_by_its_slug),
		ON_A_STORE(founding_again_keeps_what_is_there),
		ON_A_STORE(founding_again_with_another_administrator_adds_one),
		ON_A_STORE(a_user_is_the_same_in_all_workspaces),
		ON_A_STORE(a_founding_that_fails_leaves_nothing),
		ON_A_STORE(a_member_may_be_added_again_in_the_same_role_only),
		ON_A_STORE(a_role_that_does_not_exist_is_refused),
		ON_A_STORE(a_role_can_be_changed),
		ON_A_STORE(the_last_administrator_stays),
		ON_A_STORE(an_administrator_may_go_when_there_is_another),
		ON_A_STORE(an_administrator_elsewhere_does_not_count),
		ON_A_STORE(who_is_no_member_cannot_be_changed),
		ON_A_STORE(who_was_removed_can_come_back),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
