/* Any bytes, normalised and cut to sizes that the first two bytes choose: nothing is lost, nothing
 * is too long, and it ends. The same for passages of a document made of its lines. */
#include <stdlib.h>

#include "base/utf8.h"
#include "knowledge/chunk.h"
#include "knowledge/passage.h"

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

enum { PARTS_MAX = 64 };

/* Each line is a part; what stands before its first '|' is the context. */
static void check_passages(struct arena *mem, struct str text, enum document_kind kind)
{
	struct chunk_sizes sizes = { .max_chars = CHUNK_CHARS_MIN, .overlap_chars = CHUNK_CHARS_MIN / 4 };
	struct document_part parts[PARTS_MAX] = {0};
	struct document document = { .parts = { parts, 0 } };
	struct passages passages;
	struct passage passage;
	bool any = false, found = false;

	while (text.p && document.parts.n < PARTS_MAX) {
		struct document_part *part = &parts[document.parts.n++];

		part->text = str_cut(&text, '\n');
		if (str_index(part->text, '|') >= 0)
			part->context = str_cut(&part->text, '|');
		part->page = part->context.n % 3;
		any |= text_words(part->text) > 0;
	}
	passages = passages_of(mem, &document, kind, sizes);
	while (passage_next(&passages, &passage)) {
		found = true;
		REQUIRE(utf8_valid(passage.text) && text_words(passage.text) > 0);
		REQUIRE(utf8_count(passage.text) <= sizes.max_chars);
		REQUIRE(str_starts(passage.text, passage.heading));
	}
	REQUIRE(found == any);
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
	check_cut(text, (struct chunk_sizes){ .max_chars = 1 + (size_t)data[0], .overlap_chars = data[1] });
	check_cut(text, (struct chunk_sizes){ .max_chars = 1 + (size_t)data[0], .whole_lines = true });
	check_cut(text, chunk_sizes());
	check_passages(&mem, text, DOCUMENT_MARKDOWN);
	check_passages(&mem, text, DOCUMENT_CSV);
	arena_fini(&mem);
	return 0;
}
