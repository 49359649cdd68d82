/* test/domain/provider_test.c: settings and environment, and the models that follow from them. */
#include "rig.h"

#include "domain/provider.h"
#include "domain/secret.h"
#include "store/providers.h"

static const struct str NONE = { NULL, 0 };

static void forget_environment(void)
{
	unsetenv("AGENTD_SECRET_KEY");
	for (size_t i = 0; i < n_providers; i++) {
		if (providers[i].key_env)
			unsetenv(providers[i].key_env);
		if (providers[i].url_env)
			unsetenv(providers[i].url_env);
	}
}

static int set_up(void **state)
{
	struct rig *r;

	forget_environment();
	rig_set_up(state);
	r = *state;
	assert_int_equal(secret_load(&r->ctx, rig_path(r, "secret.key")), OK);
	return 0;
}

static int tear_down(void **state)
{
	forget_environment();
	secret_unload();
	return rig_tear_down(state);
}

/* -- helpers ------------------------------------------------------------------------------------- */

static void set(struct rig *r, const struct provider_setting *setting)
{
	assert_int_equal(provider_set(&r->ctx, r->demo.id, setting), OK);
}

/* "OPENAI a, OPENAI b": what is offered, in order. */
static struct str offered_in(struct rig *r, struct str workspace_id)
{
	struct buf out = { .mem = &r->mem };
	struct list models;

	assert_int_equal(provider_models(&r->ctx, workspace_id, &models), OK);
	for (size_t i = 0; i < models.n; i++) {
		const struct model_info *m = LIST_AT(models, struct model_info, i);

		assert_true(m->provider_connected);
		buf_printf(&out, "%s%.*s %.*s", i ? ", " : "", STR(m->provider), STR(m->id));
	}
	return buf_view(&out);
}

static struct str offered(struct rig *r)
{
	return offered_in(r, r->demo.id);
}

static struct model_info model(struct rig *r, const char *id)
{
	struct list models;

	assert_int_equal(provider_models(&r->ctx, r->demo.id, &models), OK);
	for (size_t i = 0; i < models.n; i++)
		if (str_is(LIST_AT(models, struct model_info, i)->id, id))
			return *LIST_AT(models, struct model_info, i);
	print_error("%s is not offered\n", id);
	assert_true(false);
	return (struct model_info){ 0 };
}

static struct provider_connection connection(struct rig *r, const char *provider)
{
	struct provider_connection c;

	assert_int_equal(provider_connection(&r->ctx, r->demo.id, str_of(provider), &c), OK);
	return c;
}

static bool connected(struct rig *r, const char *provider)
{
	struct provider_connection c;

	return provider_connection(&r->ctx, r->demo.id, str_of(provider), &c) == OK;
}

#define MODELS(...) \
	{ (struct model_setting[]){ __VA_ARGS__ }, COUNT_OF(((struct model_setting[]){ __VA_ARGS__ })) }
#define MODEL(id_) { .id = S(id_) }

/* -- what is connected --------------------------------------------------------------------------- */

static void at_first_there_is_the_built_in_model(void **state)
{
	struct rig *r = *state;

	assert_str(offered(r), "CUSTOM builtin/extractive");
	assert_true(model(r, BUILTIN_MODEL).description.n > 0);
}

static void a_variable_connects_its_provider(void **state)
{
	struct rig *r = *state;

	setenv("DEEPSEEK_API_KEY", "sk-x", 1);
	assert_str(offered(r), "DEEPSEEK deepseek/deepseek-chat, DEEPSEEK deepseek/deepseek-reasoner, "
			       "CUSTOM builtin/extractive");
	assert_true(model(r, "deepseek/deepseek-reasoner").has_reasoning);
	setenv("DEEPSEEK_API_KEY", "", 1);
	assert_str(offered(r), "CUSTOM builtin/extractive");
}

static void a_url_connects_only_who_needs_no_key(void **state)
{
	struct rig *r = *state;

	setenv("OPENAI_BASE_URL", "http://127.0.0.1:1/v1", 1);
	assert_false(connected(r, "OPENAI"));
	setenv("OLLAMA_HOST", "127.0.0.1", 1);
	assert_true(connected(r, "OLLAMA"));
}

static void models_stand_by_provider_in_the_enums_order_and_by_id(void **state)
{
	struct rig *r = *state;

	set(r, &(struct provider_setting){ .provider = S("CUSTOM"), .base_url = S("http://127.0.0.1:1"),
					   .models = MODELS(MODEL("zz"), MODEL("aa")) });
	set(r, &(struct provider_setting){ .provider = S("OLLAMA"),
					   .models = MODELS(MODEL("b"), MODEL("a"), MODEL("B")) });
	set(r, &(struct provider_setting){ .provider = S("GROQ"), .models = MODELS(MODEL("a")) });
	assert_str(offered(r), "GROQ a, OLLAMA B, OLLAMA a, OLLAMA b, CUSTOM aa, CUSTOM builtin/extractive, CUSTOM zz");
}

