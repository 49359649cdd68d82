/* extract/pdf: pages and paragraphs out of what pdftotext writes; PDFs that mean harm. */
#include "documents.h"

static void pages_keep_their_numbers(void **state)
{
	static const char *const TEXTS[] = {
		"Pump handbook\n"
		"\n"
		"The pump is covered for three years from the day of purchase. Damage by frost is not covered, so "
		"drain the pump before winter.\n"
		"\n"
		"Keep the receipt (it is well-known that dealers ask for it).",
		"Größen und Preise\n\nDer Motor kostet 120 € – ein Schnäppchen für Gärtner.",
		"Ελληνικά και Русский текст\n日本語のテキスト",
	};
	SEEN(s);

	run_file(&s, "pdf", "whole/handbook.pdf");
	for (size_t i = 0; i < COUNT_OF(TEXTS); i++) {
		assert_part(&s, i, "", TEXTS[i]);
		assert_int_equal(part_of(&s, i)->page, i + 1);
	}
	assert_int_equal(s.document.parts.n, COUNT_OF(TEXTS));
}

/* -- what pdftotext writes ------------------------------------------------------------------------ */

static void read_output(struct seen *s, const char *output)
{
	struct document_sink sink;

	s->ctx.mem = &s->mem;
	sink_init(&sink, &s->ctx);
	s->e = extract_pdf.read_output(&s->ctx, str_of(output), &sink);
	if (s->e == OK)
		s->e = sink_finish(&sink, &s->document);
}

static void assert_output(const char *output, const char *text)
{
	SEEN(s);

	read_output(&s, output);
	assert_str(str_trim(text_of(&s, 0)), text);
}

static void an_empty_page_is_counted_and_left_out(void **state)
{
	SEEN(s);

	read_output(&s, "\f \n\n\fthree\n\f\ffive\n\f");
	assert_int_equal(s.document.parts.n, 2);
	assert_int_equal(part_of(&s, 0)->page, 3);
	assert_int_equal(part_of(&s, 1)->page, 5);
}

#define LINE "This is a line of running text that fills its column"

static void lines_of_running_text_are_joined(void **state)
{
	assert_output(LINE "\n" LINE "\nand ends.\n" LINE "\n", LINE " " LINE " and ends.\n\n" LINE);
	assert_output("A heading\n" LINE "\nand ends.\nAnother\n", "A heading\n\n" LINE " and ends.\nAnother");
	assert_output(LINE "\n\n" LINE "\n", LINE "\n\n" LINE);
}

static void lines_of_a_narrow_block_stay_lines(void **state)
{
	assert_output("Part Price\nMotor 120\nHose 15\n", "Part Price\nMotor 120\nHose 15");
	assert_output("A narrow column of\ntext goes on.\n", "A narrow column of text goes on.");
}

static void an_item_of_a_list_begins_a_line(void **state)
{
	assert_output(LINE "\n\u2022 one\n- two\n3. three\nd) four\n", LINE "\n\u2022 one\n- two\n3. three\nd) four");
}

static void a_word_that_was_cut_at_the_end_of_a_line_is_whole(void **state)
{
	assert_output("It was a mis-\nunderstanding.\n", "It was a misunderstanding.");
	assert_output("It was a mis\u00AD\nunderstanding.\n", "It was a misunderstanding.");
	assert_output("Pages 3 -\nin all\n", "Pages 3 - in all");
	assert_output("Made by Rolls-\nRoyce\n", "Made by Rolls-\nRoyce");
}

static void output_without_a_page_is_no_document(void **state)
{
	SEEN(s);

	read_output(&s, "");
	assert_int_equal(s.e, OK);
	assert_int_equal(s.document.parts.n, 0);
}

/* -- harm ----------------------------------------------------------------------------------------- */

static void broken_pdfs_are_refused_with_a_reason(void **state)
{
	static const char BROKEN[] = "the PDF is damaged, or it is none";

	assert_file_refused("pdf", "broken/encrypted.pdf", "the PDF is encrypted, and opens only with a password");
	assert_file_refused("pdf", "broken/truncated.pdf", BROKEN);
	assert_file_refused("pdf", "broken/header-only.pdf", BROKEN);
	assert_file_refused("pdf", "broken/two-billion-pages.pdf", BROKEN);
}

static void a_pdf_that_opens_without_a_password_is_read(void **state)
{
	SEEN(s);

	run_file(&s, "pdf", "broken/copying-forbidden.pdf");
	assert_true(s.e == OK ? says(&s, "The launch code is 0000.") : s.e == ERR_INVALID);
}

static void a_pdf_without_text_has_no_parts(void **state)
{
	assert_no_text("pdf", "broken/no-text.pdf");
	assert_no_text("pdf", "broken/page-loop.pdf");
}

static void a_gigabyte_of_text_in_a_small_file_is_stopped(void **state)
{
	SEEN(s);

	run_file(&s, "pdf", "broken/bomb.pdf");
	assert_int_equal(s.e, ERR_INVALID);
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(pages_keep_their_numbers),
		cmocka_unit_test(an_empty_page_is_counted_and_left_out),
		cmocka_unit_test(lines_of_running_text_are_joined),
		cmocka_unit_test(lines_of_a_narrow_block_stay_lines),
		cmocka_unit_test(an_item_of_a_list_begins_a_line),
		cmocka_unit_test(a_word_that_was_cut_at_the_end_of_a_line_is_whole),
		cmocka_unit_test(output_without_a_page_is_no_document),
		cmocka_unit_test(broken_pdfs_are_refused_with_a_reason),
		cmocka_unit_test(a_pdf_that_opens_without_a_password_is_read),
		cmocka_unit_test(a_pdf_without_text_has_no_parts),
		cmocka_unit_test(a_gigabyte_of_text_in_a_small_file_is_stopped),
	};

	hurry(argc, 4);
	extract_main(argc, argv, NO_ROWS);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
