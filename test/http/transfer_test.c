/* http/client: its clocks, streams, connections, many calls at once, and whom it trusts. */
#include "desk.h"

#include "http/curl_internal.h"

/* -- pages --------------------------------------------------------------------------------------- */

static void page_silent(struct visit *v)
{
	far_await_end(v);
}

/* A beginning, and then nothing. */
static void page_stalled(struct visit *v)
{
	far_say(v, "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhello");
	far_await_end(v);
}

/* A byte at a time, for ever. */
static void page_drip(struct visit *v)
{
	struct pollfd closed = { .fd = v->fd, .events = POLLIN };

	far_say(v, "HTTP/1.1 200 OK\r\n\r\n");
	do
		far_say(v, ".");
	while (poll(&closed, 1, 10) == 0);
	v->keep = false;
}

static void page_busy(struct visit *v)
{
	const char *when = v->far->arg;
	char header[200] = "";

	if (when)
		snprintf(header, sizeof(header), "Retry-After: %s\r\n", when);
	far_answer(v, "429 Too Many Requests", header, S("later"));
}

static const struct far_page pages[] = {
	{ "/busy", page_busy }, { "/drip", page_drip }, { "/hello", page_hello }, { "/silent", page_silent },
	{ "/stalled", page_stalled }, { NULL, NULL },
};

/* -- time ------------------------------------------------------------------------------------------ */

static void a_call_ends_when_its_time_is_over(void **state)
{
	static const char *const PATHS[] = { "/silent", "/stalled", "/drip" };
	SERVE(far, pages, NULL);
	DESK(d);

	for (size_t i = 0; i < COUNT_OF(PATHS); i++) {
		struct http_call call = get(&d, far, PATHS[i]);

		call.timeout_ms = 150;
		assert_int_equal(http_call(&d.ctx, &call), ERR_TIMEOUT);
		assert_str(call.why, "127.0.0.1 did not answer in time");
	}
	FAR_AWAIT(far->n_open == 0);
}

static void a_call_ends_with_the_request_it_serves(void **state)
{
	SERVE(far, pages, NULL);
	DESK(d);
	struct http_call call = get(&d, far, "/silent");

	d.ctx.deadline_ms = mono_ms() + 150;
	assert_int_equal(http_call(&d.ctx, &call), ERR_TIMEOUT);
	/* And does not even begin once that is over. */
	assert_int_equal(http_call(&d.ctx, &call), ERR_TIMEOUT);
	assert_str(call.why, "no time was left to ask 127.0.0.1");
}

static void a_server_that_stops_halfway_is_given_up(void **state)
{
	SERVE(far, pages, NULL);
	DESK(d);
	struct http_call call = get(&d, far, "/stalled");

	call.stall_ms = 150;
	assert_int_equal(http_call(&d.ctx, &call), ERR_TIMEOUT);
	assert_str(call.why, "127.0.0.1 stopped answering");
}

static void a_wish_to_be_asked_later_is_reported(void **state)
{
	static const struct {
		const char *value;
		int64_t ms;
	} CASES[] = {
		{ "7", 7000 }, { "0", 0 }, { "Sun, 06 Nov 1994 08:49:37 GMT", 0 },
		{ NULL, -1 }, { "soon", -1 }, { "-5", -1 }, { "99999999999999999999", -1 },
	};
	DESK(d);

	for (size_t i = 0; i < COUNT_OF(CASES); i++) {
		SERVE(far, pages, (void *)(uintptr_t)CASES[i].value);
		struct http_call call = get(&d, far, "/busy");

		assert_int_equal(http_call(&d.ctx, &call), OK);
		assert_int_equal(call.status, 429);
		assert_int_equal(call.retry_after_ms, CASES[i].ms);
	}
}

