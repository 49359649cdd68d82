/* test/tools/web_test.c: pages that are read and searches that are made, at a server on loopback. */
#include "../extract/child.h"
#include "../http/far.h"

#include "http/client.h"
#include "tools/tools.h"

enum { LONG_CHARS = 45000, PART_CHARS = 20000 };

static const struct extractor NO_ROWS[] = { { .name = NULL } };

static struct far *far;

/* -- pages ---------------------------------------------------------------------------------------------- */

#define JSON_PAGE "Content-Type: application/json\r\n"

static void serve_page(struct visit *v)
{
	far_answer(v, "200 OK", "Content-Type: text/html\r\n",
		   S("<title>Harbour</title><nav>Menu</nav><h1>Times</h1><p>It closes at night.</p><p>It opens at six.</p>"
		     "<h2>Fees</h2><p>None.</p>"));
}

/* Characters of two bytes, so that a byte is not taken for one. */
static void serve_long(struct visit *v)
{
	char *text = xmalloc(2 * LONG_CHARS);

	for (size_t i = 0; i < LONG_CHARS; i++)
		memcpy(text + 2 * i, i % PART_CHARS ? "\u00e9" : "\u00fc", 2);
	far_answer(v, "200 OK", "Content-Type: text/plain; charset=utf-8\r\n", (struct str){ text, 2 * LONG_CHARS });
	free(text);
}

static void serve_tides(struct visit *v)
{
	far_answer(v, "200 OK", JSON_PAGE,
		   S("{\"query\": \"x\", \"results\": ["
		     "{\"url\": \"https://example.com/a\", \"title\": \" Tides \", \"content\": \"High at nine.\", \"engine\": \"e\"},"
		     "{\"url\": \"javascript:alert(1)\", \"title\": \"Bad\", \"content\": \"\"},"
		     "{\"title\": \"No address\"}, 7, null,"
		     "{\"url\": \"http://example.com/b\", \"title\": 7, \"content\": null},"
		     "{\"url\": \"https://example.com/c\", \"title\": \"Third\"}]}"));
}

static void serve_wordy(struct visit *v)
{
	struct buf out = {0};

	buf_z(&out, "{\"results\": [{\"url\": \"https://example.com/\", \"content\": \"");
	for (int i = 0; i < 5000; i++)
		buf_z(&out, "word ");
	buf_z(&out, "\"}]}");
	far_answer(v, "200 OK", JSON_PAGE, buf_view(&out));
	buf_fini(&out);
}

static void serve_garbage(struct visit *v)
{
	far_answer(v, "200 OK", JSON_PAGE, S("<html>no JSON here</html>"));
}

static void serve_other_json(struct visit *v)
{
	far_answer(v, "200 OK", JSON_PAGE, S("{\"results\": 7}"));
}

static void serve_refusal(struct visit *v)
{
	far_answer(v, "403 Forbidden", "", S(""));
}

static void serve_too_many(struct visit *v)
{
	far_answer(v, "429 Too Many Requests", "", S(""));
}

static void serve_nothing(struct visit *v)
{
	far_await_end(v);
}

#define SEARCH "/search?format=json&q="

static const struct far_page PAGES[] = {
	{ "/page", serve_page }, { "/long", serve_long }, { "/silent", serve_nothing },
	{ SEARCH "high%20tide%3F%20%C3%A9%26x", serve_tides }, { "/deep" SEARCH "tide", serve_tides }, { SEARCH "tide", serve_tides },
	{ SEARCH "wordy", serve_wordy }, { SEARCH "garbage", serve_garbage }, { SEARCH "other", serve_other_json },
	{ SEARCH "refused", serve_refusal }, { SEARCH "often", serve_too_many }, { SEARCH "silent", serve_nothing },
	{ NULL, NULL },
};

/* -- helpers ---------------------------------------------------------------------------------------------- */

struct desk {
	struct arena mem;
	struct ctx ctx;
};

static int set_up(void **state)
{
	struct desk *d = xcalloc(1, sizeof(*d));

	arena_init(&d->mem, 0);
	d->ctx.mem = &d->mem;
	*state = d;
	toolbox_setup(arena_printf(&d->mem, "http://127.0.0.1:%d/", far->port));
	return 0;
}

