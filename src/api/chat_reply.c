/* api/chat_reply.c: completions, chunks and errors in OpenAI's shapes. */
#include "api/chat_internal.h"

#include <stdio.h>

#include "base/clock.h"

static void member_z(struct json_writer *w, const char *key, const char *value)
{
	jw_key(w, key);
	if (value)
		jw_z(w, value);
	else
		jw_null(w);
}

static void member_str(struct json_writer *w, const char *key, struct str value)
{
	jw_key(w, key);
	jw_str(w, value);
}

static void member_int(struct json_writer *w, const char *key, int64_t value)
{
	jw_key(w, key);
	jw_int(w, value);
}

static void member_null(struct json_writer *w, const char *key)
{
	jw_key(w, key);
	jw_null(w);
}

/* What every object of an answer begins with: the completion's id is its run's. */
static void open_object(struct json_writer *w, const char *kind, const struct chat_request *in, const struct run *run)
{
	char id[64];

	snprintf(id, sizeof(id), "chatcmpl-%.*s", STR(run->id));
	jw_object(w);
	member_z(w, "id", id);
	member_z(w, "object", kind);
	member_int(w, "created", run->created_at / US_PER_SECOND);
	member_str(w, "model", in->model);
}

/* OpenAI counts among the tokens of a prompt those that a cache was written with or read for. */
static void write_usage(struct json_writer *w, const struct token_counts *used)
{
	int64_t prompt = used->input + used->cache_read + used->cache_write;

	jw_key(w, "usage");
	jw_object(w);
	member_int(w, "prompt_tokens", prompt);
	member_int(w, "completion_tokens", used->output);
	member_int(w, "total_tokens", prompt + used->output);
	jw_key(w, "prompt_tokens_details");
	jw_object(w);
	member_int(w, "cached_tokens", used->cache_read);
	jw_end(w);
	jw_end(w);
}

void chat_write_completion(struct json_writer *w, const struct chat_request *in, const struct run *run,
			   const struct token_counts *used, struct str text)
{
	open_object(w, "chat.completion", in, run);
	jw_key(w, "choices");
	jw_array(w);
	jw_object(w);
	member_int(w, "index", 0);
	jw_key(w, "message");
	jw_object(w);
	member_z(w, "role", "assistant");
	member_str(w, "content", text);
	member_null(w, "refusal");
	jw_end(w);
	member_null(w, "logprobs");
	member_z(w, "finish_reason", "stop");
	jw_end(w);
	jw_end(w);
	write_usage(w, used);
	jw_end(w);
}

static void write_choice(struct json_writer *w, const struct chat_chunk *c)
{
	jw_object(w);
	member_int(w, "index", 0);
	jw_key(w, "delta");
	jw_object(w);
	if (c->role)
		member_z(w, "role", c->role);
	if (c->text.p)
		member_str(w, "content", c->text);
	jw_end(w);
	member_null(w, "logprobs");
	member_z(w, "finish_reason", c->finish_reason);
	jw_end(w);
}

void chat_write_chunk(struct json_writer *w, const struct chat_chunk *c)
{
	open_object(w, "chat.completion.chunk", c->request, c->run);
	jw_key(w, "choices");
	jw_array(w);
	if (!c->used)
		write_choice(w, c);
	jw_end(w);
	if (c->used)
		write_usage(w, c->used);
	else if (c->request->include_usage)
		member_null(w, "usage");
	jw_end(w);
}

/* OpenAI's word for whose fault it is. */
static const char *type_of(enum err e)
{
	switch (e) {
	case ERR_UNAUTHENTICATED: return "authentication_error";
	case ERR_FORBIDDEN: return "permission_error";
	case ERR_INTERNAL: case ERR_UPSTREAM: case ERR_BUSY: case ERR_TIMEOUT: return "server_error";
	default: return "invalid_request_error";
	}
}

void chat_write_error(struct json_writer *w, enum err e, const char *why, const struct chat_fault *fault)
{
	jw_object(w);
	jw_key(w, "error");
	jw_object(w);
	member_z(w, "message", why);
	member_z(w, "type", type_of(e));
	member_str(w, "param", fault->param);
	member_z(w, "code", fault->code);
	jw_end(w);
	jw_end(w);
}
