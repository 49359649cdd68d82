/* bench/provider.c: a provider of models that is not what is measured.
 *
 * It speaks as much of OpenAI's chat completions, streamed, as agentd asks for: one thread, no reading of JSON,
 * tens of thousands of replies a second, as many open connections as there are descriptors. How it behaves is
 * written in the name of the model, so that one process serves every measurement:
 *
 *     bench-MS-TURNS                  replies after MS milliseconds; all but the last of TURNS replies call a tool
 *     bench-MS-TURNS-PIECES-EVERY     the last reply comes in PIECES deltas, one each EVERY milliseconds
 *     ...-together                    and those of all such replies in the same millisecond
 *
 * A delta is "@MOMENT ", when it was sent, or the first of those due together. A message that says "@NUMBER " is
 * known by that number in the record, which GET /record gives and forgets:
 *
 *     came NUMBER MOMENT              a request arrived
 *     left NUMBER MOMENT              its connection was closed before the reply was complete
 *
 * A moment is microseconds of the monotonic clock, which all processes of a machine read alike.
 *
 *     bench-provider                  listens on a free port and prints it
 */
#include <llhttp.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <uv.h>

#include "base/buf.h"
#include "base/clock.h"

/* A bench's conversations are short. */
enum { BACKLOG = 4096, READ_BYTES = 64 << 10, BODY_BYTES_MAX = 1 << 20 };

struct script {
	int delay_ms, n_turns, n_pieces, every_ms;
	bool together;
};

struct conn {
	uv_tcp_t tcp;
	uv_timer_t timer;                    /* the next part of the reply */
	llhttp_t parser;
	struct buf body;
	bool asks_for_record;
	bool replying;
	bool calls;                          /* the reply under way: of a tool, or */
	int n_left;                          /* so many deltas more */
	struct script script;
	uint64_t due_ms;                     /* when the next part is, by the loop's clock */
	long long number;
};

static uv_loop_t *loop;
static struct buf record;
static char scratch[READ_BYTES];             /* what was read is parsed before the next read */

static void must(int failed, const char *what)
{
	if (failed >= 0)
		return;
	fprintf(stderr, "bench-provider: %s: %s\n", what, uv_strerror(failed));
	exit(1);
}

static void note(const char *what, const struct conn *c)
{
	buf_printf(&record, "%s %lld %lld\n", what, c->number, (long long)mono_us());
}

/* -- the end of a connection --------------------------------------------------------------------------- */

static void on_timer_closed(uv_handle_t *handle)
{
	struct conn *c = handle->data;

	buf_fini(&c->body);
	free(c);
}

static void on_closed(uv_handle_t *handle)
{
	struct conn *c = handle->data;

	uv_close((uv_handle_t *)&c->timer, on_timer_closed);
}

static void leave(struct conn *c)
{
	if (uv_is_closing((uv_handle_t *)&c->tcp))
		return;
	if (c->replying)
		note("left", c);
	c->replying = false;
	uv_close((uv_handle_t *)&c->tcp, on_closed);
}

/* -- replies ---------------------------------------------------------------------------------------------- */

/* All of it at once: a part of a reply fits into a socket's buffer. */
static void send_now(struct conn *c, struct str bytes)
{
	uv_buf_t buf = uv_buf_init((char *)bytes.p, (unsigned)bytes.n);

	if (uv_try_write((uv_stream_t *)&c->tcp, &buf, 1) != (int)bytes.n)
		leave(c);
}

static void add_event(struct buf *out, const char *json)
{
	buf_printf(out, "%zx\r\ndata: %s\n\n\r\n", strlen(json) + 8, json);
}

static void add_head(struct buf *out)
{
	buf_z(out, "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n");
	add_event(out, "{\"choices\":[{\"index\":0,\"delta\":{\"role\":\"assistant\",\"content\":\"\"}}]}");
}

static void add_call(struct buf *out)
{
	add_event(out, "{\"choices\":[{\"index\":0,\"delta\":{\"tool_calls\":[{\"index\":0,\"id\":\"call_1\",\"type\":"
		       "\"function\",\"function\":{\"name\":\"get_run_datetime\",\"arguments\":\"{}\"}}]}}]}");
}

