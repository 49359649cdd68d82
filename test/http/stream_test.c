/* Answers sent while they are made: framing, slow and lost clients, threads. */
#include "rig.h"

#include <stdatomic.h>

#define HOST "Host: a\r\n"

static const char COUNTED[] = "line 0\nline 1\nline 2\nline 3\nline 4\nline 5\nline 6\nline 7\nline 8\nline 9\n";

static void a_stream_arrives_in_order_and_the_connection_stays(void **state)
{
	RIG(rig);
	DIAL(fd, rig);

	(void)state;
	for (int i = 0; i < 20; i++) {
		say(fd, "GET /count HTTP/1.1\r\n" HOST "\r\n");
		REPLY(r, fd);
		assert_int_equal(r.status, 200);
		assert_true(r.whole);
		assert_true(reply_has(&r, "\r\nTransfer-Encoding: chunked\r\n"));
		assert_false(reply_has(&r, "Content-Length"));
		assert_string_equal(r.body.p, COUNTED);
	}
	assert_int_equal(rig_stats(&rig).connections_total, 1);
}

static void to_http_1_0_a_stream_ends_with_the_connection(void **state)
{
	RIG(rig);
	DIAL(fd, rig);
	struct buf body = { .p = NULL };

	(void)state;
	say(fd, "GET /count HTTP/1.0\r\nConnection: keep-alive\r\n\r\n");
	__attribute__((cleanup(reply_fini))) struct reply r = hear_head(fd);
	assert_true(reply_has(&r, "\r\nConnection: close\r\n"));
	assert_false(reply_has(&r, "chunked"));
	hear_n(fd, &body, 10000);
	assert_int_equal(body.n, sizeof(COUNTED) - 1);
	assert_memory_equal(body.p, COUNTED, body.n);
	buf_fini(&body);
}

static void head_of_a_stream_has_no_body(void **state)
{
	RIG(rig);
	DIAL(fd, rig);

	(void)state;
	say(fd, "HEAD /count HTTP/1.1\r\n" HOST "\r\n");
	__attribute__((cleanup(reply_fini))) struct reply head = hear_head(fd);
	assert_int_equal(head.status, 200);
	say(fd, "GET /tell HTTP/1.1\r\n" HOST "\r\n");
	REPLY(next, fd);
	assert_non_null(strstr(next.body.p, "GET /tell"));
}

static void a_large_stream_reaches_a_slow_reader_whole(void **state)
{
	RIG(rig);
	DIAL(fd, rig);
	int small = 64 * 1024;

	(void)state;
	setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &small, sizeof(small));
	say(fd, "GET /large-stream HTTP/1.1\r\n" HOST "\r\n");
	REPLY(r, fd);
	assert_true(r.whole);
	assert_int_equal(r.body.n, LARGE_BYTES);
	assert_memory_equal(r.body.p, large_bytes, LARGE_BYTES);
}

/* Waits until the handler writes no more; returns how much it has written. */
static size_t await_standstill(void)
{
	size_t before;

	AWAIT(stream_written > 0);
	do {
		before = stream_written;
		usleep(100 * 1000);
	} while (stream_written != before && before < 1 << 28);
	return before;
}

static void a_reader_that_pauses_holds_up_its_handler(void **state)
{
	RIG(rig);
	DIAL(fd, rig);
	struct buf some = { .p = NULL };
	size_t written;

	(void)state;
	say(fd, "GET /endless HTTP/1.1\r\n" HOST "\r\n");
	written = await_standstill();
	/* Our two buffers and the kernel's. */
	assert_in_range(written, 1, 64 << 20);
	hear_n(fd, &some, written);
	buf_fini(&some);
	AWAIT(stream_written > written);
}

static void what_is_offered_is_taken_whole_until_the_reader_is_behind(void **state)
{
	RIG(rig);
	DIAL(fd, rig);
	size_t n_pieces;

	(void)state;
	say(fd, "GET /lend HTTP/1.1\r\n" HOST "\r\n");
	AWAIT(stream_written > 0);
	REPLY(r, fd);
	assert_true(r.whole);
	n_pieces = stream_written / 10000;
	assert_in_range(n_pieces, (256 << 10) / 10000, SIZE_MAX);
	assert_int_equal(r.body.n, n_pieces * 10000 + strlen("end"));
	for (size_t i = 0; i < n_pieces; i++)
		assert_memory_equal(r.body.p + i * 10000, large_bytes, 10000);
	assert_string_equal(r.body.p + n_pieces * 10000, "end");
}

