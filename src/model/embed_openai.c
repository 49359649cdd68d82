/* model/embed_openai.c: POST {base_url}/embeddings, as OpenAI defined it and Ollama, LM Studio, vLLM,
 * llama.cpp and the gateways speak it.
 *
 * Texts go in batches, several batches at a time. They come in waves, so that what a large upload
 * keeps in memory beside its vectors is bounded: a wave's answers are let go before the next one
 * begins. In a wave, batches that failed in a way that passes (no connection, 408, 429, 5xx) are sent
 * again, after a pause that doubles each time and is no shorter than what Retry-After asks for. Any
 * other failure is final: it ends the wave, and with it everything.
 *
 * Texts are sent as they are. Chunks have at most 2,000 characters, which fits the models there are;
 * a model for which that is too much says so, and cutting texts behind the user's back would only
 * hide it.
 */
#include "base/clock.h"
#include "base/id.h"
#include "base/log.h"
#include "json/write.h"
#include "model/embed_internal.h"
#include "model/key_headers.h"
#include "model/reading.h"
#include "model/retry.h"

enum {
	BATCH_TEXTS = 32,                    /* the least that servers are known to take by default */
	BATCH_BYTES = 256 << 10,
	WAVE_BATCHES = 16,
	AT_A_TIME = 8,
	ATTEMPTS = 5,
	FIRST_PAUSE_MS = 250,
	PAUSE_MAX_MS = 30000,                /* who asks for a longer one is not waited for */
	CALL_MS = 120000,                    /* a model on a slow processor is silent for long */
	NUMBER_BYTES = 48,                   /* of a vector's number as JSON, indented */
	ENVELOPE_BYTES = 64 << 10,
};

struct batch {
	const struct str *texts;
	size_t n;
	float *out;
	struct str body;
};

struct wave {
	struct ctx *ctx;
	const struct embedding_model *model;
	const struct embed_watch *watch;
	bool measuring;                      /* an operator asks */
	size_t dimensions;                   /* 0: not known yet */
	struct str url;
	struct http_header headers[2 + KEY_HEADERS_MAX];
	size_t n_headers;

	struct batch batches[WAVE_BATCHES];
	struct http_call calls[WAVE_BATCHES];
	bool again[WAVE_BATCHES];            /* failed in a way that passes */
	size_t n;
	int64_t retry_after_ms;              /* the longest that was asked for in this round */
	enum err error;                      /* final; OK: none so far */
	struct str why;                      /* of the error, or of the last that may pass */
	int64_t tokens;
};

/* -- what is sent --------------------------------------------------------------------------------- */

static struct str body_of(const struct wave *w, const struct batch *b)
{
	struct buf text = { .mem = w->ctx->mem };
	struct json_writer json = { .out = &text };

	jw_object(&json);
	jw_key(&json, "model");
	jw_str(&json, w->model->name);
	jw_key(&json, "input");
	jw_array(&json);
	for (size_t i = 0; i < b->n; i++)
		jw_str(&json, b->texts[i]);
	jw_end(&json);
	jw_key(&json, "encoding_format");
	jw_z(&json, "float");
	if (w->model->asks_dimensions) {
		jw_key(&json, "dimensions");
		jw_int(&json, (int64_t)w->model->dimensions);
	}
	jw_end(&json);
	return buf_view(&text);
}

static void address(struct wave *w)
{
	struct arena *mem = w->ctx->mem;

	w->url = arena_printf(mem, "%.*s/embeddings", STR(w->model->base_url));
	w->headers[0] = (struct http_header){ S("Content-Type"), S("application/json") };
	w->headers[1] = (struct http_header){ S("Accept"), S("application/json") };
	w->n_headers = 2 + key_headers(mem, WIRE_OPENAI, w->model->key, w->headers + 2);
}

/* Wipes the copy of the key. */
static void forget_address(struct wave **wave)
{
	key_headers_wipe((*wave)->headers, (*wave)->n_headers, (*wave)->model->key);
}

static bool go_on(void *arg)
{
	const struct wave *w = arg;

	return w->error == OK && embed_wanted(w->watch);
}

static struct http_call call_of(struct wave *w, const struct batch *b)
{
	size_t dimensions = w->dimensions ? w->dimensions : EMBED_DIMENSIONS_MAX;

	return (struct http_call){
		.method = "POST", .url = w->url, .headers = w->headers, .n_headers = w->n_headers, .body = b->body,
		.bytes_max = ENVELOPE_BYTES + b->n * dimensions * NUMBER_BYTES,
		.timeout_ms = CALL_MS, .stall_ms = CALL_MS, .go_on = go_on, .arg = w,
	};
}

