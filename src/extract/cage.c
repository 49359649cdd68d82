/* extract/cage.c: what a parser of strangers' documents may still do: read its input, think, and answer.
 *
 * Three walls, each of which would do for most:
 *
 *   rlimits    memory, processor time, output, no new files, no new processes
 *   Landlock   no path can be opened, for a program but those it is loaded from (where the kernel has it)
 *   seccomp    a list of allowed system calls; every other one fails with EPERM
 *
 * Seccomp is the one that has to stand: without it nothing is parsed. The limit on wall time is the
 * parent's, which kills.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/landlock.h>
#include <seccomp.h>
#include <signal.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/library.h"
#include "extract/extract_internal.h"

#define SECCOMP_FUNCTIONS(X) \
	X(seccomp_init) X(seccomp_release) X(seccomp_rule_add_array) X(seccomp_attr_set) X(seccomp_load)
LIBRARY(seccomp, "libseccomp.so.2", SECCOMP_FUNCTIONS)

/* -- limits -------------------------------------------------------------------------------------- */

#ifndef __has_feature
#define __has_feature(feature) 0
#endif
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__) || \
	__has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define SANITIZED 1
#else
#define SANITIZED 0
#endif

enum { CPU_SECONDS = 20, MEMORY_BYTES = 1 << 30, PROGRAM_FILES = 64 };

/* Lowering a limit cannot fail, and one that is lower already stays. */
static void limit(int what, rlim_t soft, rlim_t hard)
{
	struct rlimit r;

	getrlimit(what, &r);
	r.rlim_max = hard < r.rlim_max ? hard : r.rlim_max;
	r.rlim_cur = soft < r.rlim_cur ? soft : r.rlim_cur;
	setrlimit(what, &r);
}

static void limit_all(enum cage cage)
{
	rlim_t files = cage == CAGE_PROGRAM ? PROGRAM_FILES : STDERR_FILENO + 1;

	limit(RLIMIT_CORE, 0, 0);
	/* First a signal that says what it is about, then the one that cannot be caught. */
	limit(RLIMIT_CPU, CPU_SECONDS, CPU_SECONDS + 1);
	limit(RLIMIT_FSIZE, EXTRACT_OUTPUT_MAX, EXTRACT_OUTPUT_MAX);
	limit(RLIMIT_NPROC, 0, 0);
	limit(RLIMIT_NOFILE, files, files);
	/* The sanitizers reserve terabytes of addresses. */
	if (!SANITIZED)
		limit(RLIMIT_AS, MEMORY_BYTES, MEMORY_BYTES);
}

/* -- files --------------------------------------------------------------------------------------- */

/* What a program is loaded from, and finds its fonts and tables of characters in. */
static const char *const PROGRAM_PATHS[] = {
	"/usr", "/lib", "/lib64", "/etc/ld.so.cache", "/etc/catdocrc",
};

#define READ_FILE (LANDLOCK_ACCESS_FS_EXECUTE | LANDLOCK_ACCESS_FS_READ_FILE)
#define READ_TREE (READ_FILE | LANDLOCK_ACCESS_FS_READ_DIR)

/* Rights by the version of Landlock that knows them, cumulative: what is not named here stays allowed.
 * Those that headers of today have no names for are given as numbers. */
static uint64_t known_rights(long version)
{
	uint64_t rights = (UINT64_C(1) << 13) - 1;      /* 1: thirteen of them */

	if (version >= 2)
		rights |= UINT64_C(1) << 13;            /* REFER */
	if (version >= 3)
		rights |= UINT64_C(1) << 14;            /* TRUNCATE */
	if (version >= 5)
		rights |= UINT64_C(1) << 15;            /* IOCTL_DEV */
	return rights;
}

/* A path that is not there needs no allowing. */
static void allow_path(int ruleset, const char *path)
{
	struct landlock_path_beneath_attr rule = { .allowed_access = READ_TREE };
	int fd = open(path, O_PATH | O_CLOEXEC);

	if (fd < 0)
		return;
	rule.parent_fd = fd;
	if (syscall(SYS_landlock_add_rule, ruleset, LANDLOCK_RULE_PATH_BENEATH, &rule, 0) != 0 && errno == EINVAL) {
		rule.allowed_access = READ_FILE;        /* it is no folder */
		syscall(SYS_landlock_add_rule, ruleset, LANDLOCK_RULE_PATH_BENEATH, &rule, 0);
	}
	close(fd);
}

static void forbid_files(enum cage cage)
{
	long version = syscall(SYS_landlock_create_ruleset, NULL, 0, LANDLOCK_CREATE_RULESET_VERSION);
	struct landlock_ruleset_attr attr = { .handled_access_fs = known_rights(version) };
	int ruleset;

	if (version < 1)
		return;
	ruleset = (int)syscall(SYS_landlock_create_ruleset, &attr, sizeof(attr), 0);
	for (size_t i = 0; cage == CAGE_PROGRAM && i < COUNT_OF(PROGRAM_PATHS); i++)
		allow_path(ruleset, PROGRAM_PATHS[i]);
	syscall(SYS_landlock_restrict_self, ruleset, 0);
	close(ruleset);
}

/* -- system calls -------------------------------------------------------------------------------- */

