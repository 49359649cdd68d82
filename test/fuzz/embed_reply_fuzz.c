/* Whatever an embedding server answers, what is taken for vectors are vectors of unit length, and as
 * many as asked for. The first byte says how many texts and dimensions; 0 dimensions: find out. */
#include <assert.h>
#include <math.h>
#include <stdlib.h>

#include "model/embed_internal.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_unit_length(const float *vector, size_t dimensions)
{
	double squares = 0;

	for (size_t i = 0; i < dimensions; i++)
		squares += (double)vector[i] * (double)vector[i];
	assert(fabs(squares - 1) < 1e-3);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	AUTO(arena_fini) struct arena mem = { .block_bytes = 4096 };
	struct ctx ctx = { .mem = &mem };
	size_t n, dimensions;
	int64_t tokens;
	float *out;

	if (size == 0)
		return 0;
	n = 1 + data[0] % 4;
	dimensions = data[0] / 4 % 4;
	/* Not in the arena: a write behind it shall be noticed. */
	out = xcalloc(n * (dimensions ? dimensions : EMBED_DIMENSIONS_MAX), sizeof(*out));
	if (embed_reply_read(&ctx, (struct str){ (const char *)data + 1, size - 1 }, n, &dimensions, out, &tokens) == OK) {
		assert(tokens >= -1 && dimensions >= 1 && dimensions <= EMBED_DIMENSIONS_MAX);
		for (size_t i = 0; i < n; i++)
			check_unit_length(out + i * dimensions, dimensions);
	}
	free(out);
	return 0;
}
