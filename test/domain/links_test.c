/* test/domain/links_test.c: which addresses a text offers. */
#include "../unit.h"

#include "base/buf.h"
#include "domain/links.h"

/* "url|label url ..." of a set. */
static struct str shown(struct arena *mem, const struct link_set *set)
{
	struct buf out = { .mem = mem };

	for (size_t i = 0; i < set->n; i++) {
		const struct link *link = &set->items[i];

		buf_printf(&out, "%s%.*s", i ? " " : "", STR(link->url));
		if (link->label.p)
			buf_printf(&out, "|%.*s", STR(link->label));
	}
	return buf_view(&out);
}

typedef void find_links(struct link_set *set, struct str text);

static void assert_found(find_links *find, const char *text, const char *expected)
{
	ARENA(mem);
	struct link_set set = {0};

	find(&set, str_of(text));
	assert_str(shown(&mem, &set), expected);
}

/* -- as they are --------------------------------------------------------------------------------- */

static void an_address_ends_where_the_text_around_it_begins(void **state)
{
	(void)state;
	assert_found(links_in_text, "see https://a.example/x and http://b.example",
		     "https://a.example/x http://b.example");
	assert_found(links_in_text, "<https://a.example> (https://b.example) \"https://c.example\" 'https://d.example' "
		     "`https://e.example`", "https://a.example https://b.example https://c.example https://d.example https://e.example");
	assert_found(links_in_text, "https://a.example/\xc3\xa4\xc2\xa0next", "https://a.example/\xc3\xa4");
}

static void what_ends_a_sentence_is_no_part_of_it(void **state)
{
	(void)state;
	assert_found(links_in_text, "at https://a.example/x., or https://b.example/p!! https://c.example?;:",
		     "https://a.example/x https://b.example/p https://c.example");
}

static void only_http_and_https_count_in_whatever_case(void **state)
{
	(void)state;
	assert_found(links_in_text, "ftp://x.example javascript:alert(1) HTTPS://A.example xhttp://b.example",
		     "HTTPS://A.example http://b.example");
	assert_found(links_in_text, "http:/x https:// http://... hhttp://https://", "http://https://");
}

static void each_is_found_once_and_fifty_at_most(void **state)
{
	ARENA(mem);
	struct buf text = { .mem = &mem };
	struct link_set set = {0};

	(void)state;
	assert_found(links_in_text, "https://a.example https://b.example https://a.example",
		     "https://a.example https://b.example");
	for (int i = 0; i < 60; i++)
		buf_printf(&text, "https://a.example/%d ", i);
	links_in_text(&set, buf_view(&text));
	assert_int_equal(set.n, LINKS_MAX);
	assert_str(set.items[LINKS_MAX - 1].url, "https://a.example/49");
}

/* -- in JSON ------------------------------------------------------------------------------------- */

static void in_json_the_backslash_of_a_quotation_mark_stays(void **state)
{
	(void)state;
	assert_found(links_in_json, "{\"a\":\"http://y.example/\\\"q\\\"\"}", "http://y.example/\\");
	assert_found(links_in_json, "{\"https://key.example\":1}", "https://key.example");
}

static void in_json_an_escaped_line_break_ends_an_address(void **state)
{
	(void)state;
	assert_found(links_in_json, "\"https://a.example\\nnext https://b.example\\tand\"",
		     "https://a.example https://b.example");
	assert_found(links_in_json, "\"https://a.example/x\\\\next\"", "https://a.example/x\\\\next");
	assert_found(links_in_json, "\"https://a.example\\", "https://a.example\\");
}

/* -- Markdown ------------------------------------------------------------------------------------ */

static void a_markdown_link_has_its_label(void **state)
{
	(void)state;
	assert_found(links_in_markdown, "[One](https://x.example/1) and [ two ](http://y.example?a=1&b=2)",
		     "https://x.example/1|One http://y.example?a=1&b=2|two");
	assert_found(links_in_markdown, "[bad](javascript:x) [no]( https://a.example) [none] (https://b.example) "
		     "[ ](https://c.example)", "https://c.example");
	assert_found(links_in_markdown, "[a [b](https://c.example)", "https://c.example|a [b");
	assert_found(links_in_markdown, "[a](https://b.example \"title\") [c](https://d.example)",
		     "https://d.example|c");
	assert_found(links_in_markdown, "a](https://b.example) [c](https://d.example", "");
}

static void the_first_of_the_same_address_keeps_its_label(void **state)
{
	ARENA(mem);
	struct link_set set = {0};

	(void)state;
	links_add(&set, S(" https://a.example \n"), S(" A "));
	links_add(&set, S("ftp://no.example"), S("B"));
	links_add(&set, S("nope"), (struct str){ NULL, 0 });
	links_in_markdown(&set, S("[Other](https://a.example) [C](https://c.example)"));
	links_in_text(&set, S("https://c.example https://d.example"));
	assert_str(shown(&mem, &set), "https://a.example|A https://c.example|C https://d.example");
}

/* -- time ---------------------------------------------------------------------------------------- */

static struct str repeated(struct arena *mem, const char *part, size_t bytes)
{
	struct buf out = { .mem = mem };

	while (out.n < bytes)
		buf_z(&out, part);
	return buf_view(&out);
}

/* Any of these takes hours where a search begins again at every character. */
static void hostile_texts_take_time_in_proportion_to_their_length(void **state)
{
	static const char *const PARTS[] = {
		"[", "]", "[](", "](https://a", "[a](https://a", "https://", "http", "h", "https://a https://a.",
		".,;:!?", "\\\\", "[[[](",
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(PARTS); i++) {
		ARENA(mem);
		struct str text = repeated(&mem, PARTS[i], 8 << 20);
		struct link_set set = {0};

		links_in_markdown(&set, text);
		links_in_text(&set, text);
		links_in_json(&set, text);
		assert_true(set.n <= LINKS_MAX);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_address_ends_where_the_text_around_it_begins),
		cmocka_unit_test(what_ends_a_sentence_is_no_part_of_it),
		cmocka_unit_test(only_http_and_https_count_in_whatever_case),
		cmocka_unit_test(each_is_found_once_and_fifty_at_most),
		cmocka_unit_test(in_json_the_backslash_of_a_quotation_mark_stays),
		cmocka_unit_test(in_json_an_escaped_line_break_ends_an_address),
		cmocka_unit_test(a_markdown_link_has_its_label),
		cmocka_unit_test(the_first_of_the_same_address_keeps_its_label),
		cmocka_unit_test(hostile_texts_take_time_in_proportion_to_their_length),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
