/* http/client: what it sends, what it follows, what it refuses, and what it says of failures. */
#include "desk.h"

#include <zlib.h>

/* -- pages --------------------------------------------------------------------------------------- */

/* The request as it came. */
static void page_echo(struct visit *v)
{
	struct buf all = { .mem = NULL };

	buf_str(&all, v->head);
	buf_str(&all, v->body);
	far_answer(v, "200 OK", "", buf_view(&all));
	buf_fini(&all);
}

static void page_empty(struct visit *v)
{
	far_say(v, "HTTP/1.1 204 No Content\r\n\r\n");
}

static void redirect(struct visit *v, const char *status, const char *to)
{
	char location[512];

	snprintf(location, sizeof(location), "Location: %s\r\n", to);
	far_answer(v, status, location, S("it is elsewhere"));
}

static void page_to_hello(struct visit *v)
{
	redirect(v, "302 Found", "hello?a=1#part");
}

static void page_to_itself(struct visit *v)
{
	redirect(v, "301 Moved Permanently", "/loop");
}

static void page_to_echo_302(struct visit *v)
{
	redirect(v, "302 Found", "/echo");
}

static void page_to_echo_303(struct visit *v)
{
	redirect(v, "303 See Other", "/echo");
}

static void page_to_echo_307(struct visit *v)
{
	redirect(v, "307 Temporary Redirect", "/echo");
}

static void page_to_echo_308(struct visit *v)
{
	redirect(v, "308 Permanent Redirect", "/echo");
}

static void page_to_file(struct visit *v)
{
	redirect(v, "302 Found", "file:///etc/passwd");
}

/* Where far->arg says. */
static void page_to_arg(struct visit *v)
{
	redirect(v, "302 Found", v->far->arg);
}

static void page_without_location(struct visit *v)
{
	far_answer(v, "304 Not Modified", "", S(""));
}

static void page_chunk_cut(struct visit *v)
{
	far_say(v, "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n5\r\nwor");
	v->keep = false;
}

static void page_chunked(struct visit *v)
{
	far_say(v, "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n");
	far_say(v, "5\r\nhello\r\n1\r\n \r\n5\r\nworld\r\n0\r\n\r\n");
}

static void page_until_close(struct visit *v)
{
	far_say(v, "HTTP/1.1 200 OK\r\n\r\nuntil the end");
	v->keep = false;
}

static void page_nothing(struct visit *v)
{
	v->keep = false;
}

static void page_rubbish(struct visit *v)
{
	far_say(v, "220 mail.example.com ESMTP\r\n");
	v->keep = false;
}

static void page_announces_much(struct visit *v)
{
	far_say(v, "HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n\r\n");
	far_await_end(v);
}

static void page_endless(struct visit *v)
{
	static const char zeros[4096];

	far_say(v, "HTTP/1.1 200 OK\r\n\r\n");
	while (far_say_n(v, zeros, sizeof(zeros)))
		;
	v->keep = false;
}

static struct str gzipped(const void *bytes, size_t n, Bytef *out, size_t cap)
{
	z_stream z = {
		.next_in = (Bytef *)(uintptr_t)bytes, .avail_in = (uInt)n, .next_out = out, .avail_out = (uInt)cap,
	};

	assert_int_equal(deflateInit2(&z, 9, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY), Z_OK);
	assert_int_equal(deflate(&z, Z_FINISH), Z_STREAM_END);
	deflateEnd(&z);
	return (struct str){ (char *)out, z.total_out };
}

static void page_gzip(struct visit *v)
{
	Bytef room[200];

	far_answer(v, "200 OK", "Content-Encoding: gzip\r\n", gzipped("hello", 5, room, sizeof(room)));
}

static void page_interim(struct visit *v)
{
	far_say(v, "HTTP/1.1 103 Early Hints\r\nLink: </style.css>\r\nContent-Encoding: gzip\r\n\r\n");
	page_gzip(v);
}

static void page_gzip_damaged(struct visit *v)
{
	far_answer(v, "200 OK", "Content-Encoding: gzip\r\n", S("this is not gzip at all"));
}

