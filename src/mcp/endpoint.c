/* mcp/endpoint.c: the flow of a request, from top to bottom.
 *
 *     mcp_endpoint          one HTTP request
 *       admit               method, names, key, media types           (studio contract 3.1)
 *       answer_body         one message, or a batch of an older revision
 *         answer_message    its revision (envelope.h), its method (methods.c), its result
 *
 * Requests of the older revisions are answered as the reference answers them, in its order of checks and in
 * its words; those of the stateless one as the specification has it. Nothing is remembered between requests.
 */
#include "mcp/endpoint.h"

#include "api/manner.h"
#include "api/serve.h"
#include "base/log.h"
#include "mcp/host.h"
#include "mcp/internal.h"

/* A batch is answered in one piece, so a small request must not make a large one. */
enum { BATCH_MAX = 100, BATCH_BYTES_MAX = 16 << 20 };

/* One HTTP request. */
struct visit {
	struct ctx *ctx;
	struct http_exchange *x;
	const struct http_request *request;
	const struct mcp_features *features;
	struct mcp_headers headers;
	struct str principal;                /* who asks, for what outlives a request */
};

/* Of a header that came more than once, all values as one list (RFC 9110, 5.3): a proxy may have looked at another
 * one than we would. */
static struct str header(const struct ctx *ctx, const struct http_request *r, const char *name)
{
	struct buf all = { .mem = ctx->mem };
	size_t n;
	struct str first = http_header_get(r, name, &n);

	for (size_t i = 0; n > 1 && i < r->n_headers; i++)
		if (str_is(r->headers[i].name, name))
			buf_printf(&all, "%s%.*s", all.n ? ", " : "", STR(r->headers[i].value));
	return n > 1 ? buf_view(&all) : first;
}

/* -- replies ------------------------------------------------------------------------------------------------ */

/* body: in the request's arena. */
static void reply_json(struct visit *v, int status, struct str body)
{
	http_set_header(v->x, "Content-Type", S("application/json"));
	http_reply_static(v->x, status, body);
}

/* In the plain shape of the studio contract: what is refused before anybody looks for JSON-RPC. */
static void reply_plainly(struct visit *v, int status, const char *why)
{
	struct buf body = { .mem = v->ctx->mem };
	struct json_writer w = { .out = &body };

	jw_object(&w);
	jw_key(&w, "error");
	jw_z(&w, why);
	jw_end(&w);
	reply_json(v, status, buf_view(&body));
}

static void reply_error(struct visit *v, const struct json *id, const struct mcp_error *error)
{
	/* The stateless revision leaves out an id that could not be read. */
	bool null_id = !mcp_names_modern(v->headers.version);

	reply_json(v, error->status ? error->status : 200, mcp_error_text(v->ctx->mem, id, null_id, error));
}

static void refuse(struct visit *v, int status, enum mcp_code code, const char *message)
{
	reply_error(v, NULL, &(struct mcp_error){ .status = status, .code = code, .message = str_of(message) });
}

static void reply_accepted(struct visit *v)
{
	http_reply(v->x, 202);
}

/* -- who may come in, and with what ------------------------------------------------------------------------- */

static bool check_names(struct visit *v)
{
	const struct api_options *options = api_options_of(v->ctx);
	struct mcp_names names = {
		.listen = str_of(options->listen), .public_url = str_of(options->public_url),
		.hosts = str_of(options->mcp_hosts), .origins = str_of(options->cors_origins),
	};
	struct str host = header(v->ctx, v->request, "host");

	if (!mcp_host_allowed(&names, host)) {
		reply_plainly(v, 403, "the Host header is not a name of this server; see the setting `mcp-hosts`");
		return false;
	}
	if (!mcp_origin_allowed(&names, header(v->ctx, v->request, "origin"), host)) {
		reply_plainly(v, 403, "pages of this Origin may not call; see `mcp-hosts` and `cors-origins`");
		return false;
	}
	return true;
}

