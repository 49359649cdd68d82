/* app/snapshot_commands.c: agentd import, agentd export. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "app/command.h"
#include "app/data.h"
#include "domain/snapshot.h"
#include "http/client.h"
#include "knowledge/scratch.h"

struct snapshot_options {
	struct str data, file;
	bool merge;
};

static void close_descriptor(int *fd)
{
	if (*fd >= 0)
		close(*fd);
}

/* -- import -------------------------------------------------------------------------------------- */

static const struct field import_fields[] = {
	{ F_STR("file", snapshot_options, file), .in = IN_PATH, .required = true, .min = 1, .example = "FILE",
	  .doc = "The snapshot." },
	{ F_BOOL("merge", snapshot_options, merge), .doc = "Into a store that holds workspaces already." },
	DATA_OPTION(snapshot_options),
};
const struct schema snapshot_import_options = SCHEMA(NULL, snapshot_options, import_fields);

static void unmap(struct str *text)
{
	if (text->p)
		munmap((void *)text->p, text->n);
}

/* Mapped, not read: a snapshot may be larger than memory. */
static enum err map_file(struct ctx *ctx, const char *path, struct str *out)
{
	AUTO(close_descriptor) int fd = open(path, O_RDONLY | O_CLOEXEC);
	struct stat st;
	void *p;

	if (fd < 0 || fstat(fd, &st) != 0)
		return fail(ctx, ERR_INVALID, "cannot read %s: %m", path);
	if (!S_ISREG(st.st_mode) || st.st_size == 0)
		return fail(ctx, ERR_INVALID, "%s is empty, or no plain file", path);
	p = mmap(NULL, (size_t)st.st_size, PROT_READ, MAP_PRIVATE, fd, 0);
	if (p == MAP_FAILED)
		return fail(ctx, ERR_INTERNAL, "cannot read %s: %m", path);
	*out = (struct str){ p, (size_t)st.st_size };
	return OK;
}

static void say(const char *what, const struct snapshot_count *counts, size_t n)
{
	for (size_t i = 0; i < n; i++)
		fprintf(stderr, "%s %.*s: %zu\n", what, STR(counts[i].list), counts[i].n);
}

enum err snapshot_import_run(struct ctx *ctx, const void *options)
{
	const struct snapshot_options *o = options;
	AUTO(unmap) struct str text = { NULL, 0 };
	struct snapshot_summary summary;
	enum err e;

	TRY(map_file(ctx, arena_strz(ctx->mem, o->file), &text));
	/* For the model that embeds, should it be one behind a server. */
	TRY(data_load_keys(ctx, o->data));
	TRY(http_client_setup(ctx, (struct str){ NULL, 0 }));
	scratch_setup(arena_strz(ctx->mem, o->data));
	e = snapshot_import(ctx, text, o->merge, &summary);
	if (e == ERR_CONFLICT && !o->merge)
		return fail(ctx, e, "%s; --merge adds to a store", arena_str(ctx->mem, str_of(ctx->why)).p);
	TRY(e);
	say("stored", summary.stored, summary.n_stored);
	say("no use yet for", summary.passed_over, summary.n_passed_over);
	return OK;
}

/* -- export -------------------------------------------------------------------------------------- */

static const struct field export_fields[] = {
	{ F_STR("file", snapshot_options, file), .in = IN_PATH, .min = 1, .example = "FILE",
	  .doc = "Where to write it; standard output if not given. A file that exists is not written over." },
	DATA_OPTION(snapshot_options),
};
const struct schema snapshot_export_options = SCHEMA(NULL, snapshot_options, export_fields);

static enum err write_piece(struct ctx *ctx, void *arg, struct str piece)
{
	const int *fd = arg;

	while (piece.n > 0) {
		ssize_t n = write(*fd, piece.p, piece.n);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return fail(ctx, ERR_INTERNAL, "cannot write the snapshot: %m");
		piece = str_from(piece, (size_t)n);
	}
	return OK;
}

static enum err export_to(struct ctx *ctx, int fd)
{
	return snapshot_export(ctx, &(struct snapshot_sink){ write_piece, &fd });
}

enum err snapshot_export_run(struct ctx *ctx, const void *options)
{
	const struct snapshot_options *o = options;
	const char *path = arena_strz(ctx->mem, o->file);
	AUTO(close_descriptor) int fd = -1;
	enum err e;

	if (!path)
		return export_to(ctx, STDOUT_FILENO);
	fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	if (fd < 0)
		return fail(ctx, ERR_INVALID, "cannot make %s: %m", path);
	e = export_to(ctx, fd);
	if (e == OK && fsync(fd) != 0)
		e = fail(ctx, ERR_INTERNAL, "cannot write %s: %m", path);
	if (e != OK)
		unlink(path);            /* half a snapshot is none */
	return e;
}
