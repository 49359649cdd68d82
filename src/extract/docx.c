/* extract/docx.c: the text of a document of Word (WordprocessingML, ECMA-376 part 1).
 *
 * What counts is word/document.xml as its reader sees it: insertions are in, deletions, hidden text and
 * the instructions of fields are out, and so are headers and footers, which repeat on each page. A
 * paragraph is a heading if its style is one: styles.xml says which are, whatever language their names
 * are in. A footnote follows the paragraph that refers to it, where it belongs to the sense.
 */
#include <stdlib.h>

#include "extract/flow_internal.h"
#include "extract/package_internal.h"

static bool is_word(const struct xml_tag *tag)
{
	static const char *const SPACES[] = {
		"http://schemas.openxmlformats.org/wordprocessingml/2006/main",
		"http://purl.oclc.org/ooxml/wordprocessingml/main",      /* of the strict variant */
	};

	return tag->space && (strcmp(tag->space, SPACES[0]) == 0 || strcmp(tag->space, SPACES[1]) == 0);
}

/* -- styles --------------------------------------------------------------------------------------- */

enum { LEVEL_UNKNOWN = -1, LEVEL_TEXT = 0 };         /* others are levels of headings, from 1 */
enum { STYLES_MAX = 20 * 1000, BASED_ON_MAX = 10 };

struct style {
	struct str id, based_on;
	int level;
	bool is_title, is_item;
};

struct styles {
	struct ctx *ctx;
	struct style *items;                 /* sorted by id, once all are read */
	size_t n, cap;
};

static int compare_styles(const void *a, const void *b)
{
	return str_cmp(((const struct style *)a)->id, ((const struct style *)b)->id);
}

static const struct style *style_find(const struct styles *all, struct str id)
{
	const struct style key = { .id = id };

	return id.p && all->n ? bsearch(&key, all->items, all->n, sizeof(key), compare_styles) : NULL;
}

/* Of a w:outlineLvl, which counts from 0 and has 9 for text. */
static int outline_level(const struct xml_tag *tag)
{
	int64_t level;

	if (!str_to_int(xml_attribute(tag, "val"), &level) || level < 0)
		return LEVEL_UNKNOWN;
	return level < HEADING_LEVELS ? (int)level + 1 : LEVEL_TEXT;
}

/* Styles that come with Word have English names in every language. */
static void name_style(struct style *s, struct str name)
{
	const struct str HEADING = S("heading ");
	int64_t level;

	s->is_title = str_eq_nocase(name, S("Title"));
	if (!str_starts_nocase(name, HEADING))
		return;
	if (str_to_int(str_from(name, HEADING.n), &level) && level >= 1 && level <= HEADING_LEVELS)
		s->level = (int)level;
}

static enum err add_style(struct styles *all, const struct xml_tag *tag)
{
	if (all->n == STYLES_MAX)
		return fail(all->ctx, ERR_INVALID, "the document has more than %d styles", STYLES_MAX);
	all->items = arena_more(all->ctx->mem, all->items, all->n, &all->cap, sizeof(*all->items));
	all->items[all->n++] = (struct style){
		.id = arena_str(all->ctx->mem, xml_attribute(tag, "styleId")), .level = LEVEL_UNKNOWN,
	};
	return OK;
}

static enum err style_start(void *arg, const struct xml_tag *tag)
{
	struct styles *all = arg;
	struct style *s = all->n ? &all->items[all->n - 1] : NULL;

	if (!is_word(tag))
		return OK;
	if (strcmp(tag->name, "style") == 0)
		return add_style(all, tag);
	if (!s)
		return OK;
	if (strcmp(tag->name, "name") == 0)
		name_style(s, xml_attribute(tag, "val"));
	else if (strcmp(tag->name, "basedOn") == 0)
		s->based_on = arena_str(all->ctx->mem, xml_attribute(tag, "val"));
	else if (strcmp(tag->name, "outlineLvl") == 0 && s->level == LEVEL_UNKNOWN)
		s->level = outline_level(tag);
	else if (strcmp(tag->name, "numPr") == 0)
		s->is_item = true;
	return OK;
}

static enum err read_styles(struct ctx *ctx, struct package *package, struct styles *out)
{
	static const struct xml_events EVENTS = { .start = style_start };

	*out = (struct styles){ .ctx = ctx };
	TRY(package_read(ctx, package, "word/styles.xml", &EVENTS, out, NULL));
	if (out->n)
		qsort(out->items, out->n, sizeof(*out->items), compare_styles);
	return OK;
}

/* What a style is, or inherits. */
static struct style style_resolve(const struct styles *all, struct str id)
{
	struct style made = { .level = LEVEL_UNKNOWN };
	const struct style *s = style_find(all, id);

