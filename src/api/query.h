/* api/query.h: what the studio contract's lists make of their parameters (2.4, 2.13). */
#ifndef API_QUERY_H
#define API_QUERY_H

#include "base/arena.h"

/* Those of a comma list that are among the words, with commas between; absent when none is. In mem. */
struct str query_known_words(struct arena *mem, struct str list, const char *const *words);
/* Trimmed as JavaScript does; absent when nothing is left. */
struct str query_given(struct str text);

#endif
