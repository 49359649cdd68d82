/* run/answer.c: JSON out of what was said, and what the schema says to it. */
#include "run/answer.h"

#include "json/schema_check.h"

enum { ATTEMPTS = 2, TOLD_MAX = 10 };

#define FENCE S("```")

/* Models like to put JSON into a code fence, with a word behind its beginning. */
static struct str unfence(struct str text)
{
	struct str rest = text;

	if (!str_starts(text, FENCE) || !str_ends(text, FENCE) || str_index(text, '\n') < 0)
		return text;
	(void)str_cut(&rest, '\n');
	if (rest.n < FENCE.n)
		return text;
	rest.n -= FENCE.n;
	return str_trim(rest);
}

/* "items[2]: must be of type number; ..." */
static struct str told(struct arena *mem, const struct issues *issues)
{
	struct buf out = { .mem = mem };

	for (size_t i = 0; i < issues->n && i < TOLD_MAX; i++) {
		const struct issue *issue = &issues->items[i];
		struct str path = path_text(mem, issue->path);

		buf_printf(&out, "%s%.*s%s%.*s", i ? "; " : "", STR(path), path.n ? ": " : "", STR(issue->message));
	}
	return buf_view(&out);
}

static struct str why_of(struct ctx *ctx)
{
	return arena_str(ctx->mem, str_of(ctx->why));
}

/* Absent: the value fits. */
static struct str misfit(struct ctx *ctx, const struct json *schema, const struct json *value)
{
	struct issues *found = NEW(ctx->mem, struct issues), *before = ctx->issues;
	enum err e;

	ctx->issues = found;
	e = json_schema_apply(ctx, schema, value);
	ctx->issues = before;
	if (e == OK)
		return (struct str){ NULL, 0 };
	return e == ERR_INVALID && found->n > 0 ? told(ctx->mem, found) : why_of(ctx);
}

struct answer answer_of(struct ctx *ctx, const struct run_spec *spec, struct str said)
{
	struct answer answer = { .text = said };
	const struct json *value;

	if (!spec->output_schema)
		return answer;
	answer.text = unfence(str_trim(said));
	if (json_parse(ctx, answer.text, JSON_STRICT, &value) != OK) {
		answer.wrong = arena_printf(ctx->mem, "it is not JSON: %.*s", STR(why_of(ctx)));
		return answer;
	}
	answer.wrong = misfit(ctx, spec->output_schema, value);
	if (spec->is_cargo)
		answer.text = cargo_lines(ctx->mem, spec->output_schema, value);
	return answer;
}

bool answer_was_meant(const struct message *m)
{
	return m->role == MESSAGE_REPLY && m->calls.n == 0;
}

struct str answer_correction(struct ctx *ctx, const struct run_spec *spec, struct str said)
{
	struct str wrong = answer_of(ctx, spec, said).wrong;

	return arena_printf(ctx->mem, "Your answer does not fit its JSON Schema: %.*s. Answer again, with nothing but "
			    "the corrected JSON.", STR(wrong));
}

struct str answer_failure(struct ctx *ctx, const struct run_spec *spec, const struct record *record)
{
	const struct message *last = NULL;
	struct str wrong;
	size_t n = 0;

	for (size_t i = 0; i < record->messages.n; i++) {
		const struct message *m = LIST_AT(record->messages, struct message, i);

		if (!answer_was_meant(m))
			continue;
		last = m;
		n++;
	}
	if (n < ATTEMPTS)
		return (struct str){ NULL, 0 };
	wrong = answer_of(ctx, spec, last->text).wrong;
	return arena_printf(ctx->mem, "The answer does not fit the agent's %s, even when asked for again: %.*s",
			    spec->is_cargo ? "agent_schema" : "output_schema", STR(wrong));
}
