/* json/field.h: tables that say what a JSON object looks like.
 *
 * One table per kind of object does four jobs: it checks a value that came from outside and
 * fills a C struct with it, it fills the same struct from what we stored, it writes the struct
 * as JSON, and it describes itself as JSON Schema. Validation, storage, replies and OpenAPI can
 * therefore not disagree.
 *
 *     struct point { int64_t x; struct str label; };
 *     static const struct field point_fields[] = {
 *             { F_INT("x", point, x), .required = true, .min = -10, .max = 10, .doc = "Steps east." },
 *             { F_STR("label", point, label), .nullable = true, .max = 80, .doc = "Shown beside it." },
 *     };
 *     const struct schema point_schema = SCHEMA("Point", point, point_fields);
 */
#ifndef JSON_FIELD_H
#define JSON_FIELD_H

#include "json/json.h"
#include "json/write.h"

enum field_type {
	FT_STR,                              /* struct str; p NULL = null */
	FT_BOOL,                             /* bool */
	FT_INT,                              /* int64_t; NO_INT = null in a nullable reply */
	FT_NUM,                              /* double; NaN = null in a nullable reply */
	FT_TIME,                             /* int64_t, microseconds; 0 = null */
	FT_OBJECT,                           /* the struct itself, described by `of` */
	FT_POINTER,                          /* a pointer to such a struct; NULL = null */
	FT_LIST,                             /* struct list of structs (`of`) or of struct str */
	FT_ANY,                              /* const struct json *; kept verbatim; NULL = null */
	FT_FLOATS,                           /* struct list of float; only replied; items NULL = null */
};

#define NO_INT INT64_MIN

struct list {
	void *items;
	size_t n;
};

#define LIST_AT(list, type, i) (&((type *)(list).items)[i])

struct schema;

struct field {
	const char *name;                    /* in JSON */
	size_t at;                           /* offset in the struct */
	enum field_type type;
	const struct schema *of;

	/* What may be sent. */
	bool required;
	bool read_only;                      /* only in replies; unknown when sent */
	bool write_only;                     /* only in requests */
	bool clearable;                      /* null allowed in an update, where it clears */
	bool nullable;                       /* null possible in a reply */
	bool merge;                          /* in an update: members not sent keep their value */
	bool not_blank;                      /* a string of white space alone is too small */
	bool one_will_do;                    /* FT_LIST: a bare element stands for a list of one */
	bool open;                           /* FT_ANY: any object, rather than anything */
	bool or_text;                        /* FT_ANY and open: or a string */
	bool optional_reply;                 /* left out of a reply when absent */
	double min, max;                     /* of a number, or of the length of a string (code
	                                      * points) or list; both 0: no limits; max 0 with
	                                      * min > 0: no upper limit */
	double item_min, item_max;           /* FT_LIST of strings: of each element */
	const char *const *one_of;           /* NULL-terminated */
	const char *format;                  /* "uuid", "uri", "date-time" */
	const char *unique;                  /* FT_LIST: the member no two elements may share; "" for
	                                      * the element itself */
	int digits;                          /* FT_TIME: fractional digits; 0 means 3; see DIGITS_AS_NEEDED */
	size_t cut;                          /* FT_STR: a reply shows only so many UTF-16 code units */
	bool js;                             /* a parameter is read as JavaScript's Number() or Date would */

	/* Text of the default, as it would stand in JSON without quotes. */
	const char *def;
	bool def_hidden;                     /* it tells our code that nothing was sent, and is not described */
	const char *doc, *example;
	/* The studio contract's own words when the field is missing or unusable. */
	const char *say;
	/* Where a parameter of an operation comes from; bodies leave it alone. */
	enum { IN_BODY, IN_PATH, IN_QUERY } in;
};

/* 0, 3 or 6 digits: the fewest that tell the time to the microsecond (studio contract 1.8). */
enum { DIGITS_AS_NEEDED = -1 };

