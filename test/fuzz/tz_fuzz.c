/* Any bytes as a time zone's file: the moments of a local time are those at which clocks show it. */
#include <stdlib.h>

#include "base/tz.h"

#define REQUIRE(condition) ((condition) ? (void)0 : abort())

enum { OFFSET_LIMIT = 26 * 3600 };

static void check_moment(const struct tz *tz, int64_t utc)
{
	int64_t offset = tz_offset(tz, utc), first, second;
	int n = tz_moments(tz, utc + offset, &first, &second);

	REQUIRE(offset > -OFFSET_LIMIT && offset < OFFSET_LIMIT);
	REQUIRE(n >= 0 && n <= 2);
	REQUIRE(n < 1 || first + tz_offset(tz, first) == utc + offset);
	REQUIRE(n < 2 || (second != first && second + tz_offset(tz, second) == utc + offset));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const int64_t MOMENTS[] = { 0, -INT64_C(4000000000), 1785222930, INT64_C(4102444800), INT64_C(253402300799),
					   -(INT64_C(1) << 60), INT64_C(1) << 60 };
	AUTO(arena_fini) struct arena mem = {0};
	const struct tz *tz = tz_parse(&mem, (struct str){ (const char *)data, size });

	for (size_t i = 0; tz && i < COUNT_OF(MOMENTS); i++)
		check_moment(tz, MOMENTS[i]);
	return 0;
}
