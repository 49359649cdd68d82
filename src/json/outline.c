/* json/outline.c: a walk over brackets and quotes. */
#include "json/outline.h"

#include "json/json.h"

static enum err not_json(struct ctx *ctx, const char *why)
{
	return fail(ctx, ERR_INVALID, "not JSON: %s", why);
}

static bool is_white(char c)
{
	return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

static struct str skip_white(struct str text)
{
	size_t n = 0;

	while (n < text.n && is_white(text.p[n]))
		n++;
	return str_from(text, n);
}

/* Bytes of the string that text begins with, quotes included; 0: it has no end. */
static size_t string_length(struct str text)
{
	for (size_t i = 1; i < text.n; i++) {
		if (text.p[i] == '\\')
			i++;
		else if (text.p[i] == '"')
			return i + 1;
	}
	return 0;
}

/* Bytes of the value that text begins with; 0: there is none, or it has no end. */
static size_t value_length(struct str text)
{
	size_t i = 0, depth = 0;

	while (i < text.n) {
		char c = text.p[i];
		size_t n = c == '"' ? string_length(str_from(text, i)) : 1;

		if (depth == 0 && (c == ',' || c == ']' || c == '}' || is_white(c)))
			return i;
		if (n == 0)
			return 0;
		i += n;
		if (c == '[' || c == '{')
			depth++;
		else if ((c == ']' || c == '}') && --depth == 0)
			return i;
	}
	return 0;
}

enum err outline_open(struct ctx *ctx, struct str text, struct outline *out)
{
	text = skip_white(text);
	if (text.n == 0 || (text.p[0] != '{' && text.p[0] != '['))
		return not_json(ctx, "neither an object nor an array");
	*out = (struct outline){ .rest = str_from(text, 1), .end = text.p[0] == '{' ? '}' : ']' };
	return OK;
}

static enum err take_value(struct ctx *ctx, struct outline *o, struct str *value)
{
	size_t n;

	o->rest = skip_white(o->rest);
	n = value_length(o->rest);
	if (n == 0)
		return not_json(ctx, "a value is missing or does not end");
	*value = (struct str){ o->rest.p, n };
	o->rest = str_from(o->rest, n);
	return OK;
}

static enum err take_key(struct ctx *ctx, struct outline *o, struct str *key)
{
	const struct json *parsed;
	struct str text;

	o->rest = skip_white(o->rest);
	text = (struct str){ o->rest.p, o->rest.n && o->rest.p[0] == '"' ? string_length(o->rest) : 0 };
	if (text.n == 0)
		return not_json(ctx, "a member has no name");
	TRY(json_parse(ctx, text, JSON_STRICT, &parsed));
	*key = parsed->text;
	o->rest = skip_white(str_from(o->rest, text.n));
	if (o->rest.n == 0 || o->rest.p[0] != ':')
		return not_json(ctx, "a colon is missing");
	o->rest = str_from(o->rest, 1);
	return OK;
}

static enum err end(struct ctx *ctx, struct outline *o, bool *more)
{
	*more = false;
	o->rest = skip_white(str_from(o->rest, 1));
	return o->rest.n == 0 ? OK : not_json(ctx, "something follows the end");
}

enum err outline_next(struct ctx *ctx, struct outline *o, bool *more, struct str *key, struct str *value)
{
	o->rest = skip_white(o->rest);
	if (o->rest.n > 0 && o->rest.p[0] == o->end)
		return end(ctx, o, more);
	if (o->begun && (o->rest.n == 0 || o->rest.p[0] != ','))
		return not_json(ctx, "a comma or a bracket is missing");
	if (o->begun)
		o->rest = str_from(o->rest, 1);
	o->begun = true;
	*more = true;
	if (o->end == '}')
		TRY(take_key(ctx, o, key));
	return take_value(ctx, o, value);
}

enum err outline_count(struct ctx *ctx, struct str text, size_t *n)
{
	struct outline outline;
	struct str key, value;
	bool more;

	TRY(outline_open(ctx, text, &outline));
	for (*n = 0;; ++*n) {
		TRY(outline_next(ctx, &outline, &more, &key, &value));
		if (!more)
			return OK;
	}
}
