/* test/base/buf_test.c: bytes that grow at the end. */
#include "../unit.h"

#include "base/buf.h"

/* Fills it in many ways; both kinds of buffer must hold the same in the end. */
static void fill(struct buf *b)
{
	for (int i = 0; i < 1000; i++) {
		buf_add(b, "\0x", 2);
		buf_str(b, S("text"));
		buf_z(b, ",");
		buf_char(b, 'c');
		buf_printf(b, "%04d", i);
	}
}

static void assert_filled(const struct buf *b)
{
	struct str view = buf_view(b);

	assert_int_equal(view.n, 12000);
	assert_memory_equal(view.p, "\0xtext,c0000\0xtext,c0001", 24);
	assert_memory_equal(view.p + 11988, "\0xtext,c0999", 12);
}

static void a_buffer_keeps_what_is_appended(void **state)
{
	AUTO(buf_fini) struct buf heap = { 0 };
	struct buf in_arena;
	ARENA(a);

	(void)state;
	in_arena = (struct buf){ .mem = &a };
	fill(&heap);
	fill(&in_arena);
	assert_filled(&heap);
	assert_filled(&in_arena);
}

static void an_empty_buffer_is_empty_text_rather_than_none(void **state)
{
	struct buf b = { 0 };

	(void)state;
	assert_non_null(buf_view(&b).p);
	assert_int_equal(buf_view(&b).n, 0);
	buf_add(&b, NULL, 0);
	buf_str(&b, (struct str){ NULL, 0 });
	assert_null(b.p);
}

static void long_formatted_text_is_not_cut(void **state)
{
	AUTO(buf_fini) struct buf b = { 0 };

	(void)state;
	for (int width = 250; width < 260; width++) {
		buf_fini(&b);
		buf_printf(&b, "%*d|", width, 7);
		assert_int_equal(b.n, width + 1);
		assert_memory_equal(b.p + width - 1, "7|", 2);
	}
}

static void room_can_be_filled_by_the_caller(void **state)
{
	AUTO(buf_fini) struct buf b = { 0 };

	(void)state;
	buf_z(&b, "a");
	memset(buf_room(&b, 10000), 'b', 10000);
	b.n += 10000;
	buf_z(&b, "c");
	assert_int_equal(b.n, 10002);
	assert_memory_equal(b.p, "abb", 3);
	assert_memory_equal(b.p + 10000, "bc", 2);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_buffer_keeps_what_is_appended),
		cmocka_unit_test(an_empty_buffer_is_empty_text_rather_than_none),
		cmocka_unit_test(long_formatted_text_is_not_cut),
		cmocka_unit_test(room_can_be_filled_by_the_caller),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
