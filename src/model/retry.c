/* model/retry.c: pauses. */
#include "model/retry.h"

#include <time.h>

#include "base/clock.h"
#include "base/id.h"

enum {
	PAUSE_MAX_MS = 30 * 1000,
	ASKED_MAX_MS = 120 * 1000,           /* who wants to be left alone for longer is not waited for */
	NAP_MS = 50,
};

_Atomic int64_t retry_first_ms = 500;

static int64_t own_pause_ms(int attempt)
{
	int64_t most = retry_first_ms << (attempt - 1);
	uint32_t chance;

	if (most > PAUSE_MAX_MS)
		most = PAUSE_MAX_MS;
	random_bytes(&chance, sizeof(chance));
	return most / 2 + chance % (most / 2 + 1);
}

int64_t retry_pause_ms(const struct ctx *ctx, int attempt, int64_t retry_after_ms)
{
	int64_t ms;

	if (attempt >= RETRY_ATTEMPTS || retry_after_ms > ASKED_MAX_MS)
		return -1;
	ms = own_pause_ms(attempt);
	if (retry_after_ms > ms)
		ms = retry_after_ms;
	return ctx->deadline_ms && mono_ms() + ms >= ctx->deadline_ms ? -1 : ms;
}

bool retry_rest(int64_t ms, bool (*go_on)(void *arg), void *arg)
{
	static const struct timespec NAP = { .tv_nsec = NAP_MS * 1000000L };
	int64_t until = mono_ms() + ms;

	while (!go_on || go_on(arg)) {
		if (mono_ms() >= until)
			return true;
		nanosleep(&NAP, NULL);
	}
	return false;
}
