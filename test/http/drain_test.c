/* Listening, and stopping without losing anyone's request. */
#include "rig.h"

#include <sys/stat.h>

#define HOST "Host: a\r\n"

/* True once new connections are refused: the server has heard of its stop. */
static bool is_closed(const struct rig *rig)
{
	struct sockaddr_in to = { .sin_family = AF_INET, .sin_port = htons((uint16_t)rig->port),
				  .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	int fd = socket(AF_INET, SOCK_STREAM, 0);
	bool refused = connect(fd, (struct sockaddr *)&to, sizeof(to)) != 0;

	close(fd);
	return refused;
}

static void a_request_in_flight_is_finished(void **state)
{
	RIG(rig);
	DIAL(fd, rig);

	(void)state;
	say(fd, "GET /gate HTTP/1.1\r\n" HOST "\r\n");
	gate_await(1);
	http_server_stop(rig.server);
	AWAIT(is_closed(&rig));
	gate_open();
	REPLY(r, fd);
	assert_int_equal(r.status, 200);
	assert_string_equal(r.body.p, "passed");
	assert_true(reply_has(&r, "\r\nConnection: close\r\n"));
	assert_true(hear_end(fd));
	rig_join(&rig);
}

static void a_request_half_sent_may_still_be_sent(void **state)
{
	RIG(rig);
	DIAL(fd, rig);
	DIAL(other, rig);

	(void)state;
	say(fd, "POST /echo HTTP/1.1\r\n" HOST "Expect: 100-continue\r\nContent-Length: 5\r\n\r\n");
	REPLY(go_on, fd);
	assert_int_equal(go_on.status, 100);
	http_server_stop(rig.server);
	assert_true(hear_end(other));
	say(fd, "hello");
	REPLY(r, fd);
	assert_string_equal(r.body.p, "hello");
	rig_join(&rig);
}

static void idle_connections_are_closed(void **state)
{
	RIG(rig);
	DIAL(used, rig);
	DIAL(fresh, rig);

	(void)state;
	say(used, "GET /tell HTTP/1.1\r\n" HOST "\r\n");
	REPLY(r, used);
	assert_int_equal(r.status, 200);
	AWAIT(rig_stats(&rig).connections == 2);
	http_server_stop(rig.server);
	assert_true(hear_end(used));
	assert_true(hear_end(fresh));
	rig_join(&rig);
}

static void streams_are_told(void **state)
{
	static const char *const REQUESTS[] = {
		"GET /quiet HTTP/1.1\r\n" HOST "\r\n",
		"GET /endless HTTP/1.1\r\n" HOST "\r\n",
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(REQUESTS); i++) {
		RIG(rig);
		DIAL(fd, rig);
		say(fd, REQUESTS[i]);
		__attribute__((cleanup(reply_fini))) struct reply r = hear_head(fd);
		http_server_stop(rig.server);
		r.whole = hear_chunks(fd, &r.body);
		/* The one that was refused a write has lost something; the other has not, and may say that it ends. */
		assert_int_equal(r.whole, i == 0);
		assert_int_equal(str_ends(buf_view(&r.body), S("hello\nbye\n")), i == 0);
		rig_join(&rig);
		assert_int_equal(stream_result, ERR_GONE);
	}
}

static void who_waits_is_told_and_may_answer(void **state)
{
	RIG(rig);
	DIAL(fd, rig);

	(void)state;
	say(fd, "GET /wait HTTP/1.1\r\n" HOST "\r\n");
	gate_await(1);
	gate_open();
	http_server_stop(rig.server);
	REPLY(r, fd);
	assert_int_equal(r.status, 503);
	assert_string_equal(r.body.p, "no longer");
	rig_join(&rig);
}

static void what_is_not_finished_in_time_is_cut(void **state)
{
	RIG(rig, .n_threads = 1, .limits.drain_ms = 30);
	DIAL(working, rig);
	DIAL(waiting, rig);

	(void)state;
	say(working, "GET /gate HTTP/1.1\r\n" HOST "\r\n");
	gate_await(1);
	say(waiting, "GET /tell HTTP/1.1\r\n" HOST "\r\n");
	AWAIT(rig_stats(&rig).in_flight == 2);
	http_server_stop(rig.server);
	assert_true(hear_end(working));
	assert_true(hear_end(waiting));
	gate_open();
	rig_join(&rig);
	assert_int_equal(n_handled, 1);
}

static void stopping_twice_or_before_the_start_is_fine(void **state)
{
	struct rig rig = rig_start((struct http_options){ .n_threads = 1 });

	(void)state;
	http_server_stop(rig.server);
	http_server_stop(rig.server);
	http_server_run(rig.server);
	http_server_stop(rig.server);
	http_server_free(rig.server);
}

static void a_server_that_never_ran_can_be_freed(void **state)
{
	struct rig rig = rig_start((struct http_options){ .n_threads = 1 });

	(void)state;
	http_server_free(rig.server);
	http_server_free(NULL);
}

/* -- addresses ----------------------------------------------------------------------------- */

static enum err try_listen(const char *listen, struct ctx *ctx, struct http_server **out)
{
	const struct http_options options = { .listen = listen, .handle = rig_handle };

	*out = NULL;
	return http_server_new(ctx, &options, out);
}

static void a_busy_port_is_an_error_that_says_so(void **state)
{
	RIG(rig);
	struct ctx ctx = { .mem = NULL };
	struct http_server *second;
	char address[64];

	(void)state;
	snprintf(address, sizeof(address), "%.*s", STR(http_server_address(rig.server)));
	assert_int_equal(try_listen(address, &ctx, &second), ERR_CONFLICT);
	assert_null(second);
	assert_non_null(strstr(ctx.why, "address already in use"));
}

static void an_address_that_makes_no_sense_is_an_error(void **state)
{
	static const char *const ADDRESSES[] = {
		"", ":", "8080", "127.0.0.1", "127.0.0.1:", "127.0.0.1:x", "127.0.0.1:65536", "127.0.0.1:-1", "[::1]",
		"[::1:80", "::1:80", "[127.0.0.1]:80", "no.such.host:80", "127.0.0.1:80:80", "256.0.0.1:80",
	};
	struct ctx ctx = { .mem = NULL };
	struct http_server *s;

	(void)state;
	for (size_t i = 0; i < COUNT_OF(ADDRESSES); i++)
		if (try_listen(ADDRESSES[i], &ctx, &s) == OK)
			fail_msg("'%s' was listened on", ADDRESSES[i]);
}

static void the_address_tells_the_port_that_was_given(void **state)
{
	static const struct {
		const char *listen, *begin;
	} CASES[] = { { "127.0.0.1:0", "127.0.0.1:" }, { "localhost:0", "127.0.0.1:" }, { "[::1]:0", "[::1]:" } };
	struct ctx ctx = { .mem = NULL };
	struct http_server *s;

	(void)state;
	for (size_t i = 0; i < COUNT_OF(CASES); i++) {
		enum err e = try_listen(CASES[i].listen, &ctx, &s);

		/* A machine without IPv6 cannot show more than that it says so. */
		if (e != OK && CASES[i].listen[0] == '[')
			continue;
		assert_int_equal(e, OK);
		assert_true(str_starts(http_server_address(s), str_of(CASES[i].begin)));
		assert_true(atoi(http_server_address(s).p + strlen(CASES[i].begin)) > 0);
		http_server_free(s);
	}
}

/* -- unix sockets --------------------------------------------------------------------------- */

struct place {
	char dir[64], path[96], listen[128];
};

static struct place place_new(void)
{
	struct place p = { .dir = "/tmp/http_test_XXXXXX" };

	assert_non_null(mkdtemp(p.dir));
	snprintf(p.path, sizeof(p.path), "%s/socket", p.dir);
	snprintf(p.listen, sizeof(p.listen), "unix:%s", p.path);
	return p;
}

static void place_free(struct place *p)
{
	unlink(p->path);
	rmdir(p->dir);
}

#define PLACE(name) __attribute__((cleanup(place_free))) struct place name = place_new()

static struct sockaddr_un unix_address(const char *path)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };

	snprintf(address.sun_path, sizeof(address.sun_path), "%s", path);
	return address;
}

