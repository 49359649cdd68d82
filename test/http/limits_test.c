/* What a client may cost: bytes, time, connections, places in the queue. */
#include "rig.h"

#include <poll.h>

#define HOST "Host: a\r\n"

static void say_repeated(int fd, const char *text, size_t n)
{
	for (size_t i = 0; i < n; i++)
		say(fd, text);
}

/* -- sizes -------------------------------------------------------------------------------- */

static void an_announced_body_over_the_limit_is_refused_before_it_comes(void **state)
{
	RIG(rig, .limits.body_bytes = 10);
	DIAL(fd, rig);
	DIAL(huge, rig);

	(void)state;
	say(fd, "POST /echo HTTP/1.1\r\n" HOST "Content-Length: 11\r\n\r\n");
	REPLY(r, fd);
	assert_int_equal(r.status, 413);
	assert_true(hear_end(fd));
	say(huge, "POST /echo HTTP/1.1\r\n" HOST "Content-Length: 18446744073709551615\r\n\r\n");
	REPLY(r2, huge);
	assert_int_equal(r2.status, 413);
}

static void a_body_of_exactly_the_limit_is_taken(void **state)
{
	RIG(rig, .limits.body_bytes = 10);
	DIAL(fd, rig);

	(void)state;
	say(fd, "POST /echo HTTP/1.1\r\n" HOST "Content-Length: 10\r\n\r\n0123456789");
	REPLY(r, fd);
	assert_string_equal(r.body.p, "0123456789");
	say(fd, "POST /echo HTTP/1.1\r\n" HOST "Transfer-Encoding: chunked\r\n\r\n"
		"5\r\n01234\r\n5\r\n56789\r\n0\r\n\r\n");
	REPLY(chunked, fd);
	assert_string_equal(chunked.body.p, "0123456789");
}

static void a_chunked_body_is_refused_where_it_passes_the_limit(void **state)
{
	RIG(rig, .limits.body_bytes = 10);
	DIAL(fd, rig);

	(void)state;
	say(fd, "POST /echo HTTP/1.1\r\n" HOST "Transfer-Encoding: chunked\r\n\r\n5\r\n01234\r\n6\r\n56789a\r\n");
	REPLY(r, fd);
	assert_int_equal(r.status, 413);
	assert_true(hear_end(fd));
}

static void a_client_that_goes_on_sending_still_gets_its_413(void **state)
{
	RIG(rig, .limits.body_bytes = 10, .limits.linger_ms = PATIENCE_MS);
	DIAL(fd, rig);

	(void)state;
	say(fd, "POST /echo HTTP/1.1\r\n" HOST "Content-Length: 8388608\r\n\r\n");
	assert_int_equal(say_n(fd, large_bytes, LARGE_BYTES), LARGE_BYTES);
	REPLY(r, fd);
	assert_int_equal(r.status, 413);
	assert_string_equal(r.body.p, "the body is too large\n");
}

static size_t five_for_echo(void *user, const struct http_request *head)
{
	(void)user;
	return str_is(head->path, "/echo") ? 5 : 1000;
}

static void the_owner_sets_the_limit_of_each_request(void **state)
{
	RIG(rig, .body_limit = five_for_echo);
	DIAL(fd, rig);

	(void)state;
	say(fd, "POST /tell HTTP/1.1\r\n" HOST "Content-Length: 6\r\n\r\n012345");
	REPLY(taken, fd);
	assert_int_equal(taken.status, 200);
	say(fd, "POST /echo HTTP/1.1\r\n" HOST "Content-Length: 6\r\n\r\n012345");
	REPLY(refused, fd);
	assert_int_equal(refused.status, 413);
}

/* A request whose head has exactly `n` bytes. */
static void say_head_of(int fd, size_t n)
{
	static const char BEGIN[] = "GET /tell HTTP/1.1\r\n" HOST "X-Fill: ";
	size_t fill = n - (sizeof(BEGIN) - 1) - 4;

	say(fd, BEGIN);
	say_repeated(fd, "x", fill);
	say(fd, "\r\n\r\n");
}

static void a_head_may_have_exactly_its_limit(void **state)
{
	RIG(rig, .limits.head_bytes = 300);
	DIAL(fits, rig);
	DIAL(over, rig);

	(void)state;
	say_head_of(fits, 300);
	REPLY(r, fits);
	assert_int_equal(r.status, 200);
	say_head_of(over, 301);
	REPLY(r2, over);
	assert_int_equal(r2.status, 431);
	assert_true(hear_end(over));
}

