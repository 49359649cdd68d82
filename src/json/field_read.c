/* json/field_read.c: from a JSON value, or from text parameters, into a struct.
 *
 * One walk in document order reports everything that is wrong (workspace contract 2.4). The
 * rules are read off the field's row; the modes differ only in the small predicates that open
 * this file.
 */
#include <assert.h>
#include <math.h>
#include <stdlib.h>

#include "base/utf8.h"
#include "base/clock.h"
#include "json/field.h"
#include "json/format.h"
#include "json/js.h"

struct reader {
	struct ctx *ctx;
	enum read_mode mode;
	size_t n_issues;                     /* found by this reader; may exceed ISSUES_MAX */
};

static bool importing(const struct reader *r)
{
	return r->mode == READ_IMPORT;
}

static bool strict(const struct reader *r)
{
	return r->mode == READ_CREATE || r->mode == READ_UPDATE || importing(r);
}

static bool refuses_unknown(const struct reader *r)
{
	return strict(r) && !importing(r);
}

static bool trusting(const struct reader *r)
{
	return r->mode == READ_STORED;
}

/* Members that are not sent: an update leaves them, everyone else fills in the default. */
static bool fills_defaults(const struct reader *r)
{
	return r->mode != READ_UPDATE;
}

/* Returns the issue for more to be said, or NULL when no more are listed. */
static struct issue *refuse(struct reader *r, const struct path_step *path, const struct field *f, const char *code,
			    const char *message)
{
	struct issue *issue = issue_add(r->ctx, path, code, "%s", message);

	r->n_issues++;
	if (issue)
		issue->field = f;
	return issue;
}

#define REFUSE(r, path, f, code, ...) refuse(r, path, f, code, arena_printf((r)->ctx->mem, __VA_ARGS__).p)

static const char *type_name(const struct json *v)
{
	static const char *const NAME[] = {
		[JSON_NULL] = "null", [JSON_BOOL] = "a boolean", [JSON_INT] = "a number", [JSON_NUM] = "a number",
		[JSON_STR] = "a string", [JSON_ARRAY] = "an array", [JSON_OBJECT] = "an object",
	};

	return NAME[v->type];
}

static void wrong_type(struct reader *r, const struct path_step *path, const struct field *f, const char *expected,
		       const struct json *v)
{
	REFUSE(r, path, f, "invalid_type", "expected %s, got %s", expected, type_name(v));
}

/* -- strings and numbers ------------------------------------------------------------------------- */

static struct str join(struct arena *mem, const char *const *words)
{
	struct buf out = { .mem = mem };

	for (size_t i = 0; words[i]; i++)
		buf_printf(&out, "%s%s", i ? ", " : "", words[i]);
	return buf_view(&out);
}

/* What the pattern \S of the description (ECMA 262) matches nowhere. */
static bool blank(struct str text)
{
	return js_trim(text).n == 0;
}

static void check_length(struct reader *r, const struct path_step *path, const struct field *f, struct str text, double min,
			 double max)
{
	double n = (double)utf8_count(text);

	if (n < min && min > 1)
		REFUSE(r, path, f, "too_small", "must have at least %.0f characters", min);
	else if (n < min || (f->not_blank && blank(text)))
		REFUSE(r, path, f, "too_small", "must not be empty");
	else if (max > 0 && n > max)
		REFUSE(r, path, f, "too_big", "must have at most %.0f characters, has %.0f", max, n);
}

static void check_str(struct reader *r, const struct path_step *path, const struct field *f, double min, double max,
		      struct str *text)
{
	struct str given = *text;

	check_length(r, path, f, given, min, max);
	if (f->one_of && !str_is_one_of(given, f->one_of))
		REFUSE(r, path, f, "invalid_enum", "must be one of: %.*s", STR(join(r->ctx->mem, f->one_of)));
	if (f->format && !(given.n == 0 && min > 0) && !format_check(r->ctx->mem, f->format, given, text))
		REFUSE(r, path, f, "invalid_format", "must be a %s", f->format);
}

static void read_str(struct reader *r, const struct path_step *path, const struct field *f, const struct json *v,
		     struct str *out)
{
	if (v->type != JSON_STR) {
		wrong_type(r, path, f, "a string", v);
		return;
	}
	*out = v->text;
	if (!trusting(r))
		check_str(r, path, f, f->min, f->max, out);
}

