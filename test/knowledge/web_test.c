/* knowledge/web: pages that were fetched, and why others were not, in words for the client. */
#include "../http/far.h"

#include "http/client.h"
#include "knowledge/web.h"

/* -- pages ---------------------------------------------------------------------------------------- */

static void page_html(struct visit *v)
{
	far_answer(v, "200 OK", "Content-Type: text/html; charset=iso-8859-1\r\n", S("<p>caf\xe9</p>"));
}

static void page_text(struct visit *v)
{
	far_answer(v, "200 OK", "Content-Type: text/plain\r\n", S("plain"));
}

static void page_untold(struct visit *v)
{
	far_answer(v, "200 OK", "", S("<!DOCTYPE html><title>x</title>"));
}

static void page_agent(struct visit *v)
{
	far_answer(v, "200 OK", "Content-Type: text/plain\r\n", far_header(v, "user-agent"));
}

static void page_image(struct visit *v)
{
	far_answer(v, "200 OK", "Content-Type: image/png\r\n", S("\x89PNG\r\n\x1a\n"));
}

static void page_odd_type(struct visit *v)
{
	far_answer(v, "200 OK", "Content-Type: <script>\xff\r\n", S("\x89PNG\r\n\x1a\n"));
}

static void page_empty(struct visit *v)
{
	far_answer(v, "200 OK", "Content-Type: text/html\r\n", S(""));
}

static void page_error(struct visit *v)
{
	far_answer(v, "500 Oops", "Content-Type: text/html\r\n", S("<p>sorry</p>"));
}

static void page_to_text(struct visit *v)
{
	far_answer(v, "301 Moved Permanently", "Location: /text\r\n", S(""));
}

static void page_loop(struct visit *v)
{
	far_answer(v, "302 Found", "Location: /loop\r\n", S(""));
}

/* As a page of the internet would try it: the address is closed, the name in the URL is open. */
static void page_to_metadata(struct visit *v)
{
	far_answer(v, "302 Found", "Location: http://169.254.169.254/latest/meta-data/\r\n", S(""));
}

static void page_broken(struct visit *v)
{
	far_say(v, "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 100\r\n\r\n<p>");
	v->keep = false;
}

static void page_much(struct visit *v)
{
	far_say(v, "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 10485761\r\n\r\n");
	far_await_end(v);
}

static void page_silent(struct visit *v)
{
	far_await_end(v);
}

static void page_nine_megabytes(struct visit *v)
{
	enum { BYTES = 9 << 20 };
	char *text = xmalloc(BYTES);

	memset(text, 'a', BYTES);
	far_answer(v, "200 OK", "Content-Type: text/plain\r\n", (struct str){ text, BYTES });
	free(text);
}

static const struct far_page pages[] = {
	{ "/agent", page_agent },
	{ "/broken", page_broken },
	{ "/empty", page_empty },
	{ "/error", page_error },
	{ "/html", page_html },
	{ "/image", page_image },
	{ "/loop", page_loop },
	{ "/much", page_much },
	{ "/nine-megabytes", page_nine_megabytes },
	{ "/odd-type", page_odd_type },
	{ "/silent", page_silent },
	{ "/text", page_text },
	{ "/to-metadata", page_to_metadata },
	{ "/to-text", page_to_text },
	{ "/untold", page_untold },
	{ NULL, NULL },
};

/* -- tests ---------------------------------------------------------------------------------------- */

