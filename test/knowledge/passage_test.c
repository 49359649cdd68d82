/* test/knowledge/passage_test.c: what stands in a chunk, and at its head. */
#include "../unit.h"

#include "base/buf.h"
#include "base/utf8.h"
#include "knowledge/passage.h"

enum { MAX_CHARS = 200, MOST = 64 };

#define SIZES ((struct chunk_sizes){ .max_chars = MAX_CHARS, .overlap_chars = 20 })
#define PART(context_, text_) { .text = S(text_), .context = S(context_) }

/* The part before which 70 characters are missing to make a part that stands for itself. */
#define SEVENTY "This sentence is seventy characters long and says nothing else at all."

struct read {
	struct passage items[MOST];
	size_t n;
};

static struct read read_all(struct arena *mem, struct document_part *parts, size_t n, enum document_kind kind)
{
	struct document document = { .parts = { parts, n } };
	struct passages passages = passages_of(mem, &document, kind, SIZES);
	struct read r = {0};

	while (passage_next(&passages, &r.items[r.n])) {
		assert_true(utf8_count(r.items[r.n].text) <= MAX_CHARS);
		assert_true(++r.n < MOST);
	}
	return r;
}

#define READ(parts, kind) read_all(&mem, parts, COUNT_OF(parts), kind)

static struct str repeated(struct arena *mem, const char *unit, size_t n)
{
	struct buf out = { .mem = mem };

	while (n-- > 0)
		buf_z(&out, unit);
	return buf_view(&out);
}

static void headings_stand_at_the_head_of_every_passage(void **state)
{
	ARENA(mem);
	struct document_part parts[] = { { .context = S("Guide > Install") } };
	struct read r;

	(void)state;
	parts[0].text = repeated(&mem, SEVENTY "\n\n", 10);
	r = READ(parts, DOCUMENT_MARKDOWN);
	assert_true(r.n > 3);
	for (size_t i = 0; i < r.n; i++) {
		assert_true(str_starts(r.items[i].text, S("Guide > Install\n")));
		assert_str(r.items[i].heading, "Guide > Install");
	}
}

static void a_header_row_is_repeated_and_is_no_heading(void **state)
{
	ARENA(mem);
	struct document_part parts[] = { { .context = S("name,price") } };
	struct read r;

	(void)state;
	parts[0].text = repeated(&mem, "Pump. Model 3,100\n", 30);
	r = READ(parts, DOCUMENT_CSV);
	for (size_t i = 0; i < r.n; i++) {
		/* Rows are whole, though each holds the end of a sentence, and none comes twice. */
		assert_true(str_starts(r.items[i].text, S("name,price\nPump. Model 3,100")));
		assert_true(str_ends(r.items[i].text, S("\nPump. Model 3,100")));
		assert_null(r.items[i].heading.p);
	}
	assert_int_equal(r.n, 3);
}

static void without_a_context_a_passage_is_its_chunk(void **state)
{
	ARENA(mem);
	struct document_part parts[] = { PART("", "  One line.\r\n") };
	struct read r = READ(parts, DOCUMENT_TEXT);

	(void)state;
	assert_int_equal(r.n, 1);
	assert_str(r.items[0].text, "One line.");
	assert_null(r.items[0].heading.p);
	assert_int_equal(r.items[0].page, 0);
}

static void small_sections_are_taken_together_below_the_headings_they_share(void **state)
{
	ARENA(mem);
	struct document_part parts[] = {
		PART("Guide > Pump", "Red."), PART("Guide > Pump > Valve", "Green."), PART("Guide > Pumps", "Blue."),
		PART("Guide > Pumps", "Grey."),
	};
	struct read r = READ(parts, DOCUMENT_MARKDOWN);

	(void)state;
	assert_int_equal(r.n, 1);
	assert_str(r.items[0].text, "Guide\nPump\nRed.\n\nPump > Valve\nGreen.\n\nPumps\nBlue.\n\nGrey.");
	assert_str(r.items[0].heading, "Guide");
}

static void sections_that_share_nothing_keep_their_headings_in_the_text(void **state)
{
	ARENA(mem);
	struct document_part parts[] = { PART("", "Before."), PART("Pump", "Red."), PART("Valve", "Green.") };
	struct read r = READ(parts, DOCUMENT_MARKDOWN);

	(void)state;
	assert_int_equal(r.n, 1);
	assert_str(r.items[0].text, "Before.\n\nPump\nRed.\n\nValve\nGreen.");
	assert_null(r.items[0].heading.p);
}

