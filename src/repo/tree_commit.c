/* repo/tree_commit.c: files of a commit, by `git ls-tree` and `git cat-file --batch`. */
#include "base/url.h"
#include "repo/git_internal.h"
#include "repo/tree_internal.h"

enum { LISTING_MAX = 64 << 20, CONTENTS_MAX = 256 << 20 };

/* -- listing --------------------------------------------------------------------------------------- */

static int depth_of(struct str path)
{
	int n = 0;

	for (size_t i = 0; i < path.n; i++)
		n += path.p[i] == '/';
	return n;
}

/* "100644 blob ID    SIZE<TAB>PATH". False: not a regular file, or not like that. */
static bool read_entry(struct str line, struct tree_file *out)
{
	struct str mode = str_cut(&line, ' '), type = str_cut(&line, ' '), id = str_cut(&line, ' ');
	struct str size = str_trim(str_cut(&line, '\t'));

	*out = (struct tree_file){ .path = line, .version = id };
	return line.p && line.n > 0 && str_starts(mode, S("100")) && str_is(type, "blob") && str_to_int(size, &out->size);
}

static enum err list_commit(struct ctx *ctx, const struct tree *tree, const char *folder, int depth, struct list *out)
{
	const char *commit = arena_strz(ctx->mem, tree->commit), *below = arena_printf(ctx->mem, "%s/", folder).p;
	const char *flat[] = { "--git-dir", tree->root, "ls-tree", "-z", "-l", commit, "--", below, NULL };
	const char *deep[] = { "--git-dir", tree->root, "ls-tree", "-z", "-l", "-r", commit, "--", below, NULL };
	struct git_command command = { .args = depth > 0 ? deep : flat, .output_max = LISTING_MAX, .timeout_ms = GIT_LOCAL_MS };
	int deepest = depth_of(str_of(folder)) + 1 + depth;
	struct tree_file *files = NULL, file;
	size_t n = 0, cap = 0;
	struct str listing, complaint;

	TRY(git_run(ctx, &command, &listing, &complaint));
	while (listing.p && n < TREE_FILES_MAX) {
		if (!read_entry(str_cut(&listing, '\0'), &file) || depth_of(file.path) > deepest)
			continue;
		files = arena_more(ctx->mem, files, n, &cap, sizeof(*files));
		files[n++] = file;
	}
	*out = (struct list){ files, n };
	return OK;
}

/* -- reading --------------------------------------------------------------------------------------- */

static struct str wanted_ids(struct ctx *ctx, const struct tree_file *files, size_t n, size_t max)
{
	struct buf ids = { .mem = ctx->mem };

	for (size_t i = 0; i < n; i++)
		if (files[i].size <= (int64_t)max)
			buf_printf(&ids, "%.*s\n", STR(files[i].version));
	return buf_view(&ids);
}

/* "ID blob SIZE<LF>" and the content and a line feed; or "ID missing<LF>". */
static struct str next_content(struct str *output)
{
	struct str head = str_cut(output, '\n'), content = { NULL, 0 };
	int64_t size;

	str_cut(&head, ' ');
	if (!str_is(str_cut(&head, ' '), "blob") || !str_to_int(head, &size) || size < 0 || !output->p ||
	    (uint64_t)size >= output->n)
		return content;
	content = (struct str){ output->p, (size_t)size };
	*output = str_from(*output, (size_t)size + 1);
	return content;
}

static enum err read_commit(struct ctx *ctx, const struct tree *tree, const struct tree_file *files, size_t n, size_t max,
			    struct str *texts)
{
	const char *args[] = { "--git-dir", tree->root, "cat-file", "--batch", NULL };
	struct git_command command = { .args = args, .input = wanted_ids(ctx, files, n, max), .output_max = CONTENTS_MAX,
				       .timeout_ms = GIT_LOCAL_MS };
	struct str output, complaint;

	TRY(git_run(ctx, &command, &output, &complaint));
	for (size_t i = 0; i < n; i++)
		if (files[i].size <= (int64_t)max)
			texts[i] = next_content(&output);
	return OK;
}

const struct tree_ops tree_commit_ops = { list_commit, read_commit };
