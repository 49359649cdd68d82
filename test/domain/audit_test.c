/* test/domain/audit_test.c: the list of what was done, page by page, and that each change is in it. */
#include "rig.h"

#include "base/clock.h"
#include "base/id.h"
#include "domain/agent.h"
#include "domain/audit.h"
#include "domain/embedding.h"
#include "domain/key.h"
#include "domain/provider.h"

#define NONE ((struct str){ NULL, 0 })

static void act(struct rig *r)
{
	struct member admin;

	assert_int_equal(member_by_email(&r->ctx, &r->demo, S(ADMIN), &admin), OK);
	r->ctx.actor = (struct actor){ .workspace_id = r->demo.id, .user_id = admin.user.id, .role = ROLE_ADMIN };
}

static struct list listed(struct rig *r, struct audit_filter filter)
{
	struct list out;

	if (filter.limit == 0)
		filter.limit = 1000;
	assert_int_equal(audit_list(&r->ctx, &filter, &out), OK);
	return out;
}

static const struct audit_entry *at(const struct list *list, size_t i)
{
	assert_true(i < list->n);
	return LIST_AT(*list, struct audit_entry, i);
}

/* The kinds since the last call, the oldest first, with a blank between. */
static struct str news(struct rig *r, struct audit_place *after)
{
	struct list list = listed(r, (struct audit_filter){ .ascending = true, .after = *after });
	struct buf out = { .mem = &r->mem };

	for (size_t i = 0; i < list.n; i++) {
		const struct audit_event *e = &at(&list, i)->event;

		buf_printf(&out, "%s%.*s", i ? " " : "", STR(e->kind));
		*after = (struct audit_place){ e->at, e->id };
	}
	return buf_view(&out);
}

/* -- what is recorded ---------------------------------------------------------------------------- */

static void a_workspace_begins_with_its_own_making(void **state)
{
	struct rig *r = *state;
	struct audit_place after = {0};
	struct workspace w;

	act(r);
	assert_str(news(r, &after), "workspace.created member.added");
	/* Founded once more with the same values, nothing is done. */
	assert_int_equal(workspace_found(&r->ctx, S("demo"), S("Demo"), S(ADMIN), &w), OK);
	assert_str(news(r, &after), "");
}

static void members_come_change_and_go(void **state)
{
	struct rig *r = *state;
	struct audit_place after = {0};
	struct str email = S("ann@example.com");
	struct list list;
	struct user ann;

	act(r);
	news(r, &after);
	ann = rig_member(r, email.p, "viewer");
	assert_str(news(r, &after), "member.added");
	/* What changes nothing is no event, and what fails is none either. */
	assert_int_equal(member_add(&r->ctx, &r->demo, email, S("viewer")), OK);
	assert_int_equal(member_add(&r->ctx, &r->demo, email, S("operator")), ERR_CONFLICT);
	assert_int_equal(member_set_role(&r->ctx, &r->demo, email, S("viewer")), OK);
	assert_str(news(r, &after), "");
	assert_int_equal(member_set_role(&r->ctx, &r->demo, email, S("operator")), OK);
	assert_int_equal(member_remove(&r->ctx, &r->demo, email), OK);
	assert_str(news(r, &after), "member.role_changed member.removed");
	list = listed(r, (struct audit_filter){ .kinds = S("member.role_changed") });
	assert_int_equal(list.n, 1);
	assert_str(at(&list, 0)->event.target_type, "user");
	assert_true(str_eq(at(&list, 0)->event.target_id, ann.id));
	assert_str(at(&list, 0)->event.payload, "{\"via\":\"cli\",\"role\":\"operator\"}");
}

static void keys_are_made_switched_and_deleted(void **state)
{
	struct rig *r = *state;
	struct audit_place after = {0};
	struct api_key key;
	struct str secret;

	act(r);
	news(r, &after);
	assert_int_equal(key_create(&r->ctx, &(struct key_request){
		.workspace_id = r->demo.id, .user_id = r->ctx.actor.user_id, .kind = KEY_PERSONAL, .name = S("k") },
		&key, &secret), OK);
	assert_int_equal(key_set_active(&r->ctx, r->demo.id, key.id, false), OK);
	assert_int_equal(key_set_active(&r->ctx, r->demo.id, key.id, true), OK);
	assert_int_equal(key_delete(&r->ctx, r->demo.id, key.id), OK);
	assert_int_equal(key_delete(&r->ctx, r->demo.id, key.id), ERR_NOT_FOUND);
	assert_str(news(r, &after), "api_key.created api_key.disabled api_key.enabled api_key.deleted");
	assert_false(rig_store_contains(r, secret));
}

