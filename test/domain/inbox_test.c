/* test/domain/inbox_test.c: what is put into an inbox, by whom, and what may be done with it. */
#include "rig.h"

#include "base/clock.h"
#include "base/id.h"
#include "domain/inbox.h"
#include "json/jsonb.h"

#define NONE ((struct str){ NULL, 0 })
#define US_PER_HOUR (3600 * US_PER_SECOND)

static void act_as(struct rig *r, const char *email)
{
	struct user user = rig_member(r, email, "operator");

	r->ctx.actor = (struct actor){ .workspace_id = r->demo.id, .user_id = user.id, .role = ROLE_OPERATOR };
}

static const struct json *parsed(struct rig *r, const char *text)
{
	const struct json *v;

	assert_int_equal(json_parse(&r->ctx, str_of(text), JSON_STRICT, &v), OK);
	return v;
}

static struct inbox_push a_push(const char *title)
{
	return (struct inbox_push){ .title = str_of(title), .item_type = S("note"), .external_ts = NO_INT };
}

static struct inbox_item produce(struct rig *r, const struct inbox_push *push)
{
	struct inbox_item item;

	assert_int_equal(inbox_produce(&r->ctx, push, &item), OK);
	return item;
}

static enum err move(struct rig *r, const struct inbox_item *item, enum inbox_move move, struct inbox_item *out)
{
	struct inbox_change change = { .move = move, .until = now_us() + 2 * US_PER_HOUR };
	struct inbox_item unused;

	if (move == INBOX_PROPOSE || move == INBOX_COMPLETE)
		change.action = inbox_action(&r->mem, S("do it"), NULL);
	return inbox_move(&r->ctx, item->id, &change, out ? out : &unused);
}

static struct str json_shown(struct rig *r, const struct json *v)
{
	return v ? jsonb_text(&r->mem, v) : S("null");
}

/* "kind kind ..." of what the log has, the oldest first, without how the test's workspace came to be. */
static struct str recorded(struct rig *r)
{
	AUTO(stmt_done) struct stmt s = {0};
	static const struct sql KINDS = { "test.kinds",
		"SELECT coalesce(group_concat(kind || ':' || source, ' '), '') FROM (SELECT * FROM audit_event "
		"WHERE kind LIKE 'inbox.%' ORDER BY id)" };
	bool row;

	assert_int_equal(stmt_read(&r->ctx, &KINDS, &s), OK);
	assert_int_equal(stmt_step(&r->ctx, &s, &row), OK);
	return col_str(&r->ctx, &s);
}

/* -- producing ----------------------------------------------------------------------------------- */

static void an_item_is_its_producers_unless_a_run_made_it(void **state)
{
	struct rig *r = *state;
	struct inbox_push push = a_push("  Padded\n");
	struct inbox_item item;

	act_as(r, "ann@example.com");
	push.item_type = S(" note ");
	push.source = S("  ");
	push.url = S(" ");
	item = produce(r, &push);
	assert_str(item.title, "Padded");
	assert_str(item.item_type, "note");
	assert_str(item.source, "agent");
	assert_str(item.status, "open");
	assert_null(item.url.p);
	assert_null(item.external_ref.p);
	assert_true(item.external_ts == NO_INT);
	assert_true(str_eq(item.created_by, r->ctx.actor.user_id) && str_eq(item.owner_user_id, item.created_by));
	assert_str(json_shown(r, item.context), "{}");
	assert_str(json_shown(r, item.links), "null");

	r->ctx.actor.run_id = uuid_new(&r->mem);
	item = produce(r, &push);
	assert_true(str_eq(item.produced_by_run_id, r->ctx.actor.run_id));
	assert_null(item.created_by.p);
	assert_true(str_eq(item.owner_user_id, r->ctx.actor.user_id));
}

static void what_waits_for_an_answer_begins_so(void **state)
{
	struct rig *r = *state;
	struct inbox_push push = a_push("t");

	act_as(r, "ann@example.com");
	push.options = parsed(r, "[]");
	assert_str(produce(r, &push).status, "open");
	push.options = parsed(r, "{\"a\":1}");
	assert_null(produce(r, &push).options);
	push.options = parsed(r, "[1,null]");
	assert_str(produce(r, &push).status, "awaiting_human");
	push.options = NULL;
	push.proposed_action = inbox_action(&r->mem, S(""), NULL);
	assert_str(produce(r, &push).status, "awaiting_human");
}

