/* test/sched/embedding_worker_test.c: the thread that carries a change of embedding model out. */
#include "../knowledge/reembed_rig.h"

#include "sched/embedding_worker.h"

enum { PATIENCE_MS = 30000, SOON_MS = 20, RETRY_MS = 600 * 1000 };

static struct embedding_worker *start(struct rig *r, int64_t retry_ms)
{
	struct embedding_worker_options options = { .db = r->ctx.db, .lock_path = rig_path(r, "embedding.lock"),
						    .poll_ms = SOON_MS, .retry_ms = retry_ms };
	struct embedding_worker *w;

	log_setup(LOG_OFF, LOG_TEXT);
	assert_int_equal(embedding_worker_start(&r->ctx, &options, &w), OK);
	return w;
}

static void await_models(struct rig *r, const char *expected)
{
	int64_t end = mono_ms() + PATIENCE_MS;

	while (!str_is(models(r), expected) && mono_ms() < end)
		usleep(SOON_MS * 1000);
	assert_str(models(r), expected);
}

static void await_error(struct rig *r, const char *words)
{
	int64_t end = mono_ms() + PATIENCE_MS;
	struct str error;

	while (!(error = info_of(r, 1).error).p && mono_ms() < end)
		usleep(SOON_MS * 1000);
	assert_true(str_find(error, str_of(words)) >= 0);
}

static void await_requests(int n)
{
	int64_t end = mono_ms() + PATIENCE_MS;

	while (fake.n_requests < n && mono_ms() < end)
		usleep(SOON_MS * 1000);
	assert_true(fake.n_requests >= n);
}

static void a_model_that_is_chosen_while_it_runs_becomes_current(void **state)
{
	struct rig *r = *state;
	struct embedding_worker *w = start(r, RETRY_MS);

	add_base(r, "Pumps", TEXTS("the pump is covered", "the frost is not covered"));
	choose_fake(r);
	await_models(r, "retired builtin/lexical, current fake-embed");
	assert_int_equal(info_of(r, 0).embedded, 0);
	assert_int_equal(info_of(r, 1).embedded, 2);
	embedding_worker_stop(w);
}

static void a_change_that_was_begun_before_goes_on(void **state)
{
	struct rig *r = *state;
	struct embedding_worker *w;

	add_base(r, "Pumps", TEXTS("the pump is covered"));
	choose_fake(r);
	rig_close(r);
	rig_open(r);
	w = start(r, RETRY_MS);
	await_models(r, "retired builtin/lexical, current fake-embed");
	embedding_worker_stop(w);
}

static void a_failure_is_told_and_tried_again_later(void **state)
{
	struct rig *r = *state;
	struct embedding_worker *w;

	add_base(r, "Pumps", TEXTS("the pump is covered"));
	choose_fake(r);
	fake_goes_wrong(FAULT_NULL, -1);
	w = start(r, SOON_MS);
	await_error(r, "something else than numbers");
	await_requests(3);
	assert_str(models(r), "current builtin/lexical, next fake-embed");
	fake_goes_wrong(FAULT_NONE, 0);
	await_models(r, "retired builtin/lexical, current fake-embed");
	assert_null(info_of(r, 1).error.p);
	embedding_worker_stop(w);
}

static void choosing_it_again_ends_the_pause_after_a_failure(void **state)
{
	struct rig *r = *state;
	struct embedding_worker *w;

	add_base(r, "Pumps", TEXTS("the pump is covered"));
	choose_fake(r);
	fake_goes_wrong(FAULT_FEWER, -1);
	w = start(r, RETRY_MS);
	await_error(r, "0 vectors for 1 texts");
	fake_goes_wrong(FAULT_NONE, 0);
	choose_fake(r);
	await_models(r, "retired builtin/lexical, current fake-embed");
	embedding_worker_stop(w);
}

static void a_server_that_says_nothing_does_not_hold_up_the_end(void **state)
{
	struct rig *r = *state;
	struct embedding_worker *w;

	add_base(r, "Pumps", TEXTS("the pump is covered"));
	choose_fake(r);
	fake_goes_wrong(FAULT_SILENCE, -1);
	w = start(r, RETRY_MS);
	await_requests(1);
	/* That would take two minutes. */
	embedding_worker_stop(w);
	assert_str(models(r), "current builtin/lexical, next fake-embed");
	assert_null(info_of(r, 1).error.p);
}

static void of_two_on_one_store_only_one_pays(void **state)
{
	struct rig *r = *state;
	struct embedding_worker *one, *other;
	struct buf text = { .mem = &r->mem };

	for (int i = 0; i < 30000; i++)
		buf_printf(&text, "word%d and others. ", i);
	buf_char(&text, '\0');
	add_base(r, "Large", TEXTS(text.p));
	choose_fake(r);
	fake.n_texts = 0;
	one = start(r, RETRY_MS);
	other = start(r, RETRY_MS);
	await_models(r, "retired builtin/lexical, current fake-embed");
	assert_int_equal(fake.n_texts, info_of(r, 1).embedded);
	embedding_worker_stop(one);
	embedding_worker_stop(other);
}

static void without_a_lock_file_to_be_had_it_does_not_start(void **state)
{
	struct rig *r = *state;
	struct embedding_worker_options options = { .db = r->ctx.db, .lock_path = rig_path(r, "no/such/folder") };
	struct embedding_worker *w;

	assert_fails(&r->ctx, embedding_worker_start(&r->ctx, &options, &w), ERR_INTERNAL, "no/such/folder");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		WITH_A_SERVER(a_model_that_is_chosen_while_it_runs_becomes_current),
		WITH_A_SERVER(a_change_that_was_begun_before_goes_on),
		WITH_A_SERVER(a_failure_is_told_and_tried_again_later),
		WITH_A_SERVER(choosing_it_again_ends_the_pause_after_a_failure),
		WITH_A_SERVER(a_server_that_says_nothing_does_not_hold_up_the_end),
		WITH_A_SERVER(of_two_on_one_store_only_one_pays),
		WITH_A_SERVER(without_a_lock_file_to_be_had_it_does_not_start),
	};

	set_up_client();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
