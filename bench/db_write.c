/* bench/db_write.c: what db/ costs on top of SQLite, as ratios.
 *
 *   db_write     durable inserts from 1 and 16 threads, against SQLite used directly with one
 *                commit per batch of the size that db_write came to
 *   stmt_read    point reads by key, against a prepared statement used directly
 *
 * Both sides take turns in short rounds on the same file, and the median round counts, so that
 * a busy machine disturbs both alike. Above 1 means slower than plain SQLite.
 */
#include <assert.h>
#include <pthread.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/log.h"
#include "db/db.h"

enum { ROUNDS = 9, WRITES = 1600, READS = 20000, THREADS_MAX = 16, ROW_BYTES = 900 };

static const struct migration MIGRATIONS[] = {
	{ 1, "item", "CREATE TABLE item (id INTEGER PRIMARY KEY, name TEXT NOT NULL, body BLOB NOT NULL) STRICT;"
		     "CREATE INDEX item_name ON item (name);" },
};

static const struct sql INSERT = { "item.insert", "INSERT INTO item (name, body) VALUES ($1, $2)" };
static const struct sql BY_ID = { "item.by_id", "SELECT name, body FROM item WHERE id = $1" };

static const char BODY[ROW_BYTES];

static void must(bool fine)
{
	if (!fine)
		abort();
}

/* -- through db/ --------------------------------------------------------------------------- */

struct client {
	struct db *db;
	pthread_t thread;
	int n_writes;
};

static enum err insert(struct ctx *ctx, struct db_tx *tx, void *arg)
{
	AUTO(stmt_done) struct stmt s = { 0 };

	TRY(stmt_write(ctx, tx, &INSERT, &s));
	bind_str(&s, S("a name"));
	bind_blob(&s, BODY, sizeof(BODY));
	return stmt_run(ctx, &s, NULL);
}

static void *client_main(void *arg)
{
	const struct client *c = arg;
	struct ctx ctx = { .db = c->db };

	for (int i = 0; i < c->n_writes; i++)
		must(db_write(&ctx, insert, NULL) == OK);
	return NULL;
}

/* Microseconds for WRITES inserts; *batch tells how many shared a commit on average. */
static double write_through_db(struct db *db, int n_threads, int *batch)
{
	struct client clients[THREADS_MAX];
	struct db_stats before, after;
	int64_t start;

	db_stats(db, &before);
	start = mono_us();
	for (int i = 0; i < n_threads; i++) {
		clients[i] = (struct client){ .db = db, .n_writes = WRITES / n_threads };
		must(pthread_create(&clients[i].thread, NULL, client_main, &clients[i]) == 0);
	}
	for (int i = 0; i < n_threads; i++)
		pthread_join(clients[i].thread, NULL);
	db_stats(db, &after);
	*batch = (int)((double)WRITES / (double)(after.commits - before.commits) + 0.5);
	return (double)(mono_us() - start);
}

static double read_through_db(struct ctx *ctx)
{
	int64_t start = mono_us();

	for (int i = 0; i < READS; i++) {
		AUTO(stmt_done) struct stmt s = { 0 };
		bool row;

		must(stmt_read(ctx, &BY_ID, &s) == OK);
		bind_int(&s, 1 + i * 7919 % WRITES);
		must(stmt_step(ctx, &s, &row) == OK && row);
		must(col_view(&s).n > 0 && col_view(&s).n == ROW_BYTES);
	}
	return (double)(mono_us() - start);
}

/* -- plain SQLite -------------------------------------------------------------------------- */

struct raw {
	sqlite3 *handle;
	sqlite3_stmt *begin, *commit, *insert, *by_id;
};

static sqlite3_stmt *raw_prepare(sqlite3 *handle, const char *text)
{
	sqlite3_stmt *s;

	must(sqlite3_prepare_v3(handle, text, -1, SQLITE_PREPARE_PERSISTENT, &s, NULL) == SQLITE_OK);
	return s;
}

static struct raw raw_open(const char *path)
{
	struct raw r;

