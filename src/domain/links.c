/* domain/links.c: three walks over a text, none of which looks at a character more than twice.
 *
 * The reference reads the context's links off its JSON text, escapes and all: the backslash of an escaped
 * quotation mark ends up in the address. Clients see that, so it stays; but the letter of an escaped line
 * break is no part of an address here.
 */
#include "domain/links.h"

#include "base/utf8.h"
#include "json/js.h"

/* -- the set ------------------------------------------------------------------------------------- */

/* How many bytes "http://" or "https://" takes at the begin of the text; 0: it begins with neither. */
static size_t scheme_length(struct str text)
{
	if (str_starts_nocase(text, S("http://")))
		return 7;
	return str_starts_nocase(text, S("https://")) ? 8 : 0;
}

static bool has_url(const struct link_set *set, struct str url)
{
	for (size_t i = 0; i < set->n; i++)
		if (str_eq(set->items[i].url, url))
			return true;
	return false;
}

void links_add(struct link_set *set, struct str url, struct str label)
{
	struct link link = { js_trim(url), js_trim(label) };
	size_t scheme = scheme_length(link.url);

	if (scheme == 0 || link.url.n == scheme || set->n == LINKS_MAX || has_url(set, link.url))
		return;
	if (link.label.n == 0)
		link.label.p = NULL;
	set->items[set->n++] = link;
}

/* -- Markdown ------------------------------------------------------------------------------------ */

/* The length of the text before the first white space or closing parenthesis. */
static size_t target_length(struct str text)
{
	struct str rest = text;
	size_t n = 0;
	uint32_t c;

	while (utf8_next(&rest, &c) && c != ')' && !utf8_is_js_space(c))
		n = text.n - rest.n;
	return n;
}

/* A label runs from the first bracket behind the last label's end. Where one target was not closed, neither
 * is any that begins before the same place: `open_until` spares looking again. */
void links_in_markdown(struct link_set *set, struct str text)
{
	ptrdiff_t bracket = -1;
	size_t open_until = 0;

	for (size_t i = 0; i < text.n && set->n < LINKS_MAX; i++) {
		struct str target;

		if (text.p[i] == '[' && bracket < 0)
			bracket = (ptrdiff_t)i;
		if (text.p[i] != ']' || bracket < 0)
			continue;
		target = str_from(text, i + 2);
		if (i + 1 < text.n && text.p[i + 1] == '(' && i >= open_until && scheme_length(target) > 0) {
			target.n = target_length(target);
			open_until = i + 2 + target.n;
			if (open_until < text.n && text.p[open_until] == ')') {
				links_add(set, target, (struct str){ text.p + bracket + 1, i - (size_t)bracket - 1 });
				i = open_until;
			}
		}
		bracket = -1;
	}
}

/* -- addresses as they are ------------------------------------------------------------------------- */

/* What never stands in an address, but often behind one. */
static bool ends_address(uint32_t c)
{
	return utf8_is_js_space(c) || (c < 0x80 && c && strchr("<>\"'`)]", (int)c));
}

/* At a backslash in the text of a JSON value: whether it begins the escape of a control character. */
static bool escapes_control(struct str at)
{
	return at.n > 1 && at.p[1] && strchr("bfnrtu", at.p[1]);
}

static size_t address_length(struct str text, bool in_json)
{
	struct str rest = text;
	uint32_t c;

	for (;;) {
		struct str at = rest;

		if (!utf8_next(&rest, &c) || ends_address(c) || (in_json && c == '\\' && escapes_control(at)))
			return text.n - at.n;
		if (in_json && c == '\\' && rest.n > 0 && rest.p[0] == '\\')
			rest = str_from(rest, 1);
	}
}

static struct str without_sentence_end(struct str url)
{
	while (url.n > 0 && strchr(".,;:!?", url.p[url.n - 1]))
		url.n--;
	return url;
}

static void find_addresses(struct link_set *set, struct str text, bool in_json)
{
	for (size_t i = 0; i < text.n && set->n < LINKS_MAX; i++) {
		struct str url = str_from(text, i);

		if (to_lower(text.p[i]) != 'h' || scheme_length(url) == 0)
			continue;
		url.n = address_length(url, in_json);
		links_add(set, without_sentence_end(url), (struct str){ NULL, 0 });
		i += url.n - 1;
	}
}

void links_in_text(struct link_set *set, struct str text)
{
	find_addresses(set, text, false);
}

void links_in_json(struct link_set *set, struct str json)
{
	find_addresses(set, json, true);
}
