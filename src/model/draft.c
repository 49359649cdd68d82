/* model/draft.c: pieces put together, and shown once. */
#include "model/draft.h"

#include <stdlib.h>

#include "base/id.h"

enum { CALL_ID_BYTES = 12, NAME_MAX_BYTES = 256 };

/* -- showing --------------------------------------------------------------------------------------- */

static void show(struct shown *s, struct str text)
{
	buf_str(&s->text, text);
	s->watch->delta(s->watch->arg, text);
}

/* text: the end of `all`, just added. */
static void show_what_is_new(struct shown *s, struct str all, struct str text)
{
	size_t from = all.n - text.n, had = s->text.n;
	size_t both = from >= had ? 0 : had - from < text.n ? had - from : text.n;

	if (!s->watch || !s->watch->delta || s->reworded)
		return;
	if (both > 0 && memcmp(s->text.p + from, text.p, both) != 0) {
		s->reworded = true;
		return;
	}
	if (both < text.n)
		show(s, str_from(text, both));
}

void shown_fini(struct shown *s)
{
	buf_fini(&s->text);
}

/* -- pieces ---------------------------------------------------------------------------------------- */

static enum err take(struct ctx *ctx, struct draft *d, struct buf *into, struct str piece)
{
	if (piece.n > DRAFT_BYTES_MAX - d->bytes)
		return fail(ctx, ERR_TOO_LARGE, "replies with more than %d bytes", DRAFT_BYTES_MAX);
	d->bytes += piece.n;
	buf_str(into, piece);
	return OK;
}

enum err draft_add_text(struct ctx *ctx, struct draft *d, struct str text)
{
	if (text.n == 0)
		return OK;
	TRY(take(ctx, d, &d->text, text));
	show_what_is_new(d->shown, buf_view(&d->text), text);
	return OK;
}

enum err draft_add_own(struct ctx *ctx, struct draft *d, struct str json)
{
	return take(ctx, d, &d->own, json);
}

enum err draft_add_arguments(struct ctx *ctx, struct draft *d, struct draft_call *call, struct str arguments)
{
	return take(ctx, d, &call->arguments, arguments);
}

static void more_calls(struct draft *d)
{
	if (d->n_calls < d->calls_cap)
		return;
	d->calls_cap = d->calls_cap ? 2 * d->calls_cap : 4;
	d->calls = xrealloc(d->calls, d->calls_cap * sizeof(*d->calls));
}

enum err draft_call(struct ctx *ctx, struct draft *d, int64_t key, struct draft_call **out)
{
	for (size_t i = d->n_calls; i > 0; i--)
		if (d->calls[i - 1].key == key) {
			*out = &d->calls[i - 1];
			return OK;
		}
	if (d->n_calls == DRAFT_CALLS_MAX)
		return fail(ctx, ERR_TOO_LARGE, "calls more than %d tools at a time", DRAFT_CALLS_MAX);
	more_calls(d);
	d->calls[d->n_calls] = (struct draft_call){ .key = key };
	*out = &d->calls[d->n_calls++];
	return OK;
}

static enum err name_once(struct ctx *ctx, struct draft *d, struct buf *name, struct str given)
{
	if (name->n > 0)
		return OK;
	if (given.n > NAME_MAX_BYTES)
		return fail(ctx, ERR_TOO_LARGE, "calls a tool by a name of more than %d bytes", NAME_MAX_BYTES);
	return take(ctx, d, name, given);
}

enum err draft_name_call(struct ctx *ctx, struct draft *d, struct draft_call *call, struct str id, struct str name)
{
	TRY(name_once(ctx, d, &call->id, id));
	return name_once(ctx, d, &call->name, name);
}

void draft_fini(struct draft *d)
{
	for (size_t i = 0; i < d->n_calls; i++) {
		buf_fini(&d->calls[i].id);
		buf_fini(&d->calls[i].name);
		buf_fini(&d->calls[i].arguments);
	}
	free(d->calls);
	d->calls = NULL;
	d->n_calls = d->calls_cap = 0;
	buf_fini(&d->text);
	buf_fini(&d->own);
}

/* -- the whole ------------------------------------------------------------------------------------- */

static struct str in(struct arena *mem, const struct buf *b)
{
	return arena_str(mem, buf_view(b));
}

/* Results name the call they answer, and not every server gives its calls a name. */
static struct str new_id(struct arena *mem)
{
	unsigned char bytes[CALL_ID_BYTES];

	random_bytes(bytes, sizeof(bytes));
	return arena_printf(mem, "call_%.*s", STR(hex_text(mem, bytes, sizeof(bytes))));
}

static struct list calls_of(struct arena *mem, const struct draft *d)
{
	struct tool_call *calls = arena_array(mem, d->n_calls, sizeof(*calls));

	for (size_t i = 0; i < d->n_calls; i++) {
		const struct draft_call *from = &d->calls[i];
		struct str id = from->id.n > 0 ? in(mem, &from->id) : new_id(mem);

		calls[i] = (struct tool_call){ id, in(mem, &from->name), in(mem, &from->arguments) };
	}
	return (struct list){ calls, d->n_calls };
}

void draft_finish(struct ctx *ctx, const struct draft *d, struct model_reply *out)
{
	*out = (struct model_reply){
		.text = in(ctx->mem, &d->text), .calls = calls_of(ctx->mem, d),
		.own = d->own.n > 0 ? in(ctx->mem, &d->own) : (struct str){ NULL, 0 },
		.tokens_input = d->tokens_input, .tokens_output = d->tokens_output,
		.tokens_cache_read = d->tokens_cache_read, .tokens_cache_write = d->tokens_cache_write,
		.uncounted = !d->counted,
		/* Shorter than what was shown is another text, too. */
		.reworded = d->shown->reworded || d->text.n < d->shown->text.n,
	};
}
