/* Any bytes are YAML or they are not; what they mean can be written as JSON and is JSON then. */
#include <assert.h>

#include "json/write.h"
#include "json/yaml.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	AUTO(arena_fini) struct arena mem = { .block_bytes = 4096 };
	struct ctx ctx = { .mem = &mem };
	const struct json *v, *again;

	if (yaml_parse(&ctx, (struct str){ (const char *)data, size }, &v) == OK)
		assert(json_parse(&ctx, json_text(&mem, v), JSON_STRICT, &again) == OK);
	else
		assert(ctx.why[0]);
	return 0;
}
