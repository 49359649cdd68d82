/* mcp/pending.h: requests that are being answered, as far as other requests have something to say about them.
 *
 * There are no sessions, so a cancellation and the answer to a question come as requests of their own, and
 * are matched by who sends them (the principal) and by id. All of it lives in this process: an answer that
 * reaches another one finds nothing, and the question runs into its timeout.
 *
 * Threads: any.
 */
#ifndef MCP_PENDING_H
#define MCP_PENDING_H

#include <stdatomic.h>

#include "base/ctx.h"

/* A call that its client can cancel. Lives with the thread that carries it out. */
struct mcp_call {
	struct mcp_call *prev, *next;
	struct str principal, id;            /* id: as JSON; absent: nobody can name it */
	atomic_bool cancelled;
};

void mcp_call_begin(struct mcp_call *call);
void mcp_call_end(struct mcp_call *call);
/* Cancels what this principal calls so. */
void mcp_call_cancel(struct str principal, struct str id);

enum mcp_reply { MCP_NO_REPLY, MCP_REPLIED, MCP_DECLINED };

/* A question that waits for its answer. Lives with the thread that asks. */
struct mcp_wait {
	struct mcp_wait *prev, *next;
	struct str principal, id;
	enum mcp_reply reply;                /* under the lock of pending.c */
	char *text;                          /* of the answer, malloc'ed; NULL: declined */
	size_t n;
};

void mcp_wait_begin(struct mcp_wait *wait);
/* At most so long. Whether the reply is there. */
bool mcp_wait_for(struct mcp_wait *wait, int ms);
/* Frees the text. */
void mcp_wait_end(struct mcp_wait *wait);
/* Hands the answer to whom it is for; `result` absent: the client will not answer. False: nobody waits for it. */
bool mcp_wait_answer(struct str principal, struct str id, struct str result);

#endif
