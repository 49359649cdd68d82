/* extract/html.c: the readable text of a web page.
 *
 * libxml2 reads it as a stream of tags (SAX), so that a page costs time and memory in proportion to its
 * size, however its tags are nested. A page is read twice: the first time only measures how much text there
 * is in <main>, in articles, and outside of what surrounds the content (navigation, the page's header
 * and footer, asides); the second time writes the best of these. A page that is all navigation is
 * written as a whole: too much text is better than none.
 *
 * Scripts, styles, form controls and what the page itself hides never count as text.
 */
#include "extract/html_internal.h"

#include <libxml/HTMLparser.h>
#include <stdlib.h>

#include "base/library.h"
#include "base/utf8.h"

#define HTML_FUNCTIONS(X) \
	X(xmlInitParser) X(xmlStopParser) X(htmlCreatePushParserCtxt) X(htmlCtxtUseOptions) X(htmlParseChunk) \
	X(htmlFreeParserCtxt)
LIBRARY(html, "libxml2.so.2", HTML_FUNCTIONS)

enum {
	/* libxml2 looks through all open elements for the one that an end tag closes. Browsers stop at 512. */
	DEPTH_MAX = 1000,
	CHUNK_BYTES = 32 * 1024,
	MAIN_ENOUGH_BYTES = 200,             /* of text, for <main> or the articles to be the content */
	MAIN_ENOUGH_SHARE = 4,               /* or that part of the page */
	CHARSET_WITHIN = 4 * 1024,
};

enum err html_load(struct ctx *ctx)
{
	TRY(library_load(ctx, &html_library));
	html.xmlInitParser();
	return OK;
}

/* -- elements ------------------------------------------------------------------------------------- */

enum sense {
	INLINE, ROOT, LINE, PARAGRAPH, HEADING, LIST, NUMBERED_LIST, ITEM, ROW, CELL, BREAK, PREFORMATTED, IMAGE,
	TITLE, META,
	DROPPED,                             /* never text */
	CHROME,                              /* beside the content */
	FRAME,                               /* the page's header or footer, or an article's */
	SECTION, ARTICLE, MAIN,
	N_SENSES,
};

/* In alphabetical order. What is not here is INLINE. */
static const struct element {
	const char *name;
	enum sense sense;
} ELEMENTS[] = {
	{ "address", LINE }, { "applet", DROPPED }, { "article", ARTICLE }, { "aside", CHROME }, { "audio", DROPPED },
	{ "blockquote", PARAGRAPH }, { "body", ROOT }, { "br", BREAK }, { "button", DROPPED }, { "canvas", DROPPED },
	{ "caption", LINE }, { "center", LINE }, { "datalist", DROPPED }, { "dd", LINE }, { "details", PARAGRAPH },
	{ "dialog", DROPPED }, { "dir", LIST }, { "div", LINE }, { "dl", PARAGRAPH }, { "dt", LINE },
	{ "embed", DROPPED }, { "fieldset", LINE }, { "figcaption", LINE }, { "figure", PARAGRAPH },
	{ "footer", FRAME },
	{ "form", LINE }, { "frameset", DROPPED }, { "h1", HEADING }, { "h2", HEADING }, { "h3", HEADING },
	{ "h4", HEADING }, { "h5", HEADING }, { "h6", HEADING }, { "header", FRAME }, { "hr", PARAGRAPH },
	{ "html", ROOT }, { "iframe", DROPPED }, { "img", IMAGE }, { "input", DROPPED }, { "label", DROPPED },
	{ "legend", LINE }, { "li", ITEM }, { "main", MAIN }, { "map", DROPPED }, { "menu", LIST }, { "meta", META },
	{ "nav", CHROME }, { "noscript", DROPPED }, { "object", DROPPED }, { "ol", NUMBERED_LIST },
	{ "optgroup", DROPPED }, { "option", DROPPED }, { "output", DROPPED }, { "p", PARAGRAPH },
	{ "pre", PREFORMATTED }, { "progress", DROPPED }, { "script", DROPPED }, { "section", SECTION },
	{ "select", DROPPED }, { "style", DROPPED }, { "summary", LINE }, { "svg", DROPPED }, { "table", PARAGRAPH },
	{ "td", CELL }, { "template", DROPPED }, { "textarea", DROPPED }, { "th", CELL }, { "title", TITLE },
	{ "tr", ROW }, { "ul", LIST }, { "video", DROPPED },
};

