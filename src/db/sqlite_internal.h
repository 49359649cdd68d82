/* db/sqlite_internal.h: what the files of the SQLite engine share.
 *
 *   sqlite.c          connections, statements, and what SQLite's error codes mean to us
 *   sqlite_schema.c   whose file it is, and bringing it up to date
 *   sqlite_writer.c   the writer thread: many writes, one commit
 *   sqlite_lower.c    lower() for every script
 */
#ifndef DB_SQLITE_INTERNAL_H
#define DB_SQLITE_INTERNAL_H

#include <sqlite3.h>

#include "db/db_internal.h"

struct sqlite_conn {
	struct db_conn base;
	sqlite3 *handle;
	bool in_tx;                   /* works run: a transaction is meant to be open */
	int64_t give_up_ms;           /* of a reader: when the step under way ends; 0 = whenever */
};

struct sqlite_db {
	struct db base;
	char *path;
	int busy_ms;
	struct sqlite_conn *writer_conn;      /* the writer thread's, once that runs */
	struct sqlite_writer *writer;
};

/* Explains a failed call and says which of our errors it is. `what` names the statement. */
enum err sqlite_fail(struct ctx *ctx, struct sqlite_conn *conn, const char *what, int rc);

/* Returns SQLite's code. */
int sqlite_lower_install(sqlite3 *handle);

/* Refuses a file that is not ours or too new, switches to WAL, applies missing migrations. */
enum err sqlite_schema_prepare(struct ctx *ctx, struct sqlite_conn *conn, const struct db_options *options);

/* Starts the writer on db->writer_conn. */
enum err sqlite_writer_start(struct ctx *ctx, struct sqlite_db *db, const struct db_options *options);
/* Finishes what is queued. NULL is fine. */
void sqlite_writer_stop(struct sqlite_writer *w);
enum err sqlite_writer_run(struct ctx *ctx, struct sqlite_writer *w, db_work *work, void *arg, bool synced);
void sqlite_writer_stats(struct sqlite_writer *w, struct db_stats *out);

static inline struct sqlite_conn *sqlite_conn_of(struct db_conn *conn)
{
	return (struct sqlite_conn *)conn;
}

static inline struct sqlite_db *sqlite_db_of(struct db *db)
{
	return (struct sqlite_db *)db;
}

/* Some failures (a full disk, an I/O error) make SQLite roll the whole transaction back, and with
 * it what other works of the batch did. What ran now would commit for itself. */
static inline bool sqlite_tx_lost(const struct sqlite_conn *conn)
{
	return conn->in_tx && sqlite3_get_autocommit(conn->handle);
}

#endif
