/* db/sqlite.c: the SQLite engine's connections and statements.
 *
 * One connection writes, any number read; all use the write-ahead log, so readers and the
 * writer never wait for each other. A connection is used by one thread at a time and opened
 * without SQLite's own mutex. Only the writer moves the log into the database file.
 */
#include "db/sqlite_internal.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/log.h"

enum {
	LOOK_OPS = 100,               /* of SQLite's virtual machine; one may take a second: LIKE on a large text */
	GRACE_MS = 1000,              /* for whoever reads something small after their time */
};

/* -- errors -------------------------------------------------------------------------------- */

/* What SQLite's codes mean to a caller. An extended code stands before its primary one. What is
 * not here is a defect or a failing disk. */
static const struct verdict {
	int code;
	enum err err;
	const char *why;
} VERDICTS[] = {
	{ SQLITE_CONSTRAINT_UNIQUE, ERR_CONFLICT, "it clashes with something that exists" },
	{ SQLITE_CONSTRAINT_PRIMARYKEY, ERR_CONFLICT, "it clashes with something that exists" },
	{ SQLITE_CONSTRAINT_ROWID, ERR_CONFLICT, "it clashes with something that exists" },
	{ SQLITE_CONSTRAINT_FOREIGNKEY, ERR_CONFLICT, "it refers to something that is gone, or is still referred to" },
	{ SQLITE_BUSY, ERR_BUSY, "the store is locked by another process" },
	{ SQLITE_LOCKED, ERR_BUSY, "the store is locked" },
	{ SQLITE_TOOBIG, ERR_TOO_LARGE, "a value is larger than the store accepts" },
	{ SQLITE_INTERRUPT, ERR_TIMEOUT, "it took too long to look through the store" },
	{ SQLITE_FULL, ERR_INTERNAL, "the store has no space left" },
	{ SQLITE_READONLY, ERR_INTERNAL, "the store cannot be written" },
	{ SQLITE_NOTADB, ERR_CONFLICT, "it is not an agentd database" },
};

static const struct verdict *verdict_on(int rc)
{
	static const struct verdict unknown = { 0, ERR_INTERNAL, "the store failed" };

	for (size_t i = 0; i < COUNT_OF(VERDICTS); i++)
		if (VERDICTS[i].code == rc || VERDICTS[i].code == (rc & 0xff))
			return &VERDICTS[i];
	return &unknown;
}

enum err sqlite_fail(struct ctx *ctx, struct sqlite_conn *conn, const char *what, int rc)
{
	const struct verdict *v = verdict_on(rc);

	/* The detail may name tables and columns: for the log, not for the caller. */
	if (v->err == ERR_INTERNAL)
		log_error("db.failed", kv_z("sql", what), kv_i("code", rc),
			  kv_z("reason", sqlite3_errmsg(conn->handle)));
	return fail(ctx, v->err, "%s", v->why);
}

/* -- connections --------------------------------------------------------------------------- */

struct profile {
	bool writes;
	const char *pragmas;
	int switches[4][2];                   /* sqlite3_db_config: option, value; ends with a zero */
};

static const struct profile WRITER = {
	.writes = true,
	/* temp_store: what a savepoint must be able to undo stays in memory, not in a file.
	 * journal_size_limit: a log that was long once does not keep the space (16 MiB).
	 * cache_size: with 2 MB, a transaction of thousands of chunks writes pages to the log twice. */
	.pragmas = "PRAGMA synchronous = FULL; PRAGMA temp_store = MEMORY; PRAGMA cache_size = -4000;"
		   "PRAGMA journal_size_limit = 16777216;",
	/* Foreign keys come on after the migrations. */
	.switches = { { SQLITE_DBCONFIG_ENABLE_FKEY, 0 }, { SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0 },
		      { SQLITE_DBCONFIG_DEFENSIVE, 1 } },
};

static const struct profile READER = {
	.pragmas = "PRAGMA query_only = ON; PRAGMA temp_store = MEMORY; PRAGMA cache_size = -512;",
	.switches = { { SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1 }, { SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0 } },
};