static int compare_names(const void *name, const void *element)
{
	return strcmp(name, ((const struct element *)element)->name);
}

static enum sense sense_of(const xmlChar *name)
{
	const struct element *found = bsearch(name, ELEMENTS, COUNT_OF(ELEMENTS), sizeof(*ELEMENTS), compare_names);

	return found ? found->sense : INLINE;
}

/* -- attributes ----------------------------------------------------------------------------------- */

/* Attributes are pairs of a name and a value, which may be NULL; NULL itself if there are none. */
static struct str attribute(const xmlChar **attributes, const char *name)
{
	for (; attributes && attributes[0]; attributes += 2)
		if (strcmp((const char *)attributes[0], name) == 0)
			return attributes[1] ? str_of((const char *)attributes[1]) : S("");
	return (struct str){ NULL, 0 };
}

static bool declares(struct str style, const char *property, const char *value)
{
	while (style.p) {
		struct str given = str_cut(&style, ';'), name = str_cut(&given, ':');

		if (str_eq_nocase(str_trim(name), str_of(property)) && str_eq_nocase(str_trim(given), str_of(value)))
			return true;
	}
	return false;
}

static bool is_hidden(const xmlChar **attributes)
{
	struct str style;

	if (!attributes)
		return false;
	style = attribute(attributes, "style");
	return attribute(attributes, "hidden").p || str_is(attribute(attributes, "aria-hidden"), "true") ||
	       declares(style, "display", "none") || declares(style, "visibility", "hidden");
}

/* What an element says it is, by WAI-ARIA. */
static enum sense landmark(const xmlChar **attributes)
{
	static const struct element LANDMARKS[] = {
		{ "navigation", CHROME }, { "search", CHROME }, { "complementary", CHROME }, { "banner", FRAME },
		{ "contentinfo", FRAME }, { "article", ARTICLE }, { "main", MAIN },
	};
	struct str role = attribute(attributes, "role");

	for (size_t i = 0; role.p && i < COUNT_OF(LANDMARKS); i++)
		if (str_is(role, LANDMARKS[i].name))
			return LANDMARKS[i].sense;
	return INLINE;
}

/* -- what is read --------------------------------------------------------------------------------- */

/* From the whole page to the heart of it. */
enum scope { EVERYTHING, BODY, ARTICLES, MAIN_PART, N_SCOPES };

struct reader {
	struct ctx *ctx;
	htmlParserCtxtPtr parser;
	struct flow *flow;                   /* NULL: this time, text is only measured */
	enum scope scope;
	size_t bytes[N_SCOPES];              /* of text, as measured */

	int depth;
	int in[N_SENSES];                    /* the depth of the outermost element of that sense that is open, or 0 */

	struct buf title;
	struct str other_title;              /* og:title, as it is shown in other people's posts */
	enum err error;
};

static bool is_in(const struct reader *r, enum scope scope)
{
	switch (scope) {
	case BODY:
		return !r->in[CHROME];
	case ARTICLES:
		return !r->in[CHROME] && r->in[ARTICLE];
	case MAIN_PART:
		return !r->in[CHROME] && r->in[MAIN];
	default:
		return true;
	}
}

static bool is_shown(const struct reader *r)
{
	return r->flow && !r->in[DROPPED] && !r->in[TITLE] && is_in(r, r->scope);
}

static void mark(struct reader *r, enum sense sense)
{
	/* The header of an article is part of it: there stands its headline. */
	if (sense == FRAME)
		sense = r->in[SECTION] || r->in[ARTICLE] || r->in[MAIN] ? INLINE : CHROME;
	if (r->in[sense] == 0)
		r->in[sense] = r->depth;
}

static void unmark_all(struct reader *r)
{
	for (size_t i = 0; i < N_SENSES; i++)
		if (r->in[i] == r->depth)
			r->in[i] = 0;
}

/* -- events --------------------------------------------------------------------------------------- */

static void stop(struct reader *r, enum err e)
{
	r->error = e;
	html.xmlStopParser(r->parser);
}

static void begin_list(struct flow *f, const xmlChar **attributes)
{
	struct str start = attribute(attributes, "start");
	int64_t first;

	flow_list(f, start.p && str_to_int(start, &first) && first > 0 && first < 1000 * 1000 ? first : 1);
}

static void add_image(struct flow *f, const xmlChar **attributes)
{
	flow_text(f, S(" "));
	flow_text(f, attribute(attributes, "alt"));
	flow_text(f, S(" "));
}

