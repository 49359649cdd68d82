/* test/model/embed_test.c: texts into vectors, with a server that does what it should and one that does not. */
#include "fake_embeddings.h"

#include <math.h>

#include "model/lexical.h"

enum { SOME = 3, MANY = 1000 };

struct desk {
	struct arena mem;
	struct ctx ctx;
	struct embedding_model model;
	struct str texts[MANY];
	float vectors[MANY * FAKE_DIMENSIONS];
	int64_t tokens;
	size_t n_done;
	int patience;                        /* how often go_on says yes */
};

static int set_up(void **state)
{
	struct desk *d = xcalloc(1, sizeof(*d));

	log_setup(LOG_ERROR, LOG_TEXT);
	fake_start();
	arena_init(&d->mem, 0);
	d->ctx.mem = &d->mem;
	d->model = fake_model();
	d->texts[0] = S("the pump is covered for three years");
	d->texts[1] = S("damage by frost is not covered");
	d->texts[2] = S("drain the \"pump\" before winter \xe2\x9d\x84\n\ttwice");
	for (int i = SOME; i < MANY; i++)
		d->texts[i] = arena_printf(&d->mem, "text %d of many", i);
	*state = d;
	return 0;
}

static int tear_down(void **state)
{
	struct desk *d = *state;

	fake_stop();
	arena_fini(&d->mem);
	free(d);
	return 0;
}

static enum err embed(struct desk *d, size_t n)
{
	memset(d->vectors, 0, sizeof(d->vectors));
	d->tokens = -1;
	return embed_texts(&d->ctx, &d->model, d->texts, n, NULL, d->vectors, &d->tokens);
}

/* The vectors are what the fake says of these texts, brought to unit length. */
static void check_vectors(const struct desk *d, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		const float *given = d->vectors + i * FAKE_DIMENSIONS;
		float expected[FAKE_DIMENSIONS];
		double product = 0, length = 0, squares = 0;

		fake_vector(d->texts[i], expected, FAKE_DIMENSIONS);
		for (size_t k = 0; k < FAKE_DIMENSIONS; k++) {
			product += (double)expected[k] * (double)given[k];
			length += (double)expected[k] * (double)expected[k];
			squares += (double)given[k] * (double)given[k];
		}
		assert_true(fabs(squares - 1) < 1e-5);
		assert_true(fabs(product / sqrt(length) - 1) < 1e-5);
	}
	assert_int_equal(fake.n_offences, 0);
}

/* The call fails with this, its text contains the words, and neither key nor address. */
static void check_failure(struct desk *d, size_t n, enum err error, const char *words)
{
	d->ctx.why[0] = '\0';
	assert_int_equal(embed(d, n), error);
	if (!strstr(d->ctx.why, words))
		print_error("\"%s\" does not say \"%s\"\n", d->ctx.why, words);
	assert_non_null(strstr(d->ctx.why, words));
	assert_null(strstr(d->ctx.why, "sesame"));
	assert_null(strstr(d->ctx.why, "127.0.0.1"));
	assert_int_equal(fake.n_offences, 0);
}

/* -- what should happen ---------------------------------------------------------------------------- */

static void texts_become_vectors_of_unit_length(void **state)
{
	struct desk *d = *state;

	assert_int_equal(embed(d, SOME), OK);
	check_vectors(d, SOME);
	assert_int_equal(d->tokens, 100 * SOME);
	assert_int_equal(fake.n_requests, 1);
}

static void many_texts_go_in_batches_several_at_a_time(void **state)
{
	struct desk *d = *state;

	assert_int_equal(embed(d, MANY), OK);
	check_vectors(d, MANY);
	assert_int_equal(d->tokens, 100 * MANY);
	assert_int_equal(fake.n_texts, MANY);
	assert_int_equal(fake.largest_batch, 32);
	assert_int_equal(fake.n_requests, (MANY + 31) / 32);
	assert_true(fake.most_at_once <= 8);
}

