/* test/db/writer_test.c: group commit: who shares a commit, who is hurt by whom, and what
 * outlives a killed process.
 *
 * To make a batch of known members, a "gate" write is put first: it holds the writer thread
 * until the others are seen in the queue.
 */
#include "fixture.h"

#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include "fault_vfs.h"

/* -- batches ------------------------------------------------------------------------------- */

enum { MEMBERS_MAX = 16 };

struct member {
	pthread_t thread;
	struct db *db;
	db_work *work;
	int64_t id, deadline_ms;
	struct tx_hook before_commit;
	char why[512];
	enum err result;
};

struct batch {
	struct db *db;
	size_t n;
	struct member members[MEMBERS_MAX];
};

/* `work` gets a struct thing with the member's id. */
static struct member *add_member(struct batch *b, db_work *work)
{
	struct member *m = &b->members[b->n++];

	assert_true(b->n <= MEMBERS_MAX);
	*m = (struct member){ .db = b->db, .work = work, .id = (int64_t)b->n };
	return m;
}

static void *member_main(void *arg)
{
	struct member *m = arg;
	struct arena mem;
	struct ctx ctx = { .db = m->db, .mem = &mem, .deadline_ms = m->deadline_ms, .before_commit = m->before_commit };
	struct thing thing = { m->id, { NULL, 0 } };

	arena_init(&mem, 0);
	m->result = db_write(&ctx, m->work, &thing);
	memcpy(m->why, ctx.why, sizeof(m->why));
	db_reader_close(ctx.reader);
	arena_fini(&mem);
	return NULL;
}

static void wait_until_queued(struct db *db, size_t n)
{
	int64_t give_up_ms = mono_ms() + PATIENCE_MS;
	struct db_stats stats;

	do {
		db_stats(db, &stats);
	} while (stats.waiting < n && mono_ms() < give_up_ms);
	assert_int_equal(stats.waiting, n);
}

/* The gate: lets the members queue up behind it in order, then makes way. */
static enum err start_members(struct ctx *ctx, struct db_tx *tx, void *arg)
{
	struct batch *b = arg;

	for (size_t i = 0; i < b->n; i++) {
		assert_int_equal(pthread_create(&b->members[i].thread, NULL, member_main, &b->members[i]), 0);
		wait_until_queued(b->db, i + 1);
	}
	return OK;
}

static void join_members(struct batch *b)
{
	for (size_t i = 0; i < b->n; i++)
		pthread_join(b->members[i].thread, NULL);
}

static void run_members(struct fixture *f, struct batch *b)
{
	/* The gate itself succeeds unless a member takes the transaction down with it. */
	enum err gate = db_write(&f->ctx, start_members, b);

	assert_true(gate == OK || gate == ERR_BUSY);
	join_members(b);
}

static void assert_results_hold(struct fixture *f, const struct batch *b)
{
	for (size_t i = 0; i < b->n; i++)
		assert_int_equal(thing_exists(&f->ctx, b->members[i].id), b->members[i].result == OK);
}

static enum err insert_then_fail(struct ctx *ctx, struct db_tx *tx, void *arg)
{
	TRY(insert_thing(ctx, tx, arg));
	return fail(ctx, ERR_UNPROCESSABLE, "on second thought, no");
}

static void writes_that_wait_together_share_a_commit(void **state)
{
	struct fixture *f = *state;
	struct batch b = { .db = f->db };
	struct db_stats stats;

	for (int i = 0; i < 10; i++)
		add_member(&b, insert_thing);
	run_members(f, &b);
	assert_results_hold(f, &b);
	assert_int_equal(read_number(&f->ctx, &THING[COUNT]), 10);
	db_stats(f->db, &stats);
	assert_int_equal(stats.writes, 11);
	assert_int_equal(stats.commits, 1);
	assert_int_equal(stats.rollbacks, 0);
}

static void a_batch_is_no_larger_than_asked_for(void **state)
{
	struct fixture *f = *state;
	struct db_options options = fixture_options(f);
	struct batch b = { 0 };
	struct db_stats stats;

	options.batch_max = 4;
	assert_int_equal(db_open(&f->ctx, &options, &f->db), OK);
	f->ctx.db = b.db = f->db;
	for (int i = 0; i < 8; i++)
		add_member(&b, insert_thing);
	run_members(f, &b);
	db_stats(f->db, &stats);
	assert_int_equal(stats.writes, 9);
	assert_int_equal(stats.commits, 3);
}