static void check_range(struct reader *r, const struct path_step *path, const struct field *f, double n)
{
	if (trusting(r) || (f->min == 0 && f->max == 0))
		return;
	if (n < f->min)
		REFUSE(r, path, f, "too_small", "must be at least %g", f->min);
	else if (n > f->max && !(f->max == 0 && f->min > 0))
		REFUSE(r, path, f, "too_big", "must be at most %.15g", f->max);
}

static void read_int(struct reader *r, const struct path_step *path, const struct field *f, const struct json *v,
		     int64_t *out)
{
	if (!json_as_int(v, out)) {
		wrong_type(r, path, f, "an integer", v);
		return;
	}
	check_range(r, path, f, (double)*out);
}

/* In a body a time is text; parameters arrive here as numbers, made by those who read them. */
static void read_time(struct reader *r, const struct path_step *path, const struct field *f, const struct json *v,
		      int64_t *out)
{
	if (v->type != JSON_STR)
		read_int(r, path, f, v, out);
	else if (!time_parse(v->text, out, NULL))
		refuse(r, path, f, "invalid_format", "is not an ISO 8601 time");
}

static bool num_in_text(const struct reader *r, const struct json *v, double *out)
{
	return importing(r) && v->type == JSON_STR && v->text.n > 0 && js_number(r->ctx->mem, v->text, out) && isfinite(*out);
}

static void read_num(struct reader *r, const struct path_step *path, const struct field *f, const struct json *v,
		     double *out)
{
	if (!json_as_num(v, out) && !num_in_text(r, v, out)) {
		wrong_type(r, path, f, "a number", v);
		return;
	}
	check_range(r, path, f, *out);
}

/* Whether it is what an FT_ANY field takes. */
static bool any_fits(const struct field *f, const struct json *v)
{
	return !f->open || v->type == JSON_OBJECT || (f->or_text && v->type == JSON_STR);
}

static void read_any(struct reader *r, const struct path_step *path, const struct field *f, const struct json *v,
		     const struct json **out)
{
	if (!any_fits(f, v))
		wrong_type(r, path, f, "an object", v);
	else
		*out = v;
}

/* -- objects and lists --------------------------------------------------------------------------- */

static void read_object(struct reader *r, const struct path_step *path, const struct schema *s, const struct json *v,
			void *out);

static void read_nested(struct reader *r, const struct path_step *path, const struct field *f, const struct json *v,
			void *out)
{
	struct reader inner = { r->ctx, r->mode, 0 };

	if (v->type != JSON_OBJECT) {
		wrong_type(r, path, f, "an object", v);
		return;
	}
	/* What is not merged is replaced as a whole: as if it were created. */
	if (r->mode == READ_UPDATE && !f->merge) {
		inner.mode = READ_CREATE;
		memset(out, 0, f->of->size);
	}
	read_object(&inner, path, f->of, v, out);
	r->n_issues += inner.n_issues;
}

static void read_pointer(struct reader *r, const struct path_step *path, const struct field *f, const struct json *v,
			 void **out)
{
	void *made = arena_zalloc(r->ctx->mem, f->of->size);

	read_nested(r, path, f, v, made);
	*out = made;
}

/* The index of a field, or n_fields. Looks from `likely` on: what we wrote ourselves comes in the
 * order of the table. */
static size_t field_index(const struct schema *s, struct str name, size_t likely)
{
	for (size_t i = likely; i < s->n_fields; i++)
		if (str_is(name, s->fields[i].name))
			return i;
	for (size_t i = 0; i < likely; i++)
		if (str_is(name, s->fields[i].name))
			return i;
	return s->n_fields;
}

static const struct field *field_by_name(const struct schema *s, struct str name)
{
	size_t i = field_index(s, name, 0);

	return i < s->n_fields ? &s->fields[i] : NULL;
}

/* The text by which elements are told apart: the element itself, or one of its members. */
static struct str identity(const struct field *f, const struct list *list, size_t i)
{
	const struct field *member;

	if (!f->of)
		return *LIST_AT(*list, struct str, i);
	member = field_by_name(f->of, str_of(f->unique));
	return *(const struct str *)((const char *)list->items + i * f->of->size + member->at);
}

static void check_unique(struct reader *r, const struct path_step *path, const struct field *f, const struct list *list)
{
	for (size_t i = 1; i < list->n; i++) {
		for (size_t j = 0; j < i; j++) {
			struct path_step at = { .up = path, .index = i };
			struct str one = identity(f, list, i);

			if (!one.p || !str_eq(one, identity(f, list, j)))
				continue;
			REFUSE(r, &at, f, "invalid_format", "'%.*s' is listed twice", STR(one));
			break;
		}
	}
}

