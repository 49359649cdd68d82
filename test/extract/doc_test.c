/* extract/doc: paragraphs and rows out of what catdoc writes; compound files that mean harm. */
#include "documents.h"

static void a_letter_is_paragraphs_and_rows(void **state)
{
	SEEN(s);

	run_file(&s, "doc", "whole/letter.doc");
	assert_part(&s, 0, "",
		    "Dear dealer,\n"
		    "\n"
		    "The pump was bought in Århus for 120 €. It stopped after “three” days.\n"
		    "\n"
		    "Part | Price\n"
		    "Motor | 120\n"
		    "\n"
		    "See our page for more.\n"
		    "\n"
		    "Yours\n"
		    "\n"
		    "Ελληνικά on the second page.");
	assert_int_equal(s.document.parts.n, 1);
}

/* -- what catdoc writes --------------------------------------------------------------------------- */

static void assert_output(const char *output, const char *text)
{
	ARENA(mem);
	struct ctx ctx = { .mem = &mem };
	struct document_sink sink;
	struct document out;

	sink_init(&sink, &ctx);
	assert_int_equal(extract_doc.read_output(&ctx, str_of(output), &sink), OK);
	assert_int_equal(sink_finish(&sink, &out), OK);
	assert_int_equal(out.parts.n, text[0] != '\0');
	if (out.parts.n)
		assert_str(LIST_AT(out.parts, struct document_part, 0)->text, text);
}

static void the_instructions_of_fields_are_cut_out(void **state)
{
	assert_output("See   HYPERLINK \"http://example.com/\"  our page  for more.", "See our page for more.");
	assert_output(" HYPERLINK \\l \"_Toc12\"  Chapter 1\t PAGEREF _Toc12 \\h  3", "Chapter 1 | 3");
	assert_output(" TOC \\o \"1-3\" \\h \\z", "");
	assert_output("The word HYPERLINK stays, and HYPERLINK \"", "The word HYPERLINK stays, and HYPERLINK \"");
}

static void paragraphs_are_apart_and_rows_are_together(void **state)
{
	assert_output("one\n\n\ntwo\na\tb\nc\td\nthree\n", "one\n\ntwo\n\na | b\nc | d\n\nthree");
	assert_output("\f\fpage two\f\n", "page two");
	assert_output(" \n\t\n", "");
}

/* -- harm ----------------------------------------------------------------------------------------- */

static void broken_documents_are_refused_with_a_reason(void **state)
{
	static const char BROKEN[] = "the DOC is damaged, or it is no document of Word";

	assert_file_refused("doc", "broken/encrypted.doc", "the DOC is encrypted");
	assert_file_refused("doc", "broken/fat-outside.doc", BROKEN);
	assert_file_refused("doc", "broken/fat-sectors.doc", BROKEN);
	assert_file_refused("doc", "broken/truncated.doc", BROKEN);
	assert_file_refused("doc", "broken/header-only.doc", BROKEN);
	assert_file_refused("doc", "broken/no-word.doc", BROKEN);
}

static void a_document_without_text_has_no_parts(void **state)
{
	assert_no_text("doc", "broken/no-text.doc");
}

static void sectors_in_a_circle_end_it(void **state)
{
	static const char *const NAMES[] = { "broken/fat-loop.doc", "broken/directory-loop.doc" };

	for (size_t i = 0; i < COUNT_OF(NAMES); i++) {
		SEEN(s);

		run_file(&s, "doc", NAMES[i]);
		assert_true(s.e == ERR_INVALID || (s.e == OK && s.document.parts.n == 0));
	}
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_letter_is_paragraphs_and_rows),
		cmocka_unit_test(the_instructions_of_fields_are_cut_out),
		cmocka_unit_test(paragraphs_are_apart_and_rows_are_together),
		cmocka_unit_test(broken_documents_are_refused_with_a_reason),
		cmocka_unit_test(a_document_without_text_has_no_parts),
		cmocka_unit_test(sectors_in_a_circle_end_it),
	};

	hurry(argc, 2);
	extract_main(argc, argv, NO_ROWS);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