static void links_are_named_ones_first_then_those_of_the_texts(void **state)
{
	struct rig *r = *state;
	struct inbox_push push = a_push("t");
	struct inbox_item item;

	act_as(r, "ann@example.com");
	push.links = parsed(r, "[{\"url\":\" https://a.example \",\"label\":\" A \"},{\"url\":\"ftp://x\"},7,"
			       "{\"label\":\"none\"}]");
	push.proposed_action = inbox_action(&r->mem, S("see https://c.example or [B](https://b.example)"), NULL);
	push.context = parsed(r, "\"https://d.example https://a.example\"");
	item = produce(r, &push);
	assert_str(json_shown(r, item.links),
		   "[{\"url\": \"https://a.example\", \"label\": \"A\"}, "
		   "{\"url\": \"https://b.example\", \"label\": \"B\"}, "
		   "{\"url\": \"https://c.example\"}, {\"url\": \"https://d.example\"}]");
	assert_str(json_shown(r, item.context), "{\"text\": \"https://d.example https://a.example\"}");
}

static void what_cannot_be_kept_is_refused(void **state)
{
	struct rig *r = *state;
	struct inbox_push push = a_push(" ");
	struct inbox_item item;

	act_as(r, "ann@example.com");
	assert_fails(&r->ctx, inbox_produce(&r->ctx, &push, &item), ERR_INVALID, "title is required");
	push = a_push("t");
	push.item_type = NONE;
	assert_fails(&r->ctx, inbox_produce(&r->ctx, &push, &item), ERR_INVALID, "itemType is required");
	push = a_push("t");
	push.external_ref = (struct str){ "a\0b", 3 };
	assert_fails(&r->ctx, inbox_produce(&r->ctx, &push, &item), ERR_INVALID, "`externalRef` cannot contain U+0000");
	push = a_push("t");
	push.context = parsed(r, "{\"a\":[\"\\u0000\"]}");
	assert_fails(&r->ctx, inbox_produce(&r->ctx, &push, &item), ERR_INVALID, "`context` cannot contain U+0000");
	assert_str(recorded(r), "");
}

/* -- producing again ----------------------------------------------------------------------------- */

static struct inbox_push a_repeated_push(const char *title, int64_t ts)
{
	struct inbox_push push = a_push(title);

	push.source = S("mail");
	push.external_ref = S("");
	push.external_ts = ts;
	return push;
}

static void a_push_without_news_changes_the_url_alone(void **state)
{
	struct rig *r = *state;
	struct inbox_push first = a_repeated_push("first", 100), again = a_repeated_push("again", NO_INT);
	struct inbox_item item, same;

	act_as(r, "ann@example.com");
	first.context = parsed(r, "{\"bb\":[1.0],\"a\":{}}");
	first.options = parsed(r, "[{\"id\":\"1\"}]");
	item = produce(r, &first);
	assert_str(json_shown(r, item.context), "{\"a\": {}, \"bb\": [1]}");
	again.url = S("https://new.example");
	again.context = parsed(r, "{\"other\":1}");
	same = produce(r, &again);
	assert_true(str_eq(same.id, item.id));
	assert_str(json_shown(r, same.context), "{\"a\": {}, \"bb\": [1]}");
	assert_str(json_shown(r, same.options), "[{\"id\": \"1\"}]");
	assert_str(same.title, "first");
	assert_str(same.url, "https://new.example");
	assert_true(same.updated_at > item.updated_at && same.created_at == item.created_at);
	again.external_ts = 100;
	again.url = NONE;
	same = produce(r, &again);
	assert_str(same.title, "first");
	assert_str(same.url, "https://new.example");
	assert_str(recorded(r), "inbox.produced:human_action inbox.produced:human_action inbox.produced:human_action");
}

