/* test/db/fault_test.c: the disk fails at the Nth write, for every N: nothing is half done, no
 * answer was wrong, and the store works again once the disk does.
 */
#include "fixture.h"

#include "base/log.h"
#include "fault_vfs.h"

enum { N_WRITES = 5, CALLS_MAX = 500 };

/* How the disk fails. */
static const struct way {
	int code;
	bool for_good;
} WAYS[] = {
	{ SQLITE_IOERR_WRITE, false },
	{ SQLITE_FULL, false },
	{ SQLITE_FULL, true },
	{ SQLITE_IOERR_FSYNC, true },
};

/* Two rows in one work: never one without the other. */
static enum err insert_pair(struct ctx *ctx, struct db_tx *tx, void *arg)
{
	const int64_t *id = arg;

	TRY(insert_thing(ctx, tx, &(struct thing){ *id, { NULL, 0 } }));
	return insert_thing(ctx, tx, &(struct thing){ -*id, { NULL, 0 } });
}

/* Every other one does not wait for the disk. */
static enum err write_pair(struct fixture *f, int64_t id)
{
	return id % 2 ? db_write(&f->ctx, insert_pair, &id) : db_write_unsynced(&f->ctx, insert_pair, &id);
}

static void assert_pairs(struct fixture *f, const enum err *results)
{
	for (int64_t id = 1; id <= N_WRITES; id++) {
		assert_int_equal(thing_exists(&f->ctx, id), results[id] == OK);
		assert_int_equal(thing_exists(&f->ctx, -id), results[id] == OK);
	}
}

/* True when the fault struck: there may be a later call to fail. */
static bool writes_with_a_fault(int nth, const struct way *way)
{
	struct fixture *f = fixture_new();
	enum err results[N_WRITES + 1];
	bool struck;

	fixture_open(f);
	fault_arm(nth, way->code, way->for_good);
	for (int64_t id = 1; id <= N_WRITES; id++)
		results[id] = write_pair(f, id);
	struck = fault_disarm();

	assert_pairs(f, results);
	assert_int_equal(write_pair(f, 100), OK);
	fixture_close(f);
	fixture_open(f);
	assert_pairs(f, results);
	assert_true(thing_exists(&f->ctx, 100));
	fixture_free(f);
	return struck;
}

static bool opening_with_a_fault(int nth, const struct way *way)
{
	static const struct sql APPLIED = { "test.applied", "SELECT count(*) FROM schema_migration" };
	struct fixture *f = fixture_new();
	struct db_options options = fixture_options(f);
	bool struck;
	enum err e;

	fault_arm(nth, way->code, way->for_good);
	e = db_open(&f->ctx, &options, &f->db);
	struck = fault_disarm();
	assert_true(struck || e == OK);
	fixture_close(f);

	fixture_open(f);
	assert_int_equal(read_number(&f->ctx, &APPLIED), 1);
	assert_int_equal(write_pair(f, 1), OK);
	fixture_free(f);
	return struck;
}

/* The last connection moves the log into the database file: a failure there must lose nothing. */
static bool closing_with_a_fault(int nth, const struct way *way)
{
	struct fixture *f = fixture_new();
	bool struck;

	fixture_open(f);
	assert_int_equal(write_pair(f, 1), OK);
	fault_arm(nth, way->code, way->for_good);
	fixture_close(f);
	struck = fault_disarm();
	fixture_open(f);
	assert_true(thing_exists(&f->ctx, 1) && thing_exists(&f->ctx, -1));
	assert_int_equal(write_pair(f, 2), OK);
	fixture_free(f);
	return struck;
}

/* Fails the first call, then the second, and so on until there is none left to fail. */
static void fail_each_call(bool (*story)(int nth, const struct way *way))
{
	for (size_t i = 0; i < COUNT_OF(WAYS); i++) {
		int nth = 1;

		while (nth < CALLS_MAX && story(nth, &WAYS[i]))
			nth++;
		assert_in_range(nth, 2, CALLS_MAX - 1);
	}
}

static void a_failing_disk_never_leaves_half_a_write(void **state)
{
	fail_each_call(writes_with_a_fault);
}

static void a_failing_disk_never_leaves_half_a_schema(void **state)
{
	fail_each_call(opening_with_a_fault);
}

static void a_failing_disk_while_closing_loses_nothing(void **state)
{
	fail_each_call(closing_with_a_fault);
}

static int syncs_of(struct fixture *f, enum err (*write)(struct ctx *ctx, db_work *work, void *arg), int64_t id)
{
	int before = fault.syncs;

	assert_int_equal(write(&f->ctx, insert_pair, &id), OK);
	return fault.syncs - before;
}

static void only_a_write_that_asks_for_it_waits_for_the_disk(void **state)
{
	struct fixture *f = fixture_new();

	fixture_open(f);
	assert_int_equal(write_pair(f, 1), OK);
	assert_int_equal(syncs_of(f, db_write_unsynced, 2), 0);
	assert_int_equal(syncs_of(f, db_write, 3), 1);
	assert_int_equal(syncs_of(f, db_write_unsynced, 4), 0);
	assert_int_equal(syncs_of(f, db_write_unsynced, 5), 0);
	assert_int_equal(syncs_of(f, db_write, 6), 1);
	fixture_free(f);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_failing_disk_never_leaves_half_a_write),
		cmocka_unit_test(a_failing_disk_never_leaves_half_a_schema),
		cmocka_unit_test(a_failing_disk_while_closing_loses_nothing),
		cmocka_unit_test(only_a_write_that_asks_for_it_waits_for_the_disk),
	};

	log_setup(LOG_OFF, LOG_TEXT);
	fault_install();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
