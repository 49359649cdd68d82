/* model/words.c: reading words out of text.
 *
 * Almost all text is ASCII, and there a word costs one table look-up per byte; everything else
 * goes through utf8proc one character at a time. The tables of common and irregular words are
 * made once, out of the lists in words_english.c, by the same stemming every text goes through.
 *
 * Hashes and weights end up in stored vectors: a change to anything here is a change of model.
 */
#include "model/words_internal.h"

#include <libstemmer.h>
#include <pthread.h>
#include <stdlib.h>
#include <utf8proc.h>

#include "base/arena.h"
#include "base/log.h"
#include "base/utf8.h"

/* --- hashing ------------------------------------------------------------------------------ */

/* The finishing step of splitmix64. */
uint64_t hash_mix(uint64_t x)
{
	x = (x ^ x >> 30) * UINT64_C(0xBF58476D1CE4E5B9);
	x = (x ^ x >> 27) * UINT64_C(0x94D049BB133111EB);
	return x ^ x >> 31;
}

/* FNV-1a, mixed, since its low bits alone are poor. */
uint64_t hash_bytes(struct str s)
{
	return hash_mix(str_hash(STR_HASH_NONE, s));
}

/* --- folding ------------------------------------------------------------------------------ */

/* What a character does to the word before it. */
enum role { BREAKS, JOINS, STANDS_ALONE };

struct folded {
	enum role role;
	size_t n;
	char bytes[UTF8_MAX_BYTES * 8];
};

/* By the distance from '0'. */
static const char FOLDED[] =
	"0123456789\0\0\0\0\0\0\0abcdefghijklmnopqrstuvwxyz\0\0\0\0\0\0abcdefghijklmnopqrstuvwxyz";

/* 0 for what is neither letter nor digit. */
static char fold_ascii(char c)
{
	unsigned distance = (unsigned)(unsigned char)c - '0';

	return distance < sizeof(FOLDED) ? FOLDED[distance] : '\0';
}

/* Chinese, Japanese: no spaces between words, so each character is one. */
static bool is_ideograph(uint32_t c)
{
	return (c >= 0x3040 && c <= 0x30FF) || (c >= 0x3400 && c <= 0x4DBF) || (c >= 0x4E00 && c <= 0x9FFF) ||
	       (c >= 0xF900 && c <= 0xFAFF) || (c >= 0x20000 && c <= 0x3FFFF);
}

static enum role role_of(uint32_t c)
{
	if (c == 0x200B) /* zero width space */
		return BREAKS;
	switch (utf8proc_category((utf8proc_int32_t)c)) {
	case UTF8PROC_CATEGORY_CF: /* soft hyphens, joiners: folded to nothing */
	case UTF8PROC_CATEGORY_LU:
	case UTF8PROC_CATEGORY_LL:
	case UTF8PROC_CATEGORY_LT:
	case UTF8PROC_CATEGORY_LM:
	case UTF8PROC_CATEGORY_LO:
	case UTF8PROC_CATEGORY_MN:
	case UTF8PROC_CATEGORY_MC:
	case UTF8PROC_CATEGORY_ND:
	case UTF8PROC_CATEGORY_NL:
	case UTF8PROC_CATEGORY_NO:
		return is_ideograph(c) ? STANDS_ALONE : JOINS;
	default:
		return BREAKS;
	}
}

/* Case, accents and presentation forms away: one character may become several, or none. */
static void fold(uint32_t c, struct folded *out)
{
	utf8proc_option_t how = UTF8PROC_COMPAT | UTF8PROC_DECOMPOSE | UTF8PROC_CASEFOLD | UTF8PROC_STRIPMARK |
				UTF8PROC_IGNORE;
	utf8proc_int32_t parts[8];
	utf8proc_ssize_t n;
	int boundary = 0;

	*out = (struct folded){ .role = role_of(c) };
	if (out->role == BREAKS)
		return;
	n = utf8proc_decompose_char((utf8proc_int32_t)c, parts, COUNT_OF(parts), how, &boundary);
	/* A few ligatures come apart into whole phrases; those are rather left as they are. */
	if (n > (utf8proc_ssize_t)COUNT_OF(parts))
		parts[0] = (utf8proc_int32_t)c, n = 1;
	for (utf8proc_ssize_t i = 0; i < n; i++)
		out->n += utf8_put(out->bytes + out->n, (uint32_t)parts[i]);
}

