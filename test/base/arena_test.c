/* test/base/arena_test.c: memory that is released all at once. */
#include "../unit.h"

#include <string.h>

static void what_is_allocated_is_aligned_for_anything(void **state)
{
	ARENA(a);

	(void)state;
	for (size_t bytes = 0; bytes < 100; bytes++)
		assert_int_equal((uintptr_t)arena_alloc(&a, bytes) % 16, 0);
}

static void allocations_do_not_overlap(void **state)
{
	enum { N = 500 };
	unsigned char *p[N];
	ARENA(a);

	(void)state;
	for (size_t i = 0; i < N; i++)
		p[i] = memset(arena_alloc(&a, 1 + i), (int)(i & 255), 1 + i);
	for (size_t i = 0; i < N; i++)
		for (size_t k = 0; k <= i; k++)
			assert_int_equal(p[i][k], i & 255);
}

static void zeroed_memory_is_zero_though_it_was_used_before(void **state)
{
	unsigned char *p;
	ARENA(a);

	(void)state;
	memset(arena_alloc(&a, 1000), 0xff, 1000);
	arena_reset(&a);
	p = arena_zalloc(&a, 1000);
	for (size_t i = 0; i < 1000; i++)
		assert_int_equal(p[i], 0);
}

static void a_reset_arena_uses_its_first_block_again(void **state)
{
	void *first;
	ARENA(a);

	(void)state;
	first = arena_alloc(&a, 100);
	for (int i = 0; i < 50; i++)
		arena_alloc(&a, 1000);
	arena_reset(&a);
	assert_ptr_equal(arena_alloc(&a, 100), first);
}

static void a_first_block_made_for_one_huge_request_is_given_back(void **state)
{
	ARENA(a);

	(void)state;
	arena_alloc(&a, 100 * a.block_bytes);
	arena_reset(&a);
	assert_null(a.first);
	assert_non_null(arena_alloc(&a, 10));
}

static void rewinding_gives_back_what_came_after_the_mark(void **state)
{
	struct arena_mark outer, inner;
	char *kept, *next;
	ARENA(a);

	(void)state;
	kept = arena_strz(&a, S("kept"));
	outer = arena_mark(&a);
	next = arena_alloc(&a, 64);
	inner = arena_mark(&a);
	arena_alloc(&a, 10000);
	arena_rewind(&inner);
	arena_alloc(&a, 20000);
	arena_rewind(&outer);
	assert_ptr_equal(arena_alloc(&a, 64), next);
	assert_string_equal(kept, "kept");
}

static void a_mark_set_in_an_empty_arena_rewinds_to_its_begin(void **state)
{
	struct arena_mark mark;
	void *first;
	ARENA(a);

	(void)state;
	mark = arena_mark(&a);
	first = arena_alloc(&a, 10);
	arena_rewind(&mark);
	assert_ptr_equal(arena_alloc(&a, 10), first);
}

static void a_mark_goes_back_when_its_scope_ends(void **state)
{
	void *first;
	ARENA(a);

	(void)state;
	arena_alloc(&a, 10);
	{
		AUTO(arena_rewind) struct arena_mark mark = arena_mark(&a);

		first = arena_alloc(&a, 10);
	}
	assert_ptr_equal(arena_alloc(&a, 10), first);
}

static void the_newest_allocation_grows_in_place(void **state)
{
	char *p;
	ARENA(a);

	(void)state;
	p = strcpy(arena_alloc(&a, 8), "seven77");
	assert_ptr_equal(arena_grow(&a, p, 8, 800), p);
	memset(p + 8, 'x', 792);
	assert_string_equal(strncpy(arena_alloc(&a, 8), "after", 8), "after");
	assert_memory_equal(p, "seven77", 8);
	assert_int_equal(p[799], 'x');
}

static void an_older_allocation_moves_when_it_grows(void **state)
{
	char *p, *other, *moved;
	ARENA(a);

	(void)state;
	p = strcpy(arena_alloc(&a, 16), "older");
	other = strcpy(arena_alloc(&a, 16), "newer");
	moved = arena_grow(&a, p, 16, 64);
	assert_ptr_not_equal(moved, p);
	assert_string_equal(moved, "older");
	memset(moved + 6, 'x', 58);
	assert_string_equal(other, "newer");
}