static void an_agent_is_made_changed_and_deleted(void **state)
{
	struct rig *r = *state;
	struct issues issues = {0};
	struct audit_place after = {0};
	struct agent draft = { .name = S("greeter"),
			       .model = { .provider = S("CUSTOM"), .model = S("builtin/extractive") } };
	struct agent a, namesake;
	const struct json *body;

	act(r);
	r->ctx.issues = &issues;
	news(r, &after);
	assert_int_equal(agent_create(&r->ctx, &draft, &a), OK);
	assert_int_equal(agent_create(&r->ctx, &draft, &namesake), ERR_CONFLICT);
	assert_int_equal(json_parse(&r->ctx, S("{}"), JSON_STRICT, &body), OK);
	assert_int_equal(agent_update(&r->ctx, a.id, body, &a), OK);
	assert_str(news(r, &after), "agent.created");
	assert_int_equal(json_parse(&r->ctx, S("{\"description\":\"Greets.\"}"), JSON_STRICT, &body), OK);
	assert_int_equal(agent_update(&r->ctx, a.id, body, &a), OK);
	assert_int_equal(agent_delete(&r->ctx, a.id), OK);
	assert_int_equal(agent_delete(&r->ctx, a.id), ERR_NOT_FOUND);
	assert_str(news(r, &after), "agent.updated agent.deleted");
	assert_int_equal(listed(r, (struct audit_filter){ .agent_name = S("greeter") }).n, 3);
}

static void what_concerns_the_server_is_in_every_log(void **state)
{
	struct rig *r = *state;
	struct audit_place after = {0};
	struct embedding_choice choice = { .model = S("builtin/lexical") };
	struct workspace other;

	assert_int_equal(workspace_found(&r->ctx, S("other"), NONE, S(ADMIN), &other), OK);
	act(r);
	assert_int_equal(embedding_use(&r->ctx, &choice), OK);
	assert_str(news(r, &after), "workspace.created member.added embedding.model_chosen");
	r->ctx.actor.workspace_id = other.id;
	after = (struct audit_place){0};
	assert_str(news(r, &after), "workspace.created member.added embedding.model_chosen");
}

static void a_provider_is_set_and_removed_without_its_key(void **state)
{
	struct rig *r = *state;
	struct audit_place after = {0};
	struct provider_setting setting = { .provider = S("OPENAI"), .base_url = S("http://127.0.0.1:1/v1") };
	struct list list;

	act(r);
	news(r, &after);
	assert_int_equal(provider_set(&r->ctx, r->demo.id, &setting), OK);
	assert_int_equal(provider_remove(&r->ctx, r->demo.id, S("OPENAI")), OK);
	assert_str(news(r, &after), "provider.set provider.removed");
	list = listed(r, (struct audit_filter){ .target_type = S("provider"), .target_id = S("OPENAI") });
	assert_int_equal(list.n, 2);
	assert_str(at(&list, 0)->event.payload, "{\"via\":\"cli\"}");
}

/* -- by whom ------------------------------------------------------------------------------------- */

static enum err add_event(struct ctx *ctx, struct db_tx *tx, void *arg)
{
	return audit_add(ctx, tx, arg);
}

static void add(struct rig *r, const char *kind)
{
	struct audit event = { .kind = kind };

	assert_int_equal(db_write(&r->ctx, add_event, &event), OK);
}

static void it_is_told_which_way_a_change_came(void **state)
{
	struct rig *r = *state;
	struct audit_place after = {0};
	struct list list;

	act(r);
	news(r, &after);
	add(r, "test.cli");
	r->ctx.actor.via = "run";
	add(r, "test.run");
	r->ctx.actor.via = NULL;
	r->ctx.actor.key_id = S("0190-key");
	add(r, "test.api");
	r->ctx.actor.via = "mcp";
	add(r, "test.mcp");
	list = listed(r, (struct audit_filter){ .kinds = S("test"), .ascending = true });
	assert_int_equal(list.n, 4);
	assert_str(at(&list, 0)->event.payload, "{\"via\":\"cli\"}");
	assert_str(at(&list, 1)->event.payload, "{\"via\":\"run\"}");
	assert_str(at(&list, 2)->event.payload, "{\"via\":\"api\",\"apiKeyId\":\"0190-key\"}");
	assert_str(at(&list, 3)->event.payload, "{\"via\":\"mcp\",\"apiKeyId\":\"0190-key\"}");
	assert_str(json_get_str(at(&list, 3)->payload, "via"), "mcp");
	assert_str(at(&list, 3)->event.source, "human_action");
}

/* -- the list ------------------------------------------------------------------------------------ */

