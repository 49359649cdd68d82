/* extract/cage: what a parser and a program may do, and what they may not. Each of these children tries. */
#include "child.h"

#include <errno.h>
#include <linux/landlock.h>
#include <sys/mman.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/syscall.h>

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define SANITIZED 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define SANITIZED 1
#endif
#endif
#ifndef SANITIZED
#define SANITIZED 0
#endif

/* -- what runs in the children ------------------------------------------------------------------- */

static void try_it(struct document_sink *out, const char *what, bool worked)
{
	struct str line = arena_printf(out->ctx->mem, "%s: %s\n", what, worked ? "WORKED" : strerrorname_np(errno));

	sink_text(out, line);
}

static enum err parse_escape(struct ctx *ctx, struct str bytes, struct document_sink *out)
{
	char byte = 'x';

	try_it(out, "open", open("/etc/passwd", O_RDONLY) >= 0);
	try_it(out, "create", open("/tmp/agentd-escaped", O_WRONLY | O_CREAT, 0600) >= 0);
	try_it(out, "unlink", unlink("/tmp/agentd-escaped") == 0);
	try_it(out, "socket", socket(AF_INET, SOCK_STREAM, 0) >= 0);
	try_it(out, "unix", socket(AF_UNIX, SOCK_STREAM, 0) >= 0);
	try_it(out, "fork", fork() >= 0);
	try_it(out, "exec", execl("/bin/true", "true", NULL) == 0);
	try_it(out, "kill", kill(getppid(), 0) == 0);
	try_it(out, "ptrace", ptrace(PTRACE_ATTACH, 1, NULL, NULL) == 0);
	try_it(out, "code", mmap(NULL, 4096, PROT_READ | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) != MAP_FAILED);
	try_it(out, "change the input", pwrite(STDIN_FILENO, &byte, 1, 0) == 1);
	return OK;
}

static enum err parse_memory(struct ctx *ctx, struct str bytes, struct document_sink *out)
{
	for (int i = 0; i < 4096; i++)
		memset(arena_alloc(ctx->mem, 1 << 20), 1, 1 << 20);
	return OK;
}

/* One second instead of twenty. */
static enum err load_impatiently(struct ctx *ctx)
{
	setrlimit(RLIMIT_CPU, &(struct rlimit){ 1, 2 });
	return OK;
}

static enum err parse_for_ever(struct ctx *ctx, struct str bytes, struct document_sink *out)
{
	for (volatile int i = 0;;)
		i = i + 1;
	return OK;
}

static enum err parse_flood(struct ctx *ctx, struct str bytes, struct document_sink *out)
{
	static char block[1 << 20];

	for (int i = 0; i < 1024; i++)
		if (write(STDOUT_FILENO, block, sizeof(block)) < 0)
			return fail(ctx, ERR_INVALID, "%m");
	return OK;
}

static enum err parse_much(struct ctx *ctx, struct str bytes, struct document_sink *out)
{
	static char block[1 << 20];

	memset(block, ' ', sizeof(block));
	while (!sink_failed(out))
		sink_text(out, (struct str){ block, sizeof(block) });
	return OK;
}

static enum err parse_crash(struct ctx *ctx, struct str bytes, struct document_sink *out)
{
	signal(SIGSEGV, SIG_DFL);            /* or a sanitizer makes it an exit */
	raise(SIGSEGV);
	return OK;
}

static enum err parse_abort(struct ctx *ctx, struct str bytes, struct document_sink *out)
{
	abort();
}

static const char ESCAPE[] =
	"import os, resource, socket\n"
	"def attempt(what, do):\n"
	"    try:\n"
	"        do()\n"
	"        print(what + ': WORKED')\n"
	"    except OSError as e:\n"
	"        print(what + ': denied')\n"
	"attempt('read', lambda: open('/etc/passwd'))\n"
	"attempt('list', lambda: os.listdir('/root'))\n"
	"attempt('see', lambda: open('/proc/self/environ'))\n"
	"attempt('create', lambda: open('/tmp/agentd-escaped', 'w'))\n"
	"attempt('shared', lambda: open('/dev/shm/agentd-escaped', 'w'))\n"
	"attempt('mkdir', lambda: os.mkdir('/tmp/agentd-escaped'))\n"
	"attempt('chmod', lambda: os.chmod('/tmp', 0o1777))\n"
	"attempt('socket', lambda: socket.socket())\n"
	"attempt('fork', lambda: os.fork())\n"
	"attempt('kill', lambda: os.kill(os.getppid(), 0))\n"
	"attempt('write', lambda: os.write(0, b'x'))\n"
	"attempt('prlimit', lambda: resource.prlimit(os.getppid(), resource.RLIMIT_NOFILE, (1, 1)))\n"
	"print('environment:', [name for name in os.environ if name != 'LC_CTYPE'])\n"  /* that one is its own */
	"print('input:', open('/usr/bin/env', 'rb').read(4) and os.read(0, 100).decode())\n";

