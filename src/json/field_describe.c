/* json/field_describe.c: a table of fields as JSON Schema 2020-12, the dialect of OpenAPI 3.1. */
#include <assert.h>

#include "base/id.h"
#include "json/field.h"

static bool replied(enum describe_as as)
{
	return as == DESCRIBE_REPLY || as == DESCRIBE_WHOLE_REPLY;
}

static bool described(const struct field *f, enum describe_as as)
{
	if (f->in != IN_BODY)
		return false;
	return replied(as) ? !f->write_only : !f->read_only;
}

/* A named schema is described once, as a component, and referred to. */
static bool is_component(const struct schema *s, enum describe_as as)
{
	return s->name && as != DESCRIBE_WHOLE_REPLY;
}

static bool null_possible(const struct field *f, enum describe_as as)
{
	return replied(as) ? f->nullable : as == DESCRIBE_UPDATE && f->clearable;
}

/* How a member's own schema is seen: what an update replaces as a whole is sent as if created. */
static enum describe_as nested(const struct field *f, enum describe_as as)
{
	return as == DESCRIBE_UPDATE && !f->merge ? DESCRIBE_CREATE : as;
}

static void key_num(struct json_writer *w, const char *key, double n)
{
	jw_key(w, key);
	jw_num(w, n);
}

static void limits(struct json_writer *w, double min, double max, const char *min_key, const char *max_key)
{
	if (min == 0 && max == 0)
		return;
	if (min != 0 || strcmp(min_key, "minimum") == 0)
		key_num(w, min_key, min);
	if (max != 0 || min < 0)
		key_num(w, max_key, max);
}

static void describe_text(struct json_writer *w, const struct field *f, double min, double max)
{
	limits(w, min, max, "minLength", "maxLength");
	if (f->not_blank) {
		jw_key(w, "pattern");
		jw_z(w, "\\S");
	}
	if (f->format) {
		jw_key(w, "format");
		jw_z(w, f->format);
	}
	if (f->one_of) {
		jw_key(w, "enum");
		jw_array(w);
		for (const char *const *word = f->one_of; *word; word++)
			jw_z(w, *word);
		jw_end(w);
	}
}

static void describe_default(struct json_writer *w, const struct field *f)
{
	jw_key(w, "default");
	if (f->type == FT_STR)
		jw_z(w, f->def);
	else
		jw_raw(w, str_of(f->def));
}

static void describe_type(struct json_writer *w, const char *type, bool or_null)
{
	jw_key(w, "type");
	if (!or_null) {
		jw_z(w, type);
		return;
	}
	jw_array(w);
	jw_z(w, type);
	jw_z(w, "null");
	jw_end(w);
}

static void describe_list(struct json_writer *w, const struct field *f, enum describe_as as)
{
	describe_type(w, "array", null_possible(f, as));
	jw_key(w, "items");
	if (f->of) {
		schema_refer(w, f->of, as == DESCRIBE_UPDATE ? DESCRIBE_CREATE : as);
	} else {
		jw_object(w);
		describe_type(w, "string", false);
		describe_text(w, f, f->item_min, f->item_max);
		jw_end(w);
	}
	if (!replied(as))
		limits(w, f->min, f->max, "minItems", "maxItems");
}

/* A string or a list of them. */
static void describe_one_or_more(struct json_writer *w, const struct field *f, enum describe_as as)
{
	jw_key(w, "anyOf");
	jw_array(w);
	jw_object(w);
	describe_type(w, "string", false);
	describe_text(w, f, f->item_min, f->item_max);
	jw_end(w);
	jw_object(w);
	describe_list(w, f, as);
	jw_end(w);
	jw_end(w);
}

static void describe_members(struct json_writer *w, const struct schema *s, const struct variant *v, enum describe_as as);

/* A named object is referred to; one without a name is described in place. */
static void describe_nested(struct json_writer *w, const struct field *f, enum describe_as as)
{
	if (!null_possible(f, as) && !is_component(f->of, as)) {
		describe_members(w, f->of, NULL, nested(f, as));
		return;
	}
	if (!null_possible(f, as)) {
		jw_key(w, "allOf");
		jw_array(w);
		schema_refer(w, f->of, nested(f, as));
		jw_end(w);
		return;
	}
	jw_key(w, "anyOf");
	jw_array(w);
	schema_refer(w, f->of, nested(f, as));
	jw_object(w);
	describe_type(w, "null", false);
	jw_end(w);
	jw_end(w);
}