static void long_texts_go_in_smaller_batches(void **state)
{
	struct desk *d = *state;
	char *letters = arena_alloc(&d->mem, 100 << 10);

	memset(letters, 'x', 100 << 10);
	for (int i = 0; i < 6; i++)
		d->texts[i] = (struct str){ letters, 100 << 10 };
	assert_int_equal(embed(d, 6), OK);
	assert_int_equal(fake.largest_batch, 2);
	check_vectors(d, 6);
}

static void vectors_are_matched_by_their_numbers(void **state)
{
	struct desk *d = *state;

	fake.backwards = true;
	assert_int_equal(embed(d, 40), OK);
	check_vectors(d, 40);
}

static void without_numbers_their_order_counts(void **state)
{
	struct desk *d = *state;

	fake.unnumbered = true;
	assert_int_equal(embed(d, 40), OK);
	check_vectors(d, 40);
}

static void base64_is_understood(void **state)
{
	struct desk *d = *state;

	fake.base64 = true;
	assert_int_equal(embed(d, 40), OK);
	check_vectors(d, 40);
}

static void tokens_that_are_not_counted_are_estimated(void **state)
{
	struct desk *d = *state;

	fake.uncounted = true;
	d->texts[0] = S("12345678");
	d->texts[1] = S("123456789");
	assert_int_equal(embed(d, 2), OK);
	assert_int_equal(d->tokens, 2 + 3);
}

static void without_a_key_none_is_sent(void **state)
{
	struct desk *d = *state;

	fake.wants_no_key = true;
	d->model.key = (struct str){ NULL, 0 };
	assert_int_equal(embed(d, SOME), OK);
	check_vectors(d, SOME);
}

static void dimensions_are_asked_for_when_an_operator_chose_them(void **state)
{
	struct desk *d = *state;

	d->model.asks_dimensions = true;
	assert_int_equal(embed(d, SOME), OK);
	check_vectors(d, SOME);
}

static void no_texts_need_no_request(void **state)
{
	struct desk *d = *state;

	assert_int_equal(embed(d, 0), OK);
	assert_int_equal(d->tokens, 0);
	assert_int_equal(fake.n_requests, 0);
}

static void count_done(void *arg, size_t n)
{
	struct desk *d = arg;

	d->n_done += n;
}

static bool lose_patience(void *arg)
{
	struct desk *d = arg;

	return d->patience-- > 0;
}

static void whoever_watches_is_told_of_each_batch(void **state)
{
	struct desk *d = *state;
	struct embed_watch watch = { .done = count_done, .arg = d };

	assert_int_equal(embed_texts(&d->ctx, &d->model, d->texts, 100, &watch, d->vectors, &d->tokens), OK);
	assert_int_equal(d->n_done, 100);
	assert_int_equal(embed_texts(&d->ctx, &embedding_builtin, d->texts, 1, &watch,
				     arena_array(&d->mem, LEXICAL_DIMENSIONS, sizeof(float)), &d->tokens), OK);
	assert_int_equal(d->n_done, 101);
}

static void whoever_watches_can_end_it(void **state)
{
	struct desk *d = *state;
	struct embed_watch watch = { .arg = d, .go_on = lose_patience };

	fake_goes_wrong(FAULT_SILENCE, -1);
	d->patience = 3;
	assert_int_equal(embed_texts(&d->ctx, &d->model, d->texts, SOME, &watch, d->vectors, &d->tokens), ERR_GONE);
	d->patience = 0;
	assert_int_equal(embed_texts(&d->ctx, &embedding_builtin, d->texts, 1, &watch, d->vectors, &d->tokens), ERR_GONE);
}

