/* test/model/lexical_test.c: does `builtin/lexical` find what is meant, and nothing else?
 *
 * The labelled text says how well: `./lexical_test` prints the figures it asserts.
 */
#include "labelled.h"

#include <math.h>
#include <pthread.h>

#include "base/buf.h"
#include "model/lexical.h"

struct vector {
	float x[LEXICAL_DIMENSIONS];
};

static struct vector *embed(struct arena *mem, struct str text)
{
	struct vector *v = arena_alloc(mem, sizeof(*v));

	lexical_embed(text, v->x);
	return v;
}

static double cosine(const struct vector *a, const struct vector *b)
{
	float sum = 0;

	for (size_t i = 0; i < LEXICAL_DIMENSIONS; i++)
		sum += a->x[i] * b->x[i];
	return sum;
}

static double similarity(const char *a, const char *b)
{
	ARENA(mem);

	return lexical_similarity(cosine(embed(&mem, str_of(a)), embed(&mem, str_of(b))));
}

/* --- the vector ---------------------------------------------------------------------------- */

static void a_text_with_words_has_length_one(void **state)
{
	static const char *const TEXTS[] = { "a", "warranty", "The, the; THE", "\u4F60\u597D", "2.5", "na\u00EFve caf\u00E9" };
	ARENA(mem);

	(void)state;
	for (size_t i = 0; i < COUNT_OF(TEXTS); i++) {
		const struct vector *v = embed(&mem, str_of(TEXTS[i]));

		assert_true(fabs(cosine(v, v) - 1) < 1e-5);
	}
}

static void a_text_without_words_is_all_zeros(void **state)
{
	static const char *const TEXTS[] = { "", " \n\t", "!?...", "\U0001F600\U0001F44D", "\u200B", "\u0301", "\x80\xFF" };
	ARENA(mem);

	(void)state;
	for (size_t i = 0; i < COUNT_OF(TEXTS); i++) {
		const struct vector *v = embed(&mem, str_of(TEXTS[i]));

		for (size_t k = 0; k < LEXICAL_DIMENSIONS; k++)
			assert_true(v->x[k] == 0);
		assert_true(lexical_similarity(cosine(v, embed(&mem, S("word")))) == 0);
	}
}

/* Stored vectors outlive compilers and machines. Whoever breaks this test makes a new model. */
static void the_numbers_are_the_same_everywhere(void **state)
{
	uint64_t hash = UINT64_C(0xCBF29CE484222325);
	ARENA(mem);
	const struct vector *v = embed(&mem, S("Stored vectors outlive compilers: 3.14, caf\u00E9, \u4F60\u597D, paid, paying."));

	(void)state;
	for (size_t i = 0; i < LEXICAL_DIMENSIONS; i++) {
		int64_t millionths = (int64_t)(v->x[i] * 1000000);

		hash = (hash ^ (uint64_t)millionths) * UINT64_C(0x100000001B3);
	}
	assert_int_equal(hash, UINT64_C(0x9BE2D312CD526187));
}

/* --- what counts as the same word ----------------------------------------------------------- */

