/* run/turn.c: the conversation between a model and its tools, held to the limits. */
#include "run/turn.h"

#include "base/clock.h"
#include "base/log.h"
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

/* Ends the run when a limit forbids another request. */
static enum err check_limits(struct ctx *ctx, struct job *job, const struct record *record)
{
	const struct run_limits *limits = &job->limits;

	if (record->n_replies >= limits->requests)
		return fail_run(ctx, job, "The run reached its limit of %lld model requests.",
				(long long)limits->requests);
	if (time_left_ms(job) <= 0)
		return fail_run(ctx, job, "The run reached its time limit of %lld seconds.",
				(long long)limits->time_ms / 1000);
	return OK;
}

/* -- the model ----------------------------------------------------------------------------------------- */

static struct model_choice model_of(const struct agent *agent)
{
	const struct model_config *m = &agent->model;

	return (struct model_choice){
		.provider = m->provider, .model = m->model, .max_tokens = m->max_tokens, .temperature = m->temperature,
		.top_p = m->top_p, .frequency_penalty = m->frequency_penalty, .presence_penalty = m->presence_penalty,
	};
}

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

static enum err ask_model(struct ctx *ctx, const struct job *job, const struct record *record, struct model_reply *out)
{
	struct model_choice model = model_of(&job->agent);
	struct list thread = thread_of(ctx, job, record), tools;
	enum err e;

	tools_offered(ctx, &job->agent, &tools);
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

static enum err ask(struct ctx *ctx, struct job *job, struct record *record)
{
	struct model_reply reply;
	enum err e;

	TRY(check_limits(ctx, job, record));
	if (job->over)
		return OK;
	e = ask_model(ctx, job, record, &reply);
	/* What went wrong inside is for the log, not for whoever reads the run. */
	if (e == ERR_INTERNAL)
		log_error("run.ask", kv_s("run", job->run.id), kv_z("why", ctx->why));
	if (e != OK)
		return fail_run(ctx, job, "%s", e == ERR_INTERNAL ? err_text(e) : ctx->why);
	return reply.calls.n ? record_reply(ctx, job, record, &reply) : finish(ctx, job, record, &reply);
}

/* -- the tools ------------------------------------------------------------------------------------------- */

static enum err call(struct ctx *ctx, struct job *job, struct record *record, const struct tool_call *wanted)
{
	int64_t limit = job->limits.result_bytes;
	struct tool_result result;

	ctx->deadline_ms = deadline_of(job);
	tool_call(ctx, &job->agent, wanted, &result);
	ctx->deadline_ms = 0;
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
