/* test/fuzz/js_fuzz.c: numbers and dates as JavaScript reads them. */
#include <stdlib.h>

#include "json/js.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	struct str text = { (const char *)data, n };
	AUTO(arena_fini) struct arena mem = { .block_bytes = 4096 };
	double number;
	int64_t ms;

	js_number(&mem, text, &number);
	/* What is a date is one that JavaScript can hold. */
	if (js_date(text, &ms) && (ms < -8640000000000000 || ms > 8640000000000000))
		abort();
	return 0;
}