static void describe_map(struct json_writer *w, bool or_null)
{
	describe_type(w, "object", or_null);
	jw_key(w, "additionalProperties");
	jw_bool(w, true);
}

static void describe_map_or_text(struct json_writer *w)
{
	jw_key(w, "anyOf");
	jw_array(w);
	jw_object(w);
	describe_map(w, false);
	jw_end(w);
	jw_object(w);
	describe_type(w, "string", false);
	jw_end(w);
	jw_end(w);
}

static void describe_by_type(struct json_writer *w, const struct field *f, enum describe_as as)
{
	bool or_null = null_possible(f, as);

	switch (f->type) {
	case FT_STR:
		describe_type(w, "string", or_null);
		describe_text(w, f, f->min, f->max);
		break;
	case FT_TIME:
		describe_type(w, "string", or_null);
		jw_key(w, "format");
		jw_z(w, "date-time");
		break;
	case FT_BOOL:
		describe_type(w, "boolean", or_null);
		break;
	case FT_INT:
		describe_type(w, "integer", or_null);
		limits(w, f->min, f->max, "minimum", "maximum");
		break;
	case FT_NUM:
		describe_type(w, "number", or_null);
		limits(w, f->min, f->max, "minimum", "maximum");
		break;
	case FT_LIST:
		if (f->one_will_do && !replied(as))
			describe_one_or_more(w, f, as);
		else
			describe_list(w, f, as);
		break;
	case FT_OBJECT:
	case FT_POINTER:
		describe_nested(w, f, as);
		break;
	case FT_ANY:
		if (f->or_text)
			describe_map_or_text(w);
		else if (f->open)
			describe_map(w, or_null);
		break;
	case FT_FLOATS:
		describe_type(w, "array", or_null);
		jw_key(w, "items");
		jw_object(w);
		describe_type(w, "number", false);
		jw_end(w);
		break;
	}
}

void field_describe(struct json_writer *w, const struct field *f, enum describe_as as)
{
	jw_object(w);
	describe_by_type(w, f, as);
	if (f->def && !f->def_hidden && as == DESCRIBE_CREATE)
		describe_default(w, f);
	if (f->doc) {
		jw_key(w, "description");
		jw_z(w, f->doc);
	}
	jw_end(w);
}

static bool required(const struct field *f, enum describe_as as)
{
	return replied(as) ? !f->optional_reply : as == DESCRIBE_CREATE && f->required;
}

static void describe_required(struct json_writer *w, const struct schema *s, const char *tag, enum describe_as as)
{
	bool any = tag != NULL;

	for (size_t i = 0; i < s->n_fields; i++)
		any |= described(&s->fields[i], as) && required(&s->fields[i], as);
	if (!any)
		return;
	jw_key(w, "required");
	jw_array(w);
	if (tag)
		jw_z(w, tag);
	for (size_t i = 0; i < s->n_fields; i++)
		if (described(&s->fields[i], as) && required(&s->fields[i], as))
			jw_z(w, s->fields[i].name);
	jw_end(w);
}

static void describe_tag(struct json_writer *w, const char *tag, const char *value)
{
	jw_key(w, tag);
	jw_object(w);
	describe_type(w, "string", false);
	jw_key(w, "const");
	jw_z(w, value);
	jw_end(w);
}

/* What stands in the description of an object. v: which branch of the union s it is, or NULL. */
static void describe_members(struct json_writer *w, const struct schema *s, const struct variant *v, enum describe_as as)
{
	const struct schema *of = v ? v->of : s;

	describe_type(w, "object", false);
	jw_key(w, "properties");
	jw_object(w);
	if (v)
		describe_tag(w, s->tag, v->tag);
	for (size_t i = 0; i < of->n_fields; i++) {
		if (!described(&of->fields[i], as))
			continue;
		jw_key(w, of->fields[i].name);
		field_describe(w, &of->fields[i], as);
	}
	jw_end(w);
	describe_required(w, of, v ? s->tag : NULL, as);
	if (!replied(as) && !of->ignores_unknown) {
		jw_key(w, "additionalProperties");
		jw_bool(w, false);
	}
}

