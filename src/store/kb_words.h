/* store/kb_words.h: which chunks hold a word: the keyword index of knowledge bases.
 *
 * The words of a content are turned round before they are stored: a word's postings tell in which of
 * the content's chunks it stands, and how often. Words share rows, those whose hashes begin alike:
 * so no text has more than a few thousand rows, be it a million different words, and a search reads
 * about as many as the question has words and the base has contents.
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

/* A row to be: the words of one content that share a bucket. */
struct kb_bucket {
	int64_t number;
	struct str words;
};

/* *out: of struct kb_bucket, by number, in mem; borrows nothing. */
void words_pack(struct arena *mem, const struct kb_words *words, struct list *out);

/* A base has a lexicon, which is its short name here, from its first words on, and even before its own row. */
enum err words_lexicon(struct ctx *ctx, struct db_tx *tx, struct str workspace_id, struct str knowledge_base_id,
		       int64_t *out);
/* first_seq: of the content's chunks, which its row must tell already. */
enum err words_insert(struct ctx *ctx, struct db_tx *tx, int64_t lexicon_id, int64_t first_seq,
		      const struct kb_bucket *bucket);

/* -- reading ------------------------------------------------------------------------------------- */

/* What one content says about one word. */
struct kb_postings {
	int64_t first_seq;                   /* of the content's first chunk: names the content */
	struct str rest;                     /* not decoded yet; valid until the next row */
	uint64_t at;                         /* of the last one decoded */
};

struct posting {
	uint64_t at;                         /* the chunk: its index in the content */
	uint64_t count;                      /* how often the word stands there; never 0 */
};

/* Stands for every word: `count` is then the length of the chunk in words, perhaps 0. */
#define ANY_WORD S("")

struct words_scan {
	struct stmt rows;
	struct str stem;
};

/* What the contents of one base, and those that are on their way into it or out of it, say about a word, by
 * first_seq. End with words_done. */
enum err words_scan(struct ctx *ctx, struct str workspace_id, struct str knowledge_base_id, struct str stem,
		    struct words_scan *out);
/* ERR_INTERNAL: a row is damaged. */
enum err words_next(struct ctx *ctx, struct words_scan *scan, bool *row, struct kb_postings *out);
void words_done(struct words_scan *scan);    /* zeroed is fine */
/* Looks for a word in a row's words. False: it is not there, or *damaged. */
bool words_find(struct str words, struct str stem, struct str *postings, bool *damaged);
/* False at the end, and at what is no posting: then rest is not empty. */
bool posting_next(struct kb_postings *postings, struct posting *out);

#endif
