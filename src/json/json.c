/* json/json.c: from text to our tree.
 *
 * yyjson's own document is built in the arena too, and its strings are shared. It does not
 * recurse, so any depth is safe to read; what is too deep is refused on the way to our tree,
 * which does.
 */
#include "json/json.h"

#include <math.h>
#include <yyjson.h>

#include "base/buf.h"
#include "base/utf8.h"

static void *alloc_in_arena(void *mem, size_t bytes)
{
	return arena_alloc(mem, bytes);
}

static void *grow_in_arena(void *mem, void *p, size_t old_bytes, size_t bytes)
{
	return arena_grow(mem, p, old_bytes, bytes);
}

static void free_in_arena(void *mem, void *p)
{
	(void)mem, (void)p;
}

/* -- repair: what JavaScript's decoder and parser forgive -------------------------------------- */

static bool hex4(struct str s, size_t at, unsigned *out)
{
	*out = 0;
	if (s.n < at + 4)
		return false;
	for (size_t i = at; i < at + 4; i++) {
		char c = s.p[i];
		unsigned digit = c >= '0' && c <= '9' ? (unsigned)(c - '0') : c >= 'a' && c <= 'f' ? (unsigned)(c - 'a' + 10)
			       : c >= 'A' && c <= 'F' ? (unsigned)(c - 'A' + 10) : 16;

		if (digit == 16)
			return false;
		*out = *out * 16 + digit;
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

/* Every byte that belongs to no character becomes U+FFFD. */
static struct str replace_invalid(struct arena *mem, struct str text)
{
	struct buf out = { .mem = mem };
	uint32_t c;

	while (utf8_next(&text, &c)) {
		char bytes[UTF8_MAX_BYTES];

		buf_add(&out, bytes, utf8_put(bytes, c));
	}
	return buf_view(&out);
}

static struct str repaired(struct arena *mem, struct str text)
{
	char *copy;

	if (str_starts(text, S("\xef\xbb\xbf")))
		text = str_from(text, 3);
	if (!utf8_valid(text))
		text = replace_invalid(mem, text);
	if (str_find(text, S("\\u")) < 0)
		return text;
	copy = arena_strz(mem, text);
	repair_surrogates(copy, text.n);
	return (struct str){ copy, text.n };
}

/* -- from yyjson's document to our tree ---------------------------------------------------------- */

/* Open addressing over the members built so far: finds a repeated key without comparing all. */
struct key_set {
	uint32_t *slots;                     /* member index + 1; 0 = free */
	size_t mask;
};

static size_t hash_of(struct str key)
{
	uint64_t h = 0xcbf29ce484222325u;

	for (size_t i = 0; i < key.n; i++)
		h = (h ^ (unsigned char)key.p[i]) * 0x100000001b3u;
	return (size_t)(h ^ h >> 32);
}

/* The index of an equal key, or n after noting that member n has it. */
static size_t find_or_add(struct key_set *set, const struct json_member *members, size_t n, struct str key)
{
	size_t at = hash_of(key) & set->mask;

	for (; set->slots[at]; at = (at + 1) & set->mask)
		if (str_eq(members[set->slots[at] - 1].key, key))
			return set->slots[at] - 1;
	set->slots[at] = (uint32_t)n + 1;
	return n;
}

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

static bool convert_object(struct arena *mem, yyjson_val *from, int depth, struct json *to)
{
	size_t size = yyjson_obj_size(from), n = 0, i, all;
	struct json_member *members = arena_array(mem, size, sizeof(*members));
	struct key_set set = { NULL, 15 };
	yyjson_val *key, *value;

	if (size > 16) {
		while (set.mask < 2 * size)
			set.mask = set.mask * 2 + 1;
		set.slots = arena_array(mem, set.mask + 1, sizeof(*set.slots));
	}
	yyjson_obj_foreach(from, i, all, key, value) {
		struct str name = text_of(key);
		size_t at = set.slots ? find_or_add(&set, members, n, name) : find_linear(members, n, name);

		members[at].key = name;
		if (!convert(mem, value, depth, &members[at].value))
			return false;
		n += at == n;
	}
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

enum err json_parse(struct ctx *ctx, struct str text, enum json_flags flags, const struct json **out)
{
	yyjson_alc alloc = { alloc_in_arena, grow_in_arena, free_in_arena, ctx->mem };
	yyjson_read_err why;
	yyjson_doc *doc;
	struct json *root;

	if (flags & JSON_REPAIR)
		text = repaired(ctx->mem, text);
	/* Without YYJSON_READ_INSITU the parser only reads the text. */
	doc = yyjson_read_opts((char *)(uintptr_t)(text.p ? text.p : ""), text.n, YYJSON_READ_NOFLAG, &alloc, &why);
	if (!doc)
		return fail(ctx, ERR_INVALID, "%s at byte %zu", text.n ? why.msg : "no JSON text", why.pos);
	root = NEW(ctx->mem, struct json);
	if (!convert(ctx->mem, yyjson_doc_get_root(doc), JSON_DEPTH, root))
		return fail(ctx, ERR_INVALID, "more than %d levels deep", JSON_DEPTH);
	*out = root;
	return OK;
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
