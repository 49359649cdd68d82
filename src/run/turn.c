/* run/turn.c: the conversation between a model and its tools, held to the limits. */
#include "run/turn.h"

#include "base/clock.h"
#include "base/log.h"
#include "domain/model_access.h"
#include "run/answer.h"
#include "run/record.h"
#include "run/thread.h"

/* -- limits ------------------------------------------------------------------------------------------ */

static int64_t time_left_ms(const struct job *job)
{
	return job->limits.time_ms - (now_us() - job->run.started_at) / 1000;
}

/* The monotonic moment at which whatever waits for a model or a tool gives up. */
static int64_t deadline_of(const struct job *job)
{
	return mono_ms() + time_left_ms(job);
}

__attribute__((format(printf, 3, 4)))
static enum err fail_run(struct ctx *ctx, struct job *job, const char *fmt, ...)
{
	struct str why;
	va_list ap;

	va_start(ap, fmt);
	why = arena_vprintf(ctx->mem, fmt, ap);
	va_end(ap);
	return record_failure(ctx, job, why);
}

static enum err fail_for_time(struct ctx *ctx, struct job *job)
{
	return fail_run(ctx, job, "The run reached its time limit of %lld seconds.",
			(long long)job->limits.time_ms / 1000);
}

/* Ends the run when it cannot be carried out, or when a limit forbids another request. */
static enum err check_limits(struct ctx *ctx, struct job *job, const struct record *record)
{
	const struct run_limits *limits = &job->limits;
	struct str unfit = answer_failure(ctx, &job->spec, record);

	if (job->spec.refusal.p)
		return record_failure(ctx, job, job->spec.refusal);
	if (unfit.p)
		return record_failure(ctx, job, unfit);
	if (record->n_replies >= limits->requests)
		return fail_run(ctx, job, "The run reached its limit of %lld model requests.",
				(long long)limits->requests);
	if (limits->cost_usd > 0 && record_cost(job, record) >= limits->cost_usd)
		return fail_run(ctx, job, "The run reached its cost limit of %.2f USD.", limits->cost_usd);
	return time_left_ms(job) > 0 ? OK : fail_for_time(ctx, job);
}

/* -- watching ------------------------------------------------------------------------------------------- */

/* Whoever stops a run or cancels it wakes its worker; this is for the signal that ends the process, which cannot. */
enum { ASK_MS = 500 };

/* One turn's watch over its run, while a model or a tool is waited for. */
struct vigil {
	struct job *job;
	struct db *db;
	unsigned draft;                      /* in the run's feed */
	bool lost;                           /* the run is not this worker's any more */
};

static bool is_still_ours(struct ctx *ctx, const struct run *held)
{
	struct run now;

	/* A store that cannot be read is no reason to stop; a write will tell. */
	if (runs_standing(ctx, held->workspace_id, held->id, &now) != OK)
		return true;
	return run_status_of(&now) == RUN_RUNNING && now.attempts == held->attempts &&
	       str_eq(now.lease_owner, held->lease_owner);
}

/* The turn's own memory and connection are in use, or put away. */
static bool look_at_run(const struct vigil *v)
{
	AUTO(arena_fini) struct arena mem = {0};
	struct ctx ctx = { .mem = &mem, .db = v->db };
	bool ours;

	arena_init(&mem, 0);
	ours = is_still_ours(&ctx, &v->job->run);
	db_reader_close(ctx.reader);
	return ours;
}

static bool go_on(void *arg)
{
	struct vigil *v = arg;
	unsigned now = run_cancellations();

	if (job_is_stopped(v->job))
		return false;
	if (now != v->job->cancellations)
		v->lost = !look_at_run(v);
	v->job->cancellations = now;
	return !v->lost;
}

static void pass_on(void *arg, struct str text)
{
	const struct vigil *v = arg;

	run_feed_add(v->job->feed, v->draft, text);
}

static struct tool_scope scope_of(const struct job *job, struct vigil *vigil)
{
	return (struct tool_scope){
		.agent = &job->spec.agent, .run_started_at = job->run.started_at, .go_on = go_on, .arg = vigil,
	};
}

/* -- the model ----------------------------------------------------------------------------------------- */

/* Waiting for a model takes long, so what is not needed meanwhile is given back: the connection to the store,
 * with its view of how things were. */
