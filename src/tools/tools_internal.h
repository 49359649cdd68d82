/* tools/tools_internal.h: the functions behind the tools, one file each.
 *
 * arguments: the struct that the tool's input schema describes, checked. *text is the result. An
 * error becomes a failed result with the error's text, which the model reads. None holds a snapshot of the
 * store while it waits for others.
 */
#ifndef TOOLS_TOOLS_INTERNAL_H
#define TOOLS_TOOLS_INTERNAL_H

#include "domain/knowledge_base.h"
#include "tools/tools.h"

typedef enum err tool_run(struct ctx *ctx, const struct tool_scope *scope, const void *arguments, struct str *text);

/* Those of the agent's knowledge bases that still exist, or of them those that it may write to. *out: of struct
 * knowledge_base. */
enum err bases_of(struct ctx *ctx, const struct agent *agent, bool writable, struct list *out);

tool_run forget, get_run_datetime, read_web_page, recall, remember, search_knowledge, search_web, update_plan,
	write_knowledge;

/* Appends what the model is told with its instructions when it has the tool. */
typedef enum err tool_brief(struct ctx *ctx, const struct tool_scope *scope, struct buf *out);

tool_brief memory_briefing, plan_briefing;

#endif