/* Deltas due together were all sent when the first was: the longer this program is kept from sending the others, the
 * sooner each of them would seem to arrive. */
static int64_t moment_of(const struct conn *c)
{
	static uint64_t due_ms;
	static int64_t first_us;

	if (!c->script.together)
		return mono_us();
	if (c->due_ms != due_ms)
		first_us = mono_us();
	due_ms = c->due_ms;
	return first_us;
}

static void add_delta(struct buf *out, int64_t moment)
{
	char json[128];

	snprintf(json, sizeof(json), "{\"choices\":[{\"index\":0,\"delta\":{\"content\":\"@%lld \"}}]}",
		 (long long)moment);
	add_event(out, json);
}

static void add_end(struct buf *out, bool calls)
{
	add_event(out, calls ? "{\"choices\":[{\"index\":0,\"delta\":{},\"finish_reason\":\"tool_calls\"}]}"
			     : "{\"choices\":[{\"index\":0,\"delta\":{},\"finish_reason\":\"stop\"}]}");
	add_event(out, "{\"choices\":[],\"usage\":{\"prompt_tokens\":100,\"completion_tokens\":10}}");
	add_event(out, "[DONE]");
	buf_z(out, "0\r\n\r\n");
}

static void on_due(uv_timer_t *timer);

/* So long behind the part before, late as that may have been sent. Counted from now on instead, one delay would bring
 * all replies it holds up into step for good, and what is measured later were the bursts of this program. */
static void await_part(struct conn *c, int ms)
{
	uint64_t now_ms = uv_now(loop);

	c->due_ms += (uint64_t)ms;
	uv_timer_start(&c->timer, on_due, c->due_ms > now_ms ? c->due_ms - now_ms : 0, 0);
}

/* What is due: the beginning with the first part, the parts, the end with the last. */
static void on_due(uv_timer_t *timer)
{
	struct conn *c = timer->data;
	char bytes[2048];
	struct buf out = { .p = bytes, .cap = sizeof(bytes) };

	if (c->calls || c->n_left == c->script.n_pieces)
		add_head(&out);
	if (c->calls)
		add_call(&out);
	else
		add_delta(&out, moment_of(c));
	c->n_left -= !c->calls;
	c->replying = !c->calls && c->n_left > 0;
	if (c->replying)
		await_part(c, c->script.every_ms);
	else
		add_end(&out, c->calls);
	send_now(c, buf_view(&out));
}

/* -- requests ----------------------------------------------------------------------------------------------- */

static int count(struct str text, struct str word)
{
	ptrdiff_t at;
	int n = 0;

	while ((at = str_find(text, word)) >= 0) {
		text = str_from(text, (size_t)at + word.n);
		n++;
	}
	return n;
}

/* What follows the word; NUL-terminated as the whole text is. */
static const char *behind(struct str text, struct str word)
{
	ptrdiff_t at = str_find(text, word);

	return at < 0 ? "" : text.p + at + word.n;
}

static struct script script_of(struct str body)
{
	struct script s = { .n_turns = 1, .n_pieces = 1 };

	char how[16] = "";

	sscanf(behind(body, S("\"model\":\"bench-")), "%d-%d-%d-%d-%15[a-z]", &s.delay_ms, &s.n_turns, &s.n_pieces,
	       &s.every_ms, how);
	s.together = strcmp(how, "together") == 0;
	return s;
}

/* The moment from which a reply's parts are counted. */
static uint64_t begin_ms(const struct script *s)
{
	uint64_t now_ms = uv_now(loop);

	return s->together ? now_ms - now_ms % (uint64_t)s->every_ms : now_ms;
}

static void reply(struct conn *c)
{
	struct str body = buf_view(&c->body);

	c->script = script_of(body);
	c->number = atoll(behind(body, S("@")));
	c->calls = count(body, S("\"role\":\"assistant\"")) + 1 < c->script.n_turns;
	c->n_left = c->script.n_pieces;
	c->replying = true;
	note("came", c);
	c->due_ms = begin_ms(&c->script);
	if (c->script.delay_ms > 0)
		await_part(c, c->script.delay_ms);
	else
		on_due(&c->timer);
}

