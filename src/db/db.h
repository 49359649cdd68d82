/* db/db.h: one store behind one seam.
 *
 * Statements are named constants with $1 parameters, prepared once per connection. Reading and
 * writing are different doors, because the engines differ there:
 *
 *   reading   each thread has a connection of its own (ctx->reader, opened on first use). A
 *             request's reads see one snapshot, from db_snapshot_begin to db_snapshot_end.
 *   writing   db_write() runs a function inside a transaction. On SQLite one writer thread owns
 *             the only write connection: it takes all that is queued, runs each piece in a
 *             savepoint, commits once with synchronous=FULL, then answers all. When db_write
 *             returns OK, the change survives SIGKILL and power loss; when it returns an error,
 *             nothing of it happened. db_write_unsynced() is the door for the few writes that a
 *             power loss may take back.
 *
 * Threads: any, each with its own ctx. The ctx of a write is lent to the writer thread until
 * db_write returns, so the function may allocate from it and call fail().
 */
#ifndef DB_DB_H
#define DB_DB_H

#include "base/ctx.h"

/* A statement: its name shows in errors and slow-query logs; `text` uses $1, $2, ... without
 * gaps, in any order and as often as needed. Connections remember it by its address: static. */
struct sql {
	const char *name, *text;
};

/* One numbered step of the schema. Forward only; `sql` may hold several statements. Foreign
 * keys are not enforced while it runs (so that a table can be rebuilt) and checked at the end.
 * `fill` (may be NULL) runs after the SQL, in the same transaction, for what SQL cannot compute;
 * like the SQL, it knows the tables as this step leaves them, and no later form. */
struct migration {
	int number;
	const char *name, *sql;
	enum err (*fill)(struct ctx *ctx, struct db_tx *tx);
};

struct db_options {
	const char *path;                     /* the database file; ":memory:" is refused */
	const struct migration *migrations;   /* ascending by number, from 1 on */
	size_t n_migrations;
	bool create;                          /* make the file when it is missing, readable by its owner only */
	size_t batch_max;                     /* writes per commit at most; 0 = 256 */
	int busy_ms;                          /* how long to wait for another process; 0 = 10,000 */
	int slow_ms;                          /* statements slower than this are logged; 0 = 200 */
};

/* Opens the store, applies missing migrations under a lock (several processes may start at
 * once) and all or none, and starts the writer thread. ERR_NOT_FOUND: no such file, and not
 * told to create it. ERR_CONFLICT: the file is someone else's, or from a newer agentd. The
 * error's text, in ctx->why, is meant for the operator. The caller owns *out. */
enum err db_open(struct ctx *ctx, const struct db_options *options, struct db **out);
/* Finishes queued writes, stops the writer, checkpoints. All readers must be closed. NULL is fine. */
void db_close(struct db *db);

/* -- writing ------------------------------------------------------------------------------- */

typedef enum err db_work(struct ctx *ctx, struct db_tx *tx, void *arg);

/* Runs work(ctx, tx, arg), then ctx->before_commit if set, in one transaction; waits for the
 * durable commit. work must only touch the store and its own memory: others wait behind it.
 *
 * Inside work, stmt_read goes through the transaction too, so a function that only reads works
 * on both sides. A work whose statement failed must return that error: engines differ in
 * whether the transaction can still be used. A write inside a write is an assertion.
 *
 * ERR_BUSY: another process kept the store locked, or the disk failed under someone else's
 * write in the same commit; trying again is fine. ERR_TIMEOUT: the ctx's deadline passed
 * before the write's turn came. Whatever the error, what work left in `arg` means nothing. */
enum err db_write(struct ctx *ctx, db_work *work, void *arg);
/* The same, but it does not wait for the disk: OK says that the change survives SIGKILL. A power
 * loss may take it back, with all such changes behind the last db_write, none before it; so it is
 * for what can be found out again. */
enum err db_write_unsynced(struct ctx *ctx, db_work *work, void *arg);

/* Counters for tests, metrics and benchmarks. */
struct db_stats {
	uint64_t writes;                      /* committed */
	uint64_t commits;                     /* how many commits that took */
	uint64_t rollbacks;                   /* writes undone: their work, or the commit, failed */
	uint64_t waiting;                     /* writes queued at this moment */
};
void db_stats(struct db *db, struct db_stats *out);

/* -- reading ------------------------------------------------------------------------------- */

/* Gives ctx a reader of its own (opens it when ctx->reader is NULL). */
enum err db_reader_open(struct ctx *ctx);
/* Ends its snapshot and keeps the connection, statements and all, for the next db_reader_open:
 * cheap enough to do before a long wait. The caller sets ctx->reader to NULL. NULL is fine. */
void db_reader_close(struct db_conn *reader);
/* What is read in between comes from one snapshot. Begin twice is fine; end without begin too.
 * A write ends the snapshot first, so that a thread reads its own writes. Ending it also ends
 * the reader's statements: only stmt_done may follow for them. A reader without statements in use
 * is given back as well, for others to use while the write waits. */
enum err db_snapshot_begin(struct ctx *ctx);
void db_snapshot_end(struct ctx *ctx);

/* -- statements ---------------------------------------------------------------------------- */

struct prepared;

/* A statement in use. One at a time per struct sql and connection; finish it (or leave its
 * scope with AUTO(stmt_done)) before using the same one again. */
struct stmt {
	struct prepared *prepared;            /* the connection's, with its text compiled */
	int n_bound, n_read;
	enum err failed;                      /* the first failure of bind_*, told by stmt_step */
};

/* On the thread's reader, opened when needed. */
enum err stmt_read(struct ctx *ctx, const struct sql *sql, struct stmt *out);
/* On the transaction; sees its uncommitted changes. */
enum err stmt_write(struct ctx *ctx, struct db_tx *tx, const struct sql *sql, struct stmt *out);
void stmt_done(struct stmt *s);                         /* zeroed is fine */

/* Parameters, in order. Bytes are borrowed until stmt_done. A str with p == NULL binds NULL. */
void bind_str(struct stmt *s, struct str value);
void bind_int(struct stmt *s, int64_t value);
void bind_num(struct stmt *s, double value);
void bind_bool(struct stmt *s, bool value);
void bind_blob(struct stmt *s, const void *bytes, size_t n);    /* bytes NULL binds NULL */
void bind_null(struct stmt *s);
void bind_time(struct stmt *s, int64_t us);             /* 0 binds NULL */

/* The next row: *row false at the end, and after that only stmt_done. A violated UNIQUE,
 * PRIMARY KEY or FOREIGN KEY is ERR_CONFLICT; the store locked too long is ERR_BUSY; a full or
 * failing disk, and a constraint that validation should have met, are logged and ERR_INTERNAL.
 * ERR_TIMEOUT: reading took longer than the ctx's deadline, and longer than a second. */
enum err stmt_step(struct ctx *ctx, struct stmt *s, bool *row);
/* For statements without rows. *changed (may be NULL) counts the rows touched. */
enum err stmt_run(struct ctx *ctx, struct stmt *s, int64_t *changed);

/* Columns of the current row, in order. Text and blobs are copied into ctx->mem; NULL gives
 * { NULL, 0 }, 0 or false. */
struct str col_str(struct ctx *ctx, struct stmt *s);
int64_t col_int(struct stmt *s);
double col_num(struct stmt *s);
bool col_bool(struct stmt *s);
int64_t col_time(struct stmt *s);                       /* NULL reads as 0 */
bool col_is_null(struct stmt *s);                       /* of the next column, without taking it */
/* Valid until the next step; for large blobs that need no copy. */
struct str col_view(struct stmt *s);

#endif
