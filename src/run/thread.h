/* run/thread.h: the conversation as the model sees it. */
#ifndef RUN_THREAD_H
#define RUN_THREAD_H

#include "run/record.h"

/* What the agent was told, what was said before, what it was asked, and the record, with what was wrong about
 * answers that stand in it. scope: for pages that are a part of the question. *out: of struct message, in
 * ctx->mem. ERR_UPSTREAM, ERR_INVALID and so on: one of these cannot be read; the text names it. */
enum err thread_of(struct ctx *ctx, const struct job *job, const struct record *record, const struct tool_scope *scope,
		   struct list *out);

#endif
