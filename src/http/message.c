/* http/message.c: collecting a head and a body, and refusing what is not quite a request.
 *
 * llhttp guards the grammar. Added here is what it leaves to its user: limits, Host, the
 * target's form, expectations, and transfer codings we do not speak.
 *
 * Invariant: memory follows what has arrived, never what was announced.
 */
#include "http/message.h"

enum { KEEP_BODY_BYTES = 16 * 1024, FIRST_SPANS = 16 };

/* The first refusal stands: later ones are its consequences. */
static bool refuse(struct message *m, int status, const char *why)
{
	if (m->state != MESSAGE_REFUSED) {
		m->state = MESSAGE_REFUSED;
		m->refusal = status;
		m->why = why;
	}
	return false;
}

/* Accounts for n bytes about to be stored. */
static bool hold(struct message *m, size_t n)
{
	struct message_rules *rules = m->rules;

	if (n > rules->all_bytes - rules->held_bytes)
		return refuse(m, 503, "too much is being received right now");
	rules->held_bytes += n;
	m->held_bytes += n;
	return true;
}

void message_init(struct message *m, struct message_rules *rules, struct arena *mem)
{
	*m = (struct message){ .rules = rules, .mem = mem };
	m->framing = framing_new(m);
}

void message_fini(struct message *m)
{
	framing_free(m->framing);
	buf_fini(&m->body);
}

void message_begin(struct message *m)
{
	*m = (struct message){
		.rules = m->rules, .mem = m->mem, .framing = m->framing,
		.body = m->body, .head = { .mem = m->mem },
	};
	framing_reset(m->framing);
}

void message_end(struct message *m)
{
	m->rules->held_bytes -= m->held_bytes;
	m->held_bytes = 0;
	m->body.n = 0;
	if (m->body.cap > KEEP_BODY_BYTES)
		buf_fini(&m->body);
}

/* -- the head, piece by piece ------------------------------------------------------------- */

bool message_on_target(struct message *m, struct str piece)
{
	if (!hold(m, piece.n))
		return false;
	buf_str(&m->head, piece);
	m->target_n += piece.n;
	m->span.at = m->head.n;
	return true;
}

/* Trailers come the same way as headers, but after the head: nobody here wants them. */
static bool is_trailer(const struct message *m)
{
	return m->state != MESSAGE_HEAD;
}

bool message_on_name(struct message *m, struct str piece)
{
	char *to;

	if (is_trailer(m))
		return true;
	if (!hold(m, piece.n))
		return false;
	to = buf_room(&m->head, piece.n);
	for (size_t i = 0; i < piece.n; i++)
		to[i] = to_lower(piece.p[i]);
	m->head.n += piece.n;
	m->span.name_n += piece.n;
	return true;
}

bool message_on_value(struct message *m, struct str piece)
{
	if (is_trailer(m))
		return true;
	if (!hold(m, piece.n))
		return false;
	buf_str(&m->head, piece);
	m->span.value_n += piece.n;
	return true;
}

static void grow_spans(struct message *m)
{
	size_t cap = m->cap_spans ? 2 * m->cap_spans : FIRST_SPANS;

	m->spans = arena_grow(m->mem, m->spans, m->cap_spans * sizeof(*m->spans), cap * sizeof(*m->spans));
	m->cap_spans = cap;
}

bool message_on_header_end(struct message *m)
{
	if (is_trailer(m))
		return true;
	if (m->n_spans == m->rules->n_headers)
		return refuse(m, 431, "too many headers");
	if (m->n_spans == m->cap_spans)
		grow_spans(m);
	m->spans[m->n_spans++] = m->span;
	m->span = (struct header_span){ .at = m->head.n };
	return true;
}

/* -- the head, complete ------------------------------------------------------------------- */