static int tear_down(void **state)
{
	struct desk *d = *state;

	toolbox_setup((struct str){ NULL, 0 });
	arena_fini(&d->mem);
	free(d);
	return 0;
}

#define AT_A_DESK(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

static const struct agent AGENT = { .id = { "a", 1 }, .features.web_search = true };

static struct tool_result call_in(struct desk *d, const char *name, struct str arguments)
{
	struct tool_call wanted = { S("c"), str_of(name), arguments };
	struct tool_result result;

	assert_int_equal(tool_call(&d->ctx, &(struct tool_scope){ .agent = &AGENT }, &wanted, &result), OK);
	return result;
}

static struct tool_result fetch(struct desk *d, const char *path, int offset)
{
	return call_in(d, "web_fetch", arena_printf(&d->mem, "{\"url\": \"http://127.0.0.1:%d%s\", \"offset\": %d}", far->port,
						    path, offset));
}

static struct tool_result find(struct desk *d, const char *query)
{
	return call_in(d, "web_search", arena_printf(&d->mem, "{\"query\": \"%s\"}", query));
}

static const struct json *read_result(struct desk *d, struct tool_result result)
{
	const struct json *v;

	if (result.failed)
		print_error("%.*s\n", STR(result.text));
	assert_false(result.failed);
	assert_int_equal(json_parse(&d->ctx, result.text, JSON_STRICT, &v), OK);
	return v;
}

#define assert_says(result, part)                          \
	do {                                               \
		struct tool_result result_ = (result);     \
		assert_true(result_.failed);               \
		assert_str(result_.text, part);            \
	} while (0)

/* -- web_fetch ----------------------------------------------------------------------------------------------- */

static void a_page_is_read_as_its_text(void **state)
{
	struct desk *d = *state;
	const struct json *v = read_result(d, fetch(d, "/page", 0));

	assert_str(json_get_str(v, "title"), "Harbour");
	assert_str(json_get_str(v, "text"), "Times\nIt closes at night.\n\nIt opens at six.\n\nTimes > Fees\nNone.");
	assert_int_equal(json_get(v, "nextOffset")->type, JSON_NULL);
	assert_true(str_ends(json_get_str(v, "url"), S("/page")));
}

static void a_long_page_is_read_a_part_at_a_time(void **state)
{
	struct desk *d = *state;
	int64_t offset = 0, total = 0;

	for (int part = 0; part < 3; part++) {
		const struct json *v = read_result(d, fetch(d, "/long", (int)offset));
		struct str text = json_get_str(v, "text");

		assert_true(str_starts(text, S("\u00fc\u00e9")));
		total += (int64_t)utf8_count(text);
		assert_int_equal(json_as_int(json_get(v, "nextOffset"), &offset), part < 2);
	}
	assert_int_equal(total, LONG_CHARS);
	assert_str(json_get_str(read_result(d, fetch(d, "/long", 100000)), "text"), "");
}

static void a_page_that_cannot_be_had_is_told(void **state)
{
	struct desk *d = *state;

	assert_says(fetch(d, "/missing", 0), "the server answered 404");
	assert_says(call_in(d, "web_fetch", S("{\"url\": \"http://169.254.169.254/latest\"}")), "the address is not allowed");
	assert_true(call_in(d, "web_fetch", S("{\"url\": \"file:///etc/passwd\"}")).failed);
	assert_true(call_in(d, "web_fetch", S("{\"url\": \"nonsense\"}")).failed);
	assert_says(fetch(d, "/page", -1), "offset must be at least 0");
}

/* -- web_search ------------------------------------------------------------------------------------------------ */

static void results_are_titles_addresses_and_snippets(void **state)
{
	struct desk *d = *state;

	assert_str(find(d, "high tide? \u00e9&x").text,
		   "{\"results\":["
		   "{\"title\":\"Tides\",\"url\":\"https://example.com/a\",\"snippet\":\"High at nine.\"},"
		   "{\"title\":\"\",\"url\":\"http://example.com/b\",\"snippet\":\"\"},"
		   "{\"title\":\"Third\",\"url\":\"https://example.com/c\",\"snippet\":\"\"}]}");
	assert_str(call_in(d, "web_search", S("{\"query\": \"tide\", \"limit\": 1}")).text,
		   "{\"results\":[{\"title\":\"Tides\",\"url\":\"https://example.com/a\",\"snippet\":\"High at nine.\"}]}");
}

