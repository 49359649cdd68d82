/* run/record.c: steps as rows; what they hold as JSON, by the tables below. */
#include "run/record.h"

#include <math.h>

#include "base/clock.h"

#define REPLY "reply"
#define RESULT "result"

static const struct field call_fields[] = {
	{ F_STR("id", tool_call, id) },
	{ F_STR("name", tool_call, name) },
	{ F_STR("arguments", tool_call, arguments) },
};
static const struct schema call_schema = SCHEMA(NULL, tool_call, call_fields);

/* What a step holds: a message, and of a reply what it took besides the tokens in the row. */
struct step {
	struct message message;
	int64_t tokens_cache_read, tokens_cache_write;
	bool uncounted;
};

static const struct field reply_fields[] = {
	{ F_STR("text", step, message.text) },
	{ F_LIST("calls", step, message.calls, &call_schema) },
	{ F_STR("own", step, message.own) },
	{ F_INT("tokensCacheRead", step, tokens_cache_read) },
	{ F_INT("tokensCacheWrite", step, tokens_cache_write) },
	{ F_BOOL("uncounted", step, uncounted) },
};
static const struct schema reply_schema = SCHEMA(NULL, step, reply_fields);

static const struct field result_fields[] = {
	{ F_STR("callId", step, message.call_id) },
	{ F_BOOL("failed", step, message.failed) },
	{ F_STR("text", step, message.text) },
};
static const struct schema result_schema = SCHEMA(NULL, step, result_fields);

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

static void count(struct record *record, const struct run_step *row, const struct step *step)
{
	record->tokens.input += row->tokens_input;
	record->tokens.output += row->tokens_output;
	record->tokens.cache_read += step->tokens_cache_read;
	record->tokens.cache_write += step->tokens_cache_write;
	record->uncounted |= step->uncounted;
}

static enum err read_step(struct ctx *ctx, const struct run_step *row, struct step *out)
{
	const struct json *body;

	*out = (struct step){ .message.role = str_is(row->kind, REPLY) ? MESSAGE_REPLY : MESSAGE_RESULT };
	TRY(json_parse(ctx, row->body, JSON_STRICT, &body));
	return schema_read(ctx, schema_of(&out->message), body, READ_STORED, out);
}

enum err record_read(struct ctx *ctx, const struct run *run, struct record *out)
{
	struct list steps;

	*out = (struct record){0};
	TRY(run_steps_list(ctx, run->workspace_id, run->id, &steps));
	for (size_t i = 0; i < steps.n; i++) {
		const struct run_step *row = LIST_AT(steps, struct run_step, i);
		struct step step;

		TRY(read_step(ctx, row, &step));
		add(ctx->mem, out, &step.message);
		count(out, row, &step);
	}
	return OK;
}

/* The tool that a call named, as the reply before its result says. */
static enum err tool_of(struct ctx *ctx, const struct run_step *result, struct str call_id, struct str *out)
{
	struct run_step row;
	struct step reply;
	enum err e = run_steps_last_of(ctx, result->workspace_id, result->run_id, S(REPLY), result->ordinal, &row);

	*out = (struct str){ NULL, 0 };
	if (e == ERR_NOT_FOUND)
		return OK;
	TRY(e);
	TRY(read_step(ctx, &row, &reply));
	for (size_t i = 0; i < reply.message.calls.n; i++) {
		const struct tool_call *call = LIST_AT(reply.message.calls, struct tool_call, i);

		if (str_eq(call->id, call_id))
			*out = call->name;
	}
	return OK;
}

enum err record_step(struct ctx *ctx, struct str workspace_id, struct str run_id, int64_t ordinal,
		     struct recorded_step *out)
{
	struct run_step row;
	struct step step;

