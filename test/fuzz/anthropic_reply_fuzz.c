/* Anthropic messages, streamed or whole. */
#include "reply.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	read_reply(&anthropic_protocol, data, size);
	return 0;
}
