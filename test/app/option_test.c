/* test/app/option_test.c: command lines, read by field tables. */
#include "../domain/rig.h"

#include "app/option.h"

struct sample {
	struct str target, name, size;
	int64_t count;
	bool loud;
	struct list tags;
};

static const char *const SIZES[] = { "small", "large", NULL };

static const struct field fields[] = {
	{ F_STR("target", sample, target), .in = IN_PATH, .required = true, .example = "TARGET" },
	{ F_STR("name", sample, name), .min = 1, .max = 5, .example = "NAME" },
	{ F_STR("size", sample, size), .one_of = SIZES, .def = "small" },
	{ F_INT("count", sample, count), .min = 1, .max = 9, .def = "3", .example = "N" },
	{ F_BOOL("loud", sample, loud) },
	{ F_STRS("tag", sample, tags), .example = "TAG" },
};
static const struct schema table = SCHEMA(NULL, sample, fields);

/* Reads the words, NULL-terminated, as a command would. */
static enum err parse(struct rig *r, const char *const *words, struct sample *out)
{
	struct list given;
	int n = 0;

	while (words[n])
		n++;
	*out = (struct sample){ .count = 0 };
	options_default(&r->ctx, &table, out);
	TRY(options_read(&r->ctx, &table, n, words, &given));
	TRY(options_complete(&r->ctx, &table, &given));
	return options_set(&r->ctx, &given, out);
}

#define WORDS(...) ((const char *[]){ __VA_ARGS__, NULL })

static void options_stand_before_and_behind_arguments(void **state)
{
	const char *const *const FORMS[] = {
		WORDS("--name", "bob", "x", "--count=4"), WORDS("x", "--name=bob", "--count", "4"),
		WORDS("--count", "4", "--name", "bob", "--", "x"),
	};
	struct rig *r = *state;
	struct sample s;

	for (size_t i = 0; i < COUNT_OF(FORMS); i++) {
		assert_int_equal(parse(r, FORMS[i], &s), OK);
		assert_str(s.target, "x");
		assert_str(s.name, "bob");
		assert_int_equal(s.count, 4);
		assert_false(s.loud);
	}
}

static void what_is_not_given_has_its_default(void **state)
{
	struct rig *r = *state;
	struct sample s;

	assert_int_equal(parse(r, WORDS("x"), &s), OK);
	assert_null(s.name.p);
	assert_str(s.size, "small");
	assert_int_equal(s.count, 3);
	assert_int_equal(s.tags.n, 0);
}

static void a_list_keeps_the_order_it_is_given_in(void **state)
{
	struct rig *r = *state;
	struct sample s;

	assert_int_equal(parse(r, WORDS("--tag", "b", "x", "--tag=a=1", "--tag="), &s), OK);
	assert_int_equal(s.tags.n, 3);
	assert_str(*LIST_AT(s.tags, struct str, 0), "b");
	assert_str(*LIST_AT(s.tags, struct str, 1), "a=1");
	assert_str(*LIST_AT(s.tags, struct str, 2), "");
}

static void behind_two_hyphens_everything_is_an_argument(void **state)
{
	struct rig *r = *state;
	struct sample s;

	assert_int_equal(parse(r, WORDS("--", "--loud"), &s), OK);
	assert_str(s.target, "--loud");
	assert_int_equal(parse(r, WORDS("-"), &s), OK);
	assert_str(s.target, "-");
}

static void a_mistake_is_named(void **state)
{
	const struct {
		const char *const *words;
		const char *why;
	} CASES[] = {
		{ WORDS("--loud"), "TARGET is missing" },
		{ WORDS("x", "y"), "unexpected argument 'y'" },
		{ WORDS("x", "--nome", "y"), "unknown option '--nome'" },
		{ WORDS("x", "--target=y"), "unknown option '--target'" },
		{ WORDS("x", "-n"), "unknown option" },
		{ WORDS("x", "--name"), "--name needs a value: NAME" },
		{ WORDS("x", "--name", "--loud"), "--name needs a value" },
		{ WORDS("x", "--name", "a", "--name=b"), "--name is given twice" },
		{ WORDS("x", "--loud", "--loud"), "--loud is given twice" },
		{ WORDS("x", "--loud=yes"), "--loud takes no value" },
		{ WORDS("x", "--name="), "--name must not be empty" },
		{ WORDS("x", "--name", "sixsix"), "--name must have at most 5" },
		{ WORDS("x", "--size", "Small"), "--size must be one of: small, large" },
		{ WORDS("x", "--count", "4x"), "--count must be a whole number, not '4x'" },
		{ WORDS("x", "--count", "0"), "--count must be at least 1" },
		{ WORDS("x", "--count", "10"), "--count must be at most 9" },
		{ WORDS("\xff"), "UTF-8" },
	};
	struct rig *r = *state;
	struct sample s;

	for (size_t i = 0; i < COUNT_OF(CASES); i++)
		assert_fails(&r->ctx, parse(r, CASES[i].words, &s), ERR_INVALID, CASES[i].why);
}

static void a_value_may_look_like_an_option_when_it_is_tied_to_one(void **state)
{
	struct rig *r = *state;
	struct sample s;

	assert_int_equal(parse(r, WORDS("x", "--name=--a"), &s), OK);
	assert_str(s.name, "--a");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		IN_A_FOLDER(options_stand_before_and_behind_arguments),
		IN_A_FOLDER(what_is_not_given_has_its_default),
		IN_A_FOLDER(a_list_keeps_the_order_it_is_given_in),
		IN_A_FOLDER(behind_two_hyphens_everything_is_an_argument),
		IN_A_FOLDER(a_mistake_is_named),
		IN_A_FOLDER(a_value_may_look_like_an_option_when_it_is_tied_to_one),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
