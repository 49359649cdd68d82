/* model/remote.c: the way of a request to a provider, and what becomes of it.
 *
 * A request that failed is worth another when the failure passes by itself and nothing is lost by asking:
 *
 *     no connection, 408, 409, 429, 5xx, an error event        up to RETRY_ATTEMPTS, with growing pauses
 *     a reply that broke off                                   once, from its beginning (model/draft.h)
 *     no byte for a long time                                  once
 *     400 or 422 that names one of our parameters              at once, without it
 *     400 or 422, with a schema for the reply                  at once, with the schema in words instead
 *     anything else                                            not at all
 *
 * What a server turned out not to take is remembered while the process lives, so that it is not told again
 * with each turn.
 */
#include "model/remote.h"

#include "base/clock.h"
#include "base/log.h"
#include "base/utf8.h"
#include "model/key_headers.h"
#include "model/retry.h"

enum {
	CALL_MS = 3600 * 1000,               /* the caller's deadline is usually sooner */
	STALL_MS = 300 * 1000,               /* a model may think for long before it says a word */
	SAID_BYTES_MAX = 300,
	LEARNED = 64,
	BYTES_MAX = READING_BYTES_MAX + (1 << 20),      /* so that the reading is the first to have enough */
};

#define IN_WORDS \
	"Your final answer must be one JSON value that fits the JSON Schema below, and nothing else: no other words, " \
	"and no code fence around it.\n\n"

struct remote {
	struct request request;
	const struct protocol *protocol;
	struct str url, body;
	struct http_header headers[2 + KEY_HEADERS_MAX];
	size_t n_headers;
	int64_t stall_ms;
	struct shown shown;
	struct reading reading;              /* of the attempt under way */
	bool misread;                        /* the reading ended the call */
	int attempt, n_broken, n_stalled;

	/* How the last attempt failed. */
	enum err error;
	struct str why;                      /* goes on behind the provider's name */
	struct str cause;                    /* for the log: the client's own words, which name the host */
	int status;
	bool passes;
	int64_t retry_after_ms;
};

/* -- what servers do not take ------------------------------------------------------------------------ */

/* By server, model and schema: the upper bits of the hash, and of its protocol's parameters those that were refused.
 * Two that share a place cost each other a request, nothing else. */
static _Atomic uint64_t learned[LEARNED];

enum { REFUSED_MASK = 0xffff };

/* A server may take one schema and not another. */
static uint64_t hash_of_model(const struct remote *m)
{
	const struct request *q = &m->request;
	uint64_t hash = str_hash(str_hash(STR_HASH_NONE, m->url), q->model_name);

	return q->model->output_schema ? str_hash(hash, json_text(q->ctx->mem, q->model->output_schema)) : hash;
}

static unsigned recall(const struct remote *m)
{
	uint64_t hash = hash_of_model(m), known = learned[hash % LEARNED];

	return (known ^ hash) & ~(uint64_t)REFUSED_MASK ? 0 : (unsigned)(known & REFUSED_MASK);
}

static void learn(const struct remote *m)
{
	uint64_t hash = hash_of_model(m);

	learned[hash % LEARNED] = (hash & ~(uint64_t)REFUSED_MASK) | m->request.refused;
}

bool request_refused(const struct request *q, const char *name)
{
	for (size_t i = 0; q->refusable[i]; i++)
		if (strcmp(q->refusable[i], name) == 0)
			return q->refused >> i & 1;
	return false;
}

const struct json *request_schema(const struct request *q)
{
	return request_refused(q, q->schema_member) ? NULL : q->model->output_schema;
}

static bool is_word_byte(char c)
{
	return is_letter(c) || is_digit(c) || c == '_';
}

/* Where the text mentions the name, as a word of its own; -1: nowhere. */
static ptrdiff_t mention_of(struct str text, const char *name)
{
	struct str rest = text, word = str_of(name);
	ptrdiff_t at;

	while ((at = str_find(rest, word)) >= 0) {
		size_t begin = (size_t)(rest.p - text.p) + (size_t)at, end = begin + word.n;

		if ((begin == 0 || !is_word_byte(text.p[begin - 1])) && (end == text.n || !is_word_byte(text.p[end])))
			return (ptrdiff_t)begin;
		rest = str_from(text, end);
	}
	return -1;
}

/* Whether the body has such a member. Inside of a text, its quotes would be escaped. */
static bool was_sent(const struct remote *m, const char *name)
{
	return str_find(m->body, arena_printf(m->request.ctx->mem, "\"%s\":", name)) >= 0;
}

