/* app/print.h: data on standard output, as a table for people or as JSON for programs. */
#ifndef APP_PRINT_H
#define APP_PRINT_H

#include "json/field.h"

/* Prints structs that the schema describes: columns under a heading, or a JSON array. */
void print_list(struct ctx *ctx, const struct schema *schema, const struct list *list, bool json);
/* Prints one such struct as a JSON object. */
void print_object(struct ctx *ctx, const struct schema *schema, const void *item);
/* Prints a text as it is, but on a terminal nothing that would steer it. */
void print_text(struct ctx *ctx, struct str text);
/* A line of it without what would steer a terminal. In mem. */
struct str print_harmless(struct arena *mem, struct str text);

#endif
