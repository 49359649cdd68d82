/* test/sched/knowledge_sweeper_test.c: the thread that erases what has left. */
#include "sched/knowledge_sweeper.h"

#include <unistd.h>

#include "../knowledge/shelf.h"
#include "base/clock.h"

enum { PATIENCE_MS = 60 * 1000, BASES = 20 };

static enum err drop(struct ctx *ctx, struct db_tx *tx, void *id)
{
	return knowledge_bases_delete(ctx, tx, ctx->actor.workspace_id, *(struct str *)id);
}

static void drop_some(struct rig *r)
{
	for (int i = 0; i < BASES; i++) {
		struct str id = add_base(r, "Valley", TEXTS("Apples ripen in autumn.", "Pears ripen later."));

		assert_int_equal(db_write(&r->ctx, drop, &id), OK);
	}
}

static void wait_for_rows(struct rig *r, int64_t n)
{
	int64_t end = mono_ms() + PATIENCE_MS;

	while (shelf_rows(r) != n) {
		assert_true(mono_ms() < end);
		usleep(2000);
	}
}

static void what_was_deleted_leaves_by_itself(void **state)
{
	struct rig *r = *state;
	struct knowledge_sweeper *s;
	int64_t rows;

	add_base(r, "Kept", TEXTS("Plums do not ripen at all."));
	rows = shelf_rows(r);
	drop_some(r);
	assert_true(shelf_rows(r) > rows);
	assert_int_equal(knowledge_sweeper_start(&r->ctx, r->ctx.db, &s), OK);
	wait_for_rows(r, rows);
	drop_some(r);
	wait_for_rows(r, rows);
	knowledge_sweeper_stop(s);
}

static void two_at_it_do_each_other_no_harm(void **state)
{
	struct rig *r = *state;
	struct knowledge_sweeper *s, *other;

	drop_some(r);
	assert_int_equal(knowledge_sweeper_start(&r->ctx, r->ctx.db, &s), OK);
	assert_int_equal(knowledge_sweeper_start(&r->ctx, r->ctx.db, &other), OK);
	wait_for_rows(r, 0);
	knowledge_sweeper_stop(s);
	knowledge_sweeper_stop(other);
	knowledge_sweeper_stop(NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		IN_WORKSPACE(what_was_deleted_leaves_by_itself),
		IN_WORKSPACE(two_at_it_do_each_other_no_harm),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
