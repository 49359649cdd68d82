/* http/exchange.c: what a handler sees of a request, and how its answer is put together.
 *
 * The head is written on the handler's thread, not on the loop's: there are more of those.
 */
#include "http/internal.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "base/clock.h"
#include "base/id.h"

enum { KEEP_BODY_BYTES = 32 * 1024, KEEP_FIELDS_BYTES = 4 * 1024, MAX_REQUEST_ID = 64 };

struct http_exchange *exchange_new(struct http_server *s)
{
	struct http_exchange *x = xcalloc(1, sizeof(*x));

	x->server = s;
	arena_init(&x->mem, 0);
	message_init(&x->in, &s->rules, &x->mem);
	stream_init(&x->stream);
	x->head.mem = &x->mem;
	return x;
}

void exchange_free(struct http_exchange *x)
{
	stream_fini(&x->stream);
	message_fini(&x->in);
	buf_fini(&x->body);
	buf_fini(&x->fields);
	arena_fini(&x->mem);
	free(x);
}

static void empty(struct buf *b, size_t keep)
{
	b->n = 0;
	if (b->cap > keep)
		buf_fini(b);
}

void exchange_reset(struct http_exchange *x)
{
	message_end(&x->in);
	stream_reset(&x->stream);
	empty(&x->body, KEEP_BODY_BYTES);
	empty(&x->fields, KEEP_FIELDS_BYTES);
	buf_fini(&x->head);
	arena_reset(&x->mem);
	x->payload = (struct str){ NULL, 0 };
	x->status = 0;
	x->keep_alive = x->counted = x->streaming = false;
}

/* -- request ------------------------------------------------------------------------------ */