#define CTX(name)                                                                          \
	ARENA(name##_mem);                                                                 \
	struct ctx name = { .mem = &name##_mem };                                          \
	assert_int_equal(http_client_setup(&name, S("localhost")), OK)

static struct web_page fetch(struct ctx *ctx, const struct far *far, const char *path)
{
	struct web_page page = { .url = arena_printf(ctx->mem, "http://localhost:%d%s", far->port, path) };

	web_fetch(ctx, &page, 1, NULL);
	return page;
}

static void a_page_comes_with_its_kind_and_charset(void **state)
{
	SERVE(far, pages, NULL);
	CTX(ctx);
	struct web_page page = fetch(&ctx, far, "/html");

	assert_int_equal(page.error, OK);
	assert_int_equal(page.kind, DOCUMENT_HTML);
	assert_str(page.charset, "iso-8859-1");
	assert_str(page.bytes, "<p>caf\xe9</p>");
	assert_null(page.why.p);
}

static void the_kind_is_looked_for_when_nobody_tells(void **state)
{
	SERVE(far, pages, NULL);
	CTX(ctx);
	struct web_page page = fetch(&ctx, far, "/untold");

	assert_int_equal(page.error, OK);
	assert_int_equal(page.kind, DOCUMENT_HTML);
	assert_null(page.charset.p);
}

static void redirects_are_followed(void **state)
{
	SERVE(far, pages, NULL);
	CTX(ctx);
	struct web_page page = fetch(&ctx, far, "/to-text");

	assert_int_equal(page.error, OK);
	assert_int_equal(page.kind, DOCUMENT_TEXT);
	assert_str(page.bytes, "plain");
}

static void servers_see_who_asks(void **state)
{
	SERVE(far, pages, NULL);
	CTX(ctx);

	assert_str(fetch(&ctx, far, "/agent").bytes, "agentd/" AGENTD_VERSION " (knowledge base reader)");
}

static void what_is_no_page_is_an_error_that_says_why(void **state)
{
	static const struct {
		const char *path, *why;
	} CASES[] = {
		{ "/no-such-page", "the server answered 404" },
		{ "/error", "the server answered 500" },
		{ "/empty", "the page is empty" },
		{ "/image", "it is image/png, not a page of text" },
		{ "/loop", "localhost redirects more than 5 times" },
		{ "/to-metadata", "the address is not allowed" },
		{ "/broken", "localhost broke off its answer" },
		{ "/much", "localhost sent more than 10485760 bytes" },
	};
	SERVE(far, pages, NULL);
	CTX(ctx);

	for (size_t i = 0; i < COUNT_OF(CASES); i++) {
		struct web_page page = fetch(&ctx, far, CASES[i].path);

		assert_int_equal(page.error, ERR_INVALID);
		assert_str(page.why, CASES[i].why);
		assert_null(page.bytes.p);
	}
}

static void a_type_that_cannot_be_shown_is_not(void **state)
{
	SERVE(far, pages, NULL);
	CTX(ctx);
	struct web_page page = fetch(&ctx, far, "/odd-type");

	assert_int_equal(page.error, ERR_INVALID);
	assert_true(str_find(page.why, S("script")) < 0);
	assert_true(page.why.n > 0);
}

static void an_address_that_is_not_open_is_not_asked(void **state)
{
	SERVE(far, pages, NULL);
	CTX(ctx);
	struct web_page page = { .url = arena_printf(ctx.mem, "http://127.0.0.1:%d/text", far->port) };

	web_fetch(&ctx, &page, 1, NULL);
	assert_int_equal(page.error, ERR_INVALID);
	assert_str(page.why, "the address is not allowed");
	assert_int_equal(far->n_connections, 0);
}

static void an_address_is_one_of_http(void **state)
{
	static const char *const URLS[] = { "ftp://localhost/x", "file:///etc/passwd", "data:text/plain,x" };
	CTX(ctx);

	for (size_t i = 0; i < COUNT_OF(URLS); i++) {
		struct web_page page = { .url = str_of(URLS[i]) };

		web_fetch(&ctx, &page, 1, NULL);
		assert_int_equal(page.error, ERR_INVALID);
		assert_str(page.why, "not an address of http or https without user name and password");
	}
}

static void note_done(void *arg, const struct web_page *page)
{
	size_t *n_done = arg;

	assert_true((page->error == OK) == (page->bytes.p != NULL));
	(*n_done)++;
}

static void many_pages_are_fetched_each_with_its_own_outcome(void **state)
{
	SERVE(far, pages, NULL);
	CTX(ctx);
	struct web_page some[50] = { 0 };
	size_t n_done = 0;

	for (size_t i = 0; i < COUNT_OF(some); i++)
		some[i].url = arena_printf(ctx.mem, "http://localhost:%d/%s", far->port, i % 5 == 2 ? "image" : "text");
	web_fetch(&ctx, some, COUNT_OF(some), &(struct web_watch){ .done = note_done, .arg = &n_done });
	assert_int_equal(n_done, COUNT_OF(some));
	for (size_t i = 0; i < COUNT_OF(some); i++)
		assert_int_equal(some[i].error, i % 5 == 2 ? ERR_INVALID : OK);
}

static void pages_have_a_limit_together(void **state)
{
	SERVE(far, pages, NULL);
	CTX(ctx);
	struct web_page some[20] = { 0 };
	size_t n_ok = 0;

	for (size_t i = 0; i < COUNT_OF(some); i++)
		some[i].url = arena_printf(ctx.mem, "http://localhost:%d/nine-megabytes", far->port);
	web_fetch(&ctx, some, COUNT_OF(some), NULL);
	for (size_t i = 0; i < COUNT_OF(some); i++) {
		n_ok += some[i].error == OK;
		if (some[i].error != OK)
			assert_str(some[i].why, "the pages are larger than 64 MiB together");
	}
	assert_int_equal(n_ok, 7);
	/* Those that were not needed for that were not fetched. */
	assert_true(far->n_requests < (int)COUNT_OF(some));
}

static bool go_on_twice(void *arg)
{
	int *n_asked = arg;

	return ++*n_asked <= 2;
}

static void pages_that_nobody_waits_for_are_given_up(void **state)
{
	SERVE(far, pages, NULL);
	CTX(ctx);
	struct web_page some[10] = { 0 };
	int n_asked = 0;
	int64_t begun = mono_ms();

	for (size_t i = 0; i < COUNT_OF(some); i++)
		some[i].url = arena_printf(ctx.mem, "http://localhost:%d/silent", far->port);
	web_fetch(&ctx, some, COUNT_OF(some), &(struct web_watch){ .go_on = go_on_twice, .arg = &n_asked });
	for (size_t i = 0; i < COUNT_OF(some); i++)
		assert_int_equal(some[i].error, ERR_INVALID);
	assert_true(far->n_requests <= 2);
	assert_true(mono_ms() - begun < 25 * 1000);             /* their own limits did not end them */
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_page_comes_with_its_kind_and_charset),
		cmocka_unit_test(the_kind_is_looked_for_when_nobody_tells),
		cmocka_unit_test(redirects_are_followed),
		cmocka_unit_test(servers_see_who_asks),
		cmocka_unit_test(what_is_no_page_is_an_error_that_says_why),
		cmocka_unit_test(a_type_that_cannot_be_shown_is_not),
		cmocka_unit_test(an_address_that_is_not_open_is_not_asked),
		cmocka_unit_test(an_address_is_one_of_http),
		cmocka_unit_test(many_pages_are_fetched_each_with_its_own_outcome),
		cmocka_unit_test(pages_have_a_limit_together),
		cmocka_unit_test(pages_that_nobody_waits_for_are_given_up),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
