/* bench/raw_inserts.c: what SQLite itself does: rows of an agent's size, one commit per batch.
 *
 * The same table, indexes, journal and durability as the product's store, and nothing else: no
 * HTTP, no JSON, no checks. Prints rows per second.
 *
 *     bench-raw-inserts FILE ROWS BATCH SPEC_BYTES
 */
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/id.h"

static void run(sqlite3 *db, const char *sql)
{
	char *why = NULL;

	if (sqlite3_exec(db, sql, NULL, NULL, &why) == SQLITE_OK)
		return;
	fprintf(stderr, "bench-raw-inserts: %s: %s\n", sql, why);
	exit(1);
}

static void insert(sqlite3 *db, sqlite3_stmt *s, struct arena *mem, int i, const char *spec)
{
	struct str id = uuid_new(mem);
	char name[32];

	snprintf(name, sizeof(name), "raw agent %d", i);
	sqlite3_bind_text(s, 1, id.p, (int)id.n, SQLITE_STATIC);
	sqlite3_bind_text(s, 2, name, -1, SQLITE_STATIC);
	sqlite3_bind_int64(s, 3, now_us());
	sqlite3_bind_text(s, 4, spec, -1, SQLITE_STATIC);
	if (sqlite3_step(s) != SQLITE_DONE) {
		fprintf(stderr, "bench-raw-inserts: %s\n", sqlite3_errmsg(db));
		exit(1);
	}
	sqlite3_reset(s);
	arena_reset(mem);
}

int main(int argc, char **argv)
{
	int rows, batch, spec_bytes;
	struct arena mem;
	sqlite3_stmt *s;
	int64_t began;
	sqlite3 *db;
	char *spec;

	if (argc != 5 || sqlite3_open(argv[1], &db) != SQLITE_OK)
		return 2;
	rows = atoi(argv[2]), batch = atoi(argv[3]), spec_bytes = atoi(argv[4]);
	run(db, "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL");
	run(db, "CREATE TABLE agent (id TEXT PRIMARY KEY, workspace_id TEXT NOT NULL, name TEXT NOT NULL, app_id TEXT NOT NULL,"
		" created_by TEXT NOT NULL, created_at INTEGER NOT NULL, updated_at INTEGER NOT NULL, published_id TEXT,"
		" form INTEGER NOT NULL, spec TEXT NOT NULL) STRICT, WITHOUT ROWID;"
		"CREATE UNIQUE INDEX agent_name ON agent(workspace_id, name);"
		"CREATE INDEX agent_created ON agent(workspace_id, created_at, id)");
	if (sqlite3_prepare_v2(db, "INSERT INTO agent VALUES (?1, '01890000-0000-7000-8000-000000000000', ?2,"
			       " '01890000-0000-7000-8000-000000000001', '01890000-0000-7000-8000-000000000002', ?3, ?3, NULL, 1, ?4)",
			       -1, &s, NULL) != SQLITE_OK)
		return 2;
	arena_init(&mem, 0);
	spec = memset(xcalloc(1, (size_t)spec_bytes + 1), 'x', (size_t)spec_bytes);
	began = mono_us();
	for (int i = 0; i < rows;) {
		run(db, "BEGIN IMMEDIATE");
		for (int j = 0; j < batch && i < rows; j++, i++)
			insert(db, s, &mem, i, spec);
		run(db, "COMMIT");
	}
	printf("%.0f\n", rows * 1e6 / (double)(mono_us() - began));
	sqlite3_finalize(s);
	sqlite3_close(db);
	free(spec);
	arena_fini(&mem);
	return 0;
}
