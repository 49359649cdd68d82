/* extract/csv: tables as they come, and as they come back. */
#include "../unit.h"

#include "base/ctx.h"
#include "base/utf8.h"
#include "extract/extract_internal.h"

static struct document parsed(struct arena *mem, struct str text)
{
	struct ctx ctx = { .mem = mem };
	struct document_sink sink;
	struct document out;

	sink_init(&sink, &ctx);
	assert_int_equal(extract_csv.parse(&ctx, text, &sink), OK);
	assert_int_equal(sink_finish(&sink, &out), OK);
	return out;
}

static const struct document_part *part_at(const struct document *d, size_t i)
{
	assert_true(i < d->parts.n);
	return LIST_AT(d->parts, struct document_part, i);
}

/* The context and text of the only part: "context: row; row; ". */
static void assert_table(const char *given, const char *expected)
{
	ARENA(mem);
	struct document d = parsed(&mem, str_of(given));
	struct buf shown = { .mem = &mem };
	struct str rows, row;

	assert_int_equal(d.parts.n, 1);
	rows = part_at(&d, 0)->text;
	buf_str(&shown, part_at(&d, 0)->context);
	buf_z(&shown, ":");
	while (rows.n > 0) {
		row = str_cut(&rows, '\n');
		buf_printf(&shown, " %.*s;", STR(row));
	}
	assert_str(buf_view(&shown), expected);
}

static void the_first_row_is_the_context_of_the_others(void **state)
{
	assert_table("name,city\nAda,London\nAlan,Wilmslow\n", "name | city: Ada | London; Alan | Wilmslow;");
}

static void the_separator_is_told_from_the_first_row(void **state)
{
	assert_table("a;b\n1,5;2\n", "a | b: 1,5 | 2;");
	assert_table("a\tb\n1,5\t2\n", "a | b: 1,5 | 2;");
	assert_table("a|b\n1,5|2\n", "a | b: 1,5 | 2;");
	assert_table("\"x;y;z\",b\n1,2\n", "x;y;z | b: 1 | 2;");
	assert_table("sep=;\na,b;c\n1;2\n", "a,b | c: 1 | 2;");
	assert_table("sep=;\r\na;c\r\n1;2\r\n", "a | c: 1 | 2;");
}

static void lines_end_as_any_system_ends_them(void **state)
{
	assert_table("a,b\r\n1,2\r\n3,4", "a | b: 1 | 2; 3 | 4;");
	assert_table("a,b\r1,2\r3,4\r", "a | b: 1 | 2; 3 | 4;");
	assert_table("\n\na,b\n\n1,2\n\n", "a | b: 1 | 2;");
}

static void quotes_hold_separators_quotes_and_line_feeds(void **state)
{
	assert_table("a,b\n\"x, y\",\"say \"\"hi\"\"\"\n", "a | b: x, y | say \"hi\";");
	assert_table("a,b\n\"two\r\nlines\",2\n", "a | b: two lines | 2;");
	assert_table("a,b\n\"\",2\n", "a | b:  | 2;");
	assert_table("a,b\n\"x\"y,2\n", "a | b: xy | 2;");
	assert_table("a,b\n6\" pipe,2\n", "a | b: 6\" pipe | 2;");
	assert_table("a,b\n1,\"never closed\n2,3\n", "a | b: 1 | never closed 2,3;");
}

static void rows_may_have_any_number_of_cells(void **state)
{
	assert_table("a,b,c\n1\n1,2,3,4,5\n,,3\n,,\n", "a | b | c: 1; 1 | 2 | 3 | 4 | 5;  |  | 3;");
}

static void cells_are_trimmed(void **state)
{
	assert_table("a , b\n  1\t ,  two   words \n", "a | b: 1 | two words;");
}

