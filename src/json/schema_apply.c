/* json/schema_apply.c: whether a value fits a schema that was found to be one: a row per keyword, with the values
 * it says something about and whether one of these satisfies it.
 *
 * A schema is not compiled: it is applied once or twice in its life, to one answer.
 */
#include <float.h>
#include <math.h>

#include "base/utf8.h"
#include "json/pattern.h"
#include "json/pointer.h"
#include "json/schema_check.h"

enum {
	LEVELS_MAX = 200,                    /* of schemas applied to each other's parts; stacks are small */
	STEPS_MAX = 4 * 1000 * 1000,         /* values, members and bytes that are looked at */
};

/* -- a value on trial ----------------------------------------------------------------------------------- */

struct trial {
	struct ctx *ctx;
	const struct json *root;
	struct patterns patterns;
	int64_t steps_left;
	int levels;
	const char *overrun;                 /* why there is no telling */
};

/* One keyword and one value. */
struct point {
	const struct json *schema;           /* the keyword's neighbours */
	const struct json *rule;             /* what it says */
	const struct json *value;
	const struct path_step *path;        /* of the value */
};

static bool fits(struct trial *t, const struct json *schema, const struct json *value, const struct path_step *path);

/* False: enough. */
static bool spend(struct trial *t, size_t steps)
{
	t->steps_left -= (int64_t)steps + 1;
	if (t->steps_left < 0 && !t->overrun)
		t->overrun = "it takes too long to check";
	return !t->overrun;
}

__attribute__((format(printf, 3, 4)))
static bool wrong(struct trial *t, const struct point *at, const char *fmt, ...)
{
	struct str what;
	va_list ap;

	if (!t->ctx->issues || t->overrun)
		return false;
	va_start(ap, fmt);
	what = arena_vprintf(t->ctx->mem, fmt, ap);
	va_end(ap);
	issue_add(t->ctx, at->path, "schema", "%.*s", STR(what));
	return false;
}

/* What does not fit here may be no fault at all. */
static bool fits_quietly(struct trial *t, const struct json *schema, const struct point *at)
{
	struct issues *issues = TAKE(t->ctx->issues);
	bool fit = fits(t, schema, at->value, at->path);

	t->ctx->issues = issues;
	return fit;
}

static const struct json *member(struct trial *t, const struct json *object, struct str key)
{
	return spend(t, json_is(object, JSON_OBJECT) ? object->n_members : 0) ? json_named(object, key) : NULL;
}

/* -- equality ------------------------------------------------------------------------------------------------ */

static bool same(struct trial *t, const struct json *a, const struct json *b);

static bool same_items(struct trial *t, const struct json *a, const struct json *b)
{
	for (size_t i = 0; i < a->n_items; i++)
		if (!same(t, &a->items[i], &b->items[i]))
			return false;
	return true;
}

static bool same_members(struct trial *t, const struct json *a, const struct json *b)
{
	for (size_t i = 0; i < a->n_members; i++) {
		const struct json *other = member(t, b, a->members[i].key);

		if (!other || !same(t, &a->members[i].value, other))
			return false;
	}
	return true;
}

/* 1 and 1.0 are one number; the order of members says nothing. */
static bool same(struct trial *t, const struct json *a, const struct json *b)
{
	double x, y;

	if (!spend(t, 0))
		return false;
	if (json_as_num(a, &x) && json_as_num(b, &y))
		return a->type == JSON_INT && b->type == JSON_INT ? a->integer == b->integer : x == y;
	if (a->type != b->type)
		return false;
	switch (a->type) {
	case JSON_BOOL:
		return a->boolean == b->boolean;
	case JSON_STR:
		return str_eq(a->text, b->text);
	case JSON_ARRAY:
		return a->n_items == b->n_items && same_items(t, a, b);
	case JSON_OBJECT:
		return a->n_members == b->n_members && same_members(t, a, b);
	default:
		return true;
	}
}

/* -- any value ------------------------------------------------------------------------------------------------ */

static bool is_integral(const struct json *v)
{
	return v->type == JSON_INT || (v->type == JSON_NUM && isfinite(v->number) && v->number == floor(v->number));
}

static bool is_of_type(const struct json *v, struct str type)
{
	return str_is(type, "integer") ? is_integral(v) : str_is(type, json_type_name(v));
}

