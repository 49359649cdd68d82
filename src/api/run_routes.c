/* api/run_routes.c: studio contract 2.4 to 2.7.
 *
 * Three views of one struct run: the list's, the single run's, and what starting one tells. They
 * differ in members, in the precision of times, and in how much of a text they show.
 */
#include "api/query.h"
#include "api/routes.h"
#include "api/serve.h"
#include "base/id.h"
#include "domain/run.h"

enum { LIST_MAX = 50 };

/* -- list ---------------------------------------------------------------------------------------------- */

struct list_params {
	struct str status, trigger, agent;
	int64_t before;
	double limit;
};

static const struct field list_params_fields[] = {
	{ F_STR("status", list_params, status), .in = IN_QUERY,
	  .doc = "Statuses, separated by commas: queued, running, succeeded, failed, cancelled. Others are ignored." },
	{ F_STR("trigger", list_params, trigger), .in = IN_QUERY,
	  .doc = "What started the run, separated by commas: manual, schedule, event. Others are ignored." },
	{ F_STR("agent", list_params, agent), .in = IN_QUERY, .doc = "The agent's exact name." },
	{ F_NUM("limit", list_params, limit), .in = IN_QUERY, .min = 1, .def = "50", .js = true,
	  .say = "limit must be a positive integer",
	  .doc = "At most 50, and then all that share the last one's millisecond, so that paging loses none." },
	{ F_TIME("before", list_params, before), .in = IN_QUERY, .js = true,
	  .say = "before must be an ISO 8601 timestamp",
	  .doc = "Only runs created earlier: the createdAt of the last run of the page before." },
};
static const struct schema list_params = SCHEMA(NULL, list_params, list_params_fields);

static const struct field run_item_fields[] = {
	{ F_ID("id", run, id) },
	{ F_STR("agentName", run, agent_name) },
	{ F_STR("status", run, status), .one_of = run_status_names },
	{ F_STR("trigger", run, trigger), .one_of = run_trigger_names },
	{ F_TIME("createdAt", run, created_at) },
	{ F_TIME("startedAt", run, started_at), .nullable = true },
	{ F_TIME("completedAt", run, completed_at), .nullable = true },
	{ F_STR("userMessagePreview", run, user_message), .cut = 200 },
	{ F_STR("errorMessagePreview", run, error_message), .cut = 240, .nullable = true },
	{ F_NUM("costUsd", run, cost_usd), .nullable = true },
	{ F_STR("agentVersionLabel", run, agent_version_label), .nullable = true },
};
static const struct schema run_item_schema = SCHEMA("RunListItem", run, run_item_fields);

/* More than a page is a page, whatever stands behind its point. */
static enum err read_limit(struct ctx *ctx, double limit, int64_t *out)
{
	*out = limit < LIST_MAX ? (int64_t)limit : LIST_MAX;
	if (limit < LIST_MAX && (double)*out != limit)
		return fail(ctx, ERR_INVALID, "limit must be a positive integer");
	return OK;
}

static enum err do_list(struct ctx *ctx, struct call *call)
{
	const struct list_params *in = call->params;
	struct run_filter filter = {
		.statuses = query_known_words(ctx->mem, in->status, run_status_names),
		.triggers = query_known_words(ctx->mem, in->trigger, run_trigger_names),
		.agent_name = query_given(in->agent), .before = in->before,
	};

	TRY(read_limit(ctx, in->limit, &filter.limit));
	return run_list(ctx, &filter, &call->out_list);
}

/* -- one run --------------------------------------------------------------------------------------------- */

struct run_params {
	struct str run_id;
};

static const struct field run_params_fields[] = {
	{ F_STR("runId", run_params, run_id), .in = IN_PATH, .required = true, .doc = "A UUID." },
};
static const struct schema run_params = SCHEMA(NULL, run_params, run_params_fields);

static const struct field run_fields[] = {
	{ F_ID("id", run, id) },
	{ F_STR("agentName", run, agent_name) },
	{ F_STR("agentPath", run, agent_path), .doc = "managed/ID, or the file's path in the repository." },
	{ F_STR("userMessage", run, user_message) },
	{ F_STR("model", run, model), .doc = "provider:model" },
	{ F_STR("status", run, status), .one_of = run_status_names },
	{ F_STR("output", run, output),
	  .doc = "Empty until the run has succeeded; then the message, if any, and the answer." },
	{ F_STR("streamedOutput", run, streamed_output), .nullable = true },
	{ F_STR("errorMessage", run, error_message), .nullable = true },
	{ F_STR("createdBy", run, created_by), .doc = "The user it acts for." },
	{ F_TIME("createdAt", run, created_at), .digits = DIGITS_AS_NEEDED },
	{ F_TIME("startedAt", run, started_at), .digits = DIGITS_AS_NEEDED, .nullable = true },
	{ F_TIME("completedAt", run, completed_at), .digits = DIGITS_AS_NEEDED, .nullable = true },
	{ F_INT("tokensInput", run, tokens_input), .nullable = true },
	{ F_INT("tokensOutput", run, tokens_output), .nullable = true },
	{ F_STR("trigger", run, trigger), .one_of = run_trigger_names },
	{ F_STR("automationId", run, automation_id), .nullable = true },
	{ F_STR("agentVersionLabel", run, agent_version_label), .nullable = true },
};
static const struct schema run_schema = SCHEMA("Run", run, run_fields);