static int dial_unix(const char *path)
{
	struct sockaddr_un to = unix_address(path);
	int fd = socket(AF_UNIX, SOCK_STREAM, 0);

	be_patient(fd);
	assert_int_equal(connect(fd, (struct sockaddr *)&to, sizeof(to)), 0);
	return fd;
}

static void a_unix_socket_is_private_and_removed_at_the_end(void **state)
{
	PLACE(place);
	struct stat st;

	(void)state;
	RIG(rig, .listen = place.listen);
	assert_int_equal(stat(place.path, &st), 0);
	assert_int_equal(st.st_mode & 0777, 0600);
	assert_true(str_is(http_server_address(rig.server), place.listen));
	__attribute__((cleanup(hang_up))) int fd = dial_unix(place.path);
	say(fd, "GET /tell HTTP/1.1\r\n" HOST "\r\n");
	REPLY(r, fd);
	assert_int_equal(r.status, 200);
	assert_non_null(strstr(r.body.p, "peer=unix\n"));
	rig_stop(&rig);
	assert_int_not_equal(stat(place.path, &st), 0);
}

static void an_answer_that_finds_nobody_kills_nobody(void **state)
{
	PLACE(place);

	(void)state;
	RIG(rig, .listen = place.listen);
	__attribute__((cleanup(hang_up))) int fd = dial_unix(place.path);
	say(fd, "GET /gate HTTP/1.1\r\n" HOST "\r\n");
	gate_await(1);
	hang_up(&fd);
	gate_open();
	/* Writing to it raised SIGPIPE, which would have ended this process. */
	AWAIT(rig_stats(&rig).in_flight == 0 && rig_stats(&rig).connections == 0);
}

