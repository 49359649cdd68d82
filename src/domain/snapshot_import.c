/* domain/snapshot_import.c: find the lists, embed what has to be embedded, store everything at once.
 *
 * The lists may stand in any order; they are stored in that of snapshot_lists. The text is walked, never
 * parsed as a whole: a row is read, stored, and forgotten.
 */
#include "domain/snapshot_internal.h"
#include "json/outline.h"
#include "store/workspaces.h"

enum { VERSION = 1 };

/* -- the document ------------------------------------------------------------------------------------------ */

struct document {
	struct {
		struct str name, rows;
	} lists[SNAPSHOT_LISTS_MAX];
	size_t n;
};

static enum err add_list(struct ctx *ctx, struct document *d, struct str name, struct str rows)
{
	for (size_t i = 0; i < d->n; i++)
		if (str_eq(d->lists[i].name, name))
			return fail(ctx, ERR_INVALID, "%.*s stands there twice", STR(name));
	if (d->n == SNAPSHOT_LISTS_MAX)
		return fail(ctx, ERR_INVALID, "more than %d lists", SNAPSHOT_LISTS_MAX);
	d->lists[d->n].name = name;
	d->lists[d->n++].rows = rows;
	return OK;
}

static enum err check_version(struct ctx *ctx, struct str value)
{
	int64_t version;

	if (!str_to_int(value, &version) || version < 1 || version > VERSION)
		return fail(ctx, ERR_INVALID, "a snapshot of version %.*s, which is not known here", STR(value));
	return OK;
}

/* Members that are no lists tell nothing to us, but for our own version. */
static enum err read_document(struct ctx *ctx, struct str text, struct document *out)
{
	struct outline outline;
	struct str key, value;
	bool more;

	*out = (struct document){0};
	TRY(outline_open(ctx, text, &outline));
	if (outline.end != '}')
		return fail(ctx, ERR_INVALID, "a snapshot is a JSON object");
	for (;;) {
		TRY(outline_next(ctx, &outline, &more, &key, &value));
		if (!more)
			return OK;
		if (value.p[0] == '[')
			TRY(add_list(ctx, out, key, value));
		else if (str_is(key, "snapshotVersion"))
			TRY(check_version(ctx, value));
	}
}

/* Absent: the document has no such list. */
static struct str rows_of(const struct document *d, struct str name)
{
	for (size_t i = 0; i < d->n; i++)
		if (str_eq(d->lists[i].name, name))
			return d->lists[i].rows;
	return (struct str){ NULL, 0 };
}

/* -- rows ----------------------------------------------------------------------------------------------------- */

static void write_path(struct buf *out, const struct path_step *path)
{
	if (!path)
		return;
	write_path(out, path->up);
	if (path->name.p)
		buf_printf(out, "%s%.*s", path->up ? "." : "", STR(path->name));
	else
		buf_printf(out, "[%zu]", path->index);
}

enum err snapshot_row_read(struct ctx *ctx, const struct schema *schema, struct str text, void *out)
{
	struct issues issues, *before = ctx->issues;
	struct buf where = { .mem = ctx->mem };
	const struct json *row;
	enum err e;

	TRY(json_parse(ctx, text, JSON_STRICT, &row));
	issues.n = 0;
	ctx->issues = &issues;
	e = schema_read(ctx, schema, row, READ_IMPORT, out);
	ctx->issues = before;
	if (e != ERR_INVALID)
		return e;
	write_path(&where, issues.items[0].path);
	return fail(ctx, e, "%.*s%s%.*s", STR(buf_view(&where)), where.n ? " " : "", STR(issues.items[0].message));
}

struct import {
	const struct document *document;
	bool merge;
	struct chunk_import *chunks;
	struct snapshot_summary *summary;
};

static enum err import_row(struct ctx *ctx, struct db_tx *tx, const struct import *in, const struct snapshot_list *list,
			   struct str text)
{
	AUTO(arena_rewind) struct arena_mark mark = arena_mark(ctx->mem);
	void *row = arena_zalloc(ctx->mem, list->row->size);

	TRY(snapshot_row_read(ctx, list->row, text, row));
	return list->put(ctx, tx, in->chunks, row);
}

static enum err import_list(struct ctx *ctx, struct db_tx *tx, const struct import *in,
			    const struct snapshot_list *list, size_t *n)
{
	struct outline outline;
	struct str row;
	bool more;
	enum err e;

	TRY(outline_open(ctx, rows_of(in->document, str_of(list->name)), &outline));
	for (*n = 0;; ++*n) {
		TRY(outline_next(ctx, &outline, &more, NULL, &row));
		if (!more)
			return OK;
		e = import_row(ctx, tx, in, list, row);
		if (e != OK)
			return fail(ctx, e, "%s[%zu]: %s", list->name, *n, arena_str(ctx->mem, str_of(ctx->why)).p);
	}
}

static void count(struct snapshot_count *counts, size_t *n_counts, struct str name, size_t n)
{
	counts[(*n_counts)++] = (struct snapshot_count){ name, n };
}

static enum err import_all(struct ctx *ctx, struct db_tx *tx, void *arg)
{
	const struct import *in = arg;
	struct snapshot_summary *s = in->summary;
	bool taken;
	size_t n;

	TRY(workspaces_exist(ctx, &taken));
	if (taken && !in->merge)
		return fail(ctx, ERR_CONFLICT, "this store has workspaces already");
	for (size_t i = 0; i < n_snapshot_lists; i++) {
		const struct snapshot_list *list = &snapshot_lists[i];

		if (!rows_of(in->document, str_of(list->name)).p)
			continue;
		TRY(import_list(ctx, tx, in, list, &n));
		if (list->table)
			count(s->stored, &s->n_stored, str_of(list->name), n);
	}
	return chunk_import_end(ctx, tx, in->chunks);
}

/* -- what is of no use ---------------------------------------------------------------------------------------- */

static bool is_known(struct str name)
{
	for (size_t i = 0; i < n_snapshot_lists; i++)
		if (str_is(name, snapshot_lists[i].name))
			return true;
	return false;
}

static enum err pass_over(struct ctx *ctx, const struct document *d, struct snapshot_summary *s)
{
	size_t n;

	for (size_t i = 0; i < d->n; i++) {
		if (is_known(d->lists[i].name))
			continue;
		TRY(outline_count(ctx, d->lists[i].rows, &n));
		if (n > 0)
			count(s->passed_over, &s->n_passed_over, d->lists[i].name, n);
	}
	return OK;
}

enum err snapshot_import(struct ctx *ctx, struct str text, bool merge, struct snapshot_summary *out)
{
	AUTO(chunk_import_fini) struct chunk_import chunks = {0};
	struct document document;
	struct import import = { .document = &document, .merge = merge, .chunks = &chunks, .summary = out };

	*out = (struct snapshot_summary){0};
	TRY(read_document(ctx, text, &document));
	TRY(pass_over(ctx, &document, out));
	TRY(chunk_import_prepare(ctx, rows_of(&document, S("knowledgeChunks")), &chunks));
	return db_write(ctx, import_all, &import);
}
