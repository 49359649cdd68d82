/* Requests out of bytes, without sockets: pieces of any size, and memory. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "http/message.h"

#include <cmocka.h>

#define CHUNKS "5;a=b\r\nhello\r\n6\r\n world\r\n0\r\nT: x\r\n\r\n"
#define FIFTY "01234567890123456789012345678901234567890123456789"
#define LONG_HEAD "GET / HTTP/1.1\r\nHost: x\r\nLong: " FIFTY FIFTY FIFTY FIFTY "\r\n\r\n"

static const char *const INPUTS[] = {
	"GET /a?b HTTP/1.1\r\nHost: x\r\nA: b\r\n\r\n",
	"\r\n\r\nPOST /a HTTP/1.1\r\nHost: x\r\nContent-Length: 11\r\n\r\nhello world",
	"POST /a HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n" CHUNKS,
	"GET / HTTP/1.1\r\nHost: x\r\nEmpty:\r\nSpaced:   a  b   \r\n\r\n",
	"GET http://h/p HTTP/1.0\r\nConnection: keep-alive\r\n\r\n",
	"GET / HTTP/1.1\r\n\r\n",
	"GET / HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n",
	"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 101\r\n\r\n",
	"POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n65\r\n",
	LONG_HEAD,
	"GET / HTTP/1.1\r\nHost: x\r\nA: b\r\nA: b\r\nA: b\r\nA: b\r\n\r\n",
	"NONSENSE\r\n",
};

struct bench {
	struct message_rules rules;
	struct arena mem;
	struct message m;
};

static void bench_init(struct bench *b)
{
	b->rules = (struct message_rules){ .head_bytes = 200, .n_headers = 4, .body_bytes = 100, .all_bytes = 1000 };
	arena_init(&b->mem, 0);
	message_init(&b->m, &b->rules, &b->mem);
	message_begin(&b->m);
}

static void bench_fini(struct bench *b)
{
	message_end(&b->m);
	assert_int_equal(b->rules.held_bytes, 0);
	message_fini(&b->m);
	arena_fini(&b->mem);
}

/* Feeds text in pieces of `piece` bytes, each in memory of its own so that overreading shows. */
static size_t feed(struct message *m, struct str text, size_t piece)
{
	size_t total = 0;

	while (text.n > 0 && m->state < MESSAGE_COMPLETE) {
		size_t n = piece < text.n ? piece : text.n, used;
		char *copy = malloc(n);

		memcpy(copy, text.p, n);
		message_feed(m, (struct str){ copy, n }, &used);
		memset(copy, '#', n);
		free(copy);
		total += used;
		text = str_from(text, n);
	}
	return total;
}

static void describe(const struct message *m, struct buf *out)
{
	const struct http_request *r = &m->request;

	buf_printf(out, "state=%d refusal=%d why=%s keep=%d\n", m->state, m->refusal, m->why ? m->why : "",
		   m->keep_alive);
	if (m->state != MESSAGE_COMPLETE)
		return;
	buf_printf(out, "%.*s %.*s %.*s ? %.*s\n", STR(r->method_name), STR(r->target), STR(r->path), STR(r->query));
	for (size_t i = 0; i < r->n_headers; i++)
		buf_printf(out, "%.*s: %.*s|\n", STR(r->headers[i].name), STR(r->headers[i].value));
	buf_printf(out, "[%.*s]", STR(r->body));
	assert_int_equal(r->body.p[r->body.n], '\0');
}

static void how_bytes_are_cut_makes_no_difference(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT_OF(INPUTS); i++) {
		struct buf whole = { .p = NULL };

		for (size_t piece = strlen(INPUTS[i]); piece > 0; piece--) {
			struct buf now = { .p = NULL };
			struct bench b;

			bench_init(&b);
			feed(&b.m, str_of(INPUTS[i]), piece);
			describe(&b.m, whole.n ? &now : &whole);
			if (now.n && !str_eq(buf_view(&now), buf_view(&whole)))
				fail_msg("input %zu in pieces of %zu:\n%.*s\ninstead of\n%.*s", i, piece,
					 STR(buf_view(&now)), STR(buf_view(&whole)));
			buf_fini(&now);
			bench_fini(&b);
		}
		buf_fini(&whole);
	}
}

static void reading_ends_where_the_request_does(void **state)
{
	static const char REQUEST[] = "POST / HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: 2\r\n\r\nab";
	char followed[200];
	struct bench b;

	(void)state;
	bench_init(&b);
	snprintf(followed, sizeof(followed), "%sGET /next", REQUEST);
	assert_int_equal(feed(&b.m, str_of(followed), sizeof(followed)), strlen(REQUEST));
	assert_int_equal(b.m.state, MESSAGE_COMPLETE);
	assert_true(str_is(b.m.request.body, "ab"));
	bench_fini(&b);
}

static void a_message_is_as_new_after_any_other(void **state)
{
	struct bench b;

	(void)state;
	bench_init(&b);
	for (size_t i = 0; i < COUNT_OF(INPUTS); i++) {
		feed(&b.m, str_of(INPUTS[i]), 7);
		message_end(&b.m);
		arena_reset(&b.mem);
		message_begin(&b.m);
		feed(&b.m, str_of(INPUTS[1]), 7);
		assert_int_equal(b.m.state, MESSAGE_COMPLETE);
		assert_true(str_is(b.m.request.body, "hello world"));
		assert_int_equal(b.m.request.n_headers, 2);
		message_end(&b.m);
		arena_reset(&b.mem);
		message_begin(&b.m);
	}
	bench_fini(&b);
}

static void memory_follows_what_has_come_and_not_what_was_announced(void **state)
{
	struct bench b;

	(void)state;
	bench_init(&b);
	b.rules.body_bytes = b.rules.all_bytes = SIZE_MAX;
	feed(&b.m, S("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 9000000000000000\r\n\r\nab"), 1000);
	assert_int_equal(b.m.state, MESSAGE_BODY);
	assert_in_range(b.m.body.cap, 2, 4096);
	assert_in_range(b.rules.held_bytes, 2, 100);
	bench_fini(&b);
}

static void the_first_refusal_stands(void **state)
{
	struct bench b;
	size_t used;

	(void)state;
	bench_init(&b);
	feed(&b.m, str_of("GET / HTTP/1.1\r\n\r\n"), 100);
	assert_int_equal(b.m.refusal, 400);
	assert_string_equal(b.m.why, "no Host header");
	assert_int_equal(message_feed(&b.m, S("GET / HTTP/1.1\r\nHost: x\r\n\r\n"), &used), MESSAGE_REFUSED);
	assert_int_equal(used, 0);
	bench_fini(&b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(how_bytes_are_cut_makes_no_difference),
		cmocka_unit_test(reading_ends_where_the_request_does),
		cmocka_unit_test(a_message_is_as_new_after_any_other),
		cmocka_unit_test(memory_follows_what_has_come_and_not_what_was_announced),
		cmocka_unit_test(the_first_refusal_stands),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
