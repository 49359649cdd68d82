/* extract/markdown.c: Markdown, parsed by md4c: CommonMark with GitHub's tables and strikethrough.
 *
 * Its links without brackets ("permissive autolinks") stay off: they change no text, and finding them takes
 * quadratic time on `www._www._`. Blocks of raw HTML go to the reader of HTML, so that a heading or an
 * image of a README counts whichever way it is written; tags inside a paragraph are left out.
 */
#include <libxml/HTMLparser.h>
#include <md4c.h>

#include "base/library.h"
#include "base/utf8.h"
#include "extract/flow_internal.h"
#include "extract/html_internal.h"

#define MD4C_FUNCTIONS(X) X(md_parse)
LIBRARY(md4c, "libmd4c.so.0", MD4C_FUNCTIONS)

/* md4c leaves entities to its caller; libxml2 knows their names. */
#define ENTITY_FUNCTIONS(X) X(htmlEntityLookup)
LIBRARY(entities, "libxml2.so.2", ENTITY_FUNCTIONS)

static enum err load(struct ctx *ctx)
{
	TRY(library_load(ctx, &md4c_library));
	TRY(library_load(ctx, &entities_library));
	return html_load(ctx);
}

/* -- front matter --------------------------------------------------------------------------------- */

static bool is_fence(struct str line)
{
	line = str_trim(line);
	return str_is(line, "---") || str_is(line, "...");
}

/* What stands between the fences at the beginning, which is YAML, and is cut off *text; absent if there is no
 * such thing. A line between two rules, without a colon, is none. */
static struct str cut_front_matter(struct str *text)
{
	const struct str nothing = { NULL, 0 };
	struct str rest = *text, line = str_cut(&rest, '\n'), inside = rest;

	if (!str_is(str_trim(line), "---"))
		return nothing;
	line = str_cut(&rest, '\n');
	if (str_index(line, ':') < 0)
		return nothing;
	while (rest.p) {
		line = str_cut(&rest, '\n');
		if (!is_fence(line))
			continue;
		inside.n = (size_t)(line.p - inside.p);
		*text = rest;
		return inside;
	}
	return nothing;
}

/* A value that is written on its line, with quotes or without; otherwise empty. */
static struct str plain_value(struct str value)
{
	static const char *const MARKS = "|>&*!{[%@`";

	value = str_trim(value);
	if (value.n >= 2 && (value.p[0] == '"' || value.p[0] == '\'') && value.p[value.n - 1] == value.p[0])
		return (struct str){ value.p + 1, value.n - 2 };
	return value.n == 0 || memchr(MARKS, value.p[0], strlen(MARKS)) ? S("") : value;
}

static struct str front_title(struct str front_matter)
{
	struct str line;

	while (front_matter.p) {
		line = str_cut(&front_matter, '\n');
		if (str_starts(line, S("title:")))
			return plain_value(str_from(line, strlen("title:")));
	}
	return S("");
}

/* -- events --------------------------------------------------------------------------------------- */

struct reader {
	struct flow flow;
	struct ctx *ctx;
	struct buf html;                     /* of the block of raw HTML being read */
	bool in_html;
	size_t cells_left;
	enum err error;
};

/* md4c invents a cell for each that a row lacks: rows of one letter below a header of 100,000 cells. */
enum { CELLS_TO_SPARE = 1000 * 1000 };

static int stop(struct reader *r, enum err e)
{
	r->error = e;
	return 1;
}

static int begin_cell(struct reader *r)
{
	if (r->cells_left == 0)
		return stop(r, fail(r->ctx, ERR_INVALID,
				    "a table in the Markdown has far more columns than its rows have cells"));
	r->cells_left--;
	flow_cell(&r->flow);
	return 0;
}

static int enter_block(MD_BLOCKTYPE type, void *detail, void *reader)
{
	struct reader *r = reader;
	struct flow *f = &r->flow;

	/* Of a cell that it has invented, md4c does not hear that it is the last. */
	if (r->error != OK)
		return 1;
	switch (type) {
	case MD_BLOCK_H:
		flow_heading(f, (int)((MD_BLOCK_H_DETAIL *)detail)->level);
		break;
	case MD_BLOCK_UL:
		flow_list(f, 0);
		break;
	case MD_BLOCK_OL:
		flow_list(f, ((MD_BLOCK_OL_DETAIL *)detail)->start);
		break;
	case MD_BLOCK_LI:
		flow_item(f);
		break;
	case MD_BLOCK_TR:
		flow_row(f);
		break;
	case MD_BLOCK_TH:
	case MD_BLOCK_TD:
		return begin_cell(r);
	case MD_BLOCK_HTML:
		r->html.n = 0;
		r->in_html = true;
		break;
	case MD_BLOCK_P:
	case MD_BLOCK_CODE:
	case MD_BLOCK_QUOTE:
	case MD_BLOCK_TABLE:
		flow_break(f, FLOW_PARAGRAPH);
		break;
	default:
		break;
	}
	return 0;
}

