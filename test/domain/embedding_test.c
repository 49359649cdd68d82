/* test/domain/embedding_test.c: choosing the model that embeds. */
#include "../knowledge/reembed_rig.h"

#include "model/lexical.h"

static struct embedding_model current(struct rig *r)
{
	struct embedding_model m;

	assert_int_equal(embedding_current(&r->ctx, &m), OK);
	return m;
}

static struct embedding_goal goal(struct rig *r)
{
	struct embedding_goal g;

	assert_int_equal(embedding_goal(&r->ctx, &g), OK);
	return g;
}

static enum err write_error(struct ctx *ctx, struct db_tx *tx, void *arg)
{
	return embedders_set_error(ctx, tx, *(int64_t *)arg, S("it is down"));
}

static void a_new_store_embeds_with_what_is_built_in(void **state)
{
	struct rig *r = *state;
	struct embedding_model m = current(r);

	assert_str(m.name, LEXICAL_MODEL);
	assert_str(m.provider, "CUSTOM");
	assert_int_equal(m.dimensions, LEXICAL_DIMENSIONS);
	assert_null(m.base_url.p);
	assert_null(m.key.p);
	assert_int_equal(goal(r).embedder_id, m.id);
	assert_str(models(r), "current builtin/lexical");
}

static void without_content_another_model_is_current_at_once(void **state)
{
	struct rig *r = *state;
	struct embedding_model m;

	choose_fake(r);
	m = current(r);
	assert_str(m.name, FAKE_MODEL);
	assert_str(m.base_url, fake.base_url.p);
	assert_str(m.key, FAKE_KEY);
	assert_int_equal(m.dimensions, FAKE_DIMENSIONS);
	assert_false(m.asks_dimensions);
	assert_str(models(r), "leaving builtin/lexical, current fake-embed");
}

static void with_content_it_is_the_next_one(void **state)
{
	struct rig *r = *state;

	add_base(r, "Pumps", TEXTS("the pump", "the frost"));
	choose_fake(r);
	assert_str(models(r), "current builtin/lexical, next fake-embed");
	assert_str(current(r).name, LEXICAL_MODEL);
	assert_int_equal(goal(r).embedder_id, 2);
	assert_int_equal(info_of(r, 0).chunks, 2);
	assert_int_equal(info_of(r, 0).embedded, 2);
	assert_int_equal(info_of(r, 1).embedded, 0);
	assert_true(info_of(r, 1).has_key);
}

static void a_key_is_stored_sealed(void **state)
{
	struct rig *r = *state;

	choose_fake(r);
	assert_false(rig_store_contains(r, S(FAKE_KEY)));
	rig_close(r);
	assert_false(rig_store_contains(r, S(FAKE_KEY)));
	rig_open(r);
	assert_str(current(r).key, FAKE_KEY);
}

static void the_key_is_wiped_when_the_model_is_closed(void **state)
{
	static const char NOTHING[sizeof(FAKE_KEY)];
	struct rig *r = *state;
	struct embedding_model m;
	const char *key;

	choose_fake(r);
	m = current(r);
	key = m.key.p;
	embedding_close(&m);
	assert_null(m.key.p);
	assert_memory_equal(key, NOTHING, sizeof(FAKE_KEY) - 1);
}

static enum err swap_keys(struct ctx *ctx, struct db_tx *tx, void *arg)
{
	struct embedder e;

	TRY(embedders_current(ctx, &e));
	return embedders_set_key(ctx, tx, *(int64_t *)arg, e.sealed_key);
}

static void a_key_opens_in_its_own_row_only(void **state)
{
	struct rig *r = *state;
	struct embedding_model m;
	struct embedder leaving;

	choose_fake(r);
	assert_int_equal(embedders_leaving(&r->ctx, &leaving), OK);
	assert_int_equal(db_write(&r->ctx, swap_keys, &leaving.id), OK);
	assert_int_equal(embedders_leaving(&r->ctx, &leaving), OK);
	assert_int_equal(embedding_open(&r->ctx, &leaving, &m), ERR_INTERNAL);
}

static void choosing_the_next_one_again_tries_again_with_the_key_it_has(void **state)
{
	struct rig *r = *state;
	struct embedding_choice choice = fake_choice();
	int64_t id = 2;

	add_base(r, "Pumps", TEXTS("the pump"));
	choose_fake(r);
	assert_int_equal(db_write(&r->ctx, write_error, &id), OK);
	assert_str(goal(r).error, "it is down");
	choice.key = (struct str){ NULL, 0 };
	assert_int_equal(embedding_use(&r->ctx, &choice), OK);
	assert_null(goal(r).error.p);
	assert_str(models(r), "current builtin/lexical, next fake-embed");
	assert_int_equal(fake.n_offences, 0);
}

static void choosing_the_current_one_again_can_bring_a_new_key(void **state)
{
	struct rig *r = *state;
	struct embedding_choice choice = fake_choice();

	fake.wants_no_key = true;
	choice.key = (struct str){ NULL, 0 };
	assert_int_equal(embedding_use(&r->ctx, &choice), OK);
	assert_null(current(r).key.p);
	fake.wants_no_key = false;
	choose_fake(r);
	assert_str(current(r).key, FAKE_KEY);
	assert_str(models(r), "leaving builtin/lexical, current fake-embed");
}

