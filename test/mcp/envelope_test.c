/* Which revision a message is taken for, and what is refused first. */
#include "unit.h"

#include "mcp/envelope.h"

#define META_KEY "io.modelcontextprotocol/"
#define VERSION(v) "\"" META_KEY "protocolVersion\":" v
#define CAPABILITIES "\"" META_KEY "clientCapabilities\":{}"
#define FULL(v) VERSION("\"" v "\"") "," CAPABILITIES
#define NOW "2026-07-28"
#define CALL(method, meta) "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"" method "\",\"params\":{\"_meta\":{" meta "}}}"
#define PLAIN(method) "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"" method "\"}"

static const struct json *parse(struct arena *mem, const char *text)
{
	struct ctx ctx = { .mem = mem };
	const struct json *v;

	assert_int_equal(json_parse(&ctx, str_of(text), JSON_STRICT, &v), OK);
	return v;
}

struct row {
	const char *body, *header;           /* NULL: not sent */
	int code;                            /* 0: it is taken, and for this revision: */
	enum mcp_revision revision;
};

static const struct row ROWS[] = {
	/* The body names no version: the header does, or it is 2025-03-26. */
	{ PLAIN("ping"), NULL, 0, MCP_2025_03_26 },
	{ PLAIN("ping"), "2024-10-07", 0, MCP_2024_10_07 },
	{ PLAIN("ping"), "2024-11-05", 0, MCP_2024_11_05 },
	{ PLAIN("ping"), "2025-06-18", 0, MCP_2025_06_18 },
	{ PLAIN("ping"), "2025-11-25", 0, MCP_2025_11_25 },
	{ PLAIN("ping"), "2031-01-01", MCP_REFUSED, 0 },
	{ PLAIN("ping"), "", MCP_REFUSED, 0 },
	{ PLAIN("ping"), NOW, MCP_INVALID_PARAMS, 0 },
	{ CALL("tools/list", CAPABILITIES), NOW, MCP_INVALID_PARAMS, 0 },
	{ "{\"jsonrpc\":\"2.0\",\"method\":\"ping\"}", "2031-01-01", MCP_REFUSED, 0 },
	{ "{\"jsonrpc\":\"2.0\",\"id\":1,\"result\":{}}", "2025-11-25", 0, MCP_2025_11_25 },

	/* A handshake agrees on a version: its header need not name one, but not the one without handshakes. */
	{ PLAIN("initialize"), NULL, 0, MCP_2025_03_26 },
	{ PLAIN("initialize"), "2031-01-01", 0, MCP_2025_03_26 },
	{ PLAIN("initialize"), NOW, MCP_HEADER_MISMATCH, 0 },
	{ CALL("initialize", VERSION("\"2025-11-25\"")), "2025-11-25", 0, MCP_2025_11_25 },
	{ CALL("initialize", VERSION("5")), NULL, 0, MCP_2025_03_26 },
	{ CALL("initialize", FULL(NOW)), NOW, 0, MCP_2026_07_28 },

	/* The body names a version: there is no way back. */
	{ CALL("tools/list", FULL(NOW)), NOW, 0, MCP_2026_07_28 },
	{ CALL("tools/list", VERSION("5") "," CAPABILITIES), NOW, MCP_INVALID_PARAMS, 0 },
	{ CALL("tools/list", VERSION("null") "," CAPABILITIES), NULL, MCP_INVALID_PARAMS, 0 },
	{ CALL("tools/list", VERSION("\"" NOW "\"")), NOW, MCP_INVALID_PARAMS, 0 },
	{ CALL("tools/list", VERSION("\"" NOW "\"") ",\"" META_KEY "clientCapabilities\":[]"), NOW,
	  MCP_INVALID_PARAMS, 0 },
	{ CALL("tools/list", FULL(NOW) ",\"" META_KEY "logLevel\":\"loud\""), NOW, MCP_INVALID_PARAMS, 0 },
	{ CALL("tools/list", FULL(NOW) ",\"" META_KEY "logLevel\":\"notice\""), NOW, 0, MCP_2026_07_28 },
	{ CALL("tools/list", FULL(NOW) ",\"progressToken\":1.5"), NOW, MCP_INVALID_PARAMS, 0 },
	{ CALL("tools/list", FULL(NOW) ",\"progressToken\":0"), NOW, 0, MCP_2026_07_28 },
	{ CALL("tools/list", FULL(NOW)), NULL, MCP_HEADER_MISMATCH, 0 },
	{ CALL("tools/list", FULL(NOW)), "2025-11-25", MCP_HEADER_MISMATCH, 0 },
	{ CALL("tools/list", FULL("v999.0.0")), NOW, MCP_HEADER_MISMATCH, 0 },
	{ CALL("tools/list", FULL("v999.0.0")), "v999.0.0", MCP_BAD_VERSION, 0 },
	{ CALL("tools/list", FULL("v999.0.0")), NULL, MCP_BAD_VERSION, 0 },
	{ CALL("tools/list", FULL("2025-11-25")), "2025-11-25", MCP_BAD_VERSION, 0 },
	{ CALL("tools/list", VERSION("\"v999.0.0\"")), "v1", MCP_INVALID_PARAMS, 0 },
};