static const char LIMITS[] =
	"import resource\n"
	"for name in ['CORE', 'NPROC', 'NOFILE', 'CPU', 'AS']:\n"
	"    print(name, *resource.getrlimit(getattr(resource, 'RLIMIT_' + name)))\n";

static const struct extractor ROWS[] = {
	{ .name = "escape", .parse = parse_escape },
	{ .name = "memory", .parse = parse_memory },
	{ .name = "spin", .load = load_impatiently, .parse = parse_for_ever },
	{ .name = "flood", .parse = parse_flood },
	{ .name = "much", .parse = parse_much },
	{ .name = "crash", .parse = parse_crash },
	{ .name = "abort", .parse = parse_abort },
	{ .name = "python", .argv = PYTHON(ESCAPE), .read_output = read_lines },
	{ .name = "limits", .argv = PYTHON(LIMITS), .read_output = read_lines },
	{0},
};

/* -- tests --------------------------------------------------------------------------------------- */

static void a_parser_can_open_connect_start_and_signal_nothing(void **state)
{
	SEEN(s);

	run(&s, "escape");
	assert_str(text_of(&s, 0),
		   "open: EPERM\ncreate: EPERM\nunlink: EPERM\nsocket: EPERM\nunix: EPERM\nfork: EPERM\nexec: EPERM\n"
		   "kill: EPERM\nptrace: EPERM\ncode: EPERM\nchange the input: EPERM\n");
}

static void a_parser_that_takes_too_much_memory_is_stopped(void **state)
{
	if (SANITIZED)
		skip();                      /* they need addresses without limit */
	assert_refused("memory", TOO_BIG);
}

static void a_parser_that_never_ends_is_stopped(void **state)
{
	assert_refused("spin", TOO_SLOW);
}

static void more_output_than_a_document_may_hold_is_refused(void **state)
{
	assert_refused("flood", "the document holds too much text");
	assert_refused("much", "the document holds more than 32 MiB of text");
}

static void a_parser_that_crashes_costs_its_document(void **state)
{
	assert_refused("crash", DAMAGED);
	assert_refused("abort", TOO_BIG);
}

static bool has_landlock(void)
{
	return syscall(SYS_landlock_create_ruleset, NULL, 0, LANDLOCK_CREATE_RULESET_VERSION) >= 1;
}

static void a_program_can_open_what_it_is_made_of_and_nothing_else(void **state)
{
	SEEN(s);
	struct str said;

	run(&s, "python");
	said = text_of(&s, 0);
	if (!has_landlock()) {
		print_message("this kernel has no Landlock: what a program may read is not tested\n");
		said = str_from(said, (size_t)str_find(said, S("create")));
	} else {
		assert_true(str_starts(said, S("read: denied\nlist: denied\nsee: denied\n")));
		said = str_from(said, S("read: denied\nlist: denied\nsee: denied\n").n);
	}
	assert_str(said, "create: denied\nshared: denied\nmkdir: denied\nchmod: denied\nsocket: denied\nfork: denied\n"
			 "kill: denied\nwrite: denied\nprlimit: denied\nenvironment: []\ninput: hello, world\n");
}

static void a_program_has_limits(void **state)
{
	SEEN(s);

	run(&s, "limits");
	assert_str(text_of(&s, 0), SANITIZED ?
		   "CORE 0 0\nNPROC 0 0\nNOFILE 64 64\nCPU 20 21\nAS -1 -1\n" :
		   "CORE 0 0\nNPROC 0 0\nNOFILE 64 64\nCPU 20 21\nAS 1073741824 1073741824\n");
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_parser_can_open_connect_start_and_signal_nothing),
		cmocka_unit_test(a_parser_that_takes_too_much_memory_is_stopped),
		cmocka_unit_test(a_parser_that_never_ends_is_stopped),
		cmocka_unit_test(more_output_than_a_document_may_hold_is_refused),
		cmocka_unit_test(a_parser_that_crashes_costs_its_document),
		cmocka_unit_test(a_program_can_open_what_it_is_made_of_and_nothing_else),
		cmocka_unit_test(a_program_has_limits),
	};

	extract_main(argc, argv, ROWS);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