static void choosing_the_current_one_gives_a_change_up(void **state)
{
	struct rig *r = *state;
	struct embedding_choice lexical = { .model = S(LEXICAL_MODEL) };

	add_base(r, "Pumps", TEXTS("the pump"));
	choose_fake(r);
	assert_int_equal(embedding_use(&r->ctx, &lexical), OK);
	assert_str(models(r), "current builtin/lexical, leaving fake-embed");
	assert_int_equal(goal(r).embedder_id, 1);
}

static void a_third_model_takes_the_place_of_the_next_one(void **state)
{
	struct rig *r = *state;
	struct embedding_choice other = fake_choice();

	add_base(r, "Pumps", TEXTS("the pump"));
	choose_fake(r);
	other.model = S("other");
	fake.model = "other";
	assert_int_equal(embedding_use(&r->ctx, &other), OK);
	assert_str(models(r), "current builtin/lexical, leaving fake-embed, next other");
}

static void other_dimensions_are_another_model(void **state)
{
	struct rig *r = *state;
	struct embedding_choice choice = fake_choice();

	choose_fake(r);
	choice.dimensions = FAKE_DIMENSIONS;
	add_base(r, "Nothing", TEXTS(NULL));
	assert_int_equal(embedding_use(&r->ctx, &choice), OK);
	assert_true(current(r).asks_dimensions);
	/* And so is a model whose vectors have changed their length. */
	fake.dimensions = 2 * FAKE_DIMENSIONS;
	choose_fake(r);
	assert_int_equal(current(r).dimensions, 2 * FAKE_DIMENSIONS);
}

static void a_change_can_be_cancelled_once(void **state)
{
	struct rig *r = *state;

	add_base(r, "Pumps", TEXTS("the pump"));
	choose_fake(r);
	assert_int_equal(embedding_cancel(&r->ctx), OK);
	assert_str(models(r), "current builtin/lexical, leaving fake-embed");
	assert_fails(&r->ctx, embedding_cancel(&r->ctx), ERR_NOT_FOUND, "no change of embedding model is under way");
}

static void what_cannot_work_is_refused_before_anything_is_asked(void **state)
{
	const struct {
		struct embedding_choice choice;
		const char *words;
	} cases[] = {
		{ { .model = S("m") }, "CUSTOM has no address of its own" },
		{ { .model = S("") , .base_url = S("http://127.0.0.1:9/v1") }, "a model's name" },
		{ { .model = S("m"), .provider = S("NOBODY") }, "no provider 'NOBODY'" },
		{ { .model = S("m"), .provider = S("ANTHROPIC") }, "ANTHROPIC offers no embeddings" },
		{ { .model = S("m"), .base_url = S("ftp://127.0.0.1/") }, "an http or https URL" },
		{ { .model = S("m"), .base_url = S("http://127.0.0.1/v1?a=b") }, "no '?'" },
		{ { .model = S("m"), .base_url = S("http://me:secret@127.0.0.1/v1") }, "no '?', '#' or '@'" },
		{ { .model = S("m"), .base_url = S("http://127.0.0.1/v1"), .key = S("a b") }, "no blanks" },
		{ { .model = S("m"), .base_url = S("http://127.0.0.1/v1"), .dimensions = 8193 }, "8192 dimensions" },
		{ { .model = S(LEXICAL_MODEL), .base_url = S("http://127.0.0.1/v1") }, "is built in" },
		{ { .model = S(LEXICAL_MODEL), .provider = S("OPENAI") }, "is built in" },
	};
	struct rig *r = *state;

	for (size_t i = 0; i < COUNT_OF(cases); i++)
		assert_fails(&r->ctx, embedding_use(&r->ctx, &cases[i].choice), ERR_INVALID, cases[i].words);
	assert_str(models(r), "current builtin/lexical");
}

static void a_model_that_does_not_answer_changes_nothing(void **state)
{
	struct rig *r = *state;
	struct embedding_choice choice = fake_choice();

	choice.model = S("unknown");
	assert_fails(&r->ctx, embedding_use(&r->ctx, &choice), ERR_UPSTREAM, "no such model");
	choice = fake_choice();
	choice.dimensions = 7;
	assert_fails(&r->ctx, embedding_use(&r->ctx, &choice), ERR_UPSTREAM, "dimensions cannot be chosen");
	assert_str(models(r), "current builtin/lexical");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		WITH_A_SERVER(a_new_store_embeds_with_what_is_built_in),
		WITH_A_SERVER(without_content_another_model_is_current_at_once),
		WITH_A_SERVER(with_content_it_is_the_next_one),
		WITH_A_SERVER(a_key_is_stored_sealed),
		WITH_A_SERVER(the_key_is_wiped_when_the_model_is_closed),
		WITH_A_SERVER(a_key_opens_in_its_own_row_only),
		WITH_A_SERVER(choosing_the_next_one_again_tries_again_with_the_key_it_has),
		WITH_A_SERVER(choosing_the_current_one_again_can_bring_a_new_key),
		WITH_A_SERVER(choosing_the_current_one_gives_a_change_up),
		WITH_A_SERVER(a_third_model_takes_the_place_of_the_next_one),
		WITH_A_SERVER(other_dimensions_are_another_model),
		WITH_A_SERVER(a_change_can_be_cancelled_once),
		WITH_A_SERVER(what_cannot_work_is_refused_before_anything_is_asked),
		WITH_A_SERVER(a_model_that_does_not_answer_changes_nothing),
	};

	set_up_client();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
