/* Whatever a provider answers, a draft keeps its limits, and what is shown is how its text begins. The first byte
 * says into which pieces the answer is cut. */
#ifndef TEST_FUZZ_REPLY_H
#define TEST_FUZZ_REPLY_H

#include <assert.h>

#include "model/remote.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static inline void see(void *arg, struct str text)
{
	buf_str(arg, text);
}

static inline void check_reply(struct ctx *ctx, const struct draft *d, struct str seen)
{
	struct model_reply reply;

	draft_finish(ctx, d, &reply);
	assert(reply.text.n + reply.own.n <= DRAFT_BYTES_MAX && reply.calls.n <= DRAFT_CALLS_MAX);
	assert(reply.tokens_input >= 0 && reply.tokens_output >= 0 && reply.tokens_cache_read >= 0);
	assert(str_eq(reply.text, seen));
	for (size_t i = 0; i < reply.calls.n; i++)
		assert(LIST_AT(reply.calls, struct tool_call, i)->id.n > 0);
}

static inline void read_reply(const struct protocol *protocol, const uint8_t *data, size_t size)
{
	AUTO(arena_fini) struct arena mem = { .block_bytes = 4096 };
	struct ctx ctx = { .mem = &mem };
	struct buf seen = { .mem = NULL };
	struct model_watch watch = { .delta = see, .arg = &seen };
	struct shown shown = { .watch = &watch };
	struct reading reading;
	struct str text;
	size_t piece;
	enum err e = OK;

	if (size == 0)
		return;
	text = (struct str){ (const char *)data + 1, size - 1 };
	piece = data[0] ? data[0] : size;
	reading_init(&reading, &ctx, &protocol->dialect, &shown);
	while (e == OK && text.n > 0) {
		e = reading_take(&reading, (struct str){ text.p, text.n < piece ? text.n : piece });
		text = str_from(text, piece);
	}
	if (e == OK)
		e = reading_end(&reading);
	if (e == OK)
		check_reply(&ctx, &reading.draft, buf_view(&seen));
	reading_fini(&reading);
	shown_fini(&shown);
	buf_fini(&seen);
}

#endif
