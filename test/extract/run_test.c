/* extract/run: children that behave, and children that do not. */
#include "child.h"

#include <dirent.h>
#include <errno.h>
#include <pthread.h>
#include <sys/sysinfo.h>

#include "base/clock.h"

/* -- what runs in the children ------------------------------------------------------------------- */

static enum err parse_hello(struct ctx *ctx, struct str bytes, struct document_sink *out)
{
	sink_title(out, S("Greetings"));
	sink_part(out, S("Hello > World"), 1);
	sink_text(out, bytes);
	sink_part(out, (struct str){ NULL, 0 }, 2);
	sink_text(out, S("second"));
	return OK;
}

static enum err parse_refuse(struct ctx *ctx, struct str bytes, struct document_sink *out)
{
	return fail(ctx, ERR_INVALID, "the sample is encrypted");
}

static enum err parse_lie(struct ctx *ctx, struct str bytes, struct document_sink *out)
{
	dprintf(STDOUT_FILENO, "text 1000000\nshort\nend 1\n");
	_exit(0);
}

static enum err parse_leave(struct ctx *ctx, struct str bytes, struct document_sink *out)
{
	_exit(0);
}

static enum err parse_for_ever(struct ctx *ctx, struct str bytes, struct document_sink *out)
{
	for (volatile int i = 0;;)
		i = i + 1;
	return OK;
}

/* It goes on after its pipes are closed. */
static enum err parse_linger(struct ctx *ctx, struct str bytes, struct document_sink *out)
{
	close(STDOUT_FILENO);
	close(STDERR_FILENO);
	return parse_for_ever(ctx, bytes, out);
}

static enum err load_nothing(struct ctx *ctx)
{
	return fail(ctx, ERR_INTERNAL, "libnothing.so.1: there is no such thing");
}

static size_t words_in(const char *path)
{
	char text[4096];
	FILE *f = fopen(path, "r");
	size_t n = f ? fread(text, 1, sizeof(text), f) : 0;
	struct str rest = { text, n };
	size_t words = 0;

	if (f)
		fclose(f);
	while (rest.p)
		words += str_trim(str_cut(&rest, ' ')).n > 0;
	return words;
}

/* How many children the server has: of all its threads. */
static size_t count_siblings(struct ctx *ctx)
{
	const char *folder = arena_printf(ctx->mem, "/proc/%d/task", (int)getppid()).p;
	DIR *tasks = opendir(folder);
	size_t n = 0;

	for (struct dirent *d = readdir(tasks); d; d = readdir(tasks))
		if (d->d_name[0] != '.')
			n += words_in(arena_printf(ctx->mem, "%s/%s/children", folder, d->d_name).p);
	closedir(tasks);
	return n;
}

/* The threads' lists are not read at one moment: one child that went and one that came meanwhile look like two.
 * Too many at each of many looks are too many. */
static enum err load_counting(struct ctx *ctx)
{
	enum { LOOKS = 50 };
	size_t n = 0;

	for (int look = 0; look < LOOKS; look++) {
		n = count_siblings(ctx);
		if (n <= (size_t)get_nprocs())
			return OK;
	}
	return fail(ctx, ERR_INTERNAL, "there are %zu children", n);
}

static const char *explain_status(int status, struct str complaint)
{
	return status == 3 && str_find(complaint, S("nope")) >= 0 ? "the program says nope" : NULL;
}

static const struct extractor ROWS[] = {
	{ .name = "hello", .label = "sample", .parse = parse_hello },
	{ .name = "refuse", .parse = parse_refuse },
	{ .name = "spin", .parse = parse_for_ever },
	{ .name = "lie", .parse = parse_lie },
	{ .name = "leave", .parse = parse_leave },
	{ .name = "linger", .parse = parse_linger },
	{ .name = "lack", .label = "sample", .load = load_nothing, .parse = parse_hello },
	{ .name = "count", .label = "sample", .load = load_counting, .parse = parse_hello },
	{ .name = "cat", .argv = PROGRAM("/usr/bin/cat"), .read_output = read_lines },
	{ .name = "nope", .argv = PYTHON("import os; os.write(2, b'nope'); os._exit(3)"), .explain = explain_status },
	{ .name = "fails", .argv = PYTHON("import os; os._exit(4)"), .explain = explain_status },
	{ .name = "absent", .label = "sample", .argv = PROGRAM("/usr/bin/agentd-has-no-such-program"),
	  .read_output = read_lines },
	{0},
};

