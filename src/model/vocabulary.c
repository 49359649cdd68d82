/* model/vocabulary.c: a hash table from stems to numbers. */
#include "model/vocabulary.h"

#include <stdlib.h>

enum { FIRST_SLOTS = 1024 };         /* enough for a chunk of ordinary size */

/* Where the word is, or belongs. */
static uint32_t *slot_of(const struct vocabulary *v, const struct word *word)
{
	size_t i = word->hash & (v->n_slots - 1);

	while (v->slots[i]) {
		const struct word *known = &v->words[v->slots[i] - 1];

		if (known->hash == word->hash && str_eq(known->stem, word->stem))
			break;
		i = (i + 1) & (v->n_slots - 1);
	}
	return &v->slots[i];
}

static void grow(struct vocabulary *v)
{
	v->n_slots = v->n_slots ? 2 * v->n_slots : FIRST_SLOTS;
	v->words = xrealloc(v->words, v->n_slots / 2 * sizeof(*v->words));
	free(v->slots);
	v->slots = xcalloc(v->n_slots, sizeof(*v->slots));
	for (size_t i = 0; i < v->n; i++)
		*slot_of(v, &v->words[i]) = (uint32_t)i + 1;
}

size_t vocabulary_number(struct vocabulary *v, const struct word *word)
{
	uint32_t *slot;

	if (2 * v->n >= v->n_slots)
		grow(v);
	slot = slot_of(v, word);
	if (!*slot) {
		v->words[v->n] = (struct word){ arena_str(v->mem, word->stem), word->hash, word->weight };
		*slot = (uint32_t)++v->n;
	}
	return *slot - 1;
}

void vocabulary_clear(struct vocabulary *v)
{
	if (v->n_slots > FIRST_SLOTS)
		vocabulary_fini(v);
	if (v->n_slots)
		memset(v->slots, 0, v->n_slots * sizeof(*v->slots));
	v->n = 0;
}

void vocabulary_fini(struct vocabulary *v)
{
	free(v->words);
	free(v->slots);
	*v = (struct vocabulary){ .mem = v->mem };
}
