/* test/base/log_test.c: one line per event, whatever is in it. */
#include "../unit.h"

#include <pthread.h>

#include "base/ctx.h"
#include "base/log.h"
#include "json/json.h"

/* Standard error goes into a file while `say` runs; the file's text comes back. */
static struct str logged(struct arena *mem, void (*say)(void))
{
	FILE *file = tmpfile();
	int keep = dup(STDERR_FILENO);
	char *text;
	long n;

	assert_non_null(file);
	dup2(fileno(file), STDERR_FILENO);
	say();
	dup2(keep, STDERR_FILENO);
	close(keep);
	n = lseek(fileno(file), 0, SEEK_END);
	text = arena_zalloc(mem, (size_t)n + 1);
	assert_int_equal(pread(fileno(file), text, (size_t)n, 0), n);
	fclose(file);
	return (struct str){ text, (size_t)n };
}

static size_t count_lines(struct str text)
{
	size_t n = 0;

	for (size_t i = 0; i < text.n; i++)
		n += text.p[i] == '\n';
	return n;
}

static void say_one(void)
{
	log_info("run.finish", kv_i("turns", 7), kv_z("why", "two words"), kv_s("id", S("plain")),
		 kv_s("none", S("")));
}

static void a_line_is_time_level_event_and_pairs(void **state)
{
	struct str line;
	ARENA(a);

	(void)state;
	log_setup(LOG_INFO, LOG_TEXT);
	line = logged(&a, say_one);
	assert_int_equal(line.p[23], 'Z');
	assert_str(str_from(line, 24), " info run.finish turns=7 why=\"two words\" id=plain none=\"\"\n");
}

static void say_at_every_level(void)
{
	log_debug("a", kv_i("n", 1));
	log_info("b", kv_i("n", 1));
	log_warn("c", kv_i("n", 1));
	log_error("d", kv_i("n", 1));
}

static void what_is_below_the_level_is_not_written(void **state)
{
	ARENA(a);

	(void)state;
	log_setup(LOG_WARN, LOG_TEXT);
	assert_int_equal(count_lines(logged(&a, say_at_every_level)), 2);
	log_setup(LOG_DEBUG, LOG_TEXT);
	assert_int_equal(count_lines(logged(&a, say_at_every_level)), 4);
	log_setup(LOG_OFF, LOG_TEXT);
	assert_int_equal(logged(&a, say_at_every_level).n, 0);
}

static void say_something_hostile(void)
{
	log_info("http.request", kv_s("path", S("/a\n2026 error fake x=\"1\\\x7f\x01\r\t")));
}

static void a_value_cannot_forge_a_line(void **state)
{
	struct str line;
	ARENA(a);

	(void)state;
	log_setup(LOG_INFO, LOG_TEXT);
	line = logged(&a, say_something_hostile);
	assert_int_equal(count_lines(line), 1);
	assert_true(str_find(line,
			     S("path=\"/a\\u000a2026 error fake x=\\\"1\\\\\\u007f\\u0001\\u000d\\u0009\"\n")) > 0);
}

/* The C1 control 0x9B begins an escape sequence in a terminal, as ESC [ does. */
static void say_something_for_a_terminal(void)
{
	log_info("http.request", kv_s("plain", S("/\xc2\x9b" "31m")), kv_s("quoted", S("a \xc2\x9b")));
}

static void a_value_cannot_steer_a_terminal(void **state)
{
	struct str line;
	ARENA(a);

	(void)state;
	log_setup(LOG_INFO, LOG_TEXT);
	line = logged(&a, say_something_for_a_terminal);
	assert_true(str_find(line, S("plain=/\\u009b31m quoted=\"a \\u009b\"\n")) > 0);
}

