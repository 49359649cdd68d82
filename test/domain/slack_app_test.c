/* test/domain/slack_app_test.c: names, owners and labels; and secrets that go in and never come out. */
#include "sealed.h"

#include "domain/slack_app.h"
#include "store/audit_events.h"

static struct slack_app made(struct rig *r, struct slack_app_input in)
{
	struct slack_app a;

	assert_int_equal(slack_app_create(&r->ctx, &in, &a), OK);
	return a;
}

static enum err change(struct rig *r, const struct slack_app *a, struct slack_app_input in)
{
	struct slack_app after;

	return slack_app_update(&r->ctx, a->id, &in, &after);
}

static struct slack_app stored(struct rig *r, const struct slack_app *a)
{
	struct slack_app out;

	db_snapshot_end(&r->ctx);
	assert_int_equal(slack_app_get(&r->ctx, a->id, &out), OK);
	return out;
}

static struct str opened(struct rig *r, const struct slack_app *a, const char *kind, struct str sealed)
{
	struct str plain;

	assert_int_equal(secret_open(&r->ctx, &(struct secret_row){ a->workspace_id, kind, a->id }, sealed, &plain), OK);
	return plain;
}

/* -- secrets ------------------------------------------------------------------------------------- */

static void secrets_are_stored_sealed_and_bound_to_their_app_and_kind(void **state)
{
	struct rig *r = *state;
	struct slack_app a = made(r, (struct slack_app_input){ .name = S("Bot"), .signing_secret = S("sesame-one"),
							       .client_secret = S("sesame-two") });
	struct slack_app b = made(r, (struct slack_app_input){ .name = S("Other") }), now = stored(r, &a);
	struct str plain;

	assert_str(opened(r, &now, "slack_app.signing_secret", now.sealed_signing_secret), "sesame-one");
	assert_str(opened(r, &now, "slack_app.client_secret", now.sealed_client_secret), "sesame-two");
	assert_int_equal(secret_open(&r->ctx, &(struct secret_row){ a.workspace_id, "slack_app.signing_secret", b.id },
				     now.sealed_signing_secret, &plain), ERR_INTERNAL);
	assert_int_equal(secret_open(&r->ctx, &(struct secret_row){ a.workspace_id, "slack_app.client_secret", a.id },
				     now.sealed_signing_secret, &plain), ERR_INTERNAL);
	assert_true(rig_store_contains(r, S("Other")));
	assert_false(rig_store_contains(r, S("sesame")));
}

static void an_empty_secret_leaves_what_is_stored(void **state)
{
	struct rig *r = *state;
	struct slack_app a = made(r, (struct slack_app_input){ .name = S("Bot"), .signing_secret = S("old"), .client_secret = S("") });
	struct slack_app now;

	assert_null(a.sealed_client_secret.p);
	assert_int_equal(change(r, &a, (struct slack_app_input){ .name = S("B"), .signing_secret = S("") }), OK);
	now = stored(r, &a);
	assert_str(opened(r, &now, "slack_app.signing_secret", now.sealed_signing_secret), "old");
	assert_int_equal(change(r, &a, (struct slack_app_input){ .signing_secret = S("new") }), OK);
	now = stored(r, &a);
	assert_str(opened(r, &now, "slack_app.signing_secret", now.sealed_signing_secret), "new");
}

/* -- what is said of an app ---------------------------------------------------------------------- */

static void names_differ_in_more_than_case_within_a_workspace(void **state)
{
	struct rig *r = *state;
	struct slack_app a = made(r, (struct slack_app_input){ .name = S(" \u00C4rger Bot ") }), b, again;

	assert_str(a.name, "\u00C4rger Bot");
	assert_fails(&r->ctx, slack_app_create(&r->ctx, &(struct slack_app_input){ .name = S("\u00E4RGER bot") }, &again),
		     ERR_CONFLICT, "a Slack app with that name already exists");
	b = made(r, (struct slack_app_input){ .name = S("b") });
	assert_fails(&r->ctx, change(r, &b, (struct slack_app_input){ .name = S("\u00E4rger bot") }), ERR_CONFLICT,
		     "a Slack app with that name already exists");
	assert_int_equal(change(r, &a, (struct slack_app_input){ .name = S("\u00E4rger bot") }), OK);
	enter_workspace(r, S("elsewhere"));
	made(r, (struct slack_app_input){ .name = S("b") });
}

