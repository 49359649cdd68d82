/* Chat completions, streamed or whole. */
#include "reply.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	read_reply(&openai_protocol, data, size);
	return 0;
}
