/* test/knowledge/reembed_test.c: every chunk anew, step by step, while the former vectors answer. */
#include "reembed_rig.h"

#include "knowledge/reembed.h"
#include "knowledge/search.h"

static struct embedding_model next_model(struct rig *r)
{
	struct embedding_model m;
	struct embedder row;

	assert_int_equal(embedders_next(&r->ctx, &row), OK);
	assert_int_equal(embedding_open(&r->ctx, &row, &m), OK);
	return m;
}

static enum err step(struct rig *r, const struct embedding_model *next, struct reembed *state)
{
	return reembed_step(&r->ctx, next, NULL, state);
}

/* A base of more chunks than one step embeds; returns its id. */
static struct str add_large_base(struct rig *r)
{
	struct buf text = { .mem = &r->mem };

	for (int i = 0; i < 50000; i++)
		buf_printf(&text, "word%d and others. ", i);
	buf_char(&text, '\0');
	return add_base(r, "Large", TEXTS(text.p));
}

/* The best passage for the words, and the name of the model that found it. */
static struct str best(struct rig *r, const char *words, struct str *model_name)
{
	struct embedding_model model;
	struct search search = { .workspace_id = r->ctx.actor.workspace_id, .text = str_of(words), .everywhere = true,
				 .top_k = 1, .model = &model };
	int64_t tokens;
	struct list hits;

	db_snapshot_end(&r->ctx);
	assert_int_equal(embedding_current(&r->ctx, &model), OK);
	assert_int_equal(knowledge_search(&r->ctx, &search, &hits, &tokens), OK);
	db_snapshot_end(&r->ctx);
	assert_int_equal(hits.n, 1);
	*model_name = model.name;
	return LIST_AT(hits, struct search_hit, 0)->content;
}

static void check_answers(struct rig *r, const char *model)
{
	struct str found, name;

	found = best(r, "the frost", &name);
	assert_str(found, "the frost is not covered");
	assert_str(name, model);
}

static void the_former_vectors_answer_until_the_new_ones_do_at_once(void **state)
{
	struct rig *r = *state;
	struct reembed progress = {0};
	struct embedding_model next;

	add_base(r, "Pumps", TEXTS("the pump is covered", "the frost is not covered"));
	choose_fake(r);
	next = next_model(r);
	check_answers(r, "builtin/lexical");
	assert_int_equal(step(r, &next, &progress), OK);
	assert_false(progress.over);
	assert_int_equal(info_of(r, 1).embedded, 2);
	check_answers(r, "builtin/lexical");
	assert_int_equal(step(r, &next, &progress), OK);
	assert_true(progress.over);
	assert_str(models(r), "leaving builtin/lexical, current fake-embed");
	check_answers(r, "fake-embed");
	assert_int_equal(info_of(r, 1).tokens, 200);
}

static void vectors_of_a_model_that_leaves_are_deleted_bit_by_bit(void **state)
{
	struct rig *r = *state;
	struct reembed change = {0}, purge = {0};
	struct embedding_model next;
	int64_t chunks;
	int n = 0;

	add_large_base(r);
	choose_fake(r);
	next = next_model(r);
	while (!change.over)
		assert_int_equal(step(r, &next, &change), OK);
	chunks = info_of(r, 0).embedded;
	assert_true(chunks > 512);
	assert_int_equal(info_of(r, 1).embedded, chunks);
	while (!purge.over) {
		assert_int_equal(reembed_purge(&r->ctx, 1, &purge), OK);
		n++;
		assert_int_equal(info_of(r, 0).embedded, chunks > 256 * n ? chunks - 256 * n : 0);
	}
	assert_int_equal(n, (chunks + 255) / 256 + 1);
	assert_str(models(r), "retired builtin/lexical, current fake-embed");
	assert_int_equal(info_of(r, 1).embedded, chunks);
}

static enum err drop(struct ctx *ctx, struct db_tx *tx, void *id)
{
	return knowledge_bases_delete(ctx, tx, ctx->actor.workspace_id, *(struct str *)id);
}

