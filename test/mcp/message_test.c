/* JSON-RPC messages: what is one, and that an id comes back as it was. */
#include "unit.h"

#include "mcp/message.h"

static bool reads(const char *text, enum mcp_strictness strictness, struct arena *mem, struct mcp_message *out)
{
	struct ctx ctx = { .mem = mem };
	const struct json *v;

	assert_int_equal(json_parse(&ctx, str_of(text), JSON_STRICT, &v), OK);
	return mcp_message_read(v, strictness, out);
}

struct row {
	const char *text;
	bool strict, lenient;                /* whether it is one for either */
	enum mcp_kind kind;
};

static const struct row ROWS[] = {
	{ "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"ping\"}", true, true, MCP_REQUEST },
	{ "{\"jsonrpc\":\"2.0\",\"id\":0,\"method\":\"\"}", true, true, MCP_REQUEST },
	{ "{\"jsonrpc\":\"2.0\",\"id\":\"\",\"method\":\"ping\",\"params\":{}}", true, true, MCP_REQUEST },
	{ "{\"jsonrpc\":\"2.0\",\"id\":-5,\"method\":\"ping\"}", true, true, MCP_REQUEST },
	{ "{\"jsonrpc\":\"2.0\",\"id\":9007199254740991,\"method\":\"ping\"}", true, true, MCP_REQUEST },
	{ "{\"jsonrpc\":\"2.0\",\"id\":1.0,\"method\":\"ping\"}", true, true, MCP_REQUEST },
	{ "{\"jsonrpc\":\"2.0\",\"method\":\"notifications/initialized\"}", true, true, MCP_NOTIFICATION },
	{ "{\"jsonrpc\":\"2.0\",\"id\":\"s-1\",\"result\":{\"a\":1}}", true, true, MCP_RESPONSE },
	{ "{\"jsonrpc\":\"2.0\",\"id\":1,\"error\":{\"code\":-1,\"message\":\"no\"}}", true, true, MCP_RESPONSE },

	{ "{\"jsonrpc\":\"2.0\",\"id\":9007199254740993,\"method\":\"ping\"}", false, false, 0 },
	{ "{\"jsonrpc\":\"2.0\",\"id\":null,\"method\":\"ping\"}", false, false, 0 },
	{ "{\"jsonrpc\":\"2.0\",\"id\":1.5,\"method\":\"ping\"}", false, false, 0 },
	{ "{\"jsonrpc\":\"2.0\",\"id\":true,\"method\":\"ping\"}", false, false, 0 },
	{ "{\"jsonrpc\":\"2.0\",\"id\":[1],\"method\":\"ping\"}", false, false, 0 },
	{ "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":5}", false, false, 0 },
	{ "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"ping\",\"params\":[]}", false, false, 0 },
	{ "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"ping\",\"params\":null}", false, false, 0 },
	{ "{\"jsonrpc\":\"1.0\",\"id\":1,\"method\":\"ping\"}", false, false, 0 },
	{ "{\"jsonrpc\":2.0,\"id\":1,\"method\":\"ping\"}", false, false, 0 },
	{ "{\"id\":1,\"method\":\"ping\"}", false, false, 0 },
	{ "{\"jsonrpc\":\"2.0\",\"id\":1}", false, false, 0 },
	{ "{\"jsonrpc\":\"2.0\",\"id\":1,\"result\":{},\"error\":{\"code\":-1,\"message\":\"x\"}}", false, false, 0 },
	{ "{\"jsonrpc\":\"2.0\",\"result\":{}}", false, false, 0 },
	{ "{\"jsonrpc\":\"2.0\",\"id\":1,\"result\":5}", false, false, 0 },
	{ "{\"jsonrpc\":\"2.0\",\"id\":1,\"error\":{\"code\":\"x\",\"message\":\"x\"}}", false, false, 0 },
	{ "[]", false, false, 0 },
	{ "5", false, false, 0 },
	{ "null", false, false, 0 },
	{ "{}", false, false, 0 },

	/* The older revisions' reference knows the protocol's members only, and looks into _meta. */
	{ "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"ping\",\"extra\":1}", false, true, MCP_REQUEST },
	{ "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"ping\",\"params\":{\"_meta\":5}}", false, true, MCP_REQUEST },
	{ "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"ping\",\"params\":{\"_meta\":{\"progressToken\":{}}}}",
	  false, true, MCP_REQUEST },
};

