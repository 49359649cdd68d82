/* test/domain/rig.h: a store with our tables in a folder of its own, and a workspace in it. */
#ifndef TEST_DOMAIN_RIG_H
#define TEST_DOMAIN_RIG_H

#include "../unit.h"

#include <ftw.h>

#include "base/log.h"
#include "domain/member.h"
#include "store/schema.h"

struct rig {
	char dir[64];
	struct arena mem;
	struct ctx ctx;
	struct workspace demo;               /* founded with ADMIN */
};

#define ADMIN "admin@example.com"

static inline const char *rig_path(struct rig *r, const char *name)
{
	return arena_printf(&r->mem, "%s/%s", r->dir, name).p;
}

static inline void rig_open(struct rig *r)
{
	struct db_options options = { .path = rig_path(r, "agentd.db"), .create = true, .migrations = store_migrations,
				      .n_migrations = n_store_migrations };

	assert_int_equal(db_open(&r->ctx, &options, &r->ctx.db), OK);
}

static inline void rig_close(struct rig *r)
{
	db_reader_close(TAKE(r->ctx.reader));
	db_close(TAKE(r->ctx.db));
}

/* For cmocka: a folder, and nothing in it. */
static inline int folder_set_up(void **state)
{
	struct rig *r = xcalloc(1, sizeof(*r));

	log_setup(LOG_ERROR, LOG_TEXT);
	strcpy(r->dir, "/tmp/agentd-test-XXXXXX");
	assert_non_null(mkdtemp(r->dir));
	arena_init(&r->mem, 0);
	r->ctx.mem = &r->mem;
	*state = r;
	return 0;
}

static inline int rig_set_up(void **state)
{
	struct rig *r;

	folder_set_up(state);
	r = *state;
	rig_open(r);
	assert_int_equal(workspace_found(&r->ctx, S("demo"), S("Demo"), S(ADMIN), &r->demo), OK);
	return 0;
}

static inline int rig_remove(const char *path, const struct stat *st, int type, struct FTW *at)
{
	(void)st, (void)type, (void)at;
	return remove(path);
}

static inline int rig_tear_down(void **state)
{
	struct rig *r = *state;

	rig_close(r);
	nftw(r->dir, rig_remove, 8, FTW_DEPTH | FTW_PHYS);
	arena_fini(&r->mem);
	free(r);
	return 0;
}

#define ON_A_STORE(test) cmocka_unit_test_setup_teardown(test, rig_set_up, rig_tear_down)
#define IN_A_FOLDER(test) cmocka_unit_test_setup_teardown(test, folder_set_up, rig_tear_down)

/* The call fails with this error, and its text contains `part`. */
#define assert_fails(ctx, call, error, part)                                                                \
	do {                                                                                                \
		(ctx)->why[0] = '\0';                                                                       \
		assert_int_equal((call), (error));                                                          \
		if (!strstr((ctx)->why, (part)))                                                            \
			print_error("\"%s\" does not tell of \"%s\"\n", (ctx)->why, (part));                \
		assert_non_null(strstr((ctx)->why, (part)));                                                \
	} while (0)

/* A member of demo, made when new. */
static inline struct user rig_member(struct rig *r, const char *email, const char *role)
{
	struct member m;

	assert_int_equal(member_add(&r->ctx, &r->demo, str_of(email), str_of(role)), OK);
	assert_int_equal(member_by_email(&r->ctx, &r->demo, str_of(email), &m), OK);
	return m.user;
}

/* Whether the bytes stand in a file of the folder. */
static inline bool rig_file_contains(struct rig *r, const char *name, struct str bytes)
{
	FILE *file = fopen(rig_path(r, name), "re");
	struct buf all = { .mem = &r->mem };
	size_t n;

	if (!file)
		return false;
	while ((n = fread(buf_room(&all, 4096), 1, 4096, file)) > 0)
		all.n += n;
	fclose(file);
	return str_find(buf_view(&all), bytes) >= 0;
}

static inline bool rig_store_contains(struct rig *r, struct str bytes)
{
	return rig_file_contains(r, "agentd.db", bytes) || rig_file_contains(r, "agentd.db-wal", bytes);
}

#endif