/* Small on its way, and 32 MiB when it has arrived. */
static void page_bomb(struct visit *v)
{
	enum { BYTES = 32 << 20, ROOM = 256 << 10 };
	char *zeros = xcalloc(BYTES, 1);
	Bytef *room = xmalloc(ROOM);

	far_answer(v, "200 OK", "Content-Encoding: gzip\r\n", gzipped(zeros, BYTES, room, ROOM));
	free(room);
	free(zeros);
}

static void say_gzip_twice(struct visit *v, const char *headers)
{
	Bytef once[200], twice[400];
	struct str inner = gzipped("hello", 5, once, sizeof(once));

	far_answer(v, "200 OK", headers, gzipped(inner.p, inner.n, twice, sizeof(twice)));
}

static void page_gzip_twice(struct visit *v)
{
	say_gzip_twice(v, "Content-Encoding: gzip, gzip\r\n");
}

static void page_gzip_twice_in_two_lines(struct visit *v)
{
	say_gzip_twice(v, "Content-Encoding: gzip\r\nContent-Encoding: gzip\r\n");
}

static void page_gzip_twice_in_transfer(struct visit *v)
{
	say_gzip_twice(v, "Content-Encoding: gzip\r\nTransfer-Encoding: gzip\r\n");
}

static const struct far_page pages[] = {
	{ "/announces-much", page_announces_much },
	{ "/bomb", page_bomb },
	{ "/chunk-cut", page_chunk_cut },
	{ "/chunked", page_chunked },
	{ "/echo", page_echo },
	{ "/empty", page_empty },
	{ "/endless", page_endless },
	{ "/gzip", page_gzip },
	{ "/gzip-damaged", page_gzip_damaged },
	{ "/gzip-twice", page_gzip_twice },
	{ "/gzip-twice-in-transfer", page_gzip_twice_in_transfer },
	{ "/gzip-twice-in-two-lines", page_gzip_twice_in_two_lines },
	{ "/hello", page_hello },
	{ "/hello?a=1", page_hello },
	{ "/interim", page_interim },
	{ "/loop", page_to_itself },
	{ "/nothing", page_nothing },
	{ "/rubbish", page_rubbish },
	{ "/short", page_short },
	{ "/to-arg", page_to_arg },
	{ "/to-echo-302", page_to_echo_302 },
	{ "/to-echo-303", page_to_echo_303 },
	{ "/to-echo-307", page_to_echo_307 },
	{ "/to-echo-308", page_to_echo_308 },
	{ "/to-file", page_to_file },
	{ "/to-hello", page_to_hello },
	{ "/until-close", page_until_close },
	{ "/without-location", page_without_location },
	{ NULL, NULL },
};

/* -- what is sent, and what comes back ------------------------------------------------------------- */

static void an_answer_comes_with_its_status_type_and_address(void **state)
{
	SERVE(far, pages, NULL);
	DESK(d);
	struct http_call call = get(&d, far, "/hello#fragment");

	assert_int_equal(http_call(&d.ctx, &call), OK);
	assert_int_equal(call.error, OK);
	assert_int_equal(call.status, 200);
	assert_str(call.content_type, "text/plain; charset=latin1");
	assert_str(call.reply, "hello");
	assert_int_equal(call.reply.p[call.reply.n], '\0');
	assert_str(call.location, url_of(&d, far, "/hello").p);
	assert_int_equal(call.retry_after_ms, -1);
}

static void an_answer_without_a_body_is_an_empty_one(void **state)
{
	SERVE(far, pages, NULL);
	DESK(d);
	struct http_call call = get(&d, far, "/empty");

	assert_int_equal(http_call(&d.ctx, &call), OK);
	assert_int_equal(call.status, 204);
	assert_non_null(call.reply.p);
	assert_int_equal(call.reply.n, 0);
	assert_null(call.content_type.p);
}

static void any_status_is_an_answer(void **state)
{
	SERVE(far, pages, NULL);
	DESK(d);
	struct http_call call = get(&d, far, "/no-such-page");

	assert_int_equal(http_call(&d.ctx, &call), OK);
	assert_int_equal(call.status, 404);
	assert_str(call.reply, "no such page");
}

