/* test/db/fixture.h: a store in a folder of its own, and the two statements most tests need. */
#ifndef TEST_DB_FIXTURE_H
#define TEST_DB_FIXTURE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <cmocka.h>
#undef fail                           /* base/err.h has a function of that name */

#include "base/clock.h"
#include "db/db.h"

enum { PATIENCE_MS = 30000 };         /* how long a test waits for what must happen; never reached */

static const struct migration MIGRATIONS[] = {
	{ 1, "things", "CREATE TABLE thing (id INTEGER PRIMARY KEY, name TEXT UNIQUE, bytes BLOB) STRICT;"
		       "CREATE TABLE part ("
		       " thing_id INTEGER NOT NULL REFERENCES thing (id) DEFERRABLE INITIALLY DEFERRED,"
		       " weight INTEGER NOT NULL CHECK (weight > 0)) STRICT;" },
};

enum { INSERT, COUNT, EXISTS };
static const struct sql THING[] = {
	[INSERT] = { "things.insert", "INSERT INTO thing (id, name) VALUES ($1, $2)" },
	[COUNT]  = { "things.count", "SELECT count(*) FROM thing" },
	[EXISTS] = { "things.exists", "SELECT count(*) FROM thing WHERE id = $1" },
};

struct fixture {
	char dir[64], path[128];
	struct arena mem;
	struct ctx ctx;
	struct db *db;
};

static inline struct db_options fixture_options(const struct fixture *f)
{
	return (struct db_options){ .path = f->path, .create = true, .migrations = MIGRATIONS,
				    .n_migrations = COUNT_OF(MIGRATIONS) };
}

static inline void fixture_open(struct fixture *f)
{
	struct db_options options = fixture_options(f);

	assert_int_equal(db_open(&f->ctx, &options, &f->db), OK);
	f->ctx.db = f->db;
}

static inline void fixture_close(struct fixture *f)
{
	db_reader_close(TAKE(f->ctx.reader));
	db_close(TAKE(f->db));
}

/* A folder, and no store yet. */
static inline struct fixture *fixture_new(void)
{
	struct fixture *f = xcalloc(1, sizeof(*f));

	snprintf(f->dir, sizeof(f->dir), "/tmp/agentd-db-XXXXXX");
	assert_non_null(mkdtemp(f->dir));
	snprintf(f->path, sizeof(f->path), "%s/agentd.db", f->dir);
	arena_init(&f->mem, 0);
	f->ctx.mem = &f->mem;
	return f;
}

static inline void fixture_free(struct fixture *f)
{
	static const char *const SUFFIX[] = { "", "-wal", "-shm", "-journal" };
	char path[160];

	fixture_close(f);
	for (size_t i = 0; i < COUNT_OF(SUFFIX); i++) {
		snprintf(path, sizeof(path), "%s%s", f->path, SUFFIX[i]);
		unlink(path);
	}
	rmdir(f->dir);
	arena_fini(&f->mem);
	free(f);
}

/* For cmocka: a store opened for each test. */
static inline int setup_store(void **state)
{
	struct fixture *f = fixture_new();

	fixture_open(f);
	*state = f;
	return 0;
}

static inline int setup_folder(void **state)
{
	*state = fixture_new();
	return 0;
}

static inline int teardown(void **state)
{
	fixture_free(*state);
	return 0;
}

struct thing {
	int64_t id;
	struct str name;
};

static inline enum err insert_thing(struct ctx *ctx, struct db_tx *tx, void *arg)
{
	AUTO(stmt_done) struct stmt s = { 0 };
	const struct thing *thing = arg;

	TRY(stmt_write(ctx, tx, &THING[INSERT], &s));
	bind_int(&s, thing->id);
	bind_str(&s, thing->name);
	return stmt_run(ctx, &s, NULL);
}

static inline enum err write_thing(struct ctx *ctx, int64_t id, struct str name)
{
	struct thing thing = { id, name };

	return db_write(ctx, insert_thing, &thing);
}

/* The number in the first column of the first row. */
static inline int64_t read_number(struct ctx *ctx, const struct sql *sql)
{
	AUTO(stmt_done) struct stmt s = { 0 };
	bool row = false;

	assert_int_equal(stmt_read(ctx, sql, &s), OK);
	assert_int_equal(stmt_step(ctx, &s, &row), OK);
	assert_true(row);
	return col_int(&s);
}

static inline bool thing_exists(struct ctx *ctx, int64_t id)
{
	AUTO(stmt_done) struct stmt s = { 0 };
	bool row = false;

	assert_int_equal(stmt_read(ctx, &THING[EXISTS], &s), OK);
	bind_int(&s, id);
	assert_int_equal(stmt_step(ctx, &s, &row), OK);
	return col_int(&s) == 1;
}

#endif