static void a_failing_write_does_not_hurt_its_neighbours(void **state)
{
	struct fixture *f = *state;
	struct batch b = { .db = f->db };
	struct db_stats stats;

	for (int i = 0; i < 12; i++)
		add_member(&b, i % 3 == 0 ? insert_then_fail : insert_thing);
	b.members[4].id = b.members[1].id;
	run_members(f, &b);
	for (int i = 0; i < 12; i++) {
		assert_int_equal(b.members[i].result, i % 3 == 0 ? ERR_UNPROCESSABLE : i == 4 ? ERR_CONFLICT : OK);
		if (i % 3 == 0)
			assert_string_equal(b.members[i].why, "on second thought, no");
	}
	assert_int_equal(read_number(&f->ctx, &THING[COUNT]), 7);
	db_stats(f->db, &stats);
	assert_int_equal(stats.writes, 8);
	assert_int_equal(stats.commits, 1);
	assert_int_equal(stats.rollbacks, 5);
}

static enum err insert_orphan(struct ctx *ctx, struct db_tx *tx, void *arg)
{
	static const struct sql ORPHAN = { "parts.orphan", "INSERT INTO part (thing_id, weight) VALUES (4711, 1)" };
	AUTO(stmt_done) struct stmt s = { 0 };

	TRY(insert_thing(ctx, tx, arg));
	TRY(stmt_write(ctx, tx, &ORPHAN, &s));
	return stmt_run(ctx, &s, NULL);
}

static void a_reference_that_never_resolves_fails_its_own_write_only(void **state)
{
	struct fixture *f = *state;
	struct batch b = { .db = f->db };

	add_member(&b, insert_thing);
	add_member(&b, insert_orphan);
	add_member(&b, insert_thing);
	run_members(f, &b);
	assert_int_equal(b.members[0].result, OK);
	assert_int_equal(b.members[1].result, ERR_CONFLICT);
	assert_int_equal(b.members[2].result, OK);
	assert_results_hold(f, &b);
}

/* A hook that finds its work's row through the transaction, then refuses what `arg` says. */
static enum err refuse(struct ctx *ctx, struct db_tx *tx, void *arg)
{
	const int64_t *refused = arg;

	if (thing_exists(ctx, *refused))
		return fail(ctx, ERR_FORBIDDEN, "not this one");
	return OK;
}

static void the_hook_before_the_commit_can_refuse_it(void **state)
{
	struct fixture *f = *state;
	struct batch b = { .db = f->db };
	int64_t refused = 2;

	add_member(&b, insert_thing);
	add_member(&b, insert_thing)->before_commit = (struct tx_hook){ refuse, &refused };
	add_member(&b, insert_thing)->before_commit = (struct tx_hook){ refuse, &refused };
	run_members(f, &b);
	assert_int_equal(b.members[0].result, OK);
	assert_int_equal(b.members[1].result, ERR_FORBIDDEN);
	assert_int_equal(b.members[2].result, OK);
	assert_results_hold(f, &b);
}

static void a_write_past_its_deadline_is_not_begun(void **state)
{
	struct fixture *f = *state;
	struct batch b = { .db = f->db };

	add_member(&b, insert_thing)->deadline_ms = mono_ms();
	add_member(&b, insert_thing)->deadline_ms = mono_ms() + 10 * PATIENCE_MS;
	run_members(f, &b);
	assert_int_equal(b.members[0].result, ERR_TIMEOUT);
	assert_int_equal(b.members[1].result, OK);
	assert_results_hold(f, &b);
}

/* Leaves the store no page to grow by. */
static enum err fill_up(struct ctx *ctx, struct db_tx *tx, void *arg)
{
	static const struct sql FULL = { "test.full", "PRAGMA max_page_count = 1" };
	static const struct sql GROW = { "test.grow", "INSERT INTO thing (bytes) VALUES (zeroblob(100000))" };
	AUTO(stmt_done) struct stmt full = { 0 }, grow = { 0 };
	bool row;