static void news_make_it_the_users_business_again(void **state)
{
	struct rig *r = *state;
	struct inbox_push first = a_repeated_push("first", NO_INT), news = a_repeated_push("news", -1);
	struct inbox_item item;

	act_as(r, "ann@example.com");
	first.context = parsed(r, "{\"old\":true}");
	item = produce(r, &first);
	assert_int_equal(move(r, &item, INBOX_SNOOZE, NULL), OK);
	assert_int_equal(move(r, &item, INBOX_COMPLETE, NULL), OK);
	/* The item had no time: any is newer. */
	item = produce(r, &news);
	assert_str(item.title, "news");
	assert_str(item.status, "awaiting_human");
	assert_str(json_shown(r, item.context), "{}");
	assert_null(item.final_action);
	assert_true(item.external_ts == -1 && item.resolved_at == 0 && item.snoozed_until == 0);
	news = a_repeated_push("older", -2);
	assert_str(produce(r, &news).title, "news");

	assert_int_equal(move(r, &item, INBOX_DISMISS, NULL), OK);
	news = a_repeated_push("newest", 1000);
	item = produce(r, &news);
	assert_str(item.status, "dismissed");
	assert_str(item.title, "news");
	assert_true(item.external_ts == -1);
}

static enum err keep_context(struct ctx *ctx, struct db_tx *tx, void *arg)
{
	const struct inbox_item *item = *(const struct inbox_item *const *)arg;

	(void)tx;
	if (!item->context)
		return fail(ctx, ERR_INTERNAL, "the item is not whole");
	return OK;
}

/* An idempotent request's reply is stored with the item. */
static void an_item_is_whole_when_something_is_kept_with_it(void **state)
{
	struct rig *r = *state;
	struct inbox_push pushes[] = {
		a_repeated_push("new", 1), a_repeated_push("no news", 1), a_repeated_push("news", 2),
	};
	struct inbox_item item, *seen = &item;

	act_as(r, "ann@example.com");
	r->ctx.before_commit = (struct tx_hook){ keep_context, &seen };
	for (size_t i = 0; i < COUNT_OF(pushes); i++) {
		item = (struct inbox_item){0};
		assert_int_equal(inbox_produce(&r->ctx, &pushes[i], &item), OK);
		assert_str(item.title, i == 2 ? "news" : "new");
	}
	r->ctx.before_commit = (struct tx_hook){0};
}

static void the_same_reference_of_two_users_is_two_items(void **state)
{
	struct rig *r = *state;
	struct inbox_push mine = a_repeated_push("mine", 100), theirs = a_repeated_push("theirs", 200);
	struct inbox_item item, other;

	act_as(r, "ann@example.com");
	item = produce(r, &mine);
	act_as(r, "bob@example.com");
	other = produce(r, &theirs);
	assert_false(str_eq(item.id, other.id));
	assert_fails(&r->ctx, inbox_get(&r->ctx, item.id, &other), ERR_NOT_FOUND, "no inbox item \"");
	assert_fails(&r->ctx, move(r, &item, INBOX_DELETE, NULL), ERR_CONFLICT, "item not found");
	act_as(r, "ann@example.com");
	assert_int_equal(inbox_get(&r->ctx, item.id, &item), OK);
	assert_str(item.title, "mine");
}

/* -- moving -------------------------------------------------------------------------------------- */

static enum err bring_to(struct rig *r, const struct inbox_item *item, enum inbox_status status)
{
	static const enum inbox_move WAYS[] = {
		[INBOX_CLAIMED] = INBOX_CLAIM, [INBOX_AWAITING_HUMAN] = INBOX_PROPOSE,
		[INBOX_DONE] = INBOX_COMPLETE, [INBOX_DISMISSED] = INBOX_DISMISS,
	};

	return status == INBOX_OPEN ? OK : move(r, item, WAYS[status], NULL);
}

static void each_move_is_possible_from_its_states_alone(void **state)
{
	static const char *const POSSIBLE[] = {
		[INBOX_CLAIM] = "y....", [INBOX_PROPOSE] = "yy...", [INBOX_COMPLETE] = "yyy..", [INBOX_DISMISS] = "yyy..",
		[INBOX_SNOOZE] = "yyy..", [INBOX_UNSNOOZE] = "yyy..", [INBOX_DELETE] = "yyyyy",
	};
	struct rig *r = *state;
	struct inbox_push push = a_push("t");

	act_as(r, "ann@example.com");
	for (enum inbox_move m = INBOX_CLAIM; m <= INBOX_DELETE; m++) {
		for (enum inbox_status from = INBOX_OPEN; from <= INBOX_DISMISSED; from++) {
			struct inbox_item item = produce(r, &push);
			bool possible = POSSIBLE[m][from] == 'y';

			assert_int_equal(bring_to(r, &item, from), OK);
			assert_int_equal(move(r, &item, m, NULL), possible ? OK : ERR_CONFLICT);
		}
	}
}