/* Told without asking for a key, as the reference does. */
static bool check_method(struct visit *v)
{
	if (v->request->method == HTTP_POST)
		return true;
	if (v->request->method == HTTP_OPTIONS) {
		http_set_header(v->x, "Allow", S("OPTIONS, POST"));
		http_reply(v->x, 204);
		return false;
	}
	http_set_header(v->x, "Allow", S("POST"));
	reply_plainly(v, 405, "method not allowed; POST JSON-RPC to this endpoint");
	return false;
}

static bool fail_on_our_side(struct visit *v)
{
	log_error("mcp.failed", kv_s("id", v->request->id), kv_z("why", v->ctx->why));
	refuse(v, 500, MCP_INTERNAL, "Internal error");
	return false;
}

static bool check_key(struct visit *v)
{
	const struct manner *manner = &manners[STUDIO_API];
	enum key_verdict verdict;

	if (v->features->open)
		return true;
	if (api_authenticate(v->ctx, v->request, false, &verdict) != OK)
		return fail_on_our_side(v);
	if (verdict == KEY_UNKNOWN) {
		/* Nothing about where to get a token: there are keys only, and clients that are pointed
		 * elsewhere stop using theirs. */
		http_set_header(v->x, "WWW-Authenticate", S("Bearer realm=\"mcp\""));
		reply_plainly(v, 401, manner->unauthenticated);
		return false;
	}
	if (verdict == KEY_NOT_A_MEMBER) {
		reply_plainly(v, 403, manner->forbidden);
		return false;
	}
	v->ctx->actor.via = "mcp";
	return !v->features->admitted || v->features->admitted(v->ctx, v->request) == OK || fail_on_our_side(v);
}

static bool names_type(struct str accept, const char *type)
{
	return str_find(accept, str_of(type)) >= 0;
}

/* The reference looks for both names in the text; the stateless revision's clients may be less explicit. */
static bool accepts(const struct visit *v)
{
	struct str accept = header(v->ctx, v->request, "accept");
	bool json = names_type(accept, "application/json"), events = names_type(accept, "text/event-stream");

	if (json && events)
		return true;
	return mcp_names_modern(v->headers.version) &&
	       (json || events || !accept.p || names_type(accept, "*/*") || names_type(accept, "application/*"));
}

static bool sends_json(const struct visit *v)
{
	struct str type = header(v->ctx, v->request, "content-type");

	return str_eq_nocase(str_trim(str_cut(&type, ';')), S("application/json"));
}

static bool check_media(struct visit *v)
{
	if (!accepts(v)) {
		refuse(v, 406, MCP_REFUSED,
		       "Not Acceptable: Client must accept both application/json and text/event-stream");
		return false;
	}
	if (!sends_json(v)) {
		refuse(v, 415, MCP_REFUSED, "Unsupported Media Type: Content-Type must be application/json");
		return false;
	}
	return true;
}

static bool admit(struct visit *v)
{
	return check_names(v) && check_method(v) && check_key(v) && check_media(v);
}

/* -- one message --------------------------------------------------------------------------------------------- */

/* What became of one message: nothing to say, an answer to put among others, or all is said. */
struct outcome {
	int status;                          /* of the answer; 0: it was sent already, or there is none */
	struct str text;
};

static struct str principal_of(struct ctx *ctx)
{
	return arena_printf(ctx->mem, "%.*s/%.*s", STR(ctx->actor.workspace_id), STR(ctx->actor.user_id));
}

