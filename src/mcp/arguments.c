/* mcp/arguments.c: one walk along the table, in its order: what fits is kept, what does not is told. */
#include "mcp/arguments.h"

#include <math.h>

#include "base/id.h"
#include "base/utf8.h"

/* A client may send a list of a hundred thousand wrong things. */
enum { LINES_MAX = 50 };

struct check {
	struct arena *mem;
	struct buf lines;
	size_t n;
};

/* -- telling ----------------------------------------------------------------------------------------- */

static void complain(struct check *c, const struct path_step *path, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));

static void complain(struct check *c, const struct path_step *path, const char *fmt, ...)
{
	va_list ap;

	if (c->n++ >= LINES_MAX)
		return;
	buf_z(&c->lines, c->lines.n ? "\n" : "");
	va_start(ap, fmt);
	buf_vprintf(&c->lines, fmt, ap);
	va_end(ap);
	if (path)
		buf_printf(&c->lines, " at %.*s", STR(path_text(c->mem, path)));
}

static void wrong_type(struct check *c, const struct path_step *path, const char *expected, const struct json *v)
{
	complain(c, path, "Invalid input: expected %s, received %s", expected, json_type_name(v));
}

static void not_an_option(struct check *c, const struct path_step *path, const char *const *words)
{
	struct buf all = { .mem = c->mem };

	for (size_t i = 0; words[i]; i++)
		buf_printf(&all, "%s\"%s\"", i ? "|" : "", words[i]);
	complain(c, path, "Invalid option: expected one of %.*s", STR(buf_view(&all)));
}

/* -- one value ------------------------------------------------------------------------------------------- */

static void check_size(struct check *c, const struct path_step *path, const char *what, const char *units, double n,
		       double min, double max)
{
	if (n < min)
		complain(c, path, "Too small: expected %s to have >=%.0f %s", what, min, units);
	else if (max > 0 && n > max)
		complain(c, path, "Too big: expected %s to have <=%.0f %s", what, max, units);
}

static void check_text(struct check *c, const struct path_step *path, const struct field *f, const struct json *v,
		       double min, double max)
{
	bool text = json_is(v, JSON_STR);

	if (f->one_of && !(text && str_is_one_of(v->text, f->one_of)))
		not_an_option(c, path, f->one_of);
	else if (!text)
		wrong_type(c, path, "string", v);
	else if (min > 0 || max > 0)
		check_size(c, path, "string", "characters", (double)utf8_count(v->text), min, max);
}

static void check_number(struct check *c, const struct path_step *path, const struct field *f, const struct json *v)
{
	bool limited = f->min != 0 || f->max != 0;
	double n;

	if (!json_as_num(v, &n))
		wrong_type(c, path, "number", v);
	else if (f->type == FT_INT && n != trunc(n))
		wrong_type(c, path, "int", v);
	else if (limited && n < f->min)
		complain(c, path, "Too small: expected number to be >=%g", f->min);
	else if (limited && n > f->max && !(f->max == 0 && f->min > 0))
		complain(c, path, "Too big: expected number to be <=%.15g", f->max);
}

static struct json take_members(struct check *c, const struct path_step *path, const struct schema *s,
				const struct json *v);

static struct json take_list(struct check *c, const struct path_step *path, const struct field *f, const struct json *v)
{
	struct json *items = arena_array(c->mem, v->n_items, sizeof(*items));

	check_size(c, path, "array", "items", (double)v->n_items, f->min, f->max);
	for (size_t i = 0; i < v->n_items; i++) {
		struct path_step at = { .up = path, .index = i };

		items[i] = v->items[i];
		if (!f->of)
			check_text(c, &at, f, &v->items[i], f->item_min, f->item_max);
		else if (json_is(&v->items[i], JSON_OBJECT))
			items[i] = take_members(c, &at, f->of, &v->items[i]);
		else
			wrong_type(c, &at, "object", &v->items[i]);
	}
	return (struct json){ .type = JSON_ARRAY, .items = items, .n_items = v->n_items };
}

static void check_any(struct check *c, const struct path_step *path, const struct field *f, const struct json *v)
{
	if (!f->open || json_is(v, JSON_OBJECT) || (f->or_text && json_is(v, JSON_STR)))
		return;
	if (f->or_text)
		complain(c, path, "Invalid input");
	else
		wrong_type(c, path, "record", v);
}

