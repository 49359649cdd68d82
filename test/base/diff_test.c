/* test/base/diff_test.c: differences read as patch would read them, and lead from one text to the other. */
#include "../unit.h"

#include "base/buf.h"
#include "base/diff.h"

static struct str diff(struct arena *mem, const char *a, const char *b)
{
	return diff_unified(mem, S("old"), str_of(a), S("new"), str_of(b));
}

#define HEAD "--- old\n+++ new\n"

static void texts_that_are_the_same_have_no_difference(void **state)
{
	ARENA(mem);

	assert_str(diff(&mem, "", ""), "");
	assert_str(diff(&mem, "a\nb\n", "a\nb\n"), "");
	(void)state;
}

static void a_difference_is_shown_with_three_lines_around_it(void **state)
{
	ARENA(mem);

	assert_str(diff(&mem, "1\n2\n3\n4\n5\n6\n7\n8\n9\n", "1\n2\n3\n4\nfive\n6\n7\n8\n9\n"),
		   HEAD "@@ -2,7 +2,7 @@\n 2\n 3\n 4\n-5\n+five\n 6\n 7\n 8\n");
	(void)state;
}

static void lines_are_added_and_taken_away_at_the_ends(void **state)
{
	ARENA(mem);

	assert_str(diff(&mem, "", "a\n"), HEAD "@@ -0,0 +1 @@\n+a\n");
	assert_str(diff(&mem, "a\n", ""), HEAD "@@ -1 +0,0 @@\n-a\n");
	assert_str(diff(&mem, "b\n", "a\nb\nc\n"), HEAD "@@ -1 +1,3 @@\n+a\n b\n+c\n");
	(void)state;
}

static void changes_far_from_each_other_are_hunks_of_their_own(void **state)
{
	ARENA(mem);
	const char *from = "a\n1\n2\n3\n4\n5\n6\nb\n", *near = "A\n1\n2\n3\n4\n5\n6\nB\n";

	assert_str(diff(&mem, from, near), HEAD "@@ -1,8 +1,8 @@\n-a\n+A\n 1\n 2\n 3\n 4\n 5\n 6\n-b\n+B\n");
	assert_str(diff(&mem, "a\n1\n2\n3\n4\n5\n6\n7\nb\n", "A\n1\n2\n3\n4\n5\n6\n7\nB\n"),
		   HEAD "@@ -1,4 +1,4 @@\n-a\n+A\n 1\n 2\n 3\n@@ -6,4 +6,4 @@\n 5\n 6\n 7\n-b\n+B\n");
	(void)state;
}

static void a_missing_line_break_at_the_end_is_a_difference(void **state)
{
	ARENA(mem);

	assert_str(diff(&mem, "a\nb\n", "a\nb"),
		   HEAD "@@ -1,2 +1,2 @@\n a\n-b\n+b\n\\ No newline at end of file\n");
	assert_str(diff(&mem, "x\nb", "y\nb"),
		   HEAD "@@ -1,2 +1,2 @@\n-x\n+y\n b\n\\ No newline at end of file\n");
	(void)state;
}

/* The classic of Myers' paper: five edits are enough. */
static void the_shortest_edit_is_found(void **state)
{
	ARENA(mem);
	struct str text = diff(&mem, "a\nb\nc\na\nb\nb\na\n", "c\nb\na\nb\na\nc\n");
	size_t edits = 0;

	while (text.n > 0) {
		struct str line = str_cut(&text, '\n');

		edits += line.n > 0 && (line.p[0] == '-' || line.p[0] == '+') && !str_starts(line, S("---")) &&
			 !str_starts(line, S("+++"));
	}
	assert_int_equal(edits, 5);
	(void)state;
}

/* -- applied ------------------------------------------------------------------------------------------------ */

static struct str take_line(struct str *rest)
{
	ptrdiff_t end = str_index(*rest, '\n');
	struct str line = { rest->p, end < 0 ? rest->n : (size_t)end + 1 };

	*rest = str_from(*rest, line.n);
	return line;
}

/* What patch would make of it: lines of `from` up to each hunk are kept, those of the hunk must be there. */
static struct str patched(struct arena *mem, struct str from, struct str patch)
{
	struct buf out = { .mem = mem };
	size_t at = 0;

	take_line(&patch);
	take_line(&patch);
	while (patch.n > 0) {
		struct str line = take_line(&patch);

		if (str_starts(line, S("@@"))) {
			long start = strtol(line.p + 4, NULL, 10), n = 1;
			struct str counts = str_from(line, 4);

			while (is_digit(counts.p[0]))
				counts = str_from(counts, 1);
			if (counts.p[0] == ',')
				n = strtol(counts.p + 1, NULL, 10);
			for (; at + (n > 0) < (size_t)start; at++)
				buf_str(&out, take_line(&from));
			continue;
		}
		if (line.p[0] != '+') {
			assert_true(str_eq(take_line(&from), str_from(line, 1)));
			at++;
		}
		if (line.p[0] != '-')
			buf_str(&out, str_from(line, 1));
	}
	buf_str(&out, from);
	return buf_view(&out);
}

/* Lines of few different texts, so that many are alike. */
static struct str random_text(struct arena *mem, uint32_t *seed, size_t n_lines, uint32_t kinds)
{
	struct buf out = { .mem = mem };

	for (size_t i = 0; i < n_lines; i++) {
		*seed = *seed * 1664525 + 1013904223;
		buf_printf(&out, "%u\n", (*seed >> 16) % kinds);
	}
	return buf_view(&out);
}

static void a_difference_leads_from_one_text_to_the_other(void **state)
{
	uint32_t seed = 7;

	for (int i = 0; i < 400; i++) {
		ARENA(mem);
		struct str a = random_text(&mem, &seed, (size_t)i % 23, 4), b = random_text(&mem, &seed, (size_t)i % 19, 4);
		struct str text = diff_unified(&mem, S("a"), a, S("b"), b);

		assert_true(str_eq(text.n ? patched(&mem, a, text) : a, b));
	}
	(void)state;
}

static void texts_with_little_in_common_replace_each_other(void **state)
{
	ARENA(mem);
	uint32_t seed = 3;
	struct str a = random_text(&mem, &seed, 3000, 50000), b = random_text(&mem, &seed, 3000, 50000);
	struct str text = diff_unified(&mem, S("a"), a, S("b"), b);

	assert_true(str_starts(str_from(text, 12), S("@@ -1,3000 +1,3000 @@\n-")));
	assert_true(str_eq(patched(&mem, a, text), b));
	(void)state;
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(texts_that_are_the_same_have_no_difference),
		cmocka_unit_test(a_difference_is_shown_with_three_lines_around_it),
		cmocka_unit_test(lines_are_added_and_taken_away_at_the_ends),
		cmocka_unit_test(changes_far_from_each_other_are_hunks_of_their_own),
		cmocka_unit_test(a_missing_line_break_at_the_end_is_a_difference),
		cmocka_unit_test(the_shortest_edit_is_found),
		cmocka_unit_test(a_difference_leads_from_one_text_to_the_other),
		cmocka_unit_test(texts_with_little_in_common_replace_each_other),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
