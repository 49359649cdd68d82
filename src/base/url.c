/* base/url.c: see the header. Where there is nothing to decode, nothing is allocated. */
#include "base/url.h"

/* One encoded byte at the front of text, or -1. */
static int take_encoded(struct str text)
{
	int high = text.n >= 3 ? hex_digit(text.p[1]) : -1;
	int low = text.n >= 3 ? hex_digit(text.p[2]) : -1;

	return high < 0 || low < 0 ? -1 : high * 16 + low;
}

/* What is malformed stays as it is. *clean: nothing was. */
static struct str decode(struct arena *mem, struct str text, bool *clean)
{
	struct buf out = { .mem = mem };

	*clean = true;
	if (str_index(text, '%') < 0)
		return text;
	for (size_t i = 0; i < text.n; i++) {
		int byte = text.p[i] == '%' ? take_encoded(str_from(text, i)) : -1;

		*clean &= text.p[i] != '%' || byte >= 0;
		buf_char(&out, byte >= 0 ? (char)byte : text.p[i]);
		i += byte >= 0 ? 2 : 0;
	}
	return buf_view(&out);
}

bool url_decode(struct arena *mem, struct str text, struct str *out)
{
	bool clean;

	*out = decode(mem, text, &clean);
	return clean;
}

static bool is_unreserved(char c)
{
	return is_letter(c) || is_digit(c) || (c && strchr("-._~", c));
}

/* False: an escape is malformed. */
static bool decode_unreserved(struct arena *mem, struct str path, struct str *out)
{
	struct buf decoded = { .mem = mem };

	for (size_t i = 0; i < path.n; i++) {
		bool escaped = path.p[i] == '%';
		int byte = escaped ? take_encoded(str_from(path, i)) : -1;
		bool decodes = byte >= 0 && is_unreserved((char)byte);

		if (escaped && byte < 0)
			return false;
		buf_char(&decoded, decodes ? (char)byte : path.p[i]);
		i += decodes ? 2 : 0;
	}
	*out = buf_view(&decoded);
	return true;
}

/* The path begins with a slash. */
static struct str resolve_dots(struct arena *mem, struct str path)
{
	struct buf out = { .mem = mem };

	str_cut(&path, '/');
	while (path.p) {
		struct str segment = str_cut(&path, '/');
		bool up = str_is(segment, ".."), dots = up || str_is(segment, ".");

		while (up && out.n > 0 && out.p[--out.n] != '/')
			;
		if (dots && path.p)
			continue;
		buf_char(&out, '/');
		buf_str(&out, dots ? S("") : segment);
	}
	return buf_view(&out);
}

struct str url_path_normal(struct arena *mem, struct str path)
{
	bool plain = str_index(path, '%') < 0 && str_find(path, S("/.")) < 0;
	struct str decoded;

	if (path.n == 0 || path.p[0] != '/' || plain || !decode_unreserved(mem, path, &decoded))
		return path;
	return resolve_dots(mem, decoded);
}

struct str url_path_single(struct arena *mem, struct str path)
{
	struct buf out = { .mem = mem };

	for (size_t i = 0; i < path.n; i++)
		if (i == 0 || path.p[i] != '/' || path.p[i - 1] != '/')
			buf_char(&out, path.p[i]);
	return buf_view(&out);
}

void url_encode(struct buf *out, struct str text)
{
	for (size_t i = 0; i < text.n; i++) {
		char c = text.p[i];

		if (is_unreserved(c))
			buf_char(out, c);
		else
			buf_printf(out, "%%%02X", (unsigned char)c);
	}
}

static struct str decode_form(struct arena *mem, struct str text)
{
	struct buf blanks = { .mem = mem };
	bool clean;

	if (str_index(text, '+') < 0)
		return decode(mem, text, &clean);
	for (size_t i = 0; i < text.n; i++)
		buf_char(&blanks, text.p[i] == '+' ? ' ' : text.p[i]);
	return decode(mem, buf_view(&blanks), &clean);
}

