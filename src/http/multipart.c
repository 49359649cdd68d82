/* http/multipart.c: boundaries by RFC 2046 5.1.1, headers by RFC 7578.
 *
 * What senders do that the documents do not quite say: a file name that is not ASCII comes as plain
 * UTF-8, though some send filename* (RFC 5987) beside it, which then counts; and in quoted text
 * browsers leave a backslash as it is, so that only those before a quote or another backslash escape.
 */
#include "http/multipart.h"

#include "base/url.h"
#include "base/utf8.h"

enum { BOUNDARY_MAX = 70 };

static enum err refuse(struct ctx *ctx, const char *why)
{
	return fail(ctx, ERR_INVALID, "malformed multipart body: %s", why);
}

/* -- parameters: ; name=value; name="value" ------------------------------------------------------ */

struct param {
	const char *name;
	struct str value;                    /* p NULL: not there */
};

static bool is_blank(char c)
{
	return c == ' ' || c == '\t';
}

static struct str skip_blanks(struct str text)
{
	while (text.n && is_blank(text.p[0]))
		text = str_from(text, 1);
	return text;
}

static bool is_token_char(char c)
{
	return is_letter(c) || is_digit(c) || (c && strchr("!#$%&'*+-.^_`|~", c));
}

/* The token at the front of *rest; empty when there is none. */
static struct str take_token(struct str *rest)
{
	struct str token = { rest->p, 0 };

	while (token.n < rest->n && is_token_char(rest->p[token.n]))
		token.n++;
	*rest = str_from(*rest, token.n);
	return token;
}

static bool is_escape(struct str text, size_t at)
{
	return text.p[at] == '\\' && at + 1 < text.n && (text.p[at + 1] == '"' || text.p[at + 1] == '\\');
}

static struct str unescape(struct arena *mem, struct str text)
{
	char *to = arena_alloc(mem, text.n + 1);
	size_t n = 0;

	for (size_t i = 0; i < text.n; i++) {
		i += is_escape(text, i);
		to[n++] = text.p[i];
	}
	return (struct str){ to, n };
}

/* The quoted text at the front of *rest, its quotes taken off. False: it does not end. */
static bool take_quoted(struct arena *mem, struct str *rest, struct str *out)
{
	struct str text = str_from(*rest, 1);
	bool escaped = false;
	size_t n = 0;

	for (; n < text.n && text.p[n] != '"'; n++)
		if (is_escape(text, n)) {
			escaped = true;
			n++;
		}
	if (n >= text.n)
		return false;
	*rest = str_from(text, n + 1);
	text.n = n;
	*out = escaped ? unescape(mem, text) : text;
	return true;
}

/* Not only a token: boundaries with '=' and '/' in them are often sent without quotes. */
static bool take_bare(struct str *rest, struct str *out)
{
	size_t n = 0;

	while (n < rest->n && !is_blank(rest->p[n]) && rest->p[n] != ';' && rest->p[n] != '"')
		n++;
	*out = (struct str){ rest->p, n };
	*rest = str_from(*rest, n);
	return n > 0;
}

static bool take_value(struct arena *mem, struct str *rest, struct str *out)
{
	return str_starts(*rest, S("\"")) ? take_quoted(mem, rest, out) : take_bare(rest, out);
}

/* False: it was there before. One that nobody asked for is dropped. */
static bool keep_param(struct param *wanted, size_t n, struct str name, struct str value)
{
	for (size_t i = 0; i < n; i++) {
		if (!str_eq_nocase(name, str_of(wanted[i].name)))
			continue;
		if (wanted[i].value.p)
			return false;
		wanted[i].value = value;
	}
	return true;
}

