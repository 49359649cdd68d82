/* Any bytes are JSON or they are not; what is JSON survives being written and read again, laid out or not, and
 * what the strict reader takes the repairing one takes too. */
#include <assert.h>

#include "base/utf8.h"
#include "json/json.h"
#include "json/write.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* The text of the value of a text, or absent when it is refused. */
static struct str rewritten(struct ctx *ctx, struct str text, enum json_flags flags)
{
	const struct json *v;

	if (json_parse(ctx, text, flags, &v) != OK)
		return (struct str){ NULL, 0 };
	(void)json_has_nul(v);
	return json_text(ctx->mem, v);
}

/* Into buffers of their own size, so that it shows when one is written past its end. */
static void check_layout(struct ctx *ctx, struct str compact)
{
	AUTO(buf_fini) struct buf plain = {0}, quoted = {0};
	struct json_writer w = { .out = &quoted };
	const struct json *text;

	json_indent(&plain, compact);
	jw_laid_out(&w, compact);
	assert(str_eq(rewritten(ctx, buf_view(&plain), JSON_STRICT), compact));
	assert(json_parse(ctx, buf_view(&quoted), JSON_STRICT, &text) == OK && str_eq(text->text, buf_view(&plain)));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	AUTO(arena_fini) struct arena mem = { .block_bytes = 4096 };
	struct ctx ctx = { .mem = &mem };
	struct str text = { (const char *)data, size };
	struct str strict = rewritten(&ctx, text, JSON_STRICT);
	struct str repaired = rewritten(&ctx, text, JSON_REPAIR);
	struct str for_objects = rewritten(&ctx, text, JSON_OBJECTS);

	assert(!strict.p || str_eq(strict, repaired));
	assert(strict.p ? str_eq(strict, for_objects) : !for_objects.p || str_is(for_objects, "[]"));
	if (repaired.p) {
		assert(utf8_valid(repaired));
		assert(str_eq(rewritten(&ctx, repaired, JSON_STRICT), repaired));
		check_layout(&ctx, repaired);
	}
	return 0;
}
