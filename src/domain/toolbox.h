/* domain/toolbox.h: the tools a workspace can give its agents (workspace contract 4.3). */
#ifndef DOMAIN_TOOLBOX_H
#define DOMAIN_TOOLBOX_H

#include "json/field.h"

struct tool_action {
	struct str id, name, description;
	const struct json *input_schema;
};

/* One entry of the list: built in, or a connected toolkit. */
struct tool_entry {
	struct str kind;                     /* "system" or "composio"; first, as it is a union's tag */
	struct str id, name, description, toolkit_id;
	const struct json *input_schema;
	struct str app_id, logo, connection_id;
	struct list actions;                 /* of struct tool_action */
};

extern const struct schema tool_entry_schema;

/* What is known of a built-in tool without running it; tools/tools.c has a function for each. */
struct system_tool {
	const char *id, *name, *description;
	const struct schema *input;          /* of the arguments it is called with */
	bool needs_search_server;
};

/* By id. */
extern const struct system_tool system_tools[];
extern const size_t n_system_tools;
const struct system_tool *system_tool_by_id(struct str id);     /* NULL: no such tool */

/* Before threads start: the SearXNG-compatible server that web_search asks, absent or "": there is none, and
 * no such tool. The text must live as long as the process. */
void toolbox_setup(struct str search_url);
struct str toolbox_search_url(void);

/* -- what the tools are called with ------------------------------------------------------------------ */

struct get_run_datetime_in {
	struct str timezone_name;
};

struct remember_in {
	struct str text;
};

struct recall_in {
	char nothing;
};

struct forget_in {
	int64_t number;
};

struct plan_step {
	struct str title, status;
};

struct update_plan_in {
	struct list steps;                   /* of struct plan_step */
};

struct search_knowledge_in {
	struct str query;
	int64_t limit;
};

struct web_fetch_in {
	struct str url;
	int64_t offset;                      /* in characters of its text */
};

struct web_search_in {
	struct str query;
	int64_t limit;
};

struct write_knowledge_in {
	struct str text, knowledge_base;
};

/* -- the tools of a workspace ------------------------------------------------------------------------ */

/* Built-in first, each kind by id. *out: of struct tool_entry. */
enum err toolbox_list(struct ctx *ctx, struct list *out);
/* Whether a built-in tool has this id, and everything it needs. */
bool toolbox_has(struct str id);

#endif