static void a_reader_that_stops_is_cut(void **state)
{
	RIG(rig, .limits.write_ms = 50);
	DIAL(fd, rig);

	(void)state;
	say(fd, "GET /endless HTTP/1.1\r\n" HOST "\r\n");
	AWAIT(stream_result == ERR_GONE);
	AWAIT(rig_stats(&rig).connections == 0);
	AWAIT(rig_stats(&rig).streams == 0);
}

static void a_handler_that_writes_learns_that_its_client_left(void **state)
{
	RIG(rig);
	DIAL(fd, rig);
	struct buf some = { .p = NULL };

	(void)state;
	say(fd, "GET /endless HTTP/1.1\r\n" HOST "\r\n");
	hear_n(fd, &some, 1 << 20);
	buf_fini(&some);
	hang_up(&fd);
	AWAIT(stream_result == ERR_GONE);
}

static void a_handler_that_only_waits_learns_that_its_client_left(void **state)
{
	RIG(rig);
	DIAL(fd, rig);
	struct buf line = { .p = NULL };

	(void)state;
	say(fd, "GET /quiet HTTP/1.1\r\n" HOST "\r\n");
	__attribute__((cleanup(reply_fini))) struct reply r = hear_head(fd);
	assert_int_equal(r.status, 200);
	assert_true(hear_line(fd, &line));
	buf_fini(&line);
	assert_int_equal(rig_stats(&rig).streams, 1);
	/* Ending its own side is all one can see of a client that closes in good order. */
	shutdown(fd, SHUT_WR);
	AWAIT(stream_result == ERR_GONE);
	AWAIT(rig_stats(&rig).streams == 0);
}

static void a_stream_that_stops_short_does_not_look_whole(void **state)
{
	RIG(rig);
	DIAL(fd, rig);

	(void)state;
	say(fd, "GET /broken-stream HTTP/1.1\r\n" HOST "\r\n");
	REPLY(r, fd);
	assert_int_equal(r.status, 200);
	assert_false(r.whole);
	assert_true(hear_end(fd));
}

static void a_pipelined_request_waits_for_the_stream_before_it(void **state)
{
	RIG(rig);
	DIAL(fd, rig);

	(void)state;
	say(fd, "GET /gated-stream HTTP/1.1\r\n" HOST "\r\nGET /tell HTTP/1.1\r\n" HOST "\r\n");
	gate_await(1);
	gate_open();
	REPLY(first, fd);
	assert_string_equal(first.body.p, "passed");
	REPLY(second, fd);
	assert_non_null(strstr(second.body.p, "GET /tell"));
}

static size_t count(struct str text, const char *what)
{
	ptrdiff_t at;
	size_t n = 0;

	for (; (at = str_find(text, str_of(what))) >= 0; text = str_from(text, (size_t)at + strlen(what)))
		n++;
	return n;
}

static void the_silence_of_a_busy_handler_is_broken_by_the_server(void **state)
{
	static const char BEAT[] = "7\r\n: busy\n\r\n";
	RIG(rig, .limits.heartbeat_ms = 20);
	DIAL(fd, rig);
	struct buf beats = { .p = NULL };

	(void)state;
	say(fd, "GET /busy HTTP/1.1\r\n" HOST "\r\n");
	__attribute__((cleanup(reply_fini))) struct reply r = hear_head(fd);
	assert_int_equal(r.status, 200);
	hear_n(fd, &beats, 3 * (sizeof(BEAT) - 1));
	assert_int_equal(count(buf_view(&beats), BEAT), 3);
	buf_fini(&beats);
	gate_open();
	assert_true(hear_chunks(fd, &r.body));
	/* What it then writes is in one piece. */
	while (str_starts(buf_view(&r.body), S(": busy\n")))
		memmove(r.body.p, r.body.p + 7, r.body.n -= 7);
	assert_in_range(r.body.n, 1 << 20, (1 << 20) + 700);
	assert_memory_equal(r.body.p, large_bytes, 1 << 20);
	say(fd, "GET /tell HTTP/1.1\r\n" HOST "\r\n");
	REPLY(next, fd);
	assert_non_null(strstr(next.body.p, "GET /tell"));
}

static void a_heartbeat_does_not_keep_a_lost_stream_alive(void **state)
{
	RIG(rig, .limits.heartbeat_ms = 5);
	DIAL(fd, rig);

	(void)state;
	say(fd, "GET /busy HTTP/1.1\r\n" HOST "\r\n");
	gate_await(1);
	hang_up(&fd);
	AWAIT(rig_stats(&rig).connections == 0);
	gate_open();
	AWAIT(rig_stats(&rig).streams == 0);
}

