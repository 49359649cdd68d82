/* Any text is an agent or says why not; what is shown of it is JSON. The first byte chooses the format. */
#include <assert.h>

#include "domain/agent_file.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	AUTO(arena_fini) struct arena mem = { .block_bytes = 4096 };
	struct ctx ctx = { .mem = &mem };
	const struct json *reply;
	struct agent_file f;

	if (size == 0)
		return 0;
	agent_file_parse(&ctx, S("agents/a.yaml"), data[0] & 1 ? S("yaml") : S("json"),
			 (struct str){ (const char *)data + 1, size - 1 }, &f);
	assert(f.valid == (f.spec != NULL) && f.valid == !f.error.p);
	if (f.valid)
		assert(agent_name_valid(f.name));
	assert(json_parse(&ctx, schema_text(&mem, &agent_file_schema, &f, WRITE_REPLY), JSON_STRICT, &reply) == OK);
	return 0;
}