bool url_param_next(struct arena *mem, struct str *rest, struct url_param *out)
{
	struct str piece = { NULL, 0 };

	while (rest->p && piece.n == 0)
		piece = str_cut(rest, '&');
	if (piece.n == 0)
		return false;
	out->name = decode_form(mem, str_cut(&piece, '='));
	out->value = piece.p ? decode_form(mem, piece) : S("");
	return true;
}

struct str url_param_get(struct arena *mem, struct str query, const char *name)
{
	struct url_param param;

	while (url_param_next(mem, &query, &param))
		if (str_is(param.name, name))
			return param.value;
	return (struct str){ NULL, 0 };
}

/* -- absolute URLs ------------------------------------------------------------------------ */

static bool is_one_of(char c, const char *set)
{
	return c != '\0' && strchr(set, c);
}

static bool scheme_is_valid(struct str s)
{
	for (size_t i = 0; i < s.n; i++)
		if (!is_letter(s.p[i]) && !(i > 0 && (is_digit(s.p[i]) || is_one_of(s.p[i], "+-."))))
			return false;
	return s.n > 0;
}

/* What RFC 3986 lets stand unencoded, and bytes beyond ASCII, which browsers encode for their
 * users; '%' only in front of two hex digits. */
static bool text_is_valid(struct str s)
{
	for (size_t i = 0; i < s.n; i++) {
		unsigned char c = (unsigned char)s.p[i];

		if (c <= ' ' || c == 0x7f || is_one_of(s.p[i], "\"<>\\^`{|}"))
			return false;
		if (c == '%' && take_encoded(str_from(s, i)) < 0)
			return false;
	}
	return true;
}

static bool port_is_valid(struct str port)
{
	int64_t number;

	return port.n == 0 || (port.n <= 5 && is_digit(port.p[0]) && str_to_int(port, &number) && number <= 65535);
}

static bool ip6_is_valid(struct str s)
{
	for (size_t i = 0; i < s.n; i++)
		if (hex_digit(s.p[i]) < 0 && !is_one_of(s.p[i], ":."))
			return false;
	return s.n >= 2;
}

static bool has_any_of(struct str s, const char *set)
{
	size_t n = 0;

	while (n < s.n && !is_one_of(s.p[n], set))
		n++;
	return n < s.n;
}

/* "host", "host:80", "[::1]:80", each with "user:password@" in front or not. */
static bool authority_is_valid(struct str s)
{
	struct str host;
	ptrdiff_t at = str_index(s, '@');

	if (at >= 0)
		s = str_from(s, (size_t)at + 1);
	if (str_starts(s, S("["))) {
		s = str_from(s, 1);
		host = str_cut(&s, ']');
		return s.p && ip6_is_valid(host) && (s.n == 0 || (s.p[0] == ':' && port_is_valid(str_from(s, 1))));
	}
	host = str_cut(&s, ':');
	return host.n > 0 && !has_any_of(host, "@[]") && port_is_valid(s);
}

static size_t authority_length(struct str rest)
{
	size_t n = 0;

	while (n < rest.n && !is_one_of(rest.p[n], "/?#"))
		n++;
	return n;
}

bool url_valid(struct str url)
{
	ptrdiff_t colon = str_index(url, ':');
	struct str rest;

	if (colon < 0 || !text_is_valid(url) || !scheme_is_valid((struct str){ url.p, (size_t)colon }))
		return false;
	rest = str_from(url, (size_t)colon + 1);
	if (!str_starts(rest, S("//")))
		return false;
	rest = str_from(rest, 2);
	return authority_is_valid((struct str){ rest.p, authority_length(rest) });
}

bool url_absolute(struct str url)
{
	ptrdiff_t colon = str_index(url, ':');
	struct str scheme, rest;

	if (colon < 0)
		return false;
	scheme = (struct str){ url.p, (size_t)colon };
	rest = str_from(url, (size_t)colon + 1);
	if (str_starts(rest, S("//")) || str_eq_nocase(scheme, S("http")) || str_eq_nocase(scheme, S("https")))
		return url_valid(url);
	return rest.n > 0 && text_is_valid(url) && scheme_is_valid(scheme);
}
