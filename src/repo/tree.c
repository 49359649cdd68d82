/* repo/tree.c: the two kinds of source, behind one struct tree_ops each. */
#include "repo/tree.h"

#include "base/utf8.h"
#include "repo/tree_internal.h"

static const struct tree_ops *const KINDS[] = {
	[TREE_FOLDER] = &tree_folder_ops, [TREE_COMMIT] = &tree_commit_ops,
};

static int by_path(const void *a, const void *b)
{
	return str_cmp(((const struct tree_file *)a)->path, ((const struct tree_file *)b)->path);
}

/* A file whose name is no text has none that could be shown. */
static void drop_nameless(struct list *files)
{
	struct tree_file *items = files->items;
	size_t n = 0;

	for (size_t i = 0; i < files->n; i++)
		if (utf8_valid(items[i].path))
			items[n++] = items[i];
	files->n = n;
}

enum err tree_list(struct ctx *ctx, const struct tree *tree, const char *folder, int depth, struct list *out)
{
	TRY(KINDS[tree->kind]->list(ctx, tree, folder, depth, out));
	drop_nameless(out);
	if (out->n > 1)
		qsort(out->items, out->n, sizeof(struct tree_file), by_path);
	return OK;
}

enum err tree_read(struct ctx *ctx, const struct tree *tree, const struct tree_file *files, size_t n, size_t max,
		   struct str *texts)
{
	for (size_t i = 0; i < n; i++)
		texts[i] = (struct str){ NULL, 0 };
	return n ? KINDS[tree->kind]->read(ctx, tree, files, n, max, texts) : OK;
}

enum err tree_find(struct ctx *ctx, const struct tree *tree, struct str path, struct tree_file *out)
{
	struct str folder = path;
	struct list files;

	while (folder.n > 0 && folder.p[folder.n - 1] != '/')
		folder.n--;
	if (folder.n > 0)
		folder.n--;
	TRY(tree_list(ctx, tree, arena_strz(ctx->mem, folder), 0, &files));
	for (size_t i = 0; i < files.n; i++) {
		*out = *LIST_AT(files, struct tree_file, i);
		if (str_eq(out->path, path))
			return OK;
	}
	return fail(ctx, ERR_NOT_FOUND, "not-found");
}
