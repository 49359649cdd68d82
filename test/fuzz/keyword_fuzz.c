/* Any bytes as chunks to index, and as rows and postings to read: what was put in comes out, and what was not
 * put in comes to an end. The chunks are what NUL bytes divide the input into. */
#include <stdlib.h>

#include "store/kb_words.h"

#define REQUIRE(condition) ((condition) ? (void)0 : abort())

enum { CHUNKS_MAX = 300, WORDS_CHECKED = 200 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

static size_t cut(struct str text, struct str chunks[static CHUNKS_MAX])
{
	size_t n = 0;

	while (text.p && n < CHUNKS_MAX)
		chunks[n++] = str_cut(&text, '\0');
	return n;
}

/* What all postings of all words add up to are the chunks' lengths. */
static void check(struct arena *mem, const struct kb_words *words)
{
	uint64_t *sums = arena_array(mem, words->n_chunks, sizeof(*sums));

	for (size_t i = 0; i < words->rows.n; i++) {
		const struct kb_word *word = LIST_AT(words->rows, struct kb_word, i);
		struct kb_postings postings = { .rest = word->postings };
		struct posting p;

		REQUIRE(word->stem.n > 0 && word->postings.n > 0);
		REQUIRE(i == 0 || str_cmp(LIST_AT(words->rows, struct kb_word, i - 1)->stem, word->stem) < 0);
		while (posting_next(&postings, &p)) {
			REQUIRE(p.at < words->n_chunks && p.count > 0);
			sums[p.at] += p.count;
		}
		REQUIRE(postings.rest.n == 0);
	}
	for (size_t i = 0; i < words->n_chunks; i++)
		REQUIRE(sums[i] == words->lengths[i]);
}

/* Every word is found in one row, with its postings. */
static void check_rows(struct arena *mem, const struct kb_words *words)
{
	struct list rows;

	words_pack(mem, words, &rows);
	for (size_t i = 0; i < words->rows.n; i++) {
		const struct kb_word *word = LIST_AT(words->rows, struct kb_word, i);
		size_t n_found = 0;

		for (size_t k = 0; k < rows.n; k++) {
			struct str postings;
			bool damaged;

			if (words_find(LIST_AT(rows, struct kb_bucket, k)->words, word->stem, &postings, &damaged))
				n_found += str_eq(postings, word->postings);
			REQUIRE(!damaged);
		}
		REQUIRE(n_found == 1);
	}
}

static void read_any(struct str bytes)
{
	struct kb_postings postings = { .rest = bytes };
	struct str found;
	bool damaged;
	struct posting p;
	size_t left = bytes.n + 1;

	for (; posting_next(&postings, &p); left = postings.rest.n)
		REQUIRE(postings.rest.n + 2 <= left + 1);
	REQUIRE(postings.rest.n <= bytes.n);
	if (words_find(bytes, S("a"), &found, &damaged))
		REQUIRE(found.p >= bytes.p && found.p + found.n <= bytes.p + bytes.n);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	AUTO(arena_fini) struct arena mem = { .block_bytes = 4096 };
	AUTO(word_reader_fini) struct word_reader reader;
	struct str chunks[CHUNKS_MAX], input = { (const char *)data, n };
	struct kb_words words;

	read_any(input);
	word_reader_init(&reader, S(""));
	words_of(&mem, &reader, chunks, cut(input, chunks), &words);
	check(&mem, &words);
	if (words.rows.n <= WORDS_CHECKED)
		check_rows(&mem, &words);
	return 0;
}