static void bodies_come_whole_however_they_are_framed(void **state)
{
	static const struct {
		const char *path, *body;
	} CASES[] = {
		{ "/chunked", "hello world" }, { "/until-close", "until the end" }, { "/gzip", "hello" },
		{ "/interim", "hello" },
	};
	SERVE(far, pages, NULL);
	DESK(d);

	for (size_t i = 0; i < COUNT_OF(CASES); i++) {
		struct http_call call = get(&d, far, CASES[i].path);

		assert_int_equal(http_call(&d.ctx, &call), OK);
		assert_str(call.reply, CASES[i].body);
	}
}

static void the_request_is_sent_as_it_was_given(void **state)
{
	static const struct http_header HEADERS[] = {
		{ S("Authorization"), S("Bearer sesame") },
		{ S("Content-Type"), S("application/json") },
		{ S("X-Empty"), S("") },
	};
	SERVE(far, pages, NULL);
	DESK(d);
	struct http_call call = get(&d, far, "/echo");

	call.method = "POST";
	call.headers = HEADERS;
	call.n_headers = COUNT_OF(HEADERS);
	call.body = S("{\"a\": 1}\n\0after a NUL");
	assert_int_equal(http_call(&d.ctx, &call), OK);
	assert_true(str_starts(call.reply, S("POST /echo HTTP/1.1\r\n")));
	assert_true(says(call.reply, "\r\nAuthorization: Bearer sesame\r\n"));
	assert_true(says(call.reply, "\r\nContent-Type: application/json\r\n"));
	assert_true(says(call.reply, "\r\nX-Empty:\r\n"));
	assert_true(says(call.reply, "\r\nUser-Agent: agentd/" AGENTD_VERSION "\r\n"));
	assert_true(str_ends(call.reply, call.body));
}

static void the_library_adds_nothing_to_a_body_of_its_own(void **state)
{
	SERVE(far, pages, NULL);
	DESK(d);
	struct http_call call = get(&d, far, "/echo");
	size_t n = 2 << 20;

	call.method = "PUT";
	call.body = (struct str){ arena_zalloc(&d.mem, n), n };
	assert_int_equal(http_call(&d.ctx, &call), OK);
	assert_true(str_starts(call.reply, S("PUT /echo HTTP/1.1\r\n")));
	assert_false(says(call.reply, "Content-Type"));
	assert_false(says(call.reply, "Expect"));
}

static void a_caller_may_name_its_own_user_agent(void **state)
{
	static const struct http_header HEADERS[] = { { S("User-Agent"), S("reader/1") } };
	SERVE(far, pages, NULL);
	DESK(d);
	struct http_call call = get(&d, far, "/echo");

	call.headers = HEADERS;
	call.n_headers = COUNT_OF(HEADERS);
	assert_int_equal(http_call(&d.ctx, &call), OK);
	assert_true(says(call.reply, "\r\nUser-Agent: reader/1\r\n"));
	assert_false(says(call.reply, "agentd"));
}

static void an_address_is_encoded_before_it_is_sent(void **state)
{
	SERVE(far, pages, NULL);
	DESK(d);
	struct http_call call = get(&d, far, "/echo");

	call.url = url_of(&d, far, "/\xc3\xbc b");
	assert_int_equal(http_call(&d.ctx, &call), OK);
	assert_int_equal(call.status, 404);
	assert_true(str_ends(call.location, S("/%c3%bc%20b")));
}

static void what_is_no_address_of_http_is_not_asked(void **state)
{
	static const struct str CASES[] = {
		S(""), S("example.com"), S("http://"), S("ftp://127.0.0.1/"), S("file:///etc/passwd"), S("data:,x"),
		S("gopher://127.0.0.1/"), S("http://user:secret@127.0.0.1/"), S("http://127.0.0.1:99999/"),
		S("http://a b/"), S("http://127.0.0.1\0/"), S("http://127.0.0.1/\xff"),
	};
	DESK(d);

	for (size_t i = 0; i < COUNT_OF(CASES); i++) {
		struct http_call call = { .method = "GET", .url = CASES[i] };

		assert_int_equal(http_call(&d.ctx, &call), ERR_INVALID);
		assert_str(call.why, d.ctx.why);
		assert_false(says(call.why, "secret"));
	}
}