static void read_element(struct reader *r, const struct path_step *path, const struct field *f, const struct json *v,
			 struct list *out, size_t i)
{
	struct reader inner = { r->ctx, r->mode == READ_UPDATE ? READ_CREATE : r->mode, 0 };
	struct str *text;

	if (f->of) {
		if (v->type == JSON_OBJECT)
			read_object(&inner, path, f->of, v, (char *)out->items + i * f->of->size);
		else
			wrong_type(&inner, path, f, "an object", v);
	} else if (v->type != JSON_STR) {
		wrong_type(&inner, path, f, "a string", v);
	} else {
		text = LIST_AT(*out, struct str, i);
		*text = v->text;
		if (!trusting(r))
			check_str(&inner, path, f, f->item_min, f->item_max, text);
	}
	r->n_issues += inner.n_issues;
}

/* An element that a lenient reader takes for one that was not sent (studio contract 1.5). */
static bool lenient_drop(const struct reader *r, const struct field *f, const struct json *v)
{
	return r->mode == READ_LENIENT && v->type != (f->of ? JSON_OBJECT : JSON_STR);
}

static void read_list(struct reader *r, const struct path_step *path, const struct field *f, const struct json *v,
		      struct list *out)
{
	size_t before = r->n_issues;
	bool bare = f->one_will_do && v->type != JSON_ARRAY;
	size_t n = bare ? 1 : v->type == JSON_ARRAY ? v->n_items : 0;

	if (!bare && v->type != JSON_ARRAY) {
		wrong_type(r, path, f, "an array", v);
		return;
	}
	if (!trusting(r) && (double)n < f->min)
		REFUSE(r, path, f, "too_small", "must have at least %.0f element%s", f->min, f->min > 1 ? "s" : "");
	if (!trusting(r) && f->max > 0 && (double)n > f->max) {
		REFUSE(r, path, f, "too_big", "must have at most %.0f elements, has %zu", f->max, n);
		return;
	}
	*out = (struct list){ arena_array(r->ctx->mem, n, f->of ? f->of->size : sizeof(struct str)), n };
	if (bare) {
		read_element(r, path, f, v, out, 0);
		return;
	}
	out->n = 0;
	for (size_t i = 0; i < n; i++) {
		struct path_step at = { .up = path, .index = i };

		if (!lenient_drop(r, f, &v->items[i]))
			read_element(r, &at, f, &v->items[i], out, out->n++);
	}
	if (f->unique && !trusting(r) && r->n_issues == before)
		check_unique(r, path, f, out);
}

/* -- one member ---------------------------------------------------------------------------------- */

static void set_null(const struct field *f, char *at)
{
	switch (f->type) {
	case FT_STR:
		*(struct str *)at = (struct str){ NULL, 0 };
		break;
	case FT_POINTER:
		*(void **)at = NULL;
		break;
	case FT_ANY:
		*(const struct json **)at = NULL;
		break;
	case FT_INT:
		if (f->nullable)
			*(int64_t *)at = NO_INT;
		break;
	case FT_NUM:
		if (f->nullable)
			*(double *)at = NAN;
		break;
	default:
		break;
	}
}

static void read_value(struct reader *r, const struct path_step *path, const struct field *f, const struct json *v,
		       char *at)
{
	switch (f->type) {
	case FT_STR:
		read_str(r, path, f, v, (struct str *)at);
		break;
	case FT_BOOL:
		if (v->type == JSON_BOOL)
			*(bool *)at = v->boolean;
		else
			wrong_type(r, path, f, "a boolean", v);
		break;
	case FT_INT:
		read_int(r, path, f, v, (int64_t *)at);
		break;
	case FT_TIME:
		read_time(r, path, f, v, (int64_t *)at);
		break;
	case FT_NUM:
		read_num(r, path, f, v, (double *)at);
		break;
	case FT_OBJECT:
		read_nested(r, path, f, v, at);
		break;
	case FT_POINTER:
		read_pointer(r, path, f, v, (void **)at);
		break;
	case FT_LIST:
		read_list(r, path, f, v, (struct list *)at);
		break;
	case FT_ANY:
		read_any(r, path, f, v, (const struct json **)at);
		break;
	case FT_FLOATS:
		assert(!"only replied");
		break;
	}
}

