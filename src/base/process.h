/* base/process.h: another program, run to its end and listened to.
 *
 * It is started by posix_spawn: a server has many threads and much memory, and a fork of it could
 * neither allocate nor be cheap. It gets nothing of ours but what is said here: no environment,
 * no open file, no blocked or ignored signal; and a process group of its own, of which nothing is
 * left when process_run returns, whichever way it ends.
 * Threads: any.
 */
#ifndef BASE_PROCESS_H
#define BASE_PROCESS_H

#include <sys/types.h>

#include "base/buf.h"

struct process {
	/* -- what is run: all borrowed -- */
	const char *program;                 /* a path, or a name that is looked for in PATH */
	const char *const *argv, *const *envp;
	struct str input;                    /* its standard input, in which it may seek */
	size_t output_max;                   /* bytes of standard output; more than that ends it */
	size_t complaint_max;                /* of standard error; more than that is dropped */
	int64_t until_ms;                    /* monotonic; then it is killed */
	bool (*go_on)(void *arg);            /* asked several times a second; false kills it. May be NULL */
	void *arg;

	/* -- what came of it -- */
	enum { PROCESS_ENDED, PROCESS_OUT_OF_TIME, PROCESS_TOO_MUCH_OUTPUT, PROCESS_UNWANTED } end;
	int status;                          /* as waitpid tells it */
	struct buf output, complaint;        /* on the heap, since they grow as they come: process_fini */

	/* -- process.c's own -- */
	pid_t pid;
	int fds[4];
};

/* Runs it. The errno of what kept it from being started, else 0: then `end` and `status` tell. */
int process_run(struct process *p);
void process_fini(struct process *p);

/* Whether it ended by itself, with that exit status. */
bool process_exited(const struct process *p, int exit_status);

#endif
