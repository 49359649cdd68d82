/* mcp/arguments.h: what a tool is called with, checked by a field table.
 *
 * The table is the one that the tool's inputSchema is made of. What it does not know is dropped, at every
 * level; what is wrong is told in the words that clients of the reference know (studio contract 3.4), which
 * are not those of json/field.h: a model reads them and tries again, so they stay as they are.
 *
 * Fields are described with their names and types alone: nothing is read into a struct.
 */
#ifndef MCP_ARGUMENTS_H
#define MCP_ARGUMENTS_H

#include "json/field.h"

/* *out: the known ones among `sent`, in the order of the table; it borrows from `sent`, and the rest lives in
 * mem. `sent` NULL: none were sent. Returns what is wrong, an issue to a line; absent when nothing is. */
struct str arguments_check(struct arena *mem, const struct schema *s, const struct json *sent, struct json *out);

/* What only shows where the values are used, and the table tells by `format`: that a "uuid" is one, and an
 * "int64"; and that no text holds U+0000. Returns what is wrong with the first that does not fit; absent when
 * all do. `checked` is what arguments_check gave. */
struct str arguments_misfit(struct arena *mem, const struct schema *s, const struct json *checked);

/* The inputSchema: s NULL is a tool without arguments. `dialect`: says which JSON Schema this is, as the
 * reference does. */
void arguments_describe(struct json_writer *w, const struct schema *s, bool dialect);

#endif
