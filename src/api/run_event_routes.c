/* api/run_event_routes.c: a run as a stream of server-sent events (an extension of the studio contract).
 *
 * What is told, and in which order, is run/watch.h's business; api/run_event.h gives it names and JSON. A stream that
 * stops short of its `end` is taken up by the client behind the last event it had: browsers do so by themselves, and
 * a server that stops ends its streams for just that.
 */
#include "api/event_stream.h"
#include "api/routes.h"
#include "api/run_event.h"
#include "api/run_follow.h"
#include "base/id.h"
#include "base/log.h"

enum { NO_CONTENT = 204 };                   /* tells browsers not to come back */

/* How long a client that lost its stream waits before it comes back. */
#define RETRY S("retry: 1000\n\n")

/* -- what is asked for ---------------------------------------------------------------------------------- */

struct events_params {
	struct str run_id, last_event_id;
};

static const struct field events_params_fields[] = {
	{ F_STR("runId", events_params, run_id), .in = IN_PATH, .required = true, .doc = "A UUID." },
	{ F_STR("lastEventId", events_params, last_event_id), .in = IN_QUERY,
	  .doc = "The id of the last event that was read: the stream goes on behind it. The header Last-Event-ID, "
		 "which browsers send when they come back, means the same and comes first." },
};
static const struct schema events_params = SCHEMA(NULL, events_params, events_params_fields);

static struct str run_id_of(struct ctx *ctx, const struct events_params *in)
{
	struct str id;

	return uuid_parse_any(ctx->mem, in->run_id, &id) ? id : S("");
}

static struct str last_event_of(const struct call *call)
{
	struct str header = http_header_get(call->request, "last-event-id", NULL);

	return header.n > 0 ? header : ((const struct events_params *)call->params)->last_event_id;
}

/* -- the stream -------------------------------------------------------------------------------------------- */

static struct event_text text_of(struct arena *mem, const struct run_event *event)
{
	return (struct event_text){ run_event_name(event), event->id, run_event_data(mem, event) };
}

static enum err tell(struct ctx *ctx, void *arg, const struct run_event *event)
{
	struct event_text text = text_of(ctx->mem, event);

	return event_send(arg, &text);
}

static bool show(void *arg, struct arena *mem, const struct run_event *delta)
{
	struct event_text text = text_of(mem, delta);

	return event_offer(arg, &text);
}

static enum err tell_all(struct ctx *ctx, struct run_watch *watch, struct http_exchange *x)
{
	const struct run_teller teller = { .tell = tell, .show = show, .arg = x };

	TRY(http_stream_write(x, RETRY));
	return run_follow(ctx, x, watch, &teller);
}

/* When the server stops, the stream ends as it should, and whoever comes back gets the next event. A stream that broke
 * is not ended, so that the client sees that it did. */
static void stream(struct ctx *ctx, struct run_watch *watch, struct http_exchange *x)
{
	enum err e;

	event_stream_begin(x);
	e = http_request_of(x)->method == HTTP_HEAD ? OK : tell_all(ctx, watch, x);
	if (e == OK || e == ERR_GONE)
		http_stream_end(x);
	else
		log_warn("run.events", kv_s("run", watch->run_id), kv_z("why", ctx->why));
}

static enum err watch_run(struct ctx *ctx, struct call *call, struct http_exchange *x)
{
	AUTO(run_watch_close) struct run_watch watch = {0};

	TRY(run_watch_open(ctx, run_id_of(ctx, call->params), last_event_of(call), &watch));
	/* It lasts as long as the run. */
	ctx->deadline_ms = 0;
	if (watch.over)
		http_reply(x, NO_CONTENT);
	else
		stream(ctx, &watch, x);
	return OK;
}

/* -- the row ------------------------------------------------------------------------------------------------ */

#define WATCH_DOC \
	"Server-sent events, from the first step on or behind lastEventId, until the run is over. Each has JSON as " \
	"its data, and all but `status` an id to resume behind, also after a restart of the server.\n\n" \
	"* `status`: `status`, as it is when the stream begins and when it changes: queued or running.\n" \
	"* `delta`: `step`, `offset`, `text`: more of the model's reply while it is written. Joined, from the last " \
	"one with offset 0 on, they are the step's text; offset counts the bytes before. An offset of 0 behind " \
	"others means that the model had to be asked again and said something else.\n" \
	"* `step`: `step`, `text`, `toolCalls` (each with `id`, `name` and `arguments`, a JSON text), `tokensInput`, " \
	"`tokensCacheRead`, `tokensCacheWrite`, `tokensOutput` (null: not known): a whole reply, once it is stored.\n" \
	"* `tool_result`: `step`, `callId`, `name`, `failed`, `text`: what a tool gave, once it is stored.\n" \
	"* `end`: `status` (succeeded, failed or cancelled), `output`, `errorMessage`, `tokensInput`, " \
	"`tokensOutput`, `costUsd`. The stream ends with it; who comes back behind it gets 204.\n\n" \
	"A comment is sent after 15 seconds without an event. A stream that ends or breaks off before `end` is to be " \
	"resumed; so it is when the server restarts."

const struct op run_event_ops[N_RUN_EVENT_OPS] = {
	{ .id = "watchRun", .method = HTTP_GET, .path = "/runs/{runId}/events", .contract = STUDIO_API, .tag = "Runs",
	  .extra = true, .extension = true, .role = ROLE_VIEWER, .params = &events_params, .not_found = "RUN_NOT_FOUND",
	  .stream = watch_run, .media = EVENT_STREAM, .summary = "Watch a run as it happens", .doc = WATCH_DOC },
};