static bool holds_type(struct trial *t, const struct point *at)
{
	const struct json *rule = at->rule;

	if (rule->type == JSON_STR)
		return is_of_type(at->value, rule->text) || wrong(t, at, "must be of type %.*s", STR(rule->text));
	for (size_t i = 0; i < rule->n_items; i++)
		if (is_of_type(at->value, rule->items[i].text))
			return true;
	return wrong(t, at, "must be of one of the types %.*s", STR(json_text(t->ctx->mem, rule)));
}

/* A value as it is told; a long one is not. */
static struct str brief(struct trial *t, const struct json *v)
{
	enum { BRIEF_BYTES = 200 };
	struct str text = t->ctx->issues ? json_text(t->ctx->mem, v) : S("");

	return text.n > BRIEF_BYTES ? arena_printf(t->ctx->mem, "%.*s...", STR(utf8_cut(text, BRIEF_BYTES))) : text;
}

static bool holds_enum(struct trial *t, const struct point *at)
{
	for (size_t i = 0; i < at->rule->n_items; i++)
		if (same(t, &at->rule->items[i], at->value))
			return true;
	return wrong(t, at, "must be one of %.*s", STR(brief(t, at->rule)));
}

static bool holds_const(struct trial *t, const struct point *at)
{
	return same(t, at->rule, at->value) || wrong(t, at, "must be %.*s", STR(brief(t, at->rule)));
}

static bool holds_ref(struct trial *t, const struct point *at)
{
	return fits(t, json_follow(t->ctx->mem, t->root, at->rule->text), at->value, at->path);
}

/* All are tried, so that all that is wrong is told. */
static bool holds_all_of(struct trial *t, const struct point *at)
{
	bool all = true;

	for (size_t i = 0; i < at->rule->n_items; i++)
		all = fits(t, &at->rule->items[i], at->value, at->path) && all;
	return all;
}

static bool holds_any_of(struct trial *t, const struct point *at)
{
	for (size_t i = 0; i < at->rule->n_items; i++)
		if (fits_quietly(t, &at->rule->items[i], at))
			return true;
	return wrong(t, at, "must fit at least one of the %zu forms it may have", at->rule->n_items);
}

static bool holds_one_of(struct trial *t, const struct point *at)
{
	size_t n = 0;

	for (size_t i = 0; i < at->rule->n_items; i++)
		n += fits_quietly(t, &at->rule->items[i], at);
	return n == 1 || wrong(t, at, "must fit exactly one of the %zu forms it may have, and fits %zu",
			       at->rule->n_items, n);
}

static bool holds_not(struct trial *t, const struct point *at)
{
	return !fits_quietly(t, at->rule, at) || wrong(t, at, "has a form that is ruled out");
}

static bool holds_if(struct trial *t, const struct point *at)
{
	const struct json *next = json_get(at->schema, fits_quietly(t, at->rule, at) ? "then" : "else");

	return !next || fits(t, next, at->value, at->path);
}

/* -- numbers --------------------------------------------------------------------------------------------------- */

static double number_of(const struct json *v)
{
	double number = 0;

	json_as_num(v, &number);
	return number;
}

static int compare(const struct point *at)
{
	const struct json *a = at->value, *b = at->rule;

	if (a->type == JSON_INT && b->type == JSON_INT)
		return (a->integer > b->integer) - (a->integer < b->integer);
	return (number_of(a) > number_of(b)) - (number_of(a) < number_of(b));
}

static bool holds_minimum(struct trial *t, const struct point *at)
{
	return compare(at) >= 0 || wrong(t, at, "must be %.*s or more", STR(brief(t, at->rule)));
}

static bool holds_exclusive_minimum(struct trial *t, const struct point *at)
{
	return compare(at) > 0 || wrong(t, at, "must be more than %.*s", STR(brief(t, at->rule)));
}

static bool holds_maximum(struct trial *t, const struct point *at)
{
	return compare(at) <= 0 || wrong(t, at, "must be %.*s or less", STR(brief(t, at->rule)));
}

static bool holds_exclusive_maximum(struct trial *t, const struct point *at)
{
	return compare(at) < 0 || wrong(t, at, "must be less than %.*s", STR(brief(t, at->rule)));
}