/* The parameter that the error is about, as a bit; 0: none that could be spared. */
static unsigned culprit(const struct remote *m, const struct json *answer)
{
	const char *const *names = m->protocol->refusable;
	struct str message = error_message(answer);
	ptrdiff_t first = PTRDIFF_MAX;
	unsigned found = 0;

	for (size_t i = 0; names[i]; i++) {
		bool is_param = error_is(answer, "param", (const char *const[]){ names[i], NULL });
		ptrdiff_t at = is_param ? -1 : mention_of(message, names[i]);

		if (m->request.refused >> i & 1 || (!is_param && at < 0) || at >= first || !was_sent(m, names[i]))
			continue;
		first = at;
		found = 1u << i;
	}
	return found;
}

/* Servers that cannot do with a schema have many ways to say so. */
static unsigned likely_culprit(const struct remote *m)
{
	const char *const *names = m->protocol->refusable;
	size_t i = 0;

	if (!request_schema(&m->request))
		return 0;
	while (strcmp(names[i], m->protocol->schema_member) != 0)
		i++;
	return 1u << i;
}

/* True: the server is to be asked in another way. */
static bool adapt(struct remote *m, const struct http_call *call)
{
	const struct json *answer;
	unsigned refused;

	if (call->error != OK || (call->status != 400 && call->status != 422) ||
	    json_parse(m->request.ctx, call->reply, JSON_REPAIR, &answer) != OK)
		return false;
	refused = culprit(m, answer);
	if (!refused)
		refused = likely_culprit(m);
	m->request.refused |= refused;
	if (refused)
		learn(m);
	return refused;
}

/* -- what is sent -------------------------------------------------------------------------------------- */

struct str call_object(struct ctx *ctx, const struct tool_call *call)
{
	struct buf text = { .mem = ctx->mem };
	struct json_writer w = { .out = &text };
	const struct json *v;

	if (str_trim(call->arguments).n == 0)
		return S("{}");
	if (json_parse(ctx, call->arguments, JSON_REPAIR, &v) == OK && v->type == JSON_OBJECT)
		return json_text(ctx->mem, v);
	jw_object(&w);
	jw_key(&w, "INVALID_JSON");
	jw_str(&w, call->arguments);
	jw_end(&w);
	return buf_view(&text);
}

/* The thread with one more thing in its instructions, which are its first message. */
static struct list instructed(struct arena *mem, const struct list *thread, struct str more)
{
	const struct message *first = thread->n > 0 ? LIST_AT(*thread, struct message, 0) : NULL;
	bool begins = first && first->role == MESSAGE_SYSTEM;
	struct message *messages = arena_array(mem, thread->n + 1, sizeof(*messages));

	messages[0] = (struct message){ .role = MESSAGE_SYSTEM, .text = more };
	if (begins)
		messages[0].text = arena_printf(mem, "%.*s\n\n%.*s", STR(first->text), STR(more));
	for (size_t i = begins; i < thread->n; i++)
		messages[i + !begins] = *LIST_AT(*thread, struct message, i);
	return (struct list){ messages, thread->n + !begins };
}

static void write_body(struct remote *m)
{
	struct buf text = { .mem = m->request.ctx->mem };
	struct json_writer w = { .out = &text };
	struct request q = m->request;
	struct list thread;

	if (q.model->output_schema && !request_schema(&q)) {
		struct str schema = json_text(text.mem, q.model->output_schema);

		thread = instructed(text.mem, q.thread, arena_printf(text.mem, IN_WORDS "%.*s", STR(schema)));
		q.thread = &thread;
	}
	m->protocol->body(&q, &w);
	m->body = buf_view(&text);
}

/* `timeout`, in seconds, is a setting that agent files know. */
static int64_t stall_ms_of(const struct model_choice *model)
{
	double seconds;

	if (!json_as_num(json_get(model->settings, "timeout"), &seconds) || !(seconds > 0))
		return STALL_MS;
	return seconds < CALL_MS / 1000 ? (int64_t)(seconds * 1000) + 1 : CALL_MS;
}

static void write_headers(struct remote *m)
{
	const struct request *q = &m->request;

	m->headers[0] = (struct http_header){ S("Content-Type"), S("application/json") };
	m->headers[1] = (struct http_header){ S("Accept"), S("text/event-stream, application/json") };
	m->n_headers = 2 + key_headers(q->ctx->mem, q->provider->wire, q->model->key, m->headers + 2);
}