/* "4,000" is one number and "2.5" another: a point between digits joins, a comma goes away. `rest`
 * begins with either. */
static bool digits_around(const struct word_reader *r, size_t used, struct str rest)
{
	return used && is_digit(r->folded[used - 1]) && rest.n > 1 && is_digit(rest.p[1]);
}

/* Takes ASCII letters and digits off the rest into the word; returns how many bytes it now has. */
static size_t read_ascii(struct word_reader *r, size_t used)
{
	struct str rest = r->rest;
	size_t i = 0;

	for (; i < rest.n && used < WORD_MAX_BYTES; i++) {
		char c = fold_ascii(rest.p[i]);

		if (c)
			r->folded[used++] = c;
		else if ((rest.p[i] != '.' && rest.p[i] != ',') || !digits_around(r, used, str_from(rest, i)))
			break;
		else if (rest.p[i] == '.')
			r->folded[used++] = '.';
	}
	r->rest = str_from(rest, i);
	return used;
}

/* The next word, folded, into r->folded; 0 at the end of the text. */
static size_t read_word(struct word_reader *r)
{
	struct folded next;
	struct str after;
	size_t used = 0;
	uint32_t c;

	for (;;) {
		used = read_ascii(r, used);
		if (used == WORD_MAX_BYTES || r->rest.n == 0)
			return used;
		if (!(r->rest.p[0] & 0x80)) {
			r->rest = str_from(r->rest, 1);
			if (used)
				return used;
			continue;
		}
		after = r->rest;
		(void)utf8_next(&after, &c);
		fold(c, &next);
		if (used && (next.role != JOINS || used + next.n > WORD_MAX_BYTES)) {
			/* What stands alone begins a word of its own; what breaks is never looked at again. */
			if (next.role == BREAKS)
				r->rest = after;
			return used;
		}
		r->rest = after;
		memcpy(r->folded + used, next.bytes, next.n);
		used += next.n;
		if (next.role == STANDS_ALONE && used)
			return used;
	}
}

/* --- what is known of English --------------------------------------------------------------- */

/* Two open-addressing tables over hashes, written once and only read from then on. A hash of 0 is
 * a free place. */
enum { COMMON_SLOTS = 8192, IRREGULAR_SLOTS = 512 };

static struct common {
	uint64_t hash : 56;          /* of the stem */
	uint64_t class_ : 8;         /* in WORD_CLASSES */
} common[COMMON_SLOTS];

static struct irregular {
	uint64_t hash;               /* of the form */
	struct str base;
} irregulars[IRREGULAR_SLOTS];

static pthread_once_t english_once = PTHREAD_ONCE_INIT;

static struct common *common_slot(uint64_t hash)
{
	size_t i = hash % COMMON_SLOTS;

	hash &= UINT64_MAX >> 8;
	while (common[i].hash && common[i].hash != hash)
		i = (i + 1) % COMMON_SLOTS;
	return &common[i];
}

static struct irregular *irregular_slot(uint64_t hash)
{
	size_t i = hash % IRREGULAR_SLOTS;

	while (irregulars[i].hash && irregulars[i].hash != hash)
		i = (i + 1) % IRREGULAR_SLOTS;
	return &irregulars[i];
}

/* As everywhere: without memory the process ends, rather than give one text two vectors. */
static void out_of_memory(void)
{
	log_error("memory.exhausted", kv_z("for", "stemmer"));
	abort();
}

static struct sb_stemmer *new_stemmer(void)
{
	struct sb_stemmer *stemmer = sb_stemmer_new("english", NULL);

	if (!stemmer)
		out_of_memory();
	return stemmer;
}

/* Endings are English's; a word of other letters, or with a digit in it, keeps its own. */
static bool may_stem(struct str word)
{
	for (size_t i = 0; i < word.n; i++)
		if (word.p[i] < 'a' || word.p[i] > 'z')
			return false;
	return word.n > 2;
}

static struct str stem(struct sb_stemmer *stemmer, struct str word)
{
	const struct irregular *irregular;
	const sb_symbol *p;

	if (!may_stem(word))
		return word;
	irregular = irregular_slot(hash_bytes(word));
	if (irregular->hash)
		word = irregular->base;
	p = sb_stemmer_stem(stemmer, (const sb_symbol *)word.p, (int)word.n);
	if (!p)
		out_of_memory();
	return (struct str){ (const char *)p, (size_t)sb_stemmer_length(stemmer) };
}

