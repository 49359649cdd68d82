/* HTTP/1.1 as clients see it: what is served, and what is refused. */
#include "rig.h"

static void a_request_gets_the_answer_its_handler_gave(void **state)
{
	RIG(rig);
	DIAL(fd, rig);

	(void)state;
	say(fd, "POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nhello");
	REPLY(r, fd);
	assert_int_equal(r.status, 200);
	assert_string_equal(r.body.p, "hello");
	assert_true(reply_has(&r, "HTTP/1.1 200 OK\r\nDate: "));
	assert_true(reply_has(&r, " GMT\r\n"));
	assert_true(reply_has(&r, "\r\nContent-Length: 5\r\n"));
	assert_true(reply_has(&r, "\r\nX-Content-Type-Options: nosniff\r\n"));
	assert_true(reply_has(&r, "\r\nX-Request-Id: "));
	assert_false(reply_has(&r, "Connection:"));
}

static void a_handler_sees_method_target_and_headers(void **state)
{
	RIG(rig);
	DIAL(fd, rig);

	(void)state;
	say(fd, "PATCH /tell?a=%20b&c HTTP/1.1\r\nHost: a:80\r\nX-One:  two words \t\r\nx-EMPTY:\r\n"
		"Accept: x\r\naccept: y\r\n\r\n");
	REPLY(r, fd);
	assert_non_null(strstr(r.body.p, "PATCH /tell?a=%20b&c\npath=/tell query=a=%20b&c\n"));
	assert_non_null(strstr(r.body.p, "peer=127.0.0.1\n"));
	assert_non_null(strstr(r.body.p, "\nhost=[a:80]\nx-one=[two words]\nx-empty=[]\naccept=[x]\naccept=[y]\n"));
	assert_true(reply_has(&r, "\r\nContent-Type: text/plain\r\n"));
}

static void each_method_is_told_apart(void **state)
{
	static const struct {
		const char *name;
		enum http_method method;
	} METHODS[] = {
		{ "GET", HTTP_GET }, { "POST", HTTP_POST }, { "PUT", HTTP_PUT }, { "PATCH", HTTP_PATCH },
		{ "DELETE", HTTP_DELETE }, { "OPTIONS", HTTP_OPTIONS }, { "PROPFIND", HTTP_OTHER },
		{ "TRACE", HTTP_OTHER },
	};
	RIG(rig);
	DIAL(fd, rig);

	(void)state;
	for (size_t i = 0; i < COUNT_OF(METHODS); i++) {
		char request[128], begin[128];

		snprintf(request, sizeof(request), "%s /tell HTTP/1.1\r\nHost: a\r\n\r\n", METHODS[i].name);
		snprintf(begin, sizeof(begin), "%d %s /tell\n", METHODS[i].method, METHODS[i].name);
		say(fd, request);
		REPLY(r, fd);
		assert_memory_equal(r.body.p, begin, strlen(begin));
	}
}

/* -- strictness --------------------------------------------------------------------------- */

struct probe {
	const char *name, *bytes;
	int status;
};

#define HOST "Host: a\r\n"
#define GET "GET /tell HTTP/1.1\r\n" HOST
#define POST "POST /echo HTTP/1.1\r\n" HOST
#define CHUNKED POST "Transfer-Encoding: chunked\r\n\r\n"