	for (int i = 0; s && i < BASED_ON_MAX; i++) {
		made.is_title |= s->is_title;
		made.is_item |= s->is_item;
		if (made.level == LEVEL_UNKNOWN)
			made.level = s->level;
		s = style_find(all, s->based_on);
	}
	return made;
}

/* -- footnotes ------------------------------------------------------------------------------------ */

enum { NOTES_MAX = 50 * 1000 };

struct note {
	int64_t id;
	size_t start, n;                     /* of its text in notes.text */
};

struct notes {
	struct ctx *ctx;
	struct note *items;                  /* sorted by id, once all are read */
	size_t n, cap;
	struct buf text;
	bool in_text;
};

static int compare_notes(const void *a_, const void *b_)
{
	const struct note *a = a_, *b = b_;

	return (a->id > b->id) - (a->id < b->id);
}

/* A note is told once, whatever refers to it: a document of a few bytes could else refer to a long one a
 * million times. Absent: there is none, or it has been told. */
static struct str note_take(struct notes *all, struct str id)
{
	struct note key = {0}, *found;
	struct str text = { NULL, 0 };

	if (!all->n || !str_to_int(id, &key.id))
		return text;
	found = bsearch(&key, all->items, all->n, sizeof(key), compare_notes);
	if (!found || !found->n)
		return text;
	text = (struct str){ all->text.p + found->start, found->n };
	found->n = 0;
	return text;
}

static enum err add_note(struct notes *all, const struct xml_tag *tag)
{
	struct note note = { .start = all->text.n };

	if (all->n == NOTES_MAX)
		return fail(all->ctx, ERR_INVALID, "the document has more than %d notes", NOTES_MAX);
	if (!str_to_int(xml_attribute(tag, "id"), &note.id))
		return OK;
	all->items = arena_more(all->ctx->mem, all->items, all->n, &all->cap, sizeof(note));
	all->items[all->n++] = note;
	return OK;
}

static enum err note_start(void *arg, const struct xml_tag *tag)
{
	struct notes *all = arg;

	if (!is_word(tag))
		return OK;
	if (strcmp(tag->name, "footnote") == 0 || strcmp(tag->name, "endnote") == 0)
		return add_note(all, tag);
	all->in_text = strcmp(tag->name, "t") == 0;
	return OK;
}

static enum err extend_note(struct notes *all, struct str text)
{
	if (!all->n)
		return OK;
	if (text.n > EXTRACTED_TEXT_MAX - all->text.n)
		return fail(all->ctx, ERR_INVALID, "the notes of the document are too long");
	buf_str(&all->text, text);
	all->items[all->n - 1].n = all->text.n - all->items[all->n - 1].start;
	return OK;
}

static enum err note_text(void *arg, struct str text)
{
	struct notes *all = arg;

	return all->in_text ? extend_note(all, text) : OK;
}

static enum err note_end(void *arg, const struct xml_tag *tag)
{
	struct notes *all = arg;

	all->in_text = false;
	return is_word(tag) && strcmp(tag->name, "p") == 0 ? extend_note(all, S(" ")) : OK;
}

static enum err read_notes(struct ctx *ctx, struct package *package, const char *part, struct notes *out)
{
	static const struct xml_events EVENTS = { .start = note_start, .end = note_end, .text = note_text };

	*out = (struct notes){ .ctx = ctx, .text.mem = ctx->mem };
	TRY(package_read(ctx, package, part, &EVENTS, out, NULL));
	if (out->n)
		qsort(out->items, out->n, sizeof(*out->items), compare_notes);
	return OK;
}

/* -- the title ------------------------------------------------------------------------------------ */

struct title {
	struct buf text;
	bool open;
};

static enum err title_start(void *arg, const struct xml_tag *tag)
{
	struct title *t = arg;

	t->open = tag->space && strcmp(tag->space, "http://purl.org/dc/elements/1.1/") == 0 &&
		  strcmp(tag->name, "title") == 0;
	return OK;
}

static enum err title_end(void *arg, const struct xml_tag *tag)
{
	((struct title *)arg)->open = false;
	return OK;
}

static enum err title_text(void *arg, struct str text)
{
	struct title *t = arg;

	if (t->open)
		buf_str(&t->text, text);
	return OK;
}

static enum err read_title(struct ctx *ctx, struct package *package, struct document_sink *out)
{
	static const struct xml_events EVENTS = { .start = title_start, .end = title_end, .text = title_text };
	struct title title = { .text.mem = ctx->mem };

	TRY(package_read(ctx, package, "docProps/core.xml", &EVENTS, &title, NULL));
	sink_title(out, buf_view(&title.text));
	return OK;
}

/* -- the body ------------------------------------------------------------------------------------- */

