/* test/domain/key_test.c: minting API keys, and judging those that are presented. */
#include "rig.h"

#include "base/clock.h"
#include "base/id.h"
#include "domain/key.h"

static const struct str NONE = { NULL, 0 };

static struct str admin_id(struct rig *r)
{
	struct member m;

	assert_int_equal(member_by_email(&r->ctx, &r->demo, S(ADMIN), &m), OK);
	return m.user.id;
}

static struct key_request a_request(struct rig *r, enum key_kind kind)
{
	return (struct key_request){ .workspace_id = r->demo.id, .user_id = admin_id(r), .kind = kind,
				     .name = S("a key"), .expiry = kind == KEY_WORKSPACE ? S("90d") : NONE };
}

static struct str mint(struct rig *r, const struct key_request *request, struct api_key *key)
{
	struct str secret;

	assert_int_equal(key_create(&r->ctx, request, key, &secret), OK);
	return secret;
}

static enum err try_to_mint(struct rig *r, const struct key_request *request)
{
	struct api_key key;
	struct str secret;

	return key_create(&r->ctx, request, &key, &secret);
}

static enum key_verdict judge(struct rig *r, struct str token, struct actor *actor)
{
	struct actor unused;
	enum key_verdict verdict;

	assert_int_equal(key_authenticate(&r->ctx, token, &verdict, actor ? actor : &unused), OK);
	return verdict;
}

/* -- minting ------------------------------------------------------------------------------------- */

static void a_workspace_key_is_its_prefix_and_hex(void **state)
{
	struct rig *r = *state;
	struct key_request request = a_request(r, KEY_WORKSPACE);
	struct api_key key;
	struct str secret = mint(r, &request, &key);

	assert_int_equal(secret.n, 40);
	assert_true(str_starts(secret, S("sk_prod_")));
	assert_int_equal(strspn(secret.p + 8, "0123456789abcdef"), 32);
	assert_str(key.preview, arena_printf(&r->mem, "%.12s…%s", secret.p, secret.p + 36).p);
	assert_str(key.digest, sha256_hex(&r->mem, secret).p);
	assert_false(str_eq(secret, mint(r, &request, &key)));
}