static void conn_close(struct sqlite_conn *conn)
{
	int rc;

	if (!conn)
		return;
	conn_forget(&conn->base);
	rc = sqlite3_close(conn->handle);
	assert(rc == SQLITE_OK);
	(void)rc;
	free(conn);
}

static void conn_auto_close(struct sqlite_conn **conn)
{
	conn_close(*conn);
}

static int configure(sqlite3 *handle, const struct profile *profile, int busy_ms)
{
	int rc = sqlite3_busy_timeout(handle, busy_ms);

	/* A plan depends on the statement's text alone; otherwise SQLite may plan anew, at ten times
	 * the cost of a point read, whenever another value is bound. */
	if (rc == SQLITE_OK)
		rc = sqlite3_db_config(handle, SQLITE_DBCONFIG_ENABLE_QPSG, 1, NULL);
	for (size_t i = 0; rc == SQLITE_OK && profile->switches[i][0]; i++)
		rc = sqlite3_db_config(handle, profile->switches[i][0], profile->switches[i][1], NULL);
	if (rc == SQLITE_OK)
		rc = sqlite3_exec(handle, profile->pragmas, NULL, NULL, NULL);
	if (rc == SQLITE_OK)
		rc = sqlite_lower_install(handle);
	return rc;
}

static enum err conn_open(struct ctx *ctx, struct sqlite_db *db, const struct profile *profile,
			  struct sqlite_conn **out)
{
	AUTO(conn_auto_close) struct sqlite_conn *conn = xcalloc(1, sizeof(*conn));
	int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE;
	int rc;

	conn->base = (struct db_conn){ .db = &db->base, .ops = &sqlite_ops, .writes = profile->writes };
	rc = sqlite3_open_v2(db->path, &conn->handle, flags, NULL);
	if (rc == SQLITE_OK)
		rc = configure(conn->handle, profile, db->busy_ms);
	if (rc != SQLITE_OK)
		return sqlite_fail(ctx, conn, "open", rc);
	*out = TAKE(conn);
	return OK;
}

static int gives_up(void *arg)
{
	const struct sqlite_conn *conn = arg;

	return conn->give_up_ms && mono_ms() >= conn->give_up_ms;
}

static enum err reader_open(struct ctx *ctx, struct db *db, struct db_conn **out)
{
	struct sqlite_conn *conn;

	TRY(conn_open(ctx, sqlite_db_of(db), &READER, &conn));
	sqlite3_progress_handler(conn->handle, LOOK_OPS, gives_up, conn);
	*out = &conn->base;
	return OK;
}

static void reader_close(struct db_conn *reader)
{
	conn_close(sqlite_conn_of(reader));
}

/* -- statements ---------------------------------------------------------------------------- */

/* SQLite takes $2 for a name and numbers names as they appear: in "$2, $1" its first parameter
 * is our second. `place[n - 1]` is where it keeps our $n. */
struct sqlite_prepared {
	struct prepared base;
	sqlite3_stmt *handle;
	uint16_t place[];
};

static struct sqlite_prepared *own(struct prepared *p)
{
	return (struct sqlite_prepared *)p;
}

static void find_places(struct sqlite_prepared *p)
{
	for (int i = 1; i <= p->base.n_params; i++) {
		const char *name = sqlite3_bind_parameter_name(p->handle, i);
		int number = name && name[0] == '$' ? atoi(name + 1) : 0;

		assert(number >= 1 && number <= p->base.n_params);
		p->place[number - 1] = (uint16_t)i;
	}
}

static enum err prepare(struct ctx *ctx, struct db_conn *conn_, const struct sql *sql, struct prepared **out)
{
	struct sqlite_conn *conn = sqlite_conn_of(conn_);
	struct sqlite_prepared *p;
	sqlite3_stmt *handle;
	const char *rest;
	int rc, n_params;

