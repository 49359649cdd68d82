/* repo/tree_folder.c: files of a folder as it is now.
 *
 * Each is opened relative to the folder it was found in, and no symbolic link is followed on the way, so
 * that whoever may write into the folder cannot have files shown that lie elsewhere.
 *
 * Whether a file is still the same is told by stat: times, size, and which file it is. The time of change cannot be
 * set by whoever writes, but it comes in grains: what was written to a moment ago may be again, without it telling.
 * So a file has a version only when that moment is over, as in git's index.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/clock.h"
#include "repo/tree_internal.h"

static void close_fd(int *fd)
{
	if (*fd >= 0)
		close(*fd);
}

/* Below the root, without a symbolic link or a way out of it. */
static int open_below(int root, const char *path, uint64_t flags)
{
	struct open_how how = { .flags = flags | O_CLOEXEC, .resolve = RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS };

	return (int)syscall(SYS_openat2, root, path, &how, sizeof(how));
}

static enum err open_root(struct ctx *ctx, const struct tree *tree, int *root)
{
	*root = open(tree->root, O_PATH | O_DIRECTORY | O_CLOEXEC);
	return *root >= 0 ? OK : fail(ctx, ERR_UPSTREAM, "the folder of agents cannot be read: %s", strerror(errno));
}

enum { GRAIN_S = 2 };                   /* the coarsest there is, FAT's */

struct listing {
	struct ctx *ctx;
	int root;
	int64_t began_s;
	struct tree_file *files;
	size_t n, cap;
};

static struct str version_of(struct listing *l, const struct stat *st)
{
	const int64_t told[] = {
		(int64_t)st->st_dev, (int64_t)st->st_ino, st->st_size, st->st_mtim.tv_sec, st->st_mtim.tv_nsec,
		st->st_ctim.tv_sec, st->st_ctim.tv_nsec,
	};

	if (l->began_s - st->st_ctim.tv_sec <= GRAIN_S)
		return (struct str){ NULL, 0 };
	return arena_str(l->ctx->mem, (struct str){ (const char *)told, sizeof(told) });
}

static void list_file(struct listing *l, struct str path, const struct stat *st)
{
	l->files = arena_more(l->ctx->mem, l->files, l->n, &l->cap, sizeof(*l->files));
	l->files[l->n++] = (struct tree_file){ .path = path, .size = st->st_size, .version = version_of(l, st) };
}

/* "folder/name", of which ten thousand are made for a list. */
static struct str join(struct arena *mem, struct str folder, struct str name)
{
	char *path = arena_alloc(mem, folder.n + 1 + name.n + 1);

	memcpy(path, folder.p, folder.n);
	path[folder.n] = '/';
	memcpy(path + folder.n + 1, name.p, name.n + 1);
	return (struct str){ path, folder.n + 1 + name.n };
}

static void close_folder(DIR **folder)
{
	if (*folder)
		closedir(*folder);
}

/* What cannot be opened is as good as not there. */
static void list_folder(struct listing *l, const char *path, int depth)
{
	int fd = open_below(l->root, path, O_RDONLY | O_DIRECTORY);
	AUTO(close_folder) DIR *folder = fd >= 0 ? fdopendir(fd) : NULL;
	struct dirent *entry;
	struct stat st;

	while (folder && l->n < TREE_FILES_MAX && (entry = readdir(folder))) {
		struct str below = join(l->ctx->mem, str_of(path), str_of(entry->d_name));

		if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0 ||
		    fstatat(fd, entry->d_name, &st, AT_SYMLINK_NOFOLLOW) != 0)
			continue;
		if (S_ISREG(st.st_mode))
			list_file(l, below, &st);
		else if (S_ISDIR(st.st_mode) && depth > 0)
			list_folder(l, below.p, depth - 1);
	}
}

static enum err list_below(struct ctx *ctx, const struct tree *tree, const char *folder, int depth, struct list *out)
{
	AUTO(close_fd) int root = -1;
	struct listing l = { .ctx = ctx, .began_s = now_us() / US_PER_SECOND };

	TRY(open_root(ctx, tree, &root));
	l.root = root;
	list_folder(&l, folder, depth < TREE_DEPTH_MAX ? depth : TREE_DEPTH_MAX);
	*out = (struct list){ l.files, l.n };
	return OK;
}

static struct str read_file(struct arena *mem, int root, const char *path, size_t max)
{
	AUTO(close_fd) int fd = open_below(root, path, O_RDONLY | O_NONBLOCK);
	struct str none = { NULL, 0 };
	struct stat st;
	size_t n = 0;
	ssize_t got;
	char *text;

	if (fd < 0 || fstat(fd, &st) != 0 || !S_ISREG(st.st_mode) || (uint64_t)st.st_size > max)
		return none;
	text = arena_alloc(mem, (size_t)st.st_size + 1);
	while (n < (size_t)st.st_size && (got = read(fd, text + n, (size_t)st.st_size - n)) > 0)
		n += (size_t)got;
	text[n] = '\0';
	return (struct str){ text, n };
}

static enum err read_below(struct ctx *ctx, const struct tree *tree, const struct tree_file *files, size_t n, size_t max,
			   struct str *texts)
{
	AUTO(close_fd) int root = -1;

	TRY(open_root(ctx, tree, &root));
	for (size_t i = 0; i < n; i++)
		texts[i] = read_file(ctx->mem, root, arena_strz(ctx->mem, files[i].path), max);
	return OK;
}

const struct tree_ops tree_folder_ops = { list_below, read_below };
