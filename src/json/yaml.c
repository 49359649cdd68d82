/* json/yaml.c: libyaml's events, made into our tree.
 *
 * libyaml tells where things begin and end; which value a plain scalar means is decided here,
 * since libyaml follows YAML 1.1 only as far as syntax goes. An alias shares its anchor's value,
 * so that a text of aliases to aliases costs no memory; it is counted in full nevertheless,
 * because whoever writes the tree out writes it all.
 */
#include "json/yaml.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <yaml.h>

#include "base/buf.h"
#include "base/library.h"
#include "base/utf8.h"
#include "json/write.h"

#define YAML_FUNCTIONS(X) \
	X(yaml_parser_initialize) X(yaml_parser_delete) X(yaml_parser_set_input_string) X(yaml_parser_set_encoding) \
	X(yaml_parser_parse) X(yaml_event_delete)
LIBRARY(yaml, "libyaml-0.so.2", YAML_FUNCTIONS)

struct anchor {
	struct str name;
	struct json value;
	size_t n_values;
	int levels;                          /* of collections */
	bool complete;                       /* false: we are still inside of it */
};

struct reader {
	struct ctx *ctx;
	yaml_parser_t parser;
	yaml_event_t event;                  /* the current one */
	struct anchor *anchors;
	size_t n_anchors, cap_anchors;
	bool version_1_1;                    /* the document says "%YAML 1.1" */
	bool hidden;                         /* its text went through hide_controls */
	size_t n_values;                     /* so far, repeated ones included */
	int levels;                          /* of collections, in the node read last */
};

/* -- events ---------------------------------------------------------------------------------------- */

static enum err refuse(struct reader *r, const char *problem, const yaml_mark_t *at)
{
	return fail(r->ctx, ERR_INVALID, "%s at line %zu, column %zu", problem, at->line + 1, at->column + 1);
}

static enum err refuse_here(struct reader *r, const char *problem)
{
	return refuse(r, problem, &r->event.start_mark);
}

static enum err next(struct reader *r)
{
	yaml.yaml_event_delete(&r->event);
	if (yaml.yaml_parser_parse(&r->parser, &r->event))
		return OK;
	/* What is wrong with the bytes themselves has an offset instead of a mark. */
	if (r->parser.error == YAML_READER_ERROR)
		return fail(r->ctx, ERR_INVALID, "%s at byte %zu", r->parser.problem, r->parser.problem_offset);
	return refuse(r, r->parser.problem ? r->parser.problem : "not YAML", &r->parser.problem_mark);
}

static enum err count_values(struct reader *r, size_t n)
{
	r->n_values += n;
	return r->n_values <= YAML_VALUES_MAX ? OK : refuse_here(r, "more values than are allowed");
}

/* -- control characters --------------------------------------------------------------------------------
 *
 * The reference's parser takes them as any other character, libyaml refuses the text. So they pass
 * through it in disguise, as characters of the last private plane. A text without any, which is
 * nearly every text, is left as it is; so is a text that has characters of that plane itself.
 */

enum { DISGUISE = 0x100000 };

static bool is_control(uint32_t c)
{
	return (c < 0x20 && c != '\t' && c != '\n' && c != '\r') || (c >= 0x7f && c < 0xa0 && c != 0x85) || c == 0xfeff ||
	       c == 0xfffe || c == 0xffff;
}

static struct str map_characters(struct arena *mem, struct str text, uint32_t (*map)(uint32_t c))
{
	struct buf out = { .mem = mem };
	char bytes[UTF8_MAX_BYTES];
	uint32_t c;

	while (utf8_next(&text, &c))
		buf_add(&out, bytes, utf8_put(bytes, map(c)));
	buf_char(&out, '\0');
	return (struct str){ out.p, out.n - 1 };
}

static uint32_t hide(uint32_t c)
{
	return is_control(c) ? DISGUISE + c : c;
}

static uint32_t unhide(uint32_t c)
{
	return c >= DISGUISE && is_control(c - DISGUISE) ? c - DISGUISE : c;
}

/* Returns whether it did anything. */
static bool hide_controls(struct arena *mem, struct str *text)
{
	struct str rest = *text;
	bool any = false;
	uint32_t c;

	if (!utf8_valid(*text))
		return false;
	while (utf8_next(&rest, &c)) {
		if (c >= DISGUISE)
			return false;
		any = any || is_control(c);
	}
	if (any)
		*text = map_characters(mem, *text, hide);
	return any;
}

