/* test/knowledge/chunk_test.c: normalising, cutting, counting. */
#include "../unit.h"

#include "base/buf.h"
#include "base/utf8.h"
#include "knowledge/chunk.h"

enum { MOST_CHUNKS = 4096 };

struct cut {
	struct str chunks[MOST_CHUNKS];
	size_t n;
};

static struct cut *cut(struct arena *mem, struct str text, size_t max, size_t overlap)
{
	struct chunker chunker = chunker_on(text, (struct chunk_sizes){ .max_chars = max, .overlap_chars = overlap });
	struct cut *c = NEW(mem, struct cut);

	while (chunk_next(&chunker, &c->chunks[c->n]))
		assert_true(++c->n < MOST_CHUNKS);
	return c;
}

/* `n` times `unit`. */
static struct str repeated(struct arena *mem, const char *unit, size_t n)
{
	struct buf out = { .mem = mem };

	while (n-- > 0)
		buf_z(&out, unit);
	return buf_view(&out);
}

/* True of every cut: nothing empty, nothing too long, no white space at the ends, nothing but
 * white space left out between a chunk and the next. */
static void check(struct str text, const struct cut *c, size_t max)
{
	size_t done = 0;

	for (size_t i = 0; i < c->n; i++) {
		size_t from = (size_t)(c->chunks[i].p - text.p), end = from + c->chunks[i].n;

		assert_true(c->chunks[i].n > 0 && utf8_count(c->chunks[i]) <= max);
		assert_true(text_words((struct str){ c->chunks[i].p, 1 }) && utf8_valid(c->chunks[i]));
		assert_true(from <= done || text_words((struct str){ text.p + done, from - done }) == 0);
		assert_true(end > done);
		done = end;
	}
	assert_int_equal(text_words(str_from(text, done)), 0);
}

static void text_is_normalised(void **state)
{
	static const struct {
		struct str text;
		const char *normal;
	} CASES[] = {
		{ { NULL, 0 }, "" },
		{ S(""), "" },
		{ S(" \n\t \r\n "), "" },
		{ S("one\r\ntwo\rthree\n"), "one\ntwo\nthree" },
		{ S("\n\none\n\n \n\t\n\ntwo\n\n"), "one\n\ntwo" },
		{ S("  indented\n    more"), "  indented\n    more" },
		{ S("\uFEFFmarks of \uFEFForder"), "marks of order" },
		{ S("nul\0bell\a"), "nul bell " },
		{ S("page\fpage"), "page\npage" },
		{ S("cafe\u0301"), "caf\u00E9" },
		{ S("\u1112\u1161\u11AB"), "\uD55C" },
		{ S("a\u0323\u0307 = a\u0307\u0323"), "\u1EA1\u0307 = \u1EA1\u0307" },
		{ S("\u212B"), "\u00C5" },
		{ S("bad \xFF\xC3( byte"), "bad \uFFFD\uFFFD( byte" },
	};
	ARENA(mem);

	(void)state;
	for (size_t i = 0; i < COUNT_OF(CASES); i++)
		assert_str(text_normalise(&mem, CASES[i].text), CASES[i].normal);
}

static void normalising_twice_changes_nothing(void **state)
{
	ARENA(mem);
	struct str once = text_normalise(&mem, S(" a\r\n\r\n\r\n\xFE e\u0301\u0302\u0303 \u1112\u1161\u11AB\0x\f"));

	(void)state;
	assert_true(str_eq(text_normalise(&mem, once), once));
}

/* Sorting the marks of one letter takes quadratic time, so a letter does not get that many. */
static void a_letter_under_a_million_marks_is_broken_up(void **state)
{
	ARENA(mem);
	struct str normal = text_normalise(&mem, repeated(&mem, "\u0316\u0301", 500000));

	(void)state;
	assert_true(utf8_valid(normal));
	assert_true(str_find(normal, S("\u034F")) > 0);
	assert_true(utf8_count(normal) <= 1000000 + 1000000 / 30 + 1);
}

static void words_are_what_stands_between_white_space(void **state)
{
	(void)state;
	assert_int_equal(text_words(S("")), 0);
	assert_int_equal(text_words(S(" \n ")), 0);
	assert_int_equal(text_words(S("one, two\nthree-four")), 3);
	assert_int_equal(text_words(S("a\u00A0b\u3000c")), 3);
}

static void a_short_text_is_one_chunk(void **state)
{
	ARENA(mem);
	struct cut *c = cut(&mem, S("  All of it. Really.\n"), 2000, 200);

	(void)state;
	assert_int_equal(c->n, 1);
	assert_str(c->chunks[0], "All of it. Really.");
	assert_int_equal(cut(&mem, S(""), 10, 2)->n, 0);
	assert_int_equal(cut(&mem, S(" \n\n "), 10, 2)->n, 0);
}

