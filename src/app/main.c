/* app/main.c: what is true for every command, and off to the table of commands. */
#include <signal.h>
#include <sodium.h>
#include <stdio.h>
#include <sys/stat.h>

#include "app/command.h"

int main(int argc, char **argv)
{
	/* What agentd writes is its owner's alone. */
	umask(077);
	/* A reader that went away is an error of write(2), not the end of the process. */
	signal(SIGPIPE, SIG_IGN);
	/* Neither is a file that may grow no further (ulimit -f). */
	signal(SIGXFSZ, SIG_IGN);
	/* Picks the fastest code of this processor and makes random numbers safe from any thread. */
	if (sodium_init() < 0) {
		fputs("agentd: no source of random numbers\n", stderr);
		return 1;
	}
	return argc > 0 ? command_main(argc - 1, (const char *const *)argv + 1) : 1;
}