static void a_header_of_two_lines_is_not_sent(void **state)
{
	static const struct http_header HEADERS[] = {
		{ S("X-A"), S("b\r\nX-C: d") }, { S("X-A\nX-B"), S("c") }, { S("X-A"), S("b\0c") },
	};
	SERVE(far, pages, NULL);
	DESK(d);

	for (size_t i = 0; i < COUNT_OF(HEADERS); i++) {
		struct http_call call = get(&d, far, "/echo");

		call.headers = &HEADERS[i];
		call.n_headers = 1;
		assert_int_equal(http_call(&d.ctx, &call), ERR_INVALID);
	}
	assert_int_equal(far->n_requests, 0);
}

static void proxies_of_the_environment_do_not_count(void **state)
{
	SERVE(far, pages, NULL);
	DESK(d);
	struct http_call call = get(&d, far, "/hello");

	setenv("http_proxy", "http://127.0.0.1:1", 1);
	setenv("ALL_PROXY", "http://127.0.0.1:1", 1);
	assert_int_equal(http_call(&d.ctx, &call), OK);
	unsetenv("http_proxy");
	unsetenv("ALL_PROXY");
}

/* -- redirects ------------------------------------------------------------------------------------- */

static void a_redirect_is_followed_when_the_caller_says_so(void **state)
{
	SERVE(far, pages, NULL);
	DESK(d);
	struct http_call call = get(&d, far, "/to-hello");

	assert_int_equal(http_call(&d.ctx, &call), OK);
	assert_int_equal(call.status, 302);
	assert_str(call.reply, "it is elsewhere");

	call.redirects = 1;
	assert_int_equal(http_call(&d.ctx, &call), OK);
	assert_int_equal(call.status, 200);
	assert_str(call.reply, "hello");
	assert_str(call.location, url_of(&d, far, "/hello?a=1").p);
}

static void a_loop_of_redirects_ends(void **state)
{
	SERVE(far, pages, NULL);
	DESK(d);
	struct http_call call = get(&d, far, "/loop");

	call.redirects = 5;
	assert_int_equal(http_call(&d.ctx, &call), ERR_UPSTREAM);
	assert_str(call.why, "127.0.0.1 redirects more than 5 times");
	assert_int_equal(far->n_requests, 6);
}

static void a_redirect_to_nowhere_is_an_answer(void **state)
{
	SERVE(far, pages, NULL);
	DESK(d);
	struct http_call call = get(&d, far, "/without-location");

	call.redirects = 5;
	assert_int_equal(http_call(&d.ctx, &call), OK);
	assert_int_equal(call.status, 304);
}

static void a_redirect_leads_to_http_alone(void **state)
{
	SERVE(far, pages, NULL);
	DESK(d);
	struct http_call call = get(&d, far, "/to-file");

	call.redirects = 5;
	assert_int_equal(http_call(&d.ctx, &call), ERR_UPSTREAM);
	assert_str(call.why, "127.0.0.1 redirects to what is no address of http or https");
}

static void a_redirected_post_becomes_a_get_or_stays_one_as_the_status_says(void **state)
{
	static const struct {
		const char *path, *method, *becomes;
		bool body;
	} CASES[] = {
		{ "/to-echo-302", "POST", "GET /echo", false },
		{ "/to-echo-302", "PUT", "PUT /echo", true },
		{ "/to-echo-303", "POST", "GET /echo", false },
		{ "/to-echo-303", "PUT", "GET /echo", false },
		{ "/to-echo-307", "POST", "POST /echo", true },
		{ "/to-echo-308", "POST", "POST /echo", true },
	};
	SERVE(far, pages, NULL);
	DESK(d);

	for (size_t i = 0; i < COUNT_OF(CASES); i++) {
		struct http_call call = get(&d, far, CASES[i].path);

		call.method = CASES[i].method;
		call.body = S("the body");
		call.redirects = 1;
		assert_int_equal(http_call(&d.ctx, &call), OK);
		assert_true(str_starts(call.reply, str_of(CASES[i].becomes)));
		assert_int_equal(str_ends(call.reply, S("the body")), CASES[i].body);
	}
}

static const struct http_header CONFIDENCES[] = {
	{ S("Authorization"), S("Bearer sesame") }, { S("X-Api-Key"), S("sesame") }, { S("Cookie"), S("c=sesame") },
	{ S("Accept"), S("text/html") },
};