static enum err ask_model(struct ctx *ctx, const struct job *job, const struct record *record, struct vigil *vigil,
			  struct model_reply *out)
{
	const struct model_watch watch = { .delta = pass_on, .go_on = go_on, .ask_ms = ASK_MS, .arg = vigil };
	const struct tool_scope scope = scope_of(job, vigil);
	AUTO(model_access_end) struct model_choice model = job_model(job);
	struct list thread, tools = {0};

	ctx->deadline_ms = deadline_of(job);
	TRY(thread_of(ctx, job, record, &scope, &thread));
	if (!job->spec.is_cargo)
		tools_offered(ctx, &scope, &tools);
	TRY(model_access(ctx, job->run.workspace_id, &model));
	db_reader_close(TAKE(ctx->reader));
	model.watch = &watch;
	vigil->draft = run_feed_begin(job->feed, (int64_t)record->messages.n);
	return model_ask(ctx, &model, &thread, &tools, out);
}

static enum err finish(struct ctx *ctx, struct job *job, struct record *record, const struct model_reply *reply)
{
	int64_t limit = job->limits.output_bytes;
	struct model_reply settled = *reply;
	struct answer answer;

	if ((int64_t)reply->text.n > limit)
		return fail_run(ctx, job, "The output is larger than the limit of %lld bytes.", (long long)limit);
	answer = answer_of(ctx, &job->spec, reply->text);
	if (answer.wrong.p)
		return record_reply(ctx, job, record, reply);
	settled.text = answer.text;
	return record_success(ctx, job, record, &settled);
}

/* What went wrong inside is for the log, not for whoever reads the run. */
static enum err fail_for(struct ctx *ctx, struct job *job, enum err e)
{
	if (e == ERR_INTERNAL)
		log_error("run.ask", kv_s("run", job->run.id), kv_z("why", ctx->why));
	if (time_left_ms(job) <= 0)
		return fail_for_time(ctx, job);
	return fail_run(ctx, job, "%s", e == ERR_INTERNAL ? err_text(e) : arena_str(ctx->mem, str_of(ctx->why)).p);
}

static enum err ask(struct ctx *ctx, struct job *job, struct record *record)
{
	struct vigil vigil = { .job = job, .db = ctx->db };
	struct model_reply reply;
	enum err e;

	TRY(check_limits(ctx, job, record));
	if (job->over)
		return OK;
	e = ask_model(ctx, job, record, &vigil, &reply);
	ctx->deadline_ms = 0;
	if (vigil.lost)
		return fail(ctx, ERR_CONFLICT, "the run is not this worker's any more");
	if (e == ERR_GONE)
		return OK;
	if (e != OK)
		return fail_for(ctx, job, e);
	return reply.calls.n ? record_reply(ctx, job, record, &reply) : finish(ctx, job, record, &reply);
}

/* -- the tools ------------------------------------------------------------------------------------------- */

static enum err call(struct ctx *ctx, struct job *job, struct record *record, const struct tool_call *wanted)
{
	int64_t limit = job->limits.result_bytes;
	struct vigil vigil = { .job = job, .db = ctx->db };
	const struct tool_scope scope = scope_of(job, &vigil);
	struct tool_result result;
	enum err e;

	ctx->deadline_ms = deadline_of(job);
	e = tool_call(ctx, &scope, wanted, &result);
	ctx->deadline_ms = 0;
	if (vigil.lost)
		return fail(ctx, ERR_CONFLICT, "the run is not this worker's any more");
	if (e == ERR_GONE)
		return OK;
	if ((int64_t)result.text.n > limit)
		return fail_run(ctx, job, "The result of %.*s is larger than the limit of %lld bytes.",
				STR(wanted->name), (long long)limit);
	return record_result(ctx, job, record, &result);
}

/* -- the turn -------------------------------------------------------------------------------------------- */

static bool goes_on(const struct job *job)
{
	return !job->over && !job_is_stopped(job);
}

enum err run_turn(struct ctx *ctx, struct job *job)
{
	const struct tool_call *wanted;
	struct record record;

	TRY(record_read(ctx, &job->run, &record));
	if (!record_next_call(&record))
		TRY(ask(ctx, job, &record));
	while (goes_on(job) && (wanted = record_next_call(&record)))
		TRY(call(ctx, job, &record, wanted));
	return OK;
}