static void what_was_deleted_is_not_embedded_anew(void **state)
{
	struct rig *r = *state;
	struct str gone = add_large_base(r);
	struct reembed progress = {0};
	struct embedding_model next;

	add_base(r, "Pumps", TEXTS("the pump is covered", "the frost is not covered"));
	assert_int_equal(db_write(&r->ctx, drop, &gone), OK);
	choose_fake(r);
	next = next_model(r);
	assert_int_equal(step(r, &next, &progress), OK);
	assert_int_equal(info_of(r, 0).embedded, 2);
	assert_int_equal(info_of(r, 1).embedded, 2);
	assert_int_equal(step(r, &next, &progress), OK);
	assert_true(progress.over);
	assert_int_equal(info_of(r, 1).tokens, 200);
	check_answers(r, "fake-embed");
}

static void content_that_is_added_meanwhile_is_embedded_too(void **state)
{
	struct rig *r = *state;
	struct reembed progress = {0};
	struct embedding_model next;

	add_base(r, "Pumps", TEXTS("the pump is covered"));
	choose_fake(r);
	next = next_model(r);
	assert_int_equal(step(r, &next, &progress), OK);
	add_base(r, "Frost", TEXTS("the frost is not covered"));
	assert_int_equal(step(r, &next, &progress), OK);
	assert_false(progress.over);
	assert_int_equal(info_of(r, 1).embedded, 2);
	assert_int_equal(step(r, &next, &progress), OK);
	assert_true(progress.over);
	check_answers(r, "fake-embed");
}

static void a_chunk_that_was_passed_over_is_found_in_the_end(void **state)
{
	struct rig *r = *state;
	struct reembed progress = { .after_seq = 1 };
	struct embedding_model next;

	add_base(r, "Pumps", TEXTS("the pump is covered", "the frost is not covered"));
	choose_fake(r);
	next = next_model(r);
	assert_int_equal(step(r, &next, &progress), OK);
	assert_int_equal(info_of(r, 1).embedded, 1);
	assert_int_equal(step(r, &next, &progress), OK);
	assert_false(progress.over);
	assert_int_equal(step(r, &next, &progress), OK);
	assert_int_equal(info_of(r, 1).embedded, 2);
}

static void what_was_done_before_a_crash_is_not_done_again(void **state)
{
	struct rig *r = *state;
	struct reembed before = {0}, after = {0};
	struct embedding_model next;
	int64_t chunks;

	add_large_base(r);
	chunks = info_of(r, 0).embedded;
	choose_fake(r);
	next = next_model(r);
	assert_int_equal(step(r, &next, &before), OK);
	rig_close(r);
	rig_open(r);
	fake.n_texts = 0;
	while (!after.over)
		assert_int_equal(step(r, &next, &after), OK);
	assert_int_equal(fake.n_texts, chunks - 256);
	assert_int_equal(info_of(r, 1).embedded, chunks);
	assert_int_equal(info_of(r, 1).tokens, 100 * chunks);
}

struct rival {
	struct rig *rig;
	const struct embedding_model *next;
	struct reembed state;
};

/* Embeds and stores the very chunks that whoever is watched has just got vectors for. */
static void overtake(void *arg, size_t n)
{
	struct rival *rival = arg;

	if (rival->state.after_seq == 0)
		assert_int_equal(step(rival->rig, rival->next, &rival->state), OK);
}

static void two_at_it_do_each_other_no_harm(void **state)
{
	struct rig *r = *state;
	struct reembed progress = {0};
	struct embedding_model next;
	struct rival rival = { .rig = r, .next = &next };
	struct embed_watch watch = { .done = overtake, .arg = &rival };

	add_large_base(r);
	choose_fake(r);
	next = next_model(r);
	assert_int_equal(reembed_step(&r->ctx, &next, &watch, &progress), OK);
	assert_true(progress.after_seq > 0);
	assert_int_equal(progress.after_seq, rival.state.after_seq);
	assert_int_equal(info_of(r, 1).embedded, 256);
	while (!progress.over)
		assert_int_equal(step(r, &next, &progress), OK);
	assert_int_equal(info_of(r, 1).embedded, info_of(r, 0).embedded);
	assert_int_equal(step(r, &next, &rival.state), ERR_CONFLICT);
}