static void a_model_is_measured(void **state)
{
	struct desk *d = *state;
	size_t dimensions = 0;

	d->model.dimensions = 0;
	assert_int_equal(embed_measure(&d->ctx, &d->model, &dimensions), OK);
	assert_int_equal(dimensions, FAKE_DIMENSIONS);
	fake.base64 = true;
	assert_int_equal(embed_measure(&d->ctx, &d->model, &dimensions), OK);
	assert_int_equal(dimensions, FAKE_DIMENSIONS);
	assert_int_equal(embed_measure(&d->ctx, &embedding_builtin, &dimensions), OK);
	assert_int_equal(dimensions, LEXICAL_DIMENSIONS);
}

static void a_model_with_too_many_dimensions_is_not_measured(void **state)
{
	struct desk *d = *state;
	size_t dimensions;

	fake.dimensions = EMBED_DIMENSIONS_MAX + 1;
	assert_int_equal(embed_measure(&d->ctx, &d->model, &dimensions), ERR_UPSTREAM);
	assert_non_null(strstr(d->ctx.why, "1 to 8192 dimensions"));
}

static void an_operator_is_told_what_the_server_says(void **state)
{
	struct desk *d = *state;
	size_t dimensions;

	fake_goes_wrong(FAULT_STATUS, -1);
	fake.status = 404;
	fake.message = "model \"fake-embed\" not found, try pulling it first";
	assert_int_equal(embed_measure(&d->ctx, &d->model, &dimensions), ERR_UPSTREAM);
	assert_non_null(strstr(d->ctx.why, "(HTTP 404): model \"fake-embed\" not found, try pulling it first"));
	/* Nobody else: it may quote what it was sent. */
	check_failure(d, SOME, ERR_UPSTREAM, "knows no such address or model (HTTP 404)");
	assert_null(strstr(d->ctx.why, "pulling"));
}

static void similarity_is_what_the_model_means_by_its_cosine(void **state)
{
	struct embedding_model real = fake_model();

	assert_true(embedding_similarity(&real, 0.37) == 0.37);
	assert_true(embedding_similarity(&real, -0.2) == 0);
	assert_true(embedding_similarity(&real, 1.0000001) == 1);
	assert_true(embedding_similarity(&real, NAN) == 0);
	assert_true(embedding_similarity(&embedding_builtin, 0.37) == lexical_similarity(0.37));
}

/* -- what passes ------------------------------------------------------------------------------------ */

static void what_passes_is_tried_again(void **state)
{
	static const int STATUSES[] = { 408, 429, 500, 502, 503, 529 };
	struct desk *d = *state;

	for (size_t i = 0; i < COUNT_OF(STATUSES); i++) {
		fake_goes_wrong(FAULT_STATUS, 1);
		fake.status = STATUSES[i];
		assert_int_equal(embed(d, SOME), OK);
		assert_int_equal(fake.n_requests, 2);
		check_vectors(d, SOME);
	}
}

static void a_connection_that_breaks_off_is_tried_again(void **state)
{
	struct desk *d = *state;

	fake_goes_wrong(FAULT_CUT, 1);
	assert_int_equal(embed(d, SOME), OK);
	assert_int_equal(fake.n_requests, 2);
	check_vectors(d, SOME);
}

static void only_the_batches_that_failed_are_sent_again(void **state)
{
	struct desk *d = *state;

	fake_goes_wrong(FAULT_STATUS, 3);
	fake.status = 503;
	assert_int_equal(embed(d, 20 * 32), OK);
	assert_int_equal(fake.n_requests, 20 + 3);
	assert_int_equal(d->tokens, 100 * 20 * 32);
	check_vectors(d, 20 * 32);
}

static void retry_after_is_waited_for(void **state)
{
	struct desk *d = *state;
	int64_t began = mono_ms();

	fake_goes_wrong(FAULT_STATUS, 1);
	fake.status = 429;
	fake.retry_after = "1";
	assert_int_equal(embed(d, SOME), OK);
	assert_true(mono_ms() - began >= 1000);
}

