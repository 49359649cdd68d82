/* db/sqlite_schema.c: whose file it is, and bringing it up to date.
 *
 * A file is ours when its header carries our application id. Table schema_migration lists what
 * was applied; the highest number is the file's version. An upgrade is one transaction: it
 * happens as a whole, and a process that was waiting for the lock finds it done. A file that is
 * up to date is only looked at, so that opening it costs no write.
 */
#include "db/sqlite_internal.h"

#include <assert.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/log.h"

#define APPLICATION_ID "1634168436"           /* "agnt", big-endian, as file(1) reads it */

enum { EMPTY = -1 };                          /* the version of a file without tables */

enum { IDENTITY, USE_WAL, VERSION, RECORD, DANGLING, BEGIN, COMMIT };
static const struct sql SQL[] = {
	/* One statement, for between two another process may have made the tables. */
	[IDENTITY] = { "schema.identity",
		"SELECT application_id = " APPLICATION_ID ", NOT EXISTS (SELECT 1 FROM sqlite_master)"
		" FROM pragma_application_id" },
	[USE_WAL]  = { "schema.use_wal", "PRAGMA journal_mode = WAL" },
	[VERSION]  = { "schema.version", "SELECT coalesce(max(number), 0) FROM schema_migration" },
	[RECORD]   = { "schema.record", "INSERT INTO schema_migration (number, name, applied_at) VALUES ($1, $2, $3)" },
	[DANGLING] = { "schema.dangling", "SELECT \"table\" FROM pragma_foreign_key_check" },
	[BEGIN]    = { "schema.begin", "BEGIN IMMEDIATE" },
	[COMMIT]   = { "schema.commit", "COMMIT" },
};

static const struct migration FOUNDATION = {
	0, "foundation",
	"PRAGMA application_id = " APPLICATION_ID ";"
	"CREATE TABLE schema_migration"
	" (number INTEGER PRIMARY KEY, name TEXT NOT NULL, applied_at INTEGER NOT NULL) STRICT;"
};

static enum err read_identity(struct ctx *ctx, struct sqlite_conn *conn, bool *ours, bool *empty)
{
	AUTO(stmt_done) struct stmt s = { 0 };
	bool row;

	TRY(stmt_open(ctx, &conn->base, &SQL[IDENTITY], &s));
	TRY(stmt_step(ctx, &s, &row));
	assert(row);
	*ours = col_bool(&s);
	*empty = col_bool(&s);
	return OK;
}

static enum err read_last_applied(struct ctx *ctx, struct sqlite_conn *conn, int64_t *out)
{
	AUTO(stmt_done) struct stmt s = { 0 };
	bool row;

	TRY(stmt_open(ctx, &conn->base, &SQL[VERSION], &s));
	TRY(stmt_step(ctx, &s, &row));
	assert(row);
	*out = col_int(&s);
	return OK;
}

static int newest(const struct db_options *options)
{
	return options->n_migrations > 0 ? options->migrations[options->n_migrations - 1].number : 0;
}

/* *version: EMPTY, or that of a file of ours. Whatever else the file may be is refused. */
static enum err read_version(struct ctx *ctx, struct sqlite_conn *conn, const struct db_options *options,
			     int64_t *version)
{
	bool ours, empty;

	TRY(read_identity(ctx, conn, &ours, &empty));
	if (empty) {
		*version = EMPTY;
		return OK;
	}
	if (!ours)
		return fail(ctx, ERR_CONFLICT, "it is not an agentd database");
	TRY(read_last_applied(ctx, conn, version));
	if (*version > newest(options))
		return fail(ctx, ERR_CONFLICT,
			    "it was made by a newer agentd (its schema is %lld, this program knows %d)",
			    (long long)*version, newest(options));
	return OK;
}

/* -- the log ------------------------------------------------------------------------------- */

static enum err set_wal(struct ctx *ctx, struct sqlite_conn *conn)
{
	AUTO(stmt_done) struct stmt s = { 0 };
	bool row;

