/* model/remote.h: a model behind an address: asked, read as it streams, and asked again.
 *
 * What protocols have in common is here: the call, the limits, what passes by itself and what does not, and
 * what a server says when it does not take a parameter. A protocol writes requests and reads replies.
 */
#ifndef MODEL_REMOTE_H
#define MODEL_REMOTE_H

#include "model/providers.h"
#include "model/reading.h"

struct request {
	struct ctx *ctx;
	const struct model_choice *model;
	const struct provider_info *provider;
	struct str model_name;               /* as the server knows it */
	const struct list *thread, *tools;
	const char *const *refusable;        /* these two are the protocol's */
	const char *schema_member;
	unsigned refused;                    /* of these, a bit each: what this server does not take */
};

struct protocol {
	struct str (*url)(const struct request *q);
	void (*body)(const struct request *q, struct json_writer *w);
	struct dialect dialect;
	/* Members of the body that a server may refuse by name: it is then asked in another way. NULL-terminated. */
	const char *const *refusable;
	const char *schema_member;           /* of these, the one that the model's output_schema is a part of */
};

extern const struct protocol openai_protocol, anthropic_protocol;

/* As model_ask; the model has a provider and a base URL. */
enum err remote_ask(struct ctx *ctx, const struct protocol *protocol, const struct model_choice *model,
		    const struct list *thread, const struct list *tools, struct model_reply *out);

/* Whether the server has refused this member of the body. */
bool request_refused(const struct request *q, const char *name);
/* The schema to send along; NULL: there is none, or it is told in words. */
const struct json *request_schema(const struct request *q);

/* The arguments of a call as a JSON object, which servers insist on: what the model wrote, or what it
 * wrote as the text of a member. */
struct str call_object(struct ctx *ctx, const struct tool_call *call);

#endif