static void a_personal_key_is_its_prefix_and_base64url(void **state)
{
	struct rig *r = *state;
	struct key_request request = a_request(r, KEY_PERSONAL);
	struct api_key key;
	struct str secret = mint(r, &request, &key);

	assert_int_equal(secret.n, 47);
	assert_true(str_starts(secret, S("tas_")));
	assert_int_equal(strspn(secret.p + 4, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"), 43);
	assert_str(key.digest, sha256_hex(&r->mem, secret).p);
	assert_int_equal(key.expires_at, 0);
}

/* `n` characters of two bytes each. */
static struct str a_name(struct rig *r, size_t n)
{
	struct buf out = { .mem = &r->mem };

	for (size_t i = 0; i < n; i++)
		buf_z(&out, "\xc3\xa4");
	return buf_view(&out);
}

/* Checklist T10, and the studio contract's 1.1. */
static void a_name_has_its_length_in_characters(void **state)
{
	static const struct {
		enum key_kind kind;
		size_t n;
		enum err verdict;
	} CASES[] = {
		{ KEY_WORKSPACE, 2, ERR_INVALID }, { KEY_WORKSPACE, 3, OK }, { KEY_WORKSPACE, 50, OK },
		{ KEY_WORKSPACE, 51, ERR_INVALID }, { KEY_PERSONAL, 0, ERR_INVALID }, { KEY_PERSONAL, 1, OK },
		{ KEY_PERSONAL, 64, OK }, { KEY_PERSONAL, 65, ERR_INVALID },
	};
	struct rig *r = *state;

	for (size_t i = 0; i < COUNT_OF(CASES); i++) {
		struct key_request request = a_request(r, CASES[i].kind);

		request.name = a_name(r, CASES[i].n);
		assert_int_equal(try_to_mint(r, &request), CASES[i].verdict);
	}
}

static void a_description_has_at_most_255_characters(void **state)
{
	struct rig *r = *state;
	struct key_request request = a_request(r, KEY_WORKSPACE);

	request.description = a_name(r, 255);
	assert_int_equal(try_to_mint(r, &request), OK);
	request.description = a_name(r, 256);
	assert_int_equal(try_to_mint(r, &request), ERR_INVALID);
}

/* Checklist T11. */
static void only_the_listed_expiries_are_taken(void **state)
{
	static const char *const BAD[] = { "30d", "15", "1Y", "", "never", "15d " };
	struct rig *r = *state;
	struct key_request request = a_request(r, KEY_WORKSPACE);

	for (size_t i = 0; i < COUNT_OF(BAD); i++) {
		request.expiry = str_of(BAD[i]);
		assert_fails(&r->ctx, try_to_mint(r, &request), ERR_INVALID, "15d, 25d, 45d, 90d, 6m or 1y");
	}
	request.expiry = NONE;
	assert_int_equal(try_to_mint(r, &request), ERR_INVALID);
	request = a_request(r, KEY_PERSONAL);
	request.expiry = S("90d");
	assert_fails(&r->ctx, try_to_mint(r, &request), ERR_INVALID, "do not expire");
}

static void an_expiry_is_days_or_calendar_months_from_now(void **state)
{
	static const struct {
		const char *expiry;
		int days, months;
	} CASES[] = {
		{ "15d", 15, 0 }, { "25d", 25, 0 }, { "45d", 45, 0 }, { "90d", 90, 0 }, { "6m", 0, 6 }, { "1y", 0, 12 },
	};
	struct rig *r = *state;
	struct key_request request = a_request(r, KEY_WORKSPACE);
	struct api_key key;

	for (size_t i = 0; i < COUNT_OF(CASES); i++) {
		request.expiry = str_of(CASES[i].expiry);
		mint(r, &request, &key);
		assert_int_equal(key.expires_at,
				 time_add_months(key.created_at, CASES[i].months) + CASES[i].days * US_PER_DAY);
	}
}

/* Checklist T12. */
static void the_store_holds_no_key(void **state)
{
	static const enum key_kind KINDS[] = { KEY_WORKSPACE, KEY_PERSONAL };
	struct rig *r = *state;

	for (size_t i = 0; i < COUNT_OF(KINDS); i++) {
		struct key_request request = a_request(r, KINDS[i]);
		struct api_key key;
		struct str secret = mint(r, &request, &key);

		assert_true(rig_store_contains(r, key.digest));
		assert_false(rig_store_contains(r, secret));
		assert_false(rig_store_contains(r, str_from(secret, 12)));
	}
}

/* -- presenting ---------------------------------------------------------------------------------- */

static void a_good_key_tells_who_is_asking(void **state)
{
	static const enum key_kind KINDS[] = { KEY_WORKSPACE, KEY_PERSONAL };
	struct rig *r = *state;

	for (size_t i = 0; i < COUNT_OF(KINDS); i++) {
		struct key_request request = a_request(r, KINDS[i]);
		struct api_key key;
		struct str secret = mint(r, &request, &key);
		struct actor actor;

		assert_int_equal(judge(r, secret, &actor), KEY_GOOD);
		assert_str(actor.workspace_id, r->demo.id.p);
		assert_str(actor.user_id, admin_id(r).p);
		assert_str(actor.key_id, key.id.p);
		assert_int_equal(actor.role, ROLE_ADMIN);
	}
}

static void what_is_no_key_is_unknown(void **state)
{
	struct rig *r = *state;
	struct key_request request = a_request(r, KEY_WORKSPACE);
	struct api_key key;
	struct str secret = mint(r, &request, &key);
	const struct str others[] = {
		NONE, S(""), S("sk_prod_"), S("tas_"), S("sk_prod_00000000000000000000000000000000"), key.digest,
		str_from(secret, 8), arena_printf(&r->mem, "%s ", secret.p), arena_printf(&r->mem, " %s", secret.p),
		arena_printf(&r->mem, "SK_PROD_%s", secret.p + 8), arena_printf(&r->mem, "tas_%s", secret.p + 8),
		{ secret.p, secret.n - 1 },
	};

	for (size_t i = 0; i < COUNT_OF(others); i++)
		assert_int_equal(judge(r, others[i], NULL), KEY_UNKNOWN);
}

struct change {
	struct rig *rig;
	const struct api_key *key;
	bool active;
};

static enum err set_active(struct ctx *ctx, struct db_tx *tx, void *arg)
{
	const struct change *c = arg;

	return keys_set_active(ctx, tx, c->rig->demo.id, c->key->id, c->active);
}

static enum err delete_key(struct ctx *ctx, struct db_tx *tx, void *arg)
{
	const struct change *c = arg;

	return keys_delete(ctx, tx, c->rig->demo.id, c->key->id);
}

static enum err insert_key(struct ctx *ctx, struct db_tx *tx, void *arg)
{
	return keys_insert(ctx, tx, arg);
}

static void a_key_that_is_switched_off_is_unknown_until_it_is_on_again(void **state)
{
	struct rig *r = *state;
	struct key_request request = a_request(r, KEY_WORKSPACE);
	struct api_key key;
	struct str secret = mint(r, &request, &key);

	assert_int_equal(db_write(&r->ctx, set_active, &(struct change){ r, &key, false }), OK);
	assert_int_equal(judge(r, secret, NULL), KEY_UNKNOWN);
	assert_int_equal(db_write(&r->ctx, set_active, &(struct change){ r, &key, true }), OK);
	assert_int_equal(judge(r, secret, NULL), KEY_GOOD);
	assert_int_equal(db_write(&r->ctx, delete_key, &(struct change){ r, &key, false }), OK);
	assert_int_equal(judge(r, secret, NULL), KEY_UNKNOWN);
}

static void an_expired_key_is_unknown(void **state)
{
	static const struct {
		int64_t expires_in_us;
		enum key_verdict verdict;
	} CASES[] = { { -1, KEY_UNKNOWN }, { US_PER_DAY, KEY_GOOD } };
	struct rig *r = *state;
	struct key_request request = a_request(r, KEY_WORKSPACE);
	struct api_key key;

	mint(r, &request, &key);
	for (size_t i = 0; i < COUNT_OF(CASES); i++) {
		struct str token = arena_printf(&r->mem, "sk_prod_%032zx", i);
		struct api_key copy = key;

		copy.id = uuid_new(&r->mem);
		copy.digest = sha256_hex(&r->mem, token);
		copy.expires_at = now_us() + CASES[i].expires_in_us;
		assert_int_equal(db_write(&r->ctx, insert_key, &copy), OK);
		assert_int_equal(judge(r, token, NULL), CASES[i].verdict);
	}
}

static void the_role_is_that_of_the_moment(void **state)
{
	struct rig *r = *state;
	struct key_request request = a_request(r, KEY_PERSONAL);
	struct user user = rig_member(r, "v@example.com", "viewer");
	struct actor actor;
	struct api_key key;
	struct str secret;

	request.user_id = user.id;
	secret = mint(r, &request, &key);
	assert_int_equal(judge(r, secret, &actor), KEY_GOOD);
	assert_int_equal(actor.role, ROLE_VIEWER);
	assert_int_equal(member_set_role(&r->ctx, &r->demo, user.email, S("operator")), OK);
	assert_int_equal(judge(r, secret, &actor), KEY_GOOD);
	assert_int_equal(actor.role, ROLE_OPERATOR);
	assert_int_equal(member_remove(&r->ctx, &r->demo, user.email), OK);
	assert_int_equal(judge(r, secret, &actor), KEY_NOT_A_MEMBER);
}

static int64_t last_used(struct rig *r, struct str secret)
{
	struct actor actor;

	assert_int_equal(judge(r, secret, &actor), KEY_GOOD);
	return actor.key_last_used_us;
}

static void use_is_noted_once_a_minute(void **state)
{
	struct rig *r = *state;
	struct key_request request = a_request(r, KEY_WORKSPACE);
	struct api_key key;
	struct str secret = mint(r, &request, &key);
	int64_t before = now_us(), first;
	struct actor actor;

	assert_int_equal(last_used(r, secret), 0);
	judge(r, secret, &actor);
	key_used(&r->ctx, &actor);
	first = last_used(r, secret);
	assert_true(first >= before);

	/* As if it had been half a minute ago, then more than one. */
	judge(r, secret, &actor);
	actor.key_last_used_us = now_us() - 30 * US_PER_SECOND;
	key_used(&r->ctx, &actor);
	assert_int_equal(last_used(r, secret), first);
	actor.key_last_used_us = now_us() - 61 * US_PER_SECOND;
	key_used(&r->ctx, &actor);
	assert_true(last_used(r, secret) > first);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		ON_A_STORE(a_workspace_key_is_its_prefix_and_hex),
		ON_A_STORE(a_personal_key_is_its_prefix_and_base64url),
		ON_A_STORE(a_name_has_its_length_in_characters),
		ON_A_STORE(a_description_has_at_most_255_characters),
		ON_A_STORE(only_the_listed_expiries_are_taken),
		ON_A_STORE(an_expiry_is_days_or_calendar_months_from_now),
		ON_A_STORE(the_store_holds_no_key),
		ON_A_STORE(a_good_key_tells_who_is_asking),
		ON_A_STORE(what_is_no_key_is_unknown),
		ON_A_STORE(a_key_that_is_switched_off_is_unknown_until_it_is_on_again),
		ON_A_STORE(an_expired_key_is_unknown),
		ON_A_STORE(the_role_is_that_of_the_moment),
		ON_A_STORE(use_is_noted_once_a_minute),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
