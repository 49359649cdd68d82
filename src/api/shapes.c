/* api/shapes.c: see the header. */
#include "api/shapes.h"

static const struct field deleted_fields[] = {
	{ F_ID("id", deleted, id) },
	{ F_BOOL("deleted", deleted, deleted), .doc = "Always true." },
};
const struct schema deleted_schema = SCHEMA("Deleted", deleted, deleted_fields);

void sort_find(struct str sort, const char *const *sorts, size_t *order, bool *descending)
{
	size_t at = 0;

	while (!str_is(sort, sorts[at]))
		at++;
	*order = at / 2;
	*descending = at % 2;
}

int64_t page_offset(const struct page *page)
{
	int64_t offset;

	return __builtin_mul_overflow(page->page - 1, page->limit, &offset) ? INT64_MAX : offset;
}