static int leave_html(struct reader *r)
{
	enum err e = html_read(r->ctx, buf_view(&r->html), &r->flow);

	r->in_html = false;
	return e == OK ? 0 : stop(r, e);
}

static int leave_block(MD_BLOCKTYPE type, void *detail, void *reader)
{
	struct reader *r = reader;
	struct flow *f = &r->flow;

	switch (type) {
	case MD_BLOCK_H:
		flow_heading_end(f);
		break;
	case MD_BLOCK_UL:
	case MD_BLOCK_OL:
		flow_list_end(f);
		break;
	case MD_BLOCK_LI:
		flow_item_end(f);
		break;
	case MD_BLOCK_TR:
		flow_row_end(f);
		break;
	case MD_BLOCK_HTML:
		return leave_html(r);
	case MD_BLOCK_P:
	case MD_BLOCK_CODE:
	case MD_BLOCK_QUOTE:
	case MD_BLOCK_TABLE:
		flow_break(f, FLOW_PARAGRAPH);
		break;
	default:
		break;
	}
	/* The first failure of the sink ends it all. */
	return sink_failed(f->out);
}

static int any_span(MD_SPANTYPE type, void *detail, void *reader)
{
	return 0;
}

/* -- text ----------------------------------------------------------------------------------------- */

/* The number in "&#228;" or "&#xE4;"; 0: it is none. */
static uint32_t numeric_entity(struct str entity)
{
	bool hex = entity.n > 2 && to_lower(entity.p[2]) == 'x';
	uint32_t c = 0;

	for (size_t i = hex ? 3 : 2; i < entity.n && entity.p[i] != ';' && c < 0x110000; i++)
		c = hex ? c * 16 + (uint32_t)hex_digit(entity.p[i]) : c * 10 + (uint32_t)(entity.p[i] - '0');
	return c;
}

static uint32_t named_entity(struct str entity)
{
	char name[64];
	const htmlEntityDesc *known;

	if (entity.n - 2 >= sizeof(name))
		return 0;
	memcpy(name, entity.p + 1, entity.n - 2);
	name[entity.n - 2] = '\0';
	known = entities.htmlEntityLookup((const xmlChar *)name);
	return known ? known->value : 0;
}

/* md4c promises "&...;". One that nobody knows stays as it is. */
static void add_entity(struct flow *f, struct str entity)
{
	uint32_t c = entity.p[1] == '#' ? numeric_entity(entity) : named_entity(entity);
	char bytes[UTF8_MAX_BYTES];

	if (c)
		entity = (struct str){ bytes, utf8_put(bytes, c) };
	flow_text(f, entity);
}

static bool is_line_break(struct str tag)
{
	return tag.n >= 4 && str_starts_nocase(tag, S("<br")) && !is_letter(tag.p[3]);
}

static int add_text(MD_TEXTTYPE type, const MD_CHAR *bytes, MD_SIZE n, void *reader)
{
	struct reader *r = reader;
	struct str text = { bytes, n };

	switch (type) {
	case MD_TEXT_BR:
		flow_line(&r->flow);
		break;
	case MD_TEXT_NULLCHAR:
	case MD_TEXT_SOFTBR:
		flow_text(&r->flow, S(" "));
		break;
	case MD_TEXT_ENTITY:
		add_entity(&r->flow, text);
		break;
	case MD_TEXT_CODE:
		flow_verbatim(&r->flow, text);
		break;
	case MD_TEXT_HTML:
		if (r->in_html)
			buf_str(&r->html, text);
		else if (is_line_break(text))
			flow_line(&r->flow);
		break;
	default:
		flow_text(&r->flow, text);
		break;
	}
	return 0;
}

/* -- all together --------------------------------------------------------------------------------- */

static enum err parse(struct ctx *ctx, struct str text, struct document_sink *out)
{
	static const MD_PARSER PARSER = {
		.flags = MD_FLAG_TABLES | MD_FLAG_STRIKETHROUGH,
		.enter_block = enter_block, .leave_block = leave_block,
		.enter_span = any_span, .leave_span = any_span, .text = add_text,
	};
	struct reader r = { .flow.out = out, .ctx = ctx, .html.mem = ctx->mem };
	int rc;

	sink_title(out, front_title(cut_front_matter(&text)));
	/* It is told the length, but looks for the end of the last line as C strings have it. */
	text = arena_str(ctx->mem, text);
	r.cells_left = text.n + CELLS_TO_SPARE;
	rc = md4c.md_parse(text.p, (MD_SIZE)text.n, &PARSER, &r);
	TRY(r.error);
	if (rc < 0)
		return fail(ctx, ERR_INVALID, "the Markdown cannot be parsed");
	return OK;
}

const struct extractor extract_markdown = {
	.kind = DOCUMENT_MARKDOWN, .name = "markdown", .label = "Markdown",
	.extensions = (const char *const[]){ ".md", ".markdown", NULL },
	.media_types = (const char *const[]){ "text/markdown", "text/x-markdown", NULL },
	.sniff = sniff_text, .load = load, .is_text = true, .parse = parse,
};
