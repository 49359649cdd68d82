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

void bind_known(struct stmt *s, int64_t n)
{
	if (n == NO_INT)
		bind_null(s);
	else
		bind_int(s, n);
}

int64_t col_known(struct stmt *s)
{
	bool unknown = col_is_null(s);
	int64_t n = col_int(s);

	return unknown ? NO_INT : n;
}

enum err rows_all(struct ctx *ctx, struct stmt *s, row_reader *read, size_t bytes, struct list *out)
{
	char *items = NULL;
	size_t n = 0, cap = 0;
	bool row;

	for (;;) {
		TRY(stmt_step(ctx, s, &row));
		if (!row)
			break;
		items = arena_more(ctx->mem, items, n, &cap, bytes);
		TRY(read(ctx, s, memset(items + n++ * bytes, 0, bytes)));
	}
	*out = (struct list){ items, n };
	return OK;
}

static enum err visit_row(struct ctx *ctx, struct stmt *s, row_reader *read, size_t bytes, row_visit *visit, void *arg)
{
	AUTO(arena_rewind) struct arena_mark mark = arena_mark(ctx->mem);
	void *row = arena_zalloc(ctx->mem, bytes);

	TRY(read(ctx, s, row));
	return visit(ctx, row, arg);
}

enum err rows_visit(struct ctx *ctx, const struct table_rows *rows, size_t bytes, row_visit *visit, void *arg)
{
	AUTO(stmt_done) struct stmt s = {0};
	bool row;

	TRY(stmt_read(ctx, rows->all, &s));
	for (;;) {
		TRY(stmt_step(ctx, &s, &row));
		if (!row)
			return OK;
		TRY(visit_row(ctx, &s, rows->read, bytes, visit, arg));
	}
}
