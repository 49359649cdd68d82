/* api/run_event.c: a table per kind of event; what the members mean is told by the description of the stream
 * (api/run_event_routes.c). */
#include "api/run_event.h"

static const struct field status_fields[] = {
	{ F_STR("status", run_event, run.status) },
};
static const struct schema status_schema = SCHEMA(NULL, run_event, status_fields);

static const struct field delta_fields[] = {
	{ F_INT("step", run_event, step) },
	{ F_INT("offset", run_event, offset) },
	{ F_STR("text", run_event, text) },
};
static const struct schema delta_schema = SCHEMA(NULL, run_event, delta_fields);

static const struct field call_fields[] = {
	{ F_STR("id", tool_call, id) },
	{ F_STR("name", tool_call, name) },
	{ F_STR("arguments", tool_call, arguments) },
};
static const struct schema call_schema = SCHEMA(NULL, tool_call, call_fields);

static const struct field step_fields[] = {
	{ F_INT("step", run_event, step) },
	{ F_STR("text", run_event, recorded.message.text) },
	{ F_LIST("toolCalls", run_event, recorded.message.calls, &call_schema) },
	{ F_INT("tokensInput", run_event, recorded.tokens.input), .nullable = true },
	{ F_INT("tokensCacheRead", run_event, recorded.tokens.cache_read), .nullable = true },
	{ F_INT("tokensCacheWrite", run_event, recorded.tokens.cache_write), .nullable = true },
	{ F_INT("tokensOutput", run_event, recorded.tokens.output), .nullable = true },
};
static const struct schema step_schema = SCHEMA(NULL, run_event, step_fields);

static const struct field result_fields[] = {
	{ F_INT("step", run_event, step) },
	{ F_STR("callId", run_event, recorded.message.call_id) },
	{ F_STR("name", run_event, recorded.tool), .nullable = true },
	{ F_BOOL("failed", run_event, recorded.message.failed) },
	{ F_STR("text", run_event, recorded.message.text) },
};
static const struct schema result_schema = SCHEMA(NULL, run_event, result_fields);

static const struct field end_fields[] = {
	{ F_STR("status", run_event, run.status) },
	{ F_STR("output", run_event, run.output) },
	{ F_STR("errorMessage", run_event, run.error_message), .nullable = true },
	{ F_INT("tokensInput", run_event, run.tokens_input), .nullable = true },
	{ F_INT("tokensOutput", run_event, run.tokens_output), .nullable = true },
	{ F_NUM("costUsd", run_event, run.cost_usd), .nullable = true },
};
static const struct schema end_schema = SCHEMA(NULL, run_event, end_fields);

static const struct {
	const char *name;
	const struct schema *data;
} EVENTS[] = {
	[RUN_EVENT_STATUS] = { "status", &status_schema }, [RUN_EVENT_DELTA] = { "delta", &delta_schema },
	[RUN_EVENT_REPLY] = { "step", &step_schema }, [RUN_EVENT_RESULT] = { "tool_result", &result_schema },
	[RUN_EVENT_END] = { "end", &end_schema },
};

const char *run_event_name(const struct run_event *event)
{
	return EVENTS[event->kind].name;
}

/* What nobody counted is not known to have been nothing. */
static struct run_event with_known_counts(const struct run_event *event)
{
	struct run_event known = *event;

	if (event->recorded.uncounted)
		known.recorded.tokens = (struct token_counts){ NO_INT, NO_INT, NO_INT, NO_INT };
	return known;
}

static void write_data(struct json_writer *w, const struct run_event *event)
{
	struct run_event known = with_known_counts(event);

	schema_write(w, EVENTS[event->kind].data, &known, WRITE_REPLY);
}

struct str run_event_data(struct arena *mem, const struct run_event *event)
{
	struct buf out = { .mem = mem };
	struct json_writer w = { .out = &out };

	write_data(&w, event);
	return buf_view(&out);
}

void run_event_write(struct json_writer *w, const struct run_event *event)
{
	jw_object(w);
	jw_key(w, "event");
	jw_z(w, run_event_name(event));
	if (event->id.p) {
		jw_key(w, "id");
		jw_str(w, event->id);
	}
	jw_key(w, "data");
	write_data(w, event);
	jw_end(w);
}