static void a_date_to_be_asked_again_is_so_far_from_now(void **state)
{
	char date[64];
	time_t at = time(NULL) + 3600;
	struct tm tm;
	DESK(d);

	strftime(date, sizeof(date), "%a, %d %b %Y %H:%M:%S GMT", gmtime_r(&at, &tm));
	SERVE(far, pages, date);
	struct http_call call = get(&d, far, "/busy");

	assert_int_equal(http_call(&d.ctx, &call), OK);
	assert_in_range(call.retry_after_ms, 3000 * 1000, 3600 * 1000);
}

/* -- streams --------------------------------------------------------------------------------------- */

struct ear {
	struct buf heard;
	enum err answer;                     /* to each piece */
	_Atomic bool heard_half;
	int n_asked, asks_max;
};

static enum err hear_piece(void *arg, struct str bytes)
{
	struct ear *ear = arg;

	buf_str(&ear->heard, bytes);
	ear->heard_half = true;
	return ear->answer;
}

static bool ask(void *arg)
{
	struct ear *ear = arg;

	return ++ear->n_asked < ear->asks_max;
}

/* The second half comes when the first has been heard. */
static void page_halves(struct visit *v)
{
	struct ear *ear = v->far->arg;

	far_say(v, "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n6\r\nfirst,\r\n");
	while (!ear->heard_half && !v->far->stopping)
		usleep(1000);
	far_say(v, "7\r\n second\r\n0\r\n\r\n");
}

static const struct far_page stream_pages[] = {
	{ "/halves", page_halves }, { "/stalled", page_stalled }, { NULL, NULL },
};

static void a_stream_is_heard_as_it_comes(void **state)
{
	struct ear ear = { .answer = OK };
	SERVE(far, stream_pages, &ear);
	DESK(d);
	struct http_call call = get(&d, far, "/halves");

	call.receive = hear_piece;
	call.arg = &ear;
	assert_int_equal(http_call(&d.ctx, &call), OK);
	assert_str(buf_view(&ear.heard), "first, second");
	assert_int_equal(call.reply.n, 0);
	buf_fini(&ear.heard);
}

static void an_error_that_is_streamed_is_collected(void **state)
{
	struct ear ear = { .answer = OK };
	SERVE(far, pages, NULL);
	DESK(d);
	struct http_call call = get(&d, far, "/no-such-page");

	call.receive = hear_piece;
	call.arg = &ear;
	assert_int_equal(http_call(&d.ctx, &call), OK);
	assert_int_equal(ear.heard.n, 0);
	assert_str(call.reply, "no such page");
}

static void a_receiver_ends_the_call_with_its_error(void **state)
{
	struct ear ear = { .answer = ERR_UNPROCESSABLE };
	SERVE(far, stream_pages, &ear);
	DESK(d);
	struct http_call call = get(&d, far, "/stalled");

	call.receive = hear_piece;
	call.arg = &ear;
	assert_int_equal(http_call(&d.ctx, &call), ERR_UNPROCESSABLE);
	assert_int_equal(call.error, ERR_UNPROCESSABLE);
	FAR_AWAIT(far->n_open == 0);
	buf_fini(&ear.heard);
}

static void a_caller_is_asked_while_nothing_arrives_and_may_end_the_call(void **state)
{
	struct ear ear = { .asks_max = 4 };
	SERVE(far, pages, NULL);
	DESK(d);
	struct http_call call = get(&d, far, "/silent");

	call.go_on = ask;
	call.arg = &ear;
	assert_int_equal(http_call(&d.ctx, &call), ERR_GONE);
	assert_int_equal(ear.n_asked, 4);
	/* The server sees its connection closed at once, and not when somebody needs the place. */
	FAR_AWAIT(far->n_open == 0);
}

static void a_caller_is_asked_while_a_stream_flows(void **state)
{
	struct ear ear = { .asks_max = 4 };
	SERVE(far, pages, NULL);
	DESK(d);
	struct http_call call = get(&d, far, "/drip");

	call.go_on = ask;
	call.arg = &ear;
	assert_int_equal(http_call(&d.ctx, &call), ERR_GONE);
	FAR_AWAIT(far->n_open == 0);
}