/* -- scalars: the core schema ------------------------------------------------------------------------ */

static struct str event_text(struct reader *r)
{
	struct str text = { (const char *)r->event.data.scalar.value, r->event.data.scalar.length };

	return r->hidden ? map_characters(r->ctx->mem, text, unhide) : arena_str(r->ctx->mem, text);
}

static struct str skip_sign(struct str s)
{
	return s.n > 0 && (s.p[0] == '-' || s.p[0] == '+') ? str_from(s, 1) : s;
}

static size_t span(struct str s, const char *set)
{
	size_t n = 0;

	while (n < s.n && s.p[n] && strchr(set, s.p[n]))
		n++;
	return n;
}

#define DIGITS "0123456789"

/* Integers that fit keep all their digits up to 2^53; larger ones lose some, as they do in JSON readers that
 * have only doubles (4.3). */
static struct json integer(const char *digits, int base)
{
	const int64_t exact = 1LL << 53;
	long long value;

	errno = 0;
	value = strtoll(digits, NULL, base);
	if (errno == 0 && value >= -exact && value <= exact)
		return (struct json){ .type = JSON_INT, .integer = value };
	return (struct json){ .type = JSON_NUM, .number = base == 10 ? strtod(digits, NULL) : (double)strtoull(digits, NULL, base) };
}

/* 0o17 and 0x1F, which have no sign. */
static bool is_prefixed(struct str s, const char *prefix, const char *set)
{
	return str_starts(s, str_of(prefix)) && s.n > 2 && span(str_from(s, 2), set) == s.n - 2;
}

static bool is_float(struct str s)
{
	struct str rest = skip_sign(s);
	size_t whole = span(rest, DIGITS), fraction = 0;

	rest = str_from(rest, whole);
	if (rest.n > 0 && rest.p[0] == '.') {
		fraction = span(str_from(rest, 1), DIGITS);
		rest = str_from(rest, 1 + fraction);
	}
	if (whole + fraction == 0)
		return false;
	if (rest.n > 0 && (rest.p[0] == 'e' || rest.p[0] == 'E')) {
		rest = skip_sign(str_from(rest, 1));
		return rest.n > 0 && span(rest, DIGITS) == rest.n;
	}
	return rest.n == 0;
}

/* What a plain scalar means. The text has a NUL behind it. */
static struct json resolve(struct str s)
{
	static const char *const NULLS[] = { "", "~", "null", "Null", "NULL", NULL };
	static const char *const TRUES[] = { "true", "True", "TRUE", NULL };
	static const char *const FALSES[] = { "false", "False", "FALSE", NULL };
	static const char *const INFINITE[] = { ".inf", ".Inf", ".INF", NULL };
	static const char *const NANS[] = { ".nan", ".NaN", ".NAN", NULL };
	struct str digits = skip_sign(s);

	if (str_is_one_of(s, NULLS) || str_is_one_of(digits, INFINITE) || str_is_one_of(s, NANS))
		return (struct json){ .type = JSON_NULL };
	if (str_is_one_of(s, TRUES) || str_is_one_of(s, FALSES))
		return (struct json){ .type = JSON_BOOL, .boolean = str_is_one_of(s, TRUES) };
	if (digits.n > 0 && span(digits, DIGITS) == digits.n)
		return integer(s.p, 10);
	if (is_prefixed(s, "0o", "01234567"))
		return integer(s.p + 2, 8);
	if (is_prefixed(s, "0x", DIGITS "abcdefABCDEF"))
		return integer(s.p + 2, 16);
	if (is_float(s)) {
		double value = strtod(s.p, NULL);

		return isfinite(value) ? (struct json){ .type = JSON_NUM, .number = value } : (struct json){ .type = JSON_NULL };
	}
	return (struct json){ .type = JSON_STR, .text = s };
}

/* What a document that asks for YAML 1.1 means besides. */
static struct json resolve_1_1(struct str s)
{
	static const char *const TRUES[] = { "y", "Y", "yes", "Yes", "YES", "on", "On", "ON", NULL };
	static const char *const FALSES[] = { "n", "N", "no", "No", "NO", "off", "Off", "OFF", NULL };
	struct str digits = skip_sign(s);

	if (str_is_one_of(s, TRUES) || str_is_one_of(s, FALSES))
		return (struct json){ .type = JSON_BOOL, .boolean = str_is_one_of(s, TRUES) };
	if (digits.n > 1 && digits.p[0] == '0' && span(digits, "01234567") == digits.n)
		return integer(s.p, 8);
	return resolve(s);
}

