/* json/schema_form.c: whether a schema is one, and all of it is known: a row per keyword, with the form its value
 * must have. */
#include "json/pattern.h"
#include "json/pointer.h"
#include "json/schema_check.h"

enum {
	NODES_MAX = 5000,                    /* schemas in a schema */
	LEVELS_MAX = 200,                    /* of schemas in each other, references followed; stacks are small */
};

/* -- what a keyword's value may be ------------------------------------------------------------------------------ */

struct review {
	struct ctx *ctx;
	const struct json *root;
	struct patterns patterns;
	const struct json **seen;            /* the schemas that were looked at, or are being */
	size_t n_seen;
	int levels;
};

/* A keyword's value, and where it stands. */
struct rule_at {
	const struct json *rule;
	const struct path_step *path;
	bool at_root;
};

static enum err review(struct review *r, const struct json *schema, const struct path_step *path);

static enum err malformed(struct review *r, const struct rule_at *at, const char *must)
{
	struct str path = path_text(r->ctx->mem, at->path);

	return fail(r->ctx, ERR_INVALID, "%.*s %s", STR(path.n ? path : S("it")), must);
}

static enum err form_unknown(struct review *r, const struct rule_at *at)
{
	return malformed(r, at, "is a part of JSON Schema that is not supported");
}

/* A base for references, where there is nothing but the document. */
static enum err form_id(struct review *r, const struct rule_at *at)
{
	return at->at_root ? OK : malformed(r, at, "is supported at the root alone");
}

static enum err form_number(struct review *r, const struct rule_at *at)
{
	double number;

	return json_as_num(at->rule, &number) ? OK : malformed(r, at, "must be a number");
}

static enum err form_factor(struct review *r, const struct rule_at *at)
{
	double number;

	return json_as_num(at->rule, &number) && number > 0 ? OK : malformed(r, at, "must be a number above 0");
}

static enum err form_count(struct review *r, const struct rule_at *at)
{
	int64_t n;

	return json_as_int(at->rule, &n) && n >= 0 ? OK : malformed(r, at, "must be an integer, 0 or more");
}

static enum err form_bool(struct review *r, const struct rule_at *at)
{
	return json_is(at->rule, JSON_BOOL) ? OK : malformed(r, at, "must be true or false");
}

static enum err form_pattern(struct review *r, const struct rule_at *at)
{
	if (!json_is(at->rule, JSON_STR))
		return malformed(r, at, "must be a string");
	return patterns_compile(r->ctx, &r->patterns, at->rule->text);
}

static enum err form_strings(struct review *r, const struct rule_at *at)
{
	for (size_t i = 0; json_is(at->rule, JSON_ARRAY) && i < at->rule->n_items; i++)
		if (at->rule->items[i].type != JSON_STR)
			return malformed(r, at, "must be an array of strings");
	return json_is(at->rule, JSON_ARRAY) ? OK : malformed(r, at, "must be an array of strings");
}

static enum err form_values(struct review *r, const struct rule_at *at)
{
	return json_is(at->rule, JSON_ARRAY) ? OK : malformed(r, at, "must be an array");
}

static enum err form_type(struct review *r, const struct rule_at *at)
{
	static const char *const TYPES[] = {
		"null", "boolean", "object", "array", "number", "string", "integer", NULL,
	};
	static const char MUST[] =
		"must be null, boolean, object, array, number, string or integer, or an array of these";
	const struct json *rule = at->rule;

	if (rule->type == JSON_STR)
		return str_is_one_of(rule->text, TYPES) ? OK : malformed(r, at, MUST);
	if (rule->type != JSON_ARRAY || rule->n_items == 0)
		return malformed(r, at, MUST);
	for (size_t i = 0; i < rule->n_items; i++)
		if (rule->items[i].type != JSON_STR || !str_is_one_of(rule->items[i].text, TYPES))
			return malformed(r, at, MUST);
	return OK;
}

static enum err form_schema(struct review *r, const struct rule_at *at)
{
	return review(r, at->rule, at->path);
}

static enum err form_schemas(struct review *r, const struct rule_at *at)
{
	if (!json_is(at->rule, JSON_ARRAY) || at->rule->n_items == 0)
		return malformed(r, at, "must be an array of schemas, one at least");
	for (size_t i = 0; i < at->rule->n_items; i++) {
		struct path_step step = { .up = at->path, .index = i };

		TRY(review(r, &at->rule->items[i], &step));
	}
	return OK;
}

/* What `of` says of each member's value. */
static enum err form_members(struct review *r, const struct rule_at *at,
			     enum err (*of)(struct review *r, const struct rule_at *at))
{
	if (!json_is(at->rule, JSON_OBJECT))
		return malformed(r, at, "must be an object");
	for (size_t i = 0; i < at->rule->n_members; i++) {
		const struct json_member *m = &at->rule->members[i];
		struct path_step step = { .up = at->path, .name = m->key };

		TRY(of(r, &(struct rule_at){ &m->value, &step, false }));
	}
	return OK;
}

static enum err form_schema_map(struct review *r, const struct rule_at *at)
{
	return form_members(r, at, form_schema);
}

