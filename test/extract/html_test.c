/* extract/html: what of a page is its text, whatever the page is like. */
#include "documents.h"

static void read_page(struct seen *s, const char *page)
{
	run_bytes(s, "html", str_of(page));
}

static void assert_page(const char *page, const char *text)
{
	SEEN(s);

	read_page(&s, page);
	assert_str(str_trim(text_of(&s, 0)), text);
}

static void assert_whole_page(const char *name)
{
	SEEN(s);

	run_file(&s, "html", name);
	assert_str(s.document.title, "Pump shop – warranty");
	assert_part(&s, 0, "Warranty", "The pump is covered for three years — see our terms.\nGrüße!");
	assert_part(&s, 1, "Warranty > Exceptions",
		    "- Frost\n"
		    "  - in the hose\n"
		    "- Sand\n"
		    "\n"
		    "Part | Price\n"
		    "Motor | 120 €\n"
		    "\n"
		    "line  one\n"
		    "  line two\n"
		    "\n"
		    "A sketch of the valve");
	assert_int_equal(s.document.parts.n, 2);
}

static void a_page_is_its_content_without_what_surrounds_it(void **state)
{
	assert_whole_page("whole/page.html");
}

static void the_character_set_is_what_the_page_or_its_bytes_say(void **state)
{
	assert_whole_page("whole/page-windows1252.html");
	assert_whole_page("whole/page-utf16.html");
}

static void the_content_is_main_else_the_articles_else_the_body(void **state)
{
	assert_page("<p>around</p><main><p>Heart</p></main>", "Heart");
	assert_page("<p>around</p><div role=main><p>Heart</p></div>", "Heart");
	assert_page("<p>around</p><article><p>Heart</p></article><article>and soul</article>", "Heart\n\nand soul");
	assert_page("<p>around</p><main></main>", "around");
	assert_page("<p>A whole page of text, in which something small says main.</p><main>x</main>",
		    "A whole page of text, in which something small says main.\n\nx");
}

static void the_header_of_an_article_is_content_and_that_of_a_page_is_not(void **state)
{
	assert_page("<header>Home</header><article><header>Headline</header><p>Text</p></article>"
		    "<footer>Imprint</footer>", "Headline\n\nText");
	assert_page("<header>Home</header><p>Text</p><div role=contentinfo>Imprint</div>", "Text");
}

static void a_page_that_is_all_navigation_is_read_as_a_whole(void **state)
{
	assert_page("<nav><a href=1>One</a> <a href=2>Two</a></nav><aside>Three</aside>", "One Two\n\nThree");
}

static void hidden_elements_are_left_out(void **state)
{
	assert_page("<body style='display:none'><p>a<span hidden>b</span><i style='color:red; DISPLAY : None'>c</i>"
		    "<span aria-hidden=true>d</span><b style='visibility:hidden'>e</b>f</p>", "af");
}

static void what_is_dropped_ends_where_it_ends(void **state)
{
	assert_page("<p>a</p><svg><title>no</title><text>no</text></svg><p>b</p><select><option>no</select><p>c</p>",
		    "a\n\nb\n\nc");
	assert_page("<script>if (a < b) document.write('<p>no</p>')</script><style>no</style>yes", "yes");
}

static void the_title_is_the_page_s_own_else_what_it_is_shared_under(void **state)
{
	static const struct {
		const char *page, *title;
	} CASES[] = {
		{ "<title> A &amp;\n B </title><meta property=og:title content=C>x", "A & B" },
		{ "<meta property='og:title' content='C &amp; D'><title> </title>x", "C & D" },
		{ "<svg><title>No</title></svg>x", "" },
	};

	for (size_t i = 0; i < COUNT_OF(CASES); i++) {
		SEEN(s);

		read_page(&s, CASES[i].page);
		assert_int_equal(s.e, OK);
		assert_str(s.document.title, CASES[i].title);
	}
}

static void blocks_are_lines_and_inline_elements_are_not(void **state)
{
	assert_page("<div>a<b>b</b> <i>c</i></div><div>d</div>e<br>f<br><br>g<p>h", "ab c\nd\ne\nf\n\ng\n\nh");
	assert_page("wo&shy;rd&nbsp;\n  next&#8203;door", "word nextdoor");
}

static void lists_have_marks_and_numbers(void **state)
{
	assert_page("<ol start=3><li><p>three</p><li>four<ul><li>sub</ul><li></li></ol>after",
		    "3. three\n4. four\n  - sub\n\nafter");
	assert_page("<li>stray", "- stray");
}

static void rows_are_lines_of_cells(void **state)
{
	assert_page("<table><caption>Prices</caption><tr><th><th>2025<th>2026<tr><td><p>Motor</p><p>(big)</p>"
		    "<td>1<td>2<tr><td><td><td></table>", "Prices\n| 2025 | 2026\nMotor (big) | 1 | 2");
}

static void a_table_that_lays_out_a_page_is_no_row(void **state)
{
	struct buf page = {0};
	SEEN(s);

	buf_z(&page, "<table><tr><td>");
	repeat(&page, "Words of a long column. ", 20);
	buf_z(&page, "<p>A paragraph.</p><h2>A heading</h2>Below it.</td></tr></table>");
	run_bytes(&s, "html", buf_view(&page));
	assert_true(says(&s, "column.\nA paragraph."));
	assert_part(&s, 1, "A heading", "Below it.");
	buf_fini(&page);
}