/* Another thread, which wants the caller to end. */
struct waker {
	const struct far *far;
	pthread_t caller, thread;
	atomic_bool is_over;
};

static void *wake_when_asked(void *arg)
{
	struct waker *w = arg;

	FAR_AWAIT(w->far->n_requests == 1);
	atomic_store(&w->is_over, true);
	http_wake(w->caller);
	return NULL;
}

static bool not_over(void *arg)
{
	struct waker *w = arg;

	return !atomic_load(&w->is_over);
}

static void a_caller_that_is_woken_is_asked_at_once(void **state)
{
	SERVE(far, pages, NULL);
	DESK(d);
	struct waker w = { .far = far, .caller = pthread_self() };
	struct http_call call = get(&d, far, "/silent");

	call.go_on = not_over;
	call.arg = &w;
	call.ask_ms = 3600 * 1000;
	assert_int_equal(pthread_create(&w.thread, NULL, wake_when_asked, &w), 0);
	/* Nobody asks before the server would have been given up. */
	assert_int_equal(http_call(&d.ctx, &call), ERR_GONE);
	pthread_join(w.thread, NULL);
	FAR_AWAIT(far->n_open == 0);
	/* Nobody is there to be woken, and nobody minds. */
	http_wake(pthread_self());
}

static enum err hop_hear(void *arg, int status, struct str bytes)
{
	struct ear *ear = arg;

	buf_str(&ear->heard, bytes);
	return OK;
}

static void hear_until(struct wire *wire, const struct ear *ear, size_t n)
{
	while (ear->heard.n < n) {
		wire_wait(wire, 1000);
		wire_turn(wire);
	}
}

/* Which tells a server that is slow from one that has stopped. */
static void a_hop_knows_whether_bytes_moved(void **state)
{
	struct ear ear = { .answer = OK };
	SERVE(far, stream_pages, &ear);
	DESK(d);
	struct str url = url_of(&d, far, "/halves");
	struct hop hop = {
		.ctx = &d.ctx, .method = "GET", .connect_ms = FAR_PATIENCE_MS, .bytes_max = 1000,
		.receive = hop_hear, .arg = &ear,
	};
	struct wire *wire;

	assert_int_equal(wire_take(&d.ctx, false, url, &wire), OK);
	assert_int_equal(http_address_read(&d.ctx, url, &hop.to), OK);
	assert_int_equal(hop_begin(wire, &hop), OK);
	assert_false(hop_moved(&hop));
	wire_turn(wire);
	hear_until(wire, &ear, strlen("first,"));
	assert_true(hop_moved(&hop));
	assert_false(hop_moved(&hop));
	ear.heard_half = true;
	hear_until(wire, &ear, strlen("first, second"));
	assert_true(hop_moved(&hop));
	hop_end(&hop);
	wire_put_back(wire);
	buf_fini(&ear.heard);
}

/* -- connections ----------------------------------------------------------------------------------- */

static void a_connection_serves_one_call_after_another(void **state)
{
	SERVE(far, pages, NULL);
	DESK(d);

	for (int i = 0; i < 5; i++) {
		struct http_call call = get(&d, far, "/hello");

		assert_int_equal(http_call(&d.ctx, &call), OK);
	}
	assert_int_equal(far->n_requests, 5);
	assert_int_equal(far->n_connections, 1);
}

static enum err call_another(void *arg, struct str bytes)
{
	struct far *other = arg;
	DESK(d);
	struct http_call call = get(&d, other, "/hello");

	return http_call(&d.ctx, &call);
}

