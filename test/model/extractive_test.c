/* test/model/extractive_test.c: answers in the passages' own words, with the right [n]. */
#include "labelled.h"

#include "base/buf.h"
#include "model/extractive.h"
#include "model/lexical.h"

enum { MANY = 500 };

static bool answer(struct arena *mem, const char *question, size_t max_tokens, struct str *out, size_t n,
		   const char *const *texts)
{
	struct passage *passages = arena_array(mem, n, sizeof(*passages));

	for (size_t i = 0; i < n; i++)
		passages[i].text = str_of(texts[i]);
	return extractive_answer(mem, str_of(question), passages, n, max_tokens, out);
}

#define ANSWER(mem, question, out, ...)                                                               \
	answer((mem), (question), MANY, (out), COUNT_OF(((const char *const[]){ __VA_ARGS__ })),      \
	       (const char *const[]){ __VA_ARGS__ })

static bool has(struct str text, const char *part)
{
	return str_find(text, str_of(part)) >= 0;
}

static const char PUMP[] = "The pump is covered for three years. Damage by frost is not covered. Drain it before winter.";
static const char CAKE[] = "Beat the eggs with sugar. Bake the cake for forty minutes.";

static void the_sentence_that_fits_is_quoted_and_cited(void **state)
{
	ARENA(mem);
	struct str out;

	(void)state;
	assert_true(ANSWER(&mem, "Is frost damage covered?", &out, PUMP, CAKE));
	assert_true(has(out, "Damage by frost is not covered."));
	assert_true(str_ends(out, S(" [1]")) && !has(out, "[2]"));
	assert_true(ANSWER(&mem, "How long must the cake bake?", &out, PUMP, CAKE));
	assert_str(out, "Bake the cake for forty minutes. [2]");
}

static void what_no_passage_says_is_not_answered(void **state)
{
	static const char *const QUESTIONS[] = { "Who painted the ceiling?", "What is it?", "", "?!", "\U0001F600", "\xFF" };
	ARENA(mem);
	struct str out;

	(void)state;
	for (size_t i = 0; i < COUNT_OF(QUESTIONS); i++) {
		assert_false(ANSWER(&mem, QUESTIONS[i], &out, PUMP, CAKE));
		assert_str(out, EXTRACTIVE_NOTHING);
	}
	assert_false(extractive_answer(&mem, S("Is frost damage covered?"), NULL, 0, MANY, &out));
	assert_str(out, EXTRACTIVE_NOTHING);
}

/* "Theft" is the rarer word, and comes first. */
static void sentences_of_several_passages_are_cited_each(void **state)
{
	ARENA(mem);
	struct str out;

	(void)state;
	assert_true(ANSWER(&mem, "Which goods are insured against theft and fire?", &out,
			   "All goods in the store are insured against fire.", CAKE,
			   "Goods on the road are insured against theft."));
	assert_str(out, "Goods on the road are insured against theft. [3] "
			"All goods in the store are insured against fire. [1]");
}

static void one_passage_is_quoted_in_its_own_order_with_one_mark(void **state)
{
	ARENA(mem);
	struct str out;

	(void)state;
	assert_true(ANSWER(&mem, "When is the deposit returned and who keeps the deposit?", &out,
			   "The landlord keeps the deposit. Snow fell. The deposit is returned after six months."));
	assert_str(out, "The landlord keeps the deposit. The deposit is returned after six months. [1]");
}

static void what_overlapping_chunks_repeat_is_said_once(void **state)
{
	ARENA(mem);
	struct str out;

	(void)state;
	assert_true(ANSWER(&mem, "Is frost damage covered?", &out,
			   "The pump is covered for three years. Damage by frost is not covered.",
			   "by frost is not covered. Drain it before winter.", "Damage by frost is not covered."));
	assert_true(has(out, "Damage by frost is not covered. [1]"));
	assert_false(has(out, "[2]") || has(out, "[3]"));
}