/* -- tests --------------------------------------------------------------------------------------- */

static void a_document_comes_back_as_its_parser_wrote_it(void **state)
{
	SEEN(s);
	const struct document_part *parts;

	run(&s, "hello");
	assert_str(text_of(&s, 0), "hello, world");
	assert_str(text_of(&s, 1), "second");
	assert_int_equal(s.document.parts.n, 2);
	parts = s.document.parts.items;
	assert_str(s.document.title, "Greetings");
	assert_str(parts[0].context, "Hello > World");
	assert_int_equal(parts[0].page, 1);
	assert_null(parts[1].context.p);
	assert_int_equal(parts[1].page, 2);
}

static void a_large_document_goes_both_ways(void **state)
{
	ARENA(mem);
	SEEN(s);
	struct str bytes = { memset(arena_alloc(&mem, 20 << 20), 'x', 20 << 20), 20 << 20 };

	run_bytes(&s, "hello", bytes);
	assert_int_equal(text_of(&s, 0).n, bytes.n);
}

static void a_refusal_is_told_in_the_parsers_words(void **state)
{
	assert_refused("refuse", "the sample is encrypted");
}

static void what_no_parser_writes_is_not_believed(void **state)
{
	assert_refused("lie", DAMAGED);
	assert_refused("leave", DAMAGED);
}

static void the_deadline_of_the_request_ends_the_child(void **state)
{
	static const char *const NAMES[] = { "spin", "linger" };

	for (size_t i = 0; i < COUNT_OF(NAMES); i++) {
		int64_t begun = mono_ms();
		SEEN(s);

		s.ctx.deadline_ms = begun + 200;
		run(&s, NAMES[i]);
		assert_int_equal(s.e, ERR_TIMEOUT);
		assert_true(mono_ms() - begun < 15 * 1000);     /* neither its own limits ended it */
	}
}

static bool asked_thrice(void *arg)
{
	int *n_asked = arg;

	return ++*n_asked < 3;
}

static void a_document_that_nobody_waits_for_is_not_read_to_its_end(void **state)
{
	int n_asked = 0;
	struct extract_job job = { .bytes = S("hello"), .go_on = asked_thrice, .arg = &n_asked };
	int64_t begun = mono_ms();
	SEEN(s);

	s.ctx.mem = &s.mem;
	assert_int_equal(extractor_run(&s.ctx, row_called("spin"), &job, &s.document), ERR_GONE);
	assert_int_equal(n_asked, 3);
	assert_true(mono_ms() - begun < 15 * 1000);             /* its own limits did not end it */
}

static void a_machine_that_lacks_a_library_is_not_the_documents_fault(void **state)
{
	static const char *const NAMES[] = { "lack", "absent" };

	for (size_t i = 0; i < COUNT_OF(NAMES); i++) {
		SEEN(s);

		run(&s, NAMES[i]);
		assert_int_equal(s.e, ERR_INTERNAL);
		assert_string_equal(s.ctx.why, "this server is not set up to read sample documents; its log says why");
	}
}

static void a_child_that_cannot_be_started_is_an_error(void **state)
{
	SEEN(s);

	extract_setup("/nonexistent/agentd");
	run(&s, "hello");
	extract_setup("/proc/self/exe");
	assert_int_equal(s.e, ERR_INTERNAL);
}

static void a_program_reads_the_document_and_its_output_is_the_text(void **state)
{
	SEEN(s);

	run(&s, "cat");
	assert_str(text_of(&s, 0), "hello, world");
}

static void a_program_explains_its_failure(void **state)
{
	assert_refused("nope", "the program says nope");
	assert_refused("fails", DAMAGED);
}

static void a_charset_is_passed_on_only_if_it_is_a_word(void **state)
{
	static const char *const NAMES[] = { "koi8-r", "--kind=pdf", "x y", "", "a\nb", "\xFF" };
	SEEN(s);

	s.ctx.mem = &s.mem;
	for (size_t i = 0; i < COUNT_OF(NAMES); i++) {
		struct extract_job job = { .kind = DOCUMENT_TEXT, .bytes = S("plain"), .charset = str_of(NAMES[i]) };

		s.e = extract_run(&s.ctx, &job, &s.document);
		assert_str(text_of(&s, 0), "plain");
	}
}