/* A tag of the core schema asks for what the text would be without quotes; any other makes a string. */
static bool is_resolved(const yaml_event_t *e)
{
	static const char *const CORE[] = {
		"tag:yaml.org,2002:null", "tag:yaml.org,2002:bool", "tag:yaml.org,2002:int", "tag:yaml.org,2002:float", NULL,
	};
	const char *tag = (const char *)e->data.scalar.tag;

	return tag ? str_is_one_of(str_of(tag), CORE) : e->data.scalar.style == YAML_PLAIN_SCALAR_STYLE;
}

static struct json scalar(struct reader *r)
{
	struct str text = event_text(r);

	/* Bytes are no value of JSON's. */
	if (r->event.data.scalar.tag && strcmp((const char *)r->event.data.scalar.tag, "tag:yaml.org,2002:binary") == 0)
		return (struct json){ .type = JSON_NULL };
	if (!is_resolved(&r->event))
		return (struct json){ .type = JSON_STR, .text = text };
	return r->version_1_1 ? resolve_1_1(text) : resolve(text);
}

/* -- anchors ------------------------------------------------------------------------------------------- */

/* The latest of that name: an anchor may be used again. */
static struct anchor *find_anchor(struct reader *r, struct str name)
{
	for (size_t i = r->n_anchors; i > 0; i--)
		if (str_eq(r->anchors[i - 1].name, name))
			return &r->anchors[i - 1];
	return NULL;
}

static size_t begin_anchor(struct reader *r, const yaml_char_t *name)
{
	struct arena *mem = r->ctx->mem;

	r->anchors = arena_more(mem, r->anchors, r->n_anchors, &r->cap_anchors, sizeof(*r->anchors));
	r->anchors[r->n_anchors] = (struct anchor){ .name = arena_str(mem, str_of((const char *)name)) };
	return r->n_anchors++;
}

static enum err alias(struct reader *r, int depth, struct json *out)
{
	const struct anchor *a = find_anchor(r, str_of((const char *)r->event.data.alias.anchor));

	if (!a)
		return refuse_here(r, "an alias without an anchor");
	if (!a->complete)
		return refuse_here(r, "an alias inside of its own anchor");
	if (a->levels > depth)
		return refuse_here(r, "nested too deeply");
	*out = a->value;
	r->levels = a->levels;
	return count_values(r, a->n_values);
}

/* -- collections ----------------------------------------------------------------------------------------- */

static enum err read_node(struct reader *r, int depth, struct json *out);

static enum err read_sequence(struct reader *r, int depth, struct json *out)
{
	struct json *items = NULL;
	size_t n = 0, cap = 0;
	int levels = 0;

	for (;;) {
		TRY(next(r));
		if (r->event.type == YAML_SEQUENCE_END_EVENT)
			break;
		items = arena_more(r->ctx->mem, items, n, &cap, sizeof(*items));
		TRY(read_node(r, depth, &items[n]));
		levels = r->levels > levels ? r->levels : levels;
		n++;
	}
	r->levels = levels + 1;
	*out = (struct json){ .type = JSON_ARRAY, .items = items, .n_items = n };
	return OK;
}

/* A key as JSON can have it. */
static struct str key_text(struct arena *mem, const struct json *key)
{
	struct buf text = { .mem = mem };
	struct json_writer w = { .out = &text };

	if (key->type == JSON_STR)
		return key->text;
	if (key->type != JSON_NULL)
		jw_value(&w, key);
	return buf_view(&text);
}

static int by_key(const void *a, const void *b)
{
	return str_cmp(((const struct json_member *)a)->key, ((const struct json_member *)b)->key);
}

static enum err check_distinct(struct reader *r, const struct json_member *members, size_t n, const yaml_mark_t *at)
{
	struct json_member *sorted = arena_array(r->ctx->mem, n, sizeof(*sorted));

	memcpy(sorted, members, n * sizeof(*sorted));
	qsort(sorted, n, sizeof(*sorted), by_key);
	for (size_t i = 1; i < n; i++)
		if (str_eq(sorted[i - 1].key, sorted[i].key))
			return fail(r->ctx, ERR_INVALID, "the key \"%.*s\" is there twice in the mapping at line %zu, column %zu",
				    (int)(sorted[i].key.n < 100 ? sorted[i].key.n : 100), sorted[i].key.p,
				    at->line + 1, at->column + 1);
	return OK;
}

