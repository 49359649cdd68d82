/* test/knowledge/ingest_test.c: whole or not at all: what becomes of texts on their way into a base. */
#include "knowledge/ingest.h"

#include "../model/fake_embeddings.h"
#include "base/clock.h"
#include "knowledge/search.h"
#include "model/lexical.h"
#include "shelf.h"
#include "store/embedders.h"

/* A document of one part. */
static struct document document_of(struct rig *r, struct str text)
{
	struct document_part *part = arena_zalloc(&r->mem, sizeof(*part));

	part->text = text;
	return (struct document){ .parts = { part, 1 } };
}

static struct ingest_source text_source(struct rig *r, struct str text)
{
	return (struct ingest_source){ .kind = "text", .document = document_of(r, text) };
}

static enum err prepare(struct rig *r, const struct ingest_source *sources, size_t n, struct ingest *out)
{
	return ingest_prepare(&r->ctx, &embedding_builtin, sources, n, NULL, out);
}

/* Sentences of about 75 bytes. */
static struct str long_text(struct arena *mem, size_t sentences)
{
	struct buf out = { .mem = mem };

	for (size_t i = 0; i < sentences; i++)
		buf_printf(&out, "Sentence %zu tells of the weather in a valley and what it does to apples. ", i);
	return buf_view(&out);
}

static void each_source_becomes_a_content_with_chunks_of_its_own(void **state)
{
	struct rig *r = *state;
	struct ingest_source sources[] = { text_source(r, long_text(&r->mem, 50)), text_source(r, S("Short.")) };
	AUTO(ingest_fini) struct ingest out;

	assert_int_equal(prepare(r, sources, 2, &out), OK);
	assert_int_equal(out.contents.n, 2);
	assert_true(LIST_AT(out.contents, struct kb_content, 0)->chunks > 1);
	assert_int_equal(LIST_AT(out.contents, struct kb_content, 1)->chunks, 1);
	for (size_t i = 0, content = 0, index = 0; i < out.chunks.n; i++, index++) {
		const struct kb_chunk *c = LIST_AT(out.chunks, struct kb_chunk, i);

		if (i + 1 == out.chunks.n)
			content = 1, index = 0;
		assert_true(str_eq(c->content_id, LIST_AT(out.contents, struct kb_content, content)->id));
		assert_int_equal(c->index, index);
	}
	assert_str(LIST_AT(out.chunks, struct kb_chunk, out.chunks.n - 1)->text, "Short.");
}

static void every_chunk_carries_its_vector_and_where_it_is_from(void **state)
{
	struct rig *r = *state;
	struct ingest_source source = {
		.kind = "website", .document = document_of(r, S("Apples ripen in autumn.")),
		.url = S("https://example.org/\"a\""),
	};
	struct str text = S("Apples ripen in autumn.");
	float expected[LEXICAL_DIMENSIONS];
	int64_t tokens;
	const struct kb_chunk *c;
	AUTO(ingest_fini) struct ingest out;

	source.document.title = S("Apples");
	assert_int_equal(prepare(r, &source, 1, &out), OK);
	c = LIST_AT(out.chunks, struct kb_chunk, 0);
	assert_str(c->metadata, "{\"chunkIndex\":0,\"source\":\"website\",\"url\":\"https://example.org/\\\"a\\\"\","
				"\"title\":\"Apples\"}");
	assert_int_equal(embed_texts(&r->ctx, &embedding_builtin, &text, 1, NULL, expected, &tokens), OK);
	assert_int_equal(c->dimensions, LEXICAL_DIMENSIONS);
	assert_memory_equal(c->vector, expected, sizeof(expected));
	assert_int_equal(c->embedder_id, embedding_builtin.id);
	assert_int_equal(out.tokens, tokens);
}