struct paragraph {
	bool begun;                          /* its style is known, and has had its effect */
	struct style style;
	int level;                           /* of a heading, where the paragraph itself says so */
	bool is_item, is_no_item;            /* likewise */
	int depth;                           /* of the item, from 1 */
	struct buf notes;                    /* that it refers to */
};

struct body {
	struct ctx *ctx;
	struct flow flow;
	struct styles styles;
	struct notes footnotes, endnotes;

	int depth, dropped_at;               /* dropped_at: of the element that is left out with all in it, or 0 */
	bool in_properties, in_text, hidden;
	bool after_item;                     /* the paragraph before was an item of a list */
	struct paragraph p;
	struct buf title;                    /* of a paragraph in the style "Title" */
};

static void paragraph_open(struct body *b)
{
	b->p = (struct paragraph){
		.level = LEVEL_UNKNOWN, .style.level = LEVEL_UNKNOWN, .depth = 1, .notes.mem = b->ctx->mem,
	};
}

/* What it is has been said by the time its text begins: its properties stand first. */
static void paragraph_begin(struct body *b)
{
	struct paragraph *p = &b->p;
	int level = p->level != LEVEL_UNKNOWN ? p->level : p->style.level;
	bool item = level <= LEVEL_TEXT && (p->is_item || (p->style.is_item && !p->is_no_item));

	if (p->begun)
		return;
	p->begun = true;
	flow_break(&b->flow, item && b->after_item ? FLOW_LINE : FLOW_PARAGRAPH);
	if (item)
		flow_item_at(&b->flow, p->depth);
	else if (level > LEVEL_TEXT)
		flow_heading(&b->flow, level);
	b->after_item = item;
}

/* What follows in the paragraph around it, if this one stood in a text box, is text. */
static void paragraph_end(struct body *b)
{
	paragraph_begin(b);
	flow_heading_end(&b->flow);
	if (b->after_item)
		flow_item_end(&b->flow);
	flow_break(&b->flow, FLOW_LINE);
	flow_text(&b->flow, buf_view(&b->p.notes));
	flow_break(&b->flow, FLOW_LINE);
	if (b->p.style.is_title)
		sink_title(b->flow.out, buf_view(&b->title));
	b->title.n = 0;
	paragraph_open(b);
	b->p.begun = true;
}

static void refer(struct body *b, struct notes *notes, const struct xml_tag *tag)
{
	struct str text = str_trim(note_take(notes, xml_attribute(tag, "id")));

	if (text.n)
		buf_printf(&b->p.notes, "[%.*s] ", STR(text));
}

static void add_text(struct body *b, struct str text)
{
	if (b->hidden)
		return;
	paragraph_begin(b);
	if (b->p.style.is_title)
		buf_str(&b->title, text);
	flow_text(&b->flow, text);
}

/* -- its elements --------------------------------------------------------------------------------- */

enum sense {
	OTHER, DROPPED, PARAGRAPH, PROPERTIES, STYLE, OUTLINE_LEVEL, NUMBERING, ITEM_LEVEL, RUN, VANISH, TEXT, TAB,
	BREAK, HYPHEN, FOOTNOTE, ENDNOTE, TABLE, ROW, CELL,
};

static enum sense sense_of(const struct xml_tag *tag)
{
	static const struct {
		const char *name;
		enum sense sense;
	} ELEMENTS[] = {
		{ "t", TEXT }, { "r", RUN }, { "p", PARAGRAPH }, { "pPr", PROPERTIES }, { "pStyle", STYLE },
		{ "outlineLvl", OUTLINE_LEVEL }, { "numId", NUMBERING }, { "ilvl", ITEM_LEVEL }, { "vanish", VANISH },
		{ "tab", TAB }, { "ptab", TAB }, { "br", BREAK }, { "cr", BREAK }, { "noBreakHyphen", HYPHEN },
		{ "tbl", TABLE }, { "tr", ROW }, { "tc", CELL },
		{ "footnoteReference", FOOTNOTE }, { "endnoteReference", ENDNOTE },
		/* What was deleted or moved away, what properties were before, and how ruby text is read. */
		{ "del", DROPPED }, { "moveFrom", DROPPED }, { "pPrChange", DROPPED }, { "rPrChange", DROPPED },
		{ "rt", DROPPED },
	};

	if (!is_word(tag))
		/* The same once more, for programs that do not know what stands before it. */
		return strcmp(tag->name, "Fallback") == 0 ? DROPPED : OTHER;
	for (size_t i = 0; i < COUNT_OF(ELEMENTS); i++)
		if (strcmp(tag->name, ELEMENTS[i].name) == 0)
			return ELEMENTS[i].sense;
	return OTHER;
}

/* Of an element such as <w:vanish/>, which means what it says unless its value denies it. */
static bool is_on(const struct xml_tag *tag)
{
	static const char *const OFF[] = { "0", "false", "off", NULL };

	return !str_is_one_of(xml_attribute(tag, "val"), OFF);
}