static void a_list_that_was_set_replaces_the_built_in_one(void **state)
{
	struct rig *r = *state;

	set(r, &(struct provider_setting){ .provider = S("DEEPSEEK") });
	assert_str(offered(r), "DEEPSEEK deepseek/deepseek-chat, DEEPSEEK deepseek/deepseek-reasoner, "
			       "CUSTOM builtin/extractive");
	set(r, &(struct provider_setting){ .provider = S("DEEPSEEK"), .models = MODELS(MODEL("x"), MODEL("y")) });
	set(r, &(struct provider_setting){ .provider = S("DEEPSEEK"), .models = MODELS(MODEL("y")) });
	assert_str(offered(r), "DEEPSEEK y, CUSTOM builtin/extractive");
}

static void what_is_known_of_a_model_completes_its_setting(void **state)
{
	struct rig *r = *state;

	set(r, &(struct provider_setting){
		.provider = S("OPENAI"),
		.models = MODELS(MODEL("openai/o3"), { .id = S("openai/gpt-5"), .name = S("Ours") }, MODEL("new"),
				 { .id = S("thinker"), .has_reasoning = true }) });
	assert_str(model(r, "openai/o3").name, "o3");
	assert_true(model(r, "openai/o3").has_reasoning);
	assert_str(model(r, "openai/gpt-5").name, "Ours");
	assert_str(model(r, "new").name, "new");
	assert_false(model(r, "new").has_reasoning);
	assert_true(model(r, "thinker").has_reasoning);
	assert_str(model(r, "new").description, "");
	assert_non_null(model(r, "new").description.p);
}

static void a_pair_is_there_when_it_is_listed(void **state)
{
	static const struct {
		const char *provider, *model;
		bool there;
	} CASES[] = {
		{ "CUSTOM", "builtin/extractive", true }, { "OPENAI", "builtin/extractive", false },
		{ "OLLAMA", "a", true }, { "OLLAMA", "A", false }, { "GROQ", "a", false }, { "OLLAMA", "", false },
		{ "", "", false }, { "openai", "a", false },
	};
	struct rig *r = *state;
	bool there;

	set(r, &(struct provider_setting){ .provider = S("OLLAMA"), .models = MODELS(MODEL("a")) });
	for (size_t i = 0; i < COUNT_OF(CASES); i++) {
		assert_int_equal(provider_has_model(&r->ctx, r->demo.id, str_of(CASES[i].provider),
						    str_of(CASES[i].model), &there), OK);
		assert_int_equal(there, CASES[i].there);
	}
}

static void settings_are_the_workspaces_own(void **state)
{
	struct rig *r = *state;
	struct workspace other;

	assert_int_equal(workspace_found(&r->ctx, S("other"), NONE, S(ADMIN), &other), OK);
	set(r, &(struct provider_setting){ .provider = S("OLLAMA"), .models = MODELS(MODEL("a")) });
	assert_str(offered_in(r, other.id), "CUSTOM builtin/extractive");
	assert_int_equal(provider_remove(&r->ctx, other.id, S("OLLAMA")), ERR_NOT_FOUND);
	assert_str(offered(r), "OLLAMA a, CUSTOM builtin/extractive");
}

/* Checklist T35. */
static void a_provider_that_is_removed_takes_its_models_along(void **state)
{
	struct rig *r = *state;

	set(r, &(struct provider_setting){ .provider = S("OLLAMA"), .key = S("k"), .models = MODELS(MODEL("a")) });
	assert_int_equal(provider_remove(&r->ctx, r->demo.id, S("OLLAMA")), OK);
	assert_str(offered(r), "CUSTOM builtin/extractive");
	assert_fails(&r->ctx, provider_remove(&r->ctx, r->demo.id, S("OLLAMA")), ERR_NOT_FOUND, "OLLAMA");
	set(r, &(struct provider_setting){ .provider = S("OLLAMA") });
	assert_str(offered(r), "CUSTOM builtin/extractive");
	assert_null(connection(r, "OLLAMA").key.p);
}

static void a_model_is_written_as_the_contract_names_it(void **state)
{
	struct rig *r = *state;
	struct model_info m = { S("vendor/x"), S("X"), S("GROQ"), true, false, S("") };

	assert_str(schema_text(&r->mem, &model_info_schema, &m, WRITE_REPLY),
		   "{\"id\":\"vendor/x\",\"name\":\"X\",\"provider\":\"GROQ\",\"providerConnected\":true,"
		   "\"hasReasoning\":false,\"description\":\"\"}");
}

