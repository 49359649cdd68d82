/* domain/words.h: names and labels that count as the same in whatever case they are written. */
#ifndef DOMAIN_WORDS_H
#define DOMAIN_WORDS_H

#include "json/field.h"

/* text.toLowerCase(), character by character. In mem. */
struct str text_lower(struct arena *mem, struct str text);

/* Trimmed, in lower case, without those that are empty or not wanted (NULL: all are), each where it came
 * first. *out: of struct str, in mem; its items are never NULL. */
typedef bool word_wanted(struct str word);
struct list words_fold(struct arena *mem, const struct list *texts, word_wanted *wanted);
/* The same of an array, of which only the strings count, or of one string with commas. */
struct list words_fold_json(struct arena *mem, const struct json *v, word_wanted *wanted);

#endif
