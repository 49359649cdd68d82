/* base/diff.h: what differs between two texts, line by line, in the unified form that patch reads.
 *
 * Threads: any.
 */
#ifndef BASE_DIFF_H
#define BASE_DIFF_H

#include "base/arena.h"

/* The way from one text to the other, under these names; "" when they are the same. In mem. */
struct str diff_unified(struct arena *mem, struct str from_name, struct str from, struct str to_name, struct str to);

#endif