/* Two calls at once leave two wires to rest; each is then taken for the server it knows. */
static void servers_in_turn_each_keep_their_connection(void **state)
{
	SERVE(one, pages, NULL);
	SERVE(other, pages, NULL);
	DESK(d);
	struct http_call both = get(&d, one, "/hello");

	both.receive = call_another;
	both.arg = other;
	assert_int_equal(http_call(&d.ctx, &both), OK);
	for (int i = 0; i < 6; i++) {
		struct http_call call = get(&d, i % 2 ? one : other, "/hello");

		assert_int_equal(http_call(&d.ctx, &call), OK);
	}
	assert_int_equal(one->n_connections, 1);
	assert_int_equal(other->n_connections, 1);
}

struct nest {
	struct far *far;
	int depth;                           /* so many calls more, each while the one before is at work */
};

static enum err call_deeper(void *arg, struct str bytes)
{
	struct nest *nest = arg;
	DESK(d);
	struct http_call call = get(&d, nest->far, "/hello");

	call.receive = call_deeper;
	call.arg = nest;
	return nest->depth-- > 0 ? http_call(&d.ctx, &call) : OK;
}

static void many_calls_at_once_keep_their_connections(void **state)
{
	enum { AT_ONCE = 20 };
	SERVE(far, pages, NULL);

	for (int round = 0; round < 3; round++) {
		struct nest nest = { far, AT_ONCE };

		assert_int_equal(call_deeper(&nest, S("")), OK);
	}
	assert_int_equal(far->n_requests, 3 * AT_ONCE);
	assert_int_equal(far->n_connections, AT_ONCE);
}

struct descriptors {
	int port;                            /* of the server they lead to */
	int n, n_kept;                       /* how many; how many a child would not get */
};

static enum err look_at_descriptors(void *arg, struct str bytes)
{
	struct descriptors *d = arg;
	struct sockaddr_in peer;

	for (int fd = 3; fd < 1024; fd++) {
		socklen_t n = sizeof(peer);

		if (getpeername(fd, (struct sockaddr *)&peer, &n) != 0 || ntohs(peer.sin_port) != d->port)
			continue;
		d->n++;
		d->n_kept += fcntl(fd, F_GETFD) & FD_CLOEXEC ? 1 : 0;
	}
	return OK;
}

static void connections_are_not_handed_to_child_processes(void **state)
{
	SERVE(far, pages, NULL);
	DESK(d);
	struct http_call call = get(&d, far, "/hello");
	struct descriptors descriptors = { .port = far->port };

	call.receive = look_at_descriptors;
	call.arg = &descriptors;
	assert_int_equal(http_call(&d.ctx, &call), OK);
	assert_int_equal(descriptors.n, 1);
	assert_int_equal(descriptors.n_kept, 1);
}

/* The first of all: the thread that sees to them has not begun, and ends with the last of them. */
static void connections_that_nobody_uses_are_closed(void **state)
{
	SERVE(far, pages, NULL);
	DESK(d);
	int64_t before_ms = wire_rest_ms;
	struct http_call call = get(&d, far, "/hello");

	wire_rest_ms = 20;
	assert_int_equal(http_call(&d.ctx, &call), OK);
	FAR_AWAIT(far->n_open == 0);
	wire_rest_ms = before_ms;
}

/* -- many ------------------------------------------------------------------------------------------ */

static _Atomic int n_inside, most_inside;

/* Takes a while, and counts how many do. */
static void page_crowd(struct visit *v)
{
	int inside = ++n_inside;

	if (inside > most_inside)
		most_inside = inside;
	usleep(5000);
	n_inside--;
	page_hello(v);
}

static const struct far_page crowd_pages[] = {
	{ "/crowd", page_crowd }, { "/hello", page_hello }, { "/short", page_short }, { NULL, NULL },
};

static void count_done(void *arg, struct http_call *call)
{
	size_t *n_done = arg;

	assert_true(call->error != OK || call->status != 0);
	(*n_done)++;
}

