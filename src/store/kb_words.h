/* store/kb_words.h: which chunks hold a word: the keyword index of knowledge bases.
 *
 * The words of a content are turned round before they are stored: a row per word, whose postings
 * tell in which of the content's chunks it stands, and how often. A text of 10 MB becomes 30,000
 * rows and not a million, and a search reads as many rows as the question has words.
 *
 * Rows leave with the chunks they are about, by foreign key.
 */
#ifndef STORE_KB_WORDS_H
#define STORE_KB_WORDS_H

#include "model/words.h"
#include "store/kb_contents.h"

/* -- writing ------------------------------------------------------------------------------------- */

struct kb_word {
	struct str stem;
	uint32_t weight;                     /* as model/words.h has it; not stored */
	struct str postings;
};

/* The words of one content, ready to be inserted. */
struct kb_words {
	struct list rows;                    /* of struct kb_word, by stem */
	const uint32_t *lengths;             /* of each chunk, in words */
	size_t n_chunks;
};

/* Reads the texts of one content's chunks, all of them and in order. Takes time, and touches no store.
 * The reader must be initialised, on whatever text, and is faster the more it has read. *out lives in
 * mem and borrows nothing. */
void words_of(struct arena *mem, struct word_reader *reader, const struct str *chunks, size_t n,
	      struct kb_words *out);

/* Once the content's chunks are inserted, in the same transaction. Of the content, only the ids of
 * itself, its base and its workspace are looked at. */
enum err words_insert(struct ctx *ctx, struct db_tx *tx, const struct kb_content *content,
		      const struct kb_words *words);

/* -- reading ------------------------------------------------------------------------------------- */

/* A row: what one content says about one word. */
struct kb_postings {
	int64_t first_seq;                   /* of the content's first chunk: names the content */
	struct str rest;                     /* not decoded yet; valid until the next row */
	uint64_t at;                         /* of the last one decoded */
};

struct posting {
	uint64_t at;                         /* the chunk: its index in the content */
	uint64_t count;                      /* how often the word stands there; never 0 */
};

/* Stands for every word: `at` is then the distance of the chunk's seq from first_seq, and `count` the
 * length of the chunk in words, perhaps 0. */
#define ANY_WORD S("")

/* What one base's contents say about a word, by first_seq. End with stmt_done. */
enum err words_scan(struct ctx *ctx, struct str workspace_id, struct str knowledge_base_id, struct str stem,
		    struct stmt *scan);
enum err words_next(struct ctx *ctx, struct stmt *scan, bool *row, struct kb_postings *out);
/* False at the end, and at what is no posting: then rest is not empty. */
bool posting_next(struct kb_postings *postings, struct posting *out);

#endif