/* One branch of a union: the tag's value, and the members it then has. */
struct variant {
	const char *tag;
	const struct schema *of;
};

struct schema {
	const char *name;                    /* in OpenAPI's components; NULL: described in place */
	size_t size;                         /* of the struct */
	const struct field *fields;
	size_t n_fields;
	/* A union: `tag` names the deciding member, a struct str at offset 0, and each variant
	 * describes the rest of the same struct. */
	const char *tag;
	const struct variant *variants;
	size_t n_variants;
	bool ignores_unknown;                /* as the studio's bodies do; said in descriptions only */
	const char *doc;
};

#define FIELD_(type_, name_, struct_, member, c_type) \
	.name = (name_), .type = (type_), \
	.at = offsetof(struct struct_, member) + \
	      0 * sizeof(char[__builtin_types_compatible_p(__typeof__(((struct struct_ *)0)->member), c_type) ? 1 : -1])
/* F_STR("maxTokens", model_config, max_tokens): its name in JSON, the struct, the member. */
#define F_STR(name_, struct_, member)  FIELD_(FT_STR, name_, struct_, member, struct str)
#define F_ID(name_, struct_, member)   FIELD_(FT_STR, name_, struct_, member, struct str), .format = "uuid"
#define F_BOOL(name_, struct_, member) FIELD_(FT_BOOL, name_, struct_, member, bool)
#define F_INT(name_, struct_, member)  FIELD_(FT_INT, name_, struct_, member, int64_t)
#define F_NUM(name_, struct_, member)  FIELD_(FT_NUM, name_, struct_, member, double)
#define F_TIME(name_, struct_, member) FIELD_(FT_TIME, name_, struct_, member, int64_t)
#define F_ANY(name_, struct_, member)  FIELD_(FT_ANY, name_, struct_, member, const struct json *)
#define F_FLOATS(name_, struct_, member) FIELD_(FT_FLOATS, name_, struct_, member, struct list)
#define F_STRS(name_, struct_, member) FIELD_(FT_LIST, name_, struct_, member, struct list)
#define F_LIST(name_, struct_, member, schema_) FIELD_(FT_LIST, name_, struct_, member, struct list), .of = (schema_)
#define F_OBJECT(name_, struct_, member, schema_) \
	.name = (name_), .type = FT_OBJECT, .at = offsetof(struct struct_, member), .of = (schema_)
#define F_POINTER(name_, struct_, member, schema_) \
	.name = (name_), .type = FT_POINTER, .at = offsetof(struct struct_, member), .of = (schema_)
/* A nested object whose schema describes members of the same struct: nothing is copied for the
 * sake of the shape it has on the wire. */
#define F_SAME(name_, schema_) .name = (name_), .type = FT_OBJECT, .at = 0, .of = (schema_)

#define SCHEMA(name_, struct_, fields_) \
	{ .name = (name_), .size = sizeof(struct struct_), .fields = (fields_), .n_fields = COUNT_OF(fields_) }
#define UNION(name_, struct_, tag_, variants_) \
	{ .name = (name_), .size = sizeof(struct struct_), .tag = (tag_), \
	  .variants = (variants_), .n_variants = COUNT_OF(variants_) }

/* -- what is wrong with a value -------------------------------------------------------------- */

enum { ISSUES_MAX = 50 };

/* One step of a path: a member's name, or an index when name.p is NULL. */
struct path_step {
	const struct path_step *up;
	struct str name;
	size_t index;
};

struct issue {
	const struct path_step *path;        /* innermost first; NULL is the whole body */
	const char *code;                    /* workspace contract 2.4: "too_small", ... */
	struct str message;
	struct list keys;                    /* of struct str, for unrecognized_keys */
	const struct field *field;           /* whose rule it was, or NULL */
};

struct issues {
	struct issue items[ISSUES_MAX];
	size_t n;                            /* stops at ISSUES_MAX */
};