static void begin(struct flow *f, enum sense sense, const xmlChar *name, const xmlChar **attributes)
{
	switch (sense) {
	case INLINE:
	case ROOT:
	case TITLE:
	case META:
	case DROPPED:
		break;
	case HEADING:
		flow_heading(f, name[1] - '0');
		break;
	case LIST:
		flow_list(f, 0);
		break;
	case NUMBERED_LIST:
		begin_list(f, attributes);
		break;
	case ITEM:
		flow_item(f);
		break;
	case ROW:
		flow_row(f);
		break;
	case CELL:
		flow_cell(f);
		break;
	case BREAK:
		flow_line(f);
		break;
	case IMAGE:
		add_image(f, attributes);
		break;
	case LINE:
		flow_break(f, FLOW_LINE);
		break;
	default:
		flow_break(f, FLOW_PARAGRAPH);
		break;
	}
}

static void finish(struct flow *f, enum sense sense)
{
	switch (sense) {
	case INLINE:
	case ROOT:
	case TITLE:
	case META:
	case DROPPED:
	case BREAK:
	case IMAGE:
	case CELL:
		break;
	case HEADING:
		flow_heading_end(f);
		break;
	case LIST:
	case NUMBERED_LIST:
		flow_list_end(f);
		break;
	case ITEM:
		flow_item_end(f);
		break;
	case ROW:
		flow_row_end(f);
		break;
	case LINE:
		flow_break(f, FLOW_LINE);
		break;
	default:
		flow_break(f, FLOW_PARAGRAPH);
		break;
	}
}

static void read_meta(struct reader *r, const xmlChar **attributes)
{
	if (str_is(attribute(attributes, "property"), "og:title") && !r->other_title.p)
		r->other_title = arena_str(r->ctx->mem, attribute(attributes, "content"));
}

static void start_element(void *reader, const xmlChar *name, const xmlChar **attributes)
{
	struct reader *r = reader;
	enum sense sense = sense_of(name);

	if (++r->depth > DEPTH_MAX) {
		stop(r, fail(r->ctx, ERR_INVALID, "the page has more than %d elements inside each other", DEPTH_MAX));
		return;
	}
	mark(r, sense);
	mark(r, landmark(attributes));
	/* Pages hide their whole body until a script has run. */
	if (sense != ROOT && is_hidden(attributes))
		mark(r, DROPPED);
	if (sense == META && r->flow)
		read_meta(r, attributes);
	if (is_shown(r))
		begin(r->flow, sense, name, attributes);
}

static void end_element(void *reader, const xmlChar *name)
{
	struct reader *r = reader;

	if (is_shown(r))
		finish(r->flow, sense_of(name));
	if (r->flow && sink_failed(r->flow->out))
		stop(r, r->flow->out->error);
	unmark_all(r);
	if (r->depth > 0)
		r->depth--;
}

static void measure(struct reader *r, struct str text)
{
	if (r->in[DROPPED] || r->in[TITLE] || str_trim(text).n == 0)
		return;
	for (enum scope scope = 0; scope < N_SCOPES; scope++)
		if (is_in(r, scope))
			r->bytes[scope] += text.n;
}

static void characters(void *reader, const xmlChar *bytes, int n)
{
	struct reader *r = reader;
	struct str text = { (const char *)bytes, (size_t)n };

	if (!r->flow)
		measure(r, text);
	else if (r->in[TITLE] && !r->in[DROPPED])
		buf_str(&r->title, text);
	else if (is_shown(r) && r->in[PREFORMATTED])
		flow_verbatim(r->flow, text);
	else if (is_shown(r))
		flow_text(r->flow, text);
}

/* -- all together --------------------------------------------------------------------------------- */

/* libxml2 takes a NUL for the end of the input. */
static void feed(struct reader *r, struct str piece)
{
	char bytes[CHUNK_BYTES];

	for (size_t i = 0; i < piece.n; i++)
		bytes[i] = piece.p[i] ? piece.p[i] : ' ';
	html.htmlParseChunk(r->parser, bytes, (int)piece.n, 0);
}

static enum err read_once(struct reader *r, struct str text)
{
	static htmlSAXHandler events = {
		.startElement = start_element, .endElement = end_element,
		.characters = characters, .ignorableWhitespace = characters,
	};
	/* The bytes are UTF-8 by now, whatever a <meta> says. */
	const int OPTIONS = HTML_PARSE_RECOVER | HTML_PARSE_NOERROR | HTML_PARSE_NOWARNING | HTML_PARSE_NONET |
			    HTML_PARSE_IGNORE_ENC;