static void without_a_heartbeat_a_stream_is_silent(void **state)
{
	RIG(rig, .limits.heartbeat_ms = 1);
	DIAL(fd, rig);

	(void)state;
	say(fd, "GET /gated-stream HTTP/1.1\r\n" HOST "\r\n");
	gate_await(1);
	usleep(20 * 1000);
	gate_open();
	REPLY(r, fd);
	assert_string_equal(r.body.p, "passed");
}

/* -- threads ------------------------------------------------------------------------------- */

static void begin_gated_stream(const struct rig *rig, int *fd, int n)
{
	*fd = dial(rig);
	say(*fd, "GET /gated-stream HTTP/1.1\r\n" HOST "\r\n");
	gate_await(n);
}

static void assert_request_is_served(const struct rig *rig, const char *path, int status)
{
	__attribute__((cleanup(hang_up))) int fd = dial(rig);
	char request[128];

	snprintf(request, sizeof(request), "GET %s HTTP/1.1\r\n" HOST "\r\n", path);
	say(fd, request);
	REPLY(r, fd);
	assert_int_equal(r.status, status);
}

static void one_thread_stays_free_of_streams(void **state)
{
	RIG(rig, .n_threads = 2);
	int fd;

	(void)state;
	begin_gated_stream(&rig, &fd, 1);
	assert_request_is_served(&rig, "/tell", 200);
	assert_request_is_served(&rig, "/count", 503);
	assert_request_is_served(&rig, "/tell", 200);
	gate_open();
	REPLY(r, fd);
	assert_string_equal(r.body.p, "passed");
	hang_up(&fd);
	AWAIT(rig_stats(&rig).streams == 0);
	assert_request_is_served(&rig, "/count", 200);
}

static void a_handler_that_waits_for_its_answer_learns_that_its_client_left(void **state)
{
	RIG(rig);
	DIAL(fd, rig);

	(void)state;
	say(fd, "GET /wait HTTP/1.1\r\n" HOST "\r\n");
	gate_await(1);
	gate_open();
	usleep(10 * 1000);
	assert_int_equal(stream_result, -1);
	shutdown(fd, SHUT_WR);
	AWAIT(stream_result == ERR_GONE);
}

static void it_learns_that_its_client_left_before_it_began_to_wait(void **state)
{
	RIG(rig);
	DIAL(fd, rig);

	(void)state;
	say(fd, "GET /wait HTTP/1.1\r\n" HOST "\r\n");
	shutdown(fd, SHUT_WR);
	gate_open();
	AWAIT(stream_result == ERR_GONE);
}

static void those_who_wait_leave_their_threads_to_others(void **state)
{
	int fds[3];

	RIG(rig, .n_threads = 1, .n_stream_threads = 3);
	(void)state;
	for (int i = 0; i < 3; i++) {
		fds[i] = dial(&rig);
		say(fds[i], "GET /wait HTTP/1.1\r\n" HOST "\r\n");
		gate_await(i + 1);
		assert_request_is_served(&rig, "/tell", 200);
	}
	assert_request_is_served(&rig, "/wait", 503);
	assert_request_is_served(&rig, "/count", 503);
	for (int i = 0; i < 3; i++)
		hang_up(&fds[i]);
	gate_open();
	AWAIT(rig_stats(&rig).in_flight == 0);
	assert_request_is_served(&rig, "/count", 200);
}

static _Atomic int n_alive, most_alive;
static _Atomic bool index_seen_twice;
static _Atomic bool in_use[8];

static void note_start(void *user, size_t thread)
{
	(void)user;
	if (thread >= COUNT_OF(in_use) || atomic_exchange(&in_use[thread], true))
		index_seen_twice = true;
	n_alive++;
	most_alive = n_alive > most_alive ? n_alive : most_alive;
}

static void note_end(void *user, size_t thread)
{
	(void)user;
	in_use[thread] = false;
	n_alive--;
}

static void streams_get_threads_of_their_own_while_they_last(void **state)
{
	int fds[4];

	n_alive = most_alive = 0;
	index_seen_twice = false;
	RIG(rig, .n_threads = 2, .n_stream_threads = 3, .thread_start = note_start, .thread_end = note_end);
	(void)state;
	for (int i = 0; i < 4; i++) {
		begin_gated_stream(&rig, &fds[i], i + 1);
		assert_request_is_served(&rig, "/tell", 200);
	}
	assert_request_is_served(&rig, "/count", 503);
	AWAIT(n_alive == 5);
	gate_open();
	for (int i = 0; i < 4; i++) {
		REPLY(r, fds[i]);
		assert_string_equal(r.body.p, "passed");
		hang_up(&fds[i]);
	}
	AWAIT(n_alive == 2);
	for (int i = 0; i < 50; i++)
		assert_request_is_served(&rig, i % 2 ? "/tell" : "/count", 200);
	assert_false(index_seen_twice);
	assert_in_range(most_alive, 2, 5);
}

