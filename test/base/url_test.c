/* Query strings, percent-encoding, and absolute URLs. */
#include <setjmp.h>
#include <stdarg.h>

#include "base/buf.h"
#include "base/url.h"

#include <cmocka.h>

static struct arena mem;

static int set_up(void **state)
{
	(void)state;
	arena_init(&mem, 0);
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	arena_fini(&mem);
	return 0;
}

#define assert_str(s, text) (assert_int_equal((s).n, strlen(text)), assert_memory_equal((s).p, (text), (s).n))

static void text_is_encoded_so_that_it_can_stand_in_an_address(void **state)
{
	struct buf out = { .mem = &mem };

	(void)state;
	url_encode(&out, S("a-Z_0.9~ &=?/%+\xc3\xa4"));
	assert_str(buf_view(&out), "a-Z_0.9~%20%26%3D%3F%2F%25%2B%C3%A4");
}

static void a_path_is_what_its_dots_and_needless_encodings_mean(void **state)
{
	static const struct {
		const char *path, *normal;
	} CASES[] = {
		{ "", "" }, { "*", "*" }, { "/", "/" }, { "/a/b", "/a/b" }, { "/a/./b", "/a/b" }, { "/a/../b", "/b" },
		{ "/../../a", "/a" }, { "/a/..", "/" }, { "/a/b/..", "/a/" }, { "/a/b/.", "/a/b/" }, { "/.", "/" },
		{ "/a/%2e%2E/b", "/b" }, { "/%61%2D%7e", "/a-~" }, { "/a%2Fb", "/a%2Fb" }, { "/%252e", "/%252e" },
		{ "/%zz/%", "/%zz/%" }, { "/%%36%31/./a", "/%%36%31/./a" }, { "/%00", "/%00" }, { "/.well-known/x", "/.well-known/x" }, { "/a//../b", "/a/b" },
		{ "/...", "/..." }, { "/a/", "/a/" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(CASES); i++)
		assert_str(url_path_normal(&mem, str_of(CASES[i].path)), CASES[i].normal);
	assert_str(url_path_single(&mem, S("//a///b/c//")), "/a/b/c/");
}

static void percent_encoding_is_decoded_once(void **state)
{
	static const struct {
		const char *text, *decoded;
	} CASES[] = {
		{ "", "" }, { "plain", "plain" }, { "a%20b", "a b" }, { "%41%4a%4A", "AJJ" }, { "a+b", "a+b" },
		{ "%2541", "%41" }, { "%c3%a4", "\xc3\xa4" }, { "%2F%2f", "//" }, { "%25", "%" },
	};
	struct str out;

	(void)state;
	for (size_t i = 0; i < COUNT_OF(CASES); i++) {
		assert_true(url_decode(&mem, str_of(CASES[i].text), &out));
		assert_str(out, CASES[i].decoded);
	}
	assert_true(url_decode(&mem, S("a%00b"), &out));
	assert_true(str_eq(out, S("a\0b")));
}

static void malformed_encoding_is_refused(void **state)
{
	static const char *const CASES[] = { "%", "a%", "%4", "%4g", "%g4", "%%41", "a%2", "% 41", "%-1" };
	struct str out;

	(void)state;
	for (size_t i = 0; i < COUNT_OF(CASES); i++)
		assert_false(url_decode(&mem, str_of(CASES[i]), &out));
}

static void parameters_come_in_order_and_decoded(void **state)
{
	static const char *const EXPECTED[][2] = {
		{ "a", "b" }, { "c", "" }, { "d", "" }, { "e f", "g h+" },
		{ "", "i" }, { "j", "k=l" }, { "a", "again" }, { "a", "%zz %" }, { "%", "2%1" },
	};
	struct str rest = S("a=b&c&d=&&e+f=g%20h%2B&=i&j=k=l&a=again&a=%zz+%&%=%32%1&");
	struct url_param p;

	(void)state;
	for (size_t i = 0; i < COUNT_OF(EXPECTED); i++) {
		assert_true(url_param_next(&mem, &rest, &p));
		assert_str(p.name, EXPECTED[i][0]);
		assert_str(p.value, EXPECTED[i][1]);
	}
	assert_false(url_param_next(&mem, &rest, &p));
	assert_false(url_param_next(&mem, &rest, &p));
}

static void the_first_parameter_of_a_name_is_found(void **state)
{
	struct str query = S("x=1&na%6De=first&name=second&empty=&bad=%");

	(void)state;
	assert_str(url_param_get(&mem, query, "name"), "first");
	assert_str(url_param_get(&mem, query, "empty"), "");
	assert_null(url_param_get(&mem, query, "missing").p);
	assert_str(url_param_get(&mem, query, "bad"), "%");
	assert_null(url_param_get(&mem, (struct str){ NULL, 0 }, "x").p);
}

static void absolute_urls_are_valid(void **state)
{
	static const char *const CASES[] = {
		"http://a", "https://example.com", "HTTPS://Example.COM/", "http://a:80/b?c=d#e", "http://[::1]:8080/x",
		"ftp://a.b/c", "custom+x.y-z://host", "http://user:pw@host/", "http://a?b", "http://a#b", "http://a:/",
		"https://example.com/%C3%A4", "https://example.com/\xc3\xa4", "http://127.0.0.1:65535", "http://a/[x]",
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(CASES); i++)
		if (!url_valid(str_of(CASES[i])))
			fail_msg("'%s' is refused", CASES[i]);
}

static void everything_else_is_not(void **state)
{
	static const char *const CASES[] = {
		"", ":", "http", "http:", "http:/a", "http:a", "//a", "/a", "a", "a.b/c", "://a", "mailto:a@b.c",
		"http://", "http:///a", "http://?a", "http://:80", "http://@", "1http://a", "javascript:alert(1)",
		" http://a", "ht tp://a", "http://a b", "http://a\tb", "http://a/\n", "http://a\\b", "http://a/{b}",
		"http://a/\"b\"", "http://a/<b>", "http://a/%", "http://a/%zz", "http://a]b", "http://u@v@w",
		"http://a:x", "http://a:80:80", "http://a:65536", "http://a:-1", "http://[::1", "http://[]",
		"http://[::1]x", "http://[g::]",
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(CASES); i++)
		if (url_valid(str_of(CASES[i])))
			fail_msg("'%s' is taken", CASES[i]);
	assert_false(url_valid(S("http://a\0b")));
	assert_false(url_valid((struct str){ NULL, 0 }));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(percent_encoding_is_decoded_once, set_up, tear_down),
		cmocka_unit_test_setup_teardown(a_path_is_what_its_dots_and_needless_encodings_mean, set_up, tear_down),
		cmocka_unit_test_setup_teardown(text_is_encoded_so_that_it_can_stand_in_an_address, set_up, tear_down),
		cmocka_unit_test_setup_teardown(malformed_encoding_is_refused, set_up, tear_down),
		cmocka_unit_test_setup_teardown(parameters_come_in_order_and_decoded, set_up, tear_down),
		cmocka_unit_test_setup_teardown(the_first_parameter_of_a_name_is_found, set_up, tear_down),
		cmocka_unit_test(absolute_urls_are_valid),
		cmocka_unit_test(everything_else_is_not),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
