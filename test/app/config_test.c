/* test/app/config_test.c: the configuration file and the environment. */
#include "../domain/rig.h"

#include "app/config.h"
#include "knowledge/chunk.h"

static int set_up(void **state)
{
	for (size_t i = 0; i < serve_options.n_fields; i++) {
		AUTO(arena_fini) struct arena mem = { 0 };

		unsetenv(config_variable(&mem, &serve_options.fields[i]).p);
	}
	return folder_set_up(state);
}

static void write_file(struct rig *r, struct str text)
{
	FILE *file = fopen(rig_path(r, "agentd.conf"), "we");

	assert_non_null(file);
	assert_int_equal(fwrite(text.p, 1, text.n, file), text.n);
	assert_int_equal(fclose(file), 0);
}

static enum err load(struct rig *r, struct config *out)
{
	*out = (struct config){ .threads = 0 };
	options_default(&r->ctx, &serve_options, out);
	return config_load(&r->ctx, str_of(r->dir), out);
}

static void without_file_and_variables_everything_has_its_default(void **state)
{
	struct rig *r = *state;
	struct config c;

	assert_int_equal(load(r, &c), OK);
	assert_str(c.listen, "127.0.0.1:8080");
	assert_str(c.log_level, "info");
	assert_str(c.log_format, "text");
	assert_int_equal(c.workers, 256);
	assert_int_equal(c.threads, 4);
	assert_int_equal(c.chunk_chars, CHUNK_CHARS);
	assert_int_equal(c.chunk_overlap, CHUNK_OVERLAP);
	assert_null(c.public_url.p);
	assert_null(c.fetch_allow.p);
}

static void a_file_is_lines_of_key_and_value(void **state)
{
	struct rig *r = *state;
	struct config c;

	write_file(r, S("# comment\n\n  listen = unix:/tmp/a b=c \r\n\t# another\nworkers=0\n"
			"public-url = https://x.example/#top\nlog-format\t=\tjson"));
	assert_int_equal(load(r, &c), OK);
	assert_str(c.listen, "unix:/tmp/a b=c");
	assert_str(c.public_url, "https://x.example/#top");
	assert_str(c.log_format, "json");
	assert_int_equal(c.workers, 0);
}

static void a_mistake_in_the_file_is_named_with_its_line(void **state)
{
	static const struct {
		struct str text;
		const char *why;
	} CASES[] = {
		{ { "\nlisten 1", 9 }, "agentd.conf:2: not like 'key = value'" },
		{ { "threads = 1\nlisted = 1\n", 23 }, "agentd.conf:2: unknown key 'listed'" },
		{ { "data = /tmp\n", 12 }, "agentd.conf:1: unknown key 'data'" },
		{ { "Threads = 1\n", 12 }, "unknown key 'Threads'" },
		{ { "threads = 1\nthreads = 1\n", 24 }, "agentd.conf:2: threads is set twice" },
		{ { "threads = many\n", 15 }, "agentd.conf:1: threads must be a whole number, not 'many'" },
		{ { "threads = 0\n", 12 }, "agentd.conf:1: threads must be at least 1" },
		{ { "listen =\n", 9 }, "agentd.conf:1: listen must not be empty" },
		{ { "log-level = loud\n", 17 }, "agentd.conf:1: log-level must be one of: debug" },
		{ { "public-url = x\n", 15 }, "agentd.conf:1: public-url must be" },
		{ { "# \xff\n", 4 }, "agentd.conf:1: not valid UTF-8" },
	};
	struct rig *r = *state;
	struct config c;

	for (size_t i = 0; i < COUNT_OF(CASES); i++) {
		write_file(r, CASES[i].text);
		assert_fails(&r->ctx, load(r, &c), ERR_INVALID, CASES[i].why);
	}
}

static void a_file_that_is_too_large_is_refused(void **state)
{
	struct rig *r = *state;
	char *text = arena_alloc(&r->mem, 100000);
	struct config c;

	memset(text, '#', 100000);
	write_file(r, (struct str){ text, 100000 });
	assert_fails(&r->ctx, load(r, &c), ERR_INVALID, "larger than");
}

static void a_variable_counts_before_the_file(void **state)
{
	struct rig *r = *state;
	struct config c;

	write_file(r, S("threads = 2\nlog-level = debug\n"));
	setenv("AGENTD_THREADS", "7", 1);
	setenv("AGENTD_LOG_LEVEL", "", 1);
	assert_int_equal(load(r, &c), OK);
	assert_int_equal(c.threads, 7);
	assert_str(c.log_level, "debug");
}

static void a_mistake_in_a_variable_is_named(void **state)
{
	struct rig *r = *state;
	struct config c;

	setenv("AGENTD_WORKERS", "-1", 1);
	assert_fails(&r->ctx, load(r, &c), ERR_INVALID, "AGENTD_WORKERS must be at least 0");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, rig_tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(without_file_and_variables_everything_has_its_default),
		TEST(a_file_is_lines_of_key_and_value),
		TEST(a_mistake_in_the_file_is_named_with_its_line),
		TEST(a_file_that_is_too_large_is_refused),
		TEST(a_variable_counts_before_the_file),
		TEST(a_mistake_in_a_variable_is_named),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
