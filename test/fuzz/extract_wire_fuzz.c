/* Any bytes as what a child wrote: what is taken keeps to the limits, and comes out the same again. */
#include <stdlib.h>

#include "base/ctx.h"
#include "base/utf8.h"
#include "extract/extract_internal.h"

#define REQUIRE(condition) ((condition) ? (void)0 : abort())

static void check_same(const struct document_part *a, const struct document_part *b)
{
	REQUIRE(utf8_valid(a->text) && utf8_valid(a->context));
	REQUIRE(utf8_count(a->context) <= DOCUMENT_CONTEXT_MAX);
	REQUIRE(str_eq(a->text, b->text) && str_eq(a->context, b->context) && a->page == b->page);
}

static void check_again(struct ctx *ctx, const struct document *document)
{
	struct document again;

	REQUIRE(wire_read(ctx, wire_document(ctx->mem, document), &again) == OK);
	REQUIRE(str_eq(again.title, document->title) && again.parts.n == document->parts.n);
	for (size_t i = 0; i < again.parts.n; i++)
		check_same(LIST_AT(again.parts, struct document_part, i),
			   LIST_AT(document->parts, struct document_part, i));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	struct arena mem;
	struct ctx ctx = { .mem = &mem };
	struct document document;

	arena_init(&mem, 4096);
	if (wire_read(&ctx, (struct str){ (const char *)data, n }, &document) == OK)
		check_again(&ctx, &document);
	arena_fini(&mem);
	return 0;
}