/* Anything else than a UUID names no run. */
static struct str run_id_of(struct ctx *ctx, const struct call *call)
{
	struct str id;

	return uuid_parse_any(ctx->mem, ((const struct run_params *)call->params)->run_id, &id) ? id : S("");
}

static enum err do_get(struct ctx *ctx, struct call *call)
{
	return run_get(ctx, run_id_of(ctx, call), call->out);
}

/* -- start and cancel -------------------------------------------------------------------------------------- */

struct start_body {
	struct str agent, message;
	bool prefer_draft;
};

static const struct field start_fields[] = {
	{ F_STR("agent", start_body, agent), .required = true, .not_blank = true, .say = "`agent` (string) is required",
	  .doc = "The agent's exact name, or the id of a managed agent." },
	{ F_STR("message", start_body, message), .def = "", .doc = "What to say to the agent." },
	{ F_BOOL("preferDraft", start_body, prefer_draft),
	  .doc = "Run the file as it is now, even if the agent has a stable version." },
};
static const struct schema start_schema = {
	.name = "RunStart", .size = sizeof(struct start_body), .fields = start_fields,
	.n_fields = COUNT_OF(start_fields), .ignores_unknown = true,
};

static const struct field started_fields[] = {
	{ F_ID("run_id", run, id) },
};
static const struct schema started_schema = SCHEMA("RunStarted", run, started_fields);

static enum err do_start(struct ctx *ctx, struct call *call)
{
	const struct start_body *in = call->body;
	struct run_request request = {
		.agent = in->agent, .prefer_draft = in->prefer_draft, .message = in->message.p ? in->message : S(""),
		.trigger = "manual", .asks_for_connections = true,
	};

	/* The reference's store cannot hold it, and fails with a 502; it is the client's mistake. */
	if (memchr(request.message.p, '\0', request.message.n))
		return fail(ctx, ERR_INVALID, "`message` cannot contain U+0000");
	TRY(run_create(ctx, &request, call->out));
	api_run_created(ctx);
	return OK;
}

struct cancelled {
	bool cancelled;
};

static const struct field cancelled_fields[] = {
	{ F_BOOL("cancelled", cancelled, cancelled), .doc = "False: the run was over already." },
};
static const struct schema cancelled_schema = SCHEMA("RunCancelled", cancelled, cancelled_fields);

static enum err do_cancel(struct ctx *ctx, struct call *call)
{
	struct cancelled *out = call->out;

	return run_cancel(ctx, run_id_of(ctx, call), &out->cancelled);
}

/* -- the rows ------------------------------------------------------------------------------------------------ */

#define RUNS .contract = STUDIO_API, .tag = "Runs", .extra = true

const struct op run_ops[N_RUN_OPS] = {
	{ .id = "listRuns", .method = HTTP_GET, .path = "/runs", RUNS, .role = ROLE_VIEWER, .params = &list_params,
	  .out = &run_item_schema, .out_key = "runs", .replies_list = true, .run = do_list,
	  .summary = "List runs, newest first" },
	{ .id = "startRun", .method = HTTP_POST, .path = "/runs", RUNS, .role = ROLE_OPERATOR, .body = &start_schema,
	  .body_mode = READ_CREATE, .out = &started_schema, .status = 202, .creates = true,
	  .not_found = "AGENT_NOT_FOUND", .run = do_start, .summary = "Start a run",
	  .doc = "Returns at once; the run acts for the key's user." },
	{ .id = "getRun", .method = HTTP_GET, .path = "/runs/{runId}", RUNS, .role = ROLE_VIEWER, .params = &run_params,
	  .out = &run_schema, .out_key = "run", .not_found = "RUN_NOT_FOUND", .run = do_get, .summary = "Read a run" },
	{ .id = "cancelRun", .method = HTTP_POST, .path = "/runs/{runId}/cancel", RUNS, .role = ROLE_OPERATOR,
	  .params = &run_params, .out = &cancelled_schema, .not_found = "RUN_NOT_FOUND", .run = do_cancel,
	  .summary = "Cancel a run", .doc = "A run that is over stays as it is." },
};