static void a_header_alone_is_text(void **state)
{
	ARENA(mem);
	struct document d = parsed(&mem, S("name,city\n"));

	assert_int_equal(d.parts.n, 1);
	assert_str(part_at(&d, 0)->text, "name | city");
	assert_null(part_at(&d, 0)->context.p);
}

static void nothing_is_no_part(void **state)
{
	static const char *const EMPTY[] = { "", "\n\n", ",,,\n,,\n", "\"\"", "\"", "sep=;" };
	ARENA(mem);

	for (size_t i = 0; i < COUNT_OF(EMPTY); i++)
		assert_int_equal(parsed(&mem, str_of(EMPTY[i])).parts.n, 0);
}

static void a_header_too_long_to_repeat_stands_once(void **state)
{
	ARENA(mem);
	struct buf text = { .mem = &mem };
	struct document d;

	buf_printf(&text, "%0300d,b\n1,2\n", 0);
	d = parsed(&mem, buf_view(&text));
	assert_int_equal(d.parts.n, 1);
	assert_null(part_at(&d, 0)->context.p);
	assert_true(str_ends(part_at(&d, 0)->text, S("0 | b\n1 | 2\n")));
}

/* Header and rows fit a chunk of the usual size, and no row is lost or torn. */
static void many_rows_are_parts_of_the_size_of_a_chunk(void **state)
{
	ARENA(mem);
	struct buf text = { .mem = &mem };
	struct document d;
	int next = 0;

	buf_z(&text, "number,name\n");
	for (int i = 0; i < 1000; i++)
		buf_printf(&text, "%d,Größe\n", i);
	d = parsed(&mem, buf_view(&text));
	for (size_t i = 0; i < d.parts.n; i++) {
		struct str rest = part_at(&d, i)->text;

		assert_str(part_at(&d, i)->context, "number | name");
		assert_in_range(utf8_count(rest), i + 1 < d.parts.n ? 600 : 1, 700);
		while (rest.n > 0)
			assert_str(str_cut(&rest, '\n'), arena_printf(&mem, "%d | Größe", next++).p);
	}
	assert_int_equal(next, 1000);
}

static void a_long_row_is_a_part_of_its_own(void **state)
{
	ARENA(mem);
	struct buf text = { .mem = &mem };
	struct document d;

	buf_printf(&text, "a,b\n1,2\n%05000d,x\n3,4\n", 0);
	d = parsed(&mem, buf_view(&text));
	assert_int_equal(d.parts.n, 3);
	assert_int_equal(part_at(&d, 1)->text.n, 5000 + strlen(" | x\n"));
}

static void a_million_columns_are_one_long_row(void **state)
{
	ARENA(mem);
	struct buf text = { .mem = &mem };
	struct document d;

	for (int i = 0; i < 1000000; i++)
		buf_z(&text, "c,");
	buf_z(&text, "end\n");
	for (int i = 0; i < 1000000; i++)
		buf_char(&text, ',');
	buf_z(&text, "1\n");
	d = parsed(&mem, buf_view(&text));
	assert_int_equal(d.parts.n, 2);
	assert_int_equal(part_at(&d, 0)->text.n, 4 * 1000000 + strlen("end\n"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_first_row_is_the_context_of_the_others),
		cmocka_unit_test(the_separator_is_told_from_the_first_row),
		cmocka_unit_test(lines_end_as_any_system_ends_them),
		cmocka_unit_test(quotes_hold_separators_quotes_and_line_feeds),
		cmocka_unit_test(rows_may_have_any_number_of_cells),
		cmocka_unit_test(cells_are_trimmed),
		cmocka_unit_test(a_header_alone_is_text),
		cmocka_unit_test(nothing_is_no_part),
		cmocka_unit_test(a_header_too_long_to_repeat_stands_once),
		cmocka_unit_test(many_rows_are_parts_of_the_size_of_a_chunk),
		cmocka_unit_test(a_long_row_is_a_part_of_its_own),
		cmocka_unit_test(a_million_columns_are_one_long_row),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
