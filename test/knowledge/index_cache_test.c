/* test/knowledge/index_cache_test.c: what is in memory follows the store, for every snapshot of it. */
#include <pthread.h>

#include "knowledge/index_internal.h"
#include "knowledge/sweep.h"
#include "vectors.h"

enum { N = 70 };                             /* dimensions */

struct shelf {
	struct rig *r;
	struct embedding_model model;
	struct str base;
	float vector[N];
};

static void make_shelf(struct shelf *s, struct rig *r)
{
	*s = (struct shelf){ .r = r, .model = model_of(&r->ctx, N), .base = empty_base(&r->ctx) };
	make_vector(CLUSTERED, 3, s->vector, N);
	index_forget_all();
	index_memory_limit((size_t)1 << 30);
}

static struct index_query query_of(const struct shelf *s)
{
	return (struct index_query){ .workspace_id = s->r->ctx.actor.workspace_id, .knowledge_base_id = s->base,
				     .model = &s->model, .vector = s->vector };
}

static struct batch add(struct shelf *s, size_t first, size_t n)
{
	return add_batch(&s->r->ctx, (struct batch){ .base_id = s->base, .model = &s->model, .like = CLUSTERED,
						     .first = first, .n = n });
}

static struct batch stage(struct shelf *s, size_t first, size_t n)
{
	return stage_batch(&s->r->ctx, (struct batch){ .base_id = s->base, .model = &s->model, .like = CLUSTERED,
						       .first = first, .n = n });
}

static bool same_in(struct ctx *ctx, const struct shelf *s)
{
	struct index_query q = query_of(s);

	return finds_the_same(ctx, &q, 1) && finds_the_same(ctx, &q, 12);
}

/* In a snapshot of its own. */
static bool same(struct shelf *s)
{
	bool is_same;

	assert_int_equal(db_snapshot_begin(&s->r->ctx), OK);
	is_same = same_in(&s->r->ctx, s);
	db_snapshot_end(&s->r->ctx);
	return is_same;
}

static enum err run_sql(struct ctx *ctx, struct db_tx *tx, void *sql)
{
	AUTO(stmt_done) struct stmt s = {0};

	TRY(stmt_write(ctx, tx, sql, &s));
	return stmt_run(ctx, &s, NULL);
}

static void what_was_added_is_found_and_what_was_removed_is_not(void **state)
{
	struct batch batches[12];
	struct shelf s;

	make_shelf(&s, *state);
	assert_true(same(&s));
	for (size_t i = 0; i < COUNT_OF(batches); i++) {
		batches[i] = add(&s, 100 * i, 3 + 20 * (i % 4));
		assert_true(same(&s));
	}
	for (size_t i = 0; i < COUNT_OF(batches); i++) {
		remove_batch(&s.r->ctx, &batches[i * 5 % COUNT_OF(batches)]);
		assert_true(same(&s));
		if (i % 3 == 0) {
			add(&s, 2000 + 10 * i, 5);
			assert_true(same(&s));
		}
	}
}

/* Someone else's snapshot, taken now. */
static struct ctx snapshot_of(struct shelf *s)
{
	struct ctx ctx = s->r->ctx;
	struct kb_base_state now;

	ctx.reader = NULL;
	assert_int_equal(db_snapshot_begin(&ctx), OK);
	assert_int_equal(contents_state(&ctx, ctx.actor.workspace_id, s->base, &now), OK);
	return ctx;
}

/* Two snapshots taken at different times are searched in any order. */
static void an_older_snapshot_finds_what_it_shows(void **state)
{
	struct shelf s;
	struct ctx old;
	struct batch first, second;
	uint64_t in_store;

	make_shelf(&s, *state);
	first = add(&s, 0, 80);
	second = add(&s, 100, 250);
	add(&s, 400, 250);
	assert_true(same(&s));
	old = snapshot_of(&s);
	in_store = index_stats().in_store;
	add(&s, 3, 1);                               /* the very vector that is asked for */
	assert_true(same(&s));
	assert_true(same_in(&old, &s));
	remove_batch(&s.r->ctx, &first);
	assert_true(same(&s));
	assert_true(same_in(&old, &s));
	assert_int_equal(index_stats().in_store, in_store);
	/* Now so much is gone that the set is made anew. */
	remove_batch(&s.r->ctx, &second);
	assert_true(same(&s));
	assert_true(same_in(&old, &s));
	assert_true(same(&s));
	db_reader_close(old.reader);
}

static void an_older_snapshot_that_comes_first_does_no_harm(void **state)
{
	struct shelf s;
	struct ctx old;
	struct batch first;

	make_shelf(&s, *state);
	first = add(&s, 0, 30);
	add(&s, 100, 100);
	old = snapshot_of(&s);
	remove_batch(&s.r->ctx, &first);
	/* Loaded by the newer one, the set never had what the older one shows. */
	assert_true(same(&s));
	assert_true(same_in(&old, &s));
	index_forget_all();
	assert_true(same_in(&old, &s));
	assert_true(same(&s));
	db_reader_close(old.reader);
}

