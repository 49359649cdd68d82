/* extract/sink: parts, headings above them, and the limits of a document. */
#include "../unit.h"

#include "base/ctx.h"
#include "base/utf8.h"
#include "extract/extract_internal.h"

struct desk {
	struct arena mem;
	struct ctx ctx;
	struct document_sink sink;
	struct document document;
};

static int set_up(void **state)
{
	struct desk *d = *state = xcalloc(1, sizeof(*d));

	d->ctx.mem = &d->mem;
	sink_init(&d->sink, &d->ctx);
	return 0;
}

static int tear_down(void **state)
{
	struct desk *d = *state;

	arena_fini(&d->mem);
	free(d);
	return 0;
}

/* "context|text" of each part, a line each. */
static struct str shown(struct desk *d)
{
	struct buf out = { .mem = &d->mem };

	assert_int_equal(sink_finish(&d->sink, &d->document), OK);
	for (size_t i = 0; i < d->document.parts.n; i++) {
		const struct document_part *part = LIST_AT(d->document.parts, struct document_part, i);

		buf_printf(&out, "%.*s|%.*s\n", STR(part->context), STR(part->text));
	}
	return buf_view(&out);
}

static struct str repeated(struct desk *d, char c, size_t n)
{
	return (struct str){ memset(arena_alloc(&d->mem, n), c, n), n };
}

static void parts_without_text_are_left_out(void **state)
{
	struct desk *d = *state;

	sink_part(&d->sink, S("one"), 1);
	sink_text(&d->sink, S(" \n\t\xC2\xA0"));
	sink_part(&d->sink, S("two"), 2);
	sink_text(&d->sink, S("text"));
	sink_part(&d->sink, S("three"), 3);
	assert_str(shown(d), "two|text\n");
}

static void a_part_stands_under_its_headings(void **state)
{
	struct desk *d = *state;

	sink_text(&d->sink, S("preface"));
	sink_heading(&d->sink, 1, S("Guide"));
	sink_text(&d->sink, S("a"));
	sink_heading(&d->sink, 2, S(" Install \n the\tpump "));
	sink_text(&d->sink, S("b"));
	sink_heading(&d->sink, 4, S("Deep"));
	sink_text(&d->sink, S("c"));
	sink_heading(&d->sink, 2, S("Use"));
	sink_text(&d->sink, S("d"));
	sink_heading(&d->sink, 1, S(""));
	sink_text(&d->sink, S("e"));
	assert_str(shown(d), "|preface\nGuide|a\nGuide > Install the pump|b\nGuide > Install the pump > Deep|c\n"
			     "Guide > Use|d\n|e\n");
}

static void a_heading_with_nothing_below_is_text(void **state)
{
	struct desk *d = *state;

	sink_heading(&d->sink, 1, S("Guide"));
	sink_heading(&d->sink, 2, S("Empty"));
	sink_heading(&d->sink, 2, S("Full"));
	sink_text(&d->sink, S("text"));
	sink_heading(&d->sink, 1, S("Last"));
	assert_str(shown(d), "Guide|Empty\nGuide > Full|text\n|Last\n");
}

static void outer_headings_give_way_to_inner_ones(void **state)
{
	struct desk *d = *state;

	sink_heading(&d->sink, 1, repeated(d, 'a', 1000));
	sink_heading(&d->sink, 2, repeated(d, 'b', 200));
	sink_heading(&d->sink, 3, S("inner"));
	sink_text(&d->sink, S("text"));
	assert_int_equal(sink_finish(&d->sink, &d->document), OK);
	assert_str(LIST_AT(d->document.parts, struct document_part, 0)->context,
		   arena_printf(&d->mem, "%.*s > inner", STR(repeated(d, 'b', 200))).p);
}