static enum err read_mapping(struct reader *r, int depth, struct json *out)
{
	yaml_mark_t at = r->event.start_mark;
	struct json_member *members = NULL;
	size_t n = 0, cap = 0;
	int levels = 0;
	struct json key;

	for (;;) {
		TRY(next(r));
		if (r->event.type == YAML_MAPPING_END_EVENT)
			break;
		members = arena_more(r->ctx->mem, members, n, &cap, sizeof(*members));
		TRY(read_node(r, depth, &key));
		members[n].key = key_text(r->ctx->mem, &key);
		TRY(next(r));
		TRY(read_node(r, depth, &members[n].value));
		levels = r->levels > levels ? r->levels : levels;
		n++;
	}
	r->levels = levels + 1;
	*out = (struct json){ .type = JSON_OBJECT, .members = members, .n_members = n };
	return n > 1 ? check_distinct(r, members, n, &at) : OK;
}

/* -- nodes and documents ----------------------------------------------------------------------------------- */

static const yaml_char_t *anchor_of(const yaml_event_t *e)
{
	switch (e->type) {
	case YAML_SCALAR_EVENT: return e->data.scalar.anchor;
	case YAML_SEQUENCE_START_EVENT: return e->data.sequence_start.anchor;
	case YAML_MAPPING_START_EVENT: return e->data.mapping_start.anchor;
	default: return NULL;
	}
}

static enum err read_content(struct reader *r, int depth, struct json *out)
{
	if (r->event.type == YAML_SCALAR_EVENT) {
		*out = scalar(r);
		r->levels = 0;
		return OK;
	}
	/* Deep nesting also costs libyaml a time that grows with its square. */
	if (depth == 0)
		return refuse_here(r, "nested too deeply");
	return r->event.type == YAML_SEQUENCE_START_EVENT ? read_sequence(r, depth - 1, out) : read_mapping(r, depth - 1, out);
}

/* The node that begins with the current event; afterwards that is its last one. */
static enum err read_node(struct reader *r, int depth, struct json *out)
{
	const yaml_char_t *name = anchor_of(&r->event);
	size_t before = r->n_values, anchor = 0;

	if (r->event.type == YAML_ALIAS_EVENT)
		return alias(r, depth, out);
	if (name)
		anchor = begin_anchor(r, name);
	TRY(count_values(r, 1));
	TRY(read_content(r, depth, out));
	if (name)
		r->anchors[anchor] = (struct anchor){ r->anchors[anchor].name, *out, r->n_values - before, r->levels, true };
	return OK;
}

static bool is_version_1_1(const yaml_event_t *document)
{
	const yaml_version_directive_t *v = document->data.document_start.version_directive;

	return v && v->major == 1 && v->minor == 1;
}

static enum err read_document(struct reader *r, struct json *out)
{
	*out = (struct json){ .type = JSON_NULL };
	TRY(next(r));
	TRY(next(r));
	if (r->event.type == YAML_STREAM_END_EVENT)
		return OK;
	r->version_1_1 = is_version_1_1(&r->event);
	TRY(next(r));
	TRY(read_node(r, JSON_DEPTH, out));
	TRY(next(r));
	TRY(next(r));
	return r->event.type == YAML_STREAM_END_EVENT ? OK : refuse_here(r, "a second document begins");
}

static void reader_fini(struct reader *r)
{
	yaml.yaml_event_delete(&r->event);
	yaml.yaml_parser_delete(&r->parser);
}

enum err yaml_parse(struct ctx *ctx, struct str text, const struct json **out)
{
	struct json *root = arena_alloc(ctx->mem, sizeof(*root));

	if (text.n > YAML_BYTES_MAX)
		return fail(ctx, ERR_INVALID, "larger than %d bytes", YAML_BYTES_MAX);
	TRY(library_load(ctx, &yaml_library));
	if (str_starts(text, S("\xef\xbb\xbf")))
		text = str_from(text, 3);
	AUTO(reader_fini) struct reader r = { .ctx = ctx, .hidden = hide_controls(ctx->mem, &text) };
	if (!yaml.yaml_parser_initialize(&r.parser))
		return fail(ctx, ERR_INTERNAL, "no memory for a parser");
	yaml.yaml_parser_set_encoding(&r.parser, YAML_UTF8_ENCODING);
	yaml.yaml_parser_set_input_string(&r.parser, (const unsigned char *)text.p, text.n);
	TRY(read_document(&r, root));
	*out = root;
	return OK;
}