static void read_property(struct body *b, enum sense sense, const struct xml_tag *tag)
{
	struct str value = xml_attribute(tag, "val");
	int64_t level;

	switch (sense) {
	case STYLE:
		b->p.style = style_resolve(&b->styles, value);
		break;
	case OUTLINE_LEVEL:
		b->p.level = outline_level(tag);
		break;
	case NUMBERING:
		/* Number 0 takes the paragraph out of its style's list. */
		b->p.is_no_item = str_is(value, "0");
		b->p.is_item = !b->p.is_no_item;
		break;
	case ITEM_LEVEL:
		if (str_to_int(value, &level) && level >= 0 && level < FLOW_LIST_LEVELS)
			b->p.depth = (int)level + 1;
		break;
	default:
		break;
	}
}

static void read_content(struct body *b, enum sense sense, const struct xml_tag *tag)
{
	switch (sense) {
	case PARAGRAPH:
		paragraph_open(b);
		break;
	case PROPERTIES:
		b->in_properties = true;
		break;
	case RUN:
		b->hidden = false;
		break;
	case VANISH:
		b->hidden = is_on(tag);
		break;
	case TEXT:
		b->in_text = true;
		break;
	case TAB:
		paragraph_begin(b);
		flow_verbatim(&b->flow, S("\t"));
		break;
	case BREAK:
		paragraph_begin(b);
		flow_line(&b->flow);
		break;
	case HYPHEN:
		add_text(b, S("-"));
		break;
	case FOOTNOTE:
		refer(b, &b->footnotes, tag);
		break;
	case ENDNOTE:
		refer(b, &b->endnotes, tag);
		break;
	case TABLE:
		flow_break(&b->flow, FLOW_PARAGRAPH);
		break;
	case ROW:
		flow_row(&b->flow);
		break;
	case CELL:
		flow_cell(&b->flow);
		break;
	default:
		break;
	}
}

static enum err body_start(void *arg, const struct xml_tag *tag)
{
	struct body *b = arg;
	enum sense sense = sense_of(tag);

	b->depth++;
	if (b->dropped_at)
		return OK;
	if (sense == DROPPED)
		b->dropped_at = b->depth;
	else if (b->in_properties)
		read_property(b, sense, tag);
	else
		read_content(b, sense, tag);
	return b->flow.out->error;
}

static void end_content(struct body *b, enum sense sense)
{
	switch (sense) {
	case PROPERTIES:
		b->in_properties = false;
		break;
	case PARAGRAPH:
		paragraph_end(b);
		break;
	case ROW:
		flow_row_end(&b->flow);
		break;
	case TABLE:
		flow_break(&b->flow, FLOW_PARAGRAPH);
		break;
	default:
		break;
	}
}

static enum err body_end(void *arg, const struct xml_tag *tag)
{
	struct body *b = arg;

	b->in_text = false;
	if (!b->dropped_at)
		end_content(b, sense_of(tag));
	if (b->dropped_at == b->depth)
		b->dropped_at = 0;
	b->depth--;
	return OK;
}

static enum err body_text(void *arg, struct str text)
{
	struct body *b = arg;

	if (b->in_text && !b->dropped_at)
		add_text(b, text);
	return OK;
}

/* -- all together --------------------------------------------------------------------------------- */

static enum err read_body(struct ctx *ctx, struct package *package, struct document_sink *out)
{
	static const struct xml_events EVENTS = { .start = body_start, .end = body_end, .text = body_text };
	struct body b = { .ctx = ctx, .flow.out = out, .title.mem = ctx->mem };
	bool found;

	TRY(read_styles(ctx, package, &b.styles));
	TRY(read_notes(ctx, package, "word/footnotes.xml", &b.footnotes));
	TRY(read_notes(ctx, package, "word/endnotes.xml", &b.endnotes));
	paragraph_open(&b);
	TRY(package_read(ctx, package, "word/document.xml", &EVENTS, &b, &found));
	return found ? OK : fail(ctx, ERR_INVALID, "the DOCX lacks word/document.xml, where its text would be");
}

static enum err parse(struct ctx *ctx, struct str bytes, struct document_sink *out)
{
	AUTO(package_close) struct package package = {0};

	TRY(package_open(ctx, bytes, &package));
	TRY(read_title(ctx, &package, out));
	return read_body(ctx, &package, out);
}

const struct extractor extract_docx = {
	.kind = DOCUMENT_DOCX, .name = "docx", .label = "DOCX",
	.extensions = (const char *const[]){ ".docx", NULL },
	.media_types = (const char *const[]){
		"application/vnd.openxmlformats-officedocument.wordprocessingml.document", NULL },
	.sniff = sniff_docx, .load = package_load, .parse = parse,
};