static void a_chunk_tells_its_page_and_headings_where_it_has_them(void **state)
{
	struct rig *r = *state;
	struct document_part parts[] = {
		{ .text = S("Apples ripen in autumn."), .page = 1 },
		{ .text = S("Pears ripen later."), .context = S("Guide > Pears"), .page = 7 },
	};
	struct document_part row = { .text = S("pear,3"), .context = S("name,price") };
	struct ingest_source sources[] = {
		{ .kind = "file", .document = { .parts = { parts, 2 } }, .format = DOCUMENT_PDF, .file_name = S("f.pdf") },
		{ .kind = "file", .document = { .parts = { &row, 1 } }, .format = DOCUMENT_CSV, .file_name = S("f.csv") },
	};
	AUTO(ingest_fini) struct ingest out;

	assert_int_equal(prepare(r, sources, 2, &out), OK);
	assert_int_equal(out.chunks.n, 3);
	assert_str(LIST_AT(out.chunks, struct kb_chunk, 0)->metadata,
		   "{\"chunkIndex\":0,\"source\":\"file\",\"fileName\":\"f.pdf\",\"mimeType\":\"application/pdf\",\"page\":1}");
	assert_str(LIST_AT(out.chunks, struct kb_chunk, 1)->metadata,
		   "{\"chunkIndex\":1,\"source\":\"file\",\"fileName\":\"f.pdf\",\"mimeType\":\"application/pdf\","
		   "\"heading\":\"Guide > Pears\",\"page\":7}");
	assert_str(LIST_AT(out.chunks, struct kb_chunk, 1)->text, "Guide > Pears\nPears ripen later.");
	/* A header row is no heading. */
	assert_str(LIST_AT(out.chunks, struct kb_chunk, 2)->metadata,
		   "{\"chunkIndex\":0,\"source\":\"file\",\"fileName\":\"f.csv\",\"mimeType\":\"text/csv\"}");
	assert_str(LIST_AT(out.chunks, struct kb_chunk, 2)->text, "name,price\npear,3");
	assert_str(LIST_AT(out.contents, struct kb_content, 1)->mime_type, "text/csv");
}

static void sizes_are_those_of_the_text_that_came(void **state)
{
	struct rig *r = *state;
	/* The line ends and the blank ones do not survive normalising. */
	struct ingest_source sources[] = { text_source(r, S("two words\r\n\r\n\r\n")), text_source(r, S("café")) };
	AUTO(ingest_fini) struct ingest out;

	assert_int_equal(prepare(r, sources, 2, &out), OK);
	assert_int_equal(out.size.bytes, 15 + 5);
	assert_int_equal(out.size.words, 3);
	assert_int_equal(out.size.chunks, 2);
	assert_int_equal(out.size.files, 0);
	assert_int_equal(out.size.pages, 0);
}

static void files_and_pages_are_counted_apart(void **state)
{
	struct rig *r = *state;
	struct ingest_source sources[] = {
		{ .kind = "file", .document = document_of(r, S("a")) },
		{ .kind = "website", .document = document_of(r, S("b")) },
		{ .kind = "file", .document = document_of(r, S("c")) },
	};
	AUTO(ingest_fini) struct ingest out;

	assert_int_equal(prepare(r, sources, 3, &out), OK);
	assert_int_equal(out.size.files, 2);
	assert_int_equal(out.size.pages, 1);
}

static void every_source_without_text_is_named(void **state)
{
	struct rig *r = *state;
	struct ingest_source sources[] = {
		text_source(r, S("fine")), text_source(r, S(" \r\n\t")), text_source(r, S("\u00a0\u2003")),
	};
	AUTO(ingest_fini) struct ingest out;

	for (size_t i = 0; i < 3; i++)
		sources[i].item.path = path_index(&r->ctx, NULL, i);
	assert_int_equal(prepare(r, sources, 3, &out), ERR_INVALID);
	assert_int_equal(r->ctx.issues->n, 2);
	for (size_t i = 0; i < 2; i++) {
		assert_string_equal(r->ctx.issues->items[i].code, "ingest_failed");
		assert_int_equal(r->ctx.issues->items[i].path->index, i + 1);
	}
}

static void nothing_at_all_is_prepared_too(void **state)
{
	struct rig *r = *state;
	AUTO(ingest_fini) struct ingest out;

	assert_int_equal(prepare(r, NULL, 0, &out), OK);
	assert_int_equal(out.contents.n + out.chunks.n, 0);
	assert_int_equal(out.size.bytes, 0);
}

static void what_was_prepared_is_stored(void **state)
{
	struct rig *r = *state;
	struct str id = add_base(r, "Valley", TEXTS("Apples ripen in autumn.", "Pears ripen later."));
	struct list chunks;

	assert_int_equal(chunks_page(&r->ctx, r->ctx.actor.workspace_id, id, 1, 10, 0, &chunks), OK);
	assert_int_equal(chunks.n, 2);
	assert_str(LIST_AT(chunks, struct kb_chunk, 0)->text, "Apples ripen in autumn.");
	assert_str(LIST_AT(chunks, struct kb_chunk, 1)->text, "Pears ripen later.");
}

