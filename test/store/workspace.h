/* test/store/workspace.h: the rig of domain/, with its administrator acting in its workspace. */
#ifndef TEST_STORE_WORKSPACE_H
#define TEST_STORE_WORKSPACE_H

#include "../domain/rig.h"
#include "base/id.h"

/* The administrator of the workspace with this slug, made when new, acts from here on. */
static inline void enter_workspace(struct rig *r, struct str slug)
{
	struct workspace w;
	struct member admin;

	assert_int_equal(workspace_found(&r->ctx, slug, slug, S(ADMIN), &w), OK);
	assert_int_equal(member_by_email(&r->ctx, &w, S(ADMIN), &admin), OK);
	r->ctx.actor = (struct actor){ .workspace_id = w.id, .user_id = admin.user.id, .role = ROLE_ADMIN };
}

static inline int workspace_set_up(void **state)
{
	struct rig *r;

	rig_set_up(state);
	r = *state;
	r->ctx.issues = NEW(&r->mem, struct issues);
	enter_workspace(r, S("demo"));
	return 0;
}

#define IN_WORKSPACE(test) cmocka_unit_test_setup_teardown(test, workspace_set_up, rig_tear_down)

#endif