static void learn_irregulars(void)
{
	struct str rest = str_of(WORD_IRREGULARS);
	uint64_t hash;

	while (rest.p) {
		hash = hash_bytes(str_cut(&rest, ' '));
		*irregular_slot(hash) = (struct irregular){ hash, str_cut(&rest, ' ') };
	}
}

static void learn_class(struct sb_stemmer *stemmer, size_t class_)
{
	struct str rest = str_of(WORD_CLASSES[class_].words);
	struct common *slot;
	uint64_t hash;

	while (rest.p) {
		hash = hash_bytes(stem(stemmer, str_cut(&rest, ' ')));
		slot = common_slot(hash);
		if (!slot->hash)
			*slot = (struct common){ hash & UINT64_MAX >> 8, class_ };
	}
}

static void learn_english(void)
{
	struct sb_stemmer *stemmer = new_stemmer();

	learn_irregulars();
	for (size_t i = 0; i < N_WORD_CLASSES; i++)
		learn_class(stemmer, i);
	sb_stemmer_delete(stemmer);
}

/* What is on no list is rare, unless it is too short to be telling. */
static uint32_t weigh(const struct word *w)
{
	const struct common *slot = common_slot(w->hash);

	if (slot->hash)
		return WORD_CLASSES[slot->class_].weight;
	if (w->stem.n == 1)
		return WORD_WEIGHT_ONE * 3 / 10;
	if (w->stem.n == 2)
		return WORD_WEIGHT_ONE * 7 / 10;
	return WORD_WEIGHT_ONE;
}

/* --- the memo ----------------------------------------------------------------------------- */

/* Stemming takes ten times as long as all the rest, and most words of a text have been met before. So
 * a reader remembers: each word has one place it may be remembered in, and the last to come has it. */
enum { MEMO_WORDS = 16384, MEMO_FROM = 2048, MEMO_BYTES = 23 };

struct known_word {
	uint64_t hash;
	uint32_t weight;
	uint8_t word_n, stem_n;
	char word[MEMO_BYTES], stem[MEMO_BYTES];
};

struct word_memo {
	struct known_word words[MEMO_WORDS];
};

static void find_out(struct word_reader *r, struct str folded, struct word *w)
{
	w->stem = stem(r->stemmer, folded);
	w->hash = hash_bytes(w->stem);
	w->weight = weigh(w);
}

static void remember(struct known_word *known, struct str folded, const struct word *w)
{
	if (w->stem.n > MEMO_BYTES)
		return;
	*known = (struct known_word){ w->hash, w->weight, (uint8_t)folded.n, (uint8_t)w->stem.n, {0}, {0} };
	memcpy(known->word, folded.p, folded.n);
	memcpy(known->stem, w->stem.p, w->stem.n);
}

static void look_up(struct word_reader *r, struct str folded, struct word *w)
{
	struct known_word *known = &r->memo->words[hash_bytes(folded) % MEMO_WORDS];

	if (str_eq((struct str){ known->word, known->word_n }, folded)) {
		*w = (struct word){ { known->stem, known->stem_n }, known->hash, known->weight };
		return;
	}
	find_out(r, folded, w);
	remember(known, folded, w);
}

/* --- the reader --------------------------------------------------------------------------- */

void word_reader_init(struct word_reader *r, struct str text)
{
	pthread_once(&english_once, learn_english);
	*r = (struct word_reader){ .rest = text, .stemmer = new_stemmer() };
}

void word_reader_fini(struct word_reader *r)
{
	if (r->stemmer)
		sb_stemmer_delete(r->stemmer);
	r->stemmer = NULL;
	free(r->memo);
	r->memo = NULL;
}

void word_reader_on(struct word_reader *r, struct str text)
{
	r->rest = text;
}

bool word_next(struct word_reader *r, struct word *w)
{
	struct str folded = { r->folded, read_word(r) };

	if (folded.n == 0)
		return false;
	if (++r->n_read == MEMO_FROM && !r->memo)
		r->memo = xcalloc(1, sizeof(*r->memo));
	if (r->memo && folded.n <= MEMO_BYTES)
		look_up(r, folded, w);
	else
		find_out(r, folded, w);
	return true;
}