static void fill_headers(struct message *m)
{
	struct http_header *headers = arena_alloc(m->mem, (m->n_spans + 1) * sizeof(*headers));

	for (size_t i = 0; i < m->n_spans; i++) {
		const struct header_span *s = &m->spans[i];

		headers[i].name = (struct str){ m->head.p + s->at, s->name_n };
		headers[i].value = str_trim((struct str){ m->head.p + s->at + s->name_n, s->value_n });
	}
	m->request.headers = headers;
	m->request.n_headers = m->n_spans;
}

static enum http_method method_of(const char *name)
{
	static const struct {
		const char *name;
		enum http_method method;
	} METHODS[] = {
		{ "GET", HTTP_GET }, { "POST", HTTP_POST }, { "PUT", HTTP_PUT }, { "PATCH", HTTP_PATCH },
		{ "DELETE", HTTP_DELETE }, { "HEAD", HTTP_HEAD }, { "OPTIONS", HTTP_OPTIONS },
	};

	for (size_t i = 0; i < COUNT_OF(METHODS); i++)
		if (strcmp(METHODS[i].name, name) == 0)
			return METHODS[i].method;
	return HTTP_OTHER;
}

/* Takes "http://authority" off an absolute-form target (RFC 9112 3.2.2). */
static bool take_origin(struct str *target)
{
	static const char *const SCHEMES[] = { "http://", "https://" };
	size_t end;

	for (size_t i = 0; i < COUNT_OF(SCHEMES); i++) {
		struct str scheme = str_of(SCHEMES[i]);

		if (target->n <= scheme.n || !str_starts_nocase(*target, scheme))
			continue;
		for (end = scheme.n; end < target->n && target->p[end] != '/' && target->p[end] != '?'; end++)
			if (target->p[end] == '@')
				return false;
		*target = str_from(*target, end);
		return end > scheme.n;
	}
	return false;
}

static bool read_target(struct message *m)
{
	struct http_request *r = &m->request;
	struct str rest = r->target;

	if (str_index(rest, '#') >= 0)
		return refuse(m, 400, "the request target has a fragment");
	if (str_is(rest, "*") && r->method == HTTP_OPTIONS) {
		r->path = rest;
		return true;
	}
	if (!str_starts(rest, S("/")) && !take_origin(&rest))
		return refuse(m, 400, "the request target is neither a path nor an http URL");
	r->path = str_cut(&rest, '?');
	r->query = rest;
	if (r->path.n == 0)
		r->path = S("/");
	return true;
}

static bool may_be_in_host(unsigned char c)
{
	return c > ' ' && c < 0x7f && !strchr("/\\?#@,\"<>", c);
}

static bool host_is_sane(struct str host)
{
	for (size_t i = 0; i < host.n; i++)
		if (!may_be_in_host((unsigned char)host.p[i]))
			return false;
	return true;
}

static bool check_host(struct message *m)
{
	size_t n;
	struct str host = http_header_get(&m->request, "host", &n);

	if (n > 1)
		return refuse(m, 400, "more than one Host header");
	if (n == 0)
		return m->http_1_0 || refuse(m, 400, "no Host header");
	return host_is_sane(host) || refuse(m, 400, "malformed Host header");
}

static bool check_coding(struct message *m, const struct framing_head *head)
{
	size_t n;
	struct str coding = http_header_get(&m->request, "transfer-encoding", &n);

	if (n == 0)
		return true;
	if (m->http_1_0)
		return refuse(m, 400, "Transfer-Encoding in HTTP/1.0");
	if (n > 1 || !head->chunked || !str_eq_nocase(coding, S("chunked")))
		return refuse(m, 400, "a transfer coding other than chunked");
	return true;
}

static bool check_expectation(struct message *m)
{
	size_t n;
	struct str expect = http_header_get(&m->request, "expect", &n);

	if (n == 0 || m->http_1_0)
		return true;
	if (n > 1 || !str_eq_nocase(expect, S("100-continue")))
		return refuse(m, 417, "an expectation other than 100-continue");
	m->expects_continue = true;
	return true;
}

