/* test/fuzz/chat_fuzz.c: the request of a chat completion. */
#include <stdlib.h>

#include "api/chat_internal.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	AUTO(arena_fini) struct arena mem = { .block_bytes = 4096 };
	struct issues issues = {0};
	struct ctx ctx = { .mem = &mem, .issues = &issues };
	struct chat_request request;
	struct chat_fault fault = {0};
	enum err e = chat_read(&ctx, (struct str){ (const char *)data, n }, &request, &fault);

	/* What is read has an agent and a message; what is not says why. */
	if (e == OK ? !request.agent.p || !request.message.p : e != ERR_INVALID || !ctx.why[0])
		abort();
	return 0;
}
