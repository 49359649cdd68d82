/* model/sse.c: bytes into lines, lines into events. */
#include "model/sse.h"

#define BYTE_ORDER_MARK S("\xEF\xBB\xBF")

static enum err too_long(struct ctx *ctx)
{
	return fail(ctx, ERR_UPSTREAM, "an event of the stream is longer than %d bytes", SSE_EVENT_MAX);
}

static enum err dispatch(struct sse *s)
{
	struct str data = buf_view(&s->data);

	if (!s->has_data)
		return OK;
	s->has_data = false;
	s->data.n = 0;
	return s->event(s->arg, data);
}

static enum err add_data(struct ctx *ctx, struct sse *s, struct str value)
{
	if (value.n >= SSE_EVENT_MAX - s->data.n)
		return too_long(ctx);
	if (s->has_data)
		buf_char(&s->data, '\n');
	buf_str(&s->data, value);
	s->has_data = true;
	return OK;
}

static enum err take_line(struct ctx *ctx, struct sse *s, struct str line)
{
	struct str name;

	if (!s->begun && str_starts(line, BYTE_ORDER_MARK))
		line = str_from(line, BYTE_ORDER_MARK.n);
	s->begun = true;
	if (line.n == 0)
		return dispatch(s);
	name = str_cut(&line, ':');
	if (!str_is(name, "data"))
		return OK;
	if (line.n > 0 && line.p[0] == ' ')
		line = str_from(line, 1);
	return add_data(ctx, s, line);
}

static enum err end_line(struct ctx *ctx, struct sse *s)
{
	struct str line = buf_view(&s->line);

	s->line.n = 0;
	return take_line(ctx, s, line);
}

/* How many bytes there are before CR or LF. */
static size_t to_line_end(struct str bytes)
{
	const char *lf = memchr(bytes.p, '\n', bytes.n);
	size_t n = lf ? (size_t)(lf - bytes.p) : bytes.n;
	const char *cr = memchr(bytes.p, '\r', n);

	return cr ? (size_t)(cr - bytes.p) : n;
}

enum err sse_take(struct ctx *ctx, struct sse *s, struct str bytes)
{
	while (bytes.n > 0) {
		size_t n = to_line_end(bytes);
		bool second_half;

		if (n > SSE_EVENT_MAX - s->line.n)
			return too_long(ctx);
		buf_add(&s->line, bytes.p, n);
		if (n == bytes.n)
			return OK;
		second_half = s->after_cr && s->line.n == 0 && bytes.p[n] == '\n';
		s->after_cr = bytes.p[n] == '\r';
		bytes = str_from(bytes, n + 1);
		if (!second_half)
			TRY(end_line(ctx, s));
	}
	return OK;
}

enum err sse_end(struct ctx *ctx, struct sse *s)
{
	if (s->line.n > 0)
		TRY(end_line(ctx, s));
	return dispatch(s);
}

void sse_fini(struct sse *s)
{
	buf_fini(&s->line);
	buf_fini(&s->data);
}