	rc = sqlite3_prepare_v3(conn->handle, sql->text, -1, SQLITE_PREPARE_PERSISTENT, &handle, &rest);
	if (rc != SQLITE_OK)
		return sqlite_fail(ctx, conn, sql->name, rc);
	assert(handle && *rest == '\0');
	n_params = sqlite3_bind_parameter_count(handle);
	p = xcalloc(1, sizeof(*p) + (size_t)n_params * sizeof(p->place[0]));
	p->handle = handle;
	p->base = (struct prepared){ .sql = sql, .conn = conn_, .n_params = n_params,
				     .n_columns = sqlite3_column_count(handle) };
	find_places(p);
	*out = &p->base;
	return OK;
}

static void finalize(struct prepared *p)
{
	sqlite3_finalize(own(p)->handle);
	free(p);
}

/* sqlite3_reset only repeats the failure that the last step has told already. Clearing leaves no
 * pointer to what the caller had lent. */
static void reset(struct prepared *p)
{
	sqlite3_reset(own(p)->handle);
	if (p->n_params > 0)
		sqlite3_clear_bindings(own(p)->handle);
}

static int place(struct prepared *p, int number)
{
	return own(p)->place[number - 1];
}

static enum err bind_verdict(int rc)
{
	return rc == SQLITE_OK ? OK : verdict_on(rc)->err;
}

static enum err sqlite_bind_text(struct prepared *p, int number, struct str value)
{
	return bind_verdict(sqlite3_bind_text64(own(p)->handle, place(p, number), value.p, value.n, SQLITE_STATIC,
						SQLITE_UTF8));
}

static enum err sqlite_bind_blob(struct prepared *p, int number, struct str value)
{
	return bind_verdict(sqlite3_bind_blob64(own(p)->handle, place(p, number), value.p, value.n, SQLITE_STATIC));
}

static enum err sqlite_bind_int(struct prepared *p, int number, int64_t value)
{
	return bind_verdict(sqlite3_bind_int64(own(p)->handle, place(p, number), value));
}

static enum err sqlite_bind_num(struct prepared *p, int number, double value)
{
	return bind_verdict(sqlite3_bind_double(own(p)->handle, place(p, number), value));
}

static enum err sqlite_bind_null(struct prepared *p, int number)
{
	return bind_verdict(sqlite3_bind_null(own(p)->handle, place(p, number)));
}

static int64_t give_up_ms(const struct ctx *ctx)
{
	int64_t soonest = mono_ms() + GRACE_MS;

	return ctx->deadline_ms && ctx->deadline_ms < soonest ? soonest : ctx->deadline_ms;
}

static enum err step(struct ctx *ctx, struct prepared *p, bool *row)
{
	struct sqlite_conn *conn = sqlite_conn_of(p->conn);
	int rc;

	conn->give_up_ms = give_up_ms(ctx);
	if (sqlite_tx_lost(conn))
		return fail(ctx, ERR_BUSY, "the store undid this write");
	rc = sqlite3_step(own(p)->handle);
	conn->give_up_ms = 0;
	if (rc == SQLITE_ROW || rc == SQLITE_DONE) {
		*row = rc == SQLITE_ROW;
		return OK;
	}
	return sqlite_fail(ctx, conn, p->sql->name, rc);
}

static int64_t changed(struct prepared *p)
{
	return sqlite3_changes64(sqlite_conn_of(p->conn)->handle);
}

static bool column_is_null(struct prepared *p, int index)
{
	return sqlite3_column_type(own(p)->handle, index) == SQLITE_NULL;
}

/* Read as a blob, text needs no NUL and so no copy. An empty value has no bytes to point to. */
static struct str column_bytes(struct prepared *p, int index)
{
	const char *bytes;

	if (column_is_null(p, index))
		return (struct str){ NULL, 0 };
	bytes = sqlite3_column_blob(own(p)->handle, index);
	return (struct str){ bytes ? bytes : "", (size_t)sqlite3_column_bytes(own(p)->handle, index) };
}

static int64_t column_int(struct prepared *p, int index)
{
	return sqlite3_column_int64(own(p)->handle, index);
}

static double column_num(struct prepared *p, int index)
{
	return sqlite3_column_double(own(p)->handle, index);
}