/* 0.0075 is 75 times 0.0001, whatever becomes of both in binary. */
static bool is_multiple(const struct json *value, const struct json *of)
{
	double times = number_of(value) / number_of(of);

	if (value->type == JSON_INT && of->type == JSON_INT)
		return value->integer % of->integer == 0;
	return isfinite(times) && fabs(times - round(times)) <= 4 * DBL_EPSILON * fabs(times);
}

static bool holds_multiple_of(struct trial *t, const struct point *at)
{
	return is_multiple(at->value, at->rule) || wrong(t, at, "must be a multiple of %.*s", STR(brief(t, at->rule)));
}

/* -- strings ---------------------------------------------------------------------------------------------------- */

static bool at_least(const struct point *at, size_t n)
{
	return (double)n >= number_of(at->rule);
}

static bool at_most(const struct point *at, size_t n)
{
	return (double)n <= number_of(at->rule);
}

static long long limit_of(const struct point *at)
{
	return (long long)number_of(at->rule);
}

static size_t length_of(struct trial *t, const struct point *at)
{
	(void)spend(t, at->value->text.n);
	return utf8_count(at->value->text);
}

static bool holds_min_length(struct trial *t, const struct point *at)
{
	return at_least(at, length_of(t, at)) || wrong(t, at, "must have %lld characters or more", limit_of(at));
}

static bool holds_max_length(struct trial *t, const struct point *at)
{
	return at_most(at, length_of(t, at)) || wrong(t, at, "must have %lld characters or less", limit_of(at));
}

static bool matches(struct trial *t, struct str pattern, struct str text)
{
	bool found = false;

	if (spend(t, text.n) && !patterns_match(t->ctx, &t->patterns, pattern, text, &found))
		t->overrun = "one of its patterns takes too long to look for";
	return found;
}

static bool holds_pattern(struct trial *t, const struct point *at)
{
	return matches(t, at->rule->text, at->value->text) ||
	       wrong(t, at, "must match the pattern %.*s", STR(brief(t, at->rule)));
}

/* -- arrays ------------------------------------------------------------------------------------------------------ */

static bool fits_item(struct trial *t, const struct json *schema, const struct point *at, size_t i)
{
	struct path_step step = { .up = at->path, .index = i };

	return fits(t, schema, &at->value->items[i], &step);
}

static bool holds_prefix_items(struct trial *t, const struct point *at)
{
	bool all = true;

	for (size_t i = 0; i < at->rule->n_items && i < at->value->n_items; i++)
		all = fits_item(t, &at->rule->items[i], at, i) && all;
	return all;
}

static bool holds_items(struct trial *t, const struct point *at)
{
	const struct json *before = json_get(at->schema, "prefixItems");
	bool all = true;

	for (size_t i = before ? before->n_items : 0; i < at->value->n_items; i++)
		all = fits_item(t, at->rule, at, i) && all;
	return all;
}

static double number_or(const struct json *v, double otherwise)
{
	return v ? number_of(v) : otherwise;
}

static bool holds_contains(struct trial *t, const struct point *at)
{
	double least = number_or(json_get(at->schema, "minContains"), 1);
	double most = number_or(json_get(at->schema, "maxContains"), INFINITY);
	struct issues *issues = TAKE(t->ctx->issues);
	size_t n = 0;

	for (size_t i = 0; i < at->value->n_items; i++)
		n += fits_item(t, at->rule, at, i);
	t->ctx->issues = issues;
	return ((double)n >= least && (double)n <= most) ||
	       wrong(t, at, "has %zu elements of the form that is counted, too %s", n,
		     (double)n < least ? "few" : "many");
}

static bool holds_min_items(struct trial *t, const struct point *at)
{
	return at_least(at, at->value->n_items) || wrong(t, at, "must have %lld elements or more", limit_of(at));
}

static bool holds_max_items(struct trial *t, const struct point *at)
{
	return at_most(at, at->value->n_items) || wrong(t, at, "must have %lld elements or less", limit_of(at));
}