/* -- connections --------------------------------------------------------------------------------- */

static void a_key_is_sealed_in_the_store_and_opened_for_use(void **state)
{
	struct rig *r = *state;

	set(r, &(struct provider_setting){ .provider = S("GROQ"), .key = S("gsk-open-sesame") });
	assert_str(connection(r, "GROQ").key, "gsk-open-sesame");
	assert_true(rig_store_contains(r, S("GROQ")));
	assert_false(rig_store_contains(r, S("sesame")));
}

static enum err put_in_other(struct ctx *ctx, struct db_tx *tx, void *arg)
{
	struct rig *r = arg;
	struct workspace other;
	struct provider_row row;

	TRY(workspaces_by_slug(ctx, S("other"), &other));
	TRY(providers_get(ctx, r->demo.id, S("GROQ"), &row));
	return providers_put(ctx, tx, other.id, &row);
}

static void a_key_copied_to_another_workspace_does_not_open(void **state)
{
	struct provider_connection c;
	struct rig *r = *state;
	struct workspace other;

	assert_int_equal(workspace_found(&r->ctx, S("other"), NONE, S(ADMIN), &other), OK);
	set(r, &(struct provider_setting){ .provider = S("GROQ"), .key = S("gsk-open-sesame") });
	assert_int_equal(db_write(&r->ctx, put_in_other, r), OK);
	assert_int_equal(provider_connection(&r->ctx, other.id, S("GROQ"), &c), ERR_INTERNAL);
}

static void what_is_not_given_stays_as_it_was(void **state)
{
	struct rig *r = *state;

	set(r, &(struct provider_setting){ .provider = S("GROQ"), .key = S("one"),
					   .base_url = S("http://127.0.0.1:1/v1/"), .models = MODELS(MODEL("a")) });
	set(r, &(struct provider_setting){ .provider = S("GROQ"), .key = S("two") });
	assert_str(connection(r, "GROQ").key, "two");
	assert_str(connection(r, "GROQ").base_url, "http://127.0.0.1:1/v1");
	set(r, &(struct provider_setting){ .provider = S("GROQ"), .base_url = S("http://127.0.0.1:2") });
	assert_str(connection(r, "GROQ").key, "two");
	assert_str(connection(r, "GROQ").base_url, "http://127.0.0.1:2");
	assert_str(offered(r), "GROQ a, CUSTOM builtin/extractive");
}

static void a_setting_counts_before_the_environment_field_by_field(void **state)
{
	struct rig *r = *state;

	setenv("OPENAI_API_KEY", "from-environment", 1);
	setenv("OPENAI_BASE_URL", "http://127.0.0.1:9/v1/", 1);
	assert_str(connection(r, "OPENAI").key, "from-environment");
	assert_str(connection(r, "OPENAI").base_url, "http://127.0.0.1:9/v1");
	set(r, &(struct provider_setting){ .provider = S("OPENAI"), .key = S("from-setting") });
	assert_str(connection(r, "OPENAI").key, "from-setting");
	assert_str(connection(r, "OPENAI").base_url, "http://127.0.0.1:9/v1");
	unsetenv("OPENAI_BASE_URL");
	assert_str(connection(r, "OPENAI").base_url, "https://api.openai.com/v1");
}

static void a_host_is_read_as_its_own_program_reads_it(void **state)
{
	static const struct {
		const char *host, *url;
	} CASES[] = {
		{ "localhost", "http://localhost:11434/v1" }, { "10.0.0.1:80", "http://10.0.0.1:80/v1" },
		{ "http://gpu:8000", "http://gpu:8000/v1" }, { "https://gpu", "https://gpu/v1" },
		{ "https://gpu/ollama/v1/", "https://gpu/ollama/v1" }, { "gpu/", "http://gpu:11434/v1" },
		{ "[::1]", "http://[::1]:11434/v1" }, { "[::1]:5", "http://[::1]:5/v1" },
	};
	struct rig *r = *state;

	for (size_t i = 0; i < COUNT_OF(CASES); i++) {
		setenv("OLLAMA_HOST", CASES[i].host, 1);
		assert_str(connection(r, "OLLAMA").base_url, CASES[i].url);
	}
	set(r, &(struct provider_setting){ .provider = S("OLLAMA"), .base_url = S("http://gpu:11434"), .models = MODELS(MODEL("a")) });
	assert_str(connection(r, "OLLAMA").base_url, "http://gpu:11434/v1");
}

static void who_is_not_connected_has_no_connection(void **state)
{
	struct provider_connection c;
	struct rig *r = *state;

	assert_fails(&r->ctx, provider_connection(&r->ctx, r->demo.id, S("GROQ"), &c), ERR_NOT_FOUND, "not connected");
	assert_fails(&r->ctx, provider_connection(&r->ctx, r->demo.id, S("groq"), &c), ERR_NOT_FOUND,
		     "no provider 'groq'");
	assert_null(connection(r, "CUSTOM").base_url.p);
}

