/* json/json.c: from text to our tree.
 *
 * The text is copied into the arena once, and all strings point into that copy. yyjson does not
 * recurse, so any depth is safe to read; what is too deep is refused on the way to our tree,
 * which does.
 */
#include "json/json.h"

#include <math.h>
#include <stdlib.h>
#include <yyjson.h>

#include "base/buf.h"
#include "base/utf8.h"

/* -- repair: what JavaScript's decoder and parser forgive -------------------------------------- */

static bool hex4(struct str s, size_t at, unsigned *out)
{
	*out = 0;
	if (s.n < at + 4)
		return false;
	for (size_t i = at; i < at + 4; i++) {
		int digit = hex_digit(s.p[i]);

		if (digit < 0)
			return false;
		*out = *out * 16 + (unsigned)digit;
	}
	return true;
}

static bool is_surrogate_escape(struct str s, size_t at, unsigned low, unsigned high)
{
	unsigned unit;

	return s.n >= at + 6 && s.p[at] == '\\' && s.p[at + 1] == 'u' && hex4(s, at + 2, &unit) && unit >= low && unit <= high;
}

/* Replaces escapes of lone surrogates by \ufffd, in place: both are six bytes. */
static void repair_surrogates(char *text, size_t n)
{
	struct str s = { text, n };

	for (size_t i = 0; i + 1 < n; i++) {
		if (text[i] != '\\')
			continue;
		if (is_surrogate_escape(s, i, 0xd800, 0xdbff) && is_surrogate_escape(s, i + 6, 0xdc00, 0xdfff))
			i += 11;
		else if (is_surrogate_escape(s, i, 0xd800, 0xdfff))
			memcpy(text + i, "\\ufffd", 6), i += 5;
		else
			i++;
	}
}

static struct str repair_bytes(struct arena *mem, struct str text)
{
	if (str_starts(text, S("\xef\xbb\xbf")))
		text = str_from(text, 3);
	return utf8_repair(mem, text);
}

/* -- from yyjson's document to our tree ---------------------------------------------------------- */

/* Up to here comparing each with each is cheaper than sorting. */
enum { FEW_MEMBERS = 16 };

static size_t find_linear(const struct json_member *members, size_t n, struct str key)
{
	size_t i = 0;

	while (i < n && !str_eq(members[i].key, key))
		i++;
	return i;
}

static struct str text_of(yyjson_val *v)
{
	return (struct str){ yyjson_get_str(v), yyjson_get_len(v) };
}

/* All: false when the value nests deeper than `depth` levels. */
static bool convert(struct arena *mem, yyjson_val *from, int depth, struct json *to);

static bool convert_array(struct arena *mem, yyjson_val *from, int depth, struct json *to)
{
	struct json *items = arena_array(mem, yyjson_arr_size(from), sizeof(*items));
	size_t i, n;
	yyjson_val *item;

	yyjson_arr_foreach(from, i, n, item)
		if (!convert(mem, item, depth, &items[i]))
			return false;
	*to = (struct json){ .type = JSON_ARRAY, .items = items, .n_items = n };
	return true;
}

/* Of a repeated key the first place and the last value count, as in JavaScript. Both forms return
 * how many members are left. */
static size_t merge_few(struct json_member *members, size_t n)
{
	size_t kept = 0;

	for (size_t i = 0; i < n; i++) {
		size_t at = find_linear(members, kept, members[i].key);

		members[at] = members[i];
		kept += at == kept;
	}
	return kept;
}

static int by_key_and_place(const void *a_, const void *b_)
{
	const struct json_member *a = *(struct json_member *const *)a_, *b = *(struct json_member *const *)b_;
	int order = str_cmp(a->key, b->key);

	return order ? order : (a > b) - (a < b);
}

