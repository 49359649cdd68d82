/* Any text as a schedule: what is taken is due at later and later moments, in any zone, or never. */
#include <stdlib.h>

#include "base/cron.h"

#define REQUIRE(condition) ((condition) ? (void)0 : abort())

enum { STEPS = 4 };

static void check_moments(const struct cron *c, const struct tz *tz, int64_t at)
{
	for (int i = 0; i < STEPS; i++) {
		int64_t next;

		if (!cron_next(c, tz, at, &next))
			return;
		REQUIRE(next > at);
		at = next;
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const int64_t MOMENTS[] = { 0, INT64_C(1774742400000000), INT64_C(1792886400000000), INT64_MIN, INT64_MAX };
	static const char *const ZONES[] = { "UTC", "Europe/Berlin", "Pacific/Apia" };
	AUTO(arena_fini) struct arena mem = {0};
	struct ctx ctx = { .mem = &mem };
	const struct cron *c;

	if (cron_parse(&ctx, (struct str){ (const char *)data, size }, &c) != OK) {
		REQUIRE(ctx.why[0]);
		return 0;
	}
	for (size_t z = 0; z < COUNT_OF(ZONES); z++) {
		const struct tz *tz = tz_load(&mem, str_of(ZONES[z]));

		for (size_t i = 0; tz && i < COUNT_OF(MOMENTS); i++)
			check_moments(c, tz, MOMENTS[i]);
	}
	return 0;
}