static void check(const struct row *row)
{
	ARENA(mem);
	struct ctx ctx = { .mem = &mem };
	struct mcp_headers headers = { .version = str_of(row->header) };
	struct mcp_envelope envelope = {0};
	struct mcp_error error = {0};
	struct mcp_message m;
	bool taken;

	assert_true(mcp_message_read(parse(&mem, row->body), MCP_LENIENT, &m));
	taken = mcp_envelope_read(&ctx, &headers, &m, &envelope, &error);
	if (taken != (row->code == 0) || (int)error.code != row->code || (taken && envelope.revision != row->revision))
		print_error("%s with %s: code %d, revision %d\n", row->body, row->header ? row->header : "no header",
			    (int)error.code, (int)envelope.revision);
	assert_int_equal(taken, row->code == 0);
	assert_int_equal(error.code, row->code);
	assert_int_equal(error.status, taken ? 0 : 400);
	if (taken)
		assert_int_equal(envelope.revision, row->revision);
}

static void the_body_decides_and_the_header_is_held_to_it(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT_OF(ROWS); i++)
		check(&ROWS[i]);
}

static void what_came_in_meta_is_kept(void **state)
{
	ARENA(mem);
	struct ctx ctx = { .mem = &mem };
	struct mcp_headers headers = { .version = S(NOW) };
	struct mcp_envelope envelope;
	struct mcp_error error;
	struct mcp_message m;

	(void)state;
	assert_true(mcp_message_read(parse(&mem, CALL("tools/call", FULL(NOW) ",\"progressToken\":0,\"" META_KEY
						      "logLevel\":\"error\"")), MCP_LENIENT, &m));
	assert_true(mcp_envelope_read(&ctx, &headers, &m, &envelope, &error));
	assert_int_equal(envelope.progress_token->integer, 0);
	assert_int_equal(envelope.log_level, MCP_ERROR);
	assert_non_null(envelope.capabilities);

	assert_true(mcp_message_read(parse(&mem, CALL("tools/call", FULL(NOW))), MCP_LENIENT, &m));
	assert_true(mcp_envelope_read(&ctx, &headers, &m, &envelope, &error));
	assert_null(envelope.progress_token);
	assert_int_equal(envelope.log_level, MCP_SILENT);
}

static void a_refused_version_is_told_which_are_served(void **state)
{
	ARENA(mem);
	struct ctx ctx = { .mem = &mem };
	struct mcp_headers headers = { .version = S("v9") };
	struct mcp_envelope envelope;
	struct mcp_error error;
	struct mcp_message m;

	(void)state;
	assert_true(mcp_message_read(parse(&mem, CALL("tools/list", FULL("v9"))), MCP_LENIENT, &m));
	assert_false(mcp_envelope_read(&ctx, &headers, &m, &envelope, &error));
	assert_str(error.data,
		   "{\"supported\":[\"2026-07-28\",\"2025-11-25\",\"2025-06-18\",\"2025-03-26\",\"2024-11-05\","
		   "\"2024-10-07\"],\"requested\":\"v9\"}");
	assert_true(mcp_message_read(parse(&mem, PLAIN("ping")), MCP_LENIENT, &m));
	assert_false(mcp_envelope_read(&ctx, &headers, &m, &envelope, &error));
	assert_str(error.message,
		   "Bad Request: Unsupported protocol version: v9 (supported versions: 2025-11-25, 2025-06-18, "
		   "2025-03-26, 2024-11-05, 2024-10-07)");
	/* Whatever bytes the header holds, what is said is text. */
	headers.version = S("v\351\377");
	assert_false(mcp_envelope_read(&ctx, &headers, &m, &envelope, &error));
	assert_true(str_find(error.message, S("version: v\303\251\303\277 (")) > 0);
}