static enum err shelve_and_fail(struct ctx *ctx, struct db_tx *tx, void *arg)
{
	TRY(shelve(ctx, tx, arg));
	return fail(ctx, ERR_BUSY, "the last moment");
}

static int64_t tokens_spent(struct rig *r)
{
	struct embedder e;

	assert_int_equal(embedders_current(&r->ctx, &e), OK);
	return e.tokens;
}

static void a_failed_transaction_leaves_nothing(void **state)
{
	struct rig *r = *state;
	struct ingest_source source = text_source(r, S("Apples"));
	struct shelf s = { .base = new_base(r, S("Gone")) };
	struct kb_counts counts;

	assert_int_equal(prepare(r, &source, 1, &s.content), OK);
	assert_int_equal(db_write(&r->ctx, shelve_and_fail, &s), ERR_BUSY);
	ingest_fini(&s.content);
	assert_int_equal(contents_count(&r->ctx, s.base.workspace_id, s.base.id, 1, &counts), OK);
	assert_int_equal(counts.contents + counts.chunks + counts.vectors, 0);
	assert_int_equal(tokens_spent(r), 0);
}

static void what_it_cost_is_charged_to_the_model(void **state)
{
	struct rig *r = *state;

	add_base(r, "Valley", TEXTS("Apples ripen in autumn."));
	assert_int_equal(tokens_spent(r), 6);
	add_base(r, "Hill", TEXTS("Apples ripen in autumn.", "Pears."));
	assert_int_equal(tokens_spent(r), 6 + 6 + 2);
}

static void vectors_of_a_model_that_is_not_current_are_not_stored(void **state)
{
	struct rig *r = *state;
	struct ingest_source source = text_source(r, S("Apples"));
	struct embedding_model former = embedding_builtin;
	struct shelf s = { .base = new_base(r, S("Late")) };
	struct kb_counts counts;

	former.id = 99;
	assert_int_equal(ingest_prepare(&r->ctx, &former, &source, 1, NULL, &s.content), OK);
	assert_int_equal(db_write(&r->ctx, shelve, &s), ERR_CONFLICT);
	ingest_fini(&s.content);
	assert_int_equal(contents_count(&r->ctx, s.base.workspace_id, s.base.id, 99, &counts), OK);
	assert_int_equal(counts.contents + counts.chunks + counts.vectors, 0);
}

/* -- in steps ------------------------------------------------------------------------------------ */

/* Text that takes several transactions. */
static void prepare_much(struct rig *r, struct shelf *s)
{
	struct ingest_source sources[] = { text_source(r, long_text(&r->mem, 3000)), text_source(r, S("Apples ripen.")) };

	s->base = new_base(r, S("Valley"));
	assert_int_equal(prepare(r, sources, 2, &s->content), OK);
	s->base.size = s->content.size;
}

static struct list find_words(struct rig *r, const char *text)
{
	struct search search = { .workspace_id = r->ctx.actor.workspace_id, .text = str_of(text), .everywhere = true,
				 .mode = SEARCH_KEYWORD, .top_k = 10, .min_similarity = 0, .model = &embedding_builtin };
	struct list hits;
	int64_t tokens;

	db_snapshot_end(&r->ctx);
	assert_int_equal(knowledge_search(&r->ctx, &search, &hits, &tokens), OK);
	return hits;
}

static void much_is_stored_in_steps_that_nobody_sees(void **state)
{
	struct rig *r = *state;
	struct shelf s;
	struct kb_counts counts;
	struct db_stats before, after;

	prepare_much(r, &s);
	db_stats(r->ctx.db, &before);
	assert_int_equal(ingest_stage(&r->ctx, s.base.id, NULL, &s.content), OK);
	db_stats(r->ctx.db, &after);
	assert_true(after.writes - before.writes > 3);
	assert_true(shelf_rows(r) > 100);
	assert_int_equal(contents_count(&r->ctx, s.base.workspace_id, s.base.id, 1, &counts), OK);
	assert_int_equal(counts.contents + counts.chunks + counts.vectors, 0);
	assert_int_equal(find_words(r, "weather in a valley").n, 0);
	assert_int_equal(db_write(&r->ctx, shelve, &s), OK);
	assert_int_equal(contents_count(&r->ctx, s.base.workspace_id, s.base.id, 1, &counts), OK);
	assert_int_equal(counts.contents, 2);
	assert_int_equal(counts.chunks, s.base.size.chunks);
	assert_int_equal(counts.vectors, s.base.size.chunks);
	assert_int_equal(find_words(r, "weather in a valley").n, 10);
	assert_int_equal(find_words(r, "apples ripen").n, 10);
	ingest_fini(&s.content);
}

