/* db/db.c: opening, the doors for writing and reading, and readers kept for their next use.
 *
 * Opening a reader costs a file open and parsing the schema, and its first use of a statement
 * the compiling: a hundred times a point read. So closed readers wait in a small pool, and a
 * thread may give its reader back before every long wait without thinking.
 */
#include "db/db_internal.h"

#include <assert.h>

/* The engines. A second one is chosen by what the path looks like. */
enum err db_open(struct ctx *ctx, const struct db_options *options, struct db **out)
{
	return sqlite_ops.open(ctx, options, out);
}

void db_init(struct db *db, const struct db_ops *ops, const struct db_options *options)
{
	db->ops = ops;
	db->slow_us = 1000 * (int64_t)(options->slow_ms > 0 ? options->slow_ms : 200);
	pthread_mutex_init(&db->lock, NULL);
}

void db_fini(struct db *db)
{
	pthread_mutex_destroy(&db->lock);
}

void db_close(struct db *db)
{
	if (!db)
		return;
	assert(db->n_lent == 0);
	while (db->n_idle > 0)
		db->ops->reader_close(db->idle[--db->n_idle]);
	db->ops->close(db);
}

/* Ends what is being read. A thousand threads that wait for one commit shall not keep a thousand readers. */
static void rest_reader(struct ctx *ctx)
{
	if (!ctx->reader)
		return;
	/* A write inside a write would wait for itself. */
	assert(!ctx->reader->writes);
	conn_rest(ctx->reader);
	if (ctx->reader->n_in_use == 0)
		db_reader_close(TAKE(ctx->reader));
}

enum err db_write(struct ctx *ctx, db_work *work, void *arg)
{
	rest_reader(ctx);
	return ctx->db->ops->write(ctx, work, arg, true);
}

enum err db_write_unsynced(struct ctx *ctx, db_work *work, void *arg)
{
	rest_reader(ctx);
	return ctx->db->ops->write(ctx, work, arg, false);
}

void db_stats(struct db *db, struct db_stats *out)
{
	db->ops->stats(db, out);
}

/* -- readers ------------------------------------------------------------------------------- */

static struct db_conn *take_idle(struct db *db)
{
	struct db_conn *reader = NULL;

	pthread_mutex_lock(&db->lock);
	if (db->n_idle > 0)
		reader = db->idle[--db->n_idle];
	pthread_mutex_unlock(&db->lock);
	return reader;
}

/* False: there are enough idle ones. */
static bool keep_idle(struct db *db, struct db_conn *reader)
{
	bool keep;

	pthread_mutex_lock(&db->lock);
	keep = db->n_idle < IDLE_READERS_MAX;
	if (keep)
		db->idle[db->n_idle++] = reader;
	pthread_mutex_unlock(&db->lock);
	return keep;
}

enum err db_reader_open(struct ctx *ctx)
{
	struct db_conn *reader;

	if (ctx->reader)
		return OK;
	reader = take_idle(ctx->db);
	if (!reader)
		TRY(ctx->db->ops->reader_open(ctx, ctx->db, &reader));
	ctx->db->n_lent++;
	ctx->reader = reader;
	return OK;
}

void db_reader_close(struct db_conn *reader)
{
	if (!reader)
		return;
	assert(!reader->writes);
	conn_rest(reader);
	reader->db->n_lent--;
	if (!keep_idle(reader->db, reader))
		reader->ops->reader_close(reader);
}

enum err db_snapshot_begin(struct ctx *ctx)
{
	TRY(db_reader_open(ctx));
	if (ctx->reader->writes || ctx->reader->in_snapshot)
		return OK;
	TRY(conn_run(ctx, ctx->reader, ctx->reader->ops->snapshot_begin));
	ctx->reader->in_snapshot = true;
	return OK;
}

void db_snapshot_end(struct ctx *ctx)
{
	if (ctx->reader && !ctx->reader->writes)
		conn_rest(ctx->reader);
}
