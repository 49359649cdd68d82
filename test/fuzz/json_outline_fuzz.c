/* What is JSON is walked through without a complaint, as many members as there are; the parts are what the parser
 * has there. What is none ends, one way or the other. */
#include <assert.h>

#include "json/json.h"
#include "json/outline.h"
#include "json/write.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static bool walks(struct ctx *ctx, struct str text, size_t *n)
{
	return outline_count(ctx, text, n) == OK;
}

/* Each element of an array, parsed alone, is the element of the array. */
static void compare_elements(struct ctx *ctx, struct str text, const struct json *whole)
{
	struct outline outline;
	const struct json *part;
	struct str key, value;
	bool more;

	assert(outline_open(ctx, text, &outline) == OK);
	for (size_t i = 0; outline_next(ctx, &outline, &more, &key, &value) == OK && more; i++) {
		assert(i < whole->n_items);
		assert(json_parse(ctx, value, JSON_STRICT, &part) == OK);
		assert(str_eq(json_text(ctx->mem, part), json_text(ctx->mem, &whole->items[i])));
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	AUTO(arena_fini) struct arena mem = { .block_bytes = 4096 };
	struct ctx ctx = { .mem = &mem };
	struct str text = { (const char *)data, size };
	const struct json *whole;
	size_t n;
	bool walked = walks(&ctx, text, &n);

	if (json_parse(&ctx, text, JSON_STRICT, &whole) != OK || (whole->type != JSON_ARRAY && whole->type != JSON_OBJECT))
		return 0;
	assert(walked);
	/* An object's keys may repeat; the parser keeps the last. */
	assert(whole->type == JSON_ARRAY ? n == whole->n_items : n >= whole->n_members);
	if (whole->type == JSON_ARRAY)
		compare_elements(&ctx, text, whole);
	return 0;
}
