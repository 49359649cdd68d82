/* test/fuzz/links_fuzz.c: the links of hostile texts. */
#include <stdlib.h>

#include "domain/links.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

/* A link is a slice of the text, begins with its scheme, and stands in the set once. */
static void check(const struct link_set *set, struct str text)
{
	if (set->n > LINKS_MAX)
		abort();
	for (size_t i = 0; i < set->n; i++) {
		struct str url = set->items[i].url, scheme = { url.p, 4 };

		if (url.n < 8 || url.p < text.p || url.p + url.n > text.p + text.n || !str_eq_nocase(scheme, S("http")))
			abort();
		for (size_t j = 0; j < i; j++)
			if (str_eq(url, set->items[j].url))
				abort();
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	/* Where it ends, memory ends: reading beyond is seen. */
	char *copy = malloc(n ? n : 1);
	struct str text = { n ? memcpy(copy, data, n) : copy, n };
	struct link_set set = {0};

	links_in_markdown(&set, text);
	links_in_text(&set, text);
	links_in_json(&set, text);
	check(&set, text);
	free(copy);
	return 0;
}
