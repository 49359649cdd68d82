/* test/domain/stored_secret_test.c: secrets under slugs: sealed, replaced, deleted, and never in plain. */
#include "connected.h"
#include "sealed.h"

#include "domain/stored_secret.h"

static const struct str NONE = { NULL, 0 };

static struct stored_secret only(struct rig *r)
{
	struct list secrets;

	db_snapshot_end(&r->ctx);
	assert_int_equal(stored_secret_list(&r->ctx, &secrets), OK);
	assert_int_equal(secrets.n, 1);
	return *LIST_AT(secrets, struct stored_secret, 0);
}

static struct str opened(struct rig *r, const struct stored_secret *s)
{
	struct str plain;

	assert_int_equal(secret_open(&r->ctx, &(struct secret_row){ s->workspace_id, "stored_secret", s->slug }, s->sealed, &plain),
			 OK);
	return plain;
}

static void a_secret_is_stored_sealed_and_replaced(void **state)
{
	struct rig *r = *state;
	struct stored_secret s;

	assert_int_equal(stored_secret_set(&r->ctx, S("Weather"), S("forecasts"), S("sesame-1")), OK);
	s = only(r);
	assert_str(s.slug, "weather");
	assert_str(opened(r, &s), "sesame-1");
	assert_int_equal(stored_secret_set(&r->ctx, S("weather"), NONE, S("sesame-2")), OK);
	s = only(r);
	assert_str(s.description, "forecasts");
	assert_str(opened(r, &s), "sesame-2");
	assert_false(rig_store_contains(r, S("sesame")));
}

static void an_imported_one_gets_its_value(void **state)
{
	struct rig *r = *state;
	struct stored_secret s;

	put_secret(r, "weather");
	assert_null(only(r).sealed.p);
	assert_int_equal(stored_secret_set(&r->ctx, S("weather"), NONE, S("v")), OK);
	s = only(r);
	assert_str(opened(r, &s), "v");
}

static void what_is_no_slug_or_no_value_is_refused(void **state)
{
	static const char *const BAD[] = { "", "a", "-ab", "_ab", "a b", "a.b", "\u00E4b",
		"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa" };
	struct rig *r = *state;

	for (size_t i = 0; i < COUNT_OF(BAD); i++)
		assert_fails(&r->ctx, stored_secret_set(&r->ctx, str_of(BAD[i]), NONE, S("v")), ERR_INVALID, "a slug has");
	assert_fails(&r->ctx, stored_secret_set(&r->ctx, S("ab"), NONE, S("")), ERR_INVALID, "1 to 65536 bytes");
	assert_int_equal(stored_secret_set(&r->ctx, S("0-_"), NONE, S("v")), OK);
}

static void a_secret_is_deleted_in_its_workspace_alone(void **state)
{
	struct rig *r = *state;

	assert_int_equal(stored_secret_set(&r->ctx, S("weather"), NONE, S("v")), OK);
	enter_workspace(r, S("elsewhere"));
	assert_fails(&r->ctx, stored_secret_delete(&r->ctx, S("weather")), ERR_NOT_FOUND, "no secret 'weather'");
	enter_workspace(r, S("demo"));
	assert_int_equal(stored_secret_delete(&r->ctx, S("WEATHER")), OK);
	assert_fails(&r->ctx, stored_secret_delete(&r->ctx, S("weather")), ERR_NOT_FOUND, "no secret 'weather'");
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		IN_WORKSPACE_WITH_KEY(a_secret_is_stored_sealed_and_replaced),
		IN_WORKSPACE_WITH_KEY(an_imported_one_gets_its_value),
		IN_WORKSPACE_WITH_KEY(what_is_no_slug_or_no_value_is_refused),
		IN_WORKSPACE_WITH_KEY(a_secret_is_deleted_in_its_workspace_alone),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
