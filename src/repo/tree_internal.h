/* repo/tree_internal.h: what a kind of source can do. */
#ifndef REPO_TREE_INTERNAL_H
#define REPO_TREE_INTERNAL_H

#include <stdlib.h>

#include "repo/tree.h"

struct tree_ops {
	enum err (*list)(struct ctx *ctx, const struct tree *tree, const char *folder, int depth, struct list *out);
	/* texts are all absent before. */
	enum err (*read)(struct ctx *ctx, const struct tree *tree, const struct tree_file *files, size_t n, size_t max,
			 struct str *texts);
};

extern const struct tree_ops tree_folder_ops, tree_commit_ops;

#endif
