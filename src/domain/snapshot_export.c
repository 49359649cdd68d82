/* domain/snapshot_export.c: list by list, a row a line. */
#include "domain/snapshot_internal.h"

/* Handed on when there is so much of it. */
enum { PIECE_BYTES = 256 << 10 };

struct export {
	const struct snapshot_sink *sink;
	const struct snapshot_list *list;    /* the one in hand */
	struct buf out;                      /* malloc'ed: rows rewind the arena */
	bool row_before;
};

static enum err hand_on(struct ctx *ctx, struct export *e)
{
	TRY(e->sink->write(ctx, e->sink->arg, buf_view(&e->out)));
	e->out.n = 0;
	return OK;
}

static enum err export_row(struct ctx *ctx, const void *row, void *arg)
{
	struct export *e = arg;
	struct json_writer w = { .out = &e->out };

	buf_z(&e->out, e->row_before ? ",\n" : "\n");
	e->row_before = true;
	schema_write(&w, e->list->row, row, WRITE_EXPORT);
	return e->out.n < PIECE_BYTES ? OK : hand_on(ctx, e);
}

static enum err export_list(struct ctx *ctx, struct export *e)
{
	buf_printf(&e->out, ",\n\"%s\":[", e->list->name);
	e->row_before = false;
	TRY(rows_visit(ctx, e->list->table, e->list->row->size, export_row, e));
	buf_z(&e->out, "]");
	return OK;
}

static enum err export_lists(struct ctx *ctx, struct export *e)
{
	buf_z(&e->out, "{\"snapshotVersion\":1");
	for (size_t i = 0; i < n_snapshot_lists; i++) {
		e->list = &snapshot_lists[i];
		if (e->list->table)
			TRY(export_list(ctx, e));
	}
	buf_z(&e->out, "}\n");
	return hand_on(ctx, e);
}

enum err snapshot_export(struct ctx *ctx, const struct snapshot_sink *sink)
{
	struct export e = { .sink = sink };
	enum err failed = db_snapshot_begin(ctx);

	if (failed == OK)
		failed = export_lists(ctx, &e);
	db_snapshot_end(ctx);
	buf_fini(&e.out);
	return failed;
}
