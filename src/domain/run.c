/* domain/run.c: every change of a run's status goes through run_move and its table of edges, so
 * that a run ends once, whoever tries to end it. */
#include "domain/run.h"

#include <math.h>

#include "base/clock.h"
#include "base/id.h"
#include "domain/dispatch.h"
#include "domain/preflight.h"
#include "domain/run_feed.h"
#include "store/agent_versions.h"

#define US_PER_MS 1000

/* -- states ------------------------------------------------------------------------------------------ */

const char *const run_status_names[] = {
	[RUN_QUEUED] = "queued", [RUN_RUNNING] = "running", [RUN_SUCCEEDED] = "succeeded", [RUN_FAILED] = "failed",
	[RUN_CANCELLED] = "cancelled", NULL,
};
const char *const run_trigger_names[] = { "manual", "schedule", "event", NULL };

#define TO(status) (1u << RUN_##status)
static const unsigned EDGES[] = {
	[RUN_QUEUED] = TO(RUNNING) | TO(FAILED) | TO(CANCELLED),
	/* Back to queued: handed back; to running: taken over from a worker that is gone. */
	[RUN_RUNNING] = TO(QUEUED) | TO(RUNNING) | TO(SUCCEEDED) | TO(FAILED) | TO(CANCELLED),
	[RUN_SUCCEEDED] = 0, [RUN_FAILED] = 0, [RUN_CANCELLED] = 0,
};

enum run_status run_status_of(const struct run *r)
{
	enum run_status s = RUN_QUEUED;

	while (s < RUN_CANCELLED && !str_is(r->status, run_status_names[s]))
		s++;
	return s;
}

bool run_is_over(const struct run *r)
{
	return EDGES[run_status_of(r)] == 0;
}

#define ASKED_BY "user> "
#define ANSWERED "\n\n"

static struct str trim_end(struct str text)
{
	while (text.n > 0 && strchr(" \t\r\n\v\f", text.p[text.n - 1]))
		text.n--;
	return text;
}

struct str run_transcript(struct arena *mem, struct str message, struct str answer)
{
	struct buf out = { .mem = mem };

	answer = trim_end(answer);
	if (message.n == 0)
		return answer;
	buf_z(&out, ASKED_BY);
	buf_str(&out, message);
	buf_z(&out, ANSWERED);
	/* Whatever stands in it: of a text with a NUL, printf would take the beginning. */
	buf_str(&out, answer);
	return buf_view(&out);
}

struct str run_answer(const struct run *r)
{
	size_t asked = r->user_message.n == 0 ? 0 : strlen(ASKED_BY) + r->user_message.n + strlen(ANSWERED);

	return str_from(r->output, asked);
}

static int64_t later(int64_t a, int64_t b)
{
	return a > b ? a : b;
}

/* A run may have been created a little ahead of the clock: see moment_after. */
static void stamp(struct run *r, enum run_status to)
{
	int64_t now = later(now_us(), r->created_at);

	r->status = str_of(run_status_names[to]);
	if (to == RUN_RUNNING) {
		if (!r->started_at)
			r->started_at = now;
		return;
	}
	r->lease_owner = (struct str){ NULL, 0 };
	r->lease_expires_at = 0;
	if (to != RUN_QUEUED)
		r->completed_at = now;
}

enum err run_move(struct ctx *ctx, struct db_tx *tx, const struct run *was, struct run *now, enum run_status to)
{
	enum run_status from = run_status_of(was);

	if (!(EDGES[from] >> to & 1u))
		return fail(ctx, ERR_CONFLICT, "a run that is %s cannot become %s", run_status_names[from],
			    run_status_names[to]);
	stamp(now, to);
	return runs_update(ctx, tx, was, now);
}

/* -- create -------------------------------------------------------------------------------------------- */

static const struct field line_fields[] = {
	{ F_STR("role", run_line, role) },
	{ F_STR("text", run_line, text) },
};
static const struct schema line_schema = SCHEMA(NULL, run_line, line_fields);

static const struct field spec_fields[] = {
	{ F_OBJECT("agent", run_spec, agent, &agent_schema) },
	{ F_ANY("modelSettings", run_spec, model_settings) },
	{ F_INT("requestLimit", run_spec, request_limit) },
	{ F_LIST("history", run_spec, history, &line_schema) },
	{ F_ANY("outputSchema", run_spec, output_schema) },
	{ F_BOOL("isCargo", run_spec, is_cargo) },
	{ F_LIST("inputs", run_spec, inputs, &cargo_input_schema) },
	{ F_STR("refusal", run_spec, refusal) },
};
const struct schema run_spec_schema = SCHEMA(NULL, run_spec, spec_fields);

static enum err check_history(struct ctx *ctx, const struct list *history)
{
	static const char *const ROLES[] = { "system", "user", "assistant", NULL };
	size_t left = RUN_HISTORY_BYTES_MAX;

