/* mcp/channel.h: the way back to the client while its request is answered.
 *
 * An answer is plain JSON until there is something to say before it; then it becomes an event stream, which
 * the answer ends. What a client did not ask for (progress without a token, log lines without a level) is
 * not sent, so a feature tells what it has to tell and need not know who listens.
 *
 * Threads: the request's own.
 */
#ifndef MCP_CHANNEL_H
#define MCP_CHANNEL_H

#include "mcp/feature.h"

/* RFC 5424's, as MCP names them. */
enum mcp_level {
	MCP_DEBUG, MCP_INFO, MCP_NOTICE, MCP_WARNING, MCP_ERROR, MCP_CRITICAL, MCP_ALERT, MCP_EMERGENCY,
	MCP_SILENT,
};

/* False: no level has that name. */
bool mcp_level_by_name(struct str name, enum mcp_level *out);

/* How far it is, of how much; total 0: nobody knows. Must grow from call to call: what does not is dropped. */
void mcp_progress(struct mcp_channel *c, double done, double total, const char *message);
/* data: JSON. */
void mcp_log(struct mcp_channel *c, enum mcp_level level, const char *logger, struct str data);

/* Whether somebody still wants the answer: false once the client cancelled or left, or the server stops. To be
 * asked now and then by what takes long; the answer then becomes a stream, whose heartbeat shows that somebody is
 * at it. */
bool mcp_wanted(struct mcp_channel *c);

/* -- questions to the client ------------------------------------------------------------------------- */

struct mcp_question {
	const char *key;                     /* unique among the call's questions */
	const char *method;                  /* "elicitation/create", "sampling/createMessage" or "roots/list" */
	struct str params;                   /* JSON */
};

/* Whether the client can answer such a question; of older revisions nobody knows, and it may be asked. */
bool mcp_client_can(const struct mcp_channel *c, const char *method);

/* Asks, and puts the answers' results into answers[n].
 *
 * Older revisions: it waits, at most a minute. The stateless one: when an answer is missing, the question is
 * left with the channel and the feature must return the error, whereupon the client is asked and calls again:
 * the feature runs from its beginning, and questions that were answered have their answers at once. So
 * nothing may be done before the last question that must not be done twice.
 *
 * An error is to be returned as it is: it ends this call, or this round of it. */
enum err mcp_ask(struct ctx *ctx, struct mcp_channel *c, const struct mcp_question *questions, size_t n,
		 const struct json **answers);

#endif