static bool request_id_is_sane(struct str id)
{
	static const char ALLOWED[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._-";

	for (size_t i = 0; i < id.n; i++)
		if (!memchr(ALLOWED, id.p[i], sizeof(ALLOWED) - 1))
			return false;
	return id.n > 0 && id.n <= MAX_REQUEST_ID;
}

void exchange_identify(struct http_exchange *x)
{
	struct http_request *r = &x->in.request;
	struct str theirs = http_header_get(r, "x-request-id", NULL);

	if (!r->id.p)
		r->id = request_id_is_sane(theirs) ? theirs : uuid_new(&x->mem);
}

const struct http_request *http_request_of(const struct http_exchange *x)
{
	return &x->in.request;
}

struct arena *http_arena(struct http_exchange *x)
{
	return &x->mem;
}

/* -- response ----------------------------------------------------------------------------- */

static const char *reason(int status)
{
	static const struct {
		int status;
		const char *reason;
	} REASONS[] = {
		{ 200, "OK" }, { 201, "Created" }, { 202, "Accepted" }, { 204, "No Content" },
		{ 206, "Partial Content" }, { 301, "Moved Permanently" }, { 302, "Found" }, { 303, "See Other" },
		{ 304, "Not Modified" }, { 307, "Temporary Redirect" }, { 308, "Permanent Redirect" },
		{ 400, "Bad Request" }, { 401, "Unauthorized" }, { 402, "Payment Required" }, { 403, "Forbidden" },
		{ 404, "Not Found" }, { 405, "Method Not Allowed" }, { 406, "Not Acceptable" },
		{ 408, "Request Timeout" }, { 409, "Conflict" }, { 410, "Gone" }, { 411, "Length Required" },
		{ 412, "Precondition Failed" }, { 413, "Content Too Large" }, { 414, "URI Too Long" },
		{ 415, "Unsupported Media Type" }, { 416, "Range Not Satisfiable" }, { 417, "Expectation Failed" },
		{ 421, "Misdirected Request" }, { 422, "Unprocessable Content" }, { 423, "Locked" },
		{ 426, "Upgrade Required" }, { 428, "Precondition Required" }, { 429, "Too Many Requests" },
		{ 431, "Request Header Fields Too Large" }, { 499, "Client Closed Request" },
		{ 500, "Internal Server Error" }, { 501, "Not Implemented" }, { 502, "Bad Gateway" },
		{ 503, "Service Unavailable" }, { 504, "Gateway Timeout" }, { 505, "HTTP Version Not Supported" },
		{ 507, "Insufficient Storage" },
	};

	for (size_t i = 0; i < COUNT_OF(REASONS); i++)
		if (REASONS[i].status == status)
			return REASONS[i].reason;
	return "Unknown";
}

/* RFC 9110 5.6.7, without strftime, whose names follow the locale. */
static void format_date(struct http_date *d, time_t second)
{
	static const char DAYS[7][4] = { "Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat" };
	static const char MONTHS[12][4] = { "Jan", "Feb", "Mar", "Apr", "May", "Jun",
					    "Jul", "Aug", "Sep", "Oct", "Nov", "Dec" };
	struct tm t;

	gmtime_r(&second, &t);
	snprintf(d->text, sizeof(d->text), "%s, %02d %s %d %02d:%02d:%02d GMT", DAYS[t.tm_wday], t.tm_mday,
		 MONTHS[t.tm_mon], t.tm_year + 1900, t.tm_hour, t.tm_min, t.tm_sec);
	d->second = second;
}

struct str http_date_text(struct http_date *d)
{
	int64_t second = now_us() / US_PER_SECOND;

	if (second != d->second)
		format_date(d, (time_t)second);
	return str_of(d->text);
}

/* Every head has two, and printf would cost more than all the rest of it. */
static void add_number(struct buf *b, size_t number)
{
	char digits[24];
	size_t at = sizeof(digits);

	do
		digits[--at] = (char)('0' + number % 10);
	while (number /= 10);
	buf_add(b, digits + at, sizeof(digits) - at);
}

static void add_field(struct buf *b, const char *name, struct str value)
{
	buf_z(b, name);
	buf_add(b, ": ", 2);
	buf_str(b, value);
	buf_add(b, "\r\n", 2);
}

bool exchange_has_body(const struct http_exchange *x)
{
	return x->status >= 200 && x->status != 204 && x->status != 304;
}

void exchange_begin_head(struct http_exchange *x, struct buf *head, struct http_date *date)
{
	if (atomic_load_explicit(&x->server->stopping, memory_order_relaxed))
		x->keep_alive = false;
	buf_room(head, 512);
	buf_str(head, S("HTTP/1.1 "));
	add_number(head, (size_t)x->status);
	buf_char(head, ' ');
	buf_z(head, reason(x->status));
	buf_add(head, "\r\n", 2);
	add_field(head, "Date", http_date_text(date));
	add_field(head, "X-Request-Id", x->in.request.id);
	buf_str(head, S("X-Content-Type-Options: nosniff\r\n"));
	if (!x->keep_alive)
		buf_str(head, S("Connection: close\r\n"));
	else if (x->in.http_1_0)
		buf_str(head, S("Connection: keep-alive\r\n"));
	buf_str(head, buf_view(&x->fields));
}

void exchange_seal(struct http_exchange *x, struct http_date *date)
{
	exchange_begin_head(x, &x->head, date);
	if (exchange_has_body(x)) {
		buf_str(&x->head, S("Content-Length: "));
		add_number(&x->head, x->payload.n);
		buf_add(&x->head, "\r\n", 2);
	}
	buf_add(&x->head, "\r\n", 2);
	if (!exchange_has_body(x) || x->in.request.method == HTTP_HEAD)
		x->payload.n = 0;
}

static bool field_is_sane(struct str text)
{
	for (size_t i = 0; i < text.n; i++)
		if (text.p[i] == '\r' || text.p[i] == '\n' || text.p[i] == '\0')
			return false;
	return true;
}

void http_set_header(struct http_exchange *x, const char *name, struct str value)
{
	assert(field_is_sane(str_of(name)) && field_is_sane(value));
	add_field(&x->fields, name, value);
}

struct buf *http_body(struct http_exchange *x)
{
	return &x->body;
}

void http_reply_static(struct http_exchange *x, int status, struct str body)
{
	assert(x->status == 0);
	x->status = status;
	x->payload = body;
}

void http_reply(struct http_exchange *x, int status)
{
	http_reply_static(x, status, buf_view(&x->body));
}

int http_status_of(const struct http_exchange *x)
{
	return x->status;
}

static void refuse_in_plain_text(void *user, struct http_exchange *x, int status, const char *why)
{
	(void)user, (void)status;
	http_set_header(x, "Content-Type", S("text/plain; charset=utf-8"));
	buf_printf(http_body(x), "%s\n", why);
}

/* Replaces whatever answer was being built. */
void exchange_refuse(struct http_exchange *x, int status, const char *why)
{
	const struct http_options *o = &x->server->options;
	http_refusal *refusal = o->refusal ? o->refusal : refuse_in_plain_text;

	x->fields.n = x->body.n = 0;
	x->status = 0;
	exchange_identify(x);
	if (status == 503)
		http_set_header(x, "Retry-After", S("1"));
	refusal(o->user, x, status, why);
	http_reply(x, status);
}
