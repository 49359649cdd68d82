/* Any JSON offered as an agent: whatever is accepted fits in what we store, reply and read back.
 *
 * The first byte chooses how it is read; an update goes on top of an agent that exists.
 */
#include <assert.h>

#include "json/field.h"
#include "store/agents.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const char STORED[] =
	"{\"name\":\"a\",\"model\":{\"provider\":\"CUSTOM\",\"model\":\"m\"},\"features\":{\"planning\":true},"
	"\"workspace\":{\"enabled\":true},\"triggers\":[{\"id\":\"i\",\"name\":\"n\",\"appId\":\"a\"}]}";

static const struct json *parse(struct ctx *ctx, struct str text)
{
	const struct json *v = NULL;

	return json_parse(ctx, text, JSON_STRICT, &v) == OK ? v : NULL;
}

/* A refused value has been told why, and nothing but a refused value has. */
static bool read_agent(struct ctx *ctx, const struct json *v, enum read_mode mode, struct agent *out)
{
	enum err e = schema_read(ctx, &agent_schema, v, mode, out);

	assert(e == OK || e == ERR_INVALID);
	assert((e == OK) == (ctx->issues->n == 0));
	return e == OK;
}

static void check_round_trip(struct ctx *ctx, const struct agent *a)
{
	struct str stored = schema_text(ctx->mem, &agent_schema, a, WRITE_STORED);
	const struct json *v = parse(ctx, stored);
	struct agent again = { 0 };

	assert(v);
	assert(read_agent(ctx, v, READ_STORED, &again));
	assert(str_eq(schema_text(ctx->mem, &agent_schema, &again, WRITE_STORED), stored));
	assert(parse(ctx, schema_text(ctx->mem, &agent_schema, a, WRITE_REPLY)));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	AUTO(arena_fini) struct arena mem = { .block_bytes = 4096 };
	struct issues issues = { .n = 0 };
	struct ctx ctx = { .mem = &mem, .issues = &issues };
	struct str text = { (const char *)data, size };
	struct agent a = { 0 };
	enum read_mode mode;
	const struct json *v;

	if (size == 0)
		return 0;
	mode = (enum read_mode)(data[0] % 4);
	v = parse(&ctx, str_from(text, 1));
	if (!v)
		return 0;
	if (mode == READ_UPDATE)
		assert(read_agent(&ctx, parse(&ctx, str_of(STORED)), READ_STORED, &a));
	if (read_agent(&ctx, v, mode, &a)) {
		check_round_trip(&ctx, &a);
	} else {
		struct buf out = { .mem = &mem };
		struct json_writer w = { .out = &out };

		issues_write(&w, &issues);
		assert(parse(&ctx, buf_view(&out)));
	}
	return 0;
}
