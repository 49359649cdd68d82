/* extract/run.c: one child per document, started, listened to, and outlived.
 *
 * The child is this program again. It is believed in nothing: what it writes is bounded and checked, and
 * when its time is up it is killed.
 */
#include <pthread.h>
#include <signal.h>
#include <sys/sysinfo.h>
#include <sys/wait.h>
#include <time.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/process.h"
#include "extract/extract_internal.h"

enum {
	WALL_MS = 30 * 1000,
	COMPLAINT_MAX = 4 * 1024,            /* of standard error: for the log */
	CHARSET_MAX = 40,
};

static const char *extractor_program = "/proc/self/exe";

void extract_setup(const char *program)
{
	extractor_program = program;
}

/* -- taking turns -------------------------------------------------------------------------------- */

static struct {
	pthread_mutex_t lock;
	pthread_cond_t freed;
	int taken;
} turns = { .lock = PTHREAD_MUTEX_INITIALIZER, .freed = PTHREAD_COND_INITIALIZER };

static struct timespec timespec_of(int64_t ms)
{
	return (struct timespec){ .tv_sec = ms / 1000, .tv_nsec = ms % 1000 * 1000000 };
}

/* A child keeps a core busy; more of them than cores only take memory. */
static enum err turn_take(struct ctx *ctx)
{
	struct timespec until = timespec_of(ctx->deadline_ms ? ctx->deadline_ms : INT64_MAX);
	int cores = get_nprocs(), rc = 0;
	bool mine;

	pthread_mutex_lock(&turns.lock);
	while (turns.taken >= cores && rc == 0)
		rc = pthread_cond_clockwait(&turns.freed, &turns.lock, CLOCK_MONOTONIC, &until);
	mine = turns.taken < cores;
	turns.taken += mine;
	pthread_mutex_unlock(&turns.lock);
	return mine ? OK : fail(ctx, ERR_TIMEOUT, "too many documents are being read; try again later");
}

static void turn_give(void)
{
	pthread_mutex_lock(&turns.lock);
	turns.taken--;
	pthread_cond_signal(&turns.freed);
	pthread_mutex_unlock(&turns.lock);
}

/* -- the child ----------------------------------------------------------------------------------- */

/* A name that may stand on a command line. */
static bool is_word(struct str charset)
{
	bool fit = charset.n > 0 && charset.n <= CHARSET_MAX;

	for (size_t i = 0; fit && i < charset.n; i++)
		fit = is_letter(charset.p[i]) || is_digit(charset.p[i]) || memchr("-_.:+", charset.p[i], 5);
	return fit;
}

static int64_t earlier(int64_t deadline_ms, int64_t other_ms)
{
	return deadline_ms && deadline_ms < other_ms ? deadline_ms : other_ms;
}

static enum err run_child(struct ctx *ctx, const struct extractor *row, const struct extract_job *job,
			  struct process *child)
{
	const char *charset = is_word(job->charset) ?
		arena_printf(ctx->mem, "--charset=%.*s", STR(job->charset)).p : NULL;
	const char *argv[] = { "agentd", "extract", "--kind", row->name, charset, NULL };
	const char *envp[] = { NULL };
	int rc;

	*child = (struct process){
		.program = extractor_program, .argv = argv, .envp = envp, .input = job->bytes,
		.output_max = EXTRACT_OUTPUT_MAX, .complaint_max = COMPLAINT_MAX,
		.until_ms = earlier(ctx->deadline_ms, mono_ms() + WALL_MS), .go_on = job->go_on, .arg = job->arg,
	};
	rc = process_run(child);
	if (rc == 0)
		return OK;
	log_error("extract.start", kv_z("program", extractor_program), kv_z("why", strerror(rc)));
	return fail(ctx, ERR_INTERNAL, "the parser of documents cannot be started");
}

/* -- what came of it ----------------------------------------------------------------------------- */

static const char TOO_SLOW[] = "the document takes too long to read";
static const char TOO_LONG[] = "the document holds too much text";
static const char TOO_BIG[] = "the document needs too much memory to be read";
static const char CRASHED[] = "the document cannot be read: it is damaged, or not what it seems to be";

