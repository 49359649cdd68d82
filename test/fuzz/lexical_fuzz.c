/* Any bytes as text to embed: a vector of length one or zero, the same each time. */
#include <math.h>
#include <stdlib.h>

#include "model/lexical.h"

#define REQUIRE(condition) ((condition) ? (void)0 : abort())

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	struct str text = { (const char *)data, n };
	float once[LEXICAL_DIMENSIONS], again[LEXICAL_DIMENSIONS];
	double squares = 0;

	lexical_embed(text, once);
	lexical_embed(text, again);
	REQUIRE(memcmp(once, again, sizeof(once)) == 0);
	for (size_t i = 0; i < LEXICAL_DIMENSIONS; i++)
		squares += (double)once[i] * (double)once[i];
	REQUIRE(squares == 0 || fabs(squares - 1) < 1e-4);
	REQUIRE(lexical_similarity(squares) == (squares == 0 ? 0 : 1));
	return 0;
}