static void a_name_has_one_to_35_utf16_units(void **state)
{
	static const struct {
		const char *name, *on_create, *on_update;
	} CASES[] = {
		{ "", "name is required", "name cannot be empty" },
		{ " \u00A0\t", "name is required", "name cannot be empty" },
		{ "nnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnn", "name must be 35 characters or fewer (Slack's limit)",
		  "name must be 35 characters or fewer" },
		{ "xx\U0001F600\U0001F600\U0001F600\U0001F600\U0001F600\U0001F600\U0001F600\U0001F600\U0001F600\U0001F600\U0001F600"
		  "\U0001F600\U0001F600\U0001F600\U0001F600\U0001F600\U0001F600", "Slack's limit", "35 characters or fewer" },
	};
	struct rig *r = *state;
	struct slack_app a = made(r, (struct slack_app_input){ .name = S("nnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnn") }), none;

	for (size_t i = 0; i < COUNT_OF(CASES); i++) {
		struct slack_app_input in = { .name = str_of(CASES[i].name) };

		assert_fails(&r->ctx, slack_app_create(&r->ctx, &in, &none), ERR_INVALID, CASES[i].on_create);
		assert_fails(&r->ctx, change(r, &a, in), ERR_INVALID, CASES[i].on_update);
		assert_int_equal(strstr(r->ctx.why, "Slack") != NULL, 0);
	}
	made(r, (struct slack_app_input){ .name = S("x\U0001F600\U0001F600\U0001F600\U0001F600\U0001F600\U0001F600\U0001F600"
		"\U0001F600\U0001F600\U0001F600\U0001F600\U0001F600\U0001F600\U0001F600\U0001F600\U0001F600\U0001F600") });
}

static void the_owner_is_a_member_and_else_whoever_makes_it(void **state)
{
	struct rig *r = *state;
	struct user viewer = rig_member(r, "viewer@example.com", "viewer");
	struct slack_app a = made(r, (struct slack_app_input){ .name = S("a"), .default_owner_user_id = S("") }), none;
	struct slack_app_input stranger = { .name = S("b"), .default_owner_user_id = S("nobody") };

	assert_str(a.default_owner_user_id, arena_strz(&r->mem, r->ctx.actor.user_id));
	assert_fails(&r->ctx, slack_app_create(&r->ctx, &stranger, &none), ERR_INVALID,
		     "defaultOwnerUserId must be a member of this workspace");
	assert_fails(&r->ctx, change(r, &a, (struct slack_app_input){ .default_owner_user_id = S("") }), ERR_INVALID, "must be a member");
	assert_int_equal(change(r, &a, (struct slack_app_input){ .default_owner_user_id = viewer.id }), OK);
	assert_str(stored(r, &a).default_owner_user_id, arena_strz(&r->mem, viewer.id));
}

static void labels_are_stored_folded_and_no_list_is_not_an_empty_one(void **state)
{
	struct rig *r = *state;
	struct str texts[] = { S(" Ops "), S("ops"), S(""), S("\"x\"") };
	struct slack_app a = made(r, (struct slack_app_input){ .name = S("a"), .agent_labels = { texts, COUNT_OF(texts) } }), now;

	assert_int_equal(change(r, &a, (struct slack_app_input){ .name = S("c") }), OK);
	now = stored(r, &a);
	assert_int_equal(now.agent_labels.n, 2);
	assert_str(*LIST_AT(now.agent_labels, struct str, 0), "ops");
	assert_str(*LIST_AT(now.agent_labels, struct str, 1), "\"x\"");
	assert_int_equal(change(r, &a, (struct slack_app_input){ .agent_labels = { texts, 0 } }), OK);
	assert_int_equal(stored(r, &a).agent_labels.n, 0);
}

static void ids_are_cleared_by_empty_ones(void **state)
{
	struct rig *r = *state;
	struct slack_app a = made(r, (struct slack_app_input){ .name = S("a"), .slack_app_id = S("A1"), .client_id = S("c") });

	assert_int_equal(change(r, &a, (struct slack_app_input){ .slack_app_id = S("") }), OK);
	assert_null(stored(r, &a).slack_app_id.p);
	assert_str(stored(r, &a).client_id, "c");
}

static void what_no_engine_can_store_is_refused(void **state)
{
	struct rig *r = *state;
	struct slack_app a = made(r, (struct slack_app_input){ .name = S("a") }), none;

	assert_fails(&r->ctx, slack_app_create(&r->ctx, &(struct slack_app_input){ .name = S("a\0b") }, &none), ERR_UPSTREAM,
		     "couldn't create the Slack app");
	assert_fails(&r->ctx, change(r, &a, (struct slack_app_input){ .client_id = S("a\0b") }), ERR_INVALID, "U+0000");
}

