/* domain/words.c: text as JavaScript trims and lowers it, since that is what wrote the names we compare with.
 *
 * A list may come from a file of megabytes, so words that are there twice are found by sorting.
 */
#include "domain/words.h"

#include <stdlib.h>
#include <utf8proc.h>

#include "base/utf8.h"
#include "json/js.h"

struct str text_lower(struct arena *mem, struct str text)
{
	struct buf out = { .mem = mem };
	char bytes[UTF8_MAX_BYTES];
	uint32_t c;

	while (utf8_next(&text, &c))
		buf_add(&out, bytes, utf8_put(bytes, (uint32_t)utf8proc_tolower((utf8proc_int32_t)c)));
	return buf_view(&out);
}

struct words {
	struct arena *mem;
	word_wanted *wanted;
	struct str *items;
	size_t n, cap;
};

static void add(struct words *w, struct str text)
{
	struct str word = text_lower(w->mem, js_trim(text));

	if (word.n == 0 || (w->wanted && !w->wanted(word)))
		return;
	w->items = arena_more(w->mem, w->items, w->n, &w->cap, sizeof(*w->items));
	w->items[w->n++] = word;
}

/* Of equal words the one that came first is first: both point into the same array. */
static int by_text_and_place(const void *a, const void *b)
{
	const struct str *const *x = a, *const *y = b;
	int order = str_cmp(**x, **y);

	return order ? order : (*x > *y) - (*x < *y);
}

static void drop_repeated(struct words *w)
{
	struct str **sorted = arena_array(w->mem, w->n, sizeof(*sorted));
	const struct str *kept = NULL;
	size_t n = 0;

	for (size_t i = 0; i < w->n; i++)
		sorted[i] = &w->items[i];
	qsort(sorted, w->n, sizeof(*sorted), by_text_and_place);
	for (size_t i = 0; i < w->n; i++) {
		if (kept && str_eq(*kept, *sorted[i]))
			*sorted[i] = (struct str){ NULL, 0 };
		else
			kept = sorted[i];
	}
	for (size_t i = 0; i < w->n; i++)
		if (w->items[i].p)
			w->items[n++] = w->items[i];
	w->n = n;
}

static struct list end(struct words *w)
{
	static struct str none[1];

	if (w->n > 1)
		drop_repeated(w);
	return (struct list){ w->items ? w->items : none, w->n };
}

struct list words_fold(struct arena *mem, const struct list *texts, word_wanted *wanted)
{
	struct words w = { .mem = mem, .wanted = wanted };

	for (size_t i = 0; i < texts->n; i++)
		add(&w, *LIST_AT(*texts, struct str, i));
	return end(&w);
}

struct list words_fold_json(struct arena *mem, const struct json *v, word_wanted *wanted)
{
	struct words w = { .mem = mem, .wanted = wanted };

	if (json_is(v, JSON_STR))
		for (struct str rest = v->text; rest.p;)
			add(&w, str_cut(&rest, ','));
	for (size_t i = 0; json_is(v, JSON_ARRAY) && i < v->n_items; i++)
		if (v->items[i].type == JSON_STR)
			add(&w, v->items[i].text);
	return end(&w);
}