/* By sorting, since a hash of keys that a client chose can be made to collide. */
static size_t merge_many(struct arena *mem, struct json_member *members, size_t n)
{
	struct json_member **sorted = arena_array(mem, n, sizeof(*sorted)), *first;
	size_t kept = 0;

	for (size_t i = 0; i < n; i++)
		sorted[i] = &members[i];
	qsort(sorted, n, sizeof(*sorted), by_key_and_place);
	first = sorted[0];
	for (size_t i = 1; i < n; i++) {
		if (str_eq(sorted[i]->key, first->key)) {
			first->value = sorted[i]->value;
			sorted[i]->key.p = NULL;
		} else {
			first = sorted[i];
		}
	}
	for (size_t i = 0; i < n; i++)
		if (members[i].key.p)
			members[kept++] = members[i];
	return kept;
}

static bool convert_object(struct arena *mem, yyjson_val *from, int depth, struct json *to)
{
	struct json_member *members = arena_array(mem, yyjson_obj_size(from), sizeof(*members));
	yyjson_val *key, *value;
	size_t i, n;

	yyjson_obj_foreach(from, i, n, key, value) {
		members[i].key = text_of(key);
		if (!convert(mem, value, depth, &members[i].value))
			return false;
	}
	n = n <= FEW_MEMBERS ? merge_few(members, n) : merge_many(mem, members, n);
	*to = (struct json){ .type = JSON_OBJECT, .members = members, .n_members = n };
	return true;
}

static struct json convert_number(yyjson_val *from)
{
	if (yyjson_is_sint(from) || (yyjson_is_uint(from) && yyjson_get_uint(from) <= INT64_MAX))
		return (struct json){ .type = JSON_INT, .integer = yyjson_get_sint(from) };
	return (struct json){ .type = JSON_NUM, .number = yyjson_get_num(from) };
}

static bool convert(struct arena *mem, yyjson_val *from, int depth, struct json *to)
{
	switch (yyjson_get_type(from)) {
	case YYJSON_TYPE_BOOL:
		*to = (struct json){ .type = JSON_BOOL, .boolean = yyjson_get_bool(from) };
		return true;
	case YYJSON_TYPE_NUM:
		*to = convert_number(from);
		return true;
	case YYJSON_TYPE_STR:
		*to = (struct json){ .type = JSON_STR, .text = text_of(from) };
		return true;
	case YYJSON_TYPE_ARR:
		return depth > 0 && convert_array(mem, from, depth - 1, to);
	case YYJSON_TYPE_OBJ:
		return depth > 0 && convert_object(mem, from, depth - 1, to);
	default:
		*to = (struct json){ .type = JSON_NULL };
		return true;
	}
}

/* -- the parser ---------------------------------------------------------------------------------- */

/* yyjson's values live on the heap until they have become ours. It guesses their number from the
 * size of the text, so that many small values show as an attempt to grow. */
static void *values_new(void *unused, size_t bytes)
{
	return xmalloc(bytes);
}

static void *values_grow(void *unused, void *values, size_t old_bytes, size_t bytes)
{
	return bytes > 2 * JSON_VALUES_MAX * sizeof(yyjson_val) ? NULL : xrealloc(values, bytes);
}

static void values_free(void *unused, void *values)
{
	free(values);
}

/* A copy that yyjson may write to: it resolves escapes in place, and our strings point there. */
static char *copy_to_parse(struct arena *mem, struct str text)
{
	char *copy = arena_alloc(mem, text.n + YYJSON_PADDING_SIZE);

	if (text.n)
		memcpy(copy, text.p, text.n);
	memset(copy + text.n, 0, YYJSON_PADDING_SIZE);
	return copy;
}

static enum err too_many(struct ctx *ctx)
{
	return fail(ctx, ERR_INVALID, "more than %d values", JSON_VALUES_MAX);
}

static enum err convert_all(struct ctx *ctx, yyjson_doc *doc, enum json_flags flags, const struct json **out)
{
	yyjson_val *from = yyjson_doc_get_root(doc);
	struct json *root = NEW(ctx->mem, struct json);