static void kinds_are_given_whole_or_by_their_beginning(void **state)
{
	static const struct {
		const char *kinds;
		size_t n;
	} CASES[] = {
		{ "a", 4 }, { "a.", 4 }, { "a.*", 4 }, { "a.b", 3 }, { "a.b.", 2 }, { "a.b.c", 1 }, { "a.b.d, aa", 2 },
		{ "aa", 1 }, { "aa.b", 1 }, { "A", 0 }, { "a.b.c.d", 0 }, { "b", 0 }, { "c", 0 }, { "a,aa", 5 },
	};
	struct rig *r = *state;
	size_t all;

	act(r);
	add(r, "a.b");
	add(r, "a.b.c");
	add(r, "a.b.d");
	add(r, "a.c");
	add(r, "aa.b");
	for (size_t i = 0; i < COUNT_OF(CASES); i++)
		assert_int_equal(listed(r, (struct audit_filter){ .kinds = str_of(CASES[i].kinds) }).n, CASES[i].n);
	all = listed(r, (struct audit_filter){0}).n;
	assert_int_equal(listed(r, (struct audit_filter){ .kinds = S(" , ,") }).n, all);
}

/* Walks in pages of `limit`, as a client does, while something happens; returns how many of the kind it saw. */
static size_t walk(struct rig *r, bool ascending, int64_t limit)
{
	struct audit_filter filter = { .ascending = ascending, .limit = limit, .kinds = S("walk.seen") };
	struct list page;
	size_t n = 0;

	do {
		page = listed(r, filter);
		n += page.n;
		if (page.n > 0) {
			struct str cursor = audit_cursor(&r->mem, &at(&page, page.n - 1)->event);

			assert_true(audit_cursor_read(&r->mem, cursor, &filter.after));
		}
		add(r, "walk.meanwhile");
	} while (page.n > 0);
	return n;
}

static enum err add_at_one_moment(struct ctx *ctx, struct db_tx *tx, void *arg)
{
	const struct audit_event event = {
		.id = uuid_new(ctx->mem), .workspace_id = ctx->actor.workspace_id, .at = *(const int64_t *)arg,
		.source = S("system"), .kind = S("walk.seen"), .payload = S("{}"),
	};

	return audit_events_insert(ctx, tx, &event);
}

static void pages_lose_none_even_of_one_moment(void **state)
{
	enum { N = 17 };
	struct rig *r = *state;
	int64_t moment = now_us() - US_PER_SECOND;

	act(r);
	for (int i = 0; i < N; i++)
		assert_int_equal(db_write(&r->ctx, add_at_one_moment, &moment), OK);
	for (int64_t limit = 1; limit < 5; limit++) {
		assert_int_equal(walk(r, false, limit), N);
		assert_int_equal(walk(r, true, limit), N);
	}
	assert_int_equal(listed(r, (struct audit_filter){ .since = moment, .until = moment + 1 }).n, N);
	assert_int_equal(listed(r, (struct audit_filter){ .kinds = S("walk.seen"), .until = moment }).n, 0);
	assert_int_equal(listed(r, (struct audit_filter){ .kinds = S("walk.seen"), .since = moment + 1 }).n, 0);
}

static void a_cursor_is_a_place_or_nothing(void **state)
{
	static const char *const WRONG[] = {
		"", "_", "1", "1_", "x_00000000-0000-7000-8000-000000000000", "1_00000000-0000-7000-8000-00000000000",
		"1 00000000-0000-7000-8000-000000000000", "99999999999999999999_00000000-0000-7000-8000-000000000000",
	};
	struct rig *r = *state;
	struct audit_place place;

	for (size_t i = 0; i < COUNT_OF(WRONG); i++)
		assert_false(audit_cursor_read(&r->mem, str_of(WRONG[i]), &place));
	assert_true(audit_cursor_read(&r->mem, S("-1_00000000-0000-7000-8000-000000000000"), &place));
	assert_true(place.at == -1);
}

static void another_workspaces_log_stays_its_own(void **state)
{
	struct rig *r = *state;
	struct workspace other;

	act(r);
	add(r, "mine.only");
	assert_int_equal(workspace_found(&r->ctx, S("other"), NONE, S(ADMIN), &other), OK);
	r->ctx.actor.workspace_id = other.id;
	assert_int_equal(listed(r, (struct audit_filter){ .kinds = S("mine") }).n, 0);
	assert_int_equal(listed(r, (struct audit_filter){0}).n, 2);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		ON_A_STORE(a_workspace_begins_with_its_own_making),
		ON_A_STORE(members_come_change_and_go),
		ON_A_STORE(keys_are_made_switched_and_deleted),
		ON_A_STORE(an_agent_is_made_changed_and_deleted),
		ON_A_STORE(what_concerns_the_server_is_in_every_log),
		ON_A_STORE(a_provider_is_set_and_removed_without_its_key),
		ON_A_STORE(it_is_told_which_way_a_change_came),
		ON_A_STORE(kinds_are_given_whole_or_by_their_beginning),
		ON_A_STORE(pages_lose_none_even_of_one_moment),
		ON_A_STORE(a_cursor_is_a_place_or_nothing),
		ON_A_STORE(another_workspaces_log_stays_its_own),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
