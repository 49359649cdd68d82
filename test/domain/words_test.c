/* test/domain/words_test.c: names and labels in one case, each once. */
#include "../unit.h"

#include "domain/words.h"

static struct str joined(struct arena *mem, const struct list *words)
{
	struct buf out = { .mem = mem };

	for (size_t i = 0; i < words->n; i++)
		buf_printf(&out, "%s%.*s", i ? "|" : "", STR(*LIST_AT(*words, struct str, i)));
	return buf_view(&out);
}

static struct str folded(struct arena *mem, struct str json, word_wanted *wanted)
{
	struct ctx ctx = { .mem = mem };
	const struct json *v;
	struct list words;

	assert_int_equal(json_parse(&ctx, json, JSON_STRICT, &v), OK);
	words = words_fold_json(mem, v, wanted);
	assert_non_null(words.items);
	return joined(mem, &words);
}

static void letters_of_all_scripts_are_lowered(void **state)
{
	ARENA(a);

	(void)state;
	assert_str(text_lower(&a, S("OPS Bot \u00C4\u0416\u03A9 \U0001F600")), "ops bot \u00E4\u0436\u03C9 \U0001F600");
	assert_str(text_lower(&a, S("")), "");
}

static void words_are_trimmed_lowered_and_kept_where_they_came_first(void **state)
{
	struct str texts[] = { S(" Ops "), S("b"), S("ops"), S("\t"), S("B\u00A0"), S("a"), S("OPS") };
	struct list words;
	ARENA(a);

	(void)state;
	words = words_fold(&a, &(struct list){ texts, COUNT_OF(texts) }, NULL);
	assert_str(joined(&a, &words), "ops|b|a");
}

static void an_array_counts_by_its_strings_and_a_string_by_its_commas(void **state)
{
	ARENA(a);

	(void)state;
	assert_str(folded(&a, S("[\"B\", 1, null, [\"x\"], \"a,c\", \"b\"]"), NULL), "b|a,c");
	assert_str(folded(&a, S("\" x,, Y ,x\""), NULL), "x|y");
	assert_str(folded(&a, S("{}"), NULL), "");
	assert_str(folded(&a, S("[]"), NULL), "");
}

static bool is_short(struct str word)
{
	return word.n < 3;
}

static void what_is_not_wanted_is_left_out(void **state)
{
	ARENA(a);

	(void)state;
	assert_str(folded(&a, S("[\"abc\", \"ab\", \"ABCD\"]"), is_short), "ab");
}

/* Each with each would take minutes. */
static void a_hundred_thousand_words_are_no_more_than_a_sort(void **state)
{
	enum { N = 100 * 1000 };
	struct str *texts;
	struct list words;
	ARENA(a);

	(void)state;
	texts = arena_array(&a, N, sizeof(*texts));
	for (size_t i = 0; i < N; i++)
		texts[i] = arena_printf(&a, "Word-%zu", i % (N / 2));
	words = words_fold(&a, &(struct list){ texts, N }, NULL);
	assert_int_equal(words.n, N / 2);
	assert_str(*LIST_AT(words, struct str, 4711), "word-4711");
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(letters_of_all_scripts_are_lowered),
		cmocka_unit_test(words_are_trimmed_lowered_and_kept_where_they_came_first),
		cmocka_unit_test(an_array_counts_by_its_strings_and_a_string_by_its_commas),
		cmocka_unit_test(what_is_not_wanted_is_left_out),
		cmocka_unit_test(a_hundred_thousand_words_are_no_more_than_a_sort),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
