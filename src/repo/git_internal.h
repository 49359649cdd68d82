/* repo/git_internal.h: the git program, run for this room alone. */
#ifndef REPO_GIT_INTERNAL_H
#define REPO_GIT_INTERNAL_H

#include "base/ctx.h"
#include "base/process.h"

enum { GIT_ARGS_MAX = 24, GIT_LOCAL_MS = 30 * 1000 };

struct git_command {
	const char *const *args;             /* behind "git", NULL-terminated */
	struct str input;
	size_t output_max;
	int64_t timeout_ms;
	bool (*go_on)(void *arg);            /* as in struct process; may be NULL */
	void *arg;
	const char *secret_header;           /* "Authorization: ..." for https; through the environment, so that
	                                      * no list of processes shows it. NULL: none */
};

/* Runs it in ctx->mem: *output and *complaint live there. ERR_UPSTREAM: it did not end well; *complaint
 * says why. ERR_TIMEOUT: it took too long. ERR_GONE: go_on said no.
 * ERR_INTERNAL: there is no git. */
enum err git_run(struct ctx *ctx, const struct git_command *command, struct str *output, struct str *complaint);

#endif
