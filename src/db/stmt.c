/* db/stmt.c: a statement's life: found or prepared, bound, stepped, read, put back.
 *
 * Each connection keeps what it has prepared, hashed by the address of the struct sql. There
 * are as many entries as the program has statements, so nothing is ever evicted.
 *
 * Misuse is asserted here and not in the engines: a statement opened twice, a parameter too
 * few or too many, a column that is not there, a step after the end.
 */
#include "db/db_internal.h"

#include <assert.h>
#include <stdlib.h>

#include "base/clock.h"
#include "base/log.h"

/* -- the cache ----------------------------------------------------------------------------- */

enum { CACHE_SLOTS_MIN = 64 };

/* Where sql is, or where it would go. Linear probing; there is always a free slot. */
static struct prepared **cache_slot(const struct db_conn *conn, const struct sql *sql)
{
	/* Statements lie in arrays of 16-byte structs: the low bits tell nothing. */
	uint64_t hash = ((uintptr_t)sql >> 4) * UINT64_C(0x9e3779b97f4a7c15);
	size_t at = (size_t)(hash >> 32) & (conn->cache_slots - 1);

	while (conn->cache[at] && conn->cache[at]->sql != sql)
		at = (at + 1) & (conn->cache_slots - 1);
	return &conn->cache[at];
}

static void cache_grow(struct db_conn *conn)
{
	struct prepared **old = conn->cache;
	size_t n_old = conn->cache_slots;

	conn->cache_slots = n_old ? 2 * n_old : CACHE_SLOTS_MIN;
	conn->cache = xcalloc(conn->cache_slots, sizeof(*conn->cache));
	for (size_t i = 0; i < n_old; i++)
		if (old[i])
			*cache_slot(conn, old[i]->sql) = old[i];
	free(old);
}

static struct prepared *cache_find(const struct db_conn *conn, const struct sql *sql)
{
	return conn->cache_slots ? *cache_slot(conn, sql) : NULL;
}

static void cache_add(struct db_conn *conn, struct prepared *p)
{
	if (2 * (conn->n_cached + 1) > conn->cache_slots)
		cache_grow(conn);
	*cache_slot(conn, p->sql) = p;
	conn->n_cached++;
}

void conn_forget(struct db_conn *conn)
{
	assert(conn->n_in_use == 0);
	for (size_t i = 0; i < conn->cache_slots; i++)
		if (conn->cache[i])
			conn->ops->finalize(conn->cache[i]);
	free(conn->cache);
	conn->cache = NULL;
	conn->cache_slots = conn->n_cached = 0;
}

/* -- opening and ending -------------------------------------------------------------------- */

enum err stmt_open(struct ctx *ctx, struct db_conn *conn, const struct sql *sql, struct stmt *out)
{
	struct prepared *p = cache_find(conn, sql);

	if (!p) {
		TRY(conn->ops->prepare(ctx, conn, sql, &p));
		cache_add(conn, p);
	}
	assert(p->state == STMT_IDLE);
	p->state = STMT_RUNNING;
	p->spent_us = 0;
	conn->n_in_use++;
	*out = (struct stmt){ .prepared = p };
	return OK;
}

enum err stmt_read(struct ctx *ctx, const struct sql *sql, struct stmt *out)
{
	TRY(db_reader_open(ctx));
	return stmt_open(ctx, ctx->reader, sql, out);
}

enum err stmt_write(struct ctx *ctx, struct db_tx *tx, const struct sql *sql, struct stmt *out)
{
	return stmt_open(ctx, tx->conn, sql, out);
}

void stmt_done(struct stmt *s)
{
	struct prepared *p = s->prepared;

	if (!p)
		return;
	p->conn->ops->reset(p);
	p->conn->n_in_use--;
	p->state = STMT_IDLE;
	if (p->spent_us > p->conn->db->slow_us)
		log_warn("db.slow", kv_z("sql", p->sql->name), kv_i("ms", p->spent_us / 1000));
	*s = (struct stmt){ 0 };
}

enum err conn_run(struct ctx *ctx, struct db_conn *conn, const struct sql *sql)
{
	AUTO(stmt_done) struct stmt s = { 0 };

	TRY(stmt_open(ctx, conn, sql, &s));
	return stmt_run(ctx, &s, NULL);
}

