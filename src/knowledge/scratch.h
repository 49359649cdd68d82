/* knowledge/scratch.h: memory for the vectors of one upload, which may be hundreds of megabytes.
 *
 * They are written once and read once, so a large upload need not keep them in memory: they lie in
 * a file without a name, which the kernel writes out when memory is short and forgets when the
 * process ends, however it ends. A small upload never touches the disk.
 * Threads: any.
 */
#ifndef KNOWLEDGE_SCRATCH_H
#define KNOWLEDGE_SCRATCH_H

#include "base/ctx.h"

enum { SCRATCH_IN_MEMORY_MAX = 16 << 20 };

struct scratch {
	void *p;                             /* zeroed, and aligned for anything */
	size_t bytes;
};

/* Where the files lie: a folder on a real disk. Once, before the first request; /var/tmp else. Borrowed. */
void scratch_setup(const char *folder);

/* ERR_INTERNAL: there is no room on the disk, or no such folder; logged. End with scratch_close. */
enum err scratch_open(struct ctx *ctx, size_t bytes, struct scratch *out);
void scratch_close(struct scratch *s);       /* zeroed or closed already is fine */

#endif
