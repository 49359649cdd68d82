/* test/base/bell_test.c: rings before, during and without a wait. */
#include "../unit.h"

#include "base/bell.h"
#include "base/clock.h"

enum { PATIENCE_MS = 60000, RINGERS = 4, RINGS = 5000 };

#define BELL(name)                                     \
	AUTO(bell_fini) struct bell name;              \
	bell_init(&name)

static void a_ring_that_came_before_the_wait_ends_it(void **state)
{
	BELL(bell);

	(void)state;
	bell_ring(&bell);
	assert_true(bell_wait(&bell, mono_ms() + PATIENCE_MS));
}

static void all_rings_before_a_wait_are_one(void **state)
{
	int64_t until = mono_ms() + 20;
	BELL(bell);

	(void)state;
	bell_ring(&bell);
	bell_ring(&bell);
	assert_true(bell_wait(&bell, until));
	assert_false(bell_wait(&bell, until));
	assert_true(mono_ms() >= until);
}

static void a_ring_is_heard_after_the_moment_too(void **state)
{
	BELL(bell);

	(void)state;
	bell_ring(&bell);
	assert_true(bell_wait(&bell, 0));
	assert_false(bell_wait(&bell, 0));
}

/* -- threads ------------------------------------------------------------------------------------------ */

static struct bell shared;
static _Atomic int n_rung;

static void *ring_often(void *arg)
{
	(void)arg;
	for (int i = 0; i < RINGS; i++) {
		n_rung++;
		bell_ring(&shared);
	}
	return NULL;
}

static void whoever_waits_hears_the_last_ring_of_many(void **state)
{
	pthread_t ringers[RINGERS];

	(void)state;
	bell_init(&shared);
	for (int i = 0; i < RINGERS; i++)
		assert_int_equal(pthread_create(&ringers[i], NULL, ring_often, NULL), 0);
	while (n_rung < RINGERS * RINGS)
		assert_true(bell_wait(&shared, mono_ms() + PATIENCE_MS));
	for (int i = 0; i < RINGERS; i++)
		pthread_join(ringers[i], NULL);
	bell_fini(&shared);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_ring_that_came_before_the_wait_ends_it),
		cmocka_unit_test(all_rings_before_a_wait_are_one),
		cmocka_unit_test(a_ring_is_heard_after_the_moment_too),
		cmocka_unit_test(whoever_waits_hears_the_last_ring_of_many),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