static bool holds_unique_items(struct trial *t, const struct point *at)
{
	const struct json *v = at->value;

	for (size_t i = 0; at->rule->boolean && i < v->n_items; i++)
		for (size_t k = 0; k < i && !t->overrun; k++)
			if (same(t, &v->items[i], &v->items[k]))
				return wrong(t, at, "has the same element at %zu and at %zu", k, i);
	return true;
}

/* -- objects ----------------------------------------------------------------------------------------------------- */

static bool fits_member(struct trial *t, const struct json *schema, const struct point *at, size_t i)
{
	const struct json_member *m = &at->value->members[i];
	struct path_step step = { .up = at->path, .name = m->key };

	return fits(t, schema, &m->value, &step);
}

static bool holds_properties(struct trial *t, const struct point *at)
{
	bool all = true;

	for (size_t i = 0; i < at->value->n_members; i++) {
		const struct json *schema = member(t, at->rule, at->value->members[i].key);

		all = (!schema || fits_member(t, schema, at, i)) && all;
	}
	return all;
}

static bool holds_pattern_properties(struct trial *t, const struct point *at)
{
	bool all = true;

	for (size_t i = 0; i < at->rule->n_members; i++)
		for (size_t k = 0; k < at->value->n_members && !t->overrun; k++)
			if (matches(t, at->rule->members[i].key, at->value->members[k].key))
				all = fits_member(t, &at->rule->members[i].value, at, k) && all;
	return all;
}

static bool is_patterned(struct trial *t, const struct json *patterns, struct str key)
{
	for (size_t i = 0; patterns && i < patterns->n_members && !t->overrun; i++)
		if (matches(t, patterns->members[i].key, key))
			return true;
	return false;
}

/* Those of which nothing else is said. */
static bool holds_additional_properties(struct trial *t, const struct point *at)
{
	const struct json *known = json_get(at->schema, "properties");
	const struct json *patterns = json_get(at->schema, "patternProperties");
	bool none = at->rule->type == JSON_BOOL && !at->rule->boolean, all = true;

	for (size_t i = 0; i < at->value->n_members; i++) {
		struct str key = at->value->members[i].key;

		if (member(t, known, key) || is_patterned(t, patterns, key))
			continue;
		all = (none ? wrong(t, at, "has the member \"%.*s\", which is not allowed", STR(utf8_cut(key, 100)))
			    : fits_member(t, at->rule, at, i)) && all;
	}
	return all;
}

static bool holds_property_names(struct trial *t, const struct point *at)
{
	bool all = true;

	for (size_t i = 0; i < at->value->n_members; i++) {
		struct json name = { .type = JSON_STR, .text = at->value->members[i].key };
		struct path_step step = { .up = at->path, .name = name.text };

		all = fits(t, at->rule, &name, &step) && all;
	}
	return all;
}

static bool has_all(struct trial *t, const struct point *at, const struct json *names)
{
	bool all = true;

	for (size_t i = 0; i < names->n_items; i++)
		all = (member(t, at->value, names->items[i].text) ||
		       wrong(t, at, "lacks the member \"%.*s\"", STR(names->items[i].text))) && all;
	return all;
}

static bool holds_required(struct trial *t, const struct point *at)
{
	return has_all(t, at, at->rule);
}

static bool holds_dependent_required(struct trial *t, const struct point *at)
{
	bool all = true;

	for (size_t i = 0; i < at->rule->n_members; i++)
		if (member(t, at->value, at->rule->members[i].key))
			all = has_all(t, at, &at->rule->members[i].value) && all;
	return all;
}

static bool holds_dependent_schemas(struct trial *t, const struct point *at)
{
	bool all = true;

	for (size_t i = 0; i < at->rule->n_members; i++)
		if (member(t, at->value, at->rule->members[i].key))
			all = fits(t, &at->rule->members[i].value, at->value, at->path) && all;
	return all;
}

static bool holds_min_properties(struct trial *t, const struct point *at)
{
	return at_least(at, at->value->n_members) || wrong(t, at, "must have %lld members or more", limit_of(at));
}

static bool holds_max_properties(struct trial *t, const struct point *at)
{
	return at_most(at, at->value->n_members) || wrong(t, at, "must have %lld members or less", limit_of(at));
}

/* -- the keywords -------------------------------------------------------------------------------------------- */

