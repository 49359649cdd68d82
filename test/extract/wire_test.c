/* extract/wire: documents there and back, and what only a stranger would write. */
#include "../unit.h"

#include "base/ctx.h"
#include "extract/extract_internal.h"

static struct document_part PARTS[] = {
	{ S("first"), S("Guide > Install"), 1 },
	{ S("sec\nond\n"), S("Guide > Install"), 1 },
	{ S("third"), { NULL, 0 }, 2 },
	{ S(""), S("x"), 0 },
};
static const struct document SAMPLE = { S("The Guide"), { PARTS, COUNT_OF(PARTS) } };

static const char TEXT[] =
	"title 9\nThe Guide\n"
	"page 1\ncontext 15\nGuide > Install\ntext 5\nfirst\ntext 8\nsec\nond\n\n"
	"page 2\ncontext 0\n\ntext 5\nthird\n"
	"page 0\ncontext 1\nx\ntext 0\n\nend 4\n";

static void what_has_not_changed_is_not_repeated(void **state)
{
	ARENA(mem);

	assert_str(wire_document(&mem, &SAMPLE), TEXT);
}

static void a_document_reads_back_the_same(void **state)
{
	ARENA(mem);
	struct ctx ctx = { .mem = &mem };
	struct document back;

	assert_int_equal(wire_read(&ctx, str_of(TEXT), &back), OK);
	assert_str(back.title, "The Guide");
	assert_int_equal(back.parts.n, COUNT_OF(PARTS));
	for (size_t i = 0; i < COUNT_OF(PARTS); i++) {
		const struct document_part *part = LIST_AT(back.parts, struct document_part, i);

		assert_true(str_eq(part->text, PARTS[i].text));
		assert_true(str_eq(part->context, PARTS[i].context) && !part->context.p == !PARTS[i].context.p);
		assert_int_equal(part->page, PARTS[i].page);
	}
}

static void an_error_is_the_childs_line(void **state)
{
	ARENA(mem);
	struct ctx ctx = { .mem = &mem };
	struct document none;

	assert_int_equal(wire_read(&ctx, wire_error(&mem, "the PDF is encrypted"), &none), ERR_INVALID);
	assert_string_equal(ctx.why, "the PDF is encrypted");
}

/* Every beginning of a good document is cut short, and no good one. */
static void a_document_cut_short_is_refused(void **state)
{
	ARENA(mem);
	struct ctx ctx = { .mem = &mem };
	struct document none;

	for (size_t n = 0; n < sizeof(TEXT) - 1; n++)
		assert_int_equal(wire_read(&ctx, (struct str){ TEXT, n }, &none), ERR_INTERNAL);
}

static void what_no_parser_writes_is_refused(void **state)
{
	static const struct str LIES[] = {
		S("end 1\n"), S("end 0\nx"), S("end 0\nend 0\n"), S("end\n"), S("end \n"), S("end -0\n"), S("end 0 \n"),
		S("text 99999999999\nx\nend 1\n"), S("text 18446744073709551615\nx\nend 1\n"), S("text 2\nx\nend 1\n"),
		S("text 0\nx\nend 1\n"), S("text 1\n\xFF\nend 1\n"), S("word 1\nx\nend 0\n"), S("\nend 0\n"),
		S("title 1\n\t\nend 0\n"), S("title 2\n\xC2\x85\nend 0\n"), S("page 99999999\nend 0\n"),
		S("context 1\n\n\nend 0\n"),
		S("error 0\n\n"), S("error 3\na\nb\n"), S("error 1\nx\nend 0\n"),
	};
	ARENA(mem);
	struct ctx ctx = { .mem = &mem };
	struct document none;

	for (size_t i = 0; i < COUNT_OF(LIES); i++) {
		enum err e = wire_read(&ctx, LIES[i], &none);

		if (e != ERR_INTERNAL)
			print_error("%.*s", STR(LIES[i]));
		assert_int_equal(e, ERR_INTERNAL);
	}
}

static void lines_and_parts_have_limits(void **state)
{
	ARENA(mem);
	struct ctx ctx = { .mem = &mem };
	struct buf wire = { .mem = &mem };
	struct document none;

	buf_printf(&wire, "context %d\n%0*d\nend 0\n", DOCUMENT_CONTEXT_MAX + 1, DOCUMENT_CONTEXT_MAX + 1, 0);
	assert_int_equal(wire_read(&ctx, buf_view(&wire), &none), ERR_INTERNAL);
	wire.n = 0;
	for (int i = 0; i <= DOCUMENT_PARTS_MAX; i++)
		buf_z(&wire, "text 0\n\n");
	buf_printf(&wire, "end %d\n", DOCUMENT_PARTS_MAX + 1);
	assert_int_equal(wire_read(&ctx, buf_view(&wire), &none), ERR_INTERNAL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_has_not_changed_is_not_repeated),
		cmocka_unit_test(a_document_reads_back_the_same),
		cmocka_unit_test(an_error_is_the_childs_line),
		cmocka_unit_test(a_document_cut_short_is_refused),
		cmocka_unit_test(what_no_parser_writes_is_refused),
		cmocka_unit_test(lines_and_parts_have_limits),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
