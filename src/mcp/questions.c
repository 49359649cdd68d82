/* mcp/questions.c: what a feature asks the client while it answers the client's call.
 *
 * Older revisions: the question goes out on the call's stream, and its answer comes as a request of its own
 * (pending.h). The stateless revision: the call ends with what is still open, and the client calls again with
 * the answers. What it answered in earlier rounds it brings along as the state, which is sealed with the data
 * key: it holds for this user, this call and a quarter of an hour, and is read and made by nobody else.
 */
#include <sodium.h>

#include "base/clock.h"
#include "base/id.h"
#include "db/db.h"
#include "domain/secret.h"
#include "mcp/internal.h"

enum { ANSWER_MS = 60 * 1000, LOOK_MS = 250 };

#define STATE_US (15 * 60 * US_PER_SECOND)

/* -- what clients can do ----------------------------------------------------------------------------------- */

static const char *capability_of(const char *method)
{
	static const struct {
		const char *method, *capability;
	} NEEDS[] = {
		{ "elicitation/create", "elicitation" },
		{ "sampling/createMessage", "sampling" },
		{ "roots/list", "roots" },
	};

	for (size_t i = 0; i < COUNT_OF(NEEDS); i++)
		if (str_is(str_of(method), NEEDS[i].method))
			return NEEDS[i].capability;
	return method;
}

bool mcp_client_can(const struct mcp_channel *c, const char *method)
{
	const struct json *all = c->envelope->capabilities;

	return !all || json_get(all, capability_of(method));
}

/* -- older revisions: ask and wait ----------------------------------------------------------------------- */

static struct str question_text(struct arena *mem, const struct mcp_question *q, struct str id)
{
	struct buf out = { .mem = mem };
	struct json_writer w = { .out = &out };

	jw_object(&w);
	mcp_write_head(&w, NULL);
	jw_key(&w, "id");
	jw_str(&w, id);
	jw_key(&w, "method");
	jw_z(&w, q->method);
	jw_key(&w, "params");
	jw_raw(&w, q->params);
	jw_end(&w);
	return buf_view(&out);
}

static enum err take_reply(struct ctx *ctx, const struct mcp_wait *wait, const struct mcp_question *q,
			   const struct json **answer)
{
	if (wait->reply == MCP_DECLINED)
		return fail(ctx, ERR_UNPROCESSABLE, "the client does not answer %s", q->method);
	return json_parse(ctx, (struct str){ wait->text, wait->n }, JSON_STRICT, answer);
}

/* ERR_TIMEOUT: the client did not answer; ERR_GONE: it left. */
static enum err wait_for_reply(struct ctx *ctx, struct mcp_channel *c, struct mcp_wait *wait)
{
	int64_t deadline_ms = mono_ms() + ANSWER_MS;

	while (!mcp_wait_for(wait, LOOK_MS)) {
		if (!http_stream_alive(c->x) || atomic_load(&c->call.cancelled))
			return fail(ctx, ERR_GONE, "the client left");
		if (mono_ms() >= deadline_ms)
			return fail(ctx, ERR_TIMEOUT, "the client did not answer in time");
	}
	return OK;
}

static enum err ask_one(struct ctx *ctx, struct mcp_channel *c, const struct mcp_question *q, struct mcp_wait *wait,
			const struct json **answer)
{
	TRY(mcp_channel_send(c, question_text(ctx->mem, q, wait->id)));
	TRY(wait_for_reply(ctx, c, wait));
	return take_reply(ctx, wait, q, answer);
}

/* Whoever knows the id can answer, so nobody must be able to guess it. */
static struct str question_id(struct arena *mem)
{
	unsigned char random[16];

	random_bytes(random, sizeof(random));
	return arena_printf(mem, "s-%.*s", STR(hex_text(mem, random, sizeof(random))));
}

static enum err ask_now(struct ctx *ctx, struct mcp_channel *c, const struct mcp_question *questions, size_t n,
			const struct json **answers)
{
	if (c->deaf)
		return fail(ctx, ERR_UNPROCESSABLE, "a batch has no stream to ask the client on");
	/* What is read after somebody thought about it should not be a minute old. */
	db_snapshot_end(ctx);
	for (size_t i = 0; i < n; i++) {
		AUTO(mcp_wait_end) struct mcp_wait wait = {
			.principal = c->call.principal, .id = question_id(ctx->mem),
		};

		mcp_wait_begin(&wait);
		TRY(ask_one(ctx, c, &questions[i], &wait, &answers[i]));
	}
	return OK;
}

/* -- the stateless revision: end with what is open --------------------------------------------------------- */

static const struct json *answer_of(const struct mcp_channel *c, const char *key)
{
	const struct json *now = json_get(c->answers, key);

	return now ? now : json_get(c->earlier, key);
}

static void leave_open(struct mcp_channel *c, const struct mcp_question *q)
{
	c->asks = true;
	jw_key(&c->asked, q->key);
	jw_object(&c->asked);
	jw_key(&c->asked, "method");
	jw_z(&c->asked, q->method);
	jw_key(&c->asked, "params");
	jw_raw(&c->asked, q->params);
	jw_end(&c->asked);
}

static void keep(struct mcp_channel *c, const char *key, const struct json *answer)
{
	jw_key(&c->kept, key);
	jw_value(&c->kept, answer);
}

