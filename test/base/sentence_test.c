/* test/base/sentence_test.c: texts, and the sentences they fall into, divided by "|". */
#include "../unit.h"

#include "base/buf.h"
#include "base/sentence.h"

static const struct {
	const char *text, *sentences;
} CASES[] = {
	{ "", "" },
	{ " \n\t ", "" },
	{ "One.", "One." },
	{ "  One. Two!  Three? ", "One.|Two!|Three?" },
	{ "No end", "No end" },
	{ "A line\nbreak is none. Next.", "A line\nbreak is none.|Next." },
	{ "A heading\n\nA paragraph", "A heading|A paragraph" },
	{ "A heading\n \t\nA paragraph", "A heading|A paragraph" },
	{ "Dr. Who met Mr. Fox at 5 p.m. on Monday.", "Dr. Who met Mr. Fox at 5 p.m. on Monday." },
	{ "Use e.g. Snowball. It works.", "Use e.g. Snowball.|It works." },
	{ "J. S. Bach wrote it. I did not.", "J. S. Bach wrote it.|I did not." },
	{ "So did I. We left.", "So did I.|We left." },
	{ "See No. 5 there. The answer is no. Go on.", "See No. 5 there.|The answer is no.|Go on." },
	{ "It costs 3.50 at example.com today. Cheap.", "It costs 3.50 at example.com today.|Cheap." },
	{ "He said \"Stop.\" She did (at once.) Then it rained.", "He said \"Stop.\"|She did (at once.)|Then it rained." },
	{ "Really?! Yes... No.", "Really?!|Yes...|No." },
	{ "Well... perhaps. An envelope { ... } here.", "Well... perhaps.|An envelope { ... } here." },
	{ "**Bold.** Plain.", "**Bold.**|Plain." },
	{ "\u4F60\u597D\u3002\u518D\u89C1\u3002", "\u4F60\u597D\u3002|\u518D\u89C1\u3002" },
	{ "\u201CEnough.\u201D He left\u2026 Gone.", "\u201CEnough.\u201D|He left\u2026|Gone." },
	{ "\u092F\u0939 \u0939\u0948\u0964 \u0935\u0939 \u0939\u0948\u0965", "\u092F\u0939 \u0939\u0948\u0964|\u0935\u0939 \u0939\u0948\u0965" },
	{ "\u0645\u0627 \u0647\u0630\u0627\u061F \u06A9\u0645\u06D4", "\u0645\u0627 \u0647\u0630\u0627\u061F|\u06A9\u0645\u06D4" },
	{ "\u178F\u17B6\u17D4\u178F\u17B6\u17D4", "\u178F\u17B6\u17D4|\u178F\u17B6\u17D4" },
	{ "Really\u203D Yes\u2049", "Really\u203D|Yes\u2049" },
	{ ". . . .", ".|.|.|." },
};

static struct str joined(struct arena *mem, struct str rest)
{
	struct buf out = { .mem = mem };
	struct str sentence;

	while (sentence_next(&rest, &sentence)) {
		if (out.n)
			buf_char(&out, '|');
		buf_str(&out, sentence);
	}
	return buf_view(&out);
}

static void text_falls_into_sentences(void **state)
{
	ARENA(mem);

	(void)state;
	for (size_t i = 0; i < COUNT_OF(CASES); i++)
		assert_str(joined(&mem, str_of(CASES[i].text)), CASES[i].sentences);
}

static void a_nul_behind_a_sentence_is_no_part_of_it(void **state)
{
	ARENA(mem);

	(void)state;
	assert_true(str_eq(joined(&mem, S("One. \0Two.")), S("One.|\0Two.")));
}

/* Each of these would take hours if a byte were looked at again for every other. */
static void a_megabyte_of_anything_takes_linear_time(void **state)
{
	static const char *const UNITS[] = { ".", "!", " ", "\n", "a", ". ", ".)", "\n \t", "\xE2", "..a", "No. " };
	enum { BYTES = 1000000 };
	char *text = xmalloc(BYTES);

	(void)state;
	for (size_t i = 0; i < COUNT_OF(UNITS); i++) {
		struct str rest = { text, BYTES }, sentence;

		for (size_t k = 0; k < BYTES; k++)
			text[k] = UNITS[i][k % strlen(UNITS[i])];
		text[BYTES - 1] = 'x';
		while (sentence_next(&rest, &sentence))
			assert_true(sentence.n > 0);
		assert_int_equal(rest.n, 0);
	}
	free(text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(text_falls_into_sentences),
		cmocka_unit_test(a_nul_behind_a_sentence_is_no_part_of_it),
		cmocka_unit_test(a_megabyte_of_anything_takes_linear_time),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