static enum err shelve_more(struct ctx *ctx, struct db_tx *tx, void *arg)
{
	const struct shelf *s = arg;

	TRY(knowledge_bases_grow(ctx, tx, s->base.workspace_id, s->base.id, &s->content.size, 1));
	return ingest_store(ctx, tx, s->base.id, &s->content);
}

static void append(struct rig *r, struct str base_id, const char *text)
{
	struct ingest_source source = text_source(r, str_of(text));
	struct shelf s = { .base = { .id = base_id, .workspace_id = r->ctx.actor.workspace_id } };

	assert_int_equal(prepare(r, &source, 1, &s.content), OK);
	assert_int_equal(db_write(&r->ctx, shelve_more, &s), OK);
	ingest_fini(&s.content);
}

/* They stand in the same rows' neighbourhood as those of the base, before and behind which it has some. */
static void words_on_their_way_count_for_nothing(void **state)
{
	struct rig *r = *state;
	struct str id = add_base(r, "Valley", TEXTS("The weather is fine."));
	struct list alone, beside;
	struct shelf s;

	append(r, id, "Weather in a valley is wet weather.");
	alone = find_words(r, "weather in a valley");
	assert_int_equal(knowledge_sweep_all(&r->ctx, 1), OK);
	id = add_base(r, "Valley", TEXTS("The weather is fine."));
	prepare_much(r, &s);
	s.base.id = id;
	assert_int_equal(ingest_stage(&r->ctx, id, NULL, &s.content), OK);
	append(r, id, "Weather in a valley is wet weather.");
	beside = find_words(r, "weather in a valley");
	assert_int_equal(alone.n, 2);
	assert_int_equal(beside.n, 4);
	ingest_give_up(&r->ctx, &s.content);
	assert_int_equal(find_words(r, "weather in a valley").n, 4);
	ingest_fini(&s.content);
}

/* The hook keeps the reply to the request; it comes with what is shown, once. */
static enum err count_call(struct ctx *ctx, struct db_tx *tx, void *arg)
{
	(void)ctx, (void)tx;
	++*(int *)arg;
	return OK;
}

static void the_callers_hook_waits_for_the_last_step(void **state)
{
	struct rig *r = *state;
	struct shelf s;
	int calls = 0;

	prepare_much(r, &s);
	r->ctx.before_commit = (struct tx_hook){ count_call, &calls };
	assert_int_equal(ingest_stage(&r->ctx, s.base.id, NULL, &s.content), OK);
	assert_int_equal(calls, 0);
	assert_int_equal(db_write(&r->ctx, shelve, &s), OK);
	assert_int_equal(calls, 1);
	r->ctx.before_commit = (struct tx_hook){ NULL, NULL };
	ingest_fini(&s.content);
}

static void what_was_given_up_is_erased(void **state)
{
	struct rig *r = *state;
	struct shelf s;

	prepare_much(r, &s);
	assert_int_equal(ingest_stage(&r->ctx, s.base.id, NULL, &s.content), OK);
	assert_int_equal(knowledge_sweep_all(&r->ctx, now_us()), OK);
	assert_true(shelf_rows(r) > 100);
	assert_int_equal(fail(&r->ctx, ERR_BUSY, "a reason"), ERR_BUSY);
	ingest_give_up(&r->ctx, &s.content);
	assert_string_equal(r->ctx.why, "a reason");
	assert_int_equal(knowledge_sweep_all(&r->ctx, now_us()), OK);
	assert_int_equal(shelf_rows(r), 0);
	assert_int_equal(db_write(&r->ctx, shelve, &s), ERR_CONFLICT);
	ingest_fini(&s.content);
}

