/* db/db_internal.h: the seam between the doors of db.h and an engine.
 *
 * What every engine needs the same way is written once, on this side: the pool of readers
 * (db.c), and the statement cache, order of parameters and columns, borrowing rules and slow
 * log (stmt.c). An engine is one struct db_ops; its own structs begin with ours.
 */
#ifndef DB_DB_INTERNAL_H
#define DB_DB_INTERNAL_H

#include <pthread.h>

#include "db/db.h"

/* A statement compiled for one connection, there from its first use until the connection closes. */
struct prepared {
	const struct sql *sql;
	struct db_conn *conn;
	int n_params, n_columns;
	enum { STMT_IDLE, STMT_RUNNING, STMT_ENDED } state;     /* ended: no row follows; stmt_done is due */
	int64_t spent_us;                                       /* in the engine, since stmt_read or stmt_write */
};

struct db_ops {
	enum err (*open)(struct ctx *ctx, const struct db_options *options, struct db **out);
	void (*close)(struct db *db);                           /* its readers are closed already */
	/* synced: it waits for the disk. */
	enum err (*write)(struct ctx *ctx, db_work *work, void *arg, bool synced);
	void (*stats)(struct db *db, struct db_stats *out);

	enum err (*reader_open)(struct ctx *ctx, struct db *db, struct db_conn **out);
	void (*reader_close)(struct db_conn *reader);
	const struct sql *snapshot_begin, *snapshot_end;

	enum err (*prepare)(struct ctx *ctx, struct db_conn *conn, const struct sql *sql, struct prepared **out);
	void (*finalize)(struct prepared *p);
	void (*reset)(struct prepared *p);                      /* forgets rows and parameters */

	/* Parameter numbers start at 1, as in the text; bytes stay borrowed until reset. */
	enum err (*bind_text)(struct prepared *p, int number, struct str value);
	enum err (*bind_blob)(struct prepared *p, int number, struct str value);
	enum err (*bind_int)(struct prepared *p, int number, int64_t value);
	enum err (*bind_num)(struct prepared *p, int number, double value);
	enum err (*bind_null)(struct prepared *p, int number);

	enum err (*step)(struct ctx *ctx, struct prepared *p, bool *row);
	int64_t (*changed)(struct prepared *p);                 /* rows touched by the last step */

	/* Column indexes start at 0. Bytes are the engine's until the next step. */
	bool (*col_is_null)(struct prepared *p, int index);
	struct str (*col_bytes)(struct prepared *p, int index);
	int64_t (*col_int)(struct prepared *p, int index);
	double (*col_num)(struct prepared *p, int index);
};

extern const struct db_ops sqlite_ops;

/* Readers that nobody uses are kept up to this number: about what a pool of handlers needs at
 * once. Each costs some hundred KiB once it has been used. */
enum { IDLE_READERS_MAX = 8 };

struct db {
	const struct db_ops *ops;
	int64_t slow_us;
	pthread_mutex_t lock;
	struct db_conn *idle[IDLE_READERS_MAX];                 /* under lock; the newest is reused first */
	size_t n_idle;                                          /* under lock */
	_Atomic size_t n_lent;
};

struct db_conn {
	struct db *db;
	const struct db_ops *ops;
	bool writes;                                            /* lent to works; its transaction is its snapshot */
	bool in_snapshot;
	struct prepared **cache;                                /* hashed by the address of the struct sql */
	size_t cache_slots, n_cached;                           /* slots: a power of two, at most half full */
	int n_in_use;                                           /* statements between open and stmt_done */
};

/* What a work holds of the transaction it runs in: the connection that has it open. */
struct db_tx {
	struct db_conn *conn;
};

void db_init(struct db *db, const struct db_ops *ops, const struct db_options *options);
void db_fini(struct db *db);

/* Opens a statement on a connection of the caller's choice. */
enum err stmt_open(struct ctx *ctx, struct db_conn *conn, const struct sql *sql, struct stmt *out);
/* A statement with neither parameters nor rows, start to end. */
enum err conn_run(struct ctx *ctx, struct db_conn *conn, const struct sql *sql);
/* Ends the snapshot, and every statement still in use: whoever opened it may only stmt_done it. */
void conn_rest(struct db_conn *conn);
/* Finalizes every cached statement; none may be in use. */
void conn_forget(struct db_conn *conn);

#endif