/* Adds one, in ctx->mem, to ctx->issues, and returns it; NULL when there is no list or it is full. */
struct issue *issue_add(struct ctx *ctx, const struct path_step *path, const char *code, const char *fmt, ...)
	__attribute__((format(printf, 4, 5)));
/* One step further than `up`, to a member or an element. In ctx->mem. */
const struct path_step *path_name(struct ctx *ctx, const struct path_step *up, const char *name);
const struct path_step *path_index(struct ctx *ctx, const struct path_step *up, size_t index);
/* "items[2].name"; "" for the whole body. In mem. */
struct str path_text(struct arena *mem, const struct path_step *path);
/* [{"path": [...], "code": ..., "message": ...}], as workspace contract 2.4 wants it. */
void issues_write(struct json_writer *w, const struct issues *issues);

/* -- reading, writing, describing -------------------------------------------------------------- */

enum read_mode {
	READ_CREATE,                         /* strict; required fields must be there; defaults fill in */
	READ_UPDATE,                         /* strict; only what is sent is written into the struct */
	READ_LENIENT,                        /* unknown members ignored, mistyped optional ones and elements too */
	READ_STORED,                         /* what we wrote ourselves: nothing is refused */
	READ_IMPORT,                         /* what another server wrote: strict, but unknown members are ignored,
	                                      * null counts as not sent, a number may be text (databases write exact
	                                      * ones so), and what is read_only may be sent */
};

/* Fills `out` (s->size bytes; zeroed by the caller unless it is to be updated) from v. Every
 * problem found is added to ctx->issues. ERR_INVALID: there was one. Text stays in v. */
enum err schema_read(struct ctx *ctx, const struct schema *s, const struct json *v, enum read_mode mode, void *out);

/* Fills the fields that are `in` path or query from text; get(arg, f) gives the parameter of field
 * f, or { NULL, 0 }. Numbers must be plain decimal, unless the field says `js`. */
typedef struct str param_get(void *arg, const struct field *f);
enum err schema_read_params(struct ctx *ctx, const struct schema *s, param_get *get, void *arg, void *out);

/* Writes the struct as a JSON object. WRITE_STORED leaves out what is read_only; WRITE_EXPORT writes what
 * a reply would, but texts whole and times to the microsecond. */
enum write_mode { WRITE_REPLY, WRITE_STORED, WRITE_EXPORT };
void schema_write(struct json_writer *w, const struct schema *s, const void *in, enum write_mode mode);
/* The text of it, in mem. */
struct str schema_text(struct arena *mem, const struct schema *s, const void *in, enum write_mode mode);

/* The JSON Schema (2020-12) of what is sent to create or update, or of what is replied. DESCRIBE_WHOLE_REPLY
 * refers to nothing: named schemas are described where they occur. */
enum describe_as { DESCRIBE_CREATE, DESCRIBE_UPDATE, DESCRIBE_REPLY, DESCRIBE_WHOLE_REPLY };
/* Named schemas inside are written as {"$ref": "#/components/schemas/NAME"}; see also
 * schema_component_name. */
void schema_describe(struct json_writer *w, const struct schema *s, enum describe_as as);
/* A number that changes when what is replied changes its form: told by the description above. */
int64_t schema_form(const struct schema *s);
/* The schema of one field, for parameters. */
void field_describe(struct json_writer *w, const struct field *f, enum describe_as as);
/* One branch of a union, which must have a name; the union's own description refers to these. */
void schema_describe_variant(struct json_writer *w, const struct schema *s, const struct variant *v, enum describe_as as);
/* "TextKnowledgeBaseCreate": the branch's component. In mem. */
struct str schema_variant_name(struct arena *mem, const struct schema *s, const struct variant *v, enum describe_as as);
/* The component's name: "Agent" replied, "AgentCreate" and "AgentUpdate" sent. In mem. */
struct str schema_component_name(struct arena *mem, const struct schema *s, enum describe_as as);
/* {"$ref": ...} for a named schema, the schema itself otherwise. */
void schema_refer(struct json_writer *w, const struct schema *s, enum describe_as as);

#endif