/* Every way that a feature can fail in, as the protocol words it. */
static void explain(struct mcp_turn *t, enum err e)
{
	if (t->error.code)
		return;
	if (t->channel.lacks) {
		(void)!mcp_refuse(t, MCP_NO_CAPABILITY, "%s", t->ctx->why);
		t->error.status = 400;
		t->error.data = arena_printf(t->ctx->mem, "{\"requiredCapabilities\":{\"%s\":{}}}", t->channel.lacks);
		return;
	}
	if (e == ERR_INTERNAL)
		log_error("mcp.failed", kv_s("id", http_request_of(t->x)->id), kv_s("method", t->message.method),
			  kv_z("why", t->ctx->why));
	(void)!mcp_refuse(t, e == ERR_INVALID || e == ERR_NOT_FOUND ? MCP_INVALID_PARAMS : MCP_INTERNAL, "%s",
			  e == ERR_INTERNAL || !t->ctx->why[0] ? err_text(e) : t->ctx->why);
}

static struct outcome error_outcome(struct mcp_turn *t)
{
	return (struct outcome){ t->error.status ? t->error.status : 200,
				 mcp_error_text(t->ctx->mem, t->message.id, true, &t->error) };
}

/* What the stateless revision wants in every result that is complete. */
static void write_modern_members(struct json_writer *w, const struct mcp_method *m)
{
	jw_key(w, "resultType");
	jw_z(w, "complete");
	if (m->kept) {
		jw_key(w, "ttlMs");
		jw_int(w, m->ttl_ms);
		/* Everything may differ from caller to caller. */
		jw_key(w, "cacheScope");
		jw_z(w, "private");
	}
	mcp_write_server_meta(w);
}

static void begin_result(struct json_writer *w, const struct mcp_turn *t)
{
	jw_object(w);
	mcp_write_head(w, t->message.id);
	jw_key(w, "result");
	jw_object(w);
}

static struct outcome question_outcome(struct mcp_turn *t)
{
	struct buf text = { .mem = t->ctx->mem };
	struct json_writer w = { .out = &text };

	begin_result(&w, t);
	mcp_questions_write(t, &w);
	jw_end(&w);
	jw_end(&w);
	return (struct outcome){ 200, buf_view(&text) };
}

static struct outcome run_method(struct mcp_turn *t, const struct mcp_method *m)
{
	struct buf text = { .mem = t->ctx->mem };
	struct json_writer w = { .out = &text };
	enum err e = m->asks && mcp_modern(t) ? mcp_questions_begin(t) : OK;

	begin_result(&w, t);
	if (e == OK)
		e = m->run(t, &w);
	if (e != OK && t->channel.asks)
		return question_outcome(t);
	if (e != OK) {
		explain(t, e);
		return error_outcome(t);
	}
	if (mcp_modern(t))
		write_modern_members(&w, m);
	jw_end(&w);
	jw_end(&w);
	return (struct outcome){ 200, buf_view(&text) };
}

/* Finds the method that a request is for; NULL: the refusal is in t->error. */
static const struct mcp_method *find_method(struct visit *v, struct mcp_turn *t)
{
	const struct mcp_method *m = mcp_method_find(t->features, t->envelope.revision, t->message.method);

	if (mcp_modern(t) && !mcp_mirrors_agree(t->ctx, &v->headers, &t->message, m ? m->named_by : NULL, &t->error))
		return NULL;
	if (m)
		return m;
	(void)!mcp_refuse(t, MCP_NO_METHOD, "Method not found");
	t->error.status = mcp_modern(t) ? 404 : 200;
	return NULL;
}

static struct str id_text(struct arena *mem, const struct json *id)
{
	struct buf text = { .mem = mem };
	struct json_writer w = { .out = &text };

	mcp_write_id(&w, id);
	return buf_view(&text);
}

static struct outcome answer_request(struct visit *v, struct mcp_turn *t)
{
	const struct mcp_method *m = find_method(v, t);
	struct mcp_channel *c = &t->channel;
	struct outcome done = {0};

