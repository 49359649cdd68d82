/* model/ask.h: one question to a model, whoever provides it.
 *
 * A thread is a conversation: what the agent was told, what the user said, what the model
 * replied and what its tools gave. Asking adds nothing to it; whoever asks records the reply.
 * A provider is one const struct model_ops in a file of its own, and a row in ask.c.
 * Threads: any, each with its own ctx.
 */
#ifndef MODEL_ASK_H
#define MODEL_ASK_H

#include "json/field.h"

/* What the model is told when the user said nothing (studio contract 6.5). */
#define MESSAGE_GO_AHEAD "Carry out the job that your instructions describe."

struct tool_call {
	struct str id, name;
	struct str arguments;                /* JSON, as the model wrote it: perhaps not even that */
};

struct message {
	enum { MESSAGE_SYSTEM, MESSAGE_USER, MESSAGE_REPLY, MESSAGE_RESULT } role;
	struct str text;
	struct list calls;                   /* of a reply: of struct tool_call */
	struct str call_id;                  /* of a result: the call it answers */
	bool failed;                         /* of a result: the tool did not work */
};

/* A tool the model may call. */
struct tool_offer {
	struct str name, description;
	const struct schema *input;
};

struct model_choice {
	struct str provider, model;          /* as the workspace API names them */
	int64_t max_tokens;
	double temperature, top_p, frequency_penalty, presence_penalty;
};

struct model_reply {
	struct str text;
	struct list calls;                   /* of struct tool_call; none: this is the answer */
	int64_t tokens_input, tokens_output;
};

/* Asks what comes next. thread: of struct message; tools: of struct tool_offer. *out lives in
 * ctx->mem. An error's text is for the owner of the run. ERR_UNPROCESSABLE: this version cannot
 * reach the model at all. */
enum err model_ask(struct ctx *ctx, const struct model_choice *model, const struct list *thread,
		   const struct list *tools, struct model_reply *out);

#endif
