/* test/domain/repo_hook_test.c: who can prove that a push is the Git host's. */
#include "sealed.h"
#include "sources.h"

#include "base/id.h"
#include "domain/repo_hook.h"

static struct str secret;

static int set_up(void **state)
{
	struct rig *r;

	sealed_set_up(state);
	r = *state;
	use_sources(r, NULL, true);
	put_file(r, "work/a", "one");
	commit_work(r);
	connect_work(r);
	assert_int_equal(repo_hook_make(&r->ctx, &secret), OK);
	return 0;
}

#define WITH_A_HOOK(test) cmocka_unit_test_setup_teardown(test, set_up, sealed_tear_down)

static struct str sign(struct rig *r, struct str key, struct str body)
{
	unsigned char mac[HMAC_SHA256_BYTES];

	hmac_sha256(mac, key, body);
	return arena_printf(&r->mem, "sha256=%.*s", STR(hex_text(&r->mem, mac, sizeof(mac))));
}

static enum err verify(struct rig *r, struct repo_push push)
{
	struct str id = { NULL, 0 };
	enum err e = repo_hook_verify(&r->ctx, &push, &id);

	db_snapshot_end(&r->ctx);
	if (e == OK)
		assert_true(str_eq(id, r->ctx.actor.workspace_id));
	else
		assert_string_equal(r->ctx.why, "this push is not signed with the secret of the workspace's repository");
	return e;
}

static void a_signature_of_the_body_proves_it(void **state)
{
	struct rig *r = *state;
	struct str body = S("{\"ref\": \"refs/heads/main\"}");

	assert_int_equal(verify(r, (struct repo_push){ S("demo"), body, sign(r, secret, body), { NULL, 0 } }), OK);
	assert_int_equal(verify(r, (struct repo_push){ S("demo"), S("{}"), sign(r, secret, body), { NULL, 0 } }),
			 ERR_UNAUTHENTICATED);
	assert_int_equal(verify(r, (struct repo_push){ S("demo"), body, sign(r, S("x"), body), { NULL, 0 } }), ERR_UNAUTHENTICATED);
	assert_int_equal(verify(r, (struct repo_push){ S("demo"), body, S(""), { NULL, 0 } }), ERR_UNAUTHENTICATED);
}

static void the_secret_itself_proves_it_and_nothing_proves_nothing(void **state)
{
	struct rig *r = *state;
	struct str none = { NULL, 0 };

	assert_int_equal(verify(r, (struct repo_push){ S("demo"), S(""), none, secret }), OK);
	assert_int_equal(verify(r, (struct repo_push){ S("demo"), S(""), none, S("guess") }), ERR_UNAUTHENTICATED);
	assert_int_equal(verify(r, (struct repo_push){ S("demo"), S(""), none, none }), ERR_UNAUTHENTICATED);
	assert_int_equal(verify(r, (struct repo_push){ S("demo"), S(""), S("sha256="), secret }), ERR_UNAUTHENTICATED);
	assert_int_equal(verify(r, (struct repo_push){ S("other"), S(""), none, secret }), ERR_UNAUTHENTICATED);
	assert_int_equal(verify(r, (struct repo_push){ S(""), S(""), none, secret }), ERR_UNAUTHENTICATED);
}

static void a_new_secret_takes_the_place_of_the_old_and_connecting_anew_keeps_it(void **state)
{
	struct rig *r = *state;
	struct str none = { NULL, 0 }, old = secret;

	assert_int_equal(repo_hook_make(&r->ctx, &secret), OK);
	assert_int_equal(verify(r, (struct repo_push){ S("demo"), S(""), none, old }), ERR_UNAUTHENTICATED);
	connect_work(r);
	assert_int_equal(verify(r, (struct repo_push){ S("demo"), S(""), none, secret }), OK);
	assert_int_equal(repo_hook_remove(&r->ctx), OK);
	assert_int_equal(verify(r, (struct repo_push){ S("demo"), S(""), none, secret }), ERR_UNAUTHENTICATED);
}

static void without_a_repository_there_is_no_hook(void **state)
{
	struct rig *r = *state;
	struct str none = { NULL, 0 }, text;

	assert_int_equal(repository_disconnect(&r->ctx), OK);
	assert_int_equal(repo_hook_make(&r->ctx, &text), ERR_NOT_FOUND);
	assert_int_equal(verify(r, (struct repo_push){ S("demo"), S(""), none, secret }), ERR_UNAUTHENTICATED);
}

/* RFC 4231, test case 2. */
static void the_digest_is_the_standard_s(void **state)
{
	struct rig *r = *state;

	assert_str(sign(r, S("Jefe"), S("what do ya want for nothing?")),
		   "sha256=5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		WITH_A_HOOK(a_signature_of_the_body_proves_it),
		WITH_A_HOOK(the_secret_itself_proves_it_and_nothing_proves_nothing),
		WITH_A_HOOK(a_new_secret_takes_the_place_of_the_old_and_connecting_anew_keeps_it),
		WITH_A_HOOK(without_a_repository_there_is_no_hook),
		WITH_A_HOOK(the_digest_is_the_standard_s),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