static void calls_are_made_together_but_only_so_many_at_a_time(void **state)
{
	SERVE(far, crowd_pages, NULL);
	DESK(d);
	struct http_call calls[30];
	size_t n_done = 0;

	n_inside = most_inside = 0;
	for (size_t i = 0; i < COUNT_OF(calls); i++)
		calls[i] = get(&d, far, i % 10 == 3 ? "/short" : i % 10 == 6 ? "/nowhere" : "/crowd");
	http_call_all(&d.ctx, calls, COUNT_OF(calls), 4, count_done, &n_done);
	assert_int_equal(n_done, COUNT_OF(calls));
	assert_in_range(most_inside, 1, 4);
	for (size_t i = 0; i < COUNT_OF(calls); i++) {
		assert_int_equal(calls[i].error, i % 10 == 3 ? ERR_UPSTREAM : OK);
		assert_int_equal(calls[i].status, i % 10 == 3 ? 0 : i % 10 == 6 ? 404 : 200);
	}
}

static void no_calls_are_soon_made(void **state)
{
	DESK(d);

	http_call_all(&d.ctx, NULL, 0, 4, NULL, NULL);
}

enum { THREADS = 16, CALLS_PER_THREAD = 12 };

static void *call_often(void *arg)
{
	struct far *far = arg;
	uintptr_t n_ok = 0;

	for (int i = 0; i < CALLS_PER_THREAD; i++) {
		DESK(d);
		struct http_call call = get(&d, far, "/hello");
		struct ear ear = { .asks_max = 1000 };

		call.go_on = ask;
		call.arg = &ear;
		call.guarded = i % 3 == 0;
		n_ok += http_call(&d.ctx, &call) == OK;
	}
	return (void *)n_ok;
}

static void threads_call_at_the_same_time(void **state)
{
	SERVE(far, crowd_pages, NULL);
	DESK(d);
	pthread_t threads[THREADS];
	void *n_ok;

	open_to(&d, S("127.0.0.0/8"));
	for (size_t i = 0; i < THREADS; i++)
		assert_int_equal(pthread_create(&threads[i], NULL, call_often, far), 0);
	for (size_t i = 0; i < THREADS; i++) {
		pthread_join(threads[i], &n_ok);
		assert_int_equal((uintptr_t)n_ok, CALLS_PER_THREAD);
	}
	assert_int_equal(far->n_requests, THREADS * CALLS_PER_THREAD);
	open_to(&d, (struct str){ NULL, 0 });
}

/* -- certificates ---------------------------------------------------------------------------------- */

/* A process that started, killed with the scope. */
struct child {
	pid_t pid;
	FILE *out;
};

static void child_end(struct child *c)
{
	if (c->pid > 0) {
		kill(c->pid, SIGKILL);
		waitpid(c->pid, NULL, 0);
	}
	if (c->out)
		fclose(c->out);
}

static struct child child_start(const char *const *argv)
{
	struct child c = { .pid = -1 };
	int ends[2];

	assert_int_equal(pipe2(ends, O_CLOEXEC), 0);
	c.pid = fork();
	assert_true(c.pid >= 0);
	if (c.pid == 0) {
		int null = open("/dev/null", O_RDWR);

		dup2(null, STDIN_FILENO);
		dup2(ends[1], STDOUT_FILENO);
		dup2(null, STDERR_FILENO);
		execvp(argv[0], (char *const *)(uintptr_t)argv);
		_exit(127);
	}
	close(ends[1]);
	c.out = fdopen(ends[0], "r");
	return c;
}