/* -- what comes back ------------------------------------------------------------------------------ */

static const struct {
	int status;
	const char *says;
	bool quote;                          /* what the server adds is worth an operator's while, and no secret */
} REFUSALS[] = {
	{ 400, "refuses the request", true },
	{ 401, "does not accept the key", false },
	{ 403, "does not allow it with this key", false },
	{ 404, "knows no such address or model", true },
	{ 413, "finds the texts too large", false },
	{ 422, "refuses the request", true },
	{ 429, "is asked too often", false },
};

static struct str message_of(struct ctx *ctx, struct str reply)
{
	const struct json *answer;

	return json_parse(ctx, reply, JSON_REPAIR, &answer) == OK ? error_message(answer) : (struct str){ NULL, 0 };
}

static struct str refusal(const struct wave *w, const struct http_call *call)
{
	struct arena *mem = w->ctx->mem;
	const char *says = call->status >= 500 ? "has a fault of its own" : "gives an answer that is none";
	struct str message = { NULL, 0 };

	for (size_t i = 0; i < COUNT_OF(REFUSALS); i++)
		if (REFUSALS[i].status == call->status) {
			says = REFUSALS[i].says;
			if (REFUSALS[i].quote && w->measuring)
				message = message_of(w->ctx, call->reply);
		}
	return arena_printf(mem, "the embedding server %s (HTTP %d)%s%.*s", says, call->status, message.n ? ": " : "",
			    STR(message));
}

/* The client's own words name the host. */
static struct str breakdown(const struct wave *w, const struct http_call *call)
{
	if (call->error == ERR_GONE)
		return S("nobody waits for the embeddings any more");
	if (w->measuring)
		return call->why;
	return call->error == ERR_TIMEOUT ? S("the embedding server takes too long")
					  : S("the embedding server cannot be reached, or broke off");
}

static bool passes(const struct http_call *call)
{
	if (call->error != OK)
		return call->error == ERR_UPSTREAM;
	return call->status == 408 || call->status == 429 || call->status >= 500;
}

static enum err final_error(const struct http_call *call)
{
	bool our_own = call->error == ERR_GONE || call->error == ERR_TIMEOUT || call->error == ERR_INTERNAL;

	return our_own ? call->error : ERR_UPSTREAM;
}

/* One that ends because another one's failure was final has nothing to add to it. */
static void note_failure(struct wave *w, const struct http_call *call, bool *again)
{
	if (w->error != OK)
		return;
	w->why = call->error != OK ? breakdown(w, call) : refusal(w, call);
	*again = passes(call);
	if (!*again)
		w->error = final_error(call);
	if (call->retry_after_ms > w->retry_after_ms)
		w->retry_after_ms = call->retry_after_ms;
}

static void add_tokens(struct wave *w, const struct batch *b, int64_t counted)
{
	for (size_t i = 0; counted < 0 && i < b->n; i++)
		w->tokens += embedding_tokens_estimate(b->texts[i]);
	w->tokens += counted > 0 ? counted : 0;
}

static void take_vectors(struct wave *w, const struct batch *b, const struct http_call *call)
{
	struct arena_mark mark = arena_mark(w->ctx->mem);
	int64_t tokens;
	enum err e = embed_reply_read(w->ctx, call->reply, b->n, &w->dimensions, b->out, &tokens);

	arena_rewind(&mark);
	if (e != OK) {
		w->error = e;
		w->why = arena_str(w->ctx->mem, str_of(w->ctx->why));
		return;
	}
	add_tokens(w, b, tokens);
	embed_done(w->watch, b->n);
}

static void ended(void *arg, struct http_call *call)
{
	struct wave *w = arg;
	size_t i = (size_t)(call - w->calls);

	if (call->error == OK && call->status / 100 == 2)
		take_vectors(w, &w->batches[i], call);
	else
		note_failure(w, call, &w->again[i]);
}

/* -- again ---------------------------------------------------------------------------------------- */

/* Half of it is left to chance, so that those who were turned away together do not come back so. */
static int64_t pause_ms(const struct wave *w, int attempt)
{
	int64_t most = (int64_t)FIRST_PAUSE_MS << (attempt - 1);
	uint32_t chance;
	int64_t ms;

	random_bytes(&chance, sizeof(chance));
	ms = most / 2 + chance % (most / 2 + 1);
	return w->retry_after_ms > ms ? w->retry_after_ms : ms;
}

