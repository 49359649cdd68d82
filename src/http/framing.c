/* http/framing.c: llhttp's callbacks, translated. */
#include "http/framing.h"

#include <llhttp.h>
#include <stdlib.h>

#include "base/arena.h"

struct framing {
	llhttp_t parser;             /* its `data` is the struct message */
};

static int verdict(bool go_on)
{
	return go_on ? 0 : -1;
}

static int on_url(llhttp_t *p, const char *at, size_t n)
{
	return verdict(message_on_target(p->data, (struct str){ at, n }));
}

static int on_field(llhttp_t *p, const char *at, size_t n)
{
	return verdict(message_on_name(p->data, (struct str){ at, n }));
}

static int on_value(llhttp_t *p, const char *at, size_t n)
{
	return verdict(message_on_value(p->data, (struct str){ at, n }));
}

static int on_value_complete(llhttp_t *p)
{
	return verdict(message_on_header_end(p->data));
}

static int on_headers_complete(llhttp_t *p)
{
	struct framing_head head = {
		.method = llhttp_method_name(p->method),
		.major = p->http_major,
		.minor = p->http_minor,
		.keep_alive = llhttp_should_keep_alive(p),
		.chunked = p->flags & F_CHUNKED,
		.has_length = p->flags & F_CONTENT_LENGTH,
		.length = p->content_length,
	};

	/* We never change protocol. Asked to, we answer in HTTP/1.1, as RFC 9110 7.8 allows and as
	 * clients that offer h2c expect; llhttp would otherwise leave the body unread. */
	p->upgrade = 0;
	return verdict(message_on_head(p->data, &head));
}

static int on_body(llhttp_t *p, const char *at, size_t n)
{
	return verdict(message_on_body(p->data, (struct str){ at, n }));
}

/* Stops behind the request: what follows is the next one's. */
static int on_message_complete(llhttp_t *p)
{
	(void)p;
	return HPE_PAUSED;
}

static const llhttp_settings_t SETTINGS = {
	.on_url = on_url,
	.on_header_field = on_field,
	.on_header_value = on_value,
	.on_header_value_complete = on_value_complete,
	.on_headers_complete = on_headers_complete,
	.on_body = on_body,
	.on_message_complete = on_message_complete,
};

struct framing *framing_new(struct message *m)
{
	struct framing *f = xmalloc(sizeof(*f));

	f->parser.data = m;
	framing_reset(f);
	return f;
}

void framing_free(struct framing *f)
{
	free(f);
}

void framing_reset(struct framing *f)
{
	void *message = f->parser.data;

	/* Not llhttp_reset, which remembers that the last request wanted the connection closed. */
	llhttp_init(&f->parser, HTTP_REQUEST, &SETTINGS);
	f->parser.data = message;
}

enum framing_step framing_feed(struct framing *f, struct str bytes, size_t *used)
{
	llhttp_errno_t e = llhttp_execute(&f->parser, bytes.p, bytes.n);

	*used = bytes.n;
	if (e == HPE_OK)
		return FRAMING_MORE;
	if (e != HPE_PAUSED)
		return FRAMING_BROKEN;
	*used = (size_t)(llhttp_get_error_pos(&f->parser) - bytes.p);
	return FRAMING_COMPLETE;
}

const char *framing_why(const struct framing *f)
{
	const char *why = llhttp_get_error_reason(&f->parser);

	return why && *why ? why : "malformed request";
}