/* Reads all of "; a=b; c=d". False: it is malformed, or says something twice. */
static bool read_params(struct arena *mem, struct str text, struct param *wanted, size_t n)
{
	struct str name, value;

	for (text = skip_blanks(text); text.n; text = skip_blanks(text)) {
		if (text.p[0] != ';')
			return false;
		text = skip_blanks(str_from(text, 1));
		name = take_token(&text);
		if (name.n == 0 || !str_starts(text, S("=")))
			return false;
		text = str_from(text, 1);
		if (!take_value(mem, &text, &value) || !keep_param(wanted, n, name, value))
			return false;
	}
	return true;
}

/* -- the boundary -------------------------------------------------------------------------------- */

static bool may_be_in_boundary(char c)
{
	return is_letter(c) || is_digit(c) || (c && strchr("'()+_,-./:=? ", c));
}

static bool boundary_is_sane(struct str boundary)
{
	for (size_t i = 0; i < boundary.n; i++)
		if (!may_be_in_boundary(boundary.p[i]))
			return false;
	return boundary.n > 0 && boundary.n <= BOUNDARY_MAX && boundary.p[boundary.n - 1] != ' ';
}

static enum err read_boundary(struct ctx *ctx, struct str content_type, struct str *out)
{
	struct param boundary = { .name = "boundary" };
	struct str rest = content_type;
	struct str type = str_cut(&rest, ';');
	struct str params = str_from(content_type, type.n);

	if (!str_eq_nocase(str_trim(type), S("multipart/form-data")))
		return fail(ctx, ERR_INVALID, "the Content-Type must be multipart/form-data");
	if (!read_params(ctx->mem, params, &boundary, 1) || !boundary_is_sane(boundary.value))
		return fail(ctx, ERR_INVALID, "the Content-Type must name a boundary of 1 to %d characters", BOUNDARY_MAX);
	*out = boundary.value;
	return OK;
}

enum err multipart_begin(struct ctx *ctx, struct str content_type, struct str body, struct multipart *out)
{
	struct str boundary = {0};
	ptrdiff_t at;

	TRY(read_boundary(ctx, content_type, &boundary));
	*out = (struct multipart){ .delimiter = arena_printf(ctx->mem, "\r\n--%.*s", STR(boundary)) };
	/* The first one may stand at the very beginning; what comes before it is for people. */
	if (str_starts(body, str_from(out->delimiter, 2))) {
		out->rest = str_from(body, out->delimiter.n - 2);
		return OK;
	}
	at = str_find(body, out->delimiter);
	if (at < 0)
		return refuse(ctx, "it does not contain its boundary");
	out->rest = str_from(body, (size_t)at + out->delimiter.n);
	return OK;
}

/* -- the head of a part -------------------------------------------------------------------------- */

static bool is_text(struct str line)
{
	for (size_t i = 0; i < line.n; i++)
		if (((unsigned char)line.p[i] < ' ' && line.p[i] != '\t') || line.p[i] == 0x7f)
			return false;
	return true;
}

/* utf-8'en'%e2%82%ac (RFC 5987). */
static bool decode_extended(struct arena *mem, struct str value, struct str *out)
{
	struct str charset = str_cut(&value, '\'');

	str_cut(&value, '\'');
	return value.p && str_eq_nocase(charset, S("utf-8")) && url_decode(mem, value, out);
}

static bool is_name(struct str text)
{
	return utf8_valid(text) && str_index(text, '\0') < 0;
}

static enum err read_disposition(struct ctx *ctx, struct str value, struct multipart_part *out)
{
	struct param params[] = { { "name" }, { "filename" }, { "filename*" } };
	struct str name, file_name;

	if (!str_eq_nocase(take_token(&value), S("form-data")) ||
	    !read_params(ctx->mem, value, params, COUNT_OF(params)))
		return refuse(ctx, "a Content-Disposition is not form-data with its parameters");
	name = params[0].value;
	file_name = params[1].value;
	if (!name.p)
		return refuse(ctx, "a part has no name");
	if (params[2].value.p && !decode_extended(ctx->mem, params[2].value, &file_name))
		return refuse(ctx, "a filename* is not in UTF-8");
	if (!is_name(name) || !is_name(file_name))
		return refuse(ctx, "a name is not in UTF-8");
	out->name = name;
	out->file_name = file_name;
	return OK;
}

