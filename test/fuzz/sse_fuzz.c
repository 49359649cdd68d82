/* Whatever a server streams, and however it is cut up, it makes the same events. The first byte says how. */
#include <assert.h>

#include "model/sse.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static enum err hear(void *arg, struct str event)
{
	struct buf *heard = arg;

	buf_str(heard, event);
	buf_char(heard, '\0');
	return OK;
}

static void listen(struct arena *mem, struct str text, size_t piece, struct buf *heard)
{
	struct ctx ctx = { .mem = mem };
	struct sse stream = { .event = hear, .arg = heard };
	enum err e = OK;

	heard->mem = mem;
	while (e == OK && text.n > 0) {
		e = sse_take(&ctx, &stream, (struct str){ text.p, text.n < piece ? text.n : piece });
		text = str_from(text, piece);
	}
	if (e == OK)
		e = sse_end(&ctx, &stream);
	assert(e == OK);
	sse_fini(&stream);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	AUTO(arena_fini) struct arena mem = { .block_bytes = 4096 };
	struct buf whole = {0}, pieces = {0};
	struct str text;

	if (size == 0)
		return 0;
	text = (struct str){ (const char *)data + 1, size - 1 };
	listen(&mem, text, size, &whole);
	listen(&mem, text, 1 + data[0] % 16, &pieces);
	assert(str_eq(buf_view(&whole), buf_view(&pieces)));
	return 0;
}
