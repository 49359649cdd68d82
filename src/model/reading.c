/* model/reading.c: what an answer turns out to be. */
#include "model/reading.h"

#include "base/utf8.h"

enum { SAID_BYTES_MAX = 300 };

/* -- errors in place of a reply ---------------------------------------------------------------------- */

struct str error_message(const struct json *answer)
{
	const struct json *error = json_get(answer, "error");
	struct str said = json_get_str(error, "message");

	if (json_is(error, JSON_STR))
		said = error->text;
	return said.n > 0 ? said : json_get_str(answer, "message");
}

bool error_is(const struct json *answer, const char *member, const char *const *words)
{
	struct str said = json_get_str(json_get(answer, "error"), member);

	return said.p && str_is_one_of(said, words);
}

/* Of all that can go wrong once a reply has begun, only these would go wrong again. */
static bool would_happen_again(const struct json *answer)
{
	static const char *const LASTING[] = {
		"invalid_request_error", "authentication_error", "permission_error", "not_found_error",
		"billing_error", "insufficient_quota", "context_length_exceeded", "content_filter", NULL,
	};

	return error_is(answer, "type", LASTING) || error_is(answer, "code", LASTING);
}

static enum err refuse(struct reading *r, const struct json *answer)
{
	struct str said = utf8_cut(error_message(answer), SAID_BYTES_MAX);

	r->refused = true;
	r->passes = !would_happen_again(answer);
	return fail(r->ctx, ERR_UPSTREAM, "broke off its reply%s%.*s", said.n > 0 ? ": " : "", STR(said));
}

static bool is_error(const struct json *v)
{
	const struct json *error = json_get(v, "error");

	return error && error->type != JSON_NULL;
}

/* -- streams ------------------------------------------------------------------------------------------ */

static enum err read_event(struct reading *r, struct str data)
{
	AUTO(arena_rewind) struct arena_mark mark = arena_mark(r->ctx->mem);
	const struct json *v;

	if (json_parse(r->ctx, data, JSON_REPAIR, &v) != OK)
		return fail(r->ctx, ERR_UPSTREAM, "streams what is not JSON");
	r->n_events++;
	return is_error(v) ? refuse(r, v) : r->dialect->event(r, v);
}

static enum err on_event(void *arg, struct str data)
{
	struct reading *r = arg;

	data = str_trim(data);
	if (str_is(data, "[DONE]"))
		r->done = true;
	return r->done || data.n == 0 ? OK : read_event(r, data);
}

/* -- both ----------------------------------------------------------------------------------------------- */

void reading_init(struct reading *r, struct ctx *ctx, const struct dialect *dialect, struct shown *shown)
{
	*r = (struct reading){ .ctx = ctx, .dialect = dialect, .draft.shown = shown };
	r->stream.event = on_event;
	r->stream.arg = r;
}

void reading_fini(struct reading *r)
{
	sse_fini(&r->stream);
	draft_fini(&r->draft);
	buf_fini(&r->body);
	buf_fini(&r->thought);
	buf_fini(&r->signature);
}

static void begin(struct reading *r, struct str bytes)
{
	struct str seen = str_trim(bytes);

	if (r->begun || seen.n == 0)
		return;
	r->begun = true;
	r->is_whole = seen.p[0] == '{';
}

enum err reading_take(struct reading *r, struct str bytes)
{
	if (bytes.n > READING_BYTES_MAX - r->n_bytes)
		return fail(r->ctx, ERR_TOO_LARGE, "answers with more than %d bytes", READING_BYTES_MAX);
	r->n_bytes += bytes.n;
	begin(r, bytes);
	if (!r->is_whole)
		return sse_take(r->ctx, &r->stream, bytes);
	if (bytes.n > SSE_EVENT_MAX - r->body.n)
		return fail(r->ctx, ERR_TOO_LARGE, "answers with more than %d bytes", SSE_EVENT_MAX);
	buf_str(&r->body, bytes);
	return OK;
}

static enum err read_whole(struct reading *r)
{
	AUTO(arena_rewind) struct arena_mark mark = arena_mark(r->ctx->mem);
	const struct json *v;

	if (json_parse(r->ctx, buf_view(&r->body), JSON_REPAIR, &v) != OK)
		return fail(r->ctx, ERR_UPSTREAM, "answers with what is not JSON");
	return is_error(v) ? refuse(r, v) : r->dialect->whole(r, v);
}

static enum err check_complete(struct reading *r)
{
	const struct draft *d = &r->draft;
	bool any = d->text.n > 0 || d->n_calls > 0;

	if (d->stop != STOP_NOT_YET || (r->done && any))
		return OK;
	/* What has no events never was a reply, and would be none the next time. */
	r->passes = r->n_events > 0;
	return fail(r->ctx, ERR_UPSTREAM, "%s",
		    r->passes ? "broke off its reply" : "answers with what is no reply of a model");
}

enum err reading_end(struct reading *r)
{
	TRY(r->is_whole ? read_whole(r) : sse_end(r->ctx, &r->stream));
	return check_complete(r);
}