/* Content that is encoded once more would be taken for something else (RFC 7578 4.7). */
static bool is_as_it_is(struct str coding)
{
	return str_eq_nocase(coding, S("binary")) || str_eq_nocase(coding, S("8bit")) || str_eq_nocase(coding, S("7bit"));
}

static enum err read_header(struct ctx *ctx, struct str line, struct multipart_part *out)
{
	struct str value = line;
	struct str name = take_token(&value);

	if (name.n == 0 || !str_starts(value, S(":")) || !is_text(line))
		return refuse(ctx, "a header of a part is none");
	value = str_trim(str_from(value, 1));
	if (str_eq_nocase(name, S("content-transfer-encoding")))
		return is_as_it_is(value) ? OK : refuse(ctx, "a part has a Content-Transfer-Encoding");
	if (!str_eq_nocase(name, S("content-disposition")))
		return OK;
	if (out->name.p)
		return refuse(ctx, "a part has two Content-Dispositions");
	return read_disposition(ctx, value, out);
}

/* Cuts off the next line, its end as well. False: there is no end. */
static bool take_line(struct str *rest, struct str *line)
{
	ptrdiff_t end = str_find(*rest, S("\r\n"));

	if (end < 0)
		return false;
	*line = (struct str){ rest->p, (size_t)end };
	*rest = str_from(*rest, (size_t)end + 2);
	return true;
}

/* Up to and with the empty line. */
static enum err read_head(struct ctx *ctx, struct str *rest, struct multipart_part *out)
{
	struct str head = { rest->p, rest->n < MULTIPART_HEAD_MAX ? rest->n : MULTIPART_HEAD_MAX };
	struct str line;

	*out = (struct multipart_part){0};
	for (;;) {
		if (!take_line(&head, &line))
			return refuse(ctx, rest->n > MULTIPART_HEAD_MAX ? "the headers of a part are too large"
									: "it ends in the headers of a part");
		if (line.n == 0)
			break;
		TRY(read_header(ctx, line, out));
	}
	if (!out->name.p)
		return refuse(ctx, "a part has no Content-Disposition");
	*rest = str_from(*rest, (size_t)(head.p - rest->p));
	return OK;
}

/* -- parts --------------------------------------------------------------------------------------- */

/* What may follow a delimiter on its line (RFC 2046: transport padding). */
static bool take_line_end(struct str *rest)
{
	struct str end = skip_blanks(*rest);

	if (!str_starts(end, S("\r\n")))
		return false;
	*rest = str_from(end, 2);
	return true;
}

static enum err read_end(struct ctx *ctx, struct str behind)
{
	if (skip_blanks(behind).n > 0 && !take_line_end(&behind))
		return refuse(ctx, "a line goes on behind the final boundary");
	return OK;
}

enum err multipart_next(struct ctx *ctx, struct multipart *m, struct multipart_part *out, bool *more)
{
	ptrdiff_t end;

	*more = !str_starts(m->rest, S("--"));
	if (!*more)
		return read_end(ctx, str_from(m->rest, 2));
	if (!take_line_end(&m->rest))
		return refuse(ctx, m->rest.n ? "a line goes on behind a boundary" : "it ends without its final boundary");
	if (m->n_parts == MULTIPART_PARTS_MAX)
		return fail(ctx, ERR_INVALID, "a multipart body may have at most %d parts", MULTIPART_PARTS_MAX);
	TRY(read_head(ctx, &m->rest, out));
	end = str_find(m->rest, m->delimiter);
	if (end < 0)
		return refuse(ctx, "it ends without its final boundary");
	out->bytes = (struct str){ m->rest.p, (size_t)end };
	m->rest = str_from(m->rest, (size_t)end + m->delimiter.n);
	m->n_parts++;
	return OK;
}
