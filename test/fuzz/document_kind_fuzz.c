/* A name, a header or both before the first NUL, and the bytes behind it: every answer is a kind or has its
 * reason, and every name becomes one that can be shown. */
#include <stdlib.h>

#include "base/utf8.h"
#include "extract/extract.h"

#define REQUIRE(condition) ((condition) ? (void)0 : abort())

static void check_name(struct str name)
{
	struct str rest = name;
	uint32_t c;

	REQUIRE(name.n > 0 && utf8_valid(name) && utf8_count(name) <= 255);
	REQUIRE(!str_is(name, ".") && !str_is(name, ".."));
	while (utf8_next(&rest, &c))
		REQUIRE(!utf8_is_control(c) && c != '/' && c != '\\');
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	struct arena mem;
	struct str bytes = { (const char *)data, n };
	struct str said = str_cut(&bytes, '\0'), charset;
	const char *why = NULL;

	arena_init(&mem, 4096);
	REQUIRE(document_kind_of_file(said, bytes, &why) != DOCUMENT_UNKNOWN || why);
	why = NULL;
	REQUIRE(document_kind_of_page(said, bytes, &charset, &why) != DOCUMENT_UNKNOWN || why);
	check_name(document_base_name(&mem, said));
	arena_fini(&mem);
	return 0;
}
