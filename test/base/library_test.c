/* base/library: shared libraries loaded by table. */
#include "../unit.h"

#include <math.h>
#include <zlib.h>

#include "base/arena.h"
#include "base/ctx.h"
#include "base/library.h"

#define ZLIB_FUNCTIONS(X) X(zlibVersion) X(crc32)
LIBRARY(z, "libz.so.1", ZLIB_FUNCTIONS)

#define LACKING_FUNCTIONS(X) X(zlibVersion) X(cos)
LIBRARY(lacking, "libz.so.1", LACKING_FUNCTIONS)
LIBRARY(absent, "libagentd-has-no-such-thing.so.9", ZLIB_FUNCTIONS)

static void functions_can_be_called_once_their_library_is_loaded(void **state)
{
	struct ctx ctx = {0};

	assert_int_equal(library_load(&ctx, &z_library), OK);
	assert_int_equal(library_load(&ctx, &z_library), OK);
	assert_string_equal(z.zlibVersion(), zlibVersion());
	assert_int_equal(z.crc32(0, (const unsigned char *)"agentd", 6), crc32(0, (const unsigned char *)"agentd", 6));
}

static void a_missing_library_is_an_error_that_names_it(void **state)
{
	struct ctx ctx = {0};

	assert_int_equal(library_load(&ctx, &absent_library), ERR_INTERNAL);
	assert_non_null(strstr(ctx.why, "libagentd-has-no-such-thing.so.9"));
}

static void a_missing_function_is_an_error_that_names_it_each_time(void **state)
{
	struct ctx ctx = {0};

	for (int i = 0; i < 2; i++) {
		assert_int_equal(library_load(&ctx, &lacking_library), ERR_INTERNAL);
		assert_string_equal(ctx.why, "libz.so.1 has no cos");
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(functions_can_be_called_once_their_library_is_loaded),
		cmocka_unit_test(a_missing_library_is_an_error_that_names_it),
		cmocka_unit_test(a_missing_function_is_an_error_that_names_it_each_time),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