/* The index learns of two removals at once, and cannot tell which of them a snapshot in between has seen. */
static void a_snapshot_between_two_removals_finds_what_it_shows(void **state)
{
	struct shelf s;
	struct ctx between;
	struct batch nearest, other;
	uint64_t in_store;

	make_shelf(&s, *state);
	nearest = add(&s, 0, 40);
	other = add(&s, 100, 30);
	add(&s, 200, 500);
	assert_true(same(&s));
	remove_batch(&s.r->ctx, &nearest);
	between = snapshot_of(&s);
	remove_batch(&s.r->ctx, &other);
	assert_true(same(&s));
	in_store = index_stats().in_store;
	assert_true(same_in(&between, &s));
	assert_int_equal(index_stats().in_store, in_store);
	db_reader_close(between.reader);
}

/* A content that was long on its way has smaller seqs than those that came in the meantime. */
static void what_arrives_late_is_found_from_then_on(void **state)
{
	struct shelf s;
	struct ctx old;
	struct batch late, later;

	make_shelf(&s, *state);
	add(&s, 100, 50);
	late = stage(&s, 0, 40);
	later = stage(&s, 300, 70);
	add(&s, 200, 60);
	assert_true(same(&s));
	end_batch(&s.r->ctx, &later);
	assert_true(same(&s));
	old = snapshot_of(&s);
	end_batch(&s.r->ctx, &late);
	assert_true(same(&s));
	assert_true(same_in(&old, &s));
	remove_batch(&s.r->ctx, &later);
	assert_true(same(&s));
	assert_true(same_in(&old, &s));
	index_forget_all();
	assert_true(same(&s));
	assert_true(same_in(&old, &s));
	db_reader_close(old.reader);
}

/* Marked by somebody who learned of two removals at once, still to be read, and not a part of the base any more. */
static void what_was_removed_is_not_found_while_its_rows_linger(void **state)
{
	struct shelf s;
	struct ctx between;
	struct batch nearest, other;

	make_shelf(&s, *state);
	nearest = add(&s, 0, 40);
	other = add(&s, 100, 30);
	add(&s, 200, 500);
	assert_true(same(&s));
	remove_batch(&s.r->ctx, &nearest);
	between = snapshot_of(&s);
	remove_batch(&s.r->ctx, &other);
	assert_true(same(&s));
	assert_true(same_in(&between, &s));
	assert_int_equal(knowledge_sweep_all(&s.r->ctx, 1), OK);
	assert_true(same(&s));
	assert_true(same_in(&between, &s));
	db_reader_close(between.reader);
}

static void vectors_that_vanish_unannounced_are_missed(void **state)
{
	static struct sql vanish = { "test.vanish", "DELETE FROM kb_vector WHERE chunk_seq % 5 = 0" };
	struct shelf s;

	make_shelf(&s, *state);
	add(&s, 0, 600);
	assert_true(same(&s));
	log_setup(LOG_OFF, LOG_TEXT);
	assert_int_equal(db_write(&s.r->ctx, run_sql, &vanish), OK);
	assert_true(same(&s));
	assert_true(same(&s));
	log_setup(LOG_ERROR, LOG_TEXT);
}

static void loading_goes_on_where_it_failed(void **state)
{
	static struct sql damage = { "test.damage", "UPDATE kb_vector SET vector = CAST(x'00' || vector AS BLOB) "
						    "WHERE id = 50" };
	static struct sql mend = { "test.mend", "UPDATE kb_vector SET vector = substr(vector, 2) WHERE id = 50" };
	struct index_best best = { .items = &(struct index_hit){0}, .max = 1 };
	struct index_query q;
	struct batch first;
	struct shelf s;

	make_shelf(&s, *state);
	q = query_of(&s);
	first = add(&s, 0, 20);
	add(&s, 300, 100);
	assert_int_equal(db_write(&s.r->ctx, run_sql, &damage), OK);
	assert_int_equal(index_search(&s.r->ctx, &q, &best), ERR_INTERNAL);
	assert_int_equal(db_write(&s.r->ctx, run_sql, &mend), OK);
	/* What was read before is no longer all there. */
	remove_batch(&s.r->ctx, &first);
	assert_true(same(&s));
}

/* -- memory -------------------------------------------------------------------------------------- */