static void secrets_stay_with_the_server_they_were_meant_for(void **state)
{
	SERVE(elsewhere, pages, NULL);
	DESK(d);
	struct str there = url_of(&d, elsewhere, "/echo");
	SERVE(far, pages, (void *)(uintptr_t)there.p);
	struct http_call call = get(&d, far, "/to-arg");

	call.headers = CONFIDENCES;
	call.n_headers = COUNT_OF(CONFIDENCES);
	call.redirects = 5;
	assert_int_equal(http_call(&d.ctx, &call), OK);
	assert_str(call.location, there.p);
	assert_false(says(call.reply, "sesame"));
	assert_true(says(call.reply, "\r\nAccept: text/html\r\n"));
}

static void secrets_go_on_to_another_page_of_their_server(void **state)
{
	SERVE(far, pages, NULL);
	DESK(d);
	struct http_call call = get(&d, far, "/to-echo-302");

	call.headers = CONFIDENCES;
	call.n_headers = COUNT_OF(CONFIDENCES);
	call.redirects = 5;
	assert_int_equal(http_call(&d.ctx, &call), OK);
	assert_true(says(call.reply, "\r\nAuthorization: Bearer sesame\r\n"));
	assert_true(says(call.reply, "\r\nX-Api-Key: sesame\r\n"));
}

/* -- the guard ------------------------------------------------------------------------------------- */

static void no_spelling_of_loopback_gets_past_the_guard(void **state)
{
	static const char *const HOSTS[] = {
		"127.0.0.1", "127.1", "2130706433", "0x7f000001", "0x7f.1", "0177.0.0.1", "127.0.0.1.", "127.9.9.9",
		"0.0.0.0", "0", "localhost", "LOCALHOST", "localhost.", "[::1]", "[::]", "[::ffff:127.0.0.1]",
		"[::ffff:7f00:1]", "[::127.0.0.1]", "[64:ff9b::7f00:1]",
		"\xef\xbc\x91\xef\xbc\x92\xef\xbc\x97.0.0.1",           /* full-width digits */
		("127\xe3\x80\x82" "0.0.1"),                            /* an ideographic full stop */
	};
	SERVE(far, pages, NULL);
	DESK(d);

	open_to(&d, (struct str){ NULL, 0 });
	for (size_t i = 0; i < COUNT_OF(HOSTS); i++) {
		struct http_call call = { .method = "GET", .guarded = true };

		call.url = arena_printf(&d.mem, "http://%s:%d/hello", HOSTS[i], far->port);
		assert_int_not_equal(http_call(&d.ctx, &call), OK);
		/* Not every resolver knows what each of them means. */
		assert_true(call.error == ERR_FORBIDDEN || call.error == ERR_INVALID ||
			    says(call.why, "could not be found"));
	}
	assert_int_equal(far->n_connections, 0);
}

static void a_refusal_names_the_host_and_not_its_address(void **state)
{
	SERVE(far, pages, NULL);
	DESK(d);
	struct http_call call = { .method = "GET", .guarded = true };

	open_to(&d, (struct str){ NULL, 0 });
	call.url = arena_printf(&d.mem, "http://localhost:%d/path?query", far->port);
	assert_int_equal(http_call(&d.ctx, &call), ERR_FORBIDDEN);
	assert_str(call.why, "the address of localhost is not allowed");
}

static void a_redirect_does_not_get_past_the_guard(void **state)
{
	SERVE(inside, pages, NULL);
	DESK(d);
	struct str there = url_of(&d, inside, "/hello");
	SERVE(far, pages, (void *)(uintptr_t)there.p);
	struct http_call call = get(&d, far, "/to-arg");

	open_to(&d, arena_printf(&d.mem, "127.0.0.1:%d", far->port));
	call.guarded = true;
	call.redirects = 5;
	assert_int_equal(http_call(&d.ctx, &call), ERR_FORBIDDEN);
	assert_int_equal(far->n_requests, 1);
	assert_int_equal(inside->n_connections, 0);
}

static void a_name_that_was_opened_opens_no_other_on_the_same_address(void **state)
{
	SERVE(far, pages, NULL);
	DESK(d);
	struct http_call call = { .method = "GET", .guarded = true };

	open_to(&d, arena_printf(&d.mem, "localhost:%d", far->port));
	call.url = arena_printf(&d.mem, "http://LocalHost:%d/hello", far->port);
	assert_int_equal(http_call(&d.ctx, &call), OK);
	call.url = url_of(&d, far, "/hello");
	assert_int_equal(http_call(&d.ctx, &call), ERR_FORBIDDEN);
	assert_int_equal(far->n_requests, 1);
}