/* The line read as JSON. */
static const struct json *parsed(struct arena *mem, struct str line)
{
	struct ctx ctx = { .mem = mem };
	const struct json *v = NULL;

	assert_int_equal(count_lines(line), 1);
	if (json_parse(&ctx, line, JSON_STRICT, &v) != OK) {
		print_error("%s: %.*s\n", ctx.why, STR(line));
		assert_non_null(v);
	}
	return v;
}

static void a_json_line_is_json(void **state)
{
	const struct json *v;
	int64_t turns;
	ARENA(a);

	(void)state;
	log_setup(LOG_INFO, LOG_JSON);
	v = parsed(&a, logged(&a, say_one));
	assert_str(json_get_str(v, "level"), "info");
	assert_str(json_get_str(v, "event"), "run.finish");
	assert_str(json_get_str(v, "why"), "two words");
	assert_true(json_as_int(json_get(v, "turns"), &turns) && turns == 7);
	v = parsed(&a, logged(&a, say_something_hostile));
	assert_str(json_get_str(v, "path"), "/a\n2026 error fake x=\"1\\\x7f\x01\r\t");
}

static char long_text[20000];

static void say_much(void)
{
	log_info("http.request", kv_z("path", long_text), kv_i("status", 200), kv_z("again", long_text));
}

static void a_long_line_is_cut_and_stays_a_line(void **state)
{
	static const char *const FILLINGS[] = { "a", "\n", "\"", "\xc3\xa4", "\xe2\x82\xac" };
	ARENA(a);

	(void)state;
	for (size_t i = 0; i < COUNT_OF(FILLINGS); i++) {
		struct str line;

		for (size_t n = 0; n < sizeof(long_text) - 1; n++)
			long_text[n] = FILLINGS[i][n % strlen(FILLINGS[i])];
		log_setup(LOG_INFO, LOG_TEXT);
		line = logged(&a, say_much);
		assert_int_equal(count_lines(line), 1);
		assert_true(line.n <= 4096);
		assert_true(str_find(line, S("...")) > 0);
		log_setup(LOG_INFO, LOG_JSON);
		line = logged(&a, say_much);
		assert_true(line.n <= 4096);
		assert_true(str_find(json_get_str(parsed(&a, line), "path"), S("...")) > 0);
	}
}

enum { THREADS = 4, LINES = 500 };
#define FILLING "abcdefghijklmnopqrstuvwxyz abcdefghijklmnopqrstuvwxyz"

static void *say_many(void *arg)
{
	for (int i = 0; i < LINES; i++)
		log_info("thread", kv_i("n", *(int *)arg), kv_z("filling", FILLING));
	return NULL;
}

static void say_from_threads(void)
{
	pthread_t threads[THREADS];
	int numbers[THREADS];

	for (int i = 0; i < THREADS; i++) {
		numbers[i] = i;
		pthread_create(&threads[i], NULL, say_many, &numbers[i]);
	}
	for (int i = 0; i < THREADS; i++)
		pthread_join(threads[i], NULL);
}

static void lines_of_threads_never_mix(void **state)
{
	struct str all, line;
	size_t n = 0;
	ARENA(a);

	(void)state;
	log_setup(LOG_INFO, LOG_TEXT);
	all = logged(&a, say_from_threads);
	while (line = str_cut(&all, '\n'), all.p) {
		assert_true(str_ends(line, S(" filling=\"" FILLING "\"")));
		assert_int_equal(line.n, 24 + sizeof(" info thread n=0 filling=\"" FILLING "\"") - 1);
		n++;
	}
	assert_int_equal(n, THREADS * LINES);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_line_is_time_level_event_and_pairs),
		cmocka_unit_test(what_is_below_the_level_is_not_written),
		cmocka_unit_test(a_value_cannot_forge_a_line),
		cmocka_unit_test(a_value_cannot_steer_a_terminal),
		cmocka_unit_test(a_json_line_is_json),
		cmocka_unit_test(a_long_line_is_cut_and_stays_a_line),
		cmocka_unit_test(lines_of_threads_never_mix),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