static enum err ask_by_return(struct ctx *ctx, struct mcp_channel *c, const struct mcp_question *questions, size_t n,
			      const struct json **answers)
{
	for (size_t i = 0; i < n; i++) {
		if (mcp_client_can(c, questions[i].method))
			continue;
		c->lacks = capability_of(questions[i].method);
		return fail(ctx, ERR_UNPROCESSABLE, "This needs a client with the capability %s", c->lacks);
	}
	for (size_t i = 0; i < n; i++) {
		answers[i] = answer_of(c, questions[i].key);
		if (answers[i])
			keep(c, questions[i].key, answers[i]);
		else
			leave_open(c, &questions[i]);
	}
	return !c->asks ? OK : fail(ctx, ERR_UNPROCESSABLE, "the client has to be asked first");
}

enum err mcp_ask(struct ctx *ctx, struct mcp_channel *c, const struct mcp_question *questions, size_t n,
		 const struct json **answers)
{
	return (c->envelope->revision < MCP_MODERN ? ask_now : ask_by_return)(ctx, c, questions, n, answers);
}

/* -- the state --------------------------------------------------------------------------------------------- */

/* Everything that the state is bound to, in a form that no part of can be taken for another. */
static struct secret_row state_row(const struct mcp_turn *t)
{
	struct arena *mem = t->ctx->mem;
	const struct json *arguments = json_get(t->message.params, "arguments");
	struct buf all = { .mem = mem };
	struct json_writer w = { .out = &all };

	jw_array(&w);
	jw_str(&w, t->ctx->actor.user_id);
	jw_str(&w, t->message.method);
	jw_str(&w, json_get_str(t->message.params, "name"));
	jw_str(&w, json_get_str(t->message.params, "uri"));
	if (arguments)
		jw_value(&w, arguments);
	jw_end(&w);
	return (struct secret_row){ t->ctx->actor.workspace_id, "mcp-request", sha256_hex(mem, buf_view(&all)) };
}

static struct str state_text(struct mcp_turn *t)
{
	struct secret_row row = state_row(t);
	struct buf plain = { .mem = t->ctx->mem };
	struct json_writer w = { .out = &plain };
	struct str sealed;

	jw_object(&w);
	jw_key(&w, "until");
	jw_int(&w, now_us() + STATE_US);
	jw_key(&w, "answers");
	jw_end(&t->channel.kept);
	jw_raw(&w, buf_view(&t->channel.kept_text));
	jw_end(&w);
	sealed = secret_seal(t->ctx, &row, buf_view(&plain));
	return base64url_text(t->ctx->mem, sealed.p, sealed.n);
}

static enum err open_state(struct mcp_turn *t, struct str state, const struct json **out)
{
	struct secret_row row = state_row(t);
	char *box = arena_alloc(t->ctx->mem, state.n + 1);
	struct str plain;
	size_t n;

	if (sodium_base642bin((unsigned char *)box, state.n, state.p, state.n, NULL, &n, NULL,
			      sodium_base64_VARIANT_URLSAFE_NO_PADDING) != 0)
		return fail(t->ctx, ERR_INVALID, "not base64url");
	TRY(secret_open(t->ctx, &row, (struct str){ box, n }, &plain));
	return json_parse(t->ctx, plain, JSON_STRICT, out);
}

static enum err take_state(struct mcp_turn *t, const struct json *sent)
{
	const struct json *state;
	int64_t until;

	if (!json_is(sent, JSON_STR) || open_state(t, sent->text, &state) != OK)
		return mcp_refuse(t, MCP_INVALID_PARAMS, "requestState is not one that this call was given");
	if (!json_as_int(json_get(state, "until"), &until) || until < now_us())
		return mcp_refuse(t, MCP_INVALID_PARAMS, "requestState has expired; call again without it");
	t->channel.earlier = json_get(state, "answers");
	return OK;
}

static enum err take_answers(struct mcp_turn *t, const struct json *answers)
{
	if (!json_is(answers, JSON_OBJECT))
		return mcp_refuse(t, MCP_INVALID_PARAMS, "inputResponses must be an object");
	for (size_t i = 0; i < answers->n_members; i++)
		if (answers->members[i].value.type != JSON_OBJECT)
			return mcp_refuse(t, MCP_INVALID_PARAMS, "inputResponses.%.*s must be an object",
					  STR(answers->members[i].key));
	t->channel.answers = answers;
	return OK;
}

static void open_object(struct arena *mem, struct json_writer *w, struct buf *text)
{
	*text = (struct buf){ .mem = mem };
	*w = (struct json_writer){ .out = text };
	jw_object(w);
}

enum err mcp_questions_begin(struct mcp_turn *t)
{
	const struct json *state = json_get(t->message.params, "requestState");
	const struct json *answers = json_get(t->message.params, "inputResponses");

	open_object(t->ctx->mem, &t->channel.kept, &t->channel.kept_text);
	open_object(t->ctx->mem, &t->channel.asked, &t->channel.asked_text);
	if (state)
		TRY(take_state(t, state));
	return answers ? take_answers(t, answers) : OK;
}

void mcp_questions_write(struct mcp_turn *t, struct json_writer *w)
{
	jw_key(w, "resultType");
	jw_z(w, "input_required");
	jw_key(w, "inputRequests");
	jw_end(&t->channel.asked);
	jw_raw(w, buf_view(&t->channel.asked_text));
	jw_key(w, "requestState");
	jw_str(w, state_text(t));
	mcp_write_server_meta(w);
}