/* The studio contract takes a mistyped optional member for an absent one. */
static bool lenient_skip(const struct reader *r, const struct field *f, const struct json *v)
{
	static const enum json_type WANT[] = {
		[FT_STR] = JSON_STR, [FT_BOOL] = JSON_BOOL, [FT_LIST] = JSON_ARRAY,
		[FT_OBJECT] = JSON_OBJECT, [FT_POINTER] = JSON_OBJECT,
	};
	int64_t i;
	double d;

	if (strict(r) || (r->mode == READ_LENIENT && f->required))
		return false;
	switch (f->type) {
	case FT_INT:
		return !json_as_int(v, &i);
	case FT_TIME:
		return v->type != JSON_STR && !json_as_int(v, &i);
	case FT_NUM:
		return !json_as_num(v, &d);
	case FT_ANY:
		return !any_fits(f, v);
	case FT_LIST:
		return v->type != JSON_ARRAY && !f->one_will_do;
	default:
		return v->type != WANT[f->type];
	}
}

static bool sendable(const struct reader *r, const struct field *f)
{
	return f && f->in == IN_BODY && (!f->read_only || trusting(r) || importing(r));
}

static void fill_default(struct reader *r, const struct path_step *path, const struct field *f, char *at)
{
	static const struct json EMPTY = { .type = JSON_OBJECT };

	switch (f->type) {
	case FT_OBJECT:
		read_object(r, path, f->of, &EMPTY, at);
		break;
	case FT_ANY:
		if (f->open)
			*(const struct json **)at = &EMPTY;
		break;
	case FT_STR:
		if (f->def)
			*(struct str *)at = str_of(f->def);
		break;
	case FT_BOOL:
		if (f->def)
			*(bool *)at = strcmp(f->def, "true") == 0;
		break;
	case FT_INT:
	case FT_TIME:
		if (f->def)
			*(int64_t *)at = strtoll(f->def, NULL, 10);
		break;
	case FT_NUM:
		if (f->def)
			*(double *)at = strtod(f->def, NULL);
		break;
	default:
		break;
	}
}

static void read_absent(struct reader *r, const struct path_step *up, const struct field *f, char *struct_)
{
	struct path_step path = { .up = up, .name = str_of(f->name) };

	if (!fills_defaults(r))
		return;
	if (f->required && !trusting(r))
		refuse(r, &path, f, "required", "is required");
	else if (importing(r) && f->nullable && !f->def)
		set_null(f, struct_ + f->at);
	else
		fill_default(r, &path, f, struct_ + f->at);
}

static void read_member(struct reader *r, const struct path_step *path, const struct field *f, const struct json *v,
			char *struct_)
{
	if (v->type == JSON_NULL && importing(r))
		read_absent(r, path->up, f, struct_);
	else if (v->type == JSON_NULL && (trusting(r) || (f->clearable && r->mode == READ_UPDATE)))
		set_null(f, struct_ + f->at);
	else if (lenient_skip(r, f, v))
		read_absent(r, path->up, f, struct_);
	else
		read_value(r, path, f, v, struct_ + f->at);
}

/* -- objects ------------------------------------------------------------------------------------- */

/* A client may send megabytes as a key. */
enum { KEY_SHOWN_BYTES = 80 };

static void unknown_members(struct reader *r, const struct path_step *path, const struct schema *s, const struct json *v,
			    const char *tag)
{
	struct issue *issue;
	struct str *keys = NULL;
	size_t n = 0;

	for (size_t i = 0; i < v->n_members; i++) {
		struct str key = v->members[i].key;

		if (sendable(r, field_by_name(s, key)) || (tag && str_is(key, tag)))
			continue;
		if (!keys)
			keys = arena_array(r->ctx->mem, v->n_members, sizeof(*keys));
		keys[n++] = key;
	}
	if (n == 0)
		return;
	issue = REFUSE(r, path, NULL, "unrecognized_keys", "unknown field%s: %.*s%s", n > 1 ? "s" : "",
		       STR(utf8_cut(keys[0], KEY_SHOWN_BYTES)), n > 1 ? ", ..." : "");
	if (issue)
		issue->keys = (struct list){ keys, n };
}

static void read_members(struct reader *r, const struct path_step *up, const struct schema *s, const struct json *v,
			 const char *tag, char *out)
{
	size_t next = 0, n_known = tag != NULL;
	uint64_t seen = 0;                   /* a bit per field */

	assert(s->n_fields <= 64);
	for (size_t i = 0; i < v->n_members; i++) {
		const struct json_member *m = &v->members[i];
		struct path_step path = { .up = up, .name = m->key };
		size_t f = field_index(s, m->key, next);

		if (f == s->n_fields || !sendable(r, &s->fields[f]))
			continue;
		read_member(r, &path, &s->fields[f], &m->value, out);
		seen |= UINT64_C(1) << f;
		next = f + 1;
		n_known++;
	}
	for (size_t i = 0; i < s->n_fields; i++)
		if (!(seen >> i & 1) && sendable(r, &s->fields[i]))
			read_absent(r, up, &s->fields[i], out);
	if (refuses_unknown(r) && n_known < v->n_members)
		unknown_members(r, up, s, v, tag);
}