/* As after a crash, or when a disk stood still for so long. */
static void what_nobody_shows_is_erased_when_its_time_has_passed(void **state)
{
	struct rig *r = *state;
	struct shelf s;
	bool more;

	prepare_much(r, &s);
	assert_int_equal(ingest_stage(&r->ctx, s.base.id, NULL, &s.content), OK);
	assert_int_equal(knowledge_sweep(&r->ctx, now_us() + INT64_C(3600) * 1000 * 1000, &more), OK);
	assert_true(more);
	/* Half of it is there, and the clock was set back: it is not shown. */
	assert_int_equal(db_write(&r->ctx, shelve, &s), ERR_CONFLICT);
	assert_int_equal(knowledge_sweep_all(&r->ctx, now_us() + INT64_C(3600) * 1000 * 1000), OK);
	assert_int_equal(shelf_rows(r), 0);
	ingest_fini(&s.content);
}

static enum err drop_base(struct ctx *ctx, struct db_tx *tx, void *id)
{
	return knowledge_bases_delete(ctx, tx, ctx->actor.workspace_id, *(struct str *)id);
}

static void a_deleted_base_is_gone_at_once_and_its_rows_in_steps(void **state)
{
	struct rig *r = *state;
	struct str kept = add_base(r, "Kept", TEXTS("Pears in a valley."));
	int64_t rows = shelf_rows(r), before, steps = 0;
	struct shelf s;
	bool more = true;

	prepare_much(r, &s);
	assert_int_equal(ingest_stage(&r->ctx, s.base.id, NULL, &s.content), OK);
	assert_int_equal(db_write(&r->ctx, shelve, &s), OK);
	assert_int_equal(db_write(&r->ctx, drop_base, &s.base.id), OK);
	assert_int_equal(find_words(r, "weather in a valley").n, 1);
	for (; more; steps++) {
		before = shelf_rows(r);
		assert_int_equal(knowledge_sweep(&r->ctx, 1, &more), OK);
		assert_true(before - shelf_rows(r) <= 600);
		assert_int_equal(find_words(r, "weather in a valley").n, 1);
	}
	assert_true(steps > 3);
	assert_int_equal(shelf_rows(r), rows);
	assert_true(str_eq(LIST_AT(find_words(r, "pears"), struct search_hit, 0)->knowledge_base_id, kept));
	ingest_fini(&s.content);
}

/* -- progress ------------------------------------------------------------------------------------ */

struct listener {
	struct buf told;
	int wanted;                          /* looks until nobody waits any more; below 0: never */
};

static void tell(void *arg, enum progress_stage stage, const struct progress_item *item, int64_t n)
{
	struct listener *l = arg;

	buf_printf(&l->told, "%s %zu %lld; ", progress_stage_name(stage), item->index, (long long)n);
}

static bool wanted(void *arg)
{
	struct listener *l = arg;

	return l->wanted < 0 || l->wanted-- > 0;
}

static void every_item_is_told_of_when_it_is_cut_and_when_it_is_embedded(void **state)
{
	struct rig *r = *state;
	struct ingest_source sources[] = { text_source(r, long_text(&r->mem, 20)), text_source(r, S("Short.")) };
	struct listener listener = { { .mem = &r->mem }, -1 };
	struct progress progress = { tell, wanted, &listener };
	AUTO(ingest_fini) struct ingest out;

	sources[1].item.index = 1;
	assert_int_equal(ingest_prepare(&r->ctx, &embedding_builtin, sources, 2, &progress, &out), OK);
	assert_str(buf_view(&listener.told), "chunked 0 2; chunked 1 1; embedded 0 2; embedded 1 1; ");
}

static void nothing_is_embedded_for_a_client_that_has_left(void **state)
{
	struct rig *r = *state;
	struct ingest_source sources[] = { text_source(r, S("One.")), text_source(r, S("Two.")) };
	struct listener listener = { { .mem = &r->mem }, 0 };
	struct progress progress = { tell, wanted, &listener };

	for (int looks = 0; looks < 3; looks++) {
		AUTO(ingest_fini) struct ingest out;

		listener.wanted = looks;
		listener.told.n = 0;
		assert_int_equal(ingest_prepare(&r->ctx, &embedding_builtin, sources, 2, &progress, &out), ERR_GONE);
		assert_true(str_find(buf_view(&listener.told), S("embedded 1")) < 0);
	}
	assert_int_equal(r->ctx.issues->n, 0);
}

/* -- a provider ---------------------------------------------------------------------------------- */

static struct embedding_model remote_model(void)
{
	return (struct embedding_model){ .id = 7, .provider = S("CUSTOM"), .name = S(FAKE_MODEL), .base_url = fake.base_url,
					 .key = S(FAKE_KEY), .dimensions = FAKE_DIMENSIONS };
}