static void what_is_too_long_is_refused(void **state)
{
	struct rig *r = *state;
	struct slack_app a = made(r, (struct slack_app_input){ .name = S("a") });
	struct str text = arena_printf(&r->mem, "%05000d", 7);
	struct str *labels = arena_array(&r->mem, SLACK_APP_LABELS_MAX + 1, sizeof(*labels));

	assert_fails(&r->ctx, change(r, &a, (struct slack_app_input){ .slack_app_id = text }), ERR_INVALID, "slackAppId must be 255");
	assert_fails(&r->ctx, change(r, &a, (struct slack_app_input){ .client_secret = text }), ERR_INVALID, "clientSecret must be 4096");
	assert_fails(&r->ctx, change(r, &a, (struct slack_app_input){ .agent_labels = { labels, SLACK_APP_LABELS_MAX + 1 } }),
		     ERR_INVALID, "1000 labels");
}

/* -- changes and their traces -------------------------------------------------------------------- */

static void what_says_nothing_changes_nothing(void **state)
{
	struct rig *r = *state;
	struct slack_app a = made(r, (struct slack_app_input){ .name = S("a") });

	assert_int_equal(change(r, &a, (struct slack_app_input){ .signing_secret = S("") }), OK);
	assert_int_equal(stored(r, &a).updated_at, a.updated_at);
	assert_int_equal(change(r, &a, (struct slack_app_input){ .name = S("a") }), OK);
	assert_true(stored(r, &a).updated_at > a.updated_at);
}

static void apps_of_other_workspaces_are_not_found(void **state)
{
	struct rig *r = *state;
	struct slack_app a = made(r, (struct slack_app_input){ .name = S("a") }), none;

	enter_workspace(r, S("elsewhere"));
	assert_fails(&r->ctx, slack_app_get(&r->ctx, a.id, &none), ERR_NOT_FOUND, "slack app not found");
	assert_fails(&r->ctx, change(r, &a, (struct slack_app_input){ .name = S("b") }), ERR_NOT_FOUND, "slack app not found");
	assert_fails(&r->ctx, slack_app_delete(&r->ctx, a.id), ERR_NOT_FOUND, "slack app not found");
	enter_workspace(r, S("demo"));
	assert_str(stored(r, &a).name, "a");
}

static struct str payload(struct rig *r, const char *kind)
{
	struct audit_filter all = { .kinds = arena_printf(&r->mem, ",%s,", kind), .limit = 10 };
	struct list events;

	db_snapshot_end(&r->ctx);
	assert_int_equal(audit_events_list(&r->ctx, r->ctx.actor.workspace_id, &all, &events), OK);
	assert_int_equal(events.n, 1);
	return LIST_AT(events, struct audit_event, 0)->payload;
}

static void changes_leave_events_without_secrets(void **state)
{
	struct rig *r = *state;
	struct slack_app a = made(r, (struct slack_app_input){ .name = S("a"), .client_secret = S("sesame") });

	assert_int_equal(change(r, &a, (struct slack_app_input){ .name = S("b"), .client_secret = S("sesame") }), OK);
	assert_int_equal(change(r, &a, (struct slack_app_input){0}), OK);
	assert_int_equal(slack_app_delete(&r->ctx, a.id), OK);
	assert_str(payload(r, "slack_app.created"), "{\"via\":\"cli\",\"name\":\"a\"}");
	assert_str(payload(r, "slack_app.updated"), "{\"via\":\"cli\",\"name\":\"b\",\"rotatedSecrets\":[\"clientSecret\"]}");
	assert_str(payload(r, "slack_app.deleted"), "{\"via\":\"cli\",\"name\":\"b\"}");
	assert_false(rig_store_contains(r, S("sesame")));
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		IN_WORKSPACE_WITH_KEY(secrets_are_stored_sealed_and_bound_to_their_app_and_kind),
		IN_WORKSPACE_WITH_KEY(an_empty_secret_leaves_what_is_stored),
		IN_WORKSPACE_WITH_KEY(names_differ_in_more_than_case_within_a_workspace),
		IN_WORKSPACE_WITH_KEY(a_name_has_one_to_35_utf16_units),
		IN_WORKSPACE_WITH_KEY(the_owner_is_a_member_and_else_whoever_makes_it),
		IN_WORKSPACE_WITH_KEY(labels_are_stored_folded_and_no_list_is_not_an_empty_one),
		IN_WORKSPACE_WITH_KEY(ids_are_cleared_by_empty_ones),
		IN_WORKSPACE_WITH_KEY(what_no_engine_can_store_is_refused),
		IN_WORKSPACE_WITH_KEY(what_is_too_long_is_refused),
		IN_WORKSPACE_WITH_KEY(what_says_nothing_changes_nothing),
		IN_WORKSPACE_WITH_KEY(apps_of_other_workspaces_are_not_found),
		IN_WORKSPACE_WITH_KEY(changes_leave_events_without_secrets),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