#define CALL(name) { SCMP_SYS(name), 0, { { 0 } } }
#define CALL_IF(name, ...) { SCMP_SYS(name), 1, { { __VA_ARGS__ } } }
/* For CALL_IF: what the argument of this number must be. */
#define IS(argument, value) argument, SCMP_CMP_EQ, (value), 0
#define LACKS(argument, bits) argument, SCMP_CMP_MASKED_EQ, (bits), 0

struct rule {
	int call;
	unsigned n_conditions;
	struct scmp_arg_cmp conditions[1];
};

/* Memory, time, signals to itself, and the files that are open. */
static const struct rule PARSER_CALLS[] = {
	CALL(read), CALL(readv), CALL(write), CALL(writev), CALL(lseek), CALL(close), CALL(fstat),
	CALL(brk), CALL(mremap), CALL(munmap), CALL(madvise),
	CALL_IF(mmap, LACKS(2, PROT_EXEC)), CALL_IF(mmap2, LACKS(2, PROT_EXEC)), CALL_IF(mprotect, LACKS(2, PROT_EXEC)),
	CALL(futex), CALL(sched_yield), CALL(getrandom), CALL(restart_syscall),
	CALL(clock_gettime), CALL(clock_nanosleep), CALL(nanosleep), CALL(gettimeofday), CALL(time), CALL(getrusage),
	CALL(rt_sigaction), CALL(rt_sigprocmask), CALL(rt_sigreturn), CALL(sigaltstack),
	CALL(getpid), CALL(gettid), CALL(exit), CALL(exit_group),
};

#define TO_WRITE (O_ACCMODE | O_CREAT | O_TRUNC)

/* And what a program needs to start, to be loaded, and to read its tables. Other processes of the same user,
 * the server among them, must stay out of reach: neither their limits nor signals by way of fcntl. */
static const struct rule PROGRAM_CALLS[] = {
	CALL(execve), CALL(mmap), CALL(mmap2), CALL(mprotect),
	CALL(arch_prctl), CALL(set_tid_address), CALL(set_robust_list), CALL(rseq), CALL_IF(prlimit64, IS(0, 0)),
	CALL_IF(open, LACKS(1, TO_WRITE)), CALL_IF(openat, LACKS(2, TO_WRITE)), CALL(pread64), CALL(dup),
	CALL_IF(fcntl, IS(1, F_GETFL)), CALL_IF(fcntl, IS(1, F_GETFD)), CALL_IF(fcntl, IS(1, F_SETFD)),
	CALL_IF(ioctl, IS(1, TCGETS)),
	CALL(stat), CALL(lstat), CALL(newfstatat), CALL(statx), CALL(statfs), CALL(fstatfs),
	CALL(access), CALL(faccessat), CALL(faccessat2), CALL(readlink), CALL(readlinkat), CALL(getdents64),
	CALL(getcwd), CALL(uname), CALL(sysinfo), CALL(sched_getaffinity),
	CALL(getuid), CALL(geteuid), CALL(getgid), CALL(getegid), CALL(getppid),
};

static int allow(scmp_filter_ctx filter, const struct rule *rules, size_t n)
{
	int rc = 0;

	for (size_t i = 0; i < n && rc == 0; i++)
		rc = seccomp.seccomp_rule_add_array(filter, SCMP_ACT_ALLOW, rules[i].call, rules[i].n_conditions,
						    rules[i].conditions);
	return rc;
}

/* Sent to itself, by abort(). */
static int allow_own_signals(scmp_filter_ctx filter)
{
	const struct rule own = CALL_IF(tgkill, IS(0, (scmp_datum_t)getpid()));

	return allow(filter, &own, 1);
}

static int make_filter(scmp_filter_ctx filter, enum cage cage)
{
	int rc = allow(filter, PARSER_CALLS, COUNT_OF(PARSER_CALLS));

	if (rc == 0 && cage == CAGE_PROGRAM)
		rc = allow(filter, PROGRAM_CALLS, COUNT_OF(PROGRAM_CALLS));
	if (rc == 0)
		rc = allow_own_signals(filter);
	if (rc == 0)
		rc = seccomp.seccomp_attr_set(filter, SCMP_FLTATR_CTL_TSYNC, 1);
	return rc;
}

/* -- all together -------------------------------------------------------------------------------- */

/* What cannot be taken back, in the order in which each leaves room for the next. */
static int shut(scmp_filter_ctx filter, enum cage cage)
{
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0)
		return -errno;
	prctl(PR_SET_DUMPABLE, 0);
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	forbid_files(cage);
	limit_all(cage);
	return seccomp.seccomp_load(filter);
}

enum err cage_close(struct ctx *ctx, enum cage cage)
{
	scmp_filter_ctx filter;
	int rc;

	TRY(library_load(ctx, &seccomp_library));
	filter = seccomp.seccomp_init(SCMP_ACT_ERRNO(EPERM));
	if (!filter)
		return fail(ctx, ERR_INTERNAL, "libseccomp cannot make a filter");
	rc = make_filter(filter, cage);
	if (rc == 0)
		rc = shut(filter, cage);
	seccomp.seccomp_release(filter);
	if (rc != 0)
		return fail(ctx, ERR_INTERNAL, "seccomp refuses the filter: %s", strerror(-rc));
	return OK;
}
