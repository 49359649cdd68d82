/* knowledge/scan.h: a question's numbers times those of many codes, as fast as memory gives them.
 *
 * One kernel per instruction set; all give the same integers. Which ones this machine can run is found
 * out once.
 * Threads: any.
 */
#ifndef KNOWLEDGE_SCAN_H
#define KNOWLEDGE_SCAN_H

#include "knowledge/quant.h"

struct scan_kernel {
	const char *name;
	bool (*runs_here)(void);
	/* products[i]: of that part of row i, of n that lie q->stride apart, aligned to CODE_ALIGN. */
	void (*products)(const struct code_question *q, const struct code_part *part, const uint8_t *rows, size_t n,
			 int64_t *products);
};

/* The fastest first, NULL at the end. */
extern const struct scan_kernel *const scan_kernels[];

/* The fastest that runs here. */
const struct scan_kernel *scan_kernel(void);

#endif
