/* Any bytes as a request to the MCP endpoint: three header lines (MCP-Protocol-Version, Mcp-Method, Mcp-Name; an
 * empty one was not sent) and a body. */
#include <stdlib.h>

#include "base/utf8.h"
#include "mcp/envelope.h"
#include "mcp/host.h"

#define REQUIRE(condition) ((condition) ? (void)0 : abort())

static struct str header_line(struct str *rest)
{
	struct str line = str_trim(str_cut(rest, '\n'));

	return line.n > 0 ? line : (struct str){ NULL, 0 };
}

/* What is echoed is JSON and names the id that was sent. */
static void check_refusal(struct ctx *ctx, const struct mcp_message *m, const struct mcp_error *error)
{
	const struct json *echo;

	REQUIRE(error->code != 0 && error->status == 400 && error->message.n > 0);
	REQUIRE(json_parse(ctx, mcp_error_text(ctx->mem, m->id, false, error), JSON_STRICT, &echo) == OK);
	REQUIRE(!m->id ? !json_get(echo, "id") : mcp_id_eq(json_get(echo, "id"), m->id));
}

static void check_message(struct ctx *ctx, const struct mcp_headers *headers, const struct json *body)
{
	struct mcp_message strict, m;
	struct mcp_envelope envelope;
	struct mcp_error error = {0};

	REQUIRE(!mcp_message_read(body, MCP_STRICT, &strict) || mcp_message_read(body, MCP_LENIENT, &m));
	if (!mcp_message_read(body, MCP_LENIENT, &m))
		return;
	REQUIRE(!m.id || mcp_id_eq(m.id, m.id));
	if (!mcp_envelope_read(ctx, headers, &m, &envelope, &error)) {
		check_refusal(ctx, &m, &error);
		return;
	}
	REQUIRE(envelope.revision != MCP_MODERN || m.kind != MCP_REQUEST || envelope.capabilities);
	if (m.kind == MCP_REQUEST && !mcp_mirrors_agree(ctx, headers, &m, "name", &error))
		check_refusal(ctx, &m, &error);
}

static void check_names(struct str text)
{
	const struct mcp_names names = { .listen = S("127.0.0.1:80"), .public_url = text, .hosts = text };

	(void)!mcp_host_allowed(&names, text);
	(void)!mcp_origin_allowed(&names, text, text);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	struct str rest = { (const char *)data, n }, decoded;
	struct arena mem;
	struct ctx ctx = { .mem = &mem };
	struct mcp_headers headers;
	const struct json *body;

	arena_init(&mem, 4096);
	headers = (struct mcp_headers){ header_line(&rest), header_line(&rest), header_line(&rest) };
	if (headers.name.p && mcp_header_decode(&mem, headers.name, &decoded))
		REQUIRE(utf8_valid(decoded));
	check_names(headers.name);
	if (rest.p && json_parse(&ctx, rest, JSON_STRICT, &body) == OK)
		check_message(&ctx, &headers, body);
	arena_fini(&mem);
	return 0;
}