static void forms_of_a_word_are_one_word(void **state)
{
	static const char *const SAME[][2] = {
		{ "covering", "covers" },     { "Repair", "REPAIRED" },      { "paid", "pay" },
		{ "mice", "mouse" },          { "caf\u00E9", "Cafe" },       { "stra\u00DFe", "STRASSE" },
		{ "\uFF21\uFF22\uFF23", "abc" }, { "4,000", "4000" },        { "soft\u00ADware", "software" },
		{ "e\u0301t\u00E9", "\u00E9te\u0301" }, { "\u0414\u043E\u043C", "\u0434\u043E\u043C" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(SAME); i++)
		assert_true(similarity(SAME[i][0], SAME[i][1]) == 1);
}

static void different_words_are_not(void **state)
{
	static const char *const OTHER[][2] = {
		{ "warranty", "mortgage" }, { "2.5", "25" }, { "C", "D" }, { "\u4F60", "\u597D" },
		{ "the warranty", "a warranty" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(OTHER); i++)
		assert_true(similarity(OTHER[i][0], OTHER[i][1]) < 1);
	for (size_t i = 0; i < 4; i++)
		assert_true(similarity(OTHER[i][0], OTHER[i][1]) < 0.5);
}

static void other_languages_match_by_their_words(void **state)
{
	static const struct {
		const char *text, *found, *other;
	} CASES[] = {
		{ "Die Gew\u00E4hrleistung f\u00FCr das Fahrrad betr\u00E4gt zwei Jahre ab Kauf.", "Gew\u00E4hrleistung", "Kuchen" },
		{ "La garantie du v\u00E9lo dure deux ans \u00E0 partir de l'achat.", "garantie velo", "fromage" },
		{ "\u0413\u0430\u0440\u0430\u043D\u0442\u0438\u044F \u043D\u0430 \u0432\u0435\u043B\u043E\u0441\u0438\u043F\u0435\u0434 \u0434\u0432\u0430 \u0433\u043E\u0434\u0430", "\u0433\u0430\u0440\u0430\u043D\u0442\u0438\u044F", "\u0441\u044B\u0440" },
		{ "\u81EA\u884C\u8F66\u7684\u4FDD\u4FEE\u671F\u4E3A\u4E24\u5E74\u3002", "\u4FDD\u4FEE\u671F", "\u8702\u871C" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(CASES); i++) {
		assert_true(similarity(CASES[i].text, CASES[i].found) >= 0.5);
		assert_true(similarity(CASES[i].text, CASES[i].other) < 0.5);
	}
}

/* --- what is reported ----------------------------------------------------------------------- */

static void similarity_grows_from_nothing_to_one(void **state)
{
	double last = 0;

	(void)state;
	assert_true(lexical_similarity(-0.3) == 0 && lexical_similarity(0) == 0 && lexical_similarity(NAN) == 0);
	assert_true(lexical_similarity(1) == 1 && lexical_similarity(1.0000002) == 1);
	for (int i = 1; i < 1000; i++) {
		double now = lexical_similarity(i / 1000.0);

		assert_true(now > last && now < 1);
		last = now;
	}
}

static void only_the_same_words_reach_one(void **state)
{
	static const char TEXT[] = "The warranty of the frame ends after five years.";

	(void)state;
	assert_true(similarity(TEXT, "the WARRANTY of the frames, ends after five years") == 1);
	assert_true(similarity(TEXT, "The warranty of the frame ends after five years, not six.") < 1);
	assert_true(similarity(TEXT, "The warranty of the frame ends after five years. The") < 1);
	assert_true(similarity(TEXT, "A warranty of the frame ends after five years.") < 1);
}

static void a_chunk_is_found_by_its_own_text(void **state)
{
	ARENA(mem);
	struct labelled *l = labelled_read(&mem);

	(void)state;
	for (int i = 0; i < l->n_paragraphs; i++)
		for (int k = 0; k < l->n_paragraphs; k++) {
			const struct vector *a = embed(&mem, l->paragraphs[i].text), *b = embed(&mem, l->paragraphs[k].text);

			assert_true((lexical_similarity(cosine(a, b)) == 1) == (i == k));
		}
}

/* --- the labelled text ---------------------------------------------------------------------- */

struct figures {
	int questions, first, found;         /* questions with an answer; its paragraph is first, at 0.5 or more */
	int right, wrong, wrong_pairs;       /* paragraphs at 0.5 or more; pairs that should not be */
	int unanswerable, silent;            /* questions without an answer; that find nothing */
};

static void ask(const struct labelled *l, struct vector *const *paragraphs, const struct question *q, enum half half,
		struct figures *f)
{
	const struct vector *v;
	double best = -1, s;
	int first = NONE, hits = 0;
	ARENA(mem);

	v = embed(&mem, q->text);
	for (int i = 0; i < l->n_paragraphs; i++) {
		if (!labelled_in(half, l->paragraphs[i].half))
			continue;
		s = lexical_similarity(cosine(v, paragraphs[i]));
		if (s > best)
			best = s, first = i;
		f->wrong_pairs += i != q->paragraph;
		if (s < 0.5)
			continue;
		hits++;
		f->found += i == q->paragraph;
		f->right += i == q->paragraph;
		f->wrong += i != q->paragraph;
	}
	f->questions += q->paragraph != NONE;
	f->first += q->paragraph != NONE && first == q->paragraph;
	f->unanswerable += q->paragraph == NONE;
	f->silent += q->paragraph == NONE && hits == 0;
}

static double percent(int part, int whole)
{
	return 100.0 * part / whole;
}

static struct figures measure(struct arena *mem, enum half half)
{
	static const char *const NAMES[] = { "tune", "check", "both" };
	struct labelled *l = labelled_read(mem);
	struct vector *paragraphs[MOST_PARAGRAPHS];
	struct figures f = {0};

	for (int i = 0; i < l->n_paragraphs; i++)
		paragraphs[i] = embed(mem, l->paragraphs[i].text);
	for (int i = 0; i < l->n_questions; i++)
		if (labelled_in(half, l->questions[i].half))
			ask(l, paragraphs, &l->questions[i], half, &f);
	print_message("# %s: first %.1f%%, at 0.5 or more %.1f%% (%d questions); of what is at 0.5 or more %.1f%% is right, "
		      "of what is not right %.2f%% is at 0.5 or more; nothing found for %.1f%% of %d without an answer\n",
		      NAMES[half], percent(f.first, f.questions), percent(f.found, f.questions), f.questions,
		      percent(f.right, f.right + f.wrong), percent(f.wrong, f.wrong_pairs),
		      percent(f.silent, f.unanswerable), f.unanswerable);
	return f;
}

static void check_half(enum half half)
{
	ARENA(mem);
	struct figures f = measure(&mem, half);

	assert_true(f.questions >= 50 && f.unanswerable >= 14);
	assert_true(percent(f.first, f.questions) >= 95);
	assert_true(percent(f.found, f.questions) >= 95);
	assert_true(percent(f.right, f.right + f.wrong) >= 85);
	assert_true(percent(f.wrong, f.wrong_pairs) <= 1);
	assert_true(percent(f.silent, f.unanswerable) >= 90);
}

static void questions_find_the_paragraph_that_answers_them(void **state)
{
	(void)state;
	check_half(TUNE);
}

static void questions_that_were_held_back_do_too(void **state)
{
	(void)state;
	check_half(CHECK);
}

/* Twice as many paragraphs, near topics across the halves among them. */
static void twice_the_paragraphs_change_little(void **state)
{
	ARENA(mem);
	struct figures f = measure(&mem, BOTH);

	(void)state;
	assert_true(percent(f.first, f.questions) >= 95);
	assert_true(percent(f.found, f.questions) >= 95);
	assert_true(percent(f.wrong, f.wrong_pairs) <= 1);
	assert_true(percent(f.silent, f.unanswerable) >= 90);
}

/* Chunks as long as they get, each about three things: what a question shares with them is a
 * smaller part, and 0.5 is harder to reach. */
static void a_chunk_of_three_paragraphs_is_found_by_most_questions(void **state)
{
	ARENA(mem);
	struct labelled *l = labelled_read(&mem);
	int chunks = l->n_paragraphs / 3, questions = 0, first = 0, found = 0;
	struct vector *vectors[MOST_PARAGRAPHS];

	(void)state;
	for (int i = 0; i < chunks; i++)
		vectors[i] = embed(&mem, arena_printf(&mem, "%.*s\n\n%.*s\n\n%.*s", STR(l->paragraphs[i].text),
						      STR(l->paragraphs[i + chunks].text),
						      STR(l->paragraphs[i + 2 * chunks].text)));
	for (int i = 0; i < l->n_questions; i++) {
		const struct question *q = &l->questions[i];
		const struct vector *v = embed(&mem, q->text);
		int best = 0;

		if (q->paragraph == NONE)
			continue;
		for (int k = 1; k < chunks; k++)
			if (cosine(v, vectors[k]) > cosine(v, vectors[best]))
				best = k;
		questions++;
		first += best == q->paragraph % chunks;
		found += lexical_similarity(cosine(v, vectors[q->paragraph % chunks])) >= 0.5;
	}
	print_message("# long chunks: first %.1f%%, at 0.5 or more %.1f%%\n", percent(first, questions),
		      percent(found, questions));
	assert_true(percent(first, questions) >= 90);
	assert_true(percent(found, questions) >= 70);
}

/* The similarity of text to the paragraph that holds `phrase`, after checking that none is nearer. */
static double best_is(const char *text, const char *phrase)
{
	ARENA(mem);
	struct labelled *l = labelled_read(&mem);
	const struct vector *v = embed(&mem, str_of(text));
	double best = -1, s;
	int first = 0;

	for (int i = 0; i < l->n_paragraphs; i++) {
		s = lexical_similarity(cosine(v, embed(&mem, l->paragraphs[i].text)));
		if (s > best)
			best = s, first = i;
	}
	assert_true(str_find(l->paragraphs[first].text, str_of(phrase)) >= 0);
	return best;
}

static void one_word_is_enough(void **state)
{
	(void)state;
	assert_true(best_is("warranty", "bicycle frame we sell") >= 0.5);
	assert_true(best_is("Compost?", "Good compost needs") >= 0.5);
	assert_true(best_is("stalactites", "stalactites grow") >= 0.5);
	assert_true(best_is("migraines", "A migraine is") >= 0.5);
}

static void a_sentence_finds_where_it_stands(void **state)
{
	(void)state;
	assert_true(best_is("Merged branches are deleted at once.", "In Git a branch") >= 0.5);
	assert_true(best_is("Blisters should not be opened, since they protect against infection.", "Cool a small burn") >= 0.5);
}

static void a_misspelt_word_is_overlooked(void **state)
{
	(void)state;
	assert_true(best_is("waranty of the bicycle frame", "bicycle frame we sell") >= 0.5);
	assert_true(best_is("pruning rosse", "Prune roses") >= 0.5);
	assert_true(best_is("vulcano erupts", "Whether a volcano") >= 0.5);
	assert_true(best_is("sourdogh starter", "A sourdough starter") >= 0.5);
}

/* --- circumstances -------------------------------------------------------------------------- */

static void a_megabyte_of_anything_has_a_vector(void **state)
{
	static const char *const UNITS[] = { " ", "a", "\u4F60", "a ", "9,", "1.", "\u0301", "\xFF", "aB9 \u00E9.\n" };
	enum { BYTES = 1000000 };
	char *text = xmalloc(BYTES);
	ARENA(mem);

	(void)state;
	for (size_t i = 0; i < COUNT_OF(UNITS); i++) {
		const struct vector *v;

		for (size_t k = 0; k < BYTES; k++)
			text[k] = UNITS[i][k % strlen(UNITS[i])];
		v = embed(&mem, (struct str){ text, BYTES });
		assert_true(cosine(v, v) < 1.0001);
	}
	free(text);
}

/* A million different words: the bag grows, and sums stay in range. */
static void a_text_of_many_words_has_length_one(void **state)
{
	ARENA(mem);
	struct buf text = {0};
	const struct vector *v;

	(void)state;
	for (int i = 0; i < 200000; i++)
		buf_printf(&text, "w%d ", i);
	v = embed(&mem, buf_view(&text));
	assert_true(fabs(cosine(v, v) - 1) < 1e-3);
	buf_fini(&text);
}

static void what_was_embedded_before_leaves_no_trace(void **state)
{
	struct lexical *l = lexical_new();
	ARENA(mem);
	struct labelled *all = labelled_read(&mem);
	float vector[LEXICAL_DIMENSIONS];
	struct buf many = { .mem = &mem };

	(void)state;
	for (int i = 0; i < 5000; i++)
		buf_printf(&many, "w%d ", i);
	for (int i = 0; i < all->n_paragraphs; i++) {
		if (i == 7)
			lexical_embed_next(l, buf_view(&many), vector);
		lexical_embed_next(l, all->paragraphs[i].text, vector);
		assert_memory_equal(vector, embed(&mem, all->paragraphs[i].text)->x, sizeof(vector));
	}
	lexical_embed_next(l, S(""), vector);
	assert_memory_equal(vector, embed(&mem, S(""))->x, sizeof(vector));
	lexical_free(l);
	lexical_free(NULL);
}

static void *embed_often(void *arg)
{
	ARENA(mem);
	const struct vector *expected = embed(&mem, S("The warranty of the frame ends after five years."));

	for (int i = 0; i < 50; i++)
		if (cosine(expected, embed(&mem, S("The warranty of the frame ends after five years."))) < 0.9999)
			return arg;
	return NULL;
}

static void threads_do_not_disturb_one_another(void **state)
{
	pthread_t threads[4];
	void *failed;

	(void)state;
	for (size_t i = 0; i < COUNT_OF(threads); i++)
		assert_int_equal(pthread_create(&threads[i], NULL, embed_often, threads), 0);
	for (size_t i = 0; i < COUNT_OF(threads); i++) {
		assert_int_equal(pthread_join(threads[i], &failed), 0);
		assert_null(failed);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		/* First, while the lists of words are not read yet. */
		cmocka_unit_test(threads_do_not_disturb_one_another),
		cmocka_unit_test(a_text_with_words_has_length_one),
		cmocka_unit_test(a_text_without_words_is_all_zeros),
		cmocka_unit_test(the_numbers_are_the_same_everywhere),
		cmocka_unit_test(forms_of_a_word_are_one_word),
		cmocka_unit_test(different_words_are_not),
		cmocka_unit_test(other_languages_match_by_their_words),
		cmocka_unit_test(similarity_grows_from_nothing_to_one),
		cmocka_unit_test(only_the_same_words_reach_one),
		cmocka_unit_test(a_chunk_is_found_by_its_own_text),
		cmocka_unit_test(questions_find_the_paragraph_that_answers_them),
		cmocka_unit_test(questions_that_were_held_back_do_too),
		cmocka_unit_test(twice_the_paragraphs_change_little),
		cmocka_unit_test(a_chunk_of_three_paragraphs_is_found_by_most_questions),
		cmocka_unit_test(one_word_is_enough),
		cmocka_unit_test(a_sentence_finds_where_it_stands),
		cmocka_unit_test(a_misspelt_word_is_overlooked),
		cmocka_unit_test(a_megabyte_of_anything_has_a_vector),
		cmocka_unit_test(a_text_of_many_words_has_length_one),
		cmocka_unit_test(what_was_embedded_before_leaves_no_trace),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
