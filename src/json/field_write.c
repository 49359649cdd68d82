/* json/field_write.c: from a struct to JSON, by the same table that reads it. */
#include <math.h>

#include "base/clock.h"
#include "json/field.h"

static void write_members(struct json_writer *w, const struct schema *s, const char *in, enum write_mode mode);

static void write_list(struct json_writer *w, const struct field *f, const struct list *list, enum write_mode mode)
{
	jw_array(w);
	for (size_t i = 0; i < list->n; i++) {
		if (f->of)
			schema_write(w, f->of, (const char *)list->items + i * f->of->size, mode);
		else
			jw_str(w, *LIST_AT(*list, struct str, i));
	}
	jw_end(w);
}

static void write_floats(struct json_writer *w, const struct list *list)
{
	jw_array(w);
	for (size_t i = 0; i < list->n; i++)
		jw_float(w, *LIST_AT(*list, float, i));
	jw_end(w);
}

static int digits_of(const struct field *f, int64_t us, enum write_mode mode)
{
	if (f->digits == DIGITS_AS_NEEDED || mode == WRITE_EXPORT)
		return us % US_PER_SECOND == 0 ? 0 : us % 1000 == 0 ? 3 : 6;
	return f->digits ? f->digits : 3;
}

static void write_str(struct json_writer *w, const struct field *f, struct str text, enum write_mode mode)
{
	if (f->cut && mode == WRITE_REPLY)
		jw_str_cut(w, text, f->cut);
	else
		jw_str(w, text);
}

static void write_int(struct json_writer *w, const struct field *f, int64_t n)
{
	if (f->nullable && n == NO_INT)
		jw_null(w);
	else
		jw_int(w, n);
}

static void write_num(struct json_writer *w, const struct field *f, double n)
{
	if (f->nullable && isnan(n))
		jw_null(w);
	else
		jw_num(w, n);
}

static void write_value(struct json_writer *w, const struct field *f, const char *at, enum write_mode mode)
{
	const void *pointed;

	switch (f->type) {
	case FT_STR:
		write_str(w, f, *(const struct str *)at, mode);
		break;
	case FT_BOOL:
		jw_bool(w, *(const bool *)at);
		break;
	case FT_INT:
		write_int(w, f, *(const int64_t *)at);
		break;
	case FT_NUM:
		write_num(w, f, *(const double *)at);
		break;
	case FT_TIME:
		jw_time(w, *(const int64_t *)at, digits_of(f, *(const int64_t *)at, mode));
		break;
	case FT_OBJECT:
		schema_write(w, f->of, at, mode);
		break;
	case FT_POINTER:
		pointed = *(void *const *)at;
		if (pointed)
			schema_write(w, f->of, pointed, mode);
		else
			jw_null(w);
		break;
	case FT_LIST:
		write_list(w, f, (const struct list *)at, mode);
		break;
	case FT_ANY:
		if (*(const struct json *const *)at)
			jw_value(w, *(const struct json *const *)at);
		else
			jw_null(w);
		break;
	case FT_FLOATS:
		write_floats(w, (const struct list *)at);
		break;
	}
}

static bool absent(const struct field *f, const char *at)
{
	switch (f->type) {
	case FT_STR:
		return ((const struct str *)at)->p == NULL;
	case FT_TIME:
		return *(const int64_t *)at == 0;
	case FT_POINTER:
	case FT_ANY:
		return *(void *const *)at == NULL;
	case FT_LIST:
	case FT_FLOATS:
		return ((const struct list *)at)->items == NULL;
	default:
		return false;
	}
}

static bool written(const struct field *f, const char *at, enum write_mode mode)
{
	if (f->in != IN_BODY)
		return false;
	if (mode == WRITE_STORED)
		return !f->read_only;
	return !f->write_only && !(f->optional_reply && absent(f, at));
}

static void write_members(struct json_writer *w, const struct schema *s, const char *in, enum write_mode mode)
{
	for (size_t i = 0; i < s->n_fields; i++) {
		const struct field *f = &s->fields[i];

		if (!written(f, in + f->at, mode))
			continue;
		jw_key(w, f->name);
		write_value(w, f, in + f->at, mode);
	}
}

void schema_write(struct json_writer *w, const struct schema *s, const void *in, enum write_mode mode)
{
	jw_object(w);
	if (s->tag) {
		struct str tag = *(const struct str *)in;

		jw_key(w, s->tag);
		jw_str(w, tag);
		for (size_t i = 0; i < s->n_variants; i++)
			if (str_is(tag, s->variants[i].tag))
				write_members(w, s->variants[i].of, in, mode);
	} else {
		write_members(w, s, in, mode);
	}
	jw_end(w);
}

struct str schema_text(struct arena *mem, const struct schema *s, const void *in, enum write_mode mode)
{
	struct buf out = { .mem = mem };
	struct json_writer w = { .out = &out };

	schema_write(&w, s, in, mode);
	return buf_view(&out);
}
