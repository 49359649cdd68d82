/* Any bytes, normalised and cut to sizes that the first two bytes choose: nothing is lost, nothing
 * is too long, and it ends. */
#include <stdlib.h>

#include "base/utf8.h"
#include "knowledge/chunk.h"

#define REQUIRE(condition) ((condition) ? (void)0 : abort())

static void check_chunk(struct str text, struct str chunk, size_t max_chars, size_t *done)
{
	size_t from = (size_t)(chunk.p - text.p);

	REQUIRE(chunk.p >= text.p && from + chunk.n <= text.n);
	REQUIRE(chunk.n > 0 && utf8_count(chunk) <= max_chars && text_words(chunk) > 0);
	REQUIRE(from <= *done || text_words((struct str){ text.p + *done, from - *done }) == 0);
	REQUIRE(from + chunk.n > *done);
	*done = from + chunk.n;
}

static void check_cut(struct str text, struct chunk_sizes sizes)
{
	struct chunker chunker = chunker_on(text, sizes);
	struct str chunk;
	size_t done = 0;

	while (chunk_next(&chunker, &chunk))
		check_chunk(text, chunk, sizes.max_chars, &done);
	REQUIRE(text_words(str_from(text, done)) == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	struct arena mem;
	struct str text;

	if (n < 2)
		return 0;
	arena_init(&mem, 4096);
	text = text_normalise(&mem, (struct str){ (const char *)data + 2, n - 2 });
	REQUIRE(utf8_valid(text));
	REQUIRE(str_eq(text_normalise(&mem, text), text));
	check_cut(text, (struct chunk_sizes){ 1 + (size_t)data[0], data[1] });
	check_cut(text, CHUNK_SIZES);
	arena_fini(&mem);
	return 0;
}
