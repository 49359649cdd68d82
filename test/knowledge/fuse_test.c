/* test/knowledge/fuse_test.c: two rankings into one. */
#include "../unit.h"

#include <math.h>

#include "base/buf.h"
#include "knowledge/fuse.h"

/* One hit per letter, which is its id; the similarities it comes with are of no account. */
static struct index_best ranking(struct arena *mem, const char *letters)
{
	struct index_best best = { .items = arena_array(mem, strlen(letters), sizeof(*best.items)), .n = strlen(letters) };

	for (size_t i = 0; i < best.n; i++) {
		best.items[i] = (struct index_hit){ .similarity = 0.5, .chunk_seq = letters[i] };
		memset(best.items[i].chunk_id, letters[i], UUID_TEXT);
	}
	return best;
}

static struct index_best fused(struct arena *mem, const char *a, const char *b, double weight)
{
	struct index_best left = ranking(mem, a), right = ranking(mem, b), out;

	fuse(mem, &left, &right, weight, &out);
	return out;
}

static struct str order(struct arena *mem, const char *a, const char *b, double weight)
{
	struct index_best out = fused(mem, a, b, weight);
	struct buf letters = { .mem = mem };

	for (size_t i = 0; i < out.n; i++)
		buf_char(&letters, out.items[i].chunk_id[0]);
	return buf_view(&letters);
}

static void what_both_have_comes_before_what_one_has(void **state)
{
	ARENA(mem);

	(void)state;
	assert_str(order(&mem, "abc", "dce", 1), "cadbe");
	assert_str(order(&mem, "ab", "ba", 1), "ab");
	assert_str(order(&mem, "ab", "", 1), "ab");
	assert_str(order(&mem, "", "ba", 1), "ba");
	assert_str(order(&mem, "", "", 1), "");
}

static void a_light_list_only_decides_where_the_other_is_silent(void **state)
{
	ARENA(mem);

	(void)state;
	assert_str(order(&mem, "abc", "xcba", 0.01), "abcx");
	assert_str(order(&mem, "abc", "xcba", 0), "abcx");
}

static void similarities_are_shares_of_the_first_place_in_both(void **state)
{
	ARENA(mem);
	struct index_best out = fused(&mem, "ab", "ac", 1);

	(void)state;
	assert_true(out.items[0].similarity == 1);
	assert_true(fabs(out.items[1].similarity - 0.5 * 61 / 62) < 1e-6);
	out = fused(&mem, "ab", "ac", 0.25);
	assert_true(out.items[0].similarity == 1);
	assert_true(fabs(out.items[1].similarity - 0.8 * 61 / 62) < 1e-6);
	assert_true(fabs(out.items[2].similarity - 0.2 * 61 / 62) < 1e-6);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_both_have_comes_before_what_one_has),
		cmocka_unit_test(a_light_list_only_decides_where_the_other_is_silent),
		cmocka_unit_test(similarities_are_shares_of_the_first_place_in_both),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