static void a_context_is_one_line_of_bounded_length(void **state)
{
	struct desk *d = *state;
	struct str context;

	sink_part(&d->sink, repeated(d, '\xC4', 5000), 0);     /* not UTF-8 */
	sink_text(&d->sink, S("text"));
	assert_int_equal(sink_finish(&d->sink, &d->document), OK);
	context = LIST_AT(d->document.parts, struct document_part, 0)->context;
	assert_true(utf8_valid(context));
	assert_in_range(utf8_count(context), 1, DOCUMENT_CONTEXT_MAX);
}

static void breaks_add_up_to_what_is_wanted_and_never_begin_a_part(void **state)
{
	struct desk *d = *state;

	sink_break(&d->sink, 2);
	sink_text(&d->sink, S("a"));
	sink_break(&d->sink, 1);
	sink_break(&d->sink, 2);
	sink_break(&d->sink, 1);
	sink_text(&d->sink, S("b"));
	assert_str(shown(d), "|a\n\nb\n");
}

static void text_is_mended(void **state)
{
	struct desk *d = *state;

	sink_text(&d->sink, S("a\xFF"));
	sink_char(&d->sink, '\xC3');
	sink_char(&d->sink, '\xA4');
	assert_str(shown(d), "|a\xEF\xBF\xBD\xC3\xA4\n");
}

static void the_first_title_that_says_something_counts(void **state)
{
	struct desk *d = *state;

	sink_title(&d->sink, S(" \n"));
	sink_title(&d->sink, S("The\n Guide"));
	sink_title(&d->sink, S("Another"));
	assert_str(shown(d), "");
	assert_str(d->document.title, "The Guide");
}

static void too_much_text_is_an_error_that_stays(void **state)
{
	struct desk *d = *state;
	struct str block = repeated(d, 'x', 1 << 20);

	for (int i = 0; i < EXTRACTED_TEXT_MAX >> 20; i++)
		sink_text(&d->sink, block);
	assert_false(sink_failed(&d->sink));
	sink_char(&d->sink, 'x');
	assert_true(sink_failed(&d->sink));
	sink_part(&d->sink, (struct str){ NULL, 0 }, 0);
	sink_text(&d->sink, S("more"));
	assert_int_equal(sink_finish(&d->sink, &d->document), ERR_INVALID);
	assert_string_equal(d->ctx.why, "the document holds more than 32 MiB of text");
}

static void too_many_parts_are_an_error(void **state)
{
	struct desk *d = *state;

	for (int i = 0; i <= DOCUMENT_PARTS_MAX; i++) {
		sink_part(&d->sink, (struct str){ NULL, 0 }, 0);
		sink_char(&d->sink, 'x');
	}
	assert_int_equal(sink_finish(&d->sink, &d->document), ERR_INVALID);
	assert_string_equal(d->ctx.why, "the document has more than 100000 parts");
}

static void what_repeated_contexts_take_counts(void **state)
{
	struct desk *d = *state;
	struct str context = repeated(d, 'c', DOCUMENT_CONTEXT_MAX - 1);
	int n = 0;

	for (; !sink_failed(&d->sink) && n < DOCUMENT_PARTS_MAX; n++) {
		sink_part(&d->sink, context, 0);
		sink_text(&d->sink, context);
	}
	assert_in_range(n, 60000, 70000);
}

#define DESK_TEST(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		DESK_TEST(parts_without_text_are_left_out),
		DESK_TEST(a_part_stands_under_its_headings),
		DESK_TEST(a_heading_with_nothing_below_is_text),
		DESK_TEST(outer_headings_give_way_to_inner_ones),
		DESK_TEST(a_context_is_one_line_of_bounded_length),
		DESK_TEST(breaks_add_up_to_what_is_wanted_and_never_begin_a_part),
		DESK_TEST(text_is_mended),
		DESK_TEST(the_first_title_that_says_something_counts),
		DESK_TEST(too_much_text_is_an_error_that_stays),
		DESK_TEST(too_many_parts_are_an_error),
		DESK_TEST(what_repeated_contexts_take_counts),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