static void the_best_border_in_the_last_third_is_taken(void **state)
{
	static const struct {
		const char *text, *first;
	} CASES[] = {
		{ "Aaaa bbbb cccc dddd eeee ffff.\n\nEe ff. Gg hhhh iiii", "Aaaa bbbb cccc dddd eeee ffff." },
		{ "Aaaa bbbb cccc dddd eeee ffff. Gggg hhhh iiii jjjj", "Aaaa bbbb cccc dddd eeee ffff." },
		{ "Aaaa bbbb cccc dddd eeee ffff\ngggg hhhh iiii jjjj", "Aaaa bbbb cccc dddd eeee ffff" },
		{ "Aaaa bbbb cccc dddd eeee ffff gggg hhhh iiii jjjj", "Aaaa bbbb cccc dddd eeee ffff gggg hhhh" },
		{ "Aaaa. Bbbb cccc. Dddd\n\nEeee ffff gggg hhhh iiii jjj", "Aaaa. Bbbb cccc. Dddd\n\nEeee ffff gggg" },
		{ "Aaaa bbbb cccc dddd eeee Dr. Ffff gggg hhhh iiii", "Aaaa bbbb cccc dddd eeee Dr. Ffff gggg" },
		{ "aaaaaaaaaabbbbbbbbbbccccccccccddddddddddeeeeeeeeee", "aaaaaaaaaabbbbbbbbbbccccccccccdddddddddd" },
	};
	ARENA(mem);

	(void)state;
	for (size_t i = 0; i < COUNT_OF(CASES); i++)
		assert_str(cut(&mem, str_of(CASES[i].text), 40, 0)->chunks[0], CASES[i].first);
}

static void a_point_within_a_number_at_the_edge_is_no_border(void **state)
{
	ARENA(mem);

	(void)state;
	assert_str(cut(&mem, S("aaaa bbbb cccc 12.345 dddd"), 18, 0)->chunks[0], "aaaa bbbb cccc");
}

static void a_letter_keeps_its_accent_in_a_word_without_end(void **state)
{
	ARENA(mem);
	struct cut *c = cut(&mem, repeated(&mem, "x\u0301\u0302", 100), 20, 0);

	(void)state;
	for (size_t i = 0; i < c->n; i++)
		assert_int_equal(c->chunks[i].p[0], 'x');
}

/* Each of these is cut, within a text that has no space, where the line says with "|". */
static void a_text_without_spaces_is_cut_where_a_reader_would(void **state)
{
	static const char *const CASES[] = {
		/* Behind a comma, though there is room for more. */
		"\u6211\u4EEC\u73B0\u5728\u5728\u8FD9\u91CC\uFF0C|\u4ED6\u4EEC\u5728\u90A3\u91CC\u5462",
		/* Not within a name or a number. */
		"\u6211\u4EEC\u73B0\u5728\u6B63\u5728\u4F7F\u7528|Wikipedia\u6765\u67E5",
		"\u4EF7\u683C\u4E00\u5171\u73B0\u5728\u5C31\u662F|12345678\u5143\u6574",
		/* Families and flags are one character each. */
		"abcdefgh|\U0001F468\u200D\U0001F469\u200D\U0001F467\u200D\U0001F466",
		"abcdefg\U0001F1E9\U0001F1EA|\U0001F1EB\U0001F1F7\U0001F1EA\U0001F1F8",
		"abcdefghi|\u0E01\u0E33\u0E01\u0E33",
		/* A Hangul syllable that has not been composed. */
		"abcdefgh|\u1112\u1161\u11AB\u1112",
	};
	ARENA(mem);

	(void)state;
	for (size_t i = 0; i < COUNT_OF(CASES); i++) {
		struct str rest = str_of(CASES[i]), head = str_cut(&rest, '|');
		struct buf text = { .mem = &mem };

		buf_str(&text, head);
		buf_str(&text, rest);
		assert_true(str_eq(cut(&mem, buf_view(&text), 10, 0)->chunks[0], head));
	}
}

static void an_overlap_begins_with_a_whole_character(void **state)
{
	static const char *const CLUSTERS[] = { "\u0E01\u0E33", "\U0001F468\u200D\U0001F469", "x\u0301\u0302", "\u0915\u093E" };
	ARENA(mem);

	(void)state;
	for (size_t i = 0; i < COUNT_OF(CLUSTERS); i++) {
		struct str text = repeated(&mem, CLUSTERS[i], 100);
		struct cut *c = cut(&mem, text, 40, 10);

		check(text, c, 40);
		for (size_t k = 0; k < c->n; k++) {
			assert_true(str_starts(c->chunks[k], str_of(CLUSTERS[i])));
			assert_true(str_ends(c->chunks[k], str_of(CLUSTERS[i])));
			assert_true(k == 0 || c->chunks[k].p < c->chunks[k - 1].p + c->chunks[k - 1].n);
		}
	}
}

static void lines_of_a_table_are_whole_and_come_once(void **state)
{
	ARENA(mem);
	struct str text = S("a. b\nc d e f g h\n0123456789012345678901234567 long\ni\nj\nk");
	struct chunker chunker = chunker_on(text, (struct chunk_sizes){ .max_chars = 20, .overlap_chars = 5,
									.whole_lines = true });
	static const char *const EXPECTED[] = { "a. b\nc d e f g h", "01234567890123456789", "01234567 long\ni\nj\nk" };
	struct str chunk;

	(void)state;
	for (size_t i = 0; i < COUNT_OF(EXPECTED); i++) {
		assert_true(chunk_next(&chunker, &chunk));
		assert_str(chunk, EXPECTED[i]);
	}
	assert_false(chunk_next(&chunker, &chunk));
}