static const struct variant *variant_of(const struct schema *s, struct str tag)
{
	for (size_t i = 0; tag.p && i < s->n_variants; i++)
		if (str_is(tag, s->variants[i].tag))
			return &s->variants[i];
	return NULL;
}

static void read_union(struct reader *r, const struct path_step *up, const struct schema *s, const struct json *v,
		       char *out)
{
	struct path_step path = { .up = up, .name = str_of(s->tag) };
	struct str tag = json_get_str(v, s->tag);
	const struct variant *one = variant_of(s, tag);
	struct buf tags = { .mem = r->ctx->mem };

	if (one) {
		*(struct str *)out = tag;
		read_members(r, up, one->of, v, s->tag, out);
		return;
	}
	for (size_t i = 0; i < s->n_variants; i++)
		buf_printf(&tags, "%s%s", i ? ", " : "", s->variants[i].tag);
	REFUSE(r, &path, NULL, "invalid_union", "must be one of: %.*s", STR(buf_view(&tags)));
}

static void read_object(struct reader *r, const struct path_step *path, const struct schema *s, const struct json *v,
			void *out)
{
	if (s->tag)
		read_union(r, path, s, v, out);
	else
		read_members(r, path, s, v, NULL, out);
}

enum err schema_read(struct ctx *ctx, const struct schema *s, const struct json *v, enum read_mode mode, void *out)
{
	struct reader r = { ctx, mode, 0 };
	static const struct json EMPTY = { .type = JSON_OBJECT };

	if (!json_is(v, JSON_OBJECT)) {
		if (strict(&r)) {
			wrong_type(&r, NULL, NULL, "an object", v);
			return fail(ctx, ERR_INVALID, "Validation failed");
		}
		/* Lenient: an object without known fields (studio contract 1.5). */
		v = &EMPTY;
	}
	read_object(&r, NULL, s, v, out);
	return r.n_issues ? fail(ctx, ERR_INVALID, "Validation failed") : OK;
}

/* -- parameters ---------------------------------------------------------------------------------- */

/* A parameter as JavaScript would read it; null where that is NaN. Numbers too large to count
 * with stand for the largest. */
static struct json js_value(struct reader *r, const struct field *f, struct str text)
{
	static const double LARGEST = 9007199254740992.0;
	static const struct json NOT_ONE = { .type = JSON_NULL };
	int64_t ms;
	double n;

	if (f->type == FT_TIME) {
		/* The epoch itself would be our null; a microsecond on is as good. */
		if (js_date(text, &ms))
			return (struct json){ .type = JSON_INT, .integer = ms ? ms * 1000 : 1 };
	} else if (js_number(r->ctx->mem, text, &n) && isfinite(n)) {
		return (struct json){ .type = JSON_NUM, .number = fmax(fmin(n, LARGEST), -LARGEST) };
	}
	return NOT_ONE;
}

/* The value a parameter's text stands for: digits become an integer, true and false a boolean. */
static struct json param_value(const struct field *f, struct str text)
{
	struct json v = { .type = JSON_STR, .text = text };
	int64_t n;

	if (f->type == FT_INT && str_to_int(text, &n))
		v = (struct json){ .type = JSON_INT, .integer = n };
	else if (f->type == FT_BOOL && (str_is(text, "true") || str_is(text, "false")))
		v = (struct json){ .type = JSON_BOOL, .boolean = str_is(text, "true") };
	return v;
}

enum err schema_read_params(struct ctx *ctx, const struct schema *s, param_get *get, void *arg, void *out)
{
	struct reader r = { ctx, READ_CREATE, 0 };

	for (size_t i = 0; i < s->n_fields; i++) {
		const struct field *f = &s->fields[i];
		struct path_step path = { .name = str_of(f->name) };
		struct str text = get(arg, f);
		struct json v;

		if (f->in == IN_BODY)
			continue;
		/* An empty query parameter counts as absent (workspace contract 5.4). */
		if (text.n == 0 && f->in == IN_QUERY) {
			read_absent(&r, NULL, f, out);
			continue;
		}
		v = f->js ? js_value(&r, f, text) : param_value(f, text);
		read_value(&r, &path, f, &v, (char *)out + f->at);
	}
	return r.n_issues ? fail(ctx, ERR_INVALID, "Validation failed") : OK;
}