static void a_section_that_is_large_enough_stands_alone(void **state)
{
	ARENA(mem);
	struct document_part parts[] = {
		PART("A", "Small."), PART("B", SEVENTY), PART("C", SEVENTY), PART("D", "Small."), PART("E", "Small."),
	};
	struct read r = READ(parts, DOCUMENT_MARKDOWN);

	(void)state;
	assert_int_equal(r.n, 4);
	assert_str(r.items[0].text, "A\nSmall.");
	assert_str(r.items[1].text, "B\n" SEVENTY);
	assert_str(r.items[2].text, "C\n" SEVENTY);
	assert_str(r.items[3].text, "D\nSmall.\n\nE\nSmall.");
}

static void five_hundred_tiny_sections_make_passages_worth_having(void **state)
{
	ARENA(mem);
	struct document_part parts[500];
	size_t n = 0;

	(void)state;
	for (size_t i = 0; i < COUNT_OF(parts); i++)
		parts[i] = (struct document_part){ .context = arena_printf(&mem, "Terms > T%zu", i), .text = S("Twelve chars") };
	for (size_t at = 0; at < COUNT_OF(parts); at += 100)
		n += read_all(&mem, parts + at, 100, DOCUMENT_MARKDOWN).n;
	assert_int_equal(n, 5 * 20);
}

static void pages_are_never_mixed_and_every_passage_tells_its_own(void **state)
{
	ARENA(mem);
	struct document_part parts[] = { { .text = S("Title"), .page = 1 }, { .text = S("Text"), .page = 3 } };
	struct read r = READ(parts, DOCUMENT_PDF);

	(void)state;
	assert_int_equal(r.n, 2);
	assert_int_equal(r.items[0].page, 1);
	assert_int_equal(r.items[1].page, 3);
	assert_str(r.items[1].text, "Text");
}

static void a_context_takes_no_more_than_a_quarter(void **state)
{
	ARENA(mem);
	struct document_part parts[] = { { .context = repeated(&mem, "column,", 1000000), .text = S("1,2,3") },
					 { .context = repeated(&mem, "wide column ", 100) } };
	struct read r = READ(parts, DOCUMENT_CSV);

	(void)state;
	parts[1].text = repeated(&mem, SEVENTY "\n", 4);
	assert_int_equal(r.n, 1);
	assert_str(r.items[0].text, "column,column,column,column,column,column,column,\n1,2,3");
	r = read_all(&mem, parts + 1, 1, DOCUMENT_CSV);
	assert_true(r.n > 1);
	assert_true(str_starts(r.items[0].text, S("wide column wide column wide column wide column\n")));
}

static void parts_without_text_are_left_out(void **state)
{
	ARENA(mem);
	struct document_part blank[] = { PART("Guide", " \n"), PART("Guide > Use", "\u00A0") };
	struct document_part some[] = { PART("Guide", ""), PART("Guide > Use", "Turn it on."), PART("Guide > End", "\t") };
	struct read r = READ(some, DOCUMENT_MARKDOWN);

	(void)state;
	assert_int_equal(READ(blank, DOCUMENT_MARKDOWN).n, 0);
	assert_int_equal(read_all(&mem, NULL, 0, DOCUMENT_TEXT).n, 0);
	assert_int_equal(r.n, 1);
	assert_str(r.items[0].text, "Guide > Use\nTurn it on.");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(headings_stand_at_the_head_of_every_passage),
		cmocka_unit_test(a_header_row_is_repeated_and_is_no_heading),
		cmocka_unit_test(without_a_context_a_passage_is_its_chunk),
		cmocka_unit_test(small_sections_are_taken_together_below_the_headings_they_share),
		cmocka_unit_test(sections_that_share_nothing_keep_their_headings_in_the_text),
		cmocka_unit_test(a_section_that_is_large_enough_stands_alone),
		cmocka_unit_test(five_hundred_tiny_sections_make_passages_worth_having),
		cmocka_unit_test(pages_are_never_mixed_and_every_passage_tells_its_own),
		cmocka_unit_test(a_context_takes_no_more_than_a_quarter),
		cmocka_unit_test(parts_without_text_are_left_out),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