static void check(const struct row *row, enum mcp_strictness strictness, bool expected)
{
	ARENA(mem);
	struct mcp_message m;
	bool is = reads(row->text, strictness, &mem, &m);

	if (is != expected)
		print_error("%s: %s\n", row->text, is ? "taken" : "refused");
	assert_int_equal(is, expected);
	if (is)
		assert_int_equal(m.kind, row->kind);
}

static void a_message_is_told_from_what_is_none(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT_OF(ROWS); i++) {
		check(&ROWS[i], MCP_STRICT, ROWS[i].strict);
		check(&ROWS[i], MCP_LENIENT, ROWS[i].lenient);
	}
}

static void check_echo(const char *id, const char *echo)
{
	ARENA(mem);
	struct buf out = { .mem = &mem };
	struct json_writer w = { .out = &out };
	struct mcp_message m;

	assert_true(
	    reads(arena_printf(&mem, "{\"jsonrpc\":\"2.0\",\"id\":%s,\"method\":\"x\"}", id).p, MCP_STRICT, &mem, &m));
	mcp_write_id(&w, m.id);
	assert_str(buf_view(&out), echo);
}

static void an_id_comes_back_as_it_was(void **state)
{
	(void)state;
	check_echo("0", "0");
	check_echo("-9007199254740991", "-9007199254740991");
	check_echo("\"1\"", "\"1\"");
	check_echo("\"\"", "\"\"");
	check_echo("\"a\\u0000\\\"\\ud83d\\ude00\"", "\"a\\u0000\\\"\360\237\230\200\"");
	check_echo("1.0", "1");
}

static void ids_of_two_types_are_two_ids(void **state)
{
	const struct json one = { .type = JSON_INT, .integer = 1 }, text = { .type = JSON_STR, .text = S("1") };
	const struct json same = { .type = JSON_NUM, .number = 1 }, two = { .type = JSON_INT, .integer = 2 };

	(void)state;
	assert_true(mcp_id_eq(&one, &same));
	assert_true(mcp_id_eq(&text, &text));
	assert_false(mcp_id_eq(&one, &text));
	assert_false(mcp_id_eq(&one, &two));
}

static void an_error_leaves_out_what_is_not_there(void **state)
{
	ARENA(mem);
	const struct json id = { .type = JSON_INT, .integer = 0 };
	struct mcp_error error = { .code = MCP_NO_METHOD, .message = S("no \"x\"") };

	(void)state;
	assert_str(mcp_error_text(&mem, &id, true, &error),
		   "{\"jsonrpc\":\"2.0\",\"id\":0,\"error\":{\"code\":-32601,\"message\":\"no \\\"x\\\"\"}}");
	error.data = S("{\"uri\":\"a:b\"}");
	assert_str(mcp_error_text(&mem, NULL, false, &error),
		   "{\"jsonrpc\":\"2.0\",\"error\":{\"code\":-32601,\"message\":\"no "
		   "\\\"x\\\"\",\"data\":{\"uri\":\"a:b\"}}}");
	error.data = (struct str){ NULL, 0 };
	assert_str(mcp_error_text(&mem, NULL, true, &error),
		   "{\"jsonrpc\":\"2.0\",\"error\":{\"code\":-32601,\"message\":\"no \\\"x\\\"\"},\"id\":null}");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_message_is_told_from_what_is_none),
		cmocka_unit_test(an_id_comes_back_as_it_was),
		cmocka_unit_test(ids_of_two_types_are_two_ids),
		cmocka_unit_test(an_error_leaves_out_what_is_not_there),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
