/* test/unit.h: what every unit test of base/ and json/ needs of cmocka and of the process. */
#ifndef TEST_UNIT_H
#define TEST_UNIT_H

#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>
#undef fail                           /* base/err.h has a function of that name */

#include "base/arena.h"

#define assert_str(given, expected)                                                                         \
	do {                                                                                                \
		struct str given_ = (given), expected_ = str_of(expected);                                  \
		if (!str_eq(given_, expected_))                                                             \
			print_error("\"%.*s\" is not \"%.*s\"\n", STR(given_), STR(expected_));             \
		assert_true(str_eq(given_, expected_));                                                     \
	} while (0)

/* An arena that ends with the scope. */
#define ARENA(name) AUTO(arena_fini) struct arena name = { .block_bytes = 4096 }

/* Whether fn ends the process by abort(). What it says on the way would only confuse who reads the log. */
static inline bool aborts(void (*fn)(void))
{
	int status, null;
	pid_t pid = fork();

	assert_true(pid >= 0);
	if (pid == 0) {
		null = open("/dev/null", O_WRONLY);
		dup2(null, STDERR_FILENO);
		signal(SIGABRT, SIG_DFL);
		fn();
		_exit(0);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	return WIFSIGNALED(status) && WTERMSIG(status) == SIGABRT;
}

#endif
