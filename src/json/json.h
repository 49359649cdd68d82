/* json/json.h: parsed JSON, as values that live in an arena.
 *
 * yyjson reads the text; what callers see is our own tree, for three reasons: nothing above
 * this room depends on a parser, other notations can produce the same values, and the rules that
 * no parser has are applied once, here: at most JSON_DEPTH levels and JSON_VALUES_MAX values, and
 * of a repeated key the last value wins (workspace contract C-3, studio contract 1.5).
 *
 * Memory: a copy of the text, and about 60 bytes for each value; what JSON_REPAIR has to replace
 * takes three times its size.
 * Threads: a tree is read-only once parsed.
 */
#ifndef JSON_JSON_H
#define JSON_JSON_H

#include "base/ctx.h"

/* Keys count as values. A text of brackets and commas would else take forty times its size. */
enum { JSON_DEPTH = 64, JSON_VALUES_MAX = 1000 * 1000 };

enum json_type { JSON_NULL, JSON_BOOL, JSON_INT, JSON_NUM, JSON_STR, JSON_ARRAY, JSON_OBJECT };

struct json_member;

struct json {
	enum json_type type;
	union {
		bool boolean;
		int64_t integer;              /* JSON_INT: an integer that fits */
		double number;                /* JSON_NUM: anything else */
		struct str text;
		struct {
			const struct json *items;
			size_t n_items;
		};
		struct {
			const struct json_member *members;   /* in document order, keys distinct */
			size_t n_members;
		};
	};
};

struct json_member {
	struct str key;
	struct json value;
};

enum json_flags {
	JSON_STRICT = 0,
	/* As the studio contract's JavaScript (1.5): a leading byte order mark is dropped, bytes that are not UTF-8
	 * become U+FFFD, and so do unpaired surrogates. Without it such text is refused. */
	JSON_REPAIR_BYTES = 1, JSON_REPAIR_ESCAPES = 2, JSON_REPAIR = JSON_REPAIR_BYTES | JSON_REPAIR_ESCAPES,
	/* For those who read objects: of a top-level array that is too deep the items are left out, since all
	 * that matters is that it is no object (studio contract 1.5). */
	JSON_OBJECTS = 4,
};

/* Parses one JSON text. *out lives in ctx->mem. ERR_INVALID: not JSON, with the reason. */
enum err json_parse(struct ctx *ctx, struct str text, enum json_flags flags, const struct json **out);

/* The member's value, or NULL when v is no object or has no such member. v may be NULL. */
const struct json *json_get(const struct json *v, const char *key);
/* The text of a string member, or { NULL, 0 }. */
struct str json_get_str(const struct json *v, const char *key);

bool json_is(const struct json *v, enum json_type type);
/* "number", "array": as JSON Schema has it, without integers; of NULL "undefined". */
const char *json_type_name(const struct json *v);
/* Integers, and numbers with an integral value within +-2^53: 150.0 counts as 150 (C-4). */
bool json_as_int(const struct json *v, int64_t *out);
bool json_as_num(const struct json *v, double *out);

/* Whether any string or key below v contains U+0000, which the workspace contract refuses (C-3). */
bool json_has_nul(const struct json *v);

#endif
