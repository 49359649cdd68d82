/* knowledge/scratch.c: anonymous memory, or the mapping of a file that has lost its name.
 *
 * The room is allocated on the disk before it is mapped. In a sparse file the first write to a
 * page that the disk has no room for would end the process with SIGBUS.
 */
#include "knowledge/scratch.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/log.h"

static const char *folder = "/var/tmp";

void scratch_setup(const char *path)
{
	folder = path;
}

static enum err no_room(struct ctx *ctx, size_t bytes, int reason)
{
	log_error("scratch.open", kv_z("folder", folder), kv_i("bytes", (int64_t)bytes), kv_z("reason", strerror(reason)));
	return fail(ctx, ERR_INTERNAL, "there is no room to work in");
}

static int open_nameless(void)
{
	char path[4096];
	int fd;

	if (snprintf(path, sizeof(path), "%s/.agentd-XXXXXX", folder) >= (int)sizeof(path))
		return errno = ENAMETOOLONG, -1;
	fd = mkostemp(path, O_CLOEXEC);
	if (fd >= 0)
		unlink(path);
	return fd;
}

/* NULL: errno tells why. */
static void *map_file(size_t bytes)
{
	int fd = open_nameless(), reason;
	void *p = MAP_FAILED;

	if (fd < 0)
		return NULL;
	errno = posix_fallocate(fd, 0, (off_t)bytes);
	if (errno == 0)
		p = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	reason = errno;
	close(fd);
	errno = reason;
	return p == MAP_FAILED ? NULL : p;
}

static void *map_memory(size_t bytes)
{
	void *p = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	return p == MAP_FAILED ? NULL : p;
}

enum err scratch_open(struct ctx *ctx, size_t bytes, struct scratch *out)
{
	void *p;

	if (bytes == 0) {
		*out = (struct scratch){ NULL, 0 };
		return OK;
	}
	p = bytes <= SCRATCH_IN_MEMORY_MAX ? map_memory(bytes) : map_file(bytes);
	if (!p)
		return no_room(ctx, bytes, errno);
	*out = (struct scratch){ p, bytes };
	return OK;
}

void scratch_close(struct scratch *s)
{
	if (s->p)
		munmap(s->p, s->bytes);
	*s = (struct scratch){ NULL, 0 };
}