static void a_claim_is_the_users_or_the_agents_whose_run_it_is(void **state)
{
	struct rig *r = *state;
	struct inbox_push push = a_push("t");
	struct inbox_item item;

	act_as(r, "ann@example.com");
	item = produce(r, &push);
	assert_int_equal(move(r, &item, INBOX_CLAIM, &item), OK);
	assert_str(item.assignee_kind, "human");
	assert_true(str_eq(item.assignee_id, r->ctx.actor.user_id));
	item = produce(r, &push);
	r->ctx.actor.run_agent = S("greeter");
	assert_int_equal(move(r, &item, INBOX_CLAIM, &item), OK);
	assert_str(item.assignee_kind, "agent");
	assert_str(item.assignee_id, "greeter");
}

static void what_resolves_is_stamped_and_recorded(void **state)
{
	struct rig *r = *state;
	struct inbox_push push = a_push("t");
	struct inbox_item item;

	act_as(r, "ann@example.com");
	push.context = parsed(r, "{\"see\":\"https://a.example\"}");
	item = produce(r, &push);
	assert_int_equal(move(r, &item, INBOX_CLAIM, &item), OK);
	assert_str(json_shown(r, item.context), "{\"see\": \"https://a.example\"}");
	assert_str(json_shown(r, item.links), "[{\"url\": \"https://a.example\"}]");
	assert_int_equal(move(r, &item, INBOX_PROPOSE, &item), OK);
	assert_str(json_shown(r, item.proposed_action), "{\"text\": \"do it\"}");
	assert_int_equal(move(r, &item, INBOX_COMPLETE, &item), OK);
	assert_str(json_shown(r, item.proposed_action), "{\"text\": \"do it\"}");
	assert_str(json_shown(r, item.context), "{\"see\": \"https://a.example\"}");
	assert_str(item.status, "done");
	assert_true(item.resolved_at == item.updated_at && item.resolved_at > item.created_at);
	assert_str(json_shown(r, item.final_action), "{\"text\": \"do it\"}");
	item = produce(r, &push);
	assert_int_equal(move(r, &item, INBOX_DISMISS, NULL), OK);
	assert_int_equal(move(r, &item, INBOX_DELETE, NULL), OK);
	assert_int_equal(inbox_get(&r->ctx, item.id, &item), ERR_NOT_FOUND);
	assert_str(recorded(r), "inbox.produced:human_action inbox.completed:hitl_response inbox.produced:human_action "
				"inbox.dismissed:human_action inbox.deleted:human_action");
}

static void a_snooze_ends_between_an_hour_and_ninety_days_from_now(void **state)
{
	struct rig *r = *state;
	struct inbox_push push = a_push("t");
	struct inbox_item item;
	struct inbox_change change = { .move = INBOX_SNOOZE, .until = now_us() + US_PER_HOUR / 2 };

	act_as(r, "ann@example.com");
	item = produce(r, &push);
	assert_fails(&r->ctx, inbox_move(&r->ctx, item.id, &change, &item), ERR_INVALID, "1 hour to 90 days");
	change.until = now_us() + 91 * US_PER_DAY;
	assert_fails(&r->ctx, inbox_move(&r->ctx, item.id, &change, &item), ERR_INVALID, "1 hour to 90 days");
	change.until = INT64_MIN;
	assert_fails(&r->ctx, inbox_move(&r->ctx, item.id, &change, &item), ERR_INVALID, "1 hour to 90 days");
	change.until = now_us() + 89 * US_PER_DAY;
	assert_int_equal(inbox_move(&r->ctx, item.id, &change, &item), OK);
	assert_true(item.snoozed_until == change.until);
	assert_str(item.status, "open");
	assert_int_equal(move(r, &item, INBOX_UNSNOOZE, &item), OK);
	assert_true(item.snoozed_until == 0);
}

/* -- the list ------------------------------------------------------------------------------------ */

static size_t count(struct rig *r, struct inbox_filter filter)
{
	struct list items;

	if (filter.limit == 0)
		filter.limit = INBOX_LIST_MAX;
	assert_int_equal(inbox_list(&r->ctx, &filter, &items), OK);
	return items.n;
}