/* Abort is how running out of memory ends, here and in C++; SIGKILL, when it is not from us, is the
 * system's way. */
static const char *why_killed(int signal)
{
	switch (signal) {
	case SIGXCPU:
		return TOO_SLOW;
	case SIGABRT:
	case SIGKILL:
		return TOO_BIG;
	default:
		return CRASHED;
	}
}

static void log_child(enum log_level level, const char *event, const struct extractor *row,
		      const struct process *child)
{
	int status = child->status;

	log_at(level, event, kv_z("kind", row->name), kv_i("status", WIFEXITED(status) ? WEXITSTATUS(status) : -1),
	       kv_i("signal", WIFSIGNALED(status) ? WTERMSIG(status) : 0),
	       kv_s("said", str_trim(buf_view(&child->complaint))));
}

static enum err refuse(struct ctx *ctx, const struct extractor *row, const struct process *child, const char *why)
{
	log_child(LOG_WARN, "extract.refused", row, child);
	return fail(ctx, ERR_INVALID, "%s", why);
}

static enum err read_program(struct ctx *ctx, const struct extractor *row, const struct process *child,
			     struct document *out)
{
	struct document_sink sink;
	const char *why;

	if (WEXITSTATUS(child->status) != 0) {
		why = row->explain ? row->explain(WEXITSTATUS(child->status), buf_view(&child->complaint)) : NULL;
		return refuse(ctx, row, child, why ? why : CRASHED);
	}
	sink_init(&sink, ctx);
	TRY(row->read_output(ctx, buf_view(&child->output), &sink));
	return sink_finish(&sink, out);
}

static enum err read_parser(struct ctx *ctx, const struct extractor *row, const struct process *child,
			    struct document *out)
{
	struct str wire = arena_str(ctx->mem, buf_view(&child->output));
	enum err e = wire_read(ctx, wire, out);

	return e == OK || e == ERR_INVALID ? e : refuse(ctx, row, child, CRASHED);
}

static enum err conclude(struct ctx *ctx, const struct extractor *row, const struct process *child,
			 struct document *out)
{
	if (child->end == PROCESS_UNWANTED)
		return fail(ctx, ERR_GONE, "nobody waits for the document any more");
	if (child->end == PROCESS_OUT_OF_TIME && ctx->deadline_ms && mono_ms() >= ctx->deadline_ms)
		return fail(ctx, ERR_TIMEOUT, "the time for this request ran out while a document was read");
	if (child->end == PROCESS_OUT_OF_TIME)
		return refuse(ctx, row, child, TOO_SLOW);
	if (child->end == PROCESS_TOO_MUCH_OUTPUT)
		return refuse(ctx, row, child, TOO_LONG);
	if (WIFSIGNALED(child->status))
		return refuse(ctx, row, child, why_killed(WTERMSIG(child->status)));
	if (WEXITSTATUS(child->status) == EXTRACT_UNFIT) {
		log_child(LOG_ERROR, "extract.unfit", row, child);
		return fail(ctx, ERR_INTERNAL, "this server is not set up to read %s documents; its log says why",
			    row->label);
	}
	return row->argv ? read_program(ctx, row, child, out) : read_parser(ctx, row, child, out);
}

enum err extractor_run(struct ctx *ctx, const struct extractor *row, const struct extract_job *job,
		       struct document *out)
{
	AUTO(process_fini) struct process child = {0};
	enum err e;

	TRY(turn_take(ctx));
	e = run_child(ctx, row, job, &child);
	turn_give();
	return e == OK ? conclude(ctx, row, &child, out) : e;
}

enum err extract_run(struct ctx *ctx, const struct extract_job *job, struct document *out)
{
	const struct extractor *row = extractor_of(job->kind);

	if (!row)
		return fail(ctx, ERR_INVALID, "nobody knows how to read the document");
	return extractor_run(ctx, row, job, out);
}
