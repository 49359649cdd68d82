/* test/fuzz/document.h: what must hold for any document, whatever it was read from. */
#ifndef TEST_FUZZ_DOCUMENT_H
#define TEST_FUZZ_DOCUMENT_H

#include <stdlib.h>

#include "base/ctx.h"
#include "base/utf8.h"
#include "extract/extract_internal.h"

#define REQUIRE(condition) ((condition) ? (void)0 : abort())

typedef enum err read_document(struct ctx *ctx, struct str bytes, struct document_sink *out);

static inline void check_part(const struct document_part *part)
{
	REQUIRE(part->text.n > 0 && utf8_valid(part->text));
	REQUIRE(utf8_valid(part->context) && utf8_count(part->context) <= DOCUMENT_CONTEXT_MAX);
	REQUIRE(str_index(part->context, '\n') < 0);
}

/* Either there is a document, or the client is told why there is none. */
static inline void check_reading(read_document *read, struct str bytes)
{
	struct arena mem = { .block_bytes = 4096 };
	struct ctx ctx = { .mem = &mem };
	struct document_sink sink;
	struct document out = {0};
	enum err e;

	sink_init(&sink, &ctx);
	e = read(&ctx, bytes, &sink);
	if (e == OK)
		e = sink_finish(&sink, &out);
	REQUIRE(e == OK || (e == ERR_INVALID && ctx.why[0]));
	REQUIRE(utf8_valid(out.title));
	for (size_t i = 0; i < out.parts.n; i++)
		check_part(LIST_AT(out.parts, struct document_part, i));
	arena_fini(&mem);
}

static inline void load_once(const struct extractor *row)
{
	static bool loaded;
	struct arena mem = { .block_bytes = 4096 };
	struct ctx ctx = { .mem = &mem };

	if (!loaded)
		REQUIRE(row->load(&ctx) == OK);
	loaded = true;
	arena_fini(&mem);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

#endif
