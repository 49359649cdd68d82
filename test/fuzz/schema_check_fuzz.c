/* A schema and, behind the first line break, a value: the schema is refused or applied, within bounds, and the
 * answer is the same whether somebody listens to what is wrong or not. */
#include <assert.h>

#include "json/schema_check.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	AUTO(arena_fini) struct arena mem = { .block_bytes = 4096 };
	struct ctx ctx = { .mem = &mem };
	struct issues issues = { .n = 0 };
	struct str value_text = { (const char *)data, size }, schema_text = str_cut(&value_text, '\n');
	const struct json *schema, *value;
	enum err quietly;

	if (json_parse(&ctx, schema_text, JSON_STRICT, &schema) != OK || json_schema_check(&ctx, schema) != OK)
		return 0;
	if (!value_text.p || json_parse(&ctx, value_text, JSON_STRICT, &value) != OK)
		return 0;
	quietly = json_schema_apply(&ctx, schema, value);
	assert(quietly == OK || quietly == ERR_INVALID || quietly == ERR_TOO_LARGE);
	ctx.issues = &issues;
	assert(json_schema_apply(&ctx, schema, value) == quietly);
	assert(quietly != OK || issues.n == 0);
	assert(quietly != ERR_INVALID || issues.n > 0);
	return 0;
}
