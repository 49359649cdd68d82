/* api/query.c: what is not known, or empty, counts as not sent. */
#include "api/query.h"

#include "base/buf.h"
#include "json/js.h"

struct str query_known_words(struct arena *mem, struct str list, const char *const *words)
{
	struct buf out = { .mem = mem };

	while (list.p) {
		struct str word = js_trim(str_cut(&list, ','));

		if (str_is_one_of(word, words))
			buf_printf(&out, "%s%.*s", out.n ? "," : "", STR(word));
	}
	return out.n ? buf_view(&out) : (struct str){ NULL, 0 };
}

struct str query_given(struct str text)
{
	struct str trimmed = js_trim(text);

	return trimmed.n ? trimmed : (struct str){ NULL, 0 };
}
