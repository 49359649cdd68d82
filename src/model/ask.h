/* model/ask.h: one question to a model, whoever provides it.
 *
 * A thread is a conversation: what the agent was told, what the user said, what the model
 * replied and what its tools gave. Asking adds nothing to it; whoever asks records the reply.
 * A provider is a row of model/providers.c; how it is spoken to is one const struct model_ops in a
 * file of its own, and a row in ask.c. This room looks nothing up: where a provider is and which key
 * it wants is said by whoever asks (domain/model_access.h).
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
	struct str own;                      /* of a reply: as in struct model_reply */
	struct str call_id;                  /* of a result: the call it answers */
	bool failed;                         /* of a result: the tool did not work */
};

/* A tool the model may call. */
struct tool_offer {
	struct str name, description;
	const struct schema *input;
};

/* Who looks on while a model replies. Both are called on the caller's thread, and may be NULL. */
struct model_watch {
	/* More of the reply's text. No text is shown twice, even if the reply had to be asked for again. */
	void (*delta)(void *arg, struct str text);
	/* Asked several times a second: false closes the connection, and ends with ERR_GONE. */
	bool (*go_on)(void *arg);
	void *arg;
	int64_t ask_ms;                      /* between two questions to go_on: as in struct http_call */
};

struct model_choice {
	struct str provider, model;          /* as the workspace API names them */
	struct str base_url, key;            /* of its server, either may be absent; the key is a secret */
	int64_t max_tokens;                  /* of the reply; 0: the model's own limit */
	double temperature, top_p, frequency_penalty, presence_penalty;         /* NaN: the model's own */
	/* Of an agent file: `model_settings`, which go to the provider as they are, as far as they are not ours
	 * to translate (model/settings.h). May be NULL. */
	const struct json *settings;
	/* What the reply is to fit when it calls no tool, as a JSON text. A server that does not take schemas is
	 * told in words; whether the reply fits is for the caller to see. NULL: any text. */
	const struct json *output_schema;
	const struct model_watch *watch;     /* may be NULL */
};

struct model_reply {
	struct str text;
	struct list calls;                   /* of struct tool_call; none: this is the answer */
	/* What the provider wants to see again with this reply, and nobody else's business; absent: nothing. */
	struct str own;
	int64_t tokens_input, tokens_output; /* the first without those below */
	int64_t tokens_cache_read, tokens_cache_write;
	bool uncounted;                      /* the provider did not say how many tokens there were */
	/* It was asked for twice and the second came out different: what was shown is not how `text` begins. */
	bool reworded;
};

/* The model that needs no provider. */
bool model_is_builtin(const struct model_choice *model);

/* Asks what comes next. thread: of struct message; tools: of struct tool_offer. *out lives in ctx->mem. What
 * passes by itself (no connection, 408, 409, 429, 5xx, a reply that breaks off) is tried again until
 * ctx->deadline_ms. An error's text is for the owner of the run: it names no host and no secret.
 * ERR_UPSTREAM: the provider failed. ERR_TIMEOUT: it took too long. ERR_GONE: watch->go_on said no.
 * ERR_UNPROCESSABLE: there is no such provider, or it has no address. */
enum err model_ask(struct ctx *ctx, const struct model_choice *model, const struct list *thread,
		   const struct list *tools, struct model_reply *out);

#endif