	if (!m)
		return error_outcome(t);
	c->call.principal = v->principal;
	/* The stateless revision cancels by leaving. */
	if (!mcp_modern(t))
		c->call.id = id_text(v->ctx->mem, t->message.id);
	mcp_call_begin(&c->call);
	if (m->serve)
		m->serve(t);
	else
		done = run_method(t, m);
	mcp_call_end(&c->call);
	if (done.status && c->begun) {
		mcp_channel_end(c, done.status, done.text);
		done.status = 0;
	}
	return done;
}

static void notice(struct visit *v, const struct mcp_message *m)
{
	const struct json *id = json_get(m->params, "requestId");

	if (str_is(m->method, "notifications/cancelled") && id)
		mcp_call_cancel(v->principal, id_text(v->ctx->mem, id));
}

static void take_response(struct visit *v, const struct mcp_message *m)
{
	if (json_is(m->id, JSON_STR))
		mcp_wait_answer(v->principal, m->id->text,
				m->outcome ? json_text(v->ctx->mem, m->outcome) : (struct str){ NULL, 0 });
}

/* batch: its answer goes among others. A status of 0: there is nothing left to say. */
static struct outcome answer_message(struct visit *v, const struct mcp_message *m, bool batch)
{
	struct mcp_turn t = { .ctx = v->ctx, .x = v->x, .features = v->features, .message = *m };

	mcp_channel_init(&t.channel, v->ctx->mem, v->x, &t.envelope);
	t.channel.deaf = batch;
	t.channel.logs = v->features->logs;
	if (!mcp_envelope_read(v->ctx, &v->headers, m, &t.envelope, &t.error)) {
		/* The reference looks at the version before it looks at the message. */
		if (t.error.code == MCP_REFUSED)
			t.message.id = NULL;
		return error_outcome(&t);
	}
	if (m->kind == MCP_REQUEST)
		return answer_request(v, &t);
	if (m->kind == MCP_NOTIFICATION)
		notice(v, m);
	else
		take_response(v, m);
	return (struct outcome){0};
}

static void answer_one(struct visit *v, const struct json *body)
{
	bool modern = mcp_is_modern(body) || mcp_names_modern(v->headers.version);
	struct mcp_message m;
	struct outcome done;

	if (!mcp_message_read(body, modern ? MCP_LENIENT : MCP_STRICT, &m)) {
		refuse(v, 400, modern ? MCP_INVALID_REQUEST : MCP_PARSE_ERROR,
		       modern ? "Not a JSON-RPC 2.0 message" : "Parse error: Invalid JSON-RPC message");
		return;
	}
	done = answer_message(v, &m, false);
	if (done.status)
		reply_json(v, done.status, done.text);
	else if (!http_status_of(v->x))
		reply_accepted(v);
}

/* -- batches: 2025-03-26 and before ------------------------------------------------------------------------- */

struct batch {
	struct mcp_message *messages;
	struct str *answers;                 /* p NULL: there is none, or a later one has the same id */
	size_t n;
};

static bool batch_has(const struct batch *b, const char *method)
{
	for (size_t i = 0; i < b->n; i++)
		if (b->messages[i].kind == MCP_REQUEST && str_is(b->messages[i].method, method))
			return true;
	return false;
}

static bool knows_batches(struct str version)
{
	enum mcp_revision r;

	return !version.p || !mcp_revision_by_name(version, &r) || r <= MCP_2025_03_26;
}

/* False: it was refused. */
static bool batch_read(struct visit *v, const struct json *body, struct batch *out)
{
	*out = (struct batch){ .n = body->n_items };
	out->messages = arena_array(v->ctx->mem, body->n_items, sizeof(*out->messages));
	out->answers = arena_array(v->ctx->mem, body->n_items, sizeof(*out->answers));
	for (size_t i = 0; i < body->n_items; i++) {
		if (mcp_is_modern(&body->items[i])) {
			refuse(v, 400, MCP_INVALID_REQUEST, "Invalid Request: this version has no batches");
			return false;
		}
		if (!mcp_message_read(&body->items[i], MCP_STRICT, &out->messages[i])) {
			refuse(v, 400, MCP_PARSE_ERROR, "Parse error: Invalid JSON-RPC message");
			return false;
		}
	}
	return true;
}