static void a_torn_sentence_gives_way_to_a_whole_one(void **state)
{
	ARENA(mem);
	struct str out;

	(void)state;
	assert_true(ANSWER(&mem, "Is frost damage covered?", &out, "damage by frost is not covered", PUMP));
	assert_str(out, "Damage by frost is not covered. [2]");
}

static void a_heading_and_the_sentence_before_lend_their_words(void **state)
{
	ARENA(mem);
	struct str out;

	(void)state;
	assert_true(ANSWER(&mem, "How long does the warranty of the pump last?", &out,
			   "# Filter\n\nIt lasts two months.\n\n# Warranty of the pump\n\nIt lasts three years."));
	assert_true(str_starts(out, S("It lasts three years.")));
	assert_false(has(out, "#"));
}

static void a_command_is_quoted_as_code(void **state)
{
	ARENA(mem);
	struct str out;

	(void)state;
	assert_true(ANSWER(&mem, "What command starts the server?", &out,
			   "The server is fast.\n\nTo start the server:\n\n```sh\nagentd serve --data /srv\n```\n"));
	assert_str(out, "To start the server: `agentd serve --data /srv` [1]");
}

static void a_misspelt_question_is_answered(void **state)
{
	ARENA(mem);
	struct str out;

	(void)state;
	assert_true(ANSWER(&mem, "damgae", &out, CAKE, PUMP));
	assert_str(out, "Damage by frost is not covered. [2]");
	assert_false(ANSWER(&mem, "garage", &out, CAKE, PUMP));
}

static void marks_in_a_passage_do_not_pass_for_ours(void **state)
{
	ARENA(mem);
	struct str out;

	(void)state;
	assert_true(ANSWER(&mem, "Is frost damage covered?", &out, "Damage by frost [7] is not covered."));
	assert_str(out, "Damage by frost (7) is not covered. [1]");
}

static void the_answer_keeps_to_its_tokens(void **state)
{
	static const char *const TEXTS[] = { PUMP, "The frost of \u00C4land covers damage \u2013 \u00E4\u00F6\u00FC \u4F60\u597D.", CAKE };
	ARENA(mem);
	struct str out;

	(void)state;
	for (size_t max = 1; max < 60; max++) {
		answer(&mem, "Is frost damage covered?", max, &out, COUNT_OF(TEXTS), TEXTS);
		assert_true(extractive_tokens(out) <= max);
		answer(&mem, "Who painted the ceiling?", max, &out, COUNT_OF(TEXTS), TEXTS);
		assert_true(extractive_tokens(out) <= max);
	}
	assert_true(answer(&mem, "Is frost damage covered?", 7, &out, 1, TEXTS));
	assert_str(out, "Damage by frost is... [1]");
}

static void what_would_pass_the_budget_is_left_out(void **state)
{
	static const char *const TEXTS[] = { "The landlord keeps the deposit. The deposit is returned after six months." };
	ARENA(mem);
	struct str out;

	(void)state;
	assert_true(answer(&mem, "When is the deposit returned and who keeps the deposit?", 15, &out, 1, TEXTS));
	assert_str(out, "The deposit is returned after six months. [1]");
}

static void tokens_are_four_bytes_rounded_up(void **state)
{
	const struct passage passages[] = { { S("12345") }, { S("1234") } };

	(void)state;
	assert_int_equal(extractive_tokens(S("")), 0);
	assert_int_equal(extractive_tokens(S("1")), 1);
	assert_int_equal(extractive_tokens(S("1234")), 1);
	assert_int_equal(extractive_tokens(S("12345")), 2);
	assert_int_equal(extractive_prompt_tokens(S("1"), passages, COUNT_OF(passages)), 4);
}

static void the_same_question_gets_the_same_answer(void **state)
{
	ARENA(mem);
	struct str first, again;

	(void)state;
	assert_true(ANSWER(&mem, "Is damage covered for three years?", &first, PUMP, CAKE, PUMP));
	assert_true(ANSWER(&mem, "Is damage covered for three years?", &again, PUMP, CAKE, PUMP));
	assert_true(str_eq(first, again));
}

/* --- the labelled text, through the search that will stand before it ------------------------- */

enum { TOP = 6 };

