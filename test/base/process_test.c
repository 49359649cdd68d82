/* base/process: other programs, and how they end. */
#include "../unit.h"

#include <errno.h>
#include <signal.h>

#include "base/clock.h"
#include "base/process.h"

enum { PATIENCE_MS = 60 * 1000 };

static void process_end(struct process *p)
{
	process_fini(p);
}

/* sh -c SCRIPT, with patience. */
#define SHELL(script) { .program = "/bin/sh", .argv = (const char *const[]){ "sh", "-c", (script), NULL }, \
	.envp = (const char *const[]){ "GREETING=hello", NULL }, .output_max = 1 << 20, .complaint_max = 100, \
	.until_ms = mono_ms() + PATIENCE_MS }

static void a_program_reads_its_input_and_is_heard(void **state)
{
	AUTO(process_end) struct process p = SHELL("cat; echo \"$GREETING\" >&2; exit 3");

	p.input = S("some input");
	assert_int_equal(process_run(&p), 0);
	assert_true(process_exited(&p, 3));
	assert_false(process_exited(&p, 0));
	assert_str(buf_view(&p.output), "some input");
	assert_str(buf_view(&p.complaint), "hello\n");
}

static void it_inherits_no_file_and_no_environment(void **state)
{
	AUTO(process_end) struct process p = SHELL("ls /proc/self/fd | wc -l; env | grep -c HOME");
	int fd = open("/dev/null", O_RDONLY);

	assert_true(fd >= 0);
	assert_int_equal(process_run(&p), 0);
	close(fd);
	/* Three of its own, and the folder that ls reads. */
	assert_str(buf_view(&p.output), "4\n0\n");
}

static void a_program_that_does_not_exist_is_an_error(void **state)
{
	AUTO(process_end) struct process p = SHELL("");

	p.program = "/nowhere/agentd-has-no-such-program";
	assert_int_equal(process_run(&p), ENOENT);
}

/* It and what it started. */
static void it_is_killed_when_its_time_is_up(void **state)
{
	AUTO(process_end) struct process p = SHELL("sleep 1000 & echo $!; wait");
	int64_t child;

	p.until_ms = mono_ms() + 500;
	assert_int_equal(process_run(&p), 0);
	assert_int_equal(p.end, PROCESS_OUT_OF_TIME);
	if (str_to_int(str_trim(buf_view(&p.output)), &child))
		for (int i = 0; i < 600 && kill((pid_t)child, 0) == 0; i++)
			usleep(100 * 1000);
	assert_true(p.output.n == 0 || kill((pid_t)child, 0) != 0);
}

static void too_much_output_ends_it(void **state)
{
	AUTO(process_end) struct process p = SHELL("while :; do echo more and more; done");

	p.output_max = 1000;
	assert_int_equal(process_run(&p), 0);
	assert_int_equal(p.end, PROCESS_TOO_MUCH_OUTPUT);
}

static void complaints_are_cut(void **state)
{
	AUTO(process_end) struct process p = SHELL("i=0; while [ $i -lt 500 ]; do echo complaint >&2; i=$((i+1)); done");

	assert_int_equal(process_run(&p), 0);
	assert_true(process_exited(&p, 0));
	assert_int_equal(p.complaint.n, 100);
}

static bool not_any_more(void *arg)
{
	return ++*(int *)arg < 3;
}

static void it_is_killed_when_nobody_wants_it_any_more(void **state)
{
	AUTO(process_end) struct process p = SHELL("sleep 1000");
	int asked = 0;

	p.go_on = not_any_more;
	p.arg = &asked;
	assert_int_equal(process_run(&p), 0);
	assert_int_equal(p.end, PROCESS_UNWANTED);
	assert_int_equal(asked, 3);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_program_reads_its_input_and_is_heard),
		cmocka_unit_test(it_inherits_no_file_and_no_environment),
		cmocka_unit_test(a_program_that_does_not_exist_is_an_error),
		cmocka_unit_test(it_is_killed_when_its_time_is_up),
		cmocka_unit_test(too_much_output_ends_it),
		cmocka_unit_test(complaints_are_cut),
		cmocka_unit_test(it_is_killed_when_nobody_wants_it_any_more),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
