/* test/model/words_test.c: what is a word, and how much it weighs. */
#include "../unit.h"

#include "base/buf.h"
#include "model/words.h"

static struct str stems(struct arena *mem, struct str text)
{
	struct buf out = { .mem = mem };
	struct word_reader reader;
	struct word word;

	word_reader_init(&reader, text);
	while (word_next(&reader, &word)) {
		if (out.n)
			buf_char(&out, ' ');
		buf_str(&out, word.stem);
	}
	word_reader_fini(&reader);
	return buf_view(&out);
}

static uint32_t weight(const char *text)
{
	struct word_reader reader;
	struct word word;

	word_reader_init(&reader, str_of(text));
	assert_true(word_next(&reader, &word));
	word_reader_fini(&reader);
	return word.weight;
}

static void text_is_read_as_folded_stems(void **state)
{
	static const struct {
		const char *text, *stems;
	} CASES[] = {
		{ "", "" },
		{ "-- !?", "" },
		{ "Covering the Wheels", "cover the wheel" },
		{ "don't", "don t" },
		{ "max_tokens=10", "max token 10" },
		{ "4,000 or 3.14, 10.0.0.1.", "4000 or 3.14 10.0.0.1" },
		{ "a.b,c", "a b c" },
		{ "caf\u00E9 na\u00EFve \u00C5ngstr\u00F6m", "cafe naiv angstrom" },
		{ "stra\u00DFe \uFB01ne", "strass fine" },
		{ "soft\u00ADware zero\u200Bwidth", "softwar zero width" },
		{ "\u4F60\u597Dabc\u4F60", "\u4F60 \u597D abc \u4F60" },
		{ "\u0414\u043E\u043C\u0430", "\u0434\u043E\u043C\u0430" },
		{ "e\u0301", "e" },
		{ "went feet bought", "went foot buy" },
		{ "v2beta HTTP2", "v2beta http2" },
		{ "\U0001F600smile\U0001F600", "smile" },
	};
	ARENA(mem);

	(void)state;
	for (size_t i = 0; i < COUNT_OF(CASES); i++)
		assert_str(stems(&mem, str_of(CASES[i].text)), CASES[i].stems);
}

static void the_more_common_a_word_is_the_less_it_weighs(void **state)
{
	(void)state;
	assert_true(weight("the") < weight("thing") && weight("thing") < weight("money"));
	assert_true(weight("money") < weight("purchase") && weight("purchase") < weight("demurrage"));
	assert_int_equal(weight("demurrage"), WORD_WEIGHT_ONE);
	assert_int_equal(weight("Things"), weight("thing"));
	assert_int_equal(weight("paid"), weight("pays"));
	assert_true(weight("x") < weight("xylophone"));
}

static void a_word_without_end_arrives_in_pieces(void **state)
{
	ARENA(mem);
	struct buf text = { .mem = &mem };
	struct word_reader reader;
	struct word word;
	size_t bytes = 0;

	(void)state;
	for (int i = 0; i < 1000; i++)
		buf_z(&text, i % 7 ? "a" : "\u00DF");
	word_reader_init(&reader, buf_view(&text));
	while (word_next(&reader, &word)) {
		assert_in_range(word.stem.n, 1, WORD_MAX_BYTES);
		bytes += word.stem.n;
	}
	word_reader_fini(&reader);
	assert_in_range(bytes, 1000, 1300);
}

static void a_reader_can_start_over(void **state)
{
	struct word_reader reader;
	struct word word;

	(void)state;
	word_reader_init(&reader, S("one"));
	word_reader_on(&reader, S("two three"));
	assert_true(word_next(&reader, &word));
	assert_str(word.stem, "two");
	assert_true(word_next(&reader, &word));
	assert_false(word_next(&reader, &word));
	word_reader_fini(&reader);
	word_reader_fini(&reader);
}

/* Enough different words that what a reader remembers of them is replaced now and then. */
static void what_a_reader_remembers_is_what_it_would_find_out(void **state)
{
	static const char *const ENDINGS[] = { "", "s", "ed", "ing", "ly", "ation", "\u00E9", "withoutanyendthatfits" };
	struct word_reader much, one;
	struct word a, b;
	ARENA(mem);

	(void)state;
	word_reader_init(&much, S(""));
	for (uint32_t i = 0; i < 60000; i++) {
		AUTO(arena_rewind) struct arena_mark mark = arena_mark(&mem);
		uint32_t n = i * 2654435761u >> 17;
		struct str word = arena_printf(&mem, "%c%c%c%s", 'a' + n % 26, 'a' + n / 26 % 26, 'a' + n / 676 % 26,
					       ENDINGS[n / 17576 % COUNT_OF(ENDINGS)]);

		word_reader_on(&much, word);
		assert_true(word_next(&much, &a));
		if (i % 16)
			continue;
		word_reader_init(&one, word);
		assert_true(word_next(&one, &b));
		assert_true(str_eq(a.stem, b.stem) && a.hash == b.hash && a.weight == b.weight);
		word_reader_fini(&one);
	}
	word_reader_fini(&much);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(text_is_read_as_folded_stems),
		cmocka_unit_test(the_more_common_a_word_is_the_less_it_weighs),
		cmocka_unit_test(a_word_without_end_arrives_in_pieces),
		cmocka_unit_test(a_reader_can_start_over),
		cmocka_unit_test(what_a_reader_remembers_is_what_it_would_find_out),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