static void a_dead_servers_socket_is_replaced(void **state)
{
	PLACE(place);
	struct sockaddr_un address = unix_address(place.path);
	int dead = socket(AF_UNIX, SOCK_STREAM, 0);

	(void)state;
	assert_int_equal(bind(dead, (struct sockaddr *)&address, sizeof(address)), 0);
	close(dead);
	RIG(rig, .listen = place.listen);
	__attribute__((cleanup(hang_up))) int fd = dial_unix(place.path);
	say(fd, "GET /tell HTTP/1.1\r\n" HOST "\r\n");
	REPLY(r, fd);
	assert_int_equal(r.status, 200);
}

static void a_live_servers_socket_is_left_alone(void **state)
{
	PLACE(place);
	struct ctx ctx = { .mem = NULL };
	struct http_server *second;

	(void)state;
	RIG(rig, .listen = place.listen);
	assert_int_equal(try_listen(place.listen, &ctx, &second), ERR_CONFLICT);
	__attribute__((cleanup(hang_up))) int fd = dial_unix(place.path);
	say(fd, "GET /tell HTTP/1.1\r\n" HOST "\r\n");
	REPLY(r, fd);
	assert_int_equal(r.status, 200);
}

static void a_file_that_is_no_socket_is_left_alone(void **state)
{
	PLACE(place);
	struct ctx ctx = { .mem = NULL };
	struct http_server *s;
	struct stat st;
	FILE *precious = fopen(place.path, "w");

	(void)state;
	fclose(precious);
	assert_int_equal(try_listen(place.listen, &ctx, &s), ERR_CONFLICT);
	assert_int_equal(stat(place.path, &st), 0);
	assert_true(S_ISREG(st.st_mode));
}

#define FIFTY "01234567890123456789012345678901234567890123456789"

static void a_path_that_cannot_be_is_an_error(void **state)
{
	static const char *const PATHS[] = { "unix:", "unix:/no/such/folder/socket", "unix:/tmp/" FIFTY FIFTY FIFTY };
	struct ctx ctx = { .mem = NULL };
	struct http_server *s;

	(void)state;
	for (size_t i = 0; i < COUNT_OF(PATHS); i++)
		assert_int_equal(try_listen(PATHS[i], &ctx, &s), ERR_INVALID);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_request_in_flight_is_finished),
		cmocka_unit_test(a_request_half_sent_may_still_be_sent),
		cmocka_unit_test(idle_connections_are_closed),
		cmocka_unit_test(streams_are_told),
		cmocka_unit_test(who_waits_is_told_and_may_answer),
		cmocka_unit_test(what_is_not_finished_in_time_is_cut),
		cmocka_unit_test(stopping_twice_or_before_the_start_is_fine),
		cmocka_unit_test(a_server_that_never_ran_can_be_freed),
		cmocka_unit_test(a_busy_port_is_an_error_that_says_so),
		cmocka_unit_test(an_address_that_makes_no_sense_is_an_error),
		cmocka_unit_test(the_address_tells_the_port_that_was_given),
		cmocka_unit_test(a_unix_socket_is_private_and_removed_at_the_end),
		cmocka_unit_test(an_answer_that_finds_nobody_kills_nobody),
		cmocka_unit_test(a_dead_servers_socket_is_replaced),
		cmocka_unit_test(a_live_servers_socket_is_left_alone),
		cmocka_unit_test(a_file_that_is_no_socket_is_left_alone),
		cmocka_unit_test(a_path_that_cannot_be_is_an_error),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
