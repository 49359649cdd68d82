/* Any bytes as a table: parts are valid, not blank and of bounded context, and it ends. */
#include <stdlib.h>

#include "base/ctx.h"
#include "base/utf8.h"
#include "extract/extract_internal.h"

#define REQUIRE(condition) ((condition) ? (void)0 : abort())

static void check_part(const struct document_part *part)
{
	REQUIRE(part->text.n > 0 && utf8_valid(part->text));
	REQUIRE(utf8_valid(part->context) && utf8_count(part->context) <= DOCUMENT_CONTEXT_MAX);
	REQUIRE(str_index(part->context, '\n') < 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	struct arena mem;
	struct ctx ctx = { .mem = &mem };
	struct document_sink sink;
	struct document out;

	arena_init(&mem, 4096);
	sink_init(&sink, &ctx);
	REQUIRE(extract_csv.parse(&ctx, (struct str){ (const char *)data, n }, &sink) == OK);
	REQUIRE(sink_finish(&sink, &out) == OK);
	for (size_t i = 0; i < out.parts.n; i++)
		check_part(LIST_AT(out.parts, struct document_part, i));
	arena_fini(&mem);
	return 0;
}
