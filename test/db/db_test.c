/* test/db/db_test.c: what db.h promises of statements, migrations and snapshots. */
#include "fixture.h"

#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <sqlite3.h>
#include <sys/stat.h>
#include <sys/wait.h>

/* -- helpers ------------------------------------------------------------------------------- */

/* Runs fn in a process of its own and returns its wait status. */
static int in_child(void (*fn)(struct fixture *f), struct fixture *f)
{
	int status;
	pid_t pid = fork();

	assert_true(pid >= 0);
	if (pid == 0) {
		fn(f);
		_exit(0);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	return status;
}

/* fn must break a promise; the assertion's own words would only confuse who reads the log. */
static bool is_an_assertion(void (*fn)(struct fixture *f), struct fixture *f)
{
	int keep = dup(STDERR_FILENO), null = open("/dev/null", O_WRONLY), status;

	dup2(null, STDERR_FILENO);
	status = in_child(fn, f);
	dup2(keep, STDERR_FILENO);
	close(keep);
	close(null);
	return WIFSIGNALED(status) && WTERMSIG(status) == SIGABRT;
}

/* Makes a database without us. */
static void run_sqlite(const char *path, const char *script)
{
	sqlite3 *raw;

	assert_int_equal(sqlite3_open(path, &raw), SQLITE_OK);
	assert_int_equal(sqlite3_exec(raw, script, NULL, NULL, NULL), SQLITE_OK);
	assert_int_equal(sqlite3_close(raw), SQLITE_OK);
}

static enum err open_with(struct fixture *f, const struct migration *migrations, size_t n)
{
	struct db_options options = fixture_options(f);

	options.migrations = migrations;
	options.n_migrations = n;
	TRY(db_open(&f->ctx, &options, &f->db));
	f->ctx.db = f->db;
	return OK;
}

static void assert_why(const struct fixture *f, const char *part)
{
	if (!strstr(f->ctx.why, part))
		print_error("\"%s\" does not say \"%s\"\n", f->ctx.why, part);
	assert_non_null(strstr(f->ctx.why, part));
}

/* -- statements ---------------------------------------------------------------------------- */

static void a_reading_that_takes_too_long_ends_at_the_deadline(void **state)
{
	static const struct sql ENDLESS = { "test.endless",
		"WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT count(*) FROM n" };
	static const struct sql SHORT = { "test.short", "SELECT 1" };
	struct fixture *f = *state;
	AUTO(stmt_done) struct stmt s = { 0 };
	bool row;

	f->ctx.deadline_ms = mono_ms() + 10;
	assert_int_equal(stmt_read(&f->ctx, &ENDLESS, &s), OK);
	assert_int_equal(stmt_step(&f->ctx, &s, &row), ERR_TIMEOUT);
	assert_true(mono_ms() >= f->ctx.deadline_ms);
	stmt_done(&s);
	/* Whoever tells what became of it still reads. */
	assert_int_equal(stmt_read(&f->ctx, &SHORT, &s), OK);
	assert_int_equal(stmt_step(&f->ctx, &s, &row), OK);
	assert_true(row);
}

static void values_come_back_as_they_were_bound(void **state)
{
	static const struct sql ECHO = { "test.echo", "SELECT $1, $2, $3, $4, $5, $6, $7, $8" };
	struct fixture *f = *state;
	AUTO(stmt_done) struct stmt s = { 0 };
	bool row;

	assert_int_equal(stmt_read(&f->ctx, &ECHO, &s), OK);
	bind_str(&s, S("na\0me"));
	bind_int(&s, INT64_MIN);
	bind_num(&s, 0.1);
	bind_bool(&s, true);
	bind_bool(&s, false);
	bind_blob(&s, "\xff\0\x01", 3);
	bind_time(&s, 1700000000000000);
	bind_str(&s, S("caf\u00e9"));
	assert_int_equal(stmt_step(&f->ctx, &s, &row), OK);
	assert_true(row);
	assert_true(str_eq(col_str(&f->ctx, &s), S("na\0me")));
	assert_true(col_int(&s) == INT64_MIN);
	assert_true(col_num(&s) == 0.1);
	assert_true(col_bool(&s));
	assert_false(col_bool(&s));
	assert_true(str_eq(col_view(&s), S("\xff\0\x01")));
	assert_true(col_time(&s) == 1700000000000000);
	assert_true(str_eq(col_str(&f->ctx, &s), S("caf\u00e9")));
	assert_int_equal(stmt_step(&f->ctx, &s, &row), OK);
	assert_false(row);
}

static void absent_and_empty_are_different(void **state)
{
	static const struct sql ECHO = { "test.absent", "SELECT $1, $2, $3, $4, $5, $6" };
	struct fixture *f = *state;
	AUTO(stmt_done) struct stmt s = { 0 };
	struct str text, blob;
	bool row;

	assert_int_equal(stmt_read(&f->ctx, &ECHO, &s), OK);
	bind_str(&s, S(""));
	bind_blob(&s, "", 0);
	bind_str(&s, (struct str){ NULL, 0 });
	bind_blob(&s, NULL, 0);
	bind_time(&s, 0);
	bind_null(&s);
	assert_int_equal(stmt_step(&f->ctx, &s, &row), OK);
	text = col_str(&f->ctx, &s);
	blob = col_str(&f->ctx, &s);
	assert_true(text.p && text.n == 0);
	assert_true(blob.p && blob.n == 0);
	assert_true(col_is_null(&s));
	assert_null(col_str(&f->ctx, &s).p);
	assert_true(col_is_null(&s));
	assert_null(col_view(&s).p);
	assert_true(col_is_null(&s));
	assert_true(col_time(&s) == 0);
	assert_false(col_bool(&s));
}

static void parameters_go_by_their_number(void **state)
{
	static const struct sql SWAPPED = { "test.swapped", "SELECT $3, $1, $2, $1" };
	struct fixture *f = *state;
	AUTO(stmt_done) struct stmt s = { 0 };
	bool row;

	assert_int_equal(stmt_read(&f->ctx, &SWAPPED, &s), OK);
	bind_int(&s, 1);
	bind_int(&s, 2);
	bind_int(&s, 3);
	assert_int_equal(stmt_step(&f->ctx, &s, &row), OK);
	assert_int_equal(col_int(&s), 3);
	assert_int_equal(col_int(&s), 1);
	assert_int_equal(col_int(&s), 2);
	assert_int_equal(col_int(&s), 1);
}

static void text_outlives_its_statement(void **state)
{
	static const struct sql TEXT = { "test.text", "SELECT 'first' UNION ALL SELECT 'second'" };
	struct fixture *f = *state;
	struct stmt s;
	struct str first;
	bool row;

	assert_int_equal(stmt_read(&f->ctx, &TEXT, &s), OK);
	assert_int_equal(stmt_step(&f->ctx, &s, &row), OK);
	first = col_str(&f->ctx, &s);
	assert_int_equal(stmt_step(&f->ctx, &s, &row), OK);
	assert_true(str_is(col_view(&s), "second"));
	stmt_done(&s);
	stmt_done(&s);
	assert_true(str_is(first, "first"));
}

static void a_statement_can_be_used_again_with_other_values(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(write_thing(&f->ctx, 1, S("one")), OK);
	assert_true(thing_exists(&f->ctx, 1));
	assert_false(thing_exists(&f->ctx, 2));
	assert_true(thing_exists(&f->ctx, 1));
}

static void a_statement_is_prepared_once(void **state)
{
	enum { N = 300 };
	static struct sql many[N];
	struct prepared *first[N];
	struct fixture *f = *state;
	char text[N][24];
	struct stmt s;
	bool row;

	for (int i = 0; i < N; i++) {
		snprintf(text[i], sizeof(text[i]), "SELECT %d", i);
		many[i] = (struct sql){ "test.many", text[i] };
	}
	for (int round = 0; round < 2; round++) {
		for (int i = 0; i < N; i++) {
			assert_int_equal(stmt_read(&f->ctx, &many[i], &s), OK);
			if (round == 0)
				first[i] = s.prepared;
			assert_ptr_equal(s.prepared, first[i]);
			assert_int_equal(stmt_step(&f->ctx, &s, &row), OK);
			assert_int_equal(col_int(&s), i);
			stmt_done(&s);
		}
	}
}

static void open_twice(struct fixture *f)
{
	struct stmt a, b;

	fixture_open(f);
	(void)!stmt_read(&f->ctx, &THING[COUNT], &a);
	(void)!stmt_read(&f->ctx, &THING[COUNT], &b);
}

static void bind_too_little(struct fixture *f)
{
	struct stmt s;
	bool row;

	fixture_open(f);
	(void)!stmt_read(&f->ctx, &THING[EXISTS], &s);
	(void)!stmt_step(&f->ctx, &s, &row);
}

static void step_past_the_end(struct fixture *f)
{
	struct stmt s;
	bool row = true;

	fixture_open(f);
	(void)!stmt_read(&f->ctx, &THING[COUNT], &s);
	while (row)
		(void)!stmt_step(&f->ctx, &s, &row);
	(void)!stmt_step(&f->ctx, &s, &row);
}

static enum err write_again(struct ctx *ctx, struct db_tx *tx, void *arg)
{
	return write_thing(ctx, 1, S("nested"));
}

static void write_in_a_write(struct fixture *f)
{
	fixture_open(f);
	(void)!db_write(&f->ctx, write_again, NULL);
}

static void close_with_a_reader_open(struct fixture *f)
{
	fixture_open(f);
	(void)!db_reader_open(&f->ctx);
	db_close(f->db);
}

static void misuse_is_an_assertion(void **state)
{
	struct fixture *f = *state;

	assert_true(is_an_assertion(open_twice, f));
	assert_true(is_an_assertion(bind_too_little, f));
	assert_true(is_an_assertion(step_past_the_end, f));
	assert_true(is_an_assertion(write_in_a_write, f));
	assert_true(is_an_assertion(close_with_a_reader_open, f));
}

/* -- errors -------------------------------------------------------------------------------- */

static void a_taken_name_or_id_is_a_conflict(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(write_thing(&f->ctx, 1, S("one")), OK);
	assert_int_equal(write_thing(&f->ctx, 1, S("other")), ERR_CONFLICT);
	assert_int_equal(write_thing(&f->ctx, 2, S("one")), ERR_CONFLICT);
	assert_null(strstr(f->ctx.why, "UNIQUE"));
	assert_int_equal(write_thing(&f->ctx, 2, S("two")), OK);
}

struct part {
	int64_t thing_id, weight;
};

static enum err insert_part(struct ctx *ctx, struct db_tx *tx, void *arg)
{
	static const struct sql PART = { "parts.insert", "INSERT INTO part (thing_id, weight) VALUES ($1, $2)" };
	AUTO(stmt_done) struct stmt s = { 0 };
	const struct part *part = arg;
	int64_t changed = 0;

	TRY(stmt_write(ctx, tx, &PART, &s));
	bind_int(&s, part->thing_id);
	bind_int(&s, part->weight);
	TRY(stmt_run(ctx, &s, &changed));
	assert_int_equal(changed, 1);
	return OK;
}

static void a_reference_to_nothing_is_a_conflict(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(db_write(&f->ctx, insert_part, &(struct part){ 7, 1 }), ERR_CONFLICT);
	assert_int_equal(write_thing(&f->ctx, 7, S("seven")), OK);
	assert_int_equal(db_write(&f->ctx, insert_part, &(struct part){ 7, 1 }), OK);
}

static void a_broken_check_is_our_fault_and_tells_no_sql(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(db_write(&f->ctx, insert_part, &(struct part){ 7, 0 }), ERR_INTERNAL);
	assert_string_equal(f->ctx.why, "the store failed");
}

static void a_statement_that_is_wrong_is_an_error_and_not_kept(void **state)
{
	static const struct sql WRONG = { "test.wrong", "SELECT absent FROM nowhere" };
	struct fixture *f = *state;
	struct stmt s = { 0 };

	assert_int_equal(stmt_read(&f->ctx, &WRONG, &s), ERR_INTERNAL);
	assert_null(s.prepared);
	assert_int_equal(read_number(&f->ctx, &THING[COUNT]), 0);
}

static void a_reader_cannot_write(void **state)
{
	struct fixture *f = *state;
	AUTO(stmt_done) struct stmt s = { 0 };

	assert_int_equal(stmt_read(&f->ctx, &THING[INSERT], &s), OK);
	bind_int(&s, 1);
	bind_str(&s, S("one"));
	assert_int_equal(stmt_run(&f->ctx, &s, NULL), ERR_INTERNAL);
}

static void another_process_with_the_lock_is_busy_and_not_for_ever(void **state)
{
	struct fixture *f = *state;
	struct db_options options = fixture_options(f);
	sqlite3 *other;

	options.busy_ms = 50;
	assert_int_equal(db_open(&f->ctx, &options, &f->db), OK);
	f->ctx.db = f->db;
	assert_int_equal(sqlite3_open(f->path, &other), SQLITE_OK);
	assert_int_equal(sqlite3_exec(other, "BEGIN IMMEDIATE", NULL, NULL, NULL), SQLITE_OK);
	assert_int_equal(write_thing(&f->ctx, 1, S("one")), ERR_BUSY);
	assert_int_equal(read_number(&f->ctx, &THING[COUNT]), 0);
	assert_int_equal(sqlite3_exec(other, "COMMIT", NULL, NULL, NULL), SQLITE_OK);
	assert_int_equal(sqlite3_close(other), SQLITE_OK);
	assert_int_equal(write_thing(&f->ctx, 1, S("one")), OK);
}

static void a_slow_statement_is_logged_by_its_name(void **state)
{
	static const struct sql SLOW = { "test.slow",
		"WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 1000000)"
		" SELECT max(i) FROM n" };
	struct fixture *f = *state;
	struct db_options options = fixture_options(f);
	char line[512] = "", log[160];
	int keep = dup(STDERR_FILENO), fd;

	snprintf(log, sizeof(log), "%s/log", f->dir);
	options.slow_ms = 1;
	assert_int_equal(db_open(&f->ctx, &options, &f->db), OK);
	f->ctx.db = f->db;
	fd = open(log, O_RDWR | O_CREAT | O_TRUNC, 0600);
	dup2(fd, STDERR_FILENO);
	read_number(&f->ctx, &SLOW);
	dup2(keep, STDERR_FILENO);
	close(keep);
	assert_true(pread(fd, line, sizeof(line) - 1, 0) > 0);
	close(fd);
	unlink(log);
	assert_non_null(strstr(line, "warn db.slow sql=test.slow ms="));
}

/* -- opening and migrations ---------------------------------------------------------------- */

static const struct migration TWO[] = {
	{ 1, "things", "CREATE TABLE thing (id INTEGER PRIMARY KEY, name TEXT UNIQUE) STRICT" },
	{ 4, "colours", "ALTER TABLE thing ADD COLUMN colour TEXT NOT NULL DEFAULT 'red';"
			"CREATE INDEX thing_colour ON thing (colour);" },
};

static const struct sql APPLIED = { "test.applied", "SELECT count(*) FROM schema_migration" };

static void a_new_store_is_for_its_owner_only(void **state)
{
	struct fixture *f = *state;
	mode_t before = umask(0);
	char wal[160];
	struct stat st;

	fixture_open(f);
	umask(before);
	assert_int_equal(write_thing(&f->ctx, 1, S("one")), OK);
	assert_int_equal(stat(f->path, &st), 0);
	assert_int_equal(st.st_mode & 0777, 0600);
	snprintf(wal, sizeof(wal), "%s-wal", f->path);
	assert_int_equal(stat(wal, &st), 0);
	assert_int_equal(st.st_mode & 0777, 0600);
}

static void an_upgrade_applies_what_is_missing(void **state)
{
	static const struct sql RED = { "test.red", "SELECT count(*) FROM thing WHERE colour = 'red'" };
	struct fixture *f = *state;

	assert_int_equal(open_with(f, TWO, 1), OK);
	assert_int_equal(write_thing(&f->ctx, 1, S("one")), OK);
	fixture_close(f);
	assert_int_equal(open_with(f, TWO, 2), OK);
	assert_int_equal(read_number(&f->ctx, &RED), 1);
	assert_int_equal(read_number(&f->ctx, &APPLIED), 2);
}

static void a_failed_upgrade_leaves_the_store_as_it_was(void **state)
{
	static const struct migration BAD[] = {
		{ 1, "things", "CREATE TABLE thing (id INTEGER PRIMARY KEY, name TEXT UNIQUE) STRICT" },
		{ 2, "fine", "CREATE TABLE fine (id INTEGER)" },
		{ 3, "bad", "CREATE TABLE half (id INTEGER); CREATE TABLE thing (id INTEGER)" },
	};
	static const struct sql TABLES = { "test.tables",
		"SELECT count(*) FROM sqlite_master WHERE name IN ('fine', 'half')" };
	struct fixture *f = *state;

	assert_int_equal(open_with(f, BAD, 1), OK);
	fixture_close(f);
	assert_int_equal(open_with(f, BAD, 3), ERR_INTERNAL);
	assert_why(f, "migration 3 (bad): table thing already exists");
	assert_int_equal(open_with(f, BAD, 1), OK);
	assert_int_equal(read_number(&f->ctx, &TABLES), 0);
}

static enum err fill_lengths(struct ctx *ctx, struct db_tx *tx)
{
	static const struct sql LENGTHS = { "test.lengths", "UPDATE thing SET length = length(name)" };
	AUTO(stmt_done) struct stmt s = { 0 };

	TRY(stmt_write(ctx, tx, &LENGTHS, &s));
	return stmt_run(ctx, &s, NULL);
}

static enum err fill_nothing(struct ctx *ctx, struct db_tx *tx)
{
	TRY(fill_lengths(ctx, tx));
	return fail(ctx, ERR_INTERNAL, "no lengths today");
}

static void a_migration_may_fill_in_what_sql_cannot(void **state)
{
	static const struct migration FILLED[] = {
		{ 1, "things", "CREATE TABLE thing (id INTEGER PRIMARY KEY, name TEXT UNIQUE) STRICT" },
		{ 2, "lengths", "ALTER TABLE thing ADD COLUMN length INTEGER", fill_lengths },
	};
	static const struct migration FAILING[] = {
		{ 1, "things", "CREATE TABLE thing (id INTEGER PRIMARY KEY, name TEXT UNIQUE) STRICT" },
		{ 2, "lengths", "ALTER TABLE thing ADD COLUMN length INTEGER", fill_nothing },
	};
	static const struct sql LENGTH = { "test.length", "SELECT length FROM thing" };
	struct fixture *f = *state;

	assert_int_equal(open_with(f, FILLED, 1), OK);
	assert_int_equal(write_thing(&f->ctx, 1, S("three")), OK);
	fixture_close(f);
	assert_int_equal(open_with(f, FAILING, 2), ERR_INTERNAL);
	assert_why(f, "no lengths today");
	assert_int_equal(open_with(f, FILLED, 2), OK);
	assert_int_equal(read_number(&f->ctx, &LENGTH), 5);
}

static void a_migration_may_rebuild_a_table_others_refer_to(void **state)
{
	static const struct migration REBUILD[] = {
		{ 1, "things", "CREATE TABLE thing (id INTEGER PRIMARY KEY, name TEXT);"
			       "CREATE TABLE part (thing_id INTEGER REFERENCES thing (id) ON DELETE CASCADE);"
			       "INSERT INTO thing VALUES (1, 'one'); INSERT INTO part VALUES (1);" },
		{ 2, "strict", "CREATE TABLE new_thing (id INTEGER PRIMARY KEY, name TEXT) STRICT;"
			       "INSERT INTO new_thing SELECT * FROM thing; DROP TABLE thing;"
			       "ALTER TABLE new_thing RENAME TO thing;" },
		{ 3, "careless", "DELETE FROM thing" },
	};
	static const struct sql PARTS = { "test.parts", "SELECT count(*) FROM part JOIN thing ON thing.id = thing_id" };
	struct fixture *f = *state;

	assert_int_equal(open_with(f, REBUILD, 2), OK);
	assert_int_equal(read_number(&f->ctx, &PARTS), 1);
	fixture_close(f);
	assert_int_equal(open_with(f, REBUILD, 3), ERR_INTERNAL);
	assert_why(f, "rows of part refer to nothing");
}

static void a_store_from_a_newer_program_is_refused(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(open_with(f, TWO, 2), OK);
	fixture_close(f);
	assert_int_equal(open_with(f, TWO, 1), ERR_CONFLICT);
	assert_why(f, "newer agentd (its schema is 4, this program knows 1)");
	assert_why(f, f->path);
}

static void a_database_of_someone_else_is_refused_untouched(void **state)
{
	struct fixture *f = *state;
	struct stat before, after;

	run_sqlite(f->path, "CREATE TABLE bookmark (url TEXT)");
	assert_int_equal(stat(f->path, &before), 0);
	assert_int_equal(open_with(f, TWO, 2), ERR_CONFLICT);
	assert_why(f, "not an agentd database");
	assert_int_equal(stat(f->path, &after), 0);
	assert_memory_equal(&before.st_mtim, &after.st_mtim, sizeof(before.st_mtim));
}

static void a_file_that_is_no_database_is_refused(void **state)
{
	struct fixture *f = *state;
	FILE *file = fopen(f->path, "w");

	for (int i = 0; i < 1000; i++)
		fputs("Dear diary, ", file);
	fclose(file);
	assert_int_equal(open_with(f, TWO, 2), ERR_CONFLICT);
	assert_why(f, "not an agentd database");
}

static void a_missing_store_is_made_only_when_told(void **state)
{
	struct fixture *f = *state;
	struct db_options options = fixture_options(f);

	options.create = false;
	assert_int_equal(db_open(&f->ctx, &options, &f->db), ERR_NOT_FOUND);
	assert_int_equal(access(f->path, F_OK), -1);
	options.path = ":memory:";
	assert_int_equal(db_open(&f->ctx, &options, &f->db), ERR_INVALID);
}

static void opening_a_store_that_is_up_to_date_writes_nothing(void **state)
{
	struct fixture *f = *state;
	struct stat before, after;

	fixture_open(f);
	assert_int_equal(write_thing(&f->ctx, 1, S("one")), OK);
	fixture_close(f);
	assert_int_equal(stat(f->path, &before), 0);
	fixture_open(f);
	assert_int_equal(read_number(&f->ctx, &THING[COUNT]), 1);
	fixture_close(f);
	assert_int_equal(stat(f->path, &after), 0);
	assert_memory_equal(&before.st_mtim, &after.st_mtim, sizeof(before.st_mtim));
}

static void open_and_write_own_pid(struct fixture *f)
{
	if (open_with(f, TWO, 2) != OK || write_thing(&f->ctx, getpid(), (struct str){ NULL, 0 }) != OK)
		_exit(1);
	fixture_close(f);
}

static void processes_that_open_a_new_store_at_once_do_not_collide(void **state)
{
	enum { N = 4 };
	struct fixture *f = *state;
	pid_t pids[N];
	int status;

	for (int i = 0; i < N; i++) {
		pids[i] = fork();
		assert_true(pids[i] >= 0);
		if (pids[i] == 0) {
			open_and_write_own_pid(f);
			_exit(0);
		}
	}
	for (int i = 0; i < N; i++) {
		assert_int_equal(waitpid(pids[i], &status, 0), pids[i]);
		assert_int_equal(status, 0);
	}
	assert_int_equal(open_with(f, TWO, 2), OK);
	assert_int_equal(read_number(&f->ctx, &APPLIED), 2);
	assert_int_equal(read_number(&f->ctx, &THING[COUNT]), N);
}

static void *open_on_a_thread(void *arg)
{
	const struct fixture *shared = arg;
	struct fixture mine = *shared;
	struct db_options options = fixture_options(&mine);
	enum err e = db_open(&mine.ctx, &options, &mine.db);

	db_close(mine.db);
	return e == OK ? arg : NULL;
}

static void threads_that_open_a_new_store_at_once_do_not_collide(void **state)
{
	enum { N = 4 };
	pthread_t threads[N];
	struct fixture *f = *state;
	void *fine;

	for (int i = 0; i < N; i++)
		assert_int_equal(pthread_create(&threads[i], NULL, open_on_a_thread, f), 0);
	for (int i = 0; i < N; i++) {
		pthread_join(threads[i], &fine);
		assert_non_null(fine);
	}
}

/* -- snapshots ----------------------------------------------------------------------------- */

/* A second reader of the same store. */
static struct ctx other_ctx(const struct fixture *f)
{
	return (struct ctx){ .db = f->db, .mem = f->ctx.mem };
}

static void reads_of_a_snapshot_do_not_change(void **state)
{
	struct fixture *f = *state;
	struct ctx writer = other_ctx(f);

	assert_int_equal(db_snapshot_begin(&f->ctx), OK);
	assert_int_equal(db_snapshot_begin(&f->ctx), OK);
	assert_int_equal(read_number(&f->ctx, &THING[COUNT]), 0);
	assert_int_equal(write_thing(&writer, 1, S("one")), OK);
	assert_int_equal(read_number(&f->ctx, &THING[COUNT]), 0);
	assert_int_equal(read_number(&writer, &THING[COUNT]), 1);
	db_snapshot_end(&f->ctx);
	db_snapshot_end(&f->ctx);
	assert_int_equal(read_number(&f->ctx, &THING[COUNT]), 1);
	db_reader_close(writer.reader);
}

static void a_thread_reads_its_own_writes(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(db_snapshot_begin(&f->ctx), OK);
	assert_int_equal(read_number(&f->ctx, &THING[COUNT]), 0);
	assert_int_equal(write_thing(&f->ctx, 1, S("one")), OK);
	assert_int_equal(read_number(&f->ctx, &THING[COUNT]), 1);
}

static void a_statement_left_open_does_not_hide_a_write(void **state)
{
	static const struct sql NAMES = { "test.names", "SELECT name FROM thing" };
	struct fixture *f = *state;
	AUTO(stmt_done) struct stmt s = { 0 };
	bool row;

	assert_int_equal(write_thing(&f->ctx, 1, S("one")), OK);
	assert_int_equal(stmt_read(&f->ctx, &NAMES, &s), OK);
	assert_int_equal(stmt_step(&f->ctx, &s, &row), OK);
	assert_int_equal(write_thing(&f->ctx, 2, S("two")), OK);
	assert_int_equal(read_number(&f->ctx, &THING[COUNT]), 2);
}

static void a_closed_reader_is_used_again_without_its_snapshot(void **state)
{
	struct fixture *f = *state;
	struct ctx next = other_ctx(f);
	struct db_conn *reader;

	assert_int_equal(db_snapshot_begin(&f->ctx), OK);
	assert_int_equal(read_number(&f->ctx, &THING[COUNT]), 0);
	reader = f->ctx.reader;
	db_reader_close(TAKE(f->ctx.reader));
	assert_int_equal(write_thing(&f->ctx, 1, S("one")), OK);
	assert_int_equal(db_reader_open(&next), OK);
	assert_ptr_equal(next.reader, reader);
	assert_int_equal(read_number(&next, &THING[COUNT]), 1);
	db_reader_close(next.reader);
}

static void a_write_gives_the_reader_back(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(read_number(&f->ctx, &THING[COUNT]), 0);
	assert_non_null(f->ctx.reader);
	assert_int_equal(write_thing(&f->ctx, 1, S("one")), OK);
	assert_null(f->ctx.reader);
	assert_int_equal(read_number(&f->ctx, &THING[COUNT]), 1);
}

static void any_number_of_readers_may_be_open(void **state)
{
	enum { N = 20 };
	struct fixture *f = *state;
	struct ctx ctx[N];

	for (int round = 0; round < 2; round++) {
		for (int i = 0; i < N; i++) {
			ctx[i] = other_ctx(f);
			assert_int_equal(read_number(&ctx[i], &THING[COUNT]), 0);
		}
		for (int i = 0; i < N; i++)
			db_reader_close(ctx[i].reader);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
#define ON_A_STORE(test) cmocka_unit_test_setup_teardown(test, setup_store, teardown)
#define IN_A_FOLDER(test) cmocka_unit_test_setup_teardown(test, setup_folder, teardown)
		ON_A_STORE(values_come_back_as_they_were_bound),
		ON_A_STORE(a_reading_that_takes_too_long_ends_at_the_deadline),
		ON_A_STORE(absent_and_empty_are_different),
		ON_A_STORE(parameters_go_by_their_number),
		ON_A_STORE(text_outlives_its_statement),
		ON_A_STORE(a_statement_can_be_used_again_with_other_values),
		ON_A_STORE(a_statement_is_prepared_once),
		IN_A_FOLDER(misuse_is_an_assertion),
		ON_A_STORE(a_taken_name_or_id_is_a_conflict),
		ON_A_STORE(a_reference_to_nothing_is_a_conflict),
		ON_A_STORE(a_broken_check_is_our_fault_and_tells_no_sql),
		ON_A_STORE(a_statement_that_is_wrong_is_an_error_and_not_kept),
		ON_A_STORE(a_reader_cannot_write),
		IN_A_FOLDER(another_process_with_the_lock_is_busy_and_not_for_ever),
		IN_A_FOLDER(a_slow_statement_is_logged_by_its_name),
		IN_A_FOLDER(a_new_store_is_for_its_owner_only),
		IN_A_FOLDER(an_upgrade_applies_what_is_missing),
		IN_A_FOLDER(a_failed_upgrade_leaves_the_store_as_it_was),
		IN_A_FOLDER(a_migration_may_fill_in_what_sql_cannot),
		IN_A_FOLDER(a_migration_may_rebuild_a_table_others_refer_to),
		IN_A_FOLDER(a_store_from_a_newer_program_is_refused),
		IN_A_FOLDER(a_database_of_someone_else_is_refused_untouched),
		IN_A_FOLDER(a_file_that_is_no_database_is_refused),
		IN_A_FOLDER(a_missing_store_is_made_only_when_told),
		IN_A_FOLDER(opening_a_store_that_is_up_to_date_writes_nothing),
		IN_A_FOLDER(processes_that_open_a_new_store_at_once_do_not_collide),
		IN_A_FOLDER(threads_that_open_a_new_store_at_once_do_not_collide),
		ON_A_STORE(reads_of_a_snapshot_do_not_change),
		ON_A_STORE(a_thread_reads_its_own_writes),
		ON_A_STORE(a_statement_left_open_does_not_hide_a_write),
		ON_A_STORE(a_closed_reader_is_used_again_without_its_snapshot),
		ON_A_STORE(a_write_gives_the_reader_back),
		ON_A_STORE(any_number_of_readers_may_be_open),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
