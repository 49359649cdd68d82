/* json/yaml.h: YAML as the same values that JSON becomes.
 *
 * One parser, for checking agent files and for executing them: YAML 1.2's core schema (studio
 * contract 4.3). Dates and yes/no are strings, << is an ordinary key, an unknown tag makes a
 * string, keys that are no strings become their text, .inf, .nan and !!binary become null, which
 * is what JSON has for them; control characters are characters. A document that says %YAML 1.1 has that
 * version's booleans and octals. One document, distinct keys, at most JSON_DEPTH levels and YAML_VALUES_MAX values, those
 * that an alias repeats counted each time.
 * Threads: any.
 */
#ifndef JSON_YAML_H
#define JSON_YAML_H

#include "json/json.h"

enum { YAML_BYTES_MAX = 16 << 20, YAML_VALUES_MAX = 100 * 1000 };

/* *out lives in ctx->mem. ERR_INVALID: not such a text; why names line and column. */
enum err yaml_parse(struct ctx *ctx, struct str text, const struct json **out);

#endif