static void who_wants_to_be_left_alone_for_long_is_left_alone(void **state)
{
	struct desk *d = *state;

	fake_goes_wrong(FAULT_STATUS, -1);
	fake.status = 429;
	fake.retry_after = "3600";
	check_failure(d, SOME, ERR_UPSTREAM, "is asked too often (HTTP 429)");
	assert_int_equal(fake.n_requests, 1);
}

static void a_deadline_leaves_no_time_to_try_again(void **state)
{
	struct desk *d = *state;

	fake_goes_wrong(FAULT_STATUS, -1);
	fake.status = 503;
	fake.retry_after = "20";
	d->ctx.deadline_ms = mono_ms() + 10000;
	check_failure(d, SOME, ERR_UPSTREAM, "has a fault of its own (HTTP 503)");
	assert_int_equal(fake.n_requests, 1);
}

static void a_storm_is_given_up_after_five_attempts(void **state)
{
	struct desk *d = *state;

	fake_goes_wrong(FAULT_STATUS, -1);
	fake.status = 500;
	check_failure(d, SOME, ERR_UPSTREAM, "has a fault of its own (HTTP 500)");
	assert_int_equal(fake.n_requests, 5);
}

static void a_server_that_is_down_cannot_be_reached(void **state)
{
	struct desk *d = *state;

	d->model.base_url = S("http://127.0.0.1:1/v1");
	check_failure(d, SOME, ERR_UPSTREAM, "cannot be reached");
}

static void a_server_that_says_nothing_takes_too_long(void **state)
{
	struct desk *d = *state;

	fake_goes_wrong(FAULT_SILENCE, -1);
	d->ctx.deadline_ms = mono_ms() + 300;
	check_failure(d, SOME, ERR_TIMEOUT, "takes too long");
}

/* -- what does not ---------------------------------------------------------------------------------- */

static void a_refusal_is_final(void **state)
{
	static const struct {
		int status;
		const char *words;
	} CASES[] = {
		{ 400, "refuses the request (HTTP 400)" },
		{ 401, "does not accept the key (HTTP 401)" },
		{ 403, "does not allow it with this key (HTTP 403)" },
		{ 404, "knows no such address or model (HTTP 404)" },
		{ 413, "finds the texts too large (HTTP 413)" },
		{ 302, "gives an answer that is none (HTTP 302)" },
	};
	struct desk *d = *state;

	for (size_t i = 0; i < COUNT_OF(CASES); i++) {
		fake_goes_wrong(FAULT_STATUS, -1);
		fake.status = CASES[i].status;
		fake.message = "Incorrect API key provided: " FAKE_KEY;
		check_failure(d, SOME, ERR_UPSTREAM, CASES[i].words);
		assert_int_equal(fake.n_requests, 1);
	}
}

static void a_refused_batch_ends_the_others(void **state)
{
	struct desk *d = *state;

	fake_goes_wrong(FAULT_STATUS, -1);
	fake.status = 401;
	check_failure(d, MANY, ERR_UPSTREAM, "does not accept the key");
	assert_true(fake.n_requests <= 16);
}

static void what_is_no_set_of_vectors_is_refused(void **state)
{
	static const struct {
		enum fault fault;
		bool base64;
		const char *words;
	} CASES[] = {
		{ FAULT_GARBAGE, false, "is not JSON" },
		{ FAULT_NO_DATA, false, "holds no embeddings" },
		{ FAULT_FEWER, false, "2 vectors for 3 texts" },
		{ FAULT_MORE, false, "4 vectors for 3 texts" },
		{ FAULT_TWICE, false, "two vectors for the same text" },
		{ FAULT_STRANGE_INDEX, false, "a text that was not sent" },
		{ FAULT_SHORT_VECTOR, false, "not 24 dimensions" },
		{ FAULT_LONG_VECTOR, false, "not 24 dimensions" },
		{ FAULT_NULL, false, "something else than numbers" },
		{ FAULT_NAN, false, "is not JSON" },
		{ FAULT_TEXT, false, "something else than numbers" },
		{ FAULT_HUGE_NUMBER, false, "beyond all bounds" },
		{ FAULT_ZEROS, false, "of zeros" },
		{ FAULT_ZEROS, true, "of zeros" },
		{ FAULT_SHORT_BASE64, true, "not 24 dimensions" },
		{ FAULT_BAD_BASE64, true, "something else than numbers" },
	};
	struct desk *d = *state;

	for (size_t i = 0; i < COUNT_OF(CASES); i++) {
		fake_goes_wrong(CASES[i].fault, -1);
		fake.base64 = CASES[i].base64;
		check_failure(d, SOME, ERR_UPSTREAM, CASES[i].words);
		assert_int_equal(fake.n_requests, 1);
	}
}