enum {
	NUMBERS = 1 << JSON_INT | 1 << JSON_NUM,
	STRINGS = 1 << JSON_STR,
	ARRAYS = 1 << JSON_ARRAY,
	OBJECTS = 1 << JSON_OBJECT,
	ALL = NUMBERS | STRINGS | ARRAYS | OBJECTS | 1 << JSON_NULL | 1 << JSON_BOOL,
};

/* Those that say something by themselves. */
static const struct keyword {
	const char *name;
	unsigned values;                     /* what it is about: a bit for each json_type */
	bool (*holds)(struct trial *t, const struct point *at);
} KEYWORDS[] = {
	{ "$ref", ALL, holds_ref },
	{ "type", ALL, holds_type },
	{ "enum", ALL, holds_enum },
	{ "const", ALL, holds_const },
	{ "allOf", ALL, holds_all_of },
	{ "anyOf", ALL, holds_any_of },
	{ "oneOf", ALL, holds_one_of },
	{ "not", ALL, holds_not },
	{ "if", ALL, holds_if },

	{ "minimum", NUMBERS, holds_minimum },
	{ "maximum", NUMBERS, holds_maximum },
	{ "exclusiveMinimum", NUMBERS, holds_exclusive_minimum },
	{ "exclusiveMaximum", NUMBERS, holds_exclusive_maximum },
	{ "multipleOf", NUMBERS, holds_multiple_of },

	{ "minLength", STRINGS, holds_min_length },
	{ "maxLength", STRINGS, holds_max_length },
	{ "pattern", STRINGS, holds_pattern },

	{ "prefixItems", ARRAYS, holds_prefix_items },
	{ "items", ARRAYS, holds_items },
	{ "contains", ARRAYS, holds_contains },
	{ "minItems", ARRAYS, holds_min_items },
	{ "maxItems", ARRAYS, holds_max_items },
	{ "uniqueItems", ARRAYS, holds_unique_items },

	{ "properties", OBJECTS, holds_properties },
	{ "patternProperties", OBJECTS, holds_pattern_properties },
	{ "additionalProperties", OBJECTS, holds_additional_properties },
	{ "propertyNames", OBJECTS, holds_property_names },
	{ "required", OBJECTS, holds_required },
	{ "dependentRequired", OBJECTS, holds_dependent_required },
	{ "dependentSchemas", OBJECTS, holds_dependent_schemas },
	{ "minProperties", OBJECTS, holds_min_properties },
	{ "maxProperties", OBJECTS, holds_max_properties },
};

static const struct keyword *keyword_by_name(struct str name)
{
	for (size_t i = 0; i < COUNT_OF(KEYWORDS); i++)
		if (str_is(name, KEYWORDS[i].name))
			return &KEYWORDS[i];
	return NULL;
}

/* -- all of a value ------------------------------------------------------------------------------------------- */

static bool fits_rules(struct trial *t, const struct json *schema, const struct json *value,
		       const struct path_step *path)
{
	bool all = true;

	for (size_t i = 0; i < schema->n_members && spend(t, 0); i++) {
		const struct keyword *k = keyword_by_name(schema->members[i].key);

		if (k && k->values >> value->type & 1u)
			all = k->holds(t, &(struct point){ schema, &schema->members[i].value, value, path }) && all;
	}
	return all;
}

static bool fits(struct trial *t, const struct json *schema, const struct json *value, const struct path_step *path)
{
	bool fit;

	if (schema->type == JSON_BOOL)
		return schema->boolean || wrong(t, &(struct point){ schema, schema, value, path }, "must not be there");
	if (t->levels == LEVELS_MAX) {
		t->overrun = "it leads from one schema to another without end";
		return false;
	}
	t->levels++;
	fit = fits_rules(t, schema, value, path);
	t->levels--;
	return fit;
}

enum err json_schema_apply(struct ctx *ctx, const struct json *schema, const struct json *value)
{
	struct trial t = { .ctx = ctx, .root = schema, .steps_left = STEPS_MAX };
	bool fit = fits(&t, schema, value, NULL);

	patterns_fini(&t.patterns);
	if (t.overrun)
		return fail(ctx, ERR_TOO_LARGE, "%s", t.overrun);
	return fit ? OK : fail(ctx, ERR_INVALID, "it does not fit the schema");
}
