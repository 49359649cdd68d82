/* test/knowledge/scratch_test.c: memory that may lie on a disk. */
#include "../domain/rig.h"
#include "knowledge/scratch.h"

#include <dirent.h>

enum { LARGE = SCRATCH_IN_MEMORY_MAX + 1 };

static size_t n_files(const char *folder)
{
	DIR *dir = opendir(folder);
	size_t n = 0;

	assert_non_null(dir);
	while (readdir(dir))
		n++;
	closedir(dir);
	return n - 2;
}

/* Both kinds are zeroed and can be written to their last byte, and leave nothing in the folder. */
static void small_and_large_room_is_zeroed_and_leaves_no_name(void **state)
{
	static const size_t SIZES[] = { 1, 4096, SCRATCH_IN_MEMORY_MAX, LARGE, 2 * LARGE };
	struct rig *r = *state;

	scratch_setup(r->dir);
	for (size_t i = 0; i < COUNT_OF(SIZES); i++) {
		AUTO(scratch_close) struct scratch s = {0};
		char *p;

		assert_int_equal(scratch_open(&r->ctx, SIZES[i], &s), OK);
		p = s.p;
		assert_int_equal(s.bytes, SIZES[i]);
		assert_int_equal(p[0] + p[SIZES[i] / 2] + p[SIZES[i] - 1], 0);
		p[0] = p[SIZES[i] - 1] = 7;
		assert_int_equal(n_files(r->dir), 0);
	}
}

static void none_is_fine(void **state)
{
	struct scratch s = {0};
	struct rig *r = *state;

	scratch_close(&s);
	assert_int_equal(scratch_open(&r->ctx, 0, &s), OK);
	scratch_close(&s);
	scratch_close(&s);
}

static void a_disk_without_room_is_an_error_and_not_a_crash(void **state)
{
	struct rig *r = *state;
	struct scratch s;

	log_setup(LOG_OFF, LOG_TEXT);
	scratch_setup("/nowhere");
	assert_int_equal(scratch_open(&r->ctx, LARGE, &s), ERR_INTERNAL);
	scratch_setup(r->dir);
	assert_int_equal(scratch_open(&r->ctx, (size_t)1 << 60, &s), ERR_INTERNAL);
	assert_int_equal(n_files(r->dir), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		IN_A_FOLDER(small_and_large_room_is_zeroed_and_leaves_no_name),
		IN_A_FOLDER(none_is_fine),
		IN_A_FOLDER(a_disk_without_room_is_an_error_and_not_a_crash),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