	TRY(stmt_open(ctx, &conn->base, &SQL[USE_WAL], &s));
	TRY(stmt_step(ctx, &s, &row));
	if (!row || !str_is(col_view(&s), "wal"))
		return fail(ctx, ERR_INTERNAL, "its file system has no shared memory, which the write-ahead log needs");
	return OK;
}

/* Two processes that open a new file at once may both want the change of mode; SQLite then
 * answers "busy" at once, because waiting could be for ever. */
static enum err use_wal(struct ctx *ctx, struct sqlite_conn *conn)
{
	int64_t give_up_ms = mono_ms() + sqlite_db_of(conn->base.db)->busy_ms;
	enum err e;

	while ((e = set_wal(ctx, conn)) == ERR_BUSY && mono_ms() < give_up_ms)
		usleep(2000);
	return e;
}

/* -- migrations ---------------------------------------------------------------------------- */

static enum err run_step(struct ctx *ctx, struct sqlite_conn *conn, const struct migration *m)
{
	struct db_tx tx = { &conn->base };

	if (sqlite3_exec(conn->handle, m->sql, NULL, NULL, NULL) != SQLITE_OK)
		return fail(ctx, ERR_INTERNAL, "migration %d (%s): %s", m->number, m->name,
			    sqlite3_errmsg(conn->handle));
	return m->fill ? m->fill(ctx, &tx) : OK;
}

static enum err record(struct ctx *ctx, struct sqlite_conn *conn, const struct migration *m)
{
	AUTO(stmt_done) struct stmt s = { 0 };

	TRY(stmt_open(ctx, &conn->base, &SQL[RECORD], &s));
	bind_int(&s, m->number);
	bind_str(&s, str_of(m->name));
	bind_time(&s, now_us());
	return stmt_run(ctx, &s, NULL);
}

static enum err check_references(struct ctx *ctx, struct sqlite_conn *conn)
{
	AUTO(stmt_done) struct stmt s = { 0 };
	struct str table;
	bool row;

	TRY(stmt_open(ctx, &conn->base, &SQL[DANGLING], &s));
	TRY(stmt_step(ctx, &s, &row));
	if (!row)
		return OK;
	table = col_view(&s);
	return fail(ctx, ERR_INTERNAL, "after the migrations, rows of %.*s refer to nothing", STR(table));
}

/* Inside the transaction; looks again, for another process may have been faster. */
static enum err apply_missing(struct ctx *ctx, struct sqlite_conn *conn, const struct db_options *options)
{
	int64_t version;

	TRY(read_version(ctx, conn, options, &version));
	if (version == EMPTY)
		TRY(run_step(ctx, conn, &FOUNDATION));
	for (size_t i = 0; i < options->n_migrations; i++) {
		const struct migration *m = &options->migrations[i];

		if (m->number <= version)
			continue;
		TRY(run_step(ctx, conn, m));
		TRY(record(ctx, conn, m));
	}
	return check_references(ctx, conn);
}

/* After a failure the caller closes the connection, and that rolls back. */
static enum err upgrade(struct ctx *ctx, struct sqlite_conn *conn, const struct db_options *options)
{
	TRY(conn_run(ctx, &conn->base, &SQL[BEGIN]));
	TRY(apply_missing(ctx, conn, options));
	return conn_run(ctx, &conn->base, &SQL[COMMIT]);
}

static bool ascending(const struct db_options *options)
{
	for (size_t i = 0; i < options->n_migrations; i++)
		if (options->migrations[i].number <= (i ? options->migrations[i - 1].number : 0))
			return false;
	return true;
}

enum err sqlite_schema_prepare(struct ctx *ctx, struct sqlite_conn *conn, const struct db_options *options)
{
	int64_t version;

	assert(ascending(options));
	TRY(read_version(ctx, conn, options, &version));
	TRY(use_wal(ctx, conn));
	if (version == newest(options))
		return OK;
	TRY(upgrade(ctx, conn, options));
	log_info("db.migrated", kv_i("from", version == EMPTY ? 0 : version), kv_i("to", newest(options)));
	return OK;
}
