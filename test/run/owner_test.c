/* test/run/owner_test.c: who lives, as the kernel tells it. */
#include "../domain/rig.h"

#include <sys/mman.h>

#include "run/owner.h"

static struct owner owner(struct rig *r, const char *file)
{
	struct owner o;

	assert_int_equal(owner_init(&r->ctx, file ? rig_path(r, file) : NULL, &o), OK);
	return o;
}

static void an_owner_is_gone_once_it_lets_go(void **state)
{
	struct rig *r = *state;
	struct owner a = owner(r, "lock"), b = owner(r, "lock");

	assert_false(owner_is_gone(&a, str_of(b.name)));
	assert_false(owner_is_gone(&b, str_of(a.name)));
	assert_false(owner_is_gone(&a, str_of(a.name)));
	owner_fini(&b);
	assert_true(owner_is_gone(&a, str_of(b.name)));
	owner_fini(&a);
}

/* The real thing: nobody in the process says good-bye. */
static void a_process_that_is_killed_is_gone(void **state)
{
	struct rig *r = *state;
	struct owner self = owner(r, "lock"), *shared;
	int status, ready[2];
	char byte;
	pid_t pid;

	shared = mmap(NULL, sizeof(*shared), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	assert_true(shared != MAP_FAILED);
	assert_int_equal(pipe(ready), 0);
	pid = fork();
	assert_true(pid >= 0);
	if (pid == 0) {
		if (owner_init(&r->ctx, rig_path(r, "lock"), shared) != OK || write(ready[1], "x", 1) != 1)
			_exit(1);
		for (;;)
			pause();
	}
	assert_int_equal(read(ready[0], &byte, 1), 1);
	assert_false(owner_is_gone(&self, str_of(shared->name)));
	kill(pid, SIGKILL);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(owner_is_gone(&self, str_of(shared->name)));
	munmap(shared, sizeof(*shared));
	close(ready[0]);
	close(ready[1]);
	owner_fini(&self);
}

static void of_what_cannot_be_asked_about_nothing_is_claimed(void **state)
{
	static const char *const NAMES[] = {
		"", "x", "00000000000000000", "000000000000000g", "ffffffffffffffff", "ABCDEFABCDEFABCD"
	};
	struct rig *r = *state;
	struct owner a = owner(r, "lock"), deaf = owner(r, NULL);

	for (size_t i = 0; i < COUNT_OF(NAMES); i++)
		assert_false(owner_is_gone(&a, str_of(NAMES[i])));
	assert_false(owner_is_gone(&deaf, S("0000000000000001")));
	assert_true(owner_is_gone(&a, S("0000000000000001")));
	owner_fini(&a);
	owner_fini(&deaf);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		IN_A_FOLDER(an_owner_is_gone_once_it_lets_go),
		IN_A_FOLDER(a_process_that_is_killed_is_gone),
		IN_A_FOLDER(of_what_cannot_be_asked_about_nothing_is_claimed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
