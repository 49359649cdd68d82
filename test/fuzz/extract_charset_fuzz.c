/* Any bytes, declared to be of a set that the first byte chooses: UTF-8 comes out, or a refusal. */
#include <stdlib.h>

#include "base/ctx.h"
#include "base/utf8.h"
#include "extract/extract_internal.h"

#define REQUIRE(condition) ((condition) ? (void)0 : abort())

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	static const char *const LABELS[] = {
		NULL, "utf-8", "utf-16le", "utf-16be", "latin1", "windows-1258", "koi8-r", "shift_jis", "euc-jp",
		"iso-2022-jp", "gb18030", "big5", "euc-kr", "iso-2022-kr", "viscii", "nonsense",
	};
	struct arena mem;
	struct ctx ctx = { .mem = &mem };
	struct str bytes, text;
	bool is_text;

	if (n < 1)
		return 0;
	arena_init(&mem, 4096);
	bytes = (struct str){ (const char *)data + 1, n - 1 };
	is_text = charset_is_text(bytes);
	REQUIRE(charset_load(&ctx, bytes) == OK);
	REQUIRE((charset_decode(&ctx, bytes, str_of(LABELS[data[0] % COUNT_OF(LABELS)]), &text) == OK) == is_text);
	REQUIRE(!is_text || utf8_valid(text));
	arena_fini(&mem);
	return 0;
}
