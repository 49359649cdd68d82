/* run/turn.c: the conversation between a model and its tools, held to the limits. */
#include "run/turn.h"

#include "base/clock.h"
#include "base/log.h"
#include "domain/model_access.h"
#include "run/record.h"

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

/* Ends the run when a limit forbids another request. */
static enum err check_limits(struct ctx *ctx, struct job *job, const struct record *record)
{
	const struct run_limits *limits = &job->limits;

	if (record->n_replies >= limits->requests)
		return fail_run(ctx, job, "The run reached its limit of %lld model requests.",
				(long long)limits->requests);
	return time_left_ms(job) > 0 ? OK : fail_for_time(ctx, job);
}

/* -- watching ------------------------------------------------------------------------------------------- */

/* One turn's watch over its run, while a model or a tool is waited for. */
struct vigil {
	struct job *job;
	struct db *db;
	bool lost;                           /* the run is not this worker's any more */
};

static bool is_still_ours(struct ctx *ctx, const struct run *held)
{
	struct run now;

	/* A store that cannot be read is no reason to stop; a write will tell. */
	if (runs_by_id(ctx, held->workspace_id, held->id, &now) != OK)
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

	if (atomic_load(v->job->stop))
		return false;
	if (now != v->job->cancellations)
		v->lost = !look_at_run(v);
	v->job->cancellations = now;
	return !v->lost;
}

static void pass_on(void *arg, struct str text)
{
	const struct vigil *v = arg;
	const struct model_watch *watch = v->job->watch;

	watch->delta(watch->arg, text);
}

/* -- the model ----------------------------------------------------------------------------------------- */

/* What the agent was told and asked, and the record. */
static struct list thread_of(struct ctx *ctx, const struct job *job, const struct record *record)
{
	struct str said = job->run.user_message;
	struct message *messages = arena_array(ctx->mem, record->messages.n + 2, sizeof(*messages));
	size_t n = 0;

	if (job->agent.system_prompt.n > 0)
		messages[n++] = (struct message){ .role = MESSAGE_SYSTEM, .text = job->agent.system_prompt };
	messages[n++] = (struct message){ .role = MESSAGE_USER, .text = said.n > 0 ? said : S(MESSAGE_GO_AHEAD) };
	for (size_t i = 0; i < record->messages.n; i++)
		messages[n++] = *LIST_AT(record->messages, struct message, i);
	return (struct list){ messages, n };
}

/* Waiting for a model takes long, so what is not needed meanwhile is given back: the connection to the store,
 * with its view of how things were. */
static enum err ask_model(struct ctx *ctx, const struct job *job, const struct record *record, struct vigil *vigil,
			  struct model_reply *out)
{
	const struct model_watch watch = {
		.delta = job->watch && job->watch->delta ? pass_on : NULL, .go_on = go_on, .arg = vigil,
	};
	AUTO(model_access_end) struct model_choice model = job_model(job);
	struct list thread = thread_of(ctx, job, record), tools;
	enum err e;

	tools_offered(ctx, &(struct tool_scope){ .agent = &job->agent }, &tools);
	TRY(model_access(ctx, job->run.workspace_id, &model));
	db_reader_close(TAKE(ctx->reader));
	model.watch = &watch;
	ctx->deadline_ms = deadline_of(job);
	e = model_ask(ctx, &model, &thread, &tools, out);
	ctx->deadline_ms = 0;
	return e;
}

static enum err finish(struct ctx *ctx, struct job *job, const struct record *record, const struct model_reply *reply)
{
	int64_t limit = job->limits.output_bytes;

	if ((int64_t)reply->text.n > limit)
		return fail_run(ctx, job, "The output is larger than the limit of %lld bytes.", (long long)limit);
	return record_success(ctx, job, record, reply);
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
	const struct tool_scope scope = {
		.agent = &job->agent, .run_started_at = job->run.started_at, .go_on = go_on, .arg = &vigil,
	};
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
	return !job->over && !atomic_load(job->stop);
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
