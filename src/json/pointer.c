/* json/pointer.c: steps, decoded once and taken one by one. */
#include "json/pointer.h"

#include "base/url.h"

const struct json *json_named(const struct json *object, struct str key)
{
	for (size_t i = 0; json_is(object, JSON_OBJECT) && i < object->n_members; i++)
		if (str_eq(object->members[i].key, key))
			return &object->members[i].value;
	return NULL;
}

static const struct json *element_of(const struct json *array, struct str index)
{
	int64_t i;

	if (!json_is(array, JSON_ARRAY) || !str_to_int(index, &i) || i < 0 || (size_t)i >= array->n_items)
		return NULL;
	return &array->items[i];
}

/* A step of a JSON Pointer (RFC 6901): ~1 is a slash, ~0 a tilde. */
static struct str plain_step(struct arena *mem, struct str step)
{
	struct buf out = { .mem = mem };

	for (size_t i = 0; i < step.n; i++) {
		bool escaped = step.p[i] == '~' && i + 1 < step.n && (step.p[i + 1] == '0' || step.p[i + 1] == '1');

		buf_char(&out, !escaped ? step.p[i] : step.p[i + 1] == '1' ? '/' : '~');
		i += escaped;
	}
	return buf_view(&out);
}

const struct json *json_follow(struct arena *mem, const struct json *root, struct str reference)
{
	AUTO(arena_rewind) struct arena_mark mark = arena_mark(mem);
	const struct json *at = root;
	struct str rest;

	if (str_is(reference, "#"))
		return root;
	if (!str_starts(reference, S("#/")) || !url_decode(mem, str_from(reference, 2), &rest))
		return NULL;
	while (at && rest.p) {
		struct str step = plain_step(mem, str_cut(&rest, '/'));

		at = json_is(at, JSON_ARRAY) ? element_of(at, step) : json_named(at, step);
	}
	return at;
}