/* -- headers ---------------------------------------------------------------------------------------------- */

static void check_decoded(const char *value, const char *expected)
{
	ARENA(mem);
	struct str text;

	if (!expected) {
		assert_false(mcp_header_decode(&mem, str_of(value), &text));
		return;
	}
	assert_true(mcp_header_decode(&mem, str_of(value), &text));
	assert_str(text, expected);
}

static void header_values_are_plain_or_base64_of_utf8(void **state)
{
	(void)state;
	check_decoded("list_runs", "list_runs");
	check_decoded("two words", "two words");
	check_decoded("=?base64?SGVsbG8=?=", "Hello");
	check_decoded("=?base64?WsO8cmljaA==?=", "Z\303\274rich");
	check_decoded("=?base64?" "?=", "");
	check_decoded("=?base64?PT9iYXNlNjQ/eD89?=", "=?base64?x?=");
	/* Without beginning or end it is just text; so is another spelling of the marks. */
	check_decoded("=?base64?SGVsbG8=", "=?base64?SGVsbG8=");
	check_decoded("SGVsbG8=?=", "SGVsbG8=?=");
	check_decoded("=?BASE64?SGVsbG8=?=", "=?BASE64?SGVsbG8=?=");
	check_decoded("=?base64?=", "=?base64?=");
	check_decoded("", "");
	/* Wrong padding, another alphabet, not UTF-8; what must have been encoded. */
	check_decoded("=?base64?SGVsbG8?=", NULL);
	check_decoded("=?base64?SGVs!!!bG8=?=", NULL);
	check_decoded("=?base64?_-8=?=", NULL);
	check_decoded("=?base64?/w==?=", NULL);
	check_decoded("Z\303\274rich", NULL);
	check_decoded("a\tb", NULL);
}

struct mirror {
	const char *method, *name;           /* headers */
	const char *body, *parameter;
	bool agree;
};

#define NAMED(method, name)                                                                                            \
	"{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"" method "\",\"params\":{\"name\":\"" name "\"}}"

static void headers_repeat_the_body_exactly(void **state)
{
	static const struct mirror MIRRORS[] = {
		{ "tools/list", NULL, PLAIN("tools/list"), NULL, true },
		{ "tools/list", "whatever", PLAIN("tools/list"), NULL, true },
		{ NULL, NULL, PLAIN("tools/list"), NULL, false },
		{ "TOOLS/LIST", NULL, PLAIN("tools/list"), NULL, false },
		{ "tools/call", "list_runs", NAMED("tools/call", "list_runs"), "name", true },
		{ "tools/call", "=?base64?bGlzdF9ydW5z?=", NAMED("tools/call", "list_runs"), "name", true },
		{ "tools/call", NULL, NAMED("tools/call", "list_runs"), "name", false },
		{ "tools/call", "List_runs", NAMED("tools/call", "list_runs"), "name", false },
		{ "tools/call", "=?base64?bGlzdF9ydW5z=?=", NAMED("tools/call", "list_runs"), "name", false },
		/* Without a name in the body the parameters are wrong, and told so later. */
		{ "tools/call", NULL, PLAIN("tools/call"), "name", true },
		{ "tools/call", "list_runs", PLAIN("tools/call"), "name", false },
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(MIRRORS); i++) {
		ARENA(mem);
		struct ctx ctx = { .mem = &mem };
		struct mcp_headers headers = { .method = str_of(MIRRORS[i].method), .name = str_of(MIRRORS[i].name) };
		struct mcp_error error = {0};
		struct mcp_message m;

		assert_true(mcp_message_read(parse(&mem, MIRRORS[i].body), MCP_LENIENT, &m));
		assert_int_equal(mcp_mirrors_agree(&ctx, &headers, &m, MIRRORS[i].parameter, &error), MIRRORS[i].agree);
		assert_int_equal(error.code, MIRRORS[i].agree ? 0 : MCP_HEADER_MISMATCH);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_body_decides_and_the_header_is_held_to_it),
		cmocka_unit_test(what_came_in_meta_is_kept),
		cmocka_unit_test(a_refused_version_is_told_which_are_served),
		cmocka_unit_test(header_values_are_plain_or_base64_of_utf8),
		cmocka_unit_test(headers_repeat_the_body_exactly),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
