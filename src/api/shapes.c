/* api/shapes.c: see the header. */
#include "api/shapes.h"

static const struct field deleted_fields[] = {
	{ F_ID("id", deleted, id) },
	{ F_BOOL("deleted", deleted, deleted), .doc = "Always true." },
};
const struct schema deleted_schema = SCHEMA("Deleted", deleted, deleted_fields);

enum err parse_sort(struct ctx *ctx, struct str sort, const char *const *fields, size_t *field, bool *descending)
{
	struct str direction = sort.p ? sort : S("createdAt:desc");
	struct str name = str_cut(&direction, ':');

	*descending = str_is(direction, "desc");
	for (*field = 0; fields[*field]; ++*field)
		if (str_is(name, fields[*field]) && (*descending || str_is(direction, "asc")))
			return OK;
	issue_add(ctx, path_name(ctx, NULL, "sort"), "invalid_enum", "must be FIELD:asc or FIELD:desc, of a sortable field");
	return fail(ctx, ERR_INVALID, "Validation failed");
}

int64_t page_offset(const struct page *page)
{
	int64_t offset;

	return __builtin_mul_overflow(page->page - 1, page->limit, &offset) ? INT64_MAX : offset;
}