static void a_failure_keeps_what_was_done(void **state)
{
	struct rig *r = *state;
	struct reembed progress = {0};
	struct embedding_goal goal;
	struct embedding_model next;

	add_large_base(r);
	choose_fake(r);
	next = next_model(r);
	assert_int_equal(step(r, &next, &progress), OK);
	fake_goes_wrong(FAULT_SHORT_VECTOR, -1);
	assert_fails(&r->ctx, step(r, &next, &progress), ERR_UPSTREAM, "not 24 dimensions");
	assert_int_equal(reembed_note(&r->ctx, next.id, S("not 24 dimensions")), OK);
	assert_int_equal(embedding_goal(&r->ctx, &goal), OK);
	assert_str(goal.error, "not 24 dimensions");
	assert_int_equal(info_of(r, 1).embedded, 256);
	fake_goes_wrong(FAULT_NONE, 0);
	assert_int_equal(step(r, &next, &progress), OK);
	assert_int_equal(embedding_goal(&r->ctx, &goal), OK);
	assert_null(goal.error.p);
	assert_true(info_of(r, 1).embedded > 256);
}

static void a_model_that_is_not_to_come_any_more_is_left_alone(void **state)
{
	struct rig *r = *state;
	struct reembed progress = {0};
	struct embedding_model next;

	add_base(r, "Pumps", TEXTS("the pump is covered"));
	choose_fake(r);
	next = next_model(r);
	assert_int_equal(embedding_cancel(&r->ctx), OK);
	assert_int_equal(step(r, &next, &progress), ERR_CONFLICT);
	assert_int_equal(info_of(r, 1).embedded, 0);
	assert_int_equal(info_of(r, 1).tokens, 0);
	assert_int_equal(reembed_purge(&r->ctx, next.id, &progress), OK);
	assert_str(models(r), "current builtin/lexical, retired fake-embed");
}

static void content_prepared_with_the_former_model_is_refused(void **state)
{
	struct rig *r = *state;
	struct document_part part = { .text = S("the frost is not covered") };
	struct ingest_source source = { .kind = "text", .document = { .parts = { &part, 1 } } };
	struct shelf late = { .base = new_base(r, S("Late")) };
	struct reembed progress = {0};
	struct embedding_model next;

	add_base(r, "Pumps", TEXTS("the pump is covered"));
	assert_int_equal(ingest_prepare(&r->ctx, &embedding_builtin, &source, 1, NULL, &late.content), OK);
	choose_fake(r);
	next = next_model(r);
	while (!progress.over)
		assert_int_equal(step(r, &next, &progress), OK);
	assert_int_equal(db_write(&r->ctx, shelve, &late), ERR_CONFLICT);
	ingest_fini(&late.content);
	assert_int_equal(info_of(r, 1).chunks, 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		WITH_A_SERVER(the_former_vectors_answer_until_the_new_ones_do_at_once),
		WITH_A_SERVER(vectors_of_a_model_that_leaves_are_deleted_bit_by_bit),
		WITH_A_SERVER(what_was_deleted_is_not_embedded_anew),
		WITH_A_SERVER(content_that_is_added_meanwhile_is_embedded_too),
		WITH_A_SERVER(a_chunk_that_was_passed_over_is_found_in_the_end),
		WITH_A_SERVER(what_was_done_before_a_crash_is_not_done_again),
		WITH_A_SERVER(two_at_it_do_each_other_no_harm),
		WITH_A_SERVER(a_failure_keeps_what_was_done),
		WITH_A_SERVER(a_model_that_is_not_to_come_any_more_is_left_alone),
		WITH_A_SERVER(content_prepared_with_the_former_model_is_refused),
	};

	set_up_client();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