static void on_record_sent(uv_write_t *write, int status)
{
	free(write->data);
	free(write);
}

static void reply_with_record(struct conn *c)
{
	uv_write_t *write = xmalloc(sizeof(*write));
	struct buf out = {0};
	uv_buf_t bytes;

	buf_printf(&out, "HTTP/1.1 200 OK\r\nContent-Length: %zu\r\n\r\n", record.n);
	buf_str(&out, buf_view(&record));
	record.n = 0;
	write->data = out.p;
	bytes = uv_buf_init(out.p, (unsigned)out.n);
	must(uv_write(write, (uv_stream_t *)&c->tcp, &bytes, 1, on_record_sent), "record");
}

static int on_url(llhttp_t *parser, const char *at, size_t n)
{
	struct conn *c = parser->data;

	c->asks_for_record = str_is((struct str){ at, n }, "/record");
	return 0;
}

static int on_body(llhttp_t *parser, const char *at, size_t n)
{
	struct conn *c = parser->data;

	buf_add(&c->body, at, n);
	return c->body.n <= BODY_BYTES_MAX ? 0 : -1;
}

static int on_request(llhttp_t *parser)
{
	struct conn *c = parser->data;

	buf_char(&c->body, '\0');
	c->body.n--;
	if (c->asks_for_record)
		reply_with_record(c);
	else
		reply(c);
	c->body.n = 0;
	return 0;
}

static const llhttp_settings_t SETTINGS = { .on_url = on_url, .on_body = on_body, .on_message_complete = on_request };

/* -- connections --------------------------------------------------------------------------------------------- */

static void on_alloc(uv_handle_t *handle, size_t suggested, uv_buf_t *out)
{
	*out = uv_buf_init(scratch, sizeof(scratch));
}

static void on_read(uv_stream_t *stream, ssize_t n, const uv_buf_t *buf)
{
	struct conn *c = stream->data;

	if (n < 0 || llhttp_execute(&c->parser, buf->base, (size_t)n) != HPE_OK)
		leave(c);
}

static void on_connection(uv_stream_t *listener, int status)
{
	struct conn *c = xcalloc(1, sizeof(*c));

	must(status, "accept");
	c->tcp.data = c->timer.data = c;
	uv_tcp_init(loop, &c->tcp);
	uv_timer_init(loop, &c->timer);
	llhttp_init(&c->parser, HTTP_REQUEST, &SETTINGS);
	c->parser.data = c;
	must(uv_accept(listener, (uv_stream_t *)&c->tcp), "accept");
	uv_tcp_nodelay(&c->tcp, 1);
	must(uv_read_start((uv_stream_t *)&c->tcp, on_alloc, on_read), "read");
}

static void listen_on_free_port(uv_tcp_t *listener)
{
	struct sockaddr_in address;
	int n = sizeof(address);

	uv_ip4_addr("127.0.0.1", 0, &address);
	uv_tcp_init(loop, listener);
	must(uv_tcp_bind(listener, (const struct sockaddr *)&address, 0), "bind");
	must(uv_listen((uv_stream_t *)listener, BACKLOG, on_connection), "listen");
	must(uv_tcp_getsockname(listener, (struct sockaddr *)&address, &n), "bind");
	printf("127.0.0.1:%d\n", ntohs(address.sin_port));
	fflush(stdout);
}

static void allow_many_files(void)
{
	struct rlimit files;

	getrlimit(RLIMIT_NOFILE, &files);
	files.rlim_cur = files.rlim_max;
	setrlimit(RLIMIT_NOFILE, &files);
}

int main(void)
{
	uv_tcp_t listener;

	allow_many_files();
	signal(SIGPIPE, SIG_IGN);
	loop = uv_default_loop();
	listen_on_free_port(&listener);
	return uv_run(loop, UV_RUN_DEFAULT);
}