static bool batch_check(struct visit *v, const struct batch *b)
{
	if (!knows_batches(v->headers.version)) {
		refuse(v, 400, MCP_INVALID_REQUEST, "Invalid Request: this version has no batches");
		return false;
	}
	if (b->n > 1 && batch_has(b, "initialize")) {
		refuse(v, 400, MCP_INVALID_REQUEST, "Invalid Request: Only one initialization request is allowed");
		return false;
	}
	return true;
}

/* The answer before this one to the same id, whose place it takes; else its own. */
static size_t place_of(const struct batch *b, size_t i)
{
	for (size_t k = 0; k < i; k++)
		if (b->answers[k].p && mcp_id_eq(b->messages[k].id, b->messages[i].id))
			return k;
	return i;
}

static void reply_batch(struct visit *v, const struct batch *b)
{
	struct buf body = { .mem = v->ctx->mem };
	size_t n = 0;

	for (size_t i = 0; i < b->n; i++) {
		if (!b->answers[i].p)
			continue;
		buf_z(&body, n++ ? "," : "");
		buf_str(&body, b->answers[i]);
	}
	if (n == 0)
		reply_accepted(v);
	else if (n == 1)
		reply_json(v, 200, buf_view(&body));
	else
		reply_json(v, 200, arena_printf(v->ctx->mem, "[%.*s]", STR(buf_view(&body))));
}

/* What there is no room left for. */
static struct outcome refuse_message(struct visit *v, const struct mcp_message *m)
{
	static const struct mcp_error error = {
		.code = MCP_INTERNAL, .message = S("the answers of this batch are too large together"),
	};

	return (struct outcome){ m->kind == MCP_REQUEST ? 200 : 0, mcp_error_text(v->ctx->mem, m->id, true, &error) };
}

static void answer_batch(struct visit *v, const struct json *body)
{
	struct batch b;
	size_t bytes = 0;

	if (body->n_items > BATCH_MAX) {
		refuse(v, 400, MCP_INVALID_REQUEST, "Invalid Request: too many messages in one batch");
		return;
	}
	if (!batch_read(v, body, &b) || !batch_check(v, &b))
		return;
	for (size_t i = 0; i < b.n; i++) {
		const struct mcp_message *m = &b.messages[i];
		struct outcome done = bytes < BATCH_BYTES_MAX ? answer_message(v, m, true) : refuse_message(v, m);

		/* An unknown version is all of the batch's. */
		if (done.status >= 400) {
			reply_json(v, done.status, done.text);
			return;
		}
		if (done.status)
			b.answers[place_of(&b, i)] = done.text;
		bytes += done.text.n;
	}
	reply_batch(v, &b);
}

/* -- one HTTP request ----------------------------------------------------------------------------------------- */

/* Bytes are forgiven what the reference forgives; half a surrogate pair is not, since no id could come back so. */
static void answer_body(struct visit *v)
{
	const struct json *body;

	if (json_parse(v->ctx, v->request->body, JSON_REPAIR_BYTES, &body) != OK)
		refuse(v, 400, MCP_PARSE_ERROR, "Parse error: Invalid JSON");
	else if (body->type == JSON_ARRAY)
		answer_batch(v, body);
	else
		answer_one(v, body);
}

void mcp_endpoint(struct ctx *ctx, struct http_exchange *x, const struct mcp_features *features)
{
	const struct http_request *r = http_request_of(x);
	struct visit v = {
		.ctx = ctx, .x = x, .request = r, .features = features,
		.headers = { header(ctx, r, "mcp-protocol-version"), header(ctx, r, "mcp-method"),
			     header(ctx, r, "mcp-name") },
	};

	if (!admit(&v))
		return;
	v.principal = principal_of(ctx);
	answer_body(&v);
}