static struct str reference(struct json_writer *w, struct str component)
{
	return arena_printf(w->out->mem, "#/components/schemas/%.*s", STR(component));
}

static void refer(struct json_writer *w, struct str component)
{
	jw_object(w);
	jw_key(w, "$ref");
	jw_str(w, reference(w, component));
	jw_end(w);
}

void schema_describe_variant(struct json_writer *w, const struct schema *s, const struct variant *v, enum describe_as as)
{
	jw_object(w);
	describe_members(w, s, v, as);
	jw_end(w);
}

/* Which branch a value of the tag means, for tools that do not look into the branches. */
static void describe_discriminator(struct json_writer *w, const struct schema *s, enum describe_as as)
{
	jw_key(w, "discriminator");
	jw_object(w);
	jw_key(w, "propertyName");
	jw_z(w, s->tag);
	jw_key(w, "mapping");
	jw_object(w);
	for (size_t i = 0; i < s->n_variants; i++) {
		jw_key(w, s->variants[i].tag);
		jw_str(w, reference(w, schema_variant_name(w->out->mem, s, &s->variants[i], as)));
	}
	jw_end(w);
	jw_end(w);
}

static void describe_branch(struct json_writer *w, const struct schema *s, const struct variant *v, enum describe_as as)
{
	if (is_component(s, as))
		refer(w, schema_variant_name(w->out->mem, s, v, as));
	else
		schema_describe_variant(w, s, v, as);
}

/* Branches are components of their own: generators of clients name their types after those. */
static void describe_union(struct json_writer *w, const struct schema *s, enum describe_as as)
{
	assert(s->name);
	jw_key(w, "oneOf");
	jw_array(w);
	for (size_t i = 0; i < s->n_variants; i++)
		describe_branch(w, s, &s->variants[i], as);
	jw_end(w);
	if (is_component(s, as))
		describe_discriminator(w, s, as);
}

void schema_describe(struct json_writer *w, const struct schema *s, enum describe_as as)
{
	jw_object(w);
	if (s->doc) {
		jw_key(w, "description");
		jw_z(w, s->doc);
	}
	if (s->tag)
		describe_union(w, s, as);
	else
		describe_members(w, s, NULL, as);
	jw_end(w);
}

static const char *suffix(enum describe_as as)
{
	static const char *const SUFFIX[] = {
		[DESCRIBE_CREATE] = "Create", [DESCRIBE_UPDATE] = "Update", [DESCRIBE_REPLY] = "", [DESCRIBE_WHOLE_REPLY] = "",
	};

	return SUFFIX[as];
}

struct str schema_variant_name(struct arena *mem, const struct schema *s, const struct variant *v, enum describe_as as)
{
	return arena_printf(mem, "%c%s%s%s", v->tag[0] & ~0x20, v->tag + 1, s->name, suffix(as));
}

struct str schema_component_name(struct arena *mem, const struct schema *s, enum describe_as as)
{
	return arena_printf(mem, "%s%s", s->name, suffix(as));
}

void schema_refer(struct json_writer *w, const struct schema *s, enum describe_as as)
{
	if (is_component(s, as))
		refer(w, schema_component_name(w->out->mem, s, as));
	else
		schema_describe(w, s, as);
}

/* Written out in full, whatever is named: a change far inside is a change. */
static void form_of(const struct schema *s, struct buf *out)
{
	struct json_writer w = { .out = out };

	schema_describe(&w, s, DESCRIBE_REPLY);
	for (size_t i = 0; i < s->n_fields; i++)
		if (s->fields[i].of)
			form_of(s->fields[i].of, out);
	for (size_t i = 0; i < s->n_variants; i++)
		form_of(s->variants[i].of, out);
}

int64_t schema_form(const struct schema *s)
{
	unsigned char digest[SHA256_BYTES];
	struct arena mem;
	struct buf text = { .mem = &mem };
	int64_t form = 0;

	arena_init(&mem, 0);
	form_of(s, &text);
	sha256(digest, buf_view(&text));
	arena_fini(&mem);
	memcpy(&form, digest, 6);
	return form;
}
