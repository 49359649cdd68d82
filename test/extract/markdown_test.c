/* extract/markdown: sections, lists, tables, code, and what makes other readers of Markdown slow. */
#include "documents.h"

static void read_text(struct seen *s, const char *text)
{
	run_bytes(s, "markdown", str_of(text));
}

static void headings_are_the_context_of_what_stands_below_them(void **state)
{
	SEEN(s);

	run_file(&s, "markdown", "whole/guide.md");
	assert_part(&s, 0, "Install",
		    "Unpack the pump, then read the manual. See a sketch of the valve and valve --open.");
	assert_part(&s, 1, "Install > Wiring",
		    "1. Switch off the mains\n"
		    "2. Connect:\n"
		    "  - brown to L\n"
		    "  - blue to N\n"
		    "\n"
		    "pump --start    # two  spaces stay\n"
		    "\n"
		    "echo done\n"
		    "\n"
		    "Part | Price\n"
		    "Motor | 120 €\n"
		    "Hose | 15\n"
		    "\n"
		    "Frost & heat are not covered.");
	assert_part(&s, 2, "Removal", "raw HTML stays as text\n\nDrain first.\nThen lift it.");
	assert_int_equal(s.document.parts.n, 3);
}

static void front_matter_gives_the_title_alone(void **state)
{
	static const struct {
		const char *text, *title, *first;
	} CASES[] = {
		{ "---\ntitle: Pump guide\nx: y\n---\nbody", "Pump guide", "body" },
		{ "---\r\ntitle: 'Pump: guide'\r\n...\r\nbody", "Pump: guide", "body" },
		{ "---\ntitle: >\n  folded\n---\nbody", "", "body" },
		{ "---\nkey: never closed\n\nbody", "", "key: never closed\n\nbody" },
		{ "---\nno colon\n---\nbody", "", "body" },
		{ "body\n\n---\ntitle: no\n---\n", "", "body" },
	};

	for (size_t i = 0; i < COUNT_OF(CASES); i++) {
		SEEN(s);

		read_text(&s, CASES[i].text);
		assert_str(s.document.title, CASES[i].title);
		assert_str(str_trim(text_of(&s, 0)), CASES[i].first);
	}
}

static void entities_are_decoded(void **state)
{
	SEEN(s);

	read_text(&s, "&auml;&#228;&#xE4; &amp;lt; &nosuchthing; &#0; &#xFFFFFF;");
	assert_part(&s, 0, "", "äää &lt; &nosuchthing; &#0; \uFFFD");
}

static void tags_inside_a_paragraph_are_left_out(void **state)
{
	SEEN(s);

	read_text(&s, "H<sub>2</sub>O <!-- a note --> is<br>wet<BR/>stuff");
	assert_part(&s, 0, "", "H2O is\nwet\nstuff");
}

static void blocks_of_html_are_read_as_html(void **state)
{
	SEEN(s);

	read_text(&s, "<h1 align=center>Pump</h1>\n\n<p><img alt='a logo' src=x></p>\n\n"
		      "<script>\nvar x;\n</script>\n\nText");
	assert_part(&s, 0, "Pump", "a logo\n\nText");
}

static void links_become_their_text(void **state)
{
	SEEN(s);

	read_text(&s, "[a *b*](http://example.com/x \"title\") ![c](d.png) <http://example.com/> [e][1]\n\n"
		      "[1]: http://f");
	assert_part(&s, 0, "", "a b c http://example.com/ e");
}

static void items_of_a_loose_list_stay_lines(void **state)
{
	SEEN(s);

	read_text(&s, "3. one\n\n4. two\n\n   more\n\nafter");
	assert_part(&s, 0, "", "3. one\n4. two\n\nmore\n\nafter");
}

static void a_heading_with_nothing_below_it_is_not_lost(void **state)
{
	SEEN(s);

	read_text(&s, "# Only a heading");
	assert_part(&s, 0, "", "Only a heading");
}

static void a_heading_as_long_as_a_paragraph_is_one(void **state)
{
	struct buf text = {0};
	SEEN(s);

	buf_z(&text, "# ");
	repeat(&text, "many words ", 50);
	buf_z(&text, "\n\nbody");
	run_bytes(&s, "markdown", buf_view(&text));
	assert_str(part_of(&s, 0)->context, "");
	assert_true(says(&s, "many words") && says(&s, "body"));
	buf_fini(&text);
}

/* Each once took a reader of Markdown more than a quarter of an hour; the cage allows seconds. */
static void nothing_takes_quadratic_time(void **state)
{
	static const struct {
		const char *piece;
		size_t n;
	} CASES[] = {
		{ "[", 500000 }, { "[a](", 100000 }, { "![[]()", 100000 }, { "*a **a ", 100000 }, { "`a``b", 100000 },
		{ "www._", 100000 }, { "<a ", 200000 }, { "a <!A", 100000 }, { "&a", 200000 }, { "> ", 100000 },
		{ "- ", 100000 }, { "[a]: b \"\n", 50000 }, { "<p>\n\n", 20000 },
	};

	for (size_t i = 0; i < COUNT_OF(CASES); i++) {
		struct buf text = {0};
		SEEN(s);

		repeat(&text, CASES[i].piece, CASES[i].n);
		run_bytes(&s, "markdown", buf_view(&text));
		if (s.e != OK)
			print_error("%s\n", CASES[i].piece);
		assert_int_equal(s.e, OK);
		buf_fini(&text);
	}
}

static void a_table_of_cells_that_are_not_there_is_refused(void **state)
{
	struct buf text = {0};
	SEEN(s);

	repeat(&text, "|a", 20000);
	buf_z(&text, "|\n");
	repeat(&text, "|---", 20000);
	buf_z(&text, "|\n");
	repeat(&text, "x\n", 20000);
	run_bytes(&s, "markdown", buf_view(&text));
	assert_why(&s, "a table in the Markdown has far more columns than its rows have cells");
	buf_fini(&text);
}

static void a_text_with_nuls_is_refused(void **state)
{
	assert_file_refused("markdown", "broken/nuls.md", "the document is not text: it holds binary data");
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(headings_are_the_context_of_what_stands_below_them),
		cmocka_unit_test(front_matter_gives_the_title_alone),
		cmocka_unit_test(entities_are_decoded),
		cmocka_unit_test(tags_inside_a_paragraph_are_left_out),
		cmocka_unit_test(blocks_of_html_are_read_as_html),
		cmocka_unit_test(links_become_their_text),
		cmocka_unit_test(items_of_a_loose_list_stay_lines),
		cmocka_unit_test(a_heading_with_nothing_below_it_is_not_lost),
		cmocka_unit_test(a_heading_as_long_as_a_paragraph_is_one),
		cmocka_unit_test(nothing_takes_quadratic_time),
		cmocka_unit_test(a_table_of_cells_that_are_not_there_is_refused),
		cmocka_unit_test(a_text_with_nuls_is_refused),
	};

	extract_main(argc, argv, NO_ROWS);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
