/* run/record.c: steps as rows; what they hold as JSON, by the tables below. */
#include "run/record.h"

#include "base/clock.h"

#define REPLY "reply"
#define RESULT "result"

static const struct field call_fields[] = {
	{ F_STR("id", tool_call, id) },
	{ F_STR("name", tool_call, name) },
	{ F_STR("arguments", tool_call, arguments) },
};
static const struct schema call_schema = SCHEMA(NULL, tool_call, call_fields);

static const struct field reply_fields[] = {
	{ F_STR("text", message, text) },
	{ F_LIST("calls", message, calls, &call_schema) },
};
static const struct schema reply_schema = SCHEMA(NULL, message, reply_fields);

static const struct field result_fields[] = {
	{ F_STR("callId", message, call_id) },
	{ F_BOOL("failed", message, failed) },
	{ F_STR("text", message, text) },
};
static const struct schema result_schema = SCHEMA(NULL, message, result_fields);

static bool is_reply(const struct message *m)
{
	return m->role == MESSAGE_REPLY;
}

static const struct schema *schema_of(const struct message *m)
{
	return is_reply(m) ? &reply_schema : &result_schema;
}

/* -- reading ---------------------------------------------------------------------------------------- */

static void add(struct arena *mem, struct record *record, const struct message *m)
{
	struct list *messages = &record->messages;

	messages->items = arena_more(mem, messages->items, messages->n, &record->cap, sizeof(*m));
	*LIST_AT(*messages, struct message, messages->n++) = *m;
	record->n_replies += is_reply(m);
}

static enum err read_step(struct ctx *ctx, const struct run_step *step, struct message *out)
{
	const struct json *body;

	*out = (struct message){ .role = str_is(step->kind, REPLY) ? MESSAGE_REPLY : MESSAGE_RESULT };
	TRY(json_parse(ctx, step->body, JSON_STRICT, &body));
	return schema_read(ctx, schema_of(out), body, READ_STORED, out);
}

enum err record_read(struct ctx *ctx, const struct run *run, struct record *out)
{
	struct list steps;

	*out = (struct record){0};
	TRY(run_steps_list(ctx, run->workspace_id, run->id, &steps));
	for (size_t i = 0; i < steps.n; i++) {
		const struct run_step *step = LIST_AT(steps, struct run_step, i);
		struct message m;

		TRY(read_step(ctx, step, &m));
		add(ctx->mem, out, &m);
		out->tokens_input += step->tokens_input;
		out->tokens_output += step->tokens_output;
	}
	return OK;
}

static const struct message *message_at(const struct record *record, size_t i)
{
	return LIST_AT(record->messages, struct message, i);
}

/* Results stand behind their reply in the order of its calls. */
const struct tool_call *record_next_call(const struct record *record)
{
	size_t n_results = 0, at = record->messages.n;
	const struct message *reply;

	while (at > 0 && !is_reply(message_at(record, at - 1)))
		n_results++, at--;
	if (at == 0)
		return NULL;
	reply = message_at(record, at - 1);
	return n_results < reply->calls.n ? LIST_AT(reply->calls, struct tool_call, n_results) : NULL;
}

/* -- writing ----------------------------------------------------------------------------------------- */

struct entry {
	const struct job *job;
	struct run_step step;
	struct run end;                      /* when the step is the last: what becomes of the run */
	enum run_status to;
	bool ends;
};

static enum err write_entry(struct ctx *ctx, struct db_tx *tx, void *arg)
{
	struct entry *entry = arg;
	struct run held = entry->job->run;

	held.lease_expires_at = now_us() + entry->job->lease_us;
	TRY(entry->ends ? run_move(ctx, tx, &held, &entry->end, entry->to) : runs_renew(ctx, tx, &held));
	return entry->step.kind.p ? run_steps_insert(ctx, tx, &entry->step) : OK;
}

static struct run_step step_of(struct ctx *ctx, const struct job *job, const struct record *record,
			       const struct message *m)
{
	return (struct run_step){
		.run_id = job->run.id, .workspace_id = job->run.workspace_id, .ordinal = (int64_t)record->messages.n,
		.kind = is_reply(m) ? S(REPLY) : S(RESULT), .created_at = now_us(),
		.body = schema_text(ctx->mem, schema_of(m), m, WRITE_STORED),
	};
}

static struct message message_of_reply(const struct model_reply *reply)
{
	return (struct message){ .role = MESSAGE_REPLY, .text = reply->text, .calls = reply->calls };
}

static struct entry entry_of_reply(struct ctx *ctx, const struct job *job, const struct record *record,
				   const struct model_reply *reply)
{
	struct message m = message_of_reply(reply);
	struct entry entry = { .job = job, .step = step_of(ctx, job, record, &m) };

	entry.step.tokens_input = reply->tokens_input;
	entry.step.tokens_output = reply->tokens_output;
	return entry;
}

enum err record_reply(struct ctx *ctx, const struct job *job, struct record *record, const struct model_reply *reply)
{
	struct entry entry = entry_of_reply(ctx, job, record, reply);
	struct message m = message_of_reply(reply);

	TRY(db_write(ctx, write_entry, &entry));
	add(ctx->mem, record, &m);
	record->tokens_input += reply->tokens_input;
	record->tokens_output += reply->tokens_output;
	return OK;
}

enum err record_result(struct ctx *ctx, const struct job *job, struct record *record, const struct tool_result *result)
{
	struct message m = { .role = MESSAGE_RESULT, .call_id = result->call_id, .text = result->text,
			     .failed = result->failed };
	struct entry entry = { .job = job, .step = step_of(ctx, job, record, &m) };

	TRY(db_write(ctx, write_entry, &entry));
	add(ctx->mem, record, &m);
	return OK;
}

/* -- the end ------------------------------------------------------------------------------------------ */

static enum err end(struct ctx *ctx, struct job *job, struct entry *entry, enum run_status to)
{
	entry->ends = true;
	entry->to = to;
	TRY(db_write(ctx, write_entry, entry));
	job->run.status = entry->end.status;
	job->over = true;
	return OK;
}

static struct str trim_end(struct str text)
{
	while (text.n > 0 && strchr(" \t\r\n\v\f", text.p[text.n - 1]))
		text.n--;
	return text;
}

/* A transcript: what was asked, if anything, and the answer (studio contract 6.6). */
static struct str output_of(struct arena *mem, const struct run *run, struct str answer)
{
	answer = trim_end(answer);
	if (run->user_message.n == 0)
		return answer;
	return arena_printf(mem, "user> %.*s\n\n%.*s", STR(run->user_message), STR(answer));
}

enum err record_success(struct ctx *ctx, struct job *job, const struct record *record, const struct model_reply *reply)
{
	struct entry entry = entry_of_reply(ctx, job, record, reply);

	entry.end = job->run;
	entry.end.output = output_of(ctx->mem, &job->run, reply->text);
	entry.end.tokens_input = record->tokens_input + reply->tokens_input;
	entry.end.tokens_output = record->tokens_output + reply->tokens_output;
	return end(ctx, job, &entry, RUN_SUCCEEDED);
}

enum err record_failure(struct ctx *ctx, struct job *job, struct str why)
{
	struct entry entry = { .job = job, .end = job->run };

	entry.end.error_message = why;
	return end(ctx, job, &entry, RUN_FAILED);
}
