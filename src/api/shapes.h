/* api/shapes.h: parameters and replies that several resources share. */
#ifndef API_SHAPES_H
#define API_SHAPES_H

#include "api/op.h"

/* { "id", "deleted": true } (workspace contract 3.5, 5.7). */
struct deleted {
	struct str id;
	bool deleted;
};
extern const struct schema deleted_schema;

/* "field:direction" (workspace contract 5.4). fields: the names allowed, NULL-terminated;
 * *field becomes the index of the one named. Adds an issue at ["sort"] and fails when it is
 * neither absent nor one of those. */
enum err parse_sort(struct ctx *ctx, struct str sort, const char *const *fields, size_t *field, bool *descending);

/* How many rows come before the page; the largest number when that cannot be counted, since
 * such a page is past every end. */
int64_t page_offset(const struct page *page);

#endif