static void a_search_knows_wildcards_and_no_case(void **state)
{
	struct rig *r = *state;
	struct inbox_push push = a_push("Reply to Zo\xc3\xab");
	struct inbox_filter overlong = { .limit = 1 };
	struct list items;

	act_as(r, "ann@example.com");
	push.context = parsed(r, "{\"needle_42\":[1,\"x\"]}");
	produce(r, &push);
	push = a_push("100%");
	produce(r, &push);
	assert_int_equal(count(r, (struct inbox_filter){ .text = S("ZO\xc3\x8b") }), 1);
	assert_int_equal(count(r, (struct inbox_filter){ .text = S("y_to") }), 1);
	assert_int_equal(count(r, (struct inbox_filter){ .text = S("re%zo") }), 1);
	assert_int_equal(count(r, (struct inbox_filter){ .text = S("\\%") }), 1);
	/* The last of these escapes the wildcard that follows any search text. */
	assert_int_equal(count(r, (struct inbox_filter){ .text = S("\\") }), 1);
	assert_int_equal(count(r, (struct inbox_filter){ .text = S("NEEDLE\\_42\": [1, ") }), 1);
	assert_int_equal(count(r, (struct inbox_filter){ .text = S("[1,\"") }), 0);
	assert_int_equal(count(r, (struct inbox_filter){ .text = S("_") }), 2);
	assert_int_equal(count(r, (struct inbox_filter){ .text = S("zoe") }), 0);
	overlong.text = arena_printf(&r->mem, "%*s", INBOX_TEXT_MAX + 1, "x");
	assert_fails(&r->ctx, inbox_list(&r->ctx, &overlong, &items), ERR_INVALID, "at most 200 bytes");
}

static void a_list_ends_before_it_grows_out_of_hand(void **state)
{
	struct rig *r = *state;
	struct inbox_push push = a_push("t");
	size_t n = (size_t)5 << 20;
	char *big = memset(arena_alloc(&r->mem, n), 'x', n);

	act_as(r, "ann@example.com");
	push.title = (struct str){ big, n };
	for (int i = 0; i < 5; i++)
		produce(r, &push);
	assert_int_equal(count(r, (struct inbox_filter){ .limit = 100 }), 4);
	assert_int_equal(count(r, (struct inbox_filter){ .limit = 2 }), 2);
}

static void the_order_is_that_of_the_column_then_the_newest_first(void **state)
{
	static const char *const TITLES[] = { "b", "a", "B", "a" };
	struct rig *r = *state;
	struct inbox_filter filter = { .sort = INBOX_BY_TITLE, .ascending = true, .limit = 10 };
	struct inbox_item items[COUNT_OF(TITLES)];
	struct list list;

	act_as(r, "ann@example.com");
	for (size_t i = 0; i < COUNT_OF(TITLES); i++) {
		struct inbox_push push = a_push(TITLES[i]);

		items[i] = produce(r, &push);
	}
	assert_int_equal(inbox_list(&r->ctx, &filter, &list), OK);
	assert_int_equal(list.n, COUNT_OF(TITLES));
	for (size_t i = 0; i < list.n; i++) {
		static const size_t EXPECTED[] = { 2, 3, 1, 0 };

		assert_true(str_eq(LIST_AT(list, struct inbox_item, i)->id, items[EXPECTED[i]].id));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		ON_A_STORE(an_item_is_its_producers_unless_a_run_made_it),
		ON_A_STORE(what_waits_for_an_answer_begins_so),
		ON_A_STORE(links_are_named_ones_first_then_those_of_the_texts),
		ON_A_STORE(what_cannot_be_kept_is_refused),
		ON_A_STORE(a_push_without_news_changes_the_url_alone),
		ON_A_STORE(news_make_it_the_users_business_again),
		ON_A_STORE(an_item_is_whole_when_something_is_kept_with_it),
		ON_A_STORE(the_same_reference_of_two_users_is_two_items),
		ON_A_STORE(each_move_is_possible_from_its_states_alone),
		ON_A_STORE(a_claim_is_the_users_or_the_agents_whose_run_it_is),
		ON_A_STORE(what_resolves_is_stamped_and_recorded),
		ON_A_STORE(a_snooze_ends_between_an_hour_and_ninety_days_from_now),
		ON_A_STORE(a_search_knows_wildcards_and_no_case),
		ON_A_STORE(a_list_ends_before_it_grows_out_of_hand),
		ON_A_STORE(the_order_is_that_of_the_column_then_the_newest_first),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