static void sizes_are_as_set_up(void **state)
{
	(void)state;
	assert_int_equal(chunk_sizes().max_chars, CHUNK_CHARS);
	assert_int_equal(chunk_sizes().overlap_chars, CHUNK_OVERLAP);
	chunk_setup((struct chunk_sizes){ .max_chars = CHUNK_CHARS_MIN, .overlap_chars = 0 });
	assert_int_equal(chunk_sizes().max_chars, CHUNK_CHARS_MIN);
	assert_int_equal(chunk_sizes().overlap_chars, 0);
}

static void chunks_overlap_from_the_beginning_of_a_sentence(void **state)
{
	ARENA(mem);
	struct cut *c = cut(&mem, repeated(&mem, "This sentence is 32 letters long.\n", 200), 2000, 200);

	(void)state;
	assert_true(c->n > 3);
	for (size_t i = 1; i < c->n; i++) {
		size_t overlap = (size_t)(c->chunks[i - 1].p + c->chunks[i - 1].n - c->chunks[i].p);

		assert_true(str_starts(c->chunks[i], S("This sentence")));
		assert_in_range(overlap, 100, 200);
	}
}

static void a_text_without_sentences_overlaps_by_words(void **state)
{
	ARENA(mem);
	struct str text = repeated(&mem, "word ", 2000);
	struct cut *c = cut(&mem, text, 2000, 200);

	(void)state;
	check(text, c, 2000);
	assert_true(c->n > 4);
	for (size_t i = 1; i < c->n; i++)
		assert_in_range((size_t)(c->chunks[i - 1].p + c->chunks[i - 1].n - c->chunks[i].p), 190, 200);
}

static void sizes_count_characters_not_bytes(void **state)
{
	ARENA(mem);
	struct cut *c = cut(&mem, repeated(&mem, "\u65E5", 100), 30, 0);

	(void)state;
	assert_int_equal(c->n, 4);
	assert_int_equal(c->chunks[0].n, 90);
}

/* Texts that offer no borders, or nothing else. */
static void a_megabyte_of_anything_is_cut(void **state)
{
	static const char *const UNITS[] = {
		" ", "a", "\u65E5", ".", "! ", "\n", "\n\n", "a\n\n", "\u3000", "x\u0301", "a. ", "a ", "No. ", "...a",
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(UNITS); i++) {
		ARENA(mem);
		struct str text = repeated(&mem, UNITS[i], 1000000 / strlen(UNITS[i]));

		check(text, cut(&mem, text, 2000, 200), 2000);
	}
}

static void a_gap_behind_a_chunk_is_not_a_reason_to_repeat_it(void **state)
{
	ARENA(mem);
	struct buf text = { .mem = &mem };
	struct cut *c;

	(void)state;
	buf_str(&text, repeated(&mem, "word ", 380));
	buf_str(&text, repeated(&mem, " ", 100000));
	buf_z(&text, "end");
	c = cut(&mem, buf_view(&text), 2000, 200);
	assert_int_equal(c->n, 2);
	assert_str(c->chunks[1], "end");
}

static void any_sizes_come_to_an_end(void **state)
{
	ARENA(mem);
	struct str text = S("Some words. \u00C4nd more,\n\nwith e\u0301 in them; averyverylongone at the end.");

	(void)state;
	for (size_t max = 1; max < 70; max++)
		for (size_t overlap = 0; overlap <= max + 5; overlap++)
			check(text, cut(&mem, text, max, overlap), max);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(text_is_normalised),
		cmocka_unit_test(normalising_twice_changes_nothing),
		cmocka_unit_test(a_letter_under_a_million_marks_is_broken_up),
		cmocka_unit_test(words_are_what_stands_between_white_space),
		cmocka_unit_test(a_short_text_is_one_chunk),
		cmocka_unit_test(the_best_border_in_the_last_third_is_taken),
		cmocka_unit_test(a_point_within_a_number_at_the_edge_is_no_border),
		cmocka_unit_test(a_letter_keeps_its_accent_in_a_word_without_end),
		cmocka_unit_test(a_text_without_spaces_is_cut_where_a_reader_would),
		cmocka_unit_test(an_overlap_begins_with_a_whole_character),
		cmocka_unit_test(lines_of_a_table_are_whole_and_come_once),
		cmocka_unit_test(sizes_are_as_set_up),
		cmocka_unit_test(chunks_overlap_from_the_beginning_of_a_sentence),
		cmocka_unit_test(a_text_without_sentences_overlaps_by_words),
		cmocka_unit_test(sizes_count_characters_not_bytes),
		cmocka_unit_test(a_megabyte_of_anything_is_cut),
		cmocka_unit_test(a_gap_behind_a_chunk_is_not_a_reason_to_repeat_it),
		cmocka_unit_test(any_sizes_come_to_an_end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