static void a_guarded_call_finds_no_connection_that_an_unguarded_one_left(void **state)
{
	SERVE(far, pages, NULL);
	DESK(d);
	struct http_call call = get(&d, far, "/hello");

	open_to(&d, (struct str){ NULL, 0 });
	assert_int_equal(http_call(&d.ctx, &call), OK);
	assert_int_equal(far->n_open, 1);
	call.guarded = true;
	assert_int_equal(http_call(&d.ctx, &call), ERR_FORBIDDEN);
	call.guarded = false;
	assert_int_equal(http_call(&d.ctx, &call), OK);
	assert_int_equal(far->n_connections, 1);
}

static void guarded_and_unguarded_calls_may_be_made_together(void **state)
{
	SERVE(far, pages, NULL);
	DESK(d);
	struct http_call calls[6];

	open_to(&d, (struct str){ NULL, 0 });
	for (size_t i = 0; i < COUNT_OF(calls); i++) {
		calls[i] = get(&d, far, "/hello");
		calls[i].guarded = i % 2;
	}
	http_call_all(&d.ctx, calls, COUNT_OF(calls), 2, NULL, NULL);
	for (size_t i = 0; i < COUNT_OF(calls); i++)
		assert_int_equal(calls[i].error, i % 2 ? ERR_FORBIDDEN : OK);
}

/* -- limits ---------------------------------------------------------------------------------------- */

static void a_body_has_a_limit_however_it_comes(void **state)
{
	static const char *const PATHS[] = { "/announces-much", "/endless", "/bomb" };
	SERVE(far, pages, NULL);
	DESK(d);

	for (size_t i = 0; i < COUNT_OF(PATHS); i++) {
		struct http_call call = get(&d, far, PATHS[i]);

		call.bytes_max = 99999;
		assert_int_equal(http_call(&d.ctx, &call), ERR_UPSTREAM);
		assert_str(call.why, "127.0.0.1 sent more than 99999 bytes");
	}
}

static void a_body_may_be_as_large_as_its_limit(void **state)
{
	SERVE(far, pages, NULL);
	DESK(d);
	struct http_call call = get(&d, far, "/chunked");

	call.bytes_max = strlen("hello world");
	assert_int_equal(http_call(&d.ctx, &call), OK);
	call.bytes_max--;
	assert_int_equal(http_call(&d.ctx, &call), ERR_UPSTREAM);
}

static void the_limit_is_ten_megabytes_unless_the_caller_says_otherwise(void **state)
{
	SERVE(far, pages, NULL);
	DESK(d);
	struct http_call call = get(&d, far, "/bomb");

	assert_int_equal(http_call(&d.ctx, &call), ERR_UPSTREAM);
	assert_str(call.why, "127.0.0.1 sent more than 10485760 bytes");
}

static void what_is_encoded_twice_is_not_unwrapped(void **state)
{
	static const char *const PATHS[] = { "/gzip-twice", "/gzip-twice-in-two-lines", "/gzip-twice-in-transfer" };
	SERVE(far, pages, NULL);
	DESK(d);

	for (size_t i = 0; i < COUNT_OF(PATHS); i++) {
		struct http_call call = get(&d, far, PATHS[i]);

		assert_int_equal(http_call(&d.ctx, &call), ERR_UPSTREAM);
		assert_str(call.why, "127.0.0.1 encodes its answer more than once");
	}
}

/* -- failures -------------------------------------------------------------------------------------- */

static void what_breaks_off_or_is_no_answer_is_an_error_that_says_so(void **state)
{
	static const struct {
		const char *path, *why;
	} CASES[] = {
		{ "/short", "127.0.0.1 broke off its answer" },
		{ "/chunk-cut", "127.0.0.1 broke off its answer" },
		{ "/nothing", "127.0.0.1 closed the connection without an answer" },
		{ "/rubbish", "127.0.0.1 does not speak HTTP" },
		{ "/gzip-damaged", "127.0.0.1 sent an answer that cannot be decompressed" },
	};
	SERVE(far, pages, NULL);
	DESK(d);

	for (size_t i = 0; i < COUNT_OF(CASES); i++) {
		struct http_call call = get(&d, far, CASES[i].path);

		assert_int_equal(http_call(&d.ctx, &call), ERR_UPSTREAM);
		assert_str(call.why, CASES[i].why);
		assert_str(call.why, d.ctx.why);
	}
}