static void a_request_does_not_wait_for_handlers_that_take_long(void **state)
{
	int fds[4];

	n_alive = most_alive = 0;
	index_seen_twice = false;
	RIG(rig, .n_threads = 2, .n_stream_threads = 3, .thread_start = note_start, .thread_end = note_end);
	(void)state;
	for (int i = 0; i < 4; i++) {
		fds[i] = dial(&rig);
		say(fds[i], "GET /gate HTTP/1.1\r\n" HOST "\r\n");
		gate_await(i + 1);
		assert_request_is_served(&rig, "/tell", 200);
	}
	AWAIT(n_alive == 5);
	gate_open();
	for (int i = 0; i < 4; i++) {
		REPLY(r, fds[i]);
		assert_string_equal(r.body.p, "passed");
		hang_up(&fds[i]);
	}
	AWAIT(n_alive == 2);
	for (int i = 0; i < 50; i++)
		assert_request_is_served(&rig, i % 2 ? "/tell" : "/count", 200);
	assert_false(index_seen_twice);
	assert_in_range(most_alive, 2, 5);
}

static void not_every_thread_for_streams_may_be_at_other_work(void **state)
{
	enum { THREADS = 16, RELIEVED = 32, REQUESTS = 60 };
	int fds[REQUESTS];

	RIG(rig, .n_threads = THREADS, .n_stream_threads = 200);
	(void)state;
	for (int i = 0; i < REQUESTS; i++) {
		fds[i] = dial(&rig);
		say(fds[i], "GET /gate HTTP/1.1\r\n" HOST "\r\n");
	}
	gate_await(THREADS + RELIEVED);
	usleep(500 * 1000);
	assert_int_equal(gate_arrived(), THREADS + RELIEVED);
	gate_open();
	for (int i = 0; i < REQUESTS; i++) {
		REPLY(r, fds[i]);
		assert_string_equal(r.body.p, "passed");
		hang_up(&fds[i]);
	}
}

/* It counts once, whichever it was first. */
static void a_handler_that_takes_long_may_stream_in_the_end(void **state)
{
	int fd;

	n_alive = most_alive = 0;
	RIG(rig, .n_threads = 1, .n_stream_threads = 1, .thread_start = note_start, .thread_end = note_end);
	(void)state;
	for (int i = 0; i < 3; i++) {
		gate_reset();
		fd = dial(&rig);
		say(fd, "GET /gate-then-stream HTTP/1.1\r\n" HOST "\r\n");
		gate_await(1);
		assert_request_is_served(&rig, "/tell", 200);
		gate_open();
		REPLY(r, fd);
		assert_true(r.whole);
		assert_string_equal(r.body.p, COUNTED);
		hang_up(&fd);
		AWAIT(n_alive == 1);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_stream_arrives_in_order_and_the_connection_stays),
		cmocka_unit_test(to_http_1_0_a_stream_ends_with_the_connection),
		cmocka_unit_test(head_of_a_stream_has_no_body),
		cmocka_unit_test(a_large_stream_reaches_a_slow_reader_whole),
		cmocka_unit_test(a_reader_that_pauses_holds_up_its_handler),
		cmocka_unit_test(what_is_offered_is_taken_whole_until_the_reader_is_behind),
		cmocka_unit_test(a_reader_that_stops_is_cut),
		cmocka_unit_test(a_handler_that_writes_learns_that_its_client_left),
		cmocka_unit_test(a_handler_that_only_waits_learns_that_its_client_left),
		cmocka_unit_test(a_stream_that_stops_short_does_not_look_whole),
		cmocka_unit_test(a_pipelined_request_waits_for_the_stream_before_it),
		cmocka_unit_test(the_silence_of_a_busy_handler_is_broken_by_the_server),
		cmocka_unit_test(a_heartbeat_does_not_keep_a_lost_stream_alive),
		cmocka_unit_test(without_a_heartbeat_a_stream_is_silent),
		cmocka_unit_test(one_thread_stays_free_of_streams),
		cmocka_unit_test(a_handler_that_waits_for_its_answer_learns_that_its_client_left),
		cmocka_unit_test(it_learns_that_its_client_left_before_it_began_to_wait),
		cmocka_unit_test(those_who_wait_leave_their_threads_to_others),
		cmocka_unit_test(streams_get_threads_of_their_own_while_they_last),
		cmocka_unit_test(a_request_does_not_wait_for_handlers_that_take_long),
		cmocka_unit_test(not_every_thread_for_streams_may_be_at_other_work),
		cmocka_unit_test(a_handler_that_takes_long_may_stream_in_the_end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