static void an_answer_beyond_all_bounds_is_not_read(void **state)
{
	struct desk *d = *state;

	fake_goes_wrong(FAULT_GIANT, -1);
	check_failure(d, SOME, ERR_UPSTREAM, "broke off");
}

static void a_wrong_answer_is_told_from_a_right_one_in_the_same_wave(void **state)
{
	struct desk *d = *state;

	fake_goes_wrong(FAULT_NULL, 1);
	check_failure(d, 200, ERR_UPSTREAM, "something else than numbers");
}

#define WITH_A_SERVER(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		WITH_A_SERVER(texts_become_vectors_of_unit_length),
		WITH_A_SERVER(many_texts_go_in_batches_several_at_a_time),
		WITH_A_SERVER(long_texts_go_in_smaller_batches),
		WITH_A_SERVER(vectors_are_matched_by_their_numbers),
		WITH_A_SERVER(without_numbers_their_order_counts),
		WITH_A_SERVER(base64_is_understood),
		WITH_A_SERVER(tokens_that_are_not_counted_are_estimated),
		WITH_A_SERVER(without_a_key_none_is_sent),
		WITH_A_SERVER(dimensions_are_asked_for_when_an_operator_chose_them),
		WITH_A_SERVER(no_texts_need_no_request),
		WITH_A_SERVER(whoever_watches_is_told_of_each_batch),
		WITH_A_SERVER(whoever_watches_can_end_it),
		WITH_A_SERVER(a_model_is_measured),
		WITH_A_SERVER(a_model_with_too_many_dimensions_is_not_measured),
		WITH_A_SERVER(an_operator_is_told_what_the_server_says),
		WITH_A_SERVER(similarity_is_what_the_model_means_by_its_cosine),
		WITH_A_SERVER(what_passes_is_tried_again),
		WITH_A_SERVER(a_connection_that_breaks_off_is_tried_again),
		WITH_A_SERVER(only_the_batches_that_failed_are_sent_again),
		WITH_A_SERVER(retry_after_is_waited_for),
		WITH_A_SERVER(who_wants_to_be_left_alone_for_long_is_left_alone),
		WITH_A_SERVER(a_deadline_leaves_no_time_to_try_again),
		WITH_A_SERVER(a_storm_is_given_up_after_five_attempts),
		WITH_A_SERVER(a_server_that_is_down_cannot_be_reached),
		WITH_A_SERVER(a_server_that_says_nothing_takes_too_long),
		WITH_A_SERVER(a_refusal_is_final),
		WITH_A_SERVER(a_refused_batch_ends_the_others),
		WITH_A_SERVER(what_is_no_set_of_vectors_is_refused),
		WITH_A_SERVER(an_answer_beyond_all_bounds_is_not_read),
		WITH_A_SERVER(a_wrong_answer_is_told_from_a_right_one_in_the_same_wave),
	};
	struct arena mem = { .block_bytes = 4096 };
	struct ctx ctx = { .mem = &mem };
	int failed;

	if (http_client_setup(&ctx, (struct str){ NULL, 0 }) != OK)
		return 1;
	failed = cmocka_run_group_tests(tests, NULL, NULL);
	arena_fini(&mem);
	return failed;
}