static void prepare(struct remote *m)
{
	struct request *q = &m->request;

	q->provider = provider_by_name(q->model->provider);
	q->model_name = provider_model_name(q->ctx->mem, q->provider, q->model->model);
	q->refusable = m->protocol->refusable;
	q->schema_member = m->protocol->schema_member;
	m->url = m->protocol->url(q);
	q->refused = recall(m);
	write_headers(m);
	m->stall_ms = stall_ms_of(q->model);
	m->shown.watch = q->model->watch;
	write_body(m);
}

static void remote_fini(struct remote *m)
{
	key_headers_wipe(m->headers, m->n_headers, m->request.model->key);
	shown_fini(&m->shown);
	reading_fini(&m->reading);
}

/* -- what went wrong --------------------------------------------------------------------------------------- */

static const struct {
	int status;
	const char *says;
	bool passes, quote;                  /* what the server adds helps, and cannot hold a part of the key */
} REFUSALS[] = {
	{ 400, "refuses the request", false, true },
	{ 401, "does not accept the key", false, false },
	{ 402, "wants to be paid first", false, true },
	{ 403, "does not allow it with this key", false, false },
	{ 404, "knows no such address or model", false, true },
	{ 408, "takes too long", true, false },
	{ 409, "is busy", true, false },
	{ 413, "finds the conversation too long", false, true },
	{ 422, "refuses the request", false, true },
	{ 429, "is asked too often", true, true },
};

/* One line, and not the key, whatever the server repeats. */
static struct str quotable(const struct remote *m, struct str said)
{
	struct str key = m->request.model->key, line;
	char *text;

	if (key.n > 0 && str_find(said, key) >= 0)
		return S("");
	line = utf8_cut(said, SAID_BYTES_MAX);
	text = arena_strz(m->request.ctx->mem, line);
	for (size_t i = 0; i < line.n; i++)
		if ((unsigned char)text[i] < ' ' || text[i] == 0x7f)
			text[i] = ' ';
	return str_trim((struct str){ text, line.n });
}

/* A quota that is used up does not fill up by waiting. */
static bool is_out_of_quota(const struct json *answer)
{
	static const char *const QUOTA[] = { "insufficient_quota", "billing_error", NULL };

	return error_is(answer, "code", QUOTA) || error_is(answer, "type", QUOTA);
}

static void judge_status(struct remote *m, const struct http_call *call)
{
	struct ctx *ctx = m->request.ctx;
	const char *says = call->status >= 500 ? "has a fault of its own" : "gives an answer that is none";
	bool quote = call->status >= 500;
	const struct json *answer = NULL;
	struct str said = S("");

	m->passes = call->status >= 500;
	for (size_t i = 0; i < COUNT_OF(REFUSALS); i++)
		if (REFUSALS[i].status == call->status) {
			says = REFUSALS[i].says;
			m->passes = REFUSALS[i].passes;
			quote = REFUSALS[i].quote;
		}
	if (json_parse(ctx, call->reply, JSON_REPAIR, &answer) == OK) {
		m->passes = m->passes && !is_out_of_quota(answer);
		said = quote ? quotable(m, error_message(answer)) : said;
	}
	m->error = ERR_UPSTREAM;
	m->why = arena_printf(ctx->mem, "%s (HTTP %d)%s%.*s", says, call->status, said.n > 0 ? ": " : "", STR(said));
}

static bool too_late(const struct ctx *ctx)
{
	return ctx->deadline_ms && mono_ms() >= ctx->deadline_ms;
}

static void judge_call(struct remote *m, const struct http_call *call)
{
	m->error = call->error;
	switch (call->error) {
	case ERR_UPSTREAM:
		m->why = S("cannot be reached, or broke off");
		m->passes = true;
		break;
	case ERR_TIMEOUT:
		m->why = S("takes too long to answer");
		m->passes = !too_late(m->request.ctx) && m->n_stalled++ == 0;
		break;
	case ERR_GONE:
		m->why = S("was not waited for");
		break;
	case ERR_INTERNAL:
		m->why = call->why;
		break;
	default:
		m->error = ERR_UPSTREAM;
		m->why = S("cannot be asked at the address that is set for it");
	}
}

static void judge_reading(struct remote *m)
{
	struct ctx *ctx = m->request.ctx;

	m->error = ERR_UPSTREAM;
	m->why = quotable(m, arena_str(ctx->mem, str_of(ctx->why)));
	m->passes = m->reading.passes;
}

