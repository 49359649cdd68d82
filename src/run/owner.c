/* run/owner.c: open file description locks, which are held by the opened file and not, as the
 * older kind, by whichever thread happens to close it. */
#include "run/owner.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

#include "base/id.h"

/* Offsets of files are signed. */
#define NUMBER_MASK (UINT64_MAX >> 2)

static struct flock byte_at(uint64_t number)
{
	return (struct flock){ .l_type = F_WRLCK, .l_whence = SEEK_SET, .l_start = (off_t)number, .l_len = 1 };
}

enum err owner_init(struct ctx *ctx, const char *path, struct owner *out)
{
	struct flock byte;
	uint64_t number;
	int failed;

	random_bytes(&number, sizeof(number));
	number &= NUMBER_MASK;
	snprintf(out->name, sizeof(out->name), "%016llx", (unsigned long long)number);
	out->fd = -1;
	if (!path)
		return OK;
	out->fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	byte = byte_at(number);
	if (out->fd >= 0 && fcntl(out->fd, F_OFD_SETLK, &byte) == 0)
		return OK;
	failed = errno;
	owner_fini(out);
	return fail(ctx, ERR_INTERNAL, "cannot lock %s: %s", path, strerror(failed));
}

void owner_fini(struct owner *o)
{
	if (o->fd >= 0)
		close(o->fd);
	o->fd = -1;
}

static bool number_of(struct str name, uint64_t *out)
{
	static const char HEX[] = "0123456789abcdef";

	*out = 0;
	for (size_t i = 0; i < name.n; i++) {
		const char *digit = memchr(HEX, name.p[i], 16);

		if (!digit)
			return false;
		*out = *out << 4 | (uint64_t)(digit - HEX);
	}
	return name.n == 16;
}

bool owner_is_gone(const struct owner *self, struct str name)
{
	struct flock byte;
	uint64_t number;

	/* A file's own locks are no obstacle to itself. */
	if (self->fd < 0 || str_is(name, self->name) || !number_of(name, &number) || number > NUMBER_MASK)
		return false;
	byte = byte_at(number);
	return fcntl(self->fd, F_OFD_GETLK, &byte) == 0 && byte.l_type == F_UNLCK;
}