static enum err form_strings_map(struct review *r, const struct rule_at *at)
{
	return form_members(r, at, form_strings);
}

static enum err form_pattern_map(struct review *r, const struct rule_at *at)
{
	TRY(form_schema_map(r, at));
	for (size_t i = 0; i < at->rule->n_members; i++)
		TRY(patterns_compile(r->ctx, &r->patterns, at->rule->members[i].key));
	return OK;
}

/* What it leads to may stand where nobody looks otherwise. */
static enum err form_ref(struct review *r, const struct rule_at *at)
{
	const struct json *target;

	if (!json_is(at->rule, JSON_STR))
		return malformed(r, at, "must be a string");
	target = json_follow(r->ctx->mem, r->root, at->rule->text);
	return target ? review(r, target, at->path) : malformed(r, at, "leads to nothing in this document");
}

/* -- the keywords -------------------------------------------------------------------------------------------- */

static const struct keyword {
	const char *name;
	enum err (*form)(struct review *r, const struct rule_at *at);
} KEYWORDS[] = {
	{ "$ref", form_ref },
	{ "$defs", form_schema_map },
	{ "$id", form_id },
	{ "$schema", form_id },
	{ "type", form_type },
	{ "enum", form_values },
	{ "allOf", form_schemas },
	{ "anyOf", form_schemas },
	{ "oneOf", form_schemas },
	{ "not", form_schema },
	{ "if", form_schema },
	{ "then", form_schema },
	{ "else", form_schema },
	{ "minimum", form_number },
	{ "maximum", form_number },
	{ "exclusiveMinimum", form_number },
	{ "exclusiveMaximum", form_number },
	{ "multipleOf", form_factor },
	{ "minLength", form_count },
	{ "maxLength", form_count },
	{ "pattern", form_pattern },
	{ "prefixItems", form_schemas },
	{ "items", form_schema },
	{ "contains", form_schema },
	{ "minContains", form_count },
	{ "maxContains", form_count },
	{ "minItems", form_count },
	{ "maxItems", form_count },
	{ "uniqueItems", form_bool },
	{ "properties", form_schema_map },
	{ "patternProperties", form_pattern_map },
	{ "additionalProperties", form_schema },
	{ "propertyNames", form_schema },
	{ "required", form_strings },
	{ "dependentRequired", form_strings_map },
	{ "dependentSchemas", form_schema_map },
	{ "minProperties", form_count },
	{ "maxProperties", form_count },

	/* Whoever writes one of these means it; the last three are of older drafts. */
	{ "unevaluatedProperties", form_unknown },
	{ "unevaluatedItems", form_unknown },
	{ "$anchor", form_unknown },
	{ "$dynamicRef", form_unknown },
	{ "$dynamicAnchor", form_unknown },
	{ "$vocabulary", form_unknown },
	{ "$recursiveRef", form_unknown },
	{ "additionalItems", form_unknown },
	{ "dependencies", form_unknown },
};

static const struct keyword *keyword_by_name(struct str name)
{
	for (size_t i = 0; i < COUNT_OF(KEYWORDS); i++)
		if (str_is(name, KEYWORDS[i].name))
			return &KEYWORDS[i];
	return NULL;
}

/* -- all of a schema ------------------------------------------------------------------------------------------ */

static bool was_seen(const struct review *r, const struct json *schema)
{
	for (size_t i = 0; i < r->n_seen; i++)
		if (r->seen[i] == schema)
			return true;
	return false;
}

static enum err review_members(struct review *r, const struct json *schema, const struct path_step *path)
{
	for (size_t i = 0; i < schema->n_members; i++) {
		const struct json_member *m = &schema->members[i];
		const struct keyword *k = keyword_by_name(m->key);
		struct path_step step = { .up = path, .name = m->key };

		if (k)
			TRY(k->form(r, &(struct rule_at){ &m->value, &step, schema == r->root }));
	}
	return OK;
}

static enum err review(struct review *r, const struct json *schema, const struct path_step *path)
{
	enum err e;

	if (schema->type == JSON_BOOL || was_seen(r, schema))
		return OK;
	if (schema->type != JSON_OBJECT)
		return malformed(r, &(struct rule_at){ schema, path, false },
				 "must be a schema: an object, true or false");
	if (r->n_seen == NODES_MAX || r->levels == LEVELS_MAX)
		return fail(r->ctx, ERR_INVALID, "it holds too many schemas: more than %d, or %d deep",
			    NODES_MAX, LEVELS_MAX);
	r->seen[r->n_seen++] = schema;
	r->levels++;
	e = review_members(r, schema, path);
	r->levels--;
	return e;
}

enum err json_schema_check(struct ctx *ctx, const struct json *schema)
{
	AUTO(arena_rewind) struct arena_mark mark = arena_mark(ctx->mem);
	struct review r = { .ctx = ctx, .root = schema };
	enum err e;

	r.seen = arena_array(ctx->mem, NODES_MAX, sizeof(*r.seen));
	e = review(&r, schema, NULL);
	patterns_fini(&r.patterns);
	return e;
}