static void the_list_tells_how_each_is_connected(void **state)
{
	struct rig *r = *state;
	struct provider_status *s;
	struct list list;

	setenv("ANTHROPIC_API_KEY", "x", 1);
	set(r, &(struct provider_setting){ .provider = S("OLLAMA"), .models = MODELS(MODEL("a"), MODEL("b")) });
	assert_int_equal(provider_list(&r->ctx, r->demo.id, &list), OK);
	assert_int_equal(list.n, 3);
	s = list.items;
	assert_str(s[0].provider, "ANTHROPIC");
	assert_str(s[0].connected_by, "environment");
	assert_true(s[0].has_key);
	assert_int_equal(s[0].updated_at, 0);
	assert_str(s[1].provider, "OLLAMA");
	assert_str(s[1].connected_by, "setting");
	assert_false(s[1].has_key);
	assert_int_equal(s[1].n_models, 2);
	assert_true(s[1].updated_at > 0);
	assert_str(s[2].provider, "CUSTOM");
	assert_str(s[2].connected_by, "always");
}

/* -- what is refused ----------------------------------------------------------------------------- */

static void a_setting_that_cannot_work_is_refused_and_not_stored(void **state)
{
	struct rig *r = *state;
	char longest[300];
	const struct {
		struct provider_setting setting;
		const char *why;
	} CASES[] = {
		{ { .provider = S("openai") }, "no provider 'openai'" },
		{ { .provider = S("GROQ"), .base_url = S("127.0.0.1:1") }, "URL" },
		{ { .provider = S("GROQ"), .base_url = S("file:///etc/passwd") }, "URL" },
		{ { .provider = S("GROQ"), .base_url = S("http://") }, "URL" },
		{ { .provider = S("GROQ"), .base_url = S("http://127.0.0.1:1/v1?x=1") }, "URL" },
		{ { .provider = S("GROQ"), .base_url = S("http://127.0.0.1:1/v1#x") }, "URL" },
		{ { .provider = S("GROQ"), .base_url = S("http://user:word@127.0.0.1:1/v1") }, "URL" },
		{ { .provider = S("GROQ"), .key = S("") }, "key" },
		{ { .provider = S("GROQ"), .key = S("two words") }, "key" },
		{ { .provider = S("GROQ"), .key = S("x\r\nEvil: y") }, "key" },
		{ { .provider = S("GROQ"), .models = MODELS(MODEL("a"), MODEL("b"), MODEL("a")) },
		  "'a' is listed twice" },
		{ { .provider = S("GROQ"), .models = MODELS(MODEL("")) }, "id" },
		{ { .provider = S("GROQ"), .models = MODELS({ .id = { longest, 256 } }) }, "id" },
		{ { .provider = S("CUSTOM"), .models = MODELS(MODEL("a")) }, "base URL" },
		{ { .provider = S("CUSTOM"), .base_url = S("http://127.0.0.1:1"),
		    .models = MODELS(MODEL(BUILTIN_MODEL)) }, "always there" },
	};

	memset(longest, 'x', sizeof(longest));
	for (size_t i = 0; i < COUNT_OF(CASES); i++)
		assert_fails(&r->ctx, provider_set(&r->ctx, r->demo.id, &CASES[i].setting), ERR_INVALID, CASES[i].why);
	assert_false(connected(r, "GROQ"));
	assert_str(offered(r), "CUSTOM builtin/extractive");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(at_first_there_is_the_built_in_model),
		TEST(a_variable_connects_its_provider),
		TEST(a_url_connects_only_who_needs_no_key),
		TEST(models_stand_by_provider_in_the_enums_order_and_by_id),
		TEST(a_list_that_was_set_replaces_the_built_in_one),
		TEST(what_is_known_of_a_model_completes_its_setting),
		TEST(a_pair_is_there_when_it_is_listed),
		TEST(settings_are_the_workspaces_own),
		TEST(a_provider_that_is_removed_takes_its_models_along),
		TEST(a_model_is_written_as_the_contract_names_it),
		TEST(a_key_is_sealed_in_the_store_and_opened_for_use),
		TEST(a_key_copied_to_another_workspace_does_not_open),
		TEST(what_is_not_given_stays_as_it_was),
		TEST(a_setting_counts_before_the_environment_field_by_field),
		TEST(a_host_is_read_as_its_own_program_reads_it),
		TEST(who_is_not_connected_has_no_connection),
		TEST(the_list_tells_how_each_is_connected),
		TEST(a_setting_that_cannot_work_is_refused_and_not_stored),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