static void judge(struct remote *m, const struct http_call *call)
{
	m->passes = false;
	m->retry_after_ms = call->retry_after_ms;
	m->status = call->status;
	m->cause = m->misread ? (struct str){ NULL, 0 } : call->why;
	if (m->misread)
		judge_reading(m);
	else if (call->error != OK)
		judge_call(m, call);
	else
		judge_status(m, call);
}

/* -- one attempt --------------------------------------------------------------------------------------------- */

static bool go_on(void *arg)
{
	const struct remote *m = arg;
	const struct model_watch *watch = m->request.model->watch;

	return !watch || !watch->go_on || watch->go_on(watch->arg);
}

static enum err receive(void *arg, struct str bytes)
{
	struct remote *m = arg;
	enum err e = reading_take(&m->reading, bytes);

	m->misread = e != OK;
	return e;
}

static void explain(struct remote *m, const char *why)
{
	m->error = ERR_UPSTREAM;
	m->passes = false;
	m->why = str_of(why);
}

/* A reply that says nothing is none; why it does is worth telling. */
static bool says_something(struct remote *m)
{
	const struct draft *d = &m->reading.draft;

	if (d->text.n > 0 || d->n_calls > 0)
		return true;
	if (d->stop == STOP_LENGTH)
		explain(m, "reached the limit of tokens before it said anything");
	else if (d->stop == STOP_FILTER)
		explain(m, "gives no reply: its content filter stopped it");
	return d->stop == STOP_DONE;
}

/* *again: the server is to be asked in another way, at once. False: it failed, as m tells. */
static bool attempt(struct remote *m, bool *again)
{
	struct http_call call = {
		.method = "POST", .url = m->url, .headers = m->headers, .n_headers = m->n_headers, .body = m->body,
		.bytes_max = BYTES_MAX, .timeout_ms = CALL_MS, .stall_ms = m->stall_ms,
		.receive = receive, .go_on = go_on, .ask_ms = m->request.model->watch ? m->request.model->watch->ask_ms : 0,
		.arg = m,
	};
	struct ctx *ctx = m->request.ctx;
	enum err e;

	reading_fini(&m->reading);
	reading_init(&m->reading, ctx, &m->protocol->dialect, &m->shown);
	m->misread = false;
	e = http_call(ctx, &call);
	*again = adapt(m, &call);
	if (e == OK && call.status / 100 == 2)
		m->misread = reading_end(&m->reading) != OK;
	if (e == OK && call.status / 100 == 2 && !m->misread)
		return says_something(m);
	judge(m, &call);
	return false;
}

/* -- and another ------------------------------------------------------------------------------------------------ */

/* True after a pause; false: the failure stands. */
static bool worth_another(struct remote *m)
{
	bool broke_off = m->reading.draft.bytes > 0;
	int64_t ms;

	if (!m->passes || (broke_off && m->n_broken++ > 0))
		return false;
	ms = retry_pause_ms(m->request.ctx, m->attempt, m->retry_after_ms);
	if (ms < 0)
		return false;
	log_info("model.retry", kv_z("provider", m->request.provider->name), kv_i("attempt", m->attempt),
		 kv_i("wait_ms", ms), kv_i("status", m->status), kv_s("why", m->cause));
	m->attempt++;
	if (retry_rest(ms, go_on, m))
		return true;
	m->error = ERR_GONE;
	m->why = S("was not waited for");
	return false;
}

static enum err failure(struct remote *m)
{
	if (m->error == ERR_INTERNAL)
		return fail(m->request.ctx, m->error, "%.*s", STR(m->why));
	return fail(m->request.ctx, m->error, "%s %.*s.", m->request.provider->name, STR(m->why));
}

enum err remote_ask(struct ctx *ctx, const struct protocol *protocol, const struct model_choice *model,
		    const struct list *thread, const struct list *tools, struct model_reply *out)
{
	AUTO(remote_fini) struct remote m = {
		.request = { .ctx = ctx, .model = model, .thread = thread, .tools = tools },
		.protocol = protocol, .attempt = 1,
	};
	bool again;

	prepare(&m);
	while (!attempt(&m, &again)) {
		if (again)
			write_body(&m);
		else if (!worth_another(&m))
			return failure(&m);
	}
	draft_finish(ctx, &m.reading.draft, out);
	return OK;
}
