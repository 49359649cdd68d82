/* repo/git.c: git with an environment of our own choosing.
 *
 * Nobody sits at a terminal to be asked, no configuration of a user is read but for ssh's own, and no
 * protocol is spoken but the three that a repository may be connected by.
 */
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/log.h"
#include "repo/git_internal.h"

enum { COMPLAINT_MAX = 4 * 1024, ENVIRONMENT_MAX = 32 };

/* What git and ssh need of our environment to find keys, certificates and the way out. */
static const struct {
	const char *ours, *theirs;
} INHERITED[] = {
	{ "PATH", "PATH" }, { "HOME", "HOME" }, { "SSH_AUTH_SOCK", "SSH_AUTH_SOCK" },
	/* Which certificates are trusted is said once for the whole server; git has names of its own for that. */
	{ "SSL_CERT_FILE", "GIT_SSL_CAINFO" }, { "SSL_CERT_DIR", "GIT_SSL_CAPATH" },
	{ "https_proxy", "https_proxy" }, { "HTTPS_PROXY", "HTTPS_PROXY" },
	{ "no_proxy", "no_proxy" }, { "NO_PROXY", "NO_PROXY" },
};

static const char *const FIXED[] = {
	"GIT_TERMINAL_PROMPT=0", "GIT_ASKPASS=/bin/false", "GIT_CONFIG_NOSYSTEM=1", "GIT_CONFIG_GLOBAL=/dev/null",
	"GIT_ALLOW_PROTOCOL=https:ssh:file", "GIT_OPTIONAL_LOCKS=0", "LC_ALL=C",
	"GIT_SSH_COMMAND=ssh -o BatchMode=yes -o ConnectTimeout=10 -o StrictHostKeyChecking=accept-new",
};

static const char **environment_of(struct ctx *ctx, const struct git_command *c)
{
	const char **env = arena_array(ctx->mem, ENVIRONMENT_MAX, sizeof(*env));
	size_t n = 0;

	for (size_t i = 0; i < COUNT_OF(INHERITED); i++) {
		const char *value = getenv(INHERITED[i].ours);

		if (value)
			env[n++] = arena_printf(ctx->mem, "%s=%s", INHERITED[i].theirs, value).p;
	}
	for (size_t i = 0; i < COUNT_OF(FIXED); i++)
		env[n++] = FIXED[i];
	if (c->secret_header) {
		env[n++] = "GIT_CONFIG_COUNT=1";
		env[n++] = "GIT_CONFIG_KEY_0=http.extraHeader";
		env[n++] = arena_printf(ctx->mem, "GIT_CONFIG_VALUE_0=%s", c->secret_header).p;
	}
	env[n] = NULL;
	return env;
}

/* Repositories of other owners are read too: what is in them is never executed. A stalled
 * connection is given up. What a fetch finds to tidy up it does itself, and leaves nobody behind
 * for that. */
static const char *const ALWAYS[] = {
	"git", "-c", "safe.directory=*", "-c", "core.hooksPath=/dev/null", "-c", "http.lowSpeedLimit=100",
	"-c", "http.lowSpeedTime=20", "-c", "gc.autoDetach=false",
};

static const char **arguments_of(struct ctx *ctx, const struct git_command *c)
{
	const char **argv = arena_array(ctx->mem, COUNT_OF(ALWAYS) + GIT_ARGS_MAX + 1, sizeof(*argv));
	size_t n = 0;

	for (size_t i = 0; i < COUNT_OF(ALWAYS); i++)
		argv[n++] = ALWAYS[i];
	for (size_t i = 0; c->args[i] && i < GIT_ARGS_MAX; i++)
		argv[n++] = c->args[i];
	argv[n] = NULL;
	return argv;
}

static enum err conclude(struct ctx *ctx, const struct process *p)
{
	switch (p->end) {
	case PROCESS_OUT_OF_TIME:
		return fail(ctx, ERR_TIMEOUT, "the repository did not answer in time");
	case PROCESS_TOO_MUCH_OUTPUT:
		return fail(ctx, ERR_UPSTREAM, "the repository is too large");
	case PROCESS_UNWANTED:
		return fail(ctx, ERR_GONE, "nobody waits for it any more");
	default:
		return process_exited(p, 0) ? OK : fail(ctx, ERR_UPSTREAM, "git failed");
	}
}

enum err git_run(struct ctx *ctx, const struct git_command *c, struct str *output, struct str *complaint)
{
	AUTO(process_fini) struct process p = {
		.program = "git", .argv = arguments_of(ctx, c), .envp = environment_of(ctx, c), .input = c->input,
		.output_max = c->output_max, .complaint_max = COMPLAINT_MAX, .until_ms = mono_ms() + c->timeout_ms,
		.go_on = c->go_on, .arg = c->arg,
	};
	int rc;

	if (ctx->deadline_ms && ctx->deadline_ms < p.until_ms)
		p.until_ms = ctx->deadline_ms;
	rc = process_run(&p);
	*output = *complaint = S("");
	if (rc != 0) {
		log_error("git.start", kv_z("why", strerror(rc)));
		return fail(ctx, ERR_INTERNAL, "git cannot be run: %s", strerror(rc));
	}
	*output = arena_str(ctx->mem, buf_view(&p.output));
	*complaint = str_trim(arena_str(ctx->mem, buf_view(&p.complaint)));
	return conclude(ctx, &p);
}