static void end_running(struct db_conn *conn)
{
	for (size_t i = 0; i < conn->cache_slots; i++) {
		struct prepared *p = conn->cache[i];

		if (p && p->state == STMT_RUNNING) {
			conn->ops->reset(p);
			p->state = STMT_ENDED;
		}
	}
}

void conn_rest(struct db_conn *conn)
{
	struct ctx nobody = { .db = conn->db };

	if (conn->n_in_use > 0)
		end_running(conn);
	/* Ending a transaction that only read cannot fail once its statements have ended. */
	if (conn->in_snapshot && conn_run(&nobody, conn, conn->ops->snapshot_end) == OK)
		conn->in_snapshot = false;
}

/* -- parameters ---------------------------------------------------------------------------- */

static const struct db_ops *ops_of(const struct stmt *s)
{
	return s->prepared->conn->ops;
}

static int next_param(struct stmt *s)
{
	assert(s->n_bound < s->prepared->n_params);
	return ++s->n_bound;
}

static void keep_failure(struct stmt *s, enum err e)
{
	if (s->failed == OK)
		s->failed = e;
}

void bind_null(struct stmt *s)
{
	keep_failure(s, ops_of(s)->bind_null(s->prepared, next_param(s)));
}

void bind_str(struct stmt *s, struct str value)
{
	if (value.p)
		keep_failure(s, ops_of(s)->bind_text(s->prepared, next_param(s), value));
	else
		bind_null(s);
}

void bind_blob(struct stmt *s, const void *bytes, size_t n)
{
	if (bytes)
		keep_failure(s, ops_of(s)->bind_blob(s->prepared, next_param(s), (struct str){ bytes, n }));
	else
		bind_null(s);
}

void bind_int(struct stmt *s, int64_t value)
{
	keep_failure(s, ops_of(s)->bind_int(s->prepared, next_param(s), value));
}

void bind_num(struct stmt *s, double value)
{
	keep_failure(s, ops_of(s)->bind_num(s->prepared, next_param(s), value));
}

void bind_bool(struct stmt *s, bool value)
{
	bind_int(s, value);
}

void bind_time(struct stmt *s, int64_t us)
{
	if (us != 0)
		bind_int(s, us);
	else
		bind_null(s);
}

/* -- rows ---------------------------------------------------------------------------------- */

enum err stmt_step(struct ctx *ctx, struct stmt *s, bool *row)
{
	struct prepared *p = s->prepared;
	int64_t start;
	enum err e;

	assert(p->state == STMT_RUNNING);
	assert(s->n_bound == p->n_params);
	if (s->failed != OK)
		return fail(ctx, s->failed, "%s", err_text(s->failed));
	s->n_read = 0;
	start = mono_us();
	e = ops_of(s)->step(ctx, p, row);
	p->spent_us += mono_us() - start;
	if (e != OK || !*row)
		p->state = STMT_ENDED;
	return e;
}

enum err stmt_run(struct ctx *ctx, struct stmt *s, int64_t *changed)
{
	bool row;

	TRY(stmt_step(ctx, s, &row));
	assert(!row);
	if (changed)
		*changed = ops_of(s)->changed(s->prepared);
	return OK;
}

static int next_column(struct stmt *s)
{
	assert(s->prepared->state == STMT_RUNNING);
	assert(s->n_read < s->prepared->n_columns);
	return s->n_read++;
}

bool col_is_null(struct stmt *s)
{
	assert(s->n_read < s->prepared->n_columns);
	return ops_of(s)->col_is_null(s->prepared, s->n_read);
}

struct str col_view(struct stmt *s)
{
	return ops_of(s)->col_bytes(s->prepared, next_column(s));
}

struct str col_str(struct ctx *ctx, struct stmt *s)
{
	return arena_str(ctx->mem, col_view(s));
}

int64_t col_int(struct stmt *s)
{
	return ops_of(s)->col_int(s->prepared, next_column(s));
}

double col_num(struct stmt *s)
{
	return ops_of(s)->col_num(s->prepared, next_column(s));
}

bool col_bool(struct stmt *s)
{
	return col_int(s) != 0;
}

int64_t col_time(struct stmt *s)
{
	return col_int(s);
}