static void a_port_nobody_listens_on_refuses_the_connection(void **state)
{
	DESK(d);
	struct far *far = far_new(pages, NULL);
	struct http_call call = get(&d, far, "/hello?key=secret");

	far_free(&far);
	assert_int_equal(http_call(&d.ctx, &call), ERR_UPSTREAM);
	assert_str(call.why, "127.0.0.1 refused the connection");
}

static void a_name_that_cannot_be_is_not_found(void **state)
{
	DESK(d);
	struct http_call call = { .method = "GET" };

	/* Longer than a label may be, so that no resolver asks the network. */
	call.url = S("http://a234567890123456789012345678901234567890123456789012345678901234567.invalid/x?key=secret");
	assert_int_equal(http_call(&d.ctx, &call), ERR_UPSTREAM);
	assert_true(str_ends(call.why, S(".invalid could not be found")));
}

static void a_server_without_tls_is_not_spoken_to_in_clear(void **state)
{
	SERVE(far, pages, NULL);
	DESK(d);
	struct http_call call = { .method = "GET" };

	call.url = arena_printf(&d.mem, "https://127.0.0.1:%d/rubbish", far->port);
	call.timeout_ms = 500;
	assert_int_not_equal(http_call(&d.ctx, &call), OK);
	assert_int_equal(far->n_requests, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_answer_comes_with_its_status_type_and_address),
		cmocka_unit_test(an_answer_without_a_body_is_an_empty_one),
		cmocka_unit_test(any_status_is_an_answer),
		cmocka_unit_test(bodies_come_whole_however_they_are_framed),
		cmocka_unit_test(the_request_is_sent_as_it_was_given),
		cmocka_unit_test(the_library_adds_nothing_to_a_body_of_its_own),
		cmocka_unit_test(a_caller_may_name_its_own_user_agent),
		cmocka_unit_test(an_address_is_encoded_before_it_is_sent),
		cmocka_unit_test(what_is_no_address_of_http_is_not_asked),
		cmocka_unit_test(a_header_of_two_lines_is_not_sent),
		cmocka_unit_test(proxies_of_the_environment_do_not_count),
		cmocka_unit_test(a_redirect_is_followed_when_the_caller_says_so),
		cmocka_unit_test(a_loop_of_redirects_ends),
		cmocka_unit_test(a_redirect_to_nowhere_is_an_answer),
		cmocka_unit_test(a_redirect_leads_to_http_alone),
		cmocka_unit_test(a_redirected_post_becomes_a_get_or_stays_one_as_the_status_says),
		cmocka_unit_test(secrets_stay_with_the_server_they_were_meant_for),
		cmocka_unit_test(secrets_go_on_to_another_page_of_their_server),
		cmocka_unit_test(no_spelling_of_loopback_gets_past_the_guard),
		cmocka_unit_test(a_refusal_names_the_host_and_not_its_address),
		cmocka_unit_test(a_redirect_does_not_get_past_the_guard),
		cmocka_unit_test(a_name_that_was_opened_opens_no_other_on_the_same_address),
		cmocka_unit_test(a_guarded_call_finds_no_connection_that_an_unguarded_one_left),
		cmocka_unit_test(guarded_and_unguarded_calls_may_be_made_together),
		cmocka_unit_test(a_body_has_a_limit_however_it_comes),
		cmocka_unit_test(a_body_may_be_as_large_as_its_limit),
		cmocka_unit_test(the_limit_is_ten_megabytes_unless_the_caller_says_otherwise),
		cmocka_unit_test(what_is_encoded_twice_is_not_unwrapped),
		cmocka_unit_test(what_breaks_off_or_is_no_answer_is_an_error_that_says_so),
		cmocka_unit_test(a_port_nobody_listens_on_refuses_the_connection),
		cmocka_unit_test(a_name_that_cannot_be_is_not_found),
		cmocka_unit_test(a_server_without_tls_is_not_spoken_to_in_clear),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
