/* json/jsonb.c: one walk; an object's members are sorted on the way. */
#include "json/jsonb.h"

#include <stdlib.h>

#include "json/write.h"

static int by_length_then_bytes(const void *a, const void *b)
{
	struct str x = (*(const struct json_member *const *)a)->key, y = (*(const struct json_member *const *)b)->key;

	return x.n != y.n ? (x.n > y.n) - (x.n < y.n) : str_cmp(x, y);
}

/* The comma and the blank before all but the first. */
static void separate(struct buf *out, size_t i)
{
	if (i > 0)
		buf_z(out, ", ");
}

static void put(struct buf *out, const struct json *v);

static void put_array(struct buf *out, const struct json *v)
{
	buf_char(out, '[');
	for (size_t i = 0; i < v->n_items; i++) {
		separate(out, i);
		put(out, &v->items[i]);
	}
	buf_char(out, ']');
}

static void put_object(struct buf *out, const struct json *v)
{
	const struct json_member **sorted = arena_array(out->mem, v->n_members, sizeof(struct json_member *));

	for (size_t i = 0; i < v->n_members; i++)
		sorted[i] = &v->members[i];
	if (v->n_members > 1)
		qsort(sorted, v->n_members, sizeof(struct json_member *), by_length_then_bytes);
	buf_char(out, '{');
	for (size_t i = 0; i < v->n_members; i++) {
		separate(out, i);
		jw_str(&(struct json_writer){ .out = out }, sorted[i]->key);
		buf_z(out, ": ");
		put(out, &sorted[i]->value);
	}
	buf_char(out, '}');
}

static void put(struct buf *out, const struct json *v)
{
	if (v->type == JSON_ARRAY)
		put_array(out, v);
	else if (v->type == JSON_OBJECT)
		put_object(out, v);
	else
		jw_value(&(struct json_writer){ .out = out }, v);
}

struct str jsonb_text(struct arena *mem, const struct json *v)
{
	struct buf out = { .mem = mem };

	put(&out, v);
	return buf_view(&out);
}