	TRY(run_steps_at(ctx, workspace_id, run_id, ordinal, &row));
	TRY(read_step(ctx, &row, &step));
	*out = (struct recorded_step){
		.message = step.message, .uncounted = step.uncounted,
		.tokens = { .input = row.tokens_input, .cache_read = step.tokens_cache_read,
			    .cache_write = step.tokens_cache_write, .output = row.tokens_output },
	};
	return is_reply(&step.message) ? OK : tool_of(ctx, &row, step.message.call_id, &out->tool);
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
	struct step step;
	struct run_step row;
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
	return entry->row.kind.p ? run_steps_insert(ctx, tx, &entry->row) : OK;
}

static struct entry entry_of(struct ctx *ctx, const struct job *job, const struct record *record,
			     const struct step *step)
{
	const struct message *m = &step->message;
	struct run_step row = {
		.run_id = job->run.id, .workspace_id = job->run.workspace_id, .ordinal = (int64_t)record->messages.n,
		.kind = is_reply(m) ? S(REPLY) : S(RESULT), .created_at = now_us(),
		.body = schema_text(ctx->mem, schema_of(m), step, WRITE_STORED),
	};

	return (struct entry){ .job = job, .step = *step, .row = row };
}

static struct entry entry_of_reply(struct ctx *ctx, const struct job *job, const struct record *record,
				   const struct model_reply *reply)
{
	struct step step = {
		.message = { .role = MESSAGE_REPLY, .text = reply->text, .calls = reply->calls, .own = reply->own },
		.tokens_cache_read = reply->tokens_cache_read, .tokens_cache_write = reply->tokens_cache_write,
		.uncounted = reply->uncounted,
	};
	struct entry entry = entry_of(ctx, job, record, &step);

	entry.row.tokens_input = reply->tokens_input;
	entry.row.tokens_output = reply->tokens_output;
	return entry;
}

static enum err write_step(struct ctx *ctx, struct record *record, struct entry *entry)
{
	TRY(db_write(ctx, write_entry, entry));
	run_feed_stored(entry->job->feed);
	add(ctx->mem, record, &entry->step.message);
	count(record, &entry->row, &entry->step);
	return OK;
}

enum err record_reply(struct ctx *ctx, const struct job *job, struct record *record, const struct model_reply *reply)
{
	struct entry entry = entry_of_reply(ctx, job, record, reply);

	return write_step(ctx, record, &entry);
}

enum err record_result(struct ctx *ctx, const struct job *job, struct record *record, const struct tool_result *result)
{
	struct step step = { .message = { .role = MESSAGE_RESULT, .call_id = result->call_id, .text = result->text,
					  .failed = result->failed } };
	struct entry entry = entry_of(ctx, job, record, &step);

	return write_step(ctx, record, &entry);
}

/* Half a count is none. */
double record_cost(const struct job *job, const struct record *record)
{
	const struct model_config *model = &job->spec.agent.model;

	return record->uncounted ? NAN : price_of(model->provider, model->model, &record->tokens);
}

/* -- the end ------------------------------------------------------------------------------------------ */

static enum err end(struct ctx *ctx, struct job *job, struct entry *entry, enum run_status to)
{
	entry->ends = true;
	entry->to = to;
	TRY(db_write(ctx, write_entry, entry));
	run_feed_stored(job->feed);
	job->run.status = entry->end.status;
	job->over = true;
	return OK;
}

static void settle(const struct job *job, const struct record *record, struct run *end)
{
	if (record->uncounted)
		return;
	end->tokens_input = record->tokens.input;
	end->tokens_output = record->tokens.output;
	end->cost_usd = record_cost(job, record);
}

enum err record_success(struct ctx *ctx, struct job *job, const struct record *record, const struct model_reply *reply)
{
	struct entry entry = entry_of_reply(ctx, job, record, reply);
	struct record all = *record;

	count(&all, &entry.row, &entry.step);
	entry.end = job->run;
	entry.end.output = run_transcript(ctx->mem, job->run.user_message, reply->text);
	settle(job, &all, &entry.end);
	return end(ctx, job, &entry, RUN_SUCCEEDED);
}

enum err record_failure(struct ctx *ctx, struct job *job, struct str why)
{
	struct entry entry = { .job = job, .end = job->run };

	entry.end.error_message = why;
	return end(ctx, job, &entry, RUN_FAILED);
}
