/* repo/tree.h: the files of a source at one moment: a commit of a bare repository, or a folder.
 *
 * Paths are relative to the root, with slashes between. Git is asked by its own program, so that
 * nothing of a repository is parsed in this process; what it says is checked nevertheless. A
 * folder is read as it is now, never outside of itself: symbolic links are passed over.
 * Threads: any, each with its own ctx.
 */
#ifndef REPO_TREE_H
#define REPO_TREE_H

#include "json/field.h"

struct tree {
	enum { TREE_FOLDER, TREE_COMMIT } kind;
	const char *root;                    /* the folder, or the bare repository */
	struct str commit;                   /* of TREE_COMMIT: its id in hex */
};

enum { TREE_FILES_MAX = 100 * 1000, TREE_DEPTH_MAX = 16 };

struct tree_file {
	struct str path;
	struct str version;                  /* bytes that change when the content does: a blob's id, or what stat tells;
					      * absent: the content may change once more before stat tells */
	int64_t size;
};

/* Regular files of a folder ("agents/cargo-ai") whose names are UTF-8, by path in byte order; with depth > 0
 * those of so many levels below it too. A folder that does not exist has none. *out: of struct tree_file, in
 * ctx->mem. ERR_UPSTREAM: it cannot be read; the text is for the users of the source. */
enum err tree_list(struct ctx *ctx, const struct tree *tree, const char *folder, int depth, struct list *out);

/* The contents of n files, at most `max` bytes each: texts[i] is absent for one that is larger or gone
 * since it was listed. In ctx->mem. */
enum err tree_read(struct ctx *ctx, const struct tree *tree, const struct tree_file *files, size_t n, size_t max,
		   struct str *texts);

/* The file of a path; ERR_NOT_FOUND: there is none. */
enum err tree_find(struct ctx *ctx, const struct tree *tree, struct str path, struct tree_file *out);

#endif