	must(sqlite3_open_v2(path, &r.handle, SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX, NULL) == SQLITE_OK);
	must(sqlite3_exec(r.handle, "PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON", NULL, NULL, NULL) ==
	     SQLITE_OK);
	r.begin = raw_prepare(r.handle, "BEGIN IMMEDIATE");
	r.commit = raw_prepare(r.handle, "COMMIT");
	r.insert = raw_prepare(r.handle, INSERT.text);
	r.by_id = raw_prepare(r.handle, BY_ID.text);
	return r;
}

static void raw_close(struct raw *r)
{
	sqlite3_finalize(r->begin);
	sqlite3_finalize(r->commit);
	sqlite3_finalize(r->insert);
	sqlite3_finalize(r->by_id);
	sqlite3_close(r->handle);
}

static void raw_run(sqlite3_stmt *s)
{
	must(sqlite3_step(s) == SQLITE_DONE);
	sqlite3_reset(s);
}

static double write_raw(struct raw *r, int batch)
{
	int64_t start = mono_us();

	for (int i = 0; i < WRITES; i += batch) {
		raw_run(r->begin);
		for (int k = i; k < i + batch && k < WRITES; k++) {
			sqlite3_bind_text(r->insert, 1, "a name", 6, SQLITE_STATIC);
			sqlite3_bind_blob(r->insert, 2, BODY, sizeof(BODY), SQLITE_STATIC);
			raw_run(r->insert);
		}
		raw_run(r->commit);
	}
	return (double)(mono_us() - start);
}

static double read_raw(struct raw *r)
{
	int64_t start = mono_us();

	for (int i = 0; i < READS; i++) {
		sqlite3_bind_int64(r->by_id, 1, 1 + i * 7919 % WRITES);
		must(sqlite3_step(r->by_id) == SQLITE_ROW);
		must(sqlite3_column_blob(r->by_id, 0) && sqlite3_column_blob(r->by_id, 1));
		must(sqlite3_column_bytes(r->by_id, 1) == ROW_BYTES);
		sqlite3_reset(r->by_id);
	}
	return (double)(mono_us() - start);
}

/* -- comparing ----------------------------------------------------------------------------- */

static int ascending(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

static double median(double values[ROUNDS])
{
	qsort(values, ROUNDS, sizeof(values[0]), ascending);
	return values[ROUNDS / 2];
}

static void compare_writes(struct db *db, struct raw *raw, int n_threads)
{
	double ratio[ROUNDS];
	int batch = 1;

	for (int i = 0; i < ROUNDS; i++) {
		ratio[i] = write_through_db(db, n_threads, &batch);
		ratio[i] /= write_raw(raw, batch);
	}
	printf("db_write, %2d threads, %2d a commit: %.2f\n", n_threads, batch, median(ratio));
}

static void compare_reads(struct db *db, struct raw *raw)
{
	struct ctx ctx = { .db = db };
	double ratio[ROUNDS];

	for (int i = 0; i < ROUNDS; i++)
		ratio[i] = read_through_db(&ctx) / read_raw(raw);
	db_reader_close(ctx.reader);
	printf("stmt_read, point read: %.2f\n", median(ratio));
}

int main(void)
{
	char dir[] = "/tmp/agentd-bench-XXXXXX", path[64];
	struct ctx ctx = { 0 };
	struct db *db;
	struct raw raw;

	must(mkdtemp(dir) != NULL);
	snprintf(path, sizeof(path), "%s/bench.db", dir);
	log_setup(LOG_WARN, LOG_TEXT);
	must(db_open(&ctx, &(struct db_options){ .path = path, .create = true, .migrations = MIGRATIONS,
						 .n_migrations = COUNT_OF(MIGRATIONS) }, &db) == OK);
	raw = raw_open(path);
	compare_writes(db, &raw, 1);
	compare_writes(db, &raw, 16);
	compare_reads(db, &raw);
	raw_close(&raw);
	db_close(db);
	unlink(path);
	rmdir(dir);
	return 0;
}
