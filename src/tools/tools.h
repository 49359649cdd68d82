/* tools/tools.h: what a run may call.
 *
 * A tool is a row of system_tools (domain/toolbox.h), which says what it takes, and a row of
 * tools.c, which says who may use it and what it does. A failing tool is a result that the model
 * reads, not an error of the run.
 * Threads: any, each with its own ctx.
 */
#ifndef TOOLS_TOOLS_H
#define TOOLS_TOOLS_H

#include "domain/toolbox.h"
#include "model/ask.h"
#include "store/agents.h"

struct tool_result {
	struct str call_id;
	struct str text;                     /* for the model: usually JSON */
	bool failed;
};

/* What a model working for the agent is told it may call. *out: of struct tool_offer. */
void tools_offered(struct ctx *ctx, const struct agent *agent, struct list *out);

/* Carries out a call for the acting user. Everything that goes wrong, unknown names and broken
 * arguments included, is a failed result. *out lives in ctx->mem. */
void tool_call(struct ctx *ctx, const struct agent *agent, const struct tool_call *call, struct tool_result *out);

#endif