static void what_was_used_longest_ago_leaves_first(void **state)
{
	struct shelf small, large, other;
	size_t small_bytes, large_bytes;

	make_shelf(&other, *state);
	add(&other, 0, 100);
	make_shelf(&large, *state);
	add(&large, 100, 2000);
	make_shelf(&small, *state);
	add(&small, 0, 100);
	assert_true(same(&small));
	small_bytes = index_memory_used();
	assert_true(same(&large));
	large_bytes = index_memory_used() - small_bytes;
	assert_true(small_bytes > 0 && large_bytes > small_bytes);
	assert_true(same(&small));
	index_memory_limit(small_bytes + large_bytes);
	assert_true(same(&other));
	assert_int_equal(index_memory_used(), 2 * small_bytes);
	index_memory_limit(0);
	assert_int_equal(index_memory_used(), 0);
}

static void a_base_larger_than_the_limit_is_searched_and_not_kept(void **state)
{
	struct shelf s;

	make_shelf(&s, *state);
	add(&s, 0, 100);
	index_memory_limit(1000);
	assert_true(same(&s));
	assert_int_equal(index_memory_used(), 0);
	index_memory_limit((size_t)1 << 30);
	assert_true(same(&s));
	assert_true(index_memory_used() > 0);
}

static void memory_of_what_was_removed_is_given_back(void **state)
{
	struct batch large;
	struct shelf s;
	size_t before;

	make_shelf(&s, *state);
	add(&s, 0, 20);
	large = add(&s, 1000, 3000);
	assert_true(same(&s));
	before = index_memory_used();
	remove_batch(&s.r->ctx, &large);
	assert_true(same(&s));
	assert_true(index_memory_used() < before / 4);
	index_forget_all();
	assert_int_equal(index_memory_used(), 0);
}

/* -- all at once --------------------------------------------------------------------------------- */

enum { SEARCHERS = 3, CHANGES = 60, HELD = 6 };

struct searcher {
	pthread_t thread;
	struct shelf *shelf;
	atomic_bool *stop;
	int searches, wrong;
};

static void *search_on(void *arg)
{
	struct searcher *me = arg;
	struct arena mem;
	struct ctx ctx = { .mem = &mem, .db = me->shelf->r->ctx.db, .actor = me->shelf->r->ctx.actor };

	arena_init(&mem, 0);
	while (!atomic_load(me->stop) || me->searches == 0) {
		struct index_query q = query_of(me->shelf);

		if (db_snapshot_begin(&ctx) != OK)
			break;
		me->wrong += !finds_the_same(&ctx, &q, 8);
		me->searches++;
		db_snapshot_end(&ctx);
	}
	db_reader_close(ctx.reader);
	arena_fini(&mem);
	return NULL;
}

static void searches_are_exact_while_others_write(void **state)
{
	struct searcher searchers[SEARCHERS];
	struct batch held[HELD];
	atomic_bool stop = false;
	struct shelf s;

	make_shelf(&s, *state);
	for (size_t i = 0; i < HELD; i++)
		held[i] = add(&s, 50 * i, 30);
	for (size_t i = 0; i < SEARCHERS; i++) {
		searchers[i] = (struct searcher){ .shelf = &s, .stop = &stop };
		assert_int_equal(pthread_create(&searchers[i].thread, NULL, search_on, &searchers[i]), 0);
	}
	for (size_t i = 0; i < CHANGES; i++) {
		remove_batch(&s.r->ctx, &held[i % HELD]);
		if (i % 4 == 0)
			assert_int_equal(knowledge_sweep_all(&s.r->ctx, 1), OK);
		held[i % HELD] = add(&s, 1000 + 40 * i, 30);
		if (i % 16 == 15)
			index_forget_all();
	}
	atomic_store(&stop, true);
	for (size_t i = 0; i < SEARCHERS; i++) {
		assert_int_equal(pthread_join(searchers[i].thread, NULL), 0);
		assert_true(searchers[i].searches > 0);
		assert_int_equal(searchers[i].wrong, 0);
	}
	assert_true(same(&s));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		IN_WORKSPACE(what_was_added_is_found_and_what_was_removed_is_not),
		IN_WORKSPACE(an_older_snapshot_finds_what_it_shows),
		IN_WORKSPACE(an_older_snapshot_that_comes_first_does_no_harm),
		IN_WORKSPACE(a_snapshot_between_two_removals_finds_what_it_shows),
		IN_WORKSPACE(what_arrives_late_is_found_from_then_on),
		IN_WORKSPACE(what_was_removed_is_not_found_while_its_rows_linger),
		IN_WORKSPACE(vectors_that_vanish_unannounced_are_missed),
		IN_WORKSPACE(loading_goes_on_where_it_failed),
		IN_WORKSPACE(what_was_used_longest_ago_leaves_first),
		IN_WORKSPACE(a_base_larger_than_the_limit_is_searched_and_not_kept),
		IN_WORKSPACE(memory_of_what_was_removed_is_given_back),
		IN_WORKSPACE(searches_are_exact_while_others_write),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