static const struct probe PROBES[] = {
	{ "no host", "GET /tell HTTP/1.1\r\n\r\n", 400 },
	{ "two hosts", "GET /tell HTTP/1.1\r\nHost: a\r\nHost: a\r\n\r\n", 400 },
	{ "two hosts in 1.0", "GET /tell HTTP/1.0\r\nHost: a\r\nHost: b\r\n\r\n", 400 },
	{ "host list", "GET /tell HTTP/1.1\r\nHost: a, b\r\n\r\n", 400 },
	{ "host with path", "GET /tell HTTP/1.1\r\nHost: a/b\r\n\r\n", 400 },
	{ "coding and length", POST "Content-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 400 },
	{ "length and coding", POST "Transfer-Encoding: chunked\r\nContent-Length: 3\r\n\r\n0\r\n\r\n", 400 },
	{ "two lengths", POST "Content-Length: 3\r\nContent-Length: 4\r\n\r\nabcd", 400 },
	{ "two equal lengths", POST "Content-Length: 3\r\nContent-Length: 3\r\n\r\nabc", 400 },
	{ "length list", POST "Content-Length: 3, 3\r\n\r\nabc", 400 },
	{ "length with sign", POST "Content-Length: +3\r\n\r\nabc", 400 },
	{ "negative length", POST "Content-Length: -3\r\n\r\nabc", 400 },
	{ "length in hex", POST "Content-Length: 0x3\r\n\r\nabc", 400 },
	{ "length overflow", POST "Content-Length: 18446744073709551617\r\n\r\nabc", 400 },
	{ "empty length", POST "Content-Length: \r\n\r\n", 400 },
	{ "space before colon", GET "X-A : b\r\n\r\n", 400 },
	{ "space in name", GET "X A: b\r\n\r\n", 400 },
	{ "no colon", GET "nonsense\r\n\r\n", 400 },
	{ "empty name", GET ": b\r\n\r\n", 400 },
	{ "obs-fold", GET "X-A: b\r\n c\r\n\r\n", 400 },
	{ "obs-fold first", "GET /tell HTTP/1.1\r\n Host: a\r\n\r\n", 400 },
	{ "bare CR in value", GET "X-A: b\rc\r\n\r\n", 400 },
	{ "bare LF ends line", GET "X-A: b\nX-B: c\r\n\r\n", 400 },
	{ "bare LF ends request line", "GET /tell HTTP/1.1\n" HOST "\r\n", 400 },
	{ "bare LF ends head", GET "\n", 400 },
	{ "control in value", GET "X-A: b\x01" "c\r\n\r\n", 400 },
	{ "DEL in value", GET "X-A: b\x7f" "c\r\n\r\n", 400 },
	{ "unknown coding", POST "Transfer-Encoding: gzip\r\n\r\n", 400 },
	{ "coding stack", POST "Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n", 400 },
	{ "chunked not last", POST "Transfer-Encoding: chunked, gzip\r\n\r\n0\r\n\r\n", 400 },
	{ "chunked twice", POST "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 400 },
	{ "chunked identity", POST "Transfer-Encoding: identity\r\n\r\n", 400 },
	{ "obscured chunked", POST "Transfer-Encoding: \x0b" "chunked\r\n\r\n0\r\n\r\n", 400 },
	{ "chunked in 1.0", "POST /echo HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 400 },
	{ "chunk size overflow", CHUNKED "10000000000000001\r\na\r\n0\r\n\r\n", 400 },
	{ "chunk size not hex", CHUNKED "g\r\na\r\n0\r\n\r\n", 400 },
	{ "chunk size missing", CHUNKED "\r\na\r\n0\r\n\r\n", 400 },
	{ "chunk size negative", CHUNKED "-1\r\na\r\n0\r\n\r\n", 400 },
	{ "chunk size prefix", CHUNKED "0x1\r\na\r\n0\r\n\r\n", 400 },
	{ "space behind chunk size", CHUNKED "1 \r\na\r\n0\r\n\r\n", 400 },
	{ "chunk longer than said", CHUNKED "1\r\nab\r\n0\r\n\r\n", 400 },
	{ "chunk without CRLF", CHUNKED "1\r\na0\r\n\r\n", 400 },
	{ "chunk with bare LF", CHUNKED "1\na\r\n0\r\n\r\n", 400 },
	{ "unknown method", "BREW /tell HTTP/1.1\r\n" HOST "\r\n", 400 },
	{ "lower-case method", "get /tell HTTP/1.1\r\n" HOST "\r\n", 400 },
	{ "CONNECT", "CONNECT a:80 HTTP/1.1\r\nHost: a:80\r\n\r\n", 400 },
	{ "HTTP/0.9", "GET /tell\r\n\r\n", 505 },
	{ "HTTP/2.0", "GET /tell HTTP/2.0\r\n" HOST "\r\n", 505 },
	{ "HTTP/1.2", "GET /tell HTTP/1.2\r\n" HOST "\r\n", 400 },
	{ "HTTP/2 preface", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 400 },
	{ "http in lower case", "GET /tell http/1.1\r\n" HOST "\r\n", 400 },
	{ "fragment", "GET /tell#top HTTP/1.1\r\n" HOST "\r\n", 400 },
	{ "relative target", "GET tell HTTP/1.1\r\n" HOST "\r\n", 400 },
	{ "star for GET", "GET * HTTP/1.1\r\n" HOST "\r\n", 400 },
	{ "target of another scheme", "GET ftp://a/tell HTTP/1.1\r\n" HOST "\r\n", 400 },
	{ "target without host", "GET http:///tell HTTP/1.1\r\n" HOST "\r\n", 400 },
	{ "target with user", "GET http://u@a/tell HTTP/1.1\r\n" HOST "\r\n", 400 },
	{ "control in target", "GET /te\x01ll HTTP/1.1\r\n" HOST "\r\n", 400 },
	{ "tab in request line", "GET\t/tell HTTP/1.1\r\n" HOST "\r\n", 400 },
	{ "unknown expectation", POST "Expect: magic\r\nContent-Length: 1\r\n\r\na", 417 },
	{ "TLS hello", "\x16\x03\x01\x02", 400 },
};

static void whatever_is_not_quite_a_request_is_refused_and_the_connection_closed(void **state)
{
	RIG(rig);

	(void)state;
	for (size_t i = 0; i < COUNT_OF(PROBES); i++) {
		DIAL(fd, rig);
		say(fd, PROBES[i].bytes);
		/* None of what follows may be taken for a request. */
		say(fd, "GET /tell HTTP/1.1\r\nHost: smuggled\r\n\r\n");
		REPLY(r, fd);
		if (r.status != PROBES[i].status)
			fail_msg("%s: answered %d instead of %d", PROBES[i].name, r.status, PROBES[i].status);
		if (!reply_has(&r, "\r\nConnection: close\r\n") || !hear_end(fd))
			fail_msg("%s: the connection stays open", PROBES[i].name);
	}
	assert_int_equal(n_handled, 0);
	assert_int_equal(rig_stats(&rig).refused, COUNT_OF(PROBES));
}

static void a_nul_in_a_header_or_target_is_refused(void **state)
{
	static const char IN_VALUE[] = GET "X-A: b\0c\r\n\r\n", IN_TARGET[] = "GET /te\0ll HTTP/1.1\r\n" HOST "\r\n";
	static const struct str CASES[] = { { IN_VALUE, sizeof(IN_VALUE) - 1 }, { IN_TARGET, sizeof(IN_TARGET) - 1 } };
	RIG(rig);

	(void)state;
	for (size_t i = 0; i < COUNT_OF(CASES); i++) {
		DIAL(fd, rig);
		say_n(fd, CASES[i].p, CASES[i].n);
		REPLY(r, fd);
		assert_int_equal(r.status, 400);
		assert_true(hear_end(fd));
	}
}

/* -- connections --------------------------------------------------------------------------- */

static void a_connection_serves_many_requests(void **state)
{
	RIG(rig);
	DIAL(fd, rig);

	(void)state;
	for (int i = 0; i < 100; i++) {
		say(fd, POST "Content-Length: 3\r\n\r\nabc");
		REPLY(r, fd);
		assert_string_equal(r.body.p, "abc");
	}
	assert_int_equal(rig_stats(&rig).connections_total, 1);
	assert_int_equal(rig_stats(&rig).requests, 100);
}

static void close_is_answered_with_close(void **state)
{
	RIG(rig);
	DIAL(fd, rig);

	(void)state;
	say(fd, GET "Connection: close\r\n\r\n");
	REPLY(r, fd);
	assert_int_equal(r.status, 200);
	assert_true(reply_has(&r, "\r\nConnection: close\r\n"));
	assert_true(hear_end(fd));
}

static void http_1_0_closes_unless_asked_to_stay(void **state)
{
	RIG(rig);
	DIAL(once, rig);
	DIAL(more, rig);

	(void)state;
	say(once, "GET /tell HTTP/1.0\r\n\r\n");
	REPLY(r, once);
	assert_int_equal(r.status, 200);
	assert_true(reply_has(&r, "\r\nConnection: close\r\n"));
	assert_true(hear_end(once));
	for (int i = 0; i < 2; i++) {
		say(more, "GET /tell HTTP/1.0\r\nConnection: keep-alive\r\n\r\n");
		REPLY(kept, more);
		assert_int_equal(kept.status, 200);
		assert_true(reply_has(&kept, "\r\nConnection: keep-alive\r\n"));
	}
}

static void pipelined_requests_are_answered_in_order(void **state)
{
	RIG(rig);
	DIAL(fd, rig);
	struct buf all = { .p = NULL };

	(void)state;
	for (int i = 0; i < 500; i++)
		buf_printf(&all, POST "Content-Length: 4\r\n\r\n%04d\r\n", i);
	say_n(fd, all.p, all.n);
	buf_fini(&all);
	for (int i = 0; i < 500; i++) {
		REPLY(r, fd);
		assert_int_equal(atoi(r.body.p), i);
	}
}

static void pipelined_requests_are_answered_after_the_client_ended_its_side(void **state)
{
	RIG(rig);
	DIAL(fd, rig);

	(void)state;
	say(fd, GET "\r\n" GET "\r\n" GET "\r\n");
	shutdown(fd, SHUT_WR);
	for (int i = 0; i < 3; i++) {
		REPLY(r, fd);
		assert_int_equal(r.status, 200);
	}
	assert_true(hear_end(fd));
}

static void a_request_may_come_byte_by_byte(void **state)
{
	static const char REQUEST[] = CHUNKED "3\r\nabc\r\n2;x=y\r\nde\r\n0\r\nTrailer: x\r\n\r\n" POST
		"Content-Length: 2\r\n\r\nfg";
	RIG(rig);
	DIAL(fd, rig);

	(void)state;
	for (size_t i = 0; i < sizeof(REQUEST) - 1; i++) {
		say_n(fd, REQUEST + i, 1);
		usleep(10);
	}
	REPLY(first, fd);
	assert_string_equal(first.body.p, "abcde");
	REPLY(second, fd);
	assert_string_equal(second.body.p, "fg");
}

static void a_body_cut_short_is_dropped_in_silence(void **state)
{
	RIG(rig);
	DIAL(fd, rig);

	(void)state;
	say(fd, POST "Content-Length: 10\r\n\r\nabc");
	shutdown(fd, SHUT_WR);
	assert_true(hear_end(fd));
	assert_int_equal(n_handled, 0);
}

/* -- bodies -------------------------------------------------------------------------------- */

static void bodies_of_any_size_come_back_whole(void **state)
{
	static const size_t SIZES[] = { 0, 1, 1023, 1024, 1025, 65535, 65536, 65537, 1 << 20, 10 << 20 };
	RIG(rig);
	DIAL(fd, rig);
	char *bytes = malloc(10 << 20);

	(void)state;
	for (size_t i = 0; i < 10 << 20; i++)
		bytes[i] = (char)(i * 7 + (i >> 8));
	for (size_t i = 0; i < COUNT_OF(SIZES); i++) {
		char head[128];

		snprintf(head, sizeof(head), POST "Content-Length: %zu\r\n\r\n", SIZES[i]);
		say(fd, head);
		assert_int_equal(say_n(fd, bytes, SIZES[i]), SIZES[i]);
		REPLY(r, fd);
		assert_int_equal(r.body.n, SIZES[i]);
		assert_memory_equal(r.body.p, bytes, SIZES[i]);
	}
	free(bytes);
}

static void a_chunked_body_is_put_together(void **state)
{
	RIG(rig);
	DIAL(fd, rig);

	(void)state;
	say(fd, CHUNKED "5\r\nhello\r\n01;name=\"value\"\r\n,\r\n6\r\n world\r\n0\r\nX-Trailer: a\r\n\r\n");
	REPLY(r, fd);
	assert_string_equal(r.body.p, "hello, world");
	say(fd, "GET /tell HTTP/1.1\r\n" HOST "\r\n");
	REPLY(next, fd);
	assert_int_equal(next.status, 200);
}

static void head_gets_the_length_without_the_body(void **state)
{
	RIG(rig);
	DIAL(fd, rig);

	(void)state;
	say(fd, "HEAD /large HTTP/1.1\r\n" HOST "\r\n");
	__attribute__((cleanup(reply_fini))) struct reply head = hear_head(fd);
	assert_int_equal(head.status, 200);
	assert_true(reply_has(&head, "\r\nContent-Length: 8388608\r\n"));
	say(fd, GET "\r\n");
	REPLY(next, fd);
	assert_int_equal(next.status, 200);
	assert_non_null(strstr(next.body.p, "GET /tell"));
}

static void an_answer_without_content_has_no_length(void **state)
{
	RIG(rig);
	DIAL(fd, rig);

	(void)state;
	for (int i = 0; i < 2; i++) {
		say(fd, "GET /nothing HTTP/1.1\r\n" HOST "\r\n");
		REPLY(r, fd);
		assert_int_equal(r.status, 204);
		assert_false(reply_has(&r, "Content-Length"));
	}
}

static void a_large_answer_reaches_a_slow_reader_whole(void **state)
{
	static const char *const PATHS[] = { "/large", "/large-static" };
	RIG(rig);

	(void)state;
	for (size_t i = 0; i < COUNT_OF(PATHS); i++) {
		DIAL(fd, rig);
		struct buf body = { .p = NULL };
		char request[128];
		int small = 64 * 1024;

		setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &small, sizeof(small));
		snprintf(request, sizeof(request), "GET %s HTTP/1.1\r\n" HOST "\r\n", PATHS[i]);
		say(fd, request);
		__attribute__((cleanup(reply_fini))) struct reply r = hear_head(fd);
		assert_int_equal(r.status, 200);
		while (body.n < LARGE_BYTES && hear_n(fd, &body, 64 * 1024) > 0)
			usleep(500);
		assert_int_equal(body.n, LARGE_BYTES);
		assert_memory_equal(body.p, large_bytes, LARGE_BYTES);
		buf_fini(&body);
	}
}

/* -- particulars --------------------------------------------------------------------------- */

static void expect_100_is_answered_before_the_body(void **state)
{
	RIG(rig);
	DIAL(fd, rig);

	(void)state;
	say(fd, POST "Expect: 100-continue\r\nContent-Length: 3\r\n\r\n");
	REPLY(go_on, fd);
	assert_int_equal(go_on.status, 100);
	say(fd, "abc");
	REPLY(r, fd);
	assert_int_equal(r.status, 200);
	assert_string_equal(r.body.p, "abc");
}

static void expect_100_is_needless_when_the_body_is_there(void **state)
{
	RIG(rig);
	DIAL(fd, rig);

	(void)state;
	say(fd, POST "Expect: 100-continue\r\nContent-Length: 3\r\n\r\nabc");
	REPLY(r, fd);
	assert_int_equal(r.status, 200);
}

static void expect_100_for_too_large_a_body_is_answered_413(void **state)
{
	RIG(rig, .limits.body_bytes = 10);
	DIAL(fd, rig);

	(void)state;
	say(fd, POST "Expect: 100-continue\r\nContent-Length: 11\r\n\r\n");
	REPLY(r, fd);
	assert_int_equal(r.status, 413);
	assert_true(hear_end(fd));
}

static void an_absolute_target_is_taken_by_its_path(void **state)
{
	static const struct {
		const char *target, *seen;
	} CASES[] = {
		{ "http://b/tell?x=1", "path=/tell query=x=1\n" },
		{ "HTTPS://b:8080/tell", "path=/tell query=\n" },
	};
	RIG(rig);
	DIAL(fd, rig);

	(void)state;
	for (size_t i = 0; i < COUNT_OF(CASES); i++) {
		char request[128];

		snprintf(request, sizeof(request), "GET %s HTTP/1.1\r\n" HOST "\r\n", CASES[i].target);
		say(fd, request);
		REPLY(r, fd);
		assert_int_equal(r.status, 200);
		assert_non_null(strstr(r.body.p, CASES[i].seen));
	}
	say(fd, "GET http://b?x HTTP/1.1\r\n" HOST "\r\n");
	REPLY(root, fd);
	assert_int_equal(root.status, 404);
	assert_string_equal(root.body.p, "no such path");
}

static void options_may_ask_about_the_server(void **state)
{
	RIG(rig);
	DIAL(fd, rig);

	(void)state;
	say(fd, "OPTIONS * HTTP/1.1\r\n" HOST "\r\n");
	REPLY(r, fd);
	assert_int_equal(r.status, 200);
}

static void an_offer_to_upgrade_is_passed_over(void **state)
{
	RIG(rig);
	DIAL(fd, rig);

	(void)state;
	say(fd, POST "Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABkAAQ\r\n"
		"Content-Length: 3\r\n\r\nabc");
	REPLY(r, fd);
	assert_int_equal(r.status, 200);
	assert_string_equal(r.body.p, "abc");
	say(fd, GET "\r\n");
	REPLY(next, fd);
	assert_int_equal(next.status, 200);
}

static void a_sane_request_id_is_kept_and_another_replaced(void **state)
{
	static const struct {
		const char *sent;
		bool kept;
	} CASES[] = {
		{ "abc-DEF_1.2", true },
		{ "0123456789012345678901234567890123456789012345678901234567890123", true },
		{ "01234567890123456789012345678901234567890123456789012345678901234", false },
		{ "", false }, { "a b", false }, { "a\"b", false }, { "\xc3\xa4", false },
	};
	RIG(rig);
	DIAL(fd, rig);

	(void)state;
	for (size_t i = 0; i < COUNT_OF(CASES); i++) {
		char request[256], echoed[128];

		snprintf(request, sizeof(request), GET "X-Request-Id: %s\r\n\r\n", CASES[i].sent);
		snprintf(echoed, sizeof(echoed), "\r\nX-Request-Id: %s\r\n", CASES[i].sent);
		say(fd, request);
		REPLY(r, fd);
		assert_int_equal(reply_has(&r, echoed), CASES[i].kept);
		assert_true(CASES[i].kept || strlen(strstr(r.body.p, "id=")) > 36);
	}
}

static void refuse_in_json(void *user, struct http_exchange *x, int status, const char *why)
{
	(void)user;
	http_set_header(x, "Content-Type", S("application/problem+json"));
	http_set_header(x, "X-Refused", S("yes"));
	buf_printf(http_body(x), "{\"status\":%d,\"path\":\"%.*s\",\"why\":\"%s\"}", status,
		   STR(http_request_of(x)->path), why);
}

static void the_owner_words_refusals(void **state)
{
	RIG(rig, .refusal = refuse_in_json);
	DIAL(fd, rig);

	(void)state;
	say(fd, "GET /tell HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n");
	REPLY(r, fd);
	assert_string_equal(r.body.p, "{\"status\":400,\"path\":\"/tell\",\"why\":\"more than one Host header\"}");
	assert_true(reply_has(&r, "\r\nContent-Type: application/problem+json\r\n"));
	assert_true(reply_has(&r, "\r\nX-Refused: yes\r\n"));
}

static _Atomic unsigned started, ended, served;

static void note_start(void *user, size_t thread)
{
	(void)user;
	started |= 1u << thread;
}

static void note_end(void *user, size_t thread)
{
	(void)user;
	ended |= 1u << thread;
}

static void gate_handle(void *user, size_t thread, struct http_exchange *x)
{
	(void)user;
	served |= 1u << thread;
	do_gate(x);
}

static void handler_threads_are_numbered_and_told_of_their_beginning_and_end(void **state)
{
	started = ended = served = 0;
	RIG(rig, .handle = gate_handle, .n_threads = 3, .thread_start = note_start, .thread_end = note_end);
	DIAL(a, rig);
	DIAL(b, rig);
	DIAL(c, rig);

	(void)state;
	say(a, GET "\r\n");
	say(b, GET "\r\n");
	say(c, GET "\r\n");
	gate_await(3);
	assert_int_equal(started, 7);
	assert_int_equal(served, 7);
	gate_open();
	rig_stop(&rig);
	assert_int_equal(ended, 7);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_request_gets_the_answer_its_handler_gave),
		cmocka_unit_test(a_handler_sees_method_target_and_headers),
		cmocka_unit_test(each_method_is_told_apart),
		cmocka_unit_test(whatever_is_not_quite_a_request_is_refused_and_the_connection_closed),
		cmocka_unit_test(a_nul_in_a_header_or_target_is_refused),
		cmocka_unit_test(a_connection_serves_many_requests),
		cmocka_unit_test(close_is_answered_with_close),
		cmocka_unit_test(http_1_0_closes_unless_asked_to_stay),
		cmocka_unit_test(pipelined_requests_are_answered_in_order),
		cmocka_unit_test(pipelined_requests_are_answered_after_the_client_ended_its_side),
		cmocka_unit_test(a_request_may_come_byte_by_byte),
		cmocka_unit_test(a_body_cut_short_is_dropped_in_silence),
		cmocka_unit_test(bodies_of_any_size_come_back_whole),
		cmocka_unit_test(a_chunked_body_is_put_together),
		cmocka_unit_test(head_gets_the_length_without_the_body),
		cmocka_unit_test(an_answer_without_content_has_no_length),
		cmocka_unit_test(a_large_answer_reaches_a_slow_reader_whole),
		cmocka_unit_test(expect_100_is_answered_before_the_body),
		cmocka_unit_test(expect_100_is_needless_when_the_body_is_there),
		cmocka_unit_test(expect_100_for_too_large_a_body_is_answered_413),
		cmocka_unit_test(an_absolute_target_is_taken_by_its_path),
		cmocka_unit_test(options_may_ask_about_the_server),
		cmocka_unit_test(an_offer_to_upgrade_is_passed_over),
		cmocka_unit_test(a_sane_request_id_is_kept_and_another_replaced),
		cmocka_unit_test(the_owner_words_refusals),
		cmocka_unit_test(handler_threads_are_numbered_and_told_of_their_beginning_and_end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