static void text_is_decoded_in_the_child(void **state)
{
	struct extract_job job = { .kind = DOCUMENT_TEXT, .charset = S("koi8-r"),
				   .bytes = S("\xF0\xD2\xC9\xD7\xC5\xD4, \xCD\xC9\xD2") };
	SEEN(s);

	s.ctx.mem = &s.mem;
	s.e = extract_run(&s.ctx, &job, &s.document);
	assert_str(text_of(&s, 0), "Привет, мир");
}

/* -- many at once -------------------------------------------------------------------------------- */

enum { THREADS = 20 };

static void *run_one(void *arg)
{
	struct seen *s = arg;

	run(s, "count");
	return NULL;
}

static void many_at_once_wait_for_a_core(void **state)
{
	struct seen seen[THREADS] = {0};
	pthread_t threads[THREADS];

	for (size_t i = 0; i < THREADS; i++)
		assert_int_equal(pthread_create(&threads[i], NULL, run_one, &seen[i]), 0);
	for (size_t i = 0; i < THREADS; i++)
		pthread_join(threads[i], NULL);
	for (size_t i = 0; i < THREADS; i++) {
		assert_str(text_of(&seen[i], 0), "hello, world");
		seen_fini(&seen[i]);
	}
}

static void *spin(void *arg)
{
	struct seen *s = arg;

	s->ctx.deadline_ms = mono_ms() + 1000;
	run(s, "spin");
	return NULL;
}

static void a_turn_that_does_not_come_in_time_is_a_timeout(void **state)
{
	size_t n = (size_t)get_nprocs() * 3;
	struct seen *seen = xcalloc(n, sizeof(*seen));
	pthread_t *threads = xcalloc(n, sizeof(*threads));
	size_t n_waited = 0;

	for (size_t i = 0; i < n; i++)
		assert_int_equal(pthread_create(&threads[i], NULL, spin, &seen[i]), 0);
	for (size_t i = 0; i < n; i++) {
		pthread_join(threads[i], NULL);
		assert_int_equal(seen[i].e, ERR_TIMEOUT);
		n_waited += strcmp(seen[i].ctx.why, "too many documents are being read; try again later") == 0;
		seen_fini(&seen[i]);
	}
	assert_true(n_waited > 0);
	free(threads);
	free(seen);
}

/* -- nothing is left ----------------------------------------------------------------------------- */

static size_t open_files(void)
{
	DIR *d = opendir("/proc/self/fd");
	size_t n = 0;

	while (readdir(d))
		n++;
	closedir(d);
	return n;
}

static size_t files_before;

static void neither_processes_nor_files_are_left(void **state)
{
	assert_int_equal(open_files(), files_before);
	assert_int_equal(waitpid(-1, NULL, WNOHANG), -1);
	assert_int_equal(errno, ECHILD);
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_document_comes_back_as_its_parser_wrote_it),
		cmocka_unit_test(a_large_document_goes_both_ways),
		cmocka_unit_test(a_refusal_is_told_in_the_parsers_words),
		cmocka_unit_test(what_no_parser_writes_is_not_believed),
		cmocka_unit_test(the_deadline_of_the_request_ends_the_child),
		cmocka_unit_test(a_document_that_nobody_waits_for_is_not_read_to_its_end),
		cmocka_unit_test(a_machine_that_lacks_a_library_is_not_the_documents_fault),
		cmocka_unit_test(a_child_that_cannot_be_started_is_an_error),
		cmocka_unit_test(a_program_reads_the_document_and_its_output_is_the_text),
		cmocka_unit_test(a_program_explains_its_failure),
		cmocka_unit_test(a_charset_is_passed_on_only_if_it_is_a_word),
		cmocka_unit_test(text_is_decoded_in_the_child),
		cmocka_unit_test(many_at_once_wait_for_a_core),
		cmocka_unit_test(a_turn_that_does_not_come_in_time_is_a_timeout),
		cmocka_unit_test(neither_processes_nor_files_are_left),
	};

	extract_main(argc, argv, ROWS);
	files_before = open_files();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
