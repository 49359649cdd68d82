/* test/model/sse_test.c: event streams, however they are cut up. */
#include "model/sse.h"

#include "../unit.h"

struct listener {
	struct ctx ctx;
	struct sse stream;
	struct buf heard;                    /* each event's data in brackets */
};

static enum err hear(void *arg, struct str data)
{
	struct listener *l = arg;

	buf_printf(&l->heard, "[%.*s]", STR(data));
	return OK;
}

/* The events of a stream that comes in pieces of n bytes. */
static struct str heard(struct arena *mem, struct str text, size_t n)
{
	struct listener l = { .ctx.mem = mem, .heard.mem = mem };

	l.stream = (struct sse){ .event = hear, .arg = &l };
	for (size_t i = 0; i < text.n; i += n) {
		struct str piece = { text.p + i, text.n - i < n ? text.n - i : n };

		assert_int_equal(sse_take(&l.ctx, &l.stream, piece), OK);
	}
	assert_int_equal(sse_end(&l.ctx, &l.stream), OK);
	sse_fini(&l.stream);
	return buf_view(&l.heard);
}

static void events_are_the_same_however_they_arrive(void **state)
{
	static const struct {
		const char *text, *events;
	} CASES[] = {
		{ "data: a\n\ndata: b\n\n", "[a][b]" },
		{ "data:a\r\n\r\ndata:  b\r\n\r\n", "[a][ b]" },
		{ "data: a\r\rdata: b\r\r", "[a][b]" },
		{ "data: a\rdata: b\ndata: c\n\n", "[a\nb\nc]" },
		{ "data: one\ndata: two\ndata\n\n", "[one\ntwo\n]" },
		{ ": hello\nevent: ping\nid: 7\nretry: 10\n\n\n\ndata: x\n\n", "[x]" },
		{ "\xEF\xBB\xBF" "data: a\n\n", "[a]" },
		{ "data: a\n\n\xEF\xBB\xBF" "data: b\n\n", "[a]" },
		{ "data: no empty line", "[no empty line]" },
		{ "data: x: y\ndatax: z\n\n", "[x: y]" },
		{ "data:\n\n", "[]" },
		{ "<html>\n<body>\n", "" },
		{ "", "" },
	};
	struct arena *mem = *state;

	for (size_t i = 0; i < COUNT_OF(CASES); i++)
		for (size_t n = 1; n <= strlen(CASES[i].text) + 1; n++)
			assert_str(heard(mem, str_of(CASES[i].text), n), CASES[i].events);
}

static enum err take_much(struct arena *mem, const char *piece, size_t times)
{
	struct listener l = { .ctx.mem = mem, .heard.mem = mem };
	enum err e = OK;

	l.stream = (struct sse){ .event = hear, .arg = &l };
	for (size_t i = 0; e == OK && i < times; i++)
		e = sse_take(&l.ctx, &l.stream, str_of(piece));
	sse_fini(&l.stream);
	return e;
}

static void a_line_and_an_event_are_only_so_long(void **state)
{
	struct arena *mem = *state;
	char piece[1025] = "";

	memset(piece, 'x', 1024);
	assert_int_equal(take_much(mem, piece, SSE_EVENT_MAX / 1024), OK);
	assert_int_equal(take_much(mem, piece, SSE_EVENT_MAX / 1024 + 1), ERR_UPSTREAM);
	memcpy(piece, "data:", 5);
	piece[1023] = '\n';
	assert_int_equal(take_much(mem, piece, SSE_EVENT_MAX / 1024), OK);
	assert_int_equal(take_much(mem, piece, SSE_EVENT_MAX / 1000), ERR_UPSTREAM);
}

static enum err refuse(void *arg, struct str data)
{
	return ERR_GONE;
}

static void an_error_of_the_listener_ends_it(void **state)
{
	struct ctx ctx = { .mem = *state };
	struct sse stream = { .event = refuse };

	assert_int_equal(sse_take(&ctx, &stream, S("data: a\n\ndata: b\n\n")), ERR_GONE);
	sse_fini(&stream);
}

static int setup(void **state)
{
	static struct arena mem;

	arena_init(&mem, 0);
	*state = &mem;
	return 0;
}

static int teardown(void **state)
{
	arena_fini(*state);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(events_are_the_same_however_they_arrive),
		cmocka_unit_test(a_line_and_an_event_are_only_so_long),
		cmocka_unit_test(an_error_of_the_listener_ends_it),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