	TRY(stmt_write(ctx, tx, &FULL, &full));
	TRY(stmt_step(ctx, &full, &row));
	TRY(stmt_write(ctx, tx, &GROW, &grow));
	return stmt_run(ctx, &grow, NULL);
}

static enum err fill_up_and_carry_on(struct ctx *ctx, struct db_tx *tx, void *arg)
{
	enum err full = fill_up(ctx, tx, NULL);
	enum err e = insert_thing(ctx, tx, arg);

	assert_int_equal(full, ERR_INTERNAL);
	return e == OK ? OK : ERR_INTERNAL;
}

static enum err make_room(struct ctx *ctx, struct db_tx *tx, void *arg)
{
	static const struct sql ROOM = { "test.room", "PRAGMA max_page_count = 1000000" };
	AUTO(stmt_done) struct stmt s = { 0 };
	bool row;

	TRY(stmt_write(ctx, tx, &ROOM, &s));
	return stmt_step(ctx, &s, &row);
}

/* A full disk makes SQLite roll back all of the transaction, the neighbours' work too. */
static void nobody_is_told_ok_when_the_transaction_was_lost(void **state)
{
	db_work *const FILLERS[] = { fill_up, fill_up_and_carry_on };
	struct fixture *f = *state;

	for (size_t i = 0; i < COUNT_OF(FILLERS); i++) {
		struct batch b = { .db = f->db };

		add_member(&b, insert_thing);
		add_member(&b, FILLERS[i]);
		add_member(&b, insert_thing)->id = 10 + (int64_t)i;
		run_members(f, &b);
		assert_int_equal(b.members[0].result, ERR_BUSY);
		assert_int_equal(b.members[1].result, ERR_INTERNAL);
		assert_results_hold(f, &b);
		assert_int_equal(db_write(&f->ctx, make_room, NULL), OK);
		assert_int_equal(write_thing(&f->ctx, 100 + (int64_t)i, (struct str){ NULL, 0 }), OK);
	}
}

/* Lets the members queue up, then breaks the disk before anyone's work has reached it. */
static enum err start_members_and_break_the_disk(struct ctx *ctx, struct db_tx *tx, void *arg)
{
	TRY(start_members(ctx, tx, arg));
	fault_arm(1, SQLITE_IOERR_WRITE, false);
	return insert_thing(ctx, tx, &(struct thing){ 100, { NULL, 0 } });
}

static void a_failed_commit_is_told_to_all_it_held(void **state)
{
	struct fixture *f = *state;
	struct batch b = { .db = f->db };
	struct db_stats stats;

	add_member(&b, insert_thing);
	add_member(&b, insert_then_fail);
	add_member(&b, insert_thing);
	assert_int_equal(db_write(&f->ctx, start_members_and_break_the_disk, &b), ERR_INTERNAL);
	join_members(&b);
	assert_true(fault_disarm());
	assert_int_equal(b.members[0].result, ERR_INTERNAL);
	assert_int_equal(b.members[1].result, ERR_UNPROCESSABLE);
	assert_int_equal(b.members[2].result, ERR_INTERNAL);
	assert_string_equal(b.members[2].why, "the store failed");
	assert_results_hold(f, &b);
	db_stats(f->db, &stats);
	assert_int_equal(stats.commits, 0);
	assert_int_equal(stats.rollbacks, 4);
	assert_int_equal(write_thing(&f->ctx, 1, S("one")), OK);
}

/* -- many threads -------------------------------------------------------------------------- */

enum { N_THREADS = 8, N_EACH = 50 };

struct crowd {
	struct db *db;
	_Atomic int64_t next;
	_Atomic int n_wrong;
};

/* Writes, and reads what it has written. */
static void *crowd_main(void *arg)
{
	struct crowd *crowd = arg;
	struct arena mem;
	struct ctx ctx = { .db = crowd->db, .mem = &mem };

	arena_init(&mem, 0);
	for (int i = 0; i < N_EACH; i++) {
		int64_t id = crowd->next++;

		if (write_thing(&ctx, id, arena_printf(&mem, "thing %d", (int)id)) != OK || !thing_exists(&ctx, id))
			crowd->n_wrong++;
		if (i % 10 == 0)
			db_reader_close(TAKE(ctx.reader));
	}
	db_reader_close(ctx.reader);
	arena_fini(&mem);
	return NULL;
}

