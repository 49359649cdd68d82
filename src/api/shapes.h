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

/* What a parameter `sort` may be, "field:direction" (workspace contract 5.4): a list of these, ended
 * by a NULL, is the parameter's one_of. `order` is the field's place in the store's enum. */
#define SORTABLE(order, field) [2 * (order)] = field ":asc", [2 * (order) + 1] = field ":desc"
#define NEWEST_FIRST "createdAt:desc"

/* Which of the list, which must have it, it is. */
void sort_find(struct str sort, const char *const *sorts, size_t *order, bool *descending);

/* How many rows come before the page; the largest number when that cannot be counted, since
 * such a page is past every end. */
int64_t page_offset(const struct page *page);

#endif