static bool worth_waiting(const struct wave *w, int attempt, int64_t ms)
{
	int64_t deadline = w->ctx->deadline_ms;

	return attempt < ATTEMPTS && ms <= PAUSE_MAX_MS && (!deadline || mono_ms() + ms < deadline);
}

static void keep_those_to_ask_again(struct wave *w)
{
	size_t kept = 0;

	for (size_t i = 0; i < w->n; i++)
		if (w->again[i])
			w->batches[kept++] = w->batches[i];
	w->n = kept;
}

static void ask_once(struct wave *w)
{
	w->retry_after_ms = 0;
	for (size_t i = 0; i < w->n; i++) {
		w->calls[i] = call_of(w, &w->batches[i]);
		w->again[i] = false;
	}
	http_call_all(w->ctx, w->calls, w->n, AT_A_TIME, ended, w);
	keep_those_to_ask_again(w);
}

static enum err explain(struct wave *w)
{
	return fail(w->ctx, w->error, "%.*s", STR(w->why));
}

static enum err ask(struct wave *w)
{
	for (int attempt = 1;; attempt++) {
		int64_t ms;

		ask_once(w);
		if (w->error != OK)
			return explain(w);
		if (w->n == 0)
			return OK;
		ms = pause_ms(w, attempt);
		if (!worth_waiting(w, attempt, ms)) {
			w->error = ERR_UPSTREAM;
			return explain(w);
		}
		log_info("embed.retry", kv_i("attempt", attempt), kv_i("batches", (int64_t)w->n), kv_i("wait_ms", ms),
			 kv_s("why", w->why));
		/* Who is not waited for is told so by the next round. */
		(void)retry_rest(ms, go_on, w);
	}
}

/* -- all texts ------------------------------------------------------------------------------------ */

/* As many as a batch may have of both; one text is a batch whatever its length. */
static size_t batch_size(const struct str *texts, size_t n)
{
	size_t bytes = texts[0].n, i = 1;

	while (i < n && i < BATCH_TEXTS && bytes + texts[i].n <= BATCH_BYTES)
		bytes += texts[i++].n;
	return i;
}

/* Takes texts off the front, and returns how many. */
static size_t load(struct wave *w, const struct str *texts, size_t n, float *out)
{
	size_t taken = 0;

	for (w->n = 0; w->n < WAVE_BATCHES && taken < n; w->n++) {
		struct batch *b = &w->batches[w->n];

		*b = (struct batch){ texts + taken, batch_size(texts + taken, n - taken), out + taken * w->dimensions };
		b->body = body_of(w, b);
		taken += b->n;
	}
	return taken;
}

static enum err embed(struct ctx *ctx, const struct embedding_model *model, const struct str *texts, size_t n,
		      const struct embed_watch *watch, float *out, int64_t *tokens)
{
	AUTO(arena_rewind) struct arena_mark all = arena_mark(ctx->mem);
	AUTO(forget_address) struct wave *w = NEW(ctx->mem, struct wave);

	*w = (struct wave){ .ctx = ctx, .model = model, .watch = watch, .dimensions = model->dimensions };
	address(w);
	while (n > 0) {
		AUTO(arena_rewind) struct arena_mark mark = arena_mark(ctx->mem);
		size_t taken = load(w, texts, n, out);

		TRY(ask(w));
		texts += taken;
		n -= taken;
		out += taken * model->dimensions;
	}
	*tokens = w->tokens;
	return OK;
}

static enum err measure(struct ctx *ctx, const struct embedding_model *model, size_t *dimensions)
{
	AUTO(arena_rewind) struct arena_mark all = arena_mark(ctx->mem);
	static const struct str TEXT = S("How long is the embedding of this?");
	AUTO(forget_address) struct wave *w = NEW(ctx->mem, struct wave);

	*w = (struct wave){ .ctx = ctx, .model = model, .measuring = true };
	if (model->asks_dimensions)
		w->dimensions = model->dimensions;
	address(w);
	load(w, &TEXT, 1, arena_array(ctx->mem, EMBED_DIMENSIONS_MAX, sizeof(float)));
	TRY(ask(w));
	*dimensions = w->dimensions;
	return OK;
}

/* What the cosine says is what the model means: there is nothing to scale. */
static double similarity(double cosine)
{
	if (!(cosine > 0))
		return 0;
	return cosine < 1 ? cosine : 1;
}

const struct embed_ops openai_embed_ops = { embed, measure, similarity };
