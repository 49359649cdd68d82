/* test/domain/sealed.h: the rig of a workspace that can seal secrets and open them. */
#ifndef TEST_DOMAIN_SEALED_H
#define TEST_DOMAIN_SEALED_H

#include "../store/workspace.h"
#include "domain/secret.h"

static inline int sealed_set_up(void **state)
{
	struct rig *r;

	workspace_set_up(state);
	r = *state;
	assert_int_equal(secret_load(&r->ctx, rig_path(r, "secret.key")), OK);
	return 0;
}

static inline int sealed_tear_down(void **state)
{
	secret_unload();
	return rig_tear_down(state);
}

#define IN_WORKSPACE_WITH_KEY(test) cmocka_unit_test_setup_teardown(test, sealed_set_up, sealed_tear_down)

#endif