static bool check_body_size(struct message *m, const struct framing_head *head)
{
	const struct message_rules *rules = m->rules;

	if (!head->has_length && !head->chunked)
		return true;
	m->body_max = rules->body_limit ? rules->body_limit(rules->user, &m->request) : rules->body_bytes;
	m->announced = head->has_length ? head->length : 0;
	return m->announced <= m->body_max || refuse(m, 413, "the body is too large");
}

bool message_on_head(struct message *m, const struct framing_head *head)
{
	struct http_request *r = &m->request;

	r->method_name = str_of(head->method);
	r->method = method_of(head->method);
	r->target = (struct str){ m->head.p, m->target_n };
	m->http_1_0 = head->major == 1 && head->minor == 0;
	m->keep_alive = head->keep_alive;
	fill_headers(m);
	if (head->major != 1 || head->minor > 1)
		return refuse(m, 505, "an HTTP version other than 1.0 and 1.1");
	if (str_is(r->method_name, "CONNECT"))
		return refuse(m, 400, "this server is no proxy");
	if (!read_target(m) || !check_host(m) || !check_coding(m, head) || !check_expectation(m) ||
	    !check_body_size(m, head))
		return false;
	m->state = MESSAGE_BODY;
	return true;
}

/* -- the body ----------------------------------------------------------------------------- */

/* Doubling, but never past the announced length; one byte more for the NUL behind the body. */
static void grow_body(struct message *m, size_t n)
{
	struct buf *b = &m->body;
	size_t need = b->n + n + 1;
	size_t cap = b->cap ? b->cap : 1024;

	if (need <= b->cap)
		return;
	while (cap < need)
		cap *= 2;
	if (m->announced && cap > m->announced + 1)
		cap = m->announced + 1;
	b->p = xrealloc(b->p, cap);
	b->cap = cap;
}

bool message_on_body(struct message *m, struct str piece)
{
	if (piece.n > m->body_max - m->body.n)
		return refuse(m, 413, "the body is too large");
	if (!hold(m, piece.n))
		return false;
	m->expects_continue = false;
	grow_body(m, piece.n);
	buf_str(&m->body, piece);
	return true;
}

static void complete(struct message *m)
{
	m->state = MESSAGE_COMPLETE;
	m->expects_continue = false;
	m->request.body = S("");
	if (m->body.n == 0)
		return;
	m->body.p[m->body.n] = '\0';
	m->request.body = buf_view(&m->body);
}

/* Inside the head no more is parsed than its limit allows, which is how the limit is kept. */
static size_t feed_some(struct message *m, struct str bytes)
{
	bool in_head = m->state == MESSAGE_HEAD;
	size_t left = m->rules->head_bytes - m->head_bytes;
	size_t used;

	if (in_head && bytes.n > left)
		bytes.n = left;
	switch (framing_feed(m->framing, bytes, &used)) {
	case FRAMING_MORE:
		break;
	case FRAMING_COMPLETE:
		complete(m);
		return used;
	case FRAMING_BROKEN:
		refuse(m, 400, framing_why(m->framing));
		return used;
	}
	m->head_bytes += in_head ? bytes.n : 0;
	/* Without a header so far it is the target that is too long. */
	if (m->state == MESSAGE_HEAD && m->head_bytes == m->rules->head_bytes)
		refuse(m, m->n_spans || m->span.name_n ? 431 : 414, "the head of the request is too large");
	return used;
}

enum message_state message_feed(struct message *m, struct str bytes, size_t *used)
{
	*used = 0;
	while (*used < bytes.n && (m->state == MESSAGE_HEAD || m->state == MESSAGE_BODY))
		*used += feed_some(m, str_from(bytes, *used));
	return m->state;
}

struct str http_header_get(const struct http_request *r, const char *name, size_t *n)
{
	struct str wanted = str_of(name), found = { NULL, 0 };
	size_t count = 0;

	for (size_t i = 0; i < r->n_headers; i++)
		if (str_eq(r->headers[i].name, wanted) && count++ == 0)
			found = r->headers[i].value;
	if (n)
		*n = count;
	return found;
}
