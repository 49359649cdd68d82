/* store/rows.c: small, so that "not found" is worded the same everywhere. */
#include "store/rows.h"

enum err row_required(struct ctx *ctx, struct stmt *s, const char *what)
{
	bool row;

	TRY(stmt_step(ctx, s, &row));
	return row ? OK : fail(ctx, ERR_NOT_FOUND, "no such %s", what);
}

enum err rows_changed(struct ctx *ctx, struct stmt *s, const char *what)
{
	int64_t changed;

	TRY(stmt_run(ctx, s, &changed));
	return changed ? OK : fail(ctx, ERR_NOT_FOUND, "no such %s", what);
}

enum err row_count(struct ctx *ctx, struct stmt *s, int64_t *out)
{
	TRY(row_required(ctx, s, "row"));
	*out = col_int(s);
	return OK;
}

void bind_search(struct ctx *ctx, struct stmt *s, struct str text)
{
	char *lower = arena_strz(ctx->mem, text);

	for (size_t i = 0; i < text.n; i++)
		if (lower[i] >= 'A' && lower[i] <= 'Z')
			lower[i] = (char)(lower[i] + 32);
	bind_str(s, (struct str){ lower, text.n });
}
