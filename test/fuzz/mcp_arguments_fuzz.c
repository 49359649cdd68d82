/* Any JSON offered to every tool: it is refused with words, or what is kept fits the tool's table.
 *
 * The first byte chooses the tool. What is kept once is kept again as it is, and the words are text that a
 * reply can hold. */
#include <assert.h>

#include "base/utf8.h"
#include "mcp/arguments.h"
#include "mcp/tool_table.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_kept(struct arena *mem, const struct schema *s, const struct json *kept)
{
	struct json again;
	struct str text = json_text(mem, kept);

	assert(kept->type == JSON_OBJECT && kept->n_members <= s->n_fields);
	assert(!arguments_check(mem, s, kept, &again).p);
	assert(str_eq(json_text(mem, &again), text));
	arguments_misfit(mem, s, kept);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	AUTO(arena_fini) struct arena mem = { .block_bytes = 4096 };
	struct ctx ctx = { .mem = &mem };
	const struct schema *s;
	const struct json *v;
	struct json kept;
	struct str wrong;

	if (size == 0)
		return 0;
	s = mcp_tools[data[0] % n_mcp_tools].arguments;
	if (!s || json_parse(&ctx, (struct str){ (const char *)data + 1, size - 1 }, JSON_REPAIR, &v) != OK)
		return 0;
	wrong = arguments_check(&mem, s, v, &kept);
	if (wrong.p)
		assert(wrong.n > 0 && utf8_valid(wrong));
	else
		check_kept(&mem, s, &kept);
	return 0;
}