static void many_threads_write_and_read_at_once(void **state)
{
	struct fixture *f = *state;
	struct crowd crowd = { .db = f->db };
	pthread_t threads[N_THREADS];
	struct db_stats stats;

	for (int i = 0; i < N_THREADS; i++)
		assert_int_equal(pthread_create(&threads[i], NULL, crowd_main, &crowd), 0);
	for (int i = 0; i < N_THREADS; i++)
		pthread_join(threads[i], NULL);
	assert_int_equal(crowd.n_wrong, 0);
	assert_int_equal(read_number(&f->ctx, &THING[COUNT]), N_THREADS * N_EACH);
	db_stats(f->db, &stats);
	assert_int_equal(stats.writes, N_THREADS * N_EACH);
	assert_true(stats.commits <= stats.writes);
	assert_int_equal(stats.waiting, 0);
}

/* -- the write-ahead log ------------------------------------------------------------------- */

static enum err insert_blob(struct ctx *ctx, struct db_tx *tx, void *arg)
{
	static const struct sql BLOB = { "test.blob",
		"INSERT OR REPLACE INTO thing (id, bytes) VALUES (1, zeroblob(1000000))" };
	AUTO(stmt_done) struct stmt s = { 0 };

	TRY(stmt_write(ctx, tx, &BLOB, &s));
	return stmt_run(ctx, &s, NULL);
}

static int64_t log_bytes(const struct fixture *f)
{
	char path[160];
	struct stat st;

	snprintf(path, sizeof(path), "%s-wal", f->path);
	return stat(path, &st) == 0 ? st.st_size : 0;
}

struct steady {
	struct db *db;
	_Atomic bool stop;
};

/* At every moment one of two readers has a snapshot, some writes old. */
static void *read_steadily(void *arg)
{
	struct steady *steady = arg;
	struct ctx readers[2] = { { .db = steady->db }, { .db = steady->db } };

	for (int i = 0; !steady->stop; i = !i) {
		assert_int_equal(db_snapshot_begin(&readers[i]), OK);
		read_number(&readers[i], &THING[COUNT]);
		usleep(5000);
		db_snapshot_end(&readers[!i]);
	}
	db_reader_close(readers[0].reader);
	db_reader_close(readers[1].reader);
	return NULL;
}

static void closing_leaves_everything_in_one_file(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(write_thing(&f->ctx, 1, S("one")), OK);
	assert_int_equal(read_number(&f->ctx, &THING[COUNT]), 1);
	assert_true(log_bytes(f) > 0);
	fixture_close(f);
	assert_true(log_bytes(f) == 0);
	fixture_open(f);
	assert_int_equal(read_number(&f->ctx, &THING[COUNT]), 1);
}

/* A long reader makes the log grow; after that, short ones never leave it alone. */
static void a_long_log_is_given_back_though_there_is_always_a_reader(void **state)
{
	enum { LONG = 40000000 };
	struct fixture *f = *state;
	struct steady steady = { .db = f->db };
	struct ctx reader = { .db = f->db };
	int64_t give_up_ms = mono_ms() + PATIENCE_MS;
	pthread_t thread;

	assert_int_equal(db_snapshot_begin(&reader), OK);
	read_number(&reader, &THING[COUNT]);
	while (log_bytes(f) < LONG)
		assert_int_equal(db_write(&f->ctx, insert_blob, NULL), OK);
	assert_int_equal(pthread_create(&thread, NULL, read_steadily, &steady), 0);
	db_reader_close(reader.reader);
	while (log_bytes(f) >= LONG && mono_ms() < give_up_ms)
		assert_int_equal(db_write(&f->ctx, insert_blob, NULL), OK);
	steady.stop = true;
	pthread_join(thread, NULL);
	assert_true(log_bytes(f) < LONG);
}

/* -- SIGKILL ------------------------------------------------------------------------------- */

enum { N_ROUNDS = 10, N_WRITERS = 4 };

struct doomed {
	struct db *db;
	int64_t first;
	int acks;
};

/* Two rows in one work: never one without the other. */
static enum err insert_pair(struct ctx *ctx, struct db_tx *tx, void *arg)
{
	const int64_t *id = arg;