static void the_address_may_be_that_of_the_search_itself(void **state)
{
	static const char *const ADDRESSES[] = { "", "/", "/search", "/deep", "/deep/search/" };
	struct desk *d = *state;

	for (size_t i = 0; i < COUNT_OF(ADDRESSES); i++) {
		toolbox_setup(arena_printf(&d->mem, "http://127.0.0.1:%d%s", far->port, ADDRESSES[i]));
		assert_int_equal(json_get(read_result(d, find(d, "tide")), "results")->n_items, 3);
	}
}

static void what_is_found_is_cut_to_size(void **state)
{
	struct desk *d = *state;
	const struct json *v = read_result(d, find(d, "wordy"));

	assert_int_equal(json_get_str(&json_get(v, "results")->items[0], "snippet").n, 1000);
}

static void a_search_server_that_fails_is_told(void **state)
{
	struct desk *d = *state;

	assert_says(find(d, "garbage"), "the search server's answer has no results in it");
	assert_says(find(d, "other"), "the search server's answer has no results in it");
	assert_says(find(d, "refused"), "the search server does not answer as it should");
	assert_says(find(d, "unknown"), "the search server does not answer as it should");
	assert_says(find(d, "often"), "the search server asks to slow down; try again later");
	toolbox_setup(S("http://127.0.0.1:1"));
	assert_says(find(d, "tide"), "the search server does not answer as it should");
}

/* -- how long ------------------------------------------------------------------------------------------------- */

static void a_tool_keeps_to_the_deadline_of_its_run(void **state)
{
	struct desk *d = *state;
	int64_t passed = mono_ms() - 1;

	d->ctx.deadline_ms = passed;
	assert_true(fetch(d, "/page", 0).failed);
	assert_true(find(d, "tide").failed);
	assert_int_equal(d->ctx.deadline_ms, passed);
	d->ctx.deadline_ms = mono_ms() + 200;
	assert_true(find(d, "silent").failed);
}

static bool is_early(void *arg)
{
	return mono_ms() < *(const int64_t *)arg;
}

static void a_tool_that_waits_ends_when_its_run_does(void **state)
{
	struct desk *d = *state;
	int64_t until = mono_ms() + 200;
	struct tool_scope scope = { .agent = &AGENT, .go_on = is_early, .arg = &until };
	struct tool_call calls[] = {
		{ S("c"), S("web_fetch"), arena_printf(&d->mem, "{\"url\": \"http://127.0.0.1:%d/silent\"}", far->port) },
		{ S("c"), S("web_search"), S("{\"query\": \"silent\"}") },
	};
	struct tool_result result;

	for (size_t i = 0; i < COUNT_OF(calls); i++)
		assert_int_equal(tool_call(&d->ctx, &scope, &calls[i], &result), ERR_GONE);
	FAR_AWAIT(far->n_open == 0);
}

/* -- all of it -------------------------------------------------------------------------------------------------- */

static int start_far(void **state)
{
	struct arena mem = {0};
	struct ctx ctx = { .mem = &mem };
	enum err e;

	(void)state;
	far = far_new(PAGES, NULL);
	e = http_client_setup(&ctx, S("127.0.0.0/8"));
	arena_fini(&mem);
	return e == OK ? 0 : -1;
}

static int stop_far(void **state)
{
	(void)state;
	far_free(&far);
	return 0;
}

int main(int argc, char **argv)
{
	static const struct CMUnitTest tests[] = {
		AT_A_DESK(a_page_is_read_as_its_text),
		AT_A_DESK(a_long_page_is_read_a_part_at_a_time),
		AT_A_DESK(a_page_that_cannot_be_had_is_told),
		AT_A_DESK(results_are_titles_addresses_and_snippets),
		AT_A_DESK(the_address_may_be_that_of_the_search_itself),
		AT_A_DESK(what_is_found_is_cut_to_size),
		AT_A_DESK(a_search_server_that_fails_is_told),
		AT_A_DESK(a_tool_keeps_to_the_deadline_of_its_run),
		AT_A_DESK(a_tool_that_waits_ends_when_its_run_does),
	};

	extract_main(argc, argv, NO_ROWS);
	log_setup(LOG_OFF, LOG_TEXT);
	return cmocka_run_group_tests(tests, start_far, stop_far);
}
