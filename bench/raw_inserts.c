/* bench/raw_inserts.c: what SQLite itself does: rows of the size that the product's have, one commit per batch.
 *
 * The same tables, indexes, journal and durability as the product's store, and nothing else: no
 * HTTP, no JSON, no checks. Prints rows per second.
 *
 *     bench-raw-inserts FILE agent|run ROWS BATCH TEXT_BYTES
 */
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/id.h"

#define WORKSPACE "'01890000-0000-7000-8000-000000000000'"
#define APP "'01890000-0000-7000-8000-000000000001'"
#define USER "'01890000-0000-7000-8000-000000000002'"

/* `insert` takes an id, a name, the time, and the text that makes up most of the row. */
static const struct table {
	const char *name, *create, *insert;
} TABLES[] = {
	{ "agent",
	  "CREATE TABLE agent (id TEXT PRIMARY KEY, workspace_id TEXT NOT NULL, name TEXT NOT NULL, app_id TEXT NOT NULL,"
	  " created_by TEXT NOT NULL, created_at INTEGER NOT NULL, updated_at INTEGER NOT NULL, published_id TEXT,"
	  " form INTEGER NOT NULL, spec TEXT NOT NULL) STRICT, WITHOUT ROWID;"
	  "CREATE UNIQUE INDEX agent_name ON agent(workspace_id, name);"
	  "CREATE INDEX agent_created ON agent(workspace_id, created_at, id)",
	  "INSERT INTO agent VALUES (?1, " WORKSPACE ", ?2, " APP ", " USER ", ?3, ?3, NULL, 1, ?4)" },
	{ "run",
	  "CREATE TABLE run (id TEXT PRIMARY KEY, workspace_id TEXT NOT NULL, status TEXT NOT NULL, attempts INTEGER NOT NULL,"
	  " lease_owner TEXT, lease_expires_at INTEGER, trigger TEXT NOT NULL, created_by TEXT NOT NULL,"
	  " created_at INTEGER NOT NULL, started_at INTEGER, completed_at INTEGER, tokens_input INTEGER,"
	  " tokens_output INTEGER, cost_usd REAL, agent_id TEXT, agent_name TEXT NOT NULL, agent_path TEXT NOT NULL,"
	  " agent_version_label TEXT, model TEXT NOT NULL, automation_id TEXT, parent_run_id TEXT,"
	  " user_message TEXT NOT NULL, error_message TEXT, output TEXT NOT NULL, streamed_output TEXT,"
	  " spec TEXT NOT NULL) STRICT;"
	  "CREATE INDEX run_created ON run(workspace_id, created_at, id, status, trigger, agent_name);"
	  "CREATE INDEX run_queued ON run(created_at, id) WHERE status = 'queued' AND spec <> '';"
	  "CREATE INDEX run_leased ON run(lease_expires_at) WHERE status = 'running';"
	  "CREATE INDEX run_automation ON run(automation_id) WHERE automation_id IS NOT NULL",
	  "INSERT INTO run VALUES (?1, " WORKSPACE ", 'queued', 0, NULL, NULL, 'manual', " USER ", ?3, NULL, NULL, NULL,"
	  " NULL, NULL, " APP ", 'an agent', '', NULL, 'CUSTOM', NULL, NULL, ?2, NULL, '', NULL, ?4)" },
};

static void die(sqlite3 *db, const char *what)
{
	fprintf(stderr, "bench-raw-inserts: %s: %s\n", what, sqlite3_errmsg(db));
	exit(1);
}

static void run(sqlite3 *db, const char *sql)
{
	if (sqlite3_exec(db, sql, NULL, NULL, NULL) != SQLITE_OK)
		die(db, sql);
}

static void insert(sqlite3 *db, sqlite3_stmt *s, struct arena *mem, int i, const char *text)
{
	struct str id = uuid_new(mem);
	char name[32];

	snprintf(name, sizeof(name), "raw row %d", i);
	sqlite3_bind_text(s, 1, id.p, (int)id.n, SQLITE_STATIC);
	sqlite3_bind_text(s, 2, name, -1, SQLITE_STATIC);
	sqlite3_bind_int64(s, 3, now_us());
	sqlite3_bind_text(s, 4, text, -1, SQLITE_STATIC);
	if (sqlite3_step(s) != SQLITE_DONE)
		die(db, "insert");
	sqlite3_reset(s);
	arena_reset(mem);
}

/* Rows per second. */
static double measure(sqlite3 *db, sqlite3_stmt *s, int rows, int batch, const char *text)
{
	int64_t began = mono_us();
	struct arena mem;

	arena_init(&mem, 0);
	for (int i = 0; i < rows;) {
		run(db, "BEGIN IMMEDIATE");
		for (int j = 0; j < batch && i < rows; j++, i++)
			insert(db, s, &mem, i, text);
		run(db, "COMMIT");
	}
	arena_fini(&mem);
	return rows * 1e6 / (double)(mono_us() - began);
}

static const struct table *table_by_name(const char *name)
{
	for (size_t i = 0; i < COUNT_OF(TABLES); i++)
		if (strcmp(TABLES[i].name, name) == 0)
			return &TABLES[i];
	return NULL;
}

int main(int argc, char **argv)
{
	const struct table *table = argc == 6 ? table_by_name(argv[2]) : NULL;
	size_t n_text;
	sqlite3_stmt *s;
	sqlite3 *db;
	char *text;

	if (!table || sqlite3_open(argv[1], &db) != SQLITE_OK)
		return 2;
	run(db, "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL");
	run(db, table->create);
	if (sqlite3_prepare_v2(db, table->insert, -1, &s, NULL) != SQLITE_OK)
		die(db, table->name);
	n_text = (size_t)atoi(argv[5]);
	text = memset(xcalloc(1, n_text + 1), 'x', n_text);
	printf("%.0f\n", measure(db, s, atoi(argv[3]), atoi(argv[4]), text));
	sqlite3_finalize(s);
	sqlite3_close(db);
	free(text);
	return 0;
}
