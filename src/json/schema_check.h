/* json/schema_check.h: JSON Schema 2020-12, for values whose form others decide.
 *
 * Our own forms are field tables (json/field.h). A schema that comes with an agent's file is data: it is looked
 * at once, when it is handed in, so that what we cannot check is refused then and not passed over later; and
 * applied to what a model makes of it.
 *
 * All assertions and applicators of 2020-12 are known but these: `unevaluatedProperties`, `unevaluatedItems`,
 * dynamic references and anchors, and `$id` anywhere but at the root. A `$ref` stays within the document. As
 * the standard has it, `format` says nothing that is checked, and neither does a member nobody knows.
 *
 * Patterns are Perl's as far as JavaScript's are the same; a search is given up before it takes long. So is a
 * check as a whole, and a schema that leads back to itself without end.
 * Threads: any, each with its own ctx.
 */
#ifndef JSON_SCHEMA_CHECK_H
#define JSON_SCHEMA_CHECK_H

#include "json/field.h"

/* Whether this is a schema that can be applied. ERR_INVALID: it is none, or says what is not known here; the
 * text tells where. ERR_INTERNAL: patterns need a library that is not there. */
enum err json_schema_check(struct ctx *ctx, const struct json *schema);

/* Whether the value fits a schema that was checked. ERR_INVALID: it does not; ctx->issues, if there is such a
 * list, has what is wrong. ERR_TOO_LARGE: it would take too long to tell. */
enum err json_schema_apply(struct ctx *ctx, const struct json *schema, const struct json *value);

#endif
