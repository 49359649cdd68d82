/* api/progress.c on a server: what a client hears, and what the operation hears of its client. */
#include "../http/rig.h"

#include "api/progress.h"

#define HOST "Host: a\r\n"

static _Atomic int still_wanted;             /* what the last operation was told; -1: it has not asked */

static void tell(struct progress_stream *s, enum progress_stage stage, size_t index, struct str name, int64_t n)
{
	struct progress_item item = { .list = "files", .index = index, .name = name };

	progress_tell(&s->progress, stage, &item, n);
}

/* Works until the gate opens, and then looks whether to go on. */
static void do_gated_work(struct progress_stream *s)
{
	tell(s, PROGRESS_EXTRACTED, 0, S("a\"b.txt"), 23);
	gate_pass();
	still_wanted = progress_wanted(&s->progress);
	if (still_wanted)
		progress_stream_result(s, S("{\"data\":1}"));
	else
		progress_stream_error(s, 499, S("{}"));
}

static void do_work(struct progress_stream *s)
{
	tell(s, PROGRESS_FETCHED, 0, S("a.txt"), 512);
	tell(s, PROGRESS_EMBEDDED, 1, (struct str){ NULL, 0 }, 2);
	progress_stream_result(s, S("{\"data\":1}"));
}

static void do_fail(struct progress_stream *s)
{
	assert_true(progress_wanted(&s->progress));
	progress_stream_error(s, 400, S("{\"error\":\"no\"}"));
}

static void do_nothing_to_tell(struct progress_stream *s)
{
	progress_stream_result(s, S("{\"data\":1}"));
}

static void handle(void *user, size_t thread, struct http_exchange *x)
{
	static const struct {
		const char *path;
		void (*run)(struct progress_stream *s);
	} PATHS[] = {
		{ "/work", do_work }, { "/gated", do_gated_work }, { "/fail", do_fail }, { "/nothing-to-tell", do_nothing_to_tell },
	};
	struct progress_stream s;

	(void)user, (void)thread;
	progress_stream_init(&s, http_arena(x), x);
	for (size_t i = 0; i < COUNT_OF(PATHS); i++)
		if (str_is(http_request_of(x)->path, PATHS[i].path))
			PATHS[i].run(&s);
}

static int forget(void **state)
{
	(void)state;
	still_wanted = -1;
	return 0;
}

static void steps_come_as_events_and_then_the_result(void **state)
{
	RIG(rig, .handle = handle);
	DIAL(fd, rig);

	(void)state;
	say(fd, "POST /work HTTP/1.1\r\n" HOST "Content-Length: 0\r\n\r\n");
	REPLY(r, fd);
	assert_int_equal(r.status, 200);
	assert_true(r.whole);
	assert_true(reply_has(&r, "\r\nContent-Type: text/event-stream\r\n"));
	assert_true(reply_has(&r, "\r\nCache-Control: no-cache, no-transform\r\n"));
	assert_true(reply_has(&r, "\r\nX-Accel-Buffering: no\r\n"));
	assert_string_equal(r.body.p,
		"event: progress\n"
		"data: {\"stage\":\"fetched\",\"item\":{\"list\":\"files\",\"index\":0,\"name\":\"a.txt\"},\"count\":512}\n\n"
		"event: progress\ndata: {\"stage\":\"embedded\",\"item\":{\"list\":\"files\",\"index\":1},\"count\":2}\n\n"
		"event: result\ndata: {\"data\":1}\n\n");
}

static void a_failure_is_told_with_its_status(void **state)
{
	RIG(rig, .handle = handle);
	DIAL(fd, rig);

	(void)state;
	say(fd, "POST /fail HTTP/1.1\r\n" HOST "Content-Length: 0\r\n\r\n");
	REPLY(r, fd);
	assert_int_equal(r.status, 200);
	assert_string_equal(r.body.p, "event: error\ndata: {\"status\":400,\"body\":{\"error\":\"no\"}}\n\n");
}

static void with_nothing_to_tell_the_result_is_all(void **state)
{
	RIG(rig, .handle = handle);
	DIAL(fd, rig);

	(void)state;
	say(fd, "POST /nothing-to-tell HTTP/1.1\r\n" HOST "Content-Length: 0\r\n\r\n");
	REPLY(r, fd);
	assert_int_equal(r.status, 200);
	assert_true(reply_has(&r, "\r\nContent-Type: text/event-stream\r\n"));
	assert_true(reply_has(&r, "\r\nContent-Length: "));
	assert_string_equal(r.body.p, "event: result\ndata: {\"data\":1}\n\n");
}

static void silence_is_broken_by_comments(void **state)
{
	static const char COMMENT[] = ": still at it\n\n";
	RIG(rig, .handle = handle, .limits.heartbeat_ms = 10);
	DIAL(fd, rig);
	struct buf begin = { .p = NULL };

	(void)state;
	say(fd, "POST /gated HTTP/1.1\r\n" HOST "Content-Length: 0\r\n\r\n");
	__attribute__((cleanup(reply_fini))) struct reply r = hear_head(fd);
	assert_int_equal(r.status, 200);
	while (str_find(buf_view(&begin), str_of(COMMENT)) < 0)
		assert_int_equal(hear_n(fd, &begin, 1), 1);
	buf_fini(&begin);
	gate_open();
	AWAIT(still_wanted == 1);
}

static void an_operation_learns_that_its_client_left(void **state)
{
	RIG(rig, .handle = handle);
	DIAL(fd, rig);

	(void)state;
	say(fd, "POST /gated HTTP/1.1\r\n" HOST "Content-Length: 0\r\n\r\n");
	gate_await(1);
	hang_up(&fd);
	AWAIT(rig_stats(&rig).connections == 0);
	gate_open();
	AWAIT(still_wanted == 0);
}

static void one_stream_too_many_is_503_and_its_operation_is_told_to_stop(void **state)
{
	RIG(rig, .handle = handle, .n_threads = 2);
	DIAL(first, rig);
	DIAL(second, rig);

	(void)state;
	say(first, "POST /gated HTTP/1.1\r\n" HOST "Content-Length: 0\r\n\r\n");
	gate_await(1);
	say(second, "POST /gated HTTP/1.1\r\n" HOST "Content-Length: 0\r\n\r\n");
	gate_await(2);
	gate_open();
	REPLY(refused, second);
	assert_int_equal(refused.status, 503);
	assert_true(refused.whole);
	assert_true(reply_has(&refused, "\r\nRetry-After: "));
	assert_false(reply_has(&refused, "event-stream"));
	REPLY(served, first);
	assert_int_equal(served.status, 200);
	assert_non_null(strstr(served.body.p, "event: result\n"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(steps_come_as_events_and_then_the_result),
		cmocka_unit_test(a_failure_is_told_with_its_status),
		cmocka_unit_test(with_nothing_to_tell_the_result_is_all),
		cmocka_unit_test_setup(silence_is_broken_by_comments, forget),
		cmocka_unit_test_setup(an_operation_learns_that_its_client_left, forget),
		cmocka_unit_test(one_stream_too_many_is_503_and_its_operation_is_told_to_stop),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