	TRY(insert_thing(ctx, tx, &(struct thing){ *id, { NULL, 0 } }));
	return insert_thing(ctx, tx, &(struct thing){ -*id, { NULL, 0 } });
}

static enum err write_doomed(struct ctx *ctx, int64_t id)
{
	return id % 3 ? db_write(ctx, insert_pair, &id) : db_write_unsynced(ctx, insert_pair, &id);
}

/* Acknowledges each write through the pipe, until it is killed. */
static void *doomed_main(void *arg)
{
	const struct doomed *d = arg;
	struct ctx ctx = { .db = d->db };

	for (int64_t id = d->first; write_doomed(&ctx, id) == OK; id += N_WRITERS)
		if (write(d->acks, &id, sizeof(id)) != sizeof(id))
			break;
	return NULL;
}

static void die_writing(struct fixture *f, int64_t first, int acks)
{
	struct doomed doomed[N_WRITERS];
	pthread_t thread;

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	fixture_open(f);
	for (int i = 0; i < N_WRITERS; i++) {
		doomed[i] = (struct doomed){ f->db, first + i, acks };
		pthread_create(&thread, NULL, doomed_main, &doomed[i]);
	}
	for (;;)
		pause();
}

static int64_t read_ack(int acks)
{
	int64_t id;

	return read(acks, &id, sizeof(id)) == sizeof(id) ? id : 0;
}

/* Kills a writing process some time after its first acknowledgement; every acknowledged write
 * must be there, whole, and the next process must be able to go on. */
static void acknowledged_writes_outlive_a_killed_process(void **state)
{
	static const struct sql HALVES = { "test.halves",
		"SELECT count(*) FROM thing a WHERE NOT EXISTS (SELECT 1 FROM thing b WHERE b.id = -a.id)" };
	struct fixture *f = *state;
	int64_t highest = 0, id;

	for (int round = 0; round < N_ROUNDS; round++) {
		int64_t acked[N_WRITERS * 4096];
		size_t n = 0;
		int acks[2];
		pid_t pid;

		assert_int_equal(pipe2(acks, O_CLOEXEC), 0);
		pid = fork();
		assert_true(pid >= 0);
		if (pid == 0)
			die_writing(f, highest + 1, acks[1]);
		close(acks[1]);
		acked[n++] = read_ack(acks[0]);
		assert_true(acked[0] > 0);
		usleep((unsigned)(rand() % 20000));
		kill(pid, SIGKILL);
		waitpid(pid, NULL, 0);
		while (n < COUNT_OF(acked) && (id = read_ack(acks[0])) != 0)
			acked[n++] = id;
		close(acks[0]);

		fixture_open(f);
		for (size_t i = 0; i < n; i++)
			assert_true(thing_exists(&f->ctx, acked[i]));
		assert_int_equal(read_number(&f->ctx, &HALVES), 0);
		highest = read_number(&f->ctx, &(const struct sql){ "test.highest", "SELECT max(id) FROM thing" });
		fixture_close(f);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
#define ON_A_STORE(test) cmocka_unit_test_setup_teardown(test, setup_store, teardown)
#define IN_A_FOLDER(test) cmocka_unit_test_setup_teardown(test, setup_folder, teardown)
		ON_A_STORE(writes_that_wait_together_share_a_commit),
		IN_A_FOLDER(a_batch_is_no_larger_than_asked_for),
		ON_A_STORE(a_failing_write_does_not_hurt_its_neighbours),
		ON_A_STORE(a_reference_that_never_resolves_fails_its_own_write_only),
		ON_A_STORE(the_hook_before_the_commit_can_refuse_it),
		ON_A_STORE(a_write_past_its_deadline_is_not_begun),
		ON_A_STORE(nobody_is_told_ok_when_the_transaction_was_lost),
		ON_A_STORE(a_failed_commit_is_told_to_all_it_held),
		ON_A_STORE(many_threads_write_and_read_at_once),
		ON_A_STORE(closing_leaves_everything_in_one_file),
		ON_A_STORE(a_long_log_is_given_back_though_there_is_always_a_reader),
		IN_A_FOLDER(acknowledged_writes_outlive_a_killed_process),
	};

	fault_install();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
