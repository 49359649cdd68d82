/* run/owner.h: who is alive among the processes that carry out runs on one store.
 *
 * Each owner draws a number and locks the byte at that offset of a file they share. The kernel
 * takes the lock back when a process ends, however it ends, and tells everyone who asks; nothing
 * is left to clean up, and no clock is trusted. It works among the processes of one machine;
 * of an owner that cannot be asked about, the lease alone tells.
 */
#ifndef RUN_OWNER_H
#define RUN_OWNER_H

#include "base/ctx.h"

enum { OWNER_NAME_BYTES = 20 };

struct owner {
	int fd;                              /* -1: no file */
	char name[OWNER_NAME_BYTES];         /* what stands in leases */
};

/* path: the file, made when it is missing; NULL: none. ERR_INTERNAL: it cannot be locked. */
enum err owner_init(struct ctx *ctx, const char *path, struct owner *out);
void owner_fini(struct owner *o);                       /* others now see it gone */

/* True only if that owner's process has certainly ended. */
bool owner_is_gone(const struct owner *self, struct str name);

#endif