static void blank_lines_and_blanks_count_as_head(void **state)
{
	RIG(rig, .limits.head_bytes = 300);
	DIAL(lines, rig);
	DIAL(blanks, rig);

	(void)state;
	say_repeated(lines, "\r\n", 200);
	REPLY(r, lines);
	assert_int_equal(r.status, 414);
	say(blanks, "GET /tell HTTP/1.1\r\nHost:");
	say_repeated(blanks, " ", 300);
	REPLY(r2, blanks);
	assert_int_equal(r2.status, 431);
}

static void too_long_a_target_is_414(void **state)
{
	RIG(rig);
	DIAL(fd, rig);

	(void)state;
	say(fd, "GET /");
	say_repeated(fd, "0123456789", 7000);
	REPLY(r, fd);
	assert_int_equal(r.status, 414);
	assert_true(hear_end(fd));
}

static void one_header_too_many_is_431(void **state)
{
	RIG(rig);
	DIAL(fits, rig);
	DIAL(over, rig);

	(void)state;
	say(fits, "GET /tell HTTP/1.1\r\n" HOST);
	say_repeated(fits, "A: b\r\n", 99);
	say(fits, "\r\n");
	REPLY(r, fits);
	assert_int_equal(r.status, 200);
	say(over, "GET /tell HTTP/1.1\r\n" HOST);
	say_repeated(over, "A: b\r\n", 100);
	say(over, "\r\n");
	REPLY(r2, over);
	assert_int_equal(r2.status, 431);
	assert_true(hear_end(over));
}

/* -- time --------------------------------------------------------------------------------- */

/* Sends a byte now and then until the server answers. False: it bears that for good. */
static bool trickle(int fd, const char *byte)
{
	struct pollfd answer = { .fd = fd, .events = POLLIN };
	int64_t give_up = mono_ms() + PATIENCE_MS;

	while (mono_ms() < give_up) {
		if (poll(&answer, 1, 3) > 0)
			return true;
		say(fd, byte);
	}
	return false;
}

static void a_head_that_never_ends_is_408_however_busy_the_client(void **state)
{
	RIG(rig, .limits.head_ms = 60);
	DIAL(fd, rig);

	(void)state;
	say(fd, "GET /tell HTTP/1.1\r\nX: ");
	assert_true(trickle(fd, "x"));
	REPLY(r, fd);
	assert_int_equal(r.status, 408);
	assert_true(reply_has(&r, "\r\nConnection: close\r\n"));
	assert_true(hear_end(fd));
}

static void a_body_that_never_ends_is_408_however_busy_the_client(void **state)
{
	RIG(rig, .limits.body_ms = 60);
	DIAL(fd, rig);

	(void)state;
	say(fd, "POST /echo HTTP/1.1\r\n" HOST "Content-Length: 100000\r\n\r\n");
	assert_true(trickle(fd, "x"));
	REPLY(r, fd);
	assert_int_equal(r.status, 408);
	assert_true(hear_end(fd));
	assert_int_equal(n_handled, 0);
}

/* Sends 12 MiB in half as much time again as a small body may take; false: it was not waited for. */
static bool large_body_arrives(int body_ms)
{
	enum { PIECE = 1 << 20, PIECES = 12 };
	static char piece[PIECE];
	RIG(rig, .limits = { .body_ms = body_ms, .body_bytes = PIECE * PIECES });
	DIAL(fd, rig);

	say(fd, "POST /nothing HTTP/1.1\r\n" HOST "Content-Length: 12582912\r\n\r\n");
	for (int i = 0; i < PIECES; i++) {
		say_n(fd, piece, PIECE);
		usleep((unsigned)body_ms * 1000 / 8);
	}
	REPLY(r, fd);
	return r.status == 204;
}

/* A machine that is too slow for it gets more time. */
static void a_large_body_may_take_longer_as_long_as_it_comes_along(void **state)
{
	int body_ms = 100;

	(void)state;
	while (!large_body_arrives(body_ms) && body_ms < 5000)
		body_ms *= 2;
	assert_true(body_ms < 5000);
}

static void a_connection_that_says_nothing_is_closed(void **state)
{
	RIG(rig, .limits.head_ms = 30);
	DIAL(fd, rig);

	(void)state;
	assert_true(hear_end(fd));
	assert_int_equal(rig_stats(&rig).refused, 0);
}

static void an_idle_connection_is_closed(void **state)
{
	RIG(rig, .limits.idle_ms = 30);
	DIAL(fd, rig);

	(void)state;
	say(fd, "GET /tell HTTP/1.1\r\n" HOST "\r\n");
	REPLY(r, fd);
	assert_int_equal(r.status, 200);
	assert_true(hear_end(fd));
}

static void who_does_not_read_its_answer_is_cut(void **state)
{
	RIG(rig, .limits.write_ms = 30);
	DIAL(fd, rig);

	(void)state;
	say(fd, "GET /large HTTP/1.1\r\n" HOST "\r\n");
	AWAIT(rig_stats(&rig).connections_total == 1 && rig_stats(&rig).connections == 0);
	assert_int_equal(rig_stats(&rig).in_flight, 0);
}