static void a_provider_that_fails_fails_every_item_and_nothing_more(void **state)
{
	static const enum fault FAULTS[] = { FAULT_STATUS, FAULT_FEWER, FAULT_NAN, FAULT_SHORT_VECTOR };
	struct rig *r = *state;
	struct ingest_source sources[] = { text_source(r, S("One.")), text_source(r, S("Two.")) };
	struct embedding_model model = remote_model();

	for (size_t i = 0; i < 2; i++)
		sources[i].item.path = path_index(&r->ctx, NULL, i);
	for (size_t i = 0; i < COUNT_OF(FAULTS); i++) {
		AUTO(ingest_fini) struct ingest out;

		fake.fault = FAULTS[i];
		fake.status = 400;
		fake.n_faulty = -1;
		r->ctx.issues->n = 0;
		assert_int_equal(ingest_prepare(&r->ctx, &model, sources, 2, NULL, &out), ERR_INVALID);
		assert_int_equal(r->ctx.issues->n, 2);
		for (size_t k = 0; k < 2; k++) {
			assert_string_equal(r->ctx.issues->items[k].code, "ingest_failed");
			assert_int_equal(r->ctx.issues->items[k].path->index, k);
			assert_true(str_find(r->ctx.issues->items[k].message, S(FAKE_KEY)) < 0);
		}
	}
}

static void a_providers_vectors_are_taken_with_its_count_of_tokens(void **state)
{
	struct rig *r = *state;
	struct ingest_source source = text_source(r, S("One."));
	struct embedding_model model = remote_model();
	AUTO(ingest_fini) struct ingest out;

	assert_int_equal(ingest_prepare(&r->ctx, &model, &source, 1, NULL, &out), OK);
	assert_int_equal(out.embedder_id, 7);
	assert_true(out.tokens > 0);
	assert_int_equal(LIST_AT(out.chunks, struct kb_chunk, 0)->dimensions, FAKE_DIMENSIONS);
	assert_int_equal(LIST_AT(out.chunks, struct kb_chunk, 0)->embedder_id, 7);
}

static int provider_set_up(void **state)
{
	workspace_set_up(state);
	fake_start();
	return 0;
}

static int provider_tear_down(void **state)
{
	fake_stop();
	return rig_tear_down(state);
}

/* Once, before the first request. */
static void set_up_client(void)
{
	struct ctx ctx = {0};

	assert_int_equal(http_client_setup(&ctx, (struct str){ NULL, 0 }), OK);
}

#define WITH_A_PROVIDER(test) cmocka_unit_test_setup_teardown(test, provider_set_up, provider_tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		IN_WORKSPACE(each_source_becomes_a_content_with_chunks_of_its_own),
		IN_WORKSPACE(every_chunk_carries_its_vector_and_where_it_is_from),
		IN_WORKSPACE(a_chunk_tells_its_page_and_headings_where_it_has_them),
		IN_WORKSPACE(sizes_are_those_of_the_text_that_came),
		IN_WORKSPACE(files_and_pages_are_counted_apart),
		IN_WORKSPACE(every_source_without_text_is_named),
		IN_WORKSPACE(nothing_at_all_is_prepared_too),
		IN_WORKSPACE(what_was_prepared_is_stored),
		IN_WORKSPACE(a_failed_transaction_leaves_nothing),
		IN_WORKSPACE(what_it_cost_is_charged_to_the_model),
		IN_WORKSPACE(vectors_of_a_model_that_is_not_current_are_not_stored),
		IN_WORKSPACE(much_is_stored_in_steps_that_nobody_sees),
		IN_WORKSPACE(words_on_their_way_count_for_nothing),
		IN_WORKSPACE(the_callers_hook_waits_for_the_last_step),
		IN_WORKSPACE(what_was_given_up_is_erased),
		IN_WORKSPACE(what_nobody_shows_is_erased_when_its_time_has_passed),
		IN_WORKSPACE(a_deleted_base_is_gone_at_once_and_its_rows_in_steps),
		IN_WORKSPACE(every_item_is_told_of_when_it_is_cut_and_when_it_is_embedded),
		IN_WORKSPACE(nothing_is_embedded_for_a_client_that_has_left),
		WITH_A_PROVIDER(a_provider_that_fails_fails_every_item_and_nothing_more),
		WITH_A_PROVIDER(a_providers_vectors_are_taken_with_its_count_of_tokens),
	};

	set_up_client();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