/* v NULL: it was not sent, although it is required. Returns what is kept of it. */
static struct json take_value(struct check *c, const struct path_step *path, const struct field *f,
			      const struct json *v)
{
	switch (f->type) {
	case FT_STR:
		check_text(c, path, f, v, f->min, f->max);
		break;
	case FT_BOOL:
		if (!json_is(v, JSON_BOOL))
			wrong_type(c, path, "boolean", v);
		break;
	case FT_INT:
	case FT_NUM:
		check_number(c, path, f, v);
		break;
	case FT_LIST:
		if (json_is(v, JSON_ARRAY))
			return take_list(c, path, f, v);
		wrong_type(c, path, "array", v);
		break;
	case FT_OBJECT:
	case FT_POINTER:
		if (json_is(v, JSON_OBJECT))
			return take_members(c, path, f->of, v);
		wrong_type(c, path, "object", v);
		break;
	default:
		check_any(c, path, f, v);
	}
	return v ? *v : (struct json){0};
}

static struct json take_members(struct check *c, const struct path_step *path, const struct schema *s,
				const struct json *v)
{
	struct json_member *members = arena_array(c->mem, s->n_fields, sizeof(*members));
	size_t n = 0;

	for (size_t i = 0; i < s->n_fields; i++) {
		const struct field *f = &s->fields[i];
		struct path_step at = { .up = path, .name = str_of(f->name) };
		const struct json *member = json_get(v, f->name);

		if (member || f->required)
			members[n++] = (struct json_member){ at.name, take_value(c, &at, f, member) };
	}
	return (struct json){ .type = JSON_OBJECT, .members = members, .n_members = n };
}

struct str arguments_check(struct arena *mem, const struct schema *s, const struct json *sent, struct json *out)
{
	struct check c = { .mem = mem, .lines.mem = mem };

	if (json_is(sent, JSON_OBJECT))
		*out = take_members(&c, NULL, s, sent);
	else
		wrong_type(&c, NULL, "object", sent);
	return c.n ? buf_view(&c.lines) : (struct str){ NULL, 0 };
}

/* -- where it is used ----------------------------------------------------------------------------------- */

/* The words are those of the database behind the reference: clients and models have seen them. */
static struct str uuid_misfit(struct arena *mem, const struct json *v)
{
	struct str id;

	if (uuid_parse_any(mem, v->text, &id))
		return (struct str){ NULL, 0 };
	return arena_printf(mem, "invalid input syntax for type uuid: \"%.*s\"", STR(v->text));
}

static struct str int64_misfit(struct arena *mem, const struct json *v)
{
	struct str text = json_text(mem, v);

	if (v->type == JSON_INT || (v->number == trunc(v->number) && fabs(v->number) < 0x1p63))
		return (struct str){ NULL, 0 };
	if (v->number == trunc(v->number))
		return arena_printf(mem, "value \"%.0f\" is out of range for type bigint", v->number);
	return arena_printf(mem, "invalid input syntax for type bigint: \"%.*s\"", STR(text));
}

struct str arguments_misfit(struct arena *mem, const struct schema *s, const struct json *checked)
{
	if (json_has_nul(checked))
		return S("invalid byte sequence for encoding \"UTF8\": 0x00");
	for (size_t i = 0; i < s->n_fields; i++) {
		const struct field *f = &s->fields[i];
		const struct json *v = json_get(checked, f->name);
		struct str misfit = { NULL, 0 };

		if (!v || !f->format)
			continue;
		if (strcmp(f->format, "uuid") == 0)
			misfit = uuid_misfit(mem, v);
		else if (strcmp(f->format, "int64") == 0)
			misfit = int64_misfit(mem, v);
		if (misfit.p)
			return misfit;
	}
	return (struct str){ NULL, 0 };
}

/* -- describing ------------------------------------------------------------------------------------------- */

static void describe_required(struct json_writer *w, const struct schema *s)
{
	bool any = false;

	for (size_t i = 0; i < s->n_fields; i++)
		any |= s->fields[i].required;
	if (!any)
		return;
	jw_key(w, "required");
	jw_array(w);
	for (size_t i = 0; i < s->n_fields; i++)
		if (s->fields[i].required)
			jw_z(w, s->fields[i].name);
	jw_end(w);
}

void arguments_describe(struct json_writer *w, const struct schema *s, bool dialect)
{
	jw_object(w);
	if (s && dialect) {
		jw_key(w, "$schema");
		jw_z(w, "http://json-schema.org/draft-07/schema#");
	}
	jw_key(w, "type");
	jw_z(w, "object");
	jw_key(w, "properties");
	jw_object(w);
	for (size_t i = 0; s && i < s->n_fields; i++) {
		jw_key(w, s->fields[i].name);
		field_describe(w, &s->fields[i], DESCRIBE_CREATE);
	}
	jw_end(w);
	if (s)
		describe_required(w, s);
	jw_end(w);
}
