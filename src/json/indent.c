/* json/indent.c: compact JSON, laid out for people; as it is, or as the value of a string.
 *
 * The second is how MCP hands JSON to a model (studio contract 3.4). It works on the text, in one pass from the
 * one buffer to the other: what was written once is not walked over again, nor laid out first and escaped then.
 * Inside a string value a line end is the two characters \n, and quotes and backslashes get a backslash.
 *
 * Whoever begins a line makes room for all of it. In a line nothing takes more than twice its bytes, so no byte has
 * to ask.
 */
#include "json/write.h"

#include "json/write_internal.h"

/* One or two bytes. */
struct mark {
	char bytes[2];
	size_t n;
};

struct layout {
	struct buf *out;
	const char *end;                     /* of the text */
	size_t depth;
	struct mark quote, backslash, line_end;
};

/* Where it is. It goes from hand to hand by value, which leaves it in registers: bytes are stored through it, and
 * nothing in memory is sure to be what it was after that. */
struct cursor {
	const char *at;                      /* in the text */
	char *to;                            /* in the room of out */
};

/* For the line that begins here, and for the beginning of one more. */
static char *room_for_line(const struct layout *l, const char *at)
{
	return room(l->out, 2 * (size_t)(l->end - at) + 2 * l->depth + 32);
}

static char *put(char *to, struct mark mark)
{
	memcpy(to, mark.bytes, sizeof(mark.bytes));
	return to + mark.n;
}

/* -- strings ---------------------------------------------------------------------------------------------- */

/* A backslash and what follows it: a quote there does not end the string. */
static struct cursor put_escape(const struct layout *l, struct cursor c)
{
	c.to = put(c.to, l->backslash);
	if (++c.at == l->end)
		return c;
	if (*c.at == '"')
		c.to = put(c.to, l->quote);
	else if (*c.at == '\\')
		c.to = put(c.to, l->backslash);
	else
		*c.to++ = *c.at;
	c.at++;
	return c;
}

static struct cursor put_plain(const struct layout *l, struct cursor c)
{
	size_t n = copy_plain(c.to, (struct str){ c.at, (size_t)(l->end - c.at) });

	return (struct cursor){ c.at + n, c.to + n };
}

static struct cursor put_char(struct cursor c)
{
	*c.to++ = *c.at++;
	return c;
}

/* A string, and of a key the colon as well. */
static struct cursor put_string(const struct layout *l, struct cursor c)
{
	c.to = put(c.to, l->quote);
	c.at++;
	for (c = put_plain(l, c); c.at < l->end && *c.at != '"'; c = put_plain(l, c))
		c = put_escape(l, c);
	c.to = put(c.to, l->quote);
	if (++c.at < l->end && *c.at == ':') {
		c = put_char(c);
		*c.to++ = ' ';
	}
	return c;
}

/* -- everything else ---------------------------------------------------------------------------------------- */

/* The end of the line, and the blanks that the next begins with. */
static struct cursor new_line(const struct layout *l, struct cursor c)
{
	static const char BLANKS[] = "                ";
	char *blank = put(c.to, l->line_end);

	c.to = blank + 2 * l->depth;
	for (; blank < c.to; blank += sizeof(BLANKS) - 1)
		memcpy(blank, BLANKS, sizeof(BLANKS) - 1);
	l->out->n = (size_t)(c.to - l->out->p);
	c.to = room_for_line(l, c.at);
	return c;
}

static bool closes(char c)
{
	return c == '}' || c == ']';
}

static struct cursor put_opening(struct layout *l, struct cursor c)
{
	c = put_char(c);
	if (c.at < l->end && closes(*c.at))
		return put_char(c);          /* an empty pair stays together */
	l->depth++;
	return new_line(l, c);
}

static struct cursor put_closing(struct layout *l, struct cursor c)
{
	l->depth--;
	return put_char(new_line(l, c));
}

/* A number, true, false or null. */
static struct cursor put_word(const struct layout *l, struct cursor c)
{
	do
		c = put_char(c);
	while (c.at < l->end && *c.at != ',' && !closes(*c.at));
	return c;
}

static struct cursor put_token(struct layout *l, struct cursor c)
{
	switch (*c.at) {
	case '"':
		return put_string(l, c);
	case ',':
		return new_line(l, put_char(c));
	case '{':
	case '[':
		return put_opening(l, c);
	case '}':
	case ']':
		return put_closing(l, c);
	default:
		return put_word(l, c);
	}
}

static void lay_out(struct layout l, struct str json)
{
	struct cursor c = { .at = json.p };

	l.end = json.p + json.n;
	c.to = room_for_line(&l, c.at);
	while (c.at < l.end)
		c = put_token(&l, c);
	l.out->n = (size_t)(c.to - l.out->p);
}

void json_indent(struct buf *out, struct str json)
{
	lay_out((struct layout){ .out = out, .quote = { "\"", 1 }, .backslash = { "\\", 1 }, .line_end = { "\n", 1 } },
		json);
}

void jw_laid_out(struct json_writer *w, struct str json)
{
	jw_raw(w, S("\""));
	lay_out((struct layout){ .out = w->out, .quote = { "\\\"", 2 }, .backslash = { "\\\\", 2 },
				 .line_end = { "\\n", 2 } },
		json);
	buf_char(w->out, '"');
}