static int child_wait(struct child *c)
{
	int status = -1;

	waitpid(c->pid, &status, 0);
	c->pid = -1;
	return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

/* The port that `openssl s_server` says it accepts connections at; 0: it ended. */
static int port_of_openssl(struct child *c)
{
	char line[256];
	int port = 0;

	while (port == 0 && fgets(line, sizeof(line), c->out))
		(void)!sscanf(line, "ACCEPT %*[^:]:%d", &port);
	return port;
}

/* What this program is for when it is called with an address: whether that answers. */
static int ask_once(const char *url)
{
	DESK(d);
	struct http_call call = { .method = "GET", .url = str_of(url) };

	return (int)http_call(&d.ctx, &call);
}

static int ask_in_child(const char *url, const char *trusted)
{
	const char *const argv[] = { "/proc/self/exe", url, NULL };
	AUTO(child_end) struct child asker = { .pid = -1 };

	if (trusted)
		setenv("SSL_CERT_FILE", trusted, 1);
	asker = child_start(argv);
	unsetenv("SSL_CERT_FILE");
	return child_wait(&asker);
}

static void a_certificate_must_be_trusted_and_may_be_made_so(void **state)
{
	char folder[] = "/tmp/http_test_XXXXXX", key[64], certificate[64], url[64];
	const char *const make[] = {
		"openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes",
		"-keyout", key, "-out", certificate, "-days", "2", "-subj", "/CN=localhost",
		"-addext", "subjectAltName=DNS:localhost", NULL,
	};
	const char *const serve[] = {
		"openssl", "s_server", "-accept", "127.0.0.1:0", "-key", key, "-cert", certificate, "-www", NULL,
	};
	AUTO(child_end) struct child maker = { .pid = -1 }, server = { .pid = -1 };
	int port;

	assert_non_null(mkdtemp(folder));
	snprintf(key, sizeof(key), "%s/key", folder);
	snprintf(certificate, sizeof(certificate), "%s/certificate", folder);
	maker = child_start(make);
	if (child_wait(&maker) != 0)
		print_message("skipped: openssl is not there\n");
	server = child_start(serve);
	port = port_of_openssl(&server);
	if (port) {
		snprintf(url, sizeof(url), "https://localhost:%d/", port);
		assert_int_equal(ask_in_child(url, NULL), ERR_UPSTREAM);
		assert_int_equal(ask_in_child(url, certificate), OK);
		/* Trusted, but made out to another name. */
		snprintf(url, sizeof(url), "https://127.0.0.1:%d/", port);
		assert_int_equal(ask_in_child(url, certificate), ERR_UPSTREAM);
	}
	unlink(key);
	unlink(certificate);
	rmdir(folder);
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(connections_that_nobody_uses_are_closed),
		cmocka_unit_test(a_call_ends_when_its_time_is_over),
		cmocka_unit_test(a_call_ends_with_the_request_it_serves),
		cmocka_unit_test(a_server_that_stops_halfway_is_given_up),
		cmocka_unit_test(a_wish_to_be_asked_later_is_reported),
		cmocka_unit_test(a_date_to_be_asked_again_is_so_far_from_now),
		cmocka_unit_test(a_stream_is_heard_as_it_comes),
		cmocka_unit_test(an_error_that_is_streamed_is_collected),
		cmocka_unit_test(a_receiver_ends_the_call_with_its_error),
		cmocka_unit_test(a_caller_is_asked_while_nothing_arrives_and_may_end_the_call),
		cmocka_unit_test(a_caller_is_asked_while_a_stream_flows),
		cmocka_unit_test(a_caller_that_is_woken_is_asked_at_once),
		cmocka_unit_test(a_hop_knows_whether_bytes_moved),
		cmocka_unit_test(a_connection_serves_one_call_after_another),
		cmocka_unit_test(servers_in_turn_each_keep_their_connection),
		cmocka_unit_test(many_calls_at_once_keep_their_connections),
		cmocka_unit_test(connections_are_not_handed_to_child_processes),
		cmocka_unit_test(calls_are_made_together_but_only_so_many_at_a_time),
		cmocka_unit_test(no_calls_are_soon_made),
		cmocka_unit_test(threads_call_at_the_same_time),
		cmocka_unit_test(a_certificate_must_be_trusted_and_may_be_made_so),
	};

	if (argc > 1)
		return ask_once(argv[1]);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
