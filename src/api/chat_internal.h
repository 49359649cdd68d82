/* api/chat_internal.h: what the files of chat.h share: a request that was read, and how answers look. */
#ifndef API_CHAT_INTERNAL_H
#define API_CHAT_INTERNAL_H

#include "domain/run.h"
#include "json/field.h"
#include "model/price.h"

/* What is wrong with a request, in the words of OpenAI's errors. */
struct chat_fault {
	const char *code;                    /* "model_not_found"; NULL: the reference gives none */
	struct str param;                    /* the member at fault, or absent */
};

struct chat_request {
	struct str model;                    /* the agent's name or id, as it was sent */
	struct str agent;                    /* the same without what stands behind it */
	bool prefer_draft;                   /* "name:draft" */
	struct str message;                  /* the last thing the user said */
	struct list history;                 /* of struct run_line: what was said before */
	bool stream, include_usage;
};

/* Reads the body of a chat completion. ERR_INVALID: ctx->why tells what is wrong, *fault where. */
enum err chat_read(struct ctx *ctx, struct str body, struct chat_request *out, struct chat_fault *fault);

/* {"error": {...}} */
void chat_write_error(struct json_writer *w, enum err e, const char *why, const struct chat_fault *fault);

/* The whole answer. run: ended, and succeeded; used: by all its replies, 0 where nobody counted. */
void chat_write_completion(struct json_writer *w, const struct chat_request *in, const struct run *run,
			   const struct token_counts *used, struct str text);

/* One object of a stream; the members that are absent, or NULL, are not in it. */
struct chat_chunk {
	const struct chat_request *request;
	const struct run *run;
	const char *role;                    /* of the first */
	struct str text;
	const char *finish_reason;           /* of the last but one */
	const struct token_counts *used;     /* of the last: how many tokens there were, and no choice */
};
void chat_write_chunk(struct json_writer *w, const struct chat_chunk *chunk);

#endif