	if (yyjson_doc_get_val_count(doc) > JSON_VALUES_MAX)
		return too_many(ctx);
	if (!convert(ctx->mem, from, JSON_DEPTH, root)) {
		if (!(flags & JSON_OBJECTS) || !yyjson_is_arr(from))
			return fail(ctx, ERR_INVALID, "more than %d levels deep", JSON_DEPTH);
		*root = (struct json){ .type = JSON_ARRAY };
	}
	*out = root;
	return OK;
}

enum err json_parse(struct ctx *ctx, struct str text, enum json_flags flags, const struct json **out)
{
	static const yyjson_alc HEAP = { values_new, values_grow, values_free, NULL };
	yyjson_read_err why;
	yyjson_doc *doc;
	char *copy;
	enum err e;

	if (flags & JSON_REPAIR_BYTES)
		text = repair_bytes(ctx->mem, text);
	copy = copy_to_parse(ctx->mem, text);
	if (flags & JSON_REPAIR_ESCAPES && str_find(text, S("\\u")) >= 0)
		repair_surrogates(copy, text.n);
	doc = yyjson_read_opts(copy, text.n, YYJSON_READ_INSITU, &HEAP, &why);
	if (!doc && why.code == YYJSON_READ_ERROR_MEMORY_ALLOCATION)
		return too_many(ctx);
	if (!doc)
		return fail(ctx, ERR_INVALID, "%s at byte %zu", text.n ? why.msg : "no JSON text", why.pos);
	e = convert_all(ctx, doc, flags, out);
	yyjson_doc_free(doc);
	return e;
}

/* -- looking at values --------------------------------------------------------------------------- */

const struct json *json_get(const struct json *v, const char *key)
{
	size_t at;

	if (!json_is(v, JSON_OBJECT))
		return NULL;
	at = find_linear(v->members, v->n_members, str_of(key));
	return at < v->n_members ? &v->members[at].value : NULL;
}

struct str json_get_str(const struct json *v, const char *key)
{
	const struct json *member = json_get(v, key);

	return json_is(member, JSON_STR) ? member->text : (struct str){ NULL, 0 };
}

const char *json_type_name(const struct json *v)
{
	static const char *const NAMES[] = {
		[JSON_NULL] = "null", [JSON_BOOL] = "boolean", [JSON_INT] = "number", [JSON_NUM] = "number",
		[JSON_STR] = "string", [JSON_ARRAY] = "array", [JSON_OBJECT] = "object",
	};

	return v ? NAMES[v->type] : "undefined";
}

bool json_is(const struct json *v, enum json_type type)
{
	return v && v->type == type;
}

bool json_as_int(const struct json *v, int64_t *out)
{
	static const double LARGEST = 9007199254740992.0;

	if (json_is(v, JSON_INT)) {
		*out = v->integer;
		return true;
	}
	if (!json_is(v, JSON_NUM) || v->number != trunc(v->number) || fabs(v->number) > LARGEST)
		return false;
	*out = (int64_t)v->number;
	return true;
}

bool json_as_num(const struct json *v, double *out)
{
	if (!json_is(v, JSON_INT) && !json_is(v, JSON_NUM))
		return false;
	*out = v->type == JSON_INT ? (double)v->integer : v->number;
	return true;
}

bool json_has_nul(const struct json *v)
{
	switch (v->type) {
	case JSON_STR:
		return str_index(v->text, '\0') >= 0;
	case JSON_ARRAY:
		for (size_t i = 0; i < v->n_items; i++)
			if (json_has_nul(&v->items[i]))
				return true;
		return false;
	case JSON_OBJECT:
		for (size_t i = 0; i < v->n_members; i++)
			if (str_index(v->members[i].key, '\0') >= 0 || json_has_nul(&v->members[i].value))
				return true;
		return false;
	default:
		return false;
	}
}