static void who_never_closes_after_the_last_answer_is_cut(void **state)
{
	RIG(rig, .limits.linger_ms = 30);
	DIAL(fd, rig);

	(void)state;
	say(fd, "GET /tell HTTP/1.1\r\n" HOST "Connection: close\r\n\r\n");
	REPLY(r, fd);
	assert_int_equal(r.status, 200);
	AWAIT(rig_stats(&rig).connections == 0);
}

/* -- numbers ------------------------------------------------------------------------------- */

static void one_connection_too_many_is_told_so(void **state)
{
	RIG(rig, .limits.n_connections = 2);
	DIAL(first, rig);
	DIAL(second, rig);

	(void)state;
	AWAIT(rig_stats(&rig).connections == 2);
	DIAL(third, rig);
	say(third, "GET /tell HTTP/1.1\r\n" HOST "\r\n");
	REPLY(r, third);
	assert_int_equal(r.status, 503);
	assert_true(reply_has(&r, "\r\nRetry-After: 1\r\n"));
	assert_true(hear_end(third));
	hang_up(&third);
	hang_up(&second);
	AWAIT(rig_stats(&rig).connections == 1);
	DIAL(fourth, rig);
	say(fourth, "GET /tell HTTP/1.1\r\n" HOST "\r\n");
	REPLY(r4, fourth);
	assert_int_equal(r4.status, 200);
	say(first, "GET /tell HTTP/1.1\r\n" HOST "\r\n");
	REPLY(r1, first);
	assert_int_equal(r1.status, 200);
}

static void far_too_many_connections_are_just_closed(void **state)
{
	RIG(rig, .limits.n_connections = 1);
	int fds[200];
	int answered = 0;

	(void)state;
	for (size_t i = 0; i < COUNT_OF(fds); i++)
		fds[i] = dial(&rig);
	AWAIT(rig_stats(&rig).connections_total == COUNT_OF(fds));
	for (size_t i = 1; i < COUNT_OF(fds); i++) {
		REPLY(r, fds[i]);
		answered += r.status == 503;
	}
	for (size_t i = 0; i < COUNT_OF(fds); i++)
		hang_up(&fds[i]);
	assert_true(answered >= 1);
	AWAIT(rig_stats(&rig).connections == 0);
}

static void a_full_queue_is_503_and_the_connection_stays(void **state)
{
	RIG(rig, .n_threads = 1, .limits.n_queued = 1);
	DIAL(working, rig);
	DIAL(waiting, rig);
	DIAL(over, rig);

	(void)state;
	say(working, "GET /gate HTTP/1.1\r\n" HOST "\r\n");
	gate_await(1);
	say(waiting, "GET /gate HTTP/1.1\r\n" HOST "\r\n");
	AWAIT(rig_stats(&rig).in_flight == 2);
	say(over, "POST /echo HTTP/1.1\r\n" HOST "Content-Length: 3\r\n\r\nabc");
	REPLY(refused, over);
	assert_int_equal(refused.status, 503);
	assert_true(reply_has(&refused, "\r\nRetry-After: 1\r\n"));
	gate_open();
	REPLY(first, working);
	REPLY(second, waiting);
	assert_int_equal(first.status, 200);
	assert_int_equal(second.status, 200);
	say(over, "POST /echo HTTP/1.1\r\n" HOST "Content-Length: 3\r\n\r\nabc");
	REPLY(taken, over);
	assert_int_equal(taken.status, 200);
}

static void pipelined_requests_meet_a_full_queue_one_by_one(void **state)
{
	RIG(rig, .n_threads = 1, .limits.n_queued = 1);
	DIAL(working, rig);
	DIAL(waiting, rig);
	DIAL(over, rig);
	struct buf all = { .p = NULL };

	(void)state;
	say(working, "GET /gate HTTP/1.1\r\n" HOST "\r\n");
	gate_await(1);
	say(waiting, "GET /gate HTTP/1.1\r\n" HOST "\r\n");
	AWAIT(rig_stats(&rig).in_flight == 2);
	for (int i = 0; i < 1000; i++)
		buf_z(&all, "GET /tell HTTP/1.1\r\n" HOST "\r\n");
	say_n(over, all.p, all.n);
	buf_fini(&all);
	for (int i = 0; i < 1000; i++) {
		REPLY(r, over);
		assert_int_equal(r.status, 503);
	}
}

