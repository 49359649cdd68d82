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

/* For whom a tool is called. */
struct tool_scope {
	const struct agent *agent;           /* as it was frozen; without an id: of a file */
	int64_t run_started_at;              /* the first time */
	/* Asked several times a second while a tool waits for others: false ends the call. May be NULL. */
	bool (*go_on)(void *arg);
	void *arg;
};

struct tool_result {
	struct str call_id;
	struct str text;                     /* for the model: usually JSON */
	bool failed;
};

/* What a model working for the agent is told it may call. *out: of struct tool_offer. */
void tools_offered(struct ctx *ctx, const struct tool_scope *scope, struct list *out);

/* What it is told about them with its instructions, beside that list; "" if there is nothing to say. */
enum err tools_briefing(struct ctx *ctx, const struct tool_scope *scope, struct str *out);

/* Carries out a call for the acting user, within TOOL_TIME_MS and what ctx->deadline_ms leaves. Everything that
 * goes wrong, unknown names and broken arguments included, is a failed result. *out lives in ctx->mem.
 * ERR_GONE: go_on said no, and there is none. */
enum err tool_call(struct ctx *ctx, const struct tool_scope *scope, const struct tool_call *call,
		   struct tool_result *out);

/* The text of a web page or document, as web_fetch reads it, cut to PAGE_CHARS_MAX; for prompts that have a page in
 * them. Any error's text is for the model, or the owner of the run. */
enum err tool_page_text(struct ctx *ctx, const struct tool_scope *scope, struct str url, struct str *text);

enum { PAGE_CHARS_MAX = 100 * 1000 };

enum { TOOL_TIME_MS = 60 * 1000 };

#endif