	r->parser = html.htmlCreatePushParserCtxt(&events, r, NULL, 0, NULL, XML_CHAR_ENCODING_UTF8);
	if (!r->parser)
		return fail(r->ctx, ERR_INTERNAL, "libxml2 cannot make a parser");
	html.htmlCtxtUseOptions(r->parser, OPTIONS);
	while (text.n && r->error == OK) {
		struct str piece = utf8_cut(text, CHUNK_BYTES);

		feed(r, piece);
		text = str_from(text, piece.n);
	}
	html.htmlParseChunk(r->parser, "", 0, 1);
	html.htmlFreeParserCtxt(r->parser);
	return r->error;
}

/* Whether so many bytes of text can be the content of the page. */
static bool is_enough(size_t bytes, size_t of_bytes)
{
	return bytes >= MAIN_ENOUGH_BYTES || (bytes > 0 && bytes >= of_bytes / MAIN_ENOUGH_SHARE);
}

static enum scope best_scope(const size_t bytes[static N_SCOPES])
{
	for (enum scope scope = MAIN_PART; scope > BODY; scope--)
		if (is_enough(bytes[scope], bytes[BODY]))
			return scope;
	return bytes[BODY] ? BODY : EVERYTHING;
}

enum err html_read(struct ctx *ctx, struct str text, struct flow *flow)
{
	struct reader r = { .ctx = ctx, .flow = flow, .scope = EVERYTHING, .title.mem = ctx->mem };

	return read_once(&r, text);
}

static enum err parse(struct ctx *ctx, struct str text, struct document_sink *out)
{
	struct flow flow = { .out = out };
	struct reader measured = { .ctx = ctx };
	struct reader r = { .ctx = ctx, .flow = &flow, .title.mem = ctx->mem };

	TRY(read_once(&measured, text));
	r.scope = best_scope(measured.bytes);
	TRY(read_once(&r, text));
	flow_heading_end(&flow);
	sink_title(out, buf_view(&r.title));
	sink_title(out, r.other_title);
	return OK;
}

/* -- the character set that a page names ------------------------------------------------------------ */

/* What `name="..."` says in a tag, with or without quotes and blanks; absent if it is not there. */
static struct str value_of(struct str tag, struct str name)
{
	ptrdiff_t at = str_find_nocase(tag, name);
	size_t n = 0;

	if (at < 0)
		return (struct str){ NULL, 0 };
	tag = str_trim(str_from(tag, (size_t)at + name.n));
	if (!str_starts(tag, S("=")))
		return (struct str){ NULL, 0 };
	tag = str_trim(str_from(tag, 1));
	if (tag.n && (tag.p[0] == '"' || tag.p[0] == '\''))
		tag = str_from(tag, 1);
	while (n < tag.n && !strchr("\"' \t\r\n;/", tag.p[n]))
		n++;
	return (struct str){ tag.p, n };
}

/* What this tag says of the character set; absent if it says nothing. */
static struct str charset_of(struct str tag)
{
	if (str_starts_nocase(tag, S("<meta")))
		return value_of(tag, S("charset"));
	if (str_starts_nocase(tag, S("<?xml")))
		return value_of(tag, S("encoding"));
	return (struct str){ NULL, 0 };
}

static struct str charset_inside(struct str bytes)
{
	struct str rest = { bytes.p, bytes.n < CHARSET_WITHIN ? bytes.n : CHARSET_WITHIN };
	struct str tag, charset;

	for (str_cut(&rest, '<'); rest.p; str_cut(&rest, '<')) {
		tag = (struct str){ rest.p - 1, rest.n + 1 };
		charset = charset_of(str_cut(&tag, '>'));
		/* Who can read this tag byte by byte is not reading UTF-16. */
		if (charset.n && !str_starts_nocase(charset, S("utf-16")))
			return charset;
	}
	return (struct str){ NULL, 0 };
}

const struct extractor extract_html = {
	.kind = DOCUMENT_HTML, .name = "html", .label = "HTML",
	.media_types = (const char *const[]){ "text/html", "application/xhtml+xml", NULL },
	.sniff = sniff_html, .load = html_load, .is_text = true, .charset_inside = charset_inside, .parse = parse,
};