static void all_requests_together_have_a_limit(void **state)
{
	RIG(rig, .limits.all_bodies_bytes = 1000);
	DIAL(holding, rig);
	DIAL(over, rig);
	DIAL(later, rig);

	(void)state;
	say(holding, "POST /gate HTTP/1.1\r\n" HOST "Content-Length: 600\r\n\r\n");
	say_repeated(holding, "x", 600);
	gate_await(1);
	say(over, "POST /echo HTTP/1.1\r\n" HOST "Content-Length: 401\r\n\r\n");
	say_repeated(over, "x", 401);
	REPLY(refused, over);
	assert_int_equal(refused.status, 503);
	assert_true(hear_end(over));
	gate_open();
	REPLY(r, holding);
	assert_int_equal(r.status, 200);
	AWAIT(rig_stats(&rig).in_flight == 0);
	say(later, "POST /echo HTTP/1.1\r\n" HOST "Content-Length: 900\r\n\r\n");
	say_repeated(later, "x", 900);
	REPLY(taken, later);
	assert_int_equal(taken.status, 200);
	/* Heads count as well. */
	say(later, "GET /tell HTTP/1.1\r\n" HOST "X: ");
	say_repeated(later, "x", 1000);
	REPLY(head, later);
	assert_int_equal(head.status, 503);
}

static void a_client_that_leaves_does_not_disturb_its_handler(void **state)
{
	RIG(rig);
	DIAL(fd, rig);
	DIAL(next, rig);

	(void)state;
	say(fd, "GET /gate HTTP/1.1\r\n" HOST "\r\n");
	gate_await(1);
	/* A reset, so that the answer finds nobody. */
	setsockopt(fd, SOL_SOCKET, SO_LINGER, &(struct linger){ 1, 0 }, sizeof(struct linger));
	hang_up(&fd);
	AWAIT(rig_stats(&rig).connections == 1);
	assert_int_equal(rig_stats(&rig).in_flight, 1);
	gate_open();
	AWAIT(rig_stats(&rig).in_flight == 0);
	say(next, "GET /tell HTTP/1.1\r\n" HOST "\r\n");
	REPLY(r, next);
	assert_int_equal(r.status, 200);
}

static void a_request_whose_client_left_before_its_turn_is_skipped(void **state)
{
	RIG(rig, .n_threads = 1);
	DIAL(working, rig);
	DIAL(waiting, rig);

	(void)state;
	say(working, "GET /gate HTTP/1.1\r\n" HOST "\r\n");
	gate_await(1);
	say(waiting, "GET /tell HTTP/1.1\r\n" HOST "\r\n");
	AWAIT(rig_stats(&rig).in_flight == 2);
	setsockopt(waiting, SOL_SOCKET, SO_LINGER, &(struct linger){ 1, 0 }, sizeof(struct linger));
	hang_up(&waiting);
	AWAIT(rig_stats(&rig).connections == 1);
	gate_open();
	REPLY(r, working);
	assert_int_equal(r.status, 200);
	AWAIT(rig_stats(&rig).in_flight == 0);
	assert_int_equal(n_handled, 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_announced_body_over_the_limit_is_refused_before_it_comes),
		cmocka_unit_test(a_body_of_exactly_the_limit_is_taken),
		cmocka_unit_test(a_chunked_body_is_refused_where_it_passes_the_limit),
		cmocka_unit_test(a_client_that_goes_on_sending_still_gets_its_413),
		cmocka_unit_test(the_owner_sets_the_limit_of_each_request),
		cmocka_unit_test(a_head_may_have_exactly_its_limit),
		cmocka_unit_test(blank_lines_and_blanks_count_as_head),
		cmocka_unit_test(too_long_a_target_is_414),
		cmocka_unit_test(one_header_too_many_is_431),
		cmocka_unit_test(a_head_that_never_ends_is_408_however_busy_the_client),
		cmocka_unit_test(a_body_that_never_ends_is_408_however_busy_the_client),
		cmocka_unit_test(a_large_body_may_take_longer_as_long_as_it_comes_along),
		cmocka_unit_test(a_connection_that_says_nothing_is_closed),
		cmocka_unit_test(an_idle_connection_is_closed),
		cmocka_unit_test(who_does_not_read_its_answer_is_cut),
		cmocka_unit_test(who_never_closes_after_the_last_answer_is_cut),
		cmocka_unit_test(one_connection_too_many_is_told_so),
		cmocka_unit_test(far_too_many_connections_are_just_closed),
		cmocka_unit_test(a_full_queue_is_503_and_the_connection_stays),
		cmocka_unit_test(pipelined_requests_meet_a_full_queue_one_by_one),
		cmocka_unit_test(all_requests_together_have_a_limit),
		cmocka_unit_test(a_client_that_leaves_does_not_disturb_its_handler),
		cmocka_unit_test(a_request_whose_client_left_before_its_turn_is_skipped),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
