/* json/pointer.h: one place in a document, named by another: "#/$defs/node" (RFC 6901, as part of a URI). */
#ifndef JSON_POINTER_H
#define JSON_POINTER_H

#include "json/json.h"

/* Where "#" or "#/a/0/b" leads; NULL: nowhere in this document. mem is left as it was. */
const struct json *json_follow(struct arena *mem, const struct json *root, struct str reference);

/* As json_get, by a name that is no C string. */
const struct json *json_named(const struct json *object, struct str name);

#endif
