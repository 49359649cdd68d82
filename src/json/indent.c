/* json/indent.c: compact JSON, laid out for people; as it is, or as the value of a string.
 *
 * The second is how MCP hands JSON to a model (studio contract 3.4). It works on the text, in one pass from the
 * one buffer to the other: what was written once is not walked over again, nor laid out first and escaped then.
 * Inside a string value a line end is the two characters \n, and quotes and backslashes get a backslash.
 */
#include "json/write.h"

#include "json/write_internal.h"

struct layout {
	struct buf *out;
	struct str json;
	size_t at, depth;
	struct str quote, backslash, line_end;
};

/* -- strings ---------------------------------------------------------------------------------------------- */

/* A backslash and what follows it: a quote there does not end the string. */
static void put_escape(struct layout *l)
{
	char next = l->at + 1 < l->json.n ? l->json.p[l->at + 1] : ' ';

	buf_str(l->out, l->backslash);
	if (next == '"')
		buf_str(l->out, l->quote);
	else if (next == '\\')
		buf_str(l->out, l->backslash);
	else
		buf_char(l->out, next);
	l->at += 2;
}

static void put_string(struct layout *l)
{
	size_t run;

	buf_str(l->out, l->quote);
	l->at++;
	while (l->at < l->json.n) {
		run = plain_run(l->json, l->at);
		buf_add(l->out, l->json.p + l->at, run);
		l->at += run;
		if (l->at == l->json.n || l->json.p[l->at] == '"')
			break;
		put_escape(l);
	}
	buf_str(l->out, l->quote);
	l->at++;
}

/* -- everything else ---------------------------------------------------------------------------------------- */

/* The end of the line, and the blanks that the next begins with. */
static void new_line(struct layout *l)
{
	static const char BLANKS[] = "                                ";
	size_t blanks = 2 * l->depth, n;

	buf_str(l->out, l->line_end);
	for (; blanks > 0; blanks -= n) {
		n = blanks < sizeof(BLANKS) - 1 ? blanks : sizeof(BLANKS) - 1;
		buf_add(l->out, BLANKS, n);
	}
}

static bool closes(char c)
{
	return c == '}' || c == ']';
}

static void put_opening(struct layout *l)
{
	char c = l->json.p[l->at++];

	buf_char(l->out, c);
	if (l->at < l->json.n && closes(l->json.p[l->at])) {
		buf_char(l->out, l->json.p[l->at++]);        /* an empty pair stays together */
		return;
	}
	l->depth++;
	new_line(l);
}

static void put_closing(struct layout *l)
{
	l->depth--;
	new_line(l);
	buf_char(l->out, l->json.p[l->at++]);
}

/* A number, true, false or null. */
static void put_word(struct layout *l)
{
	size_t from = l->at;

	while (l->at < l->json.n && l->json.p[l->at] != ',' && !closes(l->json.p[l->at]))
		l->at++;
	buf_add(l->out, l->json.p + from, l->at - from);
}

static void put_token(struct layout *l)
{
	switch (l->json.p[l->at]) {
	case '"':
		put_string(l);
		break;
	case ':':
		buf_add(l->out, ": ", 2);
		l->at++;
		break;
	case ',':
		buf_char(l->out, ',');
		new_line(l);
		l->at++;
		break;
	case '{':
	case '[':
		put_opening(l);
		break;
	case '}':
	case ']':
		put_closing(l);
		break;
	default:
		put_word(l);
	}
}

static void lay_out(struct layout *l)
{
	buf_room(l->out, 2 * l->json.n);     /* it grows to about that; at once, rather than by and by */
	while (l->at < l->json.n)
		put_token(l);
}

void json_indent(struct buf *out, struct str json)
{
	lay_out(&(struct layout){
		.out = out, .json = json, .quote = S("\""), .backslash = S("\\"), .line_end = S("\n"),
	});
}

void jw_laid_out(struct json_writer *w, struct str json)
{
	jw_raw(w, S("\""));
	lay_out(&(struct layout){
		.out = w->out, .json = json, .quote = S("\\\""), .backslash = S("\\\\"), .line_end = S("\\n"),
	});
	buf_char(w->out, '"');
}