static double similarity(const float *a, const float *b)
{
	float sum = 0;

	for (size_t i = 0; i < LEXICAL_DIMENSIONS; i++)
		sum += a[i] * b[i];
	return lexical_similarity(sum);
}

struct found {
	struct passage passages[TOP];
	int paragraphs[TOP];
	size_t n;
};

/* The paragraphs at 0.5 or more, best first. */
static void search(const struct labelled *l, float (*vectors)[LEXICAL_DIMENSIONS], struct str question, struct found *f)
{
	double scores[MOST_PARAGRAPHS];
	float v[LEXICAL_DIMENSIONS];

	lexical_embed(question, v);
	for (int i = 0; i < l->n_paragraphs; i++)
		scores[i] = similarity(v, vectors[i]);
	for (f->n = 0; f->n < TOP; f->n++) {
		int best = 0;

		for (int i = 1; i < l->n_paragraphs; i++)
			if (scores[i] > scores[best])
				best = i;
		if (scores[best] < 0.5)
			return;
		f->paragraphs[f->n] = best;
		f->passages[f->n].text = l->paragraphs[best].text;
		scores[best] = 0;
	}
}

/* Whether the answer to q holds its phrase and cites its paragraph. */
static bool is_answered(const struct labelled *l, float (*vectors)[LEXICAL_DIMENSIONS], const struct question *q)
{
	struct found f;
	struct str out;
	char mark[32] = "?";
	ARENA(mem);

	search(l, vectors, q->text, &f);
	extractive_answer(&mem, q->text, f.passages, f.n, MANY, &out);
	for (size_t i = 0; i < f.n; i++)
		if (f.paragraphs[i] == q->paragraph)
			snprintf(mark, sizeof(mark), "[%zu]", i + 1);
	return has(out, mark) && str_find(out, q->phrase) >= 0;
}

static void questions_are_answered_with_the_key_phrase(void **state)
{
	ARENA(mem);
	struct labelled *l = labelled_read(&mem);
	float (*vectors)[LEXICAL_DIMENSIONS] = arena_array(&mem, MOST_PARAGRAPHS, sizeof(*vectors));
	int asked[BOTH] = {0}, answered[BOTH] = {0};

	(void)state;
	for (int i = 0; i < l->n_paragraphs; i++)
		lexical_embed(l->paragraphs[i].text, vectors[i]);
	for (int i = 0; i < l->n_questions; i++) {
		const struct question *q = &l->questions[i];

		if (q->paragraph == NONE)
			continue;
		asked[q->half]++;
		answered[q->half] += is_answered(l, vectors, q);
	}
	print_message("# answered with the key phrase and its citation: tune %d of %d, check %d of %d\n",
		      answered[TUNE], asked[TUNE], answered[CHECK], asked[CHECK]);
	assert_true(100 * answered[TUNE] >= 90 * asked[TUNE]);
	assert_true(100 * answered[CHECK] >= 90 * asked[CHECK]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_sentence_that_fits_is_quoted_and_cited),
		cmocka_unit_test(what_no_passage_says_is_not_answered),
		cmocka_unit_test(sentences_of_several_passages_are_cited_each),
		cmocka_unit_test(one_passage_is_quoted_in_its_own_order_with_one_mark),
		cmocka_unit_test(what_overlapping_chunks_repeat_is_said_once),
		cmocka_unit_test(a_torn_sentence_gives_way_to_a_whole_one),
		cmocka_unit_test(a_heading_and_the_sentence_before_lend_their_words),
		cmocka_unit_test(a_command_is_quoted_as_code),
		cmocka_unit_test(a_misspelt_question_is_answered),
		cmocka_unit_test(marks_in_a_passage_do_not_pass_for_ours),
		cmocka_unit_test(the_answer_keeps_to_its_tokens),
		cmocka_unit_test(what_would_pass_the_budget_is_left_out),
		cmocka_unit_test(tokens_are_four_bytes_rounded_up),
		cmocka_unit_test(the_same_question_gets_the_same_answer),
		cmocka_unit_test(questions_are_answered_with_the_key_phrase),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