	for (size_t i = 0; i < history->n; i++) {
		const struct run_line *line = LIST_AT(*history, struct run_line, i);

		if (!str_is_one_of(line->role, ROLES))
			return fail(ctx, ERR_INVALID, "the role of a message is one of system, user and assistant");
		if (line->text.n > left)
			return fail(ctx, ERR_TOO_LARGE, "the conversation before the message is larger than %d bytes",
				    RUN_HISTORY_BYTES_MAX);
		left -= line->text.n;
	}
	return OK;
}

static struct run freeze(struct ctx *ctx, const struct run_request *request, const struct dispatch *d)
{
	struct run_spec spec = {
		.agent = d->agent, .model_settings = d->model_settings, .request_limit = d->request_limit,
		.history = request->history, .output_schema = d->output_schema, .is_cargo = d->is_cargo,
		.inputs = d->cargo.inputs, .refusal = d->cargo.refusal,
	};

	return (struct run){
		.id = uuid_new(ctx->mem), .workspace_id = ctx->actor.workspace_id, .created_by = ctx->actor.user_id,
		.status = str_of(run_status_names[RUN_QUEUED]), .trigger = str_of(request->trigger),
		.tokens_input = NO_INT, .tokens_output = NO_INT, .cost_usd = NAN,
		.agent_id = d->agent.id, .agent_name = d->name, .agent_path = d->path,
		.agent_version_label = d->version_label,
		.model = d->model, .automation_id = request->automation_id, .parent_run_id = ctx->actor.run_id,
		.user_message = request->message, .output = S(""),
		.spec = schema_text(ctx->mem, &run_spec_schema, &spec, WRITE_STORED),
	};
}

/* Clients page through runs by createdAt in milliseconds, so runs of a workspace get a
 * millisecond each, unless that would put them more than a second ahead of the clock; then they
 * share it, and runs_list sees to it that paging loses none. */
static int64_t moment_after(int64_t newest)
{
	int64_t now = now_us(), next = (newest / US_PER_MS + 1) * US_PER_MS;

	if (now >= next || next > now + US_PER_SECOND)
		return now;
	return next;
}

/* An agent nobody owns is the first one's whose run of it is accepted (4.12). */
static enum err claim_agent(struct ctx *ctx, struct db_tx *tx, const struct run *run)
{
	struct agent_state state;

	TRY(agent_states_get(ctx, run->workspace_id, run->agent_name, &state));
	if (state.owner_user_id.p)
		return OK;
	state.owner_user_id = run->created_by;
	state.updated_at = run->created_at;
	return agent_states_put(ctx, tx, &state);
}

enum err run_prepare(struct ctx *ctx, const struct run_request *request, struct run_creation *c)
{
	struct dispatch d;

	TRY(check_history(ctx, &request->history));
	TRY(dispatch_resolve(ctx, request->agent, request->prefer_draft, &d));
	if (request->asks_for_connections)
		TRY(preflight_check(ctx, &d.connections));
	*c->run = freeze(ctx, request, &d);
	c->is_file = d.is_file;
	return OK;
}

enum err run_insert(struct ctx *ctx, struct db_tx *tx, const struct run_creation *c)
{
	int64_t newest;

	TRY(runs_newest(ctx, c->run->workspace_id, &newest));
	c->run->created_at = moment_after(newest);
	if (c->is_file)
		TRY(claim_agent(ctx, tx, c->run));
	return runs_insert(ctx, tx, c->run);
}

static enum err insert_run(struct ctx *ctx, struct db_tx *tx, void *arg)
{
	return run_insert(ctx, tx, arg);
}

enum err run_create(struct ctx *ctx, const struct run_request *request, struct run *out)
{
	struct run_creation c = { .run = out };

	TRY(run_prepare(ctx, request, &c));
	return db_write(ctx, insert_run, &c);
}

/* -- watch and cancel ------------------------------------------------------------------------------------ */

enum err run_get(struct ctx *ctx, struct str id, struct run *out)
{
	enum err e = runs_by_id(ctx, ctx->actor.workspace_id, id, out);

	return e == ERR_NOT_FOUND ? fail(ctx, e, "run not found") : e;
}

enum err run_list(struct ctx *ctx, const struct run_filter *filter, struct list *out)
{
	TRY(db_snapshot_begin(ctx));
	return runs_list(ctx, ctx->actor.workspace_id, filter, out);
}

static _Atomic unsigned cancellations;

unsigned run_cancellations(void)
{
	return cancellations;
}

struct cancellation {
	struct str id;
	bool done;
};

static enum err cancel_run(struct ctx *ctx, struct db_tx *tx, void *arg)
{
	struct cancellation *c = arg;
	struct run was, now;

	TRY(run_get(ctx, c->id, &was));
	c->done = !run_is_over(&was);
	if (!c->done)
		return OK;
	now = was;
	now.streamed_output = (struct str){ NULL, 0 };
	if (!now.error_message.p)
		now.error_message = S("Cancelled by user");
	return run_move(ctx, tx, &was, &now, RUN_CANCELLED);
}

enum err run_cancel(struct ctx *ctx, struct str id, bool *cancelled)
{
	struct cancellation c = { .id = id };

	TRY(db_write(ctx, cancel_run, &c));
	cancellations += c.done;
	if (c.done)
		run_feed_ring(id);
	*cancelled = c.done;
	return OK;
}