/* -- the store ----------------------------------------------------------------------------- */

static void store_free(struct sqlite_db *db)
{
	if (!db)
		return;
	sqlite_writer_stop(db->writer);
	/* The last connection to a file moves the whole log into it and removes the log. */
	conn_close(db->writer_conn);
	db_fini(&db->base);
	free(db->path);
	free(db);
}

static void store_auto_free(struct sqlite_db **db)
{
	store_free(*db);
}

static struct sqlite_db *store_new(const struct db_options *options)
{
	struct sqlite_db *db = xcalloc(1, sizeof(*db));
	size_t n = strlen(options->path) + 1;

	db_init(&db->base, &sqlite_ops, options);
	db->path = memcpy(xmalloc(n), options->path, n);
	db->busy_ms = options->busy_ms > 0 ? options->busy_ms : 10000;
	return db;
}

/* Made here and not by SQLite, so that nobody else can read it, not even for a moment; its log
 * takes over the mode. mknod and not open: closing a descriptor of a file drops the locks that
 * SQLite holds on that file elsewhere in this process. */
static enum err make_file(struct ctx *ctx, const struct db_options *options)
{
	if (options->create && mknod(options->path, S_IFREG | 0600, 0) != 0 && errno != EEXIST)
		return fail(ctx, ERR_INTERNAL, "%m");
	if (access(options->path, R_OK | W_OK) != 0)
		return fail(ctx, errno == ENOENT ? ERR_NOT_FOUND : ERR_INTERNAL, "%m");
	return OK;
}

static enum err open_parts(struct ctx *ctx, struct sqlite_db *db, const struct db_options *options)
{
	TRY(make_file(ctx, options));
	TRY(conn_open(ctx, db, &WRITER, &db->writer_conn));
	TRY(sqlite_schema_prepare(ctx, db->writer_conn, options));
	return sqlite_writer_start(ctx, db, options);
}

static enum err store_open(struct ctx *ctx, const struct db_options *options, struct db **out)
{
	AUTO(store_auto_free) struct sqlite_db *db = NULL;
	char why[sizeof(ctx->why)];
	enum err e;

	if (strcmp(options->path, ":memory:") == 0 || options->path[0] == '\0')
		return fail(ctx, ERR_INVALID, "the store must be a file");
	db = store_new(options);
	e = open_parts(ctx, db, options);
	if (e != OK) {
		memcpy(why, ctx->why, sizeof(why));
		return fail(ctx, e, "cannot open %s: %s", options->path, why);
	}
	*out = &TAKE(db)->base;
	return OK;
}

static void store_close(struct db *db)
{
	store_free(sqlite_db_of(db));
}

static enum err store_write(struct ctx *ctx, db_work *work, void *arg, bool synced)
{
	return sqlite_writer_run(ctx, sqlite_db_of(ctx->db)->writer, work, arg, synced);
}

static void store_stats(struct db *db, struct db_stats *out)
{
	sqlite_writer_stats(sqlite_db_of(db)->writer, out);
}

static const struct sql SNAPSHOT_BEGIN = { "db.snapshot_begin", "BEGIN" };
static const struct sql SNAPSHOT_END = { "db.snapshot_end", "COMMIT" };

const struct db_ops sqlite_ops = {
	.open = store_open,
	.close = store_close,
	.write = store_write,
	.stats = store_stats,
	.reader_open = reader_open,
	.reader_close = reader_close,
	.snapshot_begin = &SNAPSHOT_BEGIN,
	.snapshot_end = &SNAPSHOT_END,
	.prepare = prepare,
	.finalize = finalize,
	.reset = reset,
	.bind_text = sqlite_bind_text,
	.bind_blob = sqlite_bind_blob,
	.bind_int = sqlite_bind_int,
	.bind_num = sqlite_bind_num,
	.bind_null = sqlite_bind_null,
	.step = step,
	.changed = changed,
	.col_is_null = column_is_null,
	.col_bytes = column_bytes,
	.col_int = column_int,
	.col_num = column_num,
};