static void growing_beyond_the_block_moves_and_keeps_the_bytes(void **state)
{
	char *p;
	ARENA(a);

	(void)state;
	p = strcpy(arena_alloc(&a, 16), "here");
	p = arena_grow(&a, p, 16, 1 << 20);
	assert_string_equal(p, "here");
	memset(p, 'x', 1 << 20);
}

static void an_array_grows_element_by_element(void **state)
{
	size_t *items = NULL, cap = 0;
	ARENA(a);

	(void)state;
	for (size_t n = 0; n < 1000; n++) {
		items = arena_more(&a, items, n, &cap, sizeof(*items));
		items[n] = n;
		assert_true(cap > n);
		arena_alloc(&a, n % 3);
	}
	for (size_t i = 0; i < 1000; i++)
		assert_int_equal(items[i], i);
}

static void text_is_copied_with_a_nul_behind_it(void **state)
{
	struct str copy;
	ARENA(a);

	(void)state;
	copy = arena_str(&a, (struct str){ "hello world", 5 });
	assert_str(copy, "hello");
	assert_int_equal(copy.p[5], '\0');
	assert_string_equal(arena_strz(&a, S("")), "");
}

static void absent_text_stays_absent_when_copied(void **state)
{
	ARENA(a);

	(void)state;
	assert_null(arena_str(&a, (struct str){ NULL, 0 }).p);
	assert_null(arena_strz(&a, (struct str){ NULL, 0 }));
}

static void formatted_text_has_any_length(void **state)
{
	struct str s;
	ARENA(a);

	(void)state;
	assert_str(arena_printf(&a, "%d and %.*s", 7, STR(S("more"))), "7 and more");
	s = arena_printf(&a, "%*d", 100000, 1);
	assert_int_equal(s.n, 100000);
	assert_int_equal(s.p[99999], '1');
}

static void allocate_a_product_that_overflows(void)
{
	struct arena a = { .block_bytes = 4096 };

	arena_array(&a, SIZE_MAX / 8 + 2, 8);
}

static void allocate_more_than_there_is(void)
{
	struct arena a = { .block_bytes = 4096 };

	arena_alloc(&a, SIZE_MAX - 8);
}

static void a_size_that_cannot_be_ends_the_process(void **state)
{
	(void)state;
	assert_true(aborts(allocate_a_product_that_overflows));
	assert_true(aborts(allocate_more_than_there_is));
}

static void a_finished_arena_may_be_finished_again_and_used_again(void **state)
{
	struct arena a;

	(void)state;
	arena_init(&a, 0);
	arena_alloc(&a, 100000);
	arena_fini(&a);
	arena_fini(&a);
	assert_string_equal(arena_strz(&a, S("again")), "again");
	arena_fini(&a);
	arena_fini(&(struct arena){ 0 });
}

static void a_taken_pointer_leaves_nothing_behind(void **state)
{
	int thing = 7, *p = &thing, *taken;

	(void)state;
	taken = TAKE(p);
	assert_ptr_equal(taken, &thing);
	assert_null(p);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_allocated_is_aligned_for_anything),
		cmocka_unit_test(allocations_do_not_overlap),
		cmocka_unit_test(zeroed_memory_is_zero_though_it_was_used_before),
		cmocka_unit_test(a_reset_arena_uses_its_first_block_again),
		cmocka_unit_test(a_first_block_made_for_one_huge_request_is_given_back),
		cmocka_unit_test(rewinding_gives_back_what_came_after_the_mark),
		cmocka_unit_test(a_mark_set_in_an_empty_arena_rewinds_to_its_begin),
		cmocka_unit_test(a_mark_goes_back_when_its_scope_ends),
		cmocka_unit_test(the_newest_allocation_grows_in_place),
		cmocka_unit_test(an_older_allocation_moves_when_it_grows),
		cmocka_unit_test(growing_beyond_the_block_moves_and_keeps_the_bytes),
		cmocka_unit_test(an_array_grows_element_by_element),
		cmocka_unit_test(text_is_copied_with_a_nul_behind_it),
		cmocka_unit_test(absent_text_stays_absent_when_copied),
		cmocka_unit_test(formatted_text_has_any_length),
		cmocka_unit_test(a_size_that_cannot_be_ends_the_process),
		cmocka_unit_test(a_finished_arena_may_be_finished_again_and_used_again),
		cmocka_unit_test(a_taken_pointer_leaves_nothing_behind),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
