/* test/knowledge/reembed_rig.h: a workspace, a data key, and a server that embeds. */
#ifndef TEST_KNOWLEDGE_REEMBED_RIG_H
#define TEST_KNOWLEDGE_REEMBED_RIG_H

#include "../model/fake_embeddings.h"
#include "domain/embedding.h"
#include "domain/secret.h"
#include "shelf.h"

static inline int reembed_set_up(void **state)
{
	struct rig *r;

	unsetenv("AGENTD_SECRET_KEY");
	workspace_set_up(state);
	r = *state;
	fake_start();
	assert_int_equal(secret_load(&r->ctx, rig_path(r, "secret.key")), OK);
	return 0;
}

static inline int reembed_tear_down(void **state)
{
	fake_stop();
	secret_unload();
	return rig_tear_down(state);
}

#define WITH_A_SERVER(test) cmocka_unit_test_setup_teardown(test, reembed_set_up, reembed_tear_down)

static inline struct embedding_choice fake_choice(void)
{
	return (struct embedding_choice){ .model = S(FAKE_MODEL), .base_url = fake.base_url, .key = S(FAKE_KEY) };
}

static inline void choose_fake(struct rig *r)
{
	struct embedding_choice choice = fake_choice();

	assert_int_equal(embedding_use(&r->ctx, &choice), OK);
}

/* "retired builtin/lexical, current fake-embed" */
static inline struct str models(struct rig *r)
{
	struct buf out = { .mem = &r->mem };
	struct list list;

	db_snapshot_end(&r->ctx);
	assert_int_equal(embedding_list(&r->ctx, &list), OK);
	for (size_t i = 0; i < list.n; i++) {
		const struct embedding_info *m = LIST_AT(list, struct embedding_info, i);

		buf_printf(&out, "%s%.*s %.*s", i ? ", " : "", STR(m->state), STR(m->model));
	}
	db_snapshot_end(&r->ctx);
	return buf_view(&out);
}

static inline struct embedding_info info_of(struct rig *r, size_t i)
{
	struct list list;

	db_snapshot_end(&r->ctx);
	assert_int_equal(embedding_list(&r->ctx, &list), OK);
	db_snapshot_end(&r->ctx);
	assert_true(i < list.n);
	return *LIST_AT(list, struct embedding_info, i);
}

/* All processes of a test that talk to servers do this first. */
static inline void set_up_client(void)
{
	ARENA(mem);
	struct ctx ctx = { .mem = &mem };

	assert_int_equal(http_client_setup(&ctx, (struct str){ NULL, 0 }), OK);
}

#endif