static void broken_pages_are_read_as_far_as_they_go(void **state)
{
	static const struct {
		const char *name, *words;
	} CASES[] = {
		{ "broken/cut.html", "The pump is covered for three years" },
		{ "broken/charset-unknown.html", "Grüße" },
		{ "broken/charset-twice.html", "Grüße" },
		{ "broken/charset-lies.html", "aus Stra" },
		{ "broken/charset-utf7.html", "script" },
	};

	for (size_t i = 0; i < COUNT_OF(CASES); i++) {
		SEEN(s);

		run_file(&s, "html", CASES[i].name);
		if (!says(&s, CASES[i].words))
			print_error("%s\n", CASES[i].name);
		assert_true(says(&s, CASES[i].words));
	}
}

static void a_nul_is_a_blank(void **state)
{
	ARENA(mem);
	struct ctx ctx = { .mem = &mem };
	struct document_sink sink;
	struct document out;

	sink_init(&sink, &ctx);
	assert_int_equal(extract_html.load(&ctx), OK);
	assert_int_equal(extract_html.parse(&ctx, S("<p>be\0fore</p>\0<p>after"), &sink), OK);
	assert_int_equal(sink_finish(&sink, &out), OK);
	assert_str(str_trim(LIST_AT(out.parts, struct document_part, 0)->text), "be fore\n\nafter");
}

static void a_page_without_text_is_a_document_without_parts(void **state)
{
	assert_no_text("html", "broken/no-text.html");
}

static void assert_repeated(const char *piece, size_t n, const char *more, size_t n_more, const char *why)
{
	struct buf page = {0};
	SEEN(s);

	repeat(&page, piece, n);
	repeat(&page, more, n_more);
	run_bytes(&s, "html", buf_view(&page));
	if (why)
		assert_why(&s, why);
	else if (s.e != OK)
		print_error("%s: error %d: %s\n", piece, s.e, s.ctx.why);
	assert_int_equal(s.e, why ? ERR_INVALID : OK);
	buf_fini(&page);
}

static void elements_nested_without_end_are_refused(void **state)
{
	static const char WHY[] = "the page has more than 1000 elements inside each other";

	assert_repeated("<div>", 200000, "deep", 1, WHY);
	assert_repeated("<b><i><a>", 70000, "", 0, WHY);
	assert_repeated("<div>", 200000, "</b>", 200000, WHY);
	assert_repeated("<div>", 900, "</b>", 100000, NULL);
}

static void nothing_else_takes_quadratic_time(void **state)
{
	static const char *const PIECES[] = {
		"<", "&", "&#x", "<a ", "<a href=\"", "<!--", "<!-- -- ", "<![CDATA[", "<?", "</", "<p>", "</div>",
		"<script></", "a ",
	};

	for (size_t i = 0; i < COUNT_OF(PIECES); i++)
		assert_repeated(PIECES[i], 100000, "", 0, NULL);
}

/* libxml2 compares each with all before it. */
static void a_tag_of_very_many_attributes_costs_the_page_and_nothing_else(void **state)
{
	struct buf page = {0};
	SEEN(s);

	buf_z(&page, "<p ");
	for (int i = 0; i < 300000; i++)
		buf_printf(&page, "a%d ", i);
	buf_z(&page, ">text");
	run_bytes(&s, "html", buf_view(&page));
	assert_why(&s, TOO_SLOW);
	buf_fini(&page);
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_page_is_its_content_without_what_surrounds_it),
		cmocka_unit_test(the_character_set_is_what_the_page_or_its_bytes_say),
		cmocka_unit_test(the_content_is_main_else_the_articles_else_the_body),
		cmocka_unit_test(the_header_of_an_article_is_content_and_that_of_a_page_is_not),
		cmocka_unit_test(a_page_that_is_all_navigation_is_read_as_a_whole),
		cmocka_unit_test(hidden_elements_are_left_out),
		cmocka_unit_test(what_is_dropped_ends_where_it_ends),
		cmocka_unit_test(the_title_is_the_page_s_own_else_what_it_is_shared_under),
		cmocka_unit_test(blocks_are_lines_and_inline_elements_are_not),
		cmocka_unit_test(lists_have_marks_and_numbers),
		cmocka_unit_test(rows_are_lines_of_cells),
		cmocka_unit_test(a_table_that_lays_out_a_page_is_no_row),
		cmocka_unit_test(broken_pages_are_read_as_far_as_they_go),
		cmocka_unit_test(a_nul_is_a_blank),
		cmocka_unit_test(a_page_without_text_is_a_document_without_parts),
		cmocka_unit_test(elements_nested_without_end_are_refused),
		cmocka_unit_test(nothing_else_takes_quadratic_time),
		cmocka_unit_test(a_tag_of_very_many_attributes_costs_the_page_and_nothing_else),
	};

	hurry(argc, 3);
	extract_main(argc, argv, NO_ROWS);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
